"""Training on labels and on a teacher's logits: the two ways into one loop."""

from __future__ import annotations

import warnings

import numpy as np

from kdlab import _checks
from kdlab._interrupt import held_interrupts
from kdlab._tensorflow import keras
from kdlab.distillation.batches import batches, several_steps
from kdlab.distillation.callbacks import (
    Diverged,
    Divergence,
    History,
    Interrupt,
    Report,
    Validation,
)
from kdlab.distillation.checkpoint import Checkpoint, identity
from kdlab.distillation.epochs import note_epochs, trained_epochs
from kdlab.distillation.inputs import (
    check_callbacks,
    check_inputs,
    check_optimizer,
    check_outputs,
    check_targets,
    example_weights,
    warn_of_bytes,
    warn_of_softmax,
)
from kdlab.distillation.keras_internals import make_variables, set_train_function
from kdlab.distillation.keras_metrics import label_accuracy, teacher_agreement
from kdlab.distillation.losses import DistillationLoss
from kdlab.distillation.targets import pack
from kdlab.distillation.workload import steps_per_call
from kdlab.teacher_signal import warn_of_useless


def train(
    model,
    x,
    y=None,
    *,
    epochs: int = 20,
    batch_size: int = 64,
    learning_rate: float = 1e-3,
    validation_data=None,
    seed: int = 0,
    monitor=None,
    checkpoint=None,
    callbacks=(),
    sample_weight=None,
    class_weight=None,
    optimizer=None,
):
    """Train a model on labels: a teacher, or a student on its own.

    Adam on the cross-entropy of the model's logits. Interrupting it (the stop button of
    JupyterLab, or Ctrl+C) keeps what has been learned: the call returns the history so far. A model
    that was trained before goes on from its weights, and a line says so. If the loss is no longer
    finite, the training ends at once, with a warning.

    Args:
        model: a Keras model that returns logits; trained in place.
        x: examples `(n, ...)`, whatever the model takes: images, rows of a table, tokens.
        y: labels `(n,)`; as a column, a series or one-hot rows, too.
        epochs: how often to go through the data.
        batch_size: examples per step.
        learning_rate: the step size of Adam, or a `keras.optimizers.schedules` that gives it.
        validation_data: `(x, y)`, or `(x, y, sample_weight)`, to measure after every epoch; never
            trained on.
        seed: decides the order of the examples. (Sets the global seeds of Python, NumPy and Keras.)
        monitor: what shows the progress: a `TrainingMonitor`, or anything with its `start`,
            `update` and `finish`.
        checkpoint: a file, `NAME.npz`, in which the run is kept between epochs, at most every ten
            seconds. A run that was stopped or killed goes on from there when the same call is made
            again, and ends as if nothing had happened; the file is then removed. The same call has
            the same arrays to the last bit: keep a teacher's logits in a file (`save_teacher`),
            since another machine, or another number of threads, computes them a little differently.
        callbacks: Keras callbacks, early stopping for example. A run that goes on from a checkpoint
            starts them anew.
        sample_weight: how much each example counts, `(n,)`, not negative.
        class_weight: how much the examples of a class count, by its number: `{7: 10.0}`. A class
            that is not named counts 1. With `sample_weight`, both factors apply.
        optimizer: a Keras optimizer in place of Adam, with a learning rate of its own. It is taken
            as a pattern: each run gets a new one.

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
    y = _checks.labels(y, check_outputs(model), "y", n=len(x))
    return _fit(
        model,
        x,
        y,
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        ["accuracy"],
        labels=y,
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        validation_data=validation_data,
        seed=seed,
        monitor=monitor,
        checkpoint=checkpoint,
        callbacks=callbacks,
        sample_weight=sample_weight,
        class_weight=class_weight,
        optimizer=optimizer,
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
    callbacks=(),
    sample_weight=None,
    class_weight=None,
    optimizer=None,
):
    """Train a student on a teacher's stored logits.

    Adam on the `DistillationLoss`. The teacher itself is not needed: its logits on the transfer
    set `x` are computed once, with `predict_logits`, and may come from a file. Interrupting keeps
    what has been learned, as in `train`.

    Args:
        student: a Keras model that returns logits; trained in place.
        x: the transfer set, examples `(n, ...)`.
        teacher_logits: the teacher's logits on `x`, `(n, classes)`.
        y: labels `(n,)`, or None to learn from the soft targets alone (`alpha` is then 1).
        temperature: `T` of the soft part.
        alpha: the weight of the soft part, in [0, 1].
        scale_by_t2: whether to multiply the soft part by `T^2`.
        epochs, batch_size, learning_rate, validation_data, seed, monitor, checkpoint, callbacks,
            sample_weight, class_weight, optimizer: as in `train`. (`class_weight` needs labels.)

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
    classes = check_outputs(student, "student")
    targets = check_targets(teacher_logits, len(x), classes)
    if y is not None:
        y = _checks.labels(y, classes, "y", n=len(x))
    warn_of_useless(targets, y, "teacher_logits")
    if y is not None:
        targets = pack(y, targets)
    return _fit(
        student,
        x,
        targets,
        loss,
        [teacher_agreement if y is None else label_accuracy],  # one: each costs a tenth of an epoch
        labels=y,
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        validation_data=validation_data,
        seed=seed,
        monitor=monitor,
        checkpoint=checkpoint,
        callbacks=callbacks,
        sample_weight=sample_weight,
        class_weight=class_weight,
        optimizer=optimizer,
    )


def _fit(
    model,
    x,
    targets,
    loss,
    metrics,
    *,
    labels,
    epochs,
    batch_size,
    learning_rate,
    validation_data,
    seed,
    monitor,
    checkpoint,
    callbacks,
    sample_weight,
    class_weight,
    optimizer,
):
    """The one training loop behind `train` and `distill`."""
    epochs = _checks.positive_int(epochs, "epochs")
    batch_size = _checks.positive_int(batch_size, "batch_size")
    seed = _checks.seed(seed)
    with model.distribute_strategy.scope():  # whichever the model was built under
        optimizer = check_optimizer(optimizer, learning_rate)
    rate = optimizer.learning_rate  # the first one, where a schedule gives it
    classes = model.output_shape[-1]
    weights = example_weights(sample_weight, class_weight, labels, len(x), classes)
    steps = -(-len(x) // batch_size)
    history = History()
    beside = [Divergence(history)]
    if validation_data is not None:
        beside.append(Validation(model, validation_data))
    beside += check_callbacks(callbacks)
    if monitor is not None:
        beside.append(Report(monitor, steps))
    beside.append(history)
    warn_of_softmax(model)
    warn_of_bytes(model, x)
    keras.utils.set_random_seed(seed)
    per_call = steps_per_call(model, steps, batch_size)
    examples = (x, targets) if weights is None else (x, targets, weights)
    with model.distribute_strategy.scope():  # whichever the model was built under
        model.compile(
            optimizer=optimizer,
            loss=loss,
            metrics=metrics,
            steps_per_execution=per_call,
            jit_compile=False,  # XLA takes seconds to compile, and gains nothing on a CPU
        )
        make_variables(model, *(part[:1] for part in examples))
    if per_call > 1:
        set_train_function(model, several_steps(model, steps, per_call))
    done = 0
    if checkpoint is not None:
        run = identity(model, x, targets, weights, epochs, batch_size, seed)
        saved = Checkpoint(checkpoint, model, history, run)
        beside.append(saved)
        done = saved.restore()
    before = 0 if done else trained_epochs(model)
    if before:
        print(
            f"Going on: this model has had {before} epochs already. To begin anew, build it again."
        )
    message = "Ended by an error."
    try:
        if monitor is not None:
            monitor.start(epochs, unit="epoch")
            if done:
                monitor.update(done)
        with held_interrupts() as check:
            model.fit(
                batches(examples, batch_size, seed, first_epoch=done),
                initial_epoch=done,
                epochs=epochs,
                steps_per_epoch=steps,
                shuffle=False,  # it has been
                verbose=0,
                callbacks=[*beside, Interrupt(check)],
            )
        if checkpoint is not None:
            saved.remove()
        _warn_of_nothing_learned(model, history, labels)
        message = f"Done: {epochs} epochs."
        if len(history.epoch) < epochs:
            message = f"Stopped after {len(history.epoch)} of {epochs} epochs, by a callback."
    except KeyboardInterrupt:
        message = (
            f"Stopped after {len(history.epoch)} of {epochs} epochs; what was learned is kept."
        )
        if monitor is None:
            print(message)
    except Diverged:
        if checkpoint is not None:
            saved.remove()
        message = (
            f"The training diverged in epoch {len(history.epoch)} of {epochs}: the loss is not "
            f"finite, and {model.name!r} is of no use. Build it again, "
            f"with a lower learning rate than {float(rate):g}."
        )
        warnings.warn(message, UserWarning, stacklevel=_checks.outside())
    finally:
        note_epochs(model, before + len(history.epoch))
        _leave(model)
        if monitor is not None:  # which must not offer to stop what has ended
            monitor.finish(message)
    return history


def _warn_of_nothing_learned(model, history, labels) -> None:
    accuracy = history.history.get("accuracy")
    if labels is None or not accuracy or len(accuracy) < 5:
        return
    often = np.bincount(labels).max() / len(labels)
    luck = 3 * (often * (1 - often) / len(labels)) ** 0.5
    if often > 0.6 or accuracy[-1] > often + luck:  # a rare class may be learned in silence
        return
    warnings.warn(
        f"{model.name!r} has learned nothing: after {len(accuracy)} epochs it is right on "
        f"{accuracy[-1]:.1%} of its training examples, and naming the most frequent class always "
        f"would be on {often:.1%}. Try another learning rate, inputs in [0, 1] or standardised, "
        "more hidden units; for photographs a network with convolutions, such as "
        "build_student(dataset, architecture='cnn').",
        UserWarning,
        stacklevel=_checks.outside(),
    )


def _leave(model) -> None:
    """Compile the model as users of Keras expect a classifier to be.

    `evaluate` and `fit` then take labels, and a file of it opens wherever Keras is, without kdlab.
    """
    with model.distribute_strategy.scope():
        model.compile(
            optimizer=model.optimizer,
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=["accuracy"],
        )
