"""What else makes a model smaller: a student's weights pruned, or rounded to eight bits.

Both take what a Keras model's `get_weights()` returns and give arrays for `set_weights`, so that a
compressed model can be measured like any other. Biases and the like are left as they are.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kdlab import _checks


def prune(weights: Sequence[np.ndarray], share: float) -> list[np.ndarray]:
    """Set the smallest weights to 0, over all kernels together.

    Magnitude pruning (Han et al. 2015, section 3), in one step and without training afterwards.

    Args:
        weights: the arrays of `model.get_weights()`; those of two dimensions and more are kernels.
        share: how many of the kernels' weights to drop, in [0, 1].

    Returns:
        New arrays of the same shapes.

    Raises:
        ValueError: `share` is out of range, or there is no kernel.

    Example:
        >>> prune([np.array([[3.0, -1.0], [0.5, 2.0]]), np.array([0.1, 0.1])], 0.5)[0]
        array([[3., 0.],
               [0., 2.]])
    """
    share = _checks.fraction(share, "share")
    kernels = _kernels(weights)
    sizes = np.sort(np.concatenate([np.abs(kernel).ravel() for kernel in kernels]))
    dropped = round(share * len(sizes))
    limit = sizes[dropped] if dropped < len(sizes) else np.inf
    return [np.where(np.abs(w) < limit, 0, w) if w.ndim > 1 else w.copy() for w in _arrays(weights)]


def quantize(weights: Sequence[np.ndarray], bits: int = 8) -> list[np.ndarray]:
    """Round every kernel to signed integers of a few bits, times one scale per output.

    Symmetric, per output channel: with `m` the largest size in a channel, a weight `w` becomes
    `round(w / s) * s`, where `s = m / (2^(bits - 1) - 1)` (Krishnamoorthi 2018, section 2.2).
    The values that come back are those that the integers stand for.

    Args:
        weights: the arrays of `model.get_weights()`; those of two dimensions and more are kernels,
            with the outputs along the last axis.
        bits: of each weight, from 2 to 16.

    Returns:
        New arrays of the same shapes.

    Raises:
        ValueError: `bits` is out of range, or there is no kernel.

    Example:
        >>> quantize([np.array([[1.0, 0.0], [0.3, 2.0]])], bits=2)[0]
        array([[1., 0.],
               [0., 2.]])
    """
    bits = _checks.positive_int(bits, "bits")
    if not 2 <= bits <= 16:
        raise ValueError(f"bits must lie between 2 and 16, got {bits}")
    _kernels(weights)
    return [_round(w, 2 ** (bits - 1) - 1) if w.ndim > 1 else w.copy() for w in _arrays(weights)]


def stored_bytes(weights: Sequence[np.ndarray], bits: int = 32) -> int:
    """What the arrays take in a file that stores only weights other than 0.

    Each weight of a kernel that is not 0 takes `bits`. Where some are 0, one more bit for every
    weight of the kernel says whether it is stored. Below 32 bits each output adds a float32 scale.
    All else is float32.

    Args:
        weights: arrays, as above.
        bits: of each weight of a kernel.

    Returns:
        A number of bytes.

    Raises:
        ValueError: `bits` is not a whole number of at least 1.

    Example:
        >>> stored_bytes([np.ones((64, 16)), np.zeros(16)])
        4160
        >>> stored_bytes([np.ones((64, 16)), np.zeros(16)], bits=8)
        1152
    """
    bits = _checks.positive_int(bits, "bits")
    total = 0
    for w in _arrays(weights):
        if w.ndim < 2:
            total += 32 * w.size
            continue
        kept = int(np.count_nonzero(w))
        total += bits * kept + (w.size if kept < w.size else 0)
        total += 32 * w.shape[-1] if bits < 32 else 0
    return int(-(-total // 8))


def _round(kernel: np.ndarray, levels: int) -> np.ndarray:
    largest = np.abs(kernel).max(axis=tuple(range(kernel.ndim - 1)), keepdims=True)
    scale = largest / levels
    scale = np.where(scale > 0, scale, 1)  # also where it is too small for a float
    return (np.round(kernel / scale) * scale).astype(kernel.dtype)


def _kernels(weights) -> list[np.ndarray]:
    kernels = [w for w in _arrays(weights) if w.ndim > 1]
    if not kernels:
        raise ValueError("weights must hold a kernel, an array of two dimensions or more, got none")
    return kernels


def _arrays(weights) -> list[np.ndarray]:
    if not isinstance(weights, Sequence):
        raise ValueError(
            f"weights must list arrays, as get_weights() returns them, got {type(weights).__name__}"
        )
    arrays = []
    for i, w in enumerate(weights):
        if np.ndim(w):
            _checks.array(w, f"weights[{i}]")
        w = np.asarray(w)
        arrays.append(w if w.dtype.kind == "f" or w.ndim < 2 else w.astype(np.float64))
    return arrays
