"""Exercises of lesson 02, Soft targets."""

import numpy as np

from kdlab.exercises.exercise import Exercise, Misconception, close, expect
from kdlab.exercises.replies import compare, one_number, shown
from kdlab.predictions.lesson_02 import answers
from kdlab.soft_targets import entropy, kl_divergence
from kdlab.soft_targets import softmax as _softmax
from kdlab.teachers import pretrained_teacher
from kdlab.widgets import Quiz

_EXAMPLE = 512  # the test image of this lesson


def _flat(logits):
    """The probabilities, taken for logits: the classic mistake.

    (Less 1, which a softmax does not see, so that nobody is warned of them.)
    """
    return _softmax(logits) - 1


def _share(x):
    return x / x.sum()


_TWICE = (
    "You divided the *probabilities* by T, after a first softmax. They lie so close together that "
    "almost nothing is left; the temperature divides the logits."
)
_NOT_ONE = "Those do not add up to 1: "

_SOFTMAX_SLIPS = [
    (lambda z, t: _softmax(_flat(z), t), _TWICE),
    (
        lambda z, t: _softmax(z) / t,
        _NOT_ONE + "you divided the probabilities by T. T divides the logits, before `exp`.",
    ),
    (lambda z, t: 100 * _softmax(z, t), _NOT_ONE + "give shares, not percentages."),
    (lambda z, t: _softmax(z * t), "You multiplied by T: that sharpens. Divide."),
    (
        lambda z, t: _softmax(z),
        "That is the softmax at T = 1. Either T is not used yet, or it cancels, as a factor "
        "of every `exp(...)` does, and whatever is subtracted from all logits. T divides the "
        "logits themselves, inside `exp`.",
    ),
    (lambda z, t: np.exp(z / t), _NOT_ONE + "`exp(z / T)` is right. What is each divided by?"),
    (lambda z, t: np.exp(z / t) / np.exp(z).sum(), _NOT_ONE + "T is missing in the sum below."),
    (
        lambda z, t: np.exp(z) / np.exp(z / t).sum(),
        _NOT_ONE + "T is in the sum below, and missing above.",
    ),
    (
        lambda z, t: np.exp(z / t) / np.exp(z / t).mean(),
        _NOT_ONE + "you divided by the mean. Divide by the sum.",
    ),
    (
        lambda z, t: np.exp(z / t) / np.exp(z / t).max(),
        _NOT_ONE + "you divided by the largest. Divide by the sum.",
    ),
    (
        lambda z, t: z / t,
        "Those are the logits divided by T. The softmax of them is still to come.",
    ),
    (lambda z, t: _share(z / t), "The shares are of the logits themselves: `exp` is missing."),
    (
        lambda z, t: np.log(_softmax(z, t)),
        "Those are the logarithms of the probabilities: leave the last `log` out.",
    ),
    (
        lambda z, t: _softmax(z) ** (1 / t),
        _NOT_ONE + "the ratios are right. Divide by the sum once more.",
    ),
    (
        lambda z, t: 1 / (1 + np.exp(-z / t)),
        _NOT_ONE + "that is a sigmoid, each class by itself. In a softmax the classes share.",
    ),
    (
        lambda z, t: _share(2 ** (z / t)),
        "You took powers of 2. `np.exp` takes those of e.",
    ),
    (lambda z, t: _softmax(z // t), "`//` divides and rounds down. Divide with `/`."),
    (
        lambda z, t: np.eye(len(z))[z.argmax()],
        "That is a label: all for the largest logit, whatever T is.",
    ),
    (
        lambda z, t: _softmax(z, t).sum(),
        "That is their sum. Return one probability for each logit.",
    ),
    (
        lambda z, t: _softmax(z, t).max(),
        "That is one probability. Return one for each logit.",
    ),
]


def _judge_softmax(function):

    def said(arguments, right, given):
        z, t = arguments
        return f"For the logits {shown(z)} at T = {t:g} it is {shown(right)}, yours {shown(given)}."

    small = [(np.array([3.0, 1.0, -2.0]), 4.0), (np.array([0.5, -1.5, 2.0, 7.0]), 2.0)]
    compare(function, _softmax, _SOFTMAX_SLIPS, small, said)
    large = [(np.array(z), 1.0) for z in ([2000.0, 0.0], [2000.0, 1999.0], [-2000.0, -2001.0])]
    try:
        with np.errstate(all="ignore"):
            compare(function, _softmax, [], large, said)
    except Misconception as error:
        raise Misconception(
            "Right on small logits, but not on [2000, 0] or [-2000, -2001]: exp(2000) overflows, "
            "and exp(-2000) is 0. What may you subtract from all logits, without changing a "
            "probability?"
        ) from error


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
        mistaken = " (Three is how many classes it shall be.)"
    elif abs(temperature - np.log(3)) < 0.01:
        mistaken = " (ln 3 = 1.10 is the entropy of three equal classes, and not a temperature.)"
    elif abs(classes(_flat(logits)) - 3) <= 0.25:
        mistaken = (
            " (Three they would be with the temperature on the *probabilities*, after a first "
            "softmax. It divides the logits.)"
        )
    elif abs(classes(all_logits) - 3) <= 0.1:
        mistaken = " (Three is the average of all images. The question is about one.)"
    expect(effective >= 2.75, f"{at}: go up.{mistaken}")
    expect(effective <= 3.25, f"{at}: go down.{mistaken}")


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

# Of the second class the teacher is in part convinced, of the third hardly: so a student that
# neglects the wrong one can be told apart, and so can one that was measured the other way round.
_TEACHER = np.array([0.70, 0.28, 0.02])


def _judge_far(answer):
    given = "Give three probabilities in brackets, as in [0.5, 0.3, 0.2]."
    expect(not isinstance(answer, (str, bytes)), given)
    try:
        q = np.squeeze(np.asarray(answer, float))
    except (TypeError, ValueError) as error:
        raise Misconception(given) from error
    if q.size == 1:
        expect(False, f"{given} What came is one number. The divergence is measured for you.")
    expect(q.shape == (3,), f"{given} What came has the shape {q.shape}.")
    expect(bool(np.isfinite(q).all()), f"{given} What came is {shown(q)}.")
    expect(bool((q >= 0).all()), "A probability is never below 0. Are those logits?")
    total = q.sum()
    expect(abs(total - 100) > 0.5, "Those are percentages. Give shares that add up to 1.")
    expect(abs(total - 1) < 1e-3, f"Three probabilities add up to 1, and these to {total:.4g}.")
    q = q / total
    expect(
        q.argmax() == 0 and q[0] > np.sort(q)[1],
        "Your student does not name the first class, as its teacher does. To be far off by naming "
        "another one is easy: can it agree on the answer, and be far off?",
    )
    apart = float(kl_divergence(_TEACHER, q))
    expect(
        np.isfinite(apart),
        "Where a student says exactly 0, the divergence is infinite. No softmax says exactly 0: "
        "leave every class a little.",
    )
    it_is = f"KL(p || q) is {apart:.2f} nats."
    expect(
        apart > 0.01,
        f"{it_is} Your student says nearly what its teacher says. What could it get wrong, and "
        "still name the same class?",
    )
    expect(
        apart > 1 or float(kl_divergence(q, _TEACHER)) <= 1,
        f"The other way round, KL(q || p), yours is above 1. But {it_is} Whose probabilities weigh "
        "the terms?",
    )
    expect(
        apart > 1 or (q[:2] < _TEACHER[:2]).any() or q[2] >= _TEACHER[2],
        f"{it_is} You took from the class in which the teacher hardly believes, so it weighs "
        "hardly anything. Which class would the teacher miss?",
    )
    expect(
        apart > 1 or entropy(q) <= entropy(_TEACHER) or (q[1:] < 0.7 * _TEACHER[1:]).any(),
        f"{it_is} Your student is less sure than its teacher. That costs little, since each class "
        "keeps a good part. Try the other direction.",
    )
    expect(
        not np.log(2) < apart <= 1,
        f"{it_is} You are on the way: go on. (With log2 it would be above 1. A nat is the natural "
        "logarithm's unit.)",
    )
    expect(
        apart > 1,
        f"{it_is} "
        + (
            "You are on the way: go on, much further."
            if q[1] < _TEACHER[1]
            else "Which class does the teacher believe in, beside the first? What if the student "
            "forgot it?"
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
    "Now it is right at T = 1 only, and above T = 1 too large. There is something in front of his "
    "loss already, which need not come again. How large is his gradient beside the right one, at "
    "T = 2 and at T = 4?"
)
_SMALLER = "That makes it smaller still. His students take too little from the teacher as it is."
_FACTOR = "That is a factor alone. Return his gradient, multiplied by what it lacks."
_SIGN = (
    "The sign was right, and now it is the other way round. (A step goes *against* the gradient; "
    "that is the optimizer's work.)"
)
_HIS_IMAGE = (
    "That is the gradient for image 512, whatever your function is given. Use its argument "
    "`gradient`: it shall mend his gradient for other images, too."
)

_REPAIR_SLIPS = [
    (lambda g, t: g, "That is his gradient as it was. At T = 1 it lacks nothing. And at T = 4?"),
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
    (lambda g, t: t * colleague(t), _HIS_IMAGE),
    (lambda g, t: t**2 * colleague(t), _HIS_IMAGE),
    (
        lambda g, t: t * np.abs(g),
        "The size is right, but all signs are plus. A pull has a direction: leave the signs.",
    ),
    (lambda g, t: g + t, "You added. What is missing is a factor, the same for all logits."),
]


def _judge_repair(function):

    def right(gradient, t):
        return t * gradient

    def said(arguments, right, given):
        gradient, t = arguments
        if given.shape != right.shape:
            return f"Return a gradient, {len(gradient)} numbers here. Your function returns " + (
                f"an array of the shape {given.shape}." if given.ndim else "one number."
            )
        factor = float((given * gradient).sum() / (gradient**2).sum())
        if close(given, factor * gradient):
            return (
                f"At T = {t:g} your function multiplies his gradient by {factor:.3g}, which is not "
                "what it lacks there. Divide the right gradient by his, and compare T = 2 with "
                "T = 4."
            )
        return (
            f"At T = {t:g} it should begin with {shown(right[:3])}, your function says "
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
        "T (q - p). Which power of T stands in front of his?",
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
