"""A learner's work in a real JupyterLab: nothing of it is lost, and only opening changes nothing.

The lessons are opened, saved by themselves, shut down, killed and opened again. What is asked in
them is asked in the small notebook `asks.ipynb` as well, which runs in a moment.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbformat.sign import NotebookNotary
from nbformat.v4 import new_code_cell, new_notebook, new_output

from kdlab.lessons import files, record
from kdlab.lessons.copies import copy_lessons
from tests.tools.chromium import open_page, picture
from tests.tools.lab import PATIENCE, Lab, serve, soon
from tests.tools.tree import clean_copy

WINDOW = {"width": 1280, "height": 2400}
# Seconds; 120 in JupyterLab. It begins a save whether or not the one before it has ended, and takes
# what that has written for somebody else's: so it must be longer than a save on a busy machine.
AUTOSAVE = 10
ERROR = "Error displaying widget"
KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)"}

ASKS = [
    """
import numpy as np

import kdlab
from kdlab.exercises.exercise import Exercise, expect
from kdlab.lessons.answers import Answers

answers = Answers("asks")


def judge(answer):
    expect(answer == 4, "That is not twice two.")


twice_two = Exercise("9.1", judge, ["Add."], "answer = 4", "Well done.", answers)
""",
    """answers.keep("quiz", kdlab.Quiz("Which?", {"A": "No.", "B": "Yes."}, right="B"))""",
    """answers.keep("guess", kdlab.TemperatureExplorer([[4.0, 2.0, 0.0]], predict=True))""",
    """answers.keep("drawing", kdlab.DigitPad([np.ones((64, 10)), np.zeros(10)]))""",
    """twice_two.check(4)""",
]


def wait_until(true, what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.05)


# ---- a learner's folder, inside a repository ----------------------------------------------------


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """This tree under git, and in it, as `make lab` has it, the learner's folder."""
    folder = clean_copy(tmp_path_factory.mktemp("repository") / "kdlab")
    shutil.rmtree(folder / "my_lessons", ignore_errors=True)
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "-m", "all")
    copy_lessons(folder / "my_lessons")
    write_asks(folder / "my_lessons")
    return folder


def git(folder, *arguments) -> str:
    return subprocess.check_output(["git", "-C", folder, *arguments], text=True)


def write_asks(folder: Path) -> None:
    notebook = new_notebook(cells=[new_code_cell(source.strip()) for source in ASKS])
    notebook.metadata.kernelspec = KERNEL
    notebook.metadata.kdlab = {"lesson": "asks"}
    nbformat.write(notebook, folder / "asks.ipynb")


@pytest.fixture(scope="module")
def server(repository):
    """One that saves all the time; a test that saves itself would meet JupyterLab doing so."""
    with serve(repository, repository.parent / "home", autosave=AUTOSAVE) as address:
        yield address


@pytest.fixture(scope="module")
def calm(repository):
    """One that saves when it is told to."""
    with serve(repository, repository.parent / "calm home") as address:
        yield address


@pytest.fixture
def tab(browser, tmp_path, failed):
    """`tab(address)`: JupyterLab in a tab of its own; where the test fails there is a picture."""
    labs = []
    with contextlib.ExitStack() as stack:

        def tab(address) -> Lab:
            page = stack.enter_context(open_page(browser, viewport=WINDOW))
            labs.append(Lab(page, address))
            return labs[-1]

        yield tab
        for number, lab in enumerate(labs):
            if failed() and not lab.page.is_closed():
                picture(lab.page, tmp_path / f"lab_{number}.png")


@pytest.fixture
def asks(repository, calm, tab):
    """`asks.ipynb`, fresh, open and run."""
    folder = repository / "my_lessons"
    record.path_in(folder, "asks").unlink(missing_ok=True)
    write_asks(folder)
    lab = tab(calm)
    lab.open("my_lessons/asks.ipynb")
    lab.run("notebook:run-all-cells")
    return lab


# ---- what a learner does, and sees --------------------------------------------------------------


def answer(lab: Lab) -> None:
    """Answer all that `asks.ipynb` asks, by mouse and keyboard."""
    quiz = lab.find(".kd-quiz")
    quiz.get_by_role("radio", name="B").check()
    quiz.get_by_role("button", name="Check").click()
    lab.find(".kd-explorer").get_by_role("slider", name="Your guess for 1").press("PageUp")
    board = lab.find(".kd-board")
    board.focus()
    lab.page.keyboard.press("Space")


def kept(folder: Path, lesson: str = "asks") -> dict:
    """What the learner's file holds: each answer, without when it was kept."""
    path = record.path_in(folder, lesson)
    return {key: about.get("state", about) for key, about in record.read(path).items()}


def wait_for_answers(folder: Path) -> dict:
    wait_until(lambda: set(kept(folder)) == {"quiz", "guess", "drawing", "9.1"}, "not all is kept")
    wait_until(lambda: any(map(any, kept(folder)["drawing"]["pixels"])), "the drawing is not kept")
    answers = kept(folder)
    assert answers["quiz"] == {"chosen": "B"} and answers["9.1"]["right"]
    assert answers["guess"]["guess"][1] > 0
    return answers


def require_answered(lab: Lab) -> None:
    """All answers are to be seen, and no error text."""
    soon(lab.find(".kd-quiz").get_by_role("radio", name="B")).to_be_checked()
    soon(lab.find(".kd-quiz").get_by_role("status").first).to_contain_text("✓ Right.")
    guess = lab.find(".kd-explorer").get_by_role("slider", name="Your guess for 1")
    soon(guess).not_to_have_js_property("value", "0")
    says = lab.find(".kd-digit-pad .kd-bars").first  # no bars stand beside an empty drawing
    soon(says).to_be_visible()
    assert ERROR not in lab.find(".jp-Notebook").inner_text()


def stamp(path: Path) -> int:
    """When a file was saved last."""
    return path.stat().st_mtime_ns


def saved_since(path: Path, then: int) -> bytes:
    """Wait until JupyterLab has saved a file by itself; what it wrote."""
    wait_until(lambda: stamp(path) != then, "JupyterLab did not save by itself")
    wait_until(lambda: path.read_bytes().endswith(b"}\n"), "JupyterLab did not save all of it")
    return path.read_bytes()


# ---- opening changes nothing --------------------------------------------------------------------


def test_lessons_that_are_only_opened_stay_as_they_were(repository, server, tab):
    """Ours, which git knows, and the learner's copies."""
    lab = tab(server)
    paths = [
        f"{f}/{lesson.name}" for f in ("notebooks", "my_lessons") for lesson in files.lessons()
    ]
    before = {path: (repository / path).read_bytes() for path in paths}
    then = {path: stamp(repository / path) for path in paths}
    lab.open(paths[0])
    for path in paths[1:]:
        lab.start("docmanager:open", path=path)
    for path in paths:
        assert saved_since(repository / path, then[path]) == before[path], path
    assert git(repository, "status", "--porcelain") == ""
    # Nor does a pop-up about news lie over them.
    assert lab.page.locator(".Toastify__toast").count() == 0


def test_a_lesson_that_is_trusted_stays_as_it_was_too(repository, server, tab):
    """Its widgets are drawn from what is stored, with a kernel that knows nothing of them."""
    path = repository / "notebooks" / "02_soft_targets.ipynb"
    before, then = path.read_bytes(), stamp(path)
    notary = NotebookNotary(data_dir=str(repository.parent / "home" / "data"))
    notary.sign(nbformat.reads(before.decode(), as_version=4))
    lab = tab(server)
    lab.open("notebooks/02_soft_targets.ipynb")
    soon(lab.find(".kd-explorer").first).to_be_visible()
    assert saved_since(path, then) == before
    lab.reload()
    soon(lab.find(".kd-explorer").first).to_be_visible()


# ---- nothing is lost ----------------------------------------------------------------------------


def test_a_lesson_is_worked_through_shut_down_and_opened_again(repository, server, tab):
    """As a learner does it: lesson 02, with a question answered after the last save."""
    path = repository / "my_lessons" / "02_soft_targets.ipynb"
    lab = tab(server)

    def quiz():
        lab.show(lab.cell("ex.quiz_accuracy"))
        return lab.find(".jp-CodeCell").filter(has_text="ex.quiz_accuracy").locator(".kd-quiz")

    lab.open("my_lessons/02_soft_targets.ipynb")
    lab.run("notebook:run-all-cells")
    assert not lab.errors()
    wait_until(lambda: "Not attempted yet" in path.read_text("utf-8"), "the run is not saved")
    quiz().get_by_role("radio", name="It stays exactly as it is.").check()
    quiz().get_by_role("button", name="Check").click()
    soon(quiz().get_by_role("status").first).to_contain_text("✓ Right.")
    lesson = "02_soft_targets"
    wait_until(lambda: "quiz_accuracy" in kept(path.parent, lesson), "the answer is not kept")
    lab.shut_down_kernel()
    for _ in range(2):  # the second time after an autosave without the old kernel
        then = stamp(path)
        lab.reload()
        soon(quiz().get_by_role("status").first).to_contain_text("✓ Right.")
        assert ERROR not in lab.find(".jp-Notebook").inner_text()
        saved_since(path, then)
    assert git(repository, "status", "--porcelain") == ""


def test_answers_come_back_when_the_cells_run_again(repository, asks):
    answer(asks)
    answers = wait_for_answers(repository / "my_lessons")
    asks.shut_down_kernel()
    asks.reload()
    asks.run("notebook:run-all-cells")
    require_answered(asks)
    assert asks.evaluate("answers['quiz']['state']['chosen']") == "'B'"
    again = kept(repository / "my_lessons")
    assert again | {"9.1": 0} == answers | {"9.1": 0} and again["9.1"]["attempts"] == 2


def test_a_widget_that_nobody_knows_any_more_is_shown_as_a_picture(repository, server, tab):
    folder = repository / "my_lessons"
    notebook = new_notebook(cells=[new_code_cell("x", execution_count=1)])
    notebook.metadata.kernelspec = KERNEL
    view = {"model_id": "f" * 32, "version_major": 2, "version_minor": 0}
    data = {"application/vnd.jupyter.widget-view+json": view, "text/html": "<b>a still picture</b>"}
    notebook.cells[0].outputs = [new_output("display_data", data)]
    NotebookNotary(data_dir=str(repository.parent / "home" / "data")).sign(notebook)
    nbformat.write(notebook, folder / "unknown.ipynb")
    lab = tab(server)
    lab.open("my_lessons/unknown.ipynb")
    soon(lab.find(".jp-OutputArea b")).to_have_text("a still picture")
    assert ERROR not in lab.find(".jp-Notebook").inner_text()


def test_a_killed_kernel_costs_no_answer(repository, asks):
    asks.save()
    answer(asks)
    wait_for_answers(repository / "my_lessons")
    os.kill(int(asks.evaluate("__import__('os').getpid()")), signal.SIGKILL)
    require_answered(asks)
    # JupyterLab starts another one, and says so.
    asks.page.locator(".jp-Dialog").get_by_role("button", name="Ok").click()
    asks.save()
    asks.reload()
    require_answered(asks)


def test_what_no_kernel_hears_is_said_not_to_be_kept(asks):
    asks.shut_down_kernel()
    asks.find(".kd-quiz").get_by_role("radio", name="A").check()
    asks.find(".kd-quiz").get_by_role("button", name="Check").click()
    soon(asks.find(".kd-quiz .kd-kept")).to_contain_text("Not kept yet")


def test_a_killed_server_and_a_save_too_soon_cost_no_answer(tmp_path, tab):
    folder, home = tmp_path / "my_lessons", tmp_path / "home"
    (folder / record.FOLDER).mkdir(parents=True)
    home.mkdir()
    write_asks(folder)
    with serve(folder, home) as address:
        lab = tab(address)
        lab.open("asks.ipynb")
        lab.run("notebook:run-all-cells")
        lab.save()
        answer(lab)
        answers = wait_for_answers(folder)
        kernel = int(lab.evaluate("__import__('os').getpid()"))
        (runtime,) = (home / "runtime").glob("jpserver-*.json")
        os.kill(json.loads(runtime.read_text())["pid"], signal.SIGKILL)
    runtime.unlink()
    wait_until(lambda: not Path(f"/proc/{kernel}").exists(), "the kernel outlives its server")
    with serve(folder, home) as address:
        lab = tab(address)
        lab.open("asks.ipynb", ready=False)
        lab.save()  # in the moment of opening: JupyterLab has not drawn a widget yet
        lab.opened()
        require_answered(lab)
        assert kept(folder) == answers


def test_two_tabs_keep_the_answers_of_both(repository, calm, asks, tab):
    asks.save()
    other = tab(calm)
    other.open("my_lessons/asks.ipynb")
    other.find(".kd-quiz").get_by_role("radio", name="B").check()
    other.find(".kd-quiz").get_by_role("button", name="Check").click()
    asks.find(".kd-explorer").get_by_role("slider", name="Your guess for 1").press("PageUp")
    other.find(".kd-board").focus()
    other.page.keyboard.press("Space")
    wait_for_answers(repository / "my_lessons")
    # Each saves; JupyterLab asks the second one which of the two is meant, and either will do.
    asks.save()
    other.start("docmanager:save")
    other.page.locator(".jp-Dialog").get_by_role("button", name="Revert").click()
    for lab in (asks, other):
        lab.reload()
        require_answered(lab)


DISK = """
mount -t tmpfs -o size=600k none "$0"
cp -r "$1"/. "$0"
cd "$0"
{then}
shift
exec "$@"
"""


@contextlib.contextmanager
def on_a_disk_of_its_own(tmp_path, then: str = ":"):
    """JupyterLab on a small disk that nobody else sees."""
    mine, disk, home = (tmp_path / name for name in ("mine", "disk", "home"))
    (mine / record.FOLDER).mkdir(parents=True)
    disk.mkdir()
    home.mkdir()
    write_asks(mine)
    root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    shell = ["unshare", "--mount", *root, "sh", "-ec", DISK.format(then=then), str(disk), str(mine)]
    with serve(disk, home, python=[*shell, sys.executable]) as address:
        yield address


FILL = """
import contextlib
for size in (10**6, 10**4, 10):  # to the last byte
    with contextlib.suppress(OSError), open(f"filler {size}", "wb", buffering=0) as file:
        while file.write(bytes(size)) == size:
            pass
1
"""


linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has namespaces")


@linux
def test_on_a_full_disk_the_answer_is_said_not_to_be_kept_and_the_rest_stays(tmp_path, tab):
    with on_a_disk_of_its_own(tmp_path) as address:
        lab = tab(address)
        lab.open("asks.ipynb")
        lab.run("notebook:run-all-cells")
        lab.save()
        answer(lab)
        soon(lab.find(".kd-quiz").get_by_role("status").first).to_contain_text("✓ Right.")
        answers = (
            "{key: about['state'] for key, about in answers._read().items() if 'state' in about}"
        )
        wait_until(lambda: "guess" in lab.evaluate(answers), "not all is kept")
        before = lab.evaluate("open('.kdlab/asks.json').read()")
        lab.evaluate(FILL)
        quiz = lab.find(".kd-quiz")
        quiz.get_by_role("radio", name="A").check()
        quiz.get_by_role("button", name="Check").click()
        soon(quiz.locator(".kd-kept")).to_contain_text("the disk is full")
        assert lab.evaluate("open('.kdlab/asks.json').read()") == before
        # Nor does saving cost the notebook that is there.
        lab.start("docmanager:save")
        lab.page.locator(".jp-Dialog").get_by_role("button", name=re.compile("Ok|Close")).click()
        cells = "len(__import__('json').load(open('asks.ipynb'))['cells'])"
        assert lab.evaluate(cells) == "5"
        lab.evaluate(
            "from pathlib import Path\n[path.unlink() for path in Path().glob('filler*')]\n1"
        )
        quiz.get_by_role("radio", name="B").check()
        quiz.get_by_role("button", name="Check").click()
        soon(quiz.locator(".kd-kept")).to_be_empty()
        assert lab.evaluate("answers['quiz']['state']['chosen']") == "'B'"


@linux
def test_in_a_read_only_folder_the_lesson_runs_and_says_what_is_not_kept(tmp_path, tab):
    with on_a_disk_of_its_own(tmp_path, then='mount -o remount,ro "$0"') as address:
        lab = tab(address)
        lab.open("asks.ipynb")
        lab.run("notebook:run-all-cells")
        assert not lab.errors()
        said = "".join(o.get("text", "") for o in lab.outputs(lab.cell("twice_two.check")))
        assert said.startswith("✓ 9.1 right!") and "could not be kept" in said
        quiz = lab.find(".kd-quiz")
        quiz.get_by_role("radio", name="B").check()
        quiz.get_by_role("button", name="Check").click()
        soon(quiz.get_by_role("status").first).to_contain_text("✓ Right.")
        soon(quiz.locator(".kd-kept")).to_contain_text("could not be kept")
