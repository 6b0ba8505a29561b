"""Stored teachers: written whole or not at all, checked when read, rebuilt when damaged."""

import json
import pickle
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kdlab import (
    Dataset,
    StoredTeacher,
    accuracy,
    build_student,
    build_teacher,
    load_dataset,
    load_teacher,
    predict_logits,
    pretrained_teacher,
    save_teacher,
    stored_teacher,
    teachers,
)
from kdlab._tensorflow import keras
from kdlab.storage import write_arrays

EXPERIMENTS = Path(__file__).parents[2] / "experiments"


@pytest.fixture(scope="module")
def data(digits):
    """A few digits: small files."""
    return Dataset(
        digits.x_train[:40], digits.y_train[:40], digits.x_test[:20], digits.y_test[:20],
        digits.class_names, "few digits",
    )  # fmt: skip


@pytest.fixture(scope="module")
def other(digits, data):
    return Dataset(
        digits.x_train[40:80], digits.y_train[40:80], data.x_test, data.y_test,
        digits.class_names, "few digits",
    )  # fmt: skip


@pytest.fixture(scope="module")
def model(data):
    return build_student(data, 4)


@pytest.fixture
def path(tmp_path, model, data):
    save_teacher(tmp_path / "teacher.npz", model, data, seed=3, note="größer ☃")
    return tmp_path / "teacher.npz"


def rewrite(path, **changes):
    """Write the file again, with other arrays (None: without) under the old 'about'."""
    with np.load(path) as file:
        arrays = {**file, **changes}
    np.savez(path, **{k: v for k, v in arrays.items() if v is not None})


# ---- writing and reading ------------------------------------------------------------------------


def test_what_is_read_is_what_was_written(path, model, data):
    stored = load_teacher(path, data)
    np.testing.assert_array_equal(stored.train_logits, predict_logits(model, data.x_train))
    np.testing.assert_array_equal(stored.test_logits, predict_logits(model, data.x_test))
    for ours, theirs in zip(stored.weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    about = stored.provenance
    assert (about["seed"], about["note"], about["dataset"]) == (3, "größer ☃", "few digits")
    assert about["data_checksum"] == data.checksum
    assert {"kdlab", "python", "keras", "numpy"} <= about["versions"].keys()
    assert about["created"].endswith("+00:00")
    assert repr(stored) == (
        "<StoredTeacher for few digits: 310 parameters, logits on 40 training and 20 test images>"
    )


def test_saving_returns_what_loading_does(tmp_path, model, data):
    saved = save_teacher(tmp_path / "new" / "folder" / "a.npz", model, data, epochs=4)
    loaded = load_teacher(str(tmp_path / "new" / "folder" / "a.npz"))
    assert saved.provenance == loaded.provenance
    np.testing.assert_array_equal(saved.test_logits, loaded.test_logits)


def test_weights_of_many_layers_keep_their_order(tmp_path, data):
    deep = build_student(data, [3] * 60)  # 122 arrays
    stored = save_teacher(tmp_path / "deep.npz", deep, data)
    again = build_student(data, [3] * 60, seed=9)
    again.set_weights(load_teacher(tmp_path / "deep.npz").weights)
    np.testing.assert_allclose(predict_logits(again, data.x_test), stored.test_logits, atol=1e-6)


@pytest.mark.parametrize("key", ["format", "sha256", "data_checksum", "versions", "dataset_name"])
def test_no_detail_can_spoil_the_file(tmp_path, model, data, key):
    save_teacher(tmp_path / "a.npz", model, data, **{key: "mine"})
    assert load_teacher(tmp_path / "a.npz", data).provenance["data_checksum"] == data.checksum


def test_a_detail_that_json_cannot_write_is_refused_and_nothing_is_written(tmp_path, model, data):
    with pytest.raises(ValueError, match="made_with must hold plain values"):
        save_teacher(tmp_path / "a.npz", model, data, seed=np.arange(3))
    assert not list(tmp_path.iterdir())


def test_a_model_that_does_not_fit_the_data_is_refused(tmp_path, data):
    wide = np.zeros((4, 5, 5, 1), np.float32)
    labels = np.zeros(4, int)
    with pytest.raises(ValueError, match="the dataset must hold images of shape"):
        save_teacher(
            tmp_path / "a.npz",
            build_student(data),
            Dataset(wide, labels, wide, labels, ["a", "b"], "w"),
        )
    assert not list(tmp_path.iterdir())


# ---- damage -------------------------------------------------------------------------------------


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no stored teacher at .*gone\.npz"):
        load_teacher(tmp_path / "gone.npz")


@pytest.mark.parametrize("share", [0, 0.02, 0.5, 0.98])
def test_a_truncated_file_is_found(path, share):
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(ValueError, match=r"teacher\.npz is no stored teacher, or is damaged"):
        load_teacher(path)


def test_a_flipped_byte_anywhere_is_found_or_harmless(path):
    whole, before = path.read_bytes(), load_teacher(path)
    found = 0
    for position in np.linspace(0, len(whole) - 1, 400).astype(int):
        damaged = bytearray(whole)
        damaged[position] ^= 0xFF
        path.write_bytes(damaged)
        try:
            after = load_teacher(path)
        except ValueError as error:
            assert str(path) in str(error)
            found += 1
        else:  # in a time stamp of the archive, say
            assert after.provenance == before.provenance
            np.testing.assert_array_equal(after.train_logits, before.train_logits)
            for a, b in zip(after.weights, before.weights, strict=True):
                np.testing.assert_array_equal(a, b)
    assert found > 300


@pytest.mark.parametrize(
    "write",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_text("<html>404</html>", "utf-8"),
        lambda path: path.write_bytes(pickle.dumps({"train_logits": 1})),
        lambda path: np.savez(path, about=np.array("[1, 2]")),
        lambda path: np.savez(path, about=np.array("{}")),
        lambda path: np.savez(path, about=np.array("no json")),
        lambda path: np.save(path.open("wb"), np.zeros(3)),
    ],
    ids=["empty", "html", "pickle", "list", "no keys", "no json", "npy"],
)
def test_something_else_in_place_of_the_file_is_found(path, write):
    write(path)
    with pytest.raises(ValueError, match=r"teacher\.npz is no stored teacher, or is damaged"):
        load_teacher(path)


@pytest.mark.parametrize(
    ("write", "what"),
    [
        (lambda path: np.savez(path, x_train=np.zeros(3)), "but holds the arrays x_train: .*dis"),
        (lambda path: (path.unlink(), path.mkdir()), "but a folder"),
        (lambda path: shutil.move(saved(path, "model.keras"), path), "but a Keras model: .*load"),
        (lambda path: shutil.move(saved(path, "model.h5"), path), "but a Keras model: .*load"),
        (lambda path: zipped(path, "net/data.pkl"), r"but a file of PyTorch: .*predict_logits"),
        (lambda path: (path.unlink(), path.mkdir(), (path / "saved_model.pb").touch()),
         r"but a SavedModel: predict_logits takes keras.layers.TFSMLayer"),
    ],
    ids=["other npz", "folder", "keras", "h5", "pytorch", "savedmodel"],
)  # fmt: skip
def test_a_file_of_another_make_is_named_and_its_use_is_told(path, write, what):
    write(path)
    with pytest.raises(ValueError, match=rf"teacher\.npz is no stored teacher, {what}"):
        load_teacher(path)


def saved(path, name):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    model.save(path.with_name(name))
    return path.with_name(name)


def zipped(path, name):
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(name, b"")


def test_a_teacher_of_other_data_is_not_taken(path, data, other):
    load_teacher(path, data)
    with pytest.raises(ValueError, match="was made from other data than <Dataset few digits"):
        load_teacher(path, other)


# ---- stored_teacher -----------------------------------------------------------------------------


class Builder:
    def __init__(self, data):
        self.data, self.built = data, 0

    def __call__(self):
        self.built += 1
        return build_student(self.data, 4)


def test_a_teacher_is_built_once_and_then_reused(tmp_path, data, capsys):
    build, path = Builder(data), tmp_path / "folder" / "teacher.npz"
    first = stored_teacher(path, data, build, seed=1)
    assert "There is no stored teacher yet" in capsys.readouterr().out
    again = stored_teacher(path, data, build, seed=1)
    assert build.built == 1 and capsys.readouterr().out == ""
    np.testing.assert_array_equal(first.train_logits, again.train_logits)
    assert again.provenance["seed"] == 1


@pytest.mark.parametrize("damage", ["truncated", "garbage", "other data"])
def test_a_damaged_teacher_is_rebuilt_and_a_line_says_why(path, data, other, capsys, damage):
    if damage == "truncated":
        path.write_bytes(path.read_bytes()[:500])
    elif damage == "garbage":
        path.write_bytes(b"\0" * 500)
    wanted = other if damage == "other data" else data
    build = Builder(wanted)
    stored_teacher(path, wanted, build)
    line = capsys.readouterr().out
    assert (
        build.built == 1 and line.startswith("Building the teacher again: ") and str(path) in line
    )
    assert ("other data" if damage == "other data" else "damaged") in line
    load_teacher(path, wanted)


def test_a_failing_build_leaves_nothing(tmp_path, data):
    with pytest.raises(ZeroDivisionError):
        stored_teacher(tmp_path / "a.npz", data, lambda: 1 / 0)
    assert not list(tmp_path.iterdir())


# ---- the teacher that ships ---------------------------------------------------------------------


def test_the_shipped_teacher_belongs_to_the_digits(digits, teacher):
    assert isinstance(teacher, StoredTeacher)
    assert teacher.provenance["data_checksum"] == digits.checksum
    assert teacher.train_logits.shape == (1257, 10) and teacher.test_logits.shape == (540, 10)
    assert teacher.train_logits.dtype == teacher.test_logits.dtype == np.float32
    assert "seed" in teacher.provenance and "tensorflow" in str(teacher.provenance["versions"])


def test_the_shipped_teacher_is_good(digits, teacher):
    assert accuracy(teacher.test_logits, digits.y_test) >= 0.985


def test_the_shipped_weights_give_the_shipped_logits(digits, teacher):
    model = build_teacher(digits)
    model.set_weights(teacher.weights)
    for x, logits in ((digits.x_train, teacher.train_logits), (digits.x_test, teacher.test_logits)):
        np.testing.assert_allclose(predict_logits(model, x), logits, atol=1e-4)


@pytest.mark.parametrize("name", ["mnist", "", None, "../digits", ["digits"]])
def test_a_teacher_that_does_not_ship_is_answered_with_those_that_do(name):
    with pytest.raises(ValueError, match="name must be one of cifar10, digits, got "):
        pretrained_teacher(name)


@pytest.fixture
def photographs():
    """Images in the shape of CIFAR-10's, but none of them."""
    images = np.random.default_rng(0).integers(256, size=(30, 32, 32, 3)).astype(np.float32) / 255
    labels = np.arange(30) % 10
    return Dataset(images[:20], labels[:20], images[20:], labels[20:], tuple("abcdefghij"), "mine")


def test_the_shipped_photograph_teacher_is_whole_and_that_of_the_record():
    teacher = pretrained_teacher("cifar10")
    assert teacher.train_logits.shape == (50_000, 10) and teacher.test_logits.shape == (10_000, 10)
    assert len(set(teacher.images.tolist())) == 60_000
    arrays = [teacher.train_logits, teacher.test_logits, *teacher.weights]
    assert all(array.dtype == np.float32 and np.isfinite(array).all() for array in arrays)
    record = json.loads((EXPERIMENTS / "cifar10_article.json").read_text("utf-8"))
    assert record["about"]["data"] == teacher.provenance["data_checksum"]
    assert teacher.provenance["teacher_epochs"] == record["about"]["settings"]["teacher_epochs"]


def test_images_that_it_knows_get_their_stored_logits_in_any_order(data, path):
    stored = load_teacher(path)
    some = Dataset(
        data.x_train[[7, 3]], data.y_train[[7, 3]], data.x_test[:5], data.y_test[:5],
        data.class_names, "fewer digits",
    )  # fmt: skip
    marked = replace(stored, train_logits=stored.train_logits + 100)  # no network gives these
    shown = teachers._shown(marked, some)
    np.testing.assert_array_equal(shown.train_logits, marked.train_logits[[7, 3]])
    np.testing.assert_array_equal(shown.test_logits, stored.test_logits[:5])
    assert shown.weights is stored.weights and shown.provenance == stored.provenance


def test_images_that_it_does_not_know_are_shown_to_the_network(photographs):
    teacher = pretrained_teacher("cifar10", photographs)
    network = build_teacher(photographs, "resnet")
    network.set_weights(teacher.weights)
    for x, logits in (
        (photographs.x_train, teacher.train_logits), (photographs.x_test, teacher.test_logits),
    ):  # fmt: skip
        np.testing.assert_allclose(predict_logits(network, x), logits, atol=1e-4)


def test_a_part_of_the_digits_gets_the_logits_of_that_part(digits, teacher):
    part = load_dataset("digits", n_train=30, n_test=10)
    shown = pretrained_teacher("digits", part)
    np.testing.assert_allclose(shown.train_logits, teacher.train_logits[:30], atol=1e-4)
    np.testing.assert_allclose(shown.test_logits, teacher.test_logits[:10], atol=1e-4)


def test_images_of_another_kind_are_refused(digits, photographs):
    with pytest.raises(ValueError, match=r"dataset must hold examples like those of cifar10, got"):
        pretrained_teacher("cifar10", digits)
    with pytest.raises(ValueError, match=r"dataset must hold examples like those of digits, got"):
        pretrained_teacher("digits", photographs)
    with pytest.raises(ValueError, match="dataset must be a kdlab Dataset"):
        pretrained_teacher("digits", digits.x_train)


def test_half_precision_is_read_as_single(tmp_path, model, data):
    stored = save_teacher(tmp_path / "single.npz", model, data)
    half = replace(
        stored,
        train_logits=stored.train_logits.astype(np.float16),
        weights=[weights.astype(np.float16) for weights in stored.weights],
    )
    teachers.write_teacher(tmp_path / "half.npz", half)
    read = load_teacher(tmp_path / "half.npz", data)
    assert {array.dtype for array in (read.train_logits, *read.weights)} == {np.dtype(np.float32)}
    np.testing.assert_allclose(read.train_logits, stored.train_logits, rtol=1e-3, atol=1e-3)


def test_a_file_without_fingerprints_is_still_a_teacher(path):
    rewrite(path, images=None)
    with np.load(path) as file:
        about = json.loads(str(file["about"]))
        arrays = {name: file[name] for name in file.files if name != "about"}
    write_arrays(path, arrays, {k: v for k, v in about.items() if k != "sha256"})
    assert len(load_teacher(path).images) == 0


def test_a_damaged_shipped_teacher_says_to_install_again(tmp_path, monkeypatch):
    (tmp_path / "digits.npz").write_bytes(b"damaged")
    monkeypatch.setattr(teachers, "_SHIPPED", tmp_path)
    with pytest.raises(ValueError, match=r"damaged.*install kdlab again"):
        pretrained_teacher("digits")


def test_a_teacher_made_in_another_way_is_built_again(tmp_path, model, data, capsys):
    path = tmp_path / "teacher.npz"
    for epochs in (2, 2, 50):
        teacher = stored_teacher(path, data, lambda: model, epochs=epochs, widths=(1, 2))
        assert teacher.provenance["epochs"] == epochs
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 2, "the second call found what it wanted"
    assert "was made with epochs=2, not 50" in said[1]


def test_what_is_no_dataset_is_named(tmp_path, model, path):
    for call in (
        lambda: save_teacher(tmp_path / "t.npz", model, "digits"),
        lambda: load_teacher(path, "digits"),
    ):
        with pytest.raises(ValueError, match=r"dataset must be a kdlab Dataset.* got str"):
            call()
