"""Settings that every test shares."""

import os

import matplotlib

collect_ignore = ["conftest.py"]  # two of one name cannot both be searched for doctests


def pytest_configure():
    # No window may pop up on a desktop. Set here and not in $MPLBACKEND, which the kernels of the
    # lessons would inherit: they draw inline.
    matplotlib.use("agg")
    # What a test reads of another Python is UTF-8, where a pipe of Windows would not be.
    os.environ["PYTHONIOENCODING"] = "utf-8"
