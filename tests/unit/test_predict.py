"""A prediction of each kind: what is an answer, what is a truth, and what is said of the two."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import kdlab
from kdlab.lessons import record
from kdlab.lessons.answers import Answers
from kdlab.metrics import Interval
from tests.tools.widget_examples import HOSTILE

NAMES = ["cat", "dog", "car"]
SANITIZE = (Path(__file__).parents[1] / "notebooks/sanitize.cfg").read_text(encoding="utf-8")


def number(**more):
    return kdlab.Predict(
        "How many?", between=(0, 540), unit="images", too_low="Low assumes.",
        too_high="High assumes.", **more,
    )  # fmt: skip


def choice(**more):
    return kdlab.Predict("Which?", choices={"Up": "No.", "Down": "Yes."}, **more)


def order(**more):
    return kdlab.Predict("In which order?", order=NAMES, typical="By name.", **more)


def bars(**more):
    return kdlab.Predict("How much of each?", bars=NAMES, typical="All alike.", **more)


def curve(**more):
    return kdlab.Predict(
        "How does it go?", curve=[1, 2, 4], between=(0, 100), unit="%", scale=100,
        typical="Ever up.", **more,
    )  # fmt: skip


# How each is made, an answer, what comes, and that as the widget has it.
KINDS = {
    "number": (number, 20.0, 7, 7.0),
    "choice": (choice, "Up", "Down", "Down"),
    "order": (order, ["dog", "cat", "car"], NAMES, NAMES),
    "bars": (bars, [0.5, 0.25, 0.25], [0.25, 0.25, 0.5], [0.25, 0.25, 0.5]),
    "curve": (curve, [50.0, 60.0, 70.0], [0.1, 0.2, 0.3], [10.0, 20.0, 30.0]),
}


@pytest.fixture(params=KINDS)
def asked(request):
    make, guess, truth, shown = KINDS[request.param]
    return make, guess, truth, pytest.approx(shown) if request.param == "curve" else shown


def test_a_prediction_then_the_reveal(asked):
    make, guess, truth, shown = asked
    widget = make(guess=guess)
    assert (widget.guess, widget.before, widget.truth, widget.verdict()) == (guess, None, None, {})
    assert widget.reveal(truth) is widget
    assert (widget.guess, widget.before, widget.truth) == (guess, guess, shown)
    assert [*widget.verdict()] == ["you", "came", "distance", "assumes"]


def test_without_a_prediction_the_reveal_shows_what_came_and_says_so(asked):
    make, _, truth, shown = asked
    widget = make().reveal(truth)
    assert (widget.before, widget.truth) == (None, shown)
    said = widget.verdict()
    assert [*said] == ["you", "came"]
    assert said["you"] == "No prediction was made before the reveal."


def test_an_answer_after_the_reveal_is_said_to_be_one(asked):
    make, guess, truth, _ = asked
    late = make().reveal(truth)
    late.guess = guess
    assert late.before is None
    assert late.verdict()["after"].startswith("Made after the reveal: ")
    changed = make(guess=guess).reveal(truth)
    changed.guess = changed.truth if changed.describe()["kind"] != "curve" else [1.0, 2.0, 3.0]
    assert changed.before == guess
    assert changed.verdict()["after"].startswith("Changed after the reveal: ")
    changed.reveal(truth)  # the cell runs again
    assert changed.before == guess


def test_the_same_answer_again_is_no_change(asked):
    make, guess, truth, _ = asked
    widget = make(guess=guess).reveal(truth)
    widget.guess = np.array(guess) if isinstance(guess, list) else guess
    assert "after" not in widget.verdict()


def test_it_comes_back_with_what_came(asked, tmp_path):
    make, guess, truth, shown = asked
    (tmp_path / record.FOLDER).mkdir()
    first = Answers("x", tmp_path).keep("q", make())
    first.guess = guess
    first.reveal(truth)
    again = Answers("x", tmp_path).keep("q", make())
    assert (again.guess, again.before, again.truth) == (guess, guess, shown)
    assert again.verdict() == first.verdict()


def test_a_reveal_without_an_answer_is_kept_too(tmp_path):
    """Or an answer of the next day would pass for a prediction."""
    (tmp_path / record.FOLDER).mkdir()
    Answers("x", tmp_path).keep("q", number()).reveal(7)
    again = Answers("x", tmp_path).keep("q", number())
    again.guess = 7
    again.reveal(7)
    assert again.before is None


def test_what_is_kept_is_listed_in_words(tmp_path):
    (tmp_path / record.FOLDER).mkdir()
    answers = Answers("x", tmp_path)
    assert "q:" not in repr(answers)
    widget = answers.keep("q", number())
    widget.guess = 0
    assert repr(answers).endswith("q: you: 0 images")
    widget.reveal(7)
    widget.guess = 9
    assert repr(answers).endswith("q: you: 0 images; came: 7 images")


def test_a_reset_begins_anew(tmp_path, capsys):
    (tmp_path / record.FOLDER).mkdir()
    answers = Answers("x", tmp_path)
    widget = answers.keep("q", number())
    widget.guess = 3
    widget.reveal(7)
    answers.reset(sure=True)
    assert (widget.guess, widget.before, widget.truth) == (None, None, None)


# ---- what is said -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("guess", "truth", "distance", "assumes"),
    [
        (20, 7, "You were 13 images too high.", "High assumes."),
        (0, 40, "You were 40 images too low.", "Low assumes."),
        (8, 7, "You were 1 image too high. That is close.", None),
        (7, 7, "Exactly so.", None),
        (7.0001, 7, "Exactly so.", None),
        (1000 / 3, 7, "You were 326 images too high.", "High assumes."),
        (30, Interval(25, 20, 31, 10), "Your prediction lies within the interval.", None),
        (60, Interval(25, 20, 31, 10), "You were 35 images too high.", "High assumes."),
        (7, np.int64(7), "Exactly so.", None),
        (7, np.array([7.0]), "Exactly so.", None),
    ],
)
def test_of_a_number(guess, truth, distance, assumes):
    said = number(guess=guess).reveal(truth).verdict()
    assert (said["distance"], said.get("assumes")) == (distance, assumes)


def test_an_interval_is_read_with_its_ends():
    widget = kdlab.Predict("?", between=(-5, 20), unit="points", scale=100)
    widget.reveal(Interval(0.0583, -0.004, 0.12, 10))
    assert widget.truth == pytest.approx([5.83, -0.4, 12])
    assert widget.text(widget.truth) == "5.8 points (interval −0.4 to 12)"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234, "1,234"),
        (1234.5, "1,235"),
        (1.125, "1.1"),
        (0.04, "0"),
        (99.96, "100"),
        (-0.04, "0"),
        (-3, "−3"),
        (0, "0"),
    ],
)
def test_numbers_are_readable(value, text):
    assert kdlab.Predict("?", between=(-2000, 2000)).text(value) == text


def test_of_the_other_kinds():
    said = choice(guess="Up").reveal("Down").verdict()
    assert said["distance"] == "It came out otherwise." and said["assumes"] == "No."
    assert choice(guess="Down").reveal("Down").verdict()["distance"] == "So it came."
    said = order(guess=["dog", "cat", "car"]).reveal(NAMES).verdict()
    assert said["distance"] == "1 of 3 are in their place." and said["assumes"] == "By name."
    assert "assumes" not in order(guess=NAMES).reveal(NAMES).verdict()
    said = bars(guess=[0.5, 0.25, 0.25]).reveal([0.25, 0.25, 0.5]).verdict()
    assert said["distance"] == "Your bars overlap what came by 75 %."
    assert said["you"] == "You predicted: cat: 50 %, dog: 25 %, car: 25 %"
    said = curve(guess=[50, 60, 70]).reveal([0.1, 0.6, 0.5]).verdict()
    assert said["distance"] == "On average you were 20 points away, most at 1: 40 points."
    intervals = [Interval(x, x - 0.1, x + 0.1, 10) for x in (0.5, 0.6, 0.7)]
    assert "assumes" not in curve(guess=[50, 60, 70]).reveal(intervals).verdict()


def test_of_one_the_unit_is_singular():
    assert kdlab.Predict("?", between=(1, 10), unit="classes").text(1) == "1 class"
    assert kdlab.Predict("?", between=(1, 10), unit="nats").text(1) == "1 nat"


def test_a_step_fits_the_range():
    def step(*between):
        return kdlab.Predict("?", between=between).describe()["step"]

    assert [step(0, 540), step(0, 10), step(0, 1), step(-5, 4.5), step(0, 1e-3)] == [
        pytest.approx(x) for x in (1, 1, 0.01, 0.1, 1e-5)
    ]


# ---- where no widget is alive -------------------------------------------------------------------


def test_what_came_stands_in_a_line_that_nbval_passes_over(asked):
    """And no other line differs from machine to machine."""
    make, _, truth, _ = asked
    sanitized = re.search(r"regex: (What came.*)", SANITIZE).group(1)
    widget = make(explanation="Because.").reveal(truth)
    for text in (widget._fallback_text(), widget._fallback_html()):
        assert re.search(sanitized, text)
        left = re.sub(sanitized, "", text)
        assert widget.text(widget.truth) not in left
        assert "No prediction was made" in left and "Because." in left


def test_the_explanation_has_to_be_opened_before_the_reveal():
    widget = number(explanation="Few.\n\nVery few.")
    assert "Few." not in widget._fallback_text()
    assert "<details><summary>" in widget._fallback_html()
    assert "<details open>" in widget.reveal(3)._fallback_html()


def test_before_an_answer_it_says_what_is_asked_for():
    asked = [make()._fallback_text().splitlines()[1] for make, *_ in KINDS.values()]
    assert asked == [
        "A number from 0 images to 540 images.",
        "One of: Up; Down.",
        "To be put in order: cat; dog; car.",
        "A bar for each of: cat; dog; car.",
        "A line over 1; 2; 4.",
    ]


def test_hostile_texts_stay_texts():
    image = np.zeros((8, 8, 1))
    widget = kdlab.Predict(
        HOSTILE, choices={HOSTILE: HOSTILE, "b": ""}, explanation=HOSTILE, image=image,
        alt=f'"{HOSTILE}',
    )  # fmt: skip
    widget.guess = HOSTILE
    html = widget.reveal(HOSTILE)._fallback_html()
    assert html.count("<img") == 1 and "<img src=x" not in html
    assert "&quot;&lt;img src=x" in html


# ---- what is wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "must ask for one thing: .* got none"),
        ({"choices": ["a", "b"], "bars": ["a", "b"]}, "one thing: .* got choices and bars"),
        ({"choices": ["a", "b"], "between": (0, 1)}, "between must be left out with choices"),
        ({"curve": [1, 2]}, r"between must be the lowest and the highest answer, .* got None"),
        ({"between": (1, 1)}, r"between must be the lowest and .* got \(1, 1\)"),
        ({"between": (0, np.inf)}, "between must be two finite numbers"),
        ({"between": 7}, "between must be .* got 7"),
        ({"between": (0, 1), "step": 0}, "step must be a finite number above 0"),
        ({"between": (0, 1), "scale": -1}, "scale must be a finite number above 0"),
        ({"between": (0, 1), "typical": "x"}, "typical must be left out of .* use too_low and"),
        ({"choices": ["a", "b"], "typical": "x"}, "typical must .* the replies in choices"),
        ({"bars": ["a", "b"], "too_low": "x"}, "too_low must be left out of .* use typical"),
        ({"choices": ["a"]}, "choices must hold two or more names"),
        ({"choices": {"a": ""}}, "choices must hold two or more options"),
        ({"choices": "ab"}, "choices must be a list of names"),
        ({"choices": {"a": 1, "b": ""}}, "the reply to 'a' must be"),
        ({"order": ["a", "a"]}, "order must hold two or more names, each once"),
        ({"bars": "ab"}, "bars must be"),
        ({"curve": 3, "between": (0, 1)}, "curve must be a list of places"),
        ({"between": (0, 1), "guess": 2}, "guess must be a number from 0 to 1, got 2"),
        ({"between": (0, 1), "guess": True}, "guess must be a number from 0 to 1, got True"),
        ({"between": (0, 1), "guess": np.nan}, "guess must be a number from 0 to 1, got nan"),
        ({"choices": ["a", "b"], "guess": "c"}, "guess must be one of the options, 'a', 'b'"),
        ({"order": ["a", "b"], "guess": ["a"]}, "guess must hold each of the items once"),
        ({"bars": ["a", "b"], "guess": [1, 1]}, "guess must hold probabilities"),
        ({"bars": ["a", "b"], "guess": [1.0]}, "guess must hold one probability for each of 2"),
        ({"curve": [1, 2], "between": (0, 1), "guess": [1]}, "one height for each of 2 places"),
        ({"curve": [1, 2], "between": (0, 1), "guess": [0, 3]}, "guess must lie in 0 to 1"),
        ({"between": (0, 1), "image": np.zeros((8, 8))}, "image must have 3 dimensions"),
        ({"between": (0, 1), "image": np.zeros((8, 8, 1))}, "alt must"),
    ],
)
def test_it_says_what_is_wrong(arguments, message):
    with pytest.raises(ValueError, match=message):
        kdlab.Predict("?", **arguments)


@pytest.mark.parametrize(
    ("make", "truth", "message"),
    [
        (number, None, "truth must be what came, got None"),
        (number, "seven", "truth must be a number or an interval .* got 'seven'"),
        (number, np.nan, "truth must be finite"),
        (number, [1, 2], r"truth must be a number or an interval .* got \[1, 2\]"),
        (choice, "Left", "truth must be one of the options, 'Up', 'Down', got 'Left'"),
        (order, ["cat", "dog"], "truth must hold each of the items once"),
        (bars, [1, 2, 3], "truth must hold probabilities"),
        (curve, [1, 2], "truth must hold a number or an interval for each of 3 places"),
        (curve, 3, "truth must hold a number or an interval for each of 3 places"),
    ],
)
def test_a_truth_that_is_none_changes_nothing(make, truth, message):
    widget = make()
    with pytest.raises(ValueError, match=message):
        widget.reveal(truth)
    assert widget.truth is None
