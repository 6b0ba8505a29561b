"""What is imported is declared: no package is here only because another one happens to need it."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
HOMES = packages_distributions()


def names(lines) -> set[str]:
    return {canonicalize_name(Requirement(line).name) for line in lines}


def pinned(lock: str) -> set[str]:
    """The packages in a file of exact versions."""
    return names(re.findall(r"^[A-Za-z].*", (ROOT / lock).read_text("utf-8"), re.MULTILINE))


CORE = names(PYPROJECT["project"]["dependencies"])
EXTRAS = {k: names(v) for k, v in PYPROJECT["project"]["optional-dependencies"].items()}
EXTRAS["tensorflow"] |= {"tensorflow-cpu"}  # which the lock takes in its place on Linux x86-64
LESSONS = CORE | EXTRAS["tensorflow"] | EXTRAS["lab"]  # what `make lab` installs
TESTS = names(PYPROJECT["dependency-groups"]["test"])
# The only modules of kdlab that may import what `pip install kdlab` does not bring.
OPTIONAL = {
    "_tensorflow.py": "tensorflow",
    "__main__.py": "lab",
    "jupyter": "lab",
    "grading": "grading",
    "cohort/cluster.py": "distributed",
}
# What the code in a folder may import. PyTorch is no dependency: a benchmark installs it by itself.
DECLARED = {
    "kdlab": CORE,
    **{f"kdlab/{path}": CORE | EXTRAS[extra] for path, extra in OPTIONAL.items()},
    "apps": CORE,
    "classroom": CORE | EXTRAS["grading"] | EXTRAS["hub"],
    "experiments": CORE | EXTRAS["tensorflow"] | EXTRAS["accelerator"],
    "tests": LESSONS | TESTS,
    "benchmarks": LESSONS | TESTS | pinned("benchmarks/requirements.txt"),
}


def sources(place: str) -> list[Path]:
    """A file itself, or what is in a folder, less what stands in `DECLARED` by itself."""
    others = [ROOT / name for name in DECLARED if name.startswith(f"{place}/")]
    paths = (ROOT / place).rglob("*.py") if (ROOT / place).is_dir() else [ROOT / place]
    apart = {*others, *(path for other in others for path in other.rglob("*.py"))}
    return [path for path in paths if "node_modules" not in path.parts and path not in apart]


# Scripts and tests also import what lies beside them.
OURS = {*DECLARED, *(path.stem for f in ("experiments", "tests") for path in sources(f))}


def undeclared(source: str, declared: set[str]) -> set[str]:
    """The top-level names that a source imports from packages that are not declared."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module.partition(".")[0])
    found -= sys.stdlib_module_names | OURS
    return {n for n in found if not declared & {canonicalize_name(d) for d in HOMES.get(n, [n])}}


@pytest.mark.parametrize("place", DECLARED)
def test_every_import_is_of_a_declared_dependency(place):
    paths = sources(place)
    missing = {
        str(path.relative_to(ROOT)): names
        for path in paths
        if (names := undeclared(path.read_text("utf-8"), DECLARED[place]))
    }
    assert paths and missing == {}


@pytest.mark.parametrize("place", OPTIONAL)
def test_what_may_import_an_extra_does(place):
    sources_of = sources(f"kdlab/{place}")
    assert any(undeclared(path.read_text("utf-8"), CORE) for path in sources_of)


@pytest.mark.parametrize(
    ("source", "missing"),
    [
        ("import os, kdlab.metrics", set()),
        ("import numpy as np", {"numpy"}),
        ("from PIL import Image", set()),
        ("def f():\n    from yaml.nodes import Node", {"yaml"}),
        ("import no_such_package.at_all", {"no_such_package"}),
    ],
)
def test_an_import_that_is_not_declared_is_seen(source, missing):
    assert undeclared(source, {"pillow"}) == missing


def test_the_locks_hold_all_that_is_declared():
    assert pinned("requirements.txt") >= LESSONS
    assert pinned("requirements-test.txt") >= TESTS
