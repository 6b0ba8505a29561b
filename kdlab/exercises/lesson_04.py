"""Exercises of lesson 04, Does it really work?"""

import numpy as np

from kdlab.exercises.exercise import Exercise, call, close, convert, expect, letters, number
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
    "A": "A is the formula of lesson 03.",
    "B": "B is a cross-entropy. It is not 0 where the two agree, but its gradient is the same.",
    "E": "E is the divergence written out, with a weight of 0.5 in front: a weight is a choice.",
}


losses = Exercise(
    "4.1",
    letters(_WHY, _WHY_NOT, things="losses", verb="are"),
    hints=[
        "Read them first. Which has its T²? Whose softmax comes first?",
        "Then ask: `print(kdlab.audit_loss(seven_losses['A'], T))`, and so on.",
    ],
    solution='answer = "ABE"',
    praise="Each of the four others trains a student that reads digits. Accuracy would not have "
    "told you.",
    answers=answers,
)


def _judge_share(function):
    rng = np.random.default_rng(0)
    distilled = rng.normal(0.90, 0.02, 9).round(2)
    plain = rng.normal(0.89, 0.02, 9).round(2)
    result = number(call(function, distilled, plain))
    wins = distilled[:, None] > plain[None, :]
    ties = distilled[:, None] == plain[None, :]
    wrong = {
        (distilled > plain).mean(): "That compares runs of the same seed only. Here any distilled "
        "run may meet any plain one: 81 pairs.",
        (wins | ties).mean(): "A tie is not a win: use `>`.",
        (wins + 0.5 * ties).mean(): "Half a point for a tie is fair, but the question is how often "
        "distilled is *ahead*.",
        1 - wins.mean(): "That is how often it is *not* ahead.",
        100 * wins.mean(): "Give a share between 0 and 1, not a percentage.",
        wins.sum(): "That is a count: divide by the number of pairs.",
    }
    for value, message in wrong.items():
        expect(not close(result, value), message)
    expect(
        close(result, wins.mean()),
        f"Here it is {wins.mean():.3f}, your function says {result:.3f}.",
    )


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


def _judge_interval(function):
    rng = np.random.default_rng(1)
    luck = rng.normal(0.85, 0.05, 8)
    plain = luck + rng.normal(0, 0.01, 8)
    distilled = luck + 0.02 + rng.normal(0, 0.01, 8)
    gain = distilled - plain
    result = call(function, distilled, plain)
    expect(np.size(result) == 2, "Return two numbers: the lower and the upper end.")
    low, high = (convert(end, float, "Return two numbers.") for end in np.ravel(result))
    exact = confidence_interval(gain)
    half, deviation, root = (exact.high - exact.low) / 2, gain.std(ddof=1), len(gain) ** 0.5
    wrong = {
        1.96 * deviation / root: "1.96 is for many runs. With eight, Student's t is 2.36: "
        "`scipy.stats.t.ppf(0.975, n - 1)`.",
        half * root: "That is how far single runs spread. The mean of n runs is surer: divide by "
        "the root of n.",
        deviation: "That is how far single runs spread. The mean of n runs is surer: divide by the "
        "root of n, and multiply by t.",
        deviation / root: "One standard error either side holds the truth two times in three. "
        "Multiply by t.",
        half * gain.std() / deviation: "Divide the squares by n - 1, not by n: `std(ddof=1)`.",
    }
    for value, message in wrong.items():
        expect(not close(high - low, 2 * value, 1e-5), message)
    apart = unpaired_difference(distilled, plain)
    expect(
        not (high - low) > 0.8 * (apart.high - apart.low),
        "So wide is the interval where runs are *not* paired. Take the difference within each pair "
        "first: it is free of the luck that the two share.",
    )
    expect(low < high, "The lower end comes first.")
    expect(
        close([low, high], exact[1:3]),
        f"Here it is {exact.low:.4f} to {exact.high:.4f}, yours is {low:.4f} to {high:.4f}.",
    )


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
