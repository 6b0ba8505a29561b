"""A line that says how far something is that takes long."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

_PATIENCE, _EVERY = 2.0, 0.5  # seconds: before the first line, and between two


def reported(items: Iterable, what: str, total: int | None = None) -> Iterator:
    """The items, with a line about their number once they have taken more than two seconds."""
    start = said = time.monotonic()
    of = "" if total is None else f" of {total:,}"
    done, shown = 0, False
    try:
        for done, item in enumerate(items, 1):
            yield item
            now = time.monotonic()
            if now - start > _PATIENCE and now - said > _EVERY:
                print(f"\r{what}: {done:,}{of} ", end="", flush=True)
                said, shown = now, True
    finally:  # who stops early wants a whole line, too
        if shown:
            print(f"\r{what}: {done:,}{of} ")
