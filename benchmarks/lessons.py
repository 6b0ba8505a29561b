"""Run each lesson whole in a fresh kernel: how long does it take, how much memory does it need?

    python -m benchmarks.lessons [notebook ...]

The time includes the kernel's start. The memory is the kernel's peak: Binder gives a learner 1 to
2 GB for everything. Nothing is stored; the exit status is 1 if a lesson fails or misses a bar.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, DeadKernelError

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
MAX_SECONDS = {"04_does_it_really_work": 90, "05_the_article_on_cifar10": 180}
MAX_SECONDS_DEFAULT = 60
MAX_MEGABYTES = {"02_soft_targets": 200, "05_the_article_on_cifar10": 1600}
MAX_MEGABYTES_DEFAULT = 1300


def peak_memory(pid: int) -> float:
    """The most memory, in MB (10^6 bytes), that process `pid` has held so far."""
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) * 1024 / 1e6
    memory = psutil.Process(pid).memory_info()
    return getattr(memory, "peak_wset", memory.rss) / 1e6  # macOS keeps no peak: what it holds now


def measure(path: Path) -> tuple[float, float]:
    """Seconds and peak megabytes of the lesson at `path`."""
    megabytes = []
    client = NotebookClient(
        nbformat.read(path, as_version=4),
        kernel_name="python3",
        timeout=600,
        resources={"metadata": {"path": str(path.parent)}},
        # Asked after every cell, because the kernel is gone after the last one.
        on_cell_executed=lambda **_: megabytes.append(peak_memory(client.km.provisioner.pid)),
    )
    start = time.perf_counter()
    client.execute(
        stderr=subprocess.DEVNULL
    )  # the kernel's own log; a cell's stderr is no part of it
    return time.perf_counter() - start, megabytes[-1]


def versions() -> str:
    found = [f"Python {platform.python_version()}"]
    for package in ("tensorflow", "tensorflow-cpu", "keras", "numpy"):
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


def main(arguments: list[str]) -> int:
    print(f"{versions()}; {platform.system()} {platform.machine()}, {os.cpu_count()} cores\n")
    print(f"| {'lesson':24} | seconds (bar) | peak MB (bar) | verdict |")
    print(f"| {'-' * 24} | ------------- | ------------- | ------- |")
    missed = False
    for path in [Path(name) for name in arguments] or sorted(NOTEBOOKS.glob("*.ipynb")):
        max_megabytes = MAX_MEGABYTES.get(path.stem, MAX_MEGABYTES_DEFAULT)
        try:
            seconds, megabytes = measure(path)
        except (CellControlSignal, DeadKernelError) as error:
            print(f"| {path.stem:24} | {'':13} | {'':13} | FAILED  |", flush=True)
            print(error, file=sys.stderr)
            missed = True
            continue
        max_seconds = MAX_SECONDS.get(path.stem, MAX_SECONDS_DEFAULT)
        good = seconds <= max_seconds and megabytes <= max_megabytes
        missed |= not good
        took = f"{seconds:.1f} ({max_seconds})"
        held = f"{megabytes:.0f} ({max_megabytes})"
        verdict = "good" if good else "MISSED"
        print(f"| {path.stem:24} | {took:>13} | {held:>13} | {verdict:7} |", flush=True)
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
