"""What a model costs: its size and its speed, beside its logits."""

from __future__ import annotations

import time

import numpy as np

from kdlab import _checks
from kdlab._tensorflow import tf
from kdlab.distillation.inputs import check_inputs
from kdlab.distillation.predict import choose, predict_logits


def measure_model(model, x, *, output=None, repeats: int = 50) -> dict:
    """What a `ComparisonBoard` shows of a model: its logits, its size and its speed.

    The latency is that of one image, a batch of 1, on this machine as it is now: the median of
    `repeats` calls of the compiled model, after one that compiles it. What else the machine does
    meanwhile counts too, so compare models measured one after the other.

    Args:
        model: a Keras model that returns logits.
        x: examples `(n, ...)`, as the model takes them.
        output: which of several outputs holds the logits, as in `predict_logits`. All are computed.
        repeats: how many calls to time.

    Returns:
        A dict of `logits`, as `predict_logits` returns them; `parameters`, how many there are;
        `bytes`, what they take as float32; and `milliseconds`.

    Raises:
        ValueError: the examples do not fit the model, it has several outputs and none was chosen,
            or `repeats` is not a whole number from 1 to 10,000.

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
    choose(compiled(image), output, model)  # or say that it must be, before all else

    def milliseconds() -> float:
        start = time.perf_counter()
        tf.nest.map_structure(lambda one: one.numpy(), compiled(image))  # waits for the result
        return 1000 * (time.perf_counter() - start)

    milliseconds()
    parameters = model.count_params()
    return {
        "logits": predict_logits(model, x, output=output),
        "parameters": parameters,
        "bytes": 4 * parameters,
        "milliseconds": float(np.median([milliseconds() for _ in range(repeats)])),
    }
