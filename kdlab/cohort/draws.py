"""What a seed decides: a student's initial weights, the images it is given, and their order.

A seed decides nothing else, so students of one seed can be compared in pairs.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np


def initial_weights(seed: int, layers: Sequence[int]) -> list[np.ndarray]:
    """Glorot-uniform kernels and zero biases."""
    rng = _generator(seed, "weights")
    weights = []
    for fan_in, fan_out in itertools.pairwise(layers):
        limit = np.sqrt(6 / (fan_in + fan_out))
        weights.append(rng.uniform(-limit, limit, (fan_in, fan_out)).astype(np.float32))
        weights.append(np.zeros((1, fan_out), np.float32))
    return weights


def transfer_set(
    seed: int, size: int, left_out: tuple[int, ...], *, balanced: bool, y, n: int
) -> np.ndarray:
    """The numbers of the images that a student is given.

    All images are put in one order, and the first `size` are taken: so the set for 50 lies inside
    that for 100. Where the draw is balanced, the classes take turns in that order.
    """
    order = _generator(seed, "images").permutation(n).astype(np.int32)
    if balanced:
        turn = np.empty(n, np.int64)
        for label in np.unique(y):
            members = np.flatnonzero(y[order] == label)
            turn[members] = np.arange(len(members))
        order = order[np.argsort(turn, kind="stable")]
    chosen = order[:size]
    if left_out:
        chosen = chosen[~np.isin(y[chosen], left_out)]
    if not len(chosen):
        raise ValueError(f"left_out must leave some images to learn from, got {left_out}")
    return chosen


class Draws:
    """An endless stream of image numbers: the transfer set in a new order, again and again."""

    def __init__(self, images: np.ndarray, seed: int):
        self.images = images
        self.rng = _generator(seed, "order")
        self.rest = np.empty(0, images.dtype)

    def __call__(self, count: int) -> np.ndarray:
        rounds = -(-max(count - len(self.rest), 0) // len(self.images))
        orders = self.rng.permuted(np.tile(self.images, (rounds, 1)), axis=1)
        stream = np.concatenate([self.rest, orders.ravel()])
        self.rest = stream[count:]
        return stream[:count]


def _generator(seed: int, purpose: str) -> np.random.Generator:
    """Independent streams for a seed's weights, images and order."""
    return np.random.default_rng([seed, *purpose.encode()])
