"""What the server makes of a notebook that is saved, and of one that is opened."""

from __future__ import annotations

import asyncio
import copy
import json
import sys
from pathlib import Path

import nbformat
import pytest
from jupyter_server.services.contents.fileio import path_to_intermediate
from jupyter_server.services.contents.filemanager import (
    AsyncFileContentsManager,
    FileContentsManager,
)
from nbformat.v4 import new_code_cell, new_notebook, new_output

import kdlab
from kdlab import jupyter
from kdlab.jupyter.saving import STATE, VIEW
from kdlab.lessons import record
from kdlab.lessons.answers import Answers


class App:
    """The parts of Jupyter's server that an extension uses."""

    def __init__(self, manager):
        self.contents_manager, self.warnings = manager, []
        self.log = self

    def warning(self, text):
        self.warnings.append(text)


@pytest.fixture(params=[FileContentsManager, AsyncFileContentsManager])
def manager(request, tmp_path):
    """A contents manager with the extension, called as if there were no `async`."""
    manager = request.param(root_dir=str(tmp_path))
    jupyter._load_jupyter_server_extension(App(manager))

    class Calls:
        def __getattr__(self, name):
            def call(*args, **kwargs):
                result = getattr(manager, name)(*args, **kwargs)
                return asyncio.run(result) if asyncio.iscoroutine(result) else result

            return call

    return Calls()


def widget(name, **state):
    """A model as JupyterLab stores it, with its layout."""
    return {
        name: {"model_name": "AnyModel", "state": {**state, "layout": f"IPY_MODEL_{name}layout"}},
        f"{name}layout": {"model_name": "LayoutModel", "state": {}},
    }


def shown(name, html="<p>still</p>"):
    return new_output("display_data", {VIEW: {"model_id": name}, "text/html": html})


def notebook(*names, states=None, **metadata):
    """A notebook that shows these widgets, and stores these states."""
    cells = [new_code_cell(name, outputs=[shown(name)]) for name in names]
    nb = new_notebook(cells=cells)
    nb.metadata.update(kernelspec={"name": "python3", "display_name": "Python 3"}, **metadata)
    if states is not None:
        nb.metadata.widgets = {STATE: {"version_major": 2, "version_minor": 0, "state": states}}
    return nb


def save(manager, nb, path="a.ipynb"):
    manager.save({"type": "notebook", "format": "json", "content": copy.deepcopy(nb)}, path)


def states_in(tmp_path, path="a.ipynb"):
    nb = nbformat.read(tmp_path / path, as_version=4)
    return nb.metadata.get("widgets", {}).get(STATE, {}).get("state", {})


# ---- saving -------------------------------------------------------------------------------------


def test_a_state_that_the_page_leaves_out_stays(manager, tmp_path):
    states = widget("a", value=1) | widget("b", value=2)
    save(manager, notebook("a", "b", states=states))
    save(manager, notebook("a", "b", states=widget("b", value=3)))  # a's kernel is gone
    assert states_in(tmp_path) == widget("a", value=1) | widget("b", value=3)
    save(manager, notebook("a", "b", states={}))
    assert states_in(tmp_path) == widget("a", value=1) | widget("b", value=3)


def test_a_state_that_nothing_shows_any_more_goes(manager, tmp_path):
    save(manager, notebook("a", "b", states=widget("a") | widget("b")))
    save(manager, notebook("b", states=widget("c")))
    assert states_in(tmp_path) == widget("b")
    save(manager, notebook(states={}))
    assert "widgets" not in nbformat.read(tmp_path / "a.ipynb", as_version=4).metadata


def test_children_stay_with_their_box(manager, tmp_path):
    box = {"box": {"model_name": "VBoxModel", "state": {"children": ["IPY_MODEL_a"]}}}
    save(manager, notebook("box", states=box | widget("a")))
    save(manager, notebook("box", states={}))
    assert states_in(tmp_path) == box | widget("a")


def test_what_has_no_state_is_left_to_its_fallback(manager, tmp_path):
    """Else JupyterLab would write 'model not found' in its place."""
    save(manager, notebook("a", "b", states=widget("a")))
    nb = nbformat.read(tmp_path / "a.ipynb", as_version=4)
    first, second = (cell.outputs[0].data for cell in nb.cells)
    assert VIEW in first and VIEW not in second and second["text/html"] == "<p>still</p>"


def test_of_the_kernel_a_lesson_says_what_it_said_before(manager, tmp_path):
    save(manager, notebook(kdlab={"lesson": "x"}, language_info={"name": "python"}))
    before = (tmp_path / "a.ipynb").read_bytes()
    opened = {"name": "python", "version": "3.11.7", "mimetype": "text/x-python"}
    save(manager, notebook(kdlab={"lesson": "x"}, language_info=opened))
    assert (tmp_path / "a.ipynb").read_bytes() == before
    # Another kernel is named; notebooks that are no lessons stay as they are.
    other = notebook(kdlab={"lesson": "x"}, language_info={"name": "R"})
    other.metadata.kernelspec.name = "ir"
    save(manager, other)
    assert nbformat.read(tmp_path / "a.ipynb", as_version=4).metadata.language_info.name == "R"
    save(manager, notebook(), "b.ipynb")
    save(manager, notebook(language_info=opened), "b.ipynb")
    assert nbformat.read(tmp_path / "b.ipynb", as_version=4).metadata.language_info == opened


@pytest.mark.parametrize("there", ["", "not JSON", "[]", '{"metadata": {"widgets": {}}}'])
def test_what_is_there_may_be_anything(manager, tmp_path, there):
    (tmp_path / "a.ipynb").write_text(there, encoding="utf-8")
    save(manager, notebook("a", states=widget("a")))
    assert states_in(tmp_path) == widget("a")


def test_a_save_in_the_midst_of_another_loses_no_state(manager, tmp_path):
    """Ctrl+S while an autosave writes: half of the file is there, and a copy of the old one."""
    save(manager, notebook("a", states=widget("a", value=1)))
    path = tmp_path / "a.ipynb"
    whole = path.read_bytes()
    for written in (b"", whole[:50]):
        Path(path_to_intermediate(str(path))).write_bytes(whole)
        path.write_bytes(written)
        save(manager, notebook("a", states={}))
        assert states_in(tmp_path) == widget("a", value=1)


def test_other_files_pass_through(manager, tmp_path):
    manager.save({"type": "file", "format": "text", "content": "words"}, "a.txt")
    assert manager.get("a.txt")["content"] == "words"
    assert {entry["name"] for entry in manager.get("")["content"]} == {"a.txt"}


# ---- opening ------------------------------------------------------------------------------------


@pytest.fixture
def quiz_saved(manager, tmp_path):
    """A quiz in a learner's folder, saved before it was answered."""
    (tmp_path / "mine" / record.FOLDER).mkdir(parents=True)
    quiz = kdlab.Quiz("Which?", {"A": "No.", "B": "Yes."}, right="B")
    Answers("x", tmp_path / "mine").keep("question", quiz)
    states = widget("q", chosen=None, _keeping=quiz._keeping)
    save(manager, notebook("q", states=states), "mine/x.ipynb")
    return quiz


def opened(manager):
    nb = manager.get("mine/x.ipynb")["content"]
    return nb["metadata"]["widgets"][STATE]["state"]["q"]["state"]


def test_an_answer_that_came_after_the_last_save_is_there(manager, quiz_saved):
    assert opened(manager)["chosen"] is None
    quiz_saved.chosen = "B"
    assert opened(manager)["chosen"] == "B"


def test_a_damaged_file_of_answers_stops_nothing(manager, tmp_path, quiz_saved):
    record.path_in(tmp_path / "mine", "x").write_text("{", encoding="utf-8")
    assert opened(manager)["chosen"] is None


@pytest.mark.parametrize(
    "keeping", [None, {}, [], "x", {"lesson": "../../x"}, {"lesson": "x", "key": "question"},
                {"lesson": 3, "key": [], "traits": 7},
                {"lesson": "x", "key": "question", "traits": [[], {}]}],
)  # fmt: skip
def test_a_stranger_s_notebook_cannot_do_harm(manager, tmp_path, quiz_saved, keeping):
    quiz_saved.chosen = "B"
    states = widget("q", chosen=None, _keeping=keeping)
    save(manager, notebook("q", states=states), "mine/x.ipynb")
    assert opened(manager)["chosen"] is None


def test_where_notebooks_are_on_no_disk_it_says_so():
    app = App(object())
    jupyter._load_jupyter_server_extension(app)
    assert len(app.warnings) == 1


def test_jupyter_is_told_of_it():
    """By a file that the wheel puts where Jupyter looks."""
    told = Path(sys.prefix, "etc/jupyter/jupyter_server_config.d/kdlab.json").read_text(
        encoding="utf-8"
    )
    (name,) = json.loads(told)["ServerApp"]["jpserver_extensions"]
    assert name == jupyter._jupyter_server_extension_points()[0]["module"]
