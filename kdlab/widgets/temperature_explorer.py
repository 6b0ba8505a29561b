"""See what a temperature does to a teacher's answers: `TemperatureExplorer`."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import traitlets

from kdlab import soft_targets
from kdlab.widgets import _assets, _fallback
from kdlab.widgets._base import COLDEST, HOTTEST, Checked, Widget, check_flag, check_temperature
from kdlab.widgets._examples import Examples

# Classes in the fallback; a thousand rows would say no more.
_FALLBACK_ROWS = 10


class TemperatureExplorer(Widget):
    """Explore real logits under a temperature: pick an example, drag `T`, watch the softmax.

    Everything is computed in the page: the bars follow the slider without the kernel, and keep
    doing so in a notebook saved with its widgets. `temperature`, `index` and `log_scale` can be
    read in a later cell, and set from Python.

    Args:
        logits: scores `(n, classes)` of the teacher, before any softmax.
        images: the examples `(n, height, width, channels)`, values in [0, 1], 1 or 3 channels.
        labels: the true classes `(n,)`, integers.
        class_names: one name per class; the class numbers if not given.
        temperature: `T` at the start, from 0.25 to 100.
        index: the example at the start.
        log_scale: whether the probability axis is logarithmic.

    Attributes:
        temperature: `T` as the slider stands; set it to move the slider.
        index: the example shown.
        log_scale: the state of the switch.

    Raises:
        ValueError: an argument has the wrong shape, length or range, or is not finite; the same
            when an attribute is set later.

    Example:
        >>> explorer = TemperatureExplorer([[4.0, 2.0, 0.0]], class_names=("cat", "dog", "car"))
        >>> explorer.temperature = 4.0
        >>> explorer.state()
        {'temperature': 4.0, 'index': 0, 'log_scale': False}
    """

    _esm = _assets.module("temperature_explorer")
    _css = _assets.style("temperature_explorer")

    temperature = Checked(lambda _, value: check_temperature(value), 1.0)
    index = Checked(lambda self, value: self._examples.index(value), 0)
    log_scale = Checked(lambda _, value: check_flag(value, "log_scale"), False)
    # Never changed after the start, so that it crosses the line once.
    _data = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        logits,
        images=None,
        labels=None,
        class_names: Sequence[str] | None = None,
        *,
        temperature: float = 1.0,
        index: int = 0,
        log_scale: bool = False,
    ):
        self._examples = Examples({"logits": logits}, images, labels, class_names)
        super().__init__(
            temperature=temperature,
            index=index,
            log_scale=log_scale,
            _data={**self._examples.packed(), "range": [COLDEST, HOTTEST]},
        )

    def _content(self) -> str:
        return repr(self._examples)

    def _fallback_text(self) -> str:
        names = self._examples.class_names
        p = self._probabilities(self.temperature)
        top = ", ".join(f"{names[k]} {p[k]:.3f}" for k in _by_probability(p)[:3])
        return (
            f"TemperatureExplorer: {self._content()}\n"
            f"{self._examples.caption(self.index)}, at {_unsureness(p, self.temperature)}: {top}"
        )

    def _fallback_html(self) -> str:
        # At T = 1 alone a still picture would show no more than a label.
        warm = self.temperature if self.temperature != 1 else 4.0
        p1, p = self._probabilities(1.0), self._probabilities(warm)
        order = _by_probability(p)
        hidden = len(order) - _FALLBACK_ROWS
        # In the order of the classes, as in the widget, where all of them can be shown.
        shown = np.arange(len(p)) if hidden <= 0 else order[:_FALLBACK_ROWS]
        rows = "".join(self._fallback_row(k, p1[k], p[k]) for k in shown)
        more = f"<p>and {hidden} more classes with smaller probabilities</p>" if hidden > 0 else ""
        caption = escape(self._examples.caption(self.index))
        picture = self._examples.picture(self.index, caption)
        return (
            f"<div><p><strong>{caption}</strong>: what the teacher says at "
            f"{_unsureness(p1, 1.0)} and at {_unsureness(p, warm)}</p>{picture}"
            "<table><thead><tr><th>class</th><th></th><th>T = 1</th>"
            f"<th></th><th>T = {warm:g}</th></tr></thead><tbody>{rows}</tbody></table>{more}"
            "<p><em>A still picture: run this cell to move the temperature.</em></p></div>"
        )

    def _fallback_row(self, k: int, *probabilities: float) -> str:
        name, labels = escape(self._examples.class_names[k]), self._examples.labels
        if labels is not None and k == labels[self.index]:
            name = f"<strong>{name} ◆ true label</strong>"
        rounded = [round(float(p), 3) for p in probabilities]
        cells = "".join(f"<td>{_fallback.bar(p)}</td><td>{p:.3f}</td>" for p in rounded)
        return f"<tr><th>{name}</th>{cells}</tr>"

    def _probabilities(self, temperature: float) -> np.ndarray:
        return self._examples.probabilities(self.index, temperature)


def _unsureness(p: np.ndarray, temperature: float) -> str:
    return f"T = {temperature:g} (entropy {float(soft_targets.entropy(p)):.3f} nats)"


def _by_probability(p: np.ndarray) -> np.ndarray:
    return np.argsort(-p.round(3), kind="stable")
