"""A line that says how far something is that takes long, and is gone when it is done.

Nothing of it may stay: whether it was shown depends on the machine, and a notebook's output must
not.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator

from kdlab._kernel import in_kernel

_PATIENCE, _EVERY = 2.0, 0.5  # seconds: before the first line, and between two


def reported(items: Iterable, what: str, total: int | None = None) -> Iterator:
    """The items, with a line about their number once they have taken more than two seconds."""
    start = said = time.monotonic()
    of = "" if total is None else f" of {total:,}"
    show = None
    try:
        for done, item in enumerate(items, 1):
            yield item
            now = time.monotonic()
            if now - start > _PATIENCE and now - said > _EVERY:
                show = show or _line()
                show(f"{what}: {done:,}{of}")
                said = now
    finally:  # when somebody stops early, too
        if show:
            show("")


def _line() -> Callable[[str], None]:
    """What shows a text in the place of the last one; an empty one takes the place away."""
    if in_kernel():
        from IPython.display import display

        handle = display({}, raw=True, display_id=True)
        return lambda text: handle.update({"text/plain": text} if text else {}, raw=True)
    if sys.stderr.isatty():
        return lambda text: print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
    return lambda _: None  # a log file: no place for a line that goes
