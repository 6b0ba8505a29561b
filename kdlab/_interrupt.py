"""An interrupt that waits for a safe moment.

Python raises `KeyboardInterrupt` wherever it happens to be. While TensorFlow traces or compiles a
step, that may be in a finalizer, which drops it, or below C code, which turns it into another
error: about one stop in twenty during the first second of a training was lost that way.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def held_interrupts() -> Iterator[Callable[[], None]]:
    """Hold back an interrupt; the function that this yields raises it, if there was one.

    Call that between steps. At the end of the block it is called once more, so that none is lost.
    A second interrupt does not wait. Nothing changes outside the main thread, which alone hears
    interrupts, or where another handler is set.
    """
    heard = False

    def hold(number, frame):
        nonlocal heard
        if heard:
            raise KeyboardInterrupt
        heard = True

    def check():
        if heard:
            raise KeyboardInterrupt

    ours = (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )
    if ours:
        signal.signal(signal.SIGINT, hold)
    try:
        yield check
        check()
    finally:
        if ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)
