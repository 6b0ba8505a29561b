"""A class of scripted learners, who work through the real lessons' questions and exercises.

    python -m tests.tools.simulated_class FOLDER [learners]

Each learner has a home as on a hub, FOLDER/NAME/my_lessons, and leaves a report on each lesson
there, by `ex.answers.report()`. What a learner guesses and answers is drawn by lot, with a fixed
seed; `KINDS` says how learners differ. Nothing is trained: the truths handed to the predictions are
drawn as well, a little different on each machine.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import random
import re
import sys
from functools import cache
from pathlib import Path

import numpy as np

from kdlab.lessons import files

# How often a learner of this kind makes a prediction before the reveal, comes near, changes it
# afterwards, answers a quiz, tries an exercise, has it right at once; asks for hints; how much of
# a lesson is worked through.
KINDS = {
    "careful": dict(predicts=1.0, near=0.7, changes=0.0, quiz=1.0, tries=1.0, right=0.7, hint=0.1),
    "guesser": dict(predicts=1.0, near=0.1, changes=0.1, quiz=1.0, tries=0.9, right=0.2, hint=0.5),
    "changer": dict(predicts=0.9, near=0.4, changes=0.9, quiz=0.9, tries=0.8, right=0.5, hint=0.3),
    "only exercises": dict(
        predicts=0.0, near=0, changes=0.0, quiz=0.2, tries=1.0, right=0.6, hint=0.6
    ),
    "only reads": dict(predicts=0.3, near=0.5, changes=0.5, quiz=0.4, tries=0.0, right=0, hint=0),
    "stops in the middle": dict(
        predicts=0.9, near=0.4, changes=0.1, quiz=0.8, tries=0.8, right=0.4, hint=0.3, until=0.45
    ),
}
# Exercises whose judge trains or loads TensorFlow: the class leaves them for home.
FOR_HOME = {"3.4"}
SLIPS = [
    0, 0.5, 4, 100, -1, "?", "A", "B", "AB", "teacher", [1, 2, 3], True,
    lambda *a: a[0], lambda *a: np.exp(a[0]), lambda *a: np.mean(a[0]), lambda *a: a[0] - a[1],
    lambda *a: np.exp(a[0]) / np.exp(a[0]).sum(), lambda *a: unknown,  # noqa: F821
    lambda *a: float(np.sum(a[0] * np.log(a[0] / a[1]))), lambda x: x,
]  # fmt: skip


def make(folder: Path, learners: int = 30, *, lessons=None, share: bool = True) -> list[Path]:
    """Have a class work; returns the JSON files of their reports."""
    names = [path.stem for path in files.lessons()] if lessons is None else lessons
    kinds, before, imported = [*KINDS], Path.cwd(), _lesson_modules()
    try:
        for number in range(learners):
            # Three in ten are careful; the others of each kind.
            kind = kinds[0] if number % 10 in (0, 4, 7) else kinds[1 + number % (len(kinds) - 1)]
            home = Path(folder, f"learner_{number:02}", "my_lessons")
            (home / ".kdlab").mkdir(parents=True)
            os.chdir(home)  # where a lesson's answers are kept
            for lesson in names:
                rng = random.Random(f"{number} {lesson}")
                with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
                    _work(_lesson(lesson), rng, **KINDS[kind], share=share)
    finally:
        os.chdir(before)
        _put(imported)
    return sorted(Path(folder).rglob("report_*.json"))


def _lesson_modules() -> dict:
    """The modules of the lessons that are imported: in them are one learner's answers."""
    ours = re.compile(r"kdlab\.(exercises|predictions)\.lesson_\d\d")
    return {name: module for name, module in sys.modules.items() if ours.fullmatch(name)}


def _put(modules: dict) -> None:
    """Have these modules of the lessons imported, and no others."""
    for name in _lesson_modules():
        del sys.modules[name]
        vars(sys.modules[name.rpartition(".")[0]]).pop(name.rpartition(".")[2], None)
    for name, module in modules.items():
        sys.modules[name] = module
        setattr(sys.modules[name.rpartition(".")[0]], name.rpartition(".")[2], module)


def _lesson(lesson: str):
    _put({})
    return importlib.import_module(f"kdlab.exercises.lesson_{lesson[:2]}")


def _work(ex, rng, *, predicts, near, changes, quiz, tries, right, hint, share, until=1.0):
    """One learner in one lesson; the chances are those of `KINDS`."""
    things = [*(w for w, _ in ex.answers._widgets.values()), *ex.answers._exercises.values()]
    for thing in things[: max(round(until * len(things)), 1)]:
        if hasattr(thing, "judge"):
            if thing.name not in FOR_HOME and rng.random() < tries:
                _exercise(thing, rng, right, hint)
        elif hasattr(thing, "reveal"):
            truth = _truth(thing.describe(), random.Random(thing.describe()["question"]), rng)
            if rng.random() < predicts:
                thing.guess = _guess(thing.describe(), truth, rng, near)
            thing.reveal(_unscaled(truth, thing._scale))
            if rng.random() < changes:
                thing.guess = _guess(thing.describe(), truth, rng, 1.0)
        elif hasattr(thing, "chosen") and rng.random() < quiz:
            options = thing.describe()["options"]
            thing.chosen = rng.choice(options)
            if rng.random() < 0.8:
                thing.chosen = thing.describe()["right"]
    ex.answers.report(share=share)


def _exercise(exercise, rng, right, hint) -> None:
    names = {}
    exec(exercise.source, names)
    for attempt in range(6):
        if rng.random() < hint:
            exercise.hint()
        if rng.random() < right:
            return exercise.check(names["answer"])
        exercise.check(_slip(exercise.name, rng))
        if attempt > 2 and rng.random() < 0.3:
            exercise.solution()
            return None
    return None


def _slip(name: str, rng):
    """A wrong answer as people give it: one that the tests of the exercises know, if they do."""
    slips = _known_slips().get(name, SLIPS)
    # Some slips are more frequent than others.
    slip = slips[min(int(rng.expovariate(3 / len(slips))), len(slips) - 1)]
    answer = getattr(slip, "answer", slip)
    return answer.make() if hasattr(answer, "make") else answer


@cache
def _known_slips() -> dict[str, list]:
    """Those of the lessons in which nothing is trained."""
    place = str(Path(__file__).parents[1] / "unit")
    sys.path.append(place)
    try:
        import exercise_slips as known
    finally:
        sys.path.remove(place)
    tables = known.LESSON_00, known.LESSON_01, known.LESSON_02
    return {exercise.name: slips for table in tables for exercise, slips in table.items()}


def _truth(asked: dict, same, own):
    """What came: the `same` for all, up to what differs on a learner's `own` machine."""
    kind = asked["kind"]
    if kind == "choice":
        return same.choice(asked["options"])
    if kind == "order":
        return same.sample(asked["items"], len(asked["items"]))
    if kind == "bars":
        shares = np.array([same.random() ** 3 + 0.01 * own.random() for _ in asked["names"]])
        return shares / shares.sum()
    low, high = asked["between"]
    if kind == "number":
        return low + (high - low) * (0.1 + 0.6 * same.random() + 0.01 * own.random())
    return [
        low + (high - low) * (0.2 + 0.5 * same.random() + 0.02 * own.random()) for _ in asked["x"]
    ]


def _unscaled(truth, scale: float):
    """A truth as a lesson hands it over: a share where the guess is in points."""
    if isinstance(truth, list) and not isinstance(truth[0], str):
        return [one / scale for one in truth]
    return truth / scale if isinstance(truth, float) else truth


def _guess(asked: dict, truth, rng, near: float):
    close, kind = rng.random() < near, asked["kind"]
    if kind == "choice":
        return truth if close else rng.choice(asked["options"])
    if kind == "order":
        order = [*truth]
        for _ in range(1 if close else 4):
            k = rng.randrange(len(order) - 1)
            order[k : k + 2] = order[k + 1], order[k]
        return order
    if kind == "bars":
        shares = np.array([(t if close else 0.1) + 0.05 * rng.random() for t in truth])
        return shares / shares.sum()
    low, high = asked["between"]
    spread = (high - low) * (0.05 if close else 0.25)
    values = truth if kind == "curve" else [truth]
    guess = [min(max(value + rng.gauss(0, spread), low), high) for value in values]
    step = asked.get("step")
    if kind == "number" and step:
        guess = [min(max(round(guess[0] / step) * step, low), high)]
    return guess if kind == "curve" else guess[0]


if __name__ == "__main__":
    made = make(Path(sys.argv[1]).absolute(), *map(int, sys.argv[2:3]))
    print(f"{len(made)} reports in {sys.argv[1]}")
