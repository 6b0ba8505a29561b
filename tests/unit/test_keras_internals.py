"""What the training takes from Keras and TensorFlow without a promise, one test each.

Where one of them fails after an update, so does training: mend that function in
`kdlab/distillation/keras_internals.py`.
"""

import numpy as np
import pytest

from kdlab import build_student, train
from kdlab._tensorflow import keras, tf
from kdlab.distillation import fit
from kdlab.distillation.keras_internals import (
    all_layers,
    make_variables,
    set_train_function,
    without_tracing_warning,
)

X, Y = np.zeros((8, 8, 8, 1), np.float32), np.zeros(8, np.int32)


@pytest.fixture
def compiled(digits):
    model = build_student(digits, 4)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"])
    return model


# ---- _flatten_layers ----------------------------------------------------------------------------


def test_flatten_layers_finds_the_layers_inside_others():
    inside = keras.layers.Dense(3)
    wrapped = keras.layers.Dense(5)
    inner = keras.Sequential([keras.Input((4, 2)), inside])
    inputs = keras.Input((4, 2))
    model = keras.Model(inputs, keras.layers.TimeDistributed(wrapped)(inner(inputs)))
    found = list(all_layers(model))
    for layer in (model, inner, inside, wrapped):
        assert sum(layer is one for one in found) == 1, "Model._flatten_layers has changed"
    assert not any(wrapped is layer for layer in model.layers), "`model.layers` is enough now"


# ---- _symbolic_build ----------------------------------------------------------------------------


def test_symbolic_build_makes_the_variables_and_trains_nothing(compiled):
    before = compiled.get_weights()
    assert not compiled.optimizer.built
    make_variables(compiled, X[:1], Y[:1])
    assert compiled.optimizer.built, "Model._symbolic_build leaves the optimiser without variables"
    names = [variable.name for metric in compiled.metrics for variable in metric.variables]
    assert len(names) == 4, "Model._symbolic_build leaves the metrics without variables"
    assert int(compiled.optimizer.iterations) == 0
    for ours, theirs in zip(compiled.get_weights(), before, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def traces(digits) -> int:
    """How often a step of a training is traced."""
    student, n = build_student(digits, 4), 0

    class Counting(keras.Sequential):
        def train_step(self, data):
            nonlocal n
            n += 1
            return super().train_step(data)

    model = Counting(student.layers)
    model.build((None, *digits.image_shape))
    train(model, digits.x_train[:64], digits.y_train[:64], batch_size=16, epochs=2)
    return n


def test_symbolic_build_saves_a_trace_of_the_step(digits, monkeypatch):
    assert traces(digits) == 1, "Model._symbolic_build no longer makes all that a step needs"
    monkeypatch.setattr(fit, "make_variables", lambda model, x, targets: None)
    assert traces(digits) > 1, "Keras no longer needs `make_variables`: remove it"


# ---- train_function -----------------------------------------------------------------------------


def test_fit_calls_the_train_function_that_is_set(compiled):
    calls = []

    def ours(iterator):
        calls.append(next(iterator))
        return compiled.get_metrics_result()

    make_variables(compiled, X[:1], Y[:1])
    set_train_function(compiled, ours)
    data = tf.data.Dataset.from_tensor_slices((X, Y)).batch(2)
    compiled.fit(data, epochs=2, steps_per_epoch=2, shuffle=False, verbose=0)
    assert len(calls) == 4, "Model.fit no longer calls `train_function`"
    assert int(compiled.optimizer.iterations) == 0, "Model.fit trains besides"


def test_without_one_keras_makes_its_own(compiled):
    set_train_function(compiled, lambda iterator: pytest.fail("called"))
    set_train_function(compiled, None)
    compiled.fit(X, Y, batch_size=4, epochs=1, verbose=0)
    assert int(compiled.optimizer.iterations) == 2


def test_compile_takes_it_away(compiled):
    """Why it is set after that."""
    set_train_function(compiled, lambda iterator: pytest.fail("called"))
    compiled.compile("adam", compiled.loss)
    compiled.fit(X, Y, batch_size=4, epochs=1, verbose=0)
    assert int(compiled.optimizer.iterations) == 2


# ---- _omit_frequent_tracing_warning -------------------------------------------------------------


@pytest.mark.parametrize("quiet", [True, False])
def test_the_warning_of_many_traces_can_be_left_out(quiet, caplog):
    for n in range(8):
        function = tf.function(lambda x: x + 1)
        assert function._omit_frequent_tracing_warning is False, "tf.function has changed"
        if quiet:
            function = without_tracing_warning(function)
        function(tf.constant(float(n)))
    warned = any("retracing" in record.getMessage() for record in caplog.records)
    assert warned != quiet
