"""Soft targets: the softmax with a temperature, and what it does. NumPy only.

A *soft target* is a whole distribution over the classes, where a label is a single class.
The temperature decides how much of the small probabilities, the teacher's "dark knowledge",
can be seen in it.

Source of the formulas: Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural
Network", 2015, section 2, https://arxiv.org/abs/1503.02531.
"""

from __future__ import annotations

import numpy as np

from kdlab import _checks


def softmax(logits, temperature: float = 1.0) -> np.ndarray:
    """Probabilities at a temperature: `p_i = exp(z_i / T) / sum_j exp(z_j / T)`.

    `T = 1` is the ordinary softmax. A higher temperature brings the classes closer together;
    as it goes to infinity every class gets the same share, as it goes to 0 the largest logit
    takes all. (Hinton et al. 2015, equation 1.)

    Args:
        logits: scores `(..., classes)`, any finite values, before any softmax.
        temperature: `T`, a finite number above 0.

    Returns:
        float64 probabilities, shaped as `logits`; each row sums to 1.

    Raises:
        ValueError: a logit is not finite, there are fewer than 2 classes, or the temperature
            is not a finite number above 0.

    Example:
        >>> softmax([4.0, 2.0, 0.0]).round(3)
        array([0.867, 0.117, 0.016])
        >>> softmax([4.0, 2.0, 0.0], temperature=4.0).round(3)
        array([0.506, 0.307, 0.186])
    """
    return np.exp(log_softmax(logits, temperature))


def log_softmax(logits, temperature: float = 1.0) -> np.ndarray:
    """Log-probabilities at a temperature, exact where `log(softmax(...))` would round to -inf.

    Args:
        logits: scores `(..., classes)`, any finite values.
        temperature: `T`, a finite number above 0.

    Returns:
        float64 natural logarithms of `softmax(logits, temperature)`, shaped as `logits`.

    Raises:
        ValueError: as `softmax`.

    Example:
        >>> log_softmax([1000.0, 0.0])
        array([    0., -1000.])
    """
    return _log_softmax(_checks.logits(logits), _checks.temperature(temperature))


def _log_softmax(z: np.ndarray, t: float) -> np.ndarray:
    with np.errstate(over="ignore"):  # a gap too wide for a float is a probability of 0
        z = (z - z.max(axis=-1, keepdims=True)) / t
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


def entropy(p) -> np.ndarray:
    """How undecided a distribution is, in nats: `H(p) = -sum_i p_i log p_i`.

    0 for a distribution with all its mass on one class, `log(classes)` for the uniform one.
    `exp(entropy(p))` reads as an effective number of classes.

    Args:
        p: probabilities `(..., classes)`; each row sums to 1.

    Returns:
        float64 entropies, one per row: shape `(...)`.

    Raises:
        ValueError: `p` has a negative entry or a row that does not sum to 1.

    Example:
        >>> float(entropy([1.0, 0.0]))
        0.0
        >>> round(float(np.exp(entropy([0.25, 0.25, 0.25, 0.25]))), 6)
        4.0
    """
    p = _checks.probabilities(p, "p")
    return 0.0 - np.sum(p * np.log(p, out=np.zeros_like(p), where=p > 0), axis=-1)


def kl_divergence(p, q) -> np.ndarray:
    """How much is lost by using `q` where `p` is true: `KL(p || q) = sum_i p_i log(p_i / q_i)`.

    In nats, never negative, 0 only where the two agree. The order matters: in distillation
    `p` is the teacher and `q` the student.

    Args:
        p: the reference probabilities `(..., classes)`.
        q: the approximating probabilities, of the same shape.

    Returns:
        float64 divergences, one per row; infinite where `q` gives 0 to a class that `p` does not.

    Raises:
        ValueError: the shapes differ, or either is not a distribution.

    Example:
        >>> round(float(kl_divergence([0.5, 0.5], [0.9, 0.1])), 4)
        0.5108
        >>> round(float(kl_divergence([0.9, 0.1], [0.5, 0.5])), 4)
        0.3681
    """
    p, q = _checks.probabilities(p, "p"), _checks.probabilities(q, "q")
    if p.shape != q.shape:
        raise ValueError(f"p and q must have the same shape, got {p.shape} and {q.shape}")
    with np.errstate(divide="ignore"):
        ratio = np.log(p, out=np.zeros_like(p), where=p > 0) - np.log(q)
    # Rounding can leave a sum of -1e-17 where the two agree.
    return np.maximum(np.sum(np.multiply(p, ratio, out=np.zeros_like(p), where=p > 0), axis=-1), 0)


def soft_loss_gradient(
    student_logits, teacher_logits, temperature: float, *, scale_by_t2: bool = True
) -> np.ndarray:
    """The gradient of the soft loss on each student logit: `T (q - p)`.

    With `q = softmax(student / T)` and `p = softmax(teacher / T)`, the cross-entropy between
    them has the gradient `(q - p) / T`. At high temperatures `q - p` itself shrinks like `1 / T`,
    so that gradient vanishes as `1 / T^2`; multiplying the loss by `T^2` keeps it level.
    (Hinton et al. 2015, section 2.1, equations 2 to 4.)

    Args:
        student_logits: `(..., classes)`.
        teacher_logits: of the same shape.
        temperature: `T`, a finite number above 0.
        scale_by_t2: whether the loss is multiplied by `T^2`, as is usual.

    Returns:
        float64 gradient of each example's loss, shaped as the logits; each row sums to 0.

    Raises:
        ValueError: the shapes differ, a logit is not finite, or the temperature is not above 0.

    Example:
        >>> soft_loss_gradient([0.0, 0.0], [2.0, 0.0], temperature=2.0).round(3)
        array([-0.462,  0.462])
    """
    student = _checks.logits(student_logits, "student_logits")
    teacher = _checks.logits(teacher_logits, "teacher_logits")
    temperature = _checks.temperature(temperature)
    scale_by_t2 = _checks.flag(scale_by_t2, "scale_by_t2")
    if student.shape != teacher.shape:
        raise ValueError(
            f"student_logits and teacher_logits must have the same shape, "
            f"got {student.shape} and {teacher.shape}"
        )
    q, p = (np.exp(_log_softmax(z, temperature)) for z in (student, teacher))
    return (q - p) * temperature if scale_by_t2 else (q - p) / temperature
