import numpy as np
import pytest
from fallbacks import html_of, text_of

from kdlab import _checks
from kdlab.widgets import TrainingMonitor


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def watched(**keywords):
    """A monitor whose clock the test sets, and the list of what it pushes to the page."""
    clock = Clock()
    monitor = TrainingMonitor(**keywords, clock=clock)
    pushed = []
    monitor.observe(lambda change: pushed.append(change["new"]), "_progress")
    return monitor, clock, pushed


def test_monitor_keeps_every_point_and_pushes_four_times_a_second(capsys):
    monitor, clock, pushed = watched()
    monitor.start(1000, unit="step")
    for step in range(1, 1001):
        clock.now += 0.01  # 10 s in all
        monitor.update(step, loss=1 / step)
    assert len(monitor.history["loss"]) == 1000
    assert 35 <= len(pushed) <= 41
    monitor.finish("good")
    assert pushed[-1]["done"] == 1000
    assert pushed[-1]["finished"]
    assert pushed[-1]["message"] == "good"
    assert capsys.readouterr().out == "Training: 1000 of 1000 steps, loss 0.001. good\n"


def test_monitor_pushes_the_curves_thinned_but_whole():
    monitor, _, pushed = watched()
    monitor.start(2000)
    for step in range(1, 2001):
        monitor.update(step, accuracy=step / 2000)
    monitor.finish("")
    x, y = (np.frombuffer(pushed[-1]["curves"][0][axis], "<f4") for axis in "xy")
    assert len(x) == len(y) == 400
    assert (x[0], x[-1], y[-1]) == (1, 2000, 1)
    np.testing.assert_allclose(y, x / 2000, rtol=1e-6)


def test_monitor_tells_the_time_left_without_the_first_update():
    monitor, clock, _ = watched()
    monitor.start(11)
    clock.now += 60  # compilation
    monitor.update(1, loss=1.0)
    assert monitor._progress["secondsLeft"] is None
    clock.now += 2
    monitor.update(2, loss=0.9)
    assert monitor._progress["secondsLeft"] == pytest.approx(18)


def test_monitor_can_be_used_again():
    monitor, _, _ = watched()
    monitor.start(2)
    monitor.update(1, loss=1.0, val_loss=2.0)
    history = monitor.history
    monitor.start(3)
    monitor.update(1, accuracy=0.5)
    monitor.finish("")
    assert monitor.history == {"accuracy": [0.5]}
    assert history == {"loss": [1.0], "val_loss": [2.0]}


def test_monitor_takes_numpy_numbers_and_shows_a_diverging_run():
    monitor, _, _ = watched()
    monitor.start(np.int64(2))
    monitor.update(np.int64(1), loss=np.float32(0.5))
    monitor.update(2, loss=float("nan"))
    monitor.finish("diverged")
    assert monitor.history["loss"][0] == 0.5
    assert np.isnan(np.frombuffer(monitor._progress["curves"][0]["y"], "<f4")[1])


def curves(pushed):
    return {(c["of"], c["name"]): list(np.frombuffer(c["y"], "<f4")) for c in pushed["curves"]}


def test_runs_of_one_monitor_stay_beside_each_other(capsys):
    monitor, _, pushed = watched(title="Both")
    for name, y in {"alone": 0.5, "taught": 0.75}.items():
        run = monitor.run(name)
        run.start(2)
        run.update(1, val_accuracy=y)
        run.finish("Done.")
    assert curves(pushed[-1]) == {
        ("alone", "val_accuracy"): [0.5],
        ("taught", "val_accuracy"): [0.75],
    }
    assert pushed[-1]["name"] == "taught" and monitor.history == {"val_accuracy": [0.75]}
    assert "Both, alone: 1 of 2 epochs, val_accuracy 0.5. Done.\n" in capsys.readouterr().out
    # The same cell once more: each run takes the place of its older self.
    run = monitor.run("alone")
    run.start(2)
    assert list(curves(pushed[-1])) == [("taught", "val_accuracy")]
    run.update(2, val_accuracy=0.25)
    run.finish()
    assert curves(pushed[-1])["alone", "val_accuracy"] == [0.25]
    # Started by itself the monitor forgets them all.
    monitor.start(1)
    assert pushed[-1]["curves"] == [] and pushed[-1]["name"] == ""


def test_a_run_is_a_monitor_for_train():
    run = TrainingMonitor().run("alone")
    assert _checks.monitor(run) is run


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m: m.start(0), "total must be a whole number of at least 1, got 0"),
        (lambda m: m.update(-1), "done must be a number from 0 to 5, .* got -1"),
        (lambda m: m.update(6), "done must be .* got 6"),
        (lambda m: m.update("2"), "done must be .* got '2'"),
        (lambda m: m.update(1, loss="low"), "loss must be a number, got 'low'"),
        (lambda m: m.run(""), "name must be a text that is not empty, got ''"),
        (lambda m: TrainingMonitor(""), "title must be a text that is not empty, got ''"),
    ],
)
def test_monitor_says_what_is_wrong(call, message):
    monitor, _, _ = watched()
    monitor.start(5)
    with pytest.raises(ValueError, match=message):
        call(monitor)


def test_monitor_fallback_does_not_depend_on_the_run():
    monitor, _, _ = watched(title="A teacher")
    monitor.start(5)
    before = html_of(monitor), text_of(monitor)
    monitor.update(2, loss=0.1234)
    assert (html_of(monitor), text_of(monitor)) == before
    assert "A teacher: 5 epochs" in before[0]
    assert before[1] == "A teacher: 5 epochs"


def test_monitor_displays_itself_once_in_a_kernel(monkeypatch, capsys):
    import IPython.display

    shown = []
    monkeypatch.setattr("kdlab.widgets.training_monitor.in_kernel", lambda: True)
    monkeypatch.setattr(
        IPython.display, "display", lambda w: shown.append(w._repr_mimebundle_() and w)
    )
    monitor = TrainingMonitor()
    monitor.start(2)
    monitor.start(3)
    monitor.finish("done")
    assert shown == [monitor]
    assert capsys.readouterr().out == ""


def test_state_recreates_the_monitor():
    assert TrainingMonitor(**TrainingMonitor("A teacher").state()).title == "A teacher"


def test_the_title_can_be_set_later():
    monitor = TrainingMonitor("A teacher")
    monitor.title = "Another"
    assert repr(monitor).startswith("<TrainingMonitor Another: ")
    with pytest.raises(ValueError, match="title must be a text that is not empty, got None"):
        monitor.title = None
    assert monitor.title == "Another"


def test_each_run_has_its_own_number():
    """It tells the page that a press of Stop was meant for the run before."""
    monitor, _, _ = watched()
    assert monitor._progress["run"] == 0
    for run in (1, 2):
        monitor.start(3)
        assert monitor._progress["run"] == run
