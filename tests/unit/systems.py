"""What differs between systems: marks for tests that Windows cannot run, and how to kill."""

import sys

import pytest

_windows = sys.platform == "win32"

posix = pytest.mark.skipif(_windows, reason="Windows has no make, no sh and no POSIX locales")
replaces_what_is_read = pytest.mark.skipif(
    _windows, reason="Windows lets nobody replace a file while another process reads it"
)

# For `os.kill`: SIGKILL. Windows knows no signals, and ends the process with this as its status;
# elsewhere the status is the number's negative.
KILL = 9
