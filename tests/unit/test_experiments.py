"""The experiments in small: they run, record what they ran with, and go on after being killed."""

import importlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import jax
import numpy as np
import pytest
from systems import KILL, replaces_what_is_read

import kdlab
from kdlab._tensorflow import tf

EXPERIMENTS = Path(__file__).parents[2] / "experiments"
RECORDED = ("hinton_mnist", "few_labels", "cifar10_article", "cifar10_seeds")


def arguments(folder) -> list[str]:
    return ["--quick", "--work", str(folder), "--out", str(folder / "quick.json")]


@pytest.fixture(scope="module", autouse=True)
def importable(tmp_path_factory):
    """The experiments, to be run in this process, which need not load a framework for each."""
    compiled = str(tmp_path_factory.mktemp("compiled"))  # by JAX here; a process of its own reads
    jax.config.update("jax_compilation_cache_dir", compiled)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAX_COMPILATION_CACHE_DIR", compiled)
        patch.syspath_prepend(EXPERIMENTS)
        # As kdlab has it, also where an experiment prefers the other, faster on most processors:
        # what a process of its own learns is compared with what is learned here.
        patch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
        yield
    jax.config.update("jax_compilation_cache_dir", None)


def run(name, folder) -> dict:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [name, *arguments(folder)])
        importlib.import_module(name).main()
    return json.loads((folder / "quick.json").read_text("utf-8"))


@pytest.fixture(scope="module", params=RECORDED)
def quick(request, tmp_path_factory):
    """The name of an experiment, its record from an uninterrupted run, and the folder of that."""
    folder = tmp_path_factory.mktemp(request.param)
    return request.param, run(request.param, folder), folder


def results(record):
    return [(run["settings"], run["results"]) for run in record["runs"]]


def test_the_record_says_what_was_run_with_what(quick):
    _, record, _ = quick
    assert {"kdlab", "python", "keras", "numpy"} <= set(record["versions"])
    assert record["device"]["cores"] == os.cpu_count() and record["device"]["processor"]
    assert record["seconds"] > 0 and all(run["seconds"] > 0 for run in record["runs"])
    assert record["about"]["settings"]["seeds"] and record["about"]["data"]
    settings = [json.dumps(run["settings"]) for run in record["runs"]]
    assert len(set(settings)) == len(settings) >= 7


def test_the_figure_is_drawn_where_there_is_one(quick):
    name, _, folder = quick
    drawn = [path.read_bytes()[:4] for path in folder.glob("*.png")]
    assert drawn == ([b"\x89PNG"] if name == "hinton_mnist" else [])


def test_the_paper_stands_beside_the_recorded_runs():
    import hinton_figure

    record = json.loads((EXPERIMENTS / "hinton_mnist.json").read_text("utf-8"))
    left, right = hinton_figure.draw(record).axes
    arms = [text.get_text() for text in left.get_yticklabels()]
    drawn = [line.get_xdata() for line in left.lines]
    for i, (arm, (errors, *_)) in enumerate(hinton_figure.PAPER.items()):
        row = arms.index(arm)
        assert drawn[2 * row] == errors, "the paper's"
        ours = [run["results"]["errors"] for run in record["runs"] if run["settings"]["arm"] == arm]
        assert drawn[2 * row + 1].tolist() == ours and len(ours) == (3 if i else 1)
    assert "the paper's best" in right.texts[0].get_text()


@replaces_what_is_read
def test_killed_in_the_middle_it_goes_on_to_the_same_results(quick, tmp_path):
    name, expected, _ = quick
    command = [sys.executable, EXPERIMENTS / f"{name}.py", *arguments(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    out = tmp_path / "quick.json"
    while process.poll() is None:
        if out.exists() and len(json.loads(out.read_text("utf-8"))["runs"]) >= 3:
            os.kill(process.pid, KILL)
            break
        time.sleep(0.02)
    assert abs(process.wait()) == KILL, "it was over before it could be killed"
    before = json.loads(out.read_text("utf-8"))["runs"]
    assert 3 <= len(before) < len(expected["runs"])
    after = run(name, tmp_path)
    assert after["runs"][: len(before)] == before  # not run again
    assert results(after) == results(expected)


def test_a_record_made_with_other_settings_is_not_added_to(quick, tmp_path):
    name, record, _ = quick
    record = json.loads(json.dumps(record))
    record["about"]["settings"]["batch_size"] += 1
    (tmp_path / "quick.json").write_text(json.dumps(record), "utf-8")
    with pytest.raises(ValueError, match="was made with other settings"):
        run(name, tmp_path)
    assert json.loads((tmp_path / "quick.json").read_text("utf-8")) == record


def test_students_in_jax_are_those_of_keras():
    import cifar10_seeds

    data = kdlab.load_dataset("cifar10", n_train=16, n_test=16)
    student = kdlab.build_student(data, 128, architecture="cnn")
    arrays = student.get_weights()
    weights = [
        (kernel.reshape(-1, kernel.shape[-1]), bias)
        for kernel, bias in zip(arrays[::2], arrays[1::2], strict=True)
    ]
    fresh = cifar10_seeds.initial_weights(jax.random.key(0))
    assert jax.tree.map(np.shape, fresh) == jax.tree.map(np.shape, weights)
    for (kernel, _), (keras_kernel, _) in zip(fresh, weights, strict=True):
        assert np.std(kernel) == pytest.approx(np.std(keras_kernel), rel=0.1)

    logits = kdlab.predict_logits(student, data.x_test)
    ours = cifar10_seeds.student_logits(weights, data.x_test)
    np.testing.assert_allclose(ours, logits, rtol=1e-4, atol=1e-5)

    teacher_logits = np.random.default_rng(0).normal(0, 5, logits.shape).astype(np.float32)
    for alpha, temperature in ((0.0, 1.0), (1.0, 1.0), (0.9, 4.0)):
        found = cifar10_seeds.distillation_loss(
            weights, data.x_test, data.y_test, teacher_logits, alpha, temperature
        )
        expected = kdlab.DistillationLoss(temperature, alpha)((data.y_test, teacher_logits), logits)
        assert float(found) == pytest.approx(float(expected), rel=1e-4)


def test_the_articles_teacher_is_trained_as_written(tmp_path):
    tf.config.run_functions_eagerly(True)  # a graph of ResNet50 takes longer than its one step
    try:
        (trained,) = run("article_teacher", tmp_path)["runs"]
    finally:
        tf.config.run_functions_eagerly(False)
    assert trained["results"]["parameters"] == 23_851_274
    assert set(trained["results"]["curves"]) == {"accuracy", "loss", "val_accuracy", "val_loss"}
