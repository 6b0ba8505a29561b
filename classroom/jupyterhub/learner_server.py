"""A learner's own server, as a hub starts it: with the lessons, within its memory, and quickly.

Most of such a server's start is `rfc3987_syntax`, a grammar compiled anew for every server (0.8 s
of processor time, 17 MB) to check values of the format "iri", of which Jupyter has none. Where the
module is missing, jsonschema leaves that check out: so it is hidden here.
"""

import os
import resource
import sys
from pathlib import Path

sys.modules["rfc3987_syntax"] = None

from kdlab.lessons.copies import copy_lessons  # noqa: E402


def limit_memory() -> None:
    """Keep to JupyterHub's `Spawner.mem_limit`, which its local spawners pass on, no more.

    Kernels inherit it, each for itself. What is limited is memory to write to, so a lesson that
    wants too much sees a MemoryError, and no one else sees anything.
    """
    if limit := int(os.environ.get("MEM_LIMIT", 0)):
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


if __name__ == "__main__":
    copy_lessons(Path.home() / "my_lessons")
    limit_memory()

    from jupyterhub.singleuser import main

    main()
