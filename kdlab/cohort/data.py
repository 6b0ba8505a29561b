"""What a cohort learns from: images, labels and its teachers' logits, checked."""

from __future__ import annotations

import numpy as np

from kdlab import _checks
from kdlab.cohort.settings import flatten
from kdlab.datasets import Dataset
from kdlab.teacher_signal import warn_of_useless


def check_data(data, teacher_logits):
    """Images as rows of pixels, labels, the same of the test, and how many classes there are."""
    if isinstance(data, Dataset):
        x, y, x_test, y_test = data.x_train, data.y_train, data.x_test, data.y_test
        classes = data.n_classes
    else:
        try:
            x, y, x_test, y_test = data
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"data must be a Dataset or (x_train, y_train, x_test, y_test), "
                f"got {type(data).__name__}; Dataset.from_arrays(x, y) splits what is not split yet"
            ) from error
        classes = max(2, *(_checks.classes_in(labels) for labels in (y, y_test)))
        # The highest class may be missing among the labels.
        shape = _checks.as_array(teacher_logits).shape
        if len(shape) >= 2:
            classes = max(classes, shape[-1])
        _checks.widths(classes, "the number of classes in y_train and y_test")
    x = flatten(x, "x_train")
    x_test = flatten(x_test, "x_test", x.shape[1])
    if y is not None:
        y = _checks.labels(y, classes, "y_train", n=len(x))
    return x, y, x_test, _checks.labels(y_test, classes, "y_test", n=len(x_test)), classes


def check_teacher(teacher_logits, alphas, seeds: int, shape, labels) -> np.ndarray:
    """`(teachers, n_train, classes)`: one teacher for all seeds, or one for each."""
    if teacher_logits is None:
        if max(alphas) > 0:
            raise ValueError(
                f"teacher_logits must be given where an alpha is above 0, got None and {alphas}"
            )
        return np.zeros((1, *shape), np.float32)
    teacher_logits = _checks.scores(teacher_logits, "teacher_logits", dtype=np.float32)
    if teacher_logits.shape not in (shape, (seeds, *shape)):
        raise ValueError(
            f"teacher_logits must hold one row per training image and one column per class, "
            f"{shape}, or {(seeds, *shape)} for a teacher per seed, got {teacher_logits.shape}"
        )
    teachers = teacher_logits.reshape(-1, *shape)
    for teacher in teachers:
        if warn_of_useless(teacher, labels, "teacher_logits"):
            break
    return teachers
