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
from record import Record, arguments, smoothed_logits

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
    "n_images": [20, 50, 100, 200, 400, 800],
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


def train_students(n: int, data, the_teacher, settings: dict) -> dict:
    """Every arm's students, one per seed, on `n` images each."""
    smoothed = smoothed_logits(data.y_train, data.n_classes, settings["smoothing"])
    names = ("hidden_units", "steps", "batch_size", "learning_rate", "seeds")
    train_on = partial(train_cohort, data, n_images=[n], **{name: settings[name] for name in names})
    temperatures, alpha = settings["temperatures"], settings["alpha"]
    taught = train_on(the_teacher().train_logits, temperatures=temperatures, alphas=[0, alpha])
    arms = {
        "hard labels": taught.select(alpha=0, temperature=temperatures[0]),
        "smoothed labels": train_on(smoothed, temperatures=[1], alphas=[1]),
        **{
            f"distilled, T = {t:g}": taught.select(alpha=alpha, temperature=t) for t in temperatures
        },
    }
    said_by_teacher = the_teacher().test_logits
    return {
        name: {
            "accuracy": students.test_accuracy.tolist(),
            "agreement": agreement(students.test_logits, said_by_teacher).tolist(),
        }
        for name, students in arms.items()
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
            students = partial(train_students, n, data, the_teacher, settings)
            record.run(students, dataset=name, n_images=n)
    print(f"{len(record.runs)} runs in {chosen.out}")


if __name__ == "__main__":
    main()
