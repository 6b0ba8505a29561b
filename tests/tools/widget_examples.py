"""One small example of every widget, for the tests that every widget must pass.

A new widget gets an entry in `EXAMPLES`; a test fails until it has one.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

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


# As large a cohort as a lesson would show: arguments of `a_cohort`.
LARGE_COHORT = {
    "n": 50,
    "classes": 10,
    "alphas": np.linspace(0, 1, 6),
    "temperatures": range(1, 11),
    "sizes": (50, 100, 200, 300, 400),
    "seeds": range(20),
    "curves": 15,
}


def a_cohort(
    n=30,
    classes=4,
    alphas=(0, 0.5, 1),
    temperatures=(1, 4),
    sizes=(50, 200),
    seeds=range(4),
    curves=3,
):
    """What a `CohortResult` has: soft labels help where images are few, and luck has its part."""
    rng = np.random.default_rng(0)
    y_test = rng.integers(0, classes, size=n)
    luck = dict(zip(seeds, rng.normal(size=len(seeds)), strict=True))
    students, logits = [*itertools.product(seeds, sizes, alphas, temperatures)], {}
    for seed, size, alpha, t in students:
        strength = 1 + 0.3 * luck[seed] + (alpha > 0) * (1.5 if size == sizes[0] else -0.3)
        noise = rng.normal(size=(n, classes)) + strength * np.eye(classes)[y_test]
        logits.setdefault((seed, size, alpha, alpha and t), noise.astype(np.float32))
    seed, n_images, alpha, temperature = map(np.array, zip(*students, strict=True))
    test_logits = np.stack([logits[s, m, a, a and t] for s, m, a, t in students])
    accuracy = (test_logits.argmax(axis=-1) == y_test).mean(axis=-1)
    progress = np.linspace(1 / max(curves, 1), 1, max(curves, 1))
    return SimpleNamespace(
        temperature=temperature.astype(float),
        alpha=alpha.astype(float),
        n_images=n_images,
        seed=seed,
        left_out=((),) * len(students),
        test_logits=test_logits,
        test_accuracy=accuracy,
        steps=100 * np.arange(1, len(progress) + 1),
        loss=np.outer(1.5 - accuracy, 1 / progress),
        test_curve=np.outer(accuracy, progress)[:, :curves],
        y_test=y_test,
    )


def cohort(names=NAMES, n=30, **state):
    return kdlab.CohortExplorer(a_cohort(n, len(names)), names, **state)


def pad(names=NAMES, n=30, **state):
    rng = np.random.default_rng(0)
    classes = len(names)
    linear = [rng.normal(size=(64, classes)), np.zeros(classes)]
    deep = [rng.normal(size=(64, 8)), np.zeros(8), rng.normal(size=(8, classes)), np.zeros(classes)]
    return kdlab.DigitPad(
        {names[0]: deep, "linear": linear},
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


def quiz(names=NAMES, n=30, **state):
    options = {name: f"What there is to say to an answer, {n} times." for name in names}
    return kdlab.Quiz("Which of them would you choose?", options, right=names[1], **state)


def prediction(names=NAMES, n=30, **state):
    return kdlab.Predict(
        f"How much of each, of {n}?", bars=names, typical="That all are alike.",
        explanation="There are more of some.", **state,
    )  # fmt: skip


def press_the_slider(widget):
    widget.get_by_role("slider").first.press("ArrowRight")


def pick_another_cell(widget):
    widget.get_by_role("gridcell", selected=True).first.press("ArrowDown")


def answer(widget):
    widget.get_by_role("radio").nth(2).press("Space")
    widget.get_by_role("button", name="Check").click()


EXAMPLES = {
    "TemperatureExplorer": Example(explorer, press_the_slider),
    "LossExplorer": Example(losses, press_the_slider),
    "CohortExplorer": Example(cohort, pick_another_cell),
    "ComparisonBoard": Example(board, press_the_slider),
    "DigitPad": Example(pad, press_the_slider),
    "Predict": Example(prediction, press_the_slider),
    "Quiz": Example(quiz, answer),
    "TrainingMonitor": Example(monitor, None),
}
