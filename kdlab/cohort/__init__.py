"""Many small students trained at once, in one compiled program.

A result needs no TensorFlow, so the public names are imported on first use.
"""

from kdlab._lazy import on_first_use

# Where each public name lives.
_MODULES = {"result": ("CohortResult",), "train": ("train_cohort",)}

__all__ = [*(name for names in _MODULES.values() for name in names)]
__getattr__ = on_first_use(__name__, _MODULES)
