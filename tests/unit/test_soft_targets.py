"""The laws of soft targets, against SciPy and against numerical derivatives."""

import warnings

import numpy as np
import pytest
from scipy import special

from kdlab import entropy, kl_divergence, log_softmax, soft_loss_gradient, softmax
from kdlab.soft_targets import distillation_loss, unchecked_log_softmax, unchecked_softmax

LOGITS = np.random.default_rng(0).normal(size=(3, 5, 7)) * 10
TEMPERATURES = [0.1, 0.5, 1, 4, 20, 1e6]
PROBABILITIES = special.softmax(LOGITS, axis=-1)
LABELS = np.array([6, 0, 3, 3, 1])


@pytest.mark.parametrize("temperature", TEMPERATURES)
@pytest.mark.parametrize(("ours", "scipys"), [(softmax, special.softmax),
                                             (log_softmax, special.log_softmax)])  # fmt: skip
def test_softmax_is_that_of_scipy_on_divided_logits(ours, scipys, temperature):
    expected = scipys(LOGITS / temperature, axis=-1)
    np.testing.assert_allclose(ours(LOGITS, temperature), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("size", [1e4, 1e300, 1.7e308])
def test_softmax_is_stable_for_any_finite_logits(size):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(softmax([size, 0.0, -size]), [1, 0, 0])
        np.testing.assert_allclose(softmax([size, size, -size]), [0.5, 0.5, 0])
        assert np.isfinite(log_softmax([size, size / 2, 0.0])).all()


def test_log_softmax_keeps_what_softmax_rounds_to_zero():
    assert softmax([0.0, -2000.0])[1] == 0
    assert log_softmax([0.0, -2000.0])[1] == -2000


@pytest.mark.parametrize("dtype", [int, np.float16, np.float32, np.float64])
def test_softmax_computes_in_float64_whatever_comes(dtype):
    result = softmax(np.array([3, 1, 0], dtype), 2)
    assert result.dtype == np.float64
    np.testing.assert_allclose(result, special.softmax([1.5, 0.5, 0]))


def test_unchecked_they_take_any_axis_and_say_nothing_of_probabilities():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for axis in (0, 1, -1):
            for ours, scipys in (
                (unchecked_softmax, special.softmax),
                (unchecked_log_softmax, special.log_softmax),
            ):
                expected = scipys(PROBABILITIES / 4, axis=axis)
                np.testing.assert_allclose(ours(PROBABILITIES, 4, axis=axis), expected)
    np.testing.assert_array_equal(unchecked_softmax(LOGITS, 4), softmax(LOGITS, 4))


def test_softmax_goes_to_uniform_at_high_temperature_and_to_the_largest_at_low():
    np.testing.assert_allclose(softmax([3.0, 1.0, -2.0], 1e9), 1 / 3, atol=1e-8)
    np.testing.assert_array_equal(softmax([3.0, 1.0, -2.0], 1e-4), [1, 0, 0])
    np.testing.assert_array_equal(softmax([3.0, 1.0, -2.0], 1e-308), [1, 0, 0])


@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_softmax_keeps_the_order_and_ignores_a_shift(temperature):
    p = softmax(LOGITS, temperature)
    np.testing.assert_allclose(p.sum(axis=-1), 1)
    np.testing.assert_allclose(softmax(LOGITS + 123, temperature), p, rtol=1e-9, atol=1e-15)
    if temperature >= 1:  # below, small ones round to equal zeros
        np.testing.assert_array_equal(p.argsort(axis=-1), LOGITS.argsort(axis=-1))


def test_entropy_is_that_of_scipy_within_its_bounds():
    h = entropy(PROBABILITIES)
    assert h.shape == (3, 5)
    np.testing.assert_allclose(h, special.entr(PROBABILITIES).sum(axis=-1))
    assert (h >= 0).all() and (h <= np.log(7)).all()
    assert entropy([0.0, 1.0, 0.0]) == 0 and not np.signbit(entropy([0.0, 1.0, 0.0]))
    np.testing.assert_allclose(entropy(np.full(7, 1 / 7)), np.log(7))


def test_entropy_rises_with_the_temperature():
    h = [entropy(softmax(LOGITS, t)) for t in (0.5, 1, 2, 4, 8, 16)]
    assert (np.diff(h, axis=0) > 0).all()


def test_kl_is_that_of_scipy_and_minds_the_order():
    p, q = PROBABILITIES, special.softmax(-LOGITS / 3, axis=-1)
    np.testing.assert_allclose(kl_divergence(p, q), special.rel_entr(p, q).sum(axis=-1))
    assert not np.isclose(kl_divergence(p, q), kl_divergence(q, p)).any()


def test_kl_is_zero_at_equality_infinite_at_a_missing_class_and_never_negative():
    np.testing.assert_array_equal(kl_divergence(PROBABILITIES, PROBABILITIES), 0)
    nearly = special.softmax(LOGITS + 1e-9 * np.arange(7), axis=-1)
    assert (kl_divergence(PROBABILITIES, nearly) >= 0).all()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert kl_divergence([0.5, 0.5], [1.0, 0.0]) == np.inf
        np.testing.assert_allclose(kl_divergence([1.0, 0.0], [0.5, 0.5]), np.log(2))
        assert kl_divergence([1.0, 0.0], [1.0, 0.0]) == 0


@pytest.mark.parametrize("temperature", [0.5, 1, 4, 20])
@pytest.mark.parametrize("scale_by_t2", [True, False])
def test_gradient_is_the_numerical_one_of_the_loss(temperature, scale_by_t2):
    rng = np.random.default_rng(1)
    student, teacher = rng.normal(size=(2, 6)) * 4

    def loss(z):
        kl = kl_divergence(softmax(teacher, temperature), softmax(z, temperature))
        return kl * (temperature**2 if scale_by_t2 else 1)

    step = 1e-5
    numerical = [
        (loss(student + step * e) - loss(student - step * e)) / (2 * step) for e in np.eye(6)
    ]
    gradient = soft_loss_gradient(student, teacher, temperature, scale_by_t2=scale_by_t2)
    np.testing.assert_allclose(gradient, numerical, atol=1e-7)
    np.testing.assert_allclose(gradient.sum(), 0, atol=1e-12)


@pytest.mark.parametrize("alpha", [0, 0.3, 0.9, 1])
@pytest.mark.parametrize("temperature", [0.5, 1, 4, 20])
@pytest.mark.parametrize("scale_by_t2", [True, False])
def test_the_distillation_loss_is_that_of_its_definition(temperature, alpha, scale_by_t2):
    student, teacher = LOGITS[0], LOGITS[1]
    loss = distillation_loss(student, teacher, LABELS, temperature, alpha, scale_by_t2=scale_by_t2)
    p, q = (special.softmax(z / temperature, axis=-1) for z in (teacher, student))
    soft = special.rel_entr(p, q).sum(axis=-1)
    hard = -special.log_softmax(student, axis=-1)[np.arange(5), LABELS]
    factor = temperature**2 if scale_by_t2 else 1
    np.testing.assert_allclose(loss.soft, soft, rtol=1e-9)
    np.testing.assert_allclose(loss.hard, hard)
    np.testing.assert_allclose(loss.total, alpha * factor * soft + (1 - alpha) * hard, rtol=1e-9)
    parts = [loss.soft_gradient, loss.hard_gradient, loss.gradient]
    assert [part.shape for part in parts] == [(5, 7)] * 3

    def numbers(z):
        """Each part with its weight, and their sum."""
        at = distillation_loss(z, teacher, LABELS, temperature, alpha, scale_by_t2=scale_by_t2)
        return np.array([alpha * factor * at.soft, (1 - alpha) * at.hard, at.total])

    step = 1e-5
    for k, e in enumerate(np.eye(7)):
        slopes = (numbers(student + step * e) - numbers(student - step * e)) / (2 * step)
        np.testing.assert_allclose([part[:, k] for part in parts], slopes, atol=1e-6)


def test_the_soft_part_is_zero_where_the_two_agree_and_infinite_at_a_class_without_a_chance():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        same = distillation_loss(LOGITS[0], LOGITS[0], LABELS, 4, 1)
        np.testing.assert_array_equal(same.total, 0)
        np.testing.assert_array_equal(same.gradient, 0)
        far = distillation_loss([[9e307, -9e307]], [[-9e307, 9e307]], [0], 0.1, 0.5)
    assert far.soft == np.inf and far.hard == 0 and far.total == np.inf
    np.testing.assert_allclose(far.gradient, [[0.05, -0.05]])


def test_without_t2_the_gradient_vanishes_as_the_inverse_square_of_the_temperature():
    student, teacher = LOGITS[0], LOGITS[1]
    bare, again = (
        soft_loss_gradient(student, teacher, t, scale_by_t2=False) * t**2 for t in (1e4, 1e5)
    )
    np.testing.assert_allclose(bare, again, rtol=0.02, atol=1e-3)
    level = soft_loss_gradient(student, teacher, 1e5)
    # Hinton et al. 2015, equation 4: matching logits, each less its mean.
    centred = (student - student.mean(-1, keepdims=True)) - (
        teacher - teacher.mean(-1, keepdims=True)
    )
    np.testing.assert_allclose(level, centred / 7, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("value", [0, -1, np.nan, np.inf, None, "4", True, [1, 2], 1j])
def test_a_bad_temperature_is_named_and_shown(value):
    for call in (softmax, log_softmax):
        with pytest.raises(ValueError, match="temperature must be a finite number") as caught:
            call([1.0, 2.0], value)
        assert repr(value) in str(caught.value)
    with pytest.raises(ValueError, match="temperature"):
        soft_loss_gradient([1.0, 2.0], [2.0, 5.0], value)


@pytest.mark.parametrize(
    "value",
    [[], 3.0, [1.0], [[1.0], [2.0]], [1.0, np.nan], [np.inf, 1.0], "ab", None, [[1, 2], [3]],
     ["a", "b"], [1j, 2]],
)  # fmt: skip
def test_bad_logits_are_named(value):
    for call in (softmax, log_softmax):
        with pytest.raises(ValueError, match=r"^logits must"):
            call(value)
    with pytest.raises(ValueError, match=r"^student_logits must"):
        soft_loss_gradient(value, [3.0, 1.0], 1)
    with pytest.raises(ValueError, match=r"^teacher_logits must"):
        soft_loss_gradient([3.0, 1.0], value, 1)


@pytest.mark.parametrize("value", [[0.5, 0.6], [1.5, -0.5], [np.nan, 1], [], [0.0, 0.0], "p"])
def test_what_is_no_distribution_is_named(value):
    with pytest.raises(ValueError, match=r"^p must"):
        entropy(value)
    with pytest.raises(ValueError, match=r"^p must"):
        kl_divergence(value, [0.5, 0.5])
    with pytest.raises(ValueError, match=r"^q must"):
        kl_divergence([0.5, 0.5], value)


def test_differing_shapes_are_named():
    with pytest.raises(ValueError, match=r"p and q .*\(2,\) and \(3,\)"):
        kl_divergence([0.5, 0.5], [0.5, 0.25, 0.25])
    with pytest.raises(ValueError, match="student_logits and teacher_logits"):
        soft_loss_gradient([2.0, 5.0], [[2.0, 5.0]], 1)
    with pytest.raises(ValueError, match=r"and teacher_logits .*\(5, 7\) and \(5, 6\)"):
        distillation_loss(LOGITS[0], LOGITS[1, :, :6], LABELS, 4, 0.9)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"student_logits": LOGITS[0, 0]}, "student_logits must have 2 dimensions"),
        ({"teacher_logits": [[np.nan, 1.0]]}, "teacher_logits must be finite"),
        ({"labels": [0, 1]}, "labels must hold one label per example, 5, got 2"),
        ({"labels": [7] * 5}, "labels must lie in 0 to 6"),
        ({"labels": None}, "labels must be a 1-D array of whole class numbers"),
        ({"temperature": 0}, "temperature must be a finite number above 0, got 0"),
        ({"temperature": 1e7}, "temperature must lie in 1e-06 to 1e\\+06"),
        ({"alpha": 1.5}, r"alpha, .* must lie in \[0, 1\], got 1.5"),
        ({"scale_by_t2": 1}, "scale_by_t2 must be True or False, got 1"),
    ],
)
def test_what_the_distillation_loss_cannot_take_is_named(bad, message):
    good = {
        "student_logits": LOGITS[0], "teacher_logits": LOGITS[1], "labels": LABELS,
        "temperature": 4, "alpha": 0.9,
    }  # fmt: skip
    with pytest.raises(ValueError, match=message):
        distillation_loss(**{**good, **bad})


def test_softmax_outputs_in_place_of_logits_earn_one_warning_at_the_callers_line():
    probabilities = PROBABILITIES[0].astype(np.float32)
    for call, name in (
        (lambda p: softmax(p, 4), "logits"),
        (lambda p: log_softmax(p), "logits"),
        (lambda p: soft_loss_gradient(p, LOGITS[0], 4), "student_logits"),
        (lambda p: soft_loss_gradient(LOGITS[0], p, 4), "teacher_logits"),
        (lambda p: distillation_loss(p, LOGITS[0], LABELS, 4, 0.9), "student_logits"),
        (lambda p: distillation_loss(LOGITS[0], p, LABELS, 4, 0.9), "teacher_logits"),
    ):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            call(probabilities)
        assert [f"passed as {name} looks like" in str(w.message) for w in caught] == [True]
        assert caught[0].filename == __file__


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("logits", [LOGITS, LOGITS.astype(np.float32), [[0.4, 0.6], [3.0, 1.0]],
                                   [[1.5, -0.5]], np.zeros((2, 3))])  # fmt: skip
def test_ordinary_logits_earn_no_warning(logits):
    softmax(logits)
