"""The examples that a widget shows, and what one or several models say of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kdlab import _checks, soft_targets
from kdlab.widgets import _fallback


class Examples:
    """Logits, images, labels and class names that fit each other; checked once, packed once.

    Args:
        logits: scores `(n, classes)` of each model, by the name of the argument they came as.
        images: `(n, height, width, channels)` in [0, 1], 1 or 3 channels, or None.
        labels: `(n,)` integers, or None.
        class_names: one name per class; the class numbers if None.

    Raises:
        ValueError: something has the wrong shape, length or range, or is not finite.
    """

    def __init__(self, logits: dict, images=None, labels=None, class_names=None):
        self.logits = [
            _checks.logits(scores, name, ndim=2, dtype=np.float32)
            for name, scores in logits.items()
        ]
        first, *others = logits
        self.n, self.n_classes = self.logits[0].shape
        for name, scores in zip(others, self.logits[1:], strict=True):
            if scores.shape != self.logits[0].shape:
                raise ValueError(
                    f"{name} must be of the same examples and classes as {first}, "
                    f"{self.logits[0].shape}, got shape {scores.shape}"
                )
        self.images = None if images is None else pixels(images)
        if images is not None:
            _checks.same_length(first, self.logits[0], "images", self.images)
        self.labels = None if labels is None else _checks.labels(labels, self.n_classes, n=self.n)
        self.class_names = names(class_names, self.n_classes)

    def packed(self) -> dict:
        """The data as the page reads it (`examples.js`): little-endian bytes, and their shapes."""
        data = {
            "classNames": list(self.class_names),
            "logits": [scores.astype("<f4").tobytes() for scores in self.logits],
        }
        if self.labels is not None:
            data["labels"] = self.labels.astype("<i4").tobytes()
        if self.images is not None:
            data["images"] = self.images.tobytes()
            data["imageShape"] = list(self.images.shape[1:])
        return data

    def probabilities(self, index: int, temperature: float, model: int = 0) -> np.ndarray:
        """What a model says of an example, `(classes,)`."""
        return soft_targets.softmax(self.logits[model][index], temperature)

    def caption(self, index: int) -> str:
        """An example in words."""
        if self.labels is None:
            return f"Example {index}"
        return f"Example {index}, labelled {self.class_names[self.labels[index]]}"

    def picture(self, index: int, alt: str) -> str:
        """An example as HTML, empty where there are no images; `alt` is already escaped."""
        return "" if self.images is None else _fallback.image(self.images[index], alt)

    def index(self, value) -> int:
        """The number of an example."""
        if not _checks.is_whole(value) or not 0 <= value < self.n:
            raise ValueError(
                f"index must be the number of an example, 0 to {self.n - 1} here, got {value!r}"
            )
        return int(value)

    def __repr__(self) -> str:
        return f"{self.n:,} examples, {self.n_classes} classes"


def pixels(images, name: str = "images") -> np.ndarray:
    """Images as uint8, which is what a screen shows and a quarter of the bytes."""
    images = _checks.images(images, name)
    if images.shape[-1] not in (1, 3):
        raise ValueError(
            f"{name} must have 1 channel (grey) or 3 (red, green, blue), got {images.shape[-1]}"
        )
    return np.rint(_checks.from_0_to_1(images, name) * 255).astype(np.uint8)


def names(class_names: Sequence[str] | None, n_classes: int) -> tuple[str, ...]:
    """One name per class, the class numbers by default."""
    if class_names is None:
        return tuple(map(str, range(n_classes)))
    if isinstance(class_names, str):
        raise ValueError(f"class_names must be a list of names, got the string {class_names!r}")
    result = _checks.texts(class_names, "class_names")
    if len(result) != n_classes:
        raise ValueError(
            f"class_names must hold one name per class, {n_classes} for these logits, "
            f"got {len(result)}"
        )
    if not all(name.strip() for name in result):
        raise ValueError(f"class_names must not hold an empty name, got {list(result)}")
    return result
