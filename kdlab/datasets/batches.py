"""Batches that come one after the other, as arrays: `collect`."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping

import numpy as np

from kdlab import _checks
from kdlab._progress import reported

_MOST_BYTES = 4e9  # more than this in memory, unasked for, is rather a stream that does not end


def collect(batches, *, limit: int | None = None) -> tuple[np.ndarray, np.ndarray | None]:
    """Examples and labels as arrays, from ONE pass through batches of them.

    Many sources hand out their examples in a new order each time. Images from one pass and labels,
    or a teacher's logits, from another then belong to different examples, and nothing says so. From
    one pass, they stay together.

    Args:
        batches: a `tf.data.Dataset`, a Keras `PyDataset` or iterator, a PyTorch `DataLoader`, a
            generator: anything that gives pairs `(x, y)` of batches, of single examples, or batches
            `x` alone.
        limit: stop after so many examples; needed where the batches go on for ever.

    Returns:
        `(x, y)`: the arrays, as they came. `y` is None where there were no labels. Images of Keras
        lie in 0 to 255: divide them by 255. Those of PyTorch have their channels first:
        `np.moveaxis(x, 1, -1)` puts them last.

    Raises:
        ValueError: the batches do not end, do not fit each other, or hold something else.

    Example:
        >>> import numpy as np
        >>> shuffled = (([[i], [i + 1]], [i % 2, (i + 1) % 2]) for i in (4, 0, 2))
        >>> x, y = collect(shuffled)
        >>> x.ravel(), y
        (array([4, 5, 0, 1, 2, 3]), array([0, 1, 0, 1, 0, 1]))
        >>> collect(itertools.repeat((np.ones((8, 3)), np.zeros(8))), limit=20)[0].shape
        (20, 3)
    """
    if limit is not None:
        limit = _checks.positive_int(limit, "limit")
    xs, ys, n, size = [], [], 0, 0
    for batch in reported(_source(batches, limit), "Collecting batches"):
        x, y = _pair(batch)
        if xs and x.shape[1:] != xs[0].shape[1:]:
            raise ValueError(
                f"batches must hold examples of one shape, got {xs[0].shape[1:]} and then "
                f"{x.shape[1:]}: resize images, or pad rows, where the batches are made"
            )
        xs.append(x)
        ys.append(y)
        n, size = n + len(x), size + x.nbytes
        if limit is not None and n >= limit:
            break
        if limit is None and size > _MOST_BYTES:
            raise ValueError(
                f"batches must come to an end, got {n:,} examples, {size / 1e9:.0f} GB, so far: "
                "say by limit=... how many you want"
            )
    if not n:
        raise ValueError("batches must hold at least one example, got none: are they used up?")
    if len({y is None for y in ys}) > 1:
        raise ValueError("batches must all have labels or all have none, got some of both")
    y = None if ys[0] is None else np.concatenate(ys)[:limit]
    return np.concatenate(xs)[:limit], y


def _source(batches, limit) -> Iterable:
    """What to loop over."""
    if _is_array(batches) or (
        isinstance(batches, tuple) and batches and all(map(_is_array, batches))
    ):
        raise ValueError("batches must be more than arrays, which need no collecting, got arrays")
    if hasattr(batches, "x_train"):
        raise ValueError(f"batches must hand out examples, got {batches!r}: take its x_train")
    if isinstance(batches, str | bytes | Mapping) or (
        not _checks.is_iterable(batches) and not hasattr(batches, "__getitem__")
    ):
        raise ValueError(
            "batches must be a tf.data.Dataset, a DataLoader, a Keras iterator or anything else "
            f"that gives pairs (x, y), got {batches!r:.80}"
        )
    endless = isinstance(batches, itertools.cycle | itertools.repeat | itertools.count)
    if hasattr(batches, "cardinality"):  # tf.data, whose -1 stands for no end
        endless = int(batches.cardinality()) == -1
    elif hasattr(batches, "__getitem__") and hasattr(batches, "__len__"):
        # A Keras iterator ends by its length alone: a loop over it goes round and round.
        return (batches[i] for i in range(len(batches)))
    if endless and limit is None:
        raise ValueError(
            "batches must come to an end, got some that are repeated for ever: leave .repeat() "
            "out, or say by limit=... how many examples you want"
        )
    return batches


def _pair(batch) -> tuple[np.ndarray, np.ndarray | None]:
    """A batch of examples, and of labels if it has some."""
    if isinstance(batch, Mapping):
        raise ValueError(
            f"batches must be pairs (x, y), got dicts of {', '.join(map(str, batch))}: "
            "collect((batch['image'], batch['label']) for batch in batches), with the right names"
        )
    if not isinstance(batch, tuple | list):
        return _array(batch), None
    if len(batch) == 1:
        return _array(batch[0]), None
    if len(batch) != 2:
        raise ValueError(
            f"batches must be pairs (x, y), got {len(batch)} parts each: "
            "collect((batch[0], batch[1]) for batch in batches) takes the first two"
        )
    x, y = _array(batch[0]), _checks.as_array(batch[1])
    if y.ndim == 0 and y.dtype != object:  # of a single example
        x, y = x[None], y[None]
    if y.ndim == 0 or len(y) != len(x):
        raise ValueError(
            f"batches must hold one label per example, got x of shape {x.shape} and y of shape "
            f"{y.shape}"
        )
    return x, y


def _array(x) -> np.ndarray:
    result = _checks.as_array(x)
    if isinstance(x, tuple | dict) or result.ndim == 0 or result.dtype == object:
        raise ValueError(
            "batches must hold arrays of examples of one shape, got "
            f"{type(x).__name__}: resize images, pad rows, join several inputs into one"
        )
    return result


def _is_array(value) -> bool:
    return hasattr(value, "__array__") and hasattr(value, "shape")
