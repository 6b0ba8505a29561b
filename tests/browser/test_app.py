"""The explorers as an app: the page of `apps/explorers.py`, as a Jupyter server shows it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest
from pages import axe, bars, widget

from tests.tools.lab import serve
from tests.tools.widget_examples import EXAMPLES

SCRIPT = Path(__file__).parents[2] / "apps" / "explorers.py"
APP = "apps/explorers.html"  # the place that the README's link and Binder's postBuild agree on


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The address of a server's files, to be filled in, with the app among them."""
    folder = tmp_path_factory.mktemp("app")
    command = [sys.executable, SCRIPT, folder / APP]
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    with serve(folder, folder / "home") as address:
        yield address.replace("lab/tree/", "{}")


@pytest.fixture
def app(server, page):
    page.goto(server.format("files/", APP))
    return page


def test_the_temperature_softens_what_the_teacher_says(app):
    explorer = widget(app, 0)
    slider = explorer.get_by_role("slider", name="Temperature")
    before = bars(explorer)
    slider.focus()
    slider.press("PageUp")
    after = bars(explorer)
    assert float(before["9"]) > 0.99 > float(after["9"])


def test_all_explorers_are_there_and_answer(app):
    headings = app.get_by_role("heading", level=2).all_text_contents()
    assert len(headings) == 4 == app.locator(".widget > *").count()
    # In the order of the page; each changes something that can be seen.
    for number, name in enumerate(
        ["TemperatureExplorer", "LossExplorer", "CohortExplorer", "DigitPad"]
    ):
        it = widget(app, number)
        before = it.screenshot()
        EXAMPLES[name].use(it)
        assert it.screenshot() != before, name


def test_one_student_reads_most_3s_though_neither_ever_saw_one(app):
    pad = widget(app, 3)
    pad.get_by_text("Start from an example").click()
    read = {"student": 0, "student-2": 0}  # on labels alone, on soft targets
    for example in pad.get_by_role("radio").all():
        example.click()
        for who in read:
            probability = bars(pad.locator(f".kd-by-{who}"))["3"]  # one like 10⁻⁶ is no 3 anyway
            read[who] += "⁻" not in probability and float(probability) > 0.5
    assert pad.get_by_role("radio").count() == 12
    assert read["student-2"] > 6 and read["student"] == 0


def test_it_is_accessible(app):
    axe(app)


def test_it_starts_no_kernel(server, app):
    with urlopen(server.format("", "api/kernels")) as answer:
        assert json.load(answer) == []
