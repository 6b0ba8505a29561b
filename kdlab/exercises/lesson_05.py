"""Exercises of lesson 05, The article on CIFAR-10."""

import re

import numpy as np

from kdlab.exercises.exercise import Exercise, expect
from kdlab.exercises.replies import compare, letters, shown
from kdlab.predictions.lesson_05 import answers
from kdlab.soft_targets import softmax

_WHY_NOT = {
    "B": "In B the teacher is frozen, and then? `fit` gets images and labels: nothing of the "
    "teacher reaches the student's loss.",
    "D": "D copies weights, which works between equal networks only, and then trains on labels: a "
    "student that started well, but nobody teaches it.",
}
_WHY = {
    "A": "in it the targets *are* the teacher's outputs. At which T is that?",
    "C": "it has all of the soft loss. Read its two lines once more.",
}


distils = Exercise(
    "5.1",
    letters(_WHY, _WHY_NOT, things="pieces"),
    hints=[
        "For each: where do the teacher's outputs stand, and does the student's loss see them?",
        "Two of the four mention the teacher, but give the student labels alone.",
    ],
    solution='answer = "AC"',
    praise="B and D name a teacher and train on labels, as most code that does not distil.",
    answers=answers,
)


def _rows(weights):
    return weights / weights.sum(axis=1, keepdims=True)


def _sought(probabilities, t):
    return softmax(np.log(probabilities), t)


_ARTICLE = (
    "That divides the probabilities themselves, the article's mistake: little but equal shares is "
    "left. What are logits, up to a constant?"
)
_NO_EFFECT = (
    "Those are the probabilities as they came: T has no effect. (What is added to all logits of a "
    "row, or subtracted, a softmax does not see.)"
)

_RESCUE_SLIPS = [
    (lambda p, t: _rows(np.exp(p / t)), _ARTICLE),
    (
        lambda p, t: p / t,
        "Divided by T they no longer add up to 1, and their ratios are as before.",
    ),
    (lambda p, t: p, _NO_EFFECT),
    (lambda p, t: 100 * _sought(p, t), "Give shares that add up to 1, not percentages."),
    (
        lambda p, t: np.log(p),
        "Those are the logits, up to a constant. T and the softmax are still to come.",
    ),
    (
        lambda p, t: np.log(p) / t,
        "Nearly: those are the logits over T. Turn them into probabilities.",
    ),
    (
        lambda p, t: np.log(_sought(p, t)),
        "Those are the logarithms of the soft targets. Return the soft targets.",
    ),
    (
        lambda p, t: softmax(np.log(p) * t),
        "That sharpens: T *divides* the logits, or takes the T-th root.",
    ),
    (lambda p, t: p**t, "That sharpens: T *divides* the logits, or takes the T-th root."),
    (
        lambda p, t: p ** (1 / t),
        "The right ratios, but a row must add up to 1: divide by its sum.",
    ),
    (
        lambda p, t: p ** (1 / t) / (p ** (1 / t)).sum(),
        "The right ratios, but each row must add up to 1: you divided by the sum of all rows.",
    ),
    (
        lambda p, t: softmax(np.log(p).T, t).T,
        "Each row is an image: the softmax goes along the last axis.",
    ),
    (
        lambda p, t: softmax(np.log(p / (1 - p)), t),
        "log(p / (1 - p)) is for two classes and a sigmoid. Which function undoes a softmax?",
    ),
    (lambda p, t: softmax(np.log(p) / np.log(10), t), "`log10` is not what undoes `exp`."),
    (lambda p, t: softmax(np.log2(p), t), "`log2` is not what undoes `exp`."),
    (
        lambda p, t: softmax(np.log1p(p), t),
        "`log1p` adds 1 before the logarithm, which makes all classes nearly equal.",
    ),
    (lambda p, t: _sought(p, t)[0], "That is the first image alone. Return a row for each image."),
    (
        lambda p, t: np.eye(p.shape[1])[p.argmax(axis=1)],
        "Those are labels: what the teacher knows of the other classes is gone.",
    ),
]


def _judge_rescue(function):
    z = np.array([[6.0, 3.0, -1.0], [0.5, 0.0, 2.5]])
    trials = [(softmax(z), 4.0), (softmax(z[:, ::-1] / 2), 2.0)]

    def said(arguments, right, given):
        p, t = arguments
        if given.shape != right.shape:
            return (
                f"Return the shape you are given, {right.shape}: one row per image. Your function "
                f"returns an array of the shape {given.shape}."
            )
        return (
            f"For the probabilities {shown(p[0])} the soft targets at T = {t:g} are "
            f"{shown(right[0])}, yours are {shown(given[0])}."
        )

    compare(function, _sought, _RESCUE_SLIPS, trials, said)
    sure = np.array([[1.0, 0.0, 0.0]])  # to which a softmax in float32 rounds
    try:
        with np.errstate(all="ignore"):
            finite = bool(np.isfinite(np.asarray(function(sure, 4.0), float)).all())
    except ValueError:  # from kdlab.softmax
        finite = False
    expect(
        finite,
        "Right, but a probability of exactly 0 has a logarithm of minus infinity: limit the "
        "probabilities from below first, say at 1e-12.",
    )


rescue = Exercise(
    "5.2",
    _judge_rescue,
    hints=[
        "The logarithm undoes the softmax, but for a constant in each row, and a softmax does not "
        "see constants.",
        "`kdlab.softmax(logits, temperature)` does the rest. Take care of log(0).",
    ],
    solution="""
        import numpy as np

        from kdlab import softmax


        def answer(probabilities, temperature):
            return softmax(np.log(np.clip(probabilities, 1e-12, 1)), temperature)
    """,
    praise="A teacher that ends in a softmax is not lost, as long as its zeros are not exact.",
    answers=answers,
)

_TOO_LARGE = "64 units at 32 bits take 19 KB: over the budget."
_BETTER = {
    "16 units, labels alone": "It fits, but the same student distilled is better.",
    "16 units, distilled": "It fits. But more units would fit, too, if each took less.",
    "64 units, labels alone, 78 % pruned": "It fits, but sort the board by accuracy.",
    "64 units, distilled, 78 % pruned": "It fits, but sort the board by accuracy.",
    "64 units, labels alone, 8 bits": "It fits; but who taught it?",
    "16 units, distilled, 8 bits": "The smallest of all, but the budget is four times that.",
    "64 units, labels alone": _TOO_LARGE,
    "64 units, distilled": _TOO_LARGE,
}
_BEST = "64 units, distilled, 8 bits"


def _parts(name: str) -> set[str]:
    """What a name says, in any order, and without capitals and spaces."""
    return {re.sub(r"[\s-]+", "", part) for part in name.lower().split(",")}


def _judge_budget(answer):
    expect(isinstance(answer, str), "Give the name of a model, as the board has it, in quotes.")
    given = _parts(answer)
    for name, reply in _BETTER.items():
        expect(given != _parts(name), reply)
    expect(given == _parts(_BEST), "The board has no model of that name: copy it as it stands.")


budget = Exercise(
    "5.3",
    _judge_budget,
    hints=[
        "Click on the head of a column to sort by it. Which models are below 6,000 bytes?",
        "Two of the methods add up.",
    ],
    solution='answer = "64 units, distilled, 8 bits"',
    praise="Distilled for accuracy, rounded for size: the two do not compete.",
    answers=answers,
)
