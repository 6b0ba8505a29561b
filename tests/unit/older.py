"""What an older Keras or ipywidgets lacks: marks for `make floor`, and what differs."""

import ipywidgets
import pytest
from packaging.version import Version

from kdlab._tensorflow import keras

_keras, _ipywidgets = Version(keras.__version__), Version(ipywidgets.__version__)

has_distillation = pytest.mark.skipif(
    _keras < Version("3.12"), reason=f"keras.distillation came with Keras 3.12, this is {_keras}"
)
opens_files_of_today = pytest.mark.skipif(
    _keras < Version("3.15"), reason=f"Keras {_keras} does not open what Keras 3.15 has saved"
)
sends_without_kernel = pytest.mark.skipif(
    _ipywidgets.major < 8, reason="outside of a kernel, ipywidgets 7 sends nothing"
)


def open_widgets() -> dict:
    """The widgets that are not closed, as ipywidgets lists them."""
    if _ipywidgets.major < 8:
        return ipywidgets.Widget.widgets
    return ipywidgets.widgets.widget._instances
