"""What people expect of a training call: callbacks, weights, an optimizer, news of divergence."""

import numpy as np
import pytest
from recorder import Recorder

from kdlab import build_student, distill, load_dataset, predict_logits, pretrained_teacher, train
from kdlab._tensorflow import keras
from kdlab.distillation import checkpoint


@pytest.fixture(scope="module")
def data():
    return load_dataset("digits", n_train=200, n_test=100)


@pytest.fixture(scope="module")
def teacher(data):
    return pretrained_teacher("digits", data)


@pytest.fixture(params=["train", "distill"])
def run(request, data, teacher):
    """`train` or `distill` on the same few digits."""

    def call(model, **how):
        how = {"epochs": 3, "batch_size": 50, **how}
        if request.param == "train":
            return train(model, data.x_train, data.y_train, **how)
        return distill(model, data.x_train, teacher.train_logits, data.y_train, **how)

    return call


# ---- callbacks ----------------------------------------------------------------------------------


class Stop(keras.callbacks.Callback):
    """Stops after the second epoch; remembers what it was told."""

    def __init__(self):
        super().__init__()
        self.told = []

    def on_epoch_end(self, epoch, logs=None):
        self.told.append(set(logs))
        self.model.stop_training = epoch == 1


def test_a_callback_sees_the_validation_and_may_stop(data, run):
    stop, monitor = Stop(), Recorder()
    history = run(
        build_student(data), epochs=5, callbacks=[stop], monitor=monitor,
        validation_data=(data.x_test, data.y_test),
    )  # fmt: skip
    assert stop.told == 2 * [{"loss", "accuracy", "val_loss", "val_accuracy"}]
    assert history.epoch == [0, 1] and len(history.history["val_loss"]) == 2
    assert monitor.calls[-1] == ("finish", "Stopped after 2 of 5 epochs, by a callback.")


def test_early_stopping_gives_the_best_weights_back(data, run):
    model = build_student(data)
    stop = keras.callbacks.EarlyStopping("val_loss", patience=1, restore_best_weights=True)
    held_out = (data.x_test, data.y_test)
    history = run(model, epochs=40, learning_rate=0.3, callbacks=stop, validation_data=held_out)
    assert len(history.epoch) < 40
    loss, _ = model.evaluate(*held_out, verbose=0)
    assert loss == pytest.approx(min(history.history["val_loss"]), rel=1e-4)


def test_a_run_that_a_callback_stopped_leaves_no_checkpoint(data, run, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint, "SAVE_EVERY", 0)
    run(build_student(data), callbacks=[Stop()], checkpoint=tmp_path / "run.npz")
    assert not list(tmp_path.iterdir())


# ---- weights ------------------------------------------------------------------------------------


def weights_of(data, run, **how):
    model = build_student(data)
    run(model, **how)
    return model.get_weights()


def same(a, b):
    return all(np.array_equal(*pair) for pair in zip(a, b, strict=True))


def test_weights_of_the_class_and_of_the_example_are_the_same_thing(data, run):
    by_class = weights_of(data, run, class_weight={7: 10.0, 9: 3})
    factors = np.select([data.y_train == 7, data.y_train == 9], [10.0, 3.0], 1.0)
    assert same(by_class, weights_of(data, run, sample_weight=factors))
    assert not same(by_class, weights_of(data, run))
    half = {"class_weight": {7: 20.0, 9: 6.0}, "sample_weight": np.full(200, 0.5)}
    both = weights_of(data, run, **half)
    assert not same(both, by_class)  # the examples of other classes count half


def test_equal_weights_change_nothing(data, run):
    ones = weights_of(data, run, sample_weight=np.ones(200))
    for a, b in zip(ones, weights_of(data, run), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_an_example_that_counts_nothing_is_not_learned_from(data, teacher):
    few = np.arange(200) < 50
    model, alone = build_student(data), build_student(data)
    how = {"epochs": 20, "batch_size": 200, "learning_rate": 0.01}
    distill(model, data.x_train, teacher.train_logits, sample_weight=few, **how)
    distill(alone, data.x_train[few], teacher.train_logits[few], **how)
    np.testing.assert_allclose(
        predict_logits(model, data.x_test), predict_logits(alone, data.x_test), atol=2e-2
    )


def test_validation_examples_may_have_weights(data, run):
    model = build_student(data)
    first = np.arange(100) < 1
    history = run(model, epochs=1, validation_data=(data.x_test, data.y_test, first)).history
    assert history["val_accuracy"][0] in (0, 1)
    logits = predict_logits(model, data.x_test[:1]).astype(float)
    cross_entropy = np.log(np.exp(logits).sum()) - logits[0, data.y_test[0]]
    assert history["val_loss"][0] == pytest.approx(cross_entropy, rel=1e-4)


# ---- an optimizer -------------------------------------------------------------------------------


def test_another_optimizer_is_used_and_left_as_it_was(data, run):
    model = build_student(data)
    pattern = keras.optimizers.SGD(0.05, momentum=0.9)
    run(model, optimizer=pattern)
    assert type(model.optimizer) is keras.optimizers.SGD and model.optimizer is not pattern
    assert int(model.optimizer.iterations) == 12 and int(pattern.iterations) == 0
    run(build_student(data, 4), optimizer=pattern)  # it would know only the first model's weights


def test_adam_is_the_default(data, run):
    assert same(weights_of(data, run), weights_of(data, run, optimizer=keras.optimizers.Adam(1e-3)))


class Killed(Exception):
    pass


@pytest.mark.parametrize("change", ["optimizer", "sample_weight"])
def test_a_checkpoint_knows_the_optimizer_and_the_weights(
    data, run, change, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(checkpoint, "SAVE_EVERY", 0)

    class Kill(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                raise Killed

    path = tmp_path / "run.npz"
    one = {"optimizer": keras.optimizers.SGD(0.1), "sample_weight": np.linspace(0, 1, 200)}
    other = {"optimizer": keras.optimizers.SGD(0.1, momentum=0.5), "sample_weight": np.ones(200)}
    with pytest.raises(Killed):
        run(build_student(data), checkpoint=path, callbacks=[Kill()], **{change: one[change]})
    run(build_student(data), checkpoint=path, epochs=3, **{change: one[change]})
    assert "Going on after epoch 1" in capsys.readouterr().out
    with pytest.raises(Killed):
        run(build_student(data), checkpoint=path, callbacks=[Kill()], **{change: one[change]})
    run(build_student(data), checkpoint=path, **{change: other[change]})
    assert "it belongs to another run" in capsys.readouterr().out


# ---- divergence ---------------------------------------------------------------------------------


@pytest.mark.parametrize("validation", [False, True])
def test_a_training_that_diverges_says_so_and_ends(data, run, validation):
    monitor = Recorder()
    how = {"validation_data": (data.x_test, data.y_test)} if validation else {}
    with pytest.warns(UserWarning, match=r"diverged in epoch 1 of 3.*learning rate than 1e\+20"):
        history = run(build_student(data), learning_rate=1e20, monitor=monitor, **how)
    assert history.epoch == [0] and not np.isfinite(history.history["loss"][0])
    assert monitor.calls[-1][1].startswith("The training diverged in epoch 1 of 3")


def test_the_warning_names_the_line_that_trained(data, run):
    with pytest.warns(UserWarning, match="diverged") as warned:
        run(build_student(data), learning_rate=1e20)
    assert [it.filename for it in warned if "diverged" in str(it.message)] == [__file__]


def test_a_training_that_diverged_leaves_no_checkpoint(data, run, tmp_path):
    with pytest.warns(UserWarning, match="diverged"):
        run(build_student(data), learning_rate=1e20, checkpoint=tmp_path / "run.npz")
    assert not list(tmp_path.iterdir())


# ---- the history, and bad input -----------------------------------------------------------------


def test_a_history_shows_itself_the_same_each_time(data, run):
    shown = repr(run(build_student(data), validation_data=(data.x_test, data.y_test)))
    assert shown == "<History of 3 epochs: accuracy, loss, val_loss, val_accuracy>"


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"callbacks": ["stop"]}, "callbacks must be a list of Keras callbacks, got 'stop' in it"),
        ({"callbacks": 5}, "callbacks must be a list of Keras callbacks, got 5 in it"),
        ({"sample_weight": [1.0]}, "sample_weight and the examples must describe the same"),
        ({"sample_weight": np.zeros(200)}, "sample_weight must hold .* at least one above 0"),
        ({"sample_weight": -np.ones(200)}, "sample_weight must hold no negative weight"),
        ({"sample_weight": np.ones((200, 10))}, "sample_weight must have 1 dimensions"),
        ({"class_weight": [1, 2]}, r"class_weight must be a dict .*\{7: 10.0\}, got \[1, 2\]"),
        ({"class_weight": {"7": 1.0}}, "class_weight must name classes from 0 to 9, got '7'"),
        ({"class_weight": {7: -1.0}}, "class_weight must hold finite .* at least 0, got 7: -1.0"),
        ({"class_weight": {7: None}}, "class_weight must hold finite .* at least 0, got 7: None"),
        ({"class_weight": {77: 2.0}}, "class_weight must name classes from 0 to 9, got 77"),
        ({"optimizer": "adam"}, "optimizer must be a Keras optimizer.*got 'adam'"),
        (
            {"optimizer": keras.optimizers.SGD(), "learning_rate": 0.1},
            r"learning_rate must not be given together with an optimizer.*SGD\(",
        ),
        ({"monitor": Stop()}, "monitor must be a TrainingMonitor, or have its methods start"),
    ],
)
def test_bad_input_is_named_before_anything_happens(data, run, how, said):
    model = build_student(data)
    before = model.get_weights()
    with pytest.raises(ValueError, match=said):
        run(model, **how)
    assert same(before, model.get_weights()) and not model.compiled


def test_weights_of_classes_need_labels(data, teacher):
    with pytest.raises(ValueError, match="class_weight needs the labels y, got none"):
        distill(build_student(data), data.x_train, teacher.train_logits, class_weight={7: 2.0})
