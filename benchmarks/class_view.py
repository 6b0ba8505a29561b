"""How long a teacher waits for the view of a class, and how large the page is.

    python -m benchmarks.class_view

Thirty scripted learners go through all lessons (a minute, not measured); then `kdlab class` makes
the page of their reports, as a process of its own, which is what a teacher waits for. For
comparison the same for ten times as many reports, copied under other learners' numbers, and for a
folder of 5,000 files that are no reports. The exit status is 1 if a bar is missed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from tests.tools import simulated_class

LEARNERS, ROUNDS = 30, 3
MAX_SECONDS, MAX_KILOBYTES = 3.0, 500


def view(folder: Path, page: Path) -> float:
    """The seconds that `kdlab class` takes, the least of some rounds."""
    took = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "kdlab", "class", str(folder), "-o", str(page)],
            capture_output=True, encoding="utf-8",
        )  # fmt: skip
        took.append(time.perf_counter() - start)
        if done.returncode:
            raise RuntimeError(done.stderr)
    return min(took)


def main() -> int:
    with TemporaryDirectory() as place:
        folder, page = Path(place, "homes"), Path(place, "class.html")
        made = simulated_class.make(folder, LEARNERS)
        seconds, kilobytes = view(folder, page), page.stat().st_size / 1000
        good = seconds <= MAX_SECONDS and kilobytes <= MAX_KILOBYTES
        print(f"| {'':25} | seconds (bar) | KB (bar)  | verdict |")
        print(f"| {'-' * 25} | ------------- | --------- | ------- |")
        took, size = f"{seconds:.1f} ({MAX_SECONDS:g})", f"{kilobytes:.0f} ({MAX_KILOBYTES})"
        what, verdict = f"{LEARNERS} learners, {len(made)} reports", "good" if good else "MISSED"
        print(f"| {what:25} | {took:>13} | {size:>9} | {verdict:7} |", flush=True)
        for path in made:
            data = json.loads(path.read_text(encoding="utf-8"))
            for copy in range(9):
                text = json.dumps({**data, "learner": uuid4().hex})
                path.with_name(f"{copy}_{path.name}").write_text(text, encoding="utf-8")
        print(f"| {f'{10 * len(made)} reports':25} | {view(folder, page):13.1f} | "
              f"{page.stat().st_size / 1000:9.0f} |         |")  # fmt: skip
        for number in range(5000):
            (folder / f"other_{number}.json").write_text("{}", encoding="utf-8")
        print(f"| {'and 5,000 other files':25} | {view(folder, page):13.1f} | {'':9} |         |")
    return int(not good)


if __name__ == "__main__":
    raise SystemExit(main())
