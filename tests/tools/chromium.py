"""The tests' browser: where it comes from, and its pages. They never skip where there is none."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

NOT_FOUND = (
    "No Chromium for the browser tests: install Debian's package (apt-get install chromium), run "
    "`python -m playwright install chromium`, or set CHROMIUM to the path of a Chromium or Chrome."
)


def find(playwrights_own: str) -> str:
    """The path of a Chromium: $CHROMIUM, the PATH, Debian's package, Playwright's own.

    Raises:
        RuntimeError: there is none; says in one line what to do.
    """
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        if path := shutil.which(chosen):
            return path
        raise RuntimeError(f"CHROMIUM is set to {chosen!r}, which is not a program that can run.")
    found = on_path() or from_debian() or shutil.which(playwrights_own)
    if not found:
        raise RuntimeError(NOT_FOUND)
    return found


def on_path() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


def from_debian() -> str | None:
    """Install Debian's package, which only root can."""
    if not is_root() or not shutil.which("apt-get"):
        return None
    import fcntl  # where there is apt-get, there is this

    with open(Path(tempfile.gettempdir(), "kdlab-chromium.lock"), "wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test processes, one package manager
        if not on_path():
            environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            for command in ("update", "install --yes --no-install-recommends chromium"):
                # What goes wrong is printed, and found out below.
                subprocess.run(["apt-get", "--quiet", *command.split()], env=environment)
        return on_path()


def flags() -> list[str]:
    """Nothing that asks the network for updates, and no GPU."""
    flags = [
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
    ]
    # Chromium's sandbox refuses to run as root; whoever is root here is in a container.
    return [*flags, "--no-sandbox"] if is_root() else flags


def is_root() -> bool:
    return getattr(os, "geteuid", lambda: None)() == 0


@contextlib.contextmanager
def open_page(browser, **options):
    """A page in a context of its own, with Playwright's options; `page.errors` as in `page_of`."""
    with browser.new_context(**options) as context, page_of(context) as page:
        yield page


@contextlib.contextmanager
def page_of(context):
    """A new page of a context; `page.errors` are those in its console."""
    context.set_offline(False)
    context.clear_cookies()
    with context.new_page() as page:
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("console", lambda m: m.type == "error" and page.errors.append(m.text))
        yield page


def picture(page, path: Path) -> None:
    page.screenshot(path=path)
    print(f"what the page looked like: {path}")
