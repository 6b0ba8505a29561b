"""The data sets of the lessons: `load_dataset(name) -> Dataset`.

`digits` comes with scikit-learn and needs nothing else. The others are looked for on this
machine first, and downloaded through Keras only when they are not there.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from kdlab import _checks
from kdlab.datasets.dataset import Dataset

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
    if not isinstance(name, str) or name not in _CLASS_NAMES:
        raise ValueError(
            f"name must be one of {', '.join(_CLASS_NAMES)}, got {name!r}: data of your own comes "
            "in by kdlab.Dataset.from_arrays(x, y), Dataset.from_folder or Dataset.from_table"
        )
    limits = {"train": n_train, "test": n_test}
    for part, n in limits.items():
        if n is not None:
            _checks.positive_int(n, f"n_{part}")
    if name == "digits":
        return _load_digits(limits)
    arrays, source = find_local(name, data_dir) or (_from_keras(name, data_dir), "keras.datasets")
    return _as_dataset(name, arrays, source, limits)


def find_dataset(name: str = "digits", data_dir=None) -> str:
    """One line: whether a data set is on this machine, and what to do if it is not.

    It only looks: nothing is read, and nothing is downloaded.

    Args:
        name: `"digits"`, `"mnist"`, `"fashion_mnist"` or `"cifar10"`.
        data_dir: a folder to look in first; `$KDLAB_DATA_DIR` if not given.

    Returns:
        A sentence that begins with ✓ or with ✗.

    Raises:
        ValueError: the name is unknown, or `data_dir` is no path.

    Example:
        >>> print(find_dataset("digits"))
        ✓ digits is on this machine.
    """
    _checks.choice(name, "name", list(_CLASS_NAMES))
    here = f"✓ {name} is on this machine."
    if name == "digits":
        return here
    try:
        folder, given = _given_folder(name, data_dir)
    except FileNotFoundError as error:  # the folder that was named
        return f"✗ {error}."
    if _local(name, data_dir):
        return here
    without = (
        f"put {name}.npz into {folder}, which {given} names, and run this again"
        if folder
        else f"put {name}.npz into a folder, name that folder in the variable KDLAB_DATA_DIR, and "
        "start Jupyter again"
    )
    return (
        f"✗ {name} is not on this machine. With network: go on, load_dataset downloads it once. "
        f"Without: {without}."
    )


def find_local(name: str, data_dir=None) -> tuple[dict[str, np.ndarray], str] | None:
    """A data set's arrays and where they were read from; None where they had to be downloaded."""
    found = _local(name, data_dir)
    if found is None:
        return None
    source, read = found
    return read(), source


def _local(name: str, data_dir) -> tuple[str, Callable[[], dict[str, np.ndarray]]] | None:
    """Where a data set is on this machine, and what reads it there; None if it is nowhere."""
    folder, _ = _given_folder(name, data_dir)
    path = folder / f"{name}.npz" if folder else None
    if path is not None and path.exists():
        return str(path), lambda: _read_npz(path, name)
    if name == "fashion_mnist" and _DEBIAN_FASHION_MNIST.is_dir():
        return str(_DEBIAN_FASHION_MNIST), lambda: _read_idx(_DEBIAN_FASHION_MNIST)
    home = Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser()
    if (home / "datasets" / _IN_KERAS_CACHE[name]).exists():
        return "keras.datasets", lambda: _from_keras(name, data_dir)
    return None


def _load_digits(limits: dict) -> Dataset:
    # Importing scikit-learn would take 90 MB and most of a lesson's start, for one small file.
    found = find_spec("sklearn")
    if found is None:
        raise ImportError(
            "the digits come with scikit-learn, which is not installed: "
            "run `pip install scikit-learn`."
        )
    folder = Path(found.origin).parent
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
            keys = list(file)
            return {key: file[key] for key in ("x_train", "y_train", "x_test", "y_test")}
    except KeyError as error:
        raise ValueError(
            f"{path} must hold x_train, y_train, x_test and y_test, as {name}.npz does in Keras, "
            f"got {', '.join(keys) or 'nothing'}: kdlab.Dataset.from_arrays(file['X'], file['y']) "
            "takes other files, with the names of their arrays"
        ) from error
    except Exception as error:  # damage can cause nearly any error in NumPy, zipfile or zlib
        if "allow_pickle" in str(error):
            raise ValueError(
                f"{path} must hold arrays of numbers, got one of Python objects, which could run "
                f"code when it is read ({error}). Save it anew as numbers: y.astype(int)."
            ) from error
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
    try:
        from kdlab._tensorflow import keras

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
    parts = {
        key: _pictures(value, f"{key} in {source}", name) if key.startswith("x_") else value
        for key, value in arrays.items()
    }
    parts = _first(parts, limits)
    for key in ("x_train", "x_test"):
        if parts[key].dtype == np.uint8:
            parts[key] = np.divide(parts[key], 255, dtype=np.float32)
    return Dataset(**parts, class_names=_CLASS_NAMES[name], name=name, source=source)


def _pictures(value: np.ndarray, what: str, name: str) -> np.ndarray:
    """Images with a channel axis: bytes, as Keras has them, or numbers in [0, 1]."""
    expected = _IMAGE_SHAPES[name]
    shapes = [expected, (*expected, 1)]
    if len(expected) == 2:  # of several channels, it could be each pixel's or each channel's first
        shapes.append((expected[0] * expected[1],))
    fits = value.shape[1:] in shapes and len(value)
    if fits and value.dtype.kind in "iu" and 0 <= value.min() <= value.max() <= 255:
        value = value.astype(np.uint8, copy=False)
    elif not (fits and value.dtype.kind == "f" and 0 <= value.min() <= value.max() <= 1):
        ends = (
            f", from {value.min()} to {value.max()}" if fits and value.dtype.kind in "iuf" else ""
        )
        raise ValueError(
            f"{what} must hold uint8 images, or floats in [0, 1], of shape {expected}, got "
            f"{value.dtype} of shape {value.shape}{ends}: images of another kind come in by "
            "kdlab.Dataset.from_arrays(x, y)"
        )
    return value.reshape(len(value), *(*expected, 1)[:3])
