"""Many small students trained at once, in one compiled program.

A step of a tiny network is nearly all overhead, so a hundred students trained one after another
cost a hundred overheads. Here their weights are stacked along a leading axis, and whole stretches
of training run inside one XLA loop.

Every chunk of students has the same padded size. A student's arithmetic is therefore the same
whoever else is in the cohort and however it is cut up, and the program is compiled once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple

import numpy as np

from kdlab._exact import dense_logits
from kdlab._tensorflow import tf
from kdlab.cohort.draws import Draws, initial_weights
from kdlab.distillation import hard_loss, soft_loss
from kdlab.soft_targets import part_weights

CHUNK = 20  # students per program: a multiple of it, such as ten seeds of two kinds, wastes none
SEGMENT = 100  # steps per call of it: how often progress is shown and an interrupt noticed

# Adam, with the constants of Kingma and Ba 2015 and Keras's epsilon.
_BETA_1, _BETA_2, _EPSILON = 0.9, 0.999, 1e-7


class Chunk(NamedTuple):
    """The results of some students: arrays with the students along the leading axis."""

    weights: list[np.ndarray]
    losses: np.ndarray
    test_curve: np.ndarray
    test_logits: np.ndarray


def join(chunks: list[Chunk]) -> Chunk:
    weights, *rest = zip(*chunks, strict=True)
    weights = [np.concatenate(layer) for layer in zip(*weights, strict=True)]
    return Chunk(weights, *map(np.concatenate, rest))


class Program:
    """Trains chunks of students on one transfer set with one set of hyperparameters.

    It holds NumPy arrays and plain values, so that it can be sent to another machine.
    """

    def __init__(
        self, x, teacher_logits, y, x_test, y_test, *,
        transfer_set, first_row, mean, layers, steps, batch_size, learning_rate, scale_by_t2,
        curves,
    ):  # fmt: skip
        self.arrays = (x - mean if mean else x, teacher_logits, y)
        self.mean = np.float32(mean)
        self.x_test = x_test
        self.y_test = y_test
        self.transfer_set = transfer_set
        self.first_row = first_row
        self.layers = layers
        self.steps = steps
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.scale_by_t2 = scale_by_t2
        self.curves = curves

    def copy(self) -> Program:
        """What a cluster keeps: the program itself, as the result of a task."""
        return self

    @cached_property
    def data(self):
        """The arrays as tensors, made where they are used."""
        return tuple(map(tf.constant, self.arrays))

    def __getstate__(self):
        return {name: value for name, value in vars(self).items() if name != "data"}

    def train(self, chunk: list[tuple], report: Callable[[float], None] = lambda _: None) -> Chunk:
        """Train one chunk; calls `report` with the share that is done after each stretch."""
        padded = chunk + chunk[-1:] * (CHUNK - len(chunk))
        seeds, sizes, left_out, alphas, temperatures = zip(*padded, strict=True)
        draws = [
            Draws(self.transfer_set(seed, size, out), seed)
            for seed, size, out in zip(seeds, sizes, left_out, strict=True)
        ]
        initial = [initial_weights(seed, self.layers) for seed in seeds]
        weights = [tf.constant(np.stack(w)) for w in zip(*initial, strict=True)]
        state = (weights, *([tf.zeros_like(w) for w in weights] for _ in range(2)))
        temperature = np.array(temperatures, np.float32)
        alpha = np.array(alphas, np.float32)
        weights_of_parts = part_weights(temperature, alpha, scale_by_t2=self.scale_by_t2)
        settings = [tf.constant(temperature[:, None, None])]
        settings += [tf.constant(a[:, None]) for a in weights_of_parts]
        rows = np.array([self.first_row[seed] for seed in seeds], np.int32)
        settings += [tf.constant(rows[:, None])]
        losses, curve = [], []
        for done in range(0, self.steps, SEGMENT):
            count = min(SEGMENT, self.steps - done)
            # The index array keeps its full length when fewer steps are left, to compile once.
            batches = np.zeros((SEGMENT, CHUNK, self.batch_size), np.int32)
            for i, draw in enumerate(draws):
                batches[:count, i] = draw(count * self.batch_size).reshape(count, -1)
            where = map(tf.constant, (done, count, batches))
            rate = tf.constant(self.learning_rate, tf.float32)
            try:
                *state, loss = _run_steps(*state, *where, rate, *settings, *self.data)
            except tf.errors.InvalidArgumentError as error:
                raise RuntimeError(
                    "TensorFlow cannot compile the students' program. If "
                    "tf.debugging.enable_check_numerics() is on, call "
                    "tf.debugging.disable_check_numerics() first: train_cohort itself says which "
                    "students have diverged"
                ) from error
            losses.append(loss.numpy()[: len(chunk)])
            if self.curves:
                curve.append(self.accuracy(self._test(self._finished(state[0], len(chunk)))))
            report((done + count) / self.steps)
        weights = self._finished(state[0], len(chunk))
        return Chunk(
            weights,
            np.stack(losses, axis=1),
            np.stack(curve, axis=1) if curve else np.empty((len(chunk), 0)),
            self._test(weights),
        )

    def _finished(self, weights, n: int) -> list[np.ndarray]:
        """The weights of the first `n` students, for examples that still have their mean."""
        kernel, bias, *others = (w.numpy()[:n] for w in weights)
        if self.mean:
            bias = bias - self.mean * kernel.sum(axis=1, keepdims=True)
        return [kernel, bias, *others]

    def _test(self, weights) -> np.ndarray:
        return dense_logits(weights, self.x_test)

    def accuracy(self, test_logits: np.ndarray) -> np.ndarray:
        return (test_logits.argmax(axis=-1) == self.y_test).mean(axis=-1)


@tf.function(jit_compile=True)
def _run_steps(
    weights, m, v, done, count, batches, learning_rate, temperature, soft_weight, hard_weight,
    first_row, x, teacher_logits, labels,
):  # fmt: skip
    """`count` steps of Adam for a chunk of students, and each one's mean loss over them."""

    def step(i, weights, m, v, total):
        batch = batches[i]  # (students, batch)
        with tf.GradientTape() as tape:
            tape.watch(weights)
            logits = _forward(weights, tf.gather(x, batch))
            teacher = tf.gather(teacher_logits, first_row + batch)
            soft = soft_loss(teacher, logits, temperature)
            hard = hard_loss(tf.gather(labels, batch), logits)
            loss = tf.reduce_mean(soft_weight * soft + hard_weight * hard, axis=1)
        # The students share no weight, so each gets the gradient of its own loss.
        gradients = tape.gradient(loss, weights)
        t = tf.cast(done + i + 1, tf.float32)
        rate = learning_rate * tf.sqrt(1 - _BETA_2**t) / (1 - _BETA_1**t)
        m = [_BETA_1 * a + (1 - _BETA_1) * g for a, g in zip(m, gradients, strict=True)]
        v = [_BETA_2 * a + (1 - _BETA_2) * g * g for a, g in zip(v, gradients, strict=True)]
        weights = [
            w - rate * a / (tf.sqrt(b) + _EPSILON) for w, a, b in zip(weights, m, v, strict=True)
        ]
        return i + 1, weights, m, v, total + loss

    total = tf.zeros(batches.shape[1])
    _, weights, m, v, total = tf.while_loop(
        lambda i, *_: i < count, step, (0, weights, m, v, total)
    )
    return weights, m, v, total / tf.cast(count, tf.float32)


def _forward(weights, x):
    """Logits `(students, n, classes)`, on tensors."""
    kernels, biases = weights[::2], weights[1::2]
    for kernel, bias in zip(kernels[:-1], biases[:-1], strict=True):
        x = tf.nn.relu(x @ kernel + bias)
    return x @ kernels[-1] + biases[-1]
