"""The audit of a loss: each mistake is called by its name, and breaks the laws it should."""

import numpy as np
import pytest
from audit_losses import (
    TEMPERATURES,
    WRONG,
    at,
    broken,
    cross_entropy,
    kl,
    kl_div,
    log_softmax,
    mse,
    names,
    numpy_kl,
    one_hot,
    pytorch_tutorial,
    softmax,
    unsure,
)

from kdlab import audit_loss


@pytest.mark.parametrize("precision", [np.float32, np.float64])
@pytest.mark.parametrize("temperature", [3.0, 20.0])
@pytest.mark.parametrize("name", WRONG)
def test_each_mistake_is_named_and_no_other(name, temperature, precision):
    def loss(t, s):
        return WRONG[name](t.astype(precision), s.astype(precision), precision(temperature))

    audit = audit_loss(loss, temperature)
    assert names(audit) == [name], str(audit)
    assert audit.is_distillation == (name == "sum over the batch")


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", WRONG)
def test_whatever_the_random_logits(name, seed):
    assert names(audit_loss(at(WRONG[name], 8.0), 8.0, seed=seed)) == [name]


@pytest.mark.parametrize("temperature", [1.0, 4.0])
@pytest.mark.parametrize("name", [name for name in WRONG if "multiplied" not in name])
def test_a_loss_that_takes_the_temperature_is_judged_at_several(name, temperature):
    def loss(t, s, temperature):
        return WRONG[name](t, s, temperature)

    audit = audit_loss(loss, temperature)
    if temperature > 1:
        assert names(audit) == [name], str(audit)
    elif name == "sum over the batch":
        assert audit.is_distillation
    else:  # at T = 1 some mistakes look like others, but none looks right
        assert audit.mistakes and not audit.is_distillation, str(audit)


WRONG_IN_OTHER_WORDS = {
    "temperature not used": lambda t, s, T: T**2 * kl(softmax(t) / T, softmax(s) / T).mean(),
    "temperature on the student alone": lambda t, s, T: (
        -np.sum(softmax(t) / T * log_softmax(s / T), axis=-1)
    ),
    "temperature on the teacher alone": lambda t, s, T: cross_entropy(s, softmax(t / T)),
    "arguments swapped: KL(q || p)": lambda t, s, T: cross_entropy(t / T, softmax(s / T)),
    "logits where probabilities belong": lambda t, s, T: -np.sum(t * s, axis=-1),
    "the teacher's logits where probabilities belong": lambda t, s, T: cross_entropy(s, t),
    "the teacher's argmax as hard labels": lambda t, s, T: cross_entropy(
        s / T, one_hot(t.argmax(axis=-1), t.shape[-1])
    ),
    "squared error of probabilities": lambda t, s, T: mse(softmax(t), softmax(s)),
    "squared error of logits": lambda t, s, T: ((t / T - s / T) ** 2).sum(axis=-1),
    "sign reversed": lambda t, s, T: T**2 * np.sum(softmax(t / T) * log_softmax(s / T), axis=-1),
    "student ignored": lambda t, s, T: 1.0,
}


@pytest.mark.parametrize("name", WRONG_IN_OTHER_WORDS)
def test_a_mistake_is_known_in_other_words_too(name):
    audit = audit_loss(at(WRONG_IN_OTHER_WORDS[name], 3.0), 3)
    assert names(audit) == [name], str(audit)


def test_two_mistakes_at_once_are_both_named():
    def all_of_pytorchs_defaults(t, s):
        return kl_div(softmax(s / 4), softmax(t / 4))

    assert names(audit_loss(all_of_pytorchs_defaults, 4)) == [
        "probabilities where log-probabilities belong", "mean over all elements",
    ]  # fmt: skip

    def mean_without_t2(t, s, temperature):
        return kl_div(log_softmax(s / temperature), softmax(t / temperature))

    expected = ["mean over all elements", "T² missing"]
    assert names(audit_loss(mean_without_t2, 4)) == expected
    assert names(audit_loss(at(mean_without_t2, 4), 4)) == expected

    def swapped_at_1(t, s):
        return kl(softmax(s), softmax(t))

    assert names(audit_loss(swapped_at_1, 4)) == [
        "arguments swapped: KL(q || p)", "temperature not used",
    ]  # fmt: skip


BREAKS = {
    "T² missing": {"T² keeps the gradient level"},
    "T once instead of T²": {"T² keeps the gradient level"},
    "temperature on the teacher's probabilities": {
        "no gradient at equal logits",
        "gradient T (q - p), up to a weight",
        "temperature on the logits of both",
    },
    "arguments swapped: KL(q || p)": {
        "gradient T (q - p), up to a weight",
        "KL(p || q), in this order",
    },
    "logits where probabilities belong": {
        "no gradient at equal logits",
        "blind to a shift of all logits",
        "never negative",
        "gradient T (q - p), up to a weight",
    },
    "probabilities where log-probabilities belong": {
        "no gradient at equal logits",
        "never negative",
        "gradient T (q - p), up to a weight",
    },
    "squared error of probabilities": {"gradient T (q - p), up to a weight"},
    "squared error of logits": {
        "blind to a shift of all logits",
        "gradient T (q - p), up to a weight",
    },
    "mean over all elements": {"gradient T (q - p), up to a weight"},
    "sum over the batch": set(),
}


@pytest.mark.parametrize("name", BREAKS)
def test_each_mistake_breaks_the_laws_it_should(name):
    audit = audit_loss(at(WRONG[name], 8.0), 8)
    assert broken(audit) == BREAKS[name], str(audit)
    assert all(mistake.breaks in {*broken(audit), ""} for mistake in audit.mistakes)


# ---- weights against powers of T ----------------------------------------------------------------


@pytest.mark.parametrize("weight", [0.1, 0.25, 0.9, 3.0])
@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_a_constant_weight_is_not_mistaken_for_a_missing_t2(temperature, weight):
    def weighted(t, s, temperature):
        return weight * pytorch_tutorial(t, s, temperature)

    audit = audit_loss(weighted, temperature)
    assert audit.is_distillation and not audit.mistakes and not unsure(audit)
    audit = audit_loss(at(weighted, temperature), temperature)
    assert audit.is_distillation and not audit.mistakes
    assert "T² keeps the gradient level" in unsure(audit)


def finding_on_t2(loss, temperature):
    law = next(law for law in audit_loss(loss, temperature).laws if law.name.startswith("T²"))
    return law.holds, law.finding


def test_what_one_temperature_can_tell_of_t2():
    """The table at the top of the module, line by line."""
    bare = WRONG["T² missing"]
    assert finding_on_t2(at(numpy_kl, 4), 4)[0] is True
    assert finding_on_t2(at(bare, 4), 4) == (
        False, "T² missing: the gradient is (q - p) / T"
    )  # fmt: skip
    assert finding_on_t2(lambda t, s: 20 * bare(t, s, 20), 20) == (
        False, "T once instead of T²: the gradient is (q - p)"
    )  # fmt: skip
    assert finding_on_t2(lambda t, s: 0.9 * numpy_kl(t, s, 4), 4) == (
        None, "T² and a weight of 0.9 would explain it; let it take `temperature` to tell"
    )  # fmt: skip
    assert finding_on_t2(lambda t, s: 0.5 * bare(t, s, 4), 4) == (
        False, "T² missing, and a weight of 0.5 besides"
    )  # fmt: skip
    assert finding_on_t2(lambda t, s: 0.05 * numpy_kl(t, s, 20), 20)[0] is False  # is T once
    assert finding_on_t2(lambda t, s: 0.03 * numpy_kl(t, s, 20), 20)[0] is None
    assert finding_on_t2(at(numpy_kl, 1), 1) == (None, "cannot tell at T = 1, where T² is 1")


@pytest.mark.parametrize("temperature", [2, 4, 5, 10])
def test_where_a_weight_that_people_write_is_a_power_of_t_it_is_either(temperature):
    """PyTorch's tutorial has T = 2 and a weight of 0.25: the very function without both."""
    once = WRONG["T once instead of T²"]
    holds, finding = finding_on_t2(at(once, temperature), temperature)
    assert holds is None and finding.startswith("T once instead of T², or T² and a weight of 0.")

    def named(t, s, temperature):
        return once(t, s, temperature)

    assert names(audit_loss(named, temperature)) == ["T once instead of T²"]


def test_growth_with_t_is_named():
    def t2_twice(t, s, temperature):
        return temperature**2 * numpy_kl(t, s, temperature)

    def t_to_the_third(t, s, temperature):
        return temperature * numpy_kl(t, s, temperature)

    def one_plus(t, s, temperature):
        return (1 + temperature**2) * WRONG["T² missing"](t, s, temperature)

    assert names(audit_loss(t2_twice, 4)) == ["T² twice"]
    assert names(audit_loss(t_to_the_third, 4)) == ["another growth than T²"]
    assert names(audit_loss(one_plus, 4)) == ["another growth than T²"]
    assert finding_on_t2(t2_twice, 4) == (
        False, "from T = 1 to 20 it grows 4e+02-fold against T (q - p)"
    )  # fmt: skip


def test_a_temperature_that_is_taken_and_not_used_is_named():
    def a_4_in_the_code(t, s, temperature):
        return numpy_kl(t, s, 4)

    audit = audit_loss(a_4_in_the_code, 4)
    assert names(audit) == ["temperature argument not used"] and not audit.is_distillation
    # As Keras's compute_loss: **kwargs takes a temperature only to ignore it.
    audit = audit_loss(lambda t, s, **kwargs: numpy_kl(t, s, 4), 4)
    assert audit.is_distillation and not audit.mistakes


def test_at_1_the_other_temperatures_find_what_1_hides():
    def teacher_alone(t, s, temperature):
        return cross_entropy(s, softmax(t / temperature))

    assert audit_loss(at(teacher_alone, 1), 1).is_distillation  # so it is, at T = 1
    audit = audit_loss(teacher_alone, 1)
    assert names(audit) == ["temperature on the teacher alone"] and not audit.is_distillation
