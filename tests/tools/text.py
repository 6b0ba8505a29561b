"""Make each lesson's notebook and its text one again, after one of them was edited.

    python -m tests.tools.text [--from text|notebooks] [lesson ...]

`lessons/NN_name.md` holds the cells of `notebooks/NN_name.ipynb` (type, source, tags) in MyST
Markdown, so that a changed sentence is one changed line. The notebook holds the outputs as well.
A cell keeps its outputs when its text comes in, even if the code is new: only a run renews them.

Without `--from` the text goes into the notebook, unless the notebook was saved after it: what
somebody wrote in JupyterLab is not lost unasked.
"""

from __future__ import annotations

import argparse
import os
import sys
from copy import deepcopy
from pathlib import Path

import jupytext
import nbformat
from jupytext.combine import combine_inputs_with_outputs
from jupytext.config import JupytextConfiguration

from tests.tools import folded

ROOT = Path(__file__).parents[2]
FORMAT = "md:myst"
# Nothing that another version of Jupytext or of Python would write differently.
HEADER = JupytextConfiguration(
    notebook_metadata_filter="kdlab,jupytext.text_representation.format_name,-all"
)


def text_of(nb: nbformat.NotebookNode) -> str:
    return jupytext.writes(deepcopy(nb), FORMAT, config=HEADER)  # which notes its settings in it


def with_text(nb: nbformat.NotebookNode, text: str) -> nbformat.NotebookNode:
    """`nb` with the cells of `text`; each keeps the id and the outputs of the one it was."""
    written = jupytext.reads(text, FORMAT)
    cells = combine_inputs_with_outputs(written, nb, FORMAT).cells
    for cell in cells:
        folded.say_twice(cell)
    del written.metadata["jupytext"]  # which format it is in
    return nbformat.from_dict({**nb, "cells": cells, "metadata": nb.metadata | written.metadata})


def write(path: Path, content: str) -> None:
    """Into place in one step, and only if it is new: the time of a file says when it was edited."""
    if path.exists() and path.read_text(encoding="utf-8") == content:
        return
    partial = path.with_suffix(".partial")
    partial.write_text(content, encoding="utf-8", newline="\n")
    os.replace(partial, path)
    print(path.relative_to(path.parents[1]))


def unite(name: str, source: str | None = None, root: Path = ROOT) -> None:
    """Bring what `source` ("text" or "notebooks") says of a lesson into the other of the two.

    Raises:
        ValueError: it is not clear which of them is meant, or the one meant is not there.
    """
    notebook, text = root / f"notebooks/{name}.ipynb", root / f"lessons/{name}.md"
    meant = notebook if source == "notebooks" else text
    if not meant.exists():
        other = "text" if meant == notebook else "notebooks"
        raise ValueError(f"there is no {meant.relative_to(root)}: {command(name, other)}")
    nb = nbformat.v4.new_notebook()
    if notebook.exists():
        nb = nbformat.read(notebook, as_version=4)
    if meant == text:
        written = text.read_text(encoding="utf-8")
        newer = notebook.exists() and notebook.stat().st_mtime > text.stat().st_mtime
        if source is None and newer and text_of(nb) != written:
            raise ValueError(
                f"notebooks/{name}.ipynb was saved after lessons/{name}.md, and differs from it."
                f"\n  To keep what the notebook says: {command(name, 'notebooks')}"
                f"\n  To keep what the text says:     {command(name, 'text')}"
            )
        nb = with_text(nb, written)
        write(notebook, nbformat.writes(nb) + "\n")
    write(text, text_of(nb))


def command(name: str, source: str) -> str:
    return f"make text FROM={source} NOTEBOOKS=notebooks/{name}.ipynb"


def main(arguments: list[str], root: Path = ROOT) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.tools.text")
    parser.add_argument("--from", dest="source", choices=["text", "notebooks"])
    parser.add_argument("lessons", nargs="*", type=Path)
    options = parser.parse_args(arguments)
    there = [*root.glob("notebooks/*.ipynb"), *root.glob("lessons/*.md")]
    unclear = []
    for name in sorted({path.stem for path in options.lessons or there}):
        try:
            unite(name, options.source, root)
        except ValueError as error:
            unclear.append(str(error))
    print(*unclear, sep="\n", end="\n" if unclear else "", file=sys.stderr)
    return bool(unclear)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
