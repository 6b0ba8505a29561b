"""How good a model is, how sure we are of it, and how far it agrees with its teacher. NumPy only.

Accuracies and errors are shares in [0, 1], not percentages.
"""

from __future__ import annotations

from numbers import Integral, Real
from typing import NamedTuple

import numpy as np

from kdlab import _checks
from kdlab.soft_targets import softmax


def accuracy(logits, labels) -> float | np.ndarray:
    """The share of examples whose largest logit is at the label.

    Args:
        logits: `(n, classes)`, or `(models, n, classes)` for many models at once.
        labels: `(n,)`.

    Returns:
        A float, or an array `(models,)`.

    Raises:
        ValueError: the arrays do not fit each other, or a label is out of range.

    Example:
        >>> round(accuracy([[2.0, 1.0], [0.0, 3.0], [1.0, 0.5]], [0, 1, 1]), 4)
        0.6667
    """
    logits = _checks.logits(logits)
    if logits.ndim < 2:
        raise ValueError(f"logits must have a row per example, got shape {logits.shape}")
    labels = _checks.labels(labels, logits.shape[-1], n=logits.shape[-2])
    return _mean(logits.argmax(axis=-1) == labels)


def agreement(logits, teacher_logits) -> float | np.ndarray:
    """The share of examples on which two models name the same class, right or wrong.

    (The fidelity of Stanton et al. 2021, "Does Knowledge Distillation Really Work?", section 2.)

    Args:
        logits: `(n, classes)`, or `(models, n, classes)`.
        teacher_logits: `(n, classes)`.

    Returns:
        A float, or an array `(models,)`.

    Raises:
        ValueError: the arrays do not fit each other.

    Example:
        >>> agreement([[2.0, 1.0], [0.0, 3.0]], [[3.0, 0.0], [5.0, 1.0]])
        0.5
    """
    logits = _checks.logits(logits)
    teacher_logits = _checks.logits(teacher_logits, "teacher_logits", ndim=2)
    if logits.shape[-2:] != teacher_logits.shape:
        raise ValueError(
            f"logits and teacher_logits must describe the same examples and classes, "
            f"got {logits.shape} and {teacher_logits.shape}"
        )
    return _mean(logits.argmax(axis=-1) == teacher_logits.argmax(axis=-1))


def calibration_error(logits, labels, *, temperature: float = 1.0, bins: int = 15) -> float:
    """How far a model's confidence is from its accuracy: the expected calibration error.

    `ECE = sum_b (n_b / n) |accuracy_b - confidence_b|` over bins of equal width of the largest
    probability. (Guo et al. 2017, "On Calibration of Modern Neural Networks", equation 3.)

    Args:
        logits: `(n, classes)`.
        labels: `(n,)`.
        temperature: divides the logits before the softmax.
        bins: how many bins to cut [0, 1] into.

    Returns:
        A share in [0, 1]; 0 is perfectly calibrated.

    Raises:
        ValueError: the arrays do not fit each other, or an argument is out of range.

    Example:
        >>> round(calibration_error([[9.0, 0.0], [9.0, 0.0]], [0, 1]), 3)
        0.5
    """
    logits = _checks.array(logits, "logits", ndim=2)  # softmax checks the rest
    labels = _checks.labels(labels, logits.shape[-1], n=len(logits))
    p = softmax(logits, temperature)
    confidence = p.max(axis=-1)
    right = p.argmax(axis=-1) == labels
    bins = _checks.positive_int(bins, "bins")
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = np.bincount(which, weights=right - confidence, minlength=bins)
    return float(np.abs(gaps).sum() / len(labels))


class Interval(NamedTuple):
    """A mean and the interval around it.

    Attributes:
        mean: the sample mean.
        low, high: the ends of the interval.
        n: how many values it rests on.
    """

    mean: float
    low: float
    high: float
    n: int

    @property
    def excludes_zero(self) -> bool:
        """Whether 0 lies outside the interval."""
        return self.low > 0 or self.high < 0

    def __str__(self) -> str:
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"


def confidence_interval(values, confidence: float = 0.95) -> Interval:
    """The mean of independent runs, with Student's t interval.

    `mean ± t * s / sqrt(n)`, with `t` the quantile at `n - 1` degrees of freedom: honest for a
    handful of seeds, where a normal interval is too narrow.

    Args:
        values: one number per run `(n,)`, at least two.
        confidence: how often such an interval holds the true mean, in (0, 1).

    Returns:
        An `Interval`.

    Raises:
        ValueError: fewer than two values, one that is not finite, or a confidence out of range.

    Example:
        >>> print(confidence_interval([0.88, 0.90, 0.89, 0.91]))
        0.895 [0.874, 0.916]
    """
    from scipy.special import stdtrit  # the t quantile alone: scipy.stats takes a second to load

    values = _checks.array(values, "values", ndim=1)
    if len(values) < 2:
        raise ValueError(
            f"values must hold at least 2 runs to tell their spread, got {len(values)}"
        )
    confidence = _check_confidence(confidence)
    mean = float(values.mean())
    half = float(stdtrit(len(values) - 1, (1 + confidence) / 2) * values.std(ddof=1))
    half /= len(values) ** 0.5
    return Interval(mean, mean - half, mean + half, len(values))


def proportion_interval(successes: int, n: int, confidence: float = 0.95) -> Interval:
    """A share that was counted, with Wilson's interval: one model's accuracy on `n` test images.

    It tells how far the share may be off because the `n` are a sample, not how far another
    training run would be: that is `confidence_interval`. The interval stays inside [0, 1], and
    is right near the ends, where `p ± z sqrt(p (1 - p) / n)` is too narrow. (Wilson 1927,
    "Probable Inference, the Law of Succession, and Statistical Inference".)

    Args:
        successes: how many were counted, 0 to `n`.
        n: out of how many, at least 1.
        confidence: as in `confidence_interval`.

    Returns:
        An `Interval`.

    Raises:
        ValueError: a count or the confidence is out of range.

    Example:
        >>> print(proportion_interval(98, 100))
        0.980 [0.930, 0.994]
    """
    from scipy.special import ndtri

    n = _checks.positive_int(n, "n")
    if isinstance(successes, bool) or not isinstance(successes, Integral):
        raise ValueError(f"successes must be a whole number, got {successes!r}")
    if not 0 <= successes <= n:
        raise ValueError(f"successes must lie in 0 to n, {n} here, got {successes}")
    share, z = int(successes) / n, float(ndtri((1 + _check_confidence(confidence)) / 2))
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * (share * (1 - share) / n + z**2 / (4 * n**2)) ** 0.5
    # At the ends the bound is the share itself, but for rounding.
    return Interval(
        share, max(0.0, min(middle - half, share)), min(1.0, max(middle + half, share)), n
    )


def paired_difference(a, b, confidence: float = 0.95) -> Interval:
    """How much better `a` is than `b`, run by run: the interval of the mean of `a - b`.

    Runs that share a seed share its luck (initial weights, the images drawn); taking the
    difference within each pair removes it, so the interval is narrower than that of two
    separate samples.

    Args:
        a, b: one number per run `(n,)`, the same seeds in the same order.
        confidence: as in `confidence_interval`.

    Returns:
        An `Interval` of the difference.

    Raises:
        ValueError: the lengths differ, or as `confidence_interval`.

    Example:
        >>> gain = paired_difference([0.90, 0.92, 0.91], [0.85, 0.86, 0.87])
        >>> gain.excludes_zero
        True
    """
    a, b = _checks.array(a, "a", ndim=1), _checks.array(b, "b", ndim=1)
    _checks.same_length("a", a, "b", b)
    return confidence_interval(a - b, confidence)


def _check_confidence(value) -> float:
    if not isinstance(value, Real) or not 0 < value < 1:
        raise ValueError(f"confidence must lie between 0 and 1, got {value!r}")
    return float(value)


def _mean(hits: np.ndarray) -> float | np.ndarray:
    means = hits.mean(axis=-1)
    return float(means) if means.ndim == 0 else means
