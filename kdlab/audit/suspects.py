"""The suspects: losses as they are written by mistake, each with the mistakes that make it.

Each takes logits `(..., n, classes)` and T, and returns the sum over the batch `(...)`, up to a
factor and to what does not depend on the student.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

import kdlab.audit.mistakes as known
from kdlab.audit.report import Mistake
from kdlab.soft_targets import soft_factor
from kdlab.soft_targets import unchecked_log_softmax as log_softmax
from kdlab.soft_targets import unchecked_softmax as softmax


def _total(terms: np.ndarray) -> np.ndarray:
    return terms.sum(axis=(-2, -1))


def _cross_entropy(target, log_prediction, t, s, temperature):
    """`-sum target(teacher) * log_prediction(student)`: the form of most of them."""
    return -_total(target(t, temperature) * log_prediction(s, temperature))


def _argmax(t, _):
    return np.eye(t.shape[-1])[t.argmax(axis=-1)]


def _clipped(z, temperature):
    return np.clip(z / temperature, 1e-7, 1)  # as Keras does, with its epsilon


def _share_of_sum(s, temperature):
    """The logarithm of each logit's share of their sum: Keras's cross-entropy without logits."""
    return np.log(np.clip(s / s.sum(axis=-1, keepdims=True), 1e-7, 1 - 1e-7))


def right_loss(t, s, temperature):
    """What is right: cross-entropy times T², with the gradient `T (q - p)`."""
    factor = soft_factor(temperature, scale_by_t2=True)
    return factor * _cross_entropy(_TARGETS["T"], _LOGS["T"], t, s, temperature)


def _reverse_divergence(t, s, temperature):
    log_p, log_q = log_softmax(t / temperature), log_softmax(s / temperature)
    return _total(np.exp(log_q) * (log_q - log_p))


def _reverse_cross_entropy(t, s, temperature):
    return -_total(softmax(s / temperature) * log_softmax(t / temperature))


def _at_1(loss):
    return lambda t, s, temperature: loss(t, s, 1.0)


def _squared_error(of):
    return lambda t, s, temperature: _total((of(t, temperature) - of(s, temperature)) ** 2)


_TARGETS = {
    "T": lambda t, temperature: softmax(t / temperature),
    "1": lambda t, temperature: softmax(t),
    "times T": lambda t, temperature: softmax(t * temperature),
    "twice": lambda t, temperature: softmax(softmax(t / temperature)),
    "probabilities": lambda t, temperature: softmax(softmax(t) / temperature),
    "raw": lambda t, temperature: t / temperature,
    "over batch": lambda t, temperature: softmax(t / temperature, axis=-2),
    "argmax": _argmax,
}
_LOGS = {
    "T": lambda s, temperature: log_softmax(s / temperature),
    "1": lambda s, temperature: log_softmax(s),
    "times T": lambda s, temperature: log_softmax(s * temperature),
    "twice": lambda s, temperature: log_softmax(softmax(s / temperature)),
    "probabilities": lambda s, temperature: log_softmax(softmax(s) / temperature),
    "no log": lambda s, temperature: softmax(s / temperature),
    "no log, 1": lambda s, temperature: softmax(s),
    "raw": lambda s, temperature: s / temperature,
    "over batch": lambda s, temperature: log_softmax(s / temperature, axis=-2),
    "share": _share_of_sum,
}


def _suspects() -> list[tuple[Callable, tuple[Mistake, ...]]]:
    """Each loss with the mistakes that make it; at T = 1 many are the same: the first counts."""
    crossed = {  # target, logarithm
        ("twice", "T"): (known.TEACHER_TWICE,),
        ("T", "twice"): (known.STUDENT_TWICE,),
        ("twice", "twice"): (known.BOTH_TWICE,),
        ("probabilities", "T"): (known.TEACHER_PROBABILITIES,),
        ("T", "probabilities"): (known.STUDENT_PROBABILITIES,),
        ("probabilities", "probabilities"): (known.BOTH_PROBABILITIES,),
        ("T", "1"): (known.TEACHER_ALONE,),
        ("1", "T"): (known.STUDENT_ALONE,),
        ("1", "1"): (known.T_UNUSED,),
        ("probabilities", "1"): (known.TEACHER_PROBABILITIES, known.TEACHER_ALONE),
        ("times T", "times T"): (known.T_MULTIPLIED,),
        ("argmax", "T"): (known.HARD,),
        ("argmax", "1"): (known.HARD,),
        ("raw", "T"): (known.RAW_TEACHER,),
        ("raw", "1"): (known.RAW_TEACHER,),
        ("raw", "share"): (known.RAW_BOTH,),
        ("raw", "raw"): (known.RAW_BOTH,),
        ("T", "raw"): (known.RAW_STUDENT,),
        ("1", "raw"): (known.RAW_STUDENT,),
        ("T", "no log"): (known.NO_LOG,),
        ("1", "no log, 1"): (known.NO_LOG, known.T_UNUSED),
        ("over batch", "over batch"): (known.OVER_BATCH,),
    }
    suspects = [
        (partial(_cross_entropy, _TARGETS[target], _LOGS[log]), mistakes)
        for (target, log), mistakes in crossed.items()
    ]
    suspects.append(
        (partial(_cross_entropy, _clipped, lambda s, T: np.log(_clipped(s, T))), (known.RAW_BOTH,))
    )
    for reverse in (_reverse_divergence, _reverse_cross_entropy):
        suspects += [(reverse, (known.SWAPPED,)), (_at_1(reverse), (known.SWAPPED, known.T_UNUSED))]
    for of in (_TARGETS["T"], _TARGETS["1"]):
        suspects.append((_squared_error(of), (known.MSE_PROBABILITIES,)))
    suspects.append((_squared_error(_TARGETS["raw"]), (known.MSE_LOGITS,)))
    return suspects


SUSPECTS = _suspects()
