"""A class on a real JupyterHub, with its own configuration and the real proxy before it."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from aiohttp import ClientResponseError

from tests.tools.hub import serve, wait_for_end
from tests.tools.learner import Learner

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="JupyterHub does not run on Windows"
)
ROOT = Path(__file__).parents[2]
LESSON = "my_lessons/02_soft_targets.ipynb"


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    with serve(tmp_path_factory.mktemp("class")) as hub:
        yield hub


def meet(hub, meeting, name="ada"):
    """What `meeting(learner)` returns, with a learner of that name."""

    async def hold():
        async with asyncio.timeout(120), Learner(hub.url, name, hub.password) as learner:
            return await meeting(learner)

    return asyncio.run(hold())


def test_two_at_once_from_the_log_in_to_a_drag(hub):
    async def lesson_02(name):
        async with asyncio.timeout(120), Learner(hub.url, name, hub.password) as learner:
            await learner.log_in(LESSON)
            lesson = await learner.open(LESSON)
            await lesson.run()
            assert not lesson.errors
            assert lesson.first_widget and len(lesson.widgets) == 13
            trips = await lesson.drag("explorer = ", [2, 3, 4 + len(name)])
            assert len(trips) == 3 and min(trips) > 0
            said = await lesson.execute("", t="explorer.temperature")
            await learner.close(lesson)
            return float(said["t"])

    async def both():
        return await asyncio.gather(lesson_02("ada"), lesson_02("grace"))

    assert asyncio.run(both()) == [7, 9]
    lessons = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
    for name in ("ada", "grace"):
        copies = (hub.folder / "homes" / name / "my_lessons").glob("*.ipynb")
        assert sorted(path.name for path in copies) == lessons


def test_what_a_learner_wrote_stays_and_what_is_missing_comes(hub):
    folder = hub.folder / "homes/emmy/my_lessons"

    async def come(learner):
        await learner.log_in(LESSON)
        await learner.stop_server()

    meet(hub, come, "emmy")
    mine, lost = folder / "02_soft_targets.ipynb", folder / "01_train_a_teacher.ipynb"
    mine.write_text("mine")
    lost.unlink()
    meet(hub, come, "emmy")
    assert mine.read_text() == "mine"
    assert json.loads(lost.read_text())["metadata"]["kdlab"]["lesson"] == "01_train_a_teacher"
    # What is no copy of the lesson any more has a fresh one beside it.
    assert (folder / "02_soft_targets_2.ipynb").exists()


def test_a_kernel_that_wants_too_much_memory_fails_alone(hub):
    async def greedy(learner):
        await learner.log_in(LESSON)
        lesson = await learner.open(LESSON)
        await lesson.execute("much = bytearray(3 * 10**9)")
        after = await lesson.execute("", n="1 + 1")
        await learner.close(lesson)
        return lesson.errors, after

    errors, after = meet(hub, greedy)
    assert len(errors) == 1 and errors[0].startswith("MemoryError")
    assert after == {"n": "2"}


@pytest.mark.parametrize("name", ["..", "a b", "a/b", "-f", ".ssh"])
def test_a_name_that_makes_no_folder_is_refused(hub, name):
    with pytest.raises((PermissionError, ClientResponseError)):
        meet(hub, lambda learner: learner.log_in(LESSON), name)
    assert {path.name for path in (hub.folder / "homes").iterdir()} <= {"ada", "grace", "emmy"}


def test_a_wrong_password_is_refused(hub):
    async def guess():
        async with Learner(hub.url, "mallory", "12345678") as learner:
            await learner.log_in(LESSON)

    with pytest.raises((PermissionError, ClientResponseError)):
        asyncio.run(guess())


def test_a_hub_that_ends_leaves_nothing_behind(tmp_path):
    async def stay(learner):
        await learner.log_in(LESSON)
        await learner.open(LESSON)

    with serve(tmp_path) as hub:
        meet(hub, stay)
        processes = hub.processes()
        commands = " ".join(word for process in processes for word in process.cmdline())
    for part in ("configurable-http-proxy", "idle_culler", "learner_server", "ipykernel"):
        assert part in commands
    assert not wait_for_end(processes, 0)
    for port in hub.ports:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))


# ---- the benchmark ----


def start_benchmark(*arguments):
    command = [sys.executable, "-u", "-m", "benchmarks.classroom", *arguments]
    return psutil.Popen(
        command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def test_the_benchmark_measures_a_class_of_two(tmp_path):
    with start_benchmark("--users=2", "--trainers=0", f"--json={tmp_path / 'out.json'}") as run:
        said, _ = run.communicate(timeout=300)
    assert run.returncode == 0, said
    found = json.loads((tmp_path / "out.json").read_text())
    assert sorted(found["first_widget_s"]) == ["learner-00", "learner-01"]
    assert not found["failures"]
    held = found["memory_mb"]["lesson 02, at its largest"]
    assert {role: of["processes"] for role, of in held.items()} == {
        "hub": 1, "proxy": 1, "culler": 1, "servers": 2, "kernels": 2,
    }  # fmt: skip


def test_the_benchmark_ends_what_it_started_when_it_is_stopped():
    with start_benchmark("--users=2", "--trainers=0") as run:
        for line in run.stdout:
            if "log in" in line:
                break
        processes = run.children(recursive=True)
        assert len(processes) > 4  # hub, proxy, culler, Chromium's
        run.send_signal(signal.SIGINT)  # Ctrl-C
        run.communicate(timeout=120)
    assert run.returncode != 0
    assert not wait_for_end(processes, 5)


@pytest.mark.parametrize("wrong", [["--users=1"], ["--users=3", "--trainers=3"]])
def test_a_class_that_cannot_be_is_refused(wrong):
    with start_benchmark(*wrong) as run:
        said, _ = run.communicate(timeout=60)
    assert run.returncode == 2 and wrong[-1].split("=")[0] in said
