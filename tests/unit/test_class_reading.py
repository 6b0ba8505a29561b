"""Reports come from anyone: what is right is read, all else is left out with a reason."""

from __future__ import annotations

import copy
import json
import os
import random
import re

import pytest

from kdlab.class_view import page, reading
from tests.tools import class_reports
from tests.tools.class_reports import report, write
from tests.tools.widget_examples import HOSTILE


@pytest.fixture
def one(tmp_path):
    """`one(data)`: that report, or that text, found in a folder of its own."""

    def one(data, name="report.json"):
        write(tmp_path / "reports" / name, data)
        return reading.find(tmp_path / "reports")

    return one


def why(found) -> str:
    assert not found.reports
    [(_, reason)] = found.left_out
    return reason


def test_a_whole_report_is_read(one):
    [found] = one(report(3)).reports
    assert (found.lesson, found.title) == ("02_soft_targets", "02 · Soft targets")
    assert [item.key for item in found.items] == [
        "number", "choice", "order", "bars", "curve", "quiz", "2.1", "pad"
    ]  # fmt: skip
    number = found.items[0]
    assert number.asked["between"] == [0, 540] and number.answer["truth"] == [10.0, 7.0, 12.0]


def test_a_report_of_version_1_as_it_was_kept(one):
    """The first that was ever written. Every later kdlab reads it."""
    minimal = {
        "format": "kdlab report", "version": 1, "lesson": "my_own", "title": "Mine",
        "made": "2026-11-27T10:00:00+00:00", "learner": "0" * 32, "share": True,
    }  # fmt: skip
    [found] = one(minimal).reports
    assert found.items == () and found.share


def test_what_is_said_before_the_reveal_counts(one):
    def answer(**changes):
        data = report(0)
        data["predictions"] = [{**data["predictions"][0], **changes}]
        [found] = one(data).reports
        return found.items[0].answer

    told = answer(guess=20, before=20, truth=10)
    assert (told["committed"], told["late"], told["changed"]) == (20, False, False)
    told = answer(guess=10, before=20, truth=10)
    assert (told["committed"], told["changed"]) == (20, True)
    told = answer(guess=10, before=None, truth=10)
    assert (told["committed"], told["late"], told["changed"]) == (None, True, False)
    told = answer(guess=20, before=None, truth=None)
    assert (told["committed"], told["late"]) == (20, False)
    told = answer(guess=None, before=None, truth=10)
    assert (told["committed"], told["late"]) == (None, False)


# ---- what is damaged ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        (json.dumps(report(0))[:-30], "not JSON"),
        ("[" * 100_000, "nested too deep"),
        ('{"a":' * 50_000, "nested too deep"),
        ('{"format": "kdlab report", "version": NaN}', "it holds NaN"),
        ('{"format": "kdlab report", "version": -Infinity}', "it holds -Infinity"),
        ('{"format": "kdlab report"}', "version is no number"),
        ('{"format": "kdlab report", "version": true}', "version is no number"),
        ('{"format": "kdlab report", "version": 0}', "version is no number"),
        ('{"format": "kdlab report", "version": 2}', "newer kdlab: update kdlab"),
        ('{"format": "kdlab report", "version": 1}', "damaged: 'made' of the report is not a time"),
        ("1" * 5000, "damaged"),
    ],
)
def test_a_damaged_file_is_left_out(one, text, reason):
    found = one(text)
    if text.startswith("1"):  # a number without end, which Python refuses to read
        assert found.left_out or found.others
    else:
        assert reason in why(found)


@pytest.mark.parametrize("text", ["[]", "3", "null", '"a"', "{}", '{"format": "other"}'])
def test_json_of_another_kind_is_only_counted(one, text):
    found = one(text)
    assert (found.reports, found.left_out, found.others) == ([], [], 1)


def test_what_is_not_utf_8_is_left_out_and_a_mark_before_it_is_read(tmp_path):
    (tmp_path / "a.json").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "b.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(report(1)).encode())
    found = reading.find(tmp_path)
    assert len(found.reports) == 1 and found.left_out[0][1] == "it is damaged: not UTF-8"


def test_a_giant_file_is_not_read(tmp_path):
    with open(tmp_path / "giant.json", "wb") as file:
        file.truncate(10**12)  # takes no place on the disk
    assert why(reading.find(tmp_path)) == "it is too large: more than 1,000,000 bytes"


NASTY = [None, True, -1, 0, 3, 1.5, 10**400, 1e308, "", "x", HOSTILE, "\ud800", "x" * 10_000, [],
         [1], ["a", "a"], [[[]]], {}, {"a": 1}, [None] * 300, ["x"] * 300]  # fmt: skip


def _places(data, path=()):
    """Every place in a JSON value."""
    yield path
    if isinstance(data, dict | list):
        for key in data if isinstance(data, dict) else range(len(data)):
            yield from _places(data[key], (*path, key))


def _with(data, path, value):
    """A copy of a JSON value with another in one of its places."""
    data = copy.deepcopy(data)
    inside = data
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = value
    return data


def test_nothing_in_any_place_does_harm(tmp_path):
    """Each value in each place: read or left out with a reason, and the page can be made."""
    whole = report(3)
    places = [path for path in _places(whole) if path]
    assert len(places) > 100
    rng = random.Random(0)
    path = tmp_path / "report.json"
    outcomes = {"read": 0, "left out": 0}
    for place in places:
        for value in rng.sample(NASTY, 6):
            path.write_text(json.dumps(_with(whole, place, value)), encoding="utf-8")
            found = reading.find(tmp_path)
            text = page.page(found, 1)
            text.encode()
            assert "<img" not in text and "<script" not in text and "nan" not in text.lower()
            assert len(found.reports) + len(found.left_out) + found.others == 1
            outcomes["read" if found.reports else "left out"] += 1
            for _, reason in found.left_out:
                assert reason.startswith(("it is damaged: ", "it was made by a newer"))
    assert min(outcomes.values()) > 100, outcomes


@pytest.mark.parametrize(
    ("part", "changes", "reason"),
    [
        (
            "predictions",
            {"kind": "essay"},
            "'kind' of an entry of predictions is not one of number",
        ),
        ("predictions", {"between": [0, 5e-324]}, "'between' of an entry of predictions"),
        ("predictions", {"between": [5, 5]}, "'between' of an entry of predictions"),
        ("predictions", {"between": [1e15, 1e15 + 0.25]}, "'between' of an entry of predictions"),
        ("predictions", {"guess": "12"}, "'guess' of an entry of predictions"),
        ("predictions", {"truth": [1, 5, 2]}, "'truth' of an entry of predictions"),
        ("predictions", {"truth": True}, "'truth' of an entry of predictions"),
        ("quizzes", {"options": ["a", "a"]}, "is not a list of different texts"),
        ("quizzes", {"first": "none of them"}, "'first' of an entry of quizzes"),
        ("exercises", {"attempts": -1}, "'attempts' of an entry of exercises is not a count"),
        ("exercises", {"hints": 2.5}, "'hints' of an entry of exercises is not a count"),
        ("exercises", {"wrong": ["text"]}, "a reply is no object"),
        ("drawings", {"done": 1}, "'done' of an entry of drawings is not true or false"),
    ],
)
def test_a_wrong_value_is_named(one, part, changes, reason):
    data = report(0)
    data[part][0].update(changes)
    assert reason in why(one(data))


@pytest.mark.parametrize("number", ["1e999", "-1e999", "1" + "0" * 400])
def test_a_number_that_is_none_is_no_guess(one, number):
    text = json.dumps(report(0)).replace(f'"guess": {report(0)["predictions"][0]["guess"]}',
                                         f'"guess": {number}', 1)  # fmt: skip
    assert "'guess' of an entry of predictions" in why(one(text))


def test_one_question_twice_is_damage(one):
    data = report(0)
    data["quizzes"] *= 2
    assert why(one(data)) == "it is damaged: one question is in it twice"


# ---- where reports lie --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "place",
    [
        "submitted/{name}/distillation/report_02_soft_targets.json",
        "exchange/kdlab/inbound/{name}+distillation+2026-11-27 10:00:00 UTC+MTIz/report.json",
        "{name}_123_assignsubmission_file_report_02_soft_targets.JSON",
        "a/b/c/d/e/f/{name}.json",
    ],
)
def test_reports_stay_where_they_were_collected(tmp_path, place):
    for number, name in enumerate(["Zoë Müller", "bob", "eve"]):
        write(tmp_path / place.format(name=name), report(number))
    (tmp_path / "grades.csv").write_text("1", encoding="utf-8")
    found = reading.find(tmp_path)
    assert len(found.reports) == 3 and not found.left_out and not found.others


def test_only_shared_reports_are_taken_out_of_homes(tmp_path):
    for number in range(4):
        home = tmp_path / f"learner_{number}" / "my_lessons"
        write(home / "report_02_soft_targets.json", report(number, share=number > 0))
        write(home / ".kdlab" / "02_soft_targets.json", '{"format": 1}')
    found = reading.find(tmp_path, homes=True)
    assert len(found.reports) == 3 and found.others == 0
    assert [reason for _, reason in found.left_out] == ["its learner has not agreed to share it"]
    assert len(reading.find(tmp_path).reports) == 4  # what was handed in needs no such consent


def test_the_newer_report_of_a_learner_counts(tmp_path):
    times = ["2026-11-27T10:00:00+00:00", "2026-11-27T11:30:00+02:00", "2026-11-27T10:30:00"]
    for k, made in enumerate(times):  # the second is of half past nine, the third has no zone
        write(tmp_path / f"{k}.json", report(7, made=made))
    write(tmp_path / "other_lesson.json", report(7, lesson="01_train_a_teacher"))
    found = reading.find(tmp_path)
    assert sorted(r.lesson for r in found.reports) == ["01_train_a_teacher", "02_soft_targets"]
    [newest] = [r for r in found.reports if r.lesson == "02_soft_targets"]
    assert newest.made.isoformat() == "2026-11-27T10:30:00+00:00"
    assert sorted(path.name for path, _ in found.left_out) == ["0.json", "1.json"]
    assert {reason for _, reason in found.left_out} == {
        "there is a newer report of the same learner"
    }


def test_links_out_of_the_folder_are_not_followed(tmp_path):
    outside = tmp_path / "outside"
    write(outside / "secret.json", report(1))
    inside = tmp_path / "reports"
    write(inside / "mine.json", report(2))
    (inside / "link.json").symlink_to(outside / "secret.json")
    (inside / "folder").symlink_to(outside, target_is_directory=True)
    (inside / "loop").symlink_to(inside, target_is_directory=True)
    found = reading.find(inside)
    assert [r.learner[-1] for r in found.reports] == ["2"]
    assert why(reading.Found(left_out=found.left_out)) == "it is a link to another place"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes among its files")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.json")
    assert why(reading.find(tmp_path)) == "it is no plain file"


def test_a_folder_by_the_name_of_a_report_is_a_folder(tmp_path):
    write(tmp_path / "report.json" / "inside.json", report(0))
    assert len(reading.find(tmp_path).reports) == 1


def test_what_cannot_be_read_is_left_out(tmp_path, monkeypatch):
    write(tmp_path / "a.json", report(0))

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(reading.os, "open", refuse)
    assert why(reading.find(tmp_path)) == "it cannot be read: Permission denied"


def test_thousands_of_files_come_to_an_end(tmp_path, monkeypatch):
    for number in range(3000):
        write(tmp_path / f"{number % 50}" / f"{number}.json", "{}")
    assert reading.find(tmp_path).others == 3000
    monkeypatch.setattr(reading, "MOST_FILES", 1000)
    found = reading.find(tmp_path)
    assert found.others == 1000 and why(found) == "it holds more than 1,000 JSON files"


def test_there_is_no_folder(tmp_path):
    with pytest.raises(NotADirectoryError, match=re.escape(f"there is no folder {tmp_path / 'x'}")):
        reading.find(tmp_path / "x")
    write(tmp_path / "file.json", "{}")
    with pytest.raises(NotADirectoryError):
        reading.find(tmp_path / "file.json")


def test_the_examples_are_what_the_report_writes():
    """Or these tests would be about another format."""
    from kdlab.lessons import report as real

    assert class_reports.report(0)["format"] == real.FORMAT
    assert class_reports.report(0)["version"] == real.VERSION
