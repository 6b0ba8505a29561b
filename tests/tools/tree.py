"""A copy of this repository as git would have it, for what must not see what was built here."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]


def clean_copy(target: Path) -> Path:
    """Copy the tree less the names that git ignores; returns the copy.

    Git is not asked: it may be absent, or refuse a tree that belongs to another user.
    """
    ignored = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text("utf-8").splitlines()]
    made = {path for pattern in ignored if "/" in pattern for path in ROOT.glob(pattern)}
    names = shutil.ignore_patterns(".git", *ignored)

    def ignore(folder, inside):
        return names(folder, inside) | {name for name in inside if Path(folder, name) in made}

    return shutil.copytree(ROOT, target, ignore=ignore)
