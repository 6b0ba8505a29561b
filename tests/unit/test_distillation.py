"""The loss against its formula and against Keras's own; training, its inputs and its stop."""

import warnings

import numpy as np
import pytest
from older import has_distillation
from recorder import Recorder

from kdlab import (
    Dataset,
    DistillationLoss,
    TrainingMonitor,
    build_student,
    build_teacher,
    distill,
    load_dataset,
    log_softmax,
    pack_targets,
    predict_logits,
    save_teacher,
    soft_loss_gradient,
    softmax,
    train,
)
from kdlab._tensorflow import keras, tf
from kdlab.distillation.batches import batches

RNG = np.random.default_rng(0)
TEMPERATURES = [0.5, 1.0, 4.0, 20.0]
LABELS = RNG.integers(7, size=9)


def logits_pair(size=5.0, seed=0):
    return (np.random.default_rng(seed).normal(size=(2, 9, 7)) * size).astype(np.float32)


def value_and_gradient(loss, y_true, student):
    student = tf.constant(student)
    with tf.GradientTape() as tape:
        tape.watch(student)
        value = loss(y_true, student)
    return value.numpy(), tape.gradient(value, student).numpy()


# ---- the loss -----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1.0, 10.0, 1e4])
@pytest.mark.parametrize("alpha", [0, 0.3, 1])
@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_value_and_gradient_are_those_of_the_formula(temperature, alpha, size):
    teacher, student = logits_pair(size)
    loss = DistillationLoss(temperature, alpha)
    value, gradient = value_and_gradient(loss, (LABELS, teacher), student)
    log_p, log_q = log_softmax(teacher, temperature), log_softmax(student, temperature)
    soft = (np.exp(log_p) * (log_p - log_q)).sum(axis=-1)
    hard = -log_softmax(student)[range(9), LABELS]
    expected = np.mean(alpha * temperature**2 * soft + (1 - alpha) * hard)
    np.testing.assert_allclose(value, expected, rtol=2e-5, atol=2e-4)
    soft_gradient = temperature * (softmax(student, temperature) - softmax(teacher, temperature))
    hard_gradient = softmax(student) - np.eye(7)[LABELS]
    np.testing.assert_allclose(
        gradient * 9, alpha * soft_gradient + (1 - alpha) * hard_gradient, atol=2e-5 * temperature
    )


@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_without_t2_value_and_gradient_are_divided_by_it(temperature):
    teacher, student = logits_pair()
    bare = DistillationLoss(temperature, 1, scale_by_t2=False)
    full = DistillationLoss(temperature, 1)
    value, gradient = value_and_gradient(bare, teacher, student)
    expected, _ = value_and_gradient(full, teacher, student)
    np.testing.assert_allclose(value * temperature**2, expected, rtol=1e-5)
    np.testing.assert_allclose(
        gradient * 9,
        soft_loss_gradient(student, teacher, temperature, scale_by_t2=False),
        atol=1e-5,
    )


@has_distillation
@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_it_equals_keras_distillation_told_to_use_kl_divergence(temperature):
    teacher, student = logits_pair(2.0)  # Keras clips probabilities below 1e-7
    keras_loss = keras.distillation.LogitsDistillation(
        temperature, loss=keras.losses.KLDivergence()
    )
    theirs = value_and_gradient(keras_loss.compute_loss, tf.constant(teacher), student)
    ours = value_and_gradient(DistillationLoss(temperature, 1), teacher, student)
    np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(ours[1], theirs[1], atol=2e-5 * temperature)


@has_distillation
def test_the_default_of_keras_distillation_is_still_not_distillation():
    """The trap that a lesson shows. If this fails, Keras has mended it: change the lesson."""
    teacher, student = logits_pair(3.0)
    default = keras.distillation.LogitsDistillation(temperature=1.0)
    theirs = value_and_gradient(default.compute_loss, tf.constant(teacher), student)
    ours = value_and_gradient(DistillationLoss(1.0, 1), teacher, student)
    assert theirs[0] > 2 * ours[0]
    assert abs(theirs[1] - ours[1]).max() > 0.5 * abs(ours[1]).max()
    # Nor does it keep the first law: no gradient where the two agree.
    assert abs(value_and_gradient(default.compute_loss, tf.constant(teacher), teacher)[1]).max() > 0


@pytest.mark.parametrize("size", [1.0, 100.0, 1e4])
@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_laws_of_the_soft_loss(temperature, size):
    teacher, student = logits_pair(size)
    loss = DistillationLoss(temperature, 1)
    value, gradient = value_and_gradient(loss, teacher, teacher)
    assert value == 0
    np.testing.assert_allclose(gradient, 0, atol=1e-6 * temperature)
    assert loss(teacher, student) > 0
    assert loss(teacher, teacher + 1e-3 * student / size) > -1e-6 * temperature**2
    shift = np.linspace(-8, 8, 9, dtype=np.float32)[:, None]
    np.testing.assert_allclose(
        loss(teacher + shift, student - shift), loss(teacher, student), rtol=1e-4, atol=1e-3
    )


def test_the_three_forms_of_targets_agree():
    teacher, student = logits_pair()
    loss = DistillationLoss(4, 0.3)
    packed = pack_targets(LABELS, teacher)
    assert packed.dtype == np.float32 and packed.shape == (9, 8)
    pair = loss((LABELS, teacher), student)
    assert pair == loss([LABELS, teacher], student) == loss(packed, student)
    soft = DistillationLoss(4, 1)
    np.testing.assert_array_equal(pack_targets(None, teacher), teacher)
    assert soft(teacher, student) == soft(packed, student) == soft((LABELS, teacher), student)


def test_reduction_none_gives_each_example_its_loss():
    teacher, student = logits_pair()
    each = DistillationLoss(4, 0.3, reduction="none")((LABELS, teacher), student)
    assert each.shape == (9,)
    total = DistillationLoss(4, 0.3)((LABELS, teacher), student)
    np.testing.assert_allclose(np.mean(each), total, rtol=1e-6)


def test_configuration_survives_a_round_trip():
    loss = DistillationLoss(2.5, 0.25, False, reduction="sum", name="mine")
    again = keras.losses.deserialize(keras.losses.serialize(loss))
    assert type(again) is DistillationLoss and again.get_config() == loss.get_config()
    assert (again.temperature, again.alpha, again.scale_by_t2) == (2.5, 0.25, False)


@pytest.mark.parametrize("teacher", [np.zeros((9, 5)), np.zeros((9, 9)), 3.0, None])
def test_targets_of_other_classes_are_named(teacher):
    _, student = logits_pair()
    with pytest.raises(ValueError, match="y_true must hold teacher logits for the student's 7"):
        DistillationLoss().call((LABELS, teacher), tf.constant(student))
    with pytest.raises(ValueError, match="y_true must hold"):
        DistillationLoss().call(teacher, tf.constant(student))


def test_teacher_logits_alone_do_not_do_where_labels_count():
    teacher, student = logits_pair()
    with pytest.raises(ValueError, match=r"y_true must hold labels too.*alpha=0.9"):
        DistillationLoss(4, 0.9)(teacher, student)


# ---- training -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small(digits, teacher):
    """200 images, their labels and teacher logits."""
    return digits.x_train[:200], digits.y_train[:200], teacher.train_logits[:200]


def weights_of(model):
    return np.concatenate([w.ravel() for w in model.get_weights()])


@pytest.fixture
def student(digits):
    return build_student(digits, 8, seed=1)


def test_train_is_a_plain_keras_fit(digits, small):
    x, y, _ = small
    ours, plain = build_student(digits), build_student(digits)
    # All examples in one batch, so that the order does not matter.
    history = train(ours, x, y, epochs=5, batch_size=len(x), learning_rate=0.01, seed=5)
    plain.compile(
        keras.optimizers.Adam(0.01),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    expected = plain.fit(x, y, epochs=5, batch_size=len(x), verbose=0)
    np.testing.assert_allclose(weights_of(ours), weights_of(plain), atol=2e-5)
    assert history.history.keys() == expected.history.keys()
    for key, values in expected.history.items():
        np.testing.assert_allclose(history.history[key], values, rtol=1e-4)


def test_distilling_with_alpha_0_is_training_on_labels(digits, small):
    x, y, logits = small
    alone, distilled = build_student(digits), build_student(digits)
    one = train(alone, x, y, epochs=3, seed=3)
    two = distill(distilled, x, logits, y, alpha=0, epochs=3, seed=3)
    np.testing.assert_allclose(weights_of(distilled), weights_of(alone), atol=1e-6)
    for key in ("loss", "accuracy"):
        np.testing.assert_allclose(two.history[key], one.history[key], rtol=1e-5)


def test_the_same_seed_trains_the_same_model_and_another_does_not(digits, small):
    x, y, _ = small

    def trained(seed):
        model = build_teacher(digits, seed=2)  # has dropout
        train(model, x, y, epochs=1, seed=seed)
        return weights_of(model)

    first = trained(4)
    np.testing.assert_allclose(trained(4), first, atol=1e-6)
    assert abs(trained(5) - first).max() > 1e-3


def test_a_model_that_is_trained_again_says_that_it_goes_on(student, small, capsys, tmp_path):
    x, y, _ = small
    train(student, x, y, epochs=2)
    assert capsys.readouterr().out == ""
    train(student, x, y, epochs=3)
    said = capsys.readouterr().out
    assert said.startswith("Going on: this model has had 2 epochs already.")
    # And a file says what is true, whatever it was told.
    few = load_dataset(n_train=20, n_test=20)
    teacher = save_teacher(tmp_path / "t.npz", student, few, epochs=3)
    assert teacher.provenance["epochs"] == 5
    assert "has had 5 epochs, not 3: epochs=5 is stored" in capsys.readouterr().out


@pytest.mark.parametrize("anew", ["built", "weights set"])
def test_a_model_that_begins_anew_says_nothing(student, small, digits, capsys, anew):
    x, y, _ = small
    weights = student.get_weights()
    train(student, x, y, epochs=1)
    if anew == "built":
        student = build_student(digits)
    else:
        student.set_weights(weights)
    train(student, x, y, epochs=1)
    assert capsys.readouterr().out == ""


def test_soft_targets_alone_teach(student, digits, teacher):
    before = np.mean(predict_logits(student, digits.x_test).argmax(axis=1) == digits.y_test)
    history = distill(student, digits.x_train, teacher.train_logits, epochs=8, learning_rate=0.01)
    after = np.mean(predict_logits(student, digits.x_test).argmax(axis=1) == digits.y_test)
    assert before < 0.3 and after > 0.8
    assert set(history.history) == {"loss", "agreement"}
    assert history.history["loss"][-1] < history.history["loss"][0]
    assert history.history["agreement"][-1] > 0.8


def test_without_labels_alpha_is_1(digits, small):
    x, y, logits = small
    unlabelled, labelled = build_student(digits), build_student(digits)
    distill(unlabelled, x, logits, alpha=0.2, epochs=2)
    distill(labelled, x, logits, y, alpha=1, epochs=2)
    np.testing.assert_allclose(weights_of(unlabelled), weights_of(labelled), atol=1e-6)


def test_validation_is_on_labels_whatever_the_training_loss(student, digits, small):
    x, y, logits = small
    history = distill(student, x, logits, epochs=2, validation_data=(digits.x_test, digits.y_test))
    assert set(history.history) == {"loss", "agreement", "val_loss", "val_accuracy"}
    z = predict_logits(student, digits.x_test)
    cross_entropy = -log_softmax(z)[range(540), digits.y_test].mean()
    assert history.history["val_loss"][1] == pytest.approx(cross_entropy, rel=1e-4)
    assert history.history["val_accuracy"][1] == np.mean(z.argmax(axis=1) == digits.y_test)
    again = train(student, x, y, epochs=1, validation_data=(digits.x_test, digits.y_test))
    assert set(again.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}


def test_agreement_and_accuracy_in_the_history_are_those_of_the_model(student, small):
    x, y, logits = small
    labelled = distill(student, x, logits, y, epochs=1, learning_rate=1e-12).history
    unlabelled = distill(student, x, logits, epochs=1, learning_rate=1e-12).history
    named = predict_logits(student, x).argmax(axis=1)
    assert labelled["accuracy"][0] == pytest.approx(np.mean(named == y))
    assert unlabelled["agreement"][0] == pytest.approx(np.mean(named == logits.argmax(axis=1)))


def test_a_distilled_model_survives_saving(student, small, tmp_path):
    x, y, logits = small
    distill(student, x, logits, y, temperature=3, epochs=1)
    student.save(tmp_path / "student.keras")
    again = keras.models.load_model(tmp_path / "student.keras")
    np.testing.assert_array_equal(predict_logits(again, x), predict_logits(student, x))
    right = np.mean(predict_logits(student, x).argmax(axis=1) == y)
    assert again.evaluate(x, y, verbose=0)[1] == pytest.approx(right)
    distill(again, x, logits, y, epochs=1)  # and can be trained on


def test_predict_logits_switches_dropout_off_and_does_not_mind_the_batch_size(digits):
    model = build_teacher(digits)
    whole = predict_logits(model, digits.x_test[:50])
    assert whole.dtype == np.float32 and whole.shape == (50, 10)
    parts = predict_logits(model, digits.x_test[:50], batch_size=7)
    np.testing.assert_allclose(parts, whole, atol=1e-5)


def test_predict_logits_takes_fewer_images_at_a_time_where_layers_are_large(digits):
    seen = []

    class Watch(keras.layers.Layer):
        def call(self, x):
            if isinstance(x, tf.Tensor) and not tf.is_symbolic_tensor(x):
                seen.append(len(x))
            return x

    layers = keras.layers
    narrow = keras.Sequential([layers.Flatten(), Watch(), layers.Dense(10)])
    wide = keras.Sequential([layers.Conv2D(2000, 3, padding="same"), Watch(), layers.Flatten()])
    for model, expected in ((narrow, [512, 28]), (wide, [31] * 17 + [13])):
        inputs = keras.Input((8, 8, 1))
        whole = keras.Model(inputs, model(inputs))  # the large layer is inside another model
        seen.clear()
        predict_logits(whole, digits.x_test)
        assert seen == expected


def test_many_trainings_in_a_row_are_not_warned_of(python):
    done = python(
        "import kdlab\n"
        "digits = kdlab.load_dataset('digits', n_train=200)\n"
        "for seed in range(7):\n"
        "    kdlab.train(kdlab.build_student(digits), digits.x_train, digits.y_train, epochs=1)\n"
        "    print(seed)"
    )
    assert done.stdout.split() == list("0123456") and done.stderr == ""


def test_no_tuner_is_waited_for_when_a_training_is_garbage():
    """tf.data's own tuner wakes up once in a minute, and Python waits for that to free it."""
    stream = batches((np.zeros((3, 1)), np.zeros(3)), 2, seed=0, first_epoch=0)
    assert stream.options().autotune.enabled is False


# ---- monitors and interrupts --------------------------------------------------------------------


def test_the_monitor_hears_start_every_epoch_and_finish(student, small, digits):
    x, y, _ = small
    monitor = Recorder()
    history = train(
        student, x, y, epochs=3, batch_size=3, monitor=monitor,
        validation_data=(digits.x_test[:20], digits.y_test[:20]),
    )  # fmt: skip
    assert monitor.calls[0] == ("start", 3, "epoch")
    assert monitor.calls[-1] == ("finish", "Done: 3 epochs.")
    updates = monitor.calls[1:-1]
    done = [call[1] for call in updates]
    assert done == sorted(done) and done[0] > 0 and done[-1] == 3
    epochs = [call for call in updates if call[2]]
    assert [call[1] for call in epochs] == [1, 2, 3]
    assert [call[2]["val_loss"] for call in epochs] == history.history["val_loss"]
    assert [call[2]["loss"] for call in epochs] == history.history["loss"]


def test_a_training_monitor_fits(student, small, capsys):
    x, y, logits = small
    monitor = TrainingMonitor("The student")
    history = train(student, x, y, epochs=2, batch_size=3, monitor=monitor)
    assert monitor.history["loss"] == pytest.approx(history.history["loss"])
    distill(student, x, logits, y, epochs=1, monitor=monitor)
    assert "The student: 1 of 1 epoch" in capsys.readouterr().out


@pytest.mark.parametrize("method", ["train", "distill"])
@pytest.mark.parametrize("stop_at", [1.5, 2])
def test_an_interrupt_keeps_the_history_and_a_usable_model(student, small, capsys, method, stop_at):
    x, y, logits = small
    before, monitor = weights_of(student), Recorder(stop_at)
    if method == "train":
        history = train(student, x, y, epochs=50, batch_size=2, monitor=monitor)
    else:
        history = distill(student, x, logits, y, epochs=50, batch_size=2, monitor=monitor)
    finished = 1
    assert {len(values) for values in history.history.values()} == {finished}
    assert abs(weights_of(student) - before).max() > 1e-3
    assert predict_logits(student, x).shape == (200, 10)
    message = "Stopped after 1 of 50 epochs; what was learned is kept."
    assert monitor.calls[-1] == ("finish", message)
    assert capsys.readouterr().out == "", "said once, by the monitor"
    assert len(train(student, x, y, epochs=1).epoch) == 1  # and can be trained on


def test_an_interrupt_before_the_first_epoch_is_kept_calm(student, small):
    x, y, _ = small
    monitor = Recorder(stop_at="start")
    history = train(student, x, y, epochs=5, monitor=monitor)
    assert history.history == {}
    assert "Stopped after 0 of 5 epochs" in monitor.calls[-1][1]


def test_a_failure_ends_the_run_of_the_monitor(student, small, monkeypatch):
    monkeypatch.setattr(keras.Sequential, "fit", lambda *args, **kwargs: 1 / 0)
    monitor = Recorder()
    with pytest.raises(ZeroDivisionError):
        train(student, *small[:2], epochs=5, monitor=monitor)
    assert monitor.calls == [("start", 5, "epoch"), ("finish", "Ended by an error.")]


def test_an_interrupt_without_a_monitor_is_printed(student, small, capsys, monkeypatch):
    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(keras.Sequential, "fit", interrupted)
    train(student, *small[:2], epochs=5)
    assert capsys.readouterr().out.startswith("Stopped after 0 of 5 epochs; what was learned")


# ---- bad input ----------------------------------------------------------------------------------

X, Y, Z = np.zeros((6, 8, 8, 1), np.float32), np.arange(6), RNG.normal(size=(6, 10))


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"temperature": 0}, "temperature must be a finite number above 0, got 0"),
        ({"temperature": np.inf}, "temperature must be"),
        ({"temperature": np.nan}, "temperature must be"),
        ({"alpha": 1.1}, r"alpha.* must lie in \[0, 1\], got 1.1"),
        ({"alpha": -0.1}, "alpha.* must lie"),
        ({"alpha": np.nan}, "alpha.* must lie"),
        ({"alpha": None}, "alpha.* must lie"),
        ({"teacher_logits": Z[:5]}, r"teacher_logits must .*\(6, 10\), got shape \(5, 10\)"),
        ({"teacher_logits": Z[:, :9]}, r"teacher_logits must .*\(6, 10\), got shape \(6, 9\)"),
        ({"teacher_logits": np.c_[Z, Z], "y": None}, r"teacher_logits must .* got shape \(6, 20\)"),
        ({"teacher_logits": np.c_[Y, Z], "y": None}, r"teacher_logits must .* got shape \(6, 11\)"),
        ({"teacher_logits": Z * np.nan}, "teacher_logits must be finite"),
        ({"teacher_logits": Z[0]}, "teacher_logits must have 2 dimensions"),
        ({"teacher_logits": None}, "teacher_logits must"),
        ({"y": Y + 5}, "^y must lie in 0 to 9"),
        ({"y": Y - 1}, "^y must lie in 0 to 9"),
        ({"y": Y[:5]}, "^y must hold one label per example, 6, got 5"),
        ({"y": Y + 0.5}, "^y must be a 1-D array of whole class numbers"),
    ],
)  # fmt: skip
def test_bad_input_of_distill_is_named(student, arguments, named):
    with pytest.raises(ValueError, match=named):
        distill(student, X, **{"teacher_logits": Z, "y": Y, **arguments})


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"x": X[0]}, "x must have 4 dimensions"),
        ({"x": X[:, :7]}, r"x must hold images of shape \(8, 8, 1\), got \(7, 8, 1\)"),
        ({"x": X * np.nan}, "x must be finite"),
        ({"x": X[:0]}, "x must not be empty"),
        ({"y": Y[:5]}, "y must hold one label per example, 6, got 5"),
        ({"y": Y + 5}, "y must lie in 0 to 9, got values from 5 to 10"),
        ({"y": np.eye(11)[Y]}, "y must be a 1-D array"),
        ({"epochs": 0}, "epochs must be a whole number"),
        ({"batch_size": 2.5}, "batch_size must be a whole number"),
        ({"learning_rate": 0}, "learning_rate must be a finite number above 0"),
        ({"validation_data": (X,)}, "validation_data must be .*pair"),
        ({"validation_data": (X, Y, Y, Y)}, "validation_data must be .*pair"),
        ({"validation_data": 5}, "validation_data must be .*pair"),
        ({"validation_data": (X[:, :7], Y)}, "validation_data.* must hold images of shape"),
        ({"validation_data": (X, Y[:5])}, "validation_data.* must hold one label per example"),
        ({"validation_data": (X, Y + 5)}, "validation_data.* must lie in 0 to 9"),
        ({"model": "a student"}, "must be a Keras model, got str"),
        ({"model": None}, "must be a Keras model, got NoneType"),
    ],
)
def test_bad_input_of_train_is_named(student, arguments, named):
    before = weights_of(student)
    with pytest.raises(ValueError, match=named):
        train(**{"model": student, "x": X, "y": Y, **arguments})
    np.testing.assert_array_equal(weights_of(student), before)


def test_a_model_that_is_not_built_yet_is_named():
    class Subclassed(keras.Model):
        def call(self, x):
            return x

    for model in (keras.Sequential([keras.layers.Dense(10)]), Subclassed()):
        with pytest.raises(ValueError, match="model must"):
            predict_logits(model, X)


@pytest.mark.parametrize(
    "model",
    [
        [keras.Input((None, None, 1)), keras.layers.GlobalAveragePooling2D(),
         keras.layers.Dense(10)],
    ],
)  # fmt: skip
def test_a_model_for_images_of_any_size_is_accepted(model):
    assert predict_logits(keras.Sequential(model), X).shape == (6, 10)


@pytest.mark.parametrize(
    ("labels", "logits", "named"),
    [
        (Y[:5], Z, "labels must hold one label per example"),
        (Y, Z * np.inf, "teacher_logits must be finite"),
        (Y + 9, Z, "labels must lie in 0 to 9"),
        (Y, Z[0], "teacher_logits must have 2 dimensions"),
    ],
)
def test_bad_input_of_pack_targets_is_named(labels, logits, named):
    with np.errstate(invalid="ignore"), pytest.raises(ValueError, match=named):
        pack_targets(labels, logits)


def test_softmax_outputs_in_place_of_logits_earn_one_warning_at_the_callers_line(student):
    ends_in_softmax = keras.Sequential([*student.layers, keras.layers.Softmax()])
    ends_in_softmax.build((None, 8, 8, 1))
    for call, name in (
        (lambda: pack_targets(Y, softmax(Z)), "teacher_logits"),
        (lambda: distill(student, X, softmax(Z), Y, epochs=1), "teacher_logits"),
        (lambda: predict_logits(ends_in_softmax, X), "the model's output"),
    ):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            call()
        ours = [w for w in caught if "softmax" in str(w.message)]
        assert [f"passed as {name} looks like" in str(w.message) for w in ours] == [True]
        assert ours[0].filename == __file__


# ---- the backend --------------------------------------------------------------------------------

REPORT = "import kdlab.distillation.fit, keras; print(keras.config.backend())"


@pytest.mark.parametrize("where", ["environment", "keras.json"])
def test_a_keras_configured_for_another_backend_gets_tensorflow(python, tmp_path, where):
    (tmp_path / "keras.json").write_text('{"backend": "jax"}', "utf-8")
    environment = {"KERAS_BACKEND": "torch"} if where == "environment" else {}
    done = python(REPORT, KERAS_HOME=str(tmp_path), **environment)
    assert done.stdout.strip() == "tensorflow"
    assert done.stderr == ""  # TensorFlow prints nothing either


def test_keras_already_loaded_on_another_backend_earns_one_clear_line(python):
    # jax is not installed: a module that answers as Keras on jax does.
    done = python(
        "import sys, types; keras = sys.modules['keras'] = types.ModuleType('keras')\n"
        "keras.config = types.SimpleNamespace(backend=lambda: 'jax')\n"
        "import kdlab.distillation.fit"
    )
    assert done.returncode
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: kdlab needs Keras on TensorFlow, but Keras is already")
    assert "'jax'" in last and "restart the kernel" in last


def test_a_log_level_that_the_user_chose_stays(python):
    source = "import os, kdlab._tensorflow; print(os.environ['TF_CPP_MIN_LOG_LEVEL'])"
    assert python(source, TF_CPP_MIN_LOG_LEVEL="0").stdout.strip() == "0"


@pytest.mark.parametrize("last", ["activation", "layer"])
def test_training_a_model_that_ends_in_a_softmax_warns(small, last):
    x, y, logits = small
    layers = keras.layers
    dense = layers.Dense(10, activation="softmax" if last == "activation" else None)
    end = [dense] if last == "activation" else [dense, layers.Softmax()]
    model = keras.Sequential([keras.Input(x.shape[1:]), layers.Flatten(), *end])
    for run in (lambda: train(model, x, y, epochs=1), lambda: distill(model, x, logits, epochs=1)):
        with pytest.warns(UserWarning, match="ends in a softmax") as caught:
            run()
        assert caught[0].filename == __file__


# ---- how often a run can be stopped -------------------------------------------------------------


def test_a_large_model_is_heard_of_more_often_than_a_small_one(digits):
    class Counter(Recorder):
        def batches(self):
            return [done for _, done, metrics in self.calls[1:-1] if not metrics]

    x, y = np.zeros((64, 32, 32, 3), np.float32), np.zeros(64, int)
    photographs = Dataset(x, y, x, y, digits.class_names, "photographs")
    for model, data, calls in (
        (build_student(digits), digits, 1),
        (build_teacher(photographs, "resnet"), photographs, 4),
    ):
        monitor = Counter()
        train(model, data.x_train[:64], data.y_train[:64], epochs=1, batch_size=16, monitor=monitor)
        assert len(monitor.batches()) == calls


# ---- what an epoch is ---------------------------------------------------------------------------


@pytest.mark.parametrize("batch_size", [16, 20, 64, 2000])  # 79, 63, 20 and 1 steps an epoch
def test_an_epoch_is_one_pass_however_many_steps_a_call_takes(digits, batch_size):
    student = build_student(digits)
    train(student, digits.x_train, digits.y_train, epochs=3, batch_size=batch_size)
    assert int(student.optimizer.iterations) == 3 * -(-len(digits.x_train) // batch_size)


@pytest.mark.parametrize("batch_size", [3, 64, 200, 500])
def test_each_epoch_has_every_example_once_in_an_order_of_its_own(batch_size):
    x, y = np.arange(200, dtype=np.float32), np.arange(200)
    steps = -(-200 // batch_size)

    def orders(first_epoch, seed=0):
        stream = batches((x, y), batch_size, seed, first_epoch)
        epochs = []
        for skip in (0, steps):
            images, labels = zip(*stream.skip(skip).take(steps), strict=True)
            np.testing.assert_array_equal(np.concatenate(images), np.concatenate(labels))
            epochs.append(np.concatenate(labels))
        return epochs

    first, second = orders(0)
    for order in (first, second):
        assert sorted(order) == sorted(x)
    assert not np.array_equal(first, second), "the order must change from epoch to epoch"
    np.testing.assert_array_equal(orders(1)[0], second)  # wherever one begins
    assert not np.array_equal(orders(0, seed=1)[0], first)


def test_a_fit_of_ones_own_comes_after_ours(digits):
    x, y = digits.x_train[:100], digits.y_train[:100]
    student = build_student(digits)
    train(student, x, y, epochs=1, batch_size=8)
    before = int(student.optimizer.iterations)
    student.fit(x, y, batch_size=10, epochs=2, verbose=0)
    assert int(student.optimizer.iterations) == before + 20
