"""What happens beside a training: measuring on held-out data, the stop button, the progress."""

from __future__ import annotations

import numpy as np

from kdlab import _checks
from kdlab._tensorflow import keras
from kdlab.distillation.inputs import check_inputs, check_weights
from kdlab.distillation.losses import hard_loss
from kdlab.distillation.predict import scores


class Validation(keras.callbacks.Callback):
    """Cross-entropy and accuracy on labels after each epoch, whatever the training loss is."""

    def __init__(self, model, data):
        super().__init__()
        if not isinstance(data, (tuple, list)) or len(data) not in (2, 3):
            raise ValueError(
                "validation_data must be a pair (x, y) or (x, y, sample_weight), "
                f"got {type(data).__name__}; kdlab.collect(batches) makes such a pair of a "
                "tf.data.Dataset or a DataLoader"
            )
        self.x = check_inputs(model, data[0], "validation_data's x")
        self.y = _checks.labels(
            data[1], model.output_shape[-1], "validation_data's y", n=len(self.x)
        )
        self.weights = None
        if len(data) == 3:
            name = "validation_data's sample_weight"
            self.weights = check_weights(data[2], len(self.x), name)

    def on_epoch_end(self, epoch, logs=None):
        logits = scores(self.model, self.x)
        right = logits.argmax(axis=-1) == self.y
        logs["val_loss"] = float(np.average(hard_loss(self.y, logits), weights=self.weights))
        logs["val_accuracy"] = float(np.average(right, weights=self.weights))


class Diverged(Exception):
    """The loss is no longer finite: nothing more can be learned."""


class Divergence(keras.callbacks.Callback):
    """Ends a training whose loss is no longer finite, with the epoch in the history as it was."""

    def __init__(self, history):
        super().__init__()
        self.history = history
        self.epoch = 0

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if not np.isfinite(logs["loss"]):
            self.history.on_epoch_end(self.epoch, logs)
            raise Diverged


class History(keras.callbacks.History):
    """Keras's, with a text that is the same in every run, as a notebook's output should be."""

    def __init__(self):
        super().__init__()
        self.epoch = []  # Keras sets it when training begins, and an interrupt may come before

    def __repr__(self) -> str:
        return f"<History of {len(self.epoch)} epochs: {', '.join(self.history)}>"


class Interrupt(keras.callbacks.Callback):
    """Ends the training where an interrupt was held back."""

    def __init__(self, check):
        super().__init__()
        self.check = check

    def on_train_batch_end(self, batch, logs=None):
        self.check()


class Report(keras.callbacks.Callback):
    """Passes the progress on to a monitor."""

    def __init__(self, monitor, steps):
        super().__init__()
        self.monitor, self.steps = _checks.monitor(monitor), steps
        self.epoch = 0

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch  # not 0 at first where a run goes on from a checkpoint

    def on_train_batch_end(self, batch, logs=None):
        # Where several steps run per call, Keras may count past the last one of the epoch.
        self.monitor.update(self.epoch + min((batch + 1) / self.steps, 1))

    def on_epoch_end(self, epoch, logs=None):
        self.monitor.update(epoch + 1, **logs)
