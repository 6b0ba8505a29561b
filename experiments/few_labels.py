"""Few labels on larger data: hard, smoothed and distilled, on MNIST and Fashion-MNIST.

    python experiments/few_labels.py            # minutes of CPU; start it again to go on
    python experiments/few_labels.py --quick    # seconds, on the embedded digits: does it work?

One convolutional teacher per data set has seen all labels; students with 32 hidden units get some
of the images. Ten seeds an arm, paired: a seed means the same weights, images and order in every
arm. The settings were fixed before any result was seen, and the test images choose nothing.
"""

from __future__ import annotations

from functools import cache, partial

import numpy as np
from record import Record, arguments

from kdlab import agreement, build_teacher, load_dataset, stored_teacher, train, train_cohort

FULL = {
    "datasets": ["mnist", "fashion_mnist"],
    "teacher_epochs": 8,
    "hidden_units": 32,
    "n_images": [100, 300, 1_000, 3_000, 12_000],
    "temperatures": [1.0, 4.0, 10.0],
    "alpha": 0.9,
    "smoothing": 0.1,
    "steps": 3_000,
    "batch_size": 64,
    "learning_rate": 1e-3,
    "seeds": list(range(10)),
}
QUICK = FULL | {
    "datasets": ["digits"],
    "teacher_epochs": 3,
    "n_images": [50, 200],
    "temperatures": [4.0],
    "steps": 100,
    "seeds": [0, 1],
}


def train_teacher(data, settings: dict, work):
    """The teacher and its logits, from its file or trained anew; a killed training goes on."""

    def build():
        model = build_teacher(data)
        checkpoint = work / f"{data.name}-teacher-in-training.npz"
        epochs = settings["teacher_epochs"]
        train(model, data.x_train, data.y_train, epochs=epochs, checkpoint=checkpoint)
        return model

    path = work / f"{data.name}-teacher.npz"
    return stored_teacher(path, data, build, epochs=settings["teacher_epochs"])


def test_accuracy(the_teacher, data) -> dict:
    return {"accuracy": float(np.mean(the_teacher().test_logits.argmax(axis=1) == data.y_test))}


def arms(settings: dict) -> dict[str, dict]:
    """What each arm is taught with: a temperature, and logits or None for labels alone."""
    distilled = {f"distilled, T = {t:g}": {"temperature": t} for t in settings["temperatures"]}
    return {"hard labels": {}, "smoothed labels": {"smoothed": True}, **distilled}


def train_students(n: int, how: dict, data, the_teacher, settings: dict) -> dict:
    """All seeds of one arm, on `n` images each."""
    shared = {name: settings[name] for name in ("hidden_units", "steps", "batch_size")}
    if how.get("smoothed"):
        share = settings["smoothing"]
        smoothed = (1 - share) * np.eye(data.n_classes)[data.y_train] + share / data.n_classes
        taught = {"teacher_logits": np.log(smoothed), "alphas": [1], "temperatures": [1]}
    elif how:
        logits = the_teacher().train_logits
        taught = {"teacher_logits": logits, "alphas": [settings["alpha"]],
                  "temperatures": [how["temperature"]]}  # fmt: skip
    else:
        taught = {"alphas": [0]}
    cohort = train_cohort(
        data, n_images=[n], seeds=settings["seeds"], learning_rate=settings["learning_rate"],
        **taught, **shared,
    )  # fmt: skip
    return {
        "accuracy": cohort.test_accuracy.tolist(),
        "agreement": agreement(cohort.test_logits, the_teacher().test_logits).tolist(),
    }


def main() -> None:
    chosen = arguments("few_labels", __doc__.splitlines()[0], "the same in small, on the digits")
    settings = QUICK if chosen.quick else FULL
    data_sets = {name: load_dataset(name) for name in settings["datasets"]}
    about = {
        "settings": settings,
        "data": {name: data.checksum for name, data in data_sets.items()},
    }
    record = Record(chosen.out, about)
    for name, data in data_sets.items():
        the_teacher = cache(partial(train_teacher, data, settings, chosen.work))
        record.run(partial(test_accuracy, the_teacher, data), dataset=name, arm="teacher")
        for n in settings["n_images"]:
            for arm, how in arms(settings).items():
                record.run(
                    partial(train_students, n, how, data, the_teacher, settings),
                    dataset=name, n_images=n, arm=arm,
                )  # fmt: skip
    print(f"{len(record.runs)} runs in {chosen.out}")


if __name__ == "__main__":
    main()
