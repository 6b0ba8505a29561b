"""Files that version 0.1.0 has written, kept in `kept/`: this version opens them as that one did.

They were made of the first 40 training and 10 test digits, with the shipped teacher's logits:
two students of two hidden units, distilled at T = 3 for two epochs with seed 0, one with labels and
one without; the latter stored as a teacher too; and a run, stopped in its third epoch.
"""

import shutil
from pathlib import Path

import numpy as np
import pytest
from older import opens_files_of_today

from kdlab import (
    DistillationLoss,
    build_student,
    distill,
    load_dataset,
    load_teacher,
    pack_targets,
    predict_logits,
)
from kdlab._tensorflow import keras
from kdlab.distillation.keras_metrics import label_accuracy, teacher_agreement

KEPT = Path(__file__).parent / "kept"


@pytest.fixture(scope="module")
def few():
    return load_dataset("digits", n_train=40, n_test=10)


@pytest.fixture(scope="module")
def logits(teacher):
    return teacher.train_logits[:40]


def test_a_stored_teacher_opens(few):
    stored = load_teacher(KEPT / "teacher.npz", few)
    assert stored.provenance["versions"]["kdlab"] == "0.1.0" and stored.provenance["seed"] == 1
    student = build_student(few, 2)
    student.set_weights(stored.weights)
    np.testing.assert_allclose(predict_logits(student, few.x_test), stored.test_logits, atol=1e-5)


@opens_files_of_today
@pytest.mark.parametrize(
    ("name", "alpha", "metric"), [("labels", 0.9, "accuracy"), ("no_labels", 1.0, "agreement")]
)
def test_a_distilled_model_opens_and_can_be_trained_on(few, logits, name, alpha, metric):
    model = keras.models.load_model(KEPT / f"student_{name}.keras")
    assert type(model.loss) is DistillationLoss
    assert (model.loss.temperature, model.loss.alpha) == (3.0, alpha)
    labels = few.y_train if name == "labels" else None
    history = model.fit(few.x_train, pack_targets(labels, logits), verbose=0).history
    assert set(history) == {"loss", metric}
    assert int(model.optimizer.iterations) == 2 + 2  # of 40 examples in batches of 64, and of 32


@opens_files_of_today
def test_it_is_the_model_that_was_saved(few):
    model = keras.models.load_model(KEPT / "student_no_labels.keras")
    stored = load_teacher(KEPT / "teacher.npz")
    for ours, theirs in zip(model.get_weights(), stored.weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_run_goes_on(few, logits, tmp_path, capsys):
    path = tmp_path / "run.npz"
    shutil.copy(KEPT / "run.npz", path)
    history = distill(
        build_student(few, 2, seed=1), few.x_train, logits, few.y_train,
        temperature=3, epochs=3, checkpoint=path,
    )  # fmt: skip
    assert f"Going on after epoch 2, from {path}." in capsys.readouterr().out
    assert len(history.history["loss"]) == 3


def test_what_is_saved_now_goes_by_the_same_names():
    for thing, name in (
        (DistillationLoss, "DistillationLoss"),
        (label_accuracy, "accuracy"),
        (teacher_agreement, "agreement"),
    ):
        assert keras.saving.get_registered_name(thing) == f"kdlab>{name}"
