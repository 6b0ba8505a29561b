"""Complete a notebook that is about to be saved, by what was saved of it before."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from jupyter_server.services.contents.fileio import path_to_intermediate

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
# Of its kernel a page says the version, too, which would change a lesson that was only opened.
_OF_THE_KERNEL = ("kernelspec", "language_info")
# That other save may end between the look at the file and the one at the copy.
_TRIES = 3
_REFERENCE = re.compile(r'"IPY_MODEL_(\w+)"')


def read(path: str) -> dict:
    """A notebook as it was saved before; an empty one if there is none.

    Another save of it may be under way: Jupyter's server writes into the file itself, and keeps a
    copy of what was there beside it as long as that takes.
    """
    for _ in range(_TRIES):
        for file in (path, path_to_intermediate(path)):
            try:
                notebook = json.loads(Path(file).read_text(encoding="utf-8"))
            except (OSError, ValueError):
                continue
            return notebook if isinstance(notebook, dict) else {}
        if not os.path.exists(path):
            break
    return {}


def complete(notebook: dict, before: dict) -> None:
    """Put back what a page leaves out when it saves a notebook, in place.

    Args:
        notebook: what the page sends.
        before: the same notebook as it is on the disk.
    """
    _keep_widgets(notebook, before)
    if "kdlab" in notebook.get("metadata", {}):
        _keep_kernel(notebook["metadata"], before.get("metadata", {}))


def states(notebook: dict) -> dict[str, dict]:
    """The states of the widgets that are stored in a notebook, by the ids of their models."""
    widgets = notebook.get("metadata", {}).get("widgets", {})
    return widgets.get(STATE, {}).get("state", {})


def _keep_widgets(notebook: dict, before: dict) -> None:
    """Store the state of every widget that the notebook shows, and of no other.

    Those without a living kernel are not among what the page sends: their last state is kept. A
    widget of which nothing is known is left to its fallback, since an error would stand there.
    """
    known = {**states(before), **states(notebook)}
    views = [data for data in _outputs(notebook) if VIEW in data]
    for data in views:
        if _model(data) not in known and len(data) > 1:
            del data[VIEW]
    wanted = _behind({_model(data) for data in views if VIEW in data} & set(known), known)
    metadata = notebook.setdefault("metadata", {})
    if not wanted:
        metadata.pop("widgets", None)
        return
    old, new = (n.get("metadata", {}).get("widgets", {}).get(STATE, {}) for n in (before, notebook))
    widgets = {**old, **new, "state": {name: known[name] for name in known if name in wanted}}
    metadata["widgets"] = {STATE: widgets}


def _outputs(notebook: dict) -> list[dict]:
    """What the cells show, each thing by its types."""
    outputs = (output for cell in notebook["cells"] for output in cell.get("outputs", []))
    return [output["data"] for output in outputs if isinstance(output.get("data"), dict)]


def _model(data: dict) -> str | None:
    view = data.get(VIEW)
    return view.get("model_id") if isinstance(view, dict) else None


def _behind(models: set[str], known: dict[str, dict]) -> set[str]:
    """Models, with those that they refer to: their layouts, and children."""
    found, todo = set(), set(models)
    while todo:
        model = todo.pop()
        found.add(model)
        named = set(_REFERENCE.findall(json.dumps(known[model].get("state", {}))))
        todo |= (named & set(known)) - found
    return found


def _keep_kernel(metadata: dict, before: dict) -> None:
    """As long as it is the same kernel, what is said of it stays as it is."""
    if metadata.get("kernelspec", {}).get("name") != before.get("kernelspec", {}).get("name"):
        return
    for name in _OF_THE_KERNEL:
        metadata.pop(name, None)
        if name in before:
            metadata[name] = before[name]
