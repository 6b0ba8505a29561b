"""Exercises of lesson 05, The article on CIFAR-10."""

import re

import numpy as np

from kdlab.exercises.exercise import Exercise, expect
from kdlab.exercises.replies import compare, form, letters, not_one, one_text, shown
from kdlab.predictions.lesson_05 import answers
from kdlab.soft_targets import softmax

_WHY_NOT = {
    "B": "In B the teacher is frozen, and nothing more. `fit` gets images and labels: nothing of "
    "the teacher reaches the student's loss.",
    "D": "D copies weights, which works between equal networks only, and then trains on labels. "
    "The student starts well, but learns nothing from the teacher.",
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
    praise="B and D name a teacher and train on labels. So does most code that does not distil.",
    answers=answers,
)


def _rows(weights):
    return weights / weights.sum(axis=1, keepdims=True)


def _sought(probabilities, t):
    return softmax(np.log(probabilities), t)


_ARTICLE = (
    "You divided the probabilities themselves, which is the article's mistake: almost equal shares "
    "are left. Which function undoes the `exp` of a softmax?"
)
_NO_EFFECT = (
    "Those are the probabilities as they came: T has no effect. (A softmax stays the same when one "
    "number is added to all logits of a row.)"
)

_SURER = (
    "That makes the largest probability larger. Divide the logits by T, or take the power 1 / T."
)
_LIMIT = (
    "That changes small probabilities that are not 0. Take a much smaller limit, such as 1e-12."
)

_RESCUE_SLIPS = [
    (lambda p, t: _rows(np.exp(p / t)), _ARTICLE),
    (
        lambda p, t: p / t,
        "You divided the probabilities by T. They no longer add up to 1, and their ratios are as "
        "before.",
    ),
    (lambda p, t: p, _NO_EFFECT),
    (lambda p, t: 100 * _sought(p, t), "Give shares that add up to 1, not percentages."),
    (
        lambda p, t: np.log(p),
        "Those are the logits, except for one number added to each row. Divide them by T, and "
        "take the softmax.",
    ),
    (
        lambda p, t: np.log(p) / t,
        "Those are the logits divided by T. Turn them into probabilities.",
    ),
    (
        lambda p, t: np.log(_sought(p, t)),
        "Those are the logarithms of the soft targets. Return the soft targets.",
    ),
    (
        lambda p, t: softmax(np.log(p) * t),
        _SURER,
    ),
    (lambda p, t: p**t, _SURER),
    (
        lambda p, t: softmax(np.log(p) / t**2),
        "You divided by T twice. Divide once.",
    ),
    (
        lambda p, t: softmax(np.exp(p), t),
        "You took `exp` of the probabilities. A softmax takes `exp` already: which function undoes "
        "it?",
    ),
    (
        lambda p, t: softmax(-np.log(p), t),
        "With your function the *smallest* probability becomes the largest. Is there a minus too "
        "many?",
    ),
    *(
        (limited, _LIMIT)
        for low in (0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001)
        for limited in (
            lambda p, t, low=low: softmax(np.log(np.maximum(p, low)), t),
            lambda p, t, low=low: softmax(np.log(p + low), t),
        )
    ),
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
        "Your columns add up to 1. Each row is an image: the softmax goes along the last axis.",
    ),
    (
        lambda p, t: softmax(np.log(p / (1 - p)), t),
        "log(p / (1 - p)) is for two classes and a sigmoid. Which function undoes a softmax?",
    ),
    (lambda p, t: softmax(np.log10(p), t), "`log10` undoes powers of 10. What undoes `exp`?"),
    (lambda p, t: softmax(np.log2(p), t), "`log2` undoes powers of 2. What undoes `exp`?"),
    (
        lambda p, t: softmax(np.log1p(p), t),
        "`log1p` adds 1 before the logarithm, which makes all classes nearly equal.",
    ),
    (lambda p, t: _sought(p, t)[0], "That is the first image alone. Return a row for each image."),
    (
        lambda p, t: np.eye(p.shape[1])[p.argmax(axis=1)],
        "Those are labels: what the teacher knows of the other classes is lost.",
    ),
]


def _judge_rescue(function):
    z = np.array([[6.0, 3.0, -1.0], [0.5, 0.0, 2.5]])
    trials = [(softmax(z), 4.0), (softmax(z[:, ::-1] / 2), 2.0)]

    def said(arguments, right, given):
        p, t = arguments
        if given.shape != right.shape:
            return (
                f"Return an array of the shape that you are given, {right.shape}: one row per "
                f"image. Your function returns {form(given)}."
            )
        return (
            f"For the probabilities {shown(p[0])} the soft targets at T = {t:g} are "
            f"{shown(right[0])}, and yours are {shown(given[0])}.{not_one(given)}"
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
        "Right, but the logarithm of exactly 0 is minus infinity. Replace zeros by a very small "
        "probability first, such as 1e-12.",
    )


rescue = Exercise(
    "5.2",
    _judge_rescue,
    hints=[
        "The logarithm undoes the softmax, but for one number added to each row; and such a number "
        "does not change a softmax.",
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
    "16 units, distilled": "It fits. But more units would fit, too, with fewer bits each.",
    "64 units, labels alone, 78 % pruned": "It fits, but sort the board by accuracy.",
    "64 units, distilled, 78 % pruned": "It fits, but sort the board by accuracy.",
    "64 units, labels alone, 8 bits": "It fits. But it learned from labels alone. Is there the "
    "same model, distilled?",
    "16 units, distilled, 8 bits": "It is the smallest, but the budget is four times as large.",
    "64 units, labels alone": _TOO_LARGE,
    "64 units, distilled": _TOO_LARGE,
}
_BEST = "64 units, distilled, 8 bits"


def _parts(name: str) -> set[str]:
    """What a name says, in any order, with or without capitals, commas and plurals."""
    parts = re.findall(r"(\d+)[\s-]*(unit|bit|%)|([a-z]+)", name.lower())
    return {"".join(part) for part in parts} - {"s", "and", "with"}


def _judge_budget(answer):
    named = "Give the name of a model, as it is on the board, in quotes."
    given = _parts(one_text(answer, named))
    either = [_parts(name) for name in (*_BETTER, _BEST)]
    expect(
        not (given | {"distilled"} in either and given | {"labels", "alone"} in either),
        "There are two models of this kind, labels alone and distilled. Which one?",
    )
    for name, reply in _BETTER.items():
        expect(given != _parts(name), reply)
    expect(
        given == _parts(_BEST),
        "There is no model of that name. Copy the whole name from the board.",
    )


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
