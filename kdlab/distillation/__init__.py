"""Training a teacher, and distilling it into a student.

The teacher's knowledge travels as *stored logits*: the teacher runs once over the transfer set,
not at every step, so an epoch of distillation costs the same as an epoch on labels.

Each name is imported on first use: a model of another library is asked without TensorFlow.
"""

from kdlab._lazy import on_first_use

_MODULES = {
    "fit": ("distill", "train"),
    "losses": ("DistillationLoss", "hard_loss", "soft_loss"),
    "measure": ("measure_model",),
    "predict": ("predict_logits",),
    "targets": ("pack_targets",),
}

__all__ = sorted(name for names in _MODULES.values() for name in names)
__getattr__ = on_first_use(__name__, _MODULES)
