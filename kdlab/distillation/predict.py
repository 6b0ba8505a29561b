"""Asking a trained model: its logits, its size and its speed."""

from __future__ import annotations

import time

import numpy as np

from kdlab import _checks
from kdlab._tensorflow import keras, tf
from kdlab.distillation.inputs import check_inputs
from kdlab.distillation.workload import images_per_step


def predict_logits(model, x, *, batch_size: int | None = None) -> np.ndarray:
    """A model's logits, with dropout and the like switched off.

    Args:
        model: a Keras model that returns logits.
        x: images `(n, height, width, channels)`.
        batch_size: images per step; up to 512 if not given, fewer for a model with large layers,
            whose outputs must fit into memory.

    Returns:
        float32 `(n, classes)`.

    Raises:
        ValueError: the images do not fit the model.
        UserWarning: (a warning) the model seems to end in a softmax.

    Example:
        >>> from kdlab import build_student, load_dataset
        >>> data = load_dataset("digits")
        >>> predict_logits(build_student(data), data.x_test).shape
        (540, 10)
    """
    x = check_inputs(model, x)
    if batch_size is None:
        batch_size = images_per_step(model)
    batch_size = _checks.positive_int(batch_size, "batch_size")
    # Called directly: `model.predict` would trace a new graph after every `compile`.
    batches = [x[i : i + batch_size] for i in range(0, len(x), batch_size)]
    logits = np.concatenate([keras.ops.convert_to_numpy(model(b, training=False)) for b in batches])
    return _checks.logits(logits, "the model's output", ndim=2, dtype=np.float32)


def measure_model(model, x, *, repeats: int = 50) -> dict:
    """What a `ComparisonBoard` shows of a model: its logits, its size and its speed.

    The latency is that of one image, a batch of 1, on this machine as it is now: the median of
    `repeats` calls of the compiled model, after one that compiles it. What else the machine does
    meanwhile counts too, so compare models measured one after the other.

    Args:
        model: a Keras model that returns logits.
        x: images `(n, height, width, channels)`.
        repeats: how many calls to time.

    Returns:
        A dict of `logits`, as `predict_logits` returns them; `parameters`, how many there are;
        `bytes`, what they take as float32; and `milliseconds`.

    Raises:
        ValueError: the images do not fit the model, or `repeats` is not a whole number from
            1 to 10,000.

    Example:
        >>> from kdlab import build_student, load_dataset
        >>> data = load_dataset("digits")
        >>> measured = measure_model(build_student(data), data.x_test)
        >>> measured["parameters"], measured["bytes"], measured["milliseconds"] > 0
        (1210, 4840, True)
    """
    x = check_inputs(model, x)
    repeats = _checks.positive_int(repeats, "repeats", at_most=10_000)
    compiled = tf.function(lambda image: model(image, training=False))
    image = tf.constant(x[:1])

    def milliseconds() -> float:
        start = time.perf_counter()
        compiled(image).numpy()  # a copy of the result: waits until it is there
        return 1000 * (time.perf_counter() - start)

    milliseconds()
    parameters = model.count_params()
    return {
        "logits": predict_logits(model, x),
        "parameters": parameters,
        "bytes": 4 * parameters,
        "milliseconds": float(np.median([milliseconds() for _ in range(repeats)])),
    }
