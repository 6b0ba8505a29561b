"""Say what will come before it comes, and see both side by side: `Predict`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import traitlets

from kdlab import _checks
from kdlab.widgets import _assets, _examples, _fallback, _predictions
from kdlab.widgets._base import Checked, Widget


class Predict(Widget):
    """A prediction: made before the result is known, kept, and compared with what came.

    What is asked for follows from the arguments: `between` alone asks for a number, `choices` for
    one of some options, `order` for an order, `bars` for shares that fill 100 %, `curve` for a
    line over some places. The cell that computes the result hands it over with `reveal`. Then both
    stand side by side, with the distance in words and what a typical wrong guess assumes.

    A prediction is never a condition: without one `reveal` shows what came and says that none was
    made. One that is made or changed after the reveal is shown as such.

    Args:
        question: what is asked, one sentence.
        between: the lowest and the highest number, `(low, high)`; with `curve` its heights.
        step: of the slider; 1 where whole numbers suffice, else about a hundredth of the range.
        unit: of the number or of the heights, as `"images"`, `"points"` or `"%"`.
        choices: the options, with what there is to say to each after the reveal.
        order: the items, in the order in which they are shown first: not the right one.
        bars: the names of the bars.
        curve: the places on the axis, from left to right, at equal distances.
        xlabel, ylabel: what the axes of a curve are.
        scale: what a truth is multiplied by to be in the unit: 100 where it is a share and the
            guess is in points.
        image: a picture beside the question, `(height, width, channels)` in [0, 1].
        alt: what is to be seen there, for those who do not see it.
        too_low, too_high: what a number that is too low, or too high, assumes: one sentence.
        typical: the same for an order, bars or a curve.
        explanation: what there is to say to the result, paragraphs with an empty line between
            them. It is shown at the reveal; who does not want to guess can open it before.
        guess: an answer at the start.

    Attributes:
        guess: the answer: a number, an option, a list of items, of shares or of heights; None as
            long as there is none.
        before: the answer as it stood at the reveal; None if there was none.
        truth: what came, in the unit of the guess; an interval as `[mean, low, high]`; None before
            the reveal.

    Raises:
        ValueError: an argument is of the wrong kind, or two are given that exclude each other; the
            same when an attribute is set later.

    Example:
        >>> prediction = Predict("How many of 540 images will be wrong?", between=(0, 540))
        >>> prediction.guess = 20
        >>> prediction.reveal(7).verdict()["distance"]
        'You were 13 too high.'
    """

    _esm = _assets.module("predict")
    _css = _assets.style("predict")
    _answer_traits = ("guess", "before", "truth")

    guess = Checked(lambda self, value: self._check("guess", value), None)
    before = Checked(lambda self, value: self._check("guess", value), None)
    truth = Checked(lambda self, value: self._check("truth", value), None)
    # The question and what there is to say: never changed after the start.
    _data = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        question: str,
        *,
        between: Sequence[float] | None = None,
        step: float | None = None,
        unit: str = "",
        choices: Mapping[str, str] | Sequence[str] | None = None,
        order: Sequence[str] | None = None,
        bars: Sequence[str] | None = None,
        curve: Sequence | None = None,
        xlabel: str = "",
        ylabel: str = "",
        scale: float = 1,
        image=None,
        alt: str = "",
        too_low: str = "",
        too_high: str = "",
        typical: str = "",
        explanation: str = "",
        guess=None,
    ):
        self._question = _checks.text(question, "question")
        self._kind = _predictions.kind_of(
            between=between, step=step, unit=unit, choices=choices, order=order, bars=bars,
            curve=curve, xlabel=xlabel, ylabel=ylabel,
        )  # fmt: skip
        self._scale = _checks.positive_number(scale, "scale")
        said = {"too_low": too_low, "too_high": too_high, "typical": typical}
        self._typical = self._check_typical(said)
        self._explanation = _checks.optional_text(explanation, "explanation")
        super().__init__(
            guess=guess,
            _data={
                **self.describe(),
                "replies": [*getattr(self._kind, "replies", {}).values()],
                "typical": self._typical,
                "explanation": self._explanation.split("\n\n") if self._explanation else [],
                "image": _picture(image, alt),
            },
        )

    def reveal(self, truth) -> Predict:
        """Say what came: the prediction is shown beside it.

        Args:
            truth: a number or an `Interval`; the option that came; the items in their order; the
                shares; a number or an `Interval` for each place of a curve.

        Returns:
            The prediction itself, so that a cell which ends with `reveal` shows it.

        Raises:
            ValueError: `truth` is none of what was asked for.
        """
        if truth is None:
            raise ValueError("truth must be what came, got None")
        first = self.truth is None
        truth = self._kind.truth(truth, self._scale)
        with self.hold_sync():
            self.truth = truth
            if first:
                self.before = self.guess
        return self

    def verdict(self) -> dict[str, str]:
        """What there is to say to the prediction, by the part that each sentence plays.

        Returns:
            `you`, what was predicted; `came`; and, where a prediction was made, `distance` and
            `assumes`, what a typical wrong guess assumes; `after`, if there is another answer
            since the reveal. Before the reveal it is empty.
        """
        if self.truth is None:
            return {}
        return _predictions.verdict(self._kind, self.guess, self.before, self.truth, self._typical)

    def describe(self) -> dict:
        """The question and what can be answered, as plain values that JSON can write."""
        return {"question": self._question, "kind": self._kind.KIND, **self._kind.described()}

    def text(self, value) -> str:
        """An answer, or a truth, as people read it."""
        return self._kind.text(value)

    def _check(self, name: str, value):
        return None if value is None else getattr(self._kind, name)(value)

    def _check_typical(self, said: dict) -> dict[str, str]:
        fitting = self._kind.TYPICAL
        for name, text in said.items():
            if text and name not in fitting:
                instead = " and ".join(fitting) or "the replies in choices"
                raise ValueError(
                    f"{name} must be left out of a prediction of kind {self._kind.KIND}, "
                    f"got {text!r}: use {instead}"
                )
        return {name: _checks.optional_text(said[name], name) for name in fitting}

    def _is_answered(self) -> bool:
        return self.guess is not None or self.truth is not None

    def _answer_in_words(self) -> str:
        you = self.guess if self.before is None else self.before
        answers = {"you": you, "came": self.truth}
        given = {who: value for who, value in answers.items() if value is not None}
        return "; ".join(f"{who}: {self.text(value)}" for who, value in given.items())

    # ---- where no widget is alive ----

    def _content(self) -> str:
        return repr(self._question)

    def _lines(self) -> list[str]:
        if self.truth is not None:
            return [*self.verdict().values()]
        if self.guess is None:
            return [self._kind.asks(), "No prediction yet."]
        return [f"Your prediction: {self.text(self.guess)}"]

    def _fallback_text(self) -> str:
        lines = [f"Predict: {self._question}", *self._lines()]
        return "\n".join([*lines, self._explanation] if self.truth is not None else lines)

    def _fallback_html(self) -> str:
        lines = "".join(f"<p>{escape(line)}</p>" for line in self._lines())
        explanation = ""
        if self._explanation:
            opened = " open" if self.truth is not None else ""
            explanation = (
                f"<details{opened}><summary>What this shows</summary>"
                f"{_fallback.text(self._explanation)}</details>"
            )
        picture = self._data["image"]
        image = picture and (
            f'<img src="{picture["address"]}" alt="{escape(picture["alt"])}" width="96" '
            'style="image-rendering: pixelated;">'
        )
        question = f"<p><strong>{escape(self._question)}</strong></p>"
        return f"<div>{question}{image or ''}{lines}{explanation}</div>"


def _picture(image, alt) -> dict | None:
    """What is shown beside the question; one channel is ink, white on black in a dark theme."""
    if image is None:
        return None
    (pixels,) = _examples.pixels(_checks.array(image, "image", ndim=3)[None], "image")
    alt = _checks.text(alt, "alt")
    return {"address": _fallback.address(pixels), "alt": alt, "ink": pixels.shape[-1] == 1}
