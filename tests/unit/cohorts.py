"""Cohorts for the tests of what is done with them: made by hand, or compared with each other."""

from __future__ import annotations

import itertools

import numpy as np

import kdlab
from kdlab._exact import dense_logits

ARRAYS = ("temperature", "alpha", "n_images", "seed", "test_logits", "test_accuracy", "loss",
          "test_curve")  # fmt: skip


def a_result(alphas=(0.3, 0.9, 1), sizes=(50, 1257)) -> kdlab.CohortResult:
    """As `train_cohort` lists its students, but with random weights: it takes no TensorFlow."""
    digits, rng = kdlab.load_dataset("digits"), np.random.default_rng(0)
    rows = list(itertools.product((0, 1, 2), sizes, alphas, (1.0, 4.0)))
    # A student of alpha 0 is listed under both temperatures.
    which = [(seed, size, alpha, alpha and t) for seed, size, alpha, t in rows]
    students = list(dict.fromkeys(which))
    where = [students.index(student) for student in which]
    shapes = [(64, 16), (1, 16), (16, 10), (1, 10)]
    weights = [rng.normal(size=(len(students), *shape)).astype(np.float32) for shape in shapes]
    weights = [w[where] for w in weights]
    test_logits = dense_logits(weights, digits.x_test.reshape(-1, 64))
    seed, n_images, alpha, temperature = map(np.array, zip(*rows, strict=True))
    return kdlab.CohortResult(
        temperature=temperature,
        alpha=alpha.astype(float),
        n_images=n_images,
        seed=seed,
        left_out=((),) * len(rows),
        test_logits=test_logits,
        test_accuracy=kdlab.accuracy(test_logits, digits.y_test),
        steps=np.array([30]),
        loss=rng.random((len(students), 1))[where],
        test_curve=np.empty((len(rows), 0)),
        weights=weights,
        y_test=digits.y_test,
        training={"layers": [64, 16, 10], "steps": 30},
        versions={"tensorflow": "2.21.0", "keras": "3.15.0"},
    )


def require_same(a, b):
    """Two results are the same bit for bit."""
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name), err_msg=name)
    for ours, theirs in zip(a.weights, b.weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert a.left_out == b.left_out
