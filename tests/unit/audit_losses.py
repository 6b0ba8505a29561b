"""Losses to audit, right ones and wrong ones, and what the tests read of an audit.

The losses are written as people write them, not as the audit's own table of suspects has them.
"""

import numpy as np

import kdlab

TEMPERATURES = [0.5, 1.0, 2.0, 3.0, 4.0, 10.0, 20.0]


# ---- pieces that losses are made of, in whatever precision comes --------------------------------


def log_softmax(z, axis=-1):
    z = z - z.max(axis=axis, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))


def softmax(z, axis=-1):
    return np.exp(log_softmax(z, axis))


def naive_softmax(z):
    return np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)


def one_hot(labels, classes):
    return np.eye(classes)[labels]


def kl(p, q):
    """Of each example."""
    return (p * (np.log(p) - np.log(q))).sum(axis=-1)


def cross_entropy(logits, target):
    """As PyTorch's: applies the softmax itself, and averages over the examples."""
    return -(target * log_softmax(logits)).sum(axis=-1).mean()


def kl_div(log_q, p, reduction="mean"):
    """As PyTorch's, arguments and default included."""
    terms = p * (np.log(p) - log_q)
    return {
        "mean": terms.mean(),
        "sum": terms.sum(),
        "batchmean": terms.sum() / len(terms),
    }[reduction]


def mse(a, b):
    return np.mean((a - b) ** 2)


# ---- what an audit says -------------------------------------------------------------------------


def verdicts(audit):
    return {law.name: law.holds for law in audit.laws}


def names(audit):
    return [mistake.name for mistake in audit.mistakes]


def broken(audit):
    return {name for name, holds in verdicts(audit).items() if holds is False}


def unsure(audit):
    return {name for name, holds in verdicts(audit).items() if holds is None}


# ---- losses that are right ----------------------------------------------------------------------


def numpy_kl(t, s, temperature):
    return temperature**2 * kl(softmax(t / temperature), softmax(s / temperature)).mean()


def in_float64(t, s, temperature):
    return numpy_kl(t.astype(np.float64), s.astype(np.float64), temperature)


def per_example(t, s, temperature):
    return temperature**2 * kl(softmax(t / temperature), softmax(s / temperature))


def by_kdlab(t, s, temperature):
    p, q = kdlab.softmax(t, temperature), kdlab.softmax(s, temperature)
    return temperature**2 * kdlab.kl_divergence(p, q).mean()


def soft_cross_entropy(t, s, temperature):
    return cross_entropy(s / temperature, softmax(t / temperature)) * temperature**2


def pytorch_tutorial(t, s, temperature):
    """The formula of PyTorch's tutorial on knowledge distillation, in float32."""
    soft_targets = naive_softmax(t / np.float32(temperature))
    soft_prob = log_softmax(s / np.float32(temperature))
    assert soft_targets.dtype == soft_prob.dtype == np.float32
    return np.sum(soft_targets * (np.log(soft_targets) - soft_prob)) / len(s) * temperature**2


def batchmean(t, s, temperature):
    log_q = log_softmax(s / temperature)
    return kl_div(log_q, softmax(t / temperature), "batchmean") * temperature * temperature


def in_place(t, s, temperature):
    t /= temperature
    s /= temperature
    return temperature**2 * kl(softmax(t), softmax(s)).mean()


def as_an_array(t, s, temperature):
    return np.full((1, 1), numpy_kl(t, s, temperature), dtype=np.float32)


RIGHT = [numpy_kl, in_float64, per_example, by_kdlab, soft_cross_entropy, pytorch_tutorial,
         batchmean, in_place, as_an_array]  # fmt: skip


def at(loss, temperature):
    """The loss at one temperature, which cannot be asked for another."""
    return lambda t, s: loss(t, s, temperature)


# ---- losses that are wrong ----------------------------------------------------------------------

RAW_KL_EPSILON = 1e-7

WRONG = {
    "T² missing": lambda t, s, T: kl(softmax(t / T), softmax(s / T)).mean(),
    "T once instead of T²": lambda t, s, T: T * kl(softmax(t / T), softmax(s / T)).mean(),
    "temperature not used": lambda t, s, T: T**2 * kl(softmax(t), softmax(s)).mean(),
    "logits multiplied by the temperature": lambda t, s, T: cross_entropy(s * T, softmax(t * T)),
    "temperature on the teacher's probabilities": lambda t, s, T: (
        T**2 * kl(softmax(softmax(t) / T), softmax(s / T)).mean()
    ),
    "temperature on the student's probabilities": lambda t, s, T: (
        T**2 * kl(softmax(t / T), softmax(softmax(s) / T)).mean()
    ),
    "temperature on the probabilities of both": lambda t, s, T: (
        T**2 * kl(softmax(softmax(t) / T), softmax(softmax(s) / T)).mean()
    ),
    "temperature on the teacher alone": lambda t, s, T: kl(softmax(t / T), softmax(s)).mean(),
    "temperature on the student alone": lambda t, s, T: T**2 * kl(softmax(t), softmax(s / T)),
    "arguments swapped: KL(q || p)": lambda t, s, T: (
        T**2 * kl(softmax(s / T), softmax(t / T)).mean()
    ),
    "a second softmax on the student": lambda t, s, T: (
        T**2 * cross_entropy(softmax(s / T), softmax(t / T))
    ),
    "a second softmax on the teacher": lambda t, s, T: (
        T**2 * cross_entropy(s / T, softmax(softmax(t / T)))
    ),
    "a second softmax on both": lambda t, s, T: (
        T**2 * cross_entropy(softmax(s / T), softmax(softmax(t / T)))
    ),
    "logits where probabilities belong": lambda t, s, T: kl(
        np.clip(t / T, RAW_KL_EPSILON, 1), np.clip(s / T, RAW_KL_EPSILON, 1)
    ).mean(),
    "the teacher's logits where probabilities belong": lambda t, s, T: (
        T**2 * cross_entropy(s / T, t / T)
    ),
    "the student's logits where log-probabilities belong": lambda t, s, T: (
        T**2 * kl_div(s / T, softmax(t / T), "batchmean")
    ),
    "probabilities where log-probabilities belong": lambda t, s, T: (
        T**2 * kl_div(softmax(s / T), softmax(t / T), "batchmean")
    ),
    "softmax over the batch": lambda t, s, T: (
        T**2 * kl_div(log_softmax(s / T, axis=0), softmax(t / T, axis=0), "batchmean")
    ),
    "the teacher's argmax as hard labels": lambda t, s, T: cross_entropy(
        s, one_hot(t.argmax(axis=-1), t.shape[-1])
    ),
    "squared error of probabilities": lambda t, s, T: T**2 * mse(softmax(t / T), softmax(s / T)),
    "squared error of logits": lambda t, s, T: mse(t, s),
    "mean over all elements": lambda t, s, T: T**2 * kl_div(log_softmax(s / T), softmax(t / T)),
    "divided by the batch size twice": lambda t, s, T: numpy_kl(t, s, T) / len(t),
    "sum over the batch": lambda t, s, T: T**2 * kl_div(log_softmax(s / T), softmax(t / T), "sum"),
    "a weight that depends on the batch": lambda t, s, T: numpy_kl(t, s, T) / (1 + len(t)),
    "sign reversed": lambda t, s, T: -numpy_kl(t, s, T),
    "teacher ignored": lambda t, s, T: T**2 * kl(softmax(0 * t), softmax(s / T)).mean(),
    "student ignored": lambda t, s, T: T**2 * kl(softmax(t / T), softmax(t / T) / 2).mean(),
    "not recognised": lambda t, s, T: T**2 * np.abs(softmax(t / T) - softmax(s / T)).sum(),
}
