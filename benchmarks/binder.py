"""Build what `binder/` describes, and run every lesson there as on mybinder.org.

    python -m benchmarks.binder [notebook ...]

The environment is made as repo2docker would, in its order: a fresh Python of the version in
`runtime.txt`, the Jupyter packages that every Binder image has (the versions in repo2docker's own
lock), `requirements.txt`, a copy of the tree, `postBuild`. From PyPI and not from conda, which is
what differs. Each lesson, without stored outputs, is then opened in a JupyterLab of its own under a
cap of 2 GB and one core, and all its cells are run; the browser is the learner's, and not capped.

- first widget: seconds from the start of the kernel's process to a widget that can be seen. What
  JupyterLab takes to draw itself meanwhile counts. (For the app: from the request of its page.)
- whole: the same to the end of the last cell.
- peak: the most memory of server and kernel together, by their resident sets.
- charged: the same as the control group counts it: with the files that it was the first to read,
  whose memory is taken back before anybody is ended, and without those that others had read.

Binder downloads CIFAR-10 at the first use in lesson 05. If `KDLAB_DATA_DIR` is set, the file there
stands in for the download. The exit status is 1 if a lesson fails or misses a bar.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil
import repo2docker
from playwright.sync_api import Error, sync_playwright

from benchmarks.capped import Cap, capped
from tests.tools import chromium, tree
from tests.tools.lab import Lab, serve

ROOT = Path(__file__).parents[1]
LIMIT = 2e9
MAX_SECONDS = 20
MAX_MEGABYTES = 1600
MAX_MEGABYTES_APP = 250
# Nothing is waited for longer than this: a kernel that was ended never answers.
PATIENCE = 600
APP = "apps/explorers.html"
WINDOW = {"width": 1280, "height": 2400}  # cells that are not in view have no output
# What repo2docker puts into every image with Python, by PyPI's names for it.
BASE = (
    "ipywidgets", "jupyter-offlinenotebook", "jupyter-resource-usage", "jupyter_server",
    "jupyterhub", "jupyterlab", "notebook",
)  # fmt: skip


# ---- the environment ----------------------------------------------------------------------------


def build(place: Path) -> tuple[Path, Path]:
    """Make the environment and the copy of the tree; returns its Python and that copy."""
    repository = tree.clean_copy(place / "repository")
    binder = repository / "binder"
    if (binder / "apt.txt").exists():
        raise SystemExit("binder/apt.txt: install its packages here, and make this script do so")
    wanted = (binder / "runtime.txt").read_text().strip().replace("-", "")
    interpreter = shutil.which(wanted) or sys.executable
    environment = place / "environment"
    timed("environment", interpreter, "-m", "venv", environment)
    python = environment / "bin" / "python"
    inside = {
        "cwd": repository,
        "env": os.environ | {"PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"},
    }
    version = subprocess.check_output([python, "--version"], text=True).strip()
    print(f"  {version}, for {wanted} in runtime.txt")
    pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    timed("Jupyter, as in every image", *pip, *base_pins(wanted.removeprefix("python")), **inside)
    timed("binder/requirements.txt", *pip, "-r", "binder/requirements.txt", **inside)
    print(f"  the layer that stays when a lesson changes: {megabytes(environment):,.0f} MB")
    timed("binder/postBuild", binder / "postBuild", **inside)
    print(
        f"  environment {megabytes(environment):,.0f} MB, repository {megabytes(repository):.0f} MB"
    )
    return python, repository


def base_pins(version: str) -> list[str]:
    """The Jupyter packages of every image, in the versions of repo2docker's lock."""
    folder = Path(repo2docker.__file__).parent / "buildpacks" / "conda"
    lock = (folder / f"environment.py-{version}-linux-64.lock").read_text()
    conda = {"jupyterhub": "jupyterhub-base"}
    found = {
        name: re.search(rf"/{conda.get(name, name)}-([\d.]+)-[^-]+\.conda", lock) for name in BASE
    }
    return [f"{name}=={match[1]}" for name, match in found.items()]


def timed(what: str, *command, **options) -> None:
    start = time.perf_counter()
    subprocess.run([str(part) for part in command], check=True, **options)
    print(f"{what}: {time.perf_counter() - start:.0f} s", flush=True)


def megabytes(folder: Path) -> float:
    """What a folder takes up on the disk."""
    files = (path.lstat() for path in folder.rglob("*"))
    return sum(512 * file.st_blocks for file in files) / 1e6


# ---- the lessons --------------------------------------------------------------------------------


@dataclass
class Server:
    """A JupyterLab under the cap: its address, to be filled in, its process, its cap."""

    address: str
    process: psutil.Process
    cap: Cap


@contextmanager
def serve_capped(python: Path, repository: Path) -> Iterator[Server]:
    with (
        tempfile.TemporaryDirectory() as home,
        capped(LIMIT) as cap,
        serve(repository, Path(home), (*cap.prefix, str(python))) as address,
    ):
        # The prefix becomes what it starts: this is the only child that runs that Python.
        (process,) = (p for p in psutil.Process().children() if str(python) in p.cmdline())
        with cap.watch(process.pid):
            yield Server(address, process, cap)


def run_lesson(page, server: Server, path: str, first_widget: int) -> tuple[float, float]:
    """Open a lesson and run all its cells; seconds to the first widget, and to the end."""
    lab = Lab(page, server.address)
    page.set_default_timeout(1000 * PATIENCE)
    lab.open(path)
    (kernel,) = server.process.children()
    started = kernel.create_time()
    lab.start("notebook:run-all-cells")
    lab.show(first_widget)
    lab.find(".jp-OutputArea .kdlab").first.wait_for()
    first = time.time() - started
    lab.idle()
    whole = time.time() - started
    if errors := lab.errors():
        raise RuntimeError(f"a cell failed: {errors[0]['ename']}: {errors[0]['evalue']}")
    counts = lab.panel(
        "p => [...p.content.model.cells].filter(c => c.type === 'code').map(c => c.executionCount)"
    )
    if counts != list(range(1, len(counts) + 1)) or not kernel.is_running():
        raise RuntimeError("the kernel ended before the last cell")
    return first, whole


def open_app(page, server: Server) -> tuple[float, float]:
    """Open the app; seconds to its first widget, and to all of them."""
    start = time.time()
    page.goto(server.address.replace("lab/tree/", "files/").format(APP))
    page.locator(".kdlab").first.wait_for()
    first = time.time() - start
    page.locator(".kdlab").last.wait_for()
    return first, time.time() - start


def forget_outputs(repository: Path, path: str) -> int:
    """Put a lesson there without what is stored in it; returns the cell of its first widget."""
    nb = nbformat.read(ROOT / path, as_version=4)
    first = next(
        number
        for number, cell in enumerate(nb.cells)
        for output in cell.get("outputs", [])
        if "application/vnd.jupyter.widget-view+json" in output.get("data", {})
    )
    nb.metadata.pop("widgets", None)
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(nb, repository / path)
    return first


def measure(browser, python: Path, repository: Path, path: str) -> bool:
    """Run a lesson or the app, print its line, and say whether it kept the bars."""
    first_widget = None if path == APP else forget_outputs(repository, path)
    max_megabytes = MAX_MEGABYTES_APP if path == APP else MAX_MEGABYTES
    first = whole = float("nan")
    problem = ""
    with (
        serve_capped(python, repository) as server,
        chromium.open_page(browser, viewport=WINDOW) as page,
    ):
        try:
            if path == APP:
                first, whole = open_app(page, server)
            else:
                first, whole = run_lesson(page, server, path, first_widget)
        except (Error, RuntimeError, psutil.Error) as error:
            problem = str(error).splitlines()[0]
    cap = server.cap
    peak, charged = cap.peak / 1e6, (cap.group_peak or float("nan")) / 1e6
    good = first <= MAX_SECONDS and peak <= max_megabytes and not cap.killed and not problem
    verdict = "good" if good else "FAILED" if problem or cap.killed else "MISSED"
    cells = [
        f"{Path(path).stem:25}",
        f"{f'{first:.1f} ({MAX_SECONDS})':>16}",
        f"{whole:7.1f}",
        f"{f'{peak:.0f} ({max_megabytes})':>13}",
        f"{charged:10.0f}",
        f"{verdict:7}",
    ]
    print(f"| {' | '.join(cells)} |", flush=True)
    if not good:
        print(f"  {problem}; {cap.killed} processes ended for lack of memory", file=sys.stderr)
    return good


def main(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="kdlab-binder-") as place:
        python, repository = build(Path(place))
        with capped(LIMIT) as cap:
            print(f"\nunder {LIMIT / 1e9:g} GB, by {cap.how}, on one core, by taskset")
        data = "KDLAB_DATA_DIR" if os.environ.get("KDLAB_DATA_DIR") else "Keras or the network"
        print(f"CIFAR-10 is from {data}\n")
        print(f"| {'':25} | first widget (s) | whole s | peak MB (bar) | charged MB | verdict |")
        print(f"| {'-' * 25} | ---------------- | ------- | ------------- | ---------- | ------- |")
        lessons = [f"notebooks/{Path(name).name}" for name in arguments] or sorted(
            str(path.relative_to(repository)) for path in repository.glob("notebooks/*.ipynb")
        )
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium.find(playwright.chromium.executable_path),
                args=chromium.flags(),
            )
            good = [measure(browser, python, repository, path) for path in [*lessons, APP]]
            browser.close()
    return int(not all(good))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
