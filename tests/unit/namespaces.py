"""Commands in namespaces of their own: mounts that nobody else sees, or no network (Linux)."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has namespaces")


def run(*command, setup: str = ":", network: bool = True, **env) -> subprocess.CompletedProcess:
    """Run a command after the shell line `setup`, whose mounts end with it; output as text.

    A user who is not root becomes root for the command, and only for it.
    """
    options = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    if not network:
        options.append("--net")
    return subprocess.run(
        ["unshare", "--mount", *options, "sh", "-ec", f'{setup}\nexec "$@"', "sh", *command],
        env={**os.environ, **env},
        capture_output=True,
        encoding="utf-8",
    )
