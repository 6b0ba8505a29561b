"""A learner's report: what it says, what it keeps, and that it says nothing else."""

from __future__ import annotations

import importlib
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import kdlab
from kdlab.class_view import reading
from kdlab.exercises.exercise import Exercise, expect
from kdlab.lessons import files, paper, record, report
from kdlab.lessons.answers import Answers
from tests.tools.widget_examples import HOSTILE

LESSON = "02_soft_targets"
OPTIONS = {"It grows.": "Below 1 it does.", "It shrinks.": "And all others grow."}


@pytest.fixture
def folder(tmp_path):
    """A learner's folder."""
    (tmp_path / record.FOLDER).mkdir()
    return tmp_path


@pytest.fixture
def answers(folder, monkeypatch):
    """Those of a lesson whose own text asks nothing, so that only what a test asks is there."""
    monkeypatch.setattr(report._LessonText, "kept_in_cells", lambda _: [])
    return Answers(LESSON, folder)


def judge(answer):
    expect(answer == 4, f"Twice two is not {answer}.")


def exercise(answers, name="2.1"):
    return Exercise(name, judge, ["Add.", "Add two."], "answer = 4", "Well done.", answers)


def quiz(question="What does the tallest bar do?"):
    return kdlab.Quiz(question, OPTIONS, right="It shrinks.")


def explorer():
    logits = np.array([[4.0, 2.0, 0.0], [1.0, 2.0, 3.0]])
    return kdlab.TemperatureExplorer(logits, temperature=2, predict=True)


def pad():
    return kdlab.DigitPad([np.ones((64, 10)), np.zeros(10)])


def file_of(folder):
    return json.loads((folder / f"report_{LESSON}.json").read_text(encoding="utf-8"))


def page_of(folder):
    return (folder / f"report_{LESSON}.html").read_text(encoding="utf-8")


# ---- what is kept of attempts, hints and first answers ------------------------------------------


def test_each_attempt_is_kept_with_the_reply_to_it(answers):
    tried = exercise(answers)
    for answer in (3, 5, 4):
        tried.check(answer)
    tries = answers["2.1"]["tries"]
    assert [(one["right"], one["reply"]) for one in tries] == [
        (False, "Twice two is not 3."), (False, "Twice two is not 5."), (True, "Well done.")
    ]  # fmt: skip
    assert all(one["at"].startswith("20") for one in tries)


def test_of_an_error_the_report_tells_the_kind_and_not_the_learner_s_code(folder, answers):
    def secret(_):
        return my_secret_name  # noqa: F821

    Exercise("2.1", lambda f: f(2), ["Try."], "answer = 4", "Good.", answers).check(secret)
    [one] = answers["2.1"]["tries"]
    assert one["error"] == "NameError" and "my_secret_name" in one["reply"]
    answers.report()
    assert file_of(folder)["exercises"][0]["wrong"] == [
        {"reply": "Your code stopped: NameError.", "times": 1}
    ]
    for name in ("json", "html"):
        assert "secret" not in (folder / f"report_{LESSON}.{name}").read_text(encoding="utf-8")


def test_a_hundred_attempts_are_counted_and_the_last_are_kept(answers):
    tried = exercise(answers)
    for answer in range(100, 200):
        tried.check(answer)
    about = answers["2.1"]
    assert about["attempts"] == 100 and len(about["tries"]) == 50
    assert about["tries"][-1]["reply"] == "Twice two is not 199."


def test_the_most_hints_that_were_shown_are_kept_and_whether_the_solution_was(folder, answers):
    tried = exercise(answers)
    tried.hint()
    assert answers["2.1"]["hints"] == 1 and answers["2.1"]["solution"] is False
    tried.hint()
    tried.hint()  # starts again
    assert answers["2.1"]["hints"] == 2
    tried.solution()
    exercise(Answers(LESSON, folder)).hint()  # in another kernel
    assert answers["2.1"]["hints"] == 2 and answers["2.1"]["solution"] is True
    assert repr(answers).endswith("  2.1: not attempted yet")


def test_a_hint_after_the_right_answer_changes_nothing(answers, monkeypatch):
    monkeypatch.setattr("kdlab.lessons.answers._now", lambda: "2026-01-01T10:00:00+00:00")
    tried = exercise(answers)
    tried.check(4)
    monkeypatch.setattr("kdlab.lessons.answers._now", lambda: "2026-02-02T10:00:00+00:00")
    tried.hint()
    assert answers["2.1"]["kept"][:10] == answers.solved("2.1") == "2026-01-01"
    assert "hints" not in answers["2.1"]


def test_hints_work_where_they_cannot_be_kept(folder, answers, capsys):
    answers.path.mkdir()
    exercise(answers).hint()
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("Hint 1 of 2") and second.startswith("This answer could not be kept")


def test_the_first_answer_to_a_quiz_is_kept_beside_the_last(folder, answers):
    asked = answers.keep("quiz", quiz())
    for option in ("It grows.", "It shrinks."):
        asked.chosen = option
    answers.report()
    [said] = file_of(folder)["quizzes"]
    assert (said["first"], said["chosen"], said["right"]) == (
        "It grows.", "It shrinks.", "It shrinks."
    )  # fmt: skip


def test_the_first_revealed_guess_counts_not_the_one_after_it(folder, answers):
    asked = answers.keep("guess", explorer())
    asked.guess, asked.revealed = [0.2, 0.3, 0.5], True
    asked.temperature = 8  # played with afterwards: that is not what was asked
    asked.guess, asked.revealed = None, False
    asked.guess, asked.revealed = [0.8, 0.1, 0.1], True
    answers.report()
    [said] = file_of(folder)["predictions"]
    assert said["kind"] == "bars" and said["names"] == ["0", "1", "2"]
    assert said["question"].endswith("at T = 2?")
    assert said["guess"] == said["before"] == [0.2, 0.3, 0.5]
    np.testing.assert_allclose(said["truth"], kdlab.softmax([4.0, 2.0, 0.0], 2))


def test_a_guess_about_other_classes_is_none(folder, answers):
    answers.note("guess", state={"index": 7, "guess": [0.5, 0.5], "revealed": True})
    answers.keep("guess", explorer())
    answers.report()
    [said] = file_of(folder)["predictions"]
    assert said["guess"] is None and said["truth"] is None


def test_a_reveal_without_a_guess_in_an_explorer_says_so(folder, answers):
    asked = answers.keep("guess", explorer())
    asked.revealed = True
    answers.report()
    [prediction] = file_of(folder)["predictions"]
    assert [*prediction["said"]] == ["you", "came"]
    assert prediction["said"]["you"] == "No prediction was made before the reveal."


# ---- the report ---------------------------------------------------------------------------------


QUESTION = "What will come?"
ASKED = {
    "number": dict(between=(0, 540), unit="images", too_high="You took it for untrained."),
    "choice": dict(choices={"a": "It is not.", "b": "So it is."}),
    "order": dict(order=["b", "a", "c"]),
    "bars": dict(bars=["a", "b"]),
    "curve": dict(curve=[1, 2, 4], between=(0, 100), unit="%", xlabel="T", ylabel="accuracy"),
}
TOLD = {
    "none": "No prediction yet.",
    "guessed": "You predicted: ",
    "revealed without": "No prediction was made before the reveal.",
    "changed": "Changed after the reveal: ",
}


def predict(kind):
    return kdlab.Predict(QUESTION, **ASKED[kind])


GUESSES = {"number": 20.0, "choice": "a", "order": ["c", "b", "a"], "bars": [0.5, 0.5],
           "curve": [1.0, 50.0, 100.0]}  # fmt: skip
OTHERS = {
    "number": 9.0,
    "choice": "b",
    "order": ["a", "b", "c"],
    "bars": [0.9, 0.1],
    "curve": [5.0, 40.0, 90.0],
}
TRUTHS = {"number": [9.0, 7.0, 12.0], "choice": "b", "order": ["a", "b", "c"], "bars": [0.9, 0.1],
          "curve": [[5.0, 3.0, 8.0], 40.0, 90.0]}  # fmt: skip


@pytest.mark.parametrize("kind", ASKED)
def test_a_prediction_with_what_came(folder, answers, kind):
    asked = answers.keep("it", predict(kind))
    asked.guess = GUESSES[kind]
    asked.reveal(TRUTHS[kind])
    text = repr(answers.report())
    [said] = file_of(folder)["predictions"]
    assert (said["key"], said["place"]) == ("it", 1)
    assert said["guess"] == said["before"] == GUESSES[kind] and said["truth"] == TRUTHS[kind]
    page = page_of(folder)
    for line in (QUESTION, *asked.verdict().values()):
        assert line in text and paper.text(line) in page
    assert reading.read(folder / f"report_{LESSON}.json").items[0].answer["truth"] == TRUTHS[kind]


@pytest.mark.parametrize("kind", ASKED)
@pytest.mark.parametrize("how", TOLD)
def test_every_state_of_a_prediction_is_told(folder, answers, kind, how):
    asked = answers.keep("it", predict(kind))
    if how in ("guessed", "changed"):
        asked.guess = GUESSES[kind]
    if how in ("revealed without", "changed"):
        asked.reveal(TRUTHS[kind])
    if how == "changed":
        asked.guess = OTHERS[kind]
    shown = answers.report()
    text, page = repr(shown), page_of(folder)
    left = {"none": "no prediction: ", "guessed": "not revealed: ",
            "revealed without": "no prediction: ", "changed": ""}[how]  # fmt: skip
    assert not left or f"{left}{QUESTION}" in text
    assert ("Nothing is left to do." in page) != bool(left)
    assert TOLD[how] in text
    [item] = reading.read(shown.json).items
    assert (item.answer["committed"] is not None) == (how in ("guessed", "changed"))
    assert item.answer["changed"] == (how == "changed")


def test_exercises_with_attempts_hints_and_what_was_said(folder, answers):
    one, two, three = (exercise(answers, name) for name in ("2.1", "2.2", "2.3"))
    one.check(3), one.hint(), one.check(3), one.check(4)
    two.check("<b>"), two.solution()
    text = repr(answers.report())
    said = {entry["key"]: entry for entry in file_of(folder)["exercises"]}
    assert said["2.1"] | {"question": 0} == {
        "key": "2.1", "place": 1, "question": 0, "attempts": 3, "right": True, "ever_right": True,
        "at_once": False, "hints": 1, "of_hints": 2, "solution": False,
        "wrong": [{"reply": "Twice two is not 3.", "times": 2}],
    }  # fmt: skip
    assert said["2.2"]["solution"] and not said["2.3"]["attempts"] and three.name == "2.3"
    assert "Exercise 2.1: ✓ right, 3 attempts, 1 of 2 hints" in text
    assert "exercise 2.2: not right yet, 1 attempt, solution shown" in text
    assert "exercise 2.3: not attempted" in text
    assert "Twice two is not 3. (2 times)" in page_of(folder)
    assert "Twice two is not &lt;b&gt;." in page_of(folder)


def test_a_drawing_is_drawn_or_left(folder, answers):
    asked = answers.keep("pad", pad())
    assert "nothing drawn yet: pad" in repr(answers.report())
    asked.pixels = np.eye(8)
    assert "nothing drawn" not in repr(answers.report())
    assert file_of(folder)["drawings"] == [{"key": "pad", "place": 1, "done": True}]


def test_a_drawing_is_known_to_a_kernel_that_has_not_run_its_cell(tmp_path):
    (tmp_path / record.FOLDER).mkdir()
    answers = Answers("03_distill_a_student", tmp_path)
    assert answers.report().data["drawings"][0] | {"place": 0} == {
        "key": "drawing", "place": 0, "done": False
    }  # fmt: skip
    answers.note("drawing", state={"pixels": []})
    assert answers.report().data["drawings"][0]["done"]


def test_things_stand_in_the_order_of_the_lesson(folder, answers, monkeypatch):
    """As the lesson's text has them, not as its modules do."""
    from kdlab.exercises import lesson_02 as ex

    monkeypatch.setattr(ex.answers, "path", record.path_in(folder, LESSON))
    data = ex.answers.report().data
    place = {entry["key"]: entry["place"] for part in reading._PARTS for entry in data[part]}
    assert place["quiz_accuracy"] < place["2.1"] < place["2.2"] < place["2.3"] < place["2.4"]
    assert data["title"] == "02 · Soft targets"
    [first] = [entry for entry in data["exercises"] if entry["key"] == "2.1"]
    assert first["question"].startswith("Write the softmax") and "`" not in first["question"]


@pytest.mark.parametrize("lesson", [path.stem for path in files.lessons()])
def test_what_an_exercise_asks_is_there_to_its_last_sentence(lesson, tmp_path, monkeypatch):
    ex = importlib.import_module(f"kdlab.exercises.lesson_{lesson[:2]}")
    (tmp_path / record.FOLDER).mkdir()
    monkeypatch.setattr(ex.answers, "path", record.path_in(tmp_path, ex.answers.lesson))
    asked = {one["key"]: one["question"] for one in ex.answers.report().data["exercises"]}
    assert asked
    for key, question in asked.items():
        assert re.search(r"[.?)]$", question), (key, question)
        assert not re.search(r"```|\*\*|Hints and solutions", question), (key, question)
        assert len(question.split()) <= 120, (key, question)
    if lesson.startswith("02"):
        assert "compare … at T = 1, 2 and 4. Then write" in asked["2.4"]


def test_a_question_ends_where_the_next_thing_of_its_cell_begins(tmp_path, monkeypatch):
    (tmp_path / record.FOLDER).mkdir()
    code = "```python\n# no heading\n**2**\n```"
    text = f"**1** Do *this*:\n\n{code}\n\nthen that.\n\n**2** More.\n\n# Heading"
    cells = [
        {"cell_type": "markdown", "source": [text]},
        {"cell_type": "markdown", "source": "On."},
    ]
    path = tmp_path / "my_own.ipynb"
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    monkeypatch.setattr(report.files, "lessons", lambda: [path])
    own = Answers("my_own", tmp_path)
    for name in ("1", "2"):
        exercise(own, name)
    data = own.report().data
    assert data["title"] == "Heading"
    assert [one["question"] for one in data["exercises"]] == ["Do this: … then that.", "More."]


def test_a_report_of_a_lesson_of_one_s_own(tmp_path):
    (tmp_path / record.FOLDER).mkdir()
    own = Answers("my_own", tmp_path)
    exercise(own, "1")
    data = own.report().data
    assert data["title"] == "my_own" and data["exercises"][0]["question"] == ""


def test_the_report_is_of_an_older_kdlab_s_answers_too(folder):
    """`kept/answers.json` is what version 0.1.0 wrote: no replies, no hints, no first answers."""
    shutil.copy(Path(__file__).parent / "kept" / "answers.json", record.path_in(folder, LESSON))
    answers = Answers(LESSON, folder)
    answers.keep("quiz_accuracy", quiz())
    tried = exercise(answers)
    assert answers.solved("2.1") == "2026-11-28"
    answers.report()
    said = file_of(folder)
    assert said["exercises"][0]["attempts"] == 2 and said["exercises"][0]["wrong"] == []
    assert said["quizzes"][0]["first"] == "It grows."
    tried.check(3)
    assert answers["2.1"]["attempts"] == 3 and len(answers["2.1"]["tries"]) == 1


# ---- whose it is, and where it goes -------------------------------------------------------------


def test_without_a_name_nothing_says_whose_it_is(folder, answers):
    exercise(answers)
    answers.report()
    said = file_of(folder)
    assert said["name"] == "" and said["share"] is False and "Without a name." in page_of(folder)
    assert set(said) == {
        "format", "version", "kdlab", "lesson", "title", "name", "made", "learner", "share",
        "predictions", "quizzes", "exercises", "drawings",
    }  # fmt: skip
    assert (said["format"], said["version"], said["kdlab"]) == (
        "kdlab report", 1, kdlab.__version__
    )  # fmt: skip
    answers.report("Zoë", share=True)
    assert file_of(folder)["name"] == "Zoë" and file_of(folder)["share"] is True
    assert "Zoë" in page_of(folder) and "may take this report" in page_of(folder)


def test_two_reports_of_one_learner_have_one_number_and_another_s_another(tmp_path_factory):
    numbers = []
    for name in ("a", "a", "b"):
        home = tmp_path_factory.getbasetemp() / f"home_{name}"
        (home / record.FOLDER).mkdir(parents=True, exist_ok=True)
        for lesson in (LESSON, "01_train_a_teacher"):
            numbers.append(Answers(lesson, home).report().data["learner"])
    assert len({*numbers[:4]}) == 1 and len({*numbers}) == 2
    assert all(re.fullmatch("[0-9a-f]{32}", number) for number in numbers)


def test_a_damaged_number_is_drawn_anew(folder, answers):
    (folder / record.FOLDER / "learner.txt").write_bytes(b"\xff<script>")
    first = answers.report().data["learner"]
    assert answers.report().data["learner"] == first


def test_where_nothing_is_kept_one_line_says_so(tmp_path, capsys):
    answers = Answers(LESSON, tmp_path)
    exercise(answers)
    assert answers.report() is None
    assert capsys.readouterr().out == report._NOWHERE + "\n" and not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "named"),
    [({"name": 3}, "name"), ({"name": None}, "name"), ({"share": "yes"}, "share")],
)
def test_a_wrong_argument_is_named(answers, arguments, named):
    with pytest.raises(ValueError, match=f"^{named} must be"):
        answers.report(**arguments)


def test_it_is_shown_where_it_cannot_be_saved(folder, answers):
    (folder / f"report_{LESSON}.html").mkdir()
    shown = answers.report()
    assert "could not be saved" in repr(shown) and "could not be saved" in shown._repr_html_()


def test_on_binder_it_can_be_taken_along(answers, monkeypatch):
    assert "download=" not in answers.report()._repr_html_()
    monkeypatch.setenv("BINDER_LAUNCH_HOST", "https://mybinder.org/")
    html = answers.report()._repr_html_()
    assert f'download="report_{LESSON}.html" href="data:text/html;base64,' in html
    assert f'download="report_{LESSON}.json" href="data:application/json;base64,' in html


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.text = [], ""

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        assert not [name for name, _ in attributes if name.startswith("on")]

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize("text", [HOSTILE, "</style><script>alert(1)</script>", "a\u202e\0x"])
def test_whatever_a_learner_writes_is_text(folder, answers, text):
    answers.keep("quiz", kdlab.Quiz(f"Is it {text}?", {"yes": "No.", text: "Yes."}, right="yes"))
    answers._widgets["quiz"][0].chosen = text
    asked = answers.keep("it", kdlab.Predict(text, choices=[text, "b"]))
    asked.guess = text
    exercise(answers).check(text)
    shown = answers.report(text)
    assert reading.read(shown.json).items
    for html in (page_of(folder), shown._repr_html_()):
        tags = Tags()
        tags.feed(html)
        assert not {"script", "img", "b", "iframe", "object"} & set(tags.tags)
        assert paper.clean(text).split()[0] in tags.text
    assert repr(shown)


def test_half_a_character_in_a_reply_costs_nothing(folder, answers):
    exercise(answers).check("\ud800")
    answers.report()
    assert file_of(folder)["exercises"][0]["attempts"] == 1
    assert "Twice two is not  ." in page_of(folder)


def test_the_page_stands_alone(folder, answers):
    exercise(answers)
    answers.report()
    page = page_of(folder)
    assert "default-src 'none'" in page and "<script" not in page and "http:" not in page
    assert "https:" not in page and 'lang="en"' in page


def test_texts_are_cut_and_cleaned():
    assert len(paper.clean("x" * 10**6)) == paper.MOST
    assert paper.clean("a\nb\u202ec\ud800") == "a b c "
    assert paper.number(0.12345) == "0.123" and paper.number(-1234.5) == "−1,234"
