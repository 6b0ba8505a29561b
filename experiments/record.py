"""The record of an experiment: every run, and what it was run with, in one JSON file.

A run that is in the file is not run again, so an experiment that was killed goes on where it was:
start it again with the same command.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from kdlab.datasets import Dataset
from kdlab.provenance import processor, versions
from kdlab.storage import write_atomically

HERE = Path(__file__).parent
# The checksum of CIFAR-10 decoded from JPEG: other pixels, if only a little, so other figures.
RE_ENCODED = "ae1fe1eb76b46fe52a485e7aee65ef289cb7a26db95bd638a761db3a71692c02"


class Record:
    """Runs by their settings, written to `path` after each one.

    Args:
        path: the JSON file; made if it is not there.
        about: what all runs share, as plain values. A file that was made with other settings is
            refused: its runs would not be comparable.

    Raises:
        ValueError: the file belongs to other settings.
    """

    def __init__(self, path, about: dict):
        self.path = Path(path)
        about = json.loads(json.dumps(about))
        if self.path.exists():
            self.content = json.loads(self.path.read_text(encoding="utf-8"))
            if self.content["about"] != about:
                raise ValueError(
                    f"{self.path} was made with other settings than now: move it away, or name "
                    f"another file with --out"
                )
        else:
            self.content = {"about": about, "versions": {}, "device": {}, "seconds": 0, "runs": []}
        framework, accelerators = _framework()
        self.content |= {"versions": versions() | framework, "device": device(accelerators)}

    @property
    def runs(self) -> list[dict]:
        """All runs so far, each a dict of its settings and its results."""
        return self.content["runs"]

    def run(self, make: Callable[[], dict], **settings) -> dict:
        """The recorded results of these settings; the first time, those that `make()` returns."""
        settings = json.loads(json.dumps(settings))
        for run in self.runs:
            if run["settings"] == settings:
                return run["results"]
        words = ", ".join(f"{name} {value}" for name, value in settings.items())
        print(f"{datetime.now():%H:%M} {words} ...", flush=True)
        start = time.perf_counter()
        results = json.loads(json.dumps(make()))
        seconds = round(time.perf_counter() - start, 1)
        print(f"      {seconds:.0f} s: {_in_words(results)}", flush=True)
        finished = datetime.now(UTC).isoformat(timespec="seconds")
        self.runs.append(
            {"settings": settings, "results": results, "seconds": seconds, "finished": finished}
        )
        self.content["seconds"] = round(sum(run["seconds"] for run in self.runs), 1)
        text = json.dumps(self.content, indent=1) + "\n"
        write_atomically(self.path, lambda file: file.write(text.encode()))
        return results


def arguments(name: str, description: str, quick: str) -> argparse.Namespace:
    """What every experiment can be told: `--quick`, and `--out`, the folder to write to."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help=quick)
    parser.add_argument("--out", type=Path, help="the JSON file to write")
    parser.add_argument(
        "--work", type=Path, default=HERE / "runs" / name,
        help="the folder for checkpoints and stored teachers",
    )  # fmt: skip
    chosen = parser.parse_args()
    if chosen.out is None:
        chosen.out = chosen.work / "quick.json" if chosen.quick else HERE / f"{name}.json"
    return chosen


def smoothed_logits(labels, n_classes: int, share: float) -> np.ndarray:
    """What a student of the control learns from: logits whose softmax is the smoothed label."""
    return np.log((1 - share) * np.eye(n_classes)[labels] + share / n_classes)


def cifar10_name(data: Dataset) -> str:
    """What results on these images are labelled with."""
    return "CIFAR-10 (JPEG re-encoding)" if data.checksum == RE_ENCODED else data.name


def _framework() -> tuple[dict[str, str], list[str]]:
    """The version of JAX, if that is what computes, and the accelerators that are seen."""
    if jax := sys.modules.get("jax"):
        seen = [device.device_kind for device in jax.devices() if device.platform != "cpu"]
        return {"jax": jax.__version__}, seen
    from kdlab._tensorflow import tf

    return {}, [gpu.name for gpu in tf.config.list_physical_devices("GPU")]


def device(accelerators: list[str]) -> dict:
    """What the experiment runs on."""
    return {
        "processor": processor(),
        "machine": platform.machine(),
        "system": platform.system(),
        "cores": os.cpu_count(),
        "accelerators": accelerators,
    }


def _in_words(results: dict) -> str:
    plain = {k: v for k, v in results.items() if isinstance(v, (int, float, str))}
    return ", ".join(
        f"{k} {v:.4g}" if isinstance(v, float) else f"{k} {v}" for k, v in plain.items()
    )
