"""What a student learns from: labels and teacher logits, or both in the one array of `fit`."""

from __future__ import annotations

import numpy as np

from kdlab import _checks


def pack_targets(labels, teacher_logits) -> np.ndarray:
    """Labels and teacher logits in the one array that Keras's `fit` hands to a loss.

    Args:
        labels: class numbers `(n,)`, or None for an unlabelled transfer set.
        teacher_logits: `(n, classes)`.

    Returns:
        float32 `(n, 1 + classes)`, the label in the first column; without labels, the teacher's
        logits as they are.

    Raises:
        ValueError: the two do not fit each other, or hold values out of range.

    Example:
        >>> pack_targets([2], [[0.5, 1.0, 4.0]])
        array([[2. , 0.5, 1. , 4. ]], dtype=float32)
    """
    logits = _checks.logits(teacher_logits, "teacher_logits", ndim=2, dtype=np.float32)
    if labels is None:
        return logits
    return pack(_checks.labels(labels, logits.shape[-1], n=len(logits)), logits)


def pack(labels: np.ndarray, logits: np.ndarray) -> np.ndarray:
    return np.concatenate([labels[:, None].astype(np.float32), logits], axis=1)


def unpack_targets(y_true, y_pred):
    """Labels (or None) and teacher logits, from any of the three forms of `y_true`."""
    classes = y_pred.shape[-1]
    if isinstance(y_true, (tuple, list)) and len(y_true) == 2:
        labels, teacher_logits = y_true
    elif getattr(y_true, "shape", (None,))[-1] == 1 + classes:
        labels, teacher_logits = y_true[..., 0], y_true[..., 1:]
    else:
        labels, teacher_logits = None, y_true
    shape = getattr(teacher_logits, "shape", None)
    if shape is None or shape[-1] != classes:
        raise ValueError(
            f"y_true must hold teacher logits for the student's {classes} classes: the pair "
            f"(labels, teacher_logits), pack_targets(...) or the logits alone; got {shape}"
        )
    return labels, teacher_logits
