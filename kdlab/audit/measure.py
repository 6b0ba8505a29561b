"""Measuring the gradient of a loss: random logits, and central differences over wide steps."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import NamedTuple

import numpy as np


class Loss:
    """`loss_fn`, called with care: it returns a number, or an error says what is wrong with it."""

    def __init__(self, loss_fn):
        if not callable(loss_fn):
            raise ValueError(
                "loss_fn must be a function of teacher and student logits (or a method, such as "
                f"`loss.compute_loss`), got {loss_fn!r}"
            )
        self.loss_fn = loss_fn
        self.lowest = np.inf  # of all values seen
        try:
            parameter = inspect.signature(loss_fn).parameters.get("temperature")
        except (TypeError, ValueError):  # some functions written in C have no signature
            parameter = None
        # A `**kwargs` takes a temperature too, but only to ignore it.
        self.takes_temperature = parameter is not None and parameter.kind in (
            parameter.KEYWORD_ONLY,
            parameter.POSITIONAL_OR_KEYWORD,
        )

    def __call__(self, teacher: np.ndarray, student: np.ndarray, temperature: float) -> float:
        n = len(student)
        on = f"on float32 arrays of shape {student.shape}"
        options = {"temperature": temperature} if self.takes_temperature else {}
        if options:
            on += f" at temperature={temperature:g}"
        try:  # copies, for a loss that works in place
            result = self.loss_fn(teacher.copy(), student.copy(), **options)
        except Exception as error:
            raise ValueError(
                "loss_fn must take teacher and student logits for any number of examples and "
                f"classes, but raised {type(error).__name__} {on}: {error}"
            ) from error
        try:
            if hasattr(result, "detach"):  # PyTorch
                result = result.detach().cpu()
            values = np.asarray(result)
            if values.dtype.kind in "OSU":  # None, text and the like; NumPy would convert some
                raise TypeError(f"not a number: {result!r}")
            values = values.astype(np.float64)
        except Exception as error:
            raise ValueError(
                f"loss_fn must return numbers, got {type(result).__name__} {on} ({error})"
            ) from error
        if values.size != 1 and values.shape != (n,):
            raise ValueError(
                f"loss_fn must return one loss, or one per example, {(n,)}; got shape "
                f"{values.shape} {on}. Sum over the classes."
            )
        if not np.isfinite(values).all():
            raise ValueError(
                f"loss_fn must return finite losses, got {values.tolist()} {on}. Does it take the "
                "logarithm of raw logits, or of a probability that has become 0?"
            )
        value = float(values.mean())
        self.lowest = min(self.lowest, value)
        return value


class Probe(NamedTuple):
    """Random logits `(n, classes)` to try a loss on, and the step for its derivatives."""

    teacher: np.ndarray
    student: np.ndarray
    step: float


def draw_probes(temperature: float, seed: int) -> list[Probe]:
    """Logits of three sizes: what depends on `n` or on the classes is no constant weight.

    Their spread follows T, but slowly above 1: divided by T they must not become all alike, nor
    undivided so large that a softmax leaves a 0. Below 1 it follows T all the way.
    """
    rng = np.random.default_rng(seed)
    spread = 2 * (temperature ** (1 / 3) if temperature > 1 else temperature)
    return [
        Probe(*(spread * rng.normal(size=(2, *shape))).astype(np.float32), spread / 8)
        for shape in ((2, 4), (5, 4), (3, 6))
    ]


def _slopes(loss: Callable, probe: Probe) -> np.ndarray:
    """The derivative of a loss by each student logit, as a central difference.

    `loss(teacher, students)` gets students `(2 n classes, n, classes)`, in each of which one logit
    is a step up or down, and returns their losses.
    """
    n, classes = probe.student.shape
    step = np.float32(probe.step) * np.eye(n * classes, dtype=np.float32).reshape(-1, n, classes)
    up, down = probe.student + step, probe.student - step
    values = np.asarray(loss(probe.teacher, np.concatenate([up, down])))
    # The steps as they came out in float32.
    taken = np.sum(up - down, axis=(1, 2), dtype=np.float64)
    return ((values[: n * classes] - values[n * classes :]) / taken).reshape(n, classes)


def measure(loss: Loss, probe: Probe, temperature: float) -> np.ndarray:
    """The gradient of the audited loss, called once for each step."""

    def one_by_one(teacher, students):
        return [loss(teacher, student, temperature) for student in students]

    return _slopes(one_by_one, probe)


def measure_all(loss: Loss, probes: list[Probe], temperature: float) -> list[np.ndarray]:
    return [measure(loss, probe, temperature) for probe in probes]


def expect(suspect: Callable, probe: Probe, temperature: float) -> np.ndarray:
    """The gradient of a suspect, averaged over the examples."""

    def all_at_once(teacher, students):
        teacher, students = teacher.astype(np.float64), students.astype(np.float64)
        return suspect(teacher, students, temperature)

    return _slopes(all_at_once, probe) / len(probe.student)
