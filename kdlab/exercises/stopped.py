"""Where a learner's own code stopped with an error, said in one sentence."""

from __future__ import annotations

import traceback

# A message may hold a whole array, or advice of many lines.
_MOST = 200


def where_it_stopped(answer, error: Exception) -> str:
    """Say which line of the learner's code raised an error, and which error.

    Args:
        answer: what was checked: a function, or anything else.
        error: what it raised.

    Returns:
        One line of text.

    Example:
        >>> try:
        ...     print(9 / 0)
        ... except ZeroDivisionError as error:
        ...     where_it_stopped(9, error)
        'Checking your answer raised ZeroDivisionError: division by zero.'
    """
    message = str(error).strip().partition("\n")[0][:_MOST].rstrip(".")
    said = f"{type(error).__name__}: {message}." if message else f"{type(error).__name__}."
    code = getattr(answer, "__code__", None)
    frames = traceback.extract_tb(error.__traceback__)
    # What the learner wrote is in the file (or the cell) of the function. The error may have come
    # up further down, in a function of NumPy that it calls.
    own = [frame for frame in frames if code and frame.filename == code.co_filename]
    if own:
        shown = f", `{own[-1].line}`" if own[-1].line else ""
        return f"Your code stopped in line {own[-1].lineno}{shown}: {said}{_advice(error)}"
    if isinstance(error, TypeError) and frames and frames[-1].name == "call":
        return f"Your function takes other arguments than the exercise gives it: {said}"
    return f"Checking your answer raised {said}"


def _advice(error: Exception) -> str:
    if isinstance(error, NameError):
        return " Is the name spelt right, and did the cell run that makes it?"
    return ""
