"""Arrays of one's own, split and with names for their classes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kdlab import _checks
from kdlab._checks.arrays import describe, is_missing, numbers, refuse_batches
from kdlab.datasets.split import stratified


def _require_same_rows(x, y) -> None:
    """Of two tables of pandas, whose rows have names, though arrays go by their places."""
    rows = [getattr(part, "index", None) for part in (x, y) if hasattr(part, "iloc")]
    if len(rows) < 2 or len(rows[0]) != len(rows[1]) or (rows[0] == rows[1]).all():
        return
    if rows[0].sort_values().equals(rows[1].sort_values()):  # others say nothing of each other
        raise ValueError(
            "x and y must have the same index, got rows in different orders: "
            "y.loc[x.index] brings the labels into the order of x"
        )


def read_arrays(x, y, x_test, y_test, class_names, test, seed, scale) -> dict:
    """The arrays and the class names of a `Dataset`: see its `from_arrays`."""
    scale = _checks.flag(scale, "scale")
    if y is None:
        raise ValueError(
            "y must be the labels of x, got None. Of a pair or a pipeline: "
            "x, y = kdlab.collect(batches), then from_arrays(x, y)"
        )
    _require_same_rows(x, y)
    if (x_test is None) != (y_test is None):
        missing = "x_test" if x_test is None else "y_test"
        raise ValueError(f"{missing} must be given with the other one of the two, got None")
    if x_test is None:
        [x] = _from_0_to_1([x], ["x"])
        [y], names = numbered([y], ["y"], class_names)
        _checks.same_length("x", x, "y", y)
        train, tested = stratified(y, names, test, seed)
        x, y, x_test, y_test = x[train], y[train], x[tested], y[tested]
    else:
        x, x_test = _from_0_to_1([x, x_test], ["x", "x_test"])
        [y, y_test], names = numbered([y, y_test], ["y", "y_test"], class_names)
        _checks.same_length("x", x, "y", y)
        _checks.same_length("x_test", x_test, "y_test", y_test)
    if scale:
        if x.ndim != 2:
            raise ValueError(
                f"scale must be False for pictures, got shape {x.shape}: "
                "keras.layers.Normalization scales inside the model"
            )
        x_test = _checks.examples(x_test, "x_test", shape=x.shape[1:])
        x, x_test = scaled(x, x_test)
    return {
        "x_train": x,
        "y_train": y,
        "x_test": x_test,
        "y_test": y_test,
        "class_names": names,
    }


def scaled(train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Columns with mean 0 and deviation 1, by the training rows alone; constant ones become 0."""
    train, test = train.astype(np.float64), test.astype(np.float64)
    constant = np.ptp(train, axis=0) == 0  # rounding alone could give them a deviation
    mean, deviation = train.mean(axis=0), np.where(constant, np.inf, train.std(axis=0))
    return (train - mean) / deviation, (test - mean) / deviation


def numbered(parts: Sequence, arguments: Sequence[str], class_names=None):
    """Labels of any kind as class numbers, the same in all parts, and the names of the classes.

    Args:
        parts: labels of the training part and perhaps of the test.
        arguments: what these are called, for messages.
        class_names: names in the order of the numbers, or None.
    """
    columns = getattr(parts[0], "columns", ())
    if class_names is None and len(columns) > 1:  # pandas.get_dummies names them by the class
        class_names = list(columns)
    parts = [_values(part, name) for part, name in zip(parts, arguments, strict=True)]
    words = [part.dtype.kind == "U" for part in parts]
    if any(words) and not all(words):
        raise ValueError(f"{' and '.join(arguments)} must both be words or both numbers, got both")
    if class_names is None:
        found = np.unique(np.concatenate(parts))
        names = tuple(map(str, found.tolist()))
        return [np.searchsorted(found, part) for part in parts], names
    names = _checks.class_names(class_names)
    if not any(words):
        parts = [_checks.labels(p, len(names), n) for p, n in zip(parts, arguments, strict=True)]
        return parts, names
    unknown = sorted(set(np.concatenate(parts).tolist()) - set(names))
    if unknown:
        raise ValueError(f"class_names must name all labels, got none for {unknown[:5]}")
    return [np.array([names.index(word) for word in part.tolist()]) for part in parts], names


def _values(labels, name: str) -> np.ndarray:
    """Labels `(n,)` as whole numbers or as texts."""
    refuse_batches(labels, name)
    column = _checks.as_array(labels)
    if column.ndim == 2 and column.shape[1] == 1:
        column = column[:, 0]
    if column.ndim == 2 and numbers(column) is not None:
        return _checks.labels(column, column.shape[1], name)
    if column.ndim != 1 or not len(column):
        raise ValueError(
            f"{name} must hold one label per example, a number or a word, got {describe(labels)}"
        )
    values = [v.decode() if isinstance(v, bytes) else v for v in column.tolist()]
    missing = sum(map(is_missing, values))
    if missing:
        raise ValueError(
            f"{name} must hold a label for each example, got {missing:,} missing: leave these rows "
            "out, of x too"
        )
    if all(isinstance(v, str) for v in values):
        return np.array(values)
    known = numbers(column)
    if known is None:
        raise ValueError(
            f"{name} must hold words alone or numbers alone, got values such as {values[0]!r}"
        )
    if column.dtype.kind in "biu":
        return column
    if not np.isfinite(known).all() or (known % 1).any():
        odd = known[~np.isfinite(known) | (known % 1 != 0)]
        raise ValueError(
            f"{name} must name classes, got numbers that are not whole, such as {odd[0]:g}: "
            "np.digitize(y, limits) cuts a quantity into classes"
        )
    return known.astype(np.int64)


def _from_0_to_1(parts: list, arguments: list[str]) -> list[np.ndarray]:
    """Examples; pictures of bytes divided by 255."""
    of_bytes = [getattr(part, "dtype", None) == np.uint8 for part in parts]
    xs = [_checks.examples(part, name) for part, name in zip(parts, arguments, strict=True)]
    # A picture of ones and zeros, a mask for example, is in [0, 1] already.
    if all(of_bytes) and xs[0].ndim > 2 and max(x.max() for x in xs) > 1:
        xs = [np.divide(x, 255, out=x) for x in xs]
    return xs
