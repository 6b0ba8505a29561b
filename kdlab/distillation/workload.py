"""How much of a model's work to do at a time: steps of a training, images of a prediction."""

from __future__ import annotations

import math

import numpy as np

from kdlab._tensorflow import keras
from kdlab.distillation.keras_internals import all_layers

# Multiplications per call into TensorFlow: a quarter of a second, more or less, on two cores.
_CALL = 5e9
# Numbers that a layer may put out for one batch: 16 MB, of which convolutions need a multiple.
_OUTPUTS = 4e6


def steps_per_call(model, steps: int, batch_size: int) -> int:
    """How many of an epoch's `steps` to run per call into TensorFlow.

    A step of a small model is mostly overhead: many per call. Between calls progress is shown and
    an interrupt is heard, so a call of a large model should not take more than a moment.
    """
    if model.distribute_strategy.num_replicas_in_sync > 1:
        return 1  # TensorFlow cannot run several at a time on several devices
    multiplications = 3 * batch_size * sum(map(_multiplications, all_layers(model)))
    return int(np.clip(_CALL // max(multiplications, 1), 1, min(steps, 32)))


def images_per_step(model) -> int:
    """How many images to predict at a time, so that the outputs of all layers fit into memory."""
    return int(np.clip(_OUTPUTS // _largest_output(model), 1, 512))


def _multiplications(layer) -> int:
    """Multiplications in one example's forward pass through a dense or convolutional layer."""
    kernel, output = getattr(layer, "kernel", None), getattr(layer, "output", None)
    if kernel is None or output is None:
        return 0
    return math.prod(kernel.shape) * math.prod(output.shape[1:-1])


def _largest_output(model) -> int:
    """How many numbers the largest layer puts out for one example."""
    outputs = keras.tree.flatten([getattr(layer, "output", None) for layer in all_layers(model)])
    return max(
        math.prod(n or 1 for n in output.shape[1:]) for output in outputs if output is not None
    )
