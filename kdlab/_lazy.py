"""A package whose public names are imported on first use: importing it alone loads nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module


def on_first_use(package: str, modules: dict[str, tuple[str, ...]]) -> Callable[[str], object]:
    """The `__getattr__` of a package (PEP 562).

    Args:
        package: its full name.
        modules: the names that live in each of its modules.

    Returns:
        A function that imports a name and keeps it in the package, or raises an AttributeError.

    Example:
        >>> find = on_first_use("kdlab", {"soft_targets": ("softmax",)})
        >>> find("softmax").__module__
        'kdlab.soft_targets'
    """
    home = {name: module for module, names in modules.items() for name in names}

    def find(name: str):
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(f"{package}.{home[name]}"), name)
        setattr(sys.modules[package], name, value)
        return value

    return find
