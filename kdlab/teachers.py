"""Stored teachers: trained once, then read with their logits, their weights and what made them."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from kdlab import _checks
from kdlab._progress import reported
from kdlab.datasets import Dataset, example_bytes, require_dataset
from kdlab.provenance import versions
from kdlab.storage import of_another_make, read_arrays, write_arrays
from kdlab.teacher_signal import warn_of_useless

_SHIPPED = Path(__file__).parent / "pretrained"


@dataclass(frozen=True, eq=False, repr=False)
class StoredTeacher:
    """A trained teacher without the training: its logits, its weights, its provenance.

    Attributes:
        train_logits: logits on the data set's training images, `(n_train, classes)` float32.
        test_logits: logits on its test images, `(n_test, classes)` float32.
        weights: the arrays for `model.set_weights`, in order.
        images: a fingerprint of each training image and then of each test image, uint64; none in
            older files.
        provenance: what made it: `dataset`, `data_checksum`, `versions`, `created`, and whatever
            was passed to `save_teacher` (seed, epochs, ...).
    """

    train_logits: np.ndarray
    test_logits: np.ndarray
    weights: list[np.ndarray] = field(default_factory=list)
    images: np.ndarray = field(default_factory=lambda: np.empty(0, np.uint64))
    provenance: dict = field(default_factory=dict)

    def __repr__(self) -> str:
        parameters = sum(w.size for w in self.weights)
        return (
            f"<StoredTeacher for {self.provenance.get('dataset')}: {parameters:,} parameters, "
            f"logits on {len(self.train_logits):,} training and {len(self.test_logits):,} test "
            f"images>"
        )

    def build(self, dataset: Dataset):
        """The teacher's network, with its weights in place.

        Args:
            dataset: the data set it was made from, or one with images of the same shape.

        Returns:
            A `keras.Model`: examples of the data set to logits `(n, classes)`. Its architecture
            is the one that the provenance names, or else the one of `build_teacher` that has such
            weights.

        Raises:
            ValueError: `dataset` holds other examples, or the weights are those of a network that
                `build_teacher` does not build: of your own, for example. Build it yourself then,
                and give it `teacher.weights` by `set_weights`.

        Example:
            >>> from kdlab import load_dataset
            >>> pretrained_teacher("digits").build(load_dataset("digits")).output_shape
            (None, 10)
        """
        from kdlab.models import ARCHITECTURES, build_teacher

        require_dataset(dataset)
        named = self.provenance.get("architecture")
        found = [weight.shape for weight in self.weights]
        for architecture in [named] if named else ARCHITECTURES:
            try:
                model = build_teacher(dataset, architecture)
            except ValueError:
                if named:
                    raise
                continue  # it takes no such examples
            if [weight.shape for weight in model.get_weights()] == found:
                model.set_weights(self.weights)
                return model
        tried = f"not {named!r}" if named else f"none of {', '.join(ARCHITECTURES)}"
        raise ValueError(
            f"dataset must hold examples like those of {self.provenance.get('dataset')}, got "
            f"{dataset!r}; or else the network is not of build_teacher ({tried} has such weights): "
            "build your own as before, and model.set_weights(teacher.weights) brings back the rest"
        )


def save_teacher(path, model, dataset: Dataset, **made_with) -> StoredTeacher:
    """Store a trained teacher and its logits on a data set, in one file.

    Args:
        path: the file to write, `NAME.npz`; an older one is replaced in one move.
        model: a Keras model that returns logits.
        dataset: the data set it was trained on; its logits on all images are stored.
        **made_with: what else to remember: seed, epochs, learning rate, ... If kdlab knows that
            the model was trained for another number of `epochs`, it stores that and says so.

    Returns:
        The `StoredTeacher` that was written.

    Raises:
        ValueError: the model does not fit the data set, or a detail cannot be written as JSON.
        OSError: the file cannot be written; an older one is then left as it was.

    Example:
        >>> import tempfile
        >>> from kdlab import build_teacher, load_dataset
        >>> data = load_dataset("digits")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     teacher = save_teacher(f"{folder}/mine.npz", build_teacher(data), data, seed=0)
        >>> teacher.provenance["seed"]
        0
    """
    path = _checks.file(path)
    _require_plain(made_with)
    require_dataset(dataset)
    teacher = _teacher_of(model, dataset, made_with)
    write_teacher(path, teacher)
    return teacher


def _teacher_of(model, dataset: Dataset, made_with: dict) -> StoredTeacher:
    from kdlab.distillation.epochs import trained_epochs
    from kdlab.distillation.inputs import check_inputs
    from kdlab.distillation.predict import scores

    check_inputs(model, dataset.x_train[:1], "the dataset")
    epochs = trained_epochs(model)
    if epochs and made_with.get("epochs", epochs) != epochs:
        print(
            f"This model has had {epochs} epochs, not {made_with['epochs']}: "
            f"epochs={epochs} is stored."
        )
        made_with = {**made_with, "epochs": epochs}
    train_logits = scores(model, dataset.x_train, show=reported)
    warn_of_useless(train_logits, dataset.y_train, "the model's output")
    return StoredTeacher(
        train_logits=train_logits,
        test_logits=scores(model, dataset.x_test, show=reported),
        weights=model.get_weights(),
        images=np.concatenate([_fingerprints(dataset.x_train), _fingerprints(dataset.x_test)]),
        provenance={
            **made_with,
            "dataset": dataset.name,
            "data_checksum": dataset.checksum,
            "versions": versions(),
            "machine": platform.machine(),
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
        },
    )


def _require_plain(made_with: dict) -> None:
    try:
        json.dumps(made_with)
    except TypeError as error:
        raise ValueError(
            f"made_with must hold plain values that JSON can write: {error}"
        ) from error


def write_teacher(path, teacher: StoredTeacher) -> None:
    """Write a stored teacher as it is, in the precision of its arrays; see `write_arrays`."""
    arrays = {
        "train_logits": teacher.train_logits,
        "test_logits": teacher.test_logits,
        "images": teacher.images,
        **{f"weight_{i:03}": w for i, w in enumerate(teacher.weights)},
    }
    write_arrays(path, arrays, teacher.provenance)


def load_teacher(path, dataset: Dataset | None = None) -> StoredTeacher:
    """Read a stored teacher, and check it.

    Args:
        path: the file that `save_teacher` wrote.
        dataset: if given, the file must have been made from exactly this data.

    Returns:
        A `StoredTeacher`.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is damaged, is something else, or belongs to other data.

    Example:
        >>> load_teacher("nowhere.npz")
        Traceback (most recent call last):
            ...
        FileNotFoundError: there is no stored teacher at nowhere.npz
    """
    if dataset is not None:
        require_dataset(dataset)
    path = _checks.path(path)
    if not path.exists():
        raise FileNotFoundError(f"there is no stored teacher at {path}")
    try:
        arrays, about = read_arrays(path)
        images = arrays.pop("images", np.empty(0, np.uint64))
        # Half precision halves the file; everything else computes in single.
        arrays = {name: array.astype(np.float32, copy=False) for name, array in arrays.items()}
        weights = [arrays[f"weight_{i:03}"] for i in range(len(arrays) - 2)]
        teacher = StoredTeacher(
            arrays["train_logits"], arrays["test_logits"], weights, images, about
        )
    except (ValueError, KeyError) as error:
        instead = of_another_make(path) or f", or is damaged ({error})"
        raise ValueError(f"{path} is no stored teacher{instead}") from error
    if dataset is not None and about.get("data_checksum") != dataset.checksum:
        raise ValueError(
            f"{path} was made from other data than {dataset!r}: "
            f"its data set is {about.get('dataset')!r} with another checksum"
        )
    return teacher


def stored_teacher(
    path, dataset: Dataset, build: Callable[[], object], **made_with
) -> StoredTeacher:
    """The teacher stored at `path`, or a new one, built and stored there.

    A missing file is built; one that is damaged, or was made from other data or in another way, is
    rebuilt, and a line says so. One that cannot be stored is not lost: it is returned, and a line
    says why it will have to be built again.

    Args:
        path: where the teacher is or shall be stored.
        dataset: the data set it belongs to.
        build: called without arguments, returns a trained Keras model.
        **made_with: what else to remember, as in `save_teacher`.

    Returns:
        A `StoredTeacher`.

    Raises:
        ValueError: as `save_teacher`.
        OSError: there is a file, but it cannot be read.

    Example:
        >>> import tempfile
        >>> from kdlab import build_teacher, load_dataset
        >>> data = load_dataset("digits")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = f"{folder}/teacher.npz"
        ...     first = stored_teacher(path, data, lambda: build_teacher(data))
        ...     again = stored_teacher(path, data, lambda: 1 / 0)  # not called
        There is no stored teacher yet: building one.
    """
    path = _checks.file(path)
    _require_plain(made_with)
    require_dataset(dataset)
    if not callable(build):
        raise ValueError(f"build must be a function that returns a model, got {build!r}")
    try:
        teacher = load_teacher(path, dataset)
        for detail, wanted in made_with.items():
            found = teacher.provenance.get(detail)
            if json.dumps(found) != json.dumps(wanted):
                raise ValueError(f"{path} was made with {detail}={found!r}, not {wanted!r}")
        return teacher
    except FileNotFoundError:
        print("There is no stored teacher yet: building one.")
    except ValueError as error:
        print(f"Building the teacher again: {error}.")
    teacher = _teacher_of(build(), dataset, made_with)
    try:
        write_teacher(path, teacher)
    except OSError as error:
        print(f"The teacher is ready to use, but could not be stored: {error}.")
    return teacher


def pretrained_teacher(name: str = "digits", dataset: Dataset | None = None) -> StoredTeacher:
    """A teacher that comes with kdlab, read without TensorFlow.

    Made by `experiments/digits_teacher.py` and `experiments/cifar10_teacher.py`. That for CIFAR-10
    is residual (`build_teacher(dataset, "resnet")`), and kept in half precision.

    Args:
        name: the data set: `"digits"` or `"cifar10"`.
        dataset: whose images the logits are to be on, in its order: the first so many, for example.
            If the file does not know one of them, as it comes from another edition of the data set,
            the teacher's network computes the logits of all, which loads TensorFlow and takes a few
            milliseconds each.

    Returns:
        A `StoredTeacher`, with logits for `dataset`; if there is none, for all the images that it
        was stored with.

    Raises:
        ValueError: there is none for that data set, `dataset` holds other kinds of images, or the
            file is damaged.

    Example:
        >>> from kdlab import load_dataset
        >>> pretrained_teacher("digits").test_logits.shape
        (540, 10)
    """
    if dataset is not None:
        require_dataset(dataset)
    known = sorted(path.stem for path in _SHIPPED.glob("*.npz"))
    _checks.choice(name, "name", known)
    try:
        teacher = load_teacher(_SHIPPED / f"{name}.npz")
    except ValueError as error:
        raise ValueError(f"{error}. It came with kdlab: install kdlab again.") from error
    return teacher if dataset is None else _shown(teacher, dataset)


def _shown(teacher: StoredTeacher, dataset: Dataset) -> StoredTeacher:
    """The same teacher with its logits on these images."""
    parts = (dataset.x_train, dataset.x_test)
    images = [_fingerprints(x) for x in parts]
    rows = {image: row for row, image in enumerate(teacher.images.tolist())}
    if all(image in rows for part in images for image in part.tolist()):
        stored = np.concatenate([teacher.train_logits, teacher.test_logits])
        logits = [stored[[rows[image] for image in part.tolist()]] for part in images]
    else:
        from kdlab.distillation import predict_logits

        model = teacher.build(dataset)
        logits = [predict_logits(model, x) for x in parts]
    return replace(
        teacher, train_logits=logits[0], test_logits=logits[1], images=np.concatenate(images)
    )


def _fingerprints(images: np.ndarray) -> np.ndarray:
    """Eight bytes per image that tell it from all others."""

    def digest(image) -> bytes:
        return hashlib.blake2b(example_bytes(image), digest_size=8).digest()

    # One by one: three copies of CIFAR-10 at a time take memory, and many times as long.
    return np.frombuffer(b"".join(map(digest, images)), "<u8").astype(np.uint64)
