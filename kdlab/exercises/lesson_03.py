"""Exercises of lesson 03, Distil a student."""

import numpy as np

from kdlab.exercises.exercise import Exercise, call, close, expect, number
from kdlab.soft_targets import kl_divergence, log_softmax, softmax


def _soft(student, teacher, t):
    return kl_divergence(softmax(teacher, t), softmax(student, t)).mean()


def _hard(student, labels, t=1.0):
    return -np.mean(log_softmax(student, t)[np.arange(len(labels)), labels])


def _judge_loss(function):
    rng = np.random.default_rng(0)
    student, teacher = rng.normal(size=(2, 6, 4)) * 3
    labels, t, alpha = rng.integers(4, size=6), 4.0, 0.7
    result = number(call(function, student, teacher, labels, t, alpha))
    soft, hard = _soft(student, teacher, t), _hard(student, labels)
    wrong = {
        alpha * soft + (1 - alpha) * hard: "The soft part lacks its T².",
        (1 - alpha) * t**2 * soft + alpha * hard: "alpha weighs the *soft* part: you swapped them.",
        alpha * t**2 * soft
        + (1 - alpha) * _hard(student, labels, t): "The labels are learned at T = 1: "
        "only the soft part takes the temperature.",
        alpha * t**2 * -(softmax(teacher, t) * log_softmax(student, t)).sum(axis=1).mean()
        + (1 - alpha)
        * hard: "That is cross-entropy for the soft part: the same gradient, but not 0 "
        "where the two agree. Use the divergence.",
        alpha * t**2 * _soft(teacher, student, t)
        + (1 - alpha) * hard: "KL(p || q) with the arguments swapped: the teacher comes first.",
    }
    for value, message in wrong.items():
        expect(not close(result, value), message)
    right = alpha * t**2 * soft + (1 - alpha) * hard
    expect(not close(result, right * len(labels)), "Average over the examples rather than sum.")
    expect(close(result, right), f"Here the loss is {right:.4f}, your function says {result:.4f}.")


loss = Exercise(
    "3.1",
    _judge_loss,
    hints=[
        "Two parts: `alpha * T**2 * soft + (1 - alpha) * hard`, each averaged over the examples.",
        "soft = `kl_divergence(softmax(teacher, T), softmax(student, T)).mean()`",
        "hard = `-log_softmax(student)[np.arange(len(labels)), labels].mean()`, at T = 1.",
    ],
    solution="""
        import numpy as np
        from kdlab import kl_divergence, log_softmax, softmax

        def answer(student, teacher, labels, T, alpha):
            soft = kl_divergence(softmax(teacher, T), softmax(student, T)).mean()
            hard = -log_softmax(student)[np.arange(len(labels)), labels].mean()
            return alpha * T**2 * soft + (1 - alpha) * hard
    """,
    praise="That is the whole of Hinton's loss.",
)


def _judge_balanced(cohort):
    expect(
        hasattr(cohort, "training"),
        "Give the cohort itself, what `kdlab.train_cohort(...)` returned.",
    )
    expect(
        cohort.training["balanced"],
        "These images were drawn at random, as in the lesson: pass `balanced=True`.",
    )
    expect(set(cohort.n_images) == {50}, "The question is about 50 images: `n_images=[50]`.")
    expect(
        {0, 0.9} <= set(cohort.alpha) and 4 in cohort.temperature,
        "A gain takes both kinds of students at T = 4: `alphas=[0, 0.9], temperatures=[4]`.",
    )
    at_4 = cohort.select(temperature=4)
    seeds = len(set(cohort.seed))
    expect(seeds >= 10, f"That rests on {seeds} seed(s). Train ten or more.")
    gain = at_4.difference({"alpha": 0.9}, {"alpha": 0})
    expect(
        gain.low > 0,
        f"The interval, {100 * gain.low:.1f} to {100 * gain.high:.1f} points, is not clear of 0. "
        "Train more seeds.",
    )


balanced = Exercise(
    "3.2",
    _judge_balanced,
    hints=[
        "Repeat the call from the lesson with `n_images=[50]` and `balanced=True`.",
        "Then look at `my_cohort.difference(dict(alpha=0.9), dict(alpha=0))`.",
    ],
    solution="""
        from kdlab import load_dataset, pretrained_teacher, train_cohort

        answer = train_cohort(
            load_dataset("digits"),
            pretrained_teacher("digits").train_logits,
            alphas=[0, 0.9],
            n_images=[50],
            balanced=True,
            seeds=range(20),
        )
    """,
    praise="Compare your interval with that of the lesson: is a part of the gain there made up by "
    "digits that hardly came up?",
)


def _judge_verdict(answer):
    verdict = (
        str(answer).strip(" .!").lower().replace("can't", "cannot").replace("can not", "cannot")
    )
    expect(
        verdict in ("helps", "hurts", "cannot tell"),
        'Answer "helps", "hurts" or "cannot tell".',
    )
    expect(
        verdict != "helps",
        "The mean is above 0, but the interval reaches below it: a cohort with no effect at all "
        "could look like this.",
    )
    expect(verdict != "hurts", "The interval reaches below 0, but lies mostly above it.")


verdict = Exercise(
    "3.3",
    _judge_verdict,
    hints=["Is 0 inside the interval?"],
    solution='answer = "cannot tell"',
    praise="'We cannot tell yet' is a result. More seeds would narrow the interval.",
)
