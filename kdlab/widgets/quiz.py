"""A question with feedback for each of its options: `Quiz`."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import traitlets

from kdlab import _checks
from kdlab.widgets import _assets
from kdlab.widgets._base import Checked, Widget


class Quiz(Widget):
    """Ask a question that teaches more than code: each option says what is right or wrong in it.

    An option is marked first, then given as the answer with the button or the Enter key, so that
    whoever moves through the options with the arrow keys is not told about each on the way. The
    reply to a wrong answer does not tell the right one, and nothing is counted. The answer is kept
    in a notebook that is saved with its widgets.

    Args:
        question: what is asked.
        options: the feedback for each option, by the option's text, two or more: which
            misconception it is, or why it is right.
        right: the right option.
        chosen: the option chosen at the start; None where the question is not attempted yet.

    Attributes:
        chosen: the answer given, the text of an option, or None; set it to answer or, with None,
            to start anew.

    Raises:
        ValueError: a text is empty, there are fewer than two options, or `right` or `chosen` is
            none of them; the same when `chosen` is set later.

    Example:
        >>> quiz = Quiz(
        ...     "What does a temperature above 1 do to the tallest bar?",
        ...     {"It grows.": "Below 1 it does.", "It shrinks.": "And all others grow."},
        ...     right="It shrinks.",
        ... )
        >>> quiz.chosen = "It grows."
        >>> quiz
        <Quiz 'What does a temperature above 1 do to the tallest bar?', chosen='It grows.'>
    """

    _esm = _assets.module("quiz")
    _css = _assets.style("quiz")
    _answer_traits = ("chosen",)

    chosen = Checked(lambda self, value: self._check_chosen(value), None)
    # The question and what there is to say: never changed after the start.
    _data = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        question: str,
        options: Mapping[str, str],
        right: str,
        *,
        chosen: str | None = None,
    ):
        self._question = _checks.text(question, "question")
        self._feedback = _check_options(options)
        if not self._is_option(right):
            raise ValueError(f"right must be one of the options, {self._names()}, got {right!r}")
        self._right = right
        super().__init__(
            chosen=chosen,
            _data={
                "question": self._question,
                "options": [*self._feedback],
                "replies": [self._reply(option) for option in self._feedback],
                "right": right,
            },
        )

    def describe(self) -> dict:
        """The question, its options and the right one, as plain values that JSON can write."""
        options = [*self._feedback]
        return {"question": self._question, "options": options, "right": self._right}

    def _check_chosen(self, value) -> str | None:
        if value is not None and not self._is_option(value):
            raise ValueError(
                f"chosen must be one of the options, {self._names()}, or None, got {value!r}"
            )
        return value

    def _is_option(self, value) -> bool:
        return isinstance(value, str) and value in self._feedback

    def _names(self) -> str:
        return ", ".join(map(repr, self._feedback))

    def _reply(self, option: str) -> str:
        verdict = "✓ Right." if option == self._right else "✗ Not yet."
        return f"{verdict} {self._feedback[option]}"

    def _is_answered(self) -> bool:
        return self.chosen is not None

    def _is_committed(self) -> bool:
        return self.chosen is not None

    def _content(self) -> str:
        return repr(self._question)

    def _fallback_text(self) -> str:
        lines = [f"Quiz: {self._question}", *(f"- {option}" for option in self._feedback)]
        return "\n".join([*lines, self._answer()])

    def _fallback_html(self) -> str:
        # Each reply has to be opened: as in the widget, nobody reads one without asking for it.
        options = "".join(
            f"<details><summary>{escape(option)}</summary>{escape(self._reply(option))}</details>"
            for option in self._feedback
        )
        return (
            f"<div><p><strong>{escape(self._question)}</strong></p>{options}"
            f"<p><em>{escape(self._answer())}</em></p></div>"
        )

    def _answer(self) -> str:
        if self.chosen is None:
            return "Not attempted yet."
        return f"Answered: {self.chosen} {self._reply(self.chosen)}"


def _check_options(options) -> dict[str, str]:
    if not isinstance(options, Mapping) or len(options) < 2:
        raise ValueError(
            f"options must be a dict of two or more options with their feedback, got {options!r}"
        )
    return {
        _checks.text(option, "an option"): _checks.text(feedback, f"the feedback for {option!r}")
        for option, feedback in options.items()
    }
