"""The network that runs in the page answers as NumPy and Keras do, on the real digits."""

import base64
import json

import numpy as np
import pytest
from test_node import HERE, node

import kdlab
from kdlab import DigitPad


def a_case(name, weights, images, expected):
    arrays = DigitPad(weights)._data["students"][0]["network"]
    return {
        "name": name,
        "arrays": [base64.b64encode(array).decode() for array in arrays],
        "images": images.reshape(len(images), -1).tolist(),
        "expected": np.asarray(expected, float).tolist(),
    }


@pytest.fixture
def fixture(tmp_path):
    data = kdlab.load_dataset("digits")
    images = data.x_test[:50]
    student = kdlab.build_student(data, hidden_units=(24, 12), seed=3)
    cohort = kdlab.train_cohort(data, alphas=[0], n_images=[100], seeds=[0], steps=200)
    single = [np.random.default_rng(0).normal(size=(64, 3)), np.array([1.0, -2.0, 0.5])]
    flat = images.reshape(len(images), -1)
    cases = [
        a_case("Keras", student.get_weights(), images, kdlab.predict_logits(student, images)),
        a_case(
            "a cohort", [w[0] for w in cohort.weights], images, cohort.predict_logits(images)[0]
        ),
        a_case("one layer", single, images, flat @ single[0] + single[1]),
    ]
    path = tmp_path / "network.json"
    path.write_text(json.dumps(cases, allow_nan=False))
    return path


def run(fixture):
    return node("--test", HERE / "network.compare.mjs", KDLAB_NETWORK_FIXTURE=str(fixture))


def test_the_page_s_network_answers_as_python_does(fixture):
    result = run(fixture)
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_wrong_answer_is_noticed(fixture):
    cases = json.loads(fixture.read_text())
    cases[1]["expected"][7][2] += 1e-3
    fixture.write_text(json.dumps(cases))
    result = run(fixture)
    assert result.returncode == 1
    assert "a cohort, image 7, class 2: Python says" in result.stdout
