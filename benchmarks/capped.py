"""Run a process and its children on one core, in so much memory and no more, as a container does.

    with capped(2e9) as cap:
        process = subprocess.Popen([*cap.prefix, "python", "-m", "jupyterlab"])
        with cap.watch(process.pid):
            ...
    cap.peak, cap.killed

The cap is a control group (v2, else v1) where one can be made, which takes root. Elsewhere a
watchdog looks at the processes every 50 ms and ends the largest if they hold more: it may be late.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

# The files of the memory controller: what the limit, the peak and the count of kills are in.
VERSIONS = {
    "cgroup v2": (Path("/sys/fs/cgroup"), "memory.max", "memory.peak", "memory.events"),
    "cgroup v1": (
        Path("/sys/fs/cgroup/memory"),
        "memory.limit_in_bytes",
        "memory.max_usage_in_bytes",
        "memory.oom_control",
    ),
}
EVERY = 0.05


@dataclass
class Cap:
    """A cap on memory, and what became of those under it.

    Attributes:
        limit: bytes that they may hold together.
        how: what enforces it: "cgroup v2", "cgroup v1" or "watchdog".
        prefix: goes before the command that is to run under it.
        peak: the most bytes of memory that they held at once, each by its resident set. (Pages
            that two of them share count twice: it is never too low for that.)
        group_peak: the most that the control group was charged with, which includes the cache of
            files that it read; None with a watchdog.
        killed: how many processes were ended for lack of memory.
    """

    limit: int
    how: str
    prefix: list[str]
    peak: int = 0
    group_peak: int | None = None
    killed: int = 0
    _over: threading.Event = field(default_factory=threading.Event, repr=False)

    @contextlib.contextmanager
    def watch(self, pid: int) -> Iterator[None]:
        """Follow the memory of process `pid` and its children until the end of the block."""
        thread = threading.Thread(target=self._follow, args=(psutil.Process(pid),), daemon=True)
        self._over.clear()
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def _follow(self, root: psutil.Process) -> None:
        while not self._over.wait(EVERY):
            tree = [root]
            with contextlib.suppress(psutil.Error):
                tree += root.children(recursive=True)
            held = sum(map(resident, tree))
            self.peak = max(self.peak, held)
            if self.how == "watchdog" and held > self.limit:
                largest = max(tree, key=resident)  # as the kernel would choose
                with contextlib.suppress(psutil.Error):
                    largest.kill()
                    self.killed += 1


def resident(process: psutil.Process) -> int:
    """The bytes of memory that a process holds; 0 once it is gone."""
    with contextlib.suppress(psutil.Error):
        return process.memory_info().rss
    return 0


@contextlib.contextmanager
def capped(limit: float, versions=VERSIONS) -> Iterator[Cap]:
    """A cap of `limit` bytes for what is started with its prefix, on this machine's last core."""
    limit = int(limit)
    core = ["taskset", "--cpu-list", str(max(os.sched_getaffinity(0)))]
    for how, files in versions.items():
        group = _make_group(*files[:2], limit)
        if group is None:
            continue
        enter = ["sh", "-c", 'echo $$ > "$0" && exec "$@"', str(group / "cgroup.procs")]
        cap = Cap(limit, how, [*enter, *core])
        try:
            yield cap
        finally:
            peak_file, kills_file = (group / name for name in files[2:])
            cap.group_peak = int(peak_file.read_text())
            cap.killed = int(dict(map(str.split, kills_file.read_text().splitlines()))["oom_kill"])
            _remove_group(group)
        return
    yield Cap(limit, "watchdog", core)


def _make_group(root: Path, limit_file: str, limit: int) -> Path | None:
    """A control group with this limit; None where there can be none."""
    group = root / f"kdlab-{os.getpid()}"
    try:
        group.mkdir()
    except OSError:  # not root, or no such kind of group here
        return None
    if (group / limit_file).is_file():
        (group / limit_file).write_text(str(limit))
        return group
    group.rmdir()  # a folder without the memory controller
    return None


def _remove_group(group: Path) -> None:
    """End whatever is left in it; it can go once they have."""
    for pid in (group / "cgroup.procs").read_text().split():
        with contextlib.suppress(psutil.Error):
            psutil.Process(int(pid)).kill()
    for _ in range(100):
        with contextlib.suppress(OSError):
            return group.rmdir()
        time.sleep(0.05)
