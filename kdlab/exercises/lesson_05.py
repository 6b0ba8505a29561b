"""Exercises of lesson 05, The article on CIFAR-10."""

import numpy as np

from kdlab.exercises.exercise import Exercise, call, close, convert, expect, letters
from kdlab.predictions.lesson_05 import answers
from kdlab.soft_targets import softmax

_WHY_NOT = {
    "B": "In B the teacher is frozen, and then? `fit` gets images and labels: nothing of the "
    "teacher reaches the student's loss.",
    "D": "D copies weights, which works between equal networks only, and then trains on labels: a "
    "student that started well, but nobody teaches it.",
}
_WHY = {
    "A": "In A the targets *are* the teacher's outputs: that is distillation at T = 1.",
    "C": "C is the whole of the soft loss: T on both, softmax once, T² in front.",
}


distils = Exercise(
    "5.1",
    letters(_WHY, _WHY_NOT, things="pieces", verb="can"),
    hints=[
        "For each: where do the teacher's outputs stand, and does the student's loss see them?",
        "Two of the four mention the teacher, but give the student labels alone.",
    ],
    solution='answer = "AC"',
    praise="B and D name a teacher and train on labels, as most code that does not distil.",
    answers=answers,
)


def _judge_rescue(function):

    def normalised(weights):
        return weights / weights.sum(axis=1, keepdims=True)

    z = np.array([[6.0, 3.0, -1.0], [0.5, 0.0, 2.5]])
    p, t = softmax(z), 4.0
    result = convert(
        call(function, p.copy(), t), lambda r: np.asarray(r, float), "Return an array of numbers."
    )
    expect(
        result.shape == p.shape, f"Return the shape you are given, {p.shape}: one row per image."
    )
    wrong = [
        (normalised(np.exp(p / t)), "That divides the probabilities themselves, the article's "
         "mistake: little but equal shares is left. What are logits, up to a constant?"),
        (p / t, "Divided by T they no longer add up to 1, and their ratios are as before."),
        (p, "Those are the probabilities as they came: T has no effect."),
        (np.log(p) / t, "Nearly: those are the logits over T. Turn them into probabilities."),
        (softmax(np.log(p) * t), "That sharpens: T *divides* the logits, or takes the T-th root."),
        (p ** (1 / t), "The right ratios, but a row must add up to 1: divide by its sum."),
        (softmax(np.log(p).T, t).T, "Each row is an image: the softmax goes along the last axis."),
    ]  # fmt: skip
    for value, message in wrong:
        expect(not close(result, value), message)
    expect(
        close(result, softmax(z, t)),
        f"For logits 6, 3 and -1 the soft targets at T = 4 are {softmax(z, t)[0].round(3)}, yours "
        f"are {result[0].round(3)}.",
    )
    sure = np.array([[1.0, 0.0, 0.0]])  # to which a softmax in float32 rounds
    try:
        finite = bool(np.isfinite(np.asarray(function(sure, t), float)).all())
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

_TOO_LARGE = "At 32 bits, 64 units take 19 KB: over the budget."
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


def _judge_budget(answer):
    expect(isinstance(answer, str), "Give the name of a model, as the board has it, in quotes.")
    name = answer.strip()
    expect(name not in _BETTER, _BETTER.get(name, ""))
    expect(
        name == "64 units, distilled, 8 bits",
        "The board has no model of that name: copy it as it stands.",
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
