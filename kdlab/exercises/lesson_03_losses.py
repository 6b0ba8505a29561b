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
        0: "When T goes up, your soft part becomes small, and the labels decide alone. Which "
        "factor prevents that? (Lesson 02, *The temperature in the loss*)",
        1: "The soft part has T in front, which is too little: without a factor, its gradient "
        "becomes small like 1 / T². (Lesson 02, *The temperature in the loss*)",
        -1: "You divided by T: the soft part becomes even smaller when T goes up. Which factor "
        "prevents that?",
    },
    "soft": {
        "KL(p || q)": "",
        "KL(q || p)": "In KL(p || q) the truth comes first. Whose probabilities are the truth "
        "here, and whose come first in your code?",
        "cross-entropy": "That is the cross-entropy for the soft part: the same gradient, but not "
        "0 where the two agree. Use the divergence.",
    },
    "labels_at": {
        1: "",
        "T": "After the training, a student is used at T = 1. At which temperature does your hard "
        "part teach it the labels?",
    },
    "alpha_on": {
        "soft": "",
        "hard": "alpha is the weight of the *soft* part: you swapped the two weights.",
        "nothing": "At alpha = 1 the labels do not count, at alpha = 0 the teacher does not. Which "
        "of your parts has its weight?",
        "soft alone": "At alpha = 1 the labels do not count. What is the weight of the hard part?",
        "both": "The two weights add up to 1. What is that of the hard part?",
    },
    "factor_on": {
        "soft": "",
        "both": "T² stands in front of both parts. Which of them does the temperature make small?",
        "hard": "T² stands in front of the hard part. Which of the two parts does the temperature "
        "make small?",
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
    on_soft = 1.0 if factor_on == "hard" else factor
    on_hard = 1.0 if factor_on == "soft" else factor
    return over(a * on_soft * apart + b * on_hard * surprise)


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
    left = [
        "One of the four mistakes is",
        "Two of the four mistakes are",
        "Three of the four mistakes are",
    ]
    return f"{left[len(mistakes) - 1]} left. {_WAYS[name][way]}"


_ALL_CLASSES = (
    "You took the mean over the classes, too. Take the sum over the classes, and the mean over the "
    "examples."
)
_SQUARES = (
    "Your soft part is a squared error. Some papers use one, but here the soft part is the "
    "divergence KL(p || q)."
)
_OF_THE_TEACHER = (
    "Your hard part learns from the teacher's probabilities. Those belong to the soft part: the "
    "hard part is for the labels, one class per image."
)
_TWICE = (
    "You put the temperature on *probabilities*, after a first softmax. Almost nothing is left of "
    "what the teacher knows: the temperature divides the logits."
)
_NO_LOG = (
    "Your hard part is the probability of the right class. Its logarithm is missing: take "
    "`log_softmax`."
)


def _flat(logits):
    return softmax(logits) - 1  # minus 1 changes no softmax, and nobody is warned


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


def _from_logits_forgotten(student, _teacher, labels, _t):
    """What Keras's cross-entropy makes of logits where it expects probabilities."""
    clipped = np.clip(student, 1e-7, 1 - 1e-7)
    return -np.log(_chosen(clipped, labels) / clipped.sum(axis=1))


def _squared(a, b, reduce, divided):
    """A squared error, divided by T² or not, since T² is in front of it."""
    return lambda s, z, y, t: reduce((a(s, t) - a(z, t)) ** 2, axis=1) * b / (t**2) ** divided


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
    *((_other(soft=soft), "Both p and q of the soft part need T, teacher and student. Which of the "
       "two is without it?") for soft in (
        lambda s, z, y, t: kl_divergence(softmax(z), softmax(s, t)),
        lambda s, z, y, t: kl_divergence(softmax(z, t), softmax(s)),
    )),
    (_other(soft=lambda s, z, y, t: kl_divergence(softmax(z), softmax(s))),
     "Your soft part has no temperature. Both p and q need T."),
    (_other(soft=lambda s, z, y, t: kl_divergence(softmax(z, t), softmax(s, t)) / s.shape[1]),
     _ALL_CLASSES),
    (_other(hard=lambda s, z, y, t: -_chosen(log_softmax(s), y) / s.shape[1]), _ALL_CLASSES),
    (_other(hard=lambda s, z, y, t: -log_softmax(s)[:, y]), "Your hard part takes the labels of "
     "all examples for each one. `log_q[np.arange(n), labels]` takes one for each."),
    (_other(hard=_from_logits_forgotten), "Your hard part takes the logits for probabilities. Is "
     "`from_logits=True` missing?"),
    *((_other(soft=_squared(*ways)), _SQUARES) for ways in product(
        (lambda logits, t: logits, softmax), (1, 0.5), (np.mean, np.sum), (0, 1))),
    (_other(hard=lambda s, z, y, t: -_chosen(log_softmax(z), y)),
     "Your hard part compares the *teacher* with the labels. Who should learn them?"),
    (_other(soft=lambda s, z, y, t: -kl_divergence(softmax(z, t), softmax(s, t))),
     "Your soft part is below 0. A divergence is never below 0, and it should become small: the "
     "minus belongs to the hard part alone."),
    (lambda s, z, y, t, alpha: loss_with(z, s, y, t, alpha),
     "Teacher and student are swapped everywhere in your function. Who learns?"),
    (lambda s, z, y, t, alpha: loss_with(s, z, y, 4.0, alpha),
     "Your function uses T = 4, whatever T it is given."),
    (lambda s, z, y, t, alpha: alpha * loss_with(s, z, y, t, 1.0),
     "The hard part is missing, or always 0."),
    (lambda s, z, y, t, alpha: (1 - alpha) * loss_with(s, z, y, t, 0.0),
     "The soft part is missing, or always 0."),
    (lambda *arguments: -loss_with(*arguments),
     "The whole loss has the wrong sign: training would make the student worse."),
]  # fmt: skip
