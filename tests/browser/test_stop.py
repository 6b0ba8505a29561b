"""The Stop button of the training monitor, before a kernel that only counts its interrupts.

(`test_jupyterlab.py` presses it before a real one.)
"""

import json

import pytest
from pages import axe

from kdlab.widgets import _assets

RUNS = {"run": 1, "unit": "epochs", "done": 3, "total": 9, "secondsLeft": 5.0, "message": "",
        "finished": False, "curves": []}  # fmt: skip
ENDED = {**RUNS, "finished": True, "message": "Stopped after 3 of 9 epochs."}

PAGE = """<!DOCTYPE html>
<html lang="en"><title>Stop</title><style>%s</style>
<main><h1>Stop</h1><div id="first"></div><div id="second"></div></main>
<script type="module">
%s
const listeners = new Set();
const kernel = {
  interrupts: 0,
  interrupt() { this.interrupts++; return window.refuse ? Promise.reject() : Promise.resolve(); },
  statusChanged: { connect: (l) => listeners.add(l), disconnect: (l) => listeners.delete(l) },
  say(status) { for (const listener of listeners) listener(this, status); },
};
const model = createModel({ title: "Teacher", _stopping: 0, _progress: %s });
model.widget_manager = %s;
Object.assign(window, { kernel, model });
for (const id of ["first", "second"]) render({ model, el: document.getElementById(id) });
</script>"""


@pytest.fixture
def two_views(page):
    """Two views of one monitor; `manager` is JavaScript for what anywidget knows of the kernel."""

    def open_views(manager="{ kernel }"):
        module = _assets.module("training_monitor") + _assets.module("own_page")
        progress, style = json.dumps(RUNS), _assets.style("training_monitor")
        page.set_content(PAGE % (style, module, progress, manager))
        return page, page.locator("#first"), page.locator("#second")

    return open_views


def push(page, progress):
    page.evaluate("progress => model.set('_progress', progress)", progress)


def button(view):
    return view.get_by_role("button")


def note(view):
    return view.get_by_role("status").inner_text()


def test_a_press_interrupts_once_whichever_view_is_pressed(two_views):
    page, first, second = two_views()
    button(first).click()
    button(first).click(force=True)
    button(second).press("Enter")
    assert page.evaluate("kernel.interrupts") == 1
    assert [button(view).inner_text() for view in (first, second)] == ["Stopping…"] * 2
    assert button(second).get_attribute("aria-disabled") == "true"
    axe(page)


def test_it_goes_with_the_run_and_comes_with_the_next(two_views):
    page, first, _ = two_views()
    axe(page)
    button(first).click()
    push(page, ENDED)
    assert button(first).count() == 0
    assert note(first) == "Stopped after 3 of 9 epochs."
    color = "node => getComputedStyle(node).color"
    assert first.get_by_role("status").evaluate(color) == first.locator(".kd-title").evaluate(color)
    push(page, {**RUNS, "run": 2})
    button(first).click()
    assert page.evaluate("kernel.interrupts") == 2


def test_keys_stay_with_the_widget_when_the_button_goes(two_views):
    page, first, _ = two_views()
    button(first).focus()
    push(page, ENDED)
    assert first.get_by_role("status").evaluate("node => node === document.activeElement")


def test_where_the_call_is_refused_it_names_the_other_way(two_views):
    page, first, _ = two_views()
    page.evaluate("window.refuse = true")
    button(first).click()
    first.get_by_text("Use the notebook's ■ button.").wait_for()
    assert button(first).count() == 0


@pytest.mark.parametrize("manager", ["{}", "{ kernel: null }", "{ kernel: { id: 'x' } }"])
def test_where_there_is_no_way_to_the_kernel_it_names_the_other_way(two_views, manager):
    _, first, _ = two_views(manager)
    assert button(first).count() == 0
    assert "Use the notebook's ■ button." in note(first)


@pytest.mark.parametrize("status", ["restarting", "autorestarting", "terminating", "dead"])
def test_a_run_whose_kernel_is_gone_is_not_to_be_stopped(two_views, status):
    page, first, second = two_views()
    page.evaluate("kernel.say('busy')")
    assert button(first).count() == button(second).count() == 1
    page.evaluate("status => kernel.say(status)", status)
    assert button(first).count() == button(second).count() == 0
    assert "3 of 9 epochs · 33 % · not finished" in first.inner_text()
    assert "The training cannot be reached" in note(first)


def test_a_run_from_a_saved_notebook_is_not_to_be_stopped(two_views):
    page, first, _ = two_views()
    # What ipywidgets does with a view whose model has no kernel behind it.
    page.evaluate("""
        document.getElementById("first").classList.add("jupyter-widgets-disconnected");
        model.set("title", "Teacher again");
    """)
    assert button(first).count() == 0
    assert "not finished" in first.inner_text()


def test_a_page_of_its_own_has_nothing_to_stop(two_views):
    _, first, _ = two_views("undefined")
    assert button(first).count() == 0
    assert "not finished" in first.inner_text()
