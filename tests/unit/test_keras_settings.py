"""What Keras and TensorFlow let a user set for a whole process, tried on what trains and predicts.

Each in a process of its own, since some cannot be taken back.
"""

import subprocess
import sys
import textwrap

import pytest

SETTINGS = {
    "mixed_float16": "keras.config.set_dtype_policy('mixed_float16')",
    "mixed_bfloat16": "keras.config.set_dtype_policy('mixed_bfloat16')",
    "bfloat16": "keras.config.set_dtype_policy('bfloat16')",
    "float64": "keras.config.set_floatx('float64')",
    "half precision": "keras.config.set_floatx('float16')",
    "channels first": "keras.config.set_image_data_format('channels_first')",
    "eager": "tf.config.run_functions_eagerly(True)",
    "check numerics": "tf.debugging.enable_check_numerics()",
}

USER = """
    import tempfile
    import numpy as np
    import kdlab
    from kdlab._tensorflow import keras, tf
    from kdlab.distillation import checkpoint

    {setting}
    checkpoint.SAVE_EVERY = 0
    data = kdlab.load_dataset("digits", n_train=128, n_test=50)
    teacher = kdlab.pretrained_teacher("digits", data)
    path = tempfile.mkdtemp() + "/{{}}.npz"

    class Kill(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise InterruptedError

    def run(*callbacks, **how):
        student = kdlab.build_student(data, seed=1)
        history = kdlab.distill(
            student, data.x_train, teacher.train_logits, data.y_train, epochs=4, learning_rate=3e-3,
            callbacks=callbacks, validation_data=(data.x_test, data.y_test), **how,
        )
        return student, history.history["loss"]

    try:
        run(Kill(), checkpoint=path.format("run"))
    except InterruptedError:
        pass
    again, losses = run(checkpoint=path.format("run"))
    whole, wanted = run()
    np.testing.assert_allclose(losses, wanted, rtol=2e-2)
    assert np.isfinite(losses).all()
    logits = kdlab.predict_logits(whole, data.x_test)
    assert logits.dtype == np.float32 and kdlab.measure_model(whole, data.x_test)["bytes"] == 4840
    kdlab.train(kdlab.build_student(data), data.x_train, data.y_train, epochs=1)

    network = teacher.build(data)  # the weights mean the same as they did
    assert kdlab.agreement(kdlab.predict_logits(network, data.x_test), teacher.test_logits) == 1
    stored = kdlab.save_teacher(path.format("teacher"), network, data)
    loaded = kdlab.load_teacher(path.format("teacher"), data)
    np.testing.assert_array_equal(loaded.test_logits, stored.test_logits)
    kdlab.build_teacher(data, "resnet")
    try:
        cohort = kdlab.train_cohort(data, teacher.train_logits, seeds=[0], steps=20)
        assert np.isfinite(cohort.loss).all()
    except RuntimeError as error:  # in place of a page of XLA's
        assert {numerics} and "disable_check_numerics() first" in str(error)

    packed = kdlab.pack_targets(data.y_train, teacher.train_logits)
    zero = np.zeros((128, 10), "float32")
    p = kdlab.softmax(teacher.train_logits, 4.0)
    right = 0.9 * 16 * (p * np.log(10 * p)).sum(axis=1).mean() + 0.1 * np.log(10)
    found = float(kdlab.DistillationLoss(4.0, 0.9)(packed, zero))
    assert abs(found / right - 1) < 1e-5, (found, right)
"""


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_setting_of_the_whole_process_does_no_harm(setting):
    code = textwrap.dedent(USER).format(
        setting=SETTINGS[setting], numerics=setting == "check numerics"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Going on after epoch 2" in done.stdout
