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
