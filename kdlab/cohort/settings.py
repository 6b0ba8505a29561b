"""What the settings of a cohort and its images must be, and what they mean."""

from __future__ import annotations

from numbers import Integral

import numpy as np

from kdlab import _checks


def effective_temperature(alpha: float, temperature: float | None) -> float | None:
    """The temperature, or None where alpha is 0 and the temperature has no effect."""
    return temperature if alpha else None


def flatten(examples, name: str, numbers: int | None = None) -> np.ndarray:
    """Examples as rows `(n, numbers)`, of so many numbers if that is given."""
    x = _checks.examples(examples, name)
    x = x.reshape(len(x), -1)
    if numbers is not None and x.shape[1] != numbers:
        raise ValueError(
            f"{name} must hold examples of {numbers} numbers, as the students were or are trained "
            f"on, got {x.shape[1]}: bring all into one shape, or into the same columns"
        )
    return x


def check_seed(seed, name: str) -> int:
    """A whole number of at least 0. It is for NumPy alone, which has no largest seed."""
    if not _checks.is_whole(seed) or seed < 0:
        raise ValueError(f"{name} must hold whole numbers of at least 0, got {seed!r}")
    return int(seed)


def check_size(size, name: str, available: int) -> int:
    """How many images a student is given; None stands for all."""
    if size is None:
        return available
    size = _checks.positive_int(size, name)
    if size > available:
        raise ValueError(f"{name} must be at most the {available} training images, got {size}")
    return size


def check_left_out(classes_out, classes: int) -> tuple[int, ...]:
    """The classes of one variant, or the only one, each of them once."""
    values = list(classes_out) if _checks.is_iterable(classes_out) else [classes_out]
    if not all(isinstance(c, Integral) and 0 <= c < classes for c in values):
        raise ValueError(f"left_out must hold classes from 0 to {classes - 1}, got {classes_out!r}")
    return tuple(sorted({int(c) for c in values}))
