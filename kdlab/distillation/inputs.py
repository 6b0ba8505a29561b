"""What a model is asked before it computes: does it fit its images, and does it return logits?"""

from __future__ import annotations

import warnings

import numpy as np

from kdlab import _checks
from kdlab._tensorflow import keras


def check_inputs(model, x, name: str = "x", *, of: str = "model") -> np.ndarray:
    if not isinstance(model, keras.Model):
        raise ValueError(f"{of} must be a Keras model, got {type(model).__name__}")
    try:
        shape = model.input_shape[1:]
    except AttributeError as error:
        raise ValueError(
            f"{of} must know the shape of its input, as one that starts with keras.Input does, "
            f"got {model.name!r} without"
        ) from error
    return _checks.images(x, name, shape=shape)


def warn_of_softmax(model) -> None:
    last = model.layers[-1]
    if isinstance(last, keras.layers.Softmax) or (
        getattr(last, "activation", None) is keras.activations.softmax
    ):
        warnings.warn(
            f"{model.name!r} ends in a softmax, and the loss applies another: what it learns is "
            "blurred, and no temperature can be applied to what it returns. Let its last layer "
            "return logits (activation=None).",
            UserWarning,
            stacklevel=_checks.outside(),
        )
