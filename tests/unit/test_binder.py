"""What mybinder.org builds from binder/: accepted, cached well, complete and no more."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.tools import tree

ROOT = Path(__file__).parents[2]


@pytest.fixture
def clean_copy(tmp_path):
    return tree.clean_copy(tmp_path / "copy")


def run(*command, **options):
    done = subprocess.run(
        [str(part) for part in command],
        encoding="utf-8",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        **options,
    )
    assert done.returncode == 0, done.stdout[-5000:]
    return done.stdout


def pins(path):
    """The lock at `path` as {name: 'version ; marker'}."""
    lines = re.findall(r"^[a-z].*", path.read_text("utf-8"), re.MULTILINE)
    requirements = map(Requirement, lines)
    return {r.name: f"{r.specifier} ; {r.marker}" for r in requirements}


def test_pins_are_those_of_the_class():
    lab = pins(ROOT / "requirements.txt")
    assert pins(ROOT / "binder" / "requirements.txt") == lab
    assert lab["tensorflow-cpu"].partition(" ;")[0] == lab["tensorflow"].partition(" ;")[0]


@pytest.mark.parametrize(
    ("system", "machine", "name"),
    [
        ("linux", "x86_64", "tensorflow-cpu"),
        ("linux", "aarch64", "tensorflow"),
        ("darwin", "arm64", "tensorflow"),
        ("win32", "AMD64", "tensorflow"),
    ],
)
def test_each_machine_gets_one_tensorflow(system, machine, name):
    here = {"sys_platform": system, "platform_machine": machine}
    lock = re.findall(r"^tensorflow.*==.*", (ROOT / "requirements.txt").read_text("utf-8"), re.M)
    markers = {r.name: r.marker for r in map(Requirement, lock)}
    assert [it for it, marker in markers.items() if marker.evaluate(here)] == [name]


@pytest.mark.skipif(sys.platform == "win32", reason="repo2docker writes other paths on Windows")
def test_repo2docker_accepts_it(clean_copy):
    dockerfile = run(
        sys.executable, "-m", "repo2docker", "--no-build", "--debug", ".", cwd=clean_copy
    )
    assert "Building conda environment for python=3.11" in dockerfile

    def line(pattern):
        found = re.findall(pattern, dockerfile, re.MULTILINE)
        assert len(found) == 1, f"{pattern} occurs {len(found)} times in\n{dockerfile}"
        return dockerfile.index(found[0])

    # Docker reuses a layer while no layer before it has changed: the pins are installed from
    # their one file, before the repository as a whole is copied, and the package after that.
    copy_pins = line(r"^COPY .* src/binder/requirements\.txt .*")
    install_pins = line(r"^RUN .*pip install .*-r \"binder/requirements\.txt\"")
    copy_all = line(r"^COPY .* src/ .*")
    install_package = line(r"^RUN \./binder/postBuild")
    assert copy_pins < install_pins < copy_all < install_package
    others = re.findall(r"^COPY .* src/(?!binder/requirements\.txt ).*", dockerfile, re.MULTILINE)
    assert len(others) == 1, f"a file of the repository is copied by itself: {others}"


RUN_LESSON = """
import sys, nbclient, nbformat
nb = nbformat.read(sys.argv[1], as_version=4)
cells = [cell for cell in nb.cells if cell.cell_type == "code" and cell.source.strip()]
for cell in cells:
    cell.execution_count, cell.outputs = None, []
nb.cells.append(nbformat.v4.new_code_cell(
    "import sys, kdlab\\n"
    "print('kdlab from', kdlab.__file__)\\n"
    "print('TensorFlow imported:', 'tensorflow' in sys.modules)"
))
nbclient.NotebookClient(nb, kernel_name="python3", timeout=300).execute()
print("cells run:", [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1)))
print(nb.cells[-1].outputs[0].text)
"""


@pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"),
    reason="Binder runs on Linux x86-64",
)
def test_lesson_runs_in_the_environment_that_binder_builds(clean_copy, tmp_path):
    lesson = clean_copy / "notebooks" / "02_soft_targets.ipynb"
    assert lesson.is_file()
    environment = tmp_path / "binder"
    run(sys.executable, "-m", "venv", environment)
    try:
        path = f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}"
        inside = {"cwd": clean_copy, "env": os.environ | {"PATH": path}}
        python = environment / "bin" / "python"
        # Uncompiled, which takes half of pip's time: most of it will never be imported here.
        pip = (python, "-m", "pip", "install", "--no-compile")
        run(*pip, "-r", "binder/requirements.txt", **inside)
        run(clean_copy / "binder" / "postBuild", **inside)
        said = run(python, "-c", RUN_LESSON, lesson, **(inside | {"cwd": lesson.parent}))
    finally:
        shutil.rmtree(environment)  # 1.5 GB
    assert (clean_copy / "apps" / "explorers.html").stat().st_size > 100_000
    assert "cells run: True" in said
    assert f"kdlab from {environment}" in said
    assert "TensorFlow imported: False" in said
