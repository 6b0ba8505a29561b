"""Write the bundle for a class without network: one folder, from which a laptop sets itself up.

    python -m classroom.offline.bundle [--platform windows-x86_64] [--python 3.12 3.13] [--out dist]

It holds wheels of the exact versions in `requirements.txt` and of kdlab as it stands in this tree,
lessons and all, and the data sets that this machine has. Made here,
with network; `start_here.py` in it needs none. The default is this platform and this Python.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template

import numpy as np
from packaging.requirements import Requirement

import kdlab
from classroom.offline.start_here import sha256, this_platform
from kdlab.datasets import find_local

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LOCK = ROOT / "requirements.txt"
APP = ROOT / "apps" / "explorers.py"
DATA = ("mnist", "cifar10")
PYTHONS = ("3.11", "3.12", "3.13")


def _manylinux(machine: str) -> list[str]:
    names = [f"manylinux_2_{minor}" for minor in range(28, 4, -1)]
    return [f"{name}_{machine}" for name in [*names, "manylinux2014", "manylinux2010"]]


# What each platform's wheels are tagged with, and what its Python says of itself, for the markers
# in the lock. These are the platforms for which the lock is known to have wheels.
PLATFORMS = {
    "linux-x86_64": (
        _manylinux("x86_64"),
        {"sys_platform": "linux", "os_name": "posix", "platform_machine": "x86_64"},
    ),
    "linux-arm64": (
        _manylinux("aarch64"),
        {"sys_platform": "linux", "os_name": "posix", "platform_machine": "aarch64"},
    ),
    "macos-arm64": (
        ["macosx_13_0_arm64"],
        {"sys_platform": "darwin", "os_name": "posix", "platform_machine": "arm64"},
    ),
    "windows-x86_64": (
        ["win_amd64"],
        {"sys_platform": "win32", "os_name": "nt", "platform_machine": "AMD64"},
    ),
}


def pins(lock: str, platform: str, python: str) -> list[str]:
    """The pins of a lock that hold for a platform and a Python, without their markers."""
    lines = (line.strip() for line in lock.splitlines())
    requirements = [Requirement(line) for line in lines if line and line[0].isalnum()]
    about = {
        **PLATFORMS[platform][1],
        "python_version": python,
        "python_full_version": f"{python}.0",
    }
    return [
        f"{r.name}{r.specifier}" for r in requirements if not r.marker or r.marker.evaluate(about)
    ]


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """A folder to fill, which gets its name when all is in it; an older one is kept until then."""
    partial = target.with_name(f"{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)  # of a run that was killed
    partial.mkdir(parents=True)
    try:
        yield partial
        (partial / "SHA256SUMS").write_text(_checksums(partial), encoding="utf-8")
        shutil.rmtree(target, ignore_errors=True)
        partial.rename(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _checksums(folder: Path) -> str:
    """The checksum of every file, as `sha256sum --check` reads them."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return "".join(f"{sha256(path)}  {path.relative_to(folder).as_posix()}\n" for path in files)


def add_wheels(folder: Path, platform: str, pythons: list[str]) -> None:
    """All wheels, and the requirements that a laptop installs from them."""
    lock, wheels = LOCK.read_text("utf-8"), folder / "wheels"
    tags = [f"--platform={tag}" for tag in PLATFORMS[platform][0]]
    for python in pythons:
        wanted = ["pip", *pins(lock, platform, python)]
        target = ["--only-binary=:all:", "--implementation=cp", f"--python-version={python}", *tags]
        _pip("download", "--no-deps", f"--dest={wheels}", *target, *wanted)
    _pip("wheel", "--no-deps", f"--wheel-dir={wheels}", str(ROOT))
    requirements = [line for line in lock.splitlines() if line and line[0].isalnum()]
    requirements += [f"kdlab=={kdlab.__version__}", "pip", ""]
    (folder / "requirements.txt").write_text("\n".join(requirements), encoding="utf-8")


def _pip(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", "--quiet", *arguments], check=True)


def add_app(folder: Path) -> None:
    """The explorers on one page."""
    app = [sys.executable, str(APP), str(folder / "explorers.html")]
    subprocess.run(app, check=True, stdout=subprocess.DEVNULL)


def add_data(folder: Path) -> list[str]:
    """The data sets that this machine has, where `load_dataset` finds them. None is downloaded."""
    (folder / "data").mkdir()
    for name in DATA:
        if found := find_local(name):
            np.savez_compressed(folder / "data" / f"{name}.npz", **found[0])
    return [name for name in DATA if (folder / "data" / f"{name}.npz").exists()]


def add_start(folder: Path, platform: str, pythons: list[str], data: list[str]) -> None:
    """The program that the learner starts, and the files that it and the learner read."""
    shutil.copy(HERE / "start_here.py", folder)
    needs = _needs(folder / "wheels", pythons)
    about = {"version": kdlab.__version__, "platform": platform, "pythons": pythons, "data": data}
    text = json.dumps({**about, "needs_bytes": needs}, indent=1)
    (folder / "bundle.json").write_text(text, encoding="utf-8")
    there = ", ".join(["the digits", *data])
    missing = "" if "cifar10" in data else "; lesson 05 needs `cifar10.npz` in the folder `data`"
    readme = Template((HERE / "README.md").read_text(encoding="utf-8")).substitute(
        needs=f"{needs / 1e9:.1f}",
        platform=platform,
        pythons=" or ".join(pythons),
        data=f"{there} are here{missing}.",
    )
    (folder / "README.md").write_text(readme, encoding="utf-8")


def _needs(wheels: Path, pythons: list[str]) -> int:
    """Bytes that the environment takes up at most: unpacked wheels, and their sources compiled."""
    total = dict.fromkeys(pythons, 0)
    for path in wheels.glob("*.whl"):
        with zipfile.ZipFile(path) as wheel:
            size = sum(
                item.file_size * (2 if item.filename.endswith(".py") else 1)
                for item in wheel.infolist()
            )
        of_one = re.search(r"-cp3(\d+)-cp", path.name)  # and not `abi3`, or any Python
        for python in [f"3.{of_one[1]}"] if of_one else pythons:
            total[python] += size
    return max(total.values())


def write_bundle(out: Path, platform: str, pythons: list[str]) -> Path:
    """Write the bundle into the folder `out`, whole or not at all; returns its own folder."""
    tags = "-".join(f"py{python.replace('.', '')}" for python in pythons)
    target = out / f"kdlab-{kdlab.__version__}-{platform}-{tags}"
    with whole(target) as folder:
        data = add_data(folder)
        add_app(folder)
        add_wheels(folder, platform, pythons)
        add_start(folder, platform, pythons, data)
    return target


def megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--platform", choices=PLATFORMS, default=this_platform())
    here = "{}.{}".format(*sys.version_info)
    parser.add_argument("--python", choices=PYTHONS, default=[here], nargs="+", dest="pythons")
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    options = parser.parse_args(arguments)
    try:
        folder = write_bundle(options.out, options.platform, options.pythons)
    except (subprocess.CalledProcessError, OSError, ValueError) as error:
        print(f"No bundle was written: {error}", file=sys.stderr)
        return 1
    print(f"{folder}: {megabytes(folder):,.0f} MB")
    for name in ("wheels", "data"):
        print(f"  {name:7} {megabytes(folder / name):>6,.0f} MB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
