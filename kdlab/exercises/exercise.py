"""What an exercise is: a question with a check, hints one at a time and a solution on request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from numbers import Number
from textwrap import dedent

import numpy as np

from kdlab.exercises.stopped import where_it_stopped
from kdlab.lessons.answers import Answers


class NotAttempted(Exception):
    """The answer is still the stub; the message says what to do, if not to replace its dots."""


class Misconception(Exception):
    """The answer is wrong; the message says what was probably thought, and why it is not so."""


class Exercise:
    """One question of a lesson.

    Args:
        name: its number in the lesson, `"2.1"`.
        judge: given the answer; returns if it is right, raises `Misconception` if it is wrong.
        hints: from a first clue to nearly the answer, shown one at a time.
        solution: Python source that binds the right answer to the name `answer`.
        praise: what to remember, said when the answer is right.
        answers: where the attempts are kept; nowhere if not given.

    Example:
        >>> def judge(answer):
        ...     expect(answer == 4, "That is not twice two.")
        >>> twice_two = Exercise("0.1", judge, ["Add two to two."], "answer = 2 + 2", "Well done.")
        >>> twice_two.check(...)
        … 0.1 not attempted yet: replace the dots with your answer, then run this cell again.
        >>> twice_two.check(5)
        ✗ 0.1 not yet. That is not twice two.
        >>> twice_two.check(4)
        ✓ 0.1 right! Well done.
    """

    def __init__(
        self,
        name: str,
        judge: Callable[[object], None],
        hints: Sequence[str],
        solution: str,
        praise: str,
        answers: Answers | None = None,
    ):
        self.name = name
        self.judge = judge
        self.hints = tuple(hints)
        self.source = dedent(solution).strip()
        self.praise = praise
        self._answers = answers
        self._shown = 0
        if answers is not None:
            answers.add(self)

    def check(self, answer=...) -> None:
        """Say whether the answer is right, and if not, what may have gone wrong."""
        try:
            if answer is ...:
                raise NotAttempted
            expect(
                answer is not None,
                "Your answer is None, which is nothing. (`print(...)` shows a value, and gives "
                "back None.)",
            )
            self.judge(answer)
        except NotAttempted as stub:
            todo = str(stub) or "replace the dots with your answer"
            print(
                f"… {self.name} not attempted yet: {todo}, "
                f"then run this cell again.{self._earlier()}"
            )
        except Misconception as error:
            self._say(answer, f"✗ {self.name} not yet.", str(error))
        except Exception as error:
            said = where_it_stopped(answer, error)
            self._say(answer, f"✗ {self.name} not yet.", said, error=type(error).__name__)
        else:
            self._say(answer, f"✓ {self.name} right!", self.praise, right=True)

    def _say(self, answer, verdict: str, reply: str, **about) -> None:
        """Print what there is to say to an attempt, and keep it."""
        print(f"{verdict} {reply}")
        if self._answers and (
            trouble := self._answers.attempt(self.name, answer, reply=reply, **about)
        ):
            print(trouble)

    def _earlier(self) -> str:
        """That it was solved before, perhaps in an older copy of the lesson."""
        day = self._answers.solved(self.name) if self._answers else ""
        return f" (You had it right on {day}: ex.answers[{self.name!r}] has it.)" if day else ""

    def hint(self) -> None:
        """Show the next hint; after the last, start again."""
        i = self._shown % len(self.hints)
        self._shown += 1
        print(f"Hint {i + 1} of {len(self.hints)} for {self.name}: {self.hints[i]}")
        if not (self._answers and self._answers.solved(self.name)):
            self._helped(hints=i + 1)

    def solution(self) -> None:
        """Show one right answer."""
        print(f"A solution for {self.name}:\n\n{self.source}")
        self._helped(solution=True)

    def _helped(self, **how) -> None:
        if self._answers and (trouble := self._answers.helped(self.name, **how)):
            print(trouble)

    def __repr__(self) -> str:
        return f"<Exercise {self.name}: check(your_answer), hint(), solution()>"


def expect(right: bool, otherwise: str) -> None:
    """Raise a `Misconception` that says `otherwise`, unless it is right."""
    if not right:
        raise Misconception(otherwise)


def expect_function(answer) -> None:
    """Raise a `Misconception` unless a function came."""
    expect(
        not isinstance(answer, str),
        "A text came. Give your function itself: its name, without quotes.",
    )
    expect(
        not isinstance(answer, Number),
        f"A number came, {answer}. Give your function itself: its name, without brackets.",
    )
    expect(
        callable(answer),
        f"Give your function itself: its name, without brackets. What came is of the type "
        f"{type(answer).__name__}.",
    )


def call(function, *arguments):
    """What the learner's function returns; the stub returns `...`."""
    expect_function(function)
    result = function(*arguments)
    if result is ...:
        raise NotAttempted
    expect(
        result is not None,
        "Your function returns nothing (None). Does its last line begin with `return`? (`print` "
        "and `np.save` give back None.)",
    )
    return result


def close(a, b, tolerance: float = 1e-4) -> bool:
    """Whether two arrays have the same shape and values."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    return a.shape == b.shape and np.allclose(a, b, rtol=0, atol=tolerance)
