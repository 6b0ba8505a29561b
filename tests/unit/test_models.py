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


# ---- The larger teachers, and the convolutional student -----------------------------------------


def test_the_residual_teacher_turns_images_into_logits(digits):
    model = build_teacher(digits, "resnet")
    assert model.output_shape == (None, 10) and model.layers[-1].name == "logits"
    assert model.layers[-1].activation is keras.activations.linear
    images = digits.x_test[:9]
    np.testing.assert_array_equal(predict_logits(model, images), predict_logits(model, images))


def test_photographs_are_mirrored_and_digits_are_not(digits):
    def mirrors(dataset):
        layers = build_teacher(dataset, "resnet").layers
        return any(isinstance(layer, keras.layers.RandomFlip) for layer in layers)

    assert mirrors(data(32, 32, 3)) and not mirrors(digits)


def test_resnet50_takes_images_in_0_to_1():
    photographs = data(32, 32, 3)
    model = build_teacher(photographs, "resnet50")
    assert model.output_shape == (None, 3) and model.count_params() > 23e6
    scaled = keras.Model(model.input, model.get_layer("conv1_pad").input)
    mean = np.array([123.68, 116.779, 103.939])  # of ImageNet, of red, green and blue
    seen = scaled(np.stack([np.zeros((32, 32, 3)), np.ones((32, 32, 3))]).astype("float32"))
    np.testing.assert_allclose(np.array(seen)[0, 0, 0], -mean[::-1], rtol=1e-6)
    np.testing.assert_allclose(np.array(seen)[1, 0, 0], 255 - mean[::-1], rtol=1e-6)


def test_weights_of_a_file_are_loaded(tmp_path):
    photographs = data(32, 32, 3)
    body = keras.applications.ResNet50(include_top=False, weights=None, input_shape=(32, 32, 3))
    body.get_layer("conv1_conv").bias.assign(np.arange(64.0))
    body.save_weights(tmp_path / "mine.weights.h5")
    model = build_teacher(photographs, "resnet50", weights=tmp_path / "mine.weights.h5")
    np.testing.assert_array_equal(model.get_layer("conv1_conv").bias, np.arange(64.0))


def test_weights_that_cannot_be_had_are_explained(tmp_path, monkeypatch):
    photographs = data(32, 32, 3)
    with pytest.raises(FileNotFoundError, match="weights must be 'imagenet', None or a file"):
        build_teacher(photographs, "resnet50", weights=tmp_path / "nowhere.h5")
    (tmp_path / "damaged.h5").write_bytes(b"no weights at all")
    with pytest.raises(ValueError, match="cannot be read as one"):
        build_teacher(photographs, "resnet50", weights=tmp_path / "damaged.h5")

    def refused(*args, **kwargs):
        raise OSError("URL fetch failure")

    monkeypatch.setattr(keras.applications, "ResNet50", refused)
    with pytest.raises(FileNotFoundError, match="could not be downloaded"):
        build_teacher(photographs, "resnet50", weights="imagenet")
    with pytest.raises(ValueError, match="colour images for weights from ImageNet, got 1 channel"):
        build_teacher(data(32, 32), "resnet50", weights="imagenet")


def test_the_convolutional_student_is_that_of_the_tutorials():
    student = build_student(data(32, 32, 3, classes=10), 128, architecture="cnn")
    layers = keras.layers
    tutorial = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(32, (3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(64, (3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(10),
        ]
    )
    ours, theirs = ([type(x) for x in model.layers] for model in (student, tutorial))
    assert ours == theirs
    assert [w.shape for w in student.weights] == [w.shape for w in tutorial.weights]
    weights = tutorial.get_weights()
    student.set_weights(weights)
    images = np.random.default_rng(0).random((5, 32, 32, 3), dtype=np.float32)
    np.testing.assert_array_equal(predict_logits(student, images), predict_logits(tutorial, images))


@pytest.mark.parametrize("architecture", ["resnet", "resnet50"])
def test_a_seed_decides_the_weights_of_the_larger_teachers(architecture):
    def first(seed):
        return build_teacher(data(32, 32, 3), architecture, seed=seed).get_weights()[0]

    np.testing.assert_array_equal(first(3), first(3))
    assert abs(first(3) - first(4)).max() > 0.01


def test_what_does_not_fit_is_named(digits):
    with pytest.raises(
        ValueError, match="architecture must be one of cnn, resnet, resnet50, mlp, got"
    ):
        build_teacher(digits, "vgg")
    with pytest.raises(ValueError, match="architecture must be one of mlp, cnn, got 'vgg'"):
        build_student(digits, architecture="vgg")
    with pytest.raises(ValueError, match="weights are those of a 'resnet50', got 'imagenet'"):
        build_teacher(digits, weights="imagenet")
    with pytest.raises(ValueError, match="images of at least 32x32, got 8x8"):
        build_teacher(digits, "resnet50")
    with pytest.raises(ValueError, match="images of at least 10x10, got 8x8"):
        build_student(digits, architecture="cnn")


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
