"""The checks that public functions make on their arguments, and the messages when one fails.

Each check returns the cleaned value, or raises a `ValueError` whose message names the
argument and says what was given and what is expected.
"""

from __future__ import annotations

import math
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping, Sized
from numbers import Integral, Real
from os import PathLike
from pathlib import Path

import numpy as np

# Rows of logits that sum to one this exactly, with no negative entry, are probabilities.
_SUMS_TO_ONE = 1e-4
# In one layer: a mistyped number must not use up all memory, which would end the kernel.
_MOST_UNITS = 65_536


def positive_number(value, name: str) -> float:
    """A finite number above zero."""
    if not is_real(value) or not _is_finite(value) or value <= 0:
        raise ValueError(f"{name} must be a finite number above 0, got {value!r}")
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
            f"got {value:g}"
        )
    return value


def alpha(value, name: str = "alpha") -> float:
    """A number in [0, 1]: the weight of the soft loss."""
    if not is_real(value) or not 0 <= value <= 1:
        raise ValueError(
            f"{name}, the weight of the soft loss against the hard one, must lie in [0, 1], "
            f"got {value!r}"
        )
    return float(value)


def fraction(value, name: str) -> float:
    """A share: a number in [0, 1]."""
    if not is_real(value) or not 0 <= value <= 1:
        raise ValueError(f"{name} must be a share in [0, 1], got {value!r}")
    return float(value)


def positive_int(value, name: str, *, at_most: int | None = None) -> int:
    """A whole number of at least one, and at most `at_most` if that is given."""
    if not is_whole(value) or value < 1:
        raise ValueError(f"{name} must be a whole number of at least 1, got {value!r}")
    if at_most is not None and value > at_most:
        raise ValueError(f"{name} must be at most {at_most:,}, got {value:,}")
    return int(value)


def seed(value, name: str = "seed") -> int:
    """What random numbers start from, in Python, NumPy and TensorFlow alike."""
    if not is_whole(value) or not 0 <= value < 2**32:
        raise ValueError(f"{name} must be a whole number from 0 to 2^32 - 1, got {value!r}")
    return int(value)


def flag(value, name: str) -> bool:
    """True or False."""
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{name} must be True or False, got {value!r}")
    return bool(value)


def path(value, name: str = "path") -> Path:
    """The name of a file or folder, with `~` for the home folder."""
    if not isinstance(value, str | PathLike):
        raise ValueError(f"{name} must be the name of a file or folder, got {_describe(value)}")
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


def texts(value, name: str) -> tuple[str, ...]:
    """Several texts; what is no text yet, such as a number, becomes one."""
    if isinstance(value, bytes) or not _is_sequence(value):
        raise ValueError(f"{name} must be a list of texts, got {_describe(value)}")
    return tuple(writable(str(one), name) for one in value)


def several(values, name: str, check: Callable) -> list:
    """One or more values that pass `check(value, name)`, each of them once, in their order."""
    if isinstance(values, str) or not is_iterable(values):
        raise ValueError(f"{name} must be a list of values, got {values!r}")
    checked = list(dict.fromkeys(check(value, name) for value in values))
    if not checked:
        raise ValueError(f"{name} must hold at least one value, got none")
    return checked


def mapping(value, name: str, *, of: str) -> Mapping:
    """A dict of something by its name, which is a text; not empty."""
    if not isinstance(value, Mapping) or not value:
        raise ValueError(f"{name} must be a dict of {of} by name, got {_describe(value)}")
    texts(list(value), f"{name}'s names")
    return value


def widths(value, name: str = "hidden_units") -> tuple[int, ...]:
    """The widths of one or more hidden layers."""
    values = value if isinstance(value, (tuple, list)) else (value,)
    if not values:
        raise ValueError(f"{name} must name at least one hidden layer, got {value!r}")
    return tuple(positive_int(width, name, at_most=_MOST_UNITS) for width in values)


def array(value, name: str, *, ndim: int | None = None, dtype=np.float64) -> np.ndarray:
    """A finite array of numbers, not empty, of `ndim` dimensions if that is given."""
    try:
        result = np.asarray(value, dtype=dtype)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{name} must be an array of numbers, got {_describe(value)}") from error
    if ndim is not None and result.ndim != ndim:
        raise ValueError(f"{name} must have {ndim} dimensions, got shape {result.shape}")
    if result.ndim == 0 or result.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {result.shape}")
    if not np.isfinite(result).all():
        bad = int(np.count_nonzero(~np.isfinite(result)))
        raise ValueError(
            f"{name} must be finite, got {bad} NaN or infinite value(s) in shape {result.shape}"
        )
    return result


def logits(value, name: str = "logits", *, ndim: int | None = None, dtype=np.float64):
    """Finite scores `(..., classes)`, before any softmax; probabilities bring a warning."""
    result = array(value, name, ndim=ndim, dtype=dtype)
    if result.shape[-1] < 2:
        raise ValueError(
            f"{name} must hold one column per class, at least 2, got shape {result.shape}"
        )
    # Bounds first: the sums of huge logits overflow.
    in_range = result.min() >= 0 and result.max() <= 1 + _SUMS_TO_ONE
    if in_range and np.allclose(result.sum(axis=-1), 1, rtol=0, atol=_SUMS_TO_ONE):
        warnings.warn(
            f"What was passed as {name} looks like softmax outputs: every row is non-negative and "
            "sums to 1. A temperature divides logits; dividing probabilities flattens them into "
            "almost nothing. Pass the scores from before the softmax.",
            UserWarning,
            stacklevel=outside(),
        )
    return result


def probabilities(value, name: str) -> np.ndarray:
    """Distributions `(..., classes)`: no negative entry, each row sums to 1."""
    result = array(value, name)
    sums = result.sum(axis=-1)
    if (result < 0).any() or not np.allclose(sums, 1, rtol=0, atol=1e-3):
        raise ValueError(
            f"{name} must hold probabilities: no negative value and each row summing to 1, got "
            f"values from {result.min():.3g} to {result.max():.3g} "
            f"and row sums from {sums.min():.3g} to {sums.max():.3g}"
        )
    return result


def labels(value, n_classes: int, name: str = "labels", *, n: int | None = None) -> np.ndarray:
    """Class numbers `(n,)` in `[0, n_classes)`."""
    result = as_array(value)
    if result.ndim != 1 or result.dtype.kind not in "iu":
        raise ValueError(
            f"{name} must be a 1-D array of whole class numbers, got {_describe(value)}"
        )
    if n is not None and len(result) != n:
        raise ValueError(f"{name} must hold one label per example, {n}, got {len(result)}")
    if result.size and not (result.min() >= 0 and result.max() < n_classes):
        raise ValueError(
            f"{name} must lie in 0 to {n_classes - 1}, "
            f"got values from {result.min()} to {result.max()}"
        )
    return result.astype(np.int32)


def images(value, name: str = "x", *, shape: tuple[int, ...] | None = None) -> np.ndarray:
    """Finite float32 images `(n, height, width, channels)`, of one `shape` if that is given.

    None in the shape stands for any size.
    """
    result = array(value, name, ndim=4, dtype=np.float32)
    if shape is not None and (
        len(shape) != 3
        or any(want not in (None, got) for want, got in zip(shape, result.shape[1:], strict=True))
    ):
        raise ValueError(f"{name} must hold images of shape {tuple(shape)}, got {result.shape[1:]}")
    return result


def from_0_to_1(values: np.ndarray, name: str) -> np.ndarray:
    """Numbers, checked to be finite, that lie in [0, 1]."""
    if values.min() < 0 or values.max() > 1:
        raise ValueError(
            f"{name} must lie in [0, 1], got values from {values.min():g} to {values.max():g}"
        )
    return values


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
            f"got {value!r}"
        )
    return value


def same_length(name_a: str, a, name_b: str, b) -> None:
    """Both arrays describe the same examples."""
    for name, value in {name_a: a, name_b: b}.items():
        if not _is_sequence(value):
            raise ValueError(f"{name} must be a list or an array, got {_describe(value)}")
    if len(a) != len(b):
        raise ValueError(
            f"{name_a} and {name_b} must describe the same examples, got {len(a)} and {len(b)}"
        )


def as_array(value) -> np.ndarray:
    """As an array; where that is impossible, one that its check will refuse."""
    try:
        return np.asarray(value)
    except ValueError:  # rows of different lengths
        return np.array(None)


def outside() -> int:
    """The `stacklevel` at which a warning names the line that called kdlab, not one inside it.

    Python shows a warning once per line: named inside kdlab, only the first mistake would show.
    """
    level, frame = 1, sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").startswith("kdlab."):
        level, frame = level + 1, frame.f_back
    return level


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


def _describe(value) -> str:
    if isinstance(value, np.ndarray) or hasattr(value, "shape"):
        array = np.asarray(value)
        return f"an array of shape {array.shape} and type {array.dtype}"
    return (
        repr(value) if len(repr(value)) <= 80 else f"{type(value).__name__} {repr(value)[:60]}..."
    )
