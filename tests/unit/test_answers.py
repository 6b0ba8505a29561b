"""What a learner answers is kept in a file, whole, and comes back."""

from __future__ import annotations

import json
import threading

import numpy as np
import pytest

import kdlab
from kdlab.exercises.exercise import Exercise, expect
from kdlab.lessons import answers as module
from kdlab.lessons import record
from kdlab.lessons.answers import Answers

LESSON = "02_soft_targets"
OPTIONS = {"It grows.": "Below 1 it does.", "It shrinks.": "And all others grow."}


@pytest.fixture
def folder(tmp_path):
    """A learner's folder."""
    (tmp_path / record.FOLDER).mkdir()
    return tmp_path


def quiz():
    return kdlab.Quiz("What does the tallest bar do?", OPTIONS, right="It shrinks.")


def explorer():
    logits = np.array([[4.0, 2.0, 0.0], [1.0, 2.0, 3.0]])
    return kdlab.TemperatureExplorer(logits, predict=True)


def pad():
    return kdlab.DigitPad([np.ones((64, 10)), np.zeros(10)])


def answer_quiz(widget):
    widget.chosen = "It grows."


def answer_explorer(widget):
    widget.index = 1
    widget.guess = [0.2, 0.3, 0.5]
    widget.revealed = True


def answer_pad(widget):
    widget.pixels = np.eye(8)


def prediction():
    return kdlab.Predict("How many?", between=(0, 9))


def answer_prediction(widget):
    widget.guess = 3
    widget.reveal(4)


WIDGETS = {
    "quiz": (quiz, answer_quiz),
    "explorer": (explorer, answer_explorer),
    "pad": (pad, answer_pad),
    "prediction": (prediction, answer_prediction),
}


@pytest.fixture(params=WIDGETS)
def asking(request):
    """How a widget that asks is made, and how it is answered."""
    return WIDGETS[request.param]


def kept(widget):
    return {name: getattr(widget, name) for name in widget._answer_traits}


def file_of(folder):
    return json.loads(record.path_in(folder, LESSON).read_text(encoding="utf-8"))


# ---- widgets ------------------------------------------------------------------------------------


def test_an_answer_comes_back_when_the_cell_runs_again(folder, asking):
    make, answer = asking
    first = Answers(LESSON, folder).keep("question", make())
    answer(first)
    again = Answers(LESSON, folder).keep("question", make())
    assert kept(again) == kept(first) != kept(make())


def test_every_widget_that_asks_is_tested_here():
    asks = {name for name in kdlab._MODULES["widgets"] if getattr(kdlab, name)._answer_traits}
    assert asks == {"Quiz", "Predict", "TemperatureExplorer", "DigitPad"}


def test_an_answer_that_is_taken_back_does_not_cost_the_last_one(folder):
    first = Answers(LESSON, folder).keep("question", explorer())
    answer_explorer(first)
    first.index = 0  # another example: the guess is set back
    assert first.guess is None
    again = Answers(LESSON, folder).keep("question", explorer())
    assert (again.index, again.guess, again.revealed) == (1, [0.2, 0.3, 0.5], True)


def test_an_answer_to_a_question_that_has_changed_is_left_out(folder):
    answer_quiz(Answers(LESSON, folder).keep("question", quiz()))
    other = kdlab.Quiz("And at T = 1?", {"Nothing.": "Yes.", "All.": "No."}, right="Nothing.")
    assert Answers(LESSON, folder).keep("question", other).chosen is None


def test_the_page_hears_that_its_answer_is_kept(folder):
    asked = Answers(LESSON, folder).keep("question", quiz())
    assert asked._keeping["heard"] == 0 and asked._keeping["traits"] == ["chosen"]
    answer_quiz(asked)
    assert (asked._keeping["heard"], asked._keeping["trouble"]) == (1, "")
    record.path_in(folder, LESSON).unlink()
    record.path_in(folder, LESSON).mkdir()  # nobody can write a file there
    asked.chosen = "It shrinks."
    assert asked._keeping["heard"] == 2
    assert asked._keeping["trouble"].startswith("This answer could not be kept: ")


def test_without_a_folder_nothing_is_kept_and_nothing_said(tmp_path, asking):
    make, answer = asking
    widget = Answers(LESSON, tmp_path).keep("question", make())
    answer(widget)
    assert widget._keeping == {} and not list(tmp_path.iterdir())
    assert "only in a learner's copy" in repr(Answers(LESSON, tmp_path))


def test_only_on_binder_the_page_says_how_to_take_it_along(folder, monkeypatch):
    assert Answers(LESSON, folder).keep("a", quiz())._keeping["hint"] == ""
    monkeypatch.setenv("BINDER_LAUNCH_HOST", "https://mybinder.org/")
    assert "download" in Answers(LESSON, folder).keep("a", quiz())._keeping["hint"]


# ---- exercises ----------------------------------------------------------------------------------


def exercise(answers):
    def judge(answer):
        value = answer(2) if callable(answer) else answer
        expect(value == 4, "That is not twice two.")

    return Exercise("2.1", judge, ["Add."], "answer = 4", "Well done.", answers)


def test_attempts_are_kept_with_the_answer(folder, capsys):
    tried = exercise(Answers(LESSON, folder))
    for answer in (..., 5, "four"):
        tried.check(answer)
    tries = [{"right": False, "reply": "That is not twice two.", "error": "", "at": 0}] * 2
    kept = file_of(folder)["answers"]["2.1"]
    for one in (kept, *kept["tries"]):
        one.update(dict.fromkeys(one.keys() & {"kept", "at"}, 0))
    assert kept == {
        "answer": "'four'", "right": False, "attempts": 2, "tries": tries, "kept": 0
    }  # fmt: skip

    def double(x):
        return 2 * x

    tried.check(double)
    about = Answers(LESSON, folder)["2.1"]
    assert about["right"] and about["attempts"] == 3 and "return 2 * x" in about["answer"]
    assert capsys.readouterr().out.endswith("✓ 2.1 right! Well done.\n")


def test_the_stub_in_a_fresh_copy_says_that_it_was_solved(folder, capsys):
    exercise(Answers(LESSON, folder)).check(4)
    capsys.readouterr()
    exercise(Answers(LESSON, folder)).check(...)
    said = capsys.readouterr().out
    assert said.startswith("… 2.1 not attempted yet") and "You had it right on 20" in said


def test_where_it_cannot_be_kept_the_verdict_comes_all_the_same(folder, capsys):
    record.path_in(folder, LESSON).mkdir()
    exercise(Answers(LESSON, folder)).check(4)
    first, second = capsys.readouterr().out.splitlines()
    assert first == "✓ 2.1 right! Well done."
    assert second.startswith("This answer could not be kept: ")


# ---- the file -----------------------------------------------------------------------------------


def test_two_notebooks_of_one_lesson_keep_both_answers(folder):
    one, two = Answers(LESSON, folder), Answers(LESSON, folder)
    one.note("a", answer="1")
    two.note("b", answer="2")
    one.note("c", answer="3")
    assert list(file_of(folder)["answers"]) == ["a", "b", "c"]


def test_answers_from_two_threads_are_all_kept(folder):
    answers = Answers(LESSON, folder)
    threads = [
        threading.Thread(target=lambda i=i: [answers.note(f"{i}.{j}") for j in range(20)])
        for i in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(file_of(folder)["answers"]) == 80


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"format": 1}', '{"format": 1, "answers": [1]}',
             '{"format": 1, "answers": {"a": 3}}', '{"format": "x", "answers": {}}',
             '{"format": 99, "answers": {}}'],
)  # fmt: skip
def test_a_file_that_is_none_of_ours_is_neither_read_nor_written_over(folder, text):
    path = record.path_in(folder, LESSON)
    path.write_text(text, encoding="utf-8")
    asked = Answers(LESSON, folder).keep("question", quiz())
    answer_quiz(asked)
    assert "could not be kept" in asked._keeping["trouble"]
    assert path.read_text("utf-8") == text
    with pytest.raises(ValueError, match=r"02_soft_targets\.json (does not hold|was written by a)"):
        Answers(LESSON, folder)["question"]


def test_the_file_is_readable_and_says_its_version(folder):
    answer_quiz(Answers(LESSON, folder).keep("question", quiz()))
    text = record.path_in(folder, LESSON).read_text(encoding="utf-8")
    assert json.loads(text)["format"] == 1 and json.loads(text)["lesson"] == LESSON
    assert '"chosen": "It grows."' in text and len(text.splitlines()) > 5


# ---- reset, show, load --------------------------------------------------------------------------


def test_a_reset_asks_first(folder, capsys):
    answers = Answers(LESSON, folder)
    asked = answers.keep("question", quiz())
    answers.reset()
    assert "There is nothing to forget" in capsys.readouterr().out
    answer_quiz(asked)
    answers.reset()
    said = capsys.readouterr().out
    assert "Are you sure?" in said and "question: It grows." in said
    assert asked.chosen == "It grows." and Answers(LESSON, folder)["question"]
    answers.reset(sure=True)
    assert asked.chosen is None and not Answers(LESSON, folder)["question"]
    # And what was forgotten by mistake can be loaded again.
    assert "ex.answers.load('.kdlab/02_soft_targets.before-reset.json')" in capsys.readouterr().out
    answers.load(folder / ".kdlab" / "02_soft_targets.before-reset.json")
    assert Answers(LESSON, folder).keep("question", quiz()).chosen == "It grows."


def test_a_reset_of_one_lesson_leaves_the_others(folder):
    for lesson in (LESSON, "03_distill_a_student"):
        Answers(lesson, folder).note("a", answer="1")
    Answers(LESSON, folder).reset(sure=True)
    assert Answers("03_distill_a_student", folder)["a"]


def test_what_is_kept_can_be_seen_and_downloaded(folder):
    answers = Answers(LESSON, folder)
    assert repr(answers) == "Answers to 02_soft_targets: none yet."
    answer_quiz(answers.keep("question", quiz()))
    answers.attempt("2.1", "<b>", right=True)
    assert repr(answers).splitlines()[1:] == ["  question: It grows.", "  2.1: right, 1 attempt"]
    html = answers._repr_html_()
    assert 'download="02_soft_targets.json"' in html and "data:application/json;base64," in html


def test_loaded_answers_join_those_that_are_there(folder, tmp_path_factory):
    Answers(LESSON, folder).note("a", answer="1")
    other = tmp_path_factory.mktemp("other")
    (other / ".kdlab").mkdir()
    there = Answers(LESSON, other)
    there.note("b", answer="2")
    there.load(record.path_in(folder, LESSON))
    assert list(file_of(other)["answers"]) == ["b", "a"]
    with pytest.raises(FileNotFoundError, match="there is no file"):
        there.load(other / "nothing.json")
    with pytest.raises(ValueError, match="does not hold the answers"):
        (other / "x.json").write_text("{}", encoding="utf-8")
        there.load(other / "x.json")
    with pytest.raises(ValueError, match="no place to keep answers"):
        Answers(LESSON, tmp_path_factory.mktemp("none")).load(record.path_in(folder, LESSON))


def test_a_long_answer_is_cut(folder):
    Answers(LESSON, folder).attempt("2.1", "x" * 10**6, right=False)
    assert len(Answers(LESSON, folder)["2.1"]["answer"]) == module._MOST
