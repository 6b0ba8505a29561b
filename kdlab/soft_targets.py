"""Soft targets: the softmax with a temperature, and the loss made of it. NumPy only.

A *soft target* is a whole distribution over the classes, where a label is a single class.
The temperature decides how much of the small probabilities, the teacher's "dark knowledge",
can be seen in it.

Every formula of distillation is written here, and nowhere else in Python. What TensorFlow trains on
(`kdlab.distillation`, `kdlab.cohort`) takes the weights and the gradient of the loss from here:
they are plain arithmetic, and the same for arrays and for tensors. The page has its own copy, in
JavaScript (`maths.js`); `tests/js` holds the two together.

Source of the formulas: Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural
Network", 2015, section 2, https://arxiv.org/abs/1503.02531.
"""

from __future__ import annotations

from typing import NamedTuple

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
    return unchecked_log_softmax(_checks.logits(logits), _checks.temperature(temperature))


def unchecked_softmax(z: np.ndarray, temperature: float = 1.0, *, axis: int = -1) -> np.ndarray:
    """`softmax` of what was checked before, or is wrong on purpose: no error and no warning.

    Args:
        z: a float64 array of scores.
        temperature: `T`, a number above 0.
        axis: where the classes lie.

    Returns:
        float64 probabilities, shaped as `z`.

    Example:
        >>> unchecked_softmax(np.array([[2.0, 0.0], [2.0, 0.0]]), axis=0)
        array([[0.5, 0.5],
               [0.5, 0.5]])
    """
    return np.exp(unchecked_log_softmax(z, temperature, axis=axis))


def unchecked_log_softmax(z: np.ndarray, temperature: float = 1.0, *, axis: int = -1) -> np.ndarray:
    """`log_softmax` of what was checked before, or is wrong on purpose: no error and no warning.

    Args:
        z, temperature, axis: as in `unchecked_softmax`.

    Returns:
        float64 natural logarithms of the probabilities, shaped as `z`.

    Example:
        >>> unchecked_log_softmax(np.array([1000.0, 0.0]))
        array([    0., -1000.])
    """
    with np.errstate(over="ignore"):  # a gap too wide for a float is a probability of 0
        z = (z - z.max(axis=axis, keepdims=True)) / temperature
    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))


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
        return _divergence(p, np.log(p), np.log(q))


def _divergence(p: np.ndarray, log_p: np.ndarray, log_q: np.ndarray) -> np.ndarray:
    """`KL(p || q)`; a class to which `p` gives 0 counts as 0, whatever `q` gives it."""
    ratio = np.subtract(log_p, log_q, out=np.zeros_like(p), where=p > 0)
    # Rounding can leave a sum of -1e-17 where the two agree.
    return np.maximum(np.sum(p * ratio, axis=-1), 0)


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
    student, teacher = _pair(student_logits, teacher_logits)
    temperature = _checks.temperature(temperature)
    scale_by_t2 = _checks.flag(scale_by_t2, "scale_by_t2")
    q, p = (unchecked_softmax(z, temperature) for z in (student, teacher))
    return soft_gradient(q, p, temperature, scale_by_t2=scale_by_t2)


class LossParts(NamedTuple):
    """The distillation loss of some examples, taken apart.

    Attributes:
        soft: `KL(p || q)` at the temperature, `(n,)`, without its weight.
        hard: the cross-entropy with the label at `T = 1`, `(n,)`, without its weight.
        total: the two with their weights, `alpha * T^2 * soft + (1 - alpha) * hard`, `(n,)`.
        soft_gradient, hard_gradient: what each part, with its weight, adds to the gradient on each
            student logit, `(n, classes)`.
    """

    soft: np.ndarray
    hard: np.ndarray
    total: np.ndarray
    soft_gradient: np.ndarray
    hard_gradient: np.ndarray

    @property
    def gradient(self) -> np.ndarray:
        """The gradient of `total` on each student logit, `(n, classes)`."""
        return self.soft_gradient + self.hard_gradient


def distillation_loss(
    student_logits,
    teacher_logits,
    labels,
    temperature: float,
    alpha: float,
    *,
    scale_by_t2: bool = True,
) -> LossParts:
    """The loss of knowledge distillation: `alpha * T^2 * soft + (1 - alpha) * hard`.

    With `p = softmax(teacher / T)` and `q = softmax(student / T)`, `soft` is `KL(p || q)` and
    `hard` is the cross-entropy of the student with the label at `T = 1`. The gradient of
    `T^2 * soft` on the student's logits is `T (q - p)`, that of `hard` is the student's
    probabilities at `T = 1`, less 1 at the label. (Hinton et al. 2015, section 2; `alpha` weighs
    the *soft* part.)

    This is `kdlab.DistillationLoss` in NumPy, taken apart, and what the page's `distillationLoss`
    computes.

    Args:
        student_logits: `(n, classes)`.
        teacher_logits: of the same shape.
        labels: the true classes `(n,)`, integers.
        temperature: `T`, from 1e-6 to 1e6.
        alpha: the weight of the soft part, in [0, 1].
        scale_by_t2: whether the soft part is multiplied by `T^2`, as is usual.

    Returns:
        `LossParts`, in float64, each example by itself: nothing is averaged.

    Raises:
        ValueError: the arrays do not fit each other, or an argument is out of range.

    Example:
        >>> loss = distillation_loss([[2.0, 0.0]], [[4.0, 0.0]], [1], temperature=2.0, alpha=0.5)
        >>> loss.soft.round(3), loss.hard.round(3), loss.total.round(3)
        (array([0.067]), array([2.127]), array([1.198]))
        >>> loss.soft_gradient.round(3), loss.hard_gradient.round(3)
        (array([[-0.15,  0.15]]), array([[ 0.44, -0.44]]))
    """
    student, teacher = _pair(student_logits, teacher_logits, ndim=2)
    n, classes = student.shape
    labels = _checks.labels(labels, classes, n=n)
    temperature = _checks.training_temperature(temperature)
    alpha = _checks.alpha(alpha)
    scale_by_t2 = _checks.flag(scale_by_t2, "scale_by_t2")

    log_p, log_q = (unchecked_log_softmax(z, temperature) for z in (teacher, student))
    p, q, log_student = np.exp(log_p), np.exp(log_q), unchecked_log_softmax(student)
    soft = _divergence(p, log_p, log_q)
    hard = 0.0 - log_student[np.arange(n), labels]
    soft_weight, hard_weight = part_weights(temperature, alpha, scale_by_t2=scale_by_t2)
    return LossParts(
        soft,
        hard,
        soft_weight * soft + hard_weight * hard,
        alpha * soft_gradient(q, p, temperature, scale_by_t2=scale_by_t2),
        hard_weight * (np.exp(log_student) - np.eye(classes)[labels]),
    )


def _pair(student_logits, teacher_logits, ndim: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    student = _checks.logits(student_logits, "student_logits", ndim=ndim)
    teacher = _checks.logits(teacher_logits, "teacher_logits", ndim=ndim)
    if student.shape != teacher.shape:
        raise ValueError(
            f"student_logits and teacher_logits must have the same shape, "
            f"got {student.shape} and {teacher.shape}"
        )
    return student, teacher


# ---- plain arithmetic, for numbers, arrays and tensors alike ------------------------------------


def soft_factor(temperature, *, scale_by_t2: bool):
    """What the soft part is multiplied by: `T^2`, or 1 where `scale_by_t2` is False.

    Args:
        temperature: `T`, a number, an array or a tensor.
        scale_by_t2: whether there is a factor at all.

    Returns:
        The factor, of the kind that `temperature` is; or the number 1.

    Example:
        >>> soft_factor(4.0, scale_by_t2=True), soft_factor(4.0, scale_by_t2=False)
        (16.0, 1.0)
    """
    return temperature**2 if scale_by_t2 else 1.0


def part_weights(temperature, alpha, *, scale_by_t2: bool):
    """What the soft part and the hard part are weighed by: `alpha * T^2` and `1 - alpha`.

    Args:
        temperature: `T`, a number, an array or a tensor.
        alpha: the weight of the soft part, of the same kind.
        scale_by_t2: whether the soft part is multiplied by `T^2`.

    Returns:
        The pair of weights, of the kind that the arguments are.

    Example:
        >>> part_weights(4.0, 0.75, scale_by_t2=True)
        (12.0, 0.25)
    """
    return alpha * soft_factor(temperature, scale_by_t2=scale_by_t2), 1 - alpha


def soft_gradient(q, p, temperature, *, scale_by_t2: bool, upstream=1.0):
    """The gradient of the soft part on each student logit: `(q - p) / T`, with `T^2` `T (q - p)`.

    Args:
        q: the student's probabilities at the temperature, `(..., classes)`, array or tensor.
        p: the teacher's, of the same shape.
        temperature: `T`, a number, or what broadcasts against `p` and `q`.
        scale_by_t2: whether the soft part is multiplied by `T^2`.
        upstream: what automatic differentiation multiplies the gradient by.

    Returns:
        The gradient, shaped as `p` and `q`.

    Example:
        >>> soft_gradient(np.array([0.5, 0.5]), np.array([0.75, 0.25]), 2.0, scale_by_t2=True)
        array([-0.5,  0.5])
    """
    gradient = upstream * (q - p)
    return gradient * temperature if scale_by_t2 else gradient / temperature
