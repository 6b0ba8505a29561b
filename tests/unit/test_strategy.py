"""Training on several devices, as `tf.distribute.MirroredStrategy` does: two halves of a processor.

Devices can be set up only before TensorFlow is used, so each run is a process of its own.
"""

import json
import subprocess
import sys

import pytest

RUN = """
import contextlib, json, sys
import kdlab
from kdlab._tensorflow import tf

cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
several = sys.argv[1] == "several"
digits = kdlab.load_dataset()
n = 1256  # one batch, half of which goes to either device: which half does not matter
x, y = digits.x_train[:n], digits.y_train[:n]
scope = strategy.scope if several else contextlib.nullcontext
with scope():
    # Without dropout, of which each device would draw its own.
    teacher, student = (kdlab.build_student(digits, units, seed=1) for units in (64, 16))
how = dict(epochs=8, batch_size=n, learning_rate=0.01, checkpoint=sys.argv[2])
held_out = (digits.x_test, digits.y_test)
first = kdlab.train(teacher, x, y, validation_data=held_out, **how)
logits = kdlab.predict_logits(teacher, x)
second = kdlab.distill(student, x, logits, y, **how)
print(json.dumps([first.history, second.history]))
"""


def curves(devices, tmp_path):
    checkpoint = tmp_path / f"{devices}.npz"
    command = [sys.executable, "-c", RUN, devices, checkpoint]
    done = subprocess.run(command, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_two_devices_learn_what_one_learns(tmp_path):
    one, several = curves("one", tmp_path), curves("several", tmp_path)
    for alone, together in zip(one, several, strict=True):
        assert alone.keys() == together.keys()
        for name in alone:
            assert together[name] == pytest.approx(alone[name], rel=1e-4), name
