"""Stored students: the two that come with kdlab, read without TensorFlow."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kdlab import _checks
from kdlab.storage import read_arrays

_SHIPPED = Path(__file__).parent / "pretrained" / "students"


def pretrained_students(name: str = "digits") -> dict[str, list[np.ndarray]]:
    """Two students that come with kdlab: they never saw a 3, and were taught in two ways.

    Both are dense networks, 64-32-10 for the digits, trained by `experiments/digits_students.py`
    for 2,000 steps from the same first weights on the same images, of which none is a 3.
    `"labels alone"` learned from the labels of these images. `"soft targets"` learned from the
    pretrained teacher's probabilities at `T = 8` and no label; its bias of the 3 was then raised so
    that it calls one in ten of all *training* images a 3, as in lesson 03. No label and no test
    image was used for that.

    Args:
        name: the data set, `"digits"`.

    Returns:
        The weights of each, by what it learned from: a kernel `(inputs, units)` and a bias
        `(units,)` for each layer in turn, float32. `DigitPad` takes them as they are, and
        `model.set_weights` those of one.

    Raises:
        ValueError: there are none for that data set, or the file is damaged.

    Example:
        >>> students = pretrained_students("digits")
        >>> list(students), [w.shape for w in students["soft targets"]]
        (['labels alone', 'soft targets'], [(64, 32), (32,), (32, 10), (10,)])
    """
    _checks.choice(name, "name", sorted(path.stem for path in _SHIPPED.glob("*.npz")))
    path = _SHIPPED / f"{name}.npz"
    try:
        arrays, _ = read_arrays(path)
        students: dict[str, list[np.ndarray]] = {}
        for key, array in arrays.items():  # "labels alone/0", and so on
            students.setdefault(key.rpartition("/")[0], []).append(array)
    except ValueError as error:
        raise ValueError(
            f"{path} holds no students, or is damaged ({error}). It came with kdlab: install "
            "kdlab again."
        ) from error
    return students
