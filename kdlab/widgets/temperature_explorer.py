"""See what a temperature does to a teacher's answers: `TemperatureExplorer`."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from numbers import Integral

import numpy as np
import traitlets

from kdlab import _checks, soft_targets
from kdlab.widgets import _assets, _fallback
from kdlab.widgets._base import Checked, Widget

# What the slider spans. Below, the softmax is all but a single class; above, all but uniform.
COLDEST, HOTTEST = 0.25, 100.0
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

    temperature = Checked(lambda _, value: _temperature(value), 1.0)
    index = Checked(lambda self, value: _index(value, len(self._logits)), 0)
    log_scale = Checked(lambda _, value: _flag(value, "log_scale"), False)
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
        self._logits = _checks.logits(logits, ndim=2, dtype=np.float32)
        n, n_classes = self._logits.shape
        self._images = None if images is None else _pixels(images, n)
        self._labels = None if labels is None else _checks.labels(labels, n_classes, n=n)
        self._class_names = _names(class_names, n_classes)
        super().__init__(
            temperature=temperature, index=index, log_scale=log_scale, _data=self._packed()
        )

    def state(self) -> dict:
        """What the learner can change, as keyword arguments that recreate it."""
        return {
            "temperature": self.temperature,
            "index": self.index,
            "log_scale": self.log_scale,
        }

    def __repr__(self) -> str:
        state = ", ".join(f"{name}={value!r}" for name, value in self.state().items())
        n, n_classes = self._logits.shape
        return f"<TemperatureExplorer {n:,} examples, {n_classes} classes, {state}>"

    def _packed(self) -> dict:
        """The data as the page reads it: little-endian bytes, and what they mean."""
        data = {
            "classNames": list(self._class_names),
            "logits": self._logits.astype("<f4").tobytes(),
            "range": [COLDEST, HOTTEST],
        }
        if self._labels is not None:
            data["labels"] = self._labels.astype("<i4").tobytes()
        if self._images is not None:
            data["images"] = self._images.tobytes()
            data["imageShape"] = list(self._images.shape[1:])
        return data

    def _fallback_text(self) -> str:
        n, n_classes = self._logits.shape
        p = self._probabilities(self.temperature)
        top = ", ".join(f"{self._class_names[k]} {p[k]:.3f}" for k in _by_probability(p)[:3])
        return (
            f"TemperatureExplorer of {n:,} examples and {n_classes} classes\n"
            f"{self._caption()}, at {_unsureness(p, self.temperature)}: {top}"
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
        caption, picture = escape(self._caption()), ""
        if self._images is not None:
            picture = _fallback.image(self._images[self.index], caption)
        return (
            f"<div><p><strong>{caption}</strong>: what the teacher says at "
            f"{_unsureness(p1, 1.0)} and at {_unsureness(p, warm)}</p>{picture}"
            "<table><thead><tr><th>class</th><th></th><th>T = 1</th>"
            f"<th></th><th>T = {warm:g}</th></tr></thead><tbody>{rows}</tbody></table>{more}"
            "<p><em>A still picture: run this cell to move the temperature.</em></p></div>"
        )

    def _fallback_row(self, k: int, *probabilities: float) -> str:
        name = escape(self._class_names[k])
        if self._labels is not None and k == self._labels[self.index]:
            name = f"<strong>{name} ◆ true label</strong>"
        rounded = [round(float(p), 3) for p in probabilities]
        cells = "".join(f"<td>{_fallback.bar(p)}</td><td>{p:.3f}</td>" for p in rounded)
        return f"<tr><th>{name}</th>{cells}</tr>"

    def _caption(self) -> str:
        if self._labels is None:
            return f"Example {self.index}"
        return f"Example {self.index}, labelled {self._class_names[self._labels[self.index]]}"

    def _probabilities(self, temperature: float) -> np.ndarray:
        return soft_targets.softmax(self._logits[self.index], temperature)


def _unsureness(p: np.ndarray, temperature: float) -> str:
    return f"T = {temperature:g} (entropy {float(soft_targets.entropy(p)):.3f} nats)"


def _by_probability(p: np.ndarray) -> np.ndarray:
    return np.argsort(-p.round(3), kind="stable")


def _temperature(value) -> float:
    value = _checks.temperature(value)
    if not COLDEST <= value <= HOTTEST:
        raise ValueError(
            f"temperature must lie in {COLDEST:g} to {HOTTEST:g}, the range of the slider, "
            f"got {value:g}"
        )
    return value


def _index(value, n: int) -> int:
    if isinstance(value, bool) or not isinstance(value, Integral) or not 0 <= value < n:
        raise ValueError(
            f"index must be the number of an example, 0 to {n - 1} here, got {value!r}"
        )
    return int(value)


def _flag(value, name: str) -> bool:
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{name} must be True or False, got {value!r}")
    return bool(value)


def _pixels(images, n: int) -> np.ndarray:
    """Images as uint8, which is what a screen shows and a quarter of the bytes."""
    images = _checks.images(images, "images")
    _checks.same_length("logits", range(n), "images", images)
    if images.shape[-1] not in (1, 3):
        raise ValueError(
            f"images must have 1 channel (grey) or 3 (red, green, blue), got {images.shape[-1]}"
        )
    if images.min() < 0 or images.max() > 1:
        raise ValueError(
            f"images must lie in [0, 1], got values from {images.min():g} to {images.max():g}"
        )
    return np.rint(images * 255).astype(np.uint8)


def _names(class_names, n_classes: int) -> tuple[str, ...]:
    if class_names is None:
        return tuple(map(str, range(n_classes)))
    if isinstance(class_names, str):
        raise ValueError(f"class_names must be a list of names, got the string {class_names!r}")
    names = tuple(map(str, class_names))
    if len(names) != n_classes:
        raise ValueError(
            f"class_names must hold one name per class, {n_classes} for these logits, "
            f"got {len(names)}"
        )
    if not all(name.strip() for name in names):
        raise ValueError(f"class_names must not hold an empty name, got {list(names)}")
    return names
