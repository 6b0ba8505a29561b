"""Exercises of lesson 03, Distil a student."""

import re

import numpy as np

from kdlab.exercises.exercise import (
    Exercise,
    NotAttempted,
    call,
    close,
    expect,
    expect_function,
)
from kdlab.exercises.lesson_03_losses import AS_IT_CAME, SLIPS, loss_with
from kdlab.exercises.replies import compare, form, numbers, one_text, shown
from kdlab.predictions.lesson_03 import answers
from kdlab.soft_targets import log_softmax, softmax
from kdlab.widgets import Quiz


def _judge_loss(function):
    rng = np.random.default_rng(0)
    trials = []
    for t, alpha, classes in ((4.0, 0.7, 4), (2.0, 0.3, 5)):
        student, teacher = rng.normal(size=(2, 6, classes)) * 3
        labels = rng.integers(classes, size=6)
        labels[:2] = student[:2].argmax(axis=1)  # so that an accuracy is neither 0 nor 1
        trials.append((student, teacher, labels, t, alpha))
    first = numbers(call(function, *trials[0]))
    if close(first, loss_with(*trials[0], **AS_IT_CAME)):
        raise NotAttempted("this is the loss as it came. Find its four mistakes")

    def said(arguments, right, given):
        if given.shape != right.shape:
            return f"Return one number. Your function returns an array of the shape {given.shape}."
        for alpha, part in ((1.0, "soft"), (0.0, "hard")):
            alone = (*arguments[:4], alpha)
            wanted, given = loss_with(*alone), numbers(call(function, *alone))
            if close(given, wanted):
                continue
            if alpha == 1 and (factor := _factor(function, alone)):
                return (
                    f"At alpha = 1 and T = {alone[3]:g}, your soft part is {factor:.3g} times as "
                    "large as it should be. How does the factor in front of it depend on T?"
                )
            return (
                f"At alpha = {alpha:g} the {part} part alone counts. Here it should be "
                f"{wanted:.4f}, and yours is {shown(given)}."
            )
        return (
            "At alpha = 1 and at alpha = 0 it is right, and between them wrong. Look at how you "
            "put the two parts together: which weights do they have?"
        )

    compare(function, loss_with, SLIPS, trials, said)


def _factor(function, alone) -> float | None:
    """By what the soft part is too large, if by one factor for all logits."""
    student, teacher, *others = alone
    factors = [
        float(numbers(call(function, s, z, *others))) / loss_with(s, z, *others)
        for s, z in ((student, teacher), (teacher, student), (student[::-1], 0.5 * teacher))
    ]
    return factors[0] if factors[0] > 0 and np.ptp(factors) < 1e-3 * factors[0] else None


loss = Exercise(
    "3.1",
    _judge_loss,
    hints=[
        "Ask of each line what the formula asks: whose probabilities, at which temperature, with "
        "which sign, with which weight?",
        "This loss is never negative. Which of the two parts is? And which part becomes very "
        "small when T is high?",
        "The hard part teaches the labels at T = 1. In KL(p || q), p is the truth.",
        "Teacher first; T² next to alpha; no T in `log_softmax`; a minus before its mean.",
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


_STEPS = 1500  # of the lesson's students


def _judge_balanced(cohort):
    expect(
        not (hasattr(cohort, "low") and hasattr(cohort, "high")),
        "That is the interval. Give the cohort that it was computed from.",
    )
    several = isinstance(cohort, (list, tuple))
    expect(
        not several or sum(hasattr(one, "training") for one in cohort) != 1,
        "Give the cohort alone, without anything else.",
    )
    expect(
        not several,
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
        0 in cohort.alpha,
        "The plain students, to compare with, are missing: `alphas=[0, 0.9]`.",
    )
    expect(
        0.9 in cohort.alpha,
        "The question is about distilled students at `alpha=0.9`: `alphas=[0, 0.9]`.",
    )
    at_4 = cohort.select(temperature=4)
    seeds = len(set(cohort.seed))
    expect(seeds >= 10, f"Those are only {seeds} seed(s). Train ten or more.")
    steps = cohort.training["steps"]
    expect(
        steps >= _STEPS,
        f"Your students were trained for {steps} step(s), those of the lesson for {_STEPS:,}. "
        "Leave `steps` out: what a teacher is worth shows only after enough training.",
    )
    gain = at_4.difference({"alpha": 0.9}, {"alpha": 0})
    expect(
        gain.low > 0,
        f"The interval, {100 * gain.low:.1f} to {100 * gain.high:.1f} percentage points, is not "
        "above 0. Take the settings of the lesson for all that the question does not name.",
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
    praise="Compare your interval with that of the lesson: does a part of the gain there come from "
    "digits of which there were hardly any images?",
    answers=answers,
)

_NO_EFFECT = {
    "no", "no effect", "no difference", "no gain", "no help", "nothing", "neither", "does not help",
    "doesnt help",
}  # fmt: skip
_UNSURE = {
    "unclear", "inconclusive", "not significant", "not clear", "dont know",
    "do not know", "uncertain", "not sure", "unsure", "no clear effect", "no clear difference",
    "not enough seeds", "not enough data", "unknown", "undecided", "cannot say", "can not say",
    "cant say", "not proven", "insignificant", "more seeds needed",
    "cannot tell yet", "cant tell yet", "we cannot say", "we cannot tell",
}  # fmt: skip


def _judge_verdict(answer):
    choices = 'Answer "helps", "hurts" or "cannot tell"'
    answer = one_text(answer, f"{choices}, in quotes.")
    words = re.sub(r"[^a-z ]", "", answer.lower()).strip()
    words = re.sub(r"^yes (?=it|helps)", "", words)
    words = re.sub(r"^(its?|we|i|you|one|thats?|this) (is |are |am )?", "", words)
    words = {"help": "helps", "yes": "helps", "hurt": "hurts"}.get(words, words)
    expect(
        words not in _NO_EFFECT,
        "'No effect' is not shown: a gain of a whole percentage point is inside the interval.",
    )
    expect(
        words not in _UNSURE,
        "You seem to mean the right one of the three: answer with its words.",
    )
    unsure = ("cannot tell", "can not tell", "cant tell")
    expect(words in ("helps", "hurts", *unsure), f"{choices}.")
    expect(
        words != "helps",
        "The mean is above 0, but the interval reaches below it: a cohort with no effect at all "
        "could look like this.",
    )
    expect(words != "hurts", "The interval reaches below 0, but most of it is above 0.")


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
    """What a careless function may change in a model: what is trained, settings, weights."""
    return [layer.trainable for layer in model.layers], model.get_config(), model.get_weights()


def _judge_stored(function):
    # Asked here already: TensorFlow is loaded only where there is something to try.
    expect_function(function)
    teacher, twin = _teacher_with_dropout(0), _teacher_with_dropout(1)
    images = np.random.default_rng(0).random((12, 4, 4, 1), dtype=np.float32)
    right = np.asarray(teacher(images, training=False), float)
    trainable, config, weights = _state(teacher)

    def ask(model):
        return numbers(call(function, model, images.copy()))

    result = ask(teacher)
    trainable_after, config_after, weights_after = _state(teacher)
    expect(
        close(result, ask(twin)),
        "Each call gives other logits. Is the teacher in training mode, where dropout is on? Ask "
        "it as it is used: `training=False`.",
    )
    changes = "Your function changes the teacher"
    expect(
        trainable == trainable_after or len(trainable) != len(trainable_after),
        f"{changes}: you set `trainable`. Leave it as it came; `training=False` is enough.",
    )
    expect(config == config_after, f"{changes}: its layers or their settings. Leave them.")
    expect(
        all(map(np.array_equal, weights, weights_after)),
        f"{changes}: its weights. (In training mode, batch normalisation changes its averages with "
        "every call. Use `training=False`.)",
    )
    expect(
        result.ndim != 2 or not close(result, numbers(call(function, twin, 1 - images))),
        "Your function returns the same for every input. Does it use its arguments?",
    )
    for factor in (1 / 255, 255):
        expect(
            not close(result, np.asarray(teacher(factor * images, training=False), float)),
            "The model was given other images than your function: did you multiply or divide them "
            "first?",
        )
    _judge_logits(result, right)


def _judge_logits(result, right):
    """Say what was done to the logits that should have come as they are."""
    n, classes = right.shape
    probabilities = softmax(right)
    labels = right.argmax(axis=1)
    for other, reply in (
        (labels, "Those are classes, one per image, as labels are. Return a row of logits for "
         "each."),
        (right.max(axis=1), "That is the largest logit of each image. The student also needs the "
         "other ones: return the whole row."),
        (probabilities.max(axis=1), "That is the largest probability of each image. Return the "
         "whole row, and its logits."),
        (right.T, "Rows and columns are exchanged. Return one row per image."),
        (right[0], "That is the first image alone."),
        (right.mean(axis=0), "That is the mean over the images. Each image has its own row."),
        (np.eye(classes)[labels], "Those are the teacher's labels: what it knows of the other "
         "classes is lost."),
        (1 / (1 + np.exp(-right)), "You took a sigmoid. Return the logits as they come."),
        (log_softmax(right), "Those are the logarithms of probabilities: the logits minus a number "
         "for each image. Return the logits as they come."),
    ):  # fmt: skip
        expect(not close(result, other), reply)
    expect(
        result.shape == right.shape,
        f"Return one row per image and one column per class, an array of the shape {right.shape}. "
        f"Your function returns {form(result)}.",
    )
    expect(
        not (result.min() >= 0 and close(result.sum(axis=1), np.ones(n))),
        "Those are probabilities: you took a softmax, at one fixed temperature. Return the "
        "logits, and each student can choose its own temperature.",
    )
    factor = (result * right).sum() / (right**2).sum()
    expect(
        close(factor, 1) or factor <= 0 or not close(result, factor * right),
        f"Those are the logits divided by {1 / factor:.3g}. The loss divides by the temperature "
        "later. Return the logits as they come, and each student can choose its own temperature.",
    )
    expect(
        close(result, right) or not close(result, right, 0.5),
        "Those are nearly the logits. Were they rounded? Store them as they come: at a high "
        "temperature the small differences count.",
    )
    expect(
        close(result, right),
        f"For the first image it should be {shown(right[0])}, and yours is {shown(result[0])}.",
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
