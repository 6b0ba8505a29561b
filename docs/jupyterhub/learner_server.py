"""A learner's own Jupyter server, as the hub starts it: within its memory, and sooner.

Most of a server's start is `rfc3987_syntax`, a grammar compiled anew for every server (0.8 s of
processor time, 17 MB) to check values of the format "iri", of which Jupyter has none. Where the
module is missing, jsonschema leaves that check out: here it is missing.
"""

import os
import resource
import sys

sys.modules["rfc3987_syntax"] = None

# JupyterHub's `Spawner.mem_limit`, which its local spawners pass on and do not enforce. Kernels
# inherit it, each for itself. What it limits is memory to write to, and not the mapped libraries.
if limit := int(os.environ.get("MEM_LIMIT", 0)):
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))

from jupyterhub.singleuser import main  # noqa: E402

main()
