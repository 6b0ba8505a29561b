"""Settings that every test shares."""

import os
import sys

collect_ignore = ["conftest.py"]  # two files of one name cannot both be searched for doctests


def pytest_configure():
    # Before NumPy is loaded, here and in all that the tests start. A second thread of its OpenBLAS
    # waits for work without sleeping, on the core that another test process needs: to train a
    # cohort took twice the processor time.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Some containers set this. A hundred processes would then compile the same modules, each anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    import matplotlib

    # No window may pop up on a desktop. Set here and not in $MPLBACKEND, which the kernels of the
    # lessons would inherit: they draw inline.
    matplotlib.use("agg")
    # What a test reads of another Python is UTF-8, where a pipe of Windows would not be.
    os.environ["PYTHONIOENCODING"] = "utf-8"
