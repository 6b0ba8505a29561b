"""Many small students trained at once, in one compiled program.

A result needs no TensorFlow, so the public names are imported on first use.
"""

from importlib import import_module

# Where each public name lives.
_HOME = {"CohortResult": "result", "train_cohort": "train"}

__all__ = [*_HOME]


def __getattr__(name: str):
    if name not in _HOME:
        raise AttributeError(f"module 'kdlab.cohort' has no attribute {name!r}")
    return getattr(import_module(f"kdlab.cohort.{_HOME[name]}"), name)
