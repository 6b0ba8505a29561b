"""Exercises of lesson 03, Distil a student."""

import numpy as np

from kdlab.exercises.exercise import Exercise, call, close, convert, expect, number
from kdlab.predictions.lesson_03 import answers
from kdlab.soft_targets import kl_divergence, log_softmax, softmax
from kdlab.widgets import Quiz


def _soft(student, teacher, t):
    return kl_divergence(softmax(teacher, t), softmax(student, t)).mean()


def _hard(student, labels, t=1.0):
    return -np.mean(log_softmax(student, t)[np.arange(len(labels)), labels])


def _cross_entropy(p, student, t=1.0):
    return -(p * log_softmax(student, t)).sum(axis=1).mean()


def _judge_loss(function):
    rng = np.random.default_rng(0)
    student, teacher = rng.normal(size=(2, 6, 4)) * 3
    labels, t, alpha = rng.integers(4, size=6), 4.0, 0.7
    result = number(call(function, student, teacher, labels, t, alpha))

    def total(soft, hard):
        return alpha * t**2 * soft + (1 - alpha) * hard

    soft, hard = _soft(student, teacher, t), _hard(student, labels)
    wrong = {
        total(soft / t**2, hard): "The soft part lacks its T².",
        (1 - alpha) * t**2 * soft + alpha * hard: "alpha weighs the *soft* part: you swapped them.",
        total(soft, _hard(student, labels, t)): "The labels are learned at T = 1: only the soft "
        "part takes the temperature.",
        total(_cross_entropy(softmax(teacher, t), student, t), hard): "That is cross-entropy for "
        "the soft part: the same gradient, but not 0 where the two agree. Use the divergence.",
        total(_soft(teacher, student, t), hard): "KL(p || q) with the arguments swapped: the "
        "teacher comes first.",
    }
    of_the_teacher = [
        _cross_entropy(softmax(teacher), student),
        _cross_entropy(softmax(teacher, t), student),
        _cross_entropy(softmax(teacher, t), student, t),
        _soft(student, teacher, 1),
    ]
    for hard_on_soft_labels in of_the_teacher:
        wrong[total(soft, hard_on_soft_labels)] = (
            "Your hard part learns from the teacher's probabilities. Those have their place in the "
            "soft part: the hard part is for the labels, one class per image."
        )
    # Less 1, which a softmax does not see, so that nobody is warned of them.
    flat_teacher, flat_student = softmax(teacher) - 1, softmax(student) - 1
    for of_student in (flat_student, student):
        wrong[total(_soft(of_student, flat_teacher, t), hard)] = (
            "You put the temperature on *probabilities*, after a first softmax. Almost nothing is "
            "left of what the teacher knows: the temperature divides the logits."
        )
    for value, message in wrong.items():
        expect(not close(result, value), message)
    right = total(soft, hard)
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
    answers=answers,
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
    answers=answers,
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
            layers.Dense(16, "relu", kernel_initializer=weights),
            layers.BatchNormalization(),
            layers.Dropout(0.5, seed=seed),
            layers.Dense(5, kernel_initializer=weights),
        ]
    )


def _state(model):
    """What a careless function may change in a model."""
    return model.get_weights(), model.get_config()


def _judge_stored(function):
    expect(callable(function), f"Pass your function itself, not {type(function).__name__}.")
    teacher, twin = _teacher_with_dropout(0), _teacher_with_dropout(1)
    images = np.random.default_rng(0).random((12, 4, 4, 1), dtype=np.float32)
    right = np.asarray(teacher(images, training=False), float)
    weights, config = _state(teacher)

    def ask(model):
        return convert(
            call(function, model, images.copy()),
            lambda result: np.asarray(result, float),
            "Return an array of numbers, or a tensor.",
        )

    result = ask(teacher)
    expect(
        close(result, ask(twin)),
        "The teacher is in training mode: dropout is on, and each call gives other logits. Ask it "
        "as it is used: `training=False`.",
    )
    weights_after, config_after = _state(teacher)
    expect(
        all(map(np.array_equal, weights, weights_after)) and config == config_after,
        "Your function changes the teacher. (In training mode, batch "
        "normalisation moves its averages with every call.)",
    )
    expect(
        result.shape != (len(images),),
        "Those are classes, one per image: labels once more. Return a row of logits for each.",
    )
    expect(
        result.shape == right.shape,
        f"Return one row per image and one column per class, {right.shape}, not {result.shape}.",
    )
    expect(
        not close(result, np.eye(right.shape[1])[right.argmax(axis=1)]),
        "Those are the teacher's labels: what it knows of the other classes is gone.",
    )
    expect(
        not (result.min() >= 0 and close(result.sum(axis=1), np.ones(len(result)))),
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
        close(result, right),
        f"For the first image it should be {right[0].round(3).tolist()}, your function says "
        f"{result[0].round(3).tolist()}.",
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
