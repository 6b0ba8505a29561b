"""Exercises of lesson 03, Distil a student."""

import re

import numpy as np

from kdlab.exercises.exercise import Exercise, NotAttempted, call, close, expect
from kdlab.exercises.lesson_03_losses import AS_IT_CAME, SLIPS, loss_with
from kdlab.exercises.replies import compare, numbers, shown
from kdlab.predictions.lesson_03 import answers
from kdlab.soft_targets import log_softmax, softmax
from kdlab.widgets import Quiz


def _judge_loss(function):
    rng = np.random.default_rng(0)
    trials = []
    for t, alpha in ((4.0, 0.7), (2.0, 0.3)):
        student, teacher = rng.normal(size=(2, 6, 4)) * 3
        trials.append((student, teacher, rng.integers(4, size=6), t, alpha))
    first = numbers(call(function, *trials[0]))
    if close(first, loss_with(*trials[0], **AS_IT_CAME)):
        raise NotAttempted("this is the loss as it came. Find its four mistakes")

    def said(arguments, right, given):
        if given.shape != right.shape:
            return f"Return one number. Your function returns an array of the shape {given.shape}."
        for alpha, part in ((1.0, "soft"), (0.0, "hard")):
            alone = (*arguments[:4], alpha)
            wanted, given = loss_with(*alone), numbers(call(function, *alone))
            if not close(given, wanted):
                return (
                    f"At alpha = {alpha:g} the {part} part alone counts. Here it is {wanted:.4f}, "
                    f"and your function says {shown(given)}."
                )
        return "Each part is right where it alone counts. Look at how you put them together."

    compare(function, loss_with, SLIPS, trials, said)


loss = Exercise(
    "3.1",
    _judge_loss,
    hints=[
        "Ask of each line what the formula asks: whose probabilities, at which temperature, with "
        "which sign, with which weight?",
        "A loss is never negative. Which of the two parts is? And which part hardly counts when T "
        "is high?",
        "The hard part teaches the labels at T = 1. In KL(p || q), p is the truth.",
        "Teacher first; T² beside alpha; no T in `log_softmax`; a minus before its mean.",
    ],
    solution="""
        import numpy as np
        from kdlab import kl_divergence, log_softmax, softmax

        def answer(student, teacher, labels, T, alpha):
            soft = kl_divergence(softmax(teacher, T), softmax(student, T)).mean()
            hard = -log_softmax(student)[np.arange(len(labels)), labels].mean()
            return alpha * T**2 * soft + (1 - alpha) * hard
    """,
    praise="That is the whole of Hinton's loss. None of the four mistakes raises an error.",
    answers=answers,
)


def _judge_balanced(cohort):
    expect(
        not (hasattr(cohort, "low") and hasattr(cohort, "high")),
        "That is the interval, and worth a look. Give the cohort that it came from.",
    )
    expect(
        not isinstance(cohort, (list, tuple)),
        "Give one cohort: trained with `alphas=[0, 0.9]` it holds both kinds, in pairs.",
    )
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
        4 in cohort.temperature,
        "The question is about `T = 4`: `temperatures=[4]`, or leave it out.",
    )
    expect(
        0 in cohort.alpha, "A gain over what? The plain students are missing: `alphas=[0, 0.9]`."
    )
    expect(
        0.9 in cohort.alpha, "The distilled students are asked at `alpha=0.9`: `alphas=[0, 0.9]`."
    )
    at_4 = cohort.select(temperature=4)
    seeds = len(set(cohort.seed))
    expect(seeds >= 10, f"That rests on {seeds} seed(s). Train ten or more.")
    gain = at_4.difference({"alpha": 0.9}, {"alpha": 0})
    expect(
        gain.low > 0,
        f"The interval, {100 * gain.low:.1f} to {100 * gain.high:.1f} points, is not clear of 0. "
        "Train more seeds, and leave the number of steps as it is.",
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
    answers=answers,
)

_NO_EFFECT = {
    "no", "no effect", "no difference", "no gain", "no help", "nothing", "neither", "does not help",
    "doesnt help",
}  # fmt: skip


def _judge_verdict(answer):
    choices = 'Answer "helps", "hurts" or "cannot tell"'
    expect(isinstance(answer, str), f"{choices}, in quotes.")
    words = re.sub(r"[^a-z ]", "", answer.lower()).strip()
    words = re.sub(r"^(it|we|i|you|one) ", "", words)
    words = {"help": "helps", "hurt": "hurts"}.get(words, words)
    expect(
        words not in _NO_EFFECT,
        "That there is no effect was not shown either: a gain of a whole point is inside the "
        "interval.",
    )
    unsure = ("cannot tell", "can not tell", "cant tell")
    expect(words in ("helps", "hurts", *unsure), f"{choices}.")
    expect(
        words != "helps",
        "The mean is above 0, but the interval reaches below it: a cohort with no effect at all "
        "could look like this.",
    )
    expect(words != "hurts", "The interval reaches below 0, but lies mostly above it.")


verdict = Exercise(
    "3.3",
    _judge_verdict,
    hints=["Is 0 inside the interval?"],
    solution='answer = "cannot tell"',
    praise="'We cannot tell yet' is a result. More seeds would narrow the interval.",
    answers=answers,
)


def _teacher_with_dropout(seed):
    """A small teacher that answers differently in training: it has dropout and batch normalisation.

    The seed is that of dropout alone.

    (TensorFlow is loaded here and not above: only those who get this far need it.)
    """
    from kdlab._tensorflow import keras

    layers, weights = keras.layers, keras.initializers.RandomNormal(stddev=0.5, seed=0)
    return keras.Sequential(
        [
            keras.Input((4, 4, 1)),
            layers.Flatten(),
            layers.Dense(16, "relu", kernel_initializer=weights, bias_initializer=weights),
            layers.BatchNormalization(),
            layers.Dropout(0.5, seed=seed),
            layers.Dense(5, kernel_initializer=weights, bias_initializer=weights),
        ]
    )


def _state(model):
    """What a careless function may change in a model."""
    return model.get_weights(), model.get_config()


def _judge_stored(function):
    # Asked here already: TensorFlow is loaded only where there is something to try.
    expect(
        callable(function),
        f"Give your function itself, its name without brackets. What came is "
        f"{type(function).__name__}.",
    )
    teacher, twin = _teacher_with_dropout(0), _teacher_with_dropout(1)
    images = np.random.default_rng(0).random((12, 4, 4, 1), dtype=np.float32)
    right = np.asarray(teacher(images, training=False), float)
    weights, config = _state(teacher)

    def ask(model):
        return numbers(call(function, model, images.copy()))

    result = ask(teacher)
    weights_after, config_after = _state(teacher)
    changed = config != config_after or not all(map(np.array_equal, weights, weights_after))
    expect(
        close(result, ask(twin)),
        "Each call gives other logits. Is the teacher in training mode, where dropout is on? Ask "
        "it as it is used: `training=False`.",
    )
    expect(
        not changed,
        "Your function changes the teacher. (In training mode, batch "
        "normalisation moves its averages with every call.)",
    )
    for factor in (1 / 255, 255):
        expect(
            not close(result, np.asarray(teacher(factor * images, training=False), float)),
            "The model saw other images than your function was given: were they multiplied or "
            "divided first?",
        )
    _judge_logits(result, right)


def _judge_logits(result, right):
    """Say what was done to the logits that should have come as they are."""
    n, classes = right.shape
    probabilities = softmax(right)
    labels = right.argmax(axis=1)
    for other, reply in (
        (labels, "Those are classes, one per image: labels once more. Return a row of logits for "
         "each."),
        (right.max(axis=1), "That is the largest logit of each image. The others are what the "
         "teacher knows beside its answer: return the whole row."),
        (probabilities.max(axis=1), "That is the largest probability of each image. Return the "
         "whole row, and its logits."),
        (right.T, "Rows and columns are exchanged: one row per image, please."),
        (right[0], "That is the first image alone."),
        (right.mean(axis=0), "That is the mean over the images. Each image has its own row."),
        (np.eye(classes)[labels], "Those are the teacher's labels: what it knows of the other "
         "classes is gone."),
        (1 / (1 + np.exp(-right)), "A sigmoid has been taken. Return the logits as they come."),
        (log_softmax(right), "Those are the logarithms of probabilities, the logits less a number "
         "for each image. Return the logits as they come."),
    ):  # fmt: skip
        expect(not close(result, other), reply)
    expect(
        result.shape == right.shape,
        f"Return one row per image and one column per class, {right.shape}, not {result.shape}.",
    )
    expect(
        not (result.min() >= 0 and close(result.sum(axis=1), np.ones(n))),
        "Those are probabilities: a softmax has been taken, at one fixed temperature. Return "
        "the logits, and each student can choose its own.",
    )
    factor = (result * right).sum() / (right**2).sum()
    expect(
        close(factor, 1) or factor <= 0 or not close(result, factor * right),
        f"Those are the logits divided by {1 / factor:.3g}. Leave the temperature to the loss, "
        "which divides by it as well: a student could no longer choose its own.",
    )
    expect(
        close(result, right) or not close(result, right, 0.5),
        "Those are nearly the logits. Were they rounded? Store them as they come: at a high "
        "temperature the small differences count.",
    )
    expect(
        close(result, right),
        f"For the first image it should be {shown(right[0])}, your function says "
        f"{shown(result[0])}.",
    )


stored = Exercise(
    "3.4",
    _judge_stored,
    hints=[
        "Two layers answer differently in training: dropout and batch normalisation.",
        "`model(images, training=False)`, and no softmax after it.",
        "`kdlab.predict_logits` does both, in batches.",
    ],
    solution="""
        import kdlab

        def answer(model, images):
            return kdlab.predict_logits(model, images)
    """,
    praise="Asked once, as it is used, with nothing taken away: every student can learn from it, "
    "at any temperature.",
    answers=answers,
)


quiz_temperature = Quiz(
    "A student was distilled at T = 4 and goes into use. At which temperature are its "
    "probabilities read?",
    {
        "At T = 4, as it was taught.": "The 4 belongs to the loss, and there to both sides: what "
        "the student learned are logits like its teacher's. Read at T = 4 it names the same "
        "classes, but seems far less sure than its teacher.",
        "At T = 1.": "The temperature is a means of teaching, and stays behind in the loss. Where "
        "two networks have the same logits, they agree at T = 1 as they do at T = 4; and T = 1 is "
        "where calibration is measured (lesson 04).",
        "It makes no difference.": "Not to the class it names, nor to its accuracy. But its "
        "probabilities, read for a threshold or to see how sure it is, are other numbers.",
        "At the T of the best test accuracy.": "Accuracy is the same at every T, so it cannot "
        "choose one. (Calibration can, on images of its own. That is called temperature scaling, "
        "and its T need not be that of the teaching.)",
    },
    right="At T = 1.",
)
answers.keep("quiz_temperature", quiz_temperature)
