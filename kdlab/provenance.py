"""What a result was computed with: the machine and the versions."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from kdlab._version import __version__


def processor() -> str:
    """What this machine's processor is called, where the system says so."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def versions() -> dict[str, str]:
    """The versions of kdlab and of what its results depend on."""
    found = {"kdlab": __version__, "python": platform.python_version()}
    for package in ("keras", "numpy", "scikit-learn", "tensorflow", "tensorflow-cpu"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
