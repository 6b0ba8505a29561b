"""Train the digits teacher that ships with kdlab, and store it in the package.

    python experiments/digits_teacher.py

Its architecture and the number of epochs were chosen by how much students learn from it on
*training* images they were not given; the test images were not used for that.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import kdlab
from kdlab import build_teacher, load_dataset, save_teacher, train

SHIPPED = Path(kdlab.__file__).parent / "pretrained" / "digits.npz"
SETTINGS = {"seed": 0, "epochs": 30, "batch_size": 64, "learning_rate": 1e-3}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=SHIPPED, help="the file to write")
    parser.add_argument("--epochs", type=int, default=SETTINGS["epochs"])
    arguments = parser.parse_args()
    settings = {**SETTINGS, "epochs": arguments.epochs}

    digits = load_dataset("digits")
    teacher = build_teacher(digits, seed=settings["seed"])
    train(teacher, digits.x_train, digits.y_train, **settings)
    stored = save_teacher(
        arguments.out, teacher, digits, made_by="experiments/digits_teacher.py", **settings
    )
    errors = (stored.test_logits.argmax(axis=1) != digits.y_test).sum()
    print(f"{arguments.out}: {stored!r}, {errors} errors on the test images")


if __name__ == "__main__":
    main()
