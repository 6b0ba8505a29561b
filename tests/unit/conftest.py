"""The data that most tests need, read once."""

import os
import subprocess
import sys

import pytest

import kdlab

collect_ignore = ["conftest.py"]  # two files of one name cannot both be searched for doctests


@pytest.fixture(scope="session")
def digits():
    return kdlab.load_dataset("digits")


@pytest.fixture(scope="session")
def teacher():
    return kdlab.pretrained_teacher("digits")


@pytest.fixture
def python():
    """Run Python source in a fresh process; returns its completed process, output as text."""

    def run(source, **env):
        environment = {**os.environ, **env}
        return subprocess.run(
            [sys.executable, "-c", source], capture_output=True, encoding="utf-8", env=environment
        )

    return run
