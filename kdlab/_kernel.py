"""Whether this runs in a kernel: a notebook shows figures and widgets, a script prints."""

from __future__ import annotations


def in_kernel() -> bool:
    """Whether this runs in a Jupyter kernel."""
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    return getattr(get_ipython(), "kernel", None) is not None
