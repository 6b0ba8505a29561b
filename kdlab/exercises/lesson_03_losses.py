"""The loss of exercise 3.1: as it comes, with four mistakes, and all ways to get it wrong that are
recognised, each with its reply.
"""

from functools import partial
from itertools import product

import numpy as np

from kdlab.soft_targets import entropy, kl_divergence, log_softmax, softmax

# What a loss may do: the right way first, then wrong ways, each with what there is to say to it.
_WAYS = {
    "sign": {
        -1: "",
        1: "A loss is small where the student is good. When is your hard part small? The logarithm "
        "of a probability is never above 0.",
    },
    "power": {
        2: "",
        0: "Raise T, and the soft part fades beside the labels. What keeps it level? (Lesson 02, "
        "*Why T²?*)",
        1: "The soft part has T in front, which is too little: the softmax takes one T away, and "
        "the two distributions, coming closer to each other, a second one.",
        -1: "Divided by T, the soft part fades even faster when T goes up. What keeps it level?",
    },
    "soft": {
        "KL(p || q)": "",
        "KL(q || p)": "In KL(p || q) the truth comes first, and weighs the terms. Whose "
        "probabilities are the truth here, and whose come first in your code?",
        "cross-entropy": "That is the cross-entropy for the soft part: the same gradient, but not "
        "0 where the two agree. Use the divergence.",
    },
    "labels_at": {
        1: "",
        "T": "In use, a student is read at T = 1. At which temperature does your hard part teach "
        "it the labels?",
    },
    "alpha_on": {
        "soft": "",
        "hard": "alpha weighs the *soft* part: you swapped the two weights.",
        "nothing": "At alpha = 1 the labels do not count, at alpha = 0 the teacher does not. Which "
        "of your parts has its weight?",
        "soft alone": "At alpha = 1 the labels do not count. What is the weight of the hard part?",
        "both": "The two weights add up to 1. What is that of the hard part?",
    },
    "factor_on": {
        "soft": "",
        "both": "T² stands in front of both parts. Which of them does the temperature make small?",
    },
    "over": {
        np.mean: "",
        np.sum: "Average over the examples: a sum is twice as large for twice as many.",
        np.asarray: "You return a number for each example. Return their mean.",
    },
}
AS_IT_CAME = {"sign": 1, "power": 0, "soft": "KL(q || p)", "labels_at": "T"}


def loss_with(
    student, teacher, labels, t, alpha, *, sign=-1, power=2, soft="KL(p || q)", labels_at=1,
    alpha_on="soft", factor_on="soft", over=np.mean,
):  # fmt: skip
    """The distillation loss, or what becomes of it one of the other `_WAYS`."""
    p, q = softmax(teacher, t), softmax(student, t)
    apart = {
        "KL(p || q)": lambda: kl_divergence(p, q),
        "KL(q || p)": lambda: kl_divergence(q, p),
        "cross-entropy": lambda: kl_divergence(p, q) + entropy(p),
    }[soft]()
    logs = log_softmax(student, t if labels_at == "T" else 1)
    surprise = sign * logs[np.arange(len(labels)), labels]
    a, b = {
        "soft": (alpha, 1 - alpha),
        "hard": (1 - alpha, alpha),
        "nothing": (1, 1),
        "soft alone": (alpha, 1),
        "both": (alpha, alpha),
    }[alpha_on]
    factor = t**power
    return over(a * factor * apart + b * (factor if factor_on == "both" else 1.0) * surprise)


def _mistakes():
    """The ways to get it wrong, those with the fewest mistakes first: any of the four with which
    the loss came, and one of the learner's own at most.
    """
    rights = {name: next(iter(ways)) for name, ways in _WAYS.items()}
    versions = (
        {name: way for name, way in zip(_WAYS, chosen, strict=True) if way != rights[name]}
        for chosen in product(*_WAYS.values())
    )

    def likely(mistakes: dict) -> bool:
        own = [name for name, way in mistakes.items() if AS_IT_CAME.get(name) != way]
        return bool(mistakes) and len(own) <= 1

    return sorted(filter(likely, versions), key=len)


def _reply_to(mistakes: dict) -> str:
    """What to say to a loss with these mistakes: one at a time, the learner's own before ours."""
    for name, way in mistakes.items():
        if AS_IT_CAME.get(name) != way:
            return _WAYS[name][way]
    name, way = next(iter(mistakes.items()))
    left = ["One of the four mistakes is", "Two of the four mistakes are", "Three of the four are"]
    return f"{left[len(mistakes) - 1]} left. {_WAYS[name][way]}"


_OF_THE_TEACHER = (
    "Your hard part learns from the teacher's probabilities. Those have their place in the soft "
    "part: the hard part is for the labels, one class per image."
)
_TWICE = (
    "You put the temperature on *probabilities*, after a first softmax. Almost nothing is left of "
    "what the teacher knows: the temperature divides the logits."
)
_NO_LOG = (
    "Your hard part is the probability of the right class. It lacks the logarithm: `log_softmax` "
    "has it."
)


def _flat(logits):
    return softmax(logits) - 1  # less 1, which a softmax does not see, so that nobody is warned


def _other(soft=None, hard=None):
    """The loss, with another soft or hard part: functions of student, teacher, labels and T."""

    def loss(student, teacher, labels, t, alpha):
        apart = kl_divergence(softmax(teacher, t), softmax(student, t))
        surprise = -log_softmax(student)[np.arange(len(labels)), labels]
        apart = soft(student, teacher, labels, t) if soft else apart
        surprise = hard(student, teacher, labels, t) if hard else surprise
        return alpha * t**2 * np.mean(apart) + (1 - alpha) * np.mean(surprise)

    return loss


def _cross_entropy(p, student, t=1.0):
    return -(p * log_softmax(student, t)).sum(axis=1)


def _chosen(table, labels):
    return table[np.arange(len(labels)), labels]


SLIPS = [
    *((partial(loss_with, **mistakes), _reply_to(mistakes)) for mistakes in _mistakes()
      if mistakes != AS_IT_CAME),
    *((_other(hard=hard), _OF_THE_TEACHER) for hard in (
        lambda s, z, y, t: _cross_entropy(softmax(z), s),
        lambda s, z, y, t: _cross_entropy(softmax(z, t), s),
        lambda s, z, y, t: _cross_entropy(softmax(z, t), s, t),
        lambda s, z, y, t: kl_divergence(softmax(z), softmax(s)),
    )),
    *((_other(soft=soft), _TWICE) for soft in (
        lambda s, z, y, t: kl_divergence(softmax(_flat(z), t), softmax(_flat(s), t)),
        lambda s, z, y, t: kl_divergence(softmax(_flat(z), t), softmax(s, t)),
    )),
    *((_other(hard=hard), _NO_LOG) for hard in (
        lambda s, z, y, t: _chosen(softmax(s), y),
        lambda s, z, y, t: -_chosen(softmax(s), y),
    )),
    *((_other(soft=soft), "Both sides of the soft part take the temperature, teacher and student. "
       "Which of the two is without it?") for soft in (
        lambda s, z, y, t: kl_divergence(softmax(z), softmax(s, t)),
        lambda s, z, y, t: kl_divergence(softmax(z, t), softmax(s)),
    )),
    (_other(soft=lambda s, z, y, t: kl_divergence(softmax(z), softmax(s))),
     "Your soft part takes no temperature. What does T divide in it, on which of the two sides?"),
    (_other(hard=lambda s, z, y, t: -_chosen(log_softmax(z), y)),
     "Your hard part tests the *teacher* on the labels. Who is to learn them?"),
    (_other(soft=lambda s, z, y, t: -kl_divergence(softmax(z, t), softmax(s, t))),
     "Your soft part is below 0. A divergence is a distance that is to become small: the minus "
     "belongs to the hard part alone."),
    (lambda *arguments: -loss_with(*arguments),
     "The whole loss has the wrong sign: it would be made larger, not smaller."),
]  # fmt: skip
