"""The checks that public functions make on their arguments, and the messages when one fails.

Each check returns the cleaned value, or raises a `ValueError` whose message names the
argument and says what was given and what is expected.
"""

from __future__ import annotations

import math
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping, Sized
from contextlib import suppress
from numbers import Integral, Real
from os import PathLike
from pathlib import Path

import numpy as np

from kdlab._checks.arrays import array, as_array, describe, examples, from_0_to_1, images
from kdlab._checks.labels import classes_in, labels

__all__ = ["array", "as_array", "classes_in", "examples", "from_0_to_1", "images", "labels"]

# Rows of logits that sum to one this exactly, with no negative entry, are probabilities.
_SUMS_TO_ONE = 1e-4
# In one layer: a mistyped number must not use up all memory, which would end the kernel.
_MOST_UNITS = 65_536


def positive_number(value, name: str) -> float:
    """A finite number above zero."""
    if not is_real(value) or not _is_finite(value) or value <= 0:
        raise ValueError(
            f"{name} must be a finite number above 0, got {value!r}{_as_number(value)}"
        )
    return float(value)


def temperature(value, name: str = "temperature") -> float:
    """A temperature: a finite number above zero."""
    return positive_number(value, name)


def training_temperature(value, name: str = "temperature") -> float:
    """A temperature whose square, and what is divided by it, float32 can hold."""
    value = temperature(value, name)
    if not 1e-6 <= value <= 1e6:
        raise ValueError(
            f"{name} must lie in 1e-06 to 1e+06, which training in float32 can tell apart, "
            f"got {value:g}: temperatures of use lie between 1 and 20"
        )
    return value


def alpha(value, name: str = "alpha") -> float:
    """A number in [0, 1]: the weight of the soft loss."""
    if not is_real(value) or not 0 <= value <= 1:
        raise ValueError(
            f"{name}, the weight of the soft loss against the hard one, must lie in [0, 1], "
            f"got {value!r}{_as_share(value)}"
        )
    return float(value)


def fraction(value, name: str) -> float:
    """A share: a number in [0, 1]."""
    if not is_real(value) or not 0 <= value <= 1:
        raise ValueError(f"{name} must be a share in [0, 1], got {value!r}{_as_share(value)}")
    return float(value)


def positive_int(value, name: str, *, at_most: int | None = None) -> int:
    """A whole number of at least one, and at most `at_most` if that is given."""
    if not is_whole(value) or value < 1:
        raise ValueError(
            f"{name} must be a whole number of at least 1, got {value!r}{_as_number(value)}"
        )
    if at_most is not None and value > at_most:
        raise ValueError(f"{name} must be at most {at_most:,}, got {value:,}")
    return int(value)


def seed(value, name: str = "seed") -> int:
    """What random numbers start from, in Python, NumPy and TensorFlow alike."""
    if not is_whole(value) or not 0 <= value < 2**32:
        raise ValueError(
            f"{name} must be a whole number from 0 to 2^32 - 1, got {value!r}{_as_number(value)}"
        )
    return int(value)


def flag(value, name: str) -> bool:
    """True or False."""
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{name} must be True or False, got {value!r}")
    return bool(value)


def path(value, name: str = "path") -> Path:
    """The name of a file or folder, with `~` for the home folder."""
    if not isinstance(value, str | PathLike):
        raise ValueError(f"{name} must be the name of a file or folder, got {describe(value)}")
    try:
        if "\0" in str(value):
            raise ValueError("no system has a zero byte in a name")
        return Path(value).expanduser()
    except (RuntimeError, TypeError, ValueError) as error:  # no such user, or a path of bytes
        raise ValueError(f"{name} cannot be read as a path, got {value!r} ({error})") from error


def file(value, name: str = "path") -> Path:
    """The name of a file, which may or may not be there yet."""
    checked = path(value, name)
    if not checked.name:
        raise ValueError(f"{name} must be the name of a file, such as 'mine.npz', got {value!r}")
    return checked


def writable(value: str, name: str) -> str:
    """A text, empty or not, that a file or a page can hold."""
    try:
        value.encode()
    except UnicodeEncodeError as error:  # half a character, from a text decoded wrongly
        raise ValueError(f"{name} must be text that UTF-8 can write, got {value!r}") from error
    return value


def text(value, name: str) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name} must be a text that is not empty, got {value!r}")
    return writable(value, name)


def optional_text(value, name: str) -> str:
    """A text, or an empty one where there is nothing to say."""
    return "" if isinstance(value, str) and not value else text(value, name)


def texts(value, name: str) -> tuple[str, ...]:
    """Several texts; what is no text yet, such as a number, becomes one.

    A dict of number and text gives its texts in the order of their numbers.
    """
    if isinstance(value, bytes) or not _is_sequence(value):
        raise ValueError(f"{name} must be a list of texts, got {describe(value)}")
    if isinstance(value, Mapping):
        value = _by_number(value, name)
    return tuple(writable(str(one), name) for one in value)


def class_names(value, name: str = "class_names") -> tuple[str, ...]:
    """One name per class."""
    if isinstance(value, str):
        raise ValueError(
            f"{name} must be a list of names, got the text {value!r}: [{value!r}] holds one name, "
            f"list({value!r}) one for each letter"
        )
    return texts(value, name)


def _by_number(texts: Mapping, name: str) -> list:
    """The texts of `{0: "cat", 1: "dog"}`, or of `{"cat": 0, "dog": 1}`, as Keras has them."""
    numbers = [int(key) if str(key).isdecimal() else key for key in texts]  # JSON has no other keys
    by_number = dict(zip(numbers, texts.values(), strict=True))
    turned = {number: text for text, number in texts.items() if is_whole(number)}
    for found in (by_number, turned):
        if len(found) == len(texts) and all(i in found for i in range(len(texts))):
            return [found[i] for i in range(len(texts))]
    raise ValueError(
        f"{name} must number its texts from 0 to {len(texts) - 1} where it is a dict, such as "
        f"{{0: 'cat', 1: 'dog'}}, got {dict(texts)!r:.80}"
    )


def several(values, name: str, check: Callable) -> list:
    """One or more values that pass `check(value, name)`, each of them once, in their order."""
    if isinstance(values, str) or not is_iterable(values):
        cure = f": [{values!r}] holds one" if is_real(values) or isinstance(values, str) else ""
        raise ValueError(f"{name} must be a list of values, got {values!r}{cure}")
    checked = list(dict.fromkeys(check(value, name) for value in values))
    if not checked:
        raise ValueError(f"{name} must hold at least one value, got none")
    return checked


def mapping(value, name: str, *, of: str) -> Mapping:
    """A dict of something by its name, which is a text; not empty."""
    if not isinstance(value, Mapping) or not value:
        raise ValueError(f"{name} must be a dict of {of} by name, got {describe(value)}")
    texts(list(value), f"{name}'s names")
    return value


def widths(value, name: str = "hidden_units") -> tuple[int, ...]:
    """The widths of one or more hidden layers."""
    values = value if isinstance(value, (tuple, list)) else (value,)
    if not values:
        raise ValueError(f"{name} must name at least one hidden layer, got {value!r}")
    return tuple(positive_int(width, name, at_most=_MOST_UNITS) for width in values)


def scores(value, name: str = "logits", *, ndim: int | None = None, dtype=np.float64):
    """Finite scores `(..., classes)`, before any softmax."""
    try:
        result = array(value, name, ndim=ndim, dtype=dtype)
    except ValueError:
        raw = as_array(value)
        if raw.dtype.kind == "f" and np.isneginf(raw).any():
            raise ValueError(
                f"{name} must be finite, got {np.isneginf(raw).sum():,} values of minus infinity, "
                "the logarithm of a probability of 0. Pass logits_from_probabilities(p) of the "
                "probabilities p themselves: it knows what to do with zeros"
            ) from None
        raise
    if result.shape[-1] < 2:
        raise ValueError(
            f"{name} must hold one column per class, at least 2, got shape {result.shape}. A "
            "single sigmoid unit's logit z stands for the two logits [0, z]: "
            "np.hstack([np.zeros_like(z), z])"
        )
    return result


def logits(value, name: str = "logits", *, ndim: int | None = None, dtype=np.float64):
    """The same; probabilities bring a warning."""
    result = scores(value, name, ndim=ndim, dtype=dtype)
    warn_if(like_probabilities(result, name))
    return result


def warn_if(seen: str | None) -> None:
    """Warn of what was seen in an argument, if anything, at the line that called kdlab."""
    if seen:
        warnings.warn(seen, UserWarning, stacklevel=outside())


def like_probabilities(scores: np.ndarray, name: str) -> str | None:
    """What makes one take scores for probabilities, or for votes, and what to do; None if nothing.

    Scores as a network gives them are of both signs, and their sums differ from row to row.
    """
    low, high = scores.min(), scores.max()
    if low < 0 or low == high or high > 1e30:  # sums of huge logits overflow
        return None
    sums = scores.sum(axis=-1, dtype=np.float64).ravel()
    few = sums.size < 20  # a handful of rows may have one sum by chance
    what = "softmax outputs"
    if high <= 1 + _SUMS_TO_ONE and np.allclose(sums, 1, rtol=0, atol=_SUMS_TO_ONE):
        seen = "every row is non-negative and sums to 1"
    elif high <= 1 + _SUMS_TO_ONE and (not few or scores.size >= 100):
        what = "probabilities"
        seen = f"every value lies in [0, 1]; the rows sum to {sums.min():.3g} to {sums.max():.3g}"
    elif sums.size > 2 and np.allclose(sums, 100, rtol=0, atol=6):
        seen = "every row is non-negative and sums to about 100, as per cent do"
    elif not few and sums.std() <= 0.02 * sums.mean():
        what = "votes or probabilities"
        seen = f"every row is non-negative and sums to about {sums.mean():.4g}"
    else:
        return None
    return (
        f"What was passed as {name} looks like {what}: {seen}. A temperature divides logits; "
        "dividing probabilities flattens them into almost nothing. Pass the scores from before "
        "the softmax, or logits_from_probabilities(p, temperature=...) where there are none."
    )


def probabilities(value, name: str) -> np.ndarray:
    """Distributions `(..., classes)`: no negative entry, each row sums to 1."""
    result = array(value, name)
    sums = result.sum(axis=-1)
    if (result < 0).any() or not np.allclose(sums, 1, rtol=0, atol=1e-3):
        raise ValueError(
            f"{name} must hold probabilities: no negative value and each row summing to 1, got "
            f"values from {result.min():.3g} to {result.max():.3g} "
            f"and row sums from {sums.min():.3g} to {sums.max():.3g}. softmax(logits, temperature) "
            "makes some of logits"
        )
    return result


def choice(value, name: str, among: Iterable[str]) -> str:
    """One of some texts."""
    if not isinstance(value, str) or value not in among:
        raise ValueError(f"{name} must be one of {', '.join(among)}, got {value!r}")
    return value


def monitor(value, name: str = "monitor"):
    """What shows the progress of a training, or None."""
    ways = ("start", "update", "finish")
    if value is not None and not all(callable(getattr(value, way, None)) for way in ways):
        raise ValueError(
            f"{name} must be a TrainingMonitor, or have its methods {', '.join(ways)}, "
            f"got {value!r}: Keras's callbacks go into callbacks=[...]"
        )
    return value


def same_length(name_a: str, a, name_b: str, b) -> None:
    """Both arrays describe the same examples."""
    for name, value in {name_a: a, name_b: b}.items():
        if not _is_sequence(value):
            raise ValueError(f"{name} must be a list or an array, got {describe(value)}")
    if len(a) != len(b):
        raise ValueError(
            f"{name_a} and {name_b} must describe the same examples, got {len(a)} and {len(b)}: "
            "cut both in the same way, or make both in one pass over the data"
        )


def outside() -> int:
    """The `stacklevel` at which a warning names the line that called kdlab, not one inside it.

    Python shows a warning once per line: named inside kdlab, only the first mistake would show.
    """
    level, frame = 1, sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").startswith("kdlab."):
        level, frame = level + 1, frame.f_back
    return level


def _as_number(value) -> str:
    """How to make a number of what came in its place, where that is plain."""
    if isinstance(value, str):
        with suppress(ValueError):
            kind = "int" if float(value).is_integer() else "float"
            return f", a text: {kind}({value!r}) makes a number of it"
    elif is_real(value) and not is_whole(value) and 0 <= value < 2**53 and value == int(value):
        return f": int({value!r}) makes a whole number of it"
    elif isinstance(value, list | tuple) or getattr(value, "ndim", 0):
        return ", several: this takes one"
    return ""


def _as_share(value) -> str:
    if is_real(value) and 1 < value <= 100:
        return f": {float(value):g} % is {float(value) / 100:g}"
    return _as_number(value)


def is_real(value) -> bool:
    """Whether it is a number. Python counts True and False as numbers too."""
    return isinstance(value, Real) and not isinstance(value, bool)


def is_whole(value) -> bool:
    """Whether it is a whole number, and neither True nor False."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def is_iterable(value) -> bool:
    """Whether one can loop over it. (An array of no dimensions says so, but fails.)"""
    return isinstance(value, Iterable) and getattr(value, "ndim", 1) > 0


def _is_finite(value: Real) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number too large for a float
        return False


def _is_sequence(value) -> bool:
    return is_iterable(value) and isinstance(value, Sized)
