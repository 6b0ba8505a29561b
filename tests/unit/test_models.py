"""The networks: what goes in, what comes out, and what a seed decides."""

import numpy as np
import pytest

from kdlab import Dataset, build_student, build_teacher, measure_model, predict_logits
from kdlab._tensorflow import keras


def data(height, width, channels=1, classes=3):
    x, y = np.zeros((4, height, width, channels), np.float32), np.zeros(4, int)
    names = [f"class {i}" for i in range(classes)]
    return Dataset(x, y, x, y, names, "mine")


@pytest.mark.parametrize("build", [build_teacher, build_student])
@pytest.mark.parametrize("shape", [(8, 8, 1), (28, 28, 1), (32, 32, 3), (3, 2, 1), (17, 9, 2)])
def test_models_turn_images_into_logits(build, shape):
    model = build(data(*shape))
    assert model.input_shape == (None, *shape) and model.output_shape == (None, 3)
    assert model.layers[-1].activation is keras.activations.linear


@pytest.mark.parametrize(("hidden", "widths"), [(16, [16]), ((5,), [5]), ([32, 16], [32, 16]),
                                               (np.int64(4), [4])])  # fmt: skip
def test_student_has_the_widths_asked_for(digits, hidden, widths):
    dense = [
        layer for layer in build_student(digits, hidden).layers
        if isinstance(layer, keras.layers.Dense)
    ]  # fmt: skip
    assert [layer.units for layer in dense] == [*widths, 10]
    assert all(layer.activation is keras.activations.relu for layer in dense[:-1])


@pytest.mark.parametrize("build", [build_teacher, build_student])
def test_a_seed_decides_the_initial_weights(build, digits):
    def logits(seed):
        return predict_logits(build(digits, seed=seed), digits.x_test[:9])

    np.testing.assert_array_equal(logits(3), logits(3))
    assert abs(logits(3) - logits(4)).max() > 0.01


def test_layers_of_one_model_start_from_different_weights(digits):
    first, second = build_student(digits, [64, 64]).get_weights()[0:3:2]
    assert first.shape == second.shape and abs(first - second).max() > 0.01


def test_large_images_are_halved_once_more():
    def pools(side):
        layers = build_teacher(data(side, side)).layers
        return sum(isinstance(layer, keras.layers.MaxPooling2D) for layer in layers)

    assert (pools(8), pools(15), pools(16), pools(28)) == (1, 1, 2, 2)


@pytest.mark.parametrize("hidden", [0, -1, 2.5, "16", None, [], [16, 0], True, [[16]]])
def test_bad_widths_are_named(digits, hidden):
    with pytest.raises(ValueError, match="hidden_units must"):
        build_student(digits, hidden)


@pytest.mark.parametrize("build", [build_teacher, build_student])
@pytest.mark.parametrize("dataset", ["digits", None, np.zeros((4, 8, 8, 1))])
def test_what_is_no_data_set_is_named(build, dataset):
    with pytest.raises(ValueError, match="dataset must be a kdlab Dataset"):
        build(dataset)


def test_images_too_small_for_the_teacher_are_named():
    with pytest.raises(ValueError, match="dataset must hold images of at least 2x2, got 1x9"):
        build_teacher(data(1, 9))


def test_a_model_is_measured(digits):
    student = build_student(digits, 5)
    measured = measure_model(student, digits.x_test[:7], repeats=3)
    np.testing.assert_array_equal(measured["logits"], predict_logits(student, digits.x_test[:7]))
    weights = student.get_weights()
    assert measured["parameters"] == sum(w.size for w in weights)
    assert measured["bytes"] == sum(w.nbytes for w in weights)
    assert type(measured["milliseconds"]) is float and measured["milliseconds"] > 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": "student"}, "model must be a Keras model, got str"),
        ({"x": np.zeros((2, 9, 8, 1))}, "x must hold images of shape"),
        ({"repeats": 0}, "repeats must be a whole number of at least 1, got 0"),
    ],
)
def test_what_cannot_be_measured_is_named(digits, change, message):
    arguments = {"model": build_student(digits), "x": digits.x_test[:2], **change}
    with pytest.raises(ValueError, match=message):
        measure_model(**arguments)
