"""The lessons' widgets in a real JupyterLab, with a real kernel behind them.

One server for all of it, and where the tests do not get in each other's way one open lesson.
"""

from __future__ import annotations

import json
import re
import shutil
import textwrap
import time
from pathlib import Path

import pytest

from tests.tools.chromium import open_page, picture
from tests.tools.lab import Lab, drag, readings, serve, slider, soon

LESSONS = Path(__file__).parents[2] / "notebooks"
# Cells that are not in view have no output: a tall window has most of a lesson in it.
WINDOW = {"width": 1280, "height": 2400}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Copies of the lessons, to be run and saved."""
    return shutil.copytree(LESSONS, tmp_path_factory.mktemp("lab") / "notebooks")


@pytest.fixture(scope="module")
def server(folder):
    with serve(folder, folder.parent / "home") as address:
        yield address


@pytest.fixture(scope="module")
def lesson_02(browser, server):
    """Lesson 02, open, with all of its cells run."""
    with open_page(browser, viewport=WINDOW) as page:
        lab = Lab(page, server)
        lab.open("02_soft_targets.ipynb")
        lab.run("notebook:run-all-cells")
        yield lab


@pytest.fixture(scope="module")
def lesson_01(browser, server):
    """Lesson 01, open, run up to the training of the teacher."""
    with open_page(browser, viewport=WINDOW) as page:
        lab = Lab(page, server)
        lab.open("01_train_a_teacher.ipynb")
        lab.activate(lab.cell("kdlab.train("))
        lab.run("notebook:run-all-above")
        yield lab


@pytest.fixture
def lab(browser, server):
    """JupyterLab in a tab of its own."""
    with open_page(browser, viewport=WINDOW) as page:
        yield Lab(page, server)


@pytest.fixture(autouse=True)
def quiet(request, tmp_path, failed):
    """The console shows no error here; where a test fails there is a picture of its page."""
    labs = [
        request.getfixturevalue(name)
        for name in ("lesson_01", "lesson_02", "lab", "laptop")
        if name in request.fixturenames
    ]
    yield
    for lab in labs:
        if failed():
            picture(lab.page, tmp_path / "lab.png")
            lab.interrupt()  # what the test has left running
        assert not lab.complaints()


@pytest.fixture
def explorer(lesson_02):
    """The temperature explorer of lesson 02, as the lesson leaves it."""
    lesson_02.evaluate("explorer.temperature = 1")
    lesson_02.show(lesson_02.cell("explorer = "))
    explorer = explorer_of(lesson_02)
    soon(explorer).to_contain_text("T = 1")
    return explorer


def explorer_of(lab, code: str = "explorer = "):
    """The explorer below the cell with this code."""
    return lab.find(".jp-CodeCell").filter(has_text=code).locator(".kd-explorer")


# ---- Lesson 02: the explorer --------------------------------------------------------------------


def test_the_lesson_runs_without_an_error(lesson_02):
    assert not lesson_02.errors()
    lesson_02.show(lesson_02.cell("explorer = "))
    soon(explorer_of(lesson_02)).to_be_visible()


def test_the_mouse_moves_the_slider_and_python_knows(lesson_02, explorer):
    before = readings(explorer)
    drag(lesson_02, explorer, 0.7)
    temperature, *probabilities = readings(explorer)
    assert temperature != before[0] and probabilities != before[1:]
    t = float(lesson_02.evaluate("explorer.temperature"))
    assert t > 4
    assert temperature == f"T = {t:g}"


def test_keys_move_the_slider_and_python_knows(lesson_02, explorer):
    slider(explorer).focus()
    for key in ("ArrowRight", "ArrowRight", "PageUp"):
        lesson_02.page.keyboard.press(key)
    shown = readings(explorer)[0]
    # Python is told a moment later: several keys go there in one message.
    deadline = time.monotonic() + 30
    while shown != f"T = {(t := float(lesson_02.evaluate('explorer.temperature'))):g}":
        assert time.monotonic() < deadline, f"Python has {t}, the page {shown}"
    assert t > 1


def test_python_moves_the_slider(lesson_02, explorer):
    lesson_02.evaluate("explorer.temperature = 20")
    soon(explorer.locator(".kd-t")).to_have_text("T = 20")


def test_keys_do_not_leak_to_the_notebook(lesson_02, explorer):
    def notebook():
        return lesson_02.panel(
            "p => [p.content.activeCellIndex, p.content.mode,"
            " [...p.content.model.cells].map(c => c.type + c.sharedModel.source)]"
        )

    slider(explorer).focus()
    before = notebook()
    for key in ("ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "d", "d", "a", "x", "m", "End"):
        lesson_02.page.keyboard.press(key)
    assert notebook() == before
    assert slider(explorer).evaluate("node => node === document.activeElement")


def test_two_views_follow_each_other(lesson_02, explorer):
    code = "display(explorer, explorer)"
    with lesson_02.new_cell(code):
        views = explorer_of(lesson_02, code)
        soon(views).to_have_count(2)
        first, second = views.all()
        for moved, share in ((first, 0.8), (second, 0.2)):
            drag(lesson_02, moved, share)
            assert readings(first) == readings(second) == readings(explorer)


def test_the_notebook_has_its_keys_outside_of_a_widget(lesson_02):
    """The counterpart of the test that keys do not leak: the keys do what it says they would."""
    lesson_02.activate(3)
    lesson_02.panel("p => p.content.activate()")
    lesson_02.page.keyboard.press("ArrowDown")
    assert lesson_02.panel("p => p.content.activeCellIndex") == 4


def test_dark(lesson_02, explorer, tmp_path):
    def lightness():
        paper = explorer.evaluate("node => getComputedStyle(node).backgroundColor")
        ink = explorer.evaluate("node => getComputedStyle(node).color")
        return [sum(map(int, re.findall(r"\d+", colour)[:3])) / 3 for colour in (paper, ink)]

    light = lightness()
    lesson_02.theme("JupyterLab Dark")
    dark = lightness()
    explorer.screenshot(path=tmp_path / "dark.png")
    lesson_02.theme("JupyterLab Light")
    assert light[0] > 200 > 80 > light[1]
    assert dark[1] > 200 > 80 > dark[0]


# ---- After Shift+Enter --------------------------------------------------------------------------

VIEW = """(panel, [cell, part]) => {
  const outer = panel.content.node.querySelector(".jp-WindowedPanel-outer").getBoundingClientRect();
  const found = panel.content.widgets[cell].node.querySelector(part);
  if (!found) return false; // not drawn yet
  const { top, bottom } = found.getBoundingClientRect();
  const shown = panel.content.widgets[cell].isAttached && bottom > top;
  return shown && { above: Math.ceil(outer.top - top), below: Math.ceil(bottom - outer.bottom) };
}"""


@pytest.fixture
def laptop(browser, server, folder, request):
    """JupyterLab as on a laptop, with a lesson as a learner gets it: the first, or another."""
    name = getattr(request, "param", "00_start_here")
    lesson = json.loads((LESSONS / f"{name}.ipynb").read_text("utf-8"))
    lesson["metadata"].pop("widgets", None)
    for cell in lesson["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    (folder / "first.ipynb").write_text(json.dumps(lesson), "utf-8")
    with open_page(browser, viewport={"width": 1280, "height": 800}) as page:
        lab = Lab(page, server)
        lab.open("first.ipynb")
        lab.activate(0)
        lab.panel("p => p.content.activate()")
        yield lab


def press_through(lab, cell: int) -> None:
    """Shift+Enter, from the active cell on until this one has been run."""
    while lab.panel("p => p.content.activeCellIndex") <= cell:
        lab.page.keyboard.press("Shift+Enter")
        lab.idle()


def in_view(lab, cell: int, part: str) -> bool:
    where = lab.panel(VIEW, [cell, part])
    return bool(where) and where["above"] <= 0 and where["below"] <= 0


def soon_in_view(lab, cell: int, part: str) -> None:
    shown = f"x => {{ const v = ({VIEW})(jupyterapp.shell.currentWidget, x); "
    lab.wait(shown + "return v && v.above <= 0 && v.below <= 0; }", [cell, part])


def test_the_first_slider_of_the_course_is_in_view(laptop):
    cell = laptop.cell("explorer = ")
    press_through(laptop, cell)
    soon_in_view(laptop, cell, ".kdlab")
    assert in_view(laptop, cell, ".kd-slider input")
    assert in_view(laptop, cell, ".jp-Cell-inputWrapper"), "there is room for the code"
    # The slider is a few stops of the Tab key away; the notebook's next cell has the focus.
    for _ in range(5):
        laptop.page.keyboard.press("Shift+Tab")
    assert slider(explorer_of(laptop)).evaluate("node => node === document.activeElement")


@pytest.mark.parametrize(
    ("laptop", "code", "parts"),
    [
        ("00_start_here", "predict.never_saw_a_3", [".kd-title", ".kd-choice"]),
        ("00_start_here", "pad = ", [".kd-board", ".kd-slider"]),
        ("02_soft_targets", "predict.bars", [".kd-title", ".kd-frame", ".kd-standing"]),
    ],
    indirect=["laptop"],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_lesson_opens_with_is_in_view(laptop, code, parts):
    cell = laptop.cell(code)
    press_through(laptop, cell)
    for part in parts:
        soon_in_view(laptop, cell, part)


@pytest.mark.parametrize("code", [
    "kdlab.Predict('How sure is it?', bars=list('0123456789'))",
    "kdlab.Quiz('One or two?', {'1': 'No.', '2': 'Yes.'}, right='2')",
])  # fmt: skip
def test_a_widget_of_any_kind_is_in_view(laptop, code):
    last = laptop.panel("p => p.content.model.cells.length")
    cells = [("markdown", "A line.\n\n" * 60), ("code", f"import kdlab\n{code}")]
    laptop.panel(
        """(p, [at, cells]) => {
          cells.forEach(([cell_type, source], i) =>
            p.model.sharedModel.insertCell(at + i, { cell_type, source }));
          p.content.activeCellIndex = at;
        }""",
        [last, cells],
    )
    # A long text stands above it and no cell below: JupyterLab makes one, and goes there.
    cell = last + 1
    press_through(laptop, cell)
    soon_in_view(laptop, cell, ".kdlab")


def test_a_slider_and_its_bars_are_in_view_at_150_percent(laptop):
    laptop.page.set_viewport_size({"width": 853, "height": 533})
    cell = laptop.cell("explorer = ")
    press_through(laptop, cell)
    soon_in_view(laptop, cell, ".kd-slider")
    soon_in_view(laptop, cell, ".kd-bars")
    # And it stays there while the reader scrolls to what is below the bars.
    laptop.page.mouse.move(600, 400)
    laptop.page.mouse.wheel(0, 150)
    soon_in_view(laptop, cell, ".kd-fold")
    assert in_view(laptop, cell, ".kd-slider")


def test_the_page_stays_where_the_learner_went(laptop):
    cell = laptop.cell("explorer = ")
    press_through(laptop, cell)
    soon_in_view(laptop, cell, ".kdlab")
    laptop.page.mouse.move(600, 400)
    laptop.page.mouse.wheel(0, 300)
    laptop.wait(f"x => ({VIEW})(jupyterapp.shell.currentWidget, x).above > 100", [cell, ".kdlab"])
    # What would bring it back, were the run still attended to.
    laptop.page.evaluate("dispatchEvent(new Event('resize'))")
    explorer_of(laptop).evaluate("node => { node.style.minHeight = '900px'; }")
    laptop.page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    assert laptop.panel(VIEW, [cell, ".kdlab"])["above"] > 100


def test_shift_enter_goes_on_after_a_slider_was_moved(laptop):
    """And does not run the slider's own cell again, which would set it back."""
    cell = laptop.cell("explorer = ")
    press_through(laptop, cell)
    moved = slider(explorer_of(laptop))
    box = moved.bounding_box()
    laptop.page.mouse.click(box["x"] + 0.9 * box["width"], box["y"] + box["height"] / 2)
    at = moved.input_value()
    following = laptop.panel("p => p.content.activeCellIndex")
    assert following == cell + 1
    laptop.page.keyboard.press("Shift+Enter")
    active = "n => jupyterapp.shell.currentWidget.content.activeCellIndex === n"
    laptop.wait(active, following + 1)
    laptop.idle()
    assert moved.input_value() == at


def test_a_figure_is_in_view(laptop):
    cell = laptop.cell("plot_images(")
    press_through(laptop, cell)
    soon_in_view(laptop, cell, ".jp-OutputArea img")


def test_what_is_folded_away_stays_so_when_it_is_run(laptop):
    cell = laptop.panel(
        "p => p.content.widgets.findIndex(w => w.model.getMetadata('jupyter')?.outputs_hidden)"
    )
    assert cell > 0
    press_through(laptop, cell)
    laptop.wait(
        "i => { const cell = jupyterapp.shell.currentWidget.content.widgets[i];"
        " return cell.outputHidden && cell.model.outputs.length > 0; }",
        cell,
    )


def test_running_all_cells_ends_where_jupyterlab_goes(laptop):
    laptop.run("notebook:run-all-cells")
    cell = laptop.cell("explorer = ")
    last = laptop.panel("p => p.content.widgets.length") - 1
    assert laptop.panel("p => p.content.activeCellIndex") == last
    assert not in_view(laptop, cell, ".jp-Cell-inputWrapper")


# ---- Lesson 02: the quiz ------------------------------------------------------------------------


def quiz_of(lab, code: str = "ex.quiz_accuracy"):
    """The quiz below the cell with this code."""
    return lab.find(".jp-CodeCell").filter(has_text=code).locator(".kd-quiz")


def test_a_quiz_is_answered_by_keyboard_and_python_knows(lesson_02):
    lesson_02.show(lesson_02.cell("ex.quiz_accuracy"))
    quiz = quiz_of(lesson_02)
    soon(quiz.get_by_role("status")).to_contain_text("Not attempted yet")
    first, second = quiz.get_by_role("radio").all()[:2]
    cells = "p => [p.content.activeCellIndex, p.content.model.cells.length]"
    first.focus()
    before = lesson_02.panel(cells)
    for key in ("Space", "ArrowDown", "d", "d", "Enter"):
        lesson_02.page.keyboard.press(key)
    soon(quiz.get_by_role("status")).to_contain_text("✗ Not yet. It comes out in the other bars.")
    assert second.is_checked()
    assert lesson_02.panel(cells) == before
    assert lesson_02.evaluate("print(ex.quiz_accuracy.chosen)").startswith("It rises")


def test_two_views_of_a_quiz_agree(lesson_02):
    lesson_02.show(lesson_02.cell("ex.quiz_accuracy"))
    code = "display(ex.quiz_accuracy)"
    with lesson_02.new_cell(code):
        views = [quiz_of(lesson_02).first, quiz_of(lesson_02, code)]
        for i in (0, 2):
            views[1].get_by_role("radio").nth(i).check()
            views[1].get_by_role("button", name="Check").click()
            for view in views:
                soon(view.get_by_role("radio").nth(i)).to_be_checked()
            said = {view.get_by_role("status").text_content() for view in views}
            assert len(said) == 1 and said.pop()[0] == ("✓" if i == 2 else "✗")


# ---- Lesson 01: the Stop button -----------------------------------------------------------------


def monitor_of(lab, title: str):
    monitor = lab.find(".kd-monitor").filter(has_text=title)
    monitor.wait_for()
    monitor.scroll_into_view_if_needed()
    return monitor


def test_stop_in_the_midst_of_the_lesson_s_training(lesson_01):
    lab = lesson_01
    cell = lab.cell("kdlab.train(")
    # So many that no machine is through before the button is pressed.
    lab.replace(cell, "epochs=30", "epochs=5000")
    lab.activate(cell)
    lab.start("notebook:run-cell")
    monitor = monitor_of(lab, "Teacher")
    soon(monitor).to_contain_text(re.compile(r"(?<!\d)([3-9]|\d\d+) of 5000 epochs"))
    monitor.get_by_role("button", name="Stop").click()
    lab.idle()
    soon(monitor).to_contain_text("stopped early")
    soon(monitor.get_by_role("button")).to_have_count(0)
    said = re.search(r"Stopped after (\d+) of 5000 epochs; what was", monitor.inner_text())
    lengths = "[{len(values) for values in history.history.values()}, history.epoch[-1] + 1]"
    assert lab.evaluate(lengths) == f"[{{{said[1]}}}, {said[1]}]"
    # The next cell of the lesson works with what has been learned.
    lab.activate(lab.cell("kdlab.predict_logits(teacher"))
    lab.run("notebook:run-cell")
    assert not lab.errors()
    assert float(lab.evaluate("kdlab.accuracy(logits, digits.y_test)")) > 0.5


def test_stop_by_the_keyboard_before_the_first_epoch_is_over(lesson_01):
    code = """
        student, soft = kdlab.build_student(digits), kdlab.pretrained_teacher("digits").train_logits
        history = kdlab.distill(
            student, digits.x_train, soft, epochs=10**6, monitor=kdlab.TrainingMonitor("Student")
        )"""
    with lesson_01.new_cell(textwrap.dedent(code)):
        monitor = monitor_of(lesson_01, "Student")
        monitor.get_by_role("button", name="Stop").press("Enter")
        lesson_01.idle()
        soon(monitor).to_contain_text("Stopped after")
        # The focus is still in the widget, so the keys do not go to the notebook.
        assert monitor.get_by_role("status").evaluate("node => node === document.activeElement")
    assert lesson_01.evaluate("kdlab.predict_logits(student, digits.x_test).shape") == "(540, 10)"


def test_stop_keeps_the_finished_students_of_a_cohort(lesson_01):
    code = """
        cohort = kdlab.train_cohort(
            digits, seeds=range(10**4), alphas=[0], monitor=kdlab.TrainingMonitor("Cohort")
        )"""
    with lesson_01.new_cell(textwrap.dedent(code)):
        monitor = monitor_of(lesson_01, "Cohort")
        # More than a chunk of them, so some are finished.
        soon(monitor).to_contain_text(re.compile(r"(?<!\d)[2-9]\d\d of 10000 students"))
        monitor.get_by_role("button", name="Stop").click()
        lesson_01.idle()
        soon(monitor).to_contain_text("Stopped:")
        said = re.search(r"Stopped: (\d+) of 10000 students are", monitor.inner_text())
    assert int(lesson_01.evaluate("len(cohort)")) == int(said[1]) >= 20


# ---- Opened again -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def saved(lesson_02, folder):
    """Lesson 02 as JupyterLab saves it, run, with the explorer at T = 4 and a question answered."""
    lesson_02.evaluate("explorer.temperature = 4")
    lesson_02.evaluate("ex.quiz_accuracy.chosen = 'It stays exactly as it is.'")
    lesson_02.save()
    return json.loads((folder / "02_soft_targets.ipynb").read_text())


def reopen(lab, notebook: dict, path: Path) -> None:
    """Open a notebook in JupyterLab, and run nothing."""
    path.write_text(json.dumps(notebook))
    lab.open(path.name)
    lab.show(lab.cell("explorer = "))


def test_a_saved_lesson_is_alive_without_its_kernel(lab, saved, folder):
    reopen(lab, saved, folder / "again.ipynb")
    explorer = explorer_of(lab)
    soon(explorer).to_contain_text("T = 4")
    lab.shut_down_kernel()  # a new one, which came with the notebook
    before = readings(explorer)
    drag(lab, explorer, 0.8)
    after = readings(explorer)
    assert after[0] != before[0] and after[1:] != before[1:]
    assert not lab.panel("p => p.sessionContext.session?.kernel?.status")


def test_an_answer_is_there_when_the_lesson_is_opened_again(lab, saved, folder):
    reopen(lab, saved, folder / "answered.ipynb")
    lab.show(lab.cell("ex.quiz_accuracy"))
    quiz = quiz_of(lab)
    soon(quiz.get_by_role("radio", name="It stays exactly as it is.")).to_be_checked()
    soon(quiz.get_by_role("status")).to_contain_text("✓ Right.")
    lab.shut_down_kernel()
    quiz.get_by_role("radio").first.check()
    quiz.get_by_role("button", name="Check").click()
    soon(quiz.get_by_role("status")).to_contain_text("✗ Not yet.")


def test_a_lesson_of_a_stranger_shows_the_fallback(lab, saved, folder):
    """JupyterLab trusts what was run and saved here, and nothing that has changed since."""
    reopen(
        lab, saved | {"metadata": {**saved["metadata"], "from": "elsewhere"}}, folder / "new.ipynb"
    )
    fallback = lab.find(".jp-CodeCell").filter(has_text="explorer = ").locator("table")
    soon(fallback).to_contain_text("8 ◆ true label")
    soon(fallback).to_contain_text("T = 4")
    assert lab.find(".kdlab").count() == 0
    lab.show(lab.cell("ex.quiz_accuracy"))
    reply = lab.find("details").filter(has_text="It stays exactly as it is.")
    soon(reply.locator("summary")).to_be_visible()
    reply.locator("summary").click()
    soon(reply).to_have_attribute("open", "")
