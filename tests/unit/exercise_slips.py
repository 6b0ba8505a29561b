"""Plausible wrong answers to the exercises of lessons 00 to 02, each with what is to be said.

Those of lesson 03 are in `exercise_slips_training.py`, those of 04 and 05 in
`exercise_slips_proof.py`.
"""

# ruff: noqa: F821 - some learners misspell a name

import math
from typing import NamedTuple

import numpy as np
from scipy import special

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


MISSPELT = "Is the name written correctly?"
NO_RETURN = "Does its last line begin with `return`?"
CALLED = "without brackets. What came is of the type"
METHOD = "Are the brackets missing after a name"
QUOTED = "A text came. Give your function itself"
NUMBER = "A number came"
SAME = "Your function returns the same for every input"
POWER = "In Python a power is written `**`"
WITHOUT_BRACKETS = "Give the text itself, without brackets"
TEXT = "Your function returns the text"

_ONE_WORD = "Answer with one word only"
_CAST = "what *The cast* calls it"

LESSON_00 = {
    lesson_00.temperature: [
        Slip("left as it was", 1, "is 0.99, which is too tall: take a higher T."),
        Slip("the preset that is near", 4, "is 0.58, which is too tall"),
        Slip("the next preset", 10, "is 0.26, which is too small: take a lower T."),
        Slip("all the way", 50, "is 0.12, which is too small"),
        Slip("the height of the bar", 0.4, "Did you give that for the temperature?"),
        Slip("the height in percent", 40, "Did you give that for the temperature?"),
        Slip("a whole range", [5, 6, 8], "What came is 3 numbers."),
        Slip("a decimal comma", (2, 5), "write 2.5, not 2,5"),
        Slip("zero", 0, "above 0"),
        Slip("below zero", -6, "above 0"),
        Slip("a word", "hot", "What came is a text."),
        Slip("the letter as well", "T = 6", "Leave the letters out"),
        Slip("yes", True, "What came is True."),
        Slip("a function", np.mean, "What came is a function"),
        Slip("the explorer", Later(lambda: kdlab.TemperatureExplorer(test_logits()[:2])),
             "Give its number: `explorer.temperature`"),
        Slip("endless", float("inf"), "What came is inf."),
        Slip("what print gives back", None, "Your answer is None"),
    ],
    lesson_00.role: [
        Slip("the other", "Teacher ", "Which of the two is small enough?"),
        Slip("the other, with its article", "the teacher",
             "Which of the two is small enough?"),
        Slip("both", "both", "Which one do you use?"),
        Slip("both by name", "teacher and student", "Which one do you use?"),
        Slip("both in a list", ["teacher", "student"], WITHOUT_BRACKETS),
        Slip("the right one in a list", ["student"], WITHOUT_BRACKETS),
        Slip("both, one of them denied", "the student, not the teacher", _ONE_WORD),
        Slip("a sentence", "I will use the student", _ONE_WORD),
        Slip("neither", "none", "Which one do you use?"),
        Slip("misspelt", "studnet", _CAST),
        Slip("a description", "the small one", _CAST),
        Slip("not one of them", "not the teacher", _ONE_WORD),
        Slip("yes", True, "What came is True."),
        Slip("a number", 1, "What came is 1."),
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
        Slip("misspelt", nothing_known, MISSPELT),
        Slip("swapped", lambda z, y: kdlab.accuracy(y, z), "must have a row per example"),
        Slip("called", 0.75, NUMBER),
        Slip("a name in quotes", "my_accuracy", QUOTED),
        Slip("a list", [0.75], CALLED),
        Slip("one argument", lambda z: 1, "takes other arguments"),
        Slip("a fixed number", lambda z, y: 0.75, SAME),
        Slip("divided by the classes", lambda z, y: (z.argmax(1) == y).sum() / z.shape[1],
             "by the number of classes"),
        Slip("divided by 10", lambda z, y: (z.argmax(1) == y).sum() / 10, "You divided by 10"),
        Slip("the first half", lambda z, y: (z.argmax(1) == y)[: len(y) // 2].mean(),
             "3 of 4 are right", fits=False),
        Slip("one question for all", lambda z, y: 1 if z.argmax(1) == y else 0,
             "take one True or False"),
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
             "largest probability is smallest"),
        Slip("own teacher, seed 1", 270, "Did you ask the teacher that you trained?"),
        Slip("own teacher, seed 2", 503, "Did you ask the teacher that you trained?"),
        Slip("own teacher, second place", 219, "Did you ask the teacher that you trained?"),
        Slip("counted from 1", 101, "Python counts from 0"),
        Slip("from the end", 100 - 540, "count from the front"),
        Slip("one past the end", 540, "so the last image is 539"),
        Slip("one too low", 99, "One too low"),
        Slip("`argmax` not called", Later(lambda: entropy(softmax(test_logits())).argmax),
             "What came is a function"),
        Slip("training images", Later(
            lambda: entropy(softmax(kdlab.pretrained_teacher("digits").train_logits)).argmax()),
            "Does it come from the training images"),
        Slip("most surprised by the label", 326, "There the label surprises it most"),
        Slip("the weakest probability", Later(lambda: softmax(test_logits()).max(axis=1).min()),
             "That is a probability"),
        Slip("the digit on it", 1, "On another image it is", False),
        Slip("any other", 7, "On another image it is", False),
        Slip("with a word", "image 100", "Leave the letters out"),
        Slip("yes", True, "What came is True."),
        Slip("a word", "the one", "What came is a text."),
    ],
    lesson_01.runner_up: [
        Slip("the digit itself", 9, "comes first"),
        Slip("what the lesson's 9 looks like", 3, "3 comes second for 16 of the 54"),
        Slip("a fair guess", 7, "7 comes second for 5 of the 54"),
        Slip("never", 0, "0 comes second for 0 of the 54"),
        Slip("least likely", Later(lambda: np.bincount(nines().argsort(1)[:, 0]).argmax()),
             "comes *last* most often"),
        Slip("wrong end", Later(lambda: np.bincount(nines().argsort(1)[:, 1]).argmax()),
             "second from the *bottom* most often"),
        Slip("how often", Later(lambda: np.bincount(nines().argsort(1)[:, -2]).max()),
             "That is how often"),
        Slip("all counts", Later(lambda: np.bincount(nines().argsort(1)[:, -2])),
             "the one that stands in second place"),
        Slip("all second places", Later(lambda: nines().argsort(1)[:, -2]),
             "the one that stands in second place"),
        Slip("a word", "nine", "Give one digit, as a number."),
        Slip("no digit", 12, "from 0 to 9"),
        Slip("below 0", -2, "from 0 to 9"),
        Slip("the mean place", 4.2, "Give one digit, as a number."),
        Slip("the digit, and how often", (4, 22), "the one that stands in second place"),
        Slip("seldom", 1, "1 comes second for 2 of the 54"),
    ],
}  # fmt: skip


def unstable_softmax(z, t):
    return np.exp(z / t) / np.exp(z / t).sum()


def clipped_softmax(z, t):
    z = np.clip(z / t, -700, 700)
    return np.exp(z) / np.exp(z).sum()


def python_softmax(z, t):
    powers = [math.exp(one / t) for one in z]
    return [power / sum(powers) for power in powers]


def centred_softmax(z, t):
    return unstable_softmax(z - z.mean(), t)


def brackets_missing(z, t):
    z = z - z.max() / t
    return np.exp(z) / np.exp(z).sum()


_AT_1 = "That is the softmax at T = 1. Either T is not used yet, or it cancels"
_OVERFLOWS = "But for [2000.0, 0.0] it should be"
_LOSES = "But for [2000.0, 1999.0] it should be"
_TWICE = "You divided the *probabilities* by T, after a first softmax"
_TOO_LARGE = "right at T = 1 only, and above T = 1 too large"
_SMALLER = "even smaller"
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
        Slip("T missing below",
             lambda z, t: np.exp(z / t) / np.exp(z).sum(), "in the denominator, the sum"),
        Slip("T missing above",
             lambda z, t: np.exp(z) / np.exp(z / t).sum(), "missing in the numerator"),
        Slip("mean for sum", lambda z, t: np.exp(z / t) / np.exp(z / t).mean(), "by the mean"),
        Slip("max for sum", lambda z, t: np.exp(z / t) / np.exp(z / t).max(), "by the largest"),
        Slip("no exp", lambda z, t: z / t, "Now take the softmax"),
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
        Slip("clipped", clipped_softmax, _LOSES),
        Slip("mean for max", centred_softmax, _OVERFLOWS),
        Slip("minimum for maximum", lambda z, t: unstable_softmax(z - z.min(), t), _OVERFLOWS),
        Slip("a list, with Python's own exp", python_softmax, _OVERFLOWS),
        Slip("arguments swapped", lambda z, t: softmax(t, z), "in the right order?"),
        Slip("T^2", lambda z, t: softmax(z / t ^ 2), POWER),
        Slip("T²", lambda z, t: softmax(z / t**2), "divided by T twice"),
        Slip("T twice", lambda z, t: softmax(z / t, t), "divided by T twice"),
        Slip("the root of T", lambda z, t: softmax(z, t**0.5), "by the root of T"),
        Slip("a minus", lambda z, t: np.exp(-z / t) / np.exp(-z / t).sum(), "*smallest* logit"),
        Slip("maximum above only",
             lambda z, t: np.exp((z - z.max()) / t) / np.exp(z / t).sum(), "in only one of the"),
        Slip("maximum below only",
             lambda z, t: np.exp(z / t) / np.exp((z - z.max()) / t).sum(), "in only one of the"),
        Slip("the axis of SciPy", lambda z, t: special.softmax(z, t), "is an axis, not T"),
        Slip("no np", lambda z, t: exp(z / t), MISSPELT),
        Slip("math for an array", lambda z, t: math.exp(z / t), "takes one number, and an array"),
        Slip("half of it", lambda z, t: softmax(z, t) / 2, "(Yours add up to 0.5, not to 1.)"),
        Slip("shares of the sum of logits", lambda z, t: np.exp(z / t) / (z / t).sum(),
             "(Yours add up to 8.02, not to 1.)"),
        Slip("a loop that sums", lambda z, t: sum(np.exp(one / t) for one in z),
             "Return one probability for each logit, 3 numbers here"),
        Slip("logarithm of the sum", lambda z, t: np.exp(z / t - np.log(np.exp(z / t).sum())),
             _OVERFLOWS),
        Slip("a fixed row", lambda z, t: [0.7, 0.2, 0.1], SAME),
        Slip("two axes", lambda z, t: np.exp(z / t) / np.exp(z / t).sum(axis=1),
             "you may leave it out"),
        Slip("no return", without_return, NO_RETURN),
        Slip("brackets", lambda z, t: softmax(z, t).round, METHOD),
        Slip("called", np.array([0.5, 0.5]), CALLED),
        Slip("reversed", lambda z, t: softmax(z, t)[::-1],
             "and yours is [0.151, 0.32, 0.528].", False),
    ],
    lesson_02.three_classes: [
        Slip("too low", 0.8, "1.02 effective classes: take a higher T"),
        Slip("left as it was", 1, "1.05 effective classes: take a higher T"),
        Slip("the number of classes", 3, "Three is how many classes it should have"),
        Slip("that of the big prediction", 4, "3.95 effective classes: take a lower T"),
        Slip("too high", 100, "9.99 effective classes: take a lower T"),
        Slip("on the probabilities", 0.3, "if T divided the *probabilities*"),
        Slip("the entropy", round(np.log(3), 2), "ln 3 = 1.10 is the entropy"),
        Slip("the average of all images", 4.7, "the average of all images, and also 2**"),
        Slip("powers of 2", 4.74, "the average of all images, and also 2**"),
        Slip("a decimal comma", (3, 3), "write 3.3, not 3,3"),
        Slip("the letter as well", "T=3.5", "Leave the letters out"),
        Slip("zero", 0, "above 0"),
        Slip("below", -2, "above 0"),
        Slip("a word", "three", "What came is a text."),
        Slip("all temperatures", np.linspace(1, 5, 9), "What came is 9 numbers."),
        Slip("the image", 512, "the number of the image"),
        Slip("the explorer", Later(lambda: kdlab.TemperatureExplorer(test_logits()[:2])),
             "`explorer.temperature`"),
        Slip("yes", True, "What came is True."),
    ],
    lesson_02.kl: [
        Slip("another class", [0.1, 0.1, 0.8], "does not name the first class"),
        Slip("undecided", [0.5, 0.5, 0.0], "Here two are equal"),
        Slip("all equal", [1 / 3, 1 / 3, 1 / 3], "Here two are equal"),
        Slip("the teacher itself", [0.70, 0.28, 0.02], "nearly the same as its teacher"),
        Slip("nearly the teacher", [0.68, 0.30, 0.02], "nearly the same as its teacher"),
        Slip("the other way round", [0.5, 0.05, 0.45], "stand in front of the logarithm?"),
        Slip("the wrong class", [0.719, 0.28, 0.001], "You took probability from the third class"),
        Slip("less sure", [0.45, 0.35, 0.2], "less sure than its teacher"),
        Slip("far, but not far enough", [0.9, 0.05, 0.05], "go on, much further"),
        Slip("far enough in bits", [0.98, 0.01, 0.01], "You are near: go on."),
        Slip("very sure of the rest", [0.70, 0.05, 0.25], "go on, much further"),
        Slip("exactly 0", [1, 0, 0], "infinite"),
        Slip("percent", [98, 0.1, 1.9], "percentages"),
        Slip("not 1", [0.98, 0.2, 0.1], "and these to 1.28"),
        Slip("logits", [4.0, -2.0, -1.0], "Are those logits?"),
        Slip("the divergence", 1.3, "What came is one number."),
        Slip("two", [0.9, 0.1], "What came is 2 numbers."),
        Slip("text", "0.98, 0.01, 0.01", "leave the quotes out"),
        Slip("a function", lambda p, q: kl_divergence(p, q), "What came is a function"),
        Slip("decimal commas", (0, 98, 0, 1, 0, 1), "write 0.98, not 0,98"),
        Slip("more of the second", [0.55, 0.44, 0.01], "What if the student forgot that one?"),
        Slip("no number", [float("nan"), 0, 1], "What came is [nan"),
    ],
    lesson_02.gradient: [
        Slip("as it was", lambda g, T: g, "as it was. At T = 1 it is right"),
        Slip("T squared", lambda g, T: T**2 * g, _TOO_LARGE),
        Slip("T cubed", lambda g, T: T**3 * g, _TOO_LARGE),
        Slip("divided", lambda g, T: g / T, _SMALLER),
        Slip("divided twice", lambda g, T: g / T**2, _SMALLER),
        Slip("the sign", lambda g, T: -T * g, _HIS_SIGN),
        Slip("T squared and the sign", lambda g, T: -(T**2) * g, _HIS_SIGN),
        Slip("the sign alone", lambda g, T: -g, _HIS_SIGN),
        Slip("the factor", lambda g, T: T, _FACTOR),
        Slip("the wrong factor", lambda g, T: T**2, _FACTOR),
        Slip("the ratio", lambda g, T: T * g / g, _FACTOR),
        Slip("T^2", lambda g, T: T ^ 2 * g, POWER),
        Slip("a fixed gradient", lambda g, T: lesson_02.colleague(4.0), SAME),
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
        Slip("the factor, as a text", "T", QUOTED),
        Slip("the factor at T = 4", 4, NUMBER),
        Slip("brackets", lambda g, T: (T * g).mean, METHOD),
        Slip("other arguments", lambda s, t, T: T * (softmax(s, T) - softmax(t, T)),
             "takes other arguments"),
        Slip("misspelt", lambda g, T: t * g, MISSPELT),
    ],
}  # fmt: skip
