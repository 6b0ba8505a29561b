"""Settings that every test shares."""

import matplotlib

collect_ignore = ["conftest.py"]  # two of one name cannot both be searched for doctests


def pytest_configure():
    # No window may pop up on a desktop. Set here and not in $MPLBACKEND, which the kernels of the
    # lessons would inherit: they draw inline.
    matplotlib.use("agg")
