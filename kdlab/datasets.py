"""The data sets of the lessons: `load_dataset(name) -> Dataset`.

`digits` comes with scikit-learn and needs nothing else. The others are looked for on this
machine first, and downloaded through Keras only when they are not there.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from kdlab import _checks

_DIGITS = tuple("0123456789")
_DIGITS_SPLIT = Path(__file__).with_name("digits_split.npy")
_DEBIAN_FASHION_MNIST = Path("/usr/share/datasets/fashion-mnist")
# What Keras leaves of a download in its folder `datasets`.
_IN_KERAS_CACHE = {
    "mnist": "mnist.npz",
    "fashion_mnist": "fashion-mnist",
    "cifar10": "cifar-10-batches-py-target_archive",
}
_IMAGE_SHAPES = {"mnist": (28, 28), "fashion_mnist": (28, 28), "cifar10": (32, 32, 3)}
# Of all bytes of Fashion-MNIST, images and labels.
_FASHION_MNIST = "59c4ea05a36442d6513afff578fc9c4a49bab9b60a7432bf84452b97809256a8"
_CLASS_NAMES = {
    "digits": _DIGITS,
    "mnist": _DIGITS,
    "fashion_mnist": (
        "T-shirt", "trouser", "pullover", "dress", "coat",
        "sandal", "shirt", "sneaker", "bag", "ankle boot",
    ),
    "cifar10": (
        "airplane", "automobile", "bird", "cat", "deer",
        "dog", "frog", "horse", "ship", "truck",
    ),
}  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Images and labels, split into a training and a test part.

    Attributes:
        x_train, x_test: images `(n, height, width, channels)`, float32 in [0, 1].
        y_train, y_test: labels `(n,)`, int32, indices into `class_names`.
        class_names: one name per class.
        name: what `load_dataset` was asked for.
        source: where it was read from.

    Raises:
        ValueError: images and labels do not fit each other or `class_names`.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple[str, ...]
    name: str
    source: str = "memory"

    def __post_init__(self):
        object.__setattr__(self, "class_names", _checks.texts(self.class_names, "class_names"))
        for part in ("train", "test"):
            x = _checks.images(getattr(self, f"x_{part}"), f"x_{part}")
            _checks.from_0_to_1(x, f"x_{part}")
            y = _checks.labels(
                getattr(self, f"y_{part}"), len(self.class_names), f"y_{part}", n=len(x)
            )
            object.__setattr__(self, f"x_{part}", x)
            object.__setattr__(self, f"y_{part}", y)
        _checks.images(self.x_test, "x_test", shape=self.image_shape)

    @property
    def n_classes(self) -> int:
        """How many classes there are."""
        return len(self.class_names)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """`(height, width, channels)` of one image."""
        return self.x_train.shape[1:]

    @cached_property
    def checksum(self) -> str:
        """SHA-256 of the images (as bytes 0 to 255) and labels: tells whether data is the same."""
        digest = hashlib.sha256()
        for x, y in ((self.x_train, self.y_train), (self.x_test, self.y_test)):
            for image in x:  # one by one: copies of all of CIFAR-10 take memory and time
                digest.update(np.rint(image * 255).astype(np.uint8).tobytes())
            digest.update(y.astype("<i4").tobytes())
        return digest.hexdigest()

    def __repr__(self) -> str:
        shape = "x".join(map(str, self.image_shape))
        return (
            f"<Dataset {self.name}: {len(self.x_train):,} training and {len(self.x_test):,} test "
            f"images of {shape}, {self.n_classes} classes>"
        )


def load_dataset(
    name: str = "digits",
    data_dir=None,
    *,
    n_train: int | None = None,
    n_test: int | None = None,
) -> Dataset:
    """Load a data set, from this machine where it can be found.

    `digits` (8x8 handwritten digits, 1,257 training and 540 test images) is embedded in
    scikit-learn. `mnist`, `fashion_mnist` and `cifar10` are looked for, in this order, as
    `NAME.npz` in `data_dir`, which is the folder that `$KDLAB_DATA_DIR` names if you give none (the
    layout of the Keras data sets: `x_train`, `y_train`, `x_test`, `y_test`); in Debian's package
    `dataset-fashion-mnist`; in Keras's cache; and are downloaded through Keras last.

    Args:
        name: `"digits"`, `"mnist"`, `"fashion_mnist"` or `"cifar10"`.
        data_dir: a folder to look in first; `$KDLAB_DATA_DIR` if not given.
        n_train, n_test: only so many images of either part, the first ones. All of CIFAR-10 takes
            up 740 MB.

    Returns:
        A `Dataset`: images `(n, height, width, channels)` float32 in [0, 1], integer labels.

    Raises:
        ValueError: the name is unknown, a file is damaged or holds something else, or there are not
            so many images.
        FileNotFoundError: `data_dir` does not exist, or the data is neither found nor downloaded.

    Example:
        >>> load_dataset("digits")
        <Dataset digits: 1,257 training and 540 test images of 8x8x1, 10 classes>
    """
    _checks.choice(name, "name", _CLASS_NAMES)
    limits = {"train": n_train, "test": n_test}
    for part, n in limits.items():
        if n is not None:
            _checks.positive_int(n, f"n_{part}")
    if name == "digits":
        return _load_digits(limits)
    arrays, source = find_local(name, data_dir) or (_from_keras(name, data_dir), "keras.datasets")
    return _as_dataset(name, arrays, source, limits)


def find_local(name: str, data_dir=None) -> tuple[dict[str, np.ndarray], str] | None:
    """A data set's arrays and where they were read from; None where they had to be downloaded."""
    folder, _ = _given_folder(name, data_dir)
    path = folder / f"{name}.npz" if folder else None
    if path is not None and path.exists():
        return _read_npz(path, name), str(path)
    if name == "fashion_mnist" and _DEBIAN_FASHION_MNIST.is_dir():
        return _read_idx(_DEBIAN_FASHION_MNIST), str(_DEBIAN_FASHION_MNIST)
    home = Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser()
    if (home / "datasets" / _IN_KERAS_CACHE[name]).exists():
        return _from_keras(name, data_dir), "keras.datasets"
    return None


def require_dataset(value, name: str = "dataset") -> None:
    """Raise a `ValueError` unless the value is a `Dataset`."""
    if not isinstance(value, Dataset):
        raise ValueError(
            f"{name} must be a kdlab Dataset, as load_dataset() returns, got {type(value).__name__}"
        )


def _load_digits(limits: dict) -> Dataset:
    # Importing scikit-learn would take 90 MB and most of a lesson's start, for one small file.
    folder = Path(find_spec("sklearn").origin).parent
    table = np.loadtxt(folder / "datasets/data/digits.csv.gz", delimiter=",")
    images = (table[:, :-1].reshape(-1, 8, 8, 1) / 16).astype(np.float32)
    labels = table[:, -1].astype(np.int32)
    # The rows that train_test_split(test_size=540, stratify=labels, random_state=0) of
    # scikit-learn takes, in its order: first 1,257 to train on, then the test images.
    train, test = np.split(np.load(_DIGITS_SPLIT, allow_pickle=False), [1257])
    parts = {
        "x_train": images[train],
        "y_train": labels[train],
        "x_test": images[test],
        "y_test": labels[test],
    }
    return Dataset(
        **_first(parts, limits), class_names=_DIGITS, name="digits", source="scikit-learn"
    )


def _first(parts: dict[str, np.ndarray], limits: dict[str, int | None]) -> dict[str, np.ndarray]:
    """The first so many of the training and of the test images, with their labels."""
    for part, n in limits.items():
        if n is not None and n > len(parts[f"x_{part}"]):
            raise ValueError(
                f"n_{part} must be at most {len(parts[f'x_{part}']):,}, as many images as there "
                f"are, got {n:,}"
            )
    return {key: value[: limits[key[2:]]] for key, value in parts.items()}


def _given_folder(name: str, data_dir) -> tuple[Path | None, str]:
    """The folder that is to be looked in first, if there is one, and who named it."""
    given = "data_dir" if data_dir is not None else "KDLAB_DATA_DIR"
    folder = data_dir if data_dir is not None else os.environ.get("KDLAB_DATA_DIR")
    if data_dir is None and not folder:
        return None, given
    folder = _checks.path(folder, given)
    if not folder.is_dir():
        raise FileNotFoundError(
            f"{given} must name an existing folder that holds {name}.npz, got {str(folder)!r}"
        )
    return folder, given


def _read_npz(path: Path, name: str) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as file:
            return {key: file[key] for key in ("x_train", "y_train", "x_test", "y_test")}
    except KeyError as error:
        raise ValueError(
            f"{path} must hold x_train, y_train, x_test and y_test, as {name}.npz does in Keras: "
            f"{error.args[0]}"
        ) from error
    except Exception as error:  # damage can cause nearly any error in NumPy, zipfile or zlib
        raise ValueError(
            f"{path} cannot be read as {name}.npz; it may be truncated or damaged ({error}). "
            "Delete it, or copy it here again."
        ) from error


def _read_idx(folder: Path) -> dict[str, np.ndarray]:
    """The four IDX files of MNIST's original format, gzipped."""

    def read(stem: str, header: int) -> np.ndarray:
        path = folder / f"{stem}-ubyte.gz"
        try:
            with gzip.open(path) as file:
                return np.frombuffer(file.read(), np.uint8, offset=header)
        except (OSError, EOFError, ValueError, zlib.error) as error:
            raise ValueError(
                f"{path} is missing or damaged ({error}). "
                "Reinstall it: apt-get install --reinstall dataset-fashion-mnist"
            ) from error

    parts = {"train": "train", "test": "t10k"}
    return {
        **{f"x_{p}": read(f"{s}-images-idx3", 16).reshape(-1, 28, 28) for p, s in parts.items()},
        **{f"y_{p}": read(f"{s}-labels-idx1", 8) for p, s in parts.items()},
    }


def _from_keras(name: str, data_dir) -> dict[str, np.ndarray]:
    from kdlab._tensorflow import keras

    try:
        train, test = getattr(keras.datasets, name).load_data()
    except Exception as error:
        folder, given = _given_folder(name, data_dir)
        looked_in = f" (there is no {name}.npz in {folder}, which {given} names)" if folder else ""
        debian = " or `apt-get install dataset-fashion-mnist`" if name == "fashion_mnist" else ""
        raise FileNotFoundError(
            f"{name} was not found on this machine{looked_in} and could not be downloaded "
            f"({error}). Put {name}.npz into a folder and pass it as data_dir or set "
            f"KDLAB_DATA_DIR{debian}; the data set 'digits' needs no download."
        ) from error
    arrays = dict(zip(("x_train", "y_train", "x_test", "y_test"), (*train, *test), strict=True))
    # Keras checks what it downloads against a checksum, but not this one.
    if name == "fashion_mnist" and _digest(arrays) != _FASHION_MNIST:
        raise ValueError(
            "fashion_mnist as Keras has downloaded it is damaged, or is something else: delete "
            "the folder datasets/fashion-mnist in ~/.keras, or what $KERAS_HOME names, and try "
            "again"
        )
    return arrays


def _digest(arrays: dict[str, np.ndarray]) -> str:
    """SHA-256 of the bytes of some arrays, in the order of their names."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(arrays[name].tobytes())
    return digest.hexdigest()


def _as_dataset(name: str, arrays: dict[str, np.ndarray], source: str, limits: dict) -> Dataset:
    expected = _IMAGE_SHAPES[name]
    parts = {}
    for key, value in arrays.items():
        if key.startswith("x_"):
            if value.shape[1:] != expected or value.dtype != np.uint8 or not len(value):
                raise ValueError(
                    f"{key} in {source} must hold uint8 images of shape {expected}, "
                    f"got {value.dtype} of shape {value.shape}"
                )
            parts[key] = value.reshape(len(value), *expected[:2], -1)
        else:
            parts[key] = value.reshape(-1)  # cifar10.npz has its labels in a column
    parts = _first(parts, limits)
    for key in ("x_train", "x_test"):
        parts[key] = np.divide(parts[key], 255, dtype=np.float32)
    return Dataset(**parts, class_names=_CLASS_NAMES[name], name=name, source=source)
