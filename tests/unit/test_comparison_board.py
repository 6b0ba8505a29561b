"""The comparison board: its numbers against the metrics, what it refuses, what it falls back to."""

import re

import numpy as np
import pytest
from fallbacks import html_of, text_of

from kdlab import accuracy, agreement, confidence_interval, proportion_interval
from kdlab.widgets import ComparisonBoard

RNG = np.random.default_rng(0)
LABELS = np.arange(40) % 4
TEACHER = RNG.normal(size=(40, 4)) + 3 * np.eye(4)[LABELS]
RUNS = RNG.normal(size=(5, 40, 4)) + np.eye(4)[LABELS]
MODELS = {"teacher": TEACHER, "student": {"logits": RUNS, "parameters": 1210, "milliseconds": 0.2}}
HOSTILE = "<img src=x onerror=alert(1)>"


def board(models=MODELS, labels=LABELS, **options):
    return ComparisonBoard(models, labels, **options)


def test_one_run_has_an_interval_over_test_images():
    row = board()._data["models"][0]
    hits = int((TEACHER.argmax(-1) == LABELS).sum())
    interval = proportion_interval(hits, 40)
    assert (row["accuracy"], row["low"], row["high"]) == interval[:3]
    assert row["runs"] == 1


def test_several_runs_have_an_interval_over_runs():
    row = board()._data["models"][1]
    interval = confidence_interval(accuracy(RUNS.astype(np.float32), LABELS))
    assert (row["accuracy"], row["low"], row["high"]) == interval[:3]
    assert row["runs"] == 5


@pytest.mark.parametrize(
    ("models", "over_runs", "over_images"),
    [(MODELS, True, True), ({"a": TEACHER}, False, True), ({"a": RUNS, "b": RUNS}, True, False)],
)
def test_the_board_says_which_interval_is_which(models, over_runs, over_images):
    html = html_of(board(models))
    assert ("Over runs (Student" in html) == over_runs
    assert ("Over images (Wilson)" in html) == over_images
    assert ("different questions" in html) == (over_runs and over_images)
    assert ("it is that of the first" in html) == over_runs


def test_an_interval_ends_where_an_accuracy_must():
    logits = np.tile(np.eye(4)[LABELS] * 3, (3, 1, 1))
    logits[0, :20] = 0.5  # all say class 0: a wide Student interval around a high mean
    row = board({"a": logits})._data["models"][0]
    assert confidence_interval(accuracy(logits, LABELS)).high > 1
    assert row["high"] == 1


def test_accuracy_on_each_class():
    rows = board(labels=np.where(LABELS == 3, 2, LABELS))._data["models"]
    expected = (RUNS.argmax(-1) == LABELS)[:, LABELS == 1].mean()
    assert rows[1]["perClass"][1] == pytest.approx(expected)
    assert rows[1]["perClass"][3] is None  # no test image of it


def test_agreement_is_with_the_teacher_and_not_with_itself():
    teacher, student = board(teacher="teacher")._data["models"]
    assert teacher["agreement"] is None
    assert student["agreement"] == pytest.approx(agreement(RUNS, TEACHER).mean())
    assert all(row["agreement"] is None for row in board()._data["models"])
    student, _ = board({"student": TEACHER, "seeds": RUNS}, teacher="seeds")._data["models"]
    assert student["agreement"] == pytest.approx(agreement(TEACHER, RUNS[0]))


@pytest.mark.parametrize(
    ("low", "expected"), [(0.0, 0.0), (0.29, 0.2), (0.7, 0.7), (0.95, 0.9), (1.0, 0.9)]
)
def test_the_axis_begins_at_a_round_number_below_all_intervals(low, expected):
    it = board()
    it._rows = [{"low": low}, {"low": 1.0}]
    assert it._axis_from() == expected


def test_perfect_runs_leave_the_axis_some_room():
    assert board({"a": np.tile(np.eye(4)[LABELS] * 3, (2, 1, 1))})._data["axisFrom"] == 0.9


def test_the_gallery_is_where_the_first_runs_disagree():
    teacher, student = TEACHER.argmax(-1), RUNS[0].argmax(-1)
    it = board()
    np.testing.assert_array_equal(it.gallery, np.flatnonzero(teacher != student))
    assert it.index == it.gallery[0]
    it.show = ("teacher", "student")
    np.testing.assert_array_equal(
        it.gallery, np.flatnonzero((teacher == LABELS) & (student != LABELS))
    )
    it.show = "all wrong"
    np.testing.assert_array_equal(
        it.gallery, np.flatnonzero((teacher != LABELS) & (student != LABELS))
    )
    it.show = "everything"
    assert len(it.gallery) == 40


def test_models_that_never_disagree():
    it = board({"a": TEACHER, "b": TEACHER})
    assert len(it.gallery) == 0
    assert it.index == 0
    assert "0 of 40 test images: disagreement" in text_of(it)


def test_state_recreates_the_board():
    state = {
        "temperature": 4.0,
        "show": ("student", "teacher"),
        "index": 7,
        "sort_by": "parameters",
        "descending": False,
    }
    it = board(**state)
    assert it.state() == state
    assert board(**it.state()).state() == state


def test_the_page_can_set_what_python_reads():
    it = board()
    sent = []
    it._send = lambda message, buffers=None: sent.append(message)
    it.set_state({"show": ["teacher", "student"], "sort_by": "name", "index": 3})
    assert (it.show, it.sort_by, it.index) == (("teacher", "student"), "name", 3)
    assert not sent


@pytest.mark.parametrize(
    ("models", "message"),
    [
        ({}, "models must be a dict of at least one model's logits .* got an empty one"),
        ([TEACHER], "models must be a dict .* got list"),
        ({"": TEACHER}, "a name in models must be a text that is not empty, got ''"),
        ({3: TEACHER}, "a name in models must be a text that is not empty, got 3"),
        ({"a": TEACHER[0]}, r"the logits of 'a' must be \(n, classes\) .* got shape \(4,\)"),
        ({"a": TEACHER, "b": TEACHER[:, :3]}, "the logits of 'b' must be of the same examples"),
        ({"a": TEACHER, "b": RUNS[:, :30]}, "the logits of 'b' must be of the same examples"),
        ({"a": TEACHER * np.nan}, "the logits of 'a' must be finite, got 160 NaN"),
        ({"a": RUNS[:0]}, "the logits of 'a' must not be empty"),
        ({"a": np.ones((40, 1))}, "the logits of 'a' must hold one column per class"),
        ({"a": "high"}, "the logits of 'a' must be an array of numbers, got 'high'"),
        ({"a": {"parameters": 3}}, "'a' in models must be logits or a dict of 'logits'"),
        ({"a": {"logits": TEACHER, "size": 3}}, r"'a' in models must .* \['logits', 'size'\]"),
        ({"a": {"logits": TEACHER, "bytes": 1.5}}, "the bytes of 'a' must be a whole .* 1.5"),
        ({"a": {"logits": TEACHER, "milliseconds": 0}}, "the milliseconds of 'a' must be .* got 0"),
    ],
)  # fmt: skip
def test_bad_models_are_named(models, message):
    with pytest.raises(ValueError, match=message):
        board(models)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"labels": None}, "labels must be the true classes"),
        ({"labels": LABELS[:5]}, "labels must hold one label per example, 40, got 5"),
        ({"teacher": "nobody"}, r"teacher must be .* one of \['teacher', .*'nobody'"),
        ({"show": "some"}, "show must be one of .* got 'some'"),
        ({"show": ("teacher", "nobody")}, r"show must .* got \('teacher', 'nobody'\)"),
        ({"show": [["teacher"], "student"]}, "show must be one of"),
        ({"sort_by": "bytes"}, r"sort_by must .* one of \['name', 'accuracy', 'parameters'"),
        ({"sort_by": 3}, "sort_by must be None or a column"),
        ({"descending": 1}, "descending must be True or False, got 1"),
        ({"index": 40}, "index must be the number of an example, 0 to 39 here, got 40"),
        ({"temperature": 0}, "temperature must be a finite number above 0, got 0"),
        ({"images": np.zeros((3, 2, 2, 1))}, "the logits of 'teacher' and images must .* 40 and 3"),
    ],
)  # fmt: skip
def test_bad_arguments_are_named(bad, message):
    with pytest.raises(ValueError, match=message):
        board(**bad)


def test_the_fallback_has_the_numbers_but_no_latency():
    it = board(teacher="teacher")
    html = html_of(it)
    for row in it._data["models"]:
        for share in (row["accuracy"], row["low"], row["high"]):
            assert f"{100 * share:.1f} %" in html
    assert "<td>5 runs</td>" in html and "<td>40 images</td>" in html and "<td>1,210</td>" in html
    other = {**MODELS, "student": {**MODELS["student"], "milliseconds": 0.3}}
    assert html_of(board(other, teacher="teacher")) == html
    assert text_of(board(other)) == text_of(board())
    assert "run this cell to see the latencies" in html
    tags = set(re.findall(r"<(\w+)", html))
    assert tags == {"div", "p", "em", "table", "thead", "tbody", "tr", "th", "td"}


def test_hostile_names_stay_text():
    it = board({HOSTILE: TEACHER, "b": RUNS}, teacher=HOSTILE, show=(HOSTILE, "b"))
    assert HOSTILE not in html_of(it)
    assert html_of(it).count("&lt;img src=x") == 3  # the row, the note and the gallery


@pytest.mark.parametrize(("count", "n", "classes"), [(1, 40, 4), (12, 300, 10), (2, 10_000, 100)])
def test_one_model_or_many(count, n, classes):
    rng = np.random.default_rng(1)
    models = {f"model {m}": rng.normal(size=(n, classes)) for m in range(count)}
    it = board(models, rng.integers(classes, size=n))
    assert html_of(it).count("<tr>") == 1 + count
    assert len(html_of(it)) < 10_000
