"""Where a learner's own code stopped with an error, said in a sentence or two."""

from __future__ import annotations

import re
import traceback

# A message may hold a whole array, or advice of many lines.
_MOST = 200

# What there is to say to some errors, which have one likely cause: the error, a part of its
# message, and the advice. The first that fits.
_ADVICE = (
    (NameError, "is not defined", "Is the name written correctly? Is an `import` missing, or `np.` "
     "before the name, or was a cell above not run?"),
    (TypeError, "bitwise_xor|for \\^", "In Python a power is written `**`; `^` is something else."),
    (TypeError, "converted to Python scalars", "That takes one number, and an array came. `np.exp` "
     "and the others of NumPy take arrays."),
    (ValueError, "truth value of an array", "`if`, `and` and `or` take one True or False, and not "
     "an array of them."),
    (IndexError, "axis .* out of bounds", "Axes count from 0: an array of one dimension has only "
     "`axis=0`, and you may leave it out."),
    (ValueError, "Invalid input shape|incompatible with the layer", "A model takes a whole batch: "
     "give it all images at once in the shape in which they came, or one as `image[None]`."),
)  # fmt: skip


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
    message = _cause(str(error))
    end = "" if message.endswith("?") else "."
    said = f"{type(error).__name__}: {message}{end}" if message else f"{type(error).__name__}."
    code = getattr(answer, "__code__", None)
    frames = traceback.extract_tb(error.__traceback__)
    # What the learner wrote is in the file (or the cell) of the function. The error may have come
    # up further down, in a function of NumPy that it calls.
    own = [frame for frame in frames if code and frame.filename == code.co_filename]
    if own:
        shown = f", `{own[-1].line}`" if own[-1].line else ""
        return f"Your code stopped in line {own[-1].lineno}{shown}: {said}{_advice(error, frames)}"
    if isinstance(error, TypeError) and frames and frames[-1].name == "call":
        return f"Your function takes other arguments than the exercise gives it: {said}"
    return f"Checking your answer raised {said}"


def _cause(message: str) -> str:
    """The line of a message that names the cause, without colours and long arrays."""
    message = re.sub(r"\x1b\[\d*m", "", message)
    message = re.sub(r"\[[-+\d.e,\s\[\]]{40,}\]", "[...]", message).strip()
    message = message.partition(", and the inputs could not be")[0]  # NumPy, of wrong types
    first, _, rest = message.partition("\n")
    if first.startswith("Exception encountered when calling"):  # Keras: the cause comes below
        first = rest.strip().partition("\n")[0] or first
    return first[:_MOST].rstrip(".")


def _advice(error: Exception, frames: traceback.StackSummary) -> str:
    if isinstance(error, TypeError) and any(
        frame.name == "softmax" and "scipy" in frame.filename for frame in frames
    ):
        return (
            " The second argument of `scipy.special.softmax` is an axis, not T. Divide the logits "
            "by T first."
        )
    for kind, part, advice in _ADVICE:
        if isinstance(error, kind) and re.search(part, str(error)):
            return f" {advice}"
    return ""
