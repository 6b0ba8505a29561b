"""A lesson's notebook and its text are one, and an edit of either comes into the other."""

from __future__ import annotations

import os
import shutil
from itertools import zip_longest

import jupytext
import nbformat
import pytest

from tests.tools import folded, text
from tests.tools.text import ROOT

LESSONS = sorted(
    {path.stem for path in [*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("lessons/*.md")]}
)
NAME = "02_soft_targets"
SENTENCE, EDITED = "Rounded to two decimal", "Rounded to three decimal"
CODE = 'print("logits: ", z.round(1))'
CELL = "```{code-cell}\n" + CODE
TAGGED = "```{code-cell}\n:tags: [nbval-ignore-output]\n\n" + CODE


def files(name, root):
    return root / f"notebooks/{name}.ipynb", root / f"lessons/{name}.md"


def difference(name, root=ROOT) -> str:
    """The first cell in which notebook and text differ, and the commands that mend it."""
    notebook, written = files(name, root)
    mend = (
        f"lessons/{name}.md and notebooks/{name}.ipynb are not one: {{}}.\n"
        f"Where you changed the text:     make text NOTEBOOKS=notebooks/{name}.ipynb\n"
        f"Where you changed the notebook: {text.command(name, 'notebooks')}"
    )
    for path in (notebook, written):
        if not path.exists():
            return mend.format(f"there is no {path.relative_to(root)}")
    nb, content = nbformat.read(notebook, as_version=4), written.read_text(encoding="utf-8")
    in_text = jupytext.reads(content, text.FORMAT).cells
    for cell in in_text:
        folded.say_twice(cell)
    there, wanted = (
        [{key: cell[key] for key in ("cell_type", "source", "metadata")} for cell in cells]
        for cells in (nb.cells, in_text)
    )
    for number, (ours, theirs) in enumerate(zip_longest(there, wanted), 1):
        if ours != theirs:
            return mend.format(
                f"cell {number} is\n{ours}\nin the notebook, and in the text\n{theirs}"
            )
    return "" if text.text_of(nb) == content else mend.format("its layout is not Jupytext's")


@pytest.mark.parametrize("name", LESSONS)
def test_notebook_and_text_are_one(name):
    assert not (found := difference(name)), found


@pytest.mark.parametrize("name", LESSONS)
def test_bringing_the_text_in_leaves_every_byte(name):
    notebook, written = files(name, ROOT)
    nb = text.with_text(nbformat.read(notebook, as_version=4), written.read_text(encoding="utf-8"))
    assert nbformat.writes(nb) + "\n" == notebook.read_text(encoding="utf-8")
    assert "jupytext" not in nb.metadata  # whose settings are in the text alone


@pytest.mark.parametrize("name", LESSONS)
def test_the_text_names_no_version(name):
    header = files(name, ROOT)[1].read_text(encoding="utf-8").split("---\n")[1]
    assert header == (
        "jupytext:\n  text_representation:\n    format_name: myst\n"
        f"kdlab:\n  lesson: {name}\n"
    )  # fmt: skip


# ---- an edit ------------------------------------------------------------------------------------


@pytest.fixture
def root(tmp_path):
    """A lesson and its text, in a place of their own."""
    for path in files(NAME, ROOT):
        (tmp_path / path.parent.name).mkdir()
        shutil.copy(path, tmp_path / path.parent.name)
    return tmp_path


def edit(path, old, new, *, after):
    """Change a file, as if a minute after `after` was saved."""
    content = path.read_text(encoding="utf-8")
    assert content.count(old) == 1
    path.write_text(content.replace(old, new), encoding="utf-8")
    time = after.stat().st_mtime + 60
    os.utime(path, (time, time))


EDITS = {
    "a word": (SENTENCE, EDITED),
    "code": (CODE, CODE.replace("1", "2")),
    "a tag": (CELL, TAGGED),
    "a cell more": (CELL, "```{code-cell}\n1 + 1\n```\n\n" + CELL),
    "a cell less": (CELL + "\n```", "+++"),
    "the header": (f"kdlab:\n  lesson: {NAME}\n", ""),
    "the layout": (CELL, "\n\n" + CELL),
}


@pytest.mark.parametrize("kind", EDITS)
def test_an_edit_of_the_text_is_seen_and_comes_in(root, kind, capsys):
    notebook, written = files(NAME, root)
    before = nbformat.read(notebook, as_version=4)
    assert difference(NAME, root) == ""
    edit(written, *EDITS[kind], after=notebook)
    assert f"make text NOTEBOOKS=notebooks/{NAME}.ipynb" in difference(NAME, root)

    assert text.main([], root) == 0
    assert difference(NAME, root) == ""
    after = nbformat.read(notebook, as_version=4)
    nbformat.validate(after)
    assert after.metadata == before.metadata
    # All else is as it was: ids, outputs, execution counts.
    old, new = ({cell.id: cell for cell in nb.cells} for nb in (before, after))
    changed = [new[key] for key in old.keys() & new.keys() if old[key] != new[key]]
    assert len(changed) == (kind in ("a word", "code", "a tag"))
    assert len(new.keys() - old.keys()) == (kind == "a cell more")
    assert len(old.keys() - new.keys()) == (kind == "a cell less")
    for cell in changed:
        assert cell.get("outputs") == old[cell.id].get("outputs")


@pytest.mark.parametrize("later", [0, 1])
def test_what_is_one_is_not_written(root, later, capsys):
    paths = files(NAME, root)
    os.utime(paths[later], (2e9, 2e9))  # a clone writes the two in any order
    before = [path.stat().st_mtime_ns for path in paths]
    for arguments in ([], ["--from", "text"], ["--from", "notebooks"]):
        assert text.main(arguments, root) == 0
    assert [path.stat().st_mtime_ns for path in paths] == before
    assert capsys.readouterr().out == ""


def test_an_edit_of_the_notebook_is_not_lost_unasked(root, capsys):
    notebook, written = files(NAME, root)
    edit(notebook, SENTENCE, EDITED, after=written)
    edited, old = notebook.read_bytes(), written.read_bytes()
    assert text.command(NAME, "notebooks") in difference(NAME, root)

    assert text.main([], root) == 1
    said = capsys.readouterr().err
    assert text.command(NAME, "notebooks") in said and text.command(NAME, "text") in said
    assert (notebook.read_bytes(), written.read_bytes()) == (edited, old)

    assert text.main(["--from", "notebooks", f"notebooks/{NAME}.ipynb"], root) == 0
    assert difference(NAME, root) == ""
    assert notebook.read_bytes() == edited
    assert EDITED in written.read_text(encoding="utf-8")


def test_who_asks_for_the_text_gets_it(root, capsys):
    notebook, written = files(NAME, root)
    original = notebook.read_bytes()
    edit(notebook, SENTENCE, EDITED, after=written)
    assert text.main(["--from", "text"], root) == 0
    assert notebook.read_bytes() == original


def test_a_new_lesson_can_begin_as_either(root, capsys):
    notebook, written = files(NAME, root)
    original, content = nbformat.read(notebook, as_version=4), written.read_bytes()
    notebook.unlink()
    assert "there is no notebooks" in difference(NAME, root)
    assert text.main(["--from", "notebooks"], root) == 1
    assert text.command(NAME, "text") in capsys.readouterr().err
    assert text.main([], root) == 0
    nb = nbformat.read(notebook, as_version=4)
    nbformat.validate(nb)
    assert nb.metadata == {"kdlab": original.metadata.kdlab}
    assert [cell.source for cell in nb.cells] == [cell.source for cell in original.cells]

    written.unlink()
    assert "there is no lessons" in difference(NAME, root)
    assert text.main([], root) == 1
    assert text.command(NAME, "notebooks") in capsys.readouterr().err
    assert text.main(["--from", "notebooks"], root) == 0
    assert written.read_bytes() == content
