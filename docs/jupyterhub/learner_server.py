"""A learner's own server, as a hub starts it: with the lessons, within its memory, and soon.

Most of such a server's start is `rfc3987_syntax`, a grammar compiled anew for every server (0.8 s
of processor time, 17 MB) to check values of the format "iri", of which Jupyter has none. Where the
module is missing, jsonschema leaves that check out: here it is missing.
"""

import os
import resource
import shutil
import sys
from pathlib import Path

sys.modules["rfc3987_syntax"] = None

ROOT = Path(__file__).resolve().parents[2]
# The lessons, and what they link to.
FILES = [
    *ROOT.glob("notebooks/*.ipynb"),
    ROOT / "README.md",
    ROOT / "experiments/hinton_mnist.png",
]


def copy_lessons(home: Path) -> None:
    """Put what is not there yet into the learner's home; what is there is theirs and stays."""
    for file in FILES:
        copy = home / file.relative_to(ROOT)
        if not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            # In one step: half of a lesson, from a full disk, would be taken for the learner's.
            partial = copy.with_name(f".{copy.name}.partial")
            shutil.copyfile(file, partial)
            partial.replace(copy)


def limit_memory() -> None:
    """Keep to JupyterHub's `Spawner.mem_limit`, which its local spawners pass on, no more.

    Kernels inherit it, each for itself. What is limited is memory to write to, so a lesson that
    wants too much sees a MemoryError, and no one else sees anything.
    """
    if limit := int(os.environ.get("MEM_LIMIT", 0)):
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


if __name__ == "__main__":
    copy_lessons(Path.home())
    limit_memory()

    from jupyterhub.singleuser import main

    main()
