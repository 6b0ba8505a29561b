"""What the training needs of Keras and TensorFlow that neither has promised to keep.

Each is here once, with the reason for it. `tests/unit/test_keras_internals.py` has a test for
each, and so tells after an update which of them has changed.
"""

from __future__ import annotations

from collections.abc import Callable


def all_layers(model) -> list:
    """A model and all its layers, those inside other layers too.

    `model.layers` has only the outermost ones, and a layer that wraps another has no such list:
    the large layer of a model would be overlooked.
    """
    return model._flatten_layers()


def make_variables(model, *examples) -> None:
    """Make the variables of a compiled model's optimiser and metrics now.

    Made by the first step, they would cost a second trace of it, which is half of the wait before
    a training begins.

    Args:
        model: compiled.
        *examples: inputs, targets and perhaps weights of some, of which only shape and type count.
    """
    model._symbolic_build(data_batch=examples)


def set_train_function(model, function: Callable | None) -> None:
    """Have `fit` call this function of an iterator; with None, Keras's own again.

    `compile` takes it away, so it comes after that. Keras's own does not know where an epoch ends
    in an endless stream: with several steps per call, it goes beyond.
    """
    model.train_function = function


def without_tracing_warning(function):
    """The `tf.function`, without TensorFlow's warning about its traces.

    Each training has a function of its own, to be traced once. TensorFlow takes the fifth in a row
    for the same one, traced again and again, and would fill a lesson with advice.
    """
    function._omit_frequent_tracing_warning = True
    return function
