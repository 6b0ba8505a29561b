"""All ways to get the softmax of exercise 2.1 wrong that are recognised, each with its reply."""

import numpy as np

from kdlab.soft_targets import softmax


def flat(logits):
    """The probabilities, taken for logits: the classic mistake.

    (Minus 1, which does not change a softmax, so that nobody is warned of them.)
    """
    return softmax(logits) - 1


def _share(x):
    return x / x.sum()


def _parts(above, below):
    """A softmax with these numbers in the numerator and in the denominator, before `exp`."""
    return np.exp(above) / np.exp(below).sum()


_TWICE = (
    "You divided the *probabilities* by T, after a first softmax. They lie so close together that "
    "almost nothing is left; the temperature divides the logits."
)
_NOT_ONE = "Those do not add up to 1: "
_MAXIMUM = "you subtracted the maximum in only one of the two, numerator and denominator."

SLIPS = [
    (lambda z, t: softmax(flat(z), t), _TWICE),
    (
        lambda z, t: softmax(z) / t,
        _NOT_ONE + "you divided the probabilities by T. T divides the logits, before `exp`.",
    ),
    (lambda z, t: 100 * softmax(z, t), _NOT_ONE + "give shares, not percentages."),
    (
        lambda z, t: softmax(z * t),
        "You multiplied by T: that makes the largest probability larger. Divide.",
    ),
    (lambda z, t: softmax(z, t * t), "You divided by T twice. Divide the logits by T once."),
    (lambda z, t: softmax(z, t**0.5), "You divided by the root of T. Divide the logits by T."),
    (
        lambda z, t: softmax(-z, t),
        "With your function the *smallest* logit gets the largest probability. Is there a minus "
        "too many in `exp`?",
    ),
    (
        lambda z, t: softmax(z),
        "That is the softmax at T = 1. Either T is not used yet, or it cancels: a factor on every "
        "`exp(...)` cancels, and so does a number subtracted from all logits. Divide the logits "
        "by T inside `exp`.",
    ),
    (lambda z, t: np.exp(z / t), _NOT_ONE + "`exp(z / T)` is right. What is each divided by?"),
    (lambda z, t: _parts(z / t, z), _NOT_ONE + "T is missing in the denominator, the sum."),
    (lambda z, t: _parts(z, z / t), _NOT_ONE + "T is missing in the numerator."),
    *(
        (slip, _NOT_ONE + _MAXIMUM)
        for slip in (
            lambda z, t: _parts((z - z.max()) / t, z / t),
            lambda z, t: _parts(z / t, (z - z.max()) / t),
            lambda z, t: _parts(z / t - z.max(), z / t),
            lambda z, t: _parts(z / t, z / t - z.max()),
        )
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
        "Those are the logits divided by T. Now take the softmax of them.",
    ),
    (lambda z, t: _share(z / t), "Those are shares of the logits themselves: `exp` is missing."),
    (
        lambda z, t: np.log(softmax(z, t)),
        "Those are the logarithms of the probabilities: leave the last `log` out.",
    ),
    (
        lambda z, t: softmax(z) ** (1 / t),
        _NOT_ONE + "the ratios are right. Divide by the sum once more.",
    ),
    (
        lambda z, t: 1 / (1 + np.exp(-z / t)),
        _NOT_ONE + "that is a sigmoid, of each class alone. In a softmax, each class is divided by "
        "the sum of all.",
    ),
    (
        lambda z, t: _share(2 ** (z / t)),
        "You took powers of 2. `np.exp` takes those of e.",
    ),
    (lambda z, t: softmax(z // t), "`//` divides and rounds down. Divide with `/`."),
    (
        lambda z, t: np.eye(len(z))[z.argmax()],
        "That is a label: 1 for one logit, 0 for the others. A softmax gives something to each.",
    ),
    (
        lambda z, t: softmax(z, t).sum(),
        "That is their sum. Return one probability for each logit.",
    ),
    (
        lambda z, t: softmax(z, t).max(),
        "That is one probability. Return one for each logit.",
    ),
]
