"""Reports of learners, found in a folder and checked.

A report may come from anyone: it may be damaged, huge, of another version, or made to do harm.
What is read here is plain JSON, and only what has the right type and size goes on; all else is left
out, with a reason.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path

from kdlab.lessons.paper import clean
from kdlab.lessons.report import FORMAT, VERSION

# Bytes of a report; those of our lessons have about 30,000.
MOST_BYTES = 1_000_000
# Files that are looked at, so that a wrong folder, such as a whole disk, comes to an end.
MOST_FILES = 20_000
# Entries of a list in a report: questions of a lesson, options of a question, places of a curve.
MOST_ENTRIES = 200
# A count: attempts at an exercise, hints.
_MOST_COUNT = 100_000

KINDS = ("number", "choice", "order", "bars", "curve")


@dataclass(frozen=True)
class Item:
    """What one learner did with one question, drawing or exercise.

    Attributes:
        part: `"predictions"`, `"quizzes"`, `"exercises"` or `"drawings"`.
        key, place: its name, and where it stands in the lesson.
        asked: what was asked: who was asked something else is not counted with this.
        answer: what was answered and what came.
    """

    part: str
    key: str
    place: int
    asked: dict
    answer: dict

    @property
    def question(self) -> str:
        """All that was asked, as a text to compare by."""
        return json.dumps([self.part, self.key, self.asked], sort_keys=True)


@dataclass(frozen=True)
class Report:
    """A report that can be counted."""

    learner: str
    lesson: str
    title: str
    made: datetime
    share: bool
    items: tuple[Item, ...]


@dataclass
class Found:
    """What was found in a folder.

    Attributes:
        reports: one for each learner and lesson.
        left_out: what is not counted, as path and reason.
        others: JSON files that are no reports at all.
    """

    reports: list[Report] = field(default_factory=list)
    left_out: list[tuple[Path, str]] = field(default_factory=list)
    others: int = 0


def find(folder: Path, *, homes: bool = False) -> Found:
    """Read all reports in a folder and the folders in it.

    Args:
        folder: where they lie, however deep; what nbgrader collects can stay where it is.
        homes: whether these are learners' home folders, out of which only those reports are taken
            whose learner has agreed.

    Raises:
        NotADirectoryError: there is no such folder.
    """
    if not folder.is_dir():
        raise NotADirectoryError(f"there is no folder {folder}")
    found, newest = Found(), {}
    for path in _files(folder, found):
        try:
            report = read(path)
        except _NoReport:
            found.others += 1
            continue
        except (ValueError, OSError) as error:
            found.left_out.append((path, _reason(error)))
            continue
        if homes and not report.share:
            found.left_out.append((path, "its learner has not agreed to share it"))
            continue
        whose = report.learner, report.lesson
        old = newest.get(whose)
        if old is None or report.made > old[1].made:
            newest[whose] = path, report
            path = old and old[0]
        if path:
            found.left_out.append((path, "there is a newer report of the same learner"))
    found.reports = [report for _, report in newest.values()]
    return found


def read(path: Path) -> Report:
    """One report.

    Raises:
        ValueError: it is damaged, too large, or of a newer version; the message says which.
        OSError: it cannot be read.
    """
    try:
        data = json.loads(_text(path), parse_constant=_no_number)
    except RecursionError:
        raise ValueError("it is damaged: nested too deep") from None
    except UnicodeDecodeError:
        raise ValueError("it is damaged: not UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"it is damaged: not JSON ({error.msg})") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise _NoReport
    version = data.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ValueError("it is damaged: its version is no number")
    if version > VERSION:
        raise ValueError("it was made by a newer kdlab: update kdlab")
    return _report(_Record(data, "the report"))


class _NoReport(Exception):
    """JSON of another kind."""


def _files(folder: Path, found: Found) -> Iterator[Path]:
    """The JSON files below a folder, in order; links are not followed, hidden folders left out."""

    def unreadable(error: OSError) -> None:
        found.left_out.append((Path(error.filename), _reason(error)))

    seen = 0
    for place, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.lower().endswith(".json") or name.startswith("."):
                continue
            seen += 1
            path = Path(place, name)
            if seen > MOST_FILES:
                found.left_out.append((folder, f"it holds more than {MOST_FILES:,} JSON files"))
                return
            if path.is_symlink():
                found.left_out.append((path, "it is a link to another place"))
                continue
            yield path


def _text(path: Path) -> str:
    """The text of a file, if it is a plain one and not too large."""
    # A pipe would be waited for; and a link may have come since the folder was read.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    with open(os.open(path, flags | getattr(os, "O_BINARY", 0)), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ValueError("it is no plain file")
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError(f"it is too large: more than {MOST_BYTES:,} bytes")
    return content.decode("utf-8-sig")


def _no_number(name: str):
    raise ValueError(f"it is damaged: it holds {name}, which is no number")


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"it cannot be read: {error.strerror or error}"
    return str(error)


# ---- what a report may hold ---------------------------------------------------------------------


class _Record:
    """A JSON object of which each value is asked for with its type."""

    def __init__(self, data, name: str):
        if not isinstance(data, dict):
            raise ValueError(f"it is damaged: {name} is no object")
        self._data, self._name = data, name

    def wrong(self, key: str, what: str) -> ValueError:
        return ValueError(f"it is damaged: {key!r} of {self._name} is not {what}")

    def has(self, key: str) -> bool:
        return self._data.get(key) is not None

    def text(self, key: str, default: str | None = None) -> str:
        value = self._data.get(key, default)
        if not isinstance(value, str):
            raise self.wrong(key, "a text")
        return clean(value)

    def flag(self, key: str) -> bool:
        value = self._data.get(key)
        if not isinstance(value, bool):
            raise self.wrong(key, "true or false")
        return value

    def count(self, key: str) -> int:
        value = self._data.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MOST_COUNT:
            raise self.wrong(key, "a count")
        return value

    def entries(self, key: str) -> list:
        value = self._data.get(key, [])
        if not isinstance(value, list) or len(value) > MOST_ENTRIES:
            raise self.wrong(key, f"a list of at most {MOST_ENTRIES}")
        return value

    def texts(self, key: str, *, least: int = 1) -> list[str]:
        values = self.entries(key)
        if not all(isinstance(value, str) for value in values) or len(values) < least:
            raise self.wrong(key, "a list of texts")
        return [clean(value) for value in values]

    def names(self, key: str) -> list[str]:
        """Texts of which each is there once, so that answers can be told apart."""
        names = self.texts(key, least=2)
        if len(set(names)) < len(names):
            raise self.wrong(key, "a list of different texts")
        return names

    def maybe(self, key: str, check: Callable):
        """What `check` makes of a value; None where there is none."""
        if not self.has(key):
            return None
        try:
            return check(self._data[key])
        except (TypeError, ValueError, OverflowError):
            raise self.wrong(key, "what was asked for") from None


def _report(data: _Record) -> Report:
    made = data.maybe("made", datetime.fromisoformat)
    if made is None:
        raise data.wrong("made", "a time")
    if made.tzinfo is None:
        made = made.replace(tzinfo=UTC)
    learner, lesson = data.text("learner"), data.text("lesson")
    if not re.fullmatch(r"[0-9a-f]{32}", learner):
        raise data.wrong("learner", "a learner's number")
    if not re.fullmatch(r"\w[\w.-]{0,80}", lesson):
        raise data.wrong("lesson", "the name of a lesson")
    items = [
        reader(part, _Record(entry, f"an entry of {part}"))
        for part, reader in _PARTS.items()
        for entry in data.entries(part)
    ]
    if len({(item.part, item.key) for item in items}) < len(items):
        raise ValueError("it is damaged: one question is in it twice")
    title = data.text("title")
    return Report(learner, lesson, title or lesson, made, data.flag("share"), tuple(items))


def _item(part: str, data: _Record, asked: dict, answer: dict) -> Item:
    return Item(part, data.text("key"), data.count("place"), asked, answer)


def _prediction(part: str, data: _Record) -> Item:
    kind = data.text("kind")
    if kind not in KINDS:
        raise data.wrong("kind", f"one of {', '.join(KINDS)}")
    asked, a_guess, a_truth = _ASKED[kind](data)
    asked = {"question": data.text("question"), "kind": kind, **asked}
    guess, before = data.maybe("guess", a_guess), data.maybe("before", a_guess)
    truth = data.maybe("truth", a_truth)
    answer = {
        # What was said before the reveal is the prediction.
        "committed": guess if truth is None else before,
        "late": truth is not None and before is None and guess is not None,
        "changed": truth is not None and before is not None and guess not in (None, before),
        "truth": truth,
    }
    return _item(part, data, asked, answer)


def _quiz(part: str, data: _Record) -> Item:
    options = data.names("options")
    option = _one_of(options)
    asked = {"question": data.text("question"), "options": options}
    asked["right"] = data.maybe("right", option)
    chosen = {"first": data.maybe("first", option), "chosen": data.maybe("chosen", option)}
    return _item(part, data, asked, chosen)


def _exercise(part: str, data: _Record) -> Item:
    wrong = [_Record(entry, "a reply") for entry in data.entries("wrong")]
    answer = {
        "attempts": data.count("attempts"),
        "right": data.flag("ever_right"), "at_once": data.flag("at_once"),
        "hints": min(data.count("hints"), data.count("of_hints")),
        "solution": data.flag("solution"),
        "wrong": [one.text("reply") for one in wrong],
    }  # fmt: skip
    of_hints = data.count("of_hints")
    if of_hints > MOST_ENTRIES:
        raise data.wrong("of_hints", f"at most {MOST_ENTRIES}")
    return _item(part, data, {"question": data.text("question"), "of_hints": of_hints}, answer)


def _drawing(part: str, data: _Record) -> Item:
    return _item(part, data, {}, {"done": data.flag("done")})


_PARTS = {
    "predictions": _prediction, "quizzes": _quiz, "exercises": _exercise, "drawings": _drawing,
}  # fmt: skip


# ---- what may be predicted ----------------------------------------------------------------------


def _number(value) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    value = float(value)
    # Beyond this no picture has a place for it, and a mean of such numbers could overflow.
    if not isfinite(value) or abs(value) > 1e15:
        raise ValueError
    return value


def _measured(value):
    """A number, or an interval `[mean, low, high]`."""
    if not isinstance(value, list):
        return _number(value)
    mean, low, high = map(_number, value)
    if not low <= mean <= high:
        raise ValueError
    return [mean, low, high]


def _one_text(value) -> str:
    if not isinstance(value, str):
        raise TypeError
    return clean(value)


def _one_of(options: list[str]) -> Callable:
    def check(value) -> str:
        value = _one_text(value)
        if value not in options:
            raise ValueError
        return value

    return check


def _numbers(count: int, check: Callable = _number) -> Callable:
    def checked(value) -> list:
        if not isinstance(value, list) or len(value) != count:
            raise ValueError
        return [check(one) for one in value]

    return checked


def _share(value) -> float:
    value = _number(value)
    if not -1e-6 <= value <= 1 + 1e-6:
        raise ValueError
    return value


def _between(data: _Record) -> list[float]:
    between = data.maybe("between", _numbers(2))
    # A range too narrow for its numbers has no place on an axis.
    if not between or not between[1] - between[0] > max(1e-12, 1e-9 * max(map(abs, between))):
        raise data.wrong("between", "a low and a high number")
    return between


def _ask_number(data: _Record):
    asked = {"between": _between(data), "unit": data.text("unit", "")}
    return asked, _number, _measured


def _ask_choice(data: _Record):
    options = data.names("options")
    return {"options": options}, _one_of(options), _one_of(options)


def _ask_order(data: _Record):
    items = data.names("items")

    def order(value) -> list[str]:
        ordered = [_one_text(one) for one in value]
        if sorted(ordered) != sorted(items):
            raise ValueError
        return ordered

    return {"items": items}, order, order


def _ask_bars(data: _Record):
    names = data.names("names")
    shares = _numbers(len(names), _share)
    return {"names": names}, shares, shares


def _ask_curve(data: _Record):
    places = data.texts("x", least=2)
    asked = {"x": places, "between": _between(data)}
    asked |= {key: data.text(key, "") for key in ("unit", "xlabel", "ylabel")}
    return asked, _numbers(len(places)), _numbers(len(places), _measured)


_ASKED = {
    "number": _ask_number, "choice": _ask_choice, "order": _ask_order, "bars": _ask_bars,
    "curve": _ask_curve,
}  # fmt: skip
