"""Set kdlab up on this computer, without network, and open the first lesson.

    python3 start_here.py        (Windows: py start_here.py, or a double click)

The first run makes an environment in the folder `.venv`, from the wheels in this folder alone;
later runs only open the lessons: your copies of them, in the folder `my_lessons`. `--set-up` sets
up and opens nothing; other arguments go to JupyterLab (`--no-browser --port 8899`).

Needs a Python that `bundle.json` names, and nothing else: the environment gets pip from the wheels.
"""

# An older Python must get as far as the message that names the right one: nothing new in here.
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE / ".venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
# Written last, with the place it was made for: an environment does not survive being moved.
DONE = ENVIRONMENT / "set-up-in"
# What a Python says of itself, a line each.
ASK = """import platform, sys
print("%d.%d" % sys.version_info[:2], platform.python_implementation(), sys.maxsize > 2**32)
print(sys.executable)"""


class Problem(Exception):
    """What keeps the lessons from opening, and what to do about it."""


def this_platform() -> str:
    """The system and processor, by the names that bundles have."""
    system = {"Darwin": "macos"}.get(platform.system(), platform.system().lower())
    machine = platform.machine().lower()
    return f"{system}-{ {'amd64': 'x86_64', 'aarch64': 'arm64'}.get(machine, machine) }"


def check_whole() -> None:
    """See that this folder was copied whole."""
    sums = HERE / "SHA256SUMS"
    if not sums.is_file():
        raise Problem("This folder is not whole: SHA256SUMS is missing. Copy it here again.")
    bad = []
    for line in sums.read_text(encoding="utf-8").splitlines():
        expected, name = line.split("  ", 1)
        path = HERE / name
        if not path.is_file() or sha256(path) != expected:
            bad.append(name)
    if bad:
        raise Problem(f"Missing or damaged: {', '.join(bad)}. Copy this folder here again.")


def sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def find_python(bundle: dict) -> str:
    """This Python, or another one on this computer, that the wheels are for."""
    wanted = bundle["pythons"]
    if this_platform() != bundle["platform"]:
        raise Problem(
            f"This folder is for {bundle['platform']}, and this computer is {this_platform()}. "
            "Ask for the folder that fits."
        )
    kinds = [f"{version} CPython True" for version in wanted]
    for command in [
        [sys.executable],
        *(["python" + version] for version in wanted),
        *(["py", "-" + version] for version in wanted),
    ]:
        try:
            said = subprocess.check_output([*command, "-c", ASK], stderr=subprocess.DEVNULL)
        except (OSError, subprocess.CalledProcessError):  # there is none, or it does not run
            continue
        kind, executable = os.fsdecode(said).splitlines()[:2]
        if kind in kinds:
            return executable
    raise Problem(
        f"This folder needs Python {' or '.join(wanted)} (64 bits), and this is "
        f"{platform.python_version()}. Install that one and start again."
    )


def set_up() -> None:
    """Make the environment, whole or not at all."""
    check_whole()
    bundle = json.loads((HERE / "bundle.json").read_text(encoding="utf-8"))
    python = find_python(bundle)
    if not os.access(str(HERE), os.W_OK):
        raise Problem(f"Nothing can be written here: copy {HERE} to a disk of yours first.")
    shutil.rmtree(str(ENVIRONMENT), ignore_errors=True)  # of another place, or half made
    free = shutil.disk_usage(str(HERE)).free
    if free < bundle["needs_bytes"]:
        raise Problem(
            f"The environment needs {bundle['needs_bytes'] / 1e9:.1f} GB on this disk, and "
            f"{free / 1e9:.1f} GB are free."
        )
    print("Setting up, once, without network: this takes a few minutes.", flush=True)
    # Some systems' Python comes without pip, and could only download it: it is in the wheels.
    run([python, "-m", "venv", "--without-pip", str(ENVIRONMENT)])
    wheels = HERE / "wheels"
    pip = next(wheels.glob("pip-*.whl")) / "pip"
    install = ["install", "--quiet", "--no-index", "--no-deps", "--find-links", str(wheels)]
    run([str(PYTHON), str(pip), *install, "--requirement", str(HERE / "requirements.txt")])
    DONE.write_text(str(HERE), encoding="utf-8")


def run(command: list) -> None:
    # What this computer has set for pip and Python points elsewhere, perhaps to the network.
    own = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "PYTHON"))}
    done = subprocess.run(command, env=dict(own, PIP_CONFIG_FILE=os.devnull))
    if done.returncode:
        raise Problem("The set-up failed, as said above; start it again when that is mended.")


def is_set_up() -> bool:
    return DONE.is_file() and DONE.read_text(encoding="utf-8") == str(HERE)


def open_lessons(arguments: list) -> int:
    """JupyterLab on the learner's copies of the lessons, until it is ended."""
    command = [str(PYTHON), "-m", "kdlab", "lab"]
    environment = {"KDLAB_DATA_DIR": str(HERE / "data"), **os.environ}
    with subprocess.Popen([*command, *arguments], cwd=str(HERE), env=environment) as lab:
        while True:
            try:
                return lab.wait()
            except KeyboardInterrupt:
                pass  # JupyterLab gets it, too, and asks


def main(arguments: list) -> int:
    try:
        if not is_set_up():
            set_up()
    except Problem as problem:
        print(problem, file=sys.stderr)
        if os.name == "nt" and sys.stdin.isatty():
            input("Press Enter.")  # or the window of a double click is gone before it is read
        return 1
    if "--set-up" in arguments:
        print("Ready. Open the lessons with: python3 start_here.py")
        return 0
    return open_lessons(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
