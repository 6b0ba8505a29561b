"""A learner's answers to one lesson: kept in a file, and there again when the lesson is run again.

The saved notebook is no safe place for them: what JupyterLab saves of a widget depends on whether
the kernel lives at that moment. So every answer goes into a file at once, whole, by itself.
"""

from __future__ import annotations

import inspect
import os
import threading
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from kdlab import _checks
from kdlab.lessons import paper, record, report
from kdlab.storage import write_atomically

# Characters that are kept of an answer: enough for any function that an exercise asks for.
_MOST = 4000
# Attempts at an exercise whose replies are kept; all are counted.
_MOST_TRIES = 50

_ON_BINDER = (
    "Binder forgets this file when you leave: `{name}` shows a link to download it, and "
    "`{name}.load(...)` brings it back another time."
)


class Answers:
    """The answers to one lesson.

    They are kept in the folder `.kdlab` beside the learner's copy of the lesson, which `kdlab lab`
    and `kdlab lessons` make. Anywhere else nothing is kept, and everything works all the same.

    Args:
        lesson: the name of the lesson's notebook, without `.ipynb`.
        folder: where the learner's copy is; the current folder if not given, which in a notebook
            is its own.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     Path(folder, ".kdlab").mkdir()
        ...     trouble = Answers("02_soft_targets", folder).note("2.1", answer="3")
        ...     Answers("02_soft_targets", folder)["2.1"]["answer"]
        '3'
    """

    def __init__(self, lesson: str, folder=None):
        self.lesson = _checks.text(lesson, "lesson")
        folder = Path.cwd() if folder is None else _checks.path(folder, "folder")
        self.path = record.path_in(folder.absolute(), lesson)
        self._widgets: dict[str, tuple] = {}
        self._exercises: dict[str, object] = {}
        # What a widget hears may come on another thread than what a cell does.
        self._lock = threading.RLock()

    @property
    def kept(self) -> bool:
        """Whether there is a place to keep anything in."""
        return self.path.parent.is_dir()

    def __getitem__(self, key: str) -> dict:
        """What is kept of one answer; an empty dict if nothing is."""
        return self._read().get(key, {})

    def note(self, key: str, **about) -> str:
        """Keep an answer, beside all others in the file.

        Args:
            key: the number of the exercise, or the name of the question.
            **about: what is to be kept, plain values that JSON can write; added to what there is.

        Returns:
            Why it could not be kept, in one sentence; empty where all is well.
        """
        if not self.kept:
            return ""
        try:
            with self._lock:
                # Read anew each time: another notebook may have written since.
                answers = self._read()
                answers[key] = {**answers.get(key, {}), **about, "kept": _now()}
                self._write(answers)
        except (OSError, ValueError) as error:
            return f"This answer could not be kept: {error}."
        return ""

    def add(self, exercise) -> None:
        """Know an exercise of the lesson, so that the report can say what is left to do."""
        self._exercises[exercise.name] = exercise

    def attempt(
        self, key: str, answer, right: bool = False, *, reply: str = "", error: str = ""
    ) -> str:
        """Keep an attempt at an exercise and the reply to it; returns what `note` returns.

        `error` is the kind of error that stopped the answer's code, if one did.
        """
        about = self._quietly(key)
        said = {"right": right, "reply": paper.clean(reply, _MOST), "error": error, "at": _now()}
        tries = [*about.get("tries", []), said]
        return self.note(
            key, answer=_source(answer), right=right, attempts=about.get("attempts", 0) + 1,
            tries=tries[-_MOST_TRIES:],
        )  # fmt: skip

    def helped(self, key: str, *, hints: int = 0, solution: bool = False) -> str:
        """Keep how many of an exercise's hints were shown, and whether its solution was."""
        about = self._quietly(key)
        return self.note(
            key, hints=max(hints, about.get("hints", 0)),
            solution=solution or about.get("solution", False),
        )  # fmt: skip

    def solved(self, key: str) -> str:
        """The day on which the last attempt at an exercise was right; empty if it was not."""
        about = self._quietly(key)
        # An older kdlab kept no more than when it last wrote.
        at = about["tries"][-1]["at"] if about.get("tries") else about.get("kept", "")
        return at[:10] if about.get("right") else ""

    def keep(self, key: str, widget):
        """Keep what a learner answers in a widget; give back what was answered before.

        Args:
            key: what to call it; one name for each question of the lesson.
            widget: one that asks: a `Quiz`, a `TemperatureExplorer` with `predict=True`, a
                `DigitPad`.

        Returns:
            The widget.
        """
        traits = widget._answer_traits
        initial = {name: getattr(widget, name) for name in traits}
        self._widgets[key] = (widget, initial)
        if not self.kept:
            return widget
        _set(widget, self._quietly(key).get("state", {}))

        def keep_it(_change=None) -> None:
            # Taking an answer back is no answer: the last one given stays in the file.
            trouble = ""
            if widget._is_answered():
                about = {"state": {name: getattr(widget, name) for name in traits}}
                if widget._is_committed() and "first" not in self._quietly(key):
                    about["first"] = about["state"]
                trouble = self.note(key, **about)
            heard = widget._keeping["heard"] + 1
            widget._keeping = {**widget._keeping, "heard": heard, "trouble": trouble}

        hint = _ON_BINDER.format(name="ex.answers") if "BINDER_LAUNCH_HOST" in os.environ else ""
        widget._keeping = {
            "lesson": self.lesson, "key": key, "traits": list(traits),
            "heard": 0, "trouble": "", "hint": hint,
        }  # fmt: skip
        widget.observe(keep_it, traits)
        return widget

    def report(self, name: str = "", *, share: bool = False):
        """What was predicted, answered and solved in this lesson, on one page.

        It is shown, and saved beside the lesson: as `report_LESSON.html` for people, and as
        `report_LESSON.json`, of which `kdlab class` makes a view of a whole class. Where nothing
        is kept, it says so and saves nothing.

        Args:
            name: to be written on it; without one nothing says whose it is.
            share: whether your instructor may take it out of your home folder on a hub. A report
                that you hand in yourself needs no such consent.

        Returns:
            The report, which a notebook shows; None where nothing is kept.

        Raises:
            ValueError: `name` is no text, or `share` neither True nor False.

        Example:
            >>> import tempfile
            >>> from pathlib import Path
            >>> with tempfile.TemporaryDirectory() as folder:
            ...     Path(folder, ".kdlab").mkdir()
            ...     Answers("02_soft_targets", folder).report("Ada").json.name
            'report_02_soft_targets.json'
        """
        return report.make(self, name, share)

    def reset(self, sure: bool = False) -> None:
        """Forget the answers to this lesson: asks first, and does it when called with `sure=True`.

        The file is not deleted, but gets another name; an older one of that name goes.

        Args:
            sure: whether you are.
        """
        if not self.kept or not self.path.exists():
            print(f"There is nothing to forget: no answer to {self.lesson} is kept.")
        elif not _checks.flag(sure, "sure"):
            print(
                f"This would forget all answers to {self.lesson}:\n{self._listed()}\n"
                "Are you sure? Then say so: ex.answers.reset(sure=True)"
            )
        else:
            old = self.path.with_suffix(".before-reset.json")
            with self._lock:
                self.path.replace(old)
                for widget, initial in self._widgets.values():
                    _set(widget, initial)
                self.path.unlink(missing_ok=True)  # which the widgets may have written just now
            print(
                f"Forgotten. Run the lesson's cells again to begin anew. "
                f"(Should you want them back: ex.answers.load('{record.FOLDER}/{old.name}'))"
            )

    def load(self, path) -> None:
        """Bring back answers from a file that was downloaded, or put aside by `reset`.

        What is in the file takes the place of the answers to the same questions here.

        Args:
            path: the file.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: it does not hold the answers to a lesson, or there is no place for them.
        """
        path = _checks.path(path)
        if not path.exists():
            raise FileNotFoundError(f"there is no file {path}")
        if not self.kept:
            raise ValueError(
                f"there is no place to keep answers in: {self._where()} Make one with `kdlab lab`"
            )
        answers = record.read(path)
        with self._lock:
            self._write({**self._read(), **answers})
        print(f"{len(answers)} answers are here again: run the lesson's cells once more.")

    # ---- what is there, for people ----

    def __repr__(self) -> str:
        if not self.kept:
            return f"Answers to {self.lesson}: {self._where()}"
        listed = self._listed()
        if not listed:
            return f"Answers to {self.lesson}: none yet."
        return f"Answers to {self.lesson}, kept in {record.FOLDER}/{self.path.name}:\n{listed}"

    def _repr_html_(self) -> str:
        text = f"<pre>{escape(repr(self))}</pre>"
        if not self.kept or not self.path.exists():
            return text
        # In the page itself: JupyterLab serves no hidden folder, and Binder forgets it.
        link = paper.download(
            self.path.name, self.path.read_bytes(), "application/json", "Download them"
        )
        load = "<code>ex.answers.load(...)</code> reads them again"
        return f"{text}<p>{link}; {load}.</p>"

    def _where(self) -> str:
        return "nothing is kept here, only in a learner's copy of the lessons (`kdlab lab`)."

    def _listed(self) -> str:
        return "\n".join(
            f"  {key}: {self._said(key, about)}" for key, about in self._read().items()
        )

    def _said(self, key: str, about: dict) -> str:
        if "attempts" in about:
            times = "attempt" if about["attempts"] == 1 else "attempts"
            return f"{'right' if about['right'] else 'not yet'}, {about['attempts']} {times}"
        if "hints" in about:
            return "not attempted yet"
        state = about.get("state", {})
        widget, _ = self._widgets.get(key, (None, None))
        shown = widget._answer_in_words() if widget else " ".join(map(str, state.values()))
        return shown if len(shown) <= 70 else f"{shown[:69]}…"

    # ---- the file ----

    def _quietly(self, key: str) -> dict:
        """What is kept of one answer, where a file that cannot be read must not stop a cell."""
        try:
            return self[key] if self.kept else {}
        except (OSError, ValueError):
            return {}  # said when the next answer is to be kept

    def _read(self) -> dict[str, dict]:
        return record.read(self.path)

    def _write(self, answers: dict[str, dict]) -> None:
        text = record.text_of(self.lesson, answers)
        write_atomically(self.path, lambda file: file.write(text.encode()))


def _set(widget, state: dict) -> None:
    """Give a widget an answer, as far as it still fits: the question may have changed since."""
    for name, value in state.items():
        try:
            setattr(widget, name, value)
        except ValueError:
            return


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _source(answer) -> str:
    """An answer as text: a function as it was written."""
    try:
        text = inspect.getsource(answer) if callable(answer) else repr(answer)
    except (OSError, TypeError):
        text = repr(answer)
    return text[:_MOST]
