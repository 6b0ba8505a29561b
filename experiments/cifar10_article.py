"""CIFAR-10 with a residual teacher and the convolutional student of many tutorials.

    python experiments/cifar10_article.py            # hours of CPU; start it again to go on
    python experiments/cifar10_article.py --quick    # a minute, on the digits: does it work?

It needs `cifar10.npz` where `load_dataset` finds it, on this machine or through Keras. The teacher
is trained once; then students of the same initial weights and the same order of the images on
labels alone, on smoothed labels (the control) and on the teacher's stored logits. But for the low
temperature, the settings were fixed before any result was seen.
"""

from __future__ import annotations

import os
from functools import cache, partial

# Twice as fast for convolutions on many processors; kdlab leaves it off, for equal results on all.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

from record import Record, arguments, cifar10_name, smoothed_logits

from kdlab import (
    accuracy,
    agreement,
    build_student,
    build_teacher,
    corrupt,
    distill,
    load_dataset,
    negative_log_likelihood,
    predict_logits,
    stored_teacher,
    train,
)
from kdlab._tensorflow import keras
from kdlab.corruptions import CORRUPTIONS
from kdlab.datasets import Dataset

FULL = {
    "dataset": "cifar10",
    "teacher": "resnet",
    "teacher_epochs": 20,  # an hour and a half on two cores
    "teacher_learning_rate": 2e-3,
    "student_epochs": [10],  # as in the tutorials
    "student_learning_rate": 1e-3,
    "batch_size": 128,
    "seeds": [0, 1, 2],
    "temperature": 4.0,
    "low_temperature": 1.0,  # added when T = 4 had turned out to lose, as lesson 04 has it
    "alpha": 0.9,
    "smoothing": 0.1,
    "severities": [1, 3],  # of the corruptions, out of five
}
QUICK = FULL | {
    "dataset": "digits",
    "teacher_epochs": 2,
    "student_epochs": [1],
    "seeds": [0, 1],
}
# The setting that holds the temperature of each distilled arm.
TEMPERATURES = {"distilled": "temperature", "distilled, low T": "low_temperature"}
ARMS = ("labels alone", "smoothed labels", *TEMPERATURES)


def schedule(peak: float, steps: int):
    """A rate that rises over the first tenth and falls to 0 along a cosine."""
    warm = max(steps // 10, 1)
    return keras.optimizers.schedules.CosineDecay(
        peak / 10, steps - warm, warmup_target=peak, warmup_steps=warm
    )


def train_teacher(data: Dataset, settings: dict, work):
    """The teacher, from its file or trained anew, and the curves of its training if it was.

    A killed training goes on.
    """

    def build():
        model = build_teacher(data, settings["teacher"])
        epochs, batch_size = settings["teacher_epochs"], settings["batch_size"]
        history = train(
            model, data.x_train, data.y_train, epochs=epochs, batch_size=batch_size,
            learning_rate=schedule(
                settings["teacher_learning_rate"], epochs * -(-len(data.x_train) // batch_size)
            ),
            checkpoint=work / "teacher-in-training.npz",
            monitor=Printed(),
        )  # fmt: skip
        curves.update(history.history)
        return model

    curves: dict = {}
    names = ("teacher_epochs", "batch_size", "teacher_learning_rate")
    made_with = {"architecture": settings["teacher"]} | {name: settings[name] for name in names}
    return stored_teacher(work / "teacher.npz", data, build, **made_with), curves


class Printed:
    """A monitor for a terminal: one line per epoch."""

    def start(self, total: int, unit: str) -> None:
        self.total = total

    def update(self, done: float, **metrics: float) -> None:
        if metrics:
            words = ", ".join(f"{name} {value:.3f}" for name, value in metrics.items())
            print(f"      epoch {done:.0f} of {self.total}: {words}", flush=True)

    def finish(self, message: str) -> None:
        print(f"      {message}", flush=True)


def train_student(
    arm: str, epochs: int, seed: int, data: Dataset, the_teacher, settings: dict, work
) -> dict:
    """One student, and how well it does on the test images."""
    student = build_article_student(data, seed)
    batch_size = settings["batch_size"]
    steps = epochs * -(-len(data.x_train) // batch_size)
    how = {
        "epochs": epochs,
        "batch_size": batch_size,
        "learning_rate": schedule(settings["student_learning_rate"], steps),
        "seed": seed,
        "checkpoint": work / "student-in-training.npz",
        "validation_data": (data.x_test, data.y_test),  # for the curve, and for nothing else
    }
    teacher, _ = the_teacher()
    if arm == "labels alone":
        history = train(student, data.x_train, data.y_train, **how)
    elif arm == "smoothed labels":
        smoothed = smoothed_logits(data.y_train, data.n_classes, settings["smoothing"])
        history = distill(student, data.x_train, smoothed, temperature=1.0, **how)
    else:
        soft = {"temperature": settings[TEMPERATURES[arm]], "alpha": settings["alpha"]}
        history = distill(student, data.x_train, teacher.train_logits, data.y_train, **soft, **how)
    logits = predict_logits(student, data.x_test)
    return {
        "accuracy": float(accuracy(logits, data.y_test)),
        "corrupted": corrupted_accuracy(student, data, settings),
        "nll": float(negative_log_likelihood(logits, data.y_test)),
        "agreement": float(agreement(logits, teacher.test_logits)),
        "curve": [round(value, 4) for value in history.history["val_accuracy"]],
    }


def corrupted_accuracy(model, data: Dataset, settings: dict) -> dict[str, float]:
    """How many of the test images it still knows, once they are noisy, blurred or shifted."""
    return {
        f"{kind} {severity}": float(
            accuracy(predict_logits(model, corrupted_test(data, kind, severity)), data.y_test)
        )
        for kind in CORRUPTIONS
        for severity in settings["severities"]
    }


@cache
def corrupted_test(data: Dataset, kind: str, severity: int):
    """The same corrupted test images for all models."""
    return corrupt(data.x_test, kind, severity)


def build_article_student(data: Dataset, seed: int):
    """Two convolutions and a dense layer of 128; on images too small for them, the layer alone."""
    small = min(data.image_shape[:2]) < 10
    return build_student(data, 128, architecture="mlp" if small else "cnn", seed=seed)


def main() -> None:
    chosen = arguments("cifar10_article", __doc__.splitlines()[0], "the same in small, on digits")
    settings = QUICK if chosen.quick else FULL
    data = load_dataset(settings["dataset"])
    about = {"name": cifar10_name(data), "settings": settings, "data": data.checksum}
    record = Record(chosen.out, about)

    # Not before something needs it: where all runs are recorded, nothing does.
    the_teacher = cache(partial(train_teacher, data, settings, chosen.work))

    def teacher_results():
        teacher, curves = the_teacher()
        return {
            "accuracy": float(accuracy(teacher.test_logits, data.y_test)),
            "corrupted": corrupted_accuracy(teacher.build(data), data, settings),
            "curves": curves,
        }

    record.run(teacher_results, arm="teacher", seed=0)
    for epochs in settings["student_epochs"]:
        for seed in settings["seeds"]:
            for arm in ARMS:
                record.run(
                    partial(
                        train_student, arm, epochs, seed, data, the_teacher, settings, chosen.work
                    ),
                    arm=arm, epochs=epochs, seed=seed,
                )  # fmt: skip
    print(f"{len(record.runs)} runs in {chosen.out}")


if __name__ == "__main__":
    main()
