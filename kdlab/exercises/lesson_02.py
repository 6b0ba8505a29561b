"""Exercises of lesson 02, Soft targets."""

import numpy as np

from kdlab.exercises.exercise import Exercise, call, close, convert, expect, number
from kdlab.predictions.lesson_02 import answers
from kdlab.soft_targets import entropy, kl_divergence, soft_loss_gradient
from kdlab.soft_targets import softmax as _softmax
from kdlab.teachers import pretrained_teacher
from kdlab.widgets import Quiz

_EXAMPLE = 431  # the test image of lessons 00 and 02


def _flat(logits):
    """The probabilities, taken for logits: the classic mistake.

    (Less 1, which a softmax does not see, so that nobody is warned of them.)
    """
    return _softmax(logits) - 1


def _judge_softmax(function):
    z, t = np.array([3.0, 1.0, -2.0]), 4.0
    result = np.asarray(call(function, z, t), float)
    probabilities = _softmax(z)
    expect(
        not close(result, _softmax(_flat(z), t)),
        "You divided the *probabilities* by T, after a first softmax. They lie so close together "
        "that almost nothing is left; the temperature divides the logits.",
    )
    expect(
        not close(result, probabilities / t),
        "You divided the probabilities by T, so they no longer sum to 1. Divide the logits first.",
    )
    expect(not close(result, _softmax(z * t)), "You multiplied by T: that sharpens. Divide.")
    expect(not close(result, probabilities), "That is the softmax at T = 1: T is not used yet.")
    expect(
        close(result, _softmax(z, t)),
        f"For the logits {z.tolist()} at T = 4 the answer is {_softmax(z, t).round(3).tolist()}.",
    )
    with np.errstate(all="ignore"):
        huge = [
            np.asarray(call(function, np.array(z), 1.0), float)
            for z in ([2000.0, 0.0], [2000.0, 1999.0], [-2000.0, -2001.0])
        ]
    expect(
        close(huge, _softmax([[2000.0, 0.0], [2000.0, 1999.0], [-2000.0, -2001.0]])),
        "Right on small logits, but exp(2000) overflows. Subtract the largest logit first: "
        "it changes nothing else.",
    )


softmax = Exercise(
    "2.1",
    _judge_softmax,
    hints=[
        "Divide the logits by T, take `np.exp`, divide by the sum.",
        "Before `np.exp`, subtract the maximum, so that the largest exponent is 0.",
    ],
    solution="""
        import numpy as np

        def answer(logits, temperature):
            z = (logits - logits.max()) / temperature
            return np.exp(z) / np.exp(z).sum()
    """,
    praise="Logits divided by T, and a softmax that does not overflow.",
    answers=answers,
)


def _judge_three_classes(answer):
    temperature = convert(answer, float, "Give one number, the temperature.")
    expect(temperature > 0, "A temperature is above 0.")
    logits = pretrained_teacher("digits").test_logits[_EXAMPLE]
    effective = float(np.exp(entropy(_softmax(logits, temperature))))
    expect(
        abs(np.exp(entropy(_softmax(_flat(logits), temperature))) - 3) > 0.25,
        "You put the temperature on the *probabilities*, after a first softmax. It divides the "
        "logits.",
    )
    direction = "up" if effective < 3 else "down"
    expect(
        abs(effective - 3) <= 0.25,
        f"At T = {temperature:g} there are {effective:.2f} effective classes: go {direction}.",
    )


three_classes = Exercise(
    "2.2",
    _judge_three_classes,
    hints=[
        "The explorer shows the effective number of classes while you drag. Aim for 3.",
        "Or search: compute `np.exp(entropy(softmax(z, T)))` for many T and take the closest.",
    ],
    solution="""
        import numpy as np
        from kdlab import entropy, pretrained_teacher, softmax

        z = pretrained_teacher("digits").test_logits[431]
        temperatures = np.linspace(0.5, 20, 2000)
        effective = [np.exp(entropy(softmax(z, T))) for T in temperatures]
        answer = temperatures[np.abs(np.array(effective) - 3).argmin()]
    """,
    praise="exp(entropy) turns 'how undecided' into a number of classes you can picture.",
    answers=answers,
)


def _judge_kl(function):
    teacher, student = np.array([0.7, 0.2, 0.1]), np.array([0.2, 0.5, 0.3])
    result = call(function, teacher, student)
    expect(np.size(result) == 1, "Give one number: sum over the classes.")
    result = number(result)
    expect(
        not close(result, kl_divergence(student, teacher)),
        "The arguments are the wrong way round: that is KL(student || teacher). The teacher is "
        "the truth here, so it weighs the terms.",
    )
    expect(
        not close(result, -np.sum(teacher * np.log(student))),
        "That is the cross-entropy. It has the same gradient, but is not 0 where the student "
        "agrees with the teacher: subtract the teacher's entropy.",
    )
    right = kl_divergence(teacher, student)
    expect(not close(result, right / np.log(2)), "That is in bits. Use np.log, not np.log2.")
    expect(not close(result, right / 3), "Sum over the classes; the mean divides by their number.")
    expect(not close(result, -kl_divergence(teacher, student)), "The sign is the wrong way round.")
    expect(
        close(result, kl_divergence(teacher, student)),
        f"For these two it is {float(kl_divergence(teacher, student)):.4f}, "
        f"your function says {result:.4f}.",
    )


kl = Exercise(
    "2.3",
    _judge_kl,
    hints=[
        "KL(p || q) = sum of p * log(p / q). Which of the two is p?",
        "The teacher is p: `np.sum(teacher * (np.log(teacher) - np.log(student)))`.",
    ],
    solution="""
        import numpy as np

        def answer(teacher, student):
            return np.sum(teacher * (np.log(teacher) - np.log(student)))
    """,
    praise="0 where they agree, and it grows with every class the student neglects.",
    answers=answers,
)


def _judge_gradient(function):
    student, teacher, t = np.array([1.0, 0.0, -1.0]), np.array([4.0, 1.0, 0.0]), 4.0
    result = np.asarray(call(function, student, teacher, t), float)
    right = soft_loss_gradient(student, teacher, t)
    expect(
        not close(result, right / t**2),
        "That is (q - p) / T: the gradient without T². At T = 4 it is 16 times too small.",
    )
    expect(not close(result, right / t), "One factor is missing: T² / T leaves a T.")
    expect(not close(result, -right), "The sign: a loss falls *against* its gradient, so q - p.")
    q, p = _softmax(student), _softmax(teacher)
    expect(
        not (close(result, t * (q - p)) or close(result, q - p)),
        "Both softmaxes take the temperature too.",
    )
    expect(
        not close(result, t * (_softmax(_flat(student), t) - _softmax(_flat(teacher), t))),
        "You put the temperature on *probabilities*, after a first softmax. It divides the logits.",
    )
    expect(
        close(result, right),
        f"At T = 4 it is {right.round(3).tolist()}, your function says "
        f"{np.round(result, 3).tolist()}.",
    )
    expect(
        close(call(function, student, teacher, 2.0), soft_loss_gradient(student, teacher, 2.0)),
        "Right at T = 4, but not at T = 2. Is there a 4 in your code?",
    )


gradient = Exercise(
    "2.4",
    _judge_gradient,
    hints=[
        "With q and p the student's and the teacher's soft targets, the loss without T² has the "
        "gradient (q - p) / T.",
        "Multiply by T²: what remains of T² / T?",
    ],
    solution="""
        from kdlab import softmax

        def answer(student_logits, teacher_logits, T):
            return T * (softmax(student_logits, T) - softmax(teacher_logits, T))
    """,
    praise="T (q - p): the T² in the loss, less the T that the softmax takes back.",
    answers=answers,
)


quiz_accuracy = Quiz(
    "Raise the temperature from 1 to 20, for all test images. What happens to the teacher's "
    "accuracy?",
    {
        "It falls, since the bars are nearly level.": "The bars come closer to each other, but "
        "none overtakes another: the tallest stays the tallest, even if only by a little, and "
        "accuracy asks for no more.",
        "It rises, since the dark knowledge comes out.": "It comes out in the other bars. The "
        "answer is the tallest one, as before: an image that was read wrong is still read wrong.",
        "It stays exactly as it is.": "All logits of an image are divided by the same T, which "
        "keeps their order and so the answer. What changes is how sure it looks.",
        "It changes, where two classes are close.": "However close two logits are, the larger one "
        "stays the larger when both are divided by the same number.",
    },
    right="It stays exactly as it is.",
)
answers.keep("quiz_accuracy", quiz_accuracy)
