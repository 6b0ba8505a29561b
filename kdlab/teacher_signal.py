"""Is a teacher's answer of any use? One look, wherever a teacher's logits meet labels.

It sees what betrays a mistake, not how good a teacher is: a weak, a smoothed or a calibrated
teacher passes in silence.
"""

from __future__ import annotations

import numpy as np

from kdlab import _checks, soft_targets
from kdlab.metrics import Interval, proportion_interval

_MOST_ROWS = 2_000  # of a teacher: the look must cost next to nothing
_MOST_NUMBERS = 5_000_000
_FEWEST_ROWS = 20  # fewer tell nothing
_MOST_CLASSES = 1_000  # for the search of another order of the columns
_SURE = 0.998  # confidence of what is said here: one false alarm among a thousand teachers


def warn_of_useless(logits: np.ndarray, labels: np.ndarray | None, name: str) -> bool:
    """Warn, once, if a teacher's logits cannot be what they are taken for; whether it did.

    Args:
        logits: `(n, classes)`, checked to be finite.
        labels: `(n,)` of the same examples, or None.
        name: what the argument is called.
    """
    rows = min(_MOST_ROWS, _MOST_NUMBERS // logits.shape[-1])
    every = -(-len(logits) // max(rows, 1))
    logits = logits[::every].astype(np.float64)  # sums of huge ones overflow in single precision
    seen = _checks.like_probabilities(logits, name)
    if seen is None and len(logits) >= _FEWEST_ROWS:
        seen = _seen(logits, None if labels is None else labels[::every])
        seen = seen and f"{name}: {seen}"
    _checks.warn_if(seen)
    return seen is not None


def _seen(logits: np.ndarray, labels: np.ndarray | None) -> str | None:
    found = _same_for_all(logits) or _hard_at_any_temperature(logits)
    if found or labels is None:
        return found
    answers = logits.argmax(axis=-1)
    return (
        _columns_in_another_order(answers, labels, logits.shape[-1])
        or _at_chance(logits, answers, labels)
        or _unsure_though_right(logits, answers, labels)
    )


def _same_for_all(logits: np.ndarray) -> str | None:
    centred = logits - logits.mean(axis=-1, keepdims=True)
    if np.ptp(centred, axis=0).max() > 1e-5 * max(1, np.abs(logits).max()):
        return None
    return (
        "the teacher gives every example the same answer, from which nothing can be learned. Was "
        "it trained, and does it get its inputs on the scale on which it was trained?"
    )


def _hard_at_any_temperature(logits: np.ndarray) -> str | None:
    rest = np.median(1 - soft_targets.softmax(logits, 20.0).max(axis=-1))
    if rest > 1e-3:
        return None
    first, second = -np.partition(-logits, 1, axis=-1)[:, :2].T
    return (
        f"even at T = 20 these soft targets are hard ones: the largest logit leads by "
        f"{np.mean(first - second):,.0f} on average, so a student learns no more than from labels. "
        "Does the teacher get its inputs on the scale on which it was trained (0 to 1, not 0 to "
        "255)?"
    )


def _columns_in_another_order(answers: np.ndarray, labels: np.ndarray, classes: int) -> str | None:
    """Whether the columns, put in another order, would be right where now they are wrong.

    The order is found on one half of the examples and tried on the other: so it is no order that
    fits by chance.
    """
    if classes > _MOST_CLASSES:
        return None
    half, other = slice(0, None, 2), slice(1, None, 2)
    together = np.zeros((classes, classes), np.int64)
    np.add.at(together, (answers[half], labels[half]), 1)
    order = together.argmax(axis=1)
    # Of a teacher that names a rare class too often, two columns answer to one label: no order.
    named = np.unique(answers[half])
    if len(np.unique(order[named])) < 0.9 * len(named):
        return None
    now = _share(answers[other] == labels[other])
    found = _share(order[answers[other]] == labels[other])
    if found.mean < 0.6 or found.low < now.high:
        return None
    column = int(np.argmax(together.max(axis=1) * (order != np.arange(classes))))
    return (
        f"the teacher is right on {now.mean:.1%} of these labels, but would be on {found.mean:.1%} "
        f"if its columns stood in another order: its column {column} answers to the label "
        f"{order[column]}. Its classes were numbered otherwise (by name, or from 1). Bring its "
        "columns into the order of the labels: logits[:, order]."
    )


def _at_chance(logits: np.ndarray, answers: np.ndarray, labels: np.ndarray) -> str | None:
    n = len(labels)
    right = _share(answers == labels)
    # Of one that knows nothing of the example, but how often each class is.
    often = np.bincount(labels, minlength=logits.shape[-1]) / n
    chance = np.mean(often[answers])
    if right.low > chance or right.high - chance > 0.15 * (1 - chance):
        return None  # it knows something, or there are too few examples to say
    # Where one class is rare, a good teacher may never name it, but leans to it where it should.
    lean = logits[np.arange(n), labels] - logits @ often
    if lean.mean() > 3 * lean.std() / n**0.5:
        return None
    return (
        f"the teacher is right on {right.mean:.1%} of these labels, and chance alone on "
        f"{chance:.1%}. Were inputs, labels and logits read in different orders, as by two passes "
        "over a shuffled tf.data.Dataset? Make the arrays once and compute the logits of these: "
        "predict_logits(teacher, x). Or is it untrained, or fed on another scale than in training?"
    )


def _share(right: np.ndarray) -> Interval:
    return proportion_interval(int(right.sum()), len(right), _SURE)


def _unsure_though_right(logits: np.ndarray, answers: np.ndarray, labels: np.ndarray) -> str | None:
    uniform = 1 / logits.shape[-1]
    right = np.mean(answers == labels)
    sure = soft_targets.softmax(logits, 1.0).max(axis=-1).mean()
    if right - uniform < 0.3 * (1 - uniform) or sure - uniform > 0.05 * (right - uniform):
        return None
    return (
        f"the teacher is right on {right:.1%} of these labels, but gives its answers a probability "
        f"of {sure:.3f} on average, at T = 1. Have its logits been divided by a temperature, "
        "normalised, or squeezed by tanh or sigmoid? Pass the scores as they were before that."
    )
