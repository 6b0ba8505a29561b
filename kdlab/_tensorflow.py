"""The one place that imports TensorFlow and Keras.

TensorFlow takes three seconds and 600 MB, so only the modules that compute with it import this
one, and `import kdlab` never does. The environment must be set *before* the import: afterwards
it has no effect.
"""

from __future__ import annotations

import os
import sys

_loaded = sys.modules.get("keras")
if _loaded is not None and _loaded.config.backend() != "tensorflow":
    raise ImportError(
        f"kdlab needs Keras on TensorFlow, but Keras is already loaded on "
        f"{_loaded.config.backend()!r}: restart the kernel and import kdlab first."
    )

os.environ["KERAS_BACKEND"] = "tensorflow"  # whatever ~/.keras/keras.json says
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # start-up chatter would fill the lessons
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # else a notice that no log level silences

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

__all__ = ["keras", "tf"]
