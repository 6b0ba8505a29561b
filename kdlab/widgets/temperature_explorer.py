"""See what a temperature does to a teacher's answers: `TemperatureExplorer`."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import traitlets

from kdlab import _checks, soft_targets
from kdlab._shortlist import MOST, likeliest, others_name, with_others
from kdlab.widgets import _assets, _fallback
from kdlab.widgets._base import COLDEST, HOTTEST, Checked, Widget, check_temperature
from kdlab.widgets._examples import Examples

ORDERS = ("given", "unsure", "confused", "random")
_TEACHER_COLOUR, _STUDENT_COLOUR = "#0072B2", "#009E73"


class TemperatureExplorer(Widget):
    """Explore real logits under a temperature: pick an example, drag `T`, watch the softmax.

    Everything is computed in the page: the bars follow the slider without the kernel, and keep
    doing so in a notebook saved with its widgets. What the learner chose can be read in a later
    cell, and set from Python.

    Of more than 100 classes the likeliest are shown, those of both models and the true one among
    them, and the others as one bar with their sum.

    Args:
        logits: scores `(n, classes)` of the teacher, before any softmax.
        images: the examples `(n, height, width, channels)`, values in [0, 1], 1 or 3 channels.
        labels: the true classes `(n,)`, integers.
        class_names: one name per class, as a list or a dict by class number; the class numbers if
            not given.
        temperature: `T` at the start, from 0.25 to 100.
        index: the example at the start.
        log_scale: whether the probability axis is logarithmic.
        student_logits: scores `(n, classes)` of a second model, drawn as a mirror image of the
            teacher's, with `KL(teacher || student)` at `T`.
        show_class: the class whose examples can be picked, None for all; needs `labels`.
        order: the order of the examples to pick from: `"given"`, `"unsure"` (the highest entropy
            first), `"confused"` (with `confused_with`) or `"random"`.
        confused_with: the class that the teacher takes the first examples of the order
            `"confused"` for, though they are not of it; None for any.
        predict: whether the learner guesses the teacher's probabilities before they are shown;
            with at most 100 classes.
        guess: a guess, one probability per class, or None.
        revealed: whether the truth is shown in spite of `predict`.
        captions: one text per example, shown beside its bars: what was classified where that is no
            picture, or more about the picture.

    Attributes:
        temperature: `T` as the slider stands; set it to move the slider.
        index: the example shown. Another one sets `guess` and `revealed` back.
        log_scale: the state of the switch.
        show_class, order, confused_with: what the learner chose to pick from.
        predict: as above.
        guess: the learner's bars, a list that sums to 1; None before any was dragged.
        revealed: whether the learner asked for the truth.

    Raises:
        ValueError: an argument has the wrong shape, length or range, is not finite, or is more than
            a page can hold (200 MB; from 20 MB on, a warning); the same when an attribute is set
            later.

    Example:
        >>> explorer = TemperatureExplorer([[4.0, 2.0, 0.0]], class_names=("cat", "dog", "car"))
        >>> explorer.temperature = 4.0
        >>> explorer.state()["temperature"]
        4.0
    """

    _esm = _assets.module("temperature_explorer")
    _css = _assets.style("temperature_explorer")
    # The example first: another one sets the guess back.
    _answer_traits = ("index", "guess", "revealed")

    temperature = Checked(lambda _, value: check_temperature(value), 1.0)
    index = Checked(lambda self, value: self._examples.index(value), 0)
    log_scale = Checked(lambda _, value: _checks.flag(value, "log_scale"), False)
    show_class = Checked(lambda self, value: _check_show_class(self._examples, value), None)
    order = Checked(lambda _, value: _check_order(value), "given")
    confused_with = Checked(
        lambda self, value: _check_class(self._examples, value, "confused_with"), None
    )
    predict = Checked(lambda self, value: _check_predict(self._examples, value), False)
    guess = Checked(lambda self, value: _check_guess(self._examples, value), None)
    revealed = Checked(lambda _, value: _checks.flag(value, "revealed"), False)
    # Never changed after the start, so that it is sent once.
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
        student_logits=None,
        show_class: int | None = None,
        order: str = "given",
        confused_with: int | None = None,
        predict: bool = False,
        guess: Sequence[float] | None = None,
        revealed: bool = False,
        captions: Sequence[str] | None = None,
    ):
        models = {"logits": logits}
        if student_logits is not None:
            models["student_logits"] = student_logits
        self._examples = Examples(models, images, labels, class_names, captions)
        super().__init__(
            temperature=temperature,
            index=index,
            log_scale=log_scale,
            show_class=show_class,
            order=order,
            confused_with=confused_with,
            predict=predict,
            guess=guess,
            revealed=revealed,
            _data={**self._examples.packed(), "range": [COLDEST, HOTTEST]},
        )
        self._asked_at = self.temperature
        # Not before, when the first example would set back the guess that came with it.
        self.observe(self._ask_anew, "index")

    def _ask_anew(self, _change) -> None:
        """A guess is about one example."""
        self.guess, self.revealed = None, False

    def _content(self) -> str:
        return repr(self._examples) + (", with a student" if self._has_student else "")

    def _is_answered(self) -> bool:
        return self.guess is not None

    def _is_committed(self) -> bool:
        return self.guess is not None and self.revealed

    @property
    def _has_student(self) -> bool:
        return len(self._examples.logits) > 1

    @property
    def _asks(self) -> bool:
        return self.predict and not self.revealed

    def _fallback_text(self) -> str:
        if self._asks:
            return f"TemperatureExplorer: {self._content()}\n{self._question()}"
        names = self._examples.class_names
        models = range(len(self._examples.logits))
        said = [self._probabilities(self.temperature, model) for model in models]
        tops = [_top(p, names) for p in said]
        lines = [
            f"TemperatureExplorer: {self._content()}",
            f"{self._examples.words(self.index)}, at {_unsureness(said[0], self.temperature)}: "
            f"{tops[0]}",
        ]
        if self._has_student:
            lines.append(f"The student, {_distance(*said)}: {tops[1]}")
        return "\n".join(lines)

    def _fallback_html(self) -> str:
        if self._asks:  # the answer would spoil the question
            question = escape(self._question())
            return (
                f"<div>{self._pictured(question)}<p>{question} "
                "<em>Run this cell to drag the bars to your guess.</em></p></div>"
            )
        # At T = 1 alone a still picture would show no more than a label.
        warm = self.temperature if self.temperature != 1 else 4.0
        p1, p = self._probabilities(1.0), self._probabilities(warm)
        columns = [("T = 1", p1), (f"T = {warm:g}", p)]
        student, besides = "", self._examples.labelled(self.index)
        if self._has_student:
            q = self._probabilities(warm, model=1)
            columns.append((f"student, T = {warm:g}", q))
            besides = [*besides, int(q.argmax())]
            student = f"; the student there: {_distance(p, q)}"
        shown = likeliest(p, _fallback.MOST_ROWS, *besides)
        if len(shown) == len(p):  # all of them, in the order of the classes, as in the widget
            shown = np.sort(shown)
        rows = "".join(self._fallback_row(k, *(said[k] for _, said in columns)) for k in shown)
        heads = "".join(f"<th></th><th>{head}</th>" for head, _ in columns)
        name = escape(self._examples.name(self.index))
        return (
            f"<div><p><strong>{name}</strong>: what the teacher says at "
            f"{_unsureness(p1, 1.0)} and at {_unsureness(p, warm)}{student}</p>"
            f"{self._pictured(name)}"
            f"<table><thead><tr><th>class</th>{heads}</tr></thead><tbody>{rows}</tbody></table>"
            f"{_fallback.others(shown, dict(columns))}"
            "<p><em>A still picture: run this cell to move the temperature.</em></p></div>"
        )

    def _pictured(self, alt: str) -> str:
        """The example as HTML: its picture, its caption, both or nothing; `alt` is escaped."""
        captions = self._examples.captions
        caption = "" if captions is None else _fallback.text(captions[self.index])
        return self._examples.picture(self.index, alt) + caption

    def _question(self) -> str:
        return self._question_about(self.index, self.temperature)

    def _question_about(self, index: int, temperature: float) -> str:
        name = self._examples.name(index)
        return f"{name}: what does the teacher say at T = {temperature:g}?"

    def asked(self, state: dict) -> tuple[dict, dict]:
        """A guess that was kept: what was asked, and what was answered and came.

        Both are what `Predict` has to say of itself. A temperature that was chosen later is not
        the one that was asked about.

        Raises:
            ValueError: the guess is about other examples or classes.
        """
        index = self._examples.index(state["index"])
        guess = _check_guess(self._examples, state["guess"])
        question = self._question_about(index, self._asked_at)
        asked = {"question": question, "kind": "bars", "names": [*self._examples.class_names]}
        if not state["revealed"]:
            return asked, {"guess": guess, "before": None, "truth": None}
        truth = self._examples.probabilities(index, self._asked_at, 0).tolist()
        return asked, {"guess": guess, "before": guess, "truth": truth}

    def _fallback_row(self, k: int, *probabilities: float) -> str:
        name = escape(self._examples.class_names[k])
        if k in self._examples.labelled(self.index):
            name = f"<strong>{name} ◆ true label</strong>"
        rounded = [round(float(p), 3) for p in probabilities]
        colours = (_TEACHER_COLOUR, _TEACHER_COLOUR, _STUDENT_COLOUR)
        cells = "".join(
            f"<td>{_fallback.bar(p, colour)}</td><td>{p:.3f}</td>"
            for p, colour in zip(rounded, colours, strict=False)
        )
        return f"<tr><th>{name}</th>{cells}</tr>"

    def _probabilities(self, temperature: float, model: int = 0) -> np.ndarray:
        return self._examples.probabilities(self.index, temperature, model)


def _unsureness(p: np.ndarray, temperature: float) -> str:
    return f"T = {temperature:g} (entropy {float(soft_targets.entropy(p)):.3f} nats)"


def _distance(p: np.ndarray, q: np.ndarray) -> str:
    return f"KL(teacher || student) {float(soft_targets.kl_divergence(p, q)):.3f} nats"


def _top(p: np.ndarray, names: Sequence[str]) -> str:
    """The likeliest classes; of more than can be shown, also what the others have."""
    top = likeliest(p, 3)
    said = [f"{names[k]} {p[k]:.3f}" for k in top]
    if len(p) > MOST:
        said.append(f"{others_name(len(p) - 3)} {with_others(p, top)[-1]:.3f}")
    return ", ".join(said)


def _check_order(value) -> str:
    if not isinstance(value, str) or value not in ORDERS:
        raise ValueError(f"order must be one of {', '.join(map(repr, ORDERS))}, got {value!r}")
    return value


def _check_class(examples: Examples, value, name: str) -> int | None:
    """The number of a class, or None."""
    if value is not None and not (_checks.is_whole(value) and 0 <= value < examples.n_classes):
        raise ValueError(
            f"{name} must be the number of a class, 0 to {examples.n_classes - 1} here, or None, "
            f"got {value!r}"
        )
    return value if value is None else int(value)


def _check_show_class(examples: Examples, value) -> int | None:
    if value is not None and examples.labels is None:
        raise ValueError(
            f"show_class must be None where there are no labels, got {value!r}: pass labels=..., "
            "the true classes"
        )
    return _check_class(examples, value, "show_class")


def _check_predict(examples: Examples, value) -> bool:
    if _checks.flag(value, "predict") and examples.n_classes > MOST:
        raise ValueError(
            f"predict must be False with more than {MOST} classes, since a guess has a bar for "
            f"each, got logits of {examples.n_classes:,}: pass the columns of some classes, as in "
            "logits[:, classes], to have these guessed"
        )
    return bool(value)


def _check_guess(examples: Examples, value) -> list[float] | None:
    """A guess as a list, which is what the page is sent."""
    if value is None:
        return None
    guess = _checks.probabilities(value, "guess")
    if guess.shape != (examples.n_classes,):
        raise ValueError(
            f"guess must hold one probability per class, {examples.n_classes}, "
            f"got shape {guess.shape}"
        )
    return guess.tolist()
