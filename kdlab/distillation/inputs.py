"""What a model is asked before it computes: does it fit its images, and does it return logits?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from kdlab import _checks
from kdlab._tensorflow import keras
from kdlab.distillation.keras_internals import all_layers


def check_inputs(model, x, name: str = "x", *, of: str = "model") -> np.ndarray:
    if not isinstance(model, keras.Model):
        raise ValueError(f"{of} must be a Keras model, got {type(model).__name__}")
    try:
        shape = model.input_shape
    except AttributeError as error:
        raise ValueError(
            f"{of} must know the shape of its input, as one that starts with keras.Input does, "
            f"got {model.name!r} without"
        ) from error
    if not isinstance(shape, tuple):
        raise ValueError(
            f"{of} must have one input, got {model.name!r} with {len(shape)}: join what they take "
            "into one array, and take it apart inside the model"
        )
    return _checks.examples(x, name, shape=shape[1:])


def check_outputs(model, of: str = "model") -> int:
    """How many classes a model tells apart, by its one output of logits `(n, classes)`."""
    shape = getattr(model, "output_shape", None)
    if isinstance(shape, list | dict):
        named = dict(zip(model.output_names, keras.tree.flatten(model.outputs), strict=True))
        names = ", ".join(f"{name!r} {tuple(one.shape)}" for name, one in named.items())
        raise ValueError(
            f"{of} must have one output, its logits, got {model.name!r} with {names}. A model of "
            "one of them shares its layers and is trained with it: keras.Model(model.input, "
            f"model.outputs[0]) for {model.output_names[0]!r}"
        )
    if not isinstance(shape, tuple) or len(shape) != 2 or not shape[-1]:
        raise ValueError(
            f"{of} must return logits (n, classes), got {model.name!r} with an output of shape "
            f"{shape}: let it end in keras.layers.Flatten or GlobalAveragePooling and a "
            "keras.layers.Dense(classes)"
        )
    if shape[-1] == 1:
        raise ValueError(
            f"{of} must return a logit for each class, got {model.name!r} with a single unit: for "
            "two classes let it end in keras.layers.Dense(2), with labels 0 and 1. (A sigmoid's "
            "logit z stands for the two logits [0, z].)"
        )
    return shape[-1]


def check_targets(value, n: int, classes: int, name: str = "teacher_logits") -> np.ndarray:
    """A teacher's logits for `n` examples, `(n, classes)`."""
    if hasattr(value, "train_logits"):
        raise ValueError(
            f"{name} must be an array of logits, got {value!r}: pass its train_logits, which "
            "belong to the training images in their order"
        )
    if callable(value):
        raise ValueError(
            f"{name} must be an array of logits, got a model: compute them once, by "
            "predict_logits(teacher, x), and pass what comes out"
        )
    result = _checks.scores(value, name, ndim=2, dtype=np.float32)
    if result.shape == (n, classes):
        return result
    cure = "compute them of this very x, by predict_logits(teacher, x)"
    if len(result) == n:
        cure = (
            "build the student for as many classes, or choose the teacher's columns that are the "
            f"student's classes, in their order: {name}[:, columns]"
        )
    raise ValueError(
        f"{name} must hold one row per example of x and one column per class of the student, "
        f"{(n, classes)}, got shape {result.shape}: {cure}"
    )


def warn_of_softmax(model) -> None:
    """Warn of a model that ends in probabilities, before it is trained as if it did not."""
    ending = probabilities_at_the_end(model)
    if ending:
        _checks.warn_if(
            f"{model.name!r} ends in a {ending[0]}, and the loss applies another: what it learns "
            "is blurred, and no temperature can be applied to what it returns. "
            f"{ending[1]}"
        )


def warn_of_bytes(model, x: np.ndarray) -> None:
    """Warn of images from 0 to 255 for a network that does not bring them into a range itself."""
    scaling = ("Rescaling", "Normalization", "BatchNormalization", "LayerNormalization")
    if x.ndim != 4 or x.min() < 0 or not 100 < x.max() <= 255:
        return
    if any(type(layer).__name__ in scaling for layer in all_layers(model)):
        return
    _checks.warn_if(
        f"x holds images from {x.min():g} to {x.max():g}, and nothing in {model.name!r} scales "
        "them: on such large inputs units die and little is learned. Divide them by 255, or begin "
        "the model with keras.layers.Rescaling(1 / 255)."
    )


def probabilities_at_the_end(model) -> tuple[str, str] | None:
    """What a model ends in, if it turns its logits into probabilities, and how to get rid of it."""
    path, last = "model", model
    while getattr(last, "layers", None):
        last, path = last.layers[-1], f"{path}.layers[-1]"
    activation = getattr(last, "activation", None)
    if isinstance(last, keras.layers.Softmax) or activation is keras.activations.softmax:
        name = "softmax"
    elif activation is keras.activations.sigmoid:
        name = "sigmoid"
    else:
        return None
    if hasattr(last, "kernel"):
        cure = f"{path}.activation = keras.activations.linear"
    else:
        cure = f"model = keras.Model(model.inputs, {path}.input)"
    return name, f"Let it return logits, which a trained model can do, too: {cure}"


def check_callbacks(callbacks) -> list:
    """Keras callbacks, in a list; one alone will do, as in Keras."""
    found = keras.tree.flatten(callbacks)
    for one in found:
        if not isinstance(one, keras.callbacks.Callback):
            raise ValueError(f"callbacks must be a list of Keras callbacks, got {one!r} in it")
    return found


def check_optimizer(optimizer, learning_rate):
    """A new optimizer: Adam with this learning rate, or another one like `optimizer`."""
    if optimizer is None:
        if not isinstance(learning_rate, keras.optimizers.schedules.LearningRateSchedule):
            learning_rate = _checks.positive_number(learning_rate, "learning_rate")
        return keras.optimizers.Adam(learning_rate)
    if not isinstance(optimizer, keras.optimizers.Optimizer):
        raise ValueError(
            f"optimizer must be a Keras optimizer, such as keras.optimizers.SGD(0.01), "
            f"got {optimizer!r}"
        )
    if learning_rate != 1e-3:
        raise ValueError(
            "learning_rate must not be given together with an optimizer, which has its own, got "
            f"{learning_rate!r}: give it to {type(optimizer).__name__}(...)"
        )
    return optimizer.from_config(optimizer.get_config())  # one cannot serve two models


def check_weights(value, n: int, name: str = "sample_weight") -> np.ndarray:
    """How much each of `n` examples counts."""
    weights = _checks.array(value, name, ndim=1, dtype=np.float32)
    _checks.same_length(name, weights, "the examples", range(n))
    if weights.min() < 0 or not 0 < weights.sum() < np.inf:
        raise ValueError(
            f"{name} must hold no negative weight and at least one above 0, "
            f"got weights from {weights.min():g} to {weights.max():g}"
        )
    return weights


def example_weights(sample_weight, class_weight, labels, n: int, classes: int):
    """How much each of `n` examples counts, by itself and by its class; None if all do the same."""
    if sample_weight is None and class_weight is None:
        return None
    factors = np.ones(classes, np.float32)
    if class_weight is not None:
        if labels is None:
            raise ValueError("class_weight needs the labels y, got none: use sample_weight")
        if not isinstance(class_weight, Mapping):
            raise ValueError(
                "class_weight must be a dict of weights by class number, such as {7: 10.0}, "
                f"got {class_weight!r}"
            )
        for label, weight in class_weight.items():
            if not _checks.is_whole(label) or not 0 <= label < classes:
                raise ValueError(
                    f"class_weight must name classes from 0 to {classes - 1}, got {label!r}"
                )
            if not _checks.is_real(weight) or not 0 <= weight < np.inf:
                raise ValueError(
                    f"class_weight must hold finite numbers of at least 0, got {label}: {weight!r}"
                )
            factors[label] = weight
    weights = np.ones(n, np.float32)
    if sample_weight is not None:
        weights = check_weights(sample_weight, n)
    if labels is not None:
        weights = weights * factors[labels]
    if not 0 < weights.sum() < np.inf:
        raise ValueError("class_weight and sample_weight must leave an example that counts")
    return weights
