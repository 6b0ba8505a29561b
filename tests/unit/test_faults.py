"""What goes wrong around kdlab: full disks, kills, writers at once, no network, other versions.

Each time nothing is lost or half-written, and one message says what is wrong and what to do.
"""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import namespaces
import numpy as np
import pytest
from namespaces import linux
from systems import KILL, replaces_what_is_read

import kdlab
from kdlab import storage, teachers
from kdlab._tensorflow import keras
from kdlab.distillation import checkpoint

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def source(text: str) -> list[str]:
    """The command that runs this Python source."""
    return [sys.executable, "-c", textwrap.dedent(text)]


def require(done: subprocess.CompletedProcess) -> str:
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


# ---- a full disk --------------------------------------------------------------------------------


@linux
def test_on_a_full_disk_nothing_is_lost(tmp_path):
    """A real one, of 200 kB: the old file stays, nothing is left behind, the training goes on."""
    script = """
        import os, sys
        import numpy as np
        import kdlab
        from kdlab.distillation import checkpoint

        os.chdir(sys.argv[1])
        checkpoint.SAVE_EVERY = 0
        digits = kdlab.load_dataset(n_train=100, n_test=20)
        large = kdlab.build_teacher(digits)  # 600 kB
        kdlab.save_teacher("kept.npz", kdlab.build_student(digits, 4), digits)
        kept = open("kept.npz", "rb").read()

        writes = {
            "kept.npz": lambda: kdlab.save_teacher("kept.npz", large, digits),
            "page.html": lambda: kdlab.TemperatureExplorer(np.eye(10)[[0] * 9000]).to_html(
                "page.html"
            ),
        }
        for name, write in writes.items():
            try:
                write()
            except OSError as error:
                assert "the disk is full: free some space" in str(error), error
                assert str(error).endswith(f"{name!r}"), error
            else:
                raise AssertionError(f"{name} was written: the disk is too large")

        history = kdlab.train(
            large, digits.x_train, digits.y_train, epochs=3, checkpoint="run.npz"
        )
        assert len(history.history["loss"]) == 3
        kdlab.stored_teacher("new.npz", digits, lambda: large)

        assert os.listdir() == ["kept.npz"], os.listdir()
        assert open("kept.npz", "rb").read() == kept
    """
    setup = f"mount -t tmpfs -o size=200k none '{tmp_path}'"
    said = require(namespaces.run(*source(script), str(tmp_path), setup=setup))
    assert said.count("Training goes on, but is not saved after epoch 1: ") == 1
    assert said.count("Training goes on") == 1, "once is enough"
    assert "The teacher is ready to use, but could not be stored: " in said


# ---- kill -9 ------------------------------------------------------------------------------------

WRITER = """
    import sys
    import numpy as np
    from kdlab import storage

    path, mark = sys.argv[1], int(sys.argv[2])
    values = np.full(200_000, mark)
    print("writing", flush=True)
    while True:
        storage.write_arrays(path, {"values": values}, {"mark": mark}, compress=False)
"""


def start_writer(path, mark: int) -> subprocess.Popen:
    writer = subprocess.Popen(
        [*source(WRITER), path, str(mark)], stdout=subprocess.PIPE, encoding="utf-8"
    )
    assert writer.stdout.readline() == "writing\n"
    return writer


def read_whole(path) -> int:
    """Whose file it is; it must be whole."""
    arrays, about = storage.read_arrays(path)
    assert (arrays["values"] == about["mark"]).all()
    return about["mark"]


def test_whoever_is_killed_while_writing_leaves_the_old_file_whole(tmp_path, monkeypatch):
    path = tmp_path / "artifact.npz"
    for mark in range(12):
        storage.write_arrays(path, {"values": np.full(200_000, -1)}, {"mark": -1})
        writer = start_writer(path, mark)
        # At another moment each time.
        with pytest.raises(subprocess.TimeoutExpired):
            writer.wait(0.003 * mark)
        os.kill(writer.pid, KILL)
        assert abs(writer.wait()) == KILL
        writer.stdout.close()
        assert read_whole(path) in (-1, mark)
    # What was half-written then goes with the next write, once no writer can still need it.
    abandoned = tmp_path / f".{path.name}.{'0' * 32}"
    abandoned.write_bytes(b"half")
    monkeypatch.setattr(storage, "_ABANDONED", -1)
    storage.write_arrays(path, {"values": np.zeros(3)}, {"mark": 0})
    assert os.listdir(tmp_path) == [path.name]


def test_what_another_is_writing_now_is_left_alone(tmp_path):
    now = tmp_path / f".a.npz.{'0' * 32}"
    others = [tmp_path / name for name in (".a.npz.txt", f".b.npz.{'0' * 32}", f"a.npz.{'0' * 32}")]
    for file in (now, *others):
        file.write_bytes(b"")
    for file in others:
        os.utime(file, (0, 0))
    storage.write_arrays(tmp_path / "a.npz", {"a": np.zeros(1)}, {})
    assert all(file.exists() for file in (now, *others))
    os.utime(now, (0, 0))
    storage.write_arrays(tmp_path / "a.npz", {"a": np.zeros(1)}, {})
    assert not now.exists() and all(file.exists() for file in others)


# ---- two notebooks, one artifact ----------------------------------------------------------------


@replaces_what_is_read
def test_two_who_write_the_same_artifact_leave_it_whole_at_each_moment(tmp_path):
    path = tmp_path / "artifact.npz"
    storage.write_arrays(path, {"values": np.full(200_000, 0)}, {"mark": 0})
    writers = [start_writer(path, mark) for mark in (1, 2)]
    try:
        seen = [read_whole(path) for _ in range(300)]
        assert all(writer.poll() is None for writer in writers)
    finally:
        for writer in writers:
            writer.kill()
            writer.wait()
            writer.stdout.close()
    assert {1, 2} <= set(seen), "both have written"


# ---- damaged files ------------------------------------------------------------------------------


def damaged(whole: bytes, n: int):
    """The file cut off at `n` places, and with a byte changed at `n` places."""
    places = np.linspace(0, len(whole) - 1, n).astype(int).tolist()
    yield from (whole[:place] for place in places)
    for place in places:
        yield whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]


@pytest.mark.parametrize(("name", "n"), [("digits", 60), ("cifar10", 6)])
def test_a_damaged_shipped_teacher_is_found_or_the_damage_is_harmless(
    name, n, tmp_path, monkeypatch
):
    shipped = teachers._SHIPPED / f"{name}.npz"
    before = kdlab.pretrained_teacher(name)
    monkeypatch.setattr(teachers, "_SHIPPED", tmp_path)
    found = 0
    for content in damaged(shipped.read_bytes(), n):
        (tmp_path / shipped.name).write_bytes(content)
        try:
            after = kdlab.pretrained_teacher(name)
        except ValueError as error:
            assert "install kdlab again" in str(error)
            found += 1
        else:
            assert after.provenance == before.provenance
            np.testing.assert_array_equal(after.test_logits, before.test_logits)
    assert found >= 1.5 * n


def test_a_damaged_checkpoint_is_used_as_it_was_or_not_at_all(tmp_path, digits, capsys):
    model = kdlab.build_student(digits, 4)
    model.compile("adam", "mse")
    history = keras.callbacks.History()
    history.history = {"loss": [0.5]}

    def saved():
        return checkpoint.Checkpoint(tmp_path / "run.npz", model, history, {"seed": 0})

    saved().save(1)
    weights = model.get_weights()
    started_anew = 0
    for content in damaged((tmp_path / "run.npz").read_bytes(), 150):
        (tmp_path / "run.npz").write_bytes(content)
        model.set_weights([np.full_like(w, 7) for w in weights])
        if saved().restore() == 0:
            started_anew += 1
            assert "Training from the start" in capsys.readouterr().out
            assert all((w == 7).all() for w in model.get_weights()), "nothing was put in"
        else:
            assert history.history == {"loss": [0.5]}
            for ours, theirs in zip(model.get_weights(), weights, strict=True):
                np.testing.assert_array_equal(ours, theirs)
    assert started_anew > 200


def test_an_artifact_that_is_no_teacher_is_named(tmp_path, digits):
    arrays = {"train_logits": np.zeros((3, 2)), "test_logits": np.zeros((1, 2))}
    storage.write_arrays(tmp_path / "other.npz", arrays, {})
    with pytest.raises(ValueError, match=r"other\.npz was made from other data"):
        kdlab.load_teacher(tmp_path / "other.npz", digits)


# ---- a home that is read-only -------------------------------------------------------------------


@linux
def test_in_a_read_only_home_the_lessons_run_and_say_nothing_else(tmp_path):
    """Lessons 00 and 02 whole, and what lesson 03 calls. The home is a disk that nobody can write.

    (A mode would not do: root may write all the same.)
    """
    script = """
        import nbformat
        import kdlab
        from tests.tools import refresh

        for name in ("00_start_here", "02_soft_targets"):
            lesson = nbformat.read(f"{name}.ipynb", as_version=4)
            expected = nbformat.read(f"{name}.ipynb", as_version=4)
            refresh.execute(lesson, ".")
            for cell, before in zip(lesson.cells, expected.cells, strict=True):
                texts = [[o for o in c.get("outputs", ()) if o.output_type == "stream"]
                         for c in (cell, before)]
                assert texts[0] == texts[1], texts

        digits, teacher = kdlab.load_dataset(), kdlab.pretrained_teacher("digits")
        x, y, logits = digits.x_train[:50], digits.y_train[:50], teacher.train_logits[:50]
        student = kdlab.build_student(digits)
        monitor = kdlab.TrainingMonitor()
        kdlab.train(student, x, y, epochs=1, monitor=monitor)
        kdlab.distill(student, x, logits, y, epochs=1)
        cohort = kdlab.train_cohort(
            digits, teacher.train_logits, n_images=[50], seeds=range(2), steps=10
        )
        kdlab.show(kdlab.plot_intervals(["50"], {"distilled": [cohort.interval()]}), "One mark.")
        measured = kdlab.measure_model(student, digits.x_test)
        kdlab.ComparisonBoard({"student": measured}, digits.y_test)
        kdlab.DigitPad(student.get_weights())
    """
    home = tmp_path / "home"
    home.mkdir()
    done = namespaces.run(
        *source(script), setup=f"cd '{NOTEBOOKS}'; mount -t tmpfs -o ro none '{home}'",
        HOME=str(home), XDG_CACHE_HOME=str(home / "cache"), XDG_CONFIG_HOME=str(home / "config"),
        MPLCONFIGDIR="", IPYTHONDIR=str(home / "ipython"), PYTHONPATH=str(NOTEBOOKS.parent),
    )  # fmt: skip
    require(done)
    # Not ours: what Jupyter says of it, on the server's side.
    assert "mkdir" not in done.stdout and "matplotlib" not in done.stderr.lower(), done.stderr


@linux
def test_a_folder_that_is_read_only_is_named_with_what_to_do(tmp_path):
    script = """
        import sys
        import kdlab

        digits = kdlab.load_dataset(n_train=20, n_test=20)
        student = kdlab.build_student(digits)
        try:
            kdlab.save_teacher(sys.argv[1] + "/teacher.npz", student, digits)
        except OSError as error:
            print(error)
        teacher = kdlab.stored_teacher(sys.argv[1] + "/new/teacher.npz", digits, lambda: student)
        assert teacher.test_logits.shape == (20, 10)
    """
    setup = f"mount -t tmpfs -o ro none '{tmp_path}'"
    said = require(namespaces.run(*source(script), str(tmp_path), setup=setup))
    assert said.count("nothing can be written there: choose another folder") == 2
    assert f"{tmp_path}/teacher.npz" in said
    assert "The teacher is ready to use, but could not be stored" in said


# ---- no network, and folders that are none ------------------------------------------------------


@linux
def test_without_any_network_digits_work_and_the_others_say_what_to_do(tmp_path):
    script = """
        import kdlab
        from kdlab.datasets import loading

        print(kdlab.load_dataset("digits"))
        loading._DEBIAN_FASHION_MNIST = loading.Path("absent")
        for name in ("mnist", "fashion_mnist", "cifar10"):
            try:
                kdlab.load_dataset(name)
            except FileNotFoundError as error:
                print(error)
    """
    done = namespaces.run(
        *source(script), network=False, KERAS_HOME=str(tmp_path), KDLAB_DATA_DIR=str(tmp_path)
    )
    digits, *others = [line for line in require(done).splitlines() if "Downloading" not in line]
    assert digits.startswith("<Dataset digits")
    for name, message in zip(("mnist", "fashion_mnist", "cifar10"), others, strict=True):
        assert message.startswith(
            f"{name} was not found on this machine (there is no {name}.npz in {tmp_path}, "
            "which KDLAB_DATA_DIR names) and could not be downloaded"
        )
        assert f"Put {name}.npz into a folder" in message


@pytest.mark.parametrize("kind", ["nowhere", "a file", "unknown user"])
def test_a_data_folder_that_is_none_is_named_with_the_variable(kind, tmp_path, monkeypatch):
    (tmp_path / "a file").touch()
    where = "~nobody-of-this-name/data" if kind == "unknown user" else str(tmp_path / kind)
    monkeypatch.setenv("KDLAB_DATA_DIR", where)
    unknown = kind == "unknown user" and os.name == "posix"  # Windows guesses where it would be
    error = ValueError if unknown else FileNotFoundError
    with pytest.raises(error, match=r"^KDLAB_DATA_DIR (must name an existing folder|cannot be)"):
        kdlab.load_dataset("mnist")
    assert kdlab.load_dataset("digits").name == "digits"


# ---- other versions -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("package", "version"), [("tensorflow", "2.15.0"), ("keras", "3.3.3"), ("tensorflow", "2.18.1")]
)
def test_another_version_is_named_before_it_fails_in_its_own_words(
    package, version, tmp_path, python
):
    (tmp_path / package).mkdir()
    (tmp_path / package / "__init__.py").write_text("raise TypeError('internals')", "utf-8")
    about = tmp_path / f"{package}-{version}.dist-info"
    about.mkdir()
    metadata = f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n"
    (about / "METADATA").write_text(metadata, "utf-8")
    done = python("import kdlab\nkdlab.build_student", PYTHONPATH=str(tmp_path))
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith(f"ImportError: kdlab works with {package}>=")
    assert f"but {version} is installed: run `pip install" in last
    assert "internals" not in done.stderr
