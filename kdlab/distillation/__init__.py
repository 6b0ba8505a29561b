"""Training a teacher, and distilling it into a student.

The teacher's knowledge travels as *stored logits*: the teacher runs once over the transfer set,
not at every step, so an epoch of distillation costs the same as an epoch on labels.
"""

from kdlab.distillation.fit import distill, train
from kdlab.distillation.losses import DistillationLoss, hard_loss, soft_loss
from kdlab.distillation.predict import measure_model, predict_logits
from kdlab.distillation.targets import pack_targets

__all__ = [
    "DistillationLoss",
    "distill",
    "hard_loss",
    "measure_model",
    "pack_targets",
    "predict_logits",
    "soft_loss",
    "train",
]
