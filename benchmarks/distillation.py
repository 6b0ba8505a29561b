"""What distillation costs here and elsewhere, measured side by side in one run, as Markdown.

    python -m benchmarks.distillation [digits] [mnist] [cohort]

`digits` and `mnist`: one student from one teacher with one objective, by kdlab, by what Keras and
PyTorch document, and by these again with the options that make them faster
(`distillation_contenders.py`). The student starts from the same weights everywhere, and whether the
objective and the teacher are the same is checked. Each contender has a process of its own; seed by
seed they take turns, so that a machine that slows down slows all of them. PyTorch lives in
`.venv/torch`, made here on demand.

`cohort`: how the cost of a student falls when more are trained at once, and how far that is from
what the machine can compute, which is measured too.

Other work on the machine distorts all this, most of all for PyTorch, whose threads wait for each
other: how much there was is printed. The exit status is 1 if something could not be measured, or a
bar is missed.
"""

from __future__ import annotations

import itertools
import json
import os
import platform
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
import psutil

import kdlab
from benchmarks.distillation_contenders import ALPHA, BATCH, CONTENDERS, LEARNING_RATE, TEMPERATURE
from benchmarks.lessons import peak_memory, versions
from benchmarks.training import seconds
from kdlab._tensorflow import keras, tf
from kdlab.provenance import processor
from kdlab.soft_targets import distillation_loss

HERE = Path(__file__).parent
CONTENDER = "benchmarks.distillation_contenders"
SEEDS = {"digits": 10, "mnist": 5}
EPOCHS = {"digits": 30, "mnist": 5}
HIDDEN_UNITS = {"digits": 16, "mnist": 64}
MNIST_IMAGES, MNIST_TEACHER_EPOCHS = 10_000, 3

COHORTS, STEPS, ROUNDS = (1, 10, 100, 1000), 1500, 2
MAX_SECONDS = 60  # for a thousand students


class OtherWork:
    """How busy the rest of the machine has been since this was made, as a sentence."""

    def __init__(self):
        self.start = os.times()
        psutil.cpu_percent()  # from here on

    def __str__(self):
        now, cores = os.times(), os.cpu_count()
        # Of this process and of those that it started and that have ended.
        ours = sum(now[:4]) - sum(self.start[:4])
        share = psutil.cpu_percent() / 100 - ours / (now.elapsed - self.start.elapsed) / cores
        return f"other work kept {max(share, 0) * cores:.1f} of {cores} cores busy"


def table(heads: list[str], rows: list[list[str]]) -> None:
    """Print a table in Markdown, the first column on the left, the others on the right."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    for first, *others in (heads, rule, *rows):
        cells = [first.ljust(widths[0]), *map(str.rjust, others, widths[1:])]
        print(f"| {' | '.join(cells)} |")


# One student, many ways


class Contender:
    """A process that trains students when asked to."""

    def __init__(self, name: str, python: Path | str, data: Path):
        command = [python, "-m", CONTENDER, name, data]
        self.process = subprocess.Popen(
            command, cwd=HERE.parent, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.name = name
        self.version = self.reply()["version"]
        self.megabytes_at_start = peak_memory(self.process.pid)
        self.megabytes = 0.0
        self.epochs: list[float] = []
        self.accuracies: list[float] = []

    def ask(self, **request) -> dict:
        print(json.dumps(request), file=self.process.stdin, flush=True)
        return self.reply()

    def reply(self) -> dict:
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name!r} ended, and says why above")
        return json.loads(line)

    def train(self, seed: int, epochs: int) -> None:
        reply = self.ask(seed=seed, epochs=epochs)
        # The first epoch is not among them; the second may compile too, for a smaller last batch.
        self.epochs += reply["epochs"][1:]
        self.accuracies.append(reply["accuracy"])
        self.megabytes = self.megabytes or peak_memory(self.process.pid)  # of one student

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()


def torch_python() -> Path | None:
    """The interpreter of the environment with PyTorch, made if it is missing or out of date."""
    folder, wanted = HERE.parent / ".venv" / "torch", HERE / "requirements.txt"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    mark = folder / "requirements.txt"
    if mark.exists() and mark.read_bytes() == wanted.read_bytes():
        return python
    print(f"Installing PyTorch into {folder} ...", file=sys.stderr)
    try:
        venv.create(folder, clear=True, symlinks=os.name != "nt", with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "-r", wanted], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"PyTorch is left out, it cannot be installed: {error}", file=sys.stderr)
        return None
    mark.write_bytes(wanted.read_bytes())  # last: only a finished environment has it
    return python


def load(name: str):
    """The data set, what is said of it, and its teacher: a model, and its logits."""
    data = kdlab.load_dataset(name)
    model = kdlab.build_teacher(data)
    if name == "digits":
        stored = kdlab.pretrained_teacher("digits")
        model.set_weights(stored.weights)
        return data, "the teacher that comes with kdlab", model, stored.train_logits
    about = f"the first {MNIST_IMAGES:,} of {len(data.x_train):,}, "
    about += f"and a teacher trained for {MNIST_TEACHER_EPOCHS} epochs"
    data = replace(data, x_train=data.x_train[:MNIST_IMAGES], y_train=data.y_train[:MNIST_IMAGES])
    kdlab.train(model, data.x_train, data.y_train, epochs=MNIST_TEACHER_EPOCHS)
    return data, about, model, kdlab.predict_logits(model, data.x_train)


def race(name: str, data, teacher, train_logits, python_of_torch) -> list[Contender]:
    """Let all contenders train a student of each seed, in turns."""
    arrays = {part: getattr(data, part) for part in ("x_train", "y_train", "x_test", "y_test")}
    arrays |= {"train_logits": train_logits, "hidden_units": np.array(HIDDEN_UNITS[name])}
    arrays |= {f"teacher_{i}": w for i, w in enumerate(teacher.get_weights())}
    for seed in range(SEEDS[name]):
        student = kdlab.build_student(data, HIDDEN_UNITS[name], seed=seed)
        arrays |= {f"student_{seed}_{i}": w for i, w in enumerate(student.get_weights())}

    with TemporaryDirectory() as folder:
        path = Path(folder, "data.npz")
        np.savez(path, **arrays)
        contenders = [
            Contender(label, python, path)
            for label in CONTENDERS
            if (python := python_of_torch if "PyTorch" in label else sys.executable)
        ]
        for seed in range(SEEDS[name]):
            for contender in contenders if seed % 2 else reversed(contenders):
                contender.train(seed, EPOCHS[name])
                if seed == 0:
                    check(contender, arrays)
        for contender in contenders:
            contender.close()
    return contenders


def check(contender: Contender, arrays) -> None:
    """Whether it computes the objective and has the teacher: on the first batch, before a step."""
    x, labels, teacher_logits = (arrays[a][:BATCH] for a in ("x_train", "y_train", "train_logits"))
    kernel, bias, last_kernel, last_bias = (arrays[f"student_0_{i}"] for i in range(4))
    logits = np.maximum(x.reshape(BATCH, -1) @ kernel + bias, 0) @ last_kernel + last_bias
    wanted = distillation_loss(logits, teacher_logits, labels, TEMPERATURE, ALPHA).total.mean()
    found = contender.ask()
    if not np.isclose(found["objective"], wanted, rtol=1e-4):
        raise ValueError(f"{contender.name} has another objective: {found}, not {wanted}")
    if found["teacher_gap"] > 1e-4:
        raise ValueError(f"{contender.name} has another teacher: {found}")


def compare(name: str, python_of_torch: Path | None) -> None:
    """Print the table of one data set."""
    others = OtherWork()
    data, about, teacher, train_logits = load(name)
    once = seconds(lambda: kdlab.predict_logits(teacher, data.x_train))
    contenders = race(name, data, teacher, train_logits, python_of_torch)
    layers = f"{data.x_train[0].size}-{HIDDEN_UNITS[name]}-{data.n_classes}"
    test_logits = kdlab.predict_logits(teacher, data.x_test)
    print(
        f"\n### {name}: {len(data.x_train):,} images\n\n"
        f"({about}, {teacher.count_params():,} parameters, "
        f"{kdlab.accuracy(test_logits, data.y_test):.2%} on the {len(data.x_test):,} test images; "
        f"student {layers}, T = {TEMPERATURE:g}, alpha = {ALPHA}, Adam {LEARNING_RATE}, "
        f"batch {BATCH}, {EPOCHS[name]} epochs, {SEEDS[name]} seeds)\n"
    )
    base = median(contenders[0].epochs)
    rows = []
    for contender in contenders:
        epoch = median(contender.epochs)
        accuracy = kdlab.confidence_interval(100 * np.array(contender.accuracies))
        rows.append([
            contender.name,
            f"{epoch:.4f}",
            f"{epoch / base:.1f}",
            f"{contender.megabytes:.0f} ({contender.megabytes_at_start:.0f})",
            f"{accuracy.mean:.2f} % ({accuracy.low:.2f} to {accuracy.high:.2f})",
        ])  # fmt: skip
    heads = ["", "s/epoch", "/ kdlab", "peak MB (imports and data)", "test accuracy, 95 % interval"]
    table(heads, rows)
    print(
        f"\nThe first four are written as their documentation has them, the others with what makes "
        "those faster. Seconds: the median epoch, without the first two of each seed. Memory: of "
        "a process that has trained one student, framework and all.\n"
        f"The logits that kdlab stores take the teacher {once:.2f} s, once. "
        f"{', '.join(dict.fromkeys(c.version for c in contenders))}; {others}.",
        flush=True,
    )


# Many students at once


def operations(layers: tuple[int, ...], batch: int) -> int:
    """Floating-point operations of a student-step: forward, backward and Adam.

    Each function (exp, sqrt, a comparison) counts as one.
    """
    pairs = list(itertools.pairwise(layers))
    forward = sum(2 * i * o + o for i, o in pairs) + sum(layers[1:-1])  # with bias and ReLU
    # To each kernel and bias, and, but for the images, to what went into the layer.
    backward = sum(2 * i * o + o for i, o in pairs) + sum(2 * i * o + i for i, o in pairs[1:])
    # Three times log-softmax (5), twice exp, the divergence (3), and both gradients (6).
    loss = (3 * 5 + 2 + 3 + 6) * layers[-1]
    adam = 12 * sum(i * o + o for i, o in pairs)  # 3 for the mean, 4 for the square, 5 to step
    return batch * (forward + backward + loss) + adam


def ceilings() -> dict[str, Callable[[], float]]:
    """What measures how many operations per second matrices are multiplied with."""
    square = tf.random.normal((2048, 2048))
    students, (pixels, hidden) = 20, (64, 16)
    kernels = tf.linalg.qr(tf.random.normal((students, pixels, hidden)))[0]
    images = tf.random.normal((students, BATCH, pixels))

    def small(repeats=2000):
        # There and back through the first layer: no size changes, and as the columns of a kernel
        # are orthonormal, no number grows.
        def step(i, x):
            return i + 1, tf.matmul(x @ kernels, kernels, transpose_b=True)

        return tf.while_loop(lambda i, _: i < repeats, step, (0, images))[1]

    def rate(run: Callable, work: float) -> Callable[[], float]:
        run().numpy()  # compiles
        return lambda: work / seconds(lambda: run().numpy())

    work = 2000 * 2 * (2 * students * BATCH * pixels * hidden)
    return {
        "square": rate(tf.function(lambda: square @ square), 2 * 2048**3),
        "small": rate(tf.function(small), work),
        "small, XLA": rate(tf.function(small, jit_compile=True), work),
    }


def cohorts() -> bool:
    """Print the table of the cohorts; whether the bar holds."""
    others = OtherWork()
    digits, teacher = kdlab.load_dataset("digits"), kdlab.pretrained_teacher("digits")
    epochs = STEPS // -(-len(digits.x_train) // BATCH)
    shared = {"batch_size": BATCH, "learning_rate": LEARNING_RATE}
    targets = kdlab.pack_targets(digits.y_train, teacher.train_logits)

    def together(n):
        kdlab.train_cohort(digits, teacher.train_logits, seeds=range(n), steps=STEPS, **shared)

    def distill():
        student = kdlab.build_student(digits)
        kdlab.distill(
            student, digits.x_train, teacher.train_logits, digits.y_train, epochs=epochs, **shared
        )

    def fit():
        student = kdlab.build_student(digits)
        student.compile(keras.optimizers.Adam(LEARNING_RATE), kdlab.DistillationLoss())
        student.fit(digits.x_train, targets, epochs=epochs, batch_size=BATCH, verbose=0)

    sides = {n: (lambda n=n: together(n)) for n in COHORTS}
    sides |= {"kdlab.distill": distill, "fit": fit}
    times = {name: [] for name in sides}
    limits = ceilings()
    speeds = {name: [] for name in limits}
    together(1)  # compiles: the program is the same for every size
    for _ in range(ROUNDS):
        for name in [*sides] + 2 * [side for side in sides if side != COHORTS[-1]]:
            start = time.process_time()
            took = seconds(sides[name])
            times[name].append((took, (time.process_time() - start) / took))
        for name, speed in limits.items():
            speeds[name] += [speed() for _ in range(3)]

    peak = {name: max(values) for name, values in speeds.items()}  # a ceiling, so the best
    peak["small"] = max(peak["small"], peak.pop("small, XLA"))
    work = operations((64, 16, 10), BATCH) * STEPS
    print(
        f"\n### Many students: 64-16-10, {STEPS:,} steps of {BATCH} digits\n\n"
        f"A student-step is {work / STEPS:,.0f} floating-point operations. This machine multiplies "
        f"large matrices, 2048 x 2048, at {peak['square'] / 1e9:.0f} GFLOP/s,\n"
        f"and small ones, 20 pairs of the first layer's size at a time, at "
        f"{peak['small'] / 1e9:.0f} (TensorFlow, the best of {3 * ROUNDS}; the better of with and "
        f"without XLA).\n"
    )
    middle = {name: np.median(values, axis=0) for name, values in times.items()}
    measured = [("train_cohort", n, *middle[n]) for n in COHORTS]
    for side in ("kdlab.distill", "fit"):
        took, busy = middle[side]
        measured += [(f"a loop of {side}", n, n * took, busy) for n in (1, COHORTS[-1])]
    rows = []
    for label, n, took, busy in measured:
        speed = n * work / took
        numbers = [f"{n:,}", f"{took:.1f}", f"{1000 * took / n:.1f}", f"{speed / 1e9:.2f}"]
        numbers += [f"{speed / peak[limit]:.2%}" for limit in ("square", "small")]
        rows.append([label, *numbers, f"{busy:.1f}"])
    shares = ["of large", "of small", "cores busy"]
    table(["", "students", "seconds", "ms/student", "GFLOP/s", *shares], rows)
    took = middle[COHORTS[-1]][0]
    print(
        f"\nMedians of {3 * ROUNDS} runs, of {ROUNDS} for the largest cohort. A cohort is compiled "
        f"beforehand, each call of fit compiles anew. The loops are linear: only their single "
        f"students are measured, the rest is extrapolated.\n"
        f"{COHORTS[-1]:,} students, compiled: {took:.1f} s, bar <= {MAX_SECONDS} s: "
        f"{'holds' if took <= MAX_SECONDS else 'MISSED'}; {others}.",
        flush=True,
    )
    return took <= MAX_SECONDS


def main(parts: list[str]) -> int:
    good = True
    print(
        f"{versions()}; {processor()}, {os.cpu_count()} cores; {platform.system()}; "
        f"load {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    parts = parts or ["digits", "mnist", "cohort"]
    torch = None
    if parts != ["cohort"]:
        torch = torch_python()
        good = torch is not None
    for part in parts:
        if part == "cohort":
            good &= cohorts()
            continue
        try:
            compare(part, torch)
        except FileNotFoundError as error:
            print(f"\n{part} is left out: {error}", file=sys.stderr)
            good = False
    return int(not good)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
