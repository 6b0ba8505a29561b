"""The contenders of `distillation.py`: one student, one objective, and whoever trains it.

    python -m benchmarks.distillation_contenders NAME DATA.npz

Each is written the way its own documentation writes it, with `alpha * T^2 * KL + (1 - alpha) * CE`
as the objective of all. Each runs in a process of its own, so that the peak of its memory is its
own: it reads requests from stdin, a JSON object a line, and answers each with one.

Nothing but NumPy is imported up here: PyTorch lives in an environment without kdlab, and its
memory must not count for those who train with Keras.
"""

from __future__ import annotations

import json
import sys
import time
from typing import NamedTuple

import numpy as np

TEMPERATURE, ALPHA = 4.0, 0.9
BATCH, LEARNING_RATE, EPSILON = 64, 3e-3, 1e-7  # Keras's epsilon of Adam; PyTorch's is 1e-8


class Run(NamedTuple):
    """When each epoch ended, the mean loss of the last, and what became of the student."""

    ends: list[float]
    loss: float
    test_logits: np.ndarray


# With Keras


def keras_student(data, seed: int):
    """The student, with the initial weights that all contenders are given for this seed."""
    import kdlab

    student = kdlab.build_student(dataset(data), data["hidden_units"].item())
    student.set_weights(numbered(data, f"student_{seed}_"))
    return student


def keras_teacher(data):
    import kdlab

    teacher = kdlab.build_teacher(dataset(data))
    teacher.set_weights(numbered(data, "teacher_"))
    return teacher


def dataset(data):
    import kdlab

    images = (data[name] for name in ("x_train", "y_train", "x_test", "y_test"))
    return kdlab.Dataset(*images, class_names=tuple("0123456789"), name="benchmark")


def kdlab_distill(data, seed: int, epochs: int) -> Run:
    """The teacher's logits are stored: it does not take part."""
    import kdlab
    from benchmarks.training import EpochClock

    clock, student = EpochClock(), keras_student(data, seed)
    history = kdlab.distill(
        student, data["x_train"], data["train_logits"], data["y_train"],
        temperature=TEMPERATURE, alpha=ALPHA, epochs=epochs, batch_size=BATCH,
        learning_rate=LEARNING_RATE, seed=seed, monitor=clock,
    )  # fmt: skip
    logits = kdlab.predict_logits(student, data["x_test"])
    return Run(clock.ends, history.history["loss"][-1], logits)


def fit(model, student, data, seed: int, epochs: int) -> Run:
    """What the Keras contenders have in common, once they are compiled."""
    import kdlab
    from benchmarks.training import EpochClock
    from kdlab._tensorflow import keras

    keras.utils.set_random_seed(seed)
    clock = EpochClock()
    history = model.fit(
        data["x_train"], data["y_train"],
        epochs=epochs, batch_size=BATCH, verbose=0, callbacks=[clock],
    )  # fmt: skip
    logits = kdlab.predict_logits(student, data["x_test"])
    return Run(clock.ends, history.history["loss"][-1], logits)


def keras_distiller(data, seed: int, epochs: int, steps_per_execution: int = 1) -> Run:
    """As the documentation of `keras.distillation` has it, but for its default loss.

    `LogitsDistillation()` alone applies the divergence to logits: an instance of the loss makes it
    apply softmax, T and T^2.
    """
    from kdlab._tensorflow import keras

    student = keras_student(data, seed)
    distiller = keras.distillation.Distiller(
        teacher=keras_teacher(data),
        student=student,
        distillation_losses=keras.distillation.LogitsDistillation(
            temperature=TEMPERATURE, loss=keras.losses.KLDivergence()
        ),
        student_loss_weight=1 - ALPHA,
    )
    distiller.compile(
        optimizer=keras.optimizers.Adam(LEARNING_RATE),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        steps_per_execution=steps_per_execution,
    )
    return fit(distiller, student, data, seed, epochs)


def keras_model(data, seed: int, epochs: int, steps_per_execution: int = 1) -> Run:
    """A model whose loss asks the teacher at every step: Keras's example of distillation."""
    from kdlab._tensorflow import keras

    softmax = keras.ops.softmax
    soft_loss = keras.losses.KLDivergence()
    hard_loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    class Distilled(keras.Model):
        def __init__(self, teacher, student):
            super().__init__()
            self.teacher, self.student = teacher, student
            self.teacher.trainable = False

        def call(self, x):
            return self.student(x)

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            teacher_logits = self.teacher(x, training=False)
            soft = soft_loss(softmax(teacher_logits / TEMPERATURE), softmax(y_pred / TEMPERATURE))
            return ALPHA * TEMPERATURE**2 * soft + (1 - ALPHA) * hard_loss(y, y_pred)

    student = keras_student(data, seed)
    model = Distilled(keras_teacher(data), student)
    model.compile(
        optimizer=keras.optimizers.Adam(LEARNING_RATE),
        metrics=["accuracy"],
        steps_per_execution=steps_per_execution,
    )
    return fit(model, student, data, seed, epochs)


# With PyTorch, which wants the channels first


def torch_student(data, seed: int):
    from torch import nn

    kernel, _, last_kernel, _ = weights = numbered(data, f"student_{seed}_")
    student = nn.Sequential(
        nn.Flatten(), nn.Linear(*kernel.shape), nn.ReLU(), nn.Linear(*last_kernel.shape)
    )
    # With one channel, Keras's order of the pixels and PyTorch's are the same.
    return load(student, [w.T for w in weights])


def torch_teacher(data):
    """`kdlab.build_teacher`, in PyTorch and with the same weights."""
    from torch import nn

    kernel_1, bias_1, kernel_2, bias_2, kernel_3, bias_3, kernel_4, bias_4 = numbered(
        data, "teacher_"
    )
    images = data["x_train"]
    channels, hidden = len(bias_2), len(bias_3)
    teacher = nn.Sequential(
        nn.Conv2d(images.shape[3], len(bias_1), 3, padding=1),
        nn.ReLU(),
        *([nn.MaxPool2d(2)] if min(images.shape[1:3]) >= 16 else []),
        nn.Conv2d(len(bias_1), channels, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.3),
        nn.Linear(len(kernel_3), hidden),
        nn.ReLU(),
        nn.Dropout(0.3),
        nn.Linear(hidden, len(bias_4)),
    )
    # Keras flattens (height, width, channels), PyTorch (channels, height, width).
    pixels = len(kernel_3) // channels
    kernel_3 = kernel_3.reshape(pixels, channels, hidden).transpose(2, 1, 0).reshape(hidden, -1)
    conv = [(kernel.transpose(3, 2, 0, 1), bias) for kernel, bias in
            [(kernel_1, bias_1), (kernel_2, bias_2)]]  # fmt: skip
    return load(teacher, [*conv[0], *conv[1], kernel_3, bias_3, kernel_4.T, bias_4])


def load(model, weights):
    import torch

    with torch.no_grad():
        for parameter, weight in zip(model.parameters(), weights, strict=True):
            parameter.copy_(torch.from_numpy(weight.copy()))  # which checks the shape
    return model


def torch_images(images):
    import torch

    return torch.from_numpy(images.transpose(0, 3, 1, 2).copy())


def torch_tutorial(data, seed: int, epochs: int, stored: bool = False) -> Run:
    """The loop of PyTorch's knowledge distillation tutorial, with our T and weights.

    The tutorial reads CIFAR-10 with two worker processes. Images that are in memory wait for the
    workers to start, 4 s an epoch, so here there are none, which is DataLoader's default.

    With `stored`, what makes it faster: stored logits as in kdlab, batches taken whole instead of
    put together from single images, the fused Adam, and one thread: a step this small has no work
    for a second one, which on a busy machine is waited for. (Compiling the student gains nothing.)
    """
    import torch
    from torch import nn
    from torch.utils.data import BatchSampler, DataLoader, RandomSampler, TensorDataset

    torch.manual_seed(seed)
    student = torch_student(data, seed)
    columns = [torch_images(data["x_train"]), torch.from_numpy(data["y_train"]).long()]
    if stored:
        torch.set_num_threads(1)
        examples = TensorDataset(*columns, torch.from_numpy(data["train_logits"]))
        batches = BatchSampler(RandomSampler(examples), BATCH, drop_last=False)
        train_loader = DataLoader(examples, sampler=batches, batch_size=None)
    else:
        teacher = torch_teacher(data)
        teacher.eval()
        train_loader = DataLoader(TensorDataset(*columns), batch_size=BATCH, shuffle=True)

    ce_loss = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(
        student.parameters(), lr=LEARNING_RATE, eps=EPSILON, fused=stored or None
    )
    ends = []
    student.train()
    for _ in range(epochs):
        running_loss = 0.0
        for inputs, labels, *logits in train_loader:
            optimizer.zero_grad()
            if stored:
                (teacher_logits,) = logits
            else:
                with torch.no_grad():
                    teacher_logits = teacher(inputs)
            student_logits = student(inputs)
            soft_targets = nn.functional.softmax(teacher_logits / TEMPERATURE, dim=-1)
            soft_prob = nn.functional.log_softmax(student_logits / TEMPERATURE, dim=-1)
            soft_targets_loss = (
                torch.sum(soft_targets * (soft_targets.log() - soft_prob))
                / soft_prob.size()[0]
                * TEMPERATURE**2
            )
            label_loss = ce_loss(student_logits, labels)
            loss = ALPHA * soft_targets_loss + (1 - ALPHA) * label_loss
            loss.backward()
            optimizer.step()
            running_loss += loss.item()
        ends.append(time.perf_counter())
    student.eval()
    with torch.no_grad():
        logits = student(torch_images(data["x_test"])).numpy()
    return Run(ends, running_loss / len(train_loader), logits)


def steps_per_epoch(data) -> int:
    return -(-len(data["x_train"]) // BATCH)


# The order of the table: first as documented, then with what its options gain.
CONTENDERS = {
    "kdlab.distill, stored logits": kdlab_distill,
    "keras.distillation.Distiller": keras_distiller,
    "Keras model with the teacher in its loss": keras_model,
    "PyTorch, its tutorial's loop": torch_tutorial,
    "Distiller, an epoch per call": lambda data, *run: keras_distiller(
        data, *run, steps_per_execution=steps_per_epoch(data)
    ),
    "Keras model, an epoch per call": lambda data, *run: keras_model(
        data, *run, steps_per_execution=steps_per_epoch(data)
    ),
    "PyTorch, stored logits, whole batches": lambda *run: torch_tutorial(*run, stored=True),
}


# The process


def numbered(data, prefix: str) -> list[np.ndarray]:
    """The arrays PREFIX0, PREFIX1, ..."""
    return [data[f"{prefix}{i}"] for i in range(sum(name.startswith(prefix) for name in data))]


def check(name: str, data) -> dict:
    """What must be the same for all: the objective at the start, on one batch, and the teacher."""
    batch = {k: v[:BATCH] if k in ("x_train", "y_train", "train_logits") else v
             for k, v in data.items()}  # fmt: skip
    if "PyTorch" in name:
        teacher = torch_teacher(data).eval()
        logits = teacher(torch_images(batch["x_train"])).detach().numpy()
    else:
        logits = np.asarray(keras_teacher(data)(batch["x_train"], training=False))
    gap = np.abs(logits - batch["train_logits"]).max()
    return {"objective": CONTENDERS[name](batch, 0, 1).loss, "teacher_gap": float(gap)}


def answer(name: str, data, seed: int, epochs: int) -> dict:
    run = CONTENDERS[name](data, seed, epochs)
    accuracy = (run.test_logits.argmax(axis=1) == data["y_test"]).mean()
    return {"epochs": np.diff(run.ends).tolist(), "accuracy": float(accuracy)}


def main(name: str, path: str) -> None:
    with np.load(path) as file:
        data = dict(file)
    if "PyTorch" in name:
        import torch

        print(json.dumps({"version": f"PyTorch {torch.__version__}"}), flush=True)
    else:
        from kdlab._tensorflow import keras

        print(json.dumps({"version": f"Keras {keras.__version__}"}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        reply = answer(name, data, **request) if request else check(name, data)
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
