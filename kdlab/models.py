"""The models of the lessons: Keras networks that return logits.

No model here ends in a softmax. A temperature divides logits, so a model that has already
turned them into probabilities cannot teach with one.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from kdlab import _checks
from kdlab._tensorflow import keras
from kdlab.datasets import Dataset, require_dataset
from kdlab.datasets.centre import mean_to_take_out


def build_teacher(
    dataset: Dataset, architecture: str | None = None, *, weights=None, seed: int = 0
):
    """A teacher: a small convolutional network, a residual one, or ResNet50; a dense one for rows.

    - `"cnn"`, the default for images: two 3x3 convolutions, a dense layer, dropout. Images of 16x16
      and more are halved after the first convolution too. It is kept shallow on purpose: on the
      digits a third convolution makes a teacher that is no better and from which a small student
      learns less.
    - `"resnet"`: a residual network (He et al. 2016) of a size that two cores can train on
      CIFAR-10: eight 3x3 convolutions with batch normalisation, 32 to 256 filters, 1.6 million
      parameters. While it trains, images are moved by up to an eighth, and photographs (images
      with three channels) are mirrored, too.
    - `"resnet50"`: `keras.applications.ResNet50` without its top, average pooling, a dense layer of
      128, logits. It takes images in [0, 1], as all models here do, and itself turns them into what
      the ImageNet weights expect.
    - `"mlp"`, the default for rows of numbers: two dense layers of 128, each with dropout.

    Args:
        dataset: says the shape of the examples and the number of classes.
        architecture: `"cnn"`, `"resnet"`, `"resnet50"` or `"mlp"`; chosen by the data if not given.
        weights: for ResNet50: `"imagenet"` (Keras downloads 95 MB, once), the path of such a file
            (`resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5`), or None to start from scratch.
        seed: decides the initial weights and the dropout.

    Returns:
        An untrained `keras.Model`: examples of the data set, `(n, height, width, channels)` in
        [0, 1] or `(n, numbers)`, to logits `(n, classes)`.

    Raises:
        ValueError: `dataset` is not a `Dataset`, its images are too small for the architecture or
            it has none, or the weights do not fit.
        FileNotFoundError: the weights are not there and cannot be downloaded.

    Example:
        >>> from kdlab import load_dataset
        >>> build_teacher(load_dataset("digits")).output_shape
        (None, 10)
    """
    require_dataset(dataset)
    if architecture is None:
        architecture = "cnn" if _has_pictures(dataset) else "mlp"
    _checks.choice(architecture, "architecture", _TEACHERS)
    seed = _checks.seed(seed)
    if weights is not None and architecture != "resnet50":
        raise ValueError(f"weights are those of a 'resnet50', got {weights!r} for {architecture!r}")
    build, smallest = _TEACHERS[architecture]
    if architecture != "mlp":
        _require_size(dataset, smallest, architecture)
    extra = {"weights": weights} if architecture == "resnet50" else {}
    with _channels_last():
        return build(dataset, seed, **extra)


def build_student(
    dataset: Dataset,
    hidden_units: int | Sequence[int] = 16,
    *,
    architecture: str = "mlp",
    seed: int = 0,
):
    """A student: a small fully connected network, or a small convolutional one.

    - `"mlp"`: flattened pixels or a row, ReLU layers, logits. From large bright images, such as
      photographs, it first takes away their mean, or its units would die.
    - `"cnn"`: a 3x3 convolution with 32 filters and one with 64, each followed by ReLU and
      max-pooling, then as `"mlp"`. With `hidden_units=128` it is the student of many tutorials on
      CIFAR-10, without the softmax at its end.

    Args:
        dataset: says the shape of the examples and the number of classes.
        hidden_units: the width of the hidden layer, or of each of several.
        architecture: `"mlp"` or `"cnn"`.
        seed: decides the initial weights.

    Returns:
        An untrained `keras.Sequential`: examples of the data set, `(n, height, width, channels)` in
        [0, 1] or `(n, numbers)`, to logits `(n, classes)`.

    Raises:
        ValueError: `dataset` is not a `Dataset`, its images are too small for the architecture or
            it has none, or a width is not a whole number above 0.

    Example:
        >>> from kdlab import load_dataset
        >>> build_student(load_dataset("digits"), hidden_units=16).count_params()
        1210
    """
    require_dataset(dataset)
    widths = _checks.widths(hidden_units)
    _checks.choice(architecture, "architecture", ("mlp", "cnn"))
    seed = _checks.seed(seed)
    if architecture == "cnn":
        _require_size(dataset, 10, architecture)
    with _channels_last():
        return _build_student(dataset, widths, architecture, seed)


def _build_student(dataset: Dataset, widths: tuple[int, ...], architecture: str, seed: int):
    init = _initializers(seed)
    layers = keras.layers
    mean = mean_to_take_out(dataset.x_train)
    centring = [layers.Rescaling(1.0, offset=-mean)] if mean else []
    convolutions = []
    if architecture == "cnn":
        for filters in (32, 64):
            convolutions += [
                layers.Conv2D(filters, 3, activation="relu", kernel_initializer=next(init)),
                layers.MaxPooling2D(),
            ]
    return keras.Sequential(
        [
            keras.Input(dataset.example_shape),
            *(convolutions or centring),
            layers.Flatten(),
            *(layers.Dense(n, activation="relu", kernel_initializer=next(init)) for n in widths),
            layers.Dense(dataset.n_classes, kernel_initializer=next(init), name="logits"),
        ],
        name="student",
    )


def _build_cnn(dataset: Dataset, seed: int):
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
            *([layers.MaxPooling2D()] if min(dataset.image_shape[:2]) >= 16 else []),
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


def _build_resnet(dataset: Dataset, seed: int):
    init = _initializers(seed)
    layers = keras.layers

    def conv(x, filters):
        x = layers.Conv2D(
            filters, 3, padding="same", use_bias=False, kernel_initializer=next(init)
        )(x)
        return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))

    def residual(x, filters):
        return layers.Add()([x, conv(conv(x, filters), filters)])

    images = keras.Input(dataset.image_shape)
    # A mirrored photograph shows the same thing, a mirrored digit does not.
    photographs = dataset.image_shape[-1] == 3
    x = layers.RandomFlip("horizontal", seed=seed)(images) if photographs else images
    x = layers.RandomTranslation(
        0.125, 0.125, fill_mode="constant", interpolation="nearest", seed=seed + 1
    )(x)
    x = conv(x, 32)
    x = layers.MaxPooling2D()(conv(x, 64))
    x = residual(x, 64)
    x = layers.MaxPooling2D()(conv(x, 128))
    x = layers.MaxPooling2D()(conv(x, 256))
    x = residual(x, 256)
    x = layers.GlobalMaxPooling2D()(x)
    logits = layers.Dense(dataset.n_classes, kernel_initializer=next(init), name="logits")(x)
    return keras.Model(images, logits, name="teacher")


def _build_resnet50(dataset: Dataset, seed: int, weights):
    layers = keras.layers
    if weights is not None and dataset.image_shape[-1] != 3:
        raise ValueError(
            f"dataset must hold colour images for weights from ImageNet, "
            f"got {dataset.image_shape[-1]} channel(s)"
        )
    if weights not in (None, "imagenet") and not Path(weights).is_file():
        raise FileNotFoundError(f"weights must be 'imagenet', None or a file, got {str(weights)!r}")
    keras.utils.set_random_seed(seed)
    images = keras.Input(dataset.image_shape)
    x = layers.Rescaling(255.0)(images)
    if dataset.image_shape[-1] == 3:
        x = keras.applications.resnet50.preprocess_input(x)
    try:
        body = keras.applications.ResNet50(include_top=False, weights=weights, input_tensor=x)
    except Exception as error:  # it may come from the network, HDF5 or Keras
        if weights == "imagenet":
            raise FileNotFoundError(
                f"the ImageNet weights of ResNet50 could not be downloaded ({error}). Pass the "
                "path of 'resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5' as weights, or "
                "weights=None to start from scratch; architecture='resnet' needs none."
            ) from error
        raise ValueError(
            f"weights must be a file of ResNet50's weights without its top; {str(weights)!r} "
            f"cannot be read as one ({error})"
        ) from error
    init = _initializers(seed)
    x = layers.GlobalAveragePooling2D()(body.output)
    x = layers.Dense(128, activation="relu", kernel_initializer=next(init))(x)
    logits = layers.Dense(dataset.n_classes, kernel_initializer=next(init), name="logits")(x)
    return keras.Model(images, logits, name="teacher")


def _build_mlp(dataset: Dataset, seed: int):
    init = _initializers(seed)
    layers = keras.layers
    hidden = []
    for i in range(2):
        hidden += [
            layers.Dense(128, activation="relu", kernel_initializer=next(init)),
            layers.Dropout(0.3, seed=seed + i),
        ]
    return keras.Sequential(
        [
            keras.Input(dataset.example_shape),
            layers.Flatten(),
            *hidden,
            layers.Dense(dataset.n_classes, kernel_initializer=next(init), name="logits"),
        ],
        name="teacher",
    )


# What builds each kind of teacher, and the smallest images it takes.
_TEACHERS = {
    "cnn": (_build_cnn, 2),
    "resnet": (_build_resnet, 8),
    "resnet50": (_build_resnet50, 32),
    "mlp": (_build_mlp, 1),
}


ARCHITECTURES = tuple(_TEACHERS)


def _has_pictures(dataset: Dataset) -> bool:
    return len(dataset.example_shape) == 3


def _require_size(dataset: Dataset, smallest: int, architecture: str) -> None:
    if not _has_pictures(dataset):
        raise ValueError(
            f"architecture must be 'mlp' for rows, which {dataset!r} holds, got {architecture!r}: "
            "convolutions look for neighbours, and columns of a table have none"
        )
    height, width, _ = dataset.image_shape
    if min(height, width) < smallest:
        raise ValueError(
            f"dataset must hold images of at least {smallest}x{smallest}, got {height}x{width}: "
            f"{architecture!r} takes no smaller ones, and 'mlp' takes any"
        )


@contextmanager
def _channels_last():
    """Layers for images as a `Dataset` has them, whatever Keras's `image_data_format` is.

    With `"channels_first"` a layer would take the rows of an image for its channels.
    """
    before = keras.config.image_data_format()
    keras.config.set_image_data_format("channels_last")
    try:
        yield
    finally:
        keras.config.set_image_data_format(before)


def _initializers(seed: int):
    """A fresh, seeded Glorot initialiser for each layer in turn."""
    seeds = np.random.default_rng(seed)
    while True:
        yield keras.initializers.GlorotUniform(seed=int(seeds.integers(2**31)))
