"""Exercises of lesson 04, Does it really work?"""

import numpy as np
from scipy import stats

from kdlab.exercises.exercise import Exercise
from kdlab.exercises.replies import compare, letters
from kdlab.metrics import confidence_interval, unpaired_difference
from kdlab.predictions.lesson_04 import answers
from kdlab.widgets import Quiz

_WHY_NOT = {
    "C": "C lacks its T²: at T = 4 its gradient is a sixteenth of what it should be, and the "
    "student learns almost only from the labels.",
    "D": "D puts the temperature on the teacher's probabilities: all classes become almost equal.",
    "F": "F has the arguments swapped: there the student weighs the terms, not the teacher.",
    "G": "G is a squared error of probabilities: its gradient fades wherever the student is sure.",
}
_WHY = {
    "A": "it is the formula of lesson 03, letter by letter.",
    "B": "it is not 0 where teacher and student agree. Does its gradient know of that?",
    "E": "it has the divergence written out, and a number in front. Is a weight a mistake?",
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
    "That compares runs of the same seed only. Here any distilled run may meet any plain one: as "
    "many duels as one number times the other."
)
_WITH_TIES = "A tie is not a win: use `>`."
_TURNED = "That is how often the plain run is ahead. Asked is the distilled one."
_NOT_COUNTED = "That compares two means, one duel. Asked is the share of *all* duels."
_ALL_DUELS = "Those are the duels, a True for each one that is won. Return their share: the mean."

_SHARE_SLIPS = [
    (lambda a, b: (a > b).mean(), _SAME_SEED),
    (lambda a, b: a > b, _SAME_SEED),
    (lambda a, b: (a > b).sum(), _SAME_SEED),
    (lambda a, b: (a >= b).mean(), _SAME_SEED),
    (lambda a, b: (_wins(a, b) | _ties(a, b)).mean(), _WITH_TIES),
    (
        lambda a, b: (_wins(a, b) + 0.5 * _ties(a, b)).mean(),
        "Half a point for a tie is fair, but the question is how often distilled is *ahead*.",
    ),
    (lambda a, b: 1 - _share(a, b), "That is how often it is *not* ahead."),
    (lambda a, b: _share(b, a), _TURNED),
    (lambda a, b: 100 * _share(a, b), "Give a share between 0 and 1, not a percentage."),
    (lambda a, b: _wins(a, b).sum(), "That is a count: divide by the number of duels."),
    (
        lambda a, b: _wins(a, b).sum() / len(a),
        "You divided by the number of runs. How many duels are there?",
    ),
    (
        lambda a, b: _wins(a, b).sum() / (len(a) + len(b)),
        "You divided by the number of runs. How many duels are there?",
    ),
    (_wins, _ALL_DUELS),
    (
        lambda a, b: _wins(a, b).mean(axis=1),
        "That is one share for each distilled run. Return the share of all duels.",
    ),
    (
        lambda a, b: _wins(a, b).mean(axis=0),
        "That is one share for each plain run. Return the share of all duels.",
    ),
    (lambda a, b: a.mean() - b.mean(), "That is the gain. Asked is how often a run is ahead."),
    (lambda a, b: float(a.mean() > b.mean()), _NOT_COUNTED),
    (lambda a, b: (a > b.mean()).mean(), "That is how many beat the *mean* of the plain runs."),
    (lambda a, b: (a > b.max()).mean(), "That is how many beat the *best* of the plain runs."),
]


def _judge_share(function):
    rng = np.random.default_rng(0)

    def runs(mean, n):
        return rng.normal(mean, 0.03, n).round(2)  # so that some are equal

    def said(arguments, right, given):
        if given.ndim:
            return f"Return one number. Your function returns an array of the shape {given.shape}."
        a, b = map(len, arguments)
        return (
            f"Of the {a * b} duels here distilled wins {right:.3f}, your function says {given:.3f}."
        )

    paired = [(runs(0.90, n), runs(mean, n)) for n, mean in ((9, 0.89), (12, 0.90), (10, 0.91))]
    compare(function, _share, _SHARE_SLIPS, paired, said)
    compare(function, _share, [], [*paired, (runs(0.90, 7), runs(0.89, 5))], said)


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
    praise="Statisticians call it the probability of superiority. An effect that is certain over "
    "ten seeds may still lose every third comparison of single runs.",
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
    "That is how far single runs spread. The mean of n runs is surer: what is its standard error?"
)
_NOT_PAIRED = (
    "So wide is the interval where runs are *not* paired. Take the difference within each pair "
    "first: it is free of the luck that the two share."
)
_OTHER_WAY = "Your gain is plain minus distilled: the other way round, please."

_INTERVAL_SLIPS = [
    (lambda a, b: _right(b, a), _OTHER_WAY),
    (lambda a, b: _right(a, b)[::-1], "The lower end comes first."),
    (lambda a, b: 100 * _right(a, b), "Those are points. Give shares, as the accuracies are."),
    (
        lambda a, b: _paired(a - b, t=1.96),
        "1.96 is for many runs. With eight, Student's t is 2.36: "
        "`scipy.stats.t.ppf(0.975, n - 1)`.",
    ),
    (
        lambda a, b: _paired(a - b, t=2),
        "2 is a rule of thumb for many runs. With few, ask Student's t: "
        "`scipy.stats.t.ppf(0.975, n - 1)`.",
    ),
    (
        lambda a, b: _paired(a - b, t=stats.t.ppf(0.95, len(a) - 1)),
        "That holds 90 %. Of the 5 % that shall be outside, half lie on each side.",
    ),
    (
        lambda a, b: _paired(a - b, t=stats.t.ppf(0.995, len(a) - 1)),
        "That holds 99 %. Of the 5 % that shall be outside, half lie on each side.",
    ),
    (
        lambda a, b: _paired(a - b, t=stats.t.ppf(0.975, len(a))),
        "The differences have n - 1 degrees of freedom, not n: their mean was taken from them.",
    ),
    (lambda a, b: _paired(a - b, root=False), _SINGLE_RUNS),
    (lambda a, b: _paired(a - b, t=1, root=False), _SINGLE_RUNS + " Multiply that by t."),
    (lambda a, b: np.percentile(a - b, [2.5, 97.5]), _SINGLE_RUNS),
    (lambda a, b: ((a - b).min(), (a - b).max()), _SINGLE_RUNS),
    (
        lambda a, b: _paired(a - b, t=1),
        "One standard error either side holds the truth two times in three. Multiply by t.",
    ),
    (lambda a, b: _paired(a - b, ddof=0), "Divide the squares by n - 1, not by n: `std(ddof=1)`."),
    (lambda a, b: unpaired_difference(a, b)[1:3], _NOT_PAIRED),
    (
        lambda a, b: _around(
            a - b,
            stats.t.ppf(0.975, len(a) - 1) * np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / len(a)),
        ),
        _NOT_PAIRED,
    ),
    (
        lambda a, b: _right(a, np.zeros_like(a)),
        "That is the interval of the distilled students alone. Asked is that of the gain.",
    ),
    (
        lambda a, b: ((d := a - b).mean(), _paired(d)[1] - d.mean()),
        "Those are the mean and half the width. Return the two ends.",
    ),
    (
        lambda a, b: (-(half := _paired(d := a - b)[1] - d.mean()), half),
        "Around which number does the interval lie? Yours lies around 0.",
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
    for gain in (0.02, -0.01):
        luck = rng.normal(0.85, 0.05, 8)
        plain = luck + rng.normal(0, 0.01, 8)
        trials.append((luck + gain + rng.normal(0, 0.01, 8), plain))

    def said(_arguments, right, given):
        if given.shape != (2,):
            return "Return two numbers, the lower and the upper end. Your function returns " + (
                f"an array of the shape {given.shape}." if given.ndim else "one."
            )
        return (
            f"Here it is {right[0]:.4f} to {right[1]:.4f}, yours is {given[0]:.4f} to "
            f"{given[1]:.4f}."
        )

    # Two intervals that are almost one differ by less than a tenth of a point.
    compare(function, _right, _INTERVAL_SLIPS, trials, said, tolerance=1e-5)


interval = Exercise(
    "4.3",
    _judge_interval,
    hints=[
        "First the differences, pair by pair: `d = distilled - plain`.",
        "Then `d.mean()`, give or take `t * d.std(ddof=1) / sqrt(n)`.",
        "`t = scipy.stats.t.ppf(0.975, n - 1)`.",
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
