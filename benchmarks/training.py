"""What a step of training costs: ratios, each measured side by side in one run.

    python -m benchmarks.training

The rounds of a comparison take turns, so that a machine that slows down slows all sides; the
medians are compared.
"""

from __future__ import annotations

import itertools
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

import kdlab
from kdlab._tensorflow import keras

EPOCHS, ROUNDS = 30, 10
STUDENTS, STEPS, BATCH = 100, 1500, 64


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def take_turns(sides: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median seconds of each side, after one round that compiles and is not counted."""
    times: dict[str, list[float]] = {name: [] for name in sides}
    for i in range(rounds + 1):
        for name, run in sides.items():
            elapsed = seconds(run)
            if i:
                times[name].append(elapsed)
    return {name: median(values) for name, values in times.items()}


class EpochClock(keras.callbacks.Callback):
    """Notes when each epoch ends: as a monitor for `train` and `distill`, or as a callback."""

    def __init__(self):
        super().__init__()
        self.ends: list[float] = []

    def start(self, total, unit):
        pass

    def update(self, done, **metrics):
        if metrics:  # only at the end of an epoch
            self.ends.append(time.perf_counter())

    def finish(self, message):
        pass

    def on_epoch_end(self, epoch, logs=None):
        self.update(epoch + 1, **logs)

    def durations(self) -> list[float]:
        """Seconds of each epoch, without the first ones, in which everything is compiled."""
        return [end - start for start, end in itertools.pairwise(self.ends[2:])]


def epochs(digits, teacher) -> dict[str, float]:
    """Seconds per epoch: plain, distilled from stored logits, and with Keras's Distiller."""
    x, y = digits.x_train, digits.y_train
    teacher_model = kdlab.build_teacher(digits)
    teacher_model.set_weights(teacher.weights)

    def plain(clock):
        kdlab.train(kdlab.build_student(digits), x, y, epochs=EPOCHS, monitor=clock)

    def distilled(clock):
        student = kdlab.build_student(digits)
        kdlab.distill(student, x, teacher.train_logits, y, epochs=EPOCHS, monitor=clock)

    def distiller(clock, steps_per_execution=1):
        model = keras.distillation.Distiller(
            teacher=teacher_model,
            student=kdlab.build_student(digits),
            distillation_losses=keras.distillation.LogitsDistillation(
                temperature=4.0, loss=keras.losses.KLDivergence()
            ),
            student_loss_weight=0.1,
        )
        model.compile(
            optimizer=keras.optimizers.Adam(1e-3),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=["accuracy"],
            steps_per_execution=steps_per_execution,
        )
        model.fit(x, y, epochs=EPOCHS, batch_size=BATCH, verbose=0, callbacks=[clock])

    # Plain training stands there twice: how far its two medians are apart is the noise.
    sides = [("plain", plain), ("distilled", distilled), ("plain again", plain)]
    # As Keras's documentation calls it, and with as many steps per call as `distill` takes.
    sides.append(("Distiller", distiller))
    sides.append(("Distiller, epoch per call", lambda clock: distiller(clock, 20)))
    times: dict[str, list[float]] = {name: [] for name, _ in sides}
    for turn in range(ROUNDS):
        for name, run in sides if turn % 2 else reversed(sides):
            clock = EpochClock()
            run(clock)
            times[name] += clock.durations()
    return {name: median(values) for name, values in times.items()}


def cohort(digits, teacher) -> dict[str, float]:
    """Seconds per student-step: a cohort, and one student after the other with Keras's `fit`."""

    def train_cohort():
        kdlab.train_cohort(
            digits, teacher.train_logits, seeds=range(STUDENTS), steps=STEPS, batch_size=BATCH
        )

    student = kdlab.build_student(digits)
    student.compile(optimizer=keras.optimizers.Adam(3e-3), loss=kdlab.DistillationLoss())
    targets = kdlab.pack_targets(digits.y_train, teacher.train_logits)
    steps_per_epoch = -(-len(digits.x_train) // BATCH)
    sides = {
        "cohort": train_cohort,
        "fit": lambda: student.fit(digits.x_train, targets, epochs=5, batch_size=BATCH, verbose=0),
    }
    times = take_turns(sides, 3)
    return {
        "cohort": times["cohort"] / (STUDENTS * STEPS),
        "fit": times["fit"] / (5 * steps_per_epoch),
    }


def import_seconds() -> float:
    """What `import kdlab` takes in a fresh interpreter that has NumPy already."""
    code = (
        "import time, numpy; start = time.perf_counter(); import kdlab; "
        "print(time.perf_counter() - start)"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True) for _ in range(ROUNDS)
    ]
    return median(float(run.stdout) for run in runs)


def row(what: str, value: str, bar: str, holds: bool) -> None:
    print(f"{what:72} {value:>9}   {bar:10} {'holds' if holds else 'MISSED'}")


def main() -> None:
    digits, teacher = kdlab.load_dataset("digits"), kdlab.pretrained_teacher("digits")
    print(f"{'what':72} {'measured':>9}   bar")
    value = import_seconds()
    row("import kdlab, beyond NumPy", f"{value * 1000:.1f} ms", "<= 300 ms", value <= 0.3)

    epoch = epochs(digits, teacher)
    print("  an epoch: " + ", ".join(f"{name} {t * 1000:.0f} ms" for name, t in epoch.items()))
    plain = (epoch["plain"] + epoch["plain again"]) / 2
    value = epoch["distilled"] / plain
    row("one distillation epoch / one plain epoch", f"{value:.2f}", "<= 1.10", value <= 1.10)
    for side, note in {"Distiller": "", "Distiller, epoch per call": ", an epoch per call"}.items():
        value = epoch["distilled"] / epoch[side]
        what = f"the same / keras.distillation.Distiller, CNN teacher{note}"
        row(what, f"{value:.2f}", "<= 0.5", value <= 0.5)

    step = cohort(digits, teacher)
    print("  a student-step: " + ", ".join(f"{n} {t * 1e6:.1f} us" for n, t in step.items()))
    value = step["cohort"] * STUDENTS * STEPS
    row(f"{STUDENTS} students x {STEPS:,} steps, compiled", f"{value:.1f} s", "<= 8 s", value <= 8)
    value = step["fit"] / step["cohort"]
    row("a student-step in Keras's fit / in a cohort", f"{value:.0f}", ">= 50", value >= 50)


if __name__ == "__main__":
    main()
