"""Watch a training run: `TrainingMonitor`."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from html import escape

import numpy as np
import traitlets

from kdlab import _checks
from kdlab._kernel import in_kernel
from kdlab.widgets import _assets
from kdlab.widgets._base import Checked, Widget

# Seconds between two messages to the page.
_PUSH_EVERY = 0.25
# Points per curve that a message carries; more would not be seen at the width of a notebook.
_MOST_POINTS = 400


class TrainingMonitor(Widget):
    """Progress, time left and live curves of a training run.

    Training functions call `start`, `update` and `finish`, and need no other knowledge of it.
    Every point is kept in `history`; the page hears of them at most four times a second, so
    `update` may be called after each batch. Without a notebook nothing is shown, and `finish`
    prints one line.

    In JupyterLab it has a Stop button. A busy kernel does not hear from widgets, so the button
    asks the server to interrupt it, as the notebook's own ■ does: the training function gets a
    `KeyboardInterrupt` once its step is done, keeps what has been learned and calls `finish`.

    Args:
        title: what is trained.

    Attributes:
        title: what is trained; may be set.
        history: the values so far, by the name of the metric.

    Example:
        >>> monitor = TrainingMonitor("A small teacher")
        >>> monitor.start(2)
        >>> monitor.update(1, loss=0.7, val_loss=0.8)
        >>> monitor.update(2, loss=0.4, val_loss=0.6)
        >>> monitor.finish("done in a moment")
        A small teacher: 2 of 2 epochs, loss 0.4, val_loss 0.6. done in a moment
        >>> monitor.history
        {'loss': [0.7, 0.4], 'val_loss': [0.8, 0.6]}

    To compare trainings, give each its `run` of one monitor: `monitor.run("alone")`.
    """

    _esm = _assets.module("training_monitor")
    _css = _assets.style("training_monitor")

    title = Checked(lambda _, value: _checks.text(value, "title"), "Training")
    # All that the page shows of a run, in one message.
    _progress = traitlets.Dict().tag(sync=True)
    # The run that the page has asked to stop. It is not sent here; one view tells the others.
    _stopping = traitlets.Int(0).tag(sync=True)

    def __init__(self, title: str = "Training", *, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._shown = False
        self._run = 0
        self._named = ""
        self._earlier: dict[str, list[dict]] = {}  # by their names, the curves of other runs
        self._reset(total=0, unit="epoch")
        super().__init__(title=title, _progress=self._packed())

    def run(self, name: str) -> Run:
        """One of several runs that stand in one chart, to give to a training as its monitor.

        The curves of the other runs stay. Of each metric one curve is drawn for a run: that on
        validation data where there is any, since losses of two kinds, of labels alone and of soft
        targets for example, do not compare on the training data.

        Args:
            name: what the run is called in the charts; a run of the same name is replaced.

        Returns:
            A `Run`, with `start`, `update` and `finish`.

        Raises:
            ValueError: `name` is no text, or an empty one.

        Example:
            >>> monitor = TrainingMonitor("Alone and taught")
            >>> for name, accuracy in {"alone": 0.79, "taught": 0.86}.items():
            ...     run = monitor.run(name)
            ...     run.start(1)
            ...     run.update(1, val_accuracy=accuracy)
            ...     run.finish()
            Alone and taught, alone: 1 of 1 epoch, val_accuracy 0.79.
            Alone and taught, taught: 1 of 1 epoch, val_accuracy 0.86.
        """
        return Run(self, _checks.text(name, "name"))

    def start(self, total: int, unit: str = "epoch") -> None:
        """Begin a run of `total` units, each a `unit`; forget those before."""
        self._begin(total, unit)
        self._earlier = {}
        self._push()

    def _begin(self, total: int, unit: str, name: str = "") -> None:
        total = _checks.positive_int(total, "total")
        if self._named:
            self._earlier[self._named] = self._curves()
        self._earlier.pop(name, None)
        self._named = name
        self._reset(total, str(unit))
        self._run += 1
        if in_kernel() and not self._shown:
            from IPython.display import display

            display(self)

    def update(self, done: float, **metrics: float) -> None:
        """Note that `done` units, whole or in part, are complete, with the metrics as they stand.

        A metric and the same with `val_` before its name share a chart. NaN and infinite values
        are kept, and leave a gap in the curve: a run that diverges should be seen to.

        Raises:
            ValueError: `done` is not a number from 0 to the total, or a metric not a number.
        """
        if not _checks.is_real(done) or not 0 <= done <= self._total:
            raise ValueError(
                f"done must be a number from 0 to {self._total}, the total that start() "
                f"was given, got {done!r}"
            )
        values = {name: _number(value, name) for name, value in metrics.items()}
        for name, value in values.items():
            self.history.setdefault(name, []).append(value)
            self._steps.setdefault(name, []).append(float(done))
        self._done = float(done)
        now = self._clock()
        if self._first is None:
            self._first = (now, self._done)
        if now - self._pushed >= _PUSH_EVERY:
            self._push()

    def finish(self, message: str = "") -> None:
        """Show the last state and a closing message, also after an early stop."""
        self._message = str(message)
        self._finished = True
        self._push()
        if not in_kernel():
            print(self._summary())

    def _reset(self, total: int, unit: str) -> None:
        self.history: dict[str, list[float]] = {}  # a new one: a run's history stays its own
        self._steps: dict[str, list[float]] = {}
        self._total, self._unit, self._done = total, unit, 0
        self._message, self._finished = "", False
        self._started = self._pushed = self._clock()
        self._first = None

    def _push(self) -> None:
        self._pushed = self._clock()
        self._progress = self._packed()

    def _packed(self) -> dict:
        return {
            "run": self._run,
            "unit": self._units(),
            "done": self._done,
            "total": self._total,
            "secondsLeft": self._seconds_left(),
            "message": self._message,
            "finished": self._finished,
            "name": self._named,
            "curves": [*itertools.chain(*self._earlier.values()), *self._curves()],
        }

    def _curves(self) -> list[dict]:
        return [self._curve(name) for name in self.history]

    def _curve(self, name: str) -> dict:
        """A metric as bytes, which can carry NaN; thinned, but with its last point."""
        values = self.history[name]
        keep = np.linspace(0, len(values) - 1, min(len(values), _MOST_POINTS)).round().astype(int)
        x, y = self._steps[name], values
        return {
            "name": name,
            "of": self._named,
            "x": np.array([x[i] for i in keep], "<f4").tobytes(),
            "y": np.array([y[i] for i in keep], "<f4").tobytes(),
        }

    def _seconds_left(self) -> float | None:
        """By the pace since the first update: what comes before it is mostly compilation."""
        if self._first is None:
            return None
        then, done = self._first
        if self._done == done:
            return None
        return (self._clock() - then) / (self._done - done) * (self._total - self._done)

    def _units(self) -> str:
        return self._unit if self._total == 1 else f"{self._unit}s"

    def _summary(self) -> str:
        last = [f"{name} {values[-1]:.4g}" for name, values in self.history.items()]
        state = ", ".join([f"{self._done:.4g} of {self._total} {self._units()}", *last])
        title = ", ".join(filter(None, [self.title, self._named]))
        return f"{title}: {state}. {self._message}".rstrip()

    def _repr_mimebundle_(self, **kwargs):
        self._shown = True
        return super()._repr_mimebundle_(**kwargs)

    def __repr__(self) -> str:
        return f"<TrainingMonitor {self._summary()}>"

    def _fallback_text(self) -> str:
        # What is kept in a notebook is what was there when it was displayed: before the first
        # step, so nothing that was measured. Figures here would make nbval fail.
        plan = f"{self._total} {self._units()}" if self._total else "not started"
        return f"{self.title}: {plan}"

    def _fallback_html(self) -> str:
        return (
            f"<p><strong>{escape(self._fallback_text())}</strong>. "
            "<em>Run this cell to watch the progress and the curves.</em></p>"
        )


class Run:
    """One of the runs that a `TrainingMonitor` draws in one chart; `monitor.run(name)` makes it."""

    def __init__(self, monitor: TrainingMonitor, name: str):
        self._monitor, self._name = monitor, name
        self.update, self.finish = monitor.update, monitor.finish

    def start(self, total: int, unit: str = "epoch") -> None:
        """Begin this run of `total` units, each a `unit`; the curves of the others stay."""
        self._monitor._begin(total, unit, self._name)
        self._monitor._push()


def _number(value, name: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be a number, got {value!r}") from error
