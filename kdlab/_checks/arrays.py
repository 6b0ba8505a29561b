"""Arrays, from wherever they come: lists, data frames, tensors, sparse matrices.

What has one meaning is taken. What could have two is refused, and the message says how to choose.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from decimal import Decimal
from math import prod
from numbers import Real

import numpy as np

# Up to this number, float32 can tell all whole numbers apart.
_EXACT = 2**24
_WAYS_IN = "kdlab.Dataset.from_folder reads images from files, kdlab.Dataset.from_table a CSV"


def array(value, name: str, *, ndim: int | None = None, dtype=np.float64) -> np.ndarray:
    """A finite array of numbers, not empty, of `ndim` dimensions if that is given."""
    refuse_batches(value, name)
    try:
        result = np.asarray(_unwrapped(value), dtype=dtype)
    except (TypeError, ValueError, OverflowError, RuntimeError) as error:
        raise ValueError(f"{name} must be an array of numbers, got {describe(value)}") from error
    if result.ndim == 0:
        came = describe(value) if value is None else f"one number, {result:g}"
        raise ValueError(
            f"{name} must be an array, got {came}: are the arguments in the right order?"
        )
    if ndim is not None and result.ndim != ndim:
        raise ValueError(f"{name} must have {ndim} dimensions, got shape {result.shape}")
    if result.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {result.shape}")
    if not np.isfinite(result).all():
        bad = int(np.count_nonzero(~np.isfinite(result)))
        raise ValueError(
            f"{name} must be finite, got {bad} NaN or infinite value(s) in shape {result.shape}: "
            "np.argwhere(~np.isfinite(values)) shows where"
        )
    return result


def images(value, name: str = "x", *, shape: tuple[int, ...] | None = None) -> np.ndarray:
    """Finite float32 images `(n, height, width, channels)`, of one `shape` if that is given.

    None in the shape stands for any size.
    """
    result = array(value, name, dtype=np.float32)
    if result.ndim != 4:
        cure = {
            3: ": images[..., None] gives grey images a channel, images[None] makes a batch of one "
            "image (height, width, channels)",
            2: ": rows of pixels become images by .reshape(n, height, width, channels)",
        }
        raise ValueError(
            f"{name} must have 4 dimensions, (n, height, width, channels), "
            f"got shape {result.shape}{cure.get(result.ndim, '')}"
        )
    if shape is not None and not _fits(result.shape[1:], shape):
        raise ValueError(f"{name} must hold images of shape {tuple(shape)}, got {result.shape[1:]}")
    return result


def from_0_to_1(values: np.ndarray, name: str) -> np.ndarray:
    """Numbers, checked to be finite, that lie in [0, 1]."""
    low, high = values.min(), values.max()
    if low < 0 or high > 1:
        cure = ""
        if values.ndim > 2 and low >= 0 and high <= 255:  # pictures
            cure = ": divide by 255"
        elif values.ndim > 2:
            cure = (
                ": (x - low) / (high - low) brings it there, with the same low and high for all "
                "parts. What is to be standardised, keras.layers.Normalization does in the model"
            )
        raise ValueError(f"{name} must lie in [0, 1], got values from {low:g} to {high:g}{cure}")
    return values


def examples(value, name: str = "x", *, shape: tuple | None = None) -> np.ndarray:
    """What a model takes: finite float32 `(n, ...)` of two dimensions or more.

    Args:
        value: an array, or what has one meaning as one: nested lists, a data frame of numbers, a
            sparse matrix, a tensor.
        name: of the argument.
        shape: of one example, as a model asks for it; None in it stands for any size. A last axis
            of one is added or taken away where that makes it fit: `(n, 8, 8)` for `(8, 8, 1)`.
    """
    refuse_batches(value, name)
    given = _frame(value, name) if _is_frame(value) else as_array(value)
    if given.dtype.kind not in "biuf":
        known = numbers(given) if given.ndim else None
        if known is None:
            raise ValueError(f"{name} must be an array of numbers, got {_no_numbers(value, given)}")
        given = known
    result = array(given, name, dtype=np.float32)
    if given.dtype.kind in "iu" and np.abs(given, dtype=np.float64).max() > _EXACT:
        with np.errstate(invalid="ignore"):  # what rounding has carried beyond the largest
            wrong = given[result.astype(given.dtype) != given]
        if wrong.size:
            raise ValueError(
                f"{name} must hold whole numbers that float32 can tell apart, up to {_EXACT:,}, "
                f"got {wrong.flat[0]}: number ids anew, by np.unique(ids, return_inverse=True); "
                "scale quantities, or make floats of them by .astype(float)"
            )
    if shape is not None and _fits(result.shape, shape):
        raise ValueError(
            f"{name} must have {len(shape) + 1} dimensions, got shape {result.shape}, a single "
            "example: x[None] makes a batch of one"
        )
    if result.ndim < 2:
        raise ValueError(
            f"{name} must hold one row per example, got shape {result.shape}: x[:, None] makes "
            "rows of one number, x[None] a batch of one example"
        )
    return result if shape is None else _fitted(result, name, tuple(shape))


def _fitted(x: np.ndarray, name: str, shape: tuple) -> np.ndarray:
    """Examples of a shape; with a last axis of one more or less, which changes no number."""
    got = x.shape[1:]
    if _fits(got, shape):
        return x
    if _fits((*got, 1), shape):
        return x[..., None]
    if got[1:] and got[-1] == 1 and _fits(got[:-1], shape):
        return x[..., 0]
    cure = "bring the data into that shape, or build the model for this one"
    if None not in shape and prod(got) == prod(shape):
        if len(got) == 3 and shape == (*got[1:], got[0]):
            cure = "np.moveaxis(x, 1, -1) puts the channels last"
        elif 1 in (len(got), len(shape)):
            sizes = ", ".join(map(str, shape))
            cure = f"np.asarray(x).reshape(-1, {sizes}) does it, if the numbers stand row by row"
    kind = "images" if len(shape) == 3 else "examples"
    raise ValueError(f"{name} must hold {kind} of shape {shape}, got {got}: {cure}")


def _fits(got: tuple, shape: tuple) -> bool:
    return len(got) == len(shape) and all(
        want in (None, size) for want, size in zip(shape, got, strict=True)
    )


# ---- from what is no array yet ------------------------------------------------------------------


def as_array(value) -> np.ndarray:
    """As an array; where that is impossible, one that its check will refuse."""
    try:
        return np.asarray(_unwrapped(value))
    except (TypeError, ValueError, RuntimeError):  # rows of different lengths, for example
        return np.array(None)


def _unwrapped(value):
    """What NumPy would misread or refuse, in a form that it reads."""
    if (
        isinstance(value, np.ma.MaskedArray) and value.mask.any()
    ):  # or the masked values would come back
        return value.astype(np.float64).filled(np.nan)
    if hasattr(value, "toarray"):  # a sparse matrix
        return value.toarray()
    if hasattr(value, "detach"):  # a tensor of PyTorch that keeps its gradient, or is on a GPU
        return value.detach().cpu()
    return value


def numbers(column: np.ndarray) -> np.ndarray | None:
    """As float64, with NaN where a value is missing; None where it holds anything but numbers."""
    if column.dtype.kind in "biuf":
        return column.astype(np.float64)
    if column.dtype.kind != "O":
        return None
    values = [np.nan if is_missing(value) else value for value in column.flat]
    if not all(isinstance(value, Real | Decimal) for value in values):
        return None
    try:
        return np.array(values, np.float64).reshape(column.shape)
    except OverflowError:
        return None


def is_missing(value) -> bool:
    """None, NaN, NaT, and NA of pandas."""
    return value is None or (not isinstance(value, str) and str(value) in ("nan", "NaT", "<NA>"))


def refuse_batches(value, name: str) -> None:
    """Raise a `ValueError` for what hands out batches: tf.data, Keras, PyTorch, a generator."""
    known = str | bytes | Sequence | Mapping | Set | type
    if isinstance(value, known) or any(
        hasattr(value, way) for way in ("__array__", "__array_interface__", "toarray")
    ):
        return
    items = hasattr(value, "__getitem__") and hasattr(value, "__len__")
    if isinstance(value, Iterable) or items:
        raise ValueError(
            f"{name} must be an array, got a {type(value).__name__}, which hands out batches: "
            "x, y = kdlab.collect(batches) makes arrays of them, in one pass, so that examples and "
            "labels stay together"
        )


def _is_frame(value) -> bool:
    return hasattr(value, "columns") and hasattr(value, "iloc")


def _frame(frame, name: str) -> np.ndarray:
    """The columns of a data frame, which must all hold numbers."""
    columns = []
    for i, label in enumerate(frame.columns):
        column = np.asarray(frame.iloc[:, i])
        known = numbers(column)
        if known is None:
            raise ValueError(
                f"{name} must be a table of numbers, got other values in column {label!r}, such as "
                f"{column[0]!r}: drop the column, or let kdlab.Dataset.from_table make numbers of "
                "its words"
            )
        if np.isnan(known).any():
            raise ValueError(
                f"{name} must be finite, got {np.isnan(known).sum():,} missing values in column "
                f"{label!r}: frame.dropna() leaves such rows out, before labels are taken "
                "from it, and frame.fillna(...) fills them"
            )
        columns.append(known)
    return np.stack(columns, axis=1) if columns else np.empty((len(frame), 0))


def _no_numbers(value, given: np.ndarray) -> str:
    """What came in place of numbers, and what to do about it."""
    if hasattr(value, "x_train"):
        return f"{value!r}: pass its x_train or its x_test"
    if hasattr(value, "to_tensor"):
        return "rows of different lengths: .to_tensor() pads them with zeros"
    items = list(value) if given.shape == () and isinstance(value, list | tuple) else given.flat
    first = next(iter(items), None)
    if isinstance(first, str | bytes):
        return (
            f"text such as {str(first)!r}: {_WAYS_IN}; single words become numbers by "
            "keras.layers.StringLookup, sentences by keras.layers.TextVectorization"
        )
    if hasattr(first, "__len__") and not isinstance(first, Mapping):
        if np.ndim(_quiet(first)) > 1:
            return "images of different sizes: resize them all to one, as Dataset.from_folder does"
        return (
            "rows of different lengths: pad them, keras.utils.pad_sequences(rows) makes all as "
            "long as the longest"
        )
    return describe(value)


def _quiet(value):
    try:
        return np.asarray(value)
    except (TypeError, ValueError, RuntimeError):
        return None


def describe(value) -> str:
    """A value in a message: what it is, and not all that is in it."""
    if hasattr(value, "shape"):
        array = as_array(value)
        return f"an array of shape {array.shape} and type {array.dtype}"
    return (
        repr(value) if len(repr(value)) <= 80 else f"{type(value).__name__} {repr(value)[:60]}..."
    )
