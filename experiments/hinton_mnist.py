"""The MNIST experiments of Hinton, Vinyals and Dean 2015 (section 3), on the full MNIST.

    python experiments/hinton_mnist.py            # hours of CPU; start it again to go on
    python experiments/hinton_mnist.py --quick    # seconds, on the embedded digits: does it work?

The teacher has two hidden layers of 1,200 units with dropout, weight constraints and jittered
inputs; the students have smaller layers and no regularisation. Every student, distilled or not,
gets the same number of steps, and a seed means the same initial weights and the same order of the
images. The settings below were fixed before any result was seen. The test images choose nothing,
except where the paper lets them choose a bias, which stands apart under `bias_chosen_on_test`.

Paper: https://arxiv.org/abs/1503.02531
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial

import hinton_figure
import numpy as np
from record import Record, arguments

from kdlab import build_student, distill, load_dataset, predict_logits, stored_teacher, train
from kdlab._tensorflow import keras
from kdlab.datasets import Dataset

# What the paper does not say (its optimiser, batch size, alpha and length of training) is ours.
FULL = {
    "dataset": "mnist",
    "teacher_hidden": [1200, 1200],
    "teacher_epochs": 150,
    "student_hidden": [800, 800],
    "student_steps": 23_500,  # 100 rounds through all 60,000 images
    "seeds": [0, 1, 2],
    "batch_size": 256,
    "learning_rate": 1e-3,  # of Adam; it falls to 0 along a cosine
    "alpha": 0.9,
    "temperature": 20.0,
    "medium_hidden": [300, 300],
    "medium_temperatures": [2.5, 8.0, 12.0, 20.0],
    "small_hidden": [30, 30],
    "small_temperatures": [1.0, 2.0, 2.5, 3.0, 4.0, 6.0, 10.0, 20.0],
}
QUICK = FULL | {
    "dataset": "digits",
    "teacher_hidden": [60, 60],
    "teacher_epochs": 4,
    "student_hidden": [30, 30],
    "student_steps": 40,
    "seeds": [0],
    "medium_hidden": [20, 20],
    "medium_temperatures": [8.0],
    "small_hidden": [8, 8],
    "small_temperatures": [3.0],
}


@dataclass(frozen=True)
class Arm:
    """A kind of student.

    Attributes:
        name: what it is called in the record.
        hidden: the units of its hidden layers.
        temperature: of the soft targets; None for labels alone.
        digits: the digits in its transfer set, None for all ten.
        corrected: the digits whose biases are moved: without the others they are too low or high.
    """

    name: str
    hidden: list[int]
    temperature: float | None = None
    digits: tuple[int, ...] | None = None
    corrected: tuple[int, ...] = ()


def arms(settings: dict) -> list[Arm]:
    """All kinds of students of the paper's section 3."""
    large, medium, small = (settings[f"{size}_hidden"] for size in ("student", "medium", "small"))
    t = settings["temperature"]
    return [
        Arm("plain", large),
        Arm("distilled", large, t),
        Arm("without 3", large, t, (0, 1, 2, 4, 5, 6, 7, 8, 9), corrected=(3,)),
        Arm("7 and 8 alone", large, t, (7, 8), corrected=(7, 8)),
        Arm("small plain", small),
        *(Arm("small distilled", small, t) for t in settings["small_temperatures"]),
        Arm("medium plain", medium),
        *(Arm("medium distilled", medium, t) for t in settings["medium_temperatures"]),
    ]


def build_regularised_teacher(data: Dataset, hidden: list[int], seed: int = 0):
    """Jitter of up to two pixels, dropout of inputs and hidden units, weights of bounded norm."""
    layers = keras.layers
    height, width, _ = data.image_shape
    jitter = layers.RandomTranslation(
        2 / height, 2 / width, fill_mode="constant", interpolation="nearest", seed=seed
    )
    blocks = []
    for i, units in enumerate(hidden):
        dense = layers.Dense(
            units, activation="relu", kernel_constraint=keras.constraints.MaxNorm(3)
        )
        blocks += [dense, layers.Dropout(0.5, seed=seed + 2 + i)]
    flat = [layers.Flatten(), layers.Dropout(0.2, seed=seed + 1)]
    return keras.Sequential(
        [keras.Input(data.image_shape), jitter, *flat, *blocks, layers.Dense(data.n_classes)],
        name="teacher",
    )


def schedule(settings: dict, steps: int):
    return keras.optimizers.schedules.CosineDecay(settings["learning_rate"], steps)


def train_teacher(data: Dataset, settings: dict, work):
    """The teacher and its logits, from its file or trained anew; a killed training goes on."""

    def build():
        keras.utils.set_random_seed(0)
        model = build_regularised_teacher(data, settings["teacher_hidden"])
        epochs, batch_size = settings["teacher_epochs"], settings["batch_size"]
        train(
            model, data.x_train, data.y_train, epochs=epochs, batch_size=batch_size,
            learning_rate=schedule(settings, epochs * -(-len(data.x_train) // batch_size)),
            checkpoint=work / "teacher-in-training.npz",
        )  # fmt: skip
        return model

    names = ("teacher_hidden", "teacher_epochs", "batch_size", "learning_rate")
    made_with = {name: settings[name] for name in names}
    return stored_teacher(work / "teacher.npz", data, build, **made_with)


def train_student(arm: Arm, seed: int, data: Dataset, the_teacher, settings: dict, work) -> dict:
    """One student, and how many test images it gets wrong."""
    rows = slice(None) if arm.digits is None else np.isin(data.y_train, arm.digits)
    x, y = data.x_train[rows], data.y_train[rows]
    batch_size = settings["batch_size"]
    epochs = round(settings["student_steps"] / -(-len(x) // batch_size))
    student = build_student(data, arm.hidden, seed=seed)
    how = {
        "epochs": epochs,
        "batch_size": batch_size,
        "learning_rate": schedule(settings, epochs * -(-len(x) // batch_size)),
        "seed": seed,
        "checkpoint": work / "student-in-training.npz",
    }
    if arm.temperature is None:
        train(student, x, y, **how)
    else:
        soft = {"temperature": arm.temperature, "alpha": settings["alpha"]}
        distill(student, x, the_teacher().train_logits[rows], y, **soft, **how)
    logits = predict_logits(student, data.x_test)
    results = errors(logits, data.y_test, arm.corrected)
    results["train_errors"] = errors(predict_logits(student, x), y)["errors"]
    results["epochs"] = epochs
    if arm.corrected:
        results |= correct_bias(arm, student, logits, data)
    return results


def errors(logits, labels, digits=()) -> dict:
    """How many are wrong, of all and of some digits."""
    wrong = logits.argmax(axis=1) != labels
    counts = {"errors": int(wrong.sum())}
    if digits:
        counts["errors_on_them"] = int(wrong[np.isin(labels, digits)].sum())
    return counts


def correct_bias(arm: Arm, student, test_logits, data: Dataset) -> dict:
    """The same student with the biases of `arm.corrected` moved by one amount, chosen in two ways.

    Without labels: so that on the training images, which hold every digit, the share it names
    one of these digits is what ten equally frequent digits would give. And as in the paper: so
    that it makes the fewest errors on the test images, which is no fair test any more.
    """
    classes = np.array(arm.corrected)
    train_logits = predict_logits(student, data.x_train)
    lead = np.delete(train_logits, classes, axis=1).max(axis=1) - train_logits[:, classes].max(
        axis=1
    )
    without_labels = float(np.quantile(lead, len(classes) / data.n_classes))
    grid = np.arange(-15, 15.05, 0.1).round(1).tolist()

    def moved(shift: float) -> dict:
        logits = test_logits.copy()
        logits[:, classes] += shift
        return {"shift": shift, **errors(logits, data.y_test, arm.corrected)}

    return {
        "bias_without_labels": moved(without_labels),
        "bias_chosen_on_test": min(map(moved, grid), key=lambda result: result["errors"]),
    }


def main() -> None:
    chosen = arguments("hinton_mnist", __doc__.splitlines()[0], "the same in small, on the digits")
    settings = QUICK if chosen.quick else FULL
    data = load_dataset(settings["dataset"])
    about = {"paper": "arXiv:1503.02531, section 3", "settings": settings, "data": data.checksum}
    record = Record(chosen.out, about)

    @cache
    def the_teacher():
        """Not before something needs it: where all runs are recorded, nothing does."""
        return train_teacher(data, settings, chosen.work)

    record.run(lambda: errors(the_teacher().test_logits, data.y_test), arm="teacher", seed=0)
    for arm in arms(settings):
        for seed in settings["seeds"]:
            record.run(
                partial(train_student, arm, seed, data, the_teacher, settings, chosen.work),
                arm=arm.name, hidden=arm.hidden, temperature=arm.temperature, seed=seed,
            )  # fmt: skip
    hinton_figure.save(record.content, chosen.out.with_suffix(".png"))
    print(f"{len(record.runs)} runs in {chosen.out}, and a figure of them beside it")


if __name__ == "__main__":
    main()
