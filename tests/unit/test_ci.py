"""CI anywhere: `.ci/run` finds its data, the workflow fits the repository, text is UTF-8."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
import yaml
from namespaces import linux
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[2]
WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text("utf-8"))
JOBS = WORKFLOW["jobs"]


# ---- .ci/run ------------------------------------------------------------------------------------

SHAPES = {"mnist": (28, 28), "fashion_mnist": (28, 28), "cifar10": (32, 32, 3)}
UNPACK = "import shutil, sys; shutil.copy(r'{}', sys.argv[1])"
SEARCH = [f"tests/{name}.py" for name in ("__init__", "tools/__init__", "tools/chromium")]
TOOLS = ("bash", "dirname", "env", "grep", "id", "ln", "mktemp", "realpath", "rm", "sh")


def save(folder, name):
    folder.mkdir(parents=True, exist_ok=True)
    x, y = np.zeros((10, *SHAPES[name]), np.uint8), np.arange(10, dtype=np.uint8)
    np.savez(folder / f"{name}.npz", x_train=x, y_train=y, x_test=x, y_test=y)


def program(path, *lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]), "utf-8")
    path.chmod(0o755)


@pytest.fixture
def ci_run(tmp_path):
    """Run `.ci/run` in a checkout, on a machine where each program only says that it was called."""
    checkout, programs = tmp_path / "check out", tmp_path / "programs"
    for name in (".ci/run", *SEARCH):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, checkout / name)
    program(checkout / ".venv/bin/python", f'exec "{sys.executable}" "$@"')
    program(programs / "python3", f'exec "{sys.executable}" "$@"')
    program(programs / "make", 'echo "make $1: ${KDLAB_DATA_DIR:-no folder}"')
    program(programs / "apt-get", 'echo "apt-get $*"')
    program(programs / "sudo", '"$@"')
    program(programs / "dpkg-query", "echo installed")
    for name in TOOLS:
        (programs / name).symlink_to(shutil.which(name))

    def run(**env):
        environment = {
            "PATH": str(programs), "PYTHONPATH": str(ROOT), "KERAS_HOME": str(tmp_path / "keras"),
            "https_proxy": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9",  # no network
            **env,
        }  # fmt: skip
        return subprocess.run(
            [checkout / ".ci/run"], env=environment, capture_output=True, encoding="utf-8"
        )

    return run


@linux
def test_a_data_folder_that_is_given_is_used_as_it_is(ci_run, tmp_path):
    for name in SHAPES:
        save(tmp_path / "mine", name)
    save(tmp_path / "shared/data", "mnist")
    done = ci_run(KDLAB_DATA_DIR=str(tmp_path / "mine"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == f"make test: {tmp_path / 'mine'}"
    assert "apt-get" not in done.stdout
    for name in SHAPES:
        assert f"from {tmp_path / 'mine' / name}.npz" in done.stdout


@linux
def test_a_folder_beside_the_checkout_stands_in_for_it(ci_run, tmp_path):
    beside = tmp_path / "shared/data"
    for name, folder in (("mnist", beside), ("fashion_mnist", beside), ("cifar10", tmp_path)):
        save(folder, name)
    (beside / "unpack_cifar10.py").write_text(UNPACK.format(tmp_path / "cifar10.npz"), "utf-8")
    done = ci_run()
    assert done.returncode == 0, done.stderr
    folder = done.stdout.splitlines()[-1].removeprefix("make test: ")
    for name in SHAPES:
        assert f"from {folder}/{name}.npz" in done.stdout
    assert not Path(folder).exists(), "left behind"


@linux
def test_data_that_cannot_be_had_ends_it_before_the_tests(ci_run):
    done = ci_run()
    assert done.returncode != 0 and "make test" not in done.stdout
    last = done.stderr.strip().splitlines()[-1]
    assert "could not be downloaded" in last and "set KDLAB_DATA_DIR" in last


@linux
@pytest.mark.parametrize("browser", ["google-chrome", None])
def test_a_browser_is_installed_where_there_is_none(ci_run, tmp_path, browser):
    programs = tmp_path / "programs"
    program(programs / "dpkg-query", "exit 1")
    program(programs / "make", "exit 1")  # that is enough
    if browser:
        program(programs / browser)
    installed = next(line for line in ci_run().stdout.splitlines() if " install " in line).split()
    assert {"make", "python3-venv", "dataset-fashion-mnist", "locales"} <= set(installed)
    assert ("chromium" in installed) == (browser is None)


# ---- the workflow -------------------------------------------------------------------------------


def test_the_workflow_tests_every_python_that_kdlab_is_for():
    about = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    supported = SpecifierSet(about["requires-python"])
    tested = [*JOBS["all-tests"]["strategy"]["matrix"]["python"]]
    tested += [
        step["with"]["python-version"]
        for step in JOBS["unit-tests"]["steps"]
        if "python-version" in step.get("with", {})
    ]
    assert set(tested) == {f"3.{n}" for n in range(30) if f"3.{n}" in supported}


def test_the_workflow_runs_what_is_there():
    commands = [step["run"] for job in JOBS.values() for step in job["steps"] if "run" in step]
    assert ".ci/run" in commands and "python -m pytest tests/unit" in commands
    paths = [word for command in commands for word in command.split() if "/" in word or "." in word]
    assert [path for path in paths if not (ROOT / path).exists()] == []
    assert os.access(ROOT / ".ci/run", os.X_OK)


def test_the_workflow_may_only_read_and_comes_to_an_end():
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert all("permissions" not in job and job["timeout-minutes"] <= 90 for job in JOBS.values())


# ---- text, which Windows would take for cp1252 --------------------------------------------------

# All that runs on Windows: neither the tests of browsers and hubs, nor the benchmarks.
FOLDERS = ("kdlab", "apps", "classroom", "experiments", "tests/tools", "tests/unit")


def leaves_it_open(call: ast.Call) -> bool:
    """Whether a call reads or writes text in an encoding that it does not name."""
    name = ast.unparse(call.func).rpartition(".")[2]
    given = {keyword.arg for keyword in call.keywords}
    if "encoding" in given:
        return False
    if name in ("read_text", "write_text"):
        return len(call.args) < 1 + (name == "write_text")
    if isinstance(call.func, ast.Name) and name == "open":
        return "b" not in "".join(ast.unparse(mode) for mode in call.args[1:2])
    return bool(given & {"text", "universal_newlines"})


@pytest.mark.parametrize(
    ("code", "is_open"),
    [
        ("path.read_text()", True),
        ("path.read_text('utf-8')", False),
        ("Path(name).write_text('ä')", True),
        ("path.write_text(text, encoding='utf-8')", False),
        ("open(path)", True),
        ("open(path, 'rb')", False),
        ("subprocess.run(command, text=True)", True),
        ("subprocess.run(command, encoding='utf-8')", False),
    ],
)
def test_an_encoding_that_is_left_open_is_seen(code, is_open):
    assert leaves_it_open(ast.parse(code, mode="eval").body) == is_open


def test_no_encoding_is_left_to_the_machine():
    sources = [p for folder in FOLDERS for p in (ROOT / folder).rglob("*.py")]
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}"
        for path in sources
        if "node_modules" not in path.parts
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and leaves_it_open(node)
    ]
    assert len(sources) > 80 and found == []
