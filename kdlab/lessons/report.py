"""A learner's report on one lesson: what was predicted and what came, what was answered and solved.

It only reads what is kept. Beside the lesson it leaves one page, for people, and one JSON file, of
which `kdlab class` makes a view of a whole class:

    {"format": "kdlab report", "version": 1, "kdlab": "0.1.0", "lesson": "02_soft_targets",
     "title": ..., "name": "", "made": "2026-11-27T...", "learner": ..., "share": false,
     "predictions": [...], "quizzes": [...], "exercises": [...], "drawings": [...]}

`learner` is drawn by lot, so that two reports of one learner count once; it says nothing else.
"""

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import suppress
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from uuid import uuid4

from kdlab import _checks
from kdlab._version import __version__
from kdlab.lessons import files, paper, report_page
from kdlab.storage import write_atomically
from kdlab.widgets._predictions import Bars, verdict

FORMAT, VERSION = "kdlab report", 1
_LEARNER = re.compile(r"[0-9a-f]{32}")
# What the lessons call the modules of their questions.
_CALLED = {"kdlab.exercises": "ex", "kdlab.predictions": "predict"}
_LINES = re.MULTILINE | re.DOTALL
# Code that an exercise shows: on one line nobody could read it.
_FENCED = re.compile(r"^(```+|~~~+).*?^\1", _LINES)
_NOWHERE = (
    "There is no report here: answers are kept only in a learner's copy of the lessons "
    "(`kdlab lab`)."
)


class Report:
    """A report, as a notebook shows it.

    Attributes:
        data: what it says, as the JSON file has it.
        html, json: the files beside the lesson.
    """

    def __init__(self, data: dict, folder: Path):
        self.data = data
        stem = f"report_{data['lesson']}"
        self.html, self.json = folder / f"{stem}.html", folder / f"{stem}.json"
        self._trouble = ""
        self._contents = {
            self.html: report_page.page(data).encode(),
            self.json: (json.dumps(data, allow_nan=False) + "\n").encode(),
        }

    def save(self) -> None:
        """Write both files, each whole or not at all; what stands in the way is shown."""
        try:
            for path, content in self._contents.items():
                write_atomically(path, lambda file, content=content: file.write(content))
        except OSError as error:
            self._trouble = f"The report could not be saved: {error}."

    def __repr__(self) -> str:
        return "\n".join([*report_page.lines(self.data), self._where()])

    def _repr_html_(self) -> str:
        # Binder forgets the files, and gives no other way to them from here.
        links = self._links() if "BINDER_LAUNCH_HOST" in os.environ else ""
        return report_page.shown(self.data, f"<p>{escape(self._where())}</p>{links}")

    def _where(self) -> str:
        if self._trouble:
            return self._trouble
        return (
            f"Saved beside the lesson: {self.html.name}, to read or print, and {self.json.name}, "
            "for your instructor's view of the class."
        )

    def _links(self) -> str:
        links = []
        for path, content in self._contents.items():
            kind = "text/html" if path is self.html else "application/json"
            links.append(paper.download(path.name, content, kind, f"Download {path.name}"))
        return f"<p>Binder forgets both files when you leave. {' · '.join(links)}</p>"


def make(answers, name: str = "", share: bool = False) -> Report | None:
    """The report on the lesson that `answers` is of; see `Answers.report`."""
    name = _checks.optional_text(name, "name")
    share = _checks.flag(share, "share")
    if not answers.kept:
        print(_NOWHERE)
        return None
    text = _LessonText(answers)
    data = {
        "format": FORMAT, "version": VERSION, "kdlab": __version__, "lesson": answers.lesson,
        "title": text.title, "name": name, "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "learner": _learner(answers.path.parent), "share": share,
        "predictions": [], "quizzes": [], "exercises": [], "drawings": [],
    }  # fmt: skip
    asked = {**{key: widget for key, (widget, _) in answers._widgets.items()}, **answers._exercises}
    # A pad is made in a cell of the lesson, which this kernel may not have run.
    asked = {**dict.fromkeys(text.kept_in_cells()), **asked}
    in_order = sorted(asked, key=lambda key: text.place(key, asked[key]))
    kept = answers._read()
    for place, key in enumerate(in_order, 1):
        kind, said = _said(asked[key], kept.get(key, {}), text)
        data[kind].append({"key": key, "place": place, **said})
    report = Report(data, answers.path.parent.parent)
    report.save()
    return report


# ---- what is kept of each -----------------------------------------------------------------------


def _said(thing, about: dict, text: _LessonText) -> tuple[str, dict]:
    """The list that a question, a drawing or an exercise belongs to, and what to say of it."""
    if hasattr(thing, "judge"):
        return "exercises", _of_exercise(thing, about, text)
    if hasattr(thing, "verdict"):
        return "predictions", {**thing.describe(), **_of_prediction(thing)}
    if hasattr(thing, "asked"):
        return "predictions", _of_explorer(thing, about)
    if hasattr(thing, "chosen"):
        return "quizzes", _of_quiz(thing, about)
    return "drawings", {"done": "state" in about}


def _of_prediction(widget) -> dict:
    said = widget.verdict()
    if not said and widget.guess is not None:
        said = {"you": f"You predicted: {widget.text(widget.guess)}"}
    return {"guess": widget.guess, "before": widget.before, "truth": widget.truth, "said": said}


def _of_quiz(widget, about: dict) -> dict:
    asked = widget.describe()
    # An older kdlab did not keep the first answer. An answer to another question is none to this.
    first = about.get("first", {}).get("chosen")
    chosen = widget.chosen
    return {**asked, "first": first if first in asked["options"] else chosen, "chosen": chosen}


def _of_explorer(widget, about: dict) -> dict:
    state = {name: getattr(widget, name) for name in widget._answer_traits}
    try:
        asked, answered = widget.asked(about.get("first") or about.get("state") or state)
    except ValueError:  # kept of another question, which had other classes or examples
        asked, answered = widget.asked(state)
    bars, said = Bars(tuple(asked["names"])), {}
    if answered["truth"] is not None:
        said = verdict(bars, **answered, typical={"typical": ""})
    elif answered["guess"] is not None:
        said = {"you": f"You predicted: {bars.text(answered['guess'])}"}
    return {**asked, **answered, "said": said}


def _of_exercise(exercise, about: dict, text: _LessonText) -> dict:
    tries = about.get("tries", [])
    # An error's own words quote the learner's code, which nobody has handed in by this.
    wrong = [
        f"Your code stopped: {one['error']}." if one.get("error") else one["reply"]
        for one in tries if not one["right"]
    ]  # fmt: skip
    return {
        "question": text.question(exercise.name),
        "attempts": about.get("attempts", 0), "right": about.get("right", False),
        "ever_right": about.get("right", False) or any(one["right"] for one in tries),
        "at_once": bool(tries) and tries[0]["right"],
        "hints": about.get("hints", 0), "of_hints": len(exercise.hints),
        "solution": about.get("solution", False),
        "wrong": [{"reply": reply, "times": wrong.count(reply)} for reply in dict.fromkeys(wrong)],
    }  # fmt: skip


def _learner(folder: Path) -> str:
    """The number that was drawn for this folder's learner, kept for the next report."""
    path = folder / "learner.txt"
    try:
        known = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        known = ""
    if _LEARNER.fullmatch(known):
        return known
    drawn = uuid4().hex
    with suppress(OSError):  # said when the report is to be saved
        write_atomically(path, lambda file: file.write(drawn.encode()))
    return drawn


# ---- the lesson's text ---------------------------------------------------------------------------


class _LessonText:
    """What the lesson itself says: its title, its exercises, and the order of things in it."""

    def __init__(self, answers):
        self.title, self._code, self._prose = answers.lesson, "", []
        # `ex.softmax` and `predict.errors` are names of the modules that have these answers; both
        # may have one name, such as `gradient`.
        homes = [m for m in [*sys.modules.values()] if getattr(m, "answers", None) is answers]
        self._names = {
            id(thing): rf"{_CALLED.get(home.__name__.rpartition('.')[0], '(?:ex|predict)')}\.{name}"
            for home in homes
            for name, thing in vars(home).items()
        }
        for path in files.lessons():
            if path.stem == answers.lesson:
                self._read(path)

    def _read(self, path: Path) -> None:
        sources = {"code": [], "markdown": []}
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            sources.setdefault(cell["cell_type"], []).append("".join(cell["source"]))
        self._code = "\n\n".join(sources["code"])
        self._prose = [_FENCED.sub("…", cell) for cell in sources["markdown"]]
        if title := re.search(r"^# (.+)$", "\n\n".join(self._prose), re.MULTILINE):
            self.title = title[1].strip()

    def kept_in_cells(self) -> list[str]:
        """The names of what the lesson's own cells have kept."""
        return re.findall(r"\banswers\.keep\(\s*[\"']([^\"']+)[\"']", self._code)

    def place(self, key: str, thing) -> int:
        """Where a question first stands in the lesson's code; after all else if nowhere."""
        here = [rf"\.keep\(\s*[\"']{re.escape(key)}[\"']"]
        if name := self._names.get(id(thing)):
            here.append(rf"\b{name}\b")
        found = re.search("|".join(here), self._code)
        return found.start() if found else len(self._code)

    def question(self, name: str) -> str:
        """What an exercise asks, to the end of its cell or the next; empty if it is not there."""
        asked = re.compile(rf"^\*\*{re.escape(name)}\*\*\s+(.+?)(?=^\*\*[\d.]+\*\*|^#|\Z)", _LINES)
        found = next(filter(None, map(asked.search, self._prose)), None)
        return _plain(found[1]).removesuffix(" …") if found else ""


def _plain(markdown: str) -> str:
    """Markdown without its marks, on one line."""
    words = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", markdown).replace("\\|", "‖")
    return " ".join(re.sub(r"[*`$]|\\,", "", words).split())
