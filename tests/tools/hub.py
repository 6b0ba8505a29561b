"""A real JupyterHub with the class's own configuration: `serve` starts one and ends it."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil

CONFIG = Path(__file__).parents[2] / "classroom/jupyterhub/jupyterhub_config.py"
PATIENCE = 120

# Free ports instead of the usual ones, and JupyterLab within reach of the tests (see lab.py).
OVERRIDES = """\
load_subconfig({config!r})
c.JupyterHub.bind_url = "http://127.0.0.1:{ports[0]}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{ports[1]}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{ports[2]}"
c.Spawner.args += ["--LabApp.expose_app_in_browser=True", "--allow-root"]
"""


@dataclass
class Hub:
    """A running hub: its address and the class's password, its log, its folder and its ports."""

    url: str
    password: str
    folder: Path
    ports: list[int]
    process: psutil.Process

    @property
    def log(self) -> str:
        return (self.folder / "hub.log").read_text("utf-8")

    def processes(self) -> list[psutil.Process]:
        """The hub and all that it started: proxy, culler, servers, their kernels."""
        return [self.process, *self.process.children(recursive=True)]


@contextlib.contextmanager
def serve(folder: Path):
    """A `Hub` for a class that has its homes in `folder`; it ends with all that it started.

    Raises:
        RuntimeError: the hub did not start, or left a process behind (which is then killed).
    """
    ports = free_ports(3)
    config = OVERRIDES.format(config=str(CONFIG), ports=ports)
    (folder / "config.py").write_text(config, encoding="utf-8")
    password = secrets.token_urlsafe()
    environment = {**os.environ, "KDLAB_CLASS_DIR": str(folder), "KDLAB_CLASS_PASSWORD": password}
    with open(folder / "hub.log", "wb") as log:
        process = psutil.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", str(folder / "config.py")],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches us alone, and we end it in order
        )
    hub = Hub(f"http://127.0.0.1:{ports[0]}", password, folder, ports, process)
    try:
        _wait_for(hub)
        yield hub
    finally:
        _end(hub)


def free_ports(n: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(n)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def _wait_for(hub: Hub) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and alive(hub.process):
        with contextlib.suppress(URLError), urlopen(f"{hub.url}/hub/health"):
            return
        time.sleep(0.1)
    raise RuntimeError(f"JupyterHub did not start:\n{hub.log[-3000:]}")


def _end(hub: Hub) -> None:
    processes = hub.processes() if alive(hub.process) else []
    hub.process.terminate()  # it ends its servers first, and they their kernels
    left = wait_for_end(processes, PATIENCE)
    for process in left:
        process.kill()
    hub.process.wait()
    if left:
        raise RuntimeError(f"outlived the hub, and killed: {left}\n{hub.log[-3000:]}")


def wait_for_end(processes: list[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Wait for so many seconds at most; returns the processes that still run."""
    end = time.monotonic() + seconds
    while (left := list(filter(alive, processes))) and time.monotonic() < end:
        time.sleep(0.1)
    return left


def alive(process: psutil.Process) -> bool:
    """Whether it runs. One that has ended, but whose parent has not noticed, does not."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False
