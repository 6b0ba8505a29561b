"""The article's own teacher, by its own code: ten epochs of ResNet50 on CIFAR-10.

    KERAS_BACKEND=jax python experiments/article_teacher.py     # minutes on a GPU
    python experiments/article_teacher.py --quick               # 64 images, one epoch

Its code as written (pixels in [0, 1], a softmax at the end, Adam, batches of 64), but for the
ImageNet weights, which have to be downloaded: this one starts from scratch. It runs on whatever
Keras runs on.
"""

from __future__ import annotations

import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
from keras import layers, models
from record import Record, arguments, cifar10_name

from kdlab import load_dataset

FULL = {"n_train": 50_000, "n_test": 10_000, "epochs": 10, "batch_size": 64, "seed": 0}
QUICK = FULL | {"n_train": 64, "n_test": 64, "epochs": 1}


def train_as_written(data, settings: dict) -> dict:
    keras.utils.set_random_seed(settings["seed"])
    x_train, y_train = data.x_train, keras.utils.to_categorical(data.y_train, 10)
    x_test, y_test = data.x_test, keras.utils.to_categorical(data.y_test, 10)
    base = keras.applications.ResNet50(weights=None, include_top=False, input_shape=(32, 32, 3))
    model = models.Sequential(
        [
            base,
            layers.GlobalAveragePooling2D(),
            layers.Dense(128, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(
        x_train, y_train, epochs=settings["epochs"], batch_size=settings["batch_size"],
        validation_data=(x_test, y_test), verbose=2,  # for the curve, and for nothing else
    )  # fmt: skip
    return {
        "accuracy": history.history["val_accuracy"][-1],
        "curves": {name: [round(v, 4) for v in values] for name, values in history.history.items()},
        "parameters": model.count_params(),
        "backend": keras.backend.backend(),
    }


def main() -> None:
    chosen = arguments("article_teacher", __doc__.splitlines()[0], "64 images, one epoch")
    settings = QUICK if chosen.quick else FULL
    data = load_dataset("cifar10", n_train=settings["n_train"], n_test=settings["n_test"])
    about = {"name": cifar10_name(data), "settings": settings, "data": data.checksum}
    record = Record(chosen.out, about)
    record.run(lambda: train_as_written(data, settings), arm="ResNet50, from scratch")


if __name__ == "__main__":
    main()
