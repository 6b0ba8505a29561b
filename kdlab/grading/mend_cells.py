"""Cells that were deleted, copied, split, edited or moved are put right before grading.

nbgrader finds a cell by the `grade_id` in its metadata. A learner who copies or splits an answer
copies that name too, and nbgrader then stops the whole batch; the points of a deleted test are
silently lost; a test tagged `skip-execution` counts as passed.

So the notebook that was handed out is the frame, and of a submission only the answers count, and
the cells that the learner added: what is graded is what was asked. Damage then neither costs nor
earns a point.
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from copy import deepcopy
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbformat.validator import normalize
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_solution

from kdlab.grading.notes import begin_notes


def mend(submitted: NotebookNode, released: NotebookNode) -> tuple[NotebookNode, list[str]]:
    """A submission with every cell that was handed out, once, in its place and with its metadata.

    - A cell is known by its `grade_id`, or if a program has dropped that, by its cell id.
    - Locked cells (prose, tests) are taken from the notebook that was handed out.
    - Where an answer comes several times, the first one that is not the empty stub stands for it.
      Other copies that say something of their own stay where they are as plain cells, so that the
      notebook means what it meant to its author, who ran it from top to bottom: a later definition
      counts, and an answer that was split in two still runs as a whole. Copies of the stub are
      removed.
    - Cells that the learner added stay behind the cell that they followed.

    Args:
        submitted: the learner's notebook.
        released: the notebook that was handed out, from nbgrader's folder `release/`.

    Returns:
        A new notebook, and a sentence for each repair; none if nothing was damaged.

    Raises:
        ValueError: no cell of `released` has a `grade_id`.

    Example:
        >>> from nbformat.v4 import new_code_cell, new_notebook
        >>> def cell(name, source, solution):
        ...     return new_code_cell(source, id=name, metadata={"nbgrader": {
        ...         "grade_id": name, "grade": not solution, "solution": solution, "points": 1}})
        >>> answer, test = cell("answer", "x = ...", True), cell("test", "assert x == 4", False)
        >>> released = new_notebook(cells=[answer, test])
        >>> submitted = new_notebook(cells=[cell("answer", "x = 4", True), answer])
        >>> mended, repairs = mend(submitted, released)
        >>> [c.source for c in mended.cells]
        ['x = 4', 'assert x == 4']
        >>> repairs
        ['`answer` came 2 times: the first answer counts.', '`test` was missing: put back.']
    """
    frame = {name: cell for cell in released.cells if (name := _grade_id(cell))}
    if not frame:
        raise ValueError("released must hold cells with a grade_id, got none")
    name_of_id = {cell.id: name for name, cell in frame.items() if "id" in cell}

    copies: dict[str | None, list[NotebookNode]] = defaultdict(list)
    names: list[str | None] = []  # of each submitted cell, None if it was not handed out
    for cell in submitted.cells:
        name = _grade_id(cell) or name_of_id.get(cell.get("id"))
        names.append(name if name in frame else None)
        copies[names[-1]].append(cell)
    chosen = {name: _choose(copies[name], cell) for name, cell in frame.items() if copies[name]}

    order: list[str] = []  # in which the chosen cells came
    followers: dict[str | None, list[NotebookNode]] = defaultdict(list)
    for name, cell in zip(names, submitted.cells, strict=True):
        if name is not None and cell is chosen[name]:
            order.append(name)
        elif name is None or _differs(cell, frame[name]):
            followers[order[-1] if order else None].append(_plain(cell))

    mended = deepcopy(submitted)
    mended.cells = followers[None]
    for name, cell in frame.items():
        mended.cells += [_restored(cell, chosen.get(name)), *followers[name]]
    mended.nbformat, mended.nbformat_minor = released.nbformat, released.nbformat_minor
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what is being put right
        _, mended = normalize(mended)  # an id for each cell, each a different one
    return mended, _repairs(frame, copies, chosen, order)


def _repairs(frame, copies, chosen, order) -> list[str]:
    """What was wrong, cell by cell in the order of the frame."""
    repairs = []
    for name, released in frame.items():
        answer = is_solution(released)
        if name not in chosen:
            repairs.append(f"`{name}` was missing: put back{', unanswered' if answer else ''}.")
            continue
        cell = chosen[name]
        if len(copies[name]) > 1:
            which = "the first answer" if answer else "the one handed out"
            repairs.append(f"`{name}` came {len(copies[name])} times: {which} counts.")
        if not answer and _differs(cell, released):
            repairs.append(f"`{name}` was not as handed out: replaced.")
        if cell.cell_type != released.cell_type:
            repairs.append(f"`{name}` had become a {cell.cell_type} cell: changed back.")
        if _grade_id(cell) != name:
            repairs.append(f"`{name}` had lost its metadata: put back.")
        if "skip-execution" in (cell.metadata.get("tags") or ()):
            repairs.append(f"`{name}` was tagged to be skipped: it is run.")
    if order != [name for name in frame if name in chosen]:
        repairs.append("Cells had been moved: put back in order.")
    return repairs


def _choose(copies: list[NotebookNode], released: NotebookNode) -> NotebookNode:
    """The copy that stands for a cell: the first answer, or the first that was left as it was."""
    wanted = is_solution(released)
    return next((cell for cell in copies if _differs(cell, released) == wanted), copies[0])


def _differs(cell: NotebookNode, released: NotebookNode) -> bool:
    return cell.source.strip() != released.source.strip()


def _grade_id(cell: NotebookNode) -> str | None:
    meta = cell.metadata.get("nbgrader")
    name = meta.get("grade_id") if isinstance(meta, dict) else None
    return name if isinstance(name, str) else None


def _plain(cell: NotebookNode) -> NotebookNode:
    """A cell of the learner's own, of which nbgrader takes no notice."""
    cell = deepcopy(cell)
    cell.metadata.pop("nbgrader", None)
    return cell


def _restored(released: NotebookNode, submitted: NotebookNode | None) -> NotebookNode:
    """A cell as it was handed out, with the learner's answer if it asks for one."""
    cell = deepcopy(released)
    if submitted is not None and is_solution(released):
        cell.source = submitted.source
        if cell.cell_type == "markdown" and "attachments" in submitted:
            cell.attachments = deepcopy(submitted.attachments)
    return cell


class MendCells(NbGraderPreprocessor):
    """`mend` as a step of nbgrader's autograding, in the place of its `DeduplicateIds`.

    The repairs are listed at the top of the graded copy, for grader and learner, and in its notes.
    """

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        course = CourseDirectory(config=self.config)
        about = resources["nbgrader"]
        folder = course.format_path(course.release_directory, ".", about["assignment"])
        path = Path(folder) / f"{about['notebook']}.ipynb"
        if not path.exists():
            raise FileNotFoundError(f"{path} is missing: run `nbgrader generate_assignment` first")
        nb, repairs = mend(nb, nbformat.read(path, as_version=4))
        for repair in repairs:
            self.log.warning("Mended: %s", repair)
        if repairs:
            text = "\n".join(["**Mended before grading**\n", *(f"- {line}" for line in repairs)])
            nb.cells.insert(0, new_markdown_cell(text))
        begin_notes(nb, repairs)
        return nb, resources
