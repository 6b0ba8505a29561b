"""Exercises of lesson 01, Train a teacher."""

import numpy as np

from kdlab.datasets import load_dataset
from kdlab.exercises.exercise import Exercise, call, close, convert, expect, number
from kdlab.predictions.lesson_01 import answers
from kdlab.soft_targets import entropy, softmax
from kdlab.teachers import pretrained_teacher


def _judge_accuracy(function):
    # As many examples as classes, so that a maximum along the wrong axis gives a number too.
    logits = np.array([[2.0, 1, 0, 0], [0.0, 3, 1, 0], [1.0, 0, 5, 0], [4.0, 0, 0, 0]])
    labels = np.array([0, 1, 0, 0])
    result = number(call(function, logits, labels))
    expect(not close(result, 3), "That is how many are right. Accuracy is the share of them.")
    expect(not close(result, 0.25), "That is the share of errors. Accuracy is the share right.")
    expect(not close(result, 75), "Give the share, between 0 and 1, not a percentage.")
    expect(
        not close(result, 0.5),
        "You took the largest logit of each class. Take that of each example, a row: axis=1.",
    )
    expect(close(result, 0.75), f"Three of these four are right, your function says {result:g}.")
    rng = np.random.default_rng(1)
    logits, labels = rng.normal(size=(10, 10)), rng.integers(10, size=10)
    right = float(np.mean(logits.argmax(axis=1) == labels))
    expect(
        close(number(call(function, logits, labels)), right),
        "It is right for one small case only: on another it is not the share of the hits.",
    )


accuracy = Exercise(
    "1.1",
    _judge_accuracy,
    hints=[
        "The class a model names is the one with the largest logit: `logits.argmax(axis=1)`.",
        "Compare the named classes with the labels, and take the mean of the hits.",
    ],
    solution="""
        import numpy as np

        def answer(logits, labels):
            return np.mean(logits.argmax(axis=1) == labels)
    """,
    praise="No softmax was needed: the largest logit is the largest probability.",
    answers=answers,
)


def _judge_unsure(answer):
    logits = pretrained_teacher("digits").test_logits
    uncertainty = entropy(softmax(logits))
    expect(np.ndim(answer) == 0, "Give one number: the position of the image.")
    index = int(answer)
    expect(0 <= index < len(logits), f"Positions go from 0 to {len(logits) - 1}.")
    expect(
        index != int(uncertainty.argmin()),
        "That is where it is *most sure*: the smallest entropy. You want the largest.",
    )
    expect(
        index != int(softmax(logits).max(axis=1).argmin()),
        "There its first choice is weakest. By entropy, which counts all classes, it is more "
        "undecided elsewhere.",
    )
    expect(
        index == int(uncertainty.argmax()),
        f"The entropy there is {uncertainty[index]:.2f} nats; somewhere it is "
        f"{uncertainty.max():.2f}.",
    )


most_unsure = Exercise(
    "1.2",
    _judge_unsure,
    hints=[
        "`entropy(softmax(logits))` gives one number per image.",
        "`argmax()` gives the position of the largest.",
    ],
    solution="""
        from kdlab import entropy, pretrained_teacher, softmax

        logits = pretrained_teacher("digits").test_logits
        answer = entropy(softmax(logits)).argmax()
    """,
    praise="Look at that image: would you have been sure?",
    answers=answers,
)


def _judge_second(answer):
    digits, logits = load_dataset("digits"), pretrained_teacher("digits").test_logits
    nines = logits[digits.y_test == 9]
    runner_up = np.bincount(nines.argsort(axis=1)[:, -2], minlength=10).argmax()
    guess = convert(answer, int, "Give one digit.")
    expect(guess != 9, "9 comes first for most of them. Which digit comes second?")
    expect(
        guess == runner_up,
        f"{guess} is second more rarely. Sort each row and take the last but one.",
    )


runner_up = Exercise(
    "1.3",
    _judge_second,
    hints=[
        "`logits.argsort(axis=1)` lists the classes of each row from the least to the most likely.",
        "Column -2 of it is the runner-up; `np.bincount(...)` counts how often each one is.",
    ],
    solution="""
        import numpy as np
        from kdlab import load_dataset, pretrained_teacher

        logits = pretrained_teacher("digits").test_logits
        nines = logits[load_dataset("digits").y_test == 9]
        answer = np.bincount(nines.argsort(axis=1)[:, -2]).argmax()
    """,
    praise="Nobody told the teacher which digits look alike. This is its dark knowledge.",
    answers=answers,
)
