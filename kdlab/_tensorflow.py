"""The one place that imports TensorFlow and Keras.

TensorFlow takes three seconds and 600 MB, so only the modules that compute with it import this
one, and `import kdlab` never does. The environment must be set *before* the import: afterwards
it has no effect.
"""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement

from kdlab._extras import missing
from kdlab._log import only_errors


def _require(*names: str) -> None:
    """Raise an ImportError of one line unless a version is there that kdlab works with.

    Checked before the import, which may fail with another message in another version.

    Args:
        *names: what the package is called; the first is the one that kdlab asks for, the others
            are the same under another name.
    """
    found = {}
    for name in names:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    if not found:
        raise ImportError(missing(names[0], "tensorflow"))
    try:
        wanted = [Requirement(text) for text in requires("kdlab") or ()]
    except PackageNotFoundError:
        return  # run from its folder: the versions are not known
    asked = next(it.specifier for it in wanted if it.name == names[0])
    name, there = next(iter(found.items()))
    if not asked.contains(there, prereleases=True):
        raise ImportError(
            f"kdlab works with {name}{asked}, but {there} is installed: run "
            f'`pip install "{name}{asked}"`, or `pip install -r requirements.txt` in the folder of '
            "the lessons, and restart the kernel."
        )


_require("tensorflow", "tensorflow-cpu")
_require("keras")

_loaded = sys.modules.get("keras")
if _loaded is not None and _loaded.config.backend() != "tensorflow":
    raise ImportError(
        f"kdlab needs Keras on TensorFlow, but Keras is already loaded on "
        f"{_loaded.config.backend()!r}: restart the kernel and import kdlab first."
    )

os.environ["KERAS_BACKEND"] = "tensorflow"  # whatever ~/.keras/keras.json says
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # or its start-up messages fill the lessons
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # or a notice that no log level hides


@contextmanager
def _hushed():
    """Hold back what is written to file descriptor 2; show it if the import fails."""
    with tempfile.TemporaryFile() as held:
        stderr = os.dup(2)
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            held.seek(0)
            os.write(stderr, held.read())
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)


# TensorFlow with GPU code says that there is no GPU before it reads any log level.
# Keras loads Matplotlib, which logs a long warning where it may not write to the home folder.
with _hushed(), only_errors("matplotlib"):
    import keras
    import tensorflow as tf

__all__ = ["keras", "tf"]
