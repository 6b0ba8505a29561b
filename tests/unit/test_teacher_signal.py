"""A useless teacher is noticed wherever its logits enter, and an honest one never is."""

import re
import warnings
from dataclasses import replace

import numpy as np
import pytest

import kdlab
from kdlab import softmax
from kdlab.teacher_signal import warn_of_useless

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def z():
    return kdlab.pretrained_teacher("digits").train_logits


def said(logits, labels, name="teacher_logits") -> list[str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warn_of_useless(np.asarray(logits, np.float32), labels, name)
    return [str(one.message) for one in caught]


# ---- what betrays a mistake ---------------------------------------------------------------------

PROBABILITIES = r"probabilities|softmax outputs"
WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
MISTAKES = {
    "shuffled": (lambda z: z[RNG.permutation(len(z))], "read in different orders"),
    "one row on": (lambda z: np.roll(z, 1, axis=0), "read in different orders"),
    "untrained": (lambda z: RNG.normal(size=z.shape), "is it untrained"),
    "columns rolled": (lambda z: np.roll(z, 1, axis=1), "columns stood in another order"),
    "columns as words sort": (
        lambda z: z[
            :,
            np.argsort(
                ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
            ),
        ],
        "columns stood in another order",
    ),
    "softmax": (lambda z: softmax(z), PROBABILITIES),
    "softmax at 5": (lambda z: softmax(z, 5.0), PROBABILITIES),
    "in half precision": (lambda z: softmax(z, 5.0).astype(np.float16), PROBABILITIES),
    "three digits": (lambda z: softmax(z, 5.0).round(3), PROBABILITIES),
    "two digits": (lambda z: softmax(z, 5.0).round(2), PROBABILITIES),
    "per cent": (lambda z: 100 * softmax(z, 5.0), "sums to about 100"),
    "whole per cent": (lambda z: (100 * softmax(z, 5.0)).round(), "sums to about 100"),
    "votes of 500 trees": (lambda z: (500 * softmax(z)).round(), "sums to about 500"),
    "sigmoids": (lambda z: 1 / (1 + np.exp(-z)), PROBABILITIES),
    "hard labels": (lambda z: np.eye(10)[z.argmax(axis=1)], PROBABILITIES),
    "a thousand times too large": (lambda z: 1000 * z, "even at T = 20"),
    "a hundred times too large": (lambda z: 100 * z, "even at T = 20"),
    "divided by 100": (lambda z: z / 100, "divided by a temperature"),
    "one answer for all": (lambda z: np.tile(z[:1], (len(z), 1)), "the same answer"),
    "nothing but zeros": (np.zeros_like, "the same answer"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_once_with_its_cure(z, digits, mistake):
    spoil, message = MISTAKES[mistake]
    (text,) = said(spoil(z), digits.y_train)
    assert re.match("(What was passed as )?teacher_logits", text)
    assert re.search(message, text), text


def test_a_teacher_fed_on_another_scale_is_noticed(digits):
    """Case 18: a teacher of images in [0, 1] that is given 0 to 255."""
    teacher = kdlab.pretrained_teacher("digits").build(digits)
    (text,) = said(kdlab.predict_logits(teacher, 255 * digits.x_train), digits.y_train)
    assert "0 to 255" in text


# ---- where they enter ---------------------------------------------------------------------------


ENTRIES = {
    "distill": lambda d, z, _: kdlab.distill(
        kdlab.build_student(d), d.x_train, z, d.y_train, epochs=1
    ),
    "train_cohort": lambda d, z, _: kdlab.train_cohort(d, z, steps=2, seeds=[0]),
    "train_cohort, a teacher per seed": lambda d, z, _: kdlab.train_cohort(
        d, np.stack([z, z]), steps=2, seeds=[0, 1]
    ),
    "pack_targets": lambda d, z, _: kdlab.pack_targets(d.y_train, z),
    "save_teacher": lambda d, z, path: kdlab.save_teacher(
        path / "t.npz", kdlab.pretrained_teacher().build(d), d
    ),
    "stored_teacher": lambda d, z, path: kdlab.stored_teacher(
        path / "t.npz", d, lambda: kdlab.pretrained_teacher().build(d)
    ),
}


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("right", [True, False], ids=["right", "labels of other images"])
def test_every_entry_takes_the_same_look_at_the_line_of_the_user(digits, z, tmp_path, entry, right):
    data = digits if right else replace(digits, y_train=shuffled(digits.y_train))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        ENTRIES[entry](data, z, tmp_path)
    ours = [one for one in caught if "different orders" in str(one.message)]
    assert len(ours) == (not right)
    assert all(one.filename == __file__ for one in ours)


def shuffled(rows):
    return rows[np.random.default_rng(1).permutation(len(rows))]


# ---- no cry of wolf -----------------------------------------------------------------------------


def honest(classes: int, n: int, right: float, rng, scale: float):
    """Logits of a teacher that is right so often, and labels."""
    labels = rng.integers(0, classes, n)
    answers = np.where(rng.random(n) < right, labels, rng.integers(0, classes, n))
    logits = rng.normal(0, 1, (n, classes))
    logits[np.arange(n), answers] += scale + np.log(classes)
    return logits, labels


@pytest.mark.parametrize("classes", [2, 3, 10, 100, 1000])
@pytest.mark.parametrize("n", [20, 200, 2000])
@pytest.mark.parametrize("right", [0.6, 0.8, 0.99])
def test_an_honest_teacher_passes(classes, n, right):
    rng = np.random.default_rng([classes, n, int(100 * right)])
    for scale in (0.5, 2.0, 6.0):
        assert said(*honest(classes, n, right, rng, scale)) == []


@pytest.mark.parametrize("classes", [2, 10, 100])
@pytest.mark.parametrize("smoothing", [0.05, 0.1, 0.3])
def test_a_teacher_of_smoothed_labels_passes(classes, smoothing):
    """As label smoothing makes them: the logits of `(1 - s)` on the label and `s` on all."""
    rng = np.random.default_rng(classes)
    labels = rng.integers(0, classes, 1000)
    target = (1 - smoothing) * np.eye(classes)[labels] + smoothing / classes
    logits = np.log(target) + rng.normal(0, 0.3, target.shape)
    assert said(logits, labels) == []
    assert said(logits - logits.mean(axis=1, keepdims=True), labels) == []


@pytest.mark.parametrize("classes", [2, 10, 1000])
def test_a_calibrated_teacher_passes(classes):
    """Labels drawn from its own probabilities: as often right as it says."""
    rng = np.random.default_rng(classes)
    logits = rng.normal(0, 2.5, (2000, classes))
    cumulated = softmax(logits).cumsum(axis=1)
    labels = (rng.random((2000, 1)) > cumulated).sum(axis=1).clip(0, classes - 1)
    assert said(logits, labels) == []


def test_a_teacher_that_never_names_a_rare_class_but_leans_to_it_passes():
    rng = np.random.default_rng(0)
    labels = (rng.random(20_000) < 0.02).astype(int)
    z = rng.normal(2 * labels - 4, 1)
    assert (z < 0).mean() > 0.98
    assert said(np.stack([0 * z, z], axis=1), labels) == []


def test_a_teacher_that_names_a_rare_class_too_often_passes():
    rng = np.random.default_rng(0)
    labels = (rng.random(20_000) < 0.05).astype(int)
    z = rng.normal(3 * labels - 1.5, 1)
    assert said(np.stack([0 * z, z], axis=1), labels) == []


@pytest.mark.parametrize("name", ["digits", "cifar10"])
def test_the_teachers_that_come_with_kdlab_pass(name):
    data = kdlab.load_dataset(name, n_train=1000, n_test=500)
    teacher = kdlab.pretrained_teacher(name, data)
    assert said(teacher.train_logits, data.y_train) == []
    assert said(teacher.test_logits, data.y_test) == []


def test_without_labels_only_the_logits_themselves_are_looked_at(z):
    assert said(shuffled(z), None) == []
    assert said(softmax(z), None) != []


def test_a_handful_of_examples_tells_nothing():
    assert said([[4.0, 2.0, 0.0], [0.0, 4.0, 2.0]], np.array([2, 0])) == []
