"""Widgets and figures with more classes than can be shown one by one."""

import re
import warnings

import numpy as np
import pytest
from fallbacks import html_of, text_of

import kdlab
from kdlab import _shortlist, soft_targets
from kdlab.widgets import _examples

N, CLASSES = 6, 1000
RNG = np.random.default_rng(0)
TEACHER = 3 * RNG.normal(size=(N, CLASSES)).astype(np.float32)
STUDENT = 3 * RNG.normal(size=(N, CLASSES)).astype(np.float32)
LABELS = TEACHER.argmin(axis=1)  # which nobody would find likely
NAMES = [f"a class whose name is long, number {k}" for k in range(CLASSES)]


def rows(html):
    return re.findall(r"<tr><th>(.*?)</th>", html.partition("<tbody>")[2])


# ---- The short list -----------------------------------------------------------------------------


def test_the_likeliest_and_those_asked_for():
    p = np.array([0.1, 0.4, 0.2, 0.3])
    assert _shortlist.likeliest(p, 3).tolist() == [1, 3, 2]
    assert _shortlist.likeliest(p, 3, 0).tolist() == [1, 3, 0]
    assert _shortlist.likeliest(p, 3, 1, 0, 0).tolist() == [1, 3, 0]
    assert _shortlist.likeliest(p, 9, 0).tolist() == [1, 3, 2, 0]


def test_the_others_have_what_is_missing():
    p = soft_targets.softmax(TEACHER[0])
    shown = _shortlist.likeliest(p, 10)
    assert _shortlist.with_others(p, shown).sum() == pytest.approx(1, abs=1e-12)
    assert _shortlist.others_name(49_990) == "the other 49,990 classes"


def test_a_long_text_is_cut():
    assert _shortlist.cut("as it is", 8) == "as it is"
    assert _shortlist.cut("too long", 7) == "too lo…"


# ---- Still pictures -----------------------------------------------------------------------------


def test_a_still_picture_has_the_true_class_the_student_s_and_the_sum_of_the_others():
    explorer = kdlab.TemperatureExplorer(
        TEACHER, labels=LABELS, class_names=NAMES, student_logits=STUDENT, temperature=4
    )
    html = html_of(explorer)
    names = rows(html)
    assert len(names) == 10
    assert names[0] == NAMES[TEACHER[0].argmax()]
    assert f"<strong>{NAMES[LABELS[0]]} ◆ true label</strong>" in names
    assert NAMES[STUDENT[0].argmax()] in names
    assert "and 990 more classes, together " in html
    shown = [NAMES.index(re.sub(r"<.*?>| ◆ true label", "", name)) for name in names]
    columns = [(TEACHER, 1, "T = 1"), (TEACHER, 4, "T = 4"), (STUDENT, 4, "student, T = 4")]
    for z, t, head in columns:
        rest = 1 - soft_targets.softmax(z[0], t)[shown].sum()
        assert f"{rest:.3f} ({head})" in html


def test_the_text_says_what_the_others_have():
    p = np.sort(soft_targets.softmax(TEACHER[0]))
    text = text_of(kdlab.TemperatureExplorer(TEACHER))
    assert f"the other 997 classes {p[:-3].sum():.3f}" in text
    assert "the other" not in text_of(kdlab.TemperatureExplorer(TEACHER[:, :100]))


def test_a_still_picture_of_a_loss_has_the_true_class():
    html = html_of(kdlab.LossExplorer(TEACHER, STUDENT, LABELS, class_names=NAMES))
    assert f"{NAMES[LABELS[0]]} ◆ true label" in html
    assert "and 990 more classes, together " in html


def test_a_still_picture_of_a_pad_says_what_the_others_have():
    weights = [RNG.normal(size=(64, CLASSES)), np.zeros(CLASSES)]
    pad = kdlab.DigitPad(weights, class_names=NAMES, pixels=np.eye(8), temperature=4)
    p = np.sort(soft_targets.softmax(pad._logits(pad.image[None])[0], 4.0))
    assert f"the other 997 classes {p[:-3].sum():.3f}" in text_of(pad)
    assert "the other 997 classes" in html_of(pad)


# ---- What goes to the page ----------------------------------------------------------------------


def test_names_that_are_numbers_are_not_sent():
    assert kdlab.TemperatureExplorer(TEACHER)._data["classNames"] == CLASSES
    assert kdlab.TemperatureExplorer(TEACHER, class_names=NAMES)._data["classNames"] == NAMES
    few = kdlab.TemperatureExplorer(TEACHER[:, :100])
    assert few._data["classNames"] == [str(k) for k in range(100)]
    pad = kdlab.DigitPad([np.ones((64, CLASSES)), np.zeros(CLASSES)])
    assert pad._data["classNames"] == CLASSES


def test_more_than_a_page_likes_earns_a_warning_that_says_how_many_fit(monkeypatch):
    monkeypatch.setattr(_examples, "_MANY_BYTES", 3 * TEACHER[0].nbytes)
    message = r"6 examples are .* logits of 1,000 classes.* \[:3\]"
    with pytest.warns(UserWarning, match=message) as log:
        kdlab.TemperatureExplorer(TEACHER)
    assert log[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        kdlab.TemperatureExplorer(TEACHER[:3])


def test_more_than_a_page_can_hold_is_refused(monkeypatch):
    monkeypatch.setattr(_examples, "_MANY_BYTES", 1000)
    monkeypatch.setattr(_examples, "_MOST_BYTES", 2000)
    with pytest.raises(ValueError, match=r"logits and what comes with them must be at most .* MB"):
        kdlab.TemperatureExplorer(TEACHER)
    with pytest.raises(ValueError, match="A single example is too large"):
        kdlab.TemperatureExplorer(TEACHER)
    with pytest.raises(ValueError, match=r"most of it images\. Pass fewer examples"):
        kdlab.TemperatureExplorer(TEACHER[:5, :3], np.zeros((5, 20, 20, 1)))


def test_fifty_thousand_classes_are_no_more_than_their_logits():
    explorer = kdlab.TemperatureExplorer(np.zeros((2, 50_000)) + np.arange(50_000))
    assert len(explorer._data["logits"][0]) == 2 * 50_000 * 4
    assert "50,000 classes" in repr(explorer)
    assert len(html_of(explorer)) < 10_000


def test_a_board_has_a_column_for_the_classes_with_most_errors():
    right = 9 * np.eye(CLASSES, dtype=np.float32)[LABELS]
    wrong = np.roll(right, 1, axis=1)
    wrong[0] = right[0]
    data = kdlab.ComparisonBoard({"right": right, "wrong": wrong}, LABELS, class_names=NAMES)._data
    assert len(data["columns"]) == 18
    assert data["columns"][-1] == "the other 983 classes"
    assert {NAMES[k] for k in LABELS[1:]} <= set(data["columns"])
    shares = dict(zip(data["columns"], data["models"][1]["perClass"], strict=True))
    assert [shares[NAMES[k]] for k in LABELS[1:]] == [0.0] * (N - 1)
    few = kdlab.ComparisonBoard({"a": TEACHER[:, :100]}, LABELS % 100)._data
    assert "columns" not in few
    assert len(few["models"][0]["perClass"]) == 100


# ---- What is asked, and what is refused ---------------------------------------------------------


def test_nobody_guesses_a_thousand_bars():
    message = r"predict must be False with more than 100 classes.*1,000.*logits\[:, classes\]"
    with pytest.raises(ValueError, match=message):
        kdlab.TemperatureExplorer(TEACHER, predict=True)
    explorer = kdlab.TemperatureExplorer(TEACHER)
    with pytest.raises(ValueError, match=message):
        explorer.predict = True
    assert explorer.predict is False
    assert kdlab.TemperatureExplorer(TEACHER[:, :100], predict=True).predict is True


@pytest.mark.parametrize("key", [int, str, np.int64])
def test_names_may_be_a_dict_by_class_number(key):
    names = {key(2): "car", key(0): "cat", key(1): "dog"}
    explorer = kdlab.TemperatureExplorer(TEACHER[:, :3], class_names=names)
    assert explorer._data["classNames"] == ["cat", "dog", "car"]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({"cat": 0, "dog": 1, "car": 2}, "no name for class 0 .*'cat'.* turns {name: number}"),
        ({0: "cat", 1: "dog"}, "as a dict must have .* 0 to 2, got no name for class 2"),
        ({0: "a", 1: "b", 2: "c", 3: "d"}, "got 4 names"),
        ("cat", r"class_names must be a list of names, got the string 'cat': write \['cat', ...\]"),
        (["cat", " ", "car"], "must not hold an empty name, got ' ' for class 1"),
    ],
)
def test_names_that_do_not_fit_are_refused(names, message):
    with pytest.raises(ValueError, match=message):
        kdlab.TemperatureExplorer(TEACHER[:, :3], class_names=names)


# ---- Figures ------------------------------------------------------------------------------------


def test_a_figure_shows_the_likeliest_the_true_one_and_the_others():
    figure = kdlab.plot_soft_targets(TEACHER[0], [1, 4], NAMES, label=LABELS[0])
    for ax, t in zip(figure.axes, (1, 4), strict=True):
        labels = [text.get_text() for text in ax.get_xticklabels()]
        heights = [bar.get_height() for bar in ax.patches]
        assert labels[-1] == "the other 991 classes"
        assert labels[0] == _shortlist.cut(NAMES[TEACHER[0].argmax()], 24)
        assert sum(heights) == pytest.approx(1, abs=1e-12)
        p = soft_targets.softmax(TEACHER[0], t)
        assert heights[0] == p.max()
        assert heights[8] == p[LABELS[0]]
        assert [bar.get_hatch() for bar in ax.patches].index("////") == 8


def test_a_figure_of_twenty_classes_shows_them_all():
    figure = kdlab.plot_soft_targets(TEACHER[0, :20], [1], NAMES[:20])
    assert len(figure.axes[0].patches) == 20
    assert [text.get_text() for text in figure.axes[0].get_xticklabels()] == NAMES[:20]
