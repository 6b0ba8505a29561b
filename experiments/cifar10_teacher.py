"""Store the teacher of `cifar10_article.py` in the package, in half precision.

    python experiments/cifar10_teacher.py

It comes with its logits and a fingerprint of every image it has seen, so that lessons need neither
its training nor, on the same edition of CIFAR-10, its network.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
from cifar10_article import FULL, train_teacher
from record import HERE

import kdlab
from kdlab import accuracy, load_dataset
from kdlab.teachers import write_teacher

SHIPPED = Path(kdlab.__file__).parent / "pretrained" / "cifar10.npz"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=SHIPPED, help="the file to write")
    parser.add_argument(
        "--work", type=Path, default=HERE / "runs" / "cifar10_article",
        help="the folder in which cifar10_article.py left its teacher",
    )  # fmt: skip
    arguments = parser.parse_args()

    data = load_dataset(FULL["dataset"])
    teacher, _ = train_teacher(data, FULL, arguments.work)
    half = replace(
        teacher,
        train_logits=teacher.train_logits.astype(np.float16),
        test_logits=teacher.test_logits.astype(np.float16),
        weights=[weights.astype(np.float16) for weights in teacher.weights],
        provenance={**teacher.provenance, "made_by": "experiments/cifar10_teacher.py"},
    )
    write_teacher(arguments.out, half)
    print(
        f"{arguments.out}: {half!r}, {accuracy(half.test_logits, data.y_test):.2%} of the test "
        "images right"
    )


if __name__ == "__main__":
    main()
