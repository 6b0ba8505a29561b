"""Exercises of lesson 04, Does it really work?"""

import copy

import numpy as np
from scipy import stats

from kdlab.exercises.exercise import Exercise, call, expect
from kdlab.exercises.replies import compare, form, letters, share_outside
from kdlab.metrics import confidence_interval, unpaired_difference
from kdlab.predictions.lesson_04 import answers
from kdlab.widgets import Quiz

_WHY_NOT = {
    "C": "C has no T²: at T = 4 its gradient is a sixteenth of what it should be, and the "
    "student learns almost only from the labels.",
    "D": "D puts the temperature on the teacher's probabilities: all classes become almost equal.",
    "F": "F has the arguments swapped. In KL(p || q), p is the truth: the teacher.",
    "G": "G is a squared error of probabilities: its gradient is almost 0 where the student is "
    "sure, also where it is wrong.",
}
_WHY = {
    "A": "it is exactly the formula of lesson 03.",
    "B": "it is not 0 where teacher and student agree. Is its gradient 0 there?",
    "E": "it has the divergence written out, and a number in front. Is that number a mistake?",
}


losses = Exercise(
    "4.1",
    letters(_WHY, _WHY_NOT, things="losses"),
    hints=[
        "Read them first. Which has its T²? Whose softmax comes first?",
        "Then ask: `print(kdlab.audit_loss(seven_losses['A'], T))`, and so on.",
    ],
    solution='answer = "ABE"',
    praise="Each of the four others trains a student that reads digits. Accuracy would not have "
    "told you.",
    answers=answers,
)


def _wins(distilled, plain):
    return distilled[:, None] > plain[None, :]


def _ties(distilled, plain):
    return distilled[:, None] == plain[None, :]


def _share(distilled, plain):
    return _wins(distilled, plain).mean()


_SAME_SEED = (
    "That compares runs of the same seed only. Compare each distilled run with each plain run: 9 "
    "distilled and 9 plain runs make 81 comparisons."
)
_WITH_TIES = "Equal is not better: use `>`."
_TURNED = "That is how often the plain run is better. The question is about the distilled one."
_NOT_COUNTED = "That compares two means, once. Return the share of *all* comparisons."
_EACH_TRUE = "Those are True and False, one for each comparison. Return their mean."
_OF_ALL = "Return the share of all comparisons."
_RUNS = "You divided by the number of runs. How many comparisons are there?"


def _ranks(distilled, plain):
    """The statistic of Mann and Whitney: the comparisons won, and half of those that are equal."""
    return (_wins(distilled, plain) + 0.5 * _ties(distilled, plain)).sum()


def _other_seeds(distilled, plain):
    """The comparisons of two seeds that differ."""
    n = len(distilled)
    return (_wins(distilled, plain).sum() - (distilled > plain).sum()) / (n * (n - 1))


_SHARE_SLIPS = [
    (lambda a, b: (a > b).mean(), _SAME_SEED),
    (lambda a, b: a > b, _SAME_SEED),
    (lambda a, b: (a > b).sum(), _SAME_SEED),
    (lambda a, b: (a >= b).mean(), _SAME_SEED),
    (lambda a, b: (_wins(a, b) | _ties(a, b)).mean(), _WITH_TIES),
    (
        lambda a, b: (_wins(a, b) + 0.5 * _ties(a, b)).mean(),
        "You count two equal runs as a half. The question is how often the distilled one is "
        "*better*: use `>`.",
    ),
    (lambda a, b: 1 - _share(a, b), "That is how often the distilled run is *not* better."),
    (lambda a, b: _share(b, a), _TURNED),
    (lambda a, b: 100 * _share(a, b), "Give a share between 0 and 1, not a percentage."),
    (lambda a, b: _wins(a, b).sum(), "That is a count: divide by the number of comparisons."),
    (lambda a, b: _wins(a, b).sum() / len(a), _RUNS),
    (lambda a, b: _wins(a, b).sum() / (len(a) + len(b)), _RUNS),
    (_wins, _EACH_TRUE),
    (
        _ranks,
        "That is the statistic of the test of Mann and Whitney: a count, in which two equal runs "
        "are a half. Return a share, and count only the better ones.",
    ),
    (
        lambda a, b: (np.sort(a) > np.sort(b)).mean(),
        "You sorted both and compared place by place. Compare each distilled run with each plain "
        "run.",
    ),
    (
        _other_seeds,
        "You left out the comparisons of the same seed. They count, too.",
    ),
    (
        lambda a, b: _wins(a, b).mean(axis=1),
        "That is one share for each distilled run. " + _OF_ALL,
    ),
    (
        lambda a, b: _wins(a, b).mean(axis=0),
        "That is one share for each plain run. " + _OF_ALL,
    ),
    (
        lambda a, b: a.mean() - b.mean(),
        "That is the gain. Return how often a distilled run is better.",
    ),
    (lambda a, b: float(a.mean() > b.mean()), _NOT_COUNTED),
    (
        lambda a, b: (a > b.mean()).mean(),
        "That is the share that is above the *mean* of the plain runs. Compare with each of them.",
    ),
    (
        lambda a, b: (a > b.max()).mean(),
        "That is the share that is above the *best* plain run. Compare with each of them.",
    ),
]
# Seen only where there are more runs of one kind than of the other.
_UNEQUAL_SLIPS = [
    (
        lambda a, b: _wins(a, b).sum() / len(a) ** 2,
        "7 distilled and 5 plain runs make 35 comparisons, and you divided by 49.",
    ),
    (
        lambda a, b: _wins(a, b).sum() / len(b) ** 2,
        "7 distilled and 5 plain runs make 35 comparisons, and you divided by 25.",
    ),
]


def _judge_share(function):
    rng = np.random.default_rng(0)

    def runs(mean, n):
        return rng.normal(mean, 0.03, n).round(2)  # so that some are equal

    def said(arguments, right, given):
        if given.ndim:
            return f"Return one number. Your function returns {form(given)}."
        a, b = map(len, arguments)
        return (
            f"Of the {a * b} comparisons here, the distilled run is better in a share of "
            f"{right:.3f}. Yours is {given:.3f}.{share_outside(given)}"
        )

    paired = [(runs(0.90, n), runs(mean, n)) for n, mean in ((9, 0.89), (12, 0.90), (10, 0.91))]
    compare(function, _share, _SHARE_SLIPS, paired, said)
    compare(function, _share, _UNEQUAL_SLIPS, [*paired, (runs(0.90, 7), runs(0.89, 5))], said)


share = Exercise(
    "4.2",
    _judge_share,
    hints=[
        "Every distilled run against every plain run: `distilled[:, None] > plain[None, :]`.",
        "Then the mean of that table.",
    ],
    solution="""
        def answer(distilled, plain):
            return (distilled[:, None] > plain[None, :]).mean()
    """,
    praise="Its name in statistics is *probability of superiority*. Even where ten seeds show a "
    "clear gain, the distilled run may be worse in every third comparison of two single runs.",
    answers=answers,
)


def _around(d, half):
    return d.mean() - half, d.mean() + half


def _paired(d, *, t=None, root=True, ddof=1):
    """The interval of the mean of the differences `d`, or of what becomes of it."""
    t = stats.t.ppf(0.975, len(d) - 1) if t is None else t
    return _around(d, t * d.std(ddof=ddof) / (len(d) ** 0.5 if root else 1))


def _right(distilled, plain):
    exact = confidence_interval(distilled - plain)
    return np.array([exact.low, exact.high])


_SINGLE_RUNS = (
    "That is how far single runs spread. The mean of n runs varies less: what is its standard "
    "error?"
)
_NOT_PAIRED = (
    "That is the interval where runs are *not* paired. Take the difference within each pair "
    "first: then what both runs of a seed have in common cancels."
)
_EXCHANGED = "Your gain is plain minus distilled. Take distilled minus plain."
_MANY = "Student's t is larger for few runs: `scipy.stats.t.ppf(0.975, n - 1)`."
_DDOF = "Divide the squares by n - 1, not by n: `std(ddof=1)`."

_INTERVAL_SLIPS = [
    (lambda a, b: _right(b, a), _EXCHANGED),
    (lambda a, b: _right(a, b)[::-1], "The lower end comes first."),
    (
        lambda a, b: 100 * _right(a, b),
        "Those are percentage points. Give shares, as the accuracies are.",
    ),
    (
        lambda a, b: _paired(a - b, t=1.96),
        "1.96 is for many runs. With eight, Student's t is 2.36: "
        "`scipy.stats.t.ppf(0.975, n - 1)`.",
    ),
    (lambda a, b: _paired(a - b, t=2), f"2 is good enough for many runs only. {_MANY}"),
    (
        lambda a, b: _paired(a - b, t=1.96, ddof=0),
        "Change two things: 1.96 is for many runs only, so take `scipy.stats.t.ppf(0.975, n - 1)`; "
        "and take `std(ddof=1)`.",
    ),
    (
        lambda a, b: _paired(a - b, t=2, ddof=0),
        "Change two things: 2 is for many runs only, so take `scipy.stats.t.ppf(0.975, n - 1)`; "
        "and take `std(ddof=1)`.",
    ),
    *(
        (
            lambda a, b, t=t: _paired(a - b, t=t),
            f"{t} is Student's t for {n} runs only. Compute it from the number of runs that came: "
            "`scipy.stats.t.ppf(0.975, n - 1)`.",
        )
        for n, written in ((10, (2.26, 2.262)), (8, (2.36, 2.365)), (5, (2.78, 2.776)))
        for t in written
    ),
    (
        lambda a, b: _paired(a - b, t=stats.t.ppf(0.95, len(a) - 1)),
        "That is an interval of 90 %. Leave 2.5 % outside on each side, not 5 %.",
    ),
    (
        lambda a, b: _paired(a - b, t=stats.t.ppf(0.995, len(a) - 1)),
        "That is an interval of 99 %. Leave 2.5 % outside on each side, not 0.5 %.",
    ),
    (
        lambda a, b: _paired(a - b, t=stats.t.ppf(0.975, len(a))),
        "The differences have n - 1 degrees of freedom, not n: their mean was taken from them.",
    ),
    (
        lambda a, b: _around(a - b, stats.t.ppf(0.975, len(a) - 1) * (a - b).std(ddof=1) / len(a)),
        "You divided by n. The standard error of a mean is the deviation divided by the *root* of "
        "n.",
    ),
    (
        lambda a, b: _around(
            a - b, stats.t.ppf(0.975, len(a) - 1) * (a - b).var(ddof=1) / len(a) ** 0.5
        ),
        "You took the variance, `var`. Take its root, the deviation: `std(ddof=1)`.",
    ),
    (lambda a, b: _paired(a - b, root=False), _SINGLE_RUNS),
    (lambda a, b: _paired(a - b, root=False, ddof=0), _SINGLE_RUNS),
    (lambda a, b: _paired(a - b, t=1, root=False), _SINGLE_RUNS + " Multiply that by t."),
    (lambda a, b: np.percentile(a - b, [2.5, 97.5]), _SINGLE_RUNS),
    (lambda a, b: ((a - b).min(), (a - b).max()), _SINGLE_RUNS),
    (
        lambda a, b: _paired(a - b, t=1),
        "One standard error on each side holds the truth in about two of three cases, and not in "
        "95 %. Multiply it by t.",
    ),
    (lambda a, b: _paired(a - b, ddof=0), _DDOF),
    (lambda a, b: unpaired_difference(a, b)[1:3], _NOT_PAIRED),
    (lambda a, b: stats.ttest_ind(a, b).confidence_interval(0.95), _NOT_PAIRED),
    (
        lambda a, b: stats.ttest_rel(a, b),
        "Those are t and p of a test. Return the two ends of the interval.",
    ),
    (
        lambda a, b: stats.ttest_ind(a, b),
        "Those are t and p of a test, and of one that is not paired. Return the two ends of the "
        "paired interval.",
    ),
    (
        lambda a, b: _around(
            a - b,
            stats.t.ppf(0.975, len(a) - 1) * np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / len(a)),
        ),
        _NOT_PAIRED,
    ),
    (
        lambda a, b: _right(a, np.zeros_like(a)),
        "That is the interval of the distilled students alone. Return that of the gain.",
    ),
    (
        lambda a, b: ((d := a - b).mean(), _paired(d)[1] - d.mean()),
        "Those are the mean and half the width. Return the two ends.",
    ),
    (
        lambda a, b: (-(half := _paired(d := a - b)[1] - d.mean()), half),
        "In the middle of the interval should be the mean gain. Yours has 0 there.",
    ),
    (
        lambda a, b: (a - b).mean(),
        "That is the gain. Return its lower and its upper end, two numbers.",
    ),
    (
        lambda a, b: _paired(a - b)[1] - (a - b).mean(),
        "That is half the width. Return the lower and the upper end, two numbers.",
    ),
    (
        lambda a, b: confidence_interval(a - b),
        "That is the whole `Interval`. Return two of its numbers, `low` and `high`.",
    ),
]


def _judge_interval(function):
    rng = np.random.default_rng(1)
    trials = []
    for gain, n in ((0.02, 8), (-0.01, 8), (0.01, 5)):
        luck = rng.normal(0.85, 0.05, n)
        plain = luck + rng.normal(0, 0.01, n)
        trials.append((luck + gain + rng.normal(0, 0.01, n), plain))
    ends = np.asarray(call(function, *copy.deepcopy(trials[0])))
    expect(
        ends.dtype.kind != "f" or not np.isnan(ends).any(),
        "Your function returns nan, which is no number. Was a quantile asked for 97.5? It takes a "
        "share: `ppf(0.975, n - 1)`.",
    )

    def said(_arguments, right, given):
        if given.shape != (2,):
            return (
                "Return two numbers, the lower and the upper end. Your function returns "
                f"{form(given)}."
            )
        return (
            f"Here it should be {right[0]:.4f} to {right[1]:.4f}, and yours is {given[0]:.4f} to "
            f"{given[1]:.4f}."
        )

    # Two intervals that are almost one differ by less than a tenth of a point.
    compare(function, _right, _INTERVAL_SLIPS, trials, said, tolerance=1e-5)


interval = Exercise(
    "4.3",
    _judge_interval,
    hints=[
        "First the differences, pair by pair: `d = distilled - plain`.",
        "The ends are `d.mean()` minus and plus `t * d.std(ddof=1) / np.sqrt(n)`.",
        "`t = scipy.stats.t.ppf(0.975, n - 1)`, after `import scipy.stats`.",
    ],
    solution="""
        import numpy as np
        from scipy import stats

        def answer(distilled, plain):
            d = distilled - plain
            half = stats.t.ppf(0.975, len(d) - 1) * d.std(ddof=1) / np.sqrt(len(d))
            return d.mean() - half, d.mean() + half
    """,
    praise="That is `kdlab.paired_difference`.",
    answers=answers,
)


quiz_interval = Quiz(
    "Distilled minus hard labels, ten paired seeds: +0.8 points, 95 % interval −0.3 to +1.9. Which "
    "sentence may you write?",
    {
        "Distillation gains 0.8 points.": "A mean without its interval. Any gain from −0.3 to +1.9 "
        "fits these ten pairs, no gain at all included.",
        "Distillation makes no difference.": "That would take a narrow interval around 0. This one "
        "leaves room for a gain of nearly two points: not shown is not the same as not there.",
        "Distillation helps with a probability of 95 %.": "The 95 % belong to the method: that "
        "many of such intervals hold the true difference. It is not the probability of a gain, and "
        "this interval reaches below 0.",
        "No clear difference; more seeds could tell.": "0 lies inside, so these ten pairs cannot "
        "tell a small loss from a gain of nearly two points. That is a result, too. (Decide how "
        "many more seeds before you look: who stops as soon as the result looks good will see a "
        "good one too often.)",
    },
    right="No clear difference; more seeds could tell.",
)
answers.keep("quiz_interval", quiz_interval)
