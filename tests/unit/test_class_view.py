"""What a class's page shows and hides, and `kdlab class`."""

from __future__ import annotations

import itertools
import json
import re
from collections import defaultdict
from html import unescape

import pytest

from kdlab import __main__ as command
from kdlab.class_view import counting, reading
from kdlab.class_view import page as class_page
from kdlab.lessons.paper import MOST
from tests.tools import simulated_class
from tests.tools.class_reports import PREDICTIONS, QUIZ, report, write
from tests.tools.widget_examples import HOSTILE


@pytest.fixture
def page(tmp_path):
    """`page(reports, threshold=3)`: the text of the page that is made of them, and its HTML."""

    def page(reports, threshold=3):
        for number, data in enumerate(reports):
            write(tmp_path / "reports" / f"{number}.json", data)
        html = class_page.page(reading.find(tmp_path / "reports"), threshold)
        body = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
        return " ".join(unescape(re.sub("<[^>]*>", " ", body)).split()), html

    return page


def only(data, part, key):
    """A report with one of its questions alone."""
    empty = {part: [] for part in reading._PARTS}
    return {**data, **empty, part: [entry for entry in data[part] if entry["key"] == key]}


def quizzed(number, first):
    data = only(report(number), "quizzes", "quiz")
    data["quizzes"] = [{**data["quizzes"][0], "first": first, "chosen": first}]
    return data


# ---- what is hidden -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("threshold", "cells", "most"), [(2, 2, 12), (2, 4, 8), (3, 2, 12), (3, 3, 12), (3, 4, 10),
                                     (3, 5, 8), (4, 3, 14), (5, 3, 14)],
)  # fmt: skip
def test_no_hidden_count_can_be_computed(threshold, cells, most):
    """Whoever knows the total, all that is shown, and how it is hidden, still cannot tell one.

    All classes of these sizes are gone through: whatever the page shows, a small count that is
    hidden has another value in another class of which the page would show the same.
    """
    for total in range(threshold, most + 1):
        looks_like = defaultdict(list)
        for counts in itertools.product(range(total + 1), repeat=cells):
            if sum(counts) == total:
                looks_like[tuple(counting.shown(counts, threshold))].append(counts)
        for view, classes in looks_like.items():
            for k in range(cells):
                values = {counts[k] for counts in classes}
                if view[k] is None:
                    assert len(values) > 1, (view, classes)
                else:
                    assert values == {view[k]} and not 0 < view[k] < threshold


def test_nothing_is_hidden_with_a_threshold_of_one_or_where_all_are_large():
    assert counting.shown([0, 1, 2], 1) == [0, 1, 2]
    assert counting.shown([9, 0, 5, 3], 3) == [9, 0, 5, 3]


@pytest.mark.parametrize(
    ("count", "said", "length"),
    [(0, "nobody", 0), (1, "fewer than 3", None), (2, "fewer than 3", None), (3, "3 of 30", 0.1),
     (27, "27 of 30", 0.9), (28, "more than 27 of 30", 0.9), (29, "more than 27 of 30", 0.9),
     (30, "all 30", 1)],
)  # fmt: skip
def test_words_and_bars_tell_neither_a_small_count_nor_a_small_rest(count, said, length):
    assert counting.of(count, 30, 3) == said and counting.length(count, 30, 3) == length


def test_the_page_does_not_show_what_one_learner_answered(page):
    text, html = page([quizzed(n, "grows" if n == 0 else "shrinks") for n in range(30)])
    quiz = text.split("Quiz: ")[-1]
    assert re.search(r"grows hidden ◆ shrinks 29 stays hidden no answer hidden Of 30", quiz)
    assert "Hidden, together: 1." in quiz and "Right in the end: more than 27 of 30." in quiz
    assert "width:3.3%" not in html  # the bar of one in thirty


def test_a_few_reports_are_no_class(page):
    text, _ = page([report(n) for n in range(2)])
    assert "2 reports of 2 learners." in text
    assert "02 · Soft targets: fewer than 3 reports, so nothing of it is shown" in text
    assert QUIZ["question"] not in text


def test_of_a_threshold_of_one_the_page_says_what_that_means(page):
    text, _ = page([report(0)], threshold=1)
    assert "Nothing is hidden: a count of 1 is what one learner did." in text
    assert QUIZ["question"] in text


def test_no_name_and_no_path_is_on_the_page(page, tmp_path):
    write(tmp_path / "reports" / "Zoe_Mueller" / "broken.json", "{")
    text, html = page([report(n, name="Zoe Mueller") for n in range(5)])
    assert "Zoe" not in html and "reports/" not in html
    assert "it is damaged: not JSON" in text and ": 1 file" in text


# ---- numbers ------------------------------------------------------------------------------------


def test_an_axis_is_as_fine_as_may_be_shown():
    guesses = [float(n) for n in [*range(10, 40), 500]]
    parts, none = counting.bins(guesses, [0, 540], none=4, threshold=3)
    assert none == 4
    assert parts[0][0] >= 5 and parts[-1][1] <= 40  # the one at 500 has no part of its own
    assert all(count is None or count >= 3 for *_, count in parts)
    assert sum(count or 0 for *_, count in parts) == 30


def test_whole_guesses_have_whole_parts_and_the_highest_is_in_the_last():
    parts, _ = counting.bins([0.0] * 5 + [3.0] * 5, [0, 3], none=0, threshold=3)
    assert [(low, high, count) for low, high, count in parts if count] == [(0, 1, 5), (2, 3, 5)]


@pytest.mark.parametrize("guesses", [[], [5.0], [1.0, 200.0, 530.0]])
def test_too_few_guesses_are_not_drawn(guesses, page):
    assert counting.bins(guesses, [0, 540], none=3, threshold=3)[0] == []
    data = [only(report(n), "predictions", "number") for n in range(4)]
    for entry, guess in zip(data, [*guesses, None, None, None, None], strict=False):
        entry["predictions"][0].update(guess=guess, before=guess)
    text, _ = page(data)
    assert "The guesses are hidden: too few are close to each other." in text
    assert "What came: 10 images (7 to 12)" in text


def test_what_came_on_many_machines_is_a_median_with_its_range():
    assert counting.truth_of([]) is None and counting.truth_of([3.0, 3.0]) == 3.0
    assert counting.truth_of([9.0, 12.0, 10.0]) == [10.0, 9.0, 12.0]
    assert counting.truth_of([[9.0, 7.0, 11.0], [10.0, 8.0, 15.0]]) == [9.5, 7.0, 15.0]


def test_a_truth_far_from_all_guesses_is_on_the_axis(page):
    data = [only(report(n), "predictions", "number") for n in range(12)]
    for entry in data:
        entry["predictions"][0].update(guess=20.0, before=20.0, truth=400.0)
    _, html = page(data)
    [x] = re.findall(r'class="kd-came" d="M([\d.]+) ', html)
    assert float(x) == 340  # the right end, where the axis reaches 400


# ---- words --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("At T = 4 there are 4.10 classes.", "At T = … there are … classes."),
        ("The answer is [0.5, -1e-3, nan].", "The answer is […]."),
        ("It stands at 93%: go up.", "It stands at …%: go up."),
        ("Of 1,257 images, 3 are wrong.", "Of … images, … are wrong."),
        ("Subtract the max from float32.", "Subtract the max from float32."),
        ("That is KL(q || p), in this information.", "That is KL(q || p), in this information."),
    ],
)  # fmt: skip
def test_a_reply_without_its_numbers(reply, kind):
    assert counting.misconception(reply) == kind


def test_replies_are_counted_by_learner_and_kind():
    told = counting.misconceptions(
        [["At T = 4.", "At T = 5."], ["At T = 6."], ["Divide by 2."], []]
    )
    assert told == [("At T = ….", 2), ("Divide by 2.", 1)]


def test_misconceptions_on_the_page(page):
    text, _ = page([report(n) for n in range(20)])
    assert "Divide the logits by T, not the probabilities. 15 of 20" in text
    assert "That is … too much. 10 of 20" in text
    assert "Your code stopped: NameError. 5 of 20" in text


def test_a_reply_to_few_is_hidden(page):
    data = [report(0) for _ in range(8)]
    for n, entry in enumerate(data):
        entry.update(learner=f"{n:032x}")
        entry["exercises"][0]["wrong"] = [{"reply": f"Only learner {'abcdefgh'[n]}.", "times": 1}]
    text, _ = page(data)
    assert "Only learner" not in text
    assert "Hidden: 8 replies that were each given to fewer than 3." in text


# ---- which question -----------------------------------------------------------------------------


def test_answers_to_another_version_of_a_question_are_not_counted_with_it(page):
    data = [only(report(n), "quizzes", "quiz") for n in range(12)]
    for entry in data[:5]:
        entry["quizzes"][0].update(options=["grows", "shrinks"], right="shrinks", first="grows")
    text, _ = page(data)
    assert "another version of this question, from 5 of 12." in text
    assert "stays" in text and "Of 7." in text


def test_a_lesson_of_one_s_own_is_shown_like_any(page):
    text, _ = page([report(n, lesson="my_own.lesson", title="Mine") for n in range(4)])
    assert "Mine 4 reports." in text


def test_a_question_that_few_have_is_not_shown(page):
    data = [report(n) for n in range(5)]
    data[0]["quizzes"].append({**data[0]["quizzes"][0], "key": "own", "question": "Mine alone?"})
    text, _ = page(data)
    assert "Mine alone?" not in text
    assert "Hidden: 1 question that fewer than 3 reports have." in text


def test_where_people_stopped(page):
    data = [report(n) for n in range(12)]
    for entry in data[:5]:  # they go after the third prediction
        for one in entry["predictions"][3:]:
            one.update(guess=None, before=None, truth=None)
        entry["quizzes"][0].update(first=None, chosen=None)
        entry["exercises"][0].update(
            attempts=0, right=False, ever_right=False, at_once=False, wrong=[]
        )
        entry["drawings"][0]["done"] = False
    text, _ = page(data)
    assert "Prediction: Which arm is best? all 12, the last thing for 5" in text
    assert "Quiz: What does T do to the tallest bar? 7 of 12" in text


def test_every_kind_of_prediction_is_drawn_with_what_came_and_a_table(page):
    text, html = page([report(n) for n in range(30)])
    for asked in PREDICTIONS.values():
        assert f"Prediction: {asked['question']}" in text
    assert html.count('<svg role="img" aria-label="') == 2  # number and curve
    assert html.count("<details>") == 9  # how far, five predictions, a quiz, an exercise twice
    assert "1. distilled" in text and "The whole order was right for" in text
    assert "What came: “the 3”" in text and "What came: 10 images (7 to 12)" in text


def test_a_result_that_differs_between_machines(page):
    data = [only(report(n), "predictions", "choice") for n in range(12)]
    for n, entry in enumerate(data):
        entry["predictions"][0]["truth"] = "the 3" if n < 8 else "the 5" if n < 11 else "the 7"
    text, _ = page(data)
    assert "What came: “the 3” or “the 5”" in text and "or “the 7”" not in text


def test_before_the_reveal_there_is_no_result(page):
    data = [report(n) for n in range(6)]
    for entry in data:
        for one in entry["predictions"]:
            one.update(truth=None, before=None)
    text, html = page(data)
    assert text.count("No result yet.") == 3 and 'class="kd-truth"' not in html
    assert "not yet" in text


def test_whatever_a_report_says_is_text(page):
    data = [report(n, title=HOSTILE) for n in range(4)]
    for entry in data:
        for one in entry["predictions"]:
            one["question"] = f"{HOSTILE} {one['kind']}"
            one.update({"unit": HOSTILE, "xlabel": HOSTILE, "ylabel": HOSTILE})
        entry["exercises"][0]["wrong"] = [{"reply": "</table><script>x</script>", "times": 1}]
    text, html = page(data)
    assert "<img" not in html and "<script" not in html
    assert HOSTILE in text and "</table><script>x</script>" in text


def test_reports_made_to_be_large_make_a_page_that_is_not(page):
    def big(number):
        data = report(number)
        data["quizzes"] = [
            {"key": f"q{k}", "place": k, "question": f"{k} " + "long " * 2000, "right": None,
             "options": [f"{j} {'x' * 99}" for j in range(3)], "first": None, "chosen": None}
            for k in range(200)
        ]  # fmt: skip
        return data

    _, html = page([big(n) for n in range(4)])
    assert len(html) < 500_000 and "long " * (MOST // 5) not in html


# ---- kdlab class --------------------------------------------------------------------------------


@pytest.fixture
def class_of(tmp_path, monkeypatch):
    """A folder with `reports` of so many learners, in which one stands."""

    def class_of(learners):
        (tmp_path / "reports").mkdir()
        for number in range(learners):
            write(tmp_path / "reports" / f"{number}.json", report(number))
        monkeypatch.chdir(tmp_path)
        return tmp_path

    return class_of


def test_the_command_writes_one_page(class_of, capsys):
    home = class_of(12)
    assert command.main(["class", "reports", "-o", "view/class.html"]) == 0
    assert capsys.readouterr().out == "view/class.html: 12 reports of 12 learners.\n"
    text = (home / "view" / "class.html").read_text(encoding="utf-8")
    assert "Content-Security-Policy" in text and "http" not in text.replace("http-equiv", "")
    assert command.main(["class", "reports"]) == 0 and (home / "class.html").exists()


def test_the_same_reports_make_the_same_page(class_of):
    home = class_of(12)
    pages = []
    for _ in range(2):
        command.main(["class", "reports"])
        pages.append((home / "class.html").read_bytes())
    assert pages[0] == pages[1]


def test_what_is_left_out_is_named_on_the_terminal(class_of, capsys):
    home = class_of(3)
    write(home / "reports" / "zoe\x1b[31m" / "bad.json", "{")
    write(home / "reports" / "new.json", json.dumps(report(9, version=2)))
    assert command.main(["class", "reports"]) == 0
    said = capsys.readouterr().err
    assert "Left out: new.json: it was made by a newer kdlab: update kdlab." in said
    assert "bad.json: it is damaged: not JSON" in said and "\x1b" not in said


def test_a_heap_of_broken_files_does_not_fill_the_terminal(class_of, capsys):
    home = class_of(3)
    for number in range(80):
        write(home / "reports" / f"bad_{number}.json", "{")
    assert command.main(["class", "reports"]) == 0
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 51 and lines[-1] == "And 30 more."


def test_homes_need_consent(class_of, capsys):
    home = class_of(4)
    assert command.main(["class", "--homes", "reports"]) == 1
    assert "There is no report that its learner shares in reports" in capsys.readouterr().err
    for number in range(3):
        write(home / "reports" / f"{number}.json", report(number, share=True))
    assert command.main(["class", "--homes", "reports"]) == 0
    assert "3 reports of 3 learners." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["empty"], "There is no report in empty, so no page was written."),
        (["nowhere"], "No reports can be read: there is no folder nowhere."),
        (["reports", "-o", "reports"], "reports is a folder: name a file"),
        (["reports", "-o", "reports/0.json/class.html"], "The page cannot be written: "),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(class_of, capsys, arguments, said):
    home = class_of(3)
    (home / "empty").mkdir()
    before = sorted(home.rglob("*"))
    assert command.main(["class", *arguments]) == 1
    done = capsys.readouterr()
    assert said in done.err and done.out == "" and sorted(home.rglob("*")) == before


def test_an_older_page_stays_where_there_is_no_new_one(class_of):
    home = class_of(0)
    (home / "class.html").write_text("older", encoding="utf-8")
    assert command.main(["class", "reports"]) == 1
    assert (home / "class.html").read_text(encoding="utf-8") == "older"


@pytest.mark.parametrize("threshold", ["0", "-1", "three", "2.5", "²", "9" * 5000])
def test_a_threshold_is_a_whole_number(class_of, capsys, threshold):
    class_of(3)
    with pytest.raises(SystemExit):
        command.main(["class", "reports", "--threshold", threshold])
    assert "must be a whole number from 1 to 1000" in capsys.readouterr().err


# ---- a class that went through the real lessons --------------------------------------------------


def test_thirty_learners_of_every_kind(tmp_path, capsys):
    """Through the real questions and exercises of three lessons, from their homes to the page."""
    lessons = ["00_start_here", "01_train_a_teacher", "02_soft_targets"]
    made = simulated_class.make(tmp_path / "homes", 30, lessons=lessons)
    assert len(made) == 90
    whole = json.loads(made[0].read_text(encoding="utf-8"))
    assert whole["share"] and whole["exercises"]
    output = tmp_path / "class.html"
    assert command.main(["class", "--homes", str(tmp_path / "homes"), "-o", str(output)]) == 0
    assert capsys.readouterr().err == ""
    html = output.read_text(encoding="utf-8")
    for title in ("00 · Start here", "01 · Train a teacher", "02 · Soft targets"):
        assert title in html
    assert len(html.encode()) < 500_000 and "learner_0" not in html
