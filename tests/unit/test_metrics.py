"""Accuracy, agreement, calibration and intervals, against SciPy and counting by hand."""

import warnings

import numpy as np
import pytest
from scipy import stats

from kdlab import (
    Interval,
    accuracy,
    agreement,
    calibration_error,
    confidence_interval,
    negative_log_likelihood,
    paired_difference,
    proportion_interval,
    reliability,
    softmax,
    unpaired_difference,
    verdict,
)

RNG = np.random.default_rng(0)
LOGITS = RNG.normal(size=(4, 50, 6))  # models, examples, classes
LABELS = RNG.integers(6, size=50)
VALUES = RNG.normal(0.9, 0.02, size=12)
OTHERS = VALUES - RNG.normal(0.01, 0.01, size=12)


def test_accuracy_counts_hits():
    assert accuracy(LOGITS[0], LABELS) == sum(
        row.argmax() == label for row, label in zip(LOGITS[0], LABELS, strict=True)
    ) / len(LABELS)
    assert isinstance(accuracy(LOGITS[0], LABELS), float)


def test_agreement_counts_equal_names_right_or_wrong():
    assert agreement(LOGITS[0], LOGITS[0] * 5 - 3) == 1
    assert agreement([[2.0, 1], [0, 3], [5, 1], [1, 2]], [[3.0, 0], [5, 1], [9, 1], [4, 1]]) == 0.5


@pytest.mark.parametrize(
    ("metric", "reference"),
    [
        (accuracy, LABELS),
        (agreement, RNG.normal(size=(50, 6))),
        (calibration_error, LABELS),
        (negative_log_likelihood, LABELS),
    ],
)
def test_many_models_at_once_are_each_as_if_alone(metric, reference):
    np.testing.assert_allclose(
        metric(LOGITS, reference), [metric(one, reference) for one in LOGITS], rtol=1e-12
    )


def logits_of(confidences):
    """Two classes, the first of which has the given probability."""
    c = np.array(confidences)
    return np.stack([np.log(c), np.log(1 - c)], axis=1) + 7


def test_calibration_error_of_a_case_computed_by_hand():
    # Bins of 0.2. In [0.6, 0.8): mean confidence 0.7, 1 of 2 right, gap 0.2. In [0.8, 1]: mean
    # confidence 0.9, 3 of 3 right, gap 0.1. In all (2 * 0.2 + 3 * 0.1) / 5.
    logits = logits_of([0.65, 0.75, 0.85, 0.9, 0.95])
    labels = [0, 1, 0, 0, 0]
    assert calibration_error(logits, labels, bins=5) == pytest.approx(0.14)


def test_calibration_error_takes_the_temperature():
    logits, labels = logits_of([0.99] * 10), [0] * 7 + [1] * 3
    assert calibration_error(logits, labels) == pytest.approx(0.29)
    calibrated = np.log(0.99 / 0.01) / np.log(0.7 / 0.3)
    assert calibration_error(logits, labels, temperature=calibrated) == pytest.approx(0, abs=1e-9)


def test_calibration_error_of_certainty_falls_into_the_last_bin():
    assert calibration_error([[900.0, 0.0]] * 4, [0, 0, 0, 1]) == pytest.approx(0.25)


def test_calibration_error_is_small_for_labels_drawn_from_the_model():
    rng = np.random.default_rng(3)
    logits = rng.normal(size=(20_000, 3)) * 2
    labels = (softmax(logits).cumsum(axis=1) < rng.random((20_000, 1))).sum(axis=1)
    assert calibration_error(logits, labels) < 0.02 < calibration_error(3 * logits, labels)


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.999])
@pytest.mark.parametrize("n", [2, 3, 12])
def test_interval_is_that_of_scipy(n, confidence):
    interval = confidence_interval(VALUES[:n], confidence)
    expected = stats.ttest_1samp(VALUES[:n], 0).confidence_interval(confidence)
    np.testing.assert_allclose(interval[:3], [VALUES[:n].mean(), *expected])
    assert interval.n == n


def test_paired_difference_is_that_of_scipy_and_narrower_than_unpaired():
    interval = paired_difference(VALUES, OTHERS, 0.9)
    test = stats.ttest_rel(VALUES, OTHERS)
    np.testing.assert_allclose(interval[1:3], test.confidence_interval(0.9))
    assert interval.excludes_zero == (test.pvalue < 0.1)
    unpaired = stats.ttest_ind(VALUES, OTHERS).confidence_interval(0.9)
    assert interval.high - interval.low < unpaired.high - unpaired.low


def test_interval_holds_the_true_mean_as_often_as_it_says():
    samples = np.random.default_rng(5).normal(3, 2, size=(4000, 5))
    hits = [i.low <= 3 <= i.high for i in map(confidence_interval, samples)]
    assert np.mean(hits) == pytest.approx(0.95, abs=0.012)


@pytest.mark.parametrize(
    ("low", "high", "excludes"), [(0.1, 0.3, True), (-0.3, -0.1, True), (-0.1, 0.1, False)]
)
def test_interval_excludes_zero_only_on_one_side_of_it(low, high, excludes):
    assert Interval((low + high) / 2, low, high, 5).excludes_zero is excludes


def test_equal_values_give_an_interval_of_no_width():
    assert confidence_interval([0.5, 0.5, 0.5]) == Interval(0.5, 0.5, 0.5, 3)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: accuracy(LOGITS[0], LABELS[:-1]), "labels must hold one label per example"),
        (lambda: accuracy(LOGITS[0], LABELS + 1), "labels must lie in 0 to 5"),
        (lambda: accuracy(LOGITS[0], LABELS - 7), "labels must lie in 0 to 5"),
        (lambda: accuracy(LOGITS[0], LABELS + 0.5), "labels must be a 1-D array of whole"),
        (lambda: accuracy(LOGITS[0], LABELS[None]), "labels must be a 1-D array"),
        (lambda: accuracy(LOGITS[0], [[1, 2], [3]]), "labels must be"),
        (lambda: accuracy(LOGITS[0], None), "labels must be"),
        (lambda: accuracy(LOGITS[0] * np.nan, LABELS), "logits must be finite"),
        (lambda: accuracy([1.0, 2.0, 5.0], [0]), "logits must"),
        (lambda: agreement(LOGITS[0], LOGITS[0][:, :5]), "logits and teacher_logits"),
        (lambda: agreement([1.0, 2.0, 5.0], LOGITS[0]), "logits"),
        (lambda: agreement(LOGITS[0], LOGITS), "teacher_logits must have 2 dimensions"),
        (lambda: calibration_error(LOGITS[0], LABELS, bins=0), "bins must be a whole number"),
        (lambda: calibration_error(LOGITS[0], LABELS, temperature=0), "temperature must"),
        (lambda: calibration_error(LOGITS[0, 0], LABELS), "logits must have 2 dimensions"),
        (lambda: reliability(LOGITS, LABELS), "logits must have 2 dimensions"),
        (lambda: reliability(LOGITS[0], LABELS, bins=1.5), "bins must be a whole number"),
        (lambda: negative_log_likelihood(LOGITS[0, 0], LABELS), "logits must have a row per"),
        (lambda: negative_log_likelihood(LOGITS, LABELS[1:]), "labels must hold one label per"),
        (lambda: confidence_interval(VALUES, method="z"), "method must be 't' or 'bootstrap'"),
        (lambda: unpaired_difference(VALUES, [0.9]), "b must hold at least 2 runs"),
        (lambda: unpaired_difference(VALUES, VALUES, 1.0), "confidence must"),
        (lambda: verdict(0.3, "a", "b"), "difference must be an Interval"),
        (lambda: confidence_interval([0.5]), "values must hold at least 2"),
        (lambda: confidence_interval([0.5, np.nan]), "values must be finite"),
        (lambda: confidence_interval([[0.5, 0.6]]), "values must have 1 dimensions?"),
        (lambda: confidence_interval(VALUES, 95), "confidence must lie between 0 and 1, got 95"),
        (lambda: confidence_interval(VALUES, np.nan), "confidence must"),
        (lambda: confidence_interval(VALUES, "95%"), "confidence must"),
        (lambda: confidence_interval(VALUES, None), "confidence must"),
        (lambda: paired_difference(VALUES, OTHERS[:-1]), "a and b .* 12 and 11"),
        (lambda: paired_difference(VALUES, None), "b must"),
    ],
)  # fmt: skip
def test_bad_input_is_named(call, named):
    with pytest.raises(ValueError, match=named):
        call()


def test_softmax_outputs_in_place_of_logits_earn_one_warning_at_the_callers_line():
    p = softmax(LOGITS[0])
    for call in (
        lambda: accuracy(p, LABELS),
        lambda: agreement(p, LOGITS[0]),
        lambda: calibration_error(p, LABELS),
    ):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            call()
        assert ["passed as logits looks like" in str(w.message) for w in caught] == [True]
        assert caught[0].filename == __file__


@pytest.mark.parametrize(("successes", "n"), [(0, 7), (7, 7), (1, 1), (531, 540), (50, 100)])
@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999])
def test_proportion_interval_is_wilson_s(successes, n, confidence):
    interval = proportion_interval(np.int64(successes), n, confidence)
    expected = stats.binomtest(successes, n).proportion_ci(confidence, method="wilson")
    np.testing.assert_allclose(interval[1:3], (expected.low, expected.high), atol=1e-12)
    assert (interval.mean, interval.n) == (successes / n, n)
    assert 0 <= interval.low <= interval.mean <= interval.high <= 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((-1, 5), "successes must lie in 0 to n, 5 here, got -1"),
        ((6, 5), "successes must lie in 0 to n, 5 here, got 6"),
        ((0.5, 5), "successes must be a whole number, got 0.5"),
        ((True, 5), "successes must be a whole number, got True"),
        ((0, 0), "n must be a whole number of at least 1, got 0"),
        ((1, 5, 1), "confidence must lie between 0 and 1, got 1"),
    ],
)
def test_bad_proportions_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        proportion_interval(*arguments)


# ---- calibration --------------------------------------------------------------------------------


def test_reliability_of_a_case_computed_by_hand():
    result = reliability(logits_of([0.65, 0.75, 0.85, 0.9, 0.95]), [0, 1, 0, 0, 0], bins=5)
    np.testing.assert_array_equal(result.count, [0, 0, 0, 2, 3])
    np.testing.assert_allclose(result.confidence, [np.nan] * 3 + [0.7, 0.9])
    np.testing.assert_allclose(result.accuracy, [np.nan] * 3 + [0.5, 1])
    np.testing.assert_allclose(result.edges, [0, 0.2, 0.4, 0.6, 0.8, 1])


@pytest.mark.parametrize("temperature", [0.5, 1, 7])
def test_nll_is_the_mean_surprise_at_the_labels(temperature):
    p = softmax(LOGITS[0], temperature)[np.arange(50), LABELS]
    value = negative_log_likelihood(LOGITS[0], LABELS, temperature=temperature)
    assert value == pytest.approx(-np.log(p).mean())
    assert np.isfinite(negative_log_likelihood([[1e5, 0.0]], [1]))  # where log(softmax) is -inf


# ---- differences, and what to say of them -------------------------------------------------------


def test_the_bootstrap_is_scipys_and_the_same_each_time():
    first, again = (confidence_interval(VALUES, 0.9, "bootstrap") for _ in range(2))
    expected = stats.bootstrap(
        (VALUES,), np.mean, confidence_level=0.9, rng=np.random.default_rng(0)
    ).confidence_interval
    assert first == again
    assert (first.low, first.high) == pytest.approx(expected)
    assert first.mean == pytest.approx(VALUES.mean()) and first.confidence == 0.9
    assert paired_difference(VALUES, OTHERS, 0.9, "bootstrap").low > 0


def test_equal_values_have_an_interval_of_no_width():
    assert confidence_interval([0.5, 0.5, 0.5], method="bootstrap")[:3] == (0.5, 0.5, 0.5)
    assert unpaired_difference([0.5, 0.5], [0.25, 0.25])[:3] == (0.25, 0.25, 0.25)


def test_the_unpaired_difference_is_welchs():
    result = unpaired_difference(VALUES, OTHERS[:7], 0.9)
    expected = stats.ttest_ind(VALUES, OTHERS[:7], equal_var=False).confidence_interval(0.9)
    assert (result.low, result.high) == pytest.approx(expected)
    assert result.mean == pytest.approx(VALUES.mean() - OTHERS[:7].mean())
    assert result.n == 12 + 7


def test_pairing_narrows_the_interval_where_the_pairs_share_their_luck():
    paired, unpaired = paired_difference(VALUES, OTHERS), unpaired_difference(VALUES, OTHERS)
    assert paired.mean == pytest.approx(unpaired.mean)
    assert paired.high - paired.low < (unpaired.high - unpaired.low) / 1.5


@pytest.mark.parametrize(
    ("interval", "options", "said"),
    [
        ((0.081, 0.06, 0.102), {}, "A beats B by 8.1 points, 95 % interval 6.0 to 10.2, 9 duels"),
        (
            (-0.02, -0.03, -0.01),
            {},
            "A loses to B by 2.0 points, 95 % interval 1.0 to 3.0, 9 duels",
        ),
        (
            (0.004, -0.003, 0.011),
            {},
            "no clear difference between A and B: +0.4 points, 95 % interval -0.3 to +1.1, 9 duels",
        ),
        (
            (-0.5, -0.6, -0.4),
            {"unit": "nats", "lower_is_better": True},
            "A beats B by 0.500 nats, 95 % interval 0.400 to 0.600, 9 duels",
        ),
    ],
)
def test_the_verdict_says_who_won_by_how_much_and_how_sure_we_are(interval, options, said):
    assert verdict(Interval(*interval, 9), "A", "B", counted="duels", **options) == said


def test_the_verdict_names_its_confidence():
    assert "90 % interval" in verdict(Interval(0.1, 0.05, 0.15, 9, 0.9), "A", "B")
