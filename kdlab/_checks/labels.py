"""Labels in the forms that people have them in: numbers, columns, one-hot rows, series."""

from __future__ import annotations

import numpy as np

from kdlab._checks.arrays import as_array, describe, is_missing, numbers, refuse_batches

_NUMBER_THEM = (
    "names, y = np.unique(words, return_inverse=True) numbers them, and so does "
    "kdlab.Dataset.from_arrays(x, words)"
)


def labels(value, n_classes: int, name: str = "labels", *, n: int | None = None) -> np.ndarray:
    """Class numbers `(n,)` in `[0, n_classes)`, int32.

    Taken as such: whole floats, a column `(n, 1)`, one-hot rows `(n, n_classes)`, True and False
    for two classes, the columns and series of pandas.
    """
    refuse_batches(value, name)
    given = as_array(value)
    result = _one_dimensional(_as_numbers(given, value, name), n_classes, name)
    if given.dtype.kind == "b" and given.ndim == 1 and n_classes != 2:
        raise _refused(name, f"True and False, which name 2 classes and not {n_classes}")
    if n is not None and len(result) != n:
        raise ValueError(f"{name} must hold one label per example, {n}, got {len(result)}")
    if (result % 1).any():
        raise _refused(
            name,
            f"numbers that are not whole, such as {result[result % 1 > 0][0]:g}. A quantity is no "
            "class: cut it into some, by np.digitize(y, limits)",
        )
    if result.size and not (result.min() >= 0 and result.max() < n_classes):
        raise ValueError(
            f"{name} must lie in 0 to {n_classes - 1}, got values from {result.min():.15g} to "
            f"{result.max():.15g}{_cure(result, n_classes)}"
        )
    return result.astype(np.int32)


def classes_in(value) -> int:
    """How many classes labels need; 0 where they do not say, as they are no labels."""
    given = as_array(value)
    if given.ndim == 2 and given.shape[1] > 1:
        return given.shape[1]
    known = numbers(given)
    if known is None or not known.size or not np.isfinite(known).all():
        return 0
    return 1 + int(known.max())


def _as_numbers(given: np.ndarray, value, name: str) -> np.ndarray:
    """Numbers in any shape, none of them missing."""
    result = numbers(given) if given.ndim else None
    if result is None:
        words = [one for one in given.flat if isinstance(one, str | bytes)]
        if any(is_missing(one) for one in given.flat) and words:
            raise _refused(name, "words and missing ones: leave these rows out")
        if words and all(str(one).isdecimal() for one in words):
            raise _refused(
                name, f"text such as {str(words[0])!r}: .astype(int) makes numbers of it"
            )
        if words:
            raise _refused(name, f"words such as {str(words[0])!r}: {_NUMBER_THEM}")
        if value is None:
            raise _refused(name, "None: it is distill that can learn without labels")
        raise _refused(name, describe(value))
    missing = np.count_nonzero(~np.isfinite(result))
    if missing:
        raise _refused(
            name,
            f"{missing:,} NaN or infinite of {result.size:,}: leave these rows out, or learn "
            "from the teacher alone, by distill with y=None",
        )
    return result


def _one_dimensional(result: np.ndarray, n_classes: int, name: str) -> np.ndarray:
    if result.ndim == 1:
        return result
    if result.ndim == 2 and result.shape[1] == 1:
        return result[:, 0]
    if result.ndim != 2 or result.shape[1] != n_classes:
        raise _refused(
            name,
            f"shape {result.shape}: besides that, a column (n, 1) and one-hot rows "
            f"(n, {n_classes}) are taken",
        )
    ones = result.sum(axis=1)
    if not np.isin(result, (0, 1)).all():
        soft = result.min() >= 0 and np.allclose(ones, 1, rtol=0, atol=1e-3)
        what = (
            "probabilities, soft targets: distill takes these in place of the teacher's logits, as "
            "np.log(p)"
            if soft
            else "scores: scores.argmax(axis=1) names the highest"
        )
        raise _refused(name, f"rows of {what}")
    if (ones != 1).any():
        row = int(np.flatnonzero(ones != 1)[0])
        raise _refused(
            name,
            f"rows of 0 and 1, but {ones[row]:.0f} ones in row {row}: each example must have one "
            "class. Where it may have several, each class is a task of its own, with labels "
            "y[:, k]",
        )
    return result.argmax(axis=1)


def _cure(result: np.ndarray, n_classes: int) -> str:
    low, high = result.min(), result.max()
    if n_classes == 2 and np.isin(result, (-1, 1)).all():
        return ": (y + 1) // 2 makes 0 and 1 of -1 and 1"
    if low == -1 and high < n_classes:
        return (
            f": if -1 stands for 'unknown' ({np.count_nonzero(result == -1):,} times here), leave "
            "these rows out, x[y >= 0] and y[y >= 0], or learn from the teacher alone, by distill "
            "with y=None"
        )
    if low >= 1 and high == n_classes:
        return f": if they count from 1 to {n_classes}, subtract 1"
    return f", where there are {n_classes} classes"


def _refused(name: str, came: str) -> ValueError:
    return ValueError(f"{name} must be a 1-D array of whole class numbers, got {came}")
