"""kdlab: see knowledge distillation happen.

The public names are imported on first use, so that `import kdlab` is instant and TensorFlow is
loaded only by what computes with it.
"""

from importlib import import_module

__version__ = "0.1.0"

_HOME = {
    "Dataset": "datasets",
    "load_dataset": "datasets",
    "softmax": "soft_targets",
    "log_softmax": "soft_targets",
    "entropy": "soft_targets",
    "kl_divergence": "soft_targets",
    "soft_loss_gradient": "soft_targets",
}

__all__ = ["__version__", *_HOME]


def __getattr__(name: str):
    if name not in _HOME:
        raise AttributeError(f"module 'kdlab' has no attribute {name!r}")
    value = getattr(import_module(f"kdlab.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted(__all__)
