"""What the settings and data of a cohort must be, and what they mean."""

from __future__ import annotations

from numbers import Integral

import numpy as np

from kdlab import _checks
from kdlab.datasets import Dataset


def effective_temperature(alpha: float, temperature: float | None) -> float | None:
    """The temperature, or None where alpha is 0 and the temperature plays no part."""
    return temperature if alpha else None


def check_data(data, teacher_logits):
    """Images as rows of pixels, labels, the same of the test, and how many classes there are."""
    if isinstance(data, Dataset):
        x, y, x_test, y_test = data.x_train, data.y_train, data.x_test, data.y_test
        classes = data.n_classes
    else:
        try:
            x, y, x_test, y_test = data
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"data must be a Dataset or (x_train, y_train, x_test, y_test), "
                f"got {type(data).__name__}"
            ) from error
        known = [_checks.as_array(labels) for labels in (y, y_test) if labels is not None]
        whole = (labels for labels in known if labels.dtype.kind in "iu")  # the rest: see below
        classes = max((1 + int(labels.max(initial=1)) for labels in whole), default=2)
        # The highest class may be missing among the labels.
        shape = _checks.as_array(teacher_logits).shape
        if len(shape) >= 2:
            classes = max(classes, shape[-1])
        _checks.widths(classes, "the number of classes in y_train and y_test")
    x = flatten(x, "x_train")
    x_test = flatten(x_test, "x_test", x.shape[1])
    if y is not None:
        y = _checks.labels(y, classes, "y_train", n=len(x))
    return x, y, x_test, _checks.labels(y_test, classes, "y_test", n=len(x_test)), classes


def flatten(images, name: str, pixels: int | None = None) -> np.ndarray:
    """Images as rows `(n, pixels)`, of so many pixels if that is given."""
    x = _checks.array(images, name, dtype=np.float32)
    x = x.reshape(len(x), -1)
    if pixels is not None and x.shape[1] != pixels:
        raise ValueError(f"{name} must hold images of {pixels} pixels, got {x.shape[1]}")
    return x


def check_teacher(teacher_logits, alphas, seeds: int, shape) -> np.ndarray:
    """`(teachers, n_train, classes)`: one teacher for all seeds, or one for each."""
    if teacher_logits is None:
        if max(alphas) > 0:
            raise ValueError(
                f"teacher_logits must be given where an alpha is above 0, got None and {alphas}"
            )
        return np.zeros((1, *shape), np.float32)
    teacher_logits = _checks.logits(teacher_logits, "teacher_logits", dtype=np.float32)
    if teacher_logits.shape not in (shape, (seeds, *shape)):
        raise ValueError(
            f"teacher_logits must hold one row per training image and one column per class, "
            f"{shape}, or {(seeds, *shape)} for a teacher per seed, got {teacher_logits.shape}"
        )
    return teacher_logits.reshape(-1, *shape)


def check_seed(seed, name: str) -> int:
    """A whole number of at least 0. NumPy alone starts from it, which knows no largest seed."""
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
