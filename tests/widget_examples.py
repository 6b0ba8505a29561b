"""One small example of every widget, for the tests that every widget must pass.

A new widget gets an entry in `EXAMPLES`; a test fails until it has one.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

import kdlab

NAMES = ("cat", "dog", "car", "tree")
HOSTILE = "<img src=x onerror=alert(1)>"


@dataclass(frozen=True)
class Example:
    """How to make a widget, and how to use it.

    Attributes:
        make: `make(names=NAMES, n=30)` returns a new widget that shows these texts of its user
            (class names, or what else it takes), and `n` examples (or points of a curve).
        use: takes a Playwright locator of the widget and changes something that can be seen, as a
            learner would; None for a widget that is only watched.
    """

    make: Callable
    use: Callable | None


def explorer(names=NAMES, n=30, **state):
    rng = np.random.default_rng(0)
    return kdlab.TemperatureExplorer(
        logits=5 * rng.normal(size=(n, len(names))),
        images=rng.random((n, 8, 8, 1), dtype=np.float32),
        labels=rng.integers(0, len(names), size=n),
        class_names=names,
        **state,
    )


def losses(names=NAMES, n=30, **state):
    rng = np.random.default_rng(0)
    teacher, student = 4 * rng.normal(size=(2, n, len(names)))
    return kdlab.LossExplorer(
        teacher_logits=teacher,
        student_logits=student,
        labels=rng.integers(0, len(names), size=n),
        images=rng.random((n, 8, 8, 1), dtype=np.float32),
        class_names=names,
        **state,
    )


def board(names=NAMES, n=30, **state):
    rng = np.random.default_rng(0)
    teacher, student, seeds = (4 * rng.normal(size=(runs, n, len(names))) for runs in (1, 1, 3))
    size = {"parameters": 1210, "bytes": 4840, "milliseconds": 0.21}
    models = {names[0]: teacher[0], names[1]: {"logits": student[0], **size}, names[2]: seeds}
    return kdlab.ComparisonBoard(
        models,
        labels=rng.integers(0, len(names), size=n),
        images=rng.random((n, 8, 8, 1), dtype=np.float32),
        class_names=names,
        teacher=names[0],
        **state,
    )


def pad(names=NAMES, n=30, **state):
    rng = np.random.default_rng(0)
    classes = len(names)
    return kdlab.DigitPad(
        [rng.normal(size=(64, 8)), np.zeros(8), rng.normal(size=(8, classes)), np.zeros(classes)],
        examples=rng.random((n, 8, 8, 1), dtype=np.float32),
        labels=rng.integers(0, classes, size=n),
        class_names=names,
        **state,
    )


def monitor(names=NAMES, n=30):
    seconds = itertools.count(step=10 / n)  # the page hears of 30 points, or of a part of more
    monitor = kdlab.TrainingMonitor(names[0], clock=lambda: next(seconds))
    monitor.start(2 * n, unit="step")
    for step in range(1, n + 1):
        monitor.update(step, loss=1 / step, val_loss=1.2 / step, accuracy=1 - 0.5 / step)
    return monitor


def press_the_slider(widget):
    widget.get_by_role("slider").first.press("ArrowRight")


EXAMPLES = {
    "TemperatureExplorer": Example(explorer, press_the_slider),
    "LossExplorer": Example(losses, press_the_slider),
    "ComparisonBoard": Example(board, press_the_slider),
    "DigitPad": Example(pad, press_the_slider),
    "TrainingMonitor": Example(monitor, None),
}
