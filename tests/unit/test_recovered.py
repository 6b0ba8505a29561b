"""Logits of teachers that only give probabilities: from sigmoids, files and votes."""

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

import kdlab
from kdlab import logits_from_probabilities, logits_from_top_k, softmax

Z = np.random.default_rng(0).normal(0, 4, (50, 10))


@pytest.mark.parametrize("made_at", [1.0, 5.0])
@pytest.mark.parametrize("at", [0.5, 1.0, 4.0, 20.0])
def test_the_soft_targets_at_every_temperature_are_those_of_the_teacher(made_at, at):
    recovered = logits_from_probabilities(softmax(Z, made_at), made_at)
    np.testing.assert_allclose(softmax(recovered, at), softmax(Z, at), rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("shape", [(-1,), (-1, 1)])
def test_a_sigmoid_gives_the_two_logits_0_and_z(shape):
    z = np.array([2.0, -1.0, 0.0])
    p = 1 / (1 + np.exp(-z / 4))
    recovered = logits_from_probabilities(p.reshape(shape), temperature=4.0)
    np.testing.assert_allclose(recovered, np.stack([0 * z, z], axis=1), atol=1e-5)


@pytest.mark.parametrize(("digits", "error"), [(2, 0.01), (3, 0.001), (4, 0.0001)])
def test_what_a_file_rounds_to_zero_is_taken_for_half_its_smallest_number(digits, error):
    soft = softmax(Z, 5.0)
    back = softmax(logits_from_probabilities(soft.round(digits), 5.0), 5.0)
    assert np.abs(back - soft).max() <= 3 * error


def test_half_precision_is_enough():
    """Case 08: `softmax(z / 5)`, saved as float16."""
    soft = softmax(Z, 5.0).astype(np.float16)
    back = logits_from_probabilities(soft, 5.0)
    np.testing.assert_allclose(softmax(back, 5.0), softmax(Z, 5.0), atol=2e-3)


def test_votes_teach_with_examples_left_out_a_share_for_all_and_a_low_temperature(digits):
    """Case 03: a forest's votes on what its trees have not seen; labels alone reach about 0.80."""
    flat = digits.x_train.reshape(len(digits.x_train), -1)
    forest = RandomForestClassifier(200, oob_score=True, random_state=0).fit(flat, digits.y_train)
    votes = forest.oob_decision_function_
    assert (votes == 0).any()
    logits = logits_from_probabilities(votes, smoothing=0.02)
    np.testing.assert_allclose(softmax(logits), 0.98 * votes + 0.002, atol=1e-6)
    settings = dict(n_images=[50], seeds=range(10), steps=800)
    cohort = kdlab.train_cohort(digits, logits, alphas=[0, 0.9], temperatures=[1], **settings)
    better = kdlab.paired_difference(
        cohort.select(alpha=0.9).test_accuracy, cohort.select(alpha=0).test_accuracy
    )
    assert better.low > 0


def test_a_share_for_all_is_no_threshold():
    np.testing.assert_allclose(
        softmax(logits_from_probabilities([[1.0, 0.0]], smoothing=0.1)), [[0.95, 0.05]], atol=1e-6
    )


@pytest.mark.parametrize(
    ("probabilities", "cure"),
    [
        (100 * softmax(Z), "divide them by 100"),
        (Z, "they are the logits"),
        (np.ones((3, 4)), "they are the logits"),
        (np.ones((3, 4, 5)) / 5, "one row per example"),
        ([2.0, 0.5], "one row per example"),
        (np.log(softmax(Z)), "np.exp"),
        (np.vstack([softmax(Z), np.zeros(10)]), "grow more trees"),
    ],
    ids=[
        "per cent",
        "logits",
        "ones",
        "three dimensions",
        "no probability",
        "logarithms",
        "no votes",
    ],
)
def test_what_is_no_probability_is_refused_with_a_cure(probabilities, cure):
    with pytest.raises(ValueError, match=f"probabilities must .*{cure}"):
        logits_from_probabilities(probabilities)


@pytest.mark.parametrize("smoothing", [-0.1, 1, "much", None])
def test_a_share_must_leave_something_of_the_teacher(smoothing):
    with pytest.raises(ValueError, match="smoothing must be a share"):
        logits_from_probabilities([[0.5, 0.5]], smoothing=smoothing)


# ---- the likeliest classes alone ----------------------------------------------------------------


@pytest.mark.parametrize("classes", [1_000, 50_000])
def test_the_named_classes_keep_their_probability_and_the_rest_shares_what_is_missing(classes):
    full = softmax(np.random.default_rng(1).normal(0, 3, (4, classes)))
    named = np.argsort(-full, axis=1)[:, :20]
    p = np.take_along_axis(full, named, axis=1)
    back = softmax(logits_from_top_k(np.log(p), named, classes))
    np.testing.assert_allclose(np.take_along_axis(back, named, axis=1), p, rtol=1e-3)
    np.testing.assert_allclose(back.sum(axis=1), 1, rtol=1e-6)
    others = np.delete(back[0], named[0])
    assert np.ptp(others) == 0
    np.testing.assert_allclose(others.sum(), 1 - p[0].sum(), rtol=1e-3)


@pytest.mark.parametrize("least", [-5.0, -20.0, -9999.0], ids=str)
def test_a_class_that_is_named_as_unlikely_takes_nothing_from_the_others(least):
    """Some APIs fill a row up with -9999."""
    p = softmax(logits_from_top_k([[-0.2, least]], [[3, 0]], 50_000))[0]
    np.testing.assert_allclose(p[3], np.exp(-0.2), rtol=1e-2)
    np.testing.assert_allclose(p[0], np.exp(least), atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[0.7, 0.2]], [[0, 1]], 5), "log_probabilities must be natural logarithms"),
        (([[-0.1, -0.1]], [[0, 1]], 5), "log_probabilities must be natural logarithms"),
        (([[-1.0, -2.0]], [[0, 0]], 5), "classes must name a class once"),
        (([[-1.0, -2.0]], [[0, 5]], 5), "classes must lie in 0 to 4"),
        (([[-1.0, -2.0]], [[0, 1]], 2), "the log-probabilities are the logits"),
        (([[-1.0, -2.0]], [["a", "b"]], 5), "classes must hold the class number"),
        (([[-1.0, -2.0]], [[0]], 5), "classes must hold the class number"),
    ],
)
def test_what_cannot_be_the_top_of_a_distribution_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        logits_from_top_k(*arguments)
