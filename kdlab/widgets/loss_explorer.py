"""See what each part of the distillation loss asks of a student: `LossExplorer`."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import traitlets

from kdlab import _checks
from kdlab._shortlist import likeliest
from kdlab.soft_targets import LossParts, distillation_loss, soft_factor
from kdlab.widgets import _assets, _fallback
from kdlab.widgets._base import COLDEST, HOTTEST, Checked, Widget, check_temperature
from kdlab.widgets._examples import Examples


class LossExplorer(Widget):
    """Take the distillation loss of one example apart: drag `T` and alpha, watch the gradients.

    The loss is that of `DistillationLoss`, `L = alpha * T^2 * soft + (1 - alpha) * hard`. With
    `p = softmax(teacher / T)` and `q = softmax(student / T)`, `soft` is `KL(p || q)`, the
    cross-entropy less the teacher's entropy: the same gradient, and 0 where the two agree. `hard`
    is the student's cross-entropy with the label at `T = 1`.

    Bars show what each part asks of every logit of the student, on an axis that stays put while
    `T`, alpha and the switch move. Without `T^2` the soft part's gradient is `(q - p) / T`; at high
    temperatures and for logits centred on 0 it comes close to `(student - teacher) / (classes *
    T^2)`, and so vanishes as `1 / T^2`. The factor `T^2` keeps it level. (Hinton, Vinyals and
    Dean 2015, section 2.1, https://arxiv.org/abs/1503.02531)

    Everything is computed in the page, without the kernel.

    Args:
        teacher_logits: scores `(n, classes)` of the teacher, before any softmax.
        student_logits: scores of the student on the same examples, of the same shape.
        labels: the true classes `(n,)`, integers.
        images: the examples `(n, height, width, channels)`, values in [0, 1], 1 or 3 channels.
        class_names: one name per class; the class numbers if not given.
        temperature: `T` at the start, from 0.25 to 100.
        alpha: the weight of the soft part at the start, in [0, 1].
        scale_by_t2: whether the soft part is multiplied by `T^2` at the start.
        index: the example at the start.

    Attributes:
        temperature, alpha, scale_by_t2, index: as the learner left them; set them to move the
            controls.

    Raises:
        ValueError: an argument has the wrong shape, length or range, or is not finite; the same
            when an attribute is set later.

    Example:
        >>> explorer = LossExplorer([[4.0, 1.0, 0.0]], [[1.0, 2.0, 0.0]], labels=[0])
        >>> explorer.alpha = 0.5
        >>> explorer.state()
        {'temperature': 4.0, 'alpha': 0.5, 'scale_by_t2': True, 'index': 0}
    """

    _esm = _assets.module("loss_explorer")
    _css = _assets.style("loss_explorer")

    temperature = Checked(lambda _, value: check_temperature(value), 4.0)
    alpha = Checked(lambda _, value: _checks.alpha(value), 0.9)
    scale_by_t2 = Checked(lambda _, value: _checks.flag(value, "scale_by_t2"), True)
    index = Checked(lambda self, value: self._examples.index(value), 0)
    # Never changed after the start, so that it is sent once.
    _data = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        teacher_logits,
        student_logits,
        labels,
        images=None,
        class_names: Sequence[str] | None = None,
        *,
        temperature: float = 4.0,
        alpha: float = 0.9,
        scale_by_t2: bool = True,
        index: int = 0,
    ):
        if labels is None:
            raise ValueError(
                "labels must hold one label per example, for the hard part; got None: "
                "TemperatureExplorer shows two models without labels"
            )
        logits = {"teacher_logits": teacher_logits, "student_logits": student_logits}
        self._examples = Examples(logits, images, labels, class_names)
        super().__init__(
            temperature=temperature,
            alpha=alpha,
            scale_by_t2=scale_by_t2,
            index=index,
            _data={**self._examples.packed(), "range": [COLDEST, HOTTEST]},
        )

    def _content(self) -> str:
        return repr(self._examples)

    def _fallback_text(self) -> str:
        return f"LossExplorer: {self._content()}\n{self._caption()}: {self._sum()}"

    def _fallback_html(self) -> str:
        examples, loss = self._examples, self._loss()
        p, q = (examples.probabilities(self.index, self.temperature, model) for model in (0, 1))
        # In the order of the classes, as in the widget.
        label = examples.labels[self.index]
        shown = np.sort(likeliest(np.maximum(p, q), _fallback.MOST_ROWS, label))
        rows = ""
        for k in shown:
            name = escape(examples.class_names[k])
            if k == label:
                name = f"<strong>{name} ◆ true label</strong>"
            gradients = (loss.soft_gradient[k], loss.hard_gradient[k], loss.gradient[k])
            cells = [f"{p[k]:.3f}", f"{q[k]:.3f}", *(f"{g:+z.3f}" for g in gradients)]
            rows += f"<tr><th>{name}</th>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
        heads = ("class", "teacher", "student", "soft part", "hard part", "sum")
        picture = examples.picture(self.index, escape(examples.name(self.index)))
        more = _fallback.others(shown, {"teacher": p, "student": q})
        return (
            f"<div><p><strong>{escape(self._caption())}</strong>: {self._sum()}</p>{picture}"
            "<p>What teacher and student say at this temperature, and the gradient of each part "
            "of the loss on the student's logits:</p>"
            f"<table><thead><tr>{''.join(f'<th>{head}</th>' for head in heads)}</tr></thead>"
            f"<tbody>{rows}</tbody></table>{more}"
            "<p><em>A still picture: run this cell to move T and alpha.</em></p></div>"
        )

    def _caption(self) -> str:
        t2 = "with" if self.scale_by_t2 else "without"
        return f"{self._examples.name(self.index)}, at T = {self.temperature:g}, {t2} T²"

    def _sum(self) -> str:
        """The loss, written out with its numbers."""
        loss, factor = self._loss(), soft_factor(self.temperature, scale_by_t2=self.scale_by_t2)
        return (
            f"L = {self.alpha:.3g} × {factor:.3g} × {loss.soft:.3g} "
            f"+ {1 - self.alpha:.3g} × {loss.hard:.3g} = {loss.total:.3g}"
        )

    def _loss(self) -> LossParts:
        """The loss of the example that is shown, in NumPy; `maths.js` does the same in the page."""
        one = slice(self.index, self.index + 1)
        teacher, student = (scores[one] for scores in self._examples.logits)
        labels = self._examples.labels[one]
        parts = distillation_loss(
            student,
            teacher,
            labels,
            self.temperature,
            self.alpha,
            scale_by_t2=self.scale_by_t2,
        )
        return LossParts(*(part[0] for part in parts))
