"""Exercises of lesson 01, Train a teacher."""

import numpy as np

from kdlab.datasets import load_dataset
from kdlab.exercises.exercise import Exercise, expect
from kdlab.exercises.replies import compare, share_outside, whole_number
from kdlab.predictions.lesson_01 import answers
from kdlab.soft_targets import entropy, softmax
from kdlab.teachers import pretrained_teacher


def _right(logits, labels):
    return np.mean(logits.argmax(axis=1) == labels)


def _of_right_class(logits, labels):
    return softmax(logits)[np.arange(len(labels)), labels]


_COMPARED_SCORES = (
    "You compared scores with labels. A label is the number of a class: at which position of a row "
    "is the largest logit?"
)
_AS_ONE = "You took one largest logit of the whole table. Take one of each example, a row: axis=1."
_NO_MEAN = "Those are the hits, one for each example. The accuracy is one number: take their mean."
_PERCENT = "Give the share, between 0 and 1, not a percentage."
_COUNT = "That is how many are right. Accuracy is the share of them."
_SURE = (
    "That is how sure the model is of the class it names. The accuracy asks how often that class "
    "is the right one."
)

_ACCURACY_SLIPS = [
    (
        lambda z, y: 0.0,
        "Your function says that nothing is ever right. Do you compare classes with labels, or "
        "something else?",
    ),
    (lambda z, y: (z.argmax(axis=1) == y).sum(), _COUNT),
    (
        lambda z, y: (z.argmax(axis=1) != y).sum(),
        "That is how many are wrong. Accuracy is the share of those that are right.",
    ),
    (
        lambda z, y: (z.argmax(axis=1) != y).mean(),
        "That is the share of errors. Accuracy is the share of right answers.",
    ),
    (lambda z, y: 100 * _right(z, y), _PERCENT),
    (
        lambda z, y: (z.argmax(axis=0) == y).mean(),
        "You took the largest logit of each class. Take that of each example, a row: axis=1.",
    ),
    (lambda z, y: z.argmax(axis=1) == y, _NO_MEAN),
    (
        lambda z, y: z.argmax(axis=1),
        "Those are the classes that it names. Now compare them with the labels.",
    ),
    (lambda z, y: z.argmax() == y, _AS_ONE),
    (lambda z, y: (z.argmax() == y).mean(), _AS_ONE),
    (lambda z, y: (z == y).mean(), _COMPARED_SCORES),
    (lambda z, y: (z == y[:, None]).mean(), _COMPARED_SCORES),
    (lambda z, y: z == y, _COMPARED_SCORES),
    (
        lambda z, y: (z.max(axis=1) == y).mean(),
        "`max` gives the largest logit itself. You need its position: `argmax`.",
    ),
    (
        lambda z, y: (z.argmin(axis=1) == y).mean(),
        "`argmin` finds the *smallest* logit. Which one decides the class?",
    ),
    (
        lambda z, y: _right(z, y) * len(y) / 10,
        "You divided by 10, whatever came. Divide by the number of examples.",
    ),
    (lambda z, y: softmax(z).max(axis=1).mean(), _SURE),
    (
        lambda z, y: _of_right_class(z, y).mean(),
        "That is the mean probability of the right class. Accuracy only counts which class is "
        "named.",
    ),
]


# Seen only where there are more examples than classes.
_LONGER_SLIPS = [
    (
        lambda z, y: (z.argmax(axis=1) == y).sum() / z.shape[1],
        "You divided by the number of classes. Divide by the number of examples.",
    ),
]


def _guesses(n: int, seed: int):
    """Logits of `n` examples of ten classes, and labels of which about half are what they say."""
    rng = np.random.default_rng(seed)
    logits = rng.permuted(np.tile(np.arange(-3.0, 7), (n, 1)), axis=1)
    return logits, np.where(rng.random(n) < 0.5, logits.argmax(axis=1), rng.integers(10, size=n))


def _judge_accuracy(function):
    # As many examples as classes, so that a maximum along the wrong axis gives a number too; and
    # whole numbers, so that a logit can equal a label.
    small = np.array([[2.0, 1, 0, 0], [0.0, 3, 1, 0], [1.0, 0, 5, 0], [4.0, 0, 0, 0]])
    square = [(small, np.array([0, 1, 0, 0])), *(_guesses(10, seed) for seed in range(4))]

    def said(arguments, right, given):
        if given.ndim:
            return f"Return one number. Your function returns an array of the shape {given.shape}."
        n = len(arguments[1])
        return (
            f"{round(right * n)} of {n} are right, a share of {right:g}. Yours is {given:.4g}."
            f"{share_outside(given)}"
        )

    compare(function, _right, _ACCURACY_SLIPS, square, said)
    compare(function, _right, _LONGER_SLIPS, [*square, _guesses(20, 4)], said)


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
    probabilities = softmax(logits)
    uncertainty = entropy(probabilities)
    last = len(logits) - 1
    expect(
        np.size(answer) != len(logits),
        "Those are numbers for all images. Give one number, the position of the image.",
    )
    expect(
        not (isinstance(answer, float) and abs(answer - uncertainty.max()) < 0.01),
        "That is the largest entropy itself. At which position is it? `argmax` gives positions.",
    )
    expect(
        not (isinstance(answer, float) and abs(answer - probabilities.max(axis=1).min()) < 0.001),
        "That is a probability. Give the position of an image; and take the largest *entropy*, "
        "which counts all classes.",
    )
    index = whole_number(answer, "Give one whole number: the position of the image.")
    expect(index != last + 1, f"Counting starts at 0, so the last image is {last}.")
    expect(
        index <= last,
        f"Positions of test images go from 0 to {last}, and this is {index}. Does it come from the "
        "training images, or from a whole table, which has ten numbers for each image?",
    )
    expect(index >= 0, f"Positions go from 0 to {last}: count from the front.")
    right = int(uncertainty.argmax())
    if index == right:
        return
    expect(index != right + 1, "One too high: Python counts from 0.")
    expect(index != right - 1, "One too low: `argmax` counts from 0, so subtract nothing.")
    expect(
        index != int(uncertainty.argmin()),
        "That is where it is *most sure*: the smallest entropy. You want the largest.",
    )
    expect(
        index != int(probabilities.max(axis=1).argmin()),
        "There its largest probability is smallest. The entropy counts all classes, and is higher "
        "on another image.",
    )
    surprise = -np.log(probabilities[np.arange(len(logits)), load_dataset("digits").y_test])
    expect(
        index != int(surprise.argmax()),
        "There the label surprises it most: the teacher is sure, and wrong. The entropy says only "
        "how unsure it is.",
    )
    there = f"The pretrained teacher's entropy there is {uncertainty[index]:.2f} nats"
    # Among the tenth of which this teacher is least sure: every other teacher's choice is.
    expect(
        (uncertainty > uncertainty[index]).sum() >= len(logits) // 10,
        f"{there}; the highest is {uncertainty.max():.2f}. Did you ask the teacher that you "
        "trained? This exercise asks `pretrained.test_logits`.",
    )
    expect(False, f"{there}. On another image it is {uncertainty.max():.2f}.")


most_unsure = Exercise(
    "1.2",
    _judge_unsure,
    hints=[
        "`kdlab.entropy(kdlab.softmax(logits))` gives one number per image. The logits are "
        "`pretrained.test_logits`.",
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
    ranked = logits[digits.y_test == 9].argsort(axis=1)

    def most_at(place: int, rows=ranked) -> int:
        return int(np.bincount(rows[:, place], minlength=10).argmax())

    seconds = np.bincount(ranked[:, -2], minlength=10)
    right = int(seconds.argmax())
    expect(
        np.size(answer) == 1,
        "Those are several numbers. Give one digit: the one that stands in second place most "
        "often.",
    )
    guess = whole_number(answer, "Give one digit, as a number.")
    expect(
        guess != seconds.max(),
        f"That is how often: {guess} times. Give the digit that comes second so often.",
    )
    expect(0 <= guess <= 9, "A digit is from 0 to 9.")
    expect(guess != 9, "9 comes first for most of them. Which digit comes second?")
    expect(
        guess != most_at(0),
        f"{guess} comes *last* most often: `argsort` begins with the least likely class.",
    )
    expect(
        guess != most_at(1),
        f"{guess} is second from the *bottom* most often: `argsort` begins with the least likely "
        "class. Count from the end of each row.",
    )
    expect(
        guess == right,
        f"{guess} comes second for {seconds[guess]} of the {len(ranked)} nines, and another digit "
        "does so more often. Which column of `argsort` holds the second largest logit?",
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
