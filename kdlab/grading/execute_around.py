"""A cell that never ends, or that ends its kernel, costs its own points and no others.

nbgrader interrupts a cell that takes too long, which `except:` in a loop ignores, and gives
up on a submission whose kernel dies: `quit()` or a lack of memory would score 0 for everything.
"""

from __future__ import annotations

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute
from traitlets import Bool

from kdlab.grading.notes import add_note

_SKIP = "skip-execution"  # nbclient's tag


class ExecuteAround(Execute):
    """Runs a notebook in a fresh kernel once more without the cell that stopped it, until it ends.

    Such a cell gets an error for an output, so a test that it holds has failed. Each costs its
    timeout (`c.Execute.timeout` in the configuration) and a run of the cells before it.
    """

    interrupt_on_timeout = Bool(False)

    def preprocess(self, nb, resources, km=None):
        stopped: dict[int, str] = {}
        while True:
            self._index = None
            try:
                nb, resources = super().preprocess(nb, resources, km)
            except (CellTimeoutError, DeadKernelError) as error:
                if self._index is None:  # no cell is to blame: the kernel did not start
                    raise
                late = isinstance(error, CellTimeoutError)
                stopped[self._index] = (
                    f"did not end within {self.timeout} s" if late else "ended its kernel"
                )
                nb.cells[self._index].metadata.setdefault("tags", []).append(_SKIP)
            else:
                break
        for index, what in sorted(stopped.items()):
            cell = nb.cells[index]
            cell.metadata.tags.remove(_SKIP)
            cell.outputs = [_error(f"This cell {what}. The rest was run without it.")]
            add_note(nb, f"{_name(cell, index)} {what}: left out.")
        return nb, resources

    def preprocess_cell(self, cell, resources, index):
        self._index = index
        return super().preprocess_cell(cell, resources, index)

    def on_cell_executed(self, **kwargs):
        # quit() is obeyed a moment after the reply: without this, the next cell would be blamed.
        payload = kwargs["execute_reply"]["content"].get("payload", ())
        if any(entry.get("source") == "ask_exit" for entry in payload):
            raise DeadKernelError("the cell asked its kernel to exit")
        super().on_cell_executed(**kwargs)


def _error(message: str) -> NotebookNode:
    return new_output("error", ename="NotRun", evalue=message, traceback=[f"NotRun: {message}"])


def _name(cell: NotebookNode, index: int) -> str:
    grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
    return f"`{grade_id}`" if grade_id else f"Cell {index + 1}"
