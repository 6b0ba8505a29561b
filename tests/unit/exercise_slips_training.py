"""Plausible wrong answers to the exercises of lessons 03 to 05, each with what is to be said."""

# ruff: noqa: F821 - some learners misspell a name

from functools import cache

import numpy as np
from exercise_slips import CALLED, LINE, METHOD, NO_RETURN, TEXT, Later, Slip, without_return
from scipy import stats

import kdlab
from kdlab import kl_divergence, log_softmax, softmax
from kdlab.exercises import lesson_03, lesson_04, lesson_05

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


def misspelt_loss(student, teacher, labels, T, alpha):
    soft = kl_divergence(softmax(teacher, T), softmax(student, T)).mean()
    return alpha * T**2 * soft + (1 - alpha) * hard


_LEFT_2, _LEFT_3 = "Two of the four", "Three of the four"
_SIGN = "One of the four mistakes is left. A loss is small"
_T2 = "One of the four mistakes is left. Raise T"
_ORDER = "One of the four mistakes is left. In KL(p || q) the truth"
_AT_T = "One of the four mistakes is left. In use, a student"
_OF_TEACHER = "learns from the teacher's"
_TWICE = "on *probabilities*, after a first softmax"
_ONE_SIDE = "Which of the two is without it?"
_NO_LOG = "It lacks the logarithm"

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


def changing(change):
    """What exercise 3.4 asks for, but for this change of the teacher."""

    def answer(model, x):
        logits = model(x, training=False)
        change(model)
        return logits

    return answer


_CLASSES = "Those are classes, one per image"
_PROBABILITIES = "Those are probabilities"
_CHANGES = "changes the teacher"

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
        Slip("divided by T", loss(soft_weight=lambda t: 1 / t), "fades even faster"),
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
             "takes no temperature"),
        Slip("softmax for log_softmax", with_labels(lambda s, z, y: -picked(softmax(s), y).mean()),
             _NO_LOG),
        Slip("softmax, and no minus", with_labels(lambda s, z, y: picked(softmax(s), y).mean()),
             _NO_LOG),
        Slip("the teacher on the labels",
             with_labels(lambda s, z, y: -picked(log_softmax(z), y).mean()), "*teacher* on the"),
        Slip("minus in front of the soft part", loss(kl=lambda p, q: -kl_divergence(p, q)),
             "Your soft part is below 0"),
        Slip("minus in front of all", lambda *a: -loss()(*a), "The whole loss has the wrong sign"),
        Slip("a fixed factor", loss(soft_weight=16), "the soft part alone counts"),
        Slip("a fourth of it", loss(soft_weight=lambda t: t**2 / 4), "the soft part alone counts"),
        Slip("accuracy for the hard part",
             with_labels(lambda s, z, y: (s.argmax(1) == y).mean()), "the hard part alone counts"),
        Slip("no weights", loss(weights=lambda a: (1, 1)), "Which of your parts has its weight?"),
        Slip("one weight", loss(weights=lambda a: (a, 1)), "the weight of the hard part?"),
        Slip("the same weight", loss(weights=lambda a: (a, a)), "two weights add up to 1"),
        Slip("weights squared", loss(weights=lambda a: (a**2, (1 - a) ** 2)),
             "how you put them together"),
        Slip("misspelt", misspelt_loss, LINE),
        Slip("no return", without_return, NO_RETURN),
        Slip("called", 1.234, CALLED),
        Slip("arguments left out", lambda student, teacher, labels: 1.0, "takes other arguments"),
    ],
    lesson_03.balanced: [
        Slip("the gain", 0.06, "the cohort itself"),
        Slip("a word", "larger", "the cohort itself"),
        Slip("the function", kdlab.train_cohort, "the cohort itself"),
        Slip("the interval", Later(lambda: kdlab.confidence_interval([0.05, 0.06, 0.07])),
             "the cohort that it came from"),
        Slip("two cohorts", Later(lambda: [_trained(), _trained(balanced=False)]),
             "Give one cohort"),
        Slip("that of the lesson", cohort(balanced=False), "pass `balanced=True`"),
        Slip("other images", cohort(n_images=(100,)), "`n_images=[50]`"),
        Slip("several numbers of images", cohort(n_images=(50, 100)), "`n_images=[50]`"),
        Slip("all images", cohort(n_images=(None,)), "`n_images=[50]`"),
        Slip("no plain students", cohort(alphas=(0.9,)), "The plain students are missing"),
        Slip("soft targets alone", cohort(alphas=(0, 1)), "asked at `alpha=0.9`"),
        Slip("another temperature", cohort(temperatures=(1,)), "The question is about `T = 4`"),
        Slip("few seeds", cohort(seeds=5), "5 seed(s)"),
        Slip("stopped early", cohort(), "not clear of 0"),
        Slip("what print gives back", None, "Your answer is None"),
    ],
    lesson_03.verdict: [
        Slip("the mean", "helps", "reaches below it"),
        Slip("the mean, as a sentence", "It helps.", "reaches below it"),
        Slip("the lower end", " Hurts", "lies mostly above"),
        Slip("no effect", "no effect", "was not shown either"),
        Slip("no difference", "no difference", "was not shown either"),
        Slip("does not help", "It doesn't help", "was not shown either"),
        Slip("no", "no", "was not shown either"),
        Slip("yes", "yes", '"hurts" or "cannot tell".', False),
        Slip("perhaps", "perhaps", '"hurts" or "cannot tell".'),
        Slip("the number", 0.4, '"hurts" or "cannot tell", in quotes'),
        Slip("true", True, '"hurts" or "cannot tell", in quotes'),
        Slip("a list", ["cannot tell"], '"hurts" or "cannot tell", in quotes'),
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
        Slip("a batch", stored(lambda z: z[:8]), "one row per image and one column"),
        Slip("mean", stored(lambda z: z.mean(axis=0)), "the mean over the images"),
        Slip("transposed", stored(np.transpose), "Rows and columns are exchanged"),
        Slip("sigmoid", stored(lambda z: 1 / (1 + np.exp(-z))), "A sigmoid"),
        Slip("log-probabilities", stored(log_softmax), "the logarithms of probabilities"),
        Slip("rounded", stored(lambda z: z.round(1)), "Were they rounded?"),
        Slip("trains it", changing(lambda model: model(np.ones((2, 4, 4, 1)), training=True)),
             _CHANGES),
        Slip("freezes it", changing(lambda model: setattr(model, "trainable", False)), _CHANGES),
        Slip("images divided", lambda model, x: model(x / 255, training=False),
             "were they multiplied or divided first?"),
        Slip("the sign", stored(lambda z: -z), "For the first image", False),
        Slip("the model", lambda model, x: model, "of the kind Sequential"),
        Slip("brackets", lambda model, x: model(x, training=False).numpy, METHOD),
        Slip("no such method", lambda model, x: model.predict_classes(x), LINE),
        Slip("no return", without_return, NO_RETURN),
        Slip("called", np.zeros((12, 5)), CALLED),
    ],
}  # fmt: skip


# ---- 4.3 -----------------------------------------------------------------------------------------


def interval(factor=None, root=True, ddof=1, df=1):
    """The paired interval, with one thing wrong."""

    def answer(a, b):
        d = a - b
        t = stats.t.ppf(0.975, len(d) - df) if factor is None else factor
        half = t * d.std(ddof=ddof) / (len(d) ** 0.5 if root else 1)
        return d.mean() - half, d.mean() + half

    return answer


def half_width(a, b):
    low, high = interval()(a, b)
    return (high - low) / 2


_SAME_SEED = "runs of the same seed only"
_RUNS = "How many duels are there?"
_EACH = "Return the share of all duels"
_SPREAD = "what is its standard error?"
_PAIRS = "*not* paired"
_TWO = "Return two numbers"

LESSON_04 = {
    lesson_04.losses: [
        Slip("C as well", "ABCE", "lacks its T²"),
        Slip("D as well", "ABDE", "on the teacher's probabilities"),
        Slip("F as well", "ABEF", "arguments swapped"),
        Slip("G as well", "ABEG", "squared error"),
        Slip("all", "ABCDEFG", "lacks its T²"),
        Slip("B left out", "AE", "but one is missing: it is not 0"),
        Slip("E left out", "AB", "Is a weight a mistake?"),
        Slip("A left out", "BE", "the formula of lesson 03"),
        Slip("A alone", "A", "but 2 are missing. One of them: it is not 0"),
        Slip("F for A", ["F", "B"], "arguments swapped"),
        Slip("a number", 3, "Give letters in quotes"),
        Slip("numbers", [1, 2, 5], "give those letters and nothing else"),
        Slip("none", "", "At least one"),
        Slip("another letter", "AX", "give those letters and nothing else"),
        Slip("a sentence", "A is right", "give those letters and nothing else"),
        Slip("true and false", {"A": True, "B": False}, "Give letters in quotes"),
    ],
    lesson_04.share: [
        Slip("same seeds", lambda a, b: (a > b).mean(), _SAME_SEED),
        Slip("same seeds, counted", lambda a, b: (a > b).sum(), _SAME_SEED),
        Slip("same seeds, each", lambda a, b: a > b, _SAME_SEED),
        Slip("ties", lambda a, b: (a[:, None] >= b).mean(), "A tie is not a win"),
        Slip("half a point", lambda a, b: 0.5 * ((a[:, None] >= b) * 1.0 + (a[:, None] > b)).mean(),
             "Half a point for a tie"),
        Slip("turned, with ties", lambda a, b: (a[:, None] <= b).mean(), "it is *not* ahead"),
        Slip("turned", lambda a, b: (a[:, None] < b).mean(), "how often the plain run is ahead"),
        Slip("percent", lambda a, b: 100 * (a[:, None] > b).mean(), "not a percentage"),
        Slip("a count", lambda a, b: (a[:, None] > b).sum(), "divide by the number of duels"),
        Slip("divided by the runs", lambda a, b: (a[:, None] > b).sum() / len(a), _RUNS),
        Slip("divided by all runs", lambda a, b: (a[:, None] > b).sum() / (2 * len(a)), _RUNS),
        Slip("no mean", lambda a, b: a[:, None] > b, "Return their share: the mean"),
        Slip("by distilled run", lambda a, b: (a[:, None] > b).mean(axis=1), _EACH),
        Slip("by plain run", lambda a, b: (a[:, None] > b).mean(axis=0), _EACH),
        Slip("the gain", lambda a, b: a.mean() - b.mean(), "That is the gain."),
        Slip("two means", lambda a, b: a.mean() > b.mean(), "yes-or-no question"),
        Slip("two means, as a number", lambda a, b: float(a.mean() > b.mean()),
             "compares two means"),
        Slip("over the mean", lambda a, b: (a > b.mean()).mean(), "beat the *mean*"),
        Slip("over the best", lambda a, b: (a > b.max()).mean(), "beat the *best*"),
        Slip("a fixed number", lambda a, b: 0.123, "Of the 81 duels here", False),
        Slip("as many of both", lambda a, b: (a[:, None] > b).sum() / len(a) ** 2,
             "Of the 35 duels here"),
        Slip("a text", lambda a, b: f"{(a[:, None] > b).mean():.0%}", TEXT),
        Slip("rounded", lambda a, b: round((a[:, None] > b).mean(), 2), "Right, but rounded"),
        Slip("misspelt", lambda distilled, plain: (destilled > plain).mean(), LINE),
        Slip("no return", without_return, NO_RETURN),
    ],
    lesson_04.interval: [
        Slip("1.96", interval(factor=1.96), "1.96 is for many runs"),
        Slip("2", interval(factor=2), "a rule of thumb"),
        Slip("no root", interval(root=False), _SPREAD),
        Slip("one deviation", interval(factor=1, root=False), _SPREAD),
        Slip("percentiles", lambda a, b: np.percentile(a - b, [2.5, 97.5]), _SPREAD),
        Slip("smallest and largest", lambda a, b: (min(a - b), max(a - b)), _SPREAD),
        Slip("one standard error", interval(factor=1), "One standard error either side"),
        Slip("one-sided", lambda a, b: interval(factor=stats.t.ppf(0.95, 7))(a, b), "holds 90 %"),
        Slip("n degrees of freedom", interval(df=0), "n - 1 degrees of freedom"),
        Slip("ddof", interval(ddof=0), "n - 1, not by n"),
        Slip("not paired", lambda a, b: lesson_04.unpaired_difference(a, b)[1:3], _PAIRS),
        Slip("not paired, by hand", lambda a, b: interval(factor=stats.t.ppf(0.975, 7) * np.sqrt(
            (a.var(ddof=1) + b.var(ddof=1)) / (a - b).var(ddof=1)))(a, b), _PAIRS),
        Slip("upper end first", lambda a, b: interval()(a, b)[::-1], "lower end comes first"),
        Slip("lower quantile", interval(factor=stats.t.ppf(0.025, 7)), "lower end comes first"),
        Slip("plain minus distilled", lambda a, b: interval()(b, a), "plain minus distilled"),
        Slip("points", lambda a, b: 100 * np.array(interval()(a, b)), "Those are points"),
        Slip("the mean", lambda a, b: (a - b).mean(), "That is the gain. Return its lower"),
        Slip("half the width", half_width, "That is half the width"),
        Slip("mean and half", lambda a, b: ((a - b).mean(), half_width(a, b)), "mean and half"),
        Slip("around 0", lambda a, b: (-half_width(a, b), half_width(a, b)), "lies around 0"),
        Slip("one arm", lambda a, b: interval()(a, 0 * b), "distilled students alone"),
        Slip("the whole interval", lambda a, b: kdlab.paired_difference(a, b), "whole `Interval`"),
        Slip("all differences", lambda a, b: a - b, _TWO),
        Slip("a text", lambda a, b: f"{interval()(a, b)}", TEXT),
        Slip("no import", lambda a, b: scipy.stats.t.ppf(0.975, 7), LINE),
        Slip("99 %", interval(factor=stats.t.ppf(0.995, 7)), "That holds 99 %"),
        Slip("95 % twice", interval(factor=3), "Here it is", False),
    ],
}  # fmt: skip


def raised(p, t):
    return (p ** (1 / t)) / (p ** (1 / t)).sum(axis=1, keepdims=True)


_ARTICLE = "the article's mistake"
_NOTHING = "T has no effect"
_ZEROS = "minus infinity"
_NO_SUCH = "no model of that name"

LESSON_05 = {
    lesson_05.distils: [
        Slip("B as well", "ABC", "nothing of the teacher reaches"),
        Slip("D as well", "ACD", "copies weights"),
        Slip("B alone", "B", "nothing of the teacher reaches"),
        Slip("D alone", "D", "copies weights"),
        Slip("all", "ABCD", "nothing of the teacher reaches"),
        Slip("A left out", "C", "At which T is that?"),
        Slip("C left out", "A", "Read its two lines once more"),
        Slip("C and D", ["C", "D"], "copies weights"),
        Slip("another letter", "E", "give those letters and nothing else"),
        Slip("a number", 3, "Give letters in quotes"),
        Slip("the line", "student.fit(x, teacher.predict(x))",
             "give those letters and nothing else"),
        Slip("none", [], "At least one"),
    ],
    lesson_05.rescue: [
        Slip("softmax of probabilities",
             lambda p, t: np.exp(p / t) / np.exp(p / t).sum(1, keepdims=True), _ARTICLE),
        Slip("divided", lambda p, t: p / t, "no longer add up"),
        Slip("as they came", lambda p, t: p, _NOTHING),
        Slip("T subtracted", lambda p, t: softmax(np.log(p) - t), _NOTHING),
        Slip("T inside the logarithm", lambda p, t: softmax(np.log(p / t)), _NOTHING),
        Slip("logits", lambda p, t: np.log(p), "the softmax are still to come"),
        Slip("logits over T", lambda p, t: np.log(p) / t, "Turn them into probabilities"),
        Slip("times T", lambda p, t: softmax(np.log(p) * t), "That sharpens"),
        Slip("power of T", lambda p, t: p**t / (p**t).sum(1, keepdims=True), "That sharpens"),
        Slip("root", lambda p, t: p ** (1 / t), "divide by its sum"),
        Slip("root, one sum", lambda p, t: p ** (1 / t) / (p ** (1 / t)).sum(), "sum of all rows"),
        Slip("columns", lambda p, t: softmax(np.log(p).T, t).T, "along the last axis"),
        Slip("of a sigmoid", lambda p, t: softmax(np.log(p / (1 - p)), t), "for two classes"),
        Slip("log10", lambda p, t: softmax(np.log10(p), t), "`log10`"),
        Slip("log2", lambda p, t: softmax(np.log2(p), t), "`log2`"),
        Slip("log1p", lambda p, t: softmax(np.log1p(p), t), "`log1p`"),
        Slip("one row", lambda p, t: softmax(np.log(p), t)[0], "the first image alone"),
        Slip("labels", lambda p, t: np.eye(3)[p.argmax(1)], "Those are labels"),
        Slip("percent", lambda p, t: 100 * raised(p, t), "not percentages"),
        Slip("zeros", lambda p, t: softmax(np.log(p), t), _ZEROS),
        Slip("zeros, by hand", lambda p, t: np.exp((z := np.log(p)) / t - z.min() / t)
             / np.exp(z / t - z.min() / t).sum(1, keepdims=True), _ZEROS),
        Slip("half of T", lambda p, t: softmax(np.log(p), t / 2), "yours are", False),
        Slip("the mean", lambda p, t: raised(p, t).mean(axis=1), "Return the shape you are given"),
        Slip("no return", without_return, NO_RETURN),
        Slip("misspelt", lambda p, t: softmax(np.log(probabilities), t), LINE),
    ],
    lesson_05.budget: [
        Slip("plain", "16 units, labels alone", "the same student distilled"),
        Slip("small and distilled", "16 units, distilled", "more units would fit"),
        Slip("pruned", "64 units, labels alone, 78 % pruned", "sort the board"),
        Slip("pruned and distilled", "64 units, distilled, 78 % pruned", "sort the board"),
        Slip("rounded", "64 units, labels alone, 8 bits", "who taught it"),
        Slip("the smallest", "16 units, distilled, 8 bits", "The smallest"),
        Slip("too large", "64 units, labels alone", "over the budget"),
        Slip("too large, distilled", "64 units, distilled", "over the budget"),
        Slip("other words", "the large one, distilled, rounded", _NO_SUCH),
        Slip("part of a name", "distilled", _NO_SUCH),
        Slip("no such model", "128 units", _NO_SUCH),
        Slip("bytes", 6000, "in quotes"),
        Slip("a row", 3, "in quotes"),
    ],
}  # fmt: skip
