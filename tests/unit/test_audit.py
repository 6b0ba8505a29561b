"""The audit of a loss: right ones pass, and each mistake is called by its name.

The losses are written as people write them, not as the audit's own table of suspects has them.
"""

import warnings

import numpy as np
import pytest

import kdlab
from kdlab import Audit, audit_loss

TEMPERATURES = [0.5, 1.0, 2.0, 3.0, 4.0, 10.0, 20.0]
MOOT_AT_1 = {"T² keeps the gradient level", "temperature on the logits of both"}


# ---- pieces that losses are made of, in whatever precision comes --------------------------------


def log_softmax(z, axis=-1):
    z = z - z.max(axis=axis, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))


def softmax(z, axis=-1):
    return np.exp(log_softmax(z, axis))


def naive_softmax(z):
    return np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)


def one_hot(labels, classes):
    return np.eye(classes)[labels]


def kl(p, q):
    """Of each example."""
    return (p * (np.log(p) - np.log(q))).sum(axis=-1)


def cross_entropy(logits, target):
    """As PyTorch's: applies the softmax itself, and averages over the examples."""
    return -(target * log_softmax(logits)).sum(axis=-1).mean()


def kl_div(log_q, p, reduction="mean"):
    """As PyTorch's, arguments and default included."""
    terms = p * (np.log(p) - log_q)
    return {
        "mean": terms.mean(),
        "sum": terms.sum(),
        "batchmean": terms.sum() / len(terms),
    }[reduction]


def mse(a, b):
    return np.mean((a - b) ** 2)


def verdicts(audit):
    return {law.name: law.holds for law in audit.laws}


def names(audit):
    return [mistake.name for mistake in audit.mistakes]


def broken(audit):
    return {name for name, holds in verdicts(audit).items() if holds is False}


def unsure(audit):
    return {name for name, holds in verdicts(audit).items() if holds is None}


# ---- losses that are right ----------------------------------------------------------------------


def numpy_kl(t, s, temperature):
    return temperature**2 * kl(softmax(t / temperature), softmax(s / temperature)).mean()


def in_float64(t, s, temperature):
    return numpy_kl(t.astype(np.float64), s.astype(np.float64), temperature)


def per_example(t, s, temperature):
    return temperature**2 * kl(softmax(t / temperature), softmax(s / temperature))


def by_kdlab(t, s, temperature):
    p, q = kdlab.softmax(t, temperature), kdlab.softmax(s, temperature)
    return temperature**2 * kdlab.kl_divergence(p, q).mean()


def soft_cross_entropy(t, s, temperature):
    return cross_entropy(s / temperature, softmax(t / temperature)) * temperature**2


def pytorch_tutorial(t, s, temperature):
    """The formula of PyTorch's tutorial on knowledge distillation, in float32."""
    soft_targets = naive_softmax(t / np.float32(temperature))
    soft_prob = log_softmax(s / np.float32(temperature))
    assert soft_targets.dtype == soft_prob.dtype == np.float32
    return np.sum(soft_targets * (np.log(soft_targets) - soft_prob)) / len(s) * temperature**2


def batchmean(t, s, temperature):
    log_q = log_softmax(s / temperature)
    return kl_div(log_q, softmax(t / temperature), "batchmean") * temperature * temperature


def in_place(t, s, temperature):
    t /= temperature
    s /= temperature
    return temperature**2 * kl(softmax(t), softmax(s)).mean()


def as_an_array(t, s, temperature):
    return np.full((1, 1), numpy_kl(t, s, temperature), dtype=np.float32)


RIGHT = [numpy_kl, in_float64, per_example, by_kdlab, soft_cross_entropy, pytorch_tutorial,
         batchmean, in_place, as_an_array]  # fmt: skip


def at(loss, temperature):
    """The loss at one temperature, which cannot be asked for another."""
    return lambda t, s: loss(t, s, temperature)


@pytest.mark.parametrize("temperature", TEMPERATURES)
@pytest.mark.parametrize("loss", RIGHT)
def test_a_right_loss_passes(loss, temperature):
    audit = audit_loss(at(loss, temperature), temperature)
    assert audit.is_distillation and not audit.mistakes
    assert unsure(audit) == (MOOT_AT_1 if temperature == 1 else set()), str(audit)
    audit = audit_loss(loss, temperature)  # at T = 1 too, the other temperatures tell
    assert audit.is_distillation and not audit.mistakes and not unsure(audit), str(audit)


@pytest.mark.parametrize("temperature", [0.1, 0.7, 1.5, 7.0, 50.0, 100.0])
@pytest.mark.parametrize("loss", [in_float64, pytorch_tutorial, soft_cross_entropy])
def test_it_does_so_at_temperatures_that_few_people_use(loss, temperature):
    for form in (loss, at(loss, temperature)):
        audit = audit_loss(form, temperature)
        assert audit.is_distillation and not audit.mistakes and not unsure(audit), str(audit)


def test_a_cross_entropy_is_named_as_such():
    findings = [
        {law.name: law.finding for law in audit_loss(loss, 4).laws}["never negative"]
        for loss in (soft_cross_entropy, numpy_kl, lambda t, s: numpy_kl(t, s, 4) + 1)
    ]
    assert findings == [
        "a cross-entropy: at its least it is the teacher's entropy, not 0",
        "a divergence: 0 where the two agree",
        "above 0, even where the two agree",
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("loss", RIGHT[:6])
def test_the_random_logits_do_not_matter(loss, seed):
    for temperature in (1.0, 3.0, 20.0):
        audit = audit_loss(loss, temperature, seed=seed)
        assert audit.is_distillation and not audit.mistakes and not unsure(audit), str(audit)


@pytest.mark.parametrize("size", [0.5, 1.5])
@pytest.mark.parametrize("classes", [2, 3, 10])
def test_nor_do_their_size_and_the_number_of_classes(monkeypatch, classes, size):
    probes = kdlab.audit._probes

    def others(temperature, seed):
        rng = np.random.default_rng(seed)
        for probe, (n, k) in zip(
            probes(temperature, seed), [(2, classes), (4, classes), (3, classes + 2)], strict=True
        ):
            spread = 8 * probe.step * size
            pair = rng.normal(scale=spread, size=(2, n, k)).astype(np.float32)
            yield type(probe)(*pair, spread / 8)

    monkeypatch.setattr(kdlab.audit, "_probes", lambda *args: list(others(*args)))
    for loss in (in_float64, per_example, soft_cross_entropy):
        assert not audit_loss(loss, 4).mistakes
    for name in ("T² missing", "temperature on the teacher's probabilities",
                 "arguments swapped: KL(q || p)", "mean over all elements"):  # fmt: skip
        audit = audit_loss(at(WRONG[name], 4.0), 4)
        assert names(audit) == [name], str(audit)


# ---- mistakes -----------------------------------------------------------------------------------

RAW_KL_EPSILON = 1e-7

WRONG = {
    "T² missing": lambda t, s, T: kl(softmax(t / T), softmax(s / T)).mean(),
    "T once instead of T²": lambda t, s, T: T * kl(softmax(t / T), softmax(s / T)).mean(),
    "temperature not used": lambda t, s, T: T**2 * kl(softmax(t), softmax(s)).mean(),
    "logits multiplied by the temperature": lambda t, s, T: cross_entropy(s * T, softmax(t * T)),
    "temperature on the teacher's probabilities": lambda t, s, T: (
        T**2 * kl(softmax(softmax(t) / T), softmax(s / T)).mean()
    ),
    "temperature on the student's probabilities": lambda t, s, T: (
        T**2 * kl(softmax(t / T), softmax(softmax(s) / T)).mean()
    ),
    "temperature on the probabilities of both": lambda t, s, T: (
        T**2 * kl(softmax(softmax(t) / T), softmax(softmax(s) / T)).mean()
    ),
    "temperature on the teacher alone": lambda t, s, T: kl(softmax(t / T), softmax(s)).mean(),
    "temperature on the student alone": lambda t, s, T: T**2 * kl(softmax(t), softmax(s / T)),
    "arguments swapped: KL(q || p)": lambda t, s, T: (
        T**2 * kl(softmax(s / T), softmax(t / T)).mean()
    ),
    "a second softmax on the student": lambda t, s, T: (
        T**2 * cross_entropy(softmax(s / T), softmax(t / T))
    ),
    "a second softmax on the teacher": lambda t, s, T: (
        T**2 * cross_entropy(s / T, softmax(softmax(t / T)))
    ),
    "a second softmax on both": lambda t, s, T: (
        T**2 * cross_entropy(softmax(s / T), softmax(softmax(t / T)))
    ),
    "logits where probabilities belong": lambda t, s, T: kl(
        np.clip(t / T, RAW_KL_EPSILON, 1), np.clip(s / T, RAW_KL_EPSILON, 1)
    ).mean(),
    "the teacher's logits where probabilities belong": lambda t, s, T: (
        T**2 * cross_entropy(s / T, t / T)
    ),
    "the student's logits where log-probabilities belong": lambda t, s, T: (
        T**2 * kl_div(s / T, softmax(t / T), "batchmean")
    ),
    "probabilities where log-probabilities belong": lambda t, s, T: (
        T**2 * kl_div(softmax(s / T), softmax(t / T), "batchmean")
    ),
    "softmax over the batch": lambda t, s, T: (
        T**2 * kl_div(log_softmax(s / T, axis=0), softmax(t / T, axis=0), "batchmean")
    ),
    "the teacher's argmax as hard labels": lambda t, s, T: cross_entropy(
        s, one_hot(t.argmax(axis=-1), t.shape[-1])
    ),
    "squared error of probabilities": lambda t, s, T: T**2 * mse(softmax(t / T), softmax(s / T)),
    "squared error of logits": lambda t, s, T: mse(t, s),
    "mean over all elements": lambda t, s, T: T**2 * kl_div(log_softmax(s / T), softmax(t / T)),
    "divided by the batch size twice": lambda t, s, T: numpy_kl(t, s, T) / len(t),
    "sum over the batch": lambda t, s, T: T**2 * kl_div(log_softmax(s / T), softmax(t / T), "sum"),
    "a weight that depends on the batch": lambda t, s, T: numpy_kl(t, s, T) / (1 + len(t)),
    "sign reversed": lambda t, s, T: -numpy_kl(t, s, T),
    "teacher ignored": lambda t, s, T: T**2 * kl(softmax(0 * t), softmax(s / T)).mean(),
    "student ignored": lambda t, s, T: T**2 * kl(softmax(t / T), softmax(t / T) / 2).mean(),
    "not recognised": lambda t, s, T: T**2 * np.abs(softmax(t / T) - softmax(s / T)).sum(),
}


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


# ---- Keras --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def keras():
    from kdlab._tensorflow import keras

    return keras


@pytest.mark.parametrize("temperature", [1.0, 3.0, 4.0, 20.0])
@pytest.mark.parametrize("loss", ["kl_divergence", "categorical_crossentropy"])
def test_keras_texts_are_logits_where_probabilities_belong(keras, loss, temperature):
    """The trap of lesson 03. If this fails, Keras has mended it: change the lesson."""
    default = keras.distillation.LogitsDistillation(temperature=temperature, loss=loss)
    audit = audit_loss(default.compute_loss, temperature)
    assert not audit.is_distillation
    assert names(audit) == ["logits where probabilities belong"], str(audit)


def test_keras_default_is_the_text(keras):
    audit = audit_loss(keras.distillation.LogitsDistillation(temperature=4.0).compute_loss, 4.0)
    assert names(audit) == ["logits where probabilities belong"], str(audit)
    assert "LogitsDistillation(temperature=T, loss=keras.losses.KLDivergence())" in str(audit)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0, 4.0, 20.0])
def test_keras_with_a_divergence_object_is_right(keras, temperature):
    right = keras.distillation.LogitsDistillation(
        temperature=temperature, loss=keras.losses.KLDivergence()
    )
    audit = audit_loss(right.compute_loss, temperature)
    assert audit.is_distillation and not audit.mistakes, str(audit)


def test_keras_cross_entropy_from_logits_leaves_the_teachers_raw(keras):
    """The example in its docstring."""
    loss = keras.distillation.LogitsDistillation(
        temperature=4.0, loss=keras.losses.CategoricalCrossentropy(from_logits=True)
    )
    assert names(audit_loss(loss.compute_loss, 4.0)) == [
        "the teacher's logits where probabilities belong"
    ]


@pytest.mark.parametrize("temperature", [0.5, 1.0, 4.0, 20.0])
@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "none", "sum"])
def test_ours_is_right(temperature, reduction):
    loss = kdlab.DistillationLoss(temperature, alpha=1.0, reduction=reduction)
    audit = audit_loss(loss, temperature)  # called with the teacher first, as by fit
    assert audit.is_distillation
    assert names(audit) == (["sum over the batch"] if reduction == "sum" else []), str(audit)
    bare = kdlab.DistillationLoss(temperature, alpha=1.0, scale_by_t2=False)
    if temperature >= 3:
        assert names(audit_loss(bare, temperature)) == ["T² missing"]


# ---- what it returns ----------------------------------------------------------------------------


def test_it_reads_as_text():
    audit = audit_loss(at(WRONG["temperature on the teacher alone"], 4.0), 4)
    assert str(audit) == repr(audit)
    lines = str(audit).splitlines()
    assert lines[0] == (
        "✗ not yet knowledge distillation at T = 4: temperature on the teacher alone"
    )
    assert lines[3] == "  ✓ never negative                      nothing below 0 was seen"
    assert [line[2] for line in lines[1:8]] == list("✗✓✓✗?✗?")
    assert lines[8].startswith("temperature on the teacher alone: The student at T = 1 is to match")
    assert len(lines) == 9

    right = str(audit_loss(numpy_kl, 4))
    assert right.splitlines()[0] == "✓ knowledge distillation at T = 4"
    assert len(right.splitlines()) == 8
    unsure = audit_loss(lambda t, s: 0.9 * numpy_kl(t, s, 4), 4)
    assert unsure.headline == (
        "✓ knowledge distillation at T = 4, as far as the audit can tell"
    )  # fmt: skip
    summed = audit_loss(at(WRONG["sum over the batch"], 4.0), 4)
    assert summed.headline == "✓ knowledge distillation at T = 4; mind: sum over the batch"


def test_text_is_the_same_whatever_the_precision():
    for name in ("temperature on the student alone", "squared error of logits", "T² missing"):
        texts = {
            str(audit_loss(lambda t, s, p=p, w=WRONG[name]: w(t.astype(p), s.astype(p), p(4)), 4))
            for p in (np.float32, np.float64)
        }
        assert len(texts) == 1


def test_it_is_an_accessible_table_with_escaped_text():
    audit = audit_loss(at(WRONG["T² missing"], 4.0), 4)
    html = audit._repr_html_()
    assert html.count('<th scope="row"') == 7 and html.count('<th scope="col"') == 3
    assert "<caption" in html and "✗ broken" in html and "✓ holds" in html
    assert "<strong>T² missing</strong>" in html
    evil = kdlab.audit.Law("<b>", None, "a < b & c")
    html = Audit(4.0, (evil,), ())._repr_html_()
    assert "<b>" not in html and "&lt;b&gt;" in html and "a &lt; b &amp; c" in html
    assert "? cannot tell" in html and "<ul>" not in html


def test_it_cannot_be_changed():
    audit = audit_loss(numpy_kl, 4)
    with pytest.raises(AttributeError):
        audit.mistakes = ()
    assert isinstance(audit.laws, tuple) and isinstance(audit.mistakes, tuple)


def test_the_same_call_gives_the_same_audit_and_leaves_the_global_seed_alone():
    state = np.random.get_state()[1].copy()
    assert audit_loss(numpy_kl, 4) == audit_loss(numpy_kl, 4)
    np.testing.assert_array_equal(np.random.get_state()[1], state)


def test_it_says_what_numpy_would_warn_of():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        audit_loss(lambda t, s: kl(softmax(t), kdlab.softmax(kdlab.softmax(s), 4)), 4)


# ---- what goes wrong ----------------------------------------------------------------------------


@pytest.mark.parametrize("temperature", [0, -1, np.nan, np.inf, "4", None, True])
def test_a_bad_temperature_is_named(temperature):
    with pytest.raises(ValueError, match="temperature must be a finite number above 0"):
        audit_loss(numpy_kl, temperature)


@pytest.mark.parametrize("loss", [None, 3, "kl_divergence"])
def test_what_cannot_be_called_is_named(loss):
    with pytest.raises(ValueError, match="loss_fn must be a function of teacher and student"):
        audit_loss(loss, 4)


def test_a_loss_that_raises_is_named_and_its_error_kept():
    def broken(t, s):
        raise KeyError("labels")

    with pytest.raises(
        ValueError, match=r"loss_fn must take .* raised KeyError .*\(2, 4\)"
    ) as info:
        audit_loss(broken, 4)
    assert isinstance(info.value.__cause__, KeyError)
    with pytest.raises(ValueError, match="raised TypeError"):
        audit_loss(lambda t, s, labels: 0.0, 4)

    def only_at_4(t, s, temperature):
        assert temperature == 4
        return numpy_kl(t, s, temperature)

    with pytest.raises(ValueError, match=r"raised AssertionError .* at temperature=1"):
        audit_loss(only_at_4, 4)


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        (lambda t, s: (t - s) ** 2, r"one per example, \(2,\); got shape \(2, 4\)"),
        (lambda t, s: (t - s).sum(axis=0), r"one per example, \(2,\); got shape \(4,\)"),
        (lambda t, s: None, "must return numbers, got NoneType"),
        (lambda t, s: "0.3", "must return numbers, got str"),
        (lambda t, s: {"loss": 1.0}, "must return numbers, got dict"),
        (lambda t, s: np.sum(t * np.log(t / s)), "must return finite losses, got nan"),
        (lambda t, s: np.inf, "must return finite losses, got inf"),
        (lambda t, s: np.array([]), r"got shape \(0,\)"),
    ],
)
def test_what_is_no_loss_is_named(loss, message):
    with pytest.raises(ValueError, match=message):
        audit_loss(loss, 4)


def test_a_loss_that_is_not_the_same_twice_is_named():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="must return the same loss for the same logits"):
        audit_loss(lambda t, s: numpy_kl(t, s * (rng.random(s.shape) < 0.5), 4), 4)


def test_an_interrupt_is_not_swallowed():
    def interrupted(t, s):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        audit_loss(interrupted, 4)


def test_tensors_with_a_gradient_are_taken():
    class Tensor:
        """What NumPy sees of a PyTorch tensor that requires a gradient."""

        def __init__(self, value, attached=True):
            self.value, self.attached = value, attached

        def detach(self):
            return Tensor(self.value, attached=False)

        def cpu(self):
            return self

        def __array__(self, dtype=None, copy=None):
            if self.attached:
                raise RuntimeError("Can't call numpy() on Tensor that requires grad.")
            return np.asarray(self.value, dtype=dtype)

    assert audit_loss(lambda t, s: Tensor(numpy_kl(t, s, 4)), 4).is_distillation


def test_auditing_loads_neither_tensorflow_nor_scipy(python):
    done = python(
        "import sys, kdlab\n"
        "def loss(t, s):\n"
        "    return 16 * kdlab.kl_divergence(kdlab.softmax(t, 4), kdlab.softmax(s, 4)).mean()\n"
        "print(kdlab.audit_loss(loss, 4).is_distillation)\n"
        "heavy = {'tensorflow', 'keras', 'torch', 'scipy', 'matplotlib', 'sklearn'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "True\n"
