"""A training run that is stopped or killed goes on from its checkpoint as if never disturbed."""

import functools
import math
import os
import shutil
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from systems import KILL

from kdlab import build_student, build_teacher, distill, train
from kdlab._tensorflow import keras
from kdlab.distillation import checkpoint
from kdlab.storage import read_arrays


class Killed(Exception):
    pass


class Monitor:
    """Kills the training once so much is done; remembers what it heard."""

    def __init__(self, kill_at=math.inf, error=Killed):
        self.kill_at, self.error, self.done, self.message = kill_at, error, [], None

    def start(self, total, unit):
        pass

    def update(self, done, **metrics):
        self.done.append(done)
        if done >= self.kill_at:
            raise self.error

    def finish(self, message):
        self.message = message


SAVE_EVERY = checkpoint.SAVE_EVERY


@pytest.fixture(scope="module", autouse=True)
def after_every_epoch():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkpoint, "SAVE_EVERY", 0)
        yield


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run.npz"


@pytest.fixture(scope="module")
def run(digits, teacher):
    """Train a new network on a few digits: a teacher with dropout, or a student of one."""
    x, y, logits = digits.x_train[:200], digits.y_train[:200], teacher.train_logits[:200]

    def run(kind="teacher", seed=0, **settings):
        settings = {"epochs": 5, "batch_size": 64, "seed": seed, **settings}
        settings["learning_rate"] = keras.optimizers.schedules.CosineDecay(2e-3, 20)
        settings["validation_data"] = (digits.x_test[:50], digits.y_test[:50])
        if kind == "teacher":
            model = build_teacher(digits, seed=1)
            return model, train(model, x, y, **settings)
        model = build_student(digits, seed=1)
        return model, distill(model, x, logits, y, **settings)

    return run


@pytest.fixture(scope="module")
def uninterrupted(run):
    """The results of such runs where nothing disturbs them: each is trained once."""
    return functools.cache(run)


@pytest.fixture(scope="module")
def killed(run, tmp_path_factory):
    """The checkpoint of a teacher whose training was killed in its third epoch."""
    path = tmp_path_factory.mktemp("killed") / "run.npz"
    with pytest.raises(Killed):
        run(monitor=Monitor(2.5), checkpoint=path)
    return path


def require_same(a, b):
    for ours, theirs in zip(a[0].get_weights(), b[0].get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert a[1].history == b[1].history
    assert a[1].epoch == b[1].epoch == list(range(5))


@pytest.mark.parametrize("kind", ["teacher", "student"])
@pytest.mark.parametrize("kill_after", [1, 3])
def test_a_killed_run_goes_on_and_ends_the_same(run, uninterrupted, path, kind, kill_after, capsys):
    with pytest.raises(Killed):
        run(kind, monitor=Monitor(kill_after + 0.5), checkpoint=path)
    capsys.readouterr()
    monitor = Monitor()
    require_same(run(kind, monitor=monitor, checkpoint=path), uninterrupted(kind=kind))
    assert f"Going on after epoch {kill_after}, from {path}." in capsys.readouterr().out
    assert monitor.done[0] == kill_after and monitor.done[-1] == 5
    assert not path.exists()  # the run is over


def test_an_interrupt_leaves_what_was_learned_and_the_checkpoint(run, uninterrupted, path):
    monitor = Monitor(2.5, KeyboardInterrupt)
    _, history = run(monitor=monitor, checkpoint=path)
    assert len(history.epoch) == 2 and "Stopped after 2 of 5" in monitor.message
    require_same(run(checkpoint=path), uninterrupted(kind="teacher"))


def test_without_a_checkpoint_nothing_is_written(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "other", [{"seed": 1}, {"epochs": 6}, {"batch_size": 32}, {"kind": "student"}]
)
def test_another_run_does_not_go_on_from_it(run, uninterrupted, killed, path, other, capsys):
    shutil.copy(killed, path)
    found = run(checkpoint=path, **other)[0].get_weights()
    assert "it belongs to another run" in capsys.readouterr().out
    for ours, theirs in zip(found, uninterrupted(**other)[0].get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("damage", ["empty", "nonsense", "cut"])
def test_a_damaged_checkpoint_is_named_and_the_run_starts_anew(
    run, uninterrupted, killed, path, damage, capsys
):
    whole = killed.read_bytes()
    path.write_bytes({"empty": b"", "nonsense": b"?", "cut": whole[: len(whole) // 2]}[damage])
    require_same(run(checkpoint=path), uninterrupted(kind="teacher"))
    assert f"Training from the start: {path} cannot be used" in capsys.readouterr().out


def test_it_is_saved_at_most_every_ten_seconds(run, path, monkeypatch):
    assert SAVE_EVERY == 10
    monkeypatch.setattr(checkpoint, "SAVE_EVERY", SAVE_EVERY)
    now = iter([0, 4, 8, 12, 12, 16])  # when it is made, after each epoch, and when it is saved
    monkeypatch.setattr(checkpoint.time, "monotonic", lambda: next(now))
    with pytest.raises(Killed):
        run(monitor=Monitor(4.5), checkpoint=path)
    monkeypatch.undo()
    assert read_arrays(path)[1]["epoch"] == 3


def test_a_run_that_was_killed_outright_goes_on(run, uninterrupted, path):
    """`kill -9` in mid-training, in a process of its own."""
    source = """
        import os, sys
        from kdlab import build_teacher, load_dataset, train
        from kdlab._tensorflow import keras
        from kdlab.distillation import checkpoint

        class Monitor:
            def start(self, total, unit): pass
            def finish(self, message): pass
            def update(self, done, **metrics):
                if done >= 2.5:
                    os.kill(os.getpid(), int(sys.argv[2]))

        checkpoint.SAVE_EVERY = 0
        digits = load_dataset()
        train(
            build_teacher(digits, seed=1), digits.x_train[:200], digits.y_train[:200],
            epochs=5, batch_size=64, seed=0, monitor=Monitor(), checkpoint=sys.argv[1],
            learning_rate=keras.optimizers.schedules.CosineDecay(2e-3, 20),
            validation_data=(digits.x_test[:50], digits.y_test[:50]),
        )
    """
    command = [sys.executable, "-c", textwrap.dedent(source), os.fspath(path), str(KILL)]
    assert abs(subprocess.run(command, capture_output=True).returncode) == KILL
    assert [file.name for file in path.parent.iterdir()] == [path.name]  # nothing half-written
    require_same(run(checkpoint=path), uninterrupted(kind="teacher"))
