"""The loss of knowledge distillation and its two parts, on tensors."""

from __future__ import annotations

from kdlab import _checks
from kdlab._tensorflow import keras, tf
from kdlab.distillation.targets import unpack_targets
from kdlab.soft_targets import part_weights, soft_gradient

ops = keras.ops


def soft_loss(teacher_logits, student_logits, temperature):
    """`KL(softmax(teacher / T) || softmax(student / T))` of each example, on tensors.

    Cross-entropy in its place has the same gradient, but is not 0 where the two agree. The
    gradient is given as a formula, `(q - p) / T`: automatic differentiation needs more operations.
    The teacher is a constant: no gradient flows to its logits.

    Args:
        teacher_logits, student_logits: tensors `(..., classes)`.
        temperature: `T`, a number, or a tensor that broadcasts against the logits.

    Returns:
        A tensor `(...)`, without the factor `T^2`.
    """

    @tf.custom_gradient
    def divergence(student_logits):
        log_p = tf.nn.log_softmax(teacher_logits / temperature)
        log_q = tf.nn.log_softmax(student_logits / temperature)
        p = tf.exp(log_p)

        def gradient(upstream):
            q, upstream = tf.exp(log_q), upstream[..., None]
            return soft_gradient(q, p, temperature, scale_by_t2=False, upstream=upstream)

        return tf.reduce_sum(p * (log_p - log_q), axis=-1), gradient

    return divergence(student_logits)


def hard_loss(labels, student_logits):
    """Cross-entropy with the labels at `T = 1` of each example, on tensors.

    Args:
        labels: an integer tensor `(...)`.
        student_logits: a tensor `(..., classes)`.

    Returns:
        A tensor `(...)`.
    """
    return ops.sparse_categorical_crossentropy(labels, student_logits, from_logits=True)


@keras.saving.register_keras_serializable("kdlab")
class DistillationLoss(keras.losses.Loss):
    """The loss of knowledge distillation: `alpha * T^2 * soft + (1 - alpha) * hard`.

    With `p = softmax(teacher / T)` and `q = softmax(student / T)`, `soft` is `KL(p || q)` and
    `hard` is the cross-entropy of the student with the labels at `T = 1`. The gradient of
    `T^2 * soft` on an example's student logits is `T (q - p)`. (Hinton, Vinyals and Dean 2015,
    section 2; `alpha` weighs the *soft* part.)

    Args:
        temperature: `T`, from 1e-6 to 1e6.
        alpha: the weight of the soft part, in [0, 1]. 0 is ordinary training on labels, 1 needs
            no labels.
        scale_by_t2: whether to multiply the soft part by `T^2`. Without it, its gradient vanishes
            as `1 / T^2`.
        reduction, name, dtype: as in every Keras loss; the default averages over the batch. It is
            computed in float32 whatever Keras is set to: half precision cannot hold a mean of small
            soft losses.

    Call arguments:
        y_true: the pair `(labels, teacher_logits)`, of shapes `(n,)` and `(n, classes)`; or both
            in the one array that Keras's `fit` passes on, made by `pack_targets`; or, where
            `alpha` is 1, the teacher's logits alone.
        y_pred: student logits `(n, classes)`, or `(n, 1)`: the logit `z` of a single sigmoid unit
            stands for `[0, z]`, the teacher's as well.

    Raises:
        ValueError: an argument is out of range, or the targets do not fit the student's logits.

    Example:
        >>> import numpy as np
        >>> loss = DistillationLoss(temperature=4.0, alpha=1.0)
        >>> teacher_logits = np.array([[4.0, 1.0, 0.0]], dtype="float32")
        >>> float(loss(teacher_logits, teacher_logits))
        0.0
        >>> round(float(loss(teacher_logits, np.zeros((1, 3), "float32"))), 2)
        1.54
    """

    def __init__(
        self,
        temperature: float = 4.0,
        alpha: float = 0.9,
        scale_by_t2: bool = True,
        *,
        reduction="sum_over_batch_size",
        name="distillation_loss",
        dtype="float32",
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.temperature = _checks.training_temperature(temperature)
        self.alpha = _checks.alpha(alpha)
        self.scale_by_t2 = _checks.flag(scale_by_t2, "scale_by_t2")

    def call(self, y_true, y_pred):
        labels, teacher_logits, student_logits = unpack_targets(y_true, y_pred)
        if labels is None and self.alpha < 1:
            raise ValueError(
                f"y_true must hold labels too where alpha is below 1, got teacher logits alone "
                f"and alpha={self.alpha}"
            )
        soft_weight, hard_weight = part_weights(
            self.temperature, self.alpha, scale_by_t2=self.scale_by_t2
        )
        loss = 0.0
        if self.alpha > 0:
            loss += soft_weight * soft_loss(teacher_logits, student_logits, self.temperature)
        if self.alpha < 1:
            loss += hard_weight * hard_loss(ops.cast(labels, "int32"), student_logits)
        return loss

    def get_config(self):
        return {
            **super().get_config(),
            "temperature": self.temperature,
            "alpha": self.alpha,
            "scale_by_t2": self.scale_by_t2,
        }
