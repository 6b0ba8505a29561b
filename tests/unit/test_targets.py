"""The one array of `fit`: what Keras reads in it, and what cannot be one."""

import numpy as np
import pytest

from kdlab import DistillationLoss, build_student, load_dataset, pack_targets, pretrained_teacher
from kdlab._tensorflow import keras, tf
from kdlab.distillation.targets import label_first, unpack

RNG = np.random.default_rng(0)
LABELS = np.array([2, 0, 1, 2])
TEACHER = RNG.normal(size=(4, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def data():
    return load_dataset("digits", n_train=200, n_test=1)


@pytest.fixture(scope="module")
def packed(data):
    return pack_targets(data.y_train, pretrained_teacher("digits", data).train_logits)


def test_what_was_packed_is_found_again_to_the_bit():
    labels, logits = unpack(pack_targets(LABELS, TEACHER))
    np.testing.assert_array_equal(labels, LABELS)
    np.testing.assert_array_equal(logits, TEACHER)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
def test_in_another_precision_the_labels_are_the_same(dtype):
    many = RNG.integers(5000, size=50)
    labels, _ = unpack(keras.ops.cast(pack_targets(many, RNG.normal(size=(50, 5000))), dtype))
    np.testing.assert_array_equal(labels, many)


def test_a_checkpoint_of_the_version_before_knows_the_run():
    first = label_first(pack_targets(LABELS, TEACHER))
    np.testing.assert_array_equal(first, np.column_stack([LABELS.astype(np.float32), TEACHER]))
    np.testing.assert_array_equal(label_first(TEACHER), TEACHER)
    np.testing.assert_array_equal(label_first(LABELS), LABELS)


@pytest.mark.parametrize("jit", [False, True])
def test_keras_own_accuracy_is_that_on_the_labels(data, packed, jit):
    student = build_student(data)
    student.compile("adam", DistillationLoss(), metrics=["accuracy"], jit_compile=jit)
    _, accuracy = student.evaluate(data.x_train, packed, verbose=0)
    right = student.predict(data.x_train, verbose=0).argmax(axis=1) == data.y_train
    assert accuracy == pytest.approx(right.mean())


def test_class_weights_fall_on_the_examples_of_these_classes(data, packed):
    seen = []

    class Spy(DistillationLoss):
        def __call__(self, y_true, y_pred, sample_weight=None):
            seen.append((unpack(y_true)[0].numpy(), np.asarray(sample_weight)))
            return super().__call__(y_true, y_pred, sample_weight)

    weights = {k: 10.0 if k in (7, 9) else 1.0 for k in range(10)}
    student = build_student(data)
    student.compile("adam", Spy(), run_eagerly=True)
    student.fit(data.x_train, packed, class_weight=weights, batch_size=50, verbose=0)
    labels, given = (np.concatenate(parts) for parts in zip(*seen, strict=True))
    np.testing.assert_array_equal(given, [weights[k] for k in labels])
    assert 0 < (given == 10).mean() < 1


# ---- a single sigmoid unit ----------------------------------------------------------------------


def binary_divergence(teacher, student, temperature):
    p, q = (1 / (1 + np.exp(-z / temperature)) for z in (teacher, student))
    return temperature**2 * (p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q)))


@pytest.mark.parametrize("form", ["one column", "pair", "packed"])
def test_a_single_unit_learns_the_divergence_of_two_classes(form):
    z, student = np.array([[2.0], [0.5]], "float32"), np.array([[-1.0], [3.0]], "float32")
    labels = np.array([1, 0])
    alpha = 1.0 if form == "one column" else 0.9
    targets = {"one column": z, "pair": (labels, z), "packed": pack_targets(labels, z)}[form]
    soft = binary_divergence(z, student, 4.0).mean()
    hard = np.log1p(np.exp(np.where(labels == 1, -1, 1) * student[:, 0])).mean()
    assert binary_divergence(2.0, -1.0, 4.0) == pytest.approx(1.0993, abs=1e-4)
    found = float(DistillationLoss(4.0, alpha)(targets, student))
    assert found == pytest.approx(alpha * soft + (1 - alpha) * hard, rel=1e-5)


def test_a_single_unit_is_trained_by_fit():
    x = RNG.normal(size=(64, 2)).astype(np.float32)
    z = 3 * x[:, :1]
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.1), DistillationLoss(2.0, 0.5))
    losses = model.fit(x, pack_targets((z[:, 0] > 0).astype(int), z), epochs=30, verbose=0)
    assert losses.history["loss"][-1] < 0.3 * losses.history["loss"][0]


# ---- what cannot be right -----------------------------------------------------------------------

BY_HAND = np.column_stack([LABELS, TEACHER]).astype(np.float32)


def test_targets_put_together_by_hand_are_refused_at_once():
    with pytest.raises(ValueError, match=r"y_true was not made by pack_targets.*pack_targets\("):
        DistillationLoss()(BY_HAND, TEACHER)


def test_and_in_fit():
    with pytest.raises(tf.errors.InvalidArgumentError, match="y_true was not made by pack_targets"):
        fit_by_hand(jit=False)


def test_where_xla_leaves_assertions_out_the_loss_is_no_number():
    assert np.isnan(fit_by_hand(jit=True).history["loss"][0])


def fit_by_hand(jit):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    model.compile("adam", DistillationLoss(), jit_compile=jit)
    return model.fit(np.zeros((4, 2)), BY_HAND, verbose=0)


@pytest.mark.parametrize(
    ("targets", "student"),
    [
        (BY_HAND[:, :2], TEACHER[:, :1]),  # a label and the logit of a single unit
        (TEACHER, TEACHER[:, :1]),
        (TEACHER[:, :2], TEACHER),
        (LABELS, TEACHER),
        (BY_HAND, TEACHER[:, :2]),
    ],
)
def test_targets_of_another_width_are_refused(targets, student):
    said = r"y_true (must hold teacher logits|was not made).*pack_targets\("
    with pytest.raises(ValueError, match=said):
        DistillationLoss(4.0, 1.0)(targets, student)


def test_logits_as_large_as_a_mark_are_refused():
    with pytest.raises(ValueError, match=r"teacher_logits must lie below 1e\+38, got 2e\+38"):
        pack_targets([0], [[2e38, 0.0]])
