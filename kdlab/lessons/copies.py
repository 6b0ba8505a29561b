"""A folder of the learner's own, with copies of the lessons.

Lessons are committed with their outputs, and git knows them. Whoever works in them would see every
prediction's answer, and could not update kdlab without losing their work. So learners work on
copies without outputs. What is in their folder is theirs: nothing there is ever written over, but
for a glossary that nobody has changed.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from nbformat import v4

from kdlab.lessons import files, record

# Where a copy says from which lesson and which text it was made: `metadata.kdlab`.
MARK = "kdlab"
# The last line of a copied glossary: the digest of what stands above it.
_UNCHANGED = re.compile(r"<!-- kdlab: ([0-9a-f]{16}) -->\s*\Z")
_PICTURE = re.compile(r"\]\(\.\./experiments/([\w.-]+)\)")


class Copied(NamedTuple):
    """The result of copying.

    Attributes:
        folder: the learner's folder.
        new: the names of lessons that were not there.
        changed: lessons that have changed since they were copied, with the name of the new copy.
        kept: the names of lessons that were there already.
    """

    folder: Path
    new: list[str]
    changed: dict[str, str]
    kept: list[str]


def copy_lessons(folder, *, outputs: bool = False) -> Copied:
    """Copy the lessons and their glossary into a folder; what is there already is never touched.

    A lesson that has changed since it was copied is put beside the old copy under another name. A
    glossary that has changed takes the place of the old one, unless the learner has written in it.

    Args:
        folder: the learner's folder; made if need be.
        outputs: whether to keep our outputs, which show the answers.

    Returns:
        What was copied, as `Copied`.

    Raises:
        OSError: something cannot be written there; no lesson is left half written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     first, again = copy_lessons(folder), copy_lessons(folder)
        >>> first.new[0], again.new, again.kept == first.new
        ('00_start_here.ipynb', [], True)
    """
    folder = Path(folder).expanduser()
    (folder / record.FOLDER).mkdir(parents=True, exist_ok=True)
    copied = Copied(folder, [], {}, [])
    for lesson in files.lessons():
        notebook = copy_of(lesson, outputs=outputs)
        text = notebook.metadata[MARK]["text"]
        there = sorted(folder.glob(f"{lesson.stem}*.ipynb"))
        name = lesson.name
        if any(_text(path) == text for path in there):
            copied.kept.append(name)
            continue
        if (folder / name).exists():
            name = _free(folder, lesson.stem)
            copied.changed[lesson.name] = name
        else:
            copied.new.append(name)
        _put(folder / name, v4.writes(notebook) + "\n")
    _copy_glossary(folder)
    return copied


def copy_of(lesson: Path, *, outputs: bool = False) -> v4.NotebookNode:
    """A lesson as a learner gets it: by itself, and without outputs if these are not wanted."""
    notebook = v4.reads(lesson.read_text(encoding="utf-8"))
    sources = repr([(cell.cell_type, cell.source) for cell in notebook.cells])
    notebook.metadata[MARK] = {"lesson": lesson.stem, "text": _digest(sources)}
    if not outputs:
        notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            _attach_pictures(cell)
        elif not outputs:
            cell.update(outputs=[], execution_count=None)
    return notebook


def _copy_glossary(folder: Path) -> None:
    """Put the words of the lessons beside them.

    All lessons link to this one file, old and new ones. So it is written anew as long as it is as
    we wrote it; with a word of the learner's in it, it stays.
    """
    path = folder / files.glossary().name
    text = files.glossary().read_text(encoding="utf-8")
    text += f"\n<!-- kdlab: {_digest(text)} -->\n"
    try:
        there = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        there = None
    except (OSError, ValueError):
        return  # whatever it is, it is not ours
    if there is not None:
        mark = _UNCHANGED.search(there)
        if there == text or not mark or mark[1] != _digest(there[: mark.start() - 1]):
            return
    _put(path, text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _attach_pictures(cell: v4.NotebookNode) -> None:
    """Put the pictures that a cell shows into the cell, wherever the copy may go."""
    for name in _PICTURE.findall(cell.source):
        data = base64.b64encode(files.picture(name).read_bytes()).decode("ascii")
        cell.setdefault("attachments", {})[name] = {"image/png": data}
    cell.source = _PICTURE.sub(r"](attachment:\1)", cell.source)


def _text(path: Path) -> str | None:
    """Which text of the lesson a notebook was copied from; None if it does not say."""
    try:
        return v4.reads(path.read_text(encoding="utf-8")).metadata[MARK]["text"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _free(folder: Path, stem: str) -> str:
    number = 2
    while (folder / f"{stem}_{number}.ipynb").exists():
        number += 1
    return f"{stem}_{number}.ipynb"


def _put(path: Path, text: str) -> None:
    """Write a new file in one step: half a lesson would be taken for the learner's own."""
    partial = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        partial.write_text(text, encoding="utf-8")
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
