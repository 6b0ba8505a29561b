"""Ten thousand arbitrary inputs for the public functions: a result, or an error that names one.

Hypothesis makes them, the same ones as long as the code is the same: numbers, texts and arrays of
all kinds, with NaN and infinities, and values that are nearly right. What comes of each must be a
result, which is drawn and written where it can be, or a `ValueError`, `TypeError` or
`FileNotFoundError` that names the argument; never another error, and never a NaN without a warning.
"""

from __future__ import annotations

import io
import itertools
import re
import warnings
from contextlib import redirect_stdout
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from hypothesis.internal.conjecture import providers
from matplotlib.figure import Figure
from PIL import Image
from test_exercises import EXERCISES

import kdlab
from kdlab.datasets import loading
from kdlab.metrics import reliability
from kdlab.widgets._base import Widget
from kdlab.widgets._page import page
from tests.tools.widget_examples import a_cohort

# ---- what comes ---------------------------------------------------------------------------------

integers = st.integers(-3, 12) | st.integers() | st.sampled_from([2**31, 2**63, 2**64, 10**400])
odd_numbers = st.sampled_from(
    [np.float32(1.5), np.int8(3), np.bool_(True), Fraction(1, 3), Decimal("0.1"), 1j]
)
numbers = integers | st.floats() | st.booleans() | odd_numbers
odd_texts = st.sampled_from(
    ["$", "$x^$", "\\frac", "_x", "<img src=x>", "\ud800", "\0", " ", "ä 3", "\u202e"]
)
texts = st.text(max_size=8) | odd_texts
scalars = (
    st.none()
    | numbers
    | texts
    | st.binary(max_size=4)
    | st.sampled_from([object(), len, Path("x")])
)
some_arrays = arrays(
    st.sampled_from([np.float64, np.float32, np.int32, np.uint8, np.bool_, np.complex64, "U3"]),
    array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=4),
)
nested = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
anything = scalars | some_arrays | nested


def mostly(right):
    """One in eight is anything: often enough, and the other arguments get their turn."""
    return st.integers(0, 7).flatmap(lambda n: right if n else anything)


def floats(shape, low=None, high=None, dtype=np.float64):
    width = 8 * np.dtype(dtype).itemsize
    elements = st.floats(low, high, allow_nan=False, allow_infinity=False, width=width)
    return arrays(dtype, shape, elements=elements)


N, CLASSES = 4, 3
exact_scores = floats((N, CLASSES)) | floats((N, CLASSES), -9, 9)
scores = mostly(exact_scores)
some_rows = array_shapes(min_dims=1, max_dims=3, min_side=2, max_side=4).flatmap(floats)
distributions = mostly(floats((N, CLASSES), -99, 99).map(kdlab.softmax))
labels = mostly(arrays(np.int64, (N,), elements=st.integers(0, CLASSES - 1)))
temperatures = mostly(st.floats(0.25, 100) | st.floats(0, exclude_min=True, allow_infinity=False))
shares = mostly(st.floats(0, 1))
counts = mostly(st.integers(1, 6))
flags = mostly(st.booleans())
runs = mostly(st.integers(2, 6).flatmap(floats))
four_runs = mostly(floats(4))
confidences = mostly(st.floats(0, 1, exclude_min=True, exclude_max=True))
shapes = st.sampled_from([(N, 3, 3, 1), (N, 4, 2, 3), (N, 1, 1, 1), (N, 2, 2, 2)])
images = mostly(shapes.flatmap(lambda shape: floats(shape, 0, 1, np.float32)))
class_names = mostly(st.lists(texts, min_size=CLASSES, max_size=CLASSES))
some_shapes = array_shapes(min_dims=1, max_dims=4, max_side=3)
weights = mostly(
    st.lists(some_shapes.flatmap(lambda s: floats(s, dtype=np.float32)), min_size=1, max_size=4)
)
intervals = st.lists(st.floats(-1, 1), min_size=3, max_size=3).map(
    lambda ends: kdlab.Interval(sorted(ends)[1], min(ends), max(ends), 4)
)
two_intervals = mostly(st.lists(mostly(intervals), min_size=2, max_size=2))
curves = st.sampled_from(["loss", "accuracy", "val_loss"])
history = st.dictionaries(curves, mostly(st.lists(st.floats(), max_size=3)), max_size=3)
slider = mostly(st.floats(0.25, 100))
nothing = mostly(st.none())


dense = st.tuples(floats((9, CLASSES), -9, 9), floats(CLASSES, -9, 9)).map(list)
fitting = mostly(floats((N, 3, 3, 1), 0, 1, np.float32))


@cache
def one_dataset():
    images = np.zeros((2, 3, 3, 1))
    return kdlab.Dataset(images, [0, 1], images, [0, 1], ("a", "b", "c"), "three by three")


@cache
def one_model():
    return kdlab.build_student(one_dataset(), hidden_units=2)


a_dataset, a_model = mostly(st.builds(one_dataset)), mostly(st.builds(one_model))


# In place of a model: what gives scores, and what does not.
FUNCTIONS = [
    lambda x: x.reshape(len(x), -1)[:, :3],
    lambda x: x.sum(axis=(1, 2, 3)),
    lambda x: {"logits": x.reshape(len(x), -1), "other": x},
    lambda x: None,
    lambda x: x[:1],
]


a_file = mostly(st.just("mine.npz"))


def by_name(value, **limits):
    return mostly(st.dictionaries(texts, mostly(value), min_size=1, **{"max_size": 3, **limits}))


def a_list(value):
    return mostly(st.lists(value, min_size=1, max_size=2))


# ---- what it comes to ---------------------------------------------------------------------------


def loss_of(temperature, alpha, scale_by_t2, labels, teacher_logits, student_logits):
    """The value of the loss, on the targets as `fit` passes them on."""
    loss = kdlab.DistillationLoss(temperature, alpha, scale_by_t2)
    targets = kdlab.pack_targets(labels, teacher_logits)
    return float(loss(targets, student_logits.astype(np.float32)))


def calibration(**arguments):
    """Without its means of empty bins, which are documented to be NaN."""
    return reliability(**arguments).count


def check(exercise, answer):
    said = io.StringIO()
    with redirect_stdout(said):
        exercise.check(answer)
    assert said.getvalue()[0] in "…✗✓"


def stored(path, dataset, build, seed):
    Path("mine.npz").unlink(missing_ok=True)  # or it is read, and nothing is built
    with redirect_stdout(io.StringIO()):
        return kdlab.stored_teacher(path, dataset, build, seed=seed)


def from_folder(path, **settings):
    """Of two classes, each of two images, unless the path is something else."""
    for kind, i in itertools.product("ab", range(2)):
        Path("photos", kind).mkdir(parents=True, exist_ok=True)
        Image.new("L", (2, 3), 9 * i).save(f"photos/{kind}/{i}.png")
    return kdlab.Dataset.from_folder(path, **settings)


def from_table(**arguments):
    Path("pets.csv").write_text("fur,legs,kind\n" + "short,4,dog\nlong,4,cat\n" * 3, "utf-8")
    return kdlab.Dataset.from_table(**arguments)


def show(alt):
    with redirect_stdout(io.StringIO()):
        kdlab.show(Figure(figsize=(1, 1)), alt)


def cross_entropy(teacher_logits, student_logits):
    return -(kdlab.softmax(teacher_logits) * kdlab.log_softmax(student_logits)).sum(axis=-1)


# How `train` and `distill` are to go about it.
TRAINING = dict(
    epochs=counts, batch_size=counts, learning_rate=temperatures, validation_data=nothing,
    seed=counts, monitor=nothing, checkpoint=nothing,
)  # fmt: skip

# By function: how many inputs, and what they are made of.
TARGETS = {
    kdlab.softmax: (400, dict(logits=mostly(some_rows), temperature=temperatures)),
    kdlab.log_softmax: (300, dict(logits=mostly(some_rows), temperature=temperatures)),
    kdlab.entropy: (300, dict(p=distributions)),
    kdlab.kl_divergence: (300, dict(p=distributions, q=distributions)),
    kdlab.soft_loss_gradient: (
        400,
        dict(
            student_logits=scores, teacher_logits=scores,
            temperature=temperatures, scale_by_t2=flags,
        ),
    ),
    kdlab.accuracy: (300, dict(logits=scores, labels=labels)),
    kdlab.agreement: (300, dict(logits=scores, teacher_logits=scores)),
    calibration: (300, dict(logits=scores, labels=labels, temperature=temperatures, bins=counts)),
    kdlab.calibration_error: (
        300, dict(logits=scores, labels=labels, temperature=temperatures, bins=counts),
    ),
    kdlab.negative_log_likelihood: (
        300, dict(logits=scores, labels=labels, temperature=temperatures),
    ),
    kdlab.confidence_interval: (
        400,
        dict(
            values=runs, confidence=confidences,
            method=mostly(st.sampled_from(["t", "t", "t", "bootstrap"])),
        ),
    ),
    kdlab.proportion_interval: (300, dict(successes=counts, n=counts, confidence=confidences)),
    kdlab.paired_difference: (300, dict(a=four_runs, b=four_runs, confidence=confidences)),
    kdlab.unpaired_difference: (300, dict(a=runs, b=runs, confidence=confidences)),
    kdlab.verdict: (200, dict(difference=mostly(intervals), a=texts, b=texts)),
    kdlab.corrupt: (
        300,
        dict(
            images=images, kind=mostly(st.sampled_from(["noise", "blur", "shift"])),
            severity=counts, seed=mostly(st.integers(0, 2**32 - 1)),
        ),
    ),
    kdlab.prune: (300, dict(weights=weights, share=shares)),
    kdlab.quantize: (400, dict(weights=weights, bits=mostly(st.integers(2, 16)))),
    kdlab.stored_bytes: (200, dict(weights=weights, bits=counts)),
    kdlab.load_dataset: (
        300,
        dict(
            name=mostly(st.sampled_from(["mnist", "digits"])), data_dir=anything,
            n_train=counts, n_test=counts,
        ),
    ),
    kdlab.find_dataset: (
        300,
        dict(name=mostly(st.sampled_from(["mnist", "cifar10", "digits"])), data_dir=anything),
    ),
    kdlab.Dataset: (
        300,
        dict(
            x_train=images, y_train=labels, x_test=images, y_test=labels, class_names=class_names,
            name=texts,
        ),
    ),
    kdlab.Dataset.from_arrays: (
        300,
        dict(
            x=images, y=labels | mostly(st.lists(texts, min_size=N, max_size=N)),
            x_test=nothing, y_test=nothing, class_names=class_names | nothing, test=shares,
            seed=counts, scale=flags, name=texts,
        ),
    ),
    from_folder: (
        100,
        dict(
            path=mostly(st.just("photos")), size=counts, grey=flags, test=shares, seed=counts,
        ),
    ),
    from_table: (
        200,
        dict(
            table=mostly(st.just("pets.csv")), label=mostly(st.just("kind")), test=shares,
            seed=counts, drop=mostly(st.just(())), name=texts | nothing,
        ),
    ),
    kdlab.collect: (
        200,
        dict(
            batches=mostly(st.lists(st.tuples(images, labels), min_size=1, max_size=2)),
            limit=counts | nothing,
        ),
    ),
    kdlab.load_teacher: (200, dict(path=anything)),
    kdlab.DistillationLoss: (200, dict(temperature=temperatures, alpha=shares, scale_by_t2=flags)),
    kdlab.logits_from_probabilities: (
        200,
        dict(
            probabilities=mostly(floats((N, CLASSES), 0, 1)), temperature=temperatures,
            smoothing=shares,
        ),
    ),
    kdlab.logits_from_top_k: (
        200,
        dict(
            log_probabilities=mostly(floats((N, 2), -9, 0)),
            classes=mostly(arrays(np.int64, (N, 2), elements=st.integers(0, 9))),
            n_classes=counts | st.just(10),
        ),
    ),
    kdlab.pack_targets: (200, dict(labels=labels, teacher_logits=scores)),
    loss_of: (
        400,
        dict(
            temperature=temperatures, alpha=shares, scale_by_t2=flags, labels=labels,
            teacher_logits=mostly(floats((N, CLASSES), -1e4, 1e4)),
            student_logits=floats((N, CLASSES), -1e4, 1e4),
        ),
    ),
    kdlab.train_cohort: (
        500,
        dict(
            data=mostly(
                st.tuples(images, labels, images, labels)
                | st.just((np.zeros((N, 9)), [0, 1, 2, 0], np.zeros((N, 9)), [0, 1, 2, 0]))
            ),
            teacher_logits=scores, temperatures=a_list(temperatures), alphas=a_list(shares),
            seeds=a_list(counts), n_images=a_list(counts), left_out=a_list(st.just(())),
            balanced=flags, hidden_units=counts, scale_by_t2=flags, steps=counts,
            batch_size=counts, learning_rate=temperatures, curves=flags, monitor=nothing,
            client=nothing,
        ),
    ),
    kdlab.build_student: (
        100,
        dict(
            dataset=mostly(st.just(kdlab.load_dataset(n_train=2, n_test=1))),
            hidden_units=mostly(st.integers(1, 6)), seed=counts,
            architecture=mostly(st.sampled_from(["mlp", "cnn"])),
        ),
    ),
    kdlab.choose_profile: (
        200, dict(profiles=by_name(st.dictionaries(texts, scalars, max_size=2))),
    ),
    kdlab.plot_soft_targets: (
        60,
        dict(
            logits=mostly(floats(CLASSES)), temperatures=mostly(floats(2, 0.1, 9)),
            class_names=class_names, label=mostly(st.integers(0, CLASSES - 1)),
            image=mostly(floats((3, 3, 1), 0, 1, np.float32)),
        ),
    ),
    kdlab.plot_images: (
        80,
        dict(
            images=images, columns=counts,
            captions=mostly(st.lists(texts, min_size=N, max_size=N)),
        ),
    ),
    kdlab.plot_history: (80, dict(histories=by_name(history))),
    kdlab.plot_intervals: (
        80,
        dict(
            groups=mostly(st.lists(texts, min_size=2, max_size=2)), arms=by_name(two_intervals),
            xlabel=texts, ylabel=texts,
        ),
    ),
    kdlab.plot_lines: (
        80,
        dict(
            x=mostly(floats(2, 0.1, 64)), lines=by_name(two_intervals | floats(2, -9, 9)),
            xlabel=texts, ylabel=texts, log_x=flags, log_y=flags,
        ),
    ),
    kdlab.plot_matrix: (
        80,
        dict(
            values=mostly(floats((CLASSES, CLASSES), 0, 9)), row_names=class_names,
            column_names=class_names | nothing, xlabel=texts, ylabel=texts, hide_diagonal=flags,
        ),
    ),
    kdlab.plot_reliability: (
        40, dict(models=by_name(st.just(reliability([[2.0, 0.0]] * 2, [0, 1])), max_size=2)),
    ),
    show: (60, dict(alt=anything)),
    kdlab.TemperatureExplorer: (
        150,
        dict(
            logits=scores, images=images, labels=labels, class_names=class_names,
            temperature=slider, index=mostly(st.integers(0, N - 1)), student_logits=nothing,
            log_scale=flags, show_class=nothing, order=mostly(st.just("given")), guess=nothing,
            captions=nothing,
        ),
    ),
    kdlab.LossExplorer: (
        150,
        dict(
            teacher_logits=scores, student_logits=scores, labels=labels, class_names=class_names,
            temperature=slider, alpha=shares, scale_by_t2=flags,
        ),
    ),
    kdlab.ComparisonBoard: (
        150,
        dict(
            models=by_name(exact_scores), labels=labels, class_names=class_names, teacher=nothing,
            temperature=slider, show=mostly(st.just("everything")), sort_by=nothing,
        ),
    ),
    kdlab.DigitPad: (
        150,
        dict(
            weights=mostly(st.one_of(dense, st.dictionaries(st.sampled_from("ab"), dense))),
            examples=nothing, class_names=class_names, temperature=slider,
            image_shape=mostly(st.just((3, 3))), pixels=mostly(floats((3, 3), 0, 1)),
        ),
    ),
    kdlab.CohortExplorer: (
        100,
        dict(
            cohort=mostly(st.just(a_cohort(n=6, classes=CLASSES))), class_names=class_names,
            n_images=nothing, alpha=nothing, temperature=nothing, paired=flags,
            show=mostly(st.sampled_from(["accuracy", "difference"])),
        ),
    ),
    kdlab.TrainingMonitor: (100, dict(title=texts | anything)),
    kdlab.Quiz: (
        150,
        dict(
            question=texts, options=by_name(texts) | st.just({"a": "no", "b": "yes"}),
            right=mostly(st.just("b")), chosen=nothing,
        ),
    ),
    kdlab.Predict: (
        400,
        dict(
            question=texts, between=mostly(st.just((0, 9)) | st.none()), step=nothing,
            unit=texts, scale=mostly(st.just(1)), explanation=texts, too_low=texts | nothing,
            choices=nothing | st.just({"a": "no", "b": ""}), order=nothing, bars=nothing,
            curve=nothing | st.just([1, 2, 4]), guess=nothing | st.just(3), typical=nothing,
            image=nothing, alt=texts,
        ),
    ),
    kdlab.load_experiment: (100, dict(name=anything)),
    kdlab.pretrained_teacher: (60, dict(name=mostly(st.just("digits")), dataset=nothing)),
    kdlab.pretrained_students: (60, dict(name=mostly(st.just("digits")))),
    kdlab.audit_loss: (
        100,
        dict(
            loss_fn=mostly(st.sampled_from([cross_entropy, lambda t, s: None, lambda: 1.0])),
            temperature=temperatures, seed=counts,
        ),
    ),
    kdlab.build_teacher: (
        60,
        dict(
            dataset=a_dataset, architecture=mostly(st.just("cnn")), weights=nothing, seed=counts,
        ),
    ),
    kdlab.train: (200, dict(model=a_model, x=fitting, y=labels, **TRAINING)),
    kdlab.distill: (
        200,
        dict(
            student=a_model, x=fitting, teacher_logits=scores, y=labels | nothing,
            temperature=temperatures, alpha=shares, scale_by_t2=flags, **TRAINING,
        ),
    ),
    kdlab.predict_logits: (
        150,
        dict(
            model=a_model | st.sampled_from(FUNCTIONS),
            x=fitting,
            output=scalars | nothing,
            batch_size=counts | nothing,
        ),
    ),
    kdlab.measure_model: (
        40,
        dict(model=a_model, x=fitting, output=scalars | nothing, repeats=counts),
    ),
    kdlab.save_teacher: (
        100, dict(path=a_file, model=a_model, dataset=a_dataset, made_with=anything),
    ),
    stored: (
        100,
        dict(path=a_file, dataset=a_dataset, build=mostly(st.just(one_model)), seed=anything),
    ),
    check: (900, dict(exercise=st.sampled_from(EXERCISES), answer=anything)),
}  # fmt: skip

# What a message may say in place of the argument's name.
OTHER_NAMES = {
    kdlab.load_teacher: ("stored teacher",),
    kdlab.plot_intervals: ("arm",),
    kdlab.Quiz: ("option", "feedback"),
    kdlab.Predict: ("reply to", "one thing"),
    stored: ("made_with",),
    kdlab.plot_lines: ("line",),
    kdlab.ComparisonBoard: ("the logits of",),
    kdlab.train_cohort: ("x_train", "y_train", "x_test", "y_test"),
    kdlab.Dataset.from_arrays: ("x_train",),
    kdlab.choose_profile: ("KDLAB_PROFILE",),
}


class Reached(Exception):
    """All arguments were taken; the training itself is tested elsewhere."""


@pytest.fixture(autouse=True)
def neither_training_nor_network(monkeypatch, tmp_path):
    def reached(*_, **__):
        raise Reached

    monkeypatch.chdir(tmp_path)  # for what is written under a name that can be one
    monkeypatch.setattr("kdlab.cohort.train._train_in_chunks", reached)
    monkeypatch.setattr(loading, "_from_keras", reached)
    monkeypatch.setattr("keras.Model.fit", reached)


@pytest.fixture(autouse=True)
def same_inputs_each_time(monkeypatch):
    """Hypothesis draws from the constants of all our modules imported so far, too: with tests in
    several processes these are others each time, and a change of one would move all inputs."""
    monkeypatch.setattr(providers, "is_local_module_file", lambda _: False)


def test_there_are_ten_thousand_of_them():
    assert sum(n for n, _ in TARGETS.values()) >= 10_000


def test_every_public_name_is_among_them():
    tried = {function.__name__ for function in TARGETS} | {"reliability", "stored_teacher"}
    made_by_kdlab = {"Audit", "CohortResult", "Interval", "StoredTeacher", "__version__"}
    assert tried >= set(kdlab.__all__) - made_by_kdlab


@pytest.mark.parametrize("function", TARGETS, ids=lambda it: it.__name__)
def test_a_result_or_an_error_that_names_the_argument(function):
    n, arguments = TARGETS[function]
    names = [*arguments, *OTHER_NAMES.get(function, ())]
    tried = 0

    @settings(
        max_examples=n, derandomize=True, deadline=None, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.fixed_dictionaries(arguments))
    def judge(values):
        nonlocal tried
        tried += 1
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            try:
                result = function(**values)
                if isinstance(result, Figure):
                    result.savefig(io.BytesIO())
                elif isinstance(result, Widget):
                    result._repr_mimebundle_()
                    page([result]).encode()
                    result.close()
            except Reached:
                return
            except (ValueError, TypeError, FileNotFoundError) as error:
                named = any(re.search(rf"\b{name}\b", str(error)) for name in names)
                assert named, f"it does not say which argument: {error!r}"
                return
        assert warned or not holds_nan(result), f"a NaN without a warning: {result!r}"

    judge()
    assert tried >= n


def holds_nan(result) -> bool:
    if isinstance(result, list | tuple):
        return any(map(holds_nan, result))
    return isinstance(result, float | np.ndarray | np.floating) and bool(np.isnan(result).any())
