"""What takes long says how far it is, and leaves nothing behind."""

import io
import itertools
import sys

import nbformat
import pytest
from nbclient import NotebookClient

from kdlab import _progress
from kdlab._progress import reported


@pytest.fixture
def a_second_each(monkeypatch):
    clock = itertools.count(step=1.0)
    monkeypatch.setattr(_progress.time, "monotonic", lambda: next(clock))


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_in_a_terminal_a_line_comes_after_two_seconds_and_goes(a_second_each, monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert list(reported("abcde", "Reading", 5)) == list("abcde")
    *shown, last = sys.stderr.getvalue().split("\r\x1b[K")
    assert shown == ["", "Reading: 3 of 5", "Reading: 4 of 5", "Reading: 5 of 5"] and last == ""


def test_what_is_soon_done_says_nothing(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert list(reported(range(3), "Reading")) == [0, 1, 2]
    assert sys.stderr.getvalue() == ""


def test_a_log_file_has_no_line_that_goes(a_second_each, capsys):
    list(reported(range(9), "Reading"))
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("stop", ["", "if i == 7: break"], ids=["whole", "stopped early"])
def test_in_a_notebook_the_line_is_seen_and_leaves_no_output(stop):
    source = f"""
import itertools
from kdlab import _progress
clock = itertools.count(step=1.0)
_progress.time.monotonic = lambda: next(clock)
for i in _progress.reported(range(9), "Reading", 9):
    {stop or "pass"}
"""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    client = NotebookClient(notebook)
    shown = []
    client.on_cell_execute = None
    process = client.process_message

    def listen(message, *args):
        content = message["content"]
        if "display" in message["header"]["msg_type"]:
            shown.append(content["data"].get("text/plain"))
        return process(message, *args)

    client.process_message = listen
    client.execute()
    last = 7 if stop else 9
    assert shown == [None, *(f"Reading: {i} of 9" for i in range(3, last + 1)), None]
    assert [dict(output["data"]) for output in notebook.cells[0].outputs] == [{}]
