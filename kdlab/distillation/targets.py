"""What a student learns from: labels and teacher logits, or both in the one array of `fit`.

Keras's `fit` hands one array to a loss, and uses it for more than that: with `class_weight`, and
for the metric `"accuracy"`, the label of an example is the column in which its row is largest. So a
row holds the teacher's logits, with a mark above any logit in the column of the label; the logit
that stood there is in one more column at the end.
"""

from __future__ import annotations

import numpy as np

from kdlab import _checks
from kdlab._tensorflow import tf
from kdlab.teacher_signal import warn_of_useless

MARK = 3e38
_LEAST_MARK = 1e38  # what a mark is after a stay in half precision, and no logit
_HOW = "the pair (labels, teacher_logits), pack_targets(labels, teacher_logits) or the logits alone"


def pack_targets(labels, teacher_logits) -> np.ndarray:
    """Labels and teacher logits in the one array that Keras's `fit` hands to a loss.

    Keras's own `class_weight` and its metric `"accuracy"` find the labels in it, too.

    Args:
        labels: class numbers `(n,)`, or None for an unlabelled transfer set.
        teacher_logits: `(n, classes)`; or `(n, 1)`, the logit `z` of a single sigmoid unit, which
            stands for the two logits `[0, z]`.

    Returns:
        float32 `(n, classes + 1)`: the logits, with 3e38 in the column of the label, and at the end
        the logit that it replaces. Without labels, the teacher's logits as they are.

    Raises:
        ValueError: the two do not fit each other, or hold values out of range.

    Example:
        >>> pack_targets([2], [[0.5, 1.0, 4.0]])
        array([[5.e-01, 1.e+00, 3.e+38, 4.e+00]], dtype=float32)
    """
    logits = _checks.as_array(teacher_logits)
    if logits.ndim == 2 and logits.shape[1] == 1:
        logits = _checks.array(logits, "teacher_logits", dtype=np.float32)
        if labels is None:
            return logits
        logits = np.concatenate([np.zeros_like(logits), logits], axis=1)
    logits = _checks.scores(logits, "teacher_logits", ndim=2, dtype=np.float32)
    if labels is not None:
        labels = _checks.labels(labels, logits.shape[-1], n=len(logits))
    warn_of_useless(logits, labels, "teacher_logits")
    return logits if labels is None else pack(labels, logits)


def pack(labels: np.ndarray, logits: np.ndarray) -> np.ndarray:
    if logits.max() >= _LEAST_MARK:
        raise ValueError(f"teacher_logits must lie below {_LEAST_MARK:g}, got {logits.max():g}")
    rows = np.arange(len(labels))
    packed = np.concatenate([logits, logits[rows, labels, None]], axis=1)
    packed[rows, labels] = MARK
    return packed


def label_first(targets: np.ndarray) -> np.ndarray:
    """Targets as older versions packed them; a checkpoint knows its run by these."""
    if targets.ndim == 1 or not (marks := targets >= _LEAST_MARK).any():
        return targets
    labels = targets.argmax(axis=1).astype(np.float32)
    logits = np.where(marks, targets[:, -1:], targets)[:, :-1]
    return np.concatenate([labels[:, None], logits], axis=1)


def unpack(packed):
    """Labels and logits, as tensors."""
    packed = tf.convert_to_tensor(packed)
    marked = packed[..., :-1]
    here = marked >= tf.cast(_LEAST_MARK, packed.dtype)
    once = tf.reduce_all(tf.reduce_sum(tf.cast(here, tf.int32), axis=-1) == 1)
    message = f"y_true was not made by pack_targets, though it has its shape: it must be {_HOW}"
    if tf.executing_eagerly() and not once:
        raise ValueError(message)
    with tf.control_dependencies([tf.debugging.Assert(once, [message])]):
        logits = tf.where(here, packed[..., -1:], marked)
    # XLA leaves assertions out, but a loss that is not a number is seen.
    return tf.argmax(marked, axis=-1), logits / tf.cast(once, packed.dtype)


def unpack_targets(y_true, y_pred):
    """Labels (or None), teacher logits and student logits, from any of the three forms of `y_true`.

    The logit `z` of a single sigmoid unit becomes `[0, z]`: `sigmoid(z) = softmax([0, z])[1]`, at
    any temperature.
    """
    single = y_pred.shape[-1] == 1
    student_logits = with_zero(y_pred) if single else y_pred
    classes = student_logits.shape[-1]
    labels, teacher_logits = None, y_true
    if isinstance(y_true, (tuple, list)) and len(y_true) == 2:
        labels, teacher_logits = y_true
    elif _columns(y_true) == 1 + classes:
        labels, teacher_logits = unpack(y_true)
    columns = _columns(teacher_logits)
    # Two columns for a single unit may be the labels and its logits, put together by hand.
    if columns == 1 and classes == 2:
        teacher_logits = with_zero(teacher_logits)
    elif columns != classes or (single and labels is None):
        raise ValueError(
            f"y_true must hold teacher logits for the student's {classes} classes: {_HOW}; "
            f"got shape {getattr(teacher_logits, 'shape', None)}"
        )
    return labels, teacher_logits, student_logits


def _columns(y) -> int | None:
    shape = getattr(y, "shape", ())
    return shape[-1] if len(shape) > 1 else None


def with_zero(z):
    """The two logits `[0, z]` of a single unit's `z`."""
    return tf.concat([tf.zeros_like(z), z], axis=-1)
