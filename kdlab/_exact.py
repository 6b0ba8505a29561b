"""Dense layers in NumPy, with the same bits on every machine.

The numbers of a matrix product are sums, and every order of adding rounds in its own way. The order
depends on the BLAS library, the processor, the number of threads and the shapes. But whole numbers
up to 2^53 are added by a float64 without rounding, in any order. So both factors are rounded first,
to whole numbers of a unit, with as many bits as leave room for the sum: 23 for the digits' 64
inputs, 21 for MNIST's 784, where a float32 has 24. The logits are right to about six digits, as
they are with sums in float32.
"""

from __future__ import annotations

import numpy as np


def dense_logits(weights, images: np.ndarray) -> np.ndarray:
    """Logits of many networks on the same images, with ReLU between their layers.

    The bits of a logit follow from its image and its network alone, whatever is computed with them.

    Args:
        weights: kernels `(networks, inputs, units)` and biases `(networks, 1, units)` in turn.
        images: `(n, inputs)`.

    Returns:
        float32 `(networks, n, classes)`.

    Example:
        >>> dense_logits([np.full((1, 2, 1), 0.5), np.ones((1, 1, 1))], np.array([[1.0, 2.0]]))
        array([[[2.5]]], dtype=float32)
    """
    pixels = _whole(images, axis=-1)  # once for all networks
    return np.stack([_logits(network, pixels) for network in zip(*weights, strict=True)])


def _logits(network, x: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    *hidden, kernel, bias = network
    for k, b in zip(hidden[::2], hidden[1::2], strict=True):
        x = _whole(np.maximum(_layer(x, k, b), 0), axis=-1)
    return _layer(x, kernel, bias)


def _layer(x: tuple[np.ndarray, np.ndarray], kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
    rows, row_units = x
    columns, column_units = _whole(kernel, axis=-2)
    return (rows @ columns * (row_units * column_units) + bias).astype(np.float32)


def _whole(factor: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Whole numbers as float64, and the power of two that each row or column counts in.

    The unit suits the largest of the numbers that are added, which lie along `axis`.
    """
    terms = factor.shape[axis]
    bits = (53 - terms.bit_length()) // 2  # so that terms * 2^bits * 2^bits is at most 2^53
    _, exponent = np.frexp(np.abs(factor).max(axis=axis, keepdims=True))
    unit = np.ldexp(1.0, exponent - bits)
    return np.rint(factor / unit), unit
