"""Train one student for every combination of settings: `train_cohort`."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterable, Sequence
from functools import partial

import numpy as np

from kdlab import _checks
from kdlab._interrupt import held_interrupts
from kdlab._tensorflow import keras, tf
from kdlab.cohort.cluster import check_client, train_there
from kdlab.cohort.data import check_data, check_teacher
from kdlab.cohort.draws import transfer_set
from kdlab.cohort.program import CHUNK, SEGMENT, Chunk, Program, join
from kdlab.cohort.result import CohortResult
from kdlab.cohort.settings import (
    check_left_out,
    check_seed,
    check_size,
    effective_temperature,
)
from kdlab.datasets.centre import mean_to_take_out


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
    share a seed differ only in their settings, so their results can be compared in pairs. Large
    bright images, such as photographs, are trained on without their mean, or the units would die;
    the weights are those for the images as they are.

    Where `alpha` is 0 the temperature has no effect; such a student is trained once and listed
    under every temperature.

    Interrupting (the stop button of JupyterLab, or Ctrl+C) returns the students finished so far.

    With a `client` the students are trained by the workers of a cluster, a chunk at a time. The
    chunk of a worker that is lost is trained again by another.

    A student is the same bit for bit whoever else is trained, here or by a cluster, with any number
    of threads and any BLAS, where the processors are of one type, TensorFlow is of one version, no
    layer has more than 4,096 weights and no batch more than 64 images. In larger products, sums are
    cut up by the number of threads: larger students need as many threads too.

    Args:
        data: a `Dataset`, or the arrays `(x_train, y_train, x_test, y_test)`, with examples of any
            shape; `y_train` may be None if every alpha is 1.
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
            `pip install "kdlab[distributed,tensorflow]"`; the workers need it as well.)

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
    x, y, x_test, y_test, classes = check_data(data, teacher_logits)
    temperatures = _checks.several(temperatures, "temperatures", _checks.training_temperature)
    alphas = _checks.several(alphas, "alphas", _checks.alpha)
    seeds = _checks.several(seeds, "seeds", check_seed)
    sizes = _checks.several(n_images, "n_images", lambda n, name: check_size(n, name, len(x)))
    left_out = _checks.several(left_out, "left_out", lambda c, _: check_left_out(c, classes))
    balanced = _checks.flag(balanced, "balanced")
    scale_by_t2 = _checks.flag(scale_by_t2, "scale_by_t2")
    curves = _checks.flag(curves, "curves")
    monitor = _checks.monitor(monitor)
    steps = _checks.positive_int(steps, "steps")
    batch_size = _checks.positive_int(batch_size, "batch_size")
    learning_rate = _checks.positive_number(learning_rate, "learning_rate")
    layers = (x.shape[1], *_checks.widths(hidden_units), classes)
    teacher_logits = check_teacher(teacher_logits, alphas, len(seeds), (len(x), classes), y)
    check_client(client)
    if y is None and (min(alphas) < 1 or balanced or any(left_out)):
        raise ValueError(
            "y_train must hold labels where an alpha is below 1, a class is left out or the draw "
            "is balanced, got None"
        )

    # Seeds vary slowest, so that an interrupted cohort holds whole sets of settings to compare.
    rows = list(itertools.product(seeds, sizes, left_out, alphas, temperatures))
    # Where the temperature has no effect a student is trained once, at a temperature of 1.
    trained = [(*row[:4], effective_temperature(*row[3:]) or 1.0) for row in rows]
    students = list(dict.fromkeys(trained))

    teacher_rows = teacher_logits.reshape(-1, classes)  # of one teacher after the other
    program = Program(
        x,
        teacher_rows,
        np.zeros(len(x), np.int32) if y is None else y,
        x_test,
        y_test,
        transfer_set=partial(transfer_set, balanced=balanced, y=y, n=len(x)),
        # Where in these rows a seed's teacher begins.
        first_row={seed: i * len(x) % len(teacher_rows) for i, seed in enumerate(seeds)},
        mean=mean_to_take_out(x),
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
    test_accuracy = program.accuracy(test_logits)
    diverged = int((~np.isfinite(test_logits)).any(axis=(1, 2)).sum())
    if diverged:
        warnings.warn(
            f"{diverged} of {finished} students diverged: their logits are not finite. "
            f"Lower learning_rate, which is {learning_rate:g}.",
            UserWarning,
            stacklevel=_checks.outside(),
        )

    unseeing = _unseeing(test_logits, x_test)
    if unseeing:
        warnings.warn(
            f"{unseeing} of {finished} students answer the same whatever they are shown: their "
            f"units died. Lower learning_rate, which is {learning_rate:g}.",
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
        steps=np.minimum(SEGMENT * np.arange(1, losses.shape[1] + 1), steps),
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
        versions={"tensorflow": tf.__version__, "keras": keras.__version__},
    )


def _unseeing(test_logits: np.ndarray, x_test: np.ndarray) -> int:
    """How many students have the same logits for all examples, though these differ."""
    if (x_test == x_test[0]).all():
        return 0
    return int((test_logits == test_logits[:, :1]).all(axis=(1, 2)).sum())


def _train_in_chunks(program: Program, students: list[tuple], monitor, client):
    """The students, those finished if interrupted, and all about them in one `Chunk`."""
    chunks = [students[i : i + CHUNK] for i in range(0, len(students), CHUNK)]
    finished: dict[int, Chunk] = {}
    done = 0

    def report(done: float) -> None:
        # No loss: the students come after one another, each with a setting of its own, so a curve
        # of their losses would be no learning curve.
        if monitor is not None:
            monitor.update(done)

    if client is None:
        trained = _train_here(program, chunks, report)
    else:
        trained = train_there(client, program, chunks)
    message = "Ended by an error."
    try:
        if monitor is not None:
            monitor.start(len(students), unit="student")
        for number, chunk in trained:
            finished[number] = chunk
            done += len(chunk.losses)
            report(done)
        message = f"Done: {len(students)} students."
    except KeyboardInterrupt:
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
    return kept, join([finished[number] for number in order])


def _train_here(program: Program, chunks: list[list[tuple]], report):
    """Each chunk's number and result, one after the other; an interrupt waits for its stretch."""
    done = 0
    with held_interrupts() as check:

        def report_share(share: float) -> None:
            report(done + share * len(chunk))
            check()

        for number, chunk in enumerate(chunks):
            yield number, program.train(chunk, report_share)
            done += len(chunk)
