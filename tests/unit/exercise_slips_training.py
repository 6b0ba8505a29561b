"""Plausible wrong answers to the exercises of lesson 03, each with what is to be said."""

# ruff: noqa: F821 - some learners misspell a name

from functools import cache
from io import BytesIO

import numpy as np
from exercise_slips import (
    CALLED,
    METHOD,
    MISSPELT,
    NO_RETURN,
    NUMBER,
    POWER,
    QUOTED,
    SAME,
    WITHOUT_BRACKETS,
    Later,
    Slip,
    test_logits,
    without_return,
)

import kdlab
from kdlab import kl_divergence, log_softmax, softmax
from kdlab.exercises import lesson_03

# ---- 3.1, as a learner repairs it ----------------------------------------------------------------


def loss(soft_weight=None, soft=None, kl=kl_divergence, hard=None, hard_t=False, weights=None,
         reduce=np.mean, sign=-1, all_t2=False):  # fmt: skip
    """Hinton's loss, with something wrong. `soft` and `hard` take student, teacher and T."""

    def answer(student, teacher, labels, t, alpha):
        a, b = weights(alpha) if weights else (alpha, 1 - alpha)
        chosen = np.arange(len(labels)), labels
        surprise = sign * log_softmax(student, t if hard_t else 1)[chosen]
        surprise = hard(student, teacher, t) if hard else surprise
        apart = kl(softmax(teacher, t), softmax(student, t))
        apart = soft(student, teacher, t) if soft else apart
        scale = t**2 if soft_weight is None else soft_weight
        scale = scale(t) if callable(scale) else scale
        both = a * scale * reduce(apart) + b * (t**2 if all_t2 else 1) * reduce(surprise)
        return both

    return answer


def with_labels(hard):
    """The loss with another hard part, of the student's logits and the labels."""

    def answer(student, teacher, labels, t, alpha):
        soft = kl_divergence(softmax(teacher, t), softmax(student, t)).mean()
        return alpha * t**2 * soft + (1 - alpha) * hard(student, teacher, labels)

    return answer


def picked(table, labels):
    return table[np.arange(len(labels)), labels]


def swapped(p, q):
    return kl_divergence(q, p)


def cross_entropy(p, student, t=1):
    return -(p * log_softmax(student, t)).sum(axis=1)


def flat(logits):
    """Probabilities taken for logits. (Less 1, so that kdlab does not warn of them.)"""
    return softmax(logits) - 1


def keras_loss(student, teacher, labels, T, alpha):
    from keras.losses import SparseCategoricalCrossentropy  # loaded late, as learners' code is

    hard = SparseCategoricalCrossentropy()(labels, student)
    soft = kl_divergence(softmax(teacher, T), softmax(student, T)).mean()
    return alpha * T**2 * soft + (1 - alpha) * hard


def misspelt_loss(student, teacher, labels, T, alpha):
    soft = kl_divergence(softmax(teacher, T), softmax(student, T)).mean()
    return alpha * T**2 * soft + (1 - alpha) * hard


_LEFT_2, _LEFT_3 = "Two of the four", "Three of the four"
_SIGN = "One of the four mistakes is left. A loss is small"
_T2 = "One of the four mistakes is left. When T goes up"
_ORDER = "One of the four mistakes is left. In KL(p || q) the truth"
_AT_T = "One of the four mistakes is left. After the training, a student"
_OF_TEACHER = "learns from the teacher's"
_TWICE = "on *probabilities*, after a first softmax"
_ONE_SIDE = "Which of the two is without it?"
_NO_LOG = "Its logarithm is missing"
_SQUARES = "Your soft part is a squared error"
_CLASSES_TOO = "the mean over the classes, too"

# ---- 3.2 -----------------------------------------------------------------------------------------


@cache
def _trained(balanced=True, n_images=(50,), alphas=(0, 0.9), temperatures=(4,), seeds=10, steps=2):
    return kdlab.train_cohort(
        kdlab.load_dataset(), kdlab.pretrained_teacher().train_logits, alphas=alphas,
        temperatures=temperatures, n_images=n_images, balanced=balanced, seeds=range(seeds),
        steps=steps,
    )  # fmt: skip


def cohort(**settings):
    """A cohort as exercise 3.2 asks for, but for these settings, and far too short a training."""
    return Later(lambda: _trained(**settings))


# ---- 3.4 -----------------------------------------------------------------------------------------


def stored(change):
    """What exercise 3.4 asks for, but for this change of the logits."""
    return lambda model, x: change(model(x, training=False).numpy())


def frozen_first(model, x):
    model.trainable = False
    return model.predict(x, verbose=0)


def changing(change):
    """What exercise 3.4 asks for, but for this change of the teacher."""

    def answer(model, x):
        logits = model(x, training=False)
        change(model)
        return logits

    return answer


_CLASSES = "Those are classes, one per image"
_PROBABILITIES = "Those are probabilities"
_TRAINING = "changes the teacher: its weights"
_FROZEN = "changes the teacher: you set `trainable`"
_BATCH = "A model takes a whole batch"

LESSON_03 = {
    lesson_03.loss: [
        Slip("one repaired", loss(soft_weight=1, kl=swapped, hard_t=True), _LEFT_3),
        Slip("another one repaired", loss(soft_weight=1, hard_t=True, sign=1), _LEFT_3),
        Slip("sign and T² left", loss(soft_weight=1, sign=1), _LEFT_2),
        Slip("order and T of the labels left", loss(kl=swapped, hard_t=True), _LEFT_2),
        Slip("minus forgotten", loss(sign=1), _SIGN),
        Slip("T² forgotten", loss(soft_weight=1), _T2),
        Slip("order left", loss(kl=swapped), _ORDER),
        Slip("labels at T", loss(hard_t=True), _AT_T),
        Slip("T for T²", loss(soft_weight=lambda t: t), "which is too little"),
        Slip("divided by T", loss(soft_weight=lambda t: 1 / t), "becomes even smaller when"),
        Slip("T² on both", loss(all_t2=True), "in front of both parts"),
        Slip("alpha swapped", loss(weights=lambda a: (1 - a, a)), "swapped the two weights"),
        Slip("alpha and the order", loss(weights=lambda a: (1 - a, a), kl=swapped),
             "swapped the two weights"),
        Slip("cross-entropy", loss(kl=lambda p, q: -(p * np.log(q)).sum(axis=1)),
             "That is the cross-entropy for the soft part"),
        Slip("sum", loss(reduce=np.sum), "twice as large for twice as many"),
        Slip("no mean", loss(reduce=np.asarray), "a number for each example"),
        Slip("hard part on soft labels", loss(hard=lambda s, z, t: cross_entropy(softmax(z), s)),
             _OF_TEACHER),
        Slip("hard part on soft labels at T",
             loss(hard=lambda s, z, t: cross_entropy(softmax(z, t), s)), _OF_TEACHER),
        Slip("hard part at T on soft labels",
             loss(hard=lambda s, z, t: cross_entropy(softmax(z, t), s, t)), _OF_TEACHER),
        Slip("divergence for the hard part",
             loss(hard=lambda s, z, t: kl_divergence(softmax(z), softmax(s))), _OF_TEACHER),
        Slip("softmax twice, on both sides",
             loss(soft=lambda s, z, t: kl_divergence(softmax(flat(z), t), softmax(flat(s), t))),
             _TWICE),
        Slip("softmax twice, for the teacher",
             loss(soft=lambda s, z, t: kl_divergence(softmax(flat(z), t), softmax(s, t))), _TWICE),
        Slip("teacher without T",
             loss(soft=lambda s, z, t: kl_divergence(softmax(z), softmax(s, t))),
             _ONE_SIDE),
        Slip("student without T",
             loss(soft=lambda s, z, t: kl_divergence(softmax(z, t), softmax(s))),
             _ONE_SIDE),
        Slip("soft part without T",
             loss(soft=lambda s, z, t: kl_divergence(softmax(z), softmax(s))),
             "Both p and q need T."),
        Slip("softmax for log_softmax", with_labels(lambda s, z, y: -picked(softmax(s), y).mean()),
             _NO_LOG),
        Slip("softmax, and no minus", with_labels(lambda s, z, y: picked(softmax(s), y).mean()),
             _NO_LOG),
        Slip("the teacher on the labels",
             with_labels(lambda s, z, y: -picked(log_softmax(z), y).mean()),
             "compares the *teacher* with"),
        Slip("minus in front of the soft part", loss(kl=lambda p, q: -kl_divergence(p, q)),
             "Your soft part is below 0"),
        Slip("minus in front of all", lambda *a: -loss()(*a), "The whole loss has the wrong sign"),
        Slip("a fixed factor", loss(soft_weight=16), "your soft part is 4 times as large"),
        Slip("a fourth of it", loss(soft_weight=lambda t: t**2 / 4), "part is 0.25 times as large"),
        Slip("2 T", loss(soft_weight=lambda t: 2 * t), "your soft part is 0.5 times as large"),
        Slip("T^2", loss(soft_weight=lambda t: t ^ 2), POWER),
        Slip("T² on the hard part", loss(soft_weight=1, all_t2=True),
             "T² stands in front of the hard part"),
        Slip("mean over the classes",
             loss(kl=lambda p, q: (p * np.log(p / q)).mean(axis=1)), _CLASSES_TOO),
        Slip("mean over the classes of the labels",
             with_labels(lambda s, z, y: -(np.eye(s.shape[1])[y] * log_softmax(s)).mean()),
             _CLASSES_TOO),
        Slip("all labels for each example",
             with_labels(lambda s, z, y: -log_softmax(s)[:, y].mean()), "takes one for each"),
        Slip("student and teacher swapped",
             lambda s, z, y, t, a: loss()(z, s, y, t, a), "swapped everywhere"),
        Slip("T of the lesson", lambda s, z, y, t, a: loss()(s, z, y, 4, a), "uses T = 4"),
        Slip("soft part alone", loss(weights=lambda a: (a, 0)), "The hard part is missing"),
        Slip("hard part alone", loss(weights=lambda a: (0, 1 - a)), "The soft part is missing"),
        Slip("cross-entropy of Keras, of logits", keras_loss, "Is `from_logits=True` missing?"),
        Slip("squared error of logits", loss(soft=lambda s, z, t: ((s - z) ** 2).mean(axis=1)),
             _SQUARES),
        Slip("squared error of logits, without T²",
             loss(soft_weight=1, soft=lambda s, z, t: ((s - z) ** 2).mean(axis=1)), _SQUARES),
        Slip("squared error of soft targets",
             loss(kl=lambda p, q: ((p - q) ** 2).sum(axis=1)), _SQUARES),
        Slip("something else for the soft part",
             loss(kl=lambda p, q: np.abs(p - q).sum(axis=1)), "At alpha = 1 the soft part", False),
        Slip("accuracy for the hard part",
             with_labels(lambda s, z, y: (s.argmax(1) == y).mean()), "the hard part alone counts"),
        Slip("no weights", loss(weights=lambda a: (1, 1)), "Which of your parts has its weight?"),
        Slip("one weight", loss(weights=lambda a: (a, 1)), "the weight of the hard part?"),
        Slip("the same weight", loss(weights=lambda a: (a, a)), "two weights add up to 1"),
        Slip("weights squared", loss(weights=lambda a: (a**2, (1 - a) ** 2)),
             "which weights do they have?"),
        Slip("misspelt", misspelt_loss, MISSPELT),
        Slip("no return", without_return, NO_RETURN),
        Slip("called", 1.234, NUMBER),
        Slip("a fixed number", lambda *_: 1.234, SAME),
        Slip("arguments left out", lambda student, teacher, labels: 1.0, "takes other arguments"),
    ],
    lesson_03.balanced: [
        Slip("the gain", 0.06, "the cohort itself"),
        Slip("a word", "larger", "the cohort itself"),
        Slip("the function", kdlab.train_cohort, "the cohort itself"),
        Slip("the interval", Later(lambda: kdlab.confidence_interval([0.05, 0.06, 0.07])),
             "the cohort that it was computed from"),
        Slip("the cohort and the interval", Later(
            lambda: (_trained(), kdlab.confidence_interval([0.05, 0.06, 0.07]))),
            "Give the cohort alone"),
        Slip("two cohorts", Later(lambda: [_trained(), _trained(balanced=False)]),
             "Give one cohort"),
        Slip("that of the lesson", cohort(balanced=False), "pass `balanced=True`"),
        Slip("other images", cohort(n_images=(100,)), "`n_images=[50]`"),
        Slip("several numbers of images", cohort(n_images=(50, 100)), "`n_images=[50]`"),
        Slip("all images", cohort(n_images=(None,)), "`n_images=[50]`"),
        Slip("no plain students", cohort(alphas=(0.9,)), "The plain students, to compare"),
        Slip("soft targets alone", cohort(alphas=(0, 1)),
             "about distilled students at `alpha=0.9`"),
        Slip("another temperature", cohort(temperatures=(1,)), "The question is about `T = 4`"),
        Slip("few seeds", cohort(seeds=5), "5 seed(s)"),
        Slip("stopped early", cohort(), "trained for 2 step(s), those of the lesson for 1,500"),
        Slip("what print gives back", None, "Your answer is None"),
    ],
    lesson_03.verdict: [
        Slip("the mean", "helps", "reaches below it"),
        Slip("the mean, as a sentence", "It helps.", "reaches below it"),
        Slip("the lower end", " Hurts", "most of it is above 0"),
        Slip("no effect", "no effect", "'No effect' is not shown"),
        Slip("no difference", "no difference", "'No effect' is not shown"),
        Slip("does not help", "It doesn't help", "'No effect' is not shown"),
        Slip("no", "no", "'No effect' is not shown"),
        Slip("yes", "yes", "reaches below it"),
        Slip("yes, and how", "Yes, it helps", "reaches below it"),
        Slip("unclear", "unclear", "the right one of the three"),
        Slip("inconclusive", "It is inconclusive.", "the right one of the three"),
        Slip("not significant", "not significant", "the right one of the three"),
        Slip("we cannot say", "It's unclear: we cannot say", '"hurts" or "cannot tell".', False),
        Slip("I cannot say", "I can't say", "the right one of the three"),
        Slip("I don't know", "I don't know", "the right one of the three"),
        Slip("perhaps", "perhaps", '"hurts" or "cannot tell".'),
        Slip("the number", 0.4, "What came is 0.4."),
        Slip("true", True, "What came is True."),
        Slip("a list", ["cannot tell"], WITHOUT_BRACKETS),
        Slip("two of them", "helps or cannot tell", '"hurts" or "cannot tell".'),
    ],
    lesson_03.stored: [
        Slip("training mode", lambda model, x: model(x, training=True), "dropout is on"),
        Slip("probabilities", stored(softmax), _PROBABILITIES),
        Slip("at T", stored(lambda z: softmax(z, 4)), _PROBABILITIES),
        Slip("divided by T", stored(lambda z: z / 4), "divided by 4"),
        Slip("classes", stored(lambda z: z.argmax(axis=1)), _CLASSES),
        Slip("one-hot", stored(lambda z: np.eye(5)[z.argmax(axis=1)]), "the teacher's labels"),
        Slip("largest logit", stored(lambda z: z.max(axis=1)), "the largest logit of each image"),
        Slip("confidence", stored(lambda z: softmax(z).max(axis=1)), "largest probability of each"),
        Slip("first image", stored(lambda z: z[0]), "the first image alone"),
        Slip("a batch", stored(lambda z: z[:8]), "an array of the shape (8, 5)"),
        Slip("mean", stored(lambda z: z.mean(axis=0)), "the mean over the images"),
        Slip("transposed", stored(np.transpose), "Rows and columns are exchanged"),
        Slip("sigmoid", stored(lambda z: 1 / (1 + np.exp(-z))), "You took a sigmoid"),
        Slip("log-probabilities", stored(log_softmax), "the logarithms of probabilities"),
        Slip("rounded", stored(lambda z: z.round(1)), "Were they rounded?"),
        Slip("trains it", changing(lambda model: model(np.ones((2, 4, 4, 1)), training=True)),
             _TRAINING),
        Slip("freezes it", changing(lambda model: setattr(model, "trainable", False)), _FROZEN),
        Slip("freezes it first", frozen_first, _FROZEN),
        Slip("renames it", changing(lambda model: setattr(model, "name", "mine")),
             "its layers or their settings"),
        Slip("image by image", lambda model, x: np.array([model(one) for one in x]), _BATCH),
        Slip("rows of pixels", lambda model, x: model(x.reshape(len(x), -1)), _BATCH),
        Slip("the shape", lambda model, x: model(x).shape, "Your function returns 2 numbers"),
        Slip("logits of the lesson", lambda model, x: test_logits(), SAME),
        Slip("saved", lambda model, x: np.save(BytesIO(), model(x, training=False)), NO_RETURN),
        Slip("one number", stored(lambda z: z.mean()), "Your function returns one number"),
        Slip("images divided", lambda model, x: model(x / 255, training=False),
             "did you multiply or divide them first?"),
        Slip("the sign", stored(lambda z: -z), "For the first image", False),
        Slip("the model", lambda model, x: model, "of the type Sequential"),
        Slip("brackets", lambda model, x: model(x, training=False).numpy, METHOD),
        Slip("no such method", lambda model, x: model.predict_classes(x), "no attribute"),
        Slip("no return", without_return, NO_RETURN),
        Slip("called", np.zeros((12, 5)), CALLED),
        Slip("a name in quotes", "my_stored_logits", QUOTED),
    ],
}  # fmt: skip
