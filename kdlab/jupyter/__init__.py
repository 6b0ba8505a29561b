"""What a Jupyter server does so that nothing is lost in a notebook with widgets.

JupyterLab saves the state only of those widgets that have a living kernel behind them. Without
this extension, opening a lesson and waiting for the autosave would empty it, and a learner who has
shut the kernel down, as every lesson asks, would find 'Error displaying widget: model not found'.
So the server completes what is saved (`saving`), and gives a notebook that is opened the answers
that were kept beside it (`reading`).

The wheel tells Jupyter of this extension: `share/jupyter` and `etc/jupyter` in `pyproject.toml`.
It imports neither NumPy nor a widget, since every learner's server has it.
"""

from __future__ import annotations

import inspect
import os

from kdlab.jupyter import reading, saving


def _jupyter_server_extension_points() -> list[dict]:
    return [{"module": "kdlab.jupyter"}]


def _load_jupyter_server_extension(app) -> None:
    """Called by Jupyter's server when it starts."""
    manager = app.contents_manager
    if not hasattr(manager, "_get_os_path"):
        app.log.warning("kdlab: notebooks are not on a disk here, so their widgets are not mended.")
        return
    manager.register_pre_save_hook(_before_saving)
    # There is no hook for reading.
    read = manager.get
    if inspect.iscoroutinefunction(read):

        async def get(path, *args, **kwargs):
            return _after_reading(await read(path, *args, **kwargs), path, manager)
    else:

        def get(path, *args, **kwargs):
            return _after_reading(read(path, *args, **kwargs), path, manager)

    manager.get = get


def _before_saving(model: dict, path: str, contents_manager, **_) -> None:
    if notebook := _notebook(model):
        saving.complete(notebook, saving.read(contents_manager._get_os_path(path.strip("/"))))


def _after_reading(model: dict, path: str, manager) -> dict:
    if notebook := _notebook(model):
        folder = os.path.dirname(manager._get_os_path(path.strip("/")))
        try:
            reading.give_answers(notebook, folder)
        except Exception:  # of a file that is no notebook; it must still open
            manager.log.exception("kdlab: the answers to %s could not be given", path)
    return model


def _notebook(model: dict) -> dict | None:
    """The content of a notebook, if that is what a message to or from the page holds."""
    content = model.get("content") if model.get("type") == "notebook" else None
    return content if isinstance(content, dict) and "cells" in content else None
