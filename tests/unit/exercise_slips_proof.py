"""Plausible wrong answers to the exercises of lessons 04 and 05, each with what is to be said."""

# ruff: noqa: F821 - some learners misspell a name

import numpy as np
from exercise_slips import (
    MISSPELT,
    NO_RETURN,
    POWER,
    SAME,
    TEXT,
    WITHOUT_BRACKETS,
    Slip,
    without_return,
)
from scipy import stats

import kdlab
from kdlab import softmax
from kdlab.exercises import lesson_04, lesson_05

# ---- 4.3 -----------------------------------------------------------------------------------------


def interval(factor=None, root=True, ddof=1, df=1):
    """The paired interval, with one thing wrong."""

    def answer(a, b):
        d = a - b
        t = stats.t.ppf(0.975, len(d) - df) if factor is None else factor
        t = t(len(d)) if callable(t) else t
        half = t * d.std(ddof=ddof) / (len(d) ** 0.5 if root else 1)
        return d.mean() - half, d.mean() + half

    return answer


def unpaired_by_hand(a, b):
    half = stats.t.ppf(0.975, len(a) - 1) * np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / len(a))
    return (a - b).mean() - half, (a - b).mean() + half


def half_width(a, b):
    low, high = interval()(a, b)
    return (high - low) / 2


_SAME_SEED = "runs of the same seed only"
_RUNS = "How many comparisons are there?"
_EACH = "Return the share of all comparisons"
_SPREAD = "what is its standard error?"
_PAIRS = "*not* paired"
_TWO = "Return two numbers"

LESSON_04 = {
    lesson_04.losses: [
        Slip("C as well", "ABCE", "C has no T²"),
        Slip("D as well", "ABDE", "on the teacher's probabilities"),
        Slip("F as well", "ABEF", "arguments swapped"),
        Slip("G as well", "ABEG", "squared error"),
        Slip("all", "ABCDEFG", "C has no T²"),
        Slip("B left out", "AE", "but one is missing: it is not 0"),
        Slip("E left out", "AB", "Is that number a mistake?"),
        Slip("A left out", "BE", "exactly the formula of lesson 03"),
        Slip("A alone", "A", "but 2 are missing. One of them: it is not 0"),
        Slip("F for A", ["F", "B"], "arguments swapped"),
        Slip("a number", 3, "Give letters in quotes"),
        Slip("numbers", [1, 2, 5], "give those letters and nothing else"),
        Slip("none", "", "Name at least one"),
        Slip("another letter", "AX", "give those letters and nothing else"),
        Slip("a sentence", "A is right", "give those letters and nothing else"),
        Slip("true and false", {"A": True, "B": False}, "Give letters in quotes"),
    ],
    lesson_04.share: [
        Slip("same seeds", lambda a, b: (a > b).mean(), _SAME_SEED),
        Slip("same seeds, counted", lambda a, b: (a > b).sum(), _SAME_SEED),
        Slip("same seeds, each", lambda a, b: a > b, _SAME_SEED),
        Slip("ties", lambda a, b: (a[:, None] >= b).mean(), "Equal is not better"),
        Slip("half a point", lambda a, b: 0.5 * ((a[:, None] >= b) * 1.0 + (a[:, None] > b)).mean(),
             "two equal runs as a half"),
        Slip("turned, with ties", lambda a, b: (a[:, None] <= b).mean(),
             "the distilled run is *not* better"),
        Slip("turned", lambda a, b: (a[:, None] < b).mean(), "how often the plain run is better"),
        Slip("percent", lambda a, b: 100 * (a[:, None] > b).mean(), "not a percentage"),
        Slip("a count", lambda a, b: (a[:, None] > b).sum(), "divide by the number of comparisons"),
        Slip("divided by the runs", lambda a, b: (a[:, None] > b).sum() / len(a), _RUNS),
        Slip("divided by all runs", lambda a, b: (a[:, None] > b).sum() / (2 * len(a)), _RUNS),
        Slip("no mean", lambda a, b: a[:, None] > b, "True and False, one for each"),
        Slip("by distilled run", lambda a, b: (a[:, None] > b).mean(axis=1), _EACH),
        Slip("by plain run", lambda a, b: (a[:, None] > b).mean(axis=0), _EACH),
        Slip("the gain", lambda a, b: a.mean() - b.mean(), "That is the gain."),
        Slip("two means", lambda a, b: a.mean() > b.mean(), "yes-or-no question"),
        Slip("two means, as a number", lambda a, b: float(a.mean() > b.mean()),
             "compares two means"),
        Slip("over the mean", lambda a, b: (a > b.mean()).mean(), "above the *mean*"),
        Slip("over the best", lambda a, b: (a > b.max()).mean(), "above the *best*"),
        Slip("a fixed number", lambda a, b: 0.123, SAME),
        Slip("of the best half", lambda a, b: (a[a > 0.9][:, None] > b).mean(),
             "Yours is 1.000.", False),
        Slip("of Mann and Whitney", lambda a, b: stats.mannwhitneyu(a, b).statistic,
             "of Mann and Whitney"),
        Slip("a share of 2", lambda a, b: 2 * (a[:, None] > b).mean(),
             "(A share is between 0 and 1.)"),
        Slip("sorted", lambda a, b: (np.sort(a) > np.sort(b)).mean(), "place by place"),
        Slip("other seeds only", lambda a, b: np.mean(
            [a[i] > b[j] for i in range(len(a)) for j in range(len(b)) if i != j]), "left out"),
        Slip("an if", lambda a, b: 1 if a > b else 0, "take one True or False"),
        Slip("as many of both", lambda a, b: (a[:, None] > b).sum() / len(a) ** 2,
             "you divided by 49"),
        Slip("a text", lambda a, b: f"{(a[:, None] > b).mean():.0%}", TEXT),
        Slip("rounded", lambda a, b: round((a[:, None] > b).mean(), 2), "Right, but rounded"),
        Slip("misspelt", lambda distilled, plain: (destilled > plain).mean(), MISSPELT),
        Slip("no return", without_return, NO_RETURN),
    ],
    lesson_04.interval: [
        Slip("1.96", interval(factor=1.96), "1.96 is for many runs. With eight"),
        Slip("2", interval(factor=2), "good enough for many runs only"),
        Slip("no root", interval(root=False), _SPREAD),
        Slip("one deviation", interval(factor=1, root=False), _SPREAD),
        Slip("percentiles", lambda a, b: np.percentile(a - b, [2.5, 97.5]), _SPREAD),
        Slip("smallest and largest", lambda a, b: (min(a - b), max(a - b)), _SPREAD),
        Slip("one standard error", interval(factor=1), "One standard error on each side"),
        Slip("one-sided", lambda a, b: interval(factor=lambda n: stats.t.ppf(0.95, n - 1))(a, b),
             "an interval of 90 %"),
        Slip("n degrees of freedom", interval(df=0), "n - 1 degrees of freedom"),
        Slip("ddof", interval(ddof=0), "n - 1, not by n"),
        Slip("not paired", lambda a, b: lesson_04.unpaired_difference(a, b)[1:3], _PAIRS),
        Slip("not paired, by hand", unpaired_by_hand, _PAIRS),
        Slip("not paired, by a test",
             lambda a, b: stats.ttest_ind(a, b).confidence_interval(), _PAIRS),
        Slip("upper end first", lambda a, b: interval()(a, b)[::-1], "lower end comes first"),
        Slip("lower quantile", interval(factor=lambda n: stats.t.ppf(0.025, n - 1)),
             "lower end comes first"),
        Slip("plain minus distilled", lambda a, b: interval()(b, a), "plain minus distilled"),
        Slip("points", lambda a, b: 100 * np.array(interval()(a, b)),
             "Those are percentage points"),
        Slip("the mean", lambda a, b: (a - b).mean(), "That is the gain. Return its lower"),
        Slip("half the width", half_width, "That is half the width"),
        Slip("mean and half", lambda a, b: ((a - b).mean(), half_width(a, b)), "mean and half"),
        Slip("around 0", lambda a, b: (-half_width(a, b), half_width(a, b)), "Yours has 0 there"),
        Slip("one arm", lambda a, b: interval()(a, 0 * b), "distilled students alone"),
        Slip("the whole interval", lambda a, b: kdlab.paired_difference(a, b), "whole `Interval`"),
        Slip("all differences", lambda a, b: a - b, _TWO),
        Slip("a text", lambda a, b: f"{interval()(a, b)}", TEXT),
        Slip("no import", lambda a, b: scipy.stats.t.ppf(0.975, 7), MISSPELT),
        Slip("99 %", interval(factor=lambda n: stats.t.ppf(0.995, n - 1)), "an interval of 99 %"),
        Slip("1.96 and a deviation of NumPy", interval(factor=1.96, ddof=0),
             "Change two things"),
        Slip("t and p", lambda a, b: stats.ttest_rel(a, b), "t and p of a test"),
        Slip("t of ten runs", interval(factor=2.262), "is Student's t for 10 runs only"),
        Slip("t of eight runs", interval(factor=2.365), "is Student's t for 8 runs only"),
        Slip("the variance", lambda a, b: (
            (d := a - b).mean() - (half := stats.t.ppf(0.975, len(d) - 1) * d.var(ddof=1)
                                   / len(d) ** 0.5), d.mean() + half), "You took the variance"),
        Slip("divided by n", lambda a, b: interval(factor=lambda n: stats.t.ppf(0.975, n - 1)
             / n**0.5)(a, b), "divided by the *root*"),
        Slip("a quantile in percent", interval(factor=lambda n: stats.t.ppf(97.5, n - 1)),
             "Was a quantile asked for 97.5?"),
        Slip("a power", lambda a, b: (a - b).mean() + (a - b) ^ 2, POWER),
        Slip("95 % twice", interval(factor=3), "Here it should be", False),
    ],
}  # fmt: skip


def raised(p, t):
    return (p ** (1 / t)) / (p ** (1 / t)).sum(axis=1, keepdims=True)


_ARTICLE = "the article's mistake"
_NOTHING = "T has no effect"
_ZEROS = "exactly 0 is minus infinity"
_SURER = "makes the largest probability larger"
_LIMIT = "changes small probabilities"
_NO_SUCH = "no model of that name"
_TWO = "There are two models of this kind"

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
        Slip("none", [], "Name at least one"),
    ],
    lesson_05.rescue: [
        Slip("softmax of probabilities",
             lambda p, t: np.exp(p / t) / np.exp(p / t).sum(1, keepdims=True), _ARTICLE),
        Slip("divided", lambda p, t: p / t, "no longer add up"),
        Slip("as they came", lambda p, t: p, _NOTHING),
        Slip("T subtracted", lambda p, t: softmax(np.log(p) - t), _NOTHING),
        Slip("T inside the logarithm", lambda p, t: softmax(np.log(p / t)), _NOTHING),
        Slip("logits", lambda p, t: np.log(p), "and take the softmax"),
        Slip("logits over T", lambda p, t: np.log(p) / t, "Turn them into probabilities"),
        Slip("times T", lambda p, t: softmax(np.log(p) * t), _SURER),
        Slip("power of T", lambda p, t: p**t / (p**t).sum(1, keepdims=True), _SURER),
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
        Slip("exp for log", lambda p, t: softmax(np.exp(p), t), "takes `exp` already"),
        Slip("a minus", lambda p, t: softmax(-np.log(p), t), "*smallest* probability"),
        Slip("T twice", lambda p, t: softmax(np.log(p) / t, t), "divided by T twice"),
        Slip("a high limit", lambda p, t: softmax(np.log(np.clip(p, 0.01, 1)), t), _LIMIT),
        Slip("something added", lambda p, t: softmax(np.log(p + 0.01), t), _LIMIT),
        Slip("arguments swapped", lambda p, t: softmax(t, np.log(p)), "in the right order?"),
        Slip("T^-1", lambda p, t: p ^ (1 / t), POWER),
        Slip("half of T", lambda p, t: softmax(np.log(p), t / 2), "yours are", False),
        Slip("the mean", lambda p, t: raised(p, t).mean(axis=1),
             "Return an array of the shape that you are given"),
        Slip("no return", without_return, NO_RETURN),
        Slip("misspelt", lambda p, t: softmax(np.log(probabilities), t), MISSPELT),
    ],
    lesson_05.budget: [
        Slip("plain", "16 units, labels alone", "the same student distilled"),
        Slip("small and distilled", "16 units, distilled", "more units would fit"),
        Slip("pruned", "64 units, labels alone, 78 % pruned", "sort the board"),
        Slip("pruned and distilled", "64 units, distilled, 78 % pruned", "sort the board"),
        Slip("rounded", "64 units, labels alone, 8 bits", "learned from labels alone"),
        Slip("the smallest", "16 units, distilled, 8 bits", "It is the smallest"),
        Slip("too large", "64 units, labels alone", "over the budget"),
        Slip("too large, distilled", "64 units, distilled", "over the budget"),
        Slip("other words", "the large one, distilled, rounded", _NO_SUCH),
        Slip("part of a name", "distilled", _NO_SUCH),
        Slip("no such model", "128 units", _NO_SUCH),
        Slip("without its teacher", "64 units, 8 bits", _TWO),
        Slip("units alone", "16 units", _TWO),
        Slip("a list", ["64 units, distilled, 8 bits"], WITHOUT_BRACKETS),
        Slip("bytes", 6000, "What came is 6000."),
        Slip("a row", 3, "What came is 3."),
    ],
}  # fmt: skip
