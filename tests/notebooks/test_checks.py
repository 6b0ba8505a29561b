"""The checks of lessons: they pass a good notebook, and each complains about a bad one."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import pytest
from checks import (
    CHECKS,
    MAX_BYTES,
    describes_its_images,
    ends_without_errors,
    folds_its_claims,
    has_tidy_metadata,
    is_compared,
    is_small,
    keeps_its_machine_to_itself,
    links_resolve,
    reads_like_a_lesson,
    records_its_predictions,
    runs_in_order,
    runs_no_shell,
    shows_what_it_should,
    writes_nothing_to_stderr,
)
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from parts import Notebook, code_cells, should_show

from tests.tools import refresh

PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)


def stream(text: str, name: str = "stdout") -> Notebook:
    return new_output("stream", name=name, text=text)


def figure(alt: str, png: str = PNG) -> Notebook:
    html = f'<img alt="{alt}" src="data:image/png;base64,{png}">'
    return new_output("display_data", {"text/html": html, "text/plain": "<Picture>"})


def a_good_notebook() -> Notebook:
    nb = new_notebook()
    nb.cells = [
        new_markdown_cell("# A lesson\n\nYou will be able to count. It takes 5 minutes."),
        new_markdown_cell("## Count\n\n**Predict:** how many? [The README](../README.md) first."),
        new_code_cell("predict.many", outputs=[stream("Predict: many\n")]),
        new_code_cell("n = 3\npredict.many.reveal(n)", outputs=[stream("What came: 3\n")]),
        new_code_cell(
            "# Does it agree?\nconfirm('Three.', n == 3)",
            outputs=[stream("✓ Three.\n")],
            metadata={"jupyter": {"source_hidden": True, "outputs_hidden": True}},
        ),
        new_markdown_cell("## Exercises"),
        new_code_cell("def f():\n    print(1)"),
        *[new_code_cell(f"print({i})", outputs=[stream(f"{i}\n")]) for i in range(5)],
        new_code_cell("show(fig, alt='a line')", outputs=[figure("a line")]),
        new_markdown_cell("## Summary\n\nNow shut down this kernel."),
    ]
    for count, (_, cell) in enumerate(code_cells(nb), start=1):
        cell.execution_count = count
    refresh.tidy_metadata(nb)
    return nb


HERE = Path(__file__).parents[2] / "notebooks/99_a_lesson.ipynb"


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_check_passes_a_good_notebook(check):
    assert check(a_good_notebook(), HERE) == []


def last_code(nb: Notebook) -> Notebook:
    return [cell for _, cell in code_cells(nb)][-1]


def replace_text(old: str, new: str) -> Callable[[Notebook], None]:
    def damage(nb):
        for cell in nb.cells:
            if cell.cell_type == "markdown":
                cell.source = cell.source.replace(old, new)

    return damage


def replace_source(old: str, new: str) -> Callable[[Notebook], None]:
    """In the first cell that holds it."""

    def damage(nb):
        cell = next(cell for _, cell in code_cells(nb) if old in cell.source)
        cell.source = cell.source.replace(old, new)

    return damage


def set_last(**fields) -> Callable[[Notebook], None]:
    return lambda nb: last_code(nb).update(copy.deepcopy(fields))


def tag_all(nb: Notebook) -> None:
    for _, cell in code_cells(nb):
        cell.metadata.tags = ["nbval-ignore-output"]


def pad_with_silent_cells(nb: Notebook) -> None:
    nb.cells += [new_code_cell("x = 1") for _ in range(20)]


ERROR = new_output("error", ename="ValueError", evalue="no", traceback=[])
BARE_PNG = new_output("display_data", {"image/png": PNG, "text/plain": "<Figure>"})

DAMAGE = [
    (runs_in_order, set_last(execution_count=None)),
    (runs_in_order, set_last(execution_count=99)),
    (runs_in_order, lambda nb: nb.cells.clear()),
    (shows_what_it_should, set_last(outputs=[])),
    (shows_what_it_should, set_last(source="x = 1\nx", outputs=[])),
    (shows_what_it_should, set_last(source="for i in range(2):\n    print(i)", outputs=[])),
    (shows_what_it_should, set_last(source="question_1.check()", outputs=[])),
    (ends_without_errors, set_last(outputs=[ERROR])),
    (writes_nothing_to_stderr, set_last(outputs=[stream("W0000 a warning", "stderr")])),
    (describes_its_images, set_last(outputs=[figure("")])),
    (describes_its_images, set_last(outputs=[figure(" ")])),
    (describes_its_images, set_last(outputs=[BARE_PNG])),
    (describes_its_images, set_last(outputs=[new_output("display_data", {"text/html": "<svg/>"})])),
    (describes_its_images, replace_text("[The README]", "![]")),
    (keeps_its_machine_to_itself, set_last(outputs=[stream("read /home/ada/data.npz")])),
    (keeps_its_machine_to_itself, set_last(outputs=[stream(r"read C:\Users\ada\data.npz")])),
    (keeps_its_machine_to_itself, set_last(outputs=[stream("/tmp/tmp123/x")])),
    (keeps_its_machine_to_itself, set_last(outputs=[stream("<Widget at 0x7f3a2b1c4d50>")])),
    (has_tidy_metadata, lambda nb: nb.metadata.language_info.update(version="3.11.2")),
    (has_tidy_metadata, set_last(metadata={"execution": {"iopub.status.busy": "2026"}})),
    (has_tidy_metadata, lambda nb: nb.metadata.kernelspec.update(name="my-kernel")),
    (reads_like_a_lesson, lambda nb: nb.cells.pop(0)),
    *[
        (reads_like_a_lesson, replace_text(old, ""))
        for old in ("# A", "You will be", "minutes", "Predict", "Exercises", "Summary", "shut down")
    ],
    (records_its_predictions, replace_text("**Predict:**", "Predict:")),
    (records_its_predictions, replace_source("predict.many.reveal(n)", "n")),
    (records_its_predictions, replace_source("predict.many", "predict.few")),
    (records_its_predictions, lambda nb: nb.cells.reverse()),
    (folds_its_claims, lambda nb: nb.cells[4].metadata.pop("jupyter")),
    (folds_its_claims, lambda nb: nb.cells[4].metadata.jupyter.pop("outputs_hidden")),
    (folds_its_claims, replace_source("# Does it agree?\n", "")),
    (folds_its_claims, set_last(outputs=[stream("it holds:  True")])),
    (links_resolve, replace_text("../README.md", "98_gone.ipynb")),
    (links_resolve, replace_text("../README.md", "98_gone.ipynb#part")),
    (links_resolve, replace_text("../README.md", "glossary.md#teecher")),
    (links_resolve, replace_text("../README.md", "glossary.md#Glossary")),
    (runs_no_shell, set_last(source="%pip install kdlab")),
    (runs_no_shell, set_last(source="!pip install kdlab")),
    (is_compared, tag_all),
    (is_compared, pad_with_silent_cells),
    (is_compared, lambda nb: nb.cells.__delitem__(slice(2, 8))),
    (is_small, set_last(outputs=[stream("x" * MAX_BYTES)])),
]  # fmt: skip


@pytest.mark.parametrize(("check", "damage"), DAMAGE)
def test_check_complains_about_a_bad_notebook(check, damage):
    nb = a_good_notebook()
    damage(nb)
    assert check(nb, HERE)


def test_every_check_has_been_seen_to_complain():
    assert {check for check, _ in DAMAGE} == set(CHECKS)


@pytest.mark.parametrize(
    ("source", "shows"),
    [
        ("x = 1", False),
        ("x", True),
        ("x;", False),
        ("import os", False),
        ("# a comment", False),
        ("def f():\n    print(1)", False),
        ("f = lambda: print(1)", False),
        ("if x:\n    print(1)", True),
        ("losses.append(1)", False),
        ("explorer.observe(f, 'value')", False),
        ("model.evaluate(x)", True),
        ("kdlab.show(fig, alt='a')", True),
        ("exercise.hint()", True),
        ("None", False),
        ("%matplotlib inline", False),
    ],
)
def test_should_show(source, shows):
    assert should_show(source) is shows
