"""`Dataset`: examples and labels in two parts, and the ways in for your own."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kdlab import _checks
from kdlab.datasets.arrays import read_arrays
from kdlab.datasets.folder import read_folder
from kdlab.datasets.table import read_table


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Examples and labels, split into a training and a test part.

    `Dataset.from_folder` reads images in folders, `Dataset.from_table` a table or a CSV file, and
    `Dataset.from_arrays` splits arrays of any kind.

    Attributes:
        x_train, x_test: float32; pictures `(n, height, width, channels)` in [0, 1] (given as
            `(n, height, width)` they get a channel axis), or rows `(n, numbers)` of any finite
            numbers: of a table, or tokens.
        y_train, y_test: labels `(n,)`, int32, indices into `class_names`.
        class_names: one name per class; given as a dict of number and name, the names in the order
            of their numbers.
        name: what `load_dataset` was asked for.
        source: where it was read from.

    Raises:
        ValueError: examples and labels do not fit each other or `class_names`.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple[str, ...]
    name: str
    source: str = "memory"

    def __post_init__(self):
        object.__setattr__(self, "class_names", _checks.class_names(self.class_names))
        for part in ("train", "test"):
            x = _rows_or_pictures(getattr(self, f"x_{part}"), f"x_{part}")
            y = _checks.labels(
                getattr(self, f"y_{part}"), len(self.class_names), f"y_{part}", n=len(x)
            )
            object.__setattr__(self, f"x_{part}", x)
            object.__setattr__(self, f"y_{part}", y)
        _checks.examples(self.x_test, "x_test", shape=self.example_shape)

    @classmethod
    def from_folder(
        cls, path, *, size=32, grey: bool = False, test: float = 0.2, seed: int = 0, name=None
    ) -> Dataset:
        """Images in files, in a folder for each class: `cats/1.jpg`, `dogs/tom.png`.

        The images are turned upright, as their camera noted, squeezed into `size` and brought to
        [0, 1]. What is transparent becomes white. The names of the folders are the class names, in
        alphabetical order. Where the folder holds `train` and `test` (or `val`) with class folders
        inside, these are the two parts, and a line says so; else each class is split by the seed.
        The same files give the same split. Files that cannot be read are left out, and a warning
        names them.

        Args:
            path: the folder.
            size: of the images: one number for both sides, or `(height, width)`.
            grey: whether to make the images grey, with one channel in place of three.
            test: the share of each class that is kept for the test, between 0 and 1.
            seed: decides which images these are.
            name: what to call it; the name of the folder if not given.

        Returns:
            A `Dataset`.

        Raises:
            FileNotFoundError: there is no such folder.
            ValueError: it holds no class folders, or a class has fewer than 2 images.

        Example:
            >>> import os, tempfile
            >>> from PIL import Image
            >>> with tempfile.TemporaryDirectory() as folder:
            ...     for kind, colour in (("apple", "red"), ("pear", "green")):
            ...         os.mkdir(f"{folder}/{kind}")
            ...         for i in range(5):
            ...             Image.new("RGB", (60, 40), colour).save(f"{folder}/{kind}/{i}.png")
            ...     fruit = Dataset.from_folder(folder, size=(16, 24), name="fruit")
            >>> fruit
            <Dataset fruit: 8 training and 2 test images of 16x24x3, 2 classes>
            >>> fruit.class_names
            ('apple', 'pear')
        """
        return cls(**read_folder(path, size, grey, test, seed, name))

    @classmethod
    def from_table(
        cls, table, *, label, test: float = 0.2, seed: int = 0, drop=(), name=None
    ) -> Dataset:
        """The rows of a table: a data frame of pandas, or a CSV file, which needs no pandas.

        Numbers are scaled to mean 0 and standard deviation 1, words become a 0 or 1 for each word
        of their column; both are measured on the training part alone.

        Args:
            table: a data frame, or the path of a CSV file whose first line names the columns.
            label: the column that names the class.
            test: the share of each class that is kept for the test, between 0 and 1.
            seed: decides which rows these are.
            drop: columns to leave out, such as names and running numbers.
            name: what to call it; the name of the file, or `"table"`, if not given.

        Returns:
            A `Dataset` of rows `(n, numbers)`.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: there is no such column, or a value is missing or no number and no word.

        Example:
            >>> import os, tempfile
            >>> with tempfile.TemporaryDirectory() as folder:
            ...     with open(f"{folder}/pets.csv", "w", encoding="utf-8") as file:
            ...         _ = file.write("weight,fur,kind\\n" + "4.1,long,cat\\n30,short,dog\\n" * 10)
            ...     pets = Dataset.from_table(f"{folder}/pets.csv", label="kind")
            >>> pets
            <Dataset pets: 16 training and 4 test rows of 3 numbers, 2 classes>
            >>> pets.class_names
            ('cat', 'dog')
        """
        return cls(**read_table(table, label, test, seed, drop, name))

    @classmethod
    def from_arrays(
        cls,
        x,
        y=None,
        *,
        x_test=None,
        y_test=None,
        class_names=None,
        test: float = 0.2,
        seed: int = 0,
        scale: bool = False,
        name: str = "arrays",
    ) -> Dataset:
        """Arrays of any kind: images, rows, tokens, with labels that are numbers or words.

        Images of bytes, 0 to 255, are divided by 255. Each value among the labels is a class: words
        in alphabetical order, numbers in theirs, whether they begin at 0 or not.

        Args:
            x: images `(n, height, width, channels)` or `(n, height, width)`, or rows
                `(n, numbers)`; a data frame of numbers, too.
            y: labels `(n,)`, or one-hot rows `(n, classes)`.
            x_test, y_test: the test part, where there is one already.
            class_names: a name for each class number. Where the labels are words, the order of
                them; where they are none, one word for each.
            test: the share of each class that is kept for the test, between 0 and 1.
            seed: decides which examples these are.
            scale: whether to scale rows to mean 0 and standard deviation 1, as measured on the
                training part: right for the columns of a table, wrong for tokens.
            name: what to call it.

        Returns:
            A `Dataset`.

        Raises:
            ValueError: `x` and `y` do not fit each other, or a class has fewer than 2 examples.

        Example:
            >>> x = np.random.default_rng(0).integers(256, size=(20, 8, 8), dtype=np.uint8)
            >>> mine = Dataset.from_arrays(x, ["even", "odd"] * 10, name="mine")
            >>> mine
            <Dataset mine: 16 training and 4 test images of 8x8x1, 2 classes>
            >>> mine.class_names
            ('even', 'odd')
        """
        return cls(
            **read_arrays(x, y, x_test, y_test, class_names, test, seed, scale),
            name=_checks.text(name, "name"),
        )

    @property
    def n_classes(self) -> int:
        """How many classes there are."""
        return len(self.class_names)

    @property
    def example_shape(self) -> tuple[int, ...]:
        """`(height, width, channels)` of one picture, or `(numbers,)` of one row."""
        return self.x_train.shape[1:]

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """`(height, width, channels)` of one picture; an AttributeError where there are none."""
        if len(self.example_shape) != 3:
            raise AttributeError(
                f"{self!r} holds no pictures: dataset.example_shape is the shape of a row"
            )
        return self.example_shape

    @cached_property
    def checksum(self) -> str:
        """SHA-256 of the examples (pictures as bytes 0 to 255) and labels: is data the same?"""
        digest = hashlib.sha256()
        for x, y in ((self.x_train, self.y_train), (self.x_test, self.y_test)):
            for example in x:  # one by one: copies of all of CIFAR-10 take memory and time
                digest.update(example_bytes(example))
            digest.update(y.astype("<i4").tobytes())
        return digest.hexdigest()

    def __repr__(self) -> str:
        shape = self.example_shape
        kind = f"rows of {shape[0]:,} numbers"
        if len(shape) == 3:
            kind = f"images of {'x'.join(map(str, shape))}"
        return (
            f"<Dataset {self.name}: {len(self.x_train):,} training and {len(self.x_test):,} test "
            f"{kind}, {self.n_classes} classes>"
        )


def require_dataset(value, name: str = "dataset") -> None:
    """Raise a `ValueError` unless the value is a `Dataset`."""
    if not isinstance(value, Dataset):
        raise ValueError(
            f"{name} must be a kdlab Dataset, as load_dataset() and Dataset.from_arrays(x, y) "
            f"return, got {type(value).__name__}"
        )


def example_bytes(example: np.ndarray) -> bytes:
    """What tells an example from others: a picture's as a file would hold it, a row's exactly."""
    if example.ndim == 3:
        return np.rint(example * 255).astype(np.uint8).tobytes()
    return example.astype("<f4").tobytes()


def _rows_or_pictures(value, name: str) -> np.ndarray:
    x = _checks.examples(value, name)
    if x.ndim > 4:
        raise ValueError(
            f"{name} must hold pictures (n, height, width, channels) or rows (n, numbers), got "
            f"shape {x.shape}: x.reshape(len(x), -1) makes rows, and a model that begins with "
            "keras.layers.Reshape has the shape back"
        )
    if x.ndim == 2:
        return x
    if x.ndim == 4 and x.shape[1] in (1, 3) and x.shape[3] > 4:
        raise ValueError(
            f"{name} must hold pictures (n, height, width, channels), got shape {x.shape}, with "
            "the channels first, as PyTorch has them: np.moveaxis(x, 1, -1) puts them last"
        )
    return _checks.from_0_to_1(x if x.ndim == 4 else x[..., None], name)
