"""The audit of a loss: right ones pass, and what is no loss is named."""

import numpy as np
import pytest
from audit_losses import (
    RIGHT,
    TEMPERATURES,
    WRONG,
    at,
    in_float64,
    names,
    numpy_kl,
    per_example,
    pytorch_tutorial,
    soft_cross_entropy,
    unsure,
)
from older import has_distillation

import kdlab
from kdlab import audit_loss

UNSURE_AT_1 = {"T² keeps the gradient level", "temperature on the logits of both"}


@pytest.mark.parametrize("temperature", TEMPERATURES)
@pytest.mark.parametrize("loss", RIGHT)
def test_a_right_loss_passes(loss, temperature):
    audit = audit_loss(at(loss, temperature), temperature)
    assert audit.is_distillation and not audit.mistakes
    assert unsure(audit) == (UNSURE_AT_1 if temperature == 1 else set()), str(audit)
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
        "a cross-entropy: its minimum is the teacher's entropy, not 0",
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
    probes = kdlab.audit.judge.draw_probes

    def others(temperature, seed):
        rng = np.random.default_rng(seed)
        for probe, (n, k) in zip(
            probes(temperature, seed), [(2, classes), (4, classes), (3, classes + 2)], strict=True
        ):
            spread = 8 * probe.step * size
            pair = rng.normal(scale=spread, size=(2, n, k)).astype(np.float32)
            yield type(probe)(*pair, spread / 8)

    monkeypatch.setattr(kdlab.audit.judge, "draw_probes", lambda *args: list(others(*args)))
    for loss in (in_float64, per_example, soft_cross_entropy):
        assert not audit_loss(loss, 4).mistakes
    for name in ("T² missing", "temperature on the teacher's probabilities",
                 "arguments swapped: KL(q || p)", "mean over all elements"):  # fmt: skip
        audit = audit_loss(at(WRONG[name], 4.0), 4)
        assert names(audit) == [name], str(audit)


# ---- Keras --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def keras():
    from kdlab._tensorflow import keras

    return keras


@has_distillation
@pytest.mark.parametrize("temperature", [1.0, 3.0, 4.0, 20.0])
@pytest.mark.parametrize("loss", ["kl_divergence", "categorical_crossentropy"])
def test_keras_texts_are_logits_where_probabilities_belong(keras, loss, temperature):
    """The trap of lesson 03. If this fails, Keras has mended it: change the lesson."""
    default = keras.distillation.LogitsDistillation(temperature=temperature, loss=loss)
    audit = audit_loss(default.compute_loss, temperature)
    assert not audit.is_distillation
    assert names(audit) == ["logits where probabilities belong"], str(audit)


@has_distillation
def test_keras_default_is_the_text(keras):
    audit = audit_loss(keras.distillation.LogitsDistillation(temperature=4.0).compute_loss, 4.0)
    assert names(audit) == ["logits where probabilities belong"], str(audit)
    assert "LogitsDistillation(temperature=T, loss=keras.losses.KLDivergence())" in str(audit)


@has_distillation
@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0, 4.0, 20.0])
def test_keras_with_a_divergence_object_is_right(keras, temperature):
    right = keras.distillation.LogitsDistillation(
        temperature=temperature, loss=keras.losses.KLDivergence()
    )
    audit = audit_loss(right.compute_loss, temperature)
    assert audit.is_distillation and not audit.mistakes, str(audit)


@has_distillation
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
