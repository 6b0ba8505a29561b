"""The bundle for a class without network, in small: few wheels, but all the steps.

(`make test-bundle` does it with all of TensorFlow and JupyterLab, and runs lessons there.)
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from namespaces import linux
from systems import posix

from classroom.offline import bundle as bundles
from classroom.offline import start_here
from tests.tools import no_network

ROOT = Path(__file__).parents[2]
HERE = "{}.{}".format(*sys.version_info)
LOCK = ROOT / "requirements.txt"


# Four explorers take a quarter of a minute to train: here is one that needs no training.
APP = """
import sys, kdlab
kdlab.TemperatureExplorer([[4.0, 2.0, 0.0]]).to_html(sys.argv[1])
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A bundle with MNIST, a small app, and two small packages for TensorFlow and the rest."""
    folder = tmp_path_factory.mktemp("bundle")
    names = ("traitlets", "packaging", "colorama")
    pins = [line for line in LOCK.read_text("utf-8").splitlines() if line.startswith(names)]
    assert len(pins) == 3
    (folder / "lock.txt").write_text("\n".join([*pins, "    # via", "-e ."]), "utf-8")
    (folder / "app.py").write_text(APP, "utf-8")
    images = {"x_train": np.zeros((9, 28, 28), np.uint8), "y_train": np.zeros(9, np.uint8)}
    (folder / "data").mkdir()
    np.savez(
        folder / "data/mnist.npz", **images, x_test=images["x_train"], y_test=images["y_train"]
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bundles, "LOCK", folder / "lock.txt")
        patch.setattr(bundles, "APP", folder / "app.py")
        patch.setenv("KDLAB_DATA_DIR", str(folder / "data"))
        patch.setenv("KERAS_HOME", str(folder))
        yield bundles.write_bundle(folder / "out", start_here.this_platform(), [HERE])


@pytest.fixture
def copy(small, tmp_path):
    """A learner's copy."""
    return shutil.copytree(small, tmp_path / "a class für alle")


def set_up(copy, *before, arguments=("--set-up",), **environment):
    return subprocess.run(
        [*before, sys.executable, copy / "start_here.py", *arguments],
        encoding="utf-8",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        **environment,
    )


# ---- making it ----------------------------------------------------------------------------------


def test_it_holds_the_app_and_in_kdlab_s_wheel_the_lessons(small):
    (wheel,) = (small / "wheels").glob("kdlab-*")
    with zipfile.ZipFile(wheel) as files:
        names = {Path(name).name for name in files.namelist()}
    assert {path.name for path in (ROOT / "notebooks").glob("*.ipynb")} <= names
    assert "openWidget" in (small / "explorers.html").read_text(encoding="utf-8")


def test_it_says_what_it_is_for_and_what_it_lacks(small):
    about = json.loads((small / "bundle.json").read_text("utf-8"))
    assert (about["platform"], about["pythons"]) == (start_here.this_platform(), [HERE])
    assert about["data"] == ["mnist"] == [path.stem for path in (small / "data").iterdir()]
    assert 1e6 < about["needs_bytes"] < 1e8
    readme = (small / "README.md").read_text(encoding="utf-8")
    assert f"Python {HERE}" in readme and "$" not in readme
    assert "the digits, mnist are here; lesson 05 needs `cifar10.npz`" in readme


def test_its_wheels_are_those_of_the_lock_and_kdlab(small):
    wheels = {path.name.split("-")[0] for path in (small / "wheels").iterdir()}
    of_windows = {"colorama"} if sys.platform == "win32" else set()
    assert wheels == {"traitlets", "packaging", "pip", "kdlab"} | of_windows


def test_every_file_has_its_checksum(small):
    sums = (small / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    listed = {line[66:]: line[:64] for line in sums}
    files = {path.relative_to(small).as_posix(): path for path in small.rglob("*")}
    files = {name: path for name, path in files.items() if path.is_file()}
    assert listed.keys() == files.keys() - {"SHA256SUMS"}
    for name, digest in listed.items():
        assert hashlib.sha256(files[name].read_bytes()).hexdigest() == digest


def test_the_lock_is_read_for_each_platform_and_python():
    lock = LOCK.read_text("utf-8")

    def names(platform, python="3.11"):
        return {pin.split("==")[0] for pin in bundles.pins(lock, platform, python)}

    linux = names("linux-x86_64")
    assert "psutil" in linux and "tensorflow-cpu" in linux
    assert names("linux-arm64") == linux - {"tensorflow-cpu"} | {"tensorflow"}
    assert names("windows-x86_64") - linux == {"colorama", "pywinpty", "tensorflow"}
    assert names("macos-arm64") - linux == {"appnope", "tensorflow"}
    assert {"pexpect", "ptyprocess", "tensorflow-cpu"} <= linux - names("windows-x86_64")
    assert linux - names("linux-x86_64", "3.12") == {"overrides"}


def test_a_bundle_that_cannot_be_finished_leaves_the_old_one(small, tmp_path, monkeypatch):
    target = tmp_path / "bundle"
    with bundles.whole(target) as folder:
        (folder / "old").touch()
    with pytest.raises(OSError, match="full"), bundles.whole(target) as folder:
        (folder / "new").touch()
        raise OSError("the disk is full")
    assert sorted(path.name for path in target.iterdir()) == ["SHA256SUMS", "old"]
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]
    with bundles.whole(target) as folder:
        (folder / "new").touch()
        assert not (folder / "SHA256SUMS").exists()  # last, so that nothing less passes for whole
    assert sorted(path.name for path in target.iterdir()) == ["SHA256SUMS", "new"]


def test_a_wrong_place_for_data_is_said_and_nothing_written(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("KDLAB_DATA_DIR", str(tmp_path / "nowhere"))
    assert bundles.main(["--out", str(tmp_path / "out")]) == 1
    assert "KDLAB_DATA_DIR must name an existing folder" in capsys.readouterr().err
    assert not list((tmp_path / "out").iterdir())


# ---- using it -----------------------------------------------------------------------------------


@linux
def test_it_sets_itself_up_where_there_is_no_network(copy):
    offline = no_network.command()
    first = set_up(copy, *offline, cwd=copy.parent)
    assert first.returncode == 0, first.stdout
    assert first.stdout.startswith("no network") and "Ready." in first.stdout
    code = "import kdlab, packaging, pip, traitlets; print(kdlab.__file__)"
    python = copy / ".venv" / "bin" / "python"
    said = subprocess.check_output(
        [*offline, python, "-c", code], encoding="utf-8", cwd=copy.parent
    )
    assert str(copy / ".venv") in said

    # What a learner has worked on is left alone, and an environment that is whole is used.
    (copy / "my_lessons").mkdir()
    (copy / "my_lessons" / "00_start_here.ipynb").write_text("{}", "utf-8")
    (copy / ".venv" / "mine").touch()
    again = set_up(copy, *offline)
    assert again.returncode == 0 and "Setting up" not in again.stdout
    assert (copy / ".venv" / "mine").exists()

    # One that was moved, or left half made, is made anew.
    moved = copy.rename(copy.with_name("moved"))
    third = set_up(moved, *offline)
    assert third.returncode == 0 and "Setting up" in third.stdout
    assert not (moved / ".venv" / "mine").exists()
    assert (moved / "my_lessons" / "00_start_here.ipynb").read_text("utf-8") == "{}"


@posix
def test_without_jupyterlab_its_end_is_passed_on(copy):
    """The learner's other arguments and JupyterLab's exit status go through."""
    (copy / ".venv" / "bin").mkdir(parents=True)
    python = copy / ".venv" / "bin" / "python"
    python.write_text('#!/bin/sh\necho "$KDLAB_DATA_DIR|$PWD|$@"; exit 7', "utf-8")
    python.chmod(0o755)
    (copy / ".venv" / "set-up-in").write_text(str(copy), encoding="utf-8")
    done = set_up(copy, arguments=["--port", "8899"], env={"PATH": "/usr/bin:/bin"})
    assert done.returncode == 7
    data, folder, arguments = done.stdout.strip().split("|")
    assert (data, folder) == (str(copy / "data"), str(copy))
    assert arguments == "-m kdlab lab --port 8899"


@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_a_folder_that_was_not_copied_whole_is_refused(copy, damage):
    (wheel,) = (copy / "wheels").glob("kdlab-*")
    (copy / "explorers.html").unlink()
    if damage == "gone":
        wheel.unlink()
    else:
        wheel.write_bytes(wheel.read_bytes()[:-1])
    done = set_up(copy)
    assert done.returncode == 1 and not (copy / ".venv").exists()
    assert done.stdout == (
        f"Missing or damaged: explorers.html, wheels/{wheel.name}. Copy this folder here again.\n"
    )


def test_without_its_checksums_it_is_not_whole(copy):
    (copy / "SHA256SUMS").unlink()
    done = set_up(copy)
    assert done.returncode == 1 and "SHA256SUMS is missing" in done.stdout


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pythons": ["3.99"]}, "needs Python 3.99 (64 bits), and this is 3."),
        ({"platform": "linux-riscv64"}, "is for linux-riscv64, and this computer is"),
        ({"needs_bytes": 10**16}, "needs 10000000.0 GB on this disk"),
    ],
)
def test_what_keeps_it_from_being_set_up_is_said(copy, monkeypatch, capsys, change, message):
    about = json.loads((copy / "bundle.json").read_text("utf-8")) | change
    (copy / "bundle.json").write_text(json.dumps(about), "utf-8")
    monkeypatch.setattr(start_here, "HERE", copy)
    monkeypatch.setattr(start_here, "ENVIRONMENT", copy / ".venv")
    monkeypatch.setattr(start_here, "DONE", copy / ".venv" / "set-up-in")
    monkeypatch.setattr(start_here, "check_whole", lambda: None)
    assert start_here.main(["--set-up"]) == 1
    assert message in capsys.readouterr().err
    assert not (copy / ".venv").exists()
