"""The file that a learner's answers to one lesson are kept in: where it is, and how it is read.

It lies beside the learner's copy of the lesson, in the hidden folder `.kdlab`, which `kdlab
lessons` makes. Where there is no such folder nothing is kept: a run of the lessons that nobody
works through, as in the tests, leaves no trace.

    {"format": 1, "lesson": "02_soft_targets", "answers": {"2.1": {"kept": "2026-11-27T...", ...}}}

This module is for the Jupyter server, too, so it imports nothing that takes time or memory.
"""

from __future__ import annotations

import json
from pathlib import Path

FOLDER = ".kdlab"
FORMAT = 1


def path_in(folder: Path, lesson: str) -> Path:
    """The file for a lesson whose copy lies in `folder`."""
    return Path(folder) / FOLDER / f"{lesson}.json"


def read(path: Path) -> dict[str, dict]:
    """The answers by their keys; none if there is no such file.

    Raises:
        ValueError: the file holds something else, or was written by a newer version.
        OSError: it cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    try:
        record = json.loads(text)
        known, answers = record["format"] <= FORMAT, record["answers"]
        shaped = isinstance(answers, dict) and all(isinstance(a, dict) for a in answers.values())
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} does not hold the answers to a lesson ({error})") from error
    if not known:
        raise ValueError(f"{path} was written by a newer version of kdlab: update kdlab")
    if not shaped:
        raise ValueError(f"{path} does not hold the answers to a lesson")
    return answers


def text_of(lesson: str, answers: dict[str, dict]) -> str:
    """What is written into the file, for people to read as well."""
    record = {"format": FORMAT, "lesson": lesson, "answers": answers}
    return json.dumps(record, indent=1, ensure_ascii=False) + "\n"
