"""A notebook that was saved by an older kdlab, with its widgets in it, works as it did.

Each notebook in `kept/` was run by the `refresh.py` of its version, and is never run or
refreshed again: its widgets bring their own module and styles.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat.sign import NotebookNotary

import kdlab
from tests.tools.chromium import open_page, picture
from tests.tools.lab import Lab, drag, readings, serve, soon

KEPT = Path(__file__).parent / "kept"
LOGITS = [4.0, 2.0, 0.0]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """JupyterLab on copies of the notebooks, which it takes for its own."""
    home = tmp_path_factory.mktemp("lab") / "home"
    folder = shutil.copytree(KEPT, home.parent / "notebooks")
    (home / "data").mkdir(parents=True)
    for path in folder.glob("*.ipynb"):
        notary = NotebookNotary(data_dir=str(home / "data"))
        notary.sign(nbformat.read(path, as_version=4))
    with serve(folder, home) as address:
        yield address


@pytest.fixture
def lab(browser, server, tmp_path, failed):
    with open_page(browser, viewport={"width": 1280, "height": 2400}) as page:
        lab = Lab(page, server)
        yield lab
        if failed():
            picture(page, tmp_path / "lab.png")


def shown(explorer) -> list[str]:
    """The temperature and the probabilities; where there is no guess, its bars are empty."""
    return [text for text in readings(explorer) if text]


def assert_moves(lab, explorer, share):
    """The slider moves, and the bars are what NumPy says of the example at that temperature."""
    before = shown(explorer)
    drag(lab, explorer, share)
    temperature, *probabilities = shown(explorer)
    assert temperature != before[0] and probabilities != before[1:]
    t = float(temperature.removeprefix("T = "))
    assert probabilities == [f"{p:.3f}" for p in kdlab.softmax(LOGITS, t)]


@pytest.mark.parametrize("name", [path.name for path in KEPT.glob("*.ipynb")])
def test_it_is_as_it_was_left_and_works(name, lab):
    lab.open(name)
    explorer, quiz = lab.find(".kd-explorer").first, lab.find(".kd-quiz")
    soon(explorer).to_contain_text("T = 2")
    soon(quiz.get_by_role("radio", name="It grows.")).to_be_checked()
    soon(quiz.get_by_role("status")).to_have_text("✗ Not yet. Below 1 it does.")
    # Beside a widget of this version, each keeps its own.
    with lab.new_cell(f"import kdlab\nkdlab.TemperatureExplorer([{LOGITS}], temperature=4)"):
        new = lab.find(".kd-explorer").nth(1)
        soon(new).to_contain_text("T = 4")
        assert_moves(lab, new, 0.3)
        soon(explorer).to_contain_text("T = 2")
        assert_moves(lab, explorer, 0.6)
    lab.shut_down_kernel()
    assert_moves(lab, explorer, 0.8)
    quiz.get_by_role("radio", name="It shrinks.").check()
    quiz.get_by_role("button", name="Check").click()
    soon(quiz.get_by_role("status")).to_have_text("✓ Right. And all others grow.")
    assert not lab.complaints()
