"""Checked files of arrays: written whole or not at all, and what is read is what was written."""

import json
import os

import numpy as np
import pytest
from traps import Trap

from kdlab.storage import checksum, read_arrays, write_arrays

ARRAYS = {
    "logits": np.arange(6, dtype=np.float32).reshape(2, 3) / 7,
    "fingerprints": np.array([0, 2**64 - 1], np.uint64),
    "none": np.empty((0, 4)),
}
ABOUT = {"seed": 3, "note": "größer ☃"}


@pytest.fixture
def path(tmp_path):
    write_arrays(tmp_path / "arrays.npz", ARRAYS, ABOUT)
    return tmp_path / "arrays.npz"


def require_whole(path):
    arrays, about = read_arrays(path)
    assert about == ABOUT and list(arrays) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(arrays[name], array)


def rewrite(path, **changes):
    """Write the file again, with other arrays (None: without) under the old 'about'."""
    with np.load(path) as file:
        arrays = {**file, **changes}
    np.savez(path, **{k: v for k, v in arrays.items() if v is not None})


@pytest.mark.parametrize("compress", [True, False])
def test_what_is_read_is_what_was_written(path, compress):
    write_arrays(path, ARRAYS, ABOUT, compress=compress)
    require_whole(path)


def test_what_json_cannot_write_is_refused_and_the_old_file_stays(path):
    with pytest.raises(TypeError, match="not JSON serializable"):
        write_arrays(path, ARRAYS, {"seed": np.arange(3)})
    require_whole(path)


def broken_savez(file, **arrays):
    file.write(b"half a file")
    raise OSError("disk full")


@pytest.mark.parametrize(
    ("where", "name", "fail"),
    [
        (np, "savez_compressed", broken_savez),
        (os, "fsync", lambda _: exec("raise KeyboardInterrupt")),
        (os, "replace", lambda *_: exec("raise OSError('no move')")),
    ],
)
def test_a_write_that_fails_leaves_the_old_file_and_no_other(path, monkeypatch, where, name, fail):
    before = path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(where, name, fail)
        with pytest.raises((OSError, KeyboardInterrupt)):
            write_arrays(path, {"other": np.zeros(9)}, {})
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == ["arrays.npz"]
    require_whole(path)


@pytest.mark.parametrize(
    "changes",
    [
        {"logits": np.zeros((2, 3), np.float32)},
        {"logits": ARRAYS["logits"].astype(float)},
        {"logits": ARRAYS["logits"].reshape(3, 2)},
        {"logits": None},
        {"another": np.zeros(3)},
    ],
    ids=["values", "type", "shape", "one less", "one more"],
)
def test_contents_that_do_not_match_the_checksum_are_found(path, changes):
    rewrite(path, **changes)
    with pytest.raises(ValueError, match="its checksum does not match"):
        read_arrays(path)


def test_the_checksum_goes_by_names_and_not_by_their_order():
    assert checksum(ARRAYS) == checksum(dict(reversed(ARRAYS.items())))
    assert checksum({"a": ARRAYS["logits"]}) != checksum({"b": ARRAYS["logits"]})


def test_another_format_is_named(path):
    with np.load(path) as file:
        about = json.loads(str(file["about"]))
    rewrite(path, about=np.array(json.dumps({**about, "format": 99})))
    with pytest.raises(ValueError, match="another format"):
        read_arrays(path)


def test_a_folder_is_named(tmp_path):
    with pytest.raises(ValueError, match="it is a folder"):
        read_arrays(tmp_path)


def test_pickled_objects_are_refused_and_never_unpickled(path):
    objects = np.empty(2, object)
    objects[:] = Trap(path.parent / "trace")
    rewrite(path, logits=objects)
    with pytest.raises(ValueError, match="allow_pickle"):
        read_arrays(path)
    assert not (path.parent / "trace").exists()
