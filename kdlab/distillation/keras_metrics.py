"""What Keras measures in each epoch of a distillation, whose targets may contain the labels.

Not to be confused with `kdlab.accuracy` and `kdlab.agreement`, which compare whole arrays.
"""

from __future__ import annotations

from collections.abc import Callable

from kdlab._tensorflow import keras
from kdlab.distillation.targets import unpack_targets

ops = keras.ops


def _known_as(name: str) -> Callable:
    """Give a metric the name that it has in a history, and in `.keras` files as `kdlab>name`.

    Keras takes the first from the function itself, whatever it is registered as.
    """

    def register(metric):
        metric.__name__ = name
        return keras.saving.register_keras_serializable("kdlab")(metric)

    return register


@_known_as("accuracy")
def label_accuracy(y_true, y_pred):
    """Keras metric: the share of examples whose label the student gets right."""
    labels, _, logits = unpack_targets(y_true, y_pred)
    return ops.equal(ops.cast(labels, "int64"), ops.cast(ops.argmax(logits, axis=-1), "int64"))


@_known_as("agreement")
def teacher_agreement(y_true, y_pred):
    """Keras metric: the share of examples on which student and teacher name the same class."""
    _, teacher_logits, logits = unpack_targets(y_true, y_pred)
    return ops.equal(ops.argmax(teacher_logits, axis=-1), ops.argmax(logits, axis=-1))
