"""A cohort's students are the same bit for bit, whatever the threads and libraries that train them.

As a script it trains them and writes them to the file that is named.
"""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

import kdlab


def students() -> dict[str, np.ndarray]:
    """What is promised bit for bit, by name; and of what is too large for that, the logits."""
    digits, teacher = kdlab.load_dataset("digits"), kdlab.pretrained_teacher("digits")

    def train(**settings):
        return kdlab.train_cohort(digits, teacher.train_logits, seeds=range(4), **settings)

    lesson = train(temperatures=[1, 4], alphas=[0, 1], n_images=[50, None], steps=150, curves=True)
    largest = train(hidden_units=64, steps=50)  # 64 x 64 weights, 64 images: the promise's bounds
    too_large = train(batch_size=1257, steps=10)
    return {
        "test_accuracy": lesson.test_accuracy,
        "test_curve": lesson.test_curve,
        "loss": lesson.loss,
        "test_logits": lesson.test_logits,
        "predicted": lesson.predict_logits(digits.x_train),
        **{f"weights {i}": w for i, w in enumerate(lesson.weights)},
        "largest": largest.test_logits,
        **{f"largest weights {i}": w for i, w in enumerate(largest.weights)},
        "too large": too_large.test_logits,
    }


@pytest.fixture(scope="module")
def here():
    return students()


@pytest.mark.parametrize(
    ("threads", "kernels", "onednn"), [(1, "Haswell", 1), (2, "Nehalem", 0), (4, "Prescott", 1)]
)
def test_another_process_trains_the_same(here, threads, kernels, onednn, tmp_path):
    path = tmp_path / "students.npz"
    names = ("OPENBLAS_NUM", "OMP_NUM", "TF_NUM_INTRAOP", "TF_NUM_INTEROP")
    environment = {
        **os.environ,
        **{f"{name}_THREADS": str(threads) for name in names},
        "OPENBLAS_CORETYPE": kernels,  # of NumPy's BLAS; other libraries ignore it
        "TF_ENABLE_ONEDNN_OPTS": str(onednn),
    }
    subprocess.run([sys.executable, __file__, path], env=environment, check=True)
    there = dict(np.load(path))
    assert there.keys() == here.keys()
    np.testing.assert_allclose(there.pop("too large"), here["too large"], atol=1e-3)
    for name, array in there.items():
        np.testing.assert_array_equal(array, here[name], err_msg=name)


if __name__ == "__main__":
    np.savez(sys.argv[1], **students())
