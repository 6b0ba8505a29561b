"""What happens beside a training: measuring on held-out data, the stop button, the progress."""

from __future__ import annotations

import numpy as np

from kdlab import _checks
from kdlab._tensorflow import keras
from kdlab.distillation.inputs import check_inputs
from kdlab.distillation.losses import hard_loss
from kdlab.distillation.predict import predict_logits


class Validation(keras.callbacks.Callback):
    """Cross-entropy and accuracy on labels after each epoch, whatever the training loss is."""

    def __init__(self, model, data):
        super().__init__()
        if not isinstance(data, (tuple, list)) or len(data) != 2:
            raise ValueError(f"validation_data must be a pair (x, y), got {type(data).__name__}")
        self.x = check_inputs(model, data[0], "validation_data's x")
        self.y = _checks.labels(
            data[1], model.output_shape[-1], "validation_data's y", n=len(self.x)
        )

    def on_epoch_end(self, epoch, logs=None):
        logits = predict_logits(self.model, self.x)
        logs["val_loss"] = float(keras.ops.mean(hard_loss(self.y, logits)))
        logs["val_accuracy"] = float(np.mean(logits.argmax(axis=-1) == self.y))


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
