import re

import numpy as np
import pytest

from kdlab import DistillationLoss, soft_targets
from kdlab._tensorflow import tf
from kdlab.widgets import LossExplorer
from tests.tools.widget_examples import HOSTILE, losses

STATE = {"temperature": 2.5, "alpha": 0.3, "scale_by_t2": False, "index": 6}


@pytest.fixture
def data():
    rng = np.random.default_rng(1)
    teacher, student = 4 * rng.normal(size=(2, 7, 3))
    return {
        "teacher_logits": teacher.astype(np.float32),
        "student_logits": student.astype(np.float32),
        "labels": np.array([0, 1, 2, 0, 1, 2, 0]),
        "images": rng.random((7, 8, 8, 1), dtype=np.float32),
        "class_names": ("cat", "dog", "car"),
    }


def shown(explorer):
    """The fallback's text and HTML."""
    data = explorer._repr_mimebundle_()[0]
    return data["text/plain"], data["text/html"]


def test_needs_logits_and_labels_only(data):
    explorer = LossExplorer([[1.0, 2.0]], [[0.0, 3.0]], [1])
    assert explorer.state() == {
        "temperature": 4.0,
        "alpha": 0.9,
        "scale_by_t2": True,
        "index": 0,
    }


def test_sends_the_teacher_first(data):
    sent = [np.frombuffer(b, "<f4").reshape(7, 3) for b in LossExplorer(**data)._data["logits"]]
    np.testing.assert_array_equal(sent, [data["teacher_logits"], data["student_logits"]])


def test_state_recreates_it(data):
    assert LossExplorer(**data, **STATE).state() == STATE


def test_the_page_can_set_what_python_reads(data):
    explorer = LossExplorer(**data)
    explorer.set_state({"temperature": 4, "alpha": 1, "scale_by_t2": False, "index": 3})
    assert explorer.state() == {
        "temperature": 4.0,
        "alpha": 1.0,
        "scale_by_t2": False,
        "index": 3,
    }


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"teacher_logits": [[np.nan, 1.0]]}, "teacher_logits must be finite, got 1 NaN"),
        ({"student_logits": [1.0, 2.0]}, "student_logits must have 2 dimensions"),
        (
            {"student_logits": np.ones((7, 4))},
            r"student_logits must be of the same examples and classes as teacher_logits, \(7, 3\)",
        ),
        ({"labels": None}, "labels must hold one label per example.* got None"),
        ({"labels": [0, 1]}, "labels must hold one label per example, 7, got 2"),
        ({"labels": [3] * 7}, "labels must lie in 0 to 2"),
        ({"images": np.zeros((6, 8, 8, 1))}, "teacher_logits and images must .* got 7 and 6"),
        ({"class_names": ["cat"]}, "class_names must hold one name per class, 3 .* got 1"),
        ({"temperature": 0.1}, "temperature must lie in 0.25 to 100, .* got 0.1"),
        ({"alpha": 1.5}, r"alpha, the weight .* must lie in \[0, 1\], got 1.5"),
        ({"alpha": True}, r"alpha, .* must lie in \[0, 1\], got True"),
        ({"scale_by_t2": 1}, "scale_by_t2 must be True or False, got 1"),
        ({"index": 7}, "index must be the number of an example, 0 to 6 here, got 7"),
    ],
)
def test_says_what_is_wrong(data, bad, message):
    with pytest.raises(ValueError, match=message):
        LossExplorer(**{**data, **bad})


@pytest.mark.parametrize(("name", "value"), [*zip(STATE, [0, -0.1, "no", -1], strict=True)])
def test_a_bad_value_set_later_changes_nothing(data, name, value):
    explorer = LossExplorer(**data, **STATE)
    with pytest.raises(ValueError, match=f"^{name}"):
        setattr(explorer, name, value)
    assert explorer.state() == STATE


@pytest.mark.parametrize("scale_by_t2", [True, False])
@pytest.mark.parametrize(
    ("temperature", "alpha"), [(4.0, 0.9), (0.5, 0.2), (20.0, 1.0), (1.0, 0.0)]
)
def test_it_is_the_loss_that_students_train_on(data, temperature, alpha, scale_by_t2):
    explorer = LossExplorer(
        **data, temperature=temperature, alpha=alpha, scale_by_t2=scale_by_t2, index=2
    )
    loss = DistillationLoss(temperature, alpha, scale_by_t2)
    rows = (data[name][2:3] for name in ("labels", "teacher_logits", "student_logits"))
    labels, teacher, student = map(tf.constant, rows)
    with tf.GradientTape() as tape:
        tape.watch(student)
        expected = loss((labels, teacher), student)  # in float32
    shown = explorer._loss()
    assert shown.total == pytest.approx(float(expected), rel=1e-3)
    [gradient] = tape.gradient(expected, student).numpy()
    assert shown.gradient == pytest.approx(gradient, rel=1e-3, abs=1e-6)


def test_fallback_shows_the_real_numbers(data):
    text, html = shown(LossExplorer(**data, temperature=4.0, alpha=0.75, index=2))
    teacher, student = data["teacher_logits"][2], data["student_logits"][2]
    p, q = (soft_targets.softmax(z, 4) for z in (teacher, student))
    q1 = soft_targets.softmax(student)
    soft, hard = soft_targets.kl_divergence(p, q), -np.log(q1[2])
    total = 0.75 * 16 * soft + 0.25 * hard
    written = f"L = 0.75 × 16 × {soft:.3g} + 0.25 × {hard:.3g} = {total:.3g}"
    assert text.endswith(f"Example 2, labelled car, at T = 4, with T²: {written}")
    assert written in html
    soft_part, hard_part = 0.75 * 4 * (q - p), 0.25 * (q1 - [0, 0, 1])
    for k, name in enumerate(("cat", "dog", "<strong>car ◆ true label</strong>")):
        numbers = [f"{x:.3f}" for x in (p[k], q[k])]
        numbers += [f"{x:+.3f}" for x in (soft_part[k], hard_part[k], soft_part[k] + hard_part[k])]
        cells = "".join(f"<td>{number}</td>" for number in numbers)
        assert f"<tr><th>{name}</th>{cells}</tr>" in html


def test_fallback_without_t2(data):
    text, _ = shown(LossExplorer(**data, scale_by_t2=False))
    assert re.search(r"at T = 4, without T²: L = 0.9 × 1 × ", text)


def test_fallback_is_the_same_every_time_and_knows_no_minus_zero(data):
    data["student_logits"] = data["teacher_logits"]
    first, second = (shown(LossExplorer(**data, alpha=1.0)) for _ in range(2))
    assert first == second
    assert "L = 1 × 16 × 0 + 0 × " in first[0]
    assert "-0.000" not in first[1]


def test_fallback_of_many_classes():
    _, html = shown(losses([f"class {k}" for k in range(100)]))
    assert html.count("<tr>") == 11
    assert "and 90 more classes" in html


def test_hostile_names_stay_text():
    _, html = shown(losses((HOSTILE, '" onmouseover="x', "a & b", "tree")))
    assert HOSTILE not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html
    assert '" onmouseover="x' not in html
