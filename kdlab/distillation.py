"""Training a teacher, and distilling it into a student.

The teacher's knowledge travels as *stored logits*: the teacher runs once over the transfer set,
not at every step, so an epoch of distillation costs the same as an epoch on labels.
"""

from __future__ import annotations

import math
import time
import warnings

import numpy as np

from kdlab import _checks, _epochs, artifacts
from kdlab._interrupt import held_interrupts
from kdlab._tensorflow import keras, tf
from kdlab.checkpoint import Checkpoint
from kdlab.soft_targets import part_weights, soft_gradient

ops = keras.ops

# Multiplications per call into TensorFlow: a quarter of a second, more or less, on two cores.
_CALL = 5e9
# Numbers that a layer may put out for one batch: 16 MB, of which convolutions need a multiple.
_OUTPUTS = 4e6


def soft_loss(teacher_logits, student_logits, temperature):
    """`KL(softmax(teacher / T) || softmax(student / T))` of each example, on tensors.

    Cross-entropy in its place has the same gradient, but is not 0 where the two agree. The
    gradient is written down, `(q - p) / T`: automatic differentiation takes a longer way to it.
    The teacher is a constant: no gradient flows to its logits.

    Args:
        teacher_logits, student_logits: tensors `(..., classes)`.
        temperature: `T`, a number, or a tensor that broadcasts against the logits.

    Returns:
        A tensor `(...)`, without the factor `T^2`.
    """

    @tf.custom_gradient
    def divergence(student_logits):
        log_p = tf.nn.log_softmax(teacher_logits / temperature)
        log_q = tf.nn.log_softmax(student_logits / temperature)
        p = tf.exp(log_p)

        def gradient(upstream):
            q, upstream = tf.exp(log_q), upstream[..., None]
            return soft_gradient(q, p, temperature, scale_by_t2=False, upstream=upstream)

        return tf.reduce_sum(p * (log_p - log_q), axis=-1), gradient

    return divergence(student_logits)


def hard_loss(labels, student_logits):
    """Cross-entropy with the labels at `T = 1` of each example, on tensors.

    Args:
        labels: an integer tensor `(...)`.
        student_logits: a tensor `(..., classes)`.

    Returns:
        A tensor `(...)`.
    """
    return ops.sparse_categorical_crossentropy(labels, student_logits, from_logits=True)


@keras.saving.register_keras_serializable("kdlab")
class DistillationLoss(keras.losses.Loss):
    """The loss of knowledge distillation: `alpha * T^2 * soft + (1 - alpha) * hard`.

    With `p = softmax(teacher / T)` and `q = softmax(student / T)`, `soft` is `KL(p || q)` and
    `hard` is the cross-entropy of the student with the labels at `T = 1`. The gradient of
    `T^2 * soft` on an example's student logits is `T (q - p)`. (Hinton, Vinyals and Dean 2015,
    section 2; `alpha` weighs the *soft* part.)

    Args:
        temperature: `T`, from 1e-6 to 1e6.
        alpha: the weight of the soft part, in [0, 1]. 0 is ordinary training on labels, 1 needs
            no labels.
        scale_by_t2: whether to multiply the soft part by `T^2`. Without it, its gradient vanishes
            as `1 / T^2`.
        reduction, name, dtype: as in every Keras loss; the default averages over the batch.

    Call arguments:
        y_true: the pair `(labels, teacher_logits)`, of shapes `(n,)` and `(n, classes)`; or both
            in the one array that Keras's `fit` passes on, made by `pack_targets`; or, where
            `alpha` is 1, the teacher's logits alone.
        y_pred: student logits `(n, classes)`.

    Raises:
        ValueError: an argument is out of range, or the targets do not fit the student's logits.

    Example:
        >>> loss = DistillationLoss(temperature=4.0, alpha=1.0)
        >>> teacher_logits = np.array([[4.0, 1.0, 0.0]], dtype="float32")
        >>> float(loss(teacher_logits, teacher_logits))
        0.0
        >>> round(float(loss(teacher_logits, np.zeros((1, 3), "float32"))), 2)
        1.54
    """

    def __init__(
        self,
        temperature: float = 4.0,
        alpha: float = 0.9,
        scale_by_t2: bool = True,
        *,
        reduction="sum_over_batch_size",
        name="distillation_loss",
        dtype=None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.temperature = _checks.training_temperature(temperature)
        self.alpha = _checks.alpha(alpha)
        self.scale_by_t2 = _checks.flag(scale_by_t2, "scale_by_t2")

    def call(self, y_true, y_pred):
        labels, teacher_logits = _unpack_targets(y_true, y_pred)
        if labels is None and self.alpha < 1:
            raise ValueError(
                f"y_true must hold labels too where alpha is below 1, got teacher logits alone "
                f"and alpha={self.alpha}"
            )
        soft_weight, hard_weight = part_weights(
            self.temperature, self.alpha, scale_by_t2=self.scale_by_t2
        )
        loss = 0.0
        if self.alpha > 0:
            loss += soft_weight * soft_loss(teacher_logits, y_pred, self.temperature)
        if self.alpha < 1:
            loss += hard_weight * hard_loss(ops.cast(labels, "int32"), y_pred)
        return loss

    def get_config(self):
        return {
            **super().get_config(),
            "temperature": self.temperature,
            "alpha": self.alpha,
            "scale_by_t2": self.scale_by_t2,
        }


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
    return _pack(_checks.labels(labels, logits.shape[-1], n=len(logits)), logits)


def _pack(labels: np.ndarray, logits: np.ndarray) -> np.ndarray:
    return np.concatenate([labels[:, None].astype(np.float32), logits], axis=1)


def _unpack_targets(y_true, y_pred):
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


def train(
    model,
    x,
    y,
    *,
    epochs: int = 20,
    batch_size: int = 64,
    learning_rate: float = 1e-3,
    validation_data=None,
    seed: int = 0,
    monitor=None,
    checkpoint=None,
):
    """Train a model on labels: a teacher, or a student on its own.

    Adam on the cross-entropy of the model's logits. Interrupting it (the stop button of
    JupyterLab, or Ctrl+C) keeps what has been learned: the call returns the history so far. A model
    that was trained before goes on from its weights, and a line says so.

    Args:
        model: a Keras model that returns logits; trained in place.
        x: images `(n, height, width, channels)`.
        y: labels `(n,)`.
        epochs: how often to go through the data.
        batch_size: examples per step.
        learning_rate: the step size of Adam, or a `keras.optimizers.schedules` that gives it.
        validation_data: `(x, y)` to measure after every epoch; never trained on.
        seed: decides the order of the examples. (Sets the global seeds of Python, NumPy and Keras.)
        monitor: what shows the progress: a `TrainingMonitor`, or anything with its `start`,
            `update` and `finish`.
        checkpoint: a file, `NAME.npz`, in which the run is kept between epochs, at most every ten
            seconds. A run that was stopped or killed goes on from there when the same call is made
            again, and ends as if nothing had happened; the file is then removed. The same call has
            the same arrays to the last bit: keep a teacher's logits in a file (`save_teacher`),
            since another machine, or another number of threads, computes them a little otherwise.

    Returns:
        `keras.callbacks.History`; `history.history` has `loss` and `accuracy` of every epoch, and
        `val_loss` and `val_accuracy` where validation data is given.

    Raises:
        ValueError: images and labels do not fit each other or the model.

    Example:
        >>> from kdlab import build_student, load_dataset
        >>> data = load_dataset("digits")
        >>> history = train(build_student(data), data.x_train, data.y_train, epochs=2)
        >>> len(history.history["loss"])
        2
    """
    x = _check_inputs(model, x)
    y = _checks.labels(y, model.output_shape[-1], "y", n=len(x))
    return _fit(
        model,
        x,
        y,
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        ["accuracy"],
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        validation_data=validation_data,
        seed=seed,
        monitor=monitor,
        checkpoint=checkpoint,
    )


def distill(
    student,
    x,
    teacher_logits,
    y=None,
    *,
    temperature: float = 4.0,
    alpha: float = 0.9,
    scale_by_t2: bool = True,
    epochs: int = 20,
    batch_size: int = 64,
    learning_rate: float = 1e-3,
    validation_data=None,
    seed: int = 0,
    monitor=None,
    checkpoint=None,
):
    """Train a student on a teacher's stored logits.

    Adam on the `DistillationLoss`. The teacher itself is not needed: its logits on the transfer
    set `x` are computed once, with `predict_logits`, and may come from a file. Interrupting keeps
    what has been learned, as in `train`.

    Args:
        student: a Keras model that returns logits; trained in place.
        x: the transfer set, images `(n, height, width, channels)`.
        teacher_logits: the teacher's logits on `x`, `(n, classes)`.
        y: labels `(n,)`, or None to learn from the soft targets alone (`alpha` is then 1).
        temperature: `T` of the soft part.
        alpha: the weight of the soft part, in [0, 1].
        scale_by_t2: whether to multiply the soft part by `T^2`.
        epochs, batch_size, learning_rate, validation_data, seed, monitor, checkpoint: as in
            `train`.

    Returns:
        `keras.callbacks.History`, as `train` does. Where there are no labels it has `agreement` in
        place of `accuracy`: the share of examples on which student and teacher name the same
        class. `val_loss` is the cross-entropy with the labels at `T = 1`, so that it compares
        with that of `train`.

    Raises:
        ValueError: the arguments do not fit each other or the model, or are out of range.

    Example:
        >>> from kdlab import build_student, load_dataset, pretrained_teacher
        >>> data, teacher = load_dataset("digits"), pretrained_teacher("digits")
        >>> student = build_student(data)
        >>> history = distill(student, data.x_train, teacher.train_logits, epochs=2)
        >>> sorted(history.history)
        ['agreement', 'loss']
    """
    x = _check_inputs(student, x)
    loss = DistillationLoss(temperature, 1.0 if y is None else alpha, scale_by_t2)
    classes = student.output_shape[-1]
    targets = _checks.logits(teacher_logits, "teacher_logits", ndim=2, dtype=np.float32)
    if targets.shape != (len(x), classes):
        raise ValueError(
            f"teacher_logits must hold one row per image of x and one column per class of the "
            f"student, {(len(x), classes)}, got shape {targets.shape}"
        )
    if y is not None:
        targets = _pack(_checks.labels(y, classes, "y", n=len(x)), targets)
    return _fit(
        student,
        x,
        targets,
        loss,
        [agreement if y is None else accuracy],  # one: each costs a tenth of an epoch
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        validation_data=validation_data,
        seed=seed,
        monitor=monitor,
        checkpoint=checkpoint,
    )


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
    x = _check_inputs(model, x)
    if batch_size is None:
        batch_size = int(np.clip(_OUTPUTS // _largest_output(model), 1, 512))
    batch_size = _checks.positive_int(batch_size, "batch_size")
    # Called directly: `model.predict` would trace a new graph after every `compile`.
    batches = [x[i : i + batch_size] for i in range(0, len(x), batch_size)]
    logits = np.concatenate([ops.convert_to_numpy(model(b, training=False)) for b in batches])
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
        ValueError: the images do not fit the model, or `repeats` is not a whole number above 0.

    Example:
        >>> from kdlab import build_student, load_dataset
        >>> data = load_dataset("digits")
        >>> measured = measure_model(build_student(data), data.x_test)
        >>> measured["parameters"], measured["bytes"], measured["milliseconds"] > 0
        (1210, 4840, True)
    """
    x = _check_inputs(model, x)
    repeats = _checks.positive_int(repeats, "repeats")
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


@keras.saving.register_keras_serializable("kdlab")
def accuracy(y_true, y_pred):
    """Keras metric: the share of examples whose label the student gets right."""
    labels, _ = _unpack_targets(y_true, y_pred)
    return ops.equal(ops.cast(labels, "int64"), ops.cast(ops.argmax(y_pred, axis=-1), "int64"))


@keras.saving.register_keras_serializable("kdlab")
def agreement(y_true, y_pred):
    """Keras metric: the share of examples on which student and teacher name the same class."""
    _, teacher_logits = _unpack_targets(y_true, y_pred)
    return ops.equal(ops.argmax(teacher_logits, axis=-1), ops.argmax(y_pred, axis=-1))


def _check_inputs(model, x, name: str = "x") -> np.ndarray:
    if not isinstance(model, keras.Model):
        raise ValueError(f"model must be a Keras model, got {type(model).__name__}")
    try:
        shape = model.input_shape[1:]
    except AttributeError as error:
        raise ValueError(
            f"model must know the shape of its input, as one that starts with keras.Input does, "
            f"got {model.name!r} without"
        ) from error
    return _checks.images(x, name, shape=shape)


def _warn_of_softmax(model) -> None:
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


def _fit(
    model,
    x,
    targets,
    loss,
    metrics,
    *,
    epochs,
    batch_size,
    learning_rate,
    validation_data,
    seed,
    monitor,
    checkpoint,
):
    """The one training loop behind `train` and `distill`."""
    epochs = _checks.positive_int(epochs, "epochs")
    batch_size = _checks.positive_int(batch_size, "batch_size")
    seed = _checks.seed(seed)
    if not isinstance(learning_rate, keras.optimizers.schedules.LearningRateSchedule):
        learning_rate = _checks.positive_number(learning_rate, "learning_rate")
    steps = -(-len(x) // batch_size)
    _warn_of_softmax(model)
    keras.utils.set_random_seed(seed)
    per_call = _steps_per_call(model, steps, batch_size)
    with model.distribute_strategy.scope():  # whichever the model was built under
        model.compile(
            optimizer=keras.optimizers.Adam(learning_rate),
            loss=loss,
            metrics=metrics,
            steps_per_execution=per_call,
            jit_compile=False,  # XLA takes seconds to compile, and gains nothing on a CPU
        )
        # The optimiser's and the metrics' variables now: made by the first step, they would cost a
        # second trace of it, which is half of the wait before a training begins.
        model._symbolic_build(data_batch=(x[:1], targets[:1]))
    if per_call > 1:
        model.train_function = _train_function(model, steps, per_call)
    callbacks = []
    if validation_data is not None:
        callbacks.append(_Validation(model, validation_data))
    if monitor is not None:
        callbacks.append(_Report(monitor, steps))
    history = keras.callbacks.History()
    callbacks.append(history)
    done = 0
    if checkpoint is not None:
        saved = Checkpoint(
            checkpoint, model, history, _identity(model, x, targets, epochs, batch_size, seed)
        )
        callbacks.append(saved)
        done = saved.restore()
    before = 0 if done else _epochs.of(model)
    if before:
        print(
            f"Going on: this model has had {before} epochs already. To begin anew, build it again."
        )
    message = "Ended by an error."
    history.epoch = []  # Keras sets it when training begins, and an interrupt may come before
    try:
        if monitor is not None:
            monitor.start(epochs, unit="epoch")
            if done:
                monitor.update(done)
        with held_interrupts() as check:
            model.fit(
                _batches(x, targets, batch_size, seed, first_epoch=done),
                initial_epoch=done,
                epochs=epochs,
                steps_per_epoch=steps,
                shuffle=False,  # it has been
                verbose=0,
                callbacks=[*callbacks, _Interrupt(check)],
            )
        if checkpoint is not None:
            saved.remove()
        message = f"Done: {epochs} epochs."
    except KeyboardInterrupt:
        message = (
            f"Stopped after {len(history.epoch)} of {epochs} epochs; what was learned is kept."
        )
        if monitor is None:
            print(message)
    finally:
        _epochs.note(model, before + len(history.epoch))
        model.train_function = None  # a later fit of someone else's makes its own
        if monitor is not None:  # which must not offer to stop what has ended
            monitor.finish(message)
    return history


def _steps_per_call(model, steps: int, batch_size: int) -> int:
    """How many steps to run per call into TensorFlow.

    A step of a small model is mostly overhead: many per call. Between calls progress is shown and
    an interrupt is heard, so a call of a large model should not take more than a moment.
    """
    if model.distribute_strategy.num_replicas_in_sync > 1:
        return 1  # TensorFlow cannot run several at a time on several devices
    multiplications = 3 * batch_size * sum(map(_multiplications, model._flatten_layers()))
    return int(np.clip(_CALL // max(multiplications, 1), 1, min(steps, 32)))


def _multiplications(layer) -> int:
    """Those of one example's forward pass, in a dense or convolutional layer."""
    kernel, output = getattr(layer, "kernel", None), getattr(layer, "output", None)
    if kernel is None or output is None:
        return 0
    return math.prod(kernel.shape) * math.prod(output.shape[1:-1])


def _largest_output(model) -> int:
    """How many numbers the largest layer puts out for one example."""
    outputs = keras.tree.flatten(
        [getattr(layer, "output", None) for layer in model._flatten_layers()]
    )
    return max(
        math.prod(n or 1 for n in output.shape[1:]) for output in outputs if output is not None
    )


def _identity(model, x, targets, epochs: int, batch_size: int, seed: int) -> dict:
    """What makes a run this run and no other."""
    return {
        "data": artifacts.checksum({"x": x, "targets": targets}),
        "model": [list(variable.shape) for variable in model.variables],
        "learning_rate": model.optimizer.get_config()["learning_rate"],
        "loss": keras.saving.serialize_keras_object(model.loss),
        "epochs": epochs,
        "batch_size": batch_size,
        "seed": seed,
    }


def _batches(x, targets, batch_size: int, seed: int, first_epoch: int):
    """All examples in batches, again and again, in an order of its own for each epoch.

    Given arrays, `fit` sets its input up anew for every epoch, which on small data takes ten times
    as long as the training. And the order follows from the seed and the epoch alone, so that a run
    that goes on after an interruption sees what it would have seen.
    """
    n = len(x)
    x, targets = tf.constant(x), tf.constant(targets)

    def of_epoch(epoch):
        order = tf.random.experimental.stateless_shuffle(tf.range(n), [seed, epoch])
        return tf.data.Dataset.from_tensor_slices(order).batch(batch_size)

    # There is nothing to tune, and whoever collects an old training as garbage, in whatever Python
    # does then, would wait for the tuner to wake up: up to a minute.
    untuned = tf.data.Options()
    untuned.autotune.enabled = False
    return (
        tf.data.Dataset.counter(first_epoch)
        .flat_map(of_epoch)
        .map(lambda batch: (tf.gather(x, batch), tf.gather(targets, batch)))
        .prefetch(2)
        .with_options(untuned)
    )


def _train_function(model, steps: int, per_call: int):
    """What Keras calls to train: `per_call` steps, but in an epoch's last call only those left.

    Keras's own function does not know where an epoch ends in an endless stream, and goes beyond.
    """
    step = tf.function(
        tf.autograph.experimental.do_not_convert(model.train_step), reduce_retracing=True
    )

    @tf.function(autograph=False, reduce_retracing=True)
    def run(iterator, n):
        return tf.while_loop(
            lambda i, logs: i < n,
            lambda i, logs: (i + 1, step(next(iterator))),
            (tf.constant(1), step(next(iterator))),
        )[1]

    # One trace per training is meant; TensorFlow warns of the fifth in a row, as if it were not.
    run._omit_frequent_tracing_warning = True
    done = 0

    def train(iterator):
        nonlocal done
        n = min(per_call, steps - done)
        done = (done + n) % steps
        return run(iterator, tf.constant(n))

    return train


class _Validation(keras.callbacks.Callback):
    """Cross-entropy and accuracy on labels after each epoch, whatever the training loss is."""

    def __init__(self, model, data):
        super().__init__()
        if not isinstance(data, (tuple, list)) or len(data) != 2:
            raise ValueError(f"validation_data must be a pair (x, y), got {type(data).__name__}")
        self.x = _check_inputs(model, data[0], "validation_data's x")
        self.y = _checks.labels(
            data[1], model.output_shape[-1], "validation_data's y", n=len(self.x)
        )

    def on_epoch_end(self, epoch, logs=None):
        logits = predict_logits(self.model, self.x)
        logs["val_loss"] = float(ops.mean(hard_loss(self.y, logits)))
        logs["val_accuracy"] = float(np.mean(logits.argmax(axis=-1) == self.y))


class _Interrupt(keras.callbacks.Callback):
    """Ends the training where an interrupt was held back."""

    def __init__(self, check):
        super().__init__()
        self.check = check

    def on_train_batch_end(self, batch, logs=None):
        self.check()


class _Report(keras.callbacks.Callback):
    """Passes the progress on to a monitor."""

    def __init__(self, monitor, steps):
        super().__init__()
        self.monitor, self.steps = monitor, steps
        self.epoch = 0

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch  # not 0 at first where a run goes on from a checkpoint

    def on_train_batch_end(self, batch, logs=None):
        # Where several steps run per call, Keras may count past the last one of the epoch.
        self.monitor.update(self.epoch + min((batch + 1) / self.steps, 1))

    def on_epoch_end(self, epoch, logs=None):
        self.monitor.update(epoch + 1, **logs)
