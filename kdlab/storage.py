"""Files that are written whole or not at all, and arrays that are checked when they are read.

A file is written to a temporary name first and moved into place, so that a reader never finds half
a file, and a full disk never destroys the older one.

Arrays are kept in a plain `.npz` (no pickle). It carries a checksum of its contents, so that damage
is found when it is read, not in a puzzling result.
"""

from __future__ import annotations

import errno
import glob
import hashlib
import json
import os
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

import numpy as np

from kdlab import _checks

_FORMAT = 1
# Seconds after which what a write has left behind belongs to a process that was killed.
_ABANDONED = 3600.0
# What to do where the system's own words do not say it.
_CURES = {
    errno.ENOSPC: "the disk is full: free some space, or choose another folder",
    errno.EDQUOT: "your share of the disk is full: free some space, or choose another folder",
    errno.EROFS: "nothing can be written there: choose another folder",
    errno.EACCES: "you may not write there: choose another folder",
}


def write_atomically(path, write: Callable[[BinaryIO], None]) -> None:
    """Write a file whole or not at all.

    Args:
        path: the file; its folder is made if need be, an older file replaced in one move.
        write: called with the open binary file.

    Raises:
        OSError: the file cannot be written; an older one is then left as it was.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_atomically(f"{folder}/note.txt", lambda file: file.write(b"whole"))
        ...     Path(f"{folder}/note.txt").read_text("utf-8")
        'whole'
    """
    path = _checks.path(path)
    # In the same folder, so that the last move cannot cross file systems.
    temporary = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(path)
        try:
            with open(temporary, "xb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        if error.errno not in _CURES:
            raise
        # The same error, but of the file that was meant. What led to it would only be longer.
        reason = f"not written, and an older file is as it was; {_CURES[error.errno]}"
        raise OSError(error.errno, reason, str(path)) from None


def _remove_abandoned(path: Path) -> None:
    """Remove what was left of writing this file by processes that were killed meanwhile."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.{'[0-9a-f]' * 32}"):
        with suppress(FileNotFoundError):  # another process has just finished writing it
            if time.time() - left.stat().st_mtime > _ABANDONED:
                left.unlink()


def checksum(arrays: dict[str, np.ndarray]) -> str:
    """SHA-256 of some arrays, their names, types and shapes."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name}{array.dtype.str}{array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def write_arrays(
    path, arrays: dict[str, np.ndarray], about: dict, *, compress: bool = True
) -> None:
    """Write arrays and what there is to know about them, with a checksum, whole or not at all.

    Args:
        path: the file to write, `NAME.npz`; an older one is replaced in one move.
        arrays: by name.
        about: plain values that JSON can write.
        compress: whether to take time for a smaller file.

    Raises:
        TypeError: JSON cannot write a value of `about`.
        OSError: the file cannot be written; an older one is then left as it was.
    """
    # A type that is not NumPy's own, bfloat16, would come back as plain bytes.
    arrays = {
        name: array.astype(np.float32) if array.dtype.kind == "V" else array
        for name, array in arrays.items()
    }
    text = json.dumps({**about, "format": _FORMAT, "sha256": checksum(arrays)})
    save = np.savez_compressed if compress else np.savez
    write_atomically(path, lambda file: save(file, **arrays, about=np.array(text)))


def read_arrays(path) -> tuple[dict[str, np.ndarray], dict]:
    """Read what `write_arrays` wrote, and check it.

    Returns:
        The arrays by name, and what was stored about them.

    Raises:
        FileNotFoundError, PermissionError: there is no such file, or it may not be read.
        ValueError: it is something else, or damaged; the message says how.
    """
    if Path(path).is_dir():
        raise ValueError("it is a folder")  # which Windows would say may not be read
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        about = json.loads(str(arrays.pop("about")))
        expected, form = about.pop("sha256"), about.pop("format")
    except (FileNotFoundError, PermissionError):
        raise  # not damaged
    except Exception as error:  # damage can cause nearly any error in NumPy, zipfile or zlib
        raise ValueError(str(error)) from error
    if form != _FORMAT:
        raise ValueError("it has another format")
    if expected != checksum(arrays):
        raise ValueError("its checksum does not match")
    return arrays, about


def of_another_make(path) -> str | None:
    """What a file, or folder, is that `write_arrays` did not write, and how to use it.

    Looked at are its first bytes and the names in it: nothing is opened that could run.
    """
    path = Path(path)
    if path.is_dir():
        if (path / "saved_model.pb").exists():
            return (
                ", but a SavedModel: predict_logits takes "
                f"keras.layers.TFSMLayer({str(path)!r}, call_endpoint='serve') as it is"
            )
        return ", but a folder"
    if path.read_bytes()[:4] == b"\x89HDF":
        return _keras_model(path)
    if not zipfile.is_zipfile(path):
        return None
    try:
        with zipfile.ZipFile(path) as file:
            names = [Path(name) for name in file.namelist()]
    except zipfile.BadZipFile:  # damaged, then
        return None
    if any(name.name == "model.weights.h5" for name in names):
        return _keras_model(path)
    if any(name.name == "data.pkl" for name in names):
        return (
            ", but a file of PyTorch: load it there, with the code of its module; "
            "predict_logits(module, x) asks it"
        )
    if names and all(name.suffix == ".npy" for name in names) and Path("about.npy") not in names:
        found = ", ".join(name.stem for name in names)
        return (
            f", but holds the arrays {found}: where one of them is a teacher's logits, pass that "
            f"to distill, np.load({str(path)!r})[NAME]"
        )
    return None


def _keras_model(path: Path) -> str:
    return (
        f", but a Keras model: model = keras.models.load_model({str(path)!r}) opens it, and "
        "save_teacher(NAME, model, dataset) stores it with its logits"
    )
