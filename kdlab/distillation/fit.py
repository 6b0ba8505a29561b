"""Training on labels and on a teacher's logits: the two ways into one loop."""

from __future__ import annotations

import numpy as np

from kdlab import _checks
from kdlab._interrupt import held_interrupts
from kdlab._tensorflow import keras
from kdlab.distillation.batches import batches, several_steps
from kdlab.distillation.callbacks import Interrupt, Report, Validation
from kdlab.distillation.checkpoint import Checkpoint, identity
from kdlab.distillation.epochs import note_epochs, trained_epochs
from kdlab.distillation.inputs import check_inputs, warn_of_softmax
from kdlab.distillation.keras_internals import make_variables, set_train_function
from kdlab.distillation.keras_metrics import label_accuracy, teacher_agreement
from kdlab.distillation.losses import DistillationLoss
from kdlab.distillation.targets import pack
from kdlab.distillation.workload import steps_per_call


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
            since another machine, or another number of threads, computes them a little differently.

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
    x = check_inputs(model, x)
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
    x = check_inputs(student, x, of="student")
    loss = DistillationLoss(temperature, 1.0 if y is None else alpha, scale_by_t2)
    classes = student.output_shape[-1]
    targets = _checks.logits(teacher_logits, "teacher_logits", ndim=2, dtype=np.float32)
    if targets.shape != (len(x), classes):
        raise ValueError(
            f"teacher_logits must hold one row per image of x and one column per class of the "
            f"student, {(len(x), classes)}, got shape {targets.shape}"
        )
    if y is not None:
        targets = pack(_checks.labels(y, classes, "y", n=len(x)), targets)
    return _fit(
        student,
        x,
        targets,
        loss,
        [teacher_agreement if y is None else label_accuracy],  # one: each costs a tenth of an epoch
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        validation_data=validation_data,
        seed=seed,
        monitor=monitor,
        checkpoint=checkpoint,
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
    callbacks = []
    if validation_data is not None:
        callbacks.append(Validation(model, validation_data))
    if monitor is not None:
        callbacks.append(Report(monitor, steps))
    warn_of_softmax(model)
    keras.utils.set_random_seed(seed)
    per_call = steps_per_call(model, steps, batch_size)
    with model.distribute_strategy.scope():  # whichever the model was built under
        model.compile(
            optimizer=keras.optimizers.Adam(learning_rate),
            loss=loss,
            metrics=metrics,
            steps_per_execution=per_call,
            jit_compile=False,  # XLA takes seconds to compile, and gains nothing on a CPU
        )
        make_variables(model, x[:1], targets[:1])
    if per_call > 1:
        set_train_function(model, several_steps(model, steps, per_call))
    history = keras.callbacks.History()
    callbacks.append(history)
    done = 0
    if checkpoint is not None:
        run = identity(model, x, targets, epochs, batch_size, seed)
        saved = Checkpoint(checkpoint, model, history, run)
        callbacks.append(saved)
        done = saved.restore()
    before = 0 if done else trained_epochs(model)
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
                batches(x, targets, batch_size, seed, first_epoch=done),
                initial_epoch=done,
                epochs=epochs,
                steps_per_epoch=steps,
                shuffle=False,  # it has been
                verbose=0,
                callbacks=[*callbacks, Interrupt(check)],
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
        note_epochs(model, before + len(history.epoch))
        set_train_function(model, None)  # a later `fit` makes its own
        if monitor is not None:  # which must not offer to stop what has ended
            monitor.finish(message)
    return history
