"""Lesson 01's training in a real Jupyter kernel, killed in the middle and run again."""

from __future__ import annotations

import os
import time
from pathlib import Path

import nbformat
import numpy as np
import pytest
from jupyter_client.manager import start_new_kernel
from systems import KILL, replaces_what_is_read

from kdlab import storage

LESSON = Path(__file__).parents[2] / "notebooks" / "01_train_a_teacher.ipynb"
SAVED = "teacher_in_training.npz"
PATIENCE = 240


def lesson() -> list[str]:
    """The lesson's code up to the end of its training, which is made shorter."""
    cells = [c.source for c in nbformat.read(LESSON, as_version=4).cells if c.cell_type == "code"]
    training = next(i for i, code in enumerate(cells) if "kdlab.train(" in code)
    cells[training] = cells[training].replace("epochs=30", "epochs=12")
    assert f'checkpoint="{SAVED}"' in cells[training] and "epochs=12" in cells[training]
    return [
        # Its epochs are short.
        "from kdlab.distillation import checkpoint\ncheckpoint.SAVE_EVERY = 0",
        *cells[: training + 1],
        "np.savez('end.npz', *teacher.get_weights(), losses=history.history['loss'])",
    ]


class Kernel:
    """A kernel in a folder, as JupyterLab would start it."""

    def __init__(self, folder):
        self.manager, self.client = start_new_kernel(cwd=str(folder), startup_timeout=PATIENCE)

    def run(self, code: str) -> str:
        """What a cell prints."""
        said = []

        def hear(message):
            if message["msg_type"] == "stream":
                said.append(message["content"]["text"])

        reply = self.client.execute_interactive(code, timeout=PATIENCE, output_hook=hear)
        assert reply["content"]["status"] == "ok", reply["content"]
        return "".join(said)

    def kill(self) -> None:
        os.kill(self.manager.provisioner.pid, KILL)

    def end(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture
def kernel(tmp_path):
    """`kernel()` starts another one."""
    kernels = []

    def start():
        kernels.append(Kernel(tmp_path))
        return kernels[-1]

    yield start
    for one in kernels:
        one.end()


def epochs_saved(path: Path) -> int:
    return storage.read_arrays(path)[1]["epoch"] if path.exists() else 0


@replaces_what_is_read
def test_a_lesson_goes_on_where_its_kernel_was_killed(kernel, tmp_path):
    saved = tmp_path / SAVED
    first = kernel()
    *before, training, _ = lesson()
    for code in before:
        first.run(code)
    first.client.execute(training)
    end = time.monotonic() + PATIENCE
    while (done := epochs_saved(saved)) < 3:
        assert time.monotonic() < end and first.manager.is_alive(), f"{done} epochs"
        time.sleep(0.02)
    first.kill()
    while first.manager.is_alive():
        time.sleep(0.05)
    done = epochs_saved(saved)
    assert 3 <= done < 12, "it was killed in the middle"
    # A write that was cut off may have left its own file, but never half of this one.

    second = kernel()
    said = [second.run(code) for code in lesson()]
    assert f"Going on after epoch {done}, from {SAVED}." in "".join(said)
    assert not saved.exists(), "the run is over"
    resumed = dict(np.load(tmp_path / "end.npz"))

    for code in lesson():  # as if nothing had happened
        second.run(code)
    uninterrupted = dict(np.load(tmp_path / "end.npz"))
    assert resumed.keys() == uninterrupted.keys() and len(resumed["losses"]) == 12
    for name, array in uninterrupted.items():
        np.testing.assert_array_equal(resumed[name], array, err_msg=name)
