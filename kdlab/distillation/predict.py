"""Asking a trained model for its logits, whatever library it comes from.

TensorFlow is not imported here: a function, or a model of PyTorch, JAX or scikit-learn, is asked
without it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import contextmanager

import numpy as np

from kdlab import _checks
from kdlab._progress import reported

_BATCH = 512  # of what tells nothing of its size


def predict_logits(model, x, *, output=None, batch_size: int | None = None) -> np.ndarray:
    """A model's logits, with dropout and the like switched off.

    Anything that maps a batch to scores will do: a Keras model; a PyTorch module, which is given
    tensors on its device (and images in the order in which they are in `x`: PyTorch wants
    `x.transpose(0, 3, 1, 2)`); scikit-learn's `decision_function` or `predict_log_proba`; a
    function. If it takes more than two seconds, a line tells how far it is.

    Args:
        model: a Keras model that returns logits, or any function that maps an array `(batch, ...)`
            to scores `(batch, classes)`. One score for each example is the logit `z` of the second
            of two classes, and comes back as `[0, z]`.
        x: examples `(n, ...)`, as the model takes them: images `(n, height, width, channels)`.
        output: which of several outputs holds the logits, by its name, or its number.
        batch_size: examples per step; if not given, up to 512, fewer for a Keras model with large
            layers, whose outputs must fit into memory.

    Returns:
        float32 `(n, classes)`.

    Raises:
        ValueError: the examples do not fit the model, it has several outputs and none was chosen,
            or what it returns are no scores.
        UserWarning: (a warning) the model seems to end in a softmax.

    Example:
        >>> from kdlab import build_student, load_dataset
        >>> data = load_dataset("digits")
        >>> predict_logits(build_student(data), data.x_test).shape
        (540, 10)
        >>> predict_logits(lambda rows: rows @ [[1.0, 0.0], [0.0, 2.0]], [[3.0, 1.0]])
        array([[3., 2.]], dtype=float32)
    """
    logits = scores(model, x, output=output, batch_size=batch_size, show=reported)
    _checks.warn_if(_like_probabilities(model, logits))
    return logits


def _like_probabilities(model, logits: np.ndarray) -> str | None:
    seen = _checks.like_probabilities(logits, "the model's output")
    if not has_keras_input(model) or len(getattr(model, "output_names", ())) > 1:
        return seen
    from kdlab.distillation.inputs import probabilities_at_the_end

    ending = probabilities_at_the_end(model)
    if not ending:
        return seen
    return f"{seen or f'{model.name!r} ends in a {ending[0]}.'} {ending[1]}"


def scores(model, x, *, output=None, batch_size=None, show=None) -> np.ndarray:
    """The same, whatever kind of scores they are; how far it is, is told by `show` if given."""
    if not callable(model):
        raise ValueError(
            "model must be a Keras model, or a function that maps a batch of examples to logits, "
            f"such as a scikit-learn model's decision_function, got {_checks.describe(model)}"
        )
    if batch_size is not None:
        _checks.positive_int(batch_size, "batch_size")
    if has_keras_input(model):
        from kdlab.distillation.inputs import check_inputs
        from kdlab.distillation.workload import images_per_step

        x = check_inputs(model, x)
        batch_size = batch_size or images_per_step(model)
    else:
        given = _checks.as_array(x)
        x = _checks.examples(x, "x")
        if given.dtype.kind in "iu":  # tokens, which other libraries look up as whole numbers only
            x = given
    starts = range(0, len(x), batch_size or _BATCH)
    if show:
        starts = show(starts, f"Logits of {len(x):,} examples, batch", len(starts))
    with _asking(model) as ask:
        logits = np.concatenate(
            [_of_batch(model, ask, x[at : at + (batch_size or _BATCH)], output) for at in starts]
        )
    if logits.ndim > 2:
        raise ValueError(
            "model must return one row of scores per example, (n, classes), got an output of shape "
            f"{logits.shape}"
        )
    if logits.ndim == 1 or logits.shape[1] == 1:
        z = _checks.array(logits.reshape(-1, 1), "the model's output", dtype=np.float32)
        logits = np.hstack([np.zeros_like(z), z])
    return _checks.scores(logits, "the model's output", ndim=2, dtype=np.float32)


def has_keras_input(model) -> bool:
    """Whether it is a Keras model that knows the shape of its input."""
    return _is("keras", "Model", model) and hasattr(model, "input_shape")


def choose(outputs, output, model):
    """The one output that is asked for, of what a model returned: an array, a list or a dict."""
    names = list(getattr(model, "output_names", ()))
    if not hasattr(outputs, "shape") and hasattr(outputs, str(output or "logits")):
        return getattr(outputs, str(output or "logits"))  # as Hugging Face has it
    if isinstance(outputs, Mapping):
        named = dict(outputs)
    elif isinstance(outputs, tuple | list) and all(np.ndim(one) > 1 for one in outputs):
        named = dict(enumerate(outputs))
        if names and output not in named:
            named = dict(zip(names, outputs, strict=True))
    elif output is None or names == [output]:
        return outputs
    else:
        raise ValueError(f"output must be left out: the model has only one, got {output!r}")
    if output is None and len(named) == 1:
        return next(iter(named.values()))
    if output not in named:
        shapes = ", ".join(f"{key!r} {tuple(getattr(v, 'shape', ()))}" for key, v in named.items())
        raise ValueError(
            f"output must say which of the model's outputs holds the logits: {shapes}; "
            f"got {output!r}"
        )
    return named[output]


def _of_batch(model, ask: Callable, batch: np.ndarray, output) -> np.ndarray:
    try:
        outputs = ask(batch)
    except Exception as error:
        error.add_note(
            f"(kdlab asked the model with a batch of shape {batch.shape}, {batch.dtype}. PyTorch "
            "wants the channels first: x.transpose(0, 3, 1, 2). A table of embeddings must have a "
            "row for each token.)"
        )
        raise
    answer = _as_numpy(choose(outputs, output, model))
    if answer.shape[:1] != (len(batch),):
        raise ValueError(
            f"model must return one row of scores per example, {len(batch)} here, got an output of "
            f"shape {answer.shape}"
        )
    return answer


@contextmanager
def _asking(model):
    """What maps a batch to outputs, with what only training needs switched off meanwhile."""
    if _is("keras", "Model", model):
        # Called directly: `model.predict` would trace a new graph after every `compile`.
        yield lambda batch: model(batch, training=False)
    elif _is("torch", "nn.Module", model):
        torch, training = sys.modules["torch"], model.training
        first = next(model.parameters(), None)
        device = "cpu" if first is None else first.device

        def tensor(batch):
            kind = first.dtype if first is not None and batch.dtype.kind == "f" else None
            return torch.as_tensor(batch, dtype=kind, device=device)

        model.train(False)
        try:
            with torch.no_grad():
                yield lambda batch: model(tensor(batch))
        finally:
            model.train(training)
    else:
        yield model


def _as_numpy(output) -> np.ndarray:
    if _is("torch", "Tensor", output):
        output = output.detach().float().cpu()
    return _checks.as_array(output)


def _is(library: str, name: str, value) -> bool:
    """Whether a value is of a library's class. Of one that was not imported there is none."""
    found = sys.modules.get(library)
    for part in name.split("."):
        found = getattr(found, part, None)
    return isinstance(found, type) and isinstance(value, found)
