"""Run the lessons in order, each from a clean kernel, and store what they show.

    python -m tests.tools.refresh [notebook ...]

`make refresh` brings their text in first: see `tests/tools/text.py`.
A lesson that fails stays as it was on disk, and the command fails. What changes from run to run
without meaning anything (timestamps, the Python patch version, random widget ids) is not stored,
so that a diff shows what a learner would see change.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import uuid
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, DeadKernelError

from tests.tools import folded

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
VOLATILE_CELL_METADATA = ("ExecuteTime", "collapsed", "execution", "scrolled", "trusted", "vscode")


def execute(nb: nbformat.NotebookNode, folder: Path) -> None:
    """Run every cell of `nb` in a new kernel that starts in `folder`."""
    nb.metadata.pop("widgets", None)
    NotebookClient(
        nb,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        timeout=600,
        record_timing=False,
        coalesce_streams=True,
        store_widget_state=True,
    ).execute(stderr=subprocess.DEVNULL)  # the kernel's own log; what a cell prints is stored


def tidy_metadata(nb: nbformat.NotebookNode) -> None:
    """Keep of the metadata what every machine agrees on."""
    nb.metadata["kernelspec"] = {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    }
    nb.metadata["language_info"] = {"name": "python"}
    for cell in nb.cells:
        for key in VOLATILE_CELL_METADATA:
            cell.metadata.pop(key, None)
        folded.say_twice(cell)


def leave_predictions_still(nb: nbformat.NotebookNode) -> None:
    """Store of each `Predict` what it says, and not the widget.

    In a notebook that was run its answer is known, so nobody predicts there; and each copy brings
    the widget's code, together as much as all else in a lesson.
    """
    models = nb.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    still = {
        model: about["state"]["layout"].removeprefix("IPY_MODEL_")
        for model, about in models.items()
        if about["state"].get("_anywidget_id", "").startswith("kdlab.Predict")
    }
    for model in {*still, *still.values()}:
        del models[model]
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if data.get(WIDGET_VIEW, {}).get("model_id") in still:
                del data[WIDGET_VIEW]


def stable_widget_ids(nb: nbformat.NotebookNode, name: str) -> nbformat.NotebookNode:
    """Replace the random ids of widgets by ids made from the lesson's name and their order."""
    state = nb.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    text = json.dumps(nb)
    for order, model_id in enumerate(state):
        text = text.replace(model_id, uuid.uuid5(uuid.NAMESPACE_URL, f"{name}#{order}").hex)
    return nbformat.from_dict(json.loads(text))


def refresh(path: Path) -> None:
    nb = nbformat.read(path, as_version=4)
    execute(nb, path.parent)
    tidy_metadata(nb)
    leave_predictions_still(nb)
    nb = stable_widget_ids(nb, path.name)
    nbformat.validate(nb)
    # Into place in one step: an interrupt leaves the old lesson or the new one, never half of one.
    partial = path.with_suffix(".partial")
    nbformat.write(nb, partial)
    os.replace(partial, path)


def main(arguments: list[str]) -> int:
    failed = []
    for path in [Path(name) for name in arguments] or sorted(NOTEBOOKS.glob("*.ipynb")):
        start = time.perf_counter()
        print(f"{path.name} ...", end=" ", flush=True)
        try:
            refresh(path)
        except (CellControlSignal, DeadKernelError) as error:
            print(f"FAILED, left as it was\n\n{error}", flush=True)
            failed.append(path.name)
        else:
            print(f"{time.perf_counter() - start:.0f} s", flush=True)
    if failed:
        print(f"Failed: {', '.join(failed)}", file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
