"""The examples that a widget shows, and what one or several models say of them."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

import numpy as np

from kdlab import _checks, soft_targets
from kdlab._shortlist import MOST, cut
from kdlab.widgets import _fallback

# Bytes that go to the page, and stay in a notebook that is saved with its widgets. Beyond the first
# a notebook opens and saves slowly, beyond the second browsers give up.
_MANY_BYTES, _MOST_BYTES = 20_000_000, 200_000_000


class Examples:
    """Logits, images, labels and class names that fit each other; checked once, packed once.

    Args:
        logits: scores `(n, classes)` of each model, by the name of the argument they came as.
        images: `(n, height, width, channels)` in [0, 1], 1 or 3 channels, or None.
        labels: `(n,)` integers, or None.
        class_names: one name per class; the class numbers if None.
        captions: one text per example, or None.

    Raises:
        ValueError: something has the wrong shape, length or range, is not finite, or is more than
            a page can hold.
    """

    def __init__(self, logits: dict, images=None, labels=None, class_names=None, captions=None):
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
                    f"{self.logits[0].shape}, got shape {scores.shape}: predict both on the same x"
                )
        self.images = None if images is None else pixels(images)
        if images is not None:
            _checks.same_length(first, self.logits[0], "images", self.images)
        self.labels = None if labels is None else _checks.labels(labels, self.n_classes, n=self.n)
        self.class_names = names(class_names, self.n_classes)
        self.captions = None if captions is None else _check_captions(captions, self.n)
        self._check_size(first)

    def _check_size(self, first: str) -> None:
        """Large arrays are easily passed, and a notebook keeps what it shows."""
        parts = {
            f"logits of {self.n_classes:,} classes": sum(scores.nbytes for scores in self.logits),
            "images": 0 if self.images is None else self.images.nbytes,
            "captions": sum(map(len, self.captions or ())),
        }
        size = sum(parts.values())
        if size <= _MANY_BYTES:
            return
        largest = max(parts, key=parts.get)
        fitting = self.n * _MANY_BYTES // size
        cure = f"Pass fewer examples, such as the first {fitting:,}: [:{fitting}] of each array."
        if not fitting:
            cure = "A single example is too large: pass logits of fewer classes, smaller images."
        got = f"{self.n:,} examples are {size / 1e6:,.0f} MB, most of it {largest}"
        if size > _MOST_BYTES:
            raise ValueError(
                f"{first} and what comes with them must be at most {_MOST_BYTES / 1e6:.0f} MB, "
                f"since all of it goes to the page; {got}. {cure}"
            )
        warnings.warn(
            f"{got}. All of it goes to the page and is saved with the notebook, which then opens "
            f"slowly. {cure}",
            UserWarning,
            stacklevel=_checks.outside(),
        )

    def packed(self) -> dict:
        """The data as the page reads it (`examples.js`): little-endian bytes, and their shapes."""
        data = {
            "classNames": packed_names(self.class_names),
            "logits": [scores.astype("<f4").tobytes() for scores in self.logits],
        }
        if self.labels is not None:
            data["labels"] = self.labels.astype("<i4").tobytes()
        if self.images is not None:
            data["images"] = self.images.tobytes()
            data["imageShape"] = list(self.images.shape[1:])
        if self.captions is not None:
            data["captions"] = list(self.captions)
        return data

    def probabilities(self, index: int, temperature: float, model: int = 0) -> np.ndarray:
        """What a model says of an example, `(classes,)`."""
        return soft_targets.softmax(self.logits[model][index], temperature)

    def name(self, index: int) -> str:
        """An example in words."""
        if self.labels is None:
            return f"Example {index}"
        return f"Example {index}, labelled {self.class_names[self.labels[index]]}"

    def labelled(self, index: int) -> list[int]:
        """The true class of an example, if it is known."""
        return [] if self.labels is None else [int(self.labels[index])]

    def words(self, index: int) -> str:
        """An example in words, with the beginning of its caption."""
        if self.captions is None:
            return self.name(index)
        return f"{self.name(index)}, “{cut(' '.join(self.captions[index].split()), 60)}”"

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
        return f"{self.n:,} examples, {self.n_classes:,} classes"


def pixels(images, name: str = "images") -> np.ndarray:
    """Images as uint8, which is what a screen shows and a quarter of the bytes."""
    images = _checks.images(images, name)
    if images.shape[-1] not in (1, 3):
        raise ValueError(
            f"{name} must have 1 channel (grey) or 3 (red, green, blue), got {images.shape[-1]}: "
            f"choose from them, as in {name}[..., :1]"
        )
    return np.rint(_checks.from_0_to_1(images, name) * 255).astype(np.uint8)


def names(class_names: Sequence[str] | Mapping | None, n_classes: int) -> tuple[str, ...]:
    """One name per class, the class numbers by default; a dict has the names by class number."""
    if class_names is None:
        return _numbers(n_classes)
    if isinstance(class_names, str):
        raise ValueError(
            f"class_names must be a list of names, got the string {class_names!r}: "
            f"write [{class_names!r}, ...] with a name for each of the {n_classes:,} classes"
        )
    if isinstance(class_names, Mapping):
        class_names = _in_order(class_names, n_classes)
    result = _checks.texts(class_names, "class_names")
    if len(result) != n_classes:
        raise ValueError(
            f"class_names must hold one name per class, {n_classes:,} for these logits, "
            f"got {len(result):,}: names and columns of the logits belong together, in one order"
        )
    for k, name in enumerate(result):
        if not name.strip():
            raise ValueError(
                f"class_names must not hold an empty name, got {name!r} for class {k}: "
                "leave class_names out to see the class numbers"
            )
    return result


def packed_names(class_names: tuple[str, ...]) -> list[str] | int:
    """The names as the page reads them; of many that are their numbers, only how many."""
    n_classes = len(class_names)
    if n_classes > MOST and class_names == _numbers(n_classes):
        return n_classes
    return list(class_names)


def _numbers(n_classes: int) -> tuple[str, ...]:
    return tuple(map(str, range(n_classes)))


def _in_order(class_names: Mapping, n_classes: int) -> list:
    """The values of `{0: "cat", 1: "dog"}`, or of the same from JSON, where keys are texts."""
    by_number = {str(key): name for key, name in class_names.items()}
    missing = [k for k in range(n_classes) if str(k) not in by_number]
    if missing or len(class_names) != n_classes:
        got = f"no name for class {missing[0]}" if missing else f"{len(class_names):,} names"
        raise ValueError(
            f"class_names as a dict must have a name for each class number, 0 to {n_classes - 1}, "
            f"got {got} and the keys {cut(str(list(class_names)), 80)}: "
            "{number: name for name, number in class_names.items()} turns {name: number} round"
        )
    return [by_number[str(k)] for k in range(n_classes)]


def _check_captions(captions, n: int) -> tuple[str, ...]:
    if isinstance(captions, str | Mapping):
        raise ValueError(
            f"captions must be a list with a text for each example, got {type(captions).__name__}"
        )
    result = _checks.texts(captions, "captions")
    for i, caption in enumerate(captions):
        if not isinstance(caption, str):
            raise ValueError(
                f"captions must hold texts, got {cut(repr(caption), 80)} for example {i}: "
                "' '.join(...) makes one of words, str(...) of anything else"
            )
    if len(result) != n:
        raise ValueError(
            f"captions must hold one text per example, {n:,}, got {len(result):,}: "
            "cut both alike, as in logits[:20] and captions[:20]"
        )
    return result
