"""How good a model is, how sure we are of it, and how far it agrees with its teacher. NumPy only.

Accuracies and errors are shares in [0, 1], not percentages.
"""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np

from kdlab import _checks
from kdlab.soft_targets import log_softmax, softmax

_MOST_BINS = 10_000  # more than anybody needs; billions would take all memory


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


class Reliability(NamedTuple):
    """Confidence against accuracy in bins of equal width of the largest probability.

    Attributes:
        edges: the ends of the bins, `(bins + 1,)` from 0 to 1.
        count: how many examples fall into each, `(bins,)`.
        confidence, accuracy: their means in each, `(bins,)`; NaN where there are none.
    """

    edges: np.ndarray
    count: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray


def reliability(logits, labels, *, temperature: float = 1.0, bins: int = 15) -> Reliability:
    """How often a model is right at each level of confidence: the data of a reliability diagram.

    (Guo et al. 2017, "On Calibration of Modern Neural Networks", section 2.)

    Args:
        logits: `(n, classes)`.
        labels: `(n,)`.
        temperature: divides the logits before the softmax.
        bins: how many bins to cut [0, 1] into.

    Returns:
        A `Reliability`.

    Raises:
        ValueError: the arrays do not fit each other, or an argument is out of range.

    Example:
        >>> reliability([[9.0, 0.0], [9.0, 0.0]], [0, 1], bins=2).accuracy
        array([nan, 0.5])
    """
    logits = _checks.array(logits, "logits", ndim=2)  # softmax checks the rest
    labels = _checks.labels(labels, logits.shape[-1], n=len(logits))
    bins = _checks.positive_int(bins, "bins", at_most=_MOST_BINS)
    p = softmax(logits, temperature)
    confidence = p.max(axis=-1)
    right = p.argmax(axis=-1) == labels
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    count, sure, hits = (
        np.bincount(which, weights=weights, minlength=bins) for weights in (None, confidence, right)
    )
    with np.errstate(invalid="ignore"):
        return Reliability(np.linspace(0, 1, bins + 1), count, sure / count, hits / count)


def calibration_error(logits, labels, *, temperature: float = 1.0, bins: int = 15):
    """How far a model's confidence is from its accuracy: the expected calibration error.

    `ECE = sum_b (n_b / n) |accuracy_b - confidence_b|` over bins of equal width of the largest
    probability. (Guo et al. 2017, "On Calibration of Modern Neural Networks", equation 3.)

    Args:
        logits: `(n, classes)`, or `(models, n, classes)` for many models at once.
        labels: `(n,)`.
        temperature: divides the logits before the softmax.
        bins: how many bins to cut [0, 1] into.

    Returns:
        A share in [0, 1], or an array `(models,)`; 0 is perfectly calibrated.

    Raises:
        ValueError: the arrays do not fit each other, or an argument is out of range.

    Example:
        >>> round(calibration_error([[9.0, 0.0], [9.0, 0.0]], [0, 1]), 3)
        0.5
    """
    logits = _checks.array(logits, "logits")
    if logits.ndim == 3:
        how = {"temperature": temperature, "bins": bins}
        return np.array([calibration_error(one, labels, **how) for one in logits])
    _, count, confidence, accuracy = reliability(logits, labels, temperature=temperature, bins=bins)
    return float(np.nansum(count * np.abs(accuracy - confidence)) / count.sum())


def negative_log_likelihood(logits, labels, *, temperature: float = 1.0):
    """How surprised a model is by the labels: `NLL = -mean log softmax(z / T)_y`, in nats.

    Unlike the accuracy it depends on how sure a model was, right or wrong. At `T = 1` it is the
    cross-entropy that training on labels minimises.

    Args:
        logits: `(n, classes)`, or `(models, n, classes)` for many models at once.
        labels: `(n,)`.
        temperature: divides the logits before the softmax.

    Returns:
        A float, or an array `(models,)`; 0 is certain and right each time.

    Raises:
        ValueError: the arrays do not fit each other, or an argument is out of range.

    Example:
        >>> round(negative_log_likelihood([[0.0, 0.0], [0.0, 0.0]], [0, 1]), 3)
        0.693
    """
    log_p = log_softmax(logits, temperature)
    if log_p.ndim < 2:
        raise ValueError(f"logits must have a row per example, got shape {log_p.shape}")
    labels = _checks.labels(labels, log_p.shape[-1], n=log_p.shape[-2])
    return _mean(-log_p[..., np.arange(len(labels)), labels])


class Interval(NamedTuple):
    """A mean and the interval around it.

    Attributes:
        mean: the sample mean.
        low, high: the ends of the interval.
        n: how many values it rests on.
        confidence: how often such an interval holds the truth.
    """

    mean: float
    low: float
    high: float
    n: int
    confidence: float = 0.95

    @property
    def excludes_zero(self) -> bool:
        """Whether 0 lies outside the interval."""
        return self.low > 0 or self.high < 0

    def __str__(self) -> str:
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"


def confidence_interval(values, confidence: float = 0.95, method: str = "t") -> Interval:
    """The mean of independent runs, with its interval.

    Student's t interval is `mean ± t * s / sqrt(n)`, with `t` the quantile at `n - 1` degrees of
    freedom: right for a few seeds, where a normal interval is too narrow. The bootstrap
    assumes nothing of the shape of the distribution, but needs more seeds (twenty, say): with few
    it is too narrow. (BCa, Efron 1987, "Better Bootstrap Confidence Intervals", by SciPy.)

    Args:
        values: one number per run `(n,)`, at least two.
        confidence: how often such an interval holds the true mean, in (0, 1).
        method: `"t"`, or `"bootstrap"` with 9,999 resamples, the same ones each time.

    Returns:
        An `Interval`.

    Raises:
        ValueError: fewer than two values, one that is not finite, a confidence out of range, or
            another method.

    Example:
        >>> print(confidence_interval([0.88, 0.90, 0.89, 0.91]))
        0.895 [0.874, 0.916]
    """
    from scipy.special import stdtrit  # the t quantile alone: scipy.stats takes a second to load

    values = _check_runs(values, "values")
    confidence = _check_confidence(confidence)
    mean = float(values.mean())
    if not isinstance(method, str) or method not in ("t", "bootstrap"):
        raise ValueError(f"method must be 't' or 'bootstrap', got {method!r}")
    if method == "bootstrap":
        low, high = _bootstrap(values, confidence)
    else:
        half = float(stdtrit(len(values) - 1, (1 + confidence) / 2) * values.std(ddof=1))
        half /= len(values) ** 0.5
        low, high = mean - half, mean + half
    return Interval(mean, low, high, len(values), confidence)


def _bootstrap(values: np.ndarray, confidence: float) -> tuple[float, float]:
    from scipy.stats import bootstrap

    if np.ptp(values) == 0:  # every resample is the same, and BCa would divide by 0
        return float(values[0]), float(values[0])
    result = bootstrap(
        (values,), np.mean, confidence_level=confidence, rng=np.random.default_rng(0)
    )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)


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
    if not _checks.is_whole(successes):
        raise ValueError(f"successes must be a whole number, got {successes!r}")
    if not 0 <= successes <= n:
        raise ValueError(f"successes must lie in 0 to n, {n} here, got {successes}")
    share, z = int(successes) / n, float(ndtri((1 + _check_confidence(confidence)) / 2))
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * (share * (1 - share) / n + z**2 / (4 * n**2)) ** 0.5
    # At the ends the bound is the share itself, but for rounding.
    return Interval(
        share,
        max(0.0, min(middle - half, share)),
        min(1.0, max(middle + half, share)),
        n,
        float(confidence),
    )


def paired_difference(a, b, confidence: float = 0.95, method: str = "t") -> Interval:
    """How much better `a` is than `b`, run by run: the interval of the mean of `a - b`.

    Runs that share a seed share its luck (initial weights, the images drawn); taking the
    difference within each pair removes it, so the interval is narrower than that of two
    separate samples.

    Args:
        a, b: one number per run `(n,)`, the same seeds in the same order.
        confidence, method: as in `confidence_interval`.

    Returns:
        An `Interval` of the difference.

    Raises:
        ValueError: the lengths differ, or as `confidence_interval`.

    Example:
        >>> gain = paired_difference([0.90, 0.92, 0.91], [0.85, 0.86, 0.87])
        >>> gain.excludes_zero
        True
    """
    a, b = _check_runs(a, "a"), _check_runs(b, "b")
    _checks.same_length("a", a, "b", b)
    return confidence_interval(a - b, confidence, method)


def unpaired_difference(a, b, confidence: float = 0.95) -> Interval:
    """How much better `a` is than `b` on average, where no run of one belongs to one of the other.

    Welch's interval: `mean(a) - mean(b)`, give or take a t quantile of the standard error
    `sqrt(var(a) / n_a + var(b) / n_b)`. Where runs do share seeds, `paired_difference` is narrower.
    (Welch 1947, "The Generalization of 'Student's' Problem", by SciPy.)

    Args:
        a, b: one number per run, `(n_a,)` and `(n_b,)`, at least two each.
        confidence: as in `confidence_interval`.

    Returns:
        An `Interval` of the difference; its `n` counts the runs of both.

    Raises:
        ValueError: as `confidence_interval`.

    Example:
        >>> print(unpaired_difference([0.90, 0.92, 0.91], [0.85, 0.86, 0.87]))
        0.050 [0.027, 0.073]
    """
    from scipy.stats import ttest_ind

    a, b = _check_runs(a, "a"), _check_runs(b, "b")
    confidence = _check_confidence(confidence)
    mean, n = float(a.mean() - b.mean()), len(a) + len(b)
    if np.ptp(a) == 0 == np.ptp(b):  # no spread, and no degrees of freedom to compute
        return Interval(mean, mean, mean, n, confidence)
    scale = max(np.abs(a).max(), np.abs(b).max())  # the square of a large number overflows
    with warnings.catch_warnings():  # SciPy warns of lost precision where one side has no spread
        warnings.simplefilter("ignore", RuntimeWarning)
        test = ttest_ind(a / scale, b / scale, equal_var=False)
        low, high = (scale * float(end) for end in test.confidence_interval(confidence))
    if not low <= high:  # NaN: a spread so small that its square is 0
        low = high = mean
    return Interval(mean, low, high, n, confidence)


def verdict(
    difference: Interval,
    a: str,
    b: str,
    *,
    counted: str = "paired seeds",
    unit: str = "points",
    lower_is_better: bool = False,
) -> str:
    """A difference in plain language, with what is known and what is not.

    Args:
        difference: `a` minus `b`, from `paired_difference` or `unpaired_difference`.
        a, b: what the two are called.
        counted: what `difference.n` counts.
        unit: of the difference; shares become percentage `"points"`, other units stay as they are.
        lower_is_better: for a loss or an error.

    Returns:
        One sentence without its full stop.

    Raises:
        ValueError: `difference` is not an `Interval`.

    Example:
        >>> verdict(Interval(0.081, 0.060, 0.102, 10), "distilled", "hard labels")
        'distilled beats hard labels by 8.1 points, 95 % interval 6.0 to 10.2, 10 paired seeds'
        >>> verdict(Interval(0.004, -0.003, 0.011, 10), "distilled", "hard labels")
        'no clear difference between distilled and hard labels: +0.4 points, 95 % interval -0.3 to \
+1.1, 10 paired seeds'
    """
    if not isinstance(difference, Interval):
        raise ValueError(f"difference must be an Interval, got {difference!r}")
    scale, digits = (100, 1) if unit == "points" else (1, 3)
    mean, low, high = (scale * value for value in difference[:3])
    ending = f"{difference.confidence:.0%}".replace("%", " % interval")
    rest = f", {difference.n} {counted}"
    if not difference.excludes_zero:
        return (
            f"no clear difference between {a} and {b}: {mean:+.{digits}f} {unit}, {ending} "
            f"{low:+.{digits}f} to {high:+.{digits}f}{rest}"
        )
    won = (mean > 0) != lower_is_better
    ends = sorted(abs(value) for value in (low, high))
    return (
        f"{a} {'beats' if won else 'loses to'} {b} by {abs(mean):.{digits}f} {unit}, {ending} "
        f"{ends[0]:.{digits}f} to {ends[1]:.{digits}f}{rest}"
    )


def _check_runs(values, name: str) -> np.ndarray:
    values = _checks.array(values, name, ndim=1)
    if len(values) < 2:
        raise ValueError(
            f"{name} must hold at least 2 runs to tell their spread, got {len(values)}"
        )
    return values


def _check_confidence(value) -> float:
    if not _checks.is_real(value) or not 0 < value < 1:
        raise ValueError(f"confidence must lie between 0 and 1, got {value!r}")
    return float(value)


def _mean(hits: np.ndarray) -> float | np.ndarray:
    means = hits.mean(axis=-1)
    return float(means) if means.ndim == 0 else means
