"""A class on one JupyterHub: how long until everyone has a widget, and how much memory it takes.

    python -m benchmarks.classroom [--users 30] [--trainers 10] [--json OUT]

The hub is the one of classroom/jupyterhub, with its own configuration, its proxy and its password,
on this machine's loopback. All learners follow the link to lesson 02 and press log-in at the same
moment; each gets a server, a copy of the lessons and a kernel, loads JupyterLab, runs the lesson
whole, and drags a temperature while all others do. Then some of them train in lesson 03 at once.

One learner is a real Chromium, in which the widget must be painted and follow the mouse. The
others ask for the same things over the same lines (see tests/tools/learner.py): what Chromium
loaded when the instructor tried the hub before the class is what each of them loads. Chromium and
the clients take processor time that in a class the learners' own computers would give.

- "first widget": from log-in until the page has the widget's state and place (in Chromium: until it
  is painted).
- Memory is PSS, which shares out what processes have in common, so that it adds up to what the
  machine needs; RSS counts that once for each. A kernel's peak is its RSS at its largest.

The exit status is 1 if anyone failed or a bar is missed. Needs Linux; takes about five minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, contextmanager, suppress
from importlib.metadata import version
from math import inf
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

import psutil
from playwright.sync_api import Page, sync_playwright

from benchmarks.lessons import peak_memory
from kdlab.provenance import processor, versions
from kdlab.storage import write_atomically
from tests.tools import chromium
from tests.tools.hub import Hub, serve
from tests.tools.lab import Lab, drag, readings
from tests.tools.learner import Learner, Lesson

LESSON_02 = "my_lessons/02_soft_targets.ipynb"
LESSON_03 = "my_lessons/03_distill_a_student.ipynb"
BROWSER = "learner-00"  # the one in Chromium
EXPLORER = "explorer = "  # in the cell whose widget is dragged
DRAG = [1 + step / 10 for step in range(40)]  # six seconds
PATIENCE = 300  # seconds for one learner to get through lesson 02
PATIENCE_TRAINING = 1200

KERNEL_MEGABYTES, TOTAL_GIGABYTES, FIRST_WIDGET_SECONDS = 200, 7, 90

# What a process is, by a word of its command line.
ROLES = {
    "ipykernel_launcher": "kernels",
    "learner_server.py": "servers",
    "configurable-http-proxy": "proxy",
    "jupyterhub_idle_culler": "culler",
    "-m jupyterhub": "hub",
}


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


# ---- memory ----


class Memory:
    """What the hub's processes hold, looked at every few seconds in the background."""

    def __init__(self, hub: Hub):
        self.hub = hub
        self._roles: dict[psutil.Process, str] = {}

    def now(self) -> dict[str, dict[str, float]]:
        """What the processes of each role hold, in megabytes: each (the median) and together.

        And what they have computed so far, in seconds, together.
        """
        found = defaultdict(list)
        for process in self.hub.processes():
            with suppress(psutil.NoSuchProcess, FileNotFoundError):
                memory = process.memory_full_info()
                pss, rss = (memory.pss + memory.swap) / 1e6, memory.rss / 1e6
                cpu = sum(process.cpu_times()[:2])
                found[self._role(process)].append((pss, rss, peak_memory(process.pid), cpu))
        return {role: self._summary(*zip(*held, strict=True)) for role, held in found.items()}

    @staticmethod
    def _summary(pss, rss, peak, cpu) -> dict[str, float]:
        return {
            "processes": len(pss),
            "pss_each": median(pss),
            "rss_each": median(rss),
            "rss_peak": max(peak),
            "pss": sum(pss),
            "rss": sum(rss),
            "cpu_s": sum(cpu),
        }

    def _role(self, process: psutil.Process) -> str:
        if process not in self._roles:
            command = " ".join(process.cmdline())
            role = next((role for word, role in ROLES.items() if word in command), "other")
            if role == "other":  # not yet what it will be: its parent, just forked
                return role
            self._roles[process] = role
        return self._roles[process]

    @contextmanager
    def watched(self, seconds: float = 2):
        """Yields a list, in which it keeps what was held at the moment of the highest total."""
        most: list[dict] = []
        stop = threading.Event()

        def watch():
            while not stop.wait(seconds):
                held = self.now()
                if not most or total(held) > total(most[0]):
                    most[:] = [held]

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield most
        finally:
            stop.set()
            thread.join()


def busy() -> float:
    """Seconds that this machine's cores have computed, for any process."""
    times = psutil.cpu_times()
    return times.user + times.nice + times.system


def own_cpu_seconds() -> float:
    return sum(psutil.Process().cpu_times()[:2])


def total(held: dict, kind: str = "pss") -> float:
    """Megabytes (or seconds) of all processes together."""
    return sum(processes[kind] for processes in held.values())


# ---- the learner with a browser ----


class Browser:
    """A Chromium, in a thread of its own, because Playwright's page waits where it is asked."""

    def __init__(self, hub: Hub):
        self.hub = hub
        self._thread = ThreadPoolExecutor(1)

    async def __aenter__(self):
        await self.do(self._start)
        return self

    async def __aexit__(self, kind, *_):
        if kind is None:
            return await self.do(self._stop)
        # The thread may wait for something on a page: that ends with the browser.
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                process.kill()

    async def do(self, function, *arguments):
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *arguments)

    def _start(self) -> None:
        before = psutil.Process().children()
        self._playwright = sync_playwright().start()
        path = chromium.find(self._playwright.chromium.executable_path)
        self._browser = self._playwright.chromium.launch(
            executable_path=path, args=chromium.flags()
        )
        self._drivers = set(psutil.Process().children()) - set(before)

    def _stop(self) -> None:
        self._browser.close()
        self._playwright.stop()

    def _processes(self) -> list[psutil.Process]:
        return [p for driver in self._drivers for p in (*driver.children(recursive=True), driver)]

    def cpu_seconds(self) -> float:
        """What Chromium has computed so far."""
        return sum(sum(process.cpu_times()) for process in self._processes())

    def rehearse(self, name: str) -> list[str]:
        """Go through lesson 02 once; what the page loaded from the learner's own server."""
        home = f"{self.hub.url}/user/{name}/"
        asked = {}  # in order, each once
        with chromium.open_page(self._browser) as page:
            page.on("request", lambda r: r.method == "GET" and asked.setdefault(r.url))
            self._lesson_02(page, name)
        paths = [url.removeprefix(home) for url in asked if url.startswith(home)]
        # The page itself, and what leads to it, each learner asks for in their own name.
        return [path for path in paths if not path.startswith(("lab/tree/", "oauth_callback"))]

    def lesson_02(self, name: str) -> tuple[Lab, float]:
        """The open lesson, run whole, and the seconds from log-in until a widget was painted."""
        context = self._browser.new_context(viewport={"width": 1280, "height": 1600})
        return self._lesson_02(context.new_page(), name)

    def _lesson_02(self, page: Page, name: str) -> tuple[Lab, float]:
        page.goto(f"{self.hub.url}/hub/user-redirect/lab/tree/{LESSON_02}")
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill(self.hub.password)
        start = time.perf_counter()
        lab = Lab(page, "")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{self.hub.url}/user/{name}/lab/**")
        lab.opened()
        lab.start("notebook:run-all-cells")
        lab.find(".kd-explorer").first.wait_for()
        seconds = time.perf_counter() - start
        lab.idle()
        if lab.errors():
            raise RuntimeError(lab.errors()[0]["evalue"])
        return lab, seconds

    def drag(self, lab: Lab) -> None:
        """Drag with the mouse: the bars must follow, and Python must hear of it."""
        lab.show(lab.cell(EXPLORER))
        explorer = lab.find(".jp-CodeCell").filter(has_text=EXPLORER).locator(".kd-explorer")
        _, *before = readings(explorer)
        drag(lab, explorer, 0.7)
        temperature, *after = readings(explorer)
        heard = f"T = {float(lab.evaluate('explorer.temperature')):g}"
        if before == after or heard != temperature:
            raise RuntimeError(f"dragged to {temperature}, Python has {heard}: {before} {after}")


# ---- the class ----


class Class:
    """Learners who do the same at the same time, and who failed at it."""

    def __init__(self):
        self.failures: dict[str, str] = {}

    async def together(self, what: str, tasks: dict, patience: float) -> dict:
        """The results of the `tasks`, by learner; who fails or takes too long is noted."""
        results = {}

        async def one(name, task):
            try:
                async with asyncio.timeout(patience):
                    results[name] = await task
            except Exception as error:
                self.failures[name] = f"{what}: {error!r}"
                say(f"{name} FAILED, {self.failures[name]}")
            else:
                say(f"{what}: {len(results)} of {len(tasks)}")

        await asyncio.gather(*(one(name, task) for name, task in tasks.items()))
        return results


async def lesson_02(learner: Learner, assets: list[str]) -> tuple[Lesson, float]:
    """The open lesson, run whole, and the seconds from log-in until a widget was there."""
    start = time.perf_counter()
    await learner.log_in(LESSON_02, assets)
    lesson = await run(learner, LESSON_02)
    return lesson, lesson.first_widget - start


async def run(learner: Learner, path: str) -> Lesson:
    lesson = await learner.open(path)
    await lesson.run()
    if lesson.errors:
        raise RuntimeError(lesson.errors[0])
    return lesson


async def drag_along(lesson: Lesson) -> list[float]:
    """The round trips, in seconds, of a drag."""
    trips = await lesson.drag(EXPLORER, DRAG)
    said = await lesson.execute("", temperature="explorer.temperature")
    if float(said["temperature"]) != DRAG[-1]:
        raise RuntimeError(f"dragged to {DRAG[-1]}, the kernel has {said['temperature']}")
    return trips


async def train(learner: Learner, lesson: Lesson) -> float:
    """Seconds that lesson 03 takes as a whole, after lesson 02 was shut down as it asks for."""
    await learner.close(lesson)
    start = time.perf_counter()
    await run(learner, LESSON_03)
    return time.perf_counter() - start


async def hold_class(hub: Hub, users: int, trainers: int) -> dict:
    """All that is measured, with who failed and why."""
    memory, everyone = Memory(hub), Class()
    names = [f"learner-{number:02}" for number in range(1, users)]
    async with AsyncExitStack() as stack:
        browser = await stack.enter_async_context(Browser(hub))
        learners = {
            name: await stack.enter_async_context(Learner(hub.url, name, hub.password))
            for name in names
        }
        say("the instructor tries the hub before the class")
        assets = await browser.do(browser.rehearse, "instructor")
        async with Learner(hub.url, "instructor", hub.password) as instructor:
            await instructor.log_in(LESSON_02)
            await instructor.stop_server()

        before, clients_before = memory.now(), browser.cpu_seconds() + own_cpu_seconds()
        busy_before, start = busy(), time.perf_counter()
        say(f"{users} learners log in, load {len(assets)} parts of a page and run lesson 02")
        with memory.watched() as most_02:
            tasks = {name: lesson_02(learner, assets) for name, learner in learners.items()}
            tasks[BROWSER] = browser.do(browser.lesson_02, BROWSER)
            there = await everyone.together("lesson 02", tasks, PATIENCE)
            say("all drag a temperature")
            lessons = {name: lesson for name, (lesson, _) in there.items()}
            page = lessons.pop(BROWSER, None)
            tasks = {name: drag_along(lesson) for name, lesson in lessons.items()}
            if page:
                tasks[BROWSER] = browser.do(browser.drag, page)
            trips = await everyone.together("drag", tasks, PATIENCE)
        at_rest = memory.now()
        cpu_s = {
            "hub": total(at_rest, "cpu_s") - total(before, "cpu_s"),
            "clients": browser.cpu_seconds() + own_cpu_seconds() - clients_before,
            "machine": busy() - busy_before,
            "elapsed": time.perf_counter() - start,
        }

        memory_mb = {"lesson 02, at rest": at_rest, "lesson 02, at its largest": most_02[0]}
        trained = {}
        if trainers:
            say(f"{trainers} of them train in lesson 03")
            with memory.watched() as most_03:
                some = list(lessons.items())[:trainers]
                tasks = {name: train(learners[name], lesson) for name, lesson in some}
                trained = await everyone.together("lesson 03", tasks, PATIENCE_TRAINING)
            memory_mb["lesson 03, at its largest"] = most_03[0]
        trips.pop(BROWSER, None)  # by mouse, which takes another way
        return {
            "first_widget_s": {name: seconds for name, (_, seconds) in there.items()},
            "round_trip_s": [trip for some in trips.values() for trip in some],
            "lesson_03_s": trained,
            "memory_mb": memory_mb,
            "lesson_02_cpu_s": cpu_s,
            "failures": everyone.failures,
        }


# ---- what is said about it ----


def report(found: dict, users: int) -> bool:
    """Print what was measured; whether all bars hold."""
    print(f"\n{processor()}, {os.cpu_count()} cores; JupyterHub {version('jupyterhub')}, "
          f"JupyterLab {version('jupyterlab')}\n")  # fmt: skip
    print(f"{'memory, MB':26} processes  PSS each  RSS each  largest RSS peak  PSS of all  CPU s")
    for moment, held in found["memory_mb"].items():
        gigabytes = [total(held, kind) / 1e3 for kind in ("pss", "rss")]
        print("{}: {:.2f} GB PSS, {:.2f} GB RSS".format(moment, *gigabytes))
        for role, of in held.items():
            print(f"  {role:24} {of['processes']:9} {of['pss_each']:9.0f} {of['rss_each']:9.0f} "
                  f"{of['rss_peak']:17.0f} {of['pss']:11.0f} {of['cpu_s']:6.0f}")  # fmt: skip
    cpu = found["lesson_02_cpu_s"]
    others = cpu["machine"] - cpu["hub"] - cpu["clients"]
    print(f"\nCPU s from log-in to drag: hub, servers and kernels {cpu['hub']:.0f}, clients "
          f"{cpu['clients']:.0f}, others on this machine {others:.0f}; it took "
          f"{cpu['elapsed']:.0f} s\n")  # fmt: skip
    for what, seconds in {
        "first widget": summary(found["first_widget_s"].values()),
        "kernel's answer to a drag": summary(found["round_trip_s"]),
        "lesson 03": summary(found["lesson_03_s"].values()),
    }.items():
        if seconds["n"]:
            print(f"{what}, s: p50 {seconds['p50']:.3g}, p95 {seconds['p95']:.3g}, "
                  f"longest {seconds['longest']:.3g}")  # fmt: skip
    for name, failure in found["failures"].items():
        print(f"FAILED: {name}, {failure}")
    print()
    memory = found["memory_mb"]
    kernel = memory["lesson 02, at rest"].get("kernels", {"rss_peak": inf})["rss_peak"]
    most = total(memory["lesson 02, at its largest"]) / 1e3
    widgets = summary(found["first_widget_s"].values())
    return all(
        [
            row("kernel of lesson 02, largest peak, MB", kernel, KERNEL_MEGABYTES),
            row(f"{users} learners in lesson 02, largest total, GB", most, TOTAL_GIGABYTES),
            row("first widget, p95, s", widgets["p95"], FIRST_WIDGET_SECONDS),
            row("learners without a widget", users - widgets["n"], 0),
            row("failures", len(found["failures"]), 0),
        ]
    )


def summary(values) -> dict[str, float]:
    values = list(values) or [inf]  # no learner came so far
    p95 = quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]
    count = len(values) if values != [inf] else 0
    return {"n": count, "p50": median(values), "p95": p95, "longest": max(values)}


def row(what: str, value: float, bar: float) -> bool:
    print(f"{what:46} {value:8.4g}   bar {bar:3}   {'holds' if value <= bar else 'MISSED'}")
    return value <= bar


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--users", type=int, default=30, help="learners, one in a browser (30)")
    parser.add_argument("--trainers", type=int, default=10, help="how many train in lesson 03 (10)")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures there, too")
    options = parser.parse_args()
    if not options.users >= 2:
        parser.error(f"--users must be at least 2, got {options.users}")
    if not 0 <= options.trainers < options.users:
        parser.error(f"--trainers must be 0 to {options.users - 1}, got {options.trainers}")
    # Whatever stops us, what was started is ended; also where Ctrl-C is ignored, in a script's `&`.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    found, good = {}, False
    try:
        with TemporaryDirectory(prefix="kdlab-class-") as folder, serve(Path(folder)) as hub:
            say(f"JupyterHub is up at {hub.url}")
            found = asyncio.run(hold_class(hub, options.users, options.trainers))
            say("JupyterHub shuts down")
    finally:  # what took minutes to measure is said even if the hub does not end well
        if found:
            good = report(found, options.users)
    if options.json:
        about = {"versions": {**versions(), "jupyterhub": version("jupyterhub")},
                 "processor": processor(), "cores": os.cpu_count(), "good": good}  # fmt: skip
        found["round_trip_s"] = summary(found["round_trip_s"])  # a thousand of them
        text = json.dumps({**about, "users": options.users, **found}, indent=1) + "\n"
        write_atomically(options.json, lambda file: file.write(text.encode()))
    return int(not good)


if __name__ == "__main__":
    raise SystemExit(main())
