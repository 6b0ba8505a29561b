"""Many small students trained at once, in one compiled program.

A step of a tiny network is nearly all overhead, so a hundred students trained one after another
cost a hundred overheads. Here their weights are stacked along a leading axis, and whole stretches
of training run inside one XLA loop.

Every chunk of students has the same padded size. A student's arithmetic is therefore the same
whoever else is in the cohort and however it is cut up, and the program is compiled once.
"""

from __future__ import annotations

import itertools
import json
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property, partial
from numbers import Integral, Real
from typing import NamedTuple

import numpy as np

from kdlab import _checks
from kdlab._exact import dense_logits
from kdlab._interrupt import held_interrupts
from kdlab._tensorflow import keras, tf
from kdlab.datasets import Dataset
from kdlab.distillation import hard_loss, soft_loss
from kdlab.metrics import Interval, confidence_interval, paired_difference
from kdlab.soft_targets import part_weights
from kdlab.storage import write_atomically

_CHUNK = 20  # students per program: a multiple of it, such as ten seeds of two kinds, wastes none
_SEGMENT = 100  # steps per call of it: how often progress is shown and an interrupt is heard

# Adam, with the constants of Kingma and Ba 2015 and Keras's epsilon.
_BETA_1, _BETA_2, _EPSILON = 0.9, 0.999, 1e-7


@dataclass(frozen=True, eq=False, repr=False)
class CohortResult:
    """The students of a cohort, one entry each in every array.

    Attributes:
        temperature, alpha, n_images, seed: the settings `(students,)`.
        left_out: the classes kept from each student, a tuple per student.
        test_logits: `(students, n_test, classes)`, float32.
        test_accuracy: shares in [0, 1], `(students,)`.
        steps: the step at which each stretch of training ends, `(stretches,)`.
        loss: the mean training loss of each stretch, `(students, stretches)`.
        test_curve: the test accuracy after each stretch, `(students, stretches)`; with no stretches
            if `curves` was not asked for.
        weights: kernel and bias of each layer, with the students along the leading axis.
        y_test: the test labels `(n_test,)`.
        training: what all students share: layer sizes, steps, batch size, learning rate.

    Example:
        >>> from kdlab import load_dataset, pretrained_teacher
        >>> data, teacher = load_dataset("digits"), pretrained_teacher("digits")
        >>> cohort = train_cohort(
        ...     data, teacher.train_logits, alphas=[0, 1], n_images=[50], seeds=range(3), steps=300)
        >>> cohort.interval(alpha=1).n
        3
        >>> cohort.difference(dict(alpha=1), dict(alpha=0)).mean > 0
        True
        >>> [row["alpha"] for row in cohort.summary()]
        [0.0, 1.0]
        >>> cohort.predict_logits(data.x_test[:5]).shape
        (6, 5, 10)
        >>> len(json.loads(cohort.to_json())["students"])
        6
    """

    temperature: np.ndarray
    alpha: np.ndarray
    n_images: np.ndarray
    seed: np.ndarray
    left_out: tuple[tuple[int, ...], ...]
    test_logits: np.ndarray
    test_accuracy: np.ndarray
    steps: np.ndarray
    loss: np.ndarray
    test_curve: np.ndarray
    weights: list[np.ndarray]
    y_test: np.ndarray
    training: dict

    def __len__(self) -> int:
        return len(self.seed)

    def __repr__(self) -> str:
        layers = "-".join(map(str, self.training["layers"]))
        return f"<CohortResult: {len(self)} students {layers}, {self.training['steps']:,} steps>"

    def select(self, **settings) -> CohortResult:
        """The students with the given settings.

        Args:
            **settings: any of `temperature`, `alpha`, `n_images`, `seed`, `left_out`: a value each.

        Returns:
            A `CohortResult` of those students, in the same order.

        Raises:
            ValueError: a setting is unknown, or no student has these settings.

        Example:
            >>> from kdlab import load_dataset
            >>> cohort = train_cohort(load_dataset(), alphas=[0], n_images=[50], seeds=[0, 1],
            ...                       steps=10)
            >>> len(cohort.select(seed=1))
            1
        """
        chosen = np.ones(len(self), bool)
        for name, value in settings.items():
            if name == "left_out":
                wanted = _check_left_out(value, self.training["layers"][-1])
                chosen &= np.array([classes == wanted for classes in self.left_out])
            elif name in ("temperature", "alpha", "n_images", "seed"):
                if not isinstance(value, Real):
                    raise ValueError(f"{name} must be one number, got {value!r}")
                column = getattr(self, name)
                whole = name in ("n_images", "seed")  # close is not the same there
                chosen &= column == value if whole else np.isclose(column, value)
            else:
                raise ValueError(
                    f"settings must be among temperature, alpha, n_images, seed and left_out, "
                    f"got {name!r}"
                )
        if not chosen.any():
            raise ValueError(f"no student of this cohort has {settings}")
        return self._take(np.flatnonzero(chosen))

    def interval(self, confidence: float = 0.95, **settings) -> Interval:
        """Mean test accuracy over the students with the given settings, with its interval.

        Args:
            confidence: as in `confidence_interval`.
            **settings: as in `select`, naming one student per seed.

        Raises:
            ValueError: the settings name several students of one seed (they would count as if
                they were independent), or only one seed.
        """
        return confidence_interval(self._one_per_seed(settings).test_accuracy, confidence)

    def difference(self, a: dict, b: dict, confidence: float = 0.95) -> Interval:
        """How much more accurate the students `a` are than the students `b`, paired by seed.

        Args:
            a, b: settings, as in `select`, each naming one student per seed.
            confidence: as in `confidence_interval`.

        Raises:
            ValueError: the two do not have one student for each of the same seeds.
        """
        first, second = self._one_per_seed(a), self._one_per_seed(b)
        if not np.array_equal(first.seed, second.seed):
            raise ValueError(
                f"a and b must name one student for each of the same seeds, "
                f"got seeds {first.seed.tolist()} and {second.seed.tolist()}"
            )
        return paired_difference(first.test_accuracy, second.test_accuracy, confidence)

    def summary(self, confidence: float = 0.95) -> list[dict]:
        """One row per setting: its settings, and `accuracy`, the `Interval` over its seeds.

        Raises:
            ValueError: a setting has only one seed, so that nothing is known of the spread.
        """
        cells: dict[tuple, list[int]] = {}
        for i in range(len(self)):
            key = (self.n_images[i], self.left_out[i], self.alpha[i], self.temperature[i])
            cells.setdefault(key, []).append(i)
        names = ("n_images", "left_out", "alpha", "temperature")
        return [
            {
                **dict(zip(names, map(_plain, key), strict=True)),
                "accuracy": confidence_interval(self.test_accuracy[rows], confidence),
            }
            for key, rows in cells.items()
        ]

    def predict_logits(self, images) -> np.ndarray:
        """Every student's logits on some images.

        Args:
            images: `(n, ...)`, shaped as those the cohort was trained on.

        Returns:
            float32 `(students, n, classes)`, each row the same bit for bit on any machine and
            whichever images and students come with it.

        Raises:
            ValueError: the images do not have as many pixels as the students have inputs.
        """
        return dense_logits(self.weights, _flatten(images, "images", self.training["layers"][0]))

    def to_json(self, path=None) -> str:
        """The settings and accuracies as JSON; also written to `path` if that is given.

        Logits and weights are left out: they follow from the settings, the data and the teacher.
        """
        students = [
            {
                "temperature": float(self.temperature[i]),
                "alpha": float(self.alpha[i]),
                "n_images": int(self.n_images[i]),
                "left_out": list(self.left_out[i]),
                "seed": int(self.seed[i]),
                "test_accuracy": float(self.test_accuracy[i]),
            }
            for i in range(len(self))
        ]
        versions = {"tensorflow": tf.__version__, "keras": keras.__version__}
        text = json.dumps(
            {"training": self.training, "versions": versions, "students": students}, indent=1
        )
        if path is not None:
            write_atomically(path, lambda file: file.write(text.encode()))
        return text

    def _one_per_seed(self, settings: dict) -> CohortResult:
        """The students with the given settings, of which each seed must have one."""
        students = self.select(**settings)
        # Where alpha is 0 one student is listed under every temperature: it counts once.
        temperature = np.where(students.alpha == 0, 0, students.temperature)
        keys = zip(students.seed, students.n_images, students.left_out, students.alpha, temperature,
                   strict=True)  # fmt: skip
        rows = {key: i for i, key in enumerate(keys)}
        if len(rows) > len(set(students.seed.tolist())):
            raise ValueError(
                f"the settings must name one student per seed, got {len(rows)} students for "
                f"{len(set(students.seed.tolist()))} seeds with {settings}"
            )
        return students._take(list(rows.values()))

    def _take(self, rows) -> CohortResult:
        """The students at these positions."""
        shared = ("training", "y_test", "steps")
        return replace(
            self,
            left_out=tuple(self.left_out[i] for i in rows),
            weights=[w[rows] for w in self.weights],
            **{
                f.name: getattr(self, f.name)[rows]
                for f in fields(self)
                if f.name not in (*shared, "left_out", "weights")
            },
        )


def train_cohort(
    data,
    teacher_logits=None,
    *,
    temperatures: Sequence[float] = (4.0,),
    alphas: Sequence[float] = (0.9,),
    seeds: Iterable[int] = range(10),
    n_images: Sequence[int | None] = (None,),
    left_out: Sequence = ((),),
    balanced: bool = False,
    hidden_units: int | Sequence[int] = 16,
    scale_by_t2: bool = True,
    steps: int = 1500,
    batch_size: int = 64,
    learning_rate: float = 3e-3,
    curves: bool = False,
    monitor=None,
    client=None,
) -> CohortResult:
    """Train one student for every combination of settings, all at once.

    The students are fully connected networks with ReLU layers, trained with Adam on the
    `DistillationLoss`, `alpha * T^2 * soft + (1 - alpha) * hard`. A seed decides a student's
    initial weights, the images it is given and their order, and nothing else does: students that
    share a seed differ only in their settings, so their results can be compared in pairs.

    Where `alpha` is 0 the temperature plays no part; such a student is trained once and listed
    under every temperature.

    Interrupting (the stop button of JupyterLab, or Ctrl+C) returns the students finished so far.

    With a `client` the students are trained by the workers of a cluster, a chunk at a time. What a
    lost worker was at is done again by another.

    A student is the same bit for bit whoever else is trained, here or by a cluster, with any number
    of threads and any BLAS, where the processors are of one type, TensorFlow is of one version, no
    layer has more than 4,096 weights and no batch more than 64 images. In larger products, sums are
    cut up by the number of threads: larger students need as many threads too.

    Args:
        data: a `Dataset`, or the arrays `(x_train, y_train, x_test, y_test)`; `y_train` may be
            None if every alpha is 1.
        teacher_logits: the teacher's logits on the training images, `(n_train, classes)`; or
            `(seeds, n_train, classes)`, a teacher for each seed, so that its luck varies too. May
            be None if every alpha is 0.
        temperatures: values of `T`.
        alphas: weights of the soft loss, in [0, 1]; 0 is a student on labels alone.
        seeds: whole numbers, one student each per setting.
        n_images: sizes of the transfer set, None for all images. Smaller sets are drawn at random,
            and lie inside the larger ones of the same seed.
        left_out: for each variant, the class or classes whose images are taken out of the
            transfer set; `()` takes out none.
        balanced: whether a smaller set has equal shares of the classes, which needs labels.
        hidden_units: the width of the hidden layer, or of each of several.
        scale_by_t2: whether to multiply the soft loss by `T^2`.
        steps: training steps per student.
        batch_size: images per step.
        learning_rate: the step size of Adam.
        curves: whether to measure the test accuracy along the way too, every hundred steps.
        monitor: what shows the progress, as in `train`.
        client: a `dask.distributed.Client`, or None to train here. (Installed by
            `pip install "kdlab[distributed]"`; the workers need kdlab as well.)

    Returns:
        A `CohortResult`, its students ordered by seed, then `n_images`, `left_out`, `alphas` and
        `temperatures` as given.

    Raises:
        ValueError: an argument is out of range, or the arrays do not fit each other.

    Example:
        >>> from kdlab import load_dataset, pretrained_teacher
        >>> cohort = train_cohort(
        ...     load_dataset("digits"), pretrained_teacher("digits").train_logits,
        ...     temperatures=[4], alphas=[0, 1], n_images=[50], seeds=range(3), steps=300)
        >>> cohort
        <CohortResult: 6 students 64-16-10, 300 steps>
        >>> cohort.difference(dict(alpha=1), dict(alpha=0)).mean > 0
        True
    """
    x, y, x_test, y_test, classes = _check_data(data, teacher_logits)
    temperatures = _settings(temperatures, "temperatures", _checks.training_temperature)
    alphas = _settings(alphas, "alphas", _checks.alpha)
    seeds = _settings(seeds, "seeds", _check_seed)
    sizes = _settings(n_images, "n_images", lambda n, name: _check_size(n, name, len(x)))
    left_out = _settings(left_out, "left_out", lambda c, _: _check_left_out(c, classes))
    balanced = _checks.flag(balanced, "balanced")
    scale_by_t2 = _checks.flag(scale_by_t2, "scale_by_t2")
    curves = _checks.flag(curves, "curves")
    steps = _checks.positive_int(steps, "steps")
    batch_size = _checks.positive_int(batch_size, "batch_size")
    learning_rate = _checks.positive_number(learning_rate, "learning_rate")
    layers = (x.shape[1], *_checks.widths(hidden_units), classes)
    teacher_logits = _check_teacher(teacher_logits, alphas, len(seeds), (len(x), classes))
    _check_client(client)
    if y is None and (min(alphas) < 1 or balanced or any(left_out)):
        raise ValueError(
            "y_train must hold labels where an alpha is below 1, a class is left out or the draw "
            "is balanced, got None"
        )

    # Seeds vary slowest, so that an interrupted cohort holds whole sets of settings to compare.
    rows = list(itertools.product(seeds, sizes, left_out, alphas, temperatures))
    # Where alpha is 0 the temperature plays no part: such students are trained once.
    trained = [(*row[:4], row[4] if row[3] else 1.0) for row in rows]
    students = list(dict.fromkeys(trained))

    teacher_rows = teacher_logits.reshape(-1, classes)  # of one teacher after the other
    program = _Program(
        x,
        teacher_rows,
        np.zeros(len(x), np.int32) if y is None else y,
        x_test,
        y_test,
        transfer_set=partial(_transfer_set, balanced=balanced, y=y, n=len(x)),
        # Where in these rows a seed's teacher begins.
        first_row={seed: i * len(x) % len(teacher_rows) for i, seed in enumerate(seeds)},
        layers=layers,
        steps=steps,
        batch_size=batch_size,
        learning_rate=learning_rate,
        scale_by_t2=scale_by_t2,
        curves=curves,
    )
    students, chunk = _train_in_chunks(program, students, monitor, client)
    weights, losses, test_curve, test_logits = chunk
    finished = len(losses)
    test_accuracy = (test_logits.argmax(axis=-1) == y_test).mean(axis=-1)
    diverged = int((~np.isfinite(test_logits)).any(axis=(1, 2)).sum())
    if diverged:
        warnings.warn(
            f"{diverged} of {finished} students diverged: their logits are not finite. "
            f"Lower learning_rate, which is {learning_rate:g}.",
            UserWarning,
            stacklevel=_checks.outside(),
        )

    position = {student: i for i, student in enumerate(students)}
    kept = [(row, position[key]) for row, key in zip(rows, trained, strict=True) if key in position]
    where = [i for _, i in kept]
    seed, size, classes_out, alpha, temperature = zip(*(row for row, _ in kept), strict=True)
    return CohortResult(
        temperature=np.array(temperature),
        alpha=np.array(alpha),
        n_images=np.array(size),
        seed=np.array(seed),
        left_out=classes_out,
        test_logits=test_logits[where],
        test_accuracy=test_accuracy[where],
        steps=np.minimum(_SEGMENT * np.arange(1, losses.shape[1] + 1), steps),
        loss=losses[where],
        test_curve=test_curve[where],
        weights=[w[where] for w in weights],
        y_test=y_test,
        training={
            "layers": list(layers),
            "steps": steps,
            "batch_size": batch_size,
            "learning_rate": learning_rate,
            "scale_by_t2": scale_by_t2,
            "balanced": balanced,
        },
    )


def _train_in_chunks(program: _Program, students: list[tuple], monitor, client):
    """The students, those finished if interrupted, and all about them in one `_Chunk`."""
    chunks = [students[i : i + _CHUNK] for i in range(0, len(students), _CHUNK)]
    finished: dict[int, _Chunk] = {}
    last_loss, test_accuracy = [], []

    def report(done: float, **means: float) -> None:
        if monitor is not None:
            monitor.update(done, **means)

    if client is None:
        trained = _train_here(program, chunks, report)
    else:
        trained = _train_there(client, program, chunks)
    message = "Ended by an error."
    try:
        if monitor is not None:
            monitor.start(len(students), unit="student")
        for number, chunk in trained:
            finished[number] = chunk
            last_loss.extend(chunk.losses[:, -1])
            test_accuracy.extend(program.accuracy(chunk.test_logits))
            # Means of all that are finished, whatever their settings.
            means = {"loss": np.mean(last_loss), "val_accuracy": np.mean(test_accuracy)}
            report(len(last_loss), **means)
        message = f"Done: {len(students)} students."
    except KeyboardInterrupt:
        done = len(last_loss)
        message = f"Stopped: {done} of {len(students)} students are finished and kept."
        if monitor is None:
            print(message)
    finally:
        trained.close()  # a cluster is told to stop, too
        if monitor is not None:
            monitor.finish(message)
    if not finished:
        raise KeyboardInterrupt(message)
    # In the order of the grid, whichever worker was first.
    order = sorted(finished)
    kept = [student for number in order for student in chunks[number]]
    return kept, _join([finished[number] for number in order])


class _Chunk(NamedTuple):
    """What becomes of some students: arrays with the students along the leading axis."""

    weights: list[np.ndarray]
    losses: np.ndarray
    test_curve: np.ndarray
    test_logits: np.ndarray


def _join(chunks: list[_Chunk]) -> _Chunk:
    weights, *rest = zip(*chunks, strict=True)
    weights = [np.concatenate(layer) for layer in zip(*weights, strict=True)]
    return _Chunk(weights, *map(np.concatenate, rest))


def _train_here(program: _Program, chunks: list[list[tuple]], report):
    """Each chunk's number and result, one after the other; an interrupt waits for its stretch."""
    done = 0
    with held_interrupts() as check:

        def report_share(share: float) -> None:
            report(done + share * len(chunk))
            check()

        for number, chunk in enumerate(chunks):
            yield number, program.train(chunk, report_share)
            done += len(chunk)


def _train_there(client, program: _Program, chunks: list[list[tuple]]):
    """Each chunk's number and result, as the workers of a cluster return them."""
    from distributed import as_completed

    # A task and not scattered data: should its only holder be lost, the scheduler makes it anew.
    there = client.submit(_Program.copy, program, pure=False)
    futures = [client.submit(_Program.train, there, chunk, pure=False) for chunk in chunks]
    number = {future.key: i for i, future in enumerate(futures)}
    try:
        for future, result in as_completed(futures, with_results=True):
            yield number[future.key], result
            future.release()  # or the cluster would keep all of them until the end
    finally:
        client.cancel([there, *futures])


class _Program:
    """Trains chunks of students on one transfer set with one set of hyperparameters.

    It holds NumPy arrays and plain values, so that it can be sent to another machine.
    """

    def __init__(
        self, x, teacher_logits, y, x_test, y_test, *,
        transfer_set, first_row, layers, steps, batch_size, learning_rate, scale_by_t2, curves,
    ):  # fmt: skip
        self.arrays = (x, teacher_logits, y)
        self.x_test = x_test
        self.y_test = y_test
        self.transfer_set = transfer_set
        self.first_row = first_row
        self.layers = layers
        self.steps = steps
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.scale_by_t2 = scale_by_t2
        self.curves = curves

    def copy(self) -> _Program:
        """What a cluster keeps: the program itself, as the result of a task."""
        return self

    @cached_property
    def data(self):
        """The arrays as tensors, made where they are used."""
        return tuple(map(tf.constant, self.arrays))

    def __getstate__(self):
        return {name: value for name, value in vars(self).items() if name != "data"}

    def train(self, chunk: list[tuple], report: Callable[[float], None] = lambda _: None) -> _Chunk:
        """Train one chunk; calls `report` with the share that is done after each stretch."""
        padded = chunk + chunk[-1:] * (_CHUNK - len(chunk))
        seeds, sizes, left_out, alphas, temperatures = zip(*padded, strict=True)
        draws = [
            _Draws(self.transfer_set(seed, size, out), seed)
            for seed, size, out in zip(seeds, sizes, left_out, strict=True)
        ]
        weights = [tf.constant(np.stack(w)) for w in zip(*map(self._initial, seeds), strict=True)]
        state = (weights, *([tf.zeros_like(w) for w in weights] for _ in range(2)))
        temperature = np.array(temperatures, np.float32)
        alpha = np.array(alphas, np.float32)
        weights_of_parts = part_weights(temperature, alpha, scale_by_t2=self.scale_by_t2)
        settings = [tf.constant(temperature[:, None, None])]
        settings += [tf.constant(a[:, None]) for a in weights_of_parts]
        rows = np.array([self.first_row[seed] for seed in seeds], np.int32)
        settings += [tf.constant(rows[:, None])]
        losses, curve = [], []
        for done in range(0, self.steps, _SEGMENT):
            count = min(_SEGMENT, self.steps - done)
            # The index array keeps its full length when fewer steps are left, to compile once.
            batches = np.zeros((_SEGMENT, _CHUNK, self.batch_size), np.int32)
            for i, draw in enumerate(draws):
                batches[:count, i] = draw(count * self.batch_size).reshape(count, -1)
            *state, loss = _run_steps(
                *state,
                tf.constant(done),
                tf.constant(count),
                tf.constant(batches),
                tf.constant(self.learning_rate, tf.float32),
                *settings,
                *self.data,
            )
            losses.append(loss.numpy()[: len(chunk)])
            if self.curves:
                curve.append(self.accuracy(self._test(state[0], len(chunk))))
            report((done + count) / self.steps)
        weights = [w.numpy()[: len(chunk)] for w in state[0]]
        return _Chunk(
            weights,
            np.stack(losses, axis=1),
            np.stack(curve, axis=1) if curve else np.empty((len(chunk), 0)),
            self._test(weights, len(chunk)),
        )

    def _test(self, weights, n: int) -> np.ndarray:
        return dense_logits([np.asarray(w)[:n] for w in weights], self.x_test)

    def accuracy(self, test_logits: np.ndarray) -> np.ndarray:
        return (test_logits.argmax(axis=-1) == self.y_test).mean(axis=-1)

    def _initial(self, seed: int) -> list[np.ndarray]:
        """Glorot-uniform kernels and zero biases."""
        rng = _generator(seed, "weights")
        weights = []
        for fan_in, fan_out in itertools.pairwise(self.layers):
            limit = np.sqrt(6 / (fan_in + fan_out))
            weights.append(rng.uniform(-limit, limit, (fan_in, fan_out)).astype(np.float32))
            weights.append(np.zeros((1, fan_out), np.float32))
        return weights


@tf.function(jit_compile=True)
def _run_steps(
    weights, m, v, done, count, batches, learning_rate, temperature, soft_weight, hard_weight,
    first_row, x, teacher_logits, labels,
):  # fmt: skip
    """`count` steps of Adam for a chunk of students, and each one's mean loss over them."""

    def step(i, weights, m, v, total):
        batch = batches[i]  # (students, batch)
        with tf.GradientTape() as tape:
            tape.watch(weights)
            logits = _forward(weights, tf.gather(x, batch))
            teacher = tf.gather(teacher_logits, first_row + batch)
            soft = soft_loss(teacher, logits, temperature)
            hard = hard_loss(tf.gather(labels, batch), logits)
            loss = tf.reduce_mean(soft_weight * soft + hard_weight * hard, axis=1)
        # The students share no weight, so the gradient of each loss falls to its own student.
        gradients = tape.gradient(loss, weights)
        t = tf.cast(done + i + 1, tf.float32)
        rate = learning_rate * tf.sqrt(1 - _BETA_2**t) / (1 - _BETA_1**t)
        m = [_BETA_1 * a + (1 - _BETA_1) * g for a, g in zip(m, gradients, strict=True)]
        v = [_BETA_2 * a + (1 - _BETA_2) * g * g for a, g in zip(v, gradients, strict=True)]
        weights = [
            w - rate * a / (tf.sqrt(b) + _EPSILON) for w, a, b in zip(weights, m, v, strict=True)
        ]
        return i + 1, weights, m, v, total + loss

    total = tf.zeros(batches.shape[1])
    _, weights, m, v, total = tf.while_loop(
        lambda i, *_: i < count, step, (0, weights, m, v, total)
    )
    return weights, m, v, total / tf.cast(count, tf.float32)


def _forward(weights, x):
    """Logits `(students, n, classes)`, on tensors."""
    kernels, biases = weights[::2], weights[1::2]
    for kernel, bias in zip(kernels[:-1], biases[:-1], strict=True):
        x = tf.nn.relu(x @ kernel + bias)
    return x @ kernels[-1] + biases[-1]


class _Draws:
    """An endless stream of image numbers: the transfer set in a new order, again and again."""

    def __init__(self, images: np.ndarray, seed: int):
        self.images = images
        self.rng = _generator(seed, "order")
        self.rest = np.empty(0, images.dtype)

    def __call__(self, count: int) -> np.ndarray:
        rounds = -(-max(count - len(self.rest), 0) // len(self.images))
        orders = self.rng.permuted(np.tile(self.images, (rounds, 1)), axis=1)
        stream = np.concatenate([self.rest, orders.ravel()])
        self.rest = stream[count:]
        return stream[:count]


def _transfer_set(
    seed: int, size: int, left_out: tuple[int, ...], *, balanced: bool, y, n: int
) -> np.ndarray:
    """The numbers of the images that a student is given.

    All images are put in one order, and the first `size` are taken: so the set for 50 lies inside
    that for 100. Where the draw is balanced, the classes take turns in that order.
    """
    order = _generator(seed, "images").permutation(n).astype(np.int32)
    if balanced:
        turn = np.empty(n, np.int64)
        for label in np.unique(y):
            members = np.flatnonzero(y[order] == label)
            turn[members] = np.arange(len(members))
        order = order[np.argsort(turn, kind="stable")]
    chosen = order[:size]
    if left_out:
        chosen = chosen[~np.isin(y[chosen], left_out)]
    if not len(chosen):
        raise ValueError(f"left_out must leave some images to learn from, got {left_out}")
    return chosen


def _generator(seed: int, purpose: str) -> np.random.Generator:
    """Independent streams for a seed's weights, images and order."""
    return np.random.default_rng([seed, *purpose.encode()])


def _check_data(data, teacher_logits):
    if isinstance(data, Dataset):
        x, y, x_test, y_test = data.x_train, data.y_train, data.x_test, data.y_test
        classes = data.n_classes
    else:
        try:
            x, y, x_test, y_test = data
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"data must be a Dataset or (x_train, y_train, x_test, y_test), "
                f"got {type(data).__name__}"
            ) from error
        known = [_as_it_is(labels) for labels in (y, y_test) if labels is not None]
        whole = (labels for labels in known if labels.dtype.kind in "iu")  # the rest: see below
        classes = max((1 + int(labels.max(initial=1)) for labels in whole), default=2)
        # The highest class may be missing among the labels.
        shape = _as_it_is(teacher_logits).shape
        if len(shape) >= 2:
            classes = max(classes, shape[-1])
        _checks.widths(classes, "the number of classes in y_train and y_test")
    x = _flatten(x, "x_train")
    x_test = _flatten(x_test, "x_test", x.shape[1])
    if y is not None:
        y = _checks.labels(y, classes, "y_train", n=len(x))
    return x, y, x_test, _checks.labels(y_test, classes, "y_test", n=len(x_test)), classes


def _as_it_is(values) -> np.ndarray:
    """As an array, even if it cannot be one: what is wrong with it is said later, by its check."""
    try:
        return np.asarray(values)
    except ValueError:  # rows of different lengths
        return np.array(None)


def _flatten(images, name: str, pixels: int | None = None) -> np.ndarray:
    x = _checks.array(images, name, dtype=np.float32)
    x = x.reshape(len(x), -1)
    if pixels is not None and x.shape[1] != pixels:
        raise ValueError(f"{name} must hold images of {pixels} pixels, got {x.shape[1]}")
    return x


def _check_teacher(teacher_logits, alphas, seeds: int, shape) -> np.ndarray:
    """`(teachers, n_train, classes)`: one teacher for all seeds, or one for each."""
    if teacher_logits is None:
        if max(alphas) > 0:
            raise ValueError(
                f"teacher_logits must be given where an alpha is above 0, got None and {alphas}"
            )
        return np.zeros((1, *shape), np.float32)
    teacher_logits = _checks.logits(teacher_logits, "teacher_logits", dtype=np.float32)
    if teacher_logits.shape not in (shape, (seeds, *shape)):
        raise ValueError(
            f"teacher_logits must hold one row per training image and one column per class, "
            f"{shape}, or {(seeds, *shape)} for a teacher per seed, got {teacher_logits.shape}"
        )
    return teacher_logits.reshape(-1, *shape)


def _check_client(client) -> None:
    """A client of a cluster, or None. Whoever has one has `distributed` too."""
    distributed = sys.modules.get("distributed")
    if client is not None and not (distributed and isinstance(client, distributed.Client)):
        raise ValueError(f"client must be a dask.distributed.Client, got {client!r}")


def _settings(values, name: str, check) -> list:
    """A checked, non-empty list of values, without repetitions."""
    if isinstance(values, str) or not _is_iterable(values):
        raise ValueError(f"{name} must be a list of values, got {values!r}")
    checked = list(dict.fromkeys(check(value, name) for value in values))
    if not checked:
        raise ValueError(f"{name} must hold at least one value, got none")
    return checked


def _check_seed(seed, name: str) -> int:
    if isinstance(seed, bool) or not isinstance(seed, Integral) or seed < 0:
        raise ValueError(f"{name} must hold whole numbers of at least 0, got {seed!r}")
    return int(seed)


def _check_size(size, name: str, available: int) -> int:
    if size is None:
        return available
    size = _checks.positive_int(size, name)
    if size > available:
        raise ValueError(f"{name} must be at most the {available} training images, got {size}")
    return size


def _check_left_out(classes_out, classes: int) -> tuple[int, ...]:
    values = list(classes_out) if _is_iterable(classes_out) else [classes_out]
    if not all(isinstance(c, Integral) and 0 <= c < classes for c in values):
        raise ValueError(f"left_out must hold classes from 0 to {classes - 1}, got {classes_out!r}")
    return tuple(sorted({int(c) for c in values}))


def _is_iterable(values) -> bool:
    # An array of no dimensions claims to be one.
    return isinstance(values, Iterable) and getattr(values, "ndim", 1) > 0


def _plain(value):
    return value.item() if isinstance(value, np.generic) else value
