"""The cap under which `benchmarks/binder.py` runs the lessons: it holds, and says what was held."""

from __future__ import annotations

import subprocess
import sys

import pytest

from benchmarks.capped import VERSIONS, capped

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="control groups and taskset")

# A child that holds so many megabytes for half a second, as its own child.
HOLD = """
import subprocess, sys
code = "import time; held = bytearray(10**6 * {}); time.sleep(0.5)"
sys.exit(subprocess.run([sys.executable, "-c", code]).returncode)
"""

# What this machine offers (root in a container: a control group), and what any Linux does.
either = pytest.mark.parametrize("versions", [VERSIONS, {}], ids=["best", "watchdog"])


def hold(megabytes, versions):
    with capped(200e6, versions) as cap:
        code = HOLD.format(megabytes)
        process = subprocess.Popen([*cap.prefix, sys.executable, "-c", code])
        with cap.watch(process.pid):
            status = process.wait()
    return status, cap


@either
def test_what_fits_is_measured_with_its_children(versions):
    status, cap = hold(100, versions)
    assert (status, cap.killed) == (0, 0)
    assert 100e6 < cap.peak < 180e6
    assert cap.how == "watchdog" or 100e6 < cap.group_peak <= 200e6


@either
def test_what_does_not_fit_is_ended(versions):
    status, cap = hold(400, versions)
    assert status != 0 and cap.killed >= 1


@either
def test_it_has_one_core(versions):
    with capped(200e6, versions) as cap:
        ask = [sys.executable, "-c", "import os; print(len(os.sched_getaffinity(0)))"]
        assert subprocess.check_output([*cap.prefix, *ask], encoding="utf-8").strip() == "1"
