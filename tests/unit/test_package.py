"""The package as a whole: what importing it loads, and what it documents."""

import doctest
import importlib
import inspect

import pytest

import kdlab

NAMES = [name for name in kdlab.__all__ if name != "__version__"]


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_resolves_to_what_its_module_defines(name):
    value = getattr(kdlab, name)
    home = importlib.import_module(f"kdlab.{kdlab._HOME[name]}")
    assert value is getattr(home, name) and name in dir(kdlab)


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_is_documented_with_what_it_takes_and_an_example(name):
    value = getattr(kdlab, name)
    text = inspect.getdoc(value)
    assert text and text.splitlines()[0].endswith((".", ":", "`", ")"))
    if name not in ("Dataset", "Interval", "StoredTeacher", "CohortResult"):  # made by functions
        assert doctest.DocTestParser().get_examples(text), "no example"
    if inspect.isfunction(value):
        for parameter in inspect.signature(value).parameters:
            assert parameter in text.split("Args:")[1], f"{parameter} is not described"
        assert "Raises:" in text


def test_public_names_of_the_design_are_there():
    promised = (
        "load_dataset softmax entropy kl_divergence build_teacher build_student train "
        "predict_logits DistillationLoss distill train_cohort CohortResult TemperatureExplorer "
        "TrainingMonitor show Dataset"
    )
    assert set(promised.split()) <= set(NAMES)
    assert list(inspect.signature(kdlab.load_dataset).parameters) == [
        "name", "data_dir", "n_train", "n_test",
    ]  # fmt: skip
    assert str(inspect.signature(kdlab.softmax).parameters["temperature"]).endswith("1.0")
    loss = list(inspect.signature(kdlab.DistillationLoss).parameters)
    assert loss[:3] == ["temperature", "alpha", "scale_by_t2"]
    distill = inspect.signature(kdlab.distill).parameters
    assert list(distill)[:6] == ["student", "x", "teacher_logits", "y", "temperature", "alpha"]


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'kdlab' has no attribute 'distil'"):
        kdlab.distil  # noqa: B018


def test_nothing_but_training_loads_tensorflow(python):
    done = python(
        "import sys, kdlab\n"
        "heavy = {'tensorflow', 'keras', 'sklearn', 'matplotlib', 'ipywidgets', 'scipy'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "data = kdlab.load_dataset('digits')\n"
        "logits = kdlab.pretrained_teacher('digits').test_logits\n"
        "kdlab.softmax(logits, 4), kdlab.accuracy(logits, data.y_test)\n"
        "kdlab.confidence_interval([1, 2, 3])\n"
        "kdlab.plot_soft_targets(logits[0], [1, 4], data.class_names)\n"
        "kdlab.TemperatureExplorer(logits[:5]), kdlab.TrainingMonitor()\n"
        "from kdlab.exercises import lesson_00, lesson_01, lesson_02, lesson_03\n"
        "from kdlab.exercises import lesson_04, lesson_05\n"
        "lesson_02.softmax.check(kdlab.softmax)\n"
        "heavy = {'tensorflow', 'keras', 'sklearn', 'matplotlib.pyplot'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("✓ 2.1")
