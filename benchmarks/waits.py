"""Which cells does a class wait for, and for how long, on this machine?

    python -m benchmarks.waits [notebook ...]

Runs each lesson whole in a fresh kernel and lists, under the heading where it stands, every cell
that takes a second or more. Nothing is stored.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from benchmarks.lessons import NOTEBOOKS, versions

LEAST_SECONDS = 1


def waits(path: Path):
    """For each cell of the lesson at `path` its heading, its first line and its seconds."""
    nb = nbformat.read(path, as_version=4)
    started, took = {}, {}
    NotebookClient(
        nb,
        kernel_name="python3",
        timeout=600,
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_execute=lambda cell_index, **_: started.update({cell_index: time.perf_counter()}),
        on_cell_executed=lambda cell_index, **_: took.update(
            {cell_index: time.perf_counter() - started[cell_index]}
        ),
    ).execute(stderr=subprocess.DEVNULL)  # the kernel's own log; a cell's stderr is no part of it
    heading = ""
    for i, cell in enumerate(nb.cells):
        if cell.cell_type == "markdown":
            heading = (re.findall(r"^#+ (.*)", cell.source, re.MULTILINE) or [heading])[-1]
        elif i in took:
            yield heading, cell.source.splitlines()[0], took[i]


def main(arguments: list[str]) -> None:
    print(versions(), flush=True)
    for path in [Path(name) for name in arguments] or sorted(NOTEBOOKS.glob("*.ipynb")):
        cells = list(waits(path))
        print(f"\n{path.stem}: {sum(seconds for *_, seconds in cells):.0f} s in all")
        for heading, line, seconds in cells:
            if seconds >= LEAST_SECONDS:
                print(f"{seconds:6.1f} s  {heading}: {line[:60]}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
