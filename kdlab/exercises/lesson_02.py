"""Exercises of lesson 02, Soft targets."""

import numpy as np

from kdlab.exercises.exercise import Exercise, call, close, expect
from kdlab.exercises.lesson_02_softmax import SLIPS, flat
from kdlab.exercises.replies import compare, form, not_one, one_number, several_numbers, shown
from kdlab.predictions.lesson_02 import answers
from kdlab.soft_targets import entropy, kl_divergence
from kdlab.soft_targets import softmax as _softmax
from kdlab.teachers import pretrained_teacher
from kdlab.widgets import Quiz

_EXAMPLE = 512  # the test image of this lesson


def _judge_softmax(function):

    def said(arguments, right, given):
        z, t = arguments
        if given.shape != right.shape:
            return (
                f"Return one probability for each logit, {len(z)} numbers here. Your function "
                f"returns {form(given)}."
            )
        return (
            f"For the logits {shown(z)} at T = {t:g} it should be {shown(right)}, and yours is "
            f"{shown(given)}.{not_one(given)}"
        )

    small = [(np.array([3.0, 1.0, -2.0]), 4.0), (np.array([0.5, -1.5, 2.0, 7.0]), 2.0)]
    compare(function, _softmax, SLIPS, small, said)
    for z in ([2000.0, 0.0], [2000.0, 1999.0], [-2000.0, -2001.0]):
        _judge_large(function, np.array(z))


def _judge_large(function, z):
    right = _softmax(z)
    try:
        with np.errstate(all="ignore"):
            result = np.squeeze(np.asarray(call(function, z.copy(), 1.0), float))
    except ArithmeticError as error:  # from Python's own `math`
        result, said = None, f"stops with {type(error).__name__}"
    else:
        said = f"is {shown(result)}"
    limits = " (`exp` of a number above 709 is infinite for a computer, and below -745 it is 0.)"
    expect(
        result is not None and close(result, right),
        f"Right on small logits. But for {shown(z)} it should be {shown(right)}, and yours "
        f"{said}.{limits if result is None or not_one(result) else ''} What may you "
        "subtract from all logits, so that the largest becomes 0 and no probability changes?",
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
    expect(
        not hasattr(answer, "temperature"),
        "That is the whole explorer. Give its number: `explorer.temperature`.",
    )
    temperature = one_number(answer, "Give one number, the temperature.")
    expect(temperature > 0, "A temperature is above 0.")
    all_logits = pretrained_teacher("digits").test_logits
    logits = all_logits[_EXAMPLE]

    def classes(z) -> float:
        return float(np.exp(entropy(_softmax(z, temperature)).mean()))

    expect(temperature != _EXAMPLE, "That is the number of the image. Give the temperature.")
    effective = classes(logits)
    at = f"At T = {temperature:g} image {_EXAMPLE} has {effective:.2f} effective classes"
    # Nobody can tell such a number from a guess, so each is only mentioned.
    mistaken = ""
    if temperature == 3:
        mistaken = " (Three is how many classes it should have.)"
    elif abs(temperature - np.log(3)) < 0.01:
        mistaken = " (ln 3 = 1.10 is the entropy of three equal classes, and not a temperature.)"
    elif abs(classes(flat(logits)) - 3) <= 0.25:
        mistaken = (
            " (You would get three if T divided the *probabilities*, after a first softmax. It "
            "must divide the logits.)"
        )
    else:
        average = abs(classes(all_logits) - 3) <= 0.1
        of_two = abs(2 ** np.log(effective) - 3) <= 0.1
        where = [
            *(["the average of all images"] if average else []),
            *(["2**entropy of this one"] if of_two else []),
        ]
        if where:
            mistaken = (
                f" (About three is, at this T, {', and also '.join(where)}. Take image {_EXAMPLE} "
                "alone, and exp(entropy).)"
            )
    expect(effective >= 2.75, f"{at}: take a higher T.{mistaken}")
    expect(effective <= 3.25, f"{at}: take a lower T.{mistaken}")


three_classes = Exercise(
    "2.2",
    _judge_three_classes,
    hints=[
        'The explorer shows the effective number of classes while you drag: "Unsure among". '
        f"Choose image {_EXAMPLE}, and aim for 3.",
        "Or search: compute `np.exp(kdlab.entropy(kdlab.softmax(z, T)))` for many T and take the "
        "closest.",
    ],
    solution="""
        import numpy as np
        from kdlab import entropy, pretrained_teacher, softmax

        z = pretrained_teacher("digits").test_logits[512]
        temperatures = np.linspace(0.5, 20, 2000)
        effective = [np.exp(entropy(softmax(z, T))) for T in temperatures]
        answer = temperatures[np.abs(np.array(effective) - 3).argmin()]
    """,
    praise="exp(entropy) turns 'how undecided' into a number of classes you can picture.",
    answers=answers,
)

# The teacher finds the second class likely, and the third one hardly: so a student that forgets the
# wrong one can be told apart, and so can one that was measured by KL(q || p).
_TEACHER = np.array([0.70, 0.28, 0.02])


def _judge_far(answer):
    q = several_numbers(answer, 3, "Give three probabilities in brackets, as in [0.5, 0.3, 0.2].")
    expect(bool((q >= 0).all()), "A probability is never below 0. Are those logits?")
    total = q.sum()
    expect(abs(total - 100) > 0.5, "Those are percentages. Give shares that add up to 1.")
    expect(abs(total - 1) < 1e-3, f"Three probabilities add up to 1, and these to {total:.4g}.")
    q = q / total
    expect(
        q[0] != np.sort(q)[1] or q.argmax() != 0,
        "The first class must be larger than each of the others. Here two are equal.",
    )
    expect(
        q.argmax() == 0,
        "Your student does not name the first class, and its teacher does. Another class would be "
        "an easy way to a large divergence: find a way in which both name the first one.",
    )
    apart = float(kl_divergence(_TEACHER, q))
    expect(
        np.isfinite(apart),
        "Where a student says exactly 0, the divergence is infinite. No softmax says exactly 0: "
        "give every class at least a little.",
    )
    it_is = f"KL(p || q) is {apart:.2f} nats."
    expect(
        apart > 0.01,
        f"{it_is} Your student says nearly the same as its teacher. What could it get wrong, and "
        "still name the same class?",
    )
    expect(
        apart > 1 or float(kl_divergence(q, _TEACHER)) <= 1,
        f"With p and q exchanged, KL(q || p), yours is above 1. But {it_is} Whose probabilities "
        "stand in front of the logarithm?",
    )
    expect(
        apart > 1 or (q[:2] < _TEACHER[:2]).any() or q[2] >= _TEACHER[2],
        f"{it_is} You took probability from the third class. For the teacher it is 0.02, so its "
        "term in the sum stays small. From which class can you take more?",
    )
    expect(
        apart > 1 or entropy(q) <= entropy(_TEACHER) or (q[1:] < 0.7 * _TEACHER[1:]).any(),
        f"{it_is} Your student is less sure than its teacher. That changes the divergence little, "
        "since no class becomes nearly 0. Try a student that is more sure.",
    )
    expect(
        not np.log(2) < apart <= 1,
        f"{it_is} You are near: go on. (With log2 it would be above 1. But a nat belongs to the "
        "natural logarithm.)",
    )
    expect(
        apart > 1,
        f"{it_is} "
        + (
            "The direction is right: go on, much further."
            if q[1] < _TEACHER[1]
            else "Which class is likely for the teacher, besides the first? What if the student "
            "forgot that one?"
        ),
    )


kl = Exercise(
    "2.3",
    _judge_far,
    hints=[
        "In the sum of p log(p / q) a term is large where p is large and q is small.",
        "The first class has to stay the tallest. In which other class does the teacher believe?",
        "What would a student say that was trained on labels alone, until it is very sure?",
    ],
    solution="answer = [0.98, 0.001, 0.019]",
    praise="It names the right class, as its teacher does, and has lost what else the image might "
    "be. Accuracy cannot see that; the divergence can.",
    answers=answers,
)


def colleague(T):
    """The gradient of a colleague's soft loss, for exercise 2.4: his code has a mistake.

    Args:
        T: the temperature.

    Returns:
        float64 `(10,)`: the gradient on the logits of a student that knows nothing yet, for the
        test image of this lesson.

    Raises:
        ValueError: the temperature is not above 0.

    Example:
        >>> colleague(T=4).shape
        (10,)
    """
    z = pretrained_teacher("digits").test_logits[_EXAMPLE]
    return _softmax(np.zeros_like(z), T) - _softmax(z, T)


_TOO_LARGE = (
    "Now it is right at T = 1 only, and above T = 1 too large. His loss has a factor in front "
    "already: only the rest is missing. Divide the right gradient by his, at T = 2 and at T = 4."
)
_SMALLER = "That makes his gradient even smaller. It is too small already."
_FACTOR = "That is a factor alone. Return his gradient, multiplied by the factor that is missing."
_SIGN = (
    "The sign was right before, and now it is wrong. (A step goes *against* the gradient; that is "
    "done by the optimizer.)"
)
_HIS_IMAGE = (
    "That is the gradient for image 512, whatever your function is given. Use its argument "
    "`gradient`: it should correct his gradient for other images, too."
)

_REPAIR_SLIPS = [
    (lambda g, t: g, "That is his gradient as it was. At T = 1 it is right. And at T = 4?"),
    (lambda g, t: t**2 * g, _TOO_LARGE),
    (lambda g, t: t**3 * g, _TOO_LARGE),
    (lambda g, t: g / t, _SMALLER),
    (lambda g, t: g / t**2, _SMALLER),
    (lambda g, t: -t * g, _SIGN),
    (lambda g, t: -(t**2) * g, _SIGN),
    (lambda g, t: -g, _SIGN),
    (lambda g, t: t, _FACTOR),
    (lambda g, t: t**2, _FACTOR),
    (lambda g, t: 1 / t, _FACTOR),
    (lambda g, t: np.full_like(g, t), _FACTOR),
    (lambda g, t: np.full_like(g, t**2), _FACTOR),
    (lambda g, t: np.full_like(g, 1 / t), _FACTOR),
    (lambda g, t: t * colleague(t), _HIS_IMAGE),
    (lambda g, t: t**2 * colleague(t), _HIS_IMAGE),
    (
        lambda g, t: t * np.abs(g),
        "The sizes are right, but all signs are plus. A gradient has a direction: keep the signs.",
    ),
    (lambda g, t: g + t, "You added. What is missing is a factor, the same for all logits."),
]


def _judge_repair(function):

    def right(gradient, t):
        return t * gradient

    def said(arguments, right, given):
        gradient, t = arguments
        if given.shape != right.shape:
            return (
                f"Return a gradient, {len(gradient)} numbers here. Your function returns "
                f"{form(given)}."
            )
        factor = float((given * gradient).sum() / (gradient**2).sum())
        if close(given, factor * gradient):
            return (
                f"At T = {t:g} your function multiplies his gradient by {factor:.3g}, which is not "
                "the factor that is missing there. Divide the right gradient by his, and compare "
                "T = 2 with T = 4."
            )
        return (
            f"At T = {t:g} it should begin with {shown(right[:3])}, and yours begins with "
            f"{shown(given[:3])}."
        )

    other = _softmax([0.5, 2.0, -1.0], 9.0) - _softmax([3.0, 0.0, 1.0], 9.0)
    trials = [(colleague(4.0), 4.0), (colleague(2.0), 2.0), (other, 9.0)]
    compare(function, right, _REPAIR_SLIPS, trials, said)


gradient = Exercise(
    "2.4",
    _judge_repair,
    hints=[
        "Print `right / ex.colleague(T)` for T = 1, 2, 4, where `right` is the gradient with T². "
        "What does it depend on?",
        "With q and p the student's and the teacher's soft targets, the right gradient is "
        "T (q - p). Which power of T stands in front of q - p in his?",
        "He wrote T where T² belongs: of the two T that the softmax takes from the gradient, he "
        "gave one back.",
    ],
    solution="""
        def answer(gradient, T):
            return T * gradient
    """,
    praise="His loss has T in front, where T² belongs. At T = 1 nobody sees it, and no error says "
    "so: the size of the gradient does.",
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
