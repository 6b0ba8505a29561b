"""Train the two digits students that ship with kdlab, and store them in the package.

    python experiments/digits_students.py

Neither of them sees a 3. They differ in what they learn from: the labels, or the teacher's soft
targets. The bias of the 3 is then raised in the second one alone, as lesson 03 does and explains.
The first one is left as it learned: what the same bias does for it is printed, and kept with it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

import kdlab
from kdlab import load_dataset, pretrained_teacher, train_cohort
from kdlab.provenance import versions
from kdlab.storage import write_arrays

SHIPPED = Path(kdlab.__file__).parent / "pretrained" / "students" / "digits.npz"
LEFT_OUT = 3
SETTINGS = {"temperature": 8.0, "hidden_units": 32, "steps": 2000, "seed": 0}
STUDENTS = {"labels alone": 0.0, "soft targets": 1.0}  # with their alpha


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=SHIPPED, help="the file to write")
    parser.add_argument("--steps", type=int, default=SETTINGS["steps"])
    arguments = parser.parse_args()
    settings = {**SETTINGS, "steps": arguments.steps}

    digits = load_dataset("digits")
    cohort = train_cohort(
        digits,
        pretrained_teacher("digits", digits).train_logits,
        temperatures=[settings["temperature"]],
        alphas=list(STUDENTS.values()),
        left_out=[LEFT_OUT],
        hidden_units=settings["hidden_units"],
        steps=settings["steps"],
        seeds=[settings["seed"]],
    )
    threes = digits.y_test == LEFT_OUT
    arrays, shares = {}, {}
    for name, alpha in STUDENTS.items():
        student = cohort.select(alpha=alpha)
        raised_by = bias_needed(student.predict_logits(digits.x_train)[0])
        as_learned = student.test_logits[0]
        raised = as_learned + raised_by * np.eye(10)[LEFT_OUT]
        shares[name] = {
            what: float((logits[threes].argmax(axis=1) == LEFT_OUT).mean())
            for what, logits in {"as it learned": as_learned, "bias raised": raised}.items()
        }
        weights = [w[0].squeeze() for w in student.weights]  # a cohort has a row of biases
        if name == "soft targets":
            weights[-1][LEFT_OUT] += raised_by
        arrays |= {f"{name}/{i}": w for i, w in enumerate(weights)}
    about = {
        **settings,
        "left_out": LEFT_OUT,
        "share_of_test_threes_right": shares,
        "dataset": digits.name,
        "data_checksum": digits.checksum,
        "versions": versions(),
        "made_by": "experiments/digits_students.py",
    }
    write_arrays(arguments.out, arrays, about)
    print(f"{arguments.out}: share of the {threes.sum()} test threes that are read as threes")
    for name, of in shares.items():
        print(f"{name}: {of['as it learned']:.0%}, with the bias raised {of['bias raised']:.0%}")


def bias_needed(logits: np.ndarray) -> float:
    """What the bias of the class left out lacks for it to win one image in ten."""
    rivals = np.delete(logits, LEFT_OUT, axis=1).max(axis=1)
    return float(np.quantile(rivals - logits[:, LEFT_OUT], 0.1))


if __name__ == "__main__":
    main()
