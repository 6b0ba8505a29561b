"""How a wrong answer is recognised: what came is brought into one form, and compared with what
wrong code would return.

A reply names what was probably thought only where that is certain. Where nothing is recognised it
says what came and what was asked, which is true of every answer.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Sequence
from inspect import isroutine

import numpy as np

from kdlab.exercises.exercise import Misconception, call, close, expect

_A_FUNCTION = "What came is a function. Are its brackets missing, as in `.argmax()`?"

# Wrong code, and what is to be said to whoever wrote it.
Slip = tuple[Callable, str]


def one_number(answer, otherwise: str) -> float:
    """The finite number that an answer is, also where it came as text or as an array of one.

    Args:
        answer: what the learner gave.
        otherwise: what to say where it is no number, one sentence.

    Returns:
        The number.

    Raises:
        Misconception: it is not one finite number.

    Example:
        >>> one_number("6,5", "Give one number.")
        6.5
    """
    expect(not isinstance(answer, (bool, np.bool_)), f"{otherwise} What came is {answer}.")
    expect(not callable(answer), f"{otherwise} {_A_FUNCTION}")
    if isinstance(answer, str):
        answer = answer.strip().replace(",", ".")
    try:
        value = np.asarray(answer, float)
    except (TypeError, ValueError) as error:
        with_letters = isinstance(answer, str) and re.search(r"\d", answer)
        what = "Leave the letters out." if with_letters else came(answer)
        raise Misconception(f"{otherwise} {what}") from error
    expect(value.size == 1, f"{otherwise} What came is {value.size} numbers.{_comma(answer)}")
    expect(bool(np.isfinite(value).all()), f"{otherwise} What came is {answer}.")
    return float(value.squeeze())


def _comma(answer) -> str:
    """What there is to say to whole numbers that may be numbers with a decimal comma."""
    pairs = isinstance(answer, tuple) and len(answer) % 2 == 0
    if pairs and all(isinstance(one, int) for one in answer):
        whole, part = answer[:2]
        return f" (Python has a decimal point: write {whole}.{part}, not {whole},{part}.)"
    return ""


def several_numbers(answer, count: int, otherwise: str) -> np.ndarray:
    """The finite numbers that an answer is, `(count,)`; `otherwise` is said where it is none.

    Example:
        >>> several_numbers((0.5, 0.3, 0.2), 3, "Give three numbers.")
        array([0.5, 0.3, 0.2])
    """
    expect(
        not isinstance(answer, (str, bytes)),
        f"{otherwise} What came is a text: leave the quotes out.",
    )
    expect(not callable(answer), f"{otherwise} {_A_FUNCTION}")
    try:
        values = np.squeeze(np.asarray(answer, float))
    except (TypeError, ValueError) as error:
        raise Misconception(f"{otherwise} {came(answer)}") from error
    expect(values.shape == (count,), f"{otherwise} What came is {form(values)}.{_comma(answer)}")
    expect(bool(np.isfinite(values).all()), f"{otherwise} What came is {shown(values)}.")
    return values


def one_text(answer, otherwise: str) -> str:
    """The text that an answer is; `otherwise` is said where it is none.

    Example:
        >>> one_text("student", "Give one word.")
        'student'
    """
    expect(
        not isinstance(answer, (list, tuple, set, frozenset, np.ndarray)) or np.size(answer) == 0,
        f"{otherwise} Give the text itself, without brackets.",
    )
    expect(not callable(answer), f"{otherwise} {_A_FUNCTION}")
    expect(isinstance(answer, str), f"{otherwise} {came(answer)}")
    return answer


def came(answer) -> str:
    """What kind of thing an answer is, one sentence."""
    if isinstance(answer, str):
        return "What came is a text."
    if isinstance(answer, (int, float)):
        return f"What came is {answer}."
    return f"What came is of the type {type(answer).__name__}."


def form(array: np.ndarray) -> str:
    """The form of what came: one number, so many, or an array of some shape."""
    if array.ndim == 0:
        return "one number"
    return f"{array.size} numbers" if array.ndim == 1 else f"an array of the shape {array.shape}"


def whole_number(answer, otherwise: str) -> int:
    """The whole number that an answer is; `otherwise` is said where it is none.

    Example:
        >>> whole_number(3.0, "Give one digit.")
        3
    """
    value = one_number(answer, otherwise)
    expect(value == int(value), f"{otherwise} {value:g} is not a whole number.")
    return int(value)


def numbers(result) -> np.ndarray:
    """What a learner's function returned, as an array of floats without axes of length 1.

    Raises:
        Misconception: it is something else than numbers.

    Example:
        >>> numbers([[0.5, 0.5]])
        array([0.5, 0.5])
    """
    expect(
        not isinstance(result, (bool, np.bool_)),
        f"Your function returns {result}: the answer to a yes-or-no question. Return numbers.",
    )
    expect(
        not isroutine(result),
        "Your function returns another function. Are the brackets missing after a name, as in "
        "`.mean()`?",
    )
    expect(
        not isinstance(result, (str, bytes)),
        f"Your function returns the text {result!r}. Return numbers.",
    )
    try:
        array = np.squeeze(np.asarray(result, float))
    except (TypeError, ValueError) as error:
        raise Misconception(
            f"Your function returns something of the type {type(result).__name__}. Return numbers."
        ) from error
    expect(
        not np.isnan(array).any(),
        "Your function returns nan, which is no number. Was 0 divided by 0, or a logarithm or a "
        "root taken of something below 0?",
    )
    return array


def compare(
    function,
    right: Callable,
    slips: Sequence[Slip],
    trials: Sequence[tuple],
    said: Callable[[tuple, np.ndarray, np.ndarray], str],
    *,
    tolerance: float = 1e-4,
) -> None:
    """Call a learner's function on some arguments, and recognise what it does.

    A slip is recognised where it gives the same as the function on *all* trials, so that no chance
    agreement of two numbers is taken for it.

    Args:
        function: what the learner wrote.
        right: the function that was asked for.
        slips: wrong functions of the same arguments, each with its reply; the first that fits.
        trials: tuples of arguments.
        said: the reply where nothing is recognised, of the arguments of the first trial that went
            wrong, the right result and the learner's.
        tolerance: how far two numbers may be apart and still be taken for one.

    Raises:
        Misconception: the function is wrong.
        NotAttempted: it is the stub.
    """
    # Copies, since a careless function may change what it is given.
    given = [numbers(call(function, *copy.deepcopy(arguments))) for arguments in trials]

    def agrees(other: Callable) -> list[bool]:
        return [
            close(result, np.squeeze(other(*arguments)), tolerance)
            for result, arguments in zip(given, trials, strict=True)
        ]

    hits = agrees(right)
    if all(hits):
        return
    for code, reply in slips:
        expect(not all(agrees(code)), reply)
    for digits in range(1, 5):
        expect(
            not all(agrees(lambda *arguments, n=digits: np.round(right(*arguments), n))),
            "Right, but rounded. Return the numbers as they come.",
        )
    expect(
        given[0].shape != np.squeeze(right(*trials[0])).shape
        or not _all_one(given)
        or _all_one([np.asarray(right(*arguments)) for arguments in trials]),
        f"Your function returns the same for every input, {shown(given[0])}. Does it use its "
        "arguments?",
    )
    first = hits.index(False)
    reply = said(trials[first], np.squeeze(right(*trials[first])), given[first])
    lucky = "Right for one case, and not for another. " if first else ""
    expect(False, lucky + reply)


def _all_one(results: list[np.ndarray]) -> bool:
    return len(results) > 1 and all(close(result, results[0]) for result in results[1:])


def shown(array) -> str:
    """Numbers as a reply shows them: three digits, and not more of them than can be read.

    Example:
        >>> shown(np.array([0.5, 1 / 3]))
        '[0.5, 0.333]'
    """
    array = np.asarray(array, float)
    if array.size > 12:
        return f"an array of the shape {array.shape}"
    return str(array.round(3).tolist())


def not_one(probabilities: np.ndarray) -> str:
    """To what probabilities add up, each row, where that is not 1: one more sentence of a reply.

    Example:
        >>> not_one(np.array([0.5, 0.25]))
        ' (Yours add up to 0.75, not to 1.)'
    """
    sums = np.atleast_1d(probabilities.sum(axis=-1))
    wrong = sums[~np.isclose(sums, 1, rtol=0, atol=1e-3)]
    return f" (Yours add up to {wrong[0]:.3g}, not to 1.)" if wrong.size else ""


def share_outside(value: float) -> str:
    """That a share lies in [0, 1], where this one does not: one more sentence of a reply.

    Example:
        >>> share_outside(4)
        ' (A share is between 0 and 1.)'
    """
    return "" if 0 <= value <= 1 else " (A share is between 0 and 1.)"


def letters(
    why: dict[str, str], why_not: dict[str, str], *, things: str
) -> Callable[[object], None]:
    """A judge of which of several things are to be named, each by a letter.

    Args:
        why: for each right letter, what is to be said if it is missing, without naming it.
        why_not: for each wrong letter, what is to be said if it is given.
        things: what the letters stand for, in the plural.

    Returns:
        The judge, which takes letters in any order: text, or a list, tuple or set of texts.

    Example:
        >>> why, why_not = {"A": "it is round."}, {"B": "B has corners."}
        >>> judge = letters(why, why_not, things="shapes")
        >>> judge("a")
    """
    known = sorted(why | why_not)
    named = f'The {things} are called "{known[0]}" to "{known[-1]}"'

    def judge(answer) -> None:
        expect(
            isinstance(answer, (str, set, list, tuple, frozenset)),
            'Give letters in quotes, for instance "BC".',
        )
        text = answer if isinstance(answer, str) else " ".join(map(str, answer))
        words = [word.upper() for word in re.findall(r"\w+", text) if word.lower() != "and"]
        chosen = set("".join(words))
        expect(bool(chosen), f"{named}. Name at least one of them.")
        expect(chosen <= set(known), f"{named}: give those letters and nothing else.")
        for letter in sorted(chosen & set(why_not)):
            expect(False, why_not[letter])
        missing = sorted(set(why) - chosen)
        count = len(missing)
        missed = "one is missing:" if count == 1 else f"{count} are missing. One of them:"
        for letter in missing:
            expect(False, f"What you name is right, but {missed} {why[letter]}")

    return judge
