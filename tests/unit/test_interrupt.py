"""Interrupts that come while TensorFlow traces a step, where Python would lose them."""

import signal
import threading

import pytest

import kdlab
from kdlab._interrupt import held_interrupts
from kdlab._tensorflow import keras
from kdlab.cohort.program import Program


@pytest.fixture(autouse=True)
def python_hears_it():
    """Started in the background of a shell, Python ignores the interrupts of a keyboard."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class Finalized:
    """Interrupts from within a finalizer: what Python raises there, it throws away."""

    def __del__(self):
        signal.raise_signal(signal.SIGINT)


@keras.saving.register_keras_serializable("tests")
class Interrupting(keras.layers.Layer):
    """The identity, which presses Stop once, while it is traced for training."""

    pressed = False

    def call(self, x, training=False):
        if training and not self.pressed:
            self.pressed = True
            Finalized()
        return x


@pytest.fixture
def data():
    return kdlab.load_dataset("digits")


def test_training_hears_it(data, capsys):
    student = kdlab.build_student(data)
    model = keras.Sequential([*student.layers, Interrupting()])
    model.build((None, *data.image_shape))
    history = kdlab.train(model, data.x_train, data.y_train, epochs=1000)
    assert len(history.epoch) <= 1
    assert "Stopped after" in capsys.readouterr().out
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_cohort_hears_it(data, monkeypatch):
    finished = Program.train

    def train(self, chunk, report):
        Finalized()
        return finished(self, chunk, report)

    monkeypatch.setattr(Program, "train", train)
    with pytest.raises(KeyboardInterrupt, match="Stopped: 0 of 500 students"):
        kdlab.train_cohort(data, alphas=[0], n_images=[50], seeds=range(500))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_it_waits_for_the_check():
    reached = False
    with pytest.raises(KeyboardInterrupt), held_interrupts() as check:
        check()
        signal.raise_signal(signal.SIGINT)
        reached = True
        check()
    assert reached


def test_one_after_the_last_check_is_not_lost():
    with pytest.raises(KeyboardInterrupt), held_interrupts():
        signal.raise_signal(signal.SIGINT)


def test_a_second_one_does_not_wait():
    with pytest.raises(KeyboardInterrupt), held_interrupts():
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        pytest.fail("still held")


def test_an_error_is_not_replaced_by_an_interrupt():
    with pytest.raises(ZeroDivisionError), held_interrupts():
        signal.raise_signal(signal.SIGINT)
        1 / 0  # noqa: B018


def test_it_leaves_the_handler_of_another_alone():
    def other(number, frame):
        pass

    before = signal.signal(signal.SIGINT, other)
    try:
        with held_interrupts() as check:
            assert signal.getsignal(signal.SIGINT) is other
            check()
    finally:
        signal.signal(signal.SIGINT, before)


def test_nothing_is_held_outside_the_main_thread():
    found = []

    def work():
        with held_interrupts() as check:
            check()
            found.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [signal.default_int_handler]
