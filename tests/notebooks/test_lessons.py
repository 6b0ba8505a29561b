"""Every lesson passes every check, and starts in silence."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from checks import CHECKS

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LESSONS = (
    "00_start_here", "01_train_a_teacher", "02_soft_targets", "03_distill_a_student",
    "04_does_it_really_work", "05_the_article_on_cifar10",
)  # fmt: skip


@pytest.mark.parametrize("lesson", LESSONS)
def test_lesson_is_there(lesson):
    assert (NOTEBOOKS / f"{lesson}.ipynb").is_file()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_lesson(path, check):
    nb = nbformat.read(path, as_version=4)
    nbformat.validate(nb)
    complaints = check(nb, path)
    assert not complaints, "\n".join([path.name, *complaints])


def test_tensorflow_loads_in_silence():
    """What TensorFlow's C++ writes fills a learner's cell, and nbval cannot see it: under pytest
    ipykernel does not capture file descriptors. TensorFlow with and without GPU code differ here.
    """
    load = "from kdlab._tensorflow import tf; tf.reduce_sum(tf.ones(3))"
    run = subprocess.run([sys.executable, "-c", load], capture_output=True, text=True, check=True)
    assert run.stdout + run.stderr == ""
