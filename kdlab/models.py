"""The models of the lessons: Keras networks that return logits.

No model here ends in a softmax. A temperature divides logits, so a model that has already
turned them into probabilities cannot teach with one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kdlab import _checks
from kdlab._tensorflow import keras
from kdlab.datasets import Dataset, require_dataset


def build_teacher(dataset: Dataset, *, seed: int = 0):
    """A small convolutional network: two 3x3 convolutions, a dense layer, dropout.

    Images of 16x16 and more are halved after the first convolution too. The network is kept
    shallow on purpose: on the digits a third convolution makes a teacher that is no better and
    from which a small student learns less.

    Args:
        dataset: says the shape of the images and the number of classes.
        seed: decides the initial weights and the dropout.

    Returns:
        An untrained `keras.Sequential`: images `(n, height, width, channels)` in [0, 1] to logits
        `(n, classes)`.

    Raises:
        ValueError: `dataset` is not a `Dataset`, or its images are smaller than 2x2.

    Example:
        >>> from kdlab import load_dataset
        >>> build_teacher(load_dataset("digits")).output_shape
        (None, 10)
    """
    require_dataset(dataset)
    height, width, _ = dataset.image_shape
    if min(height, width) < 2:
        raise ValueError(f"dataset must hold images of at least 2x2, got {height}x{width}")
    init = _initializers(seed)
    layers = keras.layers

    def conv(filters):
        return layers.Conv2D(
            filters, 3, padding="same", activation="relu", kernel_initializer=next(init)
        )

    return keras.Sequential(
        [
            keras.Input(dataset.image_shape),
            conv(32),
            *([layers.MaxPooling2D()] if min(height, width) >= 16 else []),
            conv(64),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.3, seed=seed),
            layers.Dense(128, activation="relu", kernel_initializer=next(init)),
            layers.Dropout(0.3, seed=seed + 1),
            layers.Dense(dataset.n_classes, kernel_initializer=next(init), name="logits"),
        ],
        name="teacher",
    )


def build_student(dataset: Dataset, hidden_units: int | Sequence[int] = 16, *, seed: int = 0):
    """A small fully connected network: flattened pixels, ReLU layers, logits.

    Args:
        dataset: says the shape of the images and the number of classes.
        hidden_units: the width of the hidden layer, or of each of several.
        seed: decides the initial weights.

    Returns:
        An untrained `keras.Sequential`: images `(n, height, width, channels)` in [0, 1] to logits
        `(n, classes)`.

    Raises:
        ValueError: `dataset` is not a `Dataset`, or a width is not a whole number above 0.

    Example:
        >>> from kdlab import load_dataset
        >>> build_student(load_dataset("digits"), hidden_units=16).count_params()
        1210
    """
    require_dataset(dataset)
    widths = _checks.widths(hidden_units)
    init = _initializers(seed)
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input(dataset.image_shape),
            layers.Flatten(),
            *(layers.Dense(n, activation="relu", kernel_initializer=next(init)) for n in widths),
            layers.Dense(dataset.n_classes, kernel_initializer=next(init), name="logits"),
        ],
        name="student",
    )


def _initializers(seed: int):
    """A fresh, seeded Glorot initialiser for each layer in turn."""
    seeds = np.random.default_rng(seed)
    while True:
        yield keras.initializers.GlorotUniform(seed=int(seeds.integers(2**31)))
