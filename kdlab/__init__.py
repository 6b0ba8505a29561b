"""kdlab: see knowledge distillation happen.

The public names are imported on first use, so that `import kdlab` is instant and TensorFlow is
loaded only by what computes with it.
"""

from kdlab._lazy import on_first_use
from kdlab._version import __version__

# Where each public name lives.
_MODULES = {
    "profiles": ("choose_profile",),
    "datasets": ("Dataset", "collect", "find_dataset", "load_dataset"),
    "recovered": ("logits_from_probabilities", "logits_from_top_k"),
    "soft_targets": ("softmax", "log_softmax", "entropy", "kl_divergence", "soft_loss_gradient"),
    "metrics": (
        "Interval",
        "accuracy",
        "agreement",
        "calibration_error",
        "confidence_interval",
        "negative_log_likelihood",
        "paired_difference",
        "proportion_interval",
        "reliability",
        "unpaired_difference",
        "verdict",
    ),
    "models": ("build_teacher", "build_student"),
    "compression": ("prune", "quantize", "stored_bytes"),
    "corruptions": ("corrupt",),
    "distillation": (
        "DistillationLoss",
        "pack_targets",
        "train",
        "distill",
        "predict_logits",
        "measure_model",
    ),
    "lessons.files": ("load_experiment",),
    "audit": ("audit_loss", "Audit"),
    "cohort": ("train_cohort", "CohortResult"),
    "teachers": (
        "StoredTeacher",
        "load_teacher",
        "pretrained_teacher",
        "save_teacher",
        "stored_teacher",
    ),
    "students": ("pretrained_students",),
    "plots": (
        "plot_history",
        "plot_images",
        "plot_intervals",
        "plot_lines",
        "plot_matrix",
        "plot_reliability",
        "plot_soft_targets",
    ),
    "figures": ("show",),
    "widgets": (
        "CohortExplorer",
        "ComparisonBoard",
        "DigitPad",
        "LossExplorer",
        "Predict",
        "Quiz",
        "TemperatureExplorer",
        "TrainingMonitor",
    ),
}

__all__ = ["__version__", *(name for names in _MODULES.values() for name in names)]
__getattr__ = on_first_use(__name__, _MODULES)


def __dir__():
    return sorted(__all__)
