"""Many students at once: each exactly as if alone, and as Keras would have trained it."""

import json

import numpy as np
import pytest
from cohorts import require_same
from recorder import Recorder

from kdlab import DistillationLoss, TrainingMonitor, accuracy, pack_targets, train_cohort
from kdlab._tensorflow import keras, tf
from kdlab.cohort.draws import Draws, initial_weights
from kdlab.cohort.program import CHUNK, Program

STEPS = 30


@pytest.fixture(scope="module")
def train(digits, teacher):
    """`train_cohort` on the digits, short."""

    def run(*, data=digits, teacher_logits=teacher.train_logits, **settings):
        return train_cohort(data, teacher_logits, **{"steps": STEPS, "seeds": [0, 1], **settings})

    return run


@pytest.fixture(scope="module")
def mixed(train):
    """36 students, in more than one chunk."""
    assert CHUNK < 36
    return train(
        temperatures=[1, 4], alphas=[0.3, 0.9, 1], n_images=[50, None], seeds=[0, 1, 2]
    )  # fmt: skip


# ---- exactness ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "settings",
    [
        {"temperature": 1, "alpha": 0.3, "n_images": 50, "seed": 0},  # the first
        {"temperature": 4, "alpha": 0.9, "n_images": 1257, "seed": 1},
        {"temperature": 4, "alpha": 1, "n_images": 1257, "seed": 2},  # the last, in a second chunk
    ],
)
def test_a_student_alone_is_bit_for_bit_the_one_in_a_cohort(train, mixed, settings):
    alone = train(
        temperatures=[settings["temperature"]], alphas=[settings["alpha"]],
        n_images=[settings["n_images"]], seeds=[settings["seed"]],
    )  # fmt: skip
    require_same(alone, mixed.select(**settings))


def test_another_order_and_other_company_change_nothing(train, mixed):
    other = train(
        temperatures=[7, 4, 1], alphas=[1, 0.3], n_images=[None, 9, 50], left_out=[5, ()],
        seeds=[8, 2, 0],
    )  # fmt: skip
    assert len(other) == 108
    for seed in (0, 2):
        for size in (50, 1257):
            for alpha in (0.3, 1):
                for t in (1, 4):
                    which = dict(seed=seed, n_images=size, alpha=alpha, temperature=t)
                    require_same(other.select(left_out=(), **which), mixed.select(**which))


def test_seeds_give_different_students(mixed):
    one, two, three = (
        mixed.select(seed=s, alpha=1, temperature=4, n_images=50).test_logits for s in (0, 1, 2)
    )
    for a, b in ((one, two), (two, three), (one, three)):
        assert abs(a - b).max() > 0.1


@pytest.mark.parametrize("seed", [0, 10**6, 2**40])
def test_neighbouring_seeds_are_told_apart(train, seed):
    both = train(seeds=[seed, seed + 1])
    assert len(both.select(seed=seed)) == 1
    assert abs(np.diff(both.test_logits, axis=0)).max() > 0.1


def keras_student(program, student, steps):
    """The same student trained by Keras: same weights, same batches, its Adam, our loss."""
    seed, size, left_out, alpha, temperature = student
    x, logits, y = (part.numpy() for part in program.data)
    model = keras.Sequential([keras.Input((x.shape[1],))])
    for units in program.layers[1:-1]:
        model.add(keras.layers.Dense(units, activation="relu"))
    model.add(keras.layers.Dense(program.layers[-1]))
    weights = initial_weights(seed, program.layers)
    model.set_weights([w.squeeze(0) if w.shape[0] == 1 else w for w in weights])
    loss = DistillationLoss(temperature, alpha, program.scale_by_t2)
    optimizer = keras.optimizers.Adam(float(program.learning_rate))
    draws = Draws(program.transfer_set(seed, size, left_out), seed)
    losses = []
    for _ in range(steps):
        batch = draws(program.batch_size)
        with tf.GradientTape() as tape:
            value = loss(pack_targets(y[batch], logits[batch]), model(x[batch]))
        optimizer.apply(tape.gradient(value, model.trainable_variables), model.trainable_variables)
        losses.append(float(value))
    return model, losses


@pytest.mark.parametrize("scale_by_t2", [True, False])
@pytest.mark.parametrize("hidden", [16, (12, 9)])
def test_each_student_is_the_one_that_keras_trains(train, monkeypatch, digits, hidden, scale_by_t2):
    programs = []

    def remember(*args, **kwargs):
        programs.append(Program(*args, **kwargs))
        return programs[-1]

    monkeypatch.setattr("kdlab.cohort.train.Program", remember)
    steps = 50
    result = train(
        temperatures=[1, 4, 20], alphas=[0, 0.3, 1], n_images=[40], left_out=[(2, 3)], seeds=[6],
        steps=steps, hidden_units=hidden, batch_size=16, scale_by_t2=scale_by_t2,
    )  # fmt: skip
    for i in (0, 4, 8):
        student = (6, 40, (2, 3), result.alpha[i], result.temperature[i])
        model, losses = keras_student(programs[0], student, steps)
        expected = model.get_weights()
        for ours, theirs in zip(result.weights, expected, strict=True):
            np.testing.assert_allclose(ours[i].squeeze(), theirs, rtol=1e-3, atol=2e-4)
        np.testing.assert_allclose(result.loss[i], [np.mean(losses)], rtol=1e-3)
        theirs = model(digits.x_test.reshape(540, -1)).numpy()
        np.testing.assert_allclose(result.test_logits[i], theirs, atol=5e-3)


@pytest.mark.parametrize("steps", [1, 99, 100, 101, 250])
def test_the_number_of_steps_need_not_fill_a_stretch(train, steps):
    result = train(steps=steps, seeds=[0])
    assert result.loss.shape == (1, -(-steps // 100))
    assert (result.loss > 0).all() and result.training["steps"] == steps


@pytest.mark.parametrize("steps", [99, 250])
def test_curves_are_the_test_accuracy_along_the_way(train, steps):
    result = train(steps=steps, curves=True)
    assert result.steps.tolist() == [*range(100, steps, 100), steps]
    assert result.test_curve.shape == result.loss.shape
    np.testing.assert_array_equal(result.test_curve[:, -1], result.test_accuracy)
    if steps > 100:  # the start of a longer training is a shorter one
        np.testing.assert_array_equal(result.test_curve[:, 0], train(steps=100).test_accuracy)
    one = result.select(seed=0)
    np.testing.assert_array_equal(one.test_curve, result.test_curve[result.seed == 0])
    np.testing.assert_array_equal(one.steps, result.steps)


def test_curves_cost_nothing_where_nobody_asks(train):
    result = train(steps=100)
    assert result.test_curve.shape == (len(result), 0)


def test_longer_training_goes_on_from_the_shorter(train):
    short, long = train(steps=100), train(steps=200)
    np.testing.assert_array_equal(long.loss[:, :1], short.loss)
    assert (long.loss[:, 1] < long.loss[:, 0]).all()


# ---- what the settings do -----------------------------------------------------------------------


def test_where_alpha_is_0_the_temperature_plays_no_part_and_is_trained_once(train, monkeypatch):
    trained = []
    run = Program.train
    monkeypatch.setattr(
        Program, "train",
        lambda self, chunk, report: trained.extend(chunk) or run(self, chunk, report),
    )  # fmt: skip
    result = train(temperatures=[1, 4, 9], alphas=[0, 1], seeds=[0, 1])
    assert len(result) == 12 and len(trained) == 8
    assert result.select(alpha=0, seed=0).temperature.tolist() == [1, 4, 9]
    hard = result.select(alpha=0, seed=0).test_logits
    np.testing.assert_array_equal(hard, np.broadcast_to(hard[0], hard.shape))
    soft = result.select(alpha=1, seed=0).test_logits
    assert abs(soft[0] - soft[1]).max() > 0.1


def test_without_a_teacher_the_hard_students_are_the_same(train):
    require_same(train(alphas=[0]), train(alphas=[0], teacher_logits=None))


def test_each_seed_may_have_a_teacher_of_its_own(train, teacher):
    other = 2 * teacher.train_logits[:, ::-1]
    both = train(teacher_logits=[other, teacher.train_logits], seeds=[5, 3], alphas=[0, 1])
    require_same(both.select(seed=5), train(teacher_logits=other, seeds=[5], alphas=[0, 1]))
    require_same(both.select(seed=3), train(seeds=[3], alphas=[0, 1]))


def test_without_labels_the_soft_students_are_the_same(train, digits):
    unlabelled = (digits.x_train, None, digits.x_test, digits.y_test)
    require_same(train(alphas=[1]), train(alphas=[1], data=unlabelled))


def test_arrays_do_as_well_as_a_data_set(train, digits):
    arrays = (digits.x_train, digits.y_train, digits.x_test, digits.y_test)
    require_same(train(), train(data=arrays))
    flat = (digits.x_train.reshape(-1, 64), digits.y_train, digits.x_test, digits.y_test)
    require_same(train(), train(data=flat))


def test_a_class_left_out_is_not_learned_from_labels_but_is_from_soft_targets(train, digits):
    result = train(alphas=[0, 1], temperatures=[8], left_out=[(), 3], steps=600)
    threes = digits.y_test == 3

    def on_threes(**which):
        return accuracy(result.select(**which).test_logits[:, threes], digits.y_test[threes])

    assert (on_threes(alpha=0, left_out=3) == 0).all()
    assert (on_threes(alpha=0, left_out=()) > 0.8).all()
    assert (on_threes(alpha=1, left_out=(3,)) > 0).all()


# ---- progress and interrupts --------------------------------------------------------------------


def test_the_monitor_hears_start_progress_and_finish(train):
    monitor, chunk = Recorder(), CHUNK
    train(seeds=range(chunk + 6), steps=150, monitor=monitor)
    assert monitor.calls[0] == ("start", chunk + 6, "student")
    updates = monitor.calls[1:-1]
    done = [done for _, done, _ in updates]
    assert done == pytest.approx([chunk * 2 / 3, chunk, chunk, chunk + 4, chunk + 6, chunk + 6])
    # Students come after one another: a curve of what they reach would be no learning curve.
    assert not any(metrics for _, _, metrics in updates)
    assert monitor.calls[-1] == ("finish", f"Done: {chunk + 6} students.")


def test_a_training_monitor_fits(train, capsys):
    train(monitor=TrainingMonitor("Forty students"), seeds=range(40), steps=150)
    assert "Forty students: 40 of 40 students" in capsys.readouterr().out


def test_an_interrupt_returns_the_students_that_are_finished(train, capsys):
    chunk = CHUNK
    monitor = Recorder(stop_at=chunk + 1)
    settings = {"alphas": [0, 1], "temperatures": [1, 4], "seeds": range(chunk)}
    stopped = train(monitor=monitor, **settings)  # three to train for each seed
    message = f"Stopped: {chunk} of {3 * chunk} students are finished and kept."
    assert monitor.calls[-1] == ("finish", message)
    assert capsys.readouterr().out == "", "said once, by the monitor"
    assert len(stopped) > chunk and set(stopped.seed) == set(range(-(-chunk // 3)))
    whole = train(**settings)
    require_same(stopped, whole._take(np.arange(len(stopped))))


def test_an_interrupt_before_any_student_is_finished_is_passed_on(train):
    monitor = Recorder(stop_at=1)
    with pytest.raises(KeyboardInterrupt):
        train(monitor=monitor)
    assert "0 of 2" in monitor.calls[-1][1]


def test_a_failure_is_not_called_done(train, monkeypatch):
    monitor = Recorder()
    monkeypatch.setattr("kdlab.cohort.program._run_steps", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        train(monitor=monitor)
    assert monitor.calls[-1] == ("finish", "Ended by an error.")


# ---- the result ---------------------------------------------------------------------------------


def test_the_result_holds_one_entry_per_student_in_the_documented_order(mixed, digits):
    assert len(mixed) == 36
    assert mixed.seed.tolist() == [0] * 12 + [1] * 12 + [2] * 12
    assert mixed.n_images[:12].tolist() == [50] * 6 + [1257] * 6
    assert mixed.alpha[:6].tolist() == [0.3, 0.3, 0.9, 0.9, 1, 1]
    assert mixed.temperature[:2].tolist() == [1, 4]
    assert mixed.test_logits.shape == (36, 540, 10) and mixed.test_logits.dtype == np.float32
    np.testing.assert_array_equal(mixed.test_accuracy, accuracy(mixed.test_logits, digits.y_test))
    np.testing.assert_array_equal(mixed.predict_logits(digits.x_test), mixed.test_logits)
    assert repr(mixed) == "<CohortResult: 36 students 64-16-10, 30 steps>"


def test_json_holds_what_is_needed_to_repeat_and_to_plot(train, tmp_path):
    result = train(alphas=[0, 1], left_out=[(), (1, 3)], n_images=[50], balanced=True)
    text = result.to_json(tmp_path / "cohort.json")
    assert (tmp_path / "cohort.json").read_text("utf-8") == text
    content = json.loads(text)
    assert [s["test_accuracy"] for s in content["students"]] == result.test_accuracy.tolist()
    assert [s["left_out"] for s in content["students"][:4]] == [[], [], [1, 3], [1, 3]]
    assert content["training"] == {
        "layers": [64, 16, 10], "steps": STEPS, "batch_size": 64, "learning_rate": 3e-3,
        "scale_by_t2": True, "balanced": True,
    }  # fmt: skip
    assert content["versions"]["tensorflow"] == tf.__version__


# ---- bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"temperatures": [4, 0]}, "temperatures must be a finite number above 0, got 0"),
        ({"temperatures": [np.nan]}, "temperatures must"),
        ({"temperatures": 4}, "temperatures must be a list of values, got 4"),
        ({"temperatures": []}, "temperatures must hold at least one value"),
        ({"alphas": [0.5, 1.5]}, r"alphas.* must lie in \[0, 1\], got 1.5"),
        ({"alphas": 0.5}, "alphas must be a list"),
        ({"alphas": "10"}, "alphas must be a list"),
        ({"seeds": [-1]}, "seeds must hold whole numbers of at least 0, got -1"),
        ({"seeds": [0.5]}, "seeds must hold"),
        ({"seeds": 10}, "seeds must be a list of values, got 10"),
        ({"seeds": []}, "seeds must hold at least one"),
        ({"n_images": [0]}, "n_images must be a whole number"),
        ({"n_images": [1258]}, "n_images must be at most the 1257 training images, got 1258"),
        ({"n_images": 50}, "n_images must be a list"),
        ({"left_out": [10]}, "left_out must hold classes from 0 to 9, got 10"),
        ({"left_out": [(3, -1)]}, "left_out must hold classes from 0 to 9"),
        ({"left_out": 3}, "left_out must be a list"),
        ({"left_out": [None]}, "left_out must hold classes"),
        ({"left_out": ["three"]}, "left_out must hold classes"),
        ({"left_out": [(2.5,)]}, "left_out must hold classes"),
        ({"left_out": [range(10)]}, "left_out must leave some images"),
        ({"hidden_units": 0}, "hidden_units must"),
        ({"hidden_units": []}, "hidden_units must"),
        ({"steps": 0}, "steps must"),
        ({"batch_size": 1.5}, "batch_size must"),
        ({"learning_rate": -1}, "learning_rate must"),
        ({"teacher_logits": None}, "teacher_logits must be given where an alpha is above 0"),
        (
            {"teacher_logits": np.ones((1256, 10))},
            r"\(1257, 10\), or .* per seed, got",
        ),
        (
            {"teacher_logits": np.ones((1257, 9))},
            r"\(1257, 10\), or .* per seed, got",
        ),
        ({"teacher_logits": np.full((1257, 10), np.inf)}, "teacher_logits must be finite"),
        ({"data": "digits"}, "data must be a Dataset or"),
        ({"data": None}, "data must be a Dataset or"),
        ({"data": (1, 2, 3)}, "data must be a Dataset or"),
    ],
)
def test_bad_input_is_named_before_anything_is_trained(train, monkeypatch, settings, named):
    def no_training(*_):
        raise AssertionError("training has begun")

    monkeypatch.setattr("kdlab.cohort.program._run_steps", no_training)
    with np.errstate(invalid="ignore"), pytest.raises(ValueError, match=named):
        train(**settings)


X, Y = np.zeros((6, 2, 2, 1)), np.arange(6) % 3


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ((X, Y[:5], X, Y), "y_train must hold one label per example, 6, got 5"),
        ((X, Y - 1, X, Y), "y_train must lie in 0 to 2"),
        ((X, Y, X[:, :1], Y), "x_test must hold examples of 4 numbers, .* got 2"),
        ((X, Y, X, Y[:5]), "y_test must hold one label per example"),
        ((X * np.nan, Y, X, Y), "x_train must be finite"),
        ((X, Y, X, None), "y_test must"),
        ((X, ["a"] * 6, X, Y), "y_train must"),
        ((X, Y, X, Y + 0.5), "y_test must"),
        ((X, None, X, Y), "y_train must hold labels where an alpha is below 1"),
    ],
)
def test_arrays_that_do_not_fit_are_named(data, named):
    with pytest.raises(ValueError, match=named):
        train_cohort(data, np.eye(6)[:, :3] * 5, steps=1)


def test_softmax_outputs_in_place_of_logits_earn_a_warning(digits, monkeypatch):
    monkeypatch.setattr("kdlab.cohort.train._train_in_chunks", lambda *_: 1 / 0)
    with pytest.warns(UserWarning, match="teacher_logits looks like softmax outputs") as caught:  # noqa: SIM117
        with pytest.raises(ZeroDivisionError):
            train_cohort(digits, np.eye(10)[digits.y_train])
    assert caught[0].filename == __file__


def test_students_that_diverge_are_kept_and_named(train):
    with pytest.warns(UserWarning, match=r"2 of 2 students diverged.* is 1e\+30"):
        result = train(learning_rate=1e30)
    assert len(result) == 2 and np.isfinite(result.test_accuracy).all()


def test_a_class_that_no_label_names_is_known_from_the_teacher(digits, teacher):
    keep, test = digits.y_train < 9, digits.y_test < 9
    arrays = digits.x_train[keep], digits.y_train[keep], digits.x_test[test], digits.y_test[test]
    result = train_cohort(arrays, teacher.train_logits[keep], seeds=[0], steps=STEPS)
    assert result.test_logits.shape[-1] == 10
