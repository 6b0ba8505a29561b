"""Plausible wrong answers to the exercises of lessons 00 to 02, each with what is to be said.

Those of the lessons that train are in `exercise_slips_training.py`.
"""

# ruff: noqa: F821 - some learners misspell a name

from typing import NamedTuple

import numpy as np

import kdlab
from kdlab import entropy, kl_divergence, log_softmax, softmax
from kdlab.exercises import lesson_00, lesson_01, lesson_02


class Slip(NamedTuple):
    """What a learner may do, what comes of it, and a part of the reply.

    `fits`: the reply says what was probably thought, or points to the way; else it is only true.
    """

    what: str
    answer: object
    words: str
    fits: bool = True


class Later:
    """An answer that is worked out when it is needed."""

    def __init__(self, make):
        self.make = make


def nothing_known(logits, *_):
    return logit.argmax(axis=1)


def without_return(*_):
    print(end="")


def test_logits():
    return kdlab.pretrained_teacher("digits").test_logits


def nines():
    return test_logits()[kdlab.load_dataset("digits").y_test == 9]


LINE = "Your code stopped in line "  # and then which
NO_RETURN = "Does its last line begin with `return`?"
CALLED = "Give your function itself, its name without brackets"
METHOD = "Are the brackets missing behind a name"
TEXT = "Your function returns the text"

_TEMPERATURE = "Give one number, the temperature that you found."
_CAST = "what *The cast* calls it"

LESSON_00 = {
    lesson_00.temperature: [
        Slip("left as it was", 1, "still stands at 0.99: go up."),
        Slip("the preset that is near", 4, "still stands at 0.58: go up."),
        Slip("the next preset", 10, "is down to 0.26"),
        Slip("all the way", 50, "is down to 0.12"),
        Slip("the height of the bar", 0.4, "Did you give that for the temperature?"),
        Slip("the height in percent", 40, "Did you give that for the temperature?"),
        Slip("a whole range", (5, 8), _TEMPERATURE),
        Slip("zero", 0, "above 0"),
        Slip("below zero", -6, "above 0"),
        Slip("a word", "hot", _TEMPERATURE),
        Slip("the letter as well", "T = 6", _TEMPERATURE),
        Slip("yes", True, _TEMPERATURE),
        Slip("the explorer", Later(lambda: kdlab.TemperatureExplorer(test_logits()[:2])),
             "Give its number: `explorer.temperature`"),
        Slip("endless", float("inf"), _TEMPERATURE),
        Slip("what print gives back", None, "Your answer is None"),
    ],
    lesson_00.role: [
        Slip("the other", "Teacher ", "For whom is the training?"),
        Slip("the other, with its article", "the teacher", "For whom is the training?"),
        Slip("both", "both", "Which one is left?"),
        Slip("both by name", "teacher and student", "Which one is left?"),
        Slip("both in a list", ["teacher", "student"], "in quotes"),
        Slip("neither", "none", "Which one is left?"),
        Slip("misspelt", "studnet", _CAST),
        Slip("a description", "the small one", _CAST),
        Slip("not one of them", "not the teacher", _CAST),
        Slip("yes", True, "in quotes"),
        Slip("a number", 1, "in quotes"),
        Slip("an empty text", "", _CAST),
    ],
}  # fmt: skip

_SCORES = "You compared scores with labels"
_SURE = "how sure the model is"

LESSON_01 = {
    lesson_01.accuracy: [
        Slip("a count", lambda z, y: (z.argmax(1) == y).sum(), "how many are right"),
        Slip("errors", lambda z, y: (z.argmax(1) != y).mean(), "share of errors"),
        Slip("number of errors", lambda z, y: (z.argmax(1) != y).sum(), "how many are wrong"),
        Slip("percent", lambda z, y: 100 * (z.argmax(1) == y).mean(), "not a percentage"),
        Slip("wrong axis", lambda z, y: (z.argmax(0) == y).mean(), "largest logit of each class"),
        Slip("no axis", lambda z, y: (z.argmax() == y).mean(), "of the whole table"),
        Slip("logits and labels", lambda z, y: (z == y).mean(), _SCORES),
        Slip("logits and labels, by row", lambda z, y: (z == y[:, None]).mean(), _SCORES),
        Slip("logits and labels, no mean", lambda z, y: z == y, _SCORES),
        Slip("max for argmax", lambda z, y: (z.max(1) == y).mean(), "`max` gives the largest"),
        Slip("argmin", lambda z, y: (z.argmin(1) == y).mean(), "*smallest* logit"),
        Slip("probabilities and labels", lambda z, y: (softmax(z) == y).mean(), "ever right"),
        Slip("no mean", lambda z, y: z.argmax(axis=1) == y, "take their mean"),
        Slip("classes alone", lambda z, y: z.argmax(axis=1), "Now compare them"),
        Slip("confidence", lambda z, y: softmax(z).max(axis=1).mean(), _SURE),
        Slip("probability of the right class",
             lambda z, y: softmax(z)[np.arange(len(y)), y].mean(), "mean probability of the right"),
        Slip("all at once", lambda z, y: np.array_equal(z.argmax(1), y), "yes-or-no question"),
        Slip("brackets missing", lambda z, y: (z.argmax(1) == y).mean, METHOD),
        Slip("a text", lambda z, y: f"{(z.argmax(1) == y).mean():.0%}", TEXT),
        Slip("no return", without_return, NO_RETURN),
        Slip("misspelt", nothing_known, LINE),
        Slip("swapped", lambda z, y: kdlab.accuracy(y, z), LINE),
        Slip("called", 0.75, CALLED),
        Slip("one argument", lambda z: 1, "takes other arguments"),
        Slip("a fixed number", lambda z, y: 0.75, "of 10 are right"),
        Slip("divided by the classes", lambda z, y: (z.argmax(1) == y).sum() / z.shape[1],
             "of 20 are right"),
        Slip("another fixed number", lambda z, y: 0.6, "3 of 4 are right", fits=False),
    ],
    lesson_01.most_unsure: [
        Slip("the entropy itself", Later(lambda: entropy(softmax(test_logits())).max()),
             "the largest entropy itself"),
        Slip("the entropy, rounded", 1.30, "the largest entropy itself"),
        Slip("all entropies", Later(lambda: entropy(softmax(test_logits()))), "for all images"),
        Slip("all positions", Later(lambda: entropy(softmax(test_logits())).argsort()),
             "for all images"),
        Slip("the whole table", Later(lambda: softmax(test_logits()).argmax()),
             "Does it come from the training images"),
        Slip("most sure", Later(lambda: entropy(softmax(test_logits())).argmin()), "*most sure*"),
        Slip("weakest first choice", Later(lambda: softmax(test_logits()).max(axis=1).argmin()),
             "first choice is weakest"),
        Slip("own teacher, seed 1", 270, "Did you ask the teacher that you trained?"),
        Slip("own teacher, seed 2", 503, "Did you ask the teacher that you trained?"),
        Slip("own teacher, second place", 219, "Did you ask the teacher that you trained?"),
        Slip("counted from 1", 101, "Python counts from 0"),
        Slip("from the end", 100 - 540, "count from the front"),
        Slip("one past the end", 540, "Does it come from the training images"),
        Slip("training images", Later(
            lambda: entropy(softmax(kdlab.pretrained_teacher("digits").train_logits)).argmax()),
            "Does it come from the training images"),
        Slip("most surprised by the label", 326, "There the label surprises it most"),
        Slip("the weakest probability", Later(lambda: softmax(test_logits()).max(axis=1).min()),
             "Give one whole number"),
        Slip("the digit on it", 1, "nats; somewhere it is", False),
        Slip("any other", 7, "nats; somewhere it is", False),
        Slip("yes", True, "Give one whole number"),
        Slip("a word", "the 1", "Give one whole number"),
    ],
    lesson_01.runner_up: [
        Slip("the digit itself", 9, "comes first"),
        Slip("what the lesson's 9 looks like", 3, "3 comes second for 16 of the 54"),
        Slip("a fair guess", 7, "7 comes second for 5 of the 54"),
        Slip("never", 0, "0 comes second for 0 of the 54"),
        Slip("least likely", Later(lambda: np.bincount(nines().argsort(1)[:, 0]).argmax()),
             "comes *last* most often"),
        Slip("wrong end", Later(lambda: np.bincount(nines().argsort(1)[:, 1]).argmax()),
             "last but one most often"),
        Slip("how often", Later(lambda: np.bincount(nines().argsort(1)[:, -2]).max()),
             "That is how often"),
        Slip("all counts", Later(lambda: np.bincount(nines().argsort(1)[:, -2])),
             "several numbers"),
        Slip("all second places", Later(lambda: nines().argsort(1)[:, -2]), "several numbers"),
        Slip("a word", "nine", "Give one digit, as a number."),
        Slip("no digit", 12, "from 0 to 9"),
        Slip("below 0", -2, "from 0 to 9"),
        Slip("the mean place", 4.2, "Give one digit, as a number."),
        Slip("seldom", 1, "1 comes second for 2 of the 54"),
    ],
}  # fmt: skip


def unstable_softmax(z, t):
    return np.exp(z / t) / np.exp(z / t).sum()


def clipped_softmax(z, t):
    z = np.clip(z / t, -700, 700)
    return np.exp(z) / np.exp(z).sum()


def centred_softmax(z, t):
    return unstable_softmax(z - z.mean(), t)


def brackets_missing(z, t):
    z = z - z.max() / t
    return np.exp(z) / np.exp(z).sum()


_AT_1 = "That is the softmax at T = 1. Either T is not used yet, or it cancels"
_OVERFLOWS = "Right on small logits"
_TWICE = "You divided the *probabilities* by T, after a first softmax"
_ON_THE_WAY = "You are on the way"
_TOO_LARGE = "right at T = 1 only, and above T = 1 too large"
_SMALLER = "smaller still"
_FACTOR = "a factor alone"
_HIS_SIGN = "The sign was right"

LESSON_02 = {
    lesson_02.softmax: [
        Slip("softmax twice", lambda z, t: softmax(softmax(z) + 1, t), _TWICE),
        Slip("probabilities over T", lambda z, t: softmax(z) / t, "you divided the probabilities"),
        Slip("percent", lambda z, t: 100 * softmax(z, t), "not percentages"),
        Slip("rounded", lambda z, t: softmax(z, t).round(3), "Right, but rounded"),
        Slip("a power", lambda z, t: z ** (1 / t) / (z ** (1 / t)).sum(), "returns nan"),
        Slip("times T", lambda z, t: softmax(z * t), "multiplied by T"),
        Slip("T forgotten", lambda z, t: softmax(z), _AT_1),
        Slip("exp(z) / T, which cancels",
             lambda z, t: np.exp(z) / t / (np.exp(z) / t).sum(), _AT_1),
        Slip("brackets missing", brackets_missing, _AT_1),
        Slip("not divided", lambda z, t: np.exp(z / t), "What is each divided by?"),
        Slip("T missing below", lambda z, t: np.exp(z / t) / np.exp(z).sum(), "missing in the sum"),
        Slip("T missing above", lambda z, t: np.exp(z) / np.exp(z / t).sum(), "missing above"),
        Slip("mean for sum", lambda z, t: np.exp(z / t) / np.exp(z / t).mean(), "by the mean"),
        Slip("max for sum", lambda z, t: np.exp(z / t) / np.exp(z / t).max(), "by the largest"),
        Slip("no exp", lambda z, t: z / t, "is still to come"),
        Slip("shares of logits", lambda z, t: (z / t) / (z / t).sum(), "`exp` is missing"),
        Slip("logarithms", lambda z, t: log_softmax(z, t), "leave the last `log` out"),
        Slip("root, not divided", lambda z, t: softmax(z) ** (1 / t), "the ratios are right"),
        Slip("sigmoid", lambda z, t: 1 / (1 + np.exp(-z / t)), "that is a sigmoid"),
        Slip("powers of 2", lambda z, t: 2 ** (z / t) / (2 ** (z / t)).sum(), "powers of 2"),
        Slip("rounded down", lambda z, t: softmax(z // t), "rounds down"),
        Slip("a label", lambda z, t: np.eye(len(z))[z.argmax()], "That is a label"),
        Slip("the tallest", lambda z, t: softmax(z, t).max(), "That is one probability"),
        Slip("the sum", lambda z, t: softmax(z, t).sum(), "That is their sum"),
        Slip("overflow", unstable_softmax, _OVERFLOWS),
        Slip("clipped", clipped_softmax, _OVERFLOWS),
        Slip("mean for max", centred_softmax, _OVERFLOWS),
        Slip("two axes", lambda z, t: np.exp(z / t) / np.exp(z / t).sum(axis=1), LINE),
        Slip("no return", without_return, NO_RETURN),
        Slip("brackets", lambda z, t: softmax(z, t).round, METHOD),
        Slip("called", np.array([0.5, 0.5]), CALLED),
        Slip("reversed", lambda z, t: softmax(z, t)[::-1], "yours [", False),
    ],
    lesson_02.three_classes: [
        Slip("too low", 0.8, "1.02 effective classes: go up"),
        Slip("left as it was", 1, "1.05 effective classes: go up"),
        Slip("the number of classes", 3, "Three is how many classes it shall be"),
        Slip("that of the big prediction", 4, "3.95 effective classes: go down"),
        Slip("too high", 100, "9.99 effective classes: go down"),
        Slip("on the probabilities", 0.3, "on the *probabilities*"),
        Slip("the entropy", round(np.log(3), 2), "ln 3 = 1.10 is the entropy"),
        Slip("the average of all images", 4.7, "the average of all images"),
        Slip("zero", 0, "above 0"),
        Slip("below", -2, "above 0"),
        Slip("a word", "three", "Give one number, the temperature."),
        Slip("all temperatures", np.linspace(1, 5, 9), "Give one number, the temperature."),
        Slip("the image", 512, "the number of the image"),
        Slip("the explorer", Later(lambda: kdlab.TemperatureExplorer(test_logits()[:2])),
             "`explorer.temperature`"),
        Slip("yes", True, "Give one number, the temperature."),
    ],
    lesson_02.kl: [
        Slip("another class", [0.1, 0.1, 0.8], "does not name the first class"),
        Slip("undecided", [0.5, 0.5, 0.0], "does not name the first class"),
        Slip("all equal", [1 / 3, 1 / 3, 1 / 3], "does not name the first class"),
        Slip("the teacher itself", [0.70, 0.28, 0.02], "nearly what its teacher says"),
        Slip("nearly the teacher", [0.68, 0.30, 0.02], "nearly what its teacher says"),
        Slip("the other way round", [0.5, 0.05, 0.45], "Whose probabilities weigh"),
        Slip("the wrong class", [0.719, 0.28, 0.001], "hardly believes"),
        Slip("less sure", [0.45, 0.35, 0.2], "less sure than its teacher"),
        Slip("far, but not far enough", [0.9, 0.05, 0.05], "go on, much further"),
        Slip("far enough in bits", [0.98, 0.01, 0.01], "natural logarithm's unit"),
        Slip("very sure of the rest", [0.70, 0.05, 0.25], "go on, much further"),
        Slip("exactly 0", [1, 0, 0], "infinite"),
        Slip("percent", [98, 0.1, 1.9], "percentages"),
        Slip("not 1", [0.98, 0.2, 0.1], "and these to 1.28"),
        Slip("logits", [4.0, -2.0, -1.0], "Are those logits?"),
        Slip("the divergence", 1.3, "as in [0.5, 0.3, 0.2]."),
        Slip("two", [0.9, 0.1], "as in [0.5, 0.3, 0.2]."),
        Slip("text", "0.98, 0.01, 0.01", "as in [0.5, 0.3, 0.2]."),
        Slip("a function", lambda p, q: kl_divergence(p, q), "as in [0.5, 0.3, 0.2]."),
        Slip("more of the second", [0.55, 0.44, 0.01], "What if the student forgot it?"),
        Slip("no number", [float("nan"), 0, 1], "as in [0.5, 0.3, 0.2]."),
    ],
    lesson_02.gradient: [
        Slip("as it was", lambda g, T: g, "as it was. At T = 1 it lacks nothing"),
        Slip("T squared", lambda g, T: T**2 * g, _TOO_LARGE),
        Slip("T cubed", lambda g, T: T**3 * g, _TOO_LARGE),
        Slip("divided", lambda g, T: g / T, _SMALLER),
        Slip("divided twice", lambda g, T: g / T**2, _SMALLER),
        Slip("the sign", lambda g, T: -T * g, _HIS_SIGN),
        Slip("T squared and the sign", lambda g, T: -(T**2) * g, _HIS_SIGN),
        Slip("the sign alone", lambda g, T: -g, _HIS_SIGN),
        Slip("the factor", lambda g, T: T, _FACTOR),
        Slip("the wrong factor", lambda g, T: T**2, _FACTOR),
        Slip("added", lambda g, T: g + T, "You added"),
        Slip("sizes", lambda g, T: T * np.abs(g), "all signs are plus"),
        Slip("his image alone", lambda g, T: T * lesson_02.colleague(T), "Use its argument"),
        Slip("right for his image", lambda g, T: kdlab.soft_loss_gradient(
            np.zeros(10), test_logits()[512], T), "Use its argument"),
        Slip("a fixed number", lambda g, T: 4 * g, "Right for one case, and not for another"),
        Slip("the root", lambda g, T: T**0.5 * g, "multiplies his gradient by 2"),
        Slip("2 T", lambda g, T: 2 * T * g, "multiplies his gradient by 8"),
        Slip("a mean", lambda g, T: (T * g).mean(), "Your function returns one number"),
        Slip("softmax of it", lambda g, T: softmax(T * g), "it should begin with", False),
        Slip("no return", without_return, NO_RETURN),
        Slip("the factor, as a text", "T", CALLED),
        Slip("the factor at T = 4", 4, CALLED),
        Slip("brackets", lambda g, T: (T * g).mean, METHOD),
        Slip("other arguments", lambda s, t, T: T * (softmax(s, T) - softmax(t, T)),
             "takes other arguments"),
        Slip("misspelt", lambda g, T: t * g, LINE),
    ],
}  # fmt: skip
