"""A training run that survives the death of its kernel: its state, saved between epochs.

Everything that the rest of the run depends on is in the file, so a run that was killed and went on
ends with the same weights as one that never stopped: bit for bit on the same machine, and to
rounding on another, whose processor and number of threads order its sums in another way.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress

from kdlab import _checks
from kdlab._tensorflow import keras
from kdlab.distillation.targets import label_first
from kdlab.storage import checksum, read_arrays, write_arrays

# Seconds between two saves: many epochs of a small model, one of a large one.
SAVE_EVERY = 10.0


class Checkpoint(keras.callbacks.Callback):
    """Saves a run at `path` after an epoch, at most every ten seconds; goes on from what is there.

    Args:
        path: the file.
        model: compiled and built.
        history: the `History` of the run, which is saved and restored with it. As a callback it
            must come before this one.
        run: what identifies the run, as plain values: another run does not go on from its file.
    """

    def __init__(self, path, model, history, run: dict):
        super().__init__()
        self.path = _checks.file(path, "checkpoint")
        self.run, self.history = run, history
        with model.distribute_strategy.scope():
            model.optimizer.build(model.trainable_variables)
        self.state = [*model.variables, *model.optimizer.variables]
        self.saved = time.monotonic()
        self.epoch = 0
        self.warned = False

    def restore(self) -> int:
        """Restore the model from the file; returns the number of epochs that are done."""
        try:
            arrays, about = read_arrays(self.path)
            if about["run"] != json.loads(json.dumps(self.run)):
                raise ValueError("it belongs to another run")
            if len(arrays) != len(self.state):
                raise ValueError("it belongs to another model")
        except FileNotFoundError:
            return 0
        except (ValueError, KeyError) as error:
            print(f"Training from the start: {self.path} cannot be used ({error}).")
            return 0
        for variable, value in zip(self.state, arrays.values(), strict=True):
            variable.assign(value)
        self.history.history = about["history"]
        self.epoch = about["epoch"]
        print(f"Going on after epoch {self.epoch}, from {self.path}.")
        return self.epoch

    def on_train_begin(self, logs=None):
        self.history.epoch = list(range(self.epoch))  # Keras has just emptied it

    def on_epoch_end(self, epoch, logs=None):
        if time.monotonic() - self.saved >= SAVE_EVERY:
            try:
                self.save(epoch + 1)
            except OSError as error:  # a full disk must not stop the training
                self.saved = time.monotonic()
                if not self.warned:
                    print(f"Training goes on, but is not saved after epoch {epoch + 1}: {error}.")
                self.warned = True

    def save(self, epoch: int) -> None:
        """Write the state after `epoch` epochs, whole or not at all."""
        arrays = {f"{i:04}": variable.numpy() for i, variable in enumerate(self.state)}
        about = {"run": self.run, "epoch": epoch, "history": self.history.history}
        write_arrays(self.path, arrays, about, compress=False)
        self.saved = time.monotonic()

    def remove(self) -> None:
        """The run is over: there is nothing to go on with."""
        with suppress(OSError):  # of a folder that has become read-only, say
            self.path.unlink(missing_ok=True)


def identity(model, x, targets, weights, epochs: int, batch_size: int, seed: int) -> dict:
    """What tells a run from all others."""
    arrays = {"x": x, "targets": label_first(targets)}
    if weights is not None:
        arrays["weights"] = weights
    loss = keras.saving.serialize_keras_object(model.loss)
    if loss["registered_name"]:  # ours; its module is the package in older files
        loss["module"] = "kdlab.distillation"
    # In mixed precision it is one that scales the loss for another.
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
    optimizer = keras.saving.serialize_keras_object(optimizer)
    return {
        "data": checksum(arrays),
        "model": [list(variable.shape) for variable in model.variables],
        "learning_rate": optimizer["config"]["learning_rate"],
        **({} if optimizer["class_name"] == "Adam" else {"optimizer": optimizer}),
        "loss": loss,
        "epochs": epochs,
        "batch_size": batch_size,
        "seed": seed,
    }
