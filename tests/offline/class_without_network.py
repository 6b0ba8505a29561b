"""A class without network, from start to end: the bundle, set up and used where there is none.

    python -m tests.offline.class_without_network [BUNDLE]

Without a bundle, one is made first. A copy of it, in a folder with a space and an umlaut in its
name, then sets itself up in a namespace that has loopback and nothing else, opens JupyterLab as a
learner would, and runs lessons 00 to 03. The exit status is 1 if anything fails.

`make test-bundle` calls this. It is no part of `make test`: 0.7 GB to download, 2 GB to install
and four lessons to train take five minutes and more.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.request import urlopen

from tests.tools import no_network

ROOT = Path(__file__).parents[2]
LESSONS = ("00_start_here", "01_train_a_teacher", "02_soft_targets", "03_distill_a_student")

# Run by the environment of the bundle, in the learner's folder.
RUN_LESSON = """
import os, subprocess, sys, nbclient, nbformat
nb = nbformat.read(sys.argv[1], as_version=4)
cells = [cell for cell in nb.cells if cell.cell_type == "code"]
for cell in cells:
    cell.execution_count, cell.outputs = None, []
nb.cells.append(nbformat.v4.new_code_cell("import kdlab; print(kdlab.__file__)"))
nbclient.NotebookClient(nb, kernel_name="python3", timeout=600).execute(stderr=subprocess.DEVNULL)
assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
assert any("application/vnd.jupyter.widget-view+json" in output.get("data", {})
           for cell in cells for output in cell.outputs), "no widget"
home = nb.cells[-1].outputs[0].text
assert home.startswith(sys.prefix + os.sep), home
print(len(cells), "cells")
"""


def step(text: str, start: float) -> None:
    print(f"{text}: {time.perf_counter() - start:.0f} s", flush=True)


def without_network(folder: Path) -> None:
    """What happens on the learner's laptop."""
    assert not no_network.reachable()
    start_here = [sys.executable, str(folder / "start_here.py")]
    begin = time.perf_counter()
    subprocess.run([*start_here, "--set-up"], check=True)
    step("set up", begin)

    python = folder / ".venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "--isolated", "check"], check=True)
    lessons = folder / "my_lessons"
    subprocess.run([python, "-m", "kdlab", "lessons", lessons], check=True)
    for lesson in LESSONS:
        begin = time.perf_counter()
        subprocess.run([python, "-c", RUN_LESSON, f"{lesson}.ipynb"], cwd=lessons, check=True)
        step(lesson, begin)
    check_opens(start_here, begin=time.perf_counter())
    assert not no_network.reachable()


def check_opens(start_here: list[str], begin: float) -> None:
    """JupyterLab comes up on the learner's folder."""
    with tempfile.TemporaryDirectory() as runtime:
        environment = os.environ | {"JUPYTER_RUNTIME_DIR": runtime}
        command = [*start_here, "--no-browser", "--port=0", "--ip=127.0.0.1"]
        # A session of its own, so that all of it can be ended, whatever happens.
        started = subprocess.Popen(
            command, env=environment, stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            while not (found := list(Path(runtime).glob("jpserver-*.json"))):
                assert started.poll() is None, f"JupyterLab ended with {started.returncode}"
                time.sleep(0.1)
            server = json.loads(found[0].read_text())
            lesson = "api/contents/00_start_here.ipynb?content=0"
            with urlopen(f"{server['url']}{lesson}&token={server['token']}") as answer:
                assert json.load(answer)["type"] == "notebook"
            step("JupyterLab opens", begin)
        finally:
            os.killpg(started.pid, signal.SIGTERM)
            started.wait()


def main(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="kdlab class ü ") as place:
        if arguments:
            bundle = Path(arguments[0])
        else:
            made = [sys.executable, "-m", "classroom.offline.bundle", "--out", place]
            subprocess.run(made, cwd=ROOT, check=True)
            (bundle,) = Path(place).glob("kdlab-*")
        copy = shutil.copytree(
            bundle, Path(place, "on a laptop"), ignore=shutil.ignore_patterns(".venv")
        )
        module = ["-m", "tests.offline.class_without_network"]
        inside = no_network.command(sys.executable, *module, "--without-network", copy)
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("KDLAB_", "PYTHON"))}
        return subprocess.run(inside, cwd=ROOT, env=clean).returncode


if __name__ == "__main__":
    if sys.argv[1:2] == ["--without-network"]:
        without_network(Path(sys.argv[2]))
    else:
        raise SystemExit(main(sys.argv[1:]))
