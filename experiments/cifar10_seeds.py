"""CIFAR-10 with more seeds, more epochs and fewer images, on an accelerator.

    python experiments/cifar10_seeds.py            # minutes on a large GPU; start it again to go on
    python experiments/cifar10_seeds.py --quick    # a minute without one: does it work?

`cifar10_article.py` trains one student after another, in Keras. Here the ten seeds of a setting are
trained side by side by one program in JAX: the same student, loss, optimiser and schedule.
The teacher is the one that comes with kdlab, and of it only the stored logits are used. All
settings were fixed before any result was seen; those of `cifar10_article.py` were known.

It needs `pip install "jax[cuda13]" optax` and `cifar10.npz` where `load_dataset` finds it, but not
TensorFlow.
"""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
import optax
from record import Record, arguments, cifar10_name, smoothed_logits

from kdlab import accuracy, agreement, load_dataset, negative_log_likelihood, pretrained_teacher
from kdlab.soft_targets import part_weights

FULL = {
    # How many images a student gets, and how often it sees each: first the same number of steps
    # with fewer images, then more steps with all of them.
    "rounds": [[500, 1000], [2_000, 250], [10_000, 50], [50_000, 10], [50_000, 30], [50_000, 100]],
    "batch_size": 128,
    "learning_rate": 1e-3,
    "seeds": list(range(10)),
    "smoothing": 0.1,
    # Weight of the soft loss and temperature.
    "arms": {
        "labels alone": [0.0, 1.0],
        "smoothed labels": [1.0, 1.0],
        "distilled, T = 1": [0.9, 1.0],
        "distilled, T = 4": [0.9, 4.0],
    },
    "n_test": 10_000,
}
QUICK = FULL | {"rounds": [[200, 2], [300, 2]], "batch_size": 50, "seeds": [0, 1], "n_test": 500}


def student_logits(weights, images):
    """The tutorials' student, `build_student(cifar10, 128, architecture="cnn")`."""
    *convolutions, hidden, last = weights
    x = images
    for kernel, bias in convolutions:
        x = max_pool(jax.nn.relu(windows(x) @ kernel + bias))
    x = jax.nn.relu(x.reshape(len(x), -1) @ hidden[0] + hidden[1])
    return x @ last[0] + last[1]


def windows(images):
    """The 3x3 window around each pixel that has one, so that a convolution is a matrix product.

    Side by side, students have kernels of their own, and a GPU is far better at many products than
    at many convolutions.
    """
    height, width = images.shape[1] - 2, images.shape[2] - 2
    shifted = [images[:, i : i + height, j : j + width] for i in range(3) for j in range(3)]
    return jnp.concatenate(shifted, axis=-1)


def max_pool(x):
    n, height, width, channels = x.shape
    x = x[:, : height // 2 * 2, : width // 2 * 2]
    return x.reshape(n, height // 2, 2, width // 2, 2, channels).max((2, 4))


def initial_weights(key):
    """Kernels and biases: two convolutions, the dense layer, the logits (Glorot, as in Keras)."""
    shapes = [(3, 3, 3, 32), (3, 3, 32, 64), (2304, 128), (128, 10)]
    draw = jax.nn.initializers.glorot_uniform()
    kernels = [draw(k, s) for k, s in zip(jax.random.split(key, len(shapes)), shapes, strict=True)]
    return [
        (kernel.reshape(-1, kernel.shape[-1]), jnp.zeros(kernel.shape[-1])) for kernel in kernels
    ]


def distillation_loss(weights, images, labels, teacher_logits, alpha, temperature):
    """`alpha * T^2 * soft + (1 - alpha) * hard`, as `kdlab.DistillationLoss` computes it."""
    logits = student_logits(weights, images)
    soft_targets = jax.nn.softmax(teacher_logits / temperature)
    soft = optax.kl_divergence(jax.nn.log_softmax(logits / temperature), soft_targets)
    hard = optax.softmax_cross_entropy_with_integer_labels(logits, labels)
    soft_weight, hard_weight = part_weights(temperature, alpha, scale_by_t2=True)
    return jnp.mean(soft_weight * soft + hard_weight * hard)


@partial(jax.jit, static_argnames=("n_images", "epochs", "batch_size", "peak"))
def train_student(
    seed, images, labels, teacher_logits, alpha, temperature, *, n_images, epochs, batch_size, peak
):
    """The weights of one student; with `jax.vmap`, of one per seed.

    A seed decides the initial weights, the images that are drawn and their order, whatever the arm.
    """
    start, draw, order = jax.random.split(jax.random.key(seed), 3)
    drawn = jax.random.permutation(draw, len(images))[:n_images]
    per_epoch = n_images // batch_size  # what is left over comes in another epoch's order
    steps = epochs * per_epoch
    optimizer = optax.adam(
        optax.warmup_cosine_decay_schedule(peak / 10, peak, max(steps // 10, 1), steps), eps=1e-7
    )

    def step(state, batch):
        weights, moments = state
        x = images[batch].astype(jnp.float32) / 255
        gradient = jax.grad(distillation_loss)(
            weights, x, labels[batch], teacher_logits[batch], alpha, temperature
        )
        updates, moments = optimizer.update(gradient, moments)
        return (optax.apply_updates(weights, updates), moments), None

    def epoch(state, key):
        shuffled = jax.random.permutation(key, drawn)[: per_epoch * batch_size]
        return jax.lax.scan(step, state, shuffled.reshape(per_epoch, batch_size))

    weights = initial_weights(start)
    state = weights, optimizer.init(weights)
    (weights, _), _ = jax.lax.scan(epoch, state, jax.random.split(order, epochs))
    return weights


@jax.jit
def predict_logits(weights, images):
    """The logits of students side by side: `(seeds, images, classes)`."""

    def some(uint8):
        return jax.vmap(student_logits, (0, None))(weights, uint8.astype(jnp.float32) / 255)

    chunks = images.reshape(-1, 500, *images.shape[1:])
    return jnp.concatenate(jax.lax.map(some, chunks), axis=1)


def train_students(arm: str, n_images: int, epochs: int, data, targets, settings) -> dict:
    """The students of one arm, one per seed, and how well they do on the test images."""
    alpha, temperature = settings["arms"][arm]
    train_one = partial(
        train_student, n_images=n_images, epochs=epochs,
        batch_size=settings["batch_size"], peak=settings["learning_rate"],
    )  # fmt: skip
    weights = jax.vmap(train_one, (0, None, None, None, None, None))(
        jnp.array(settings["seeds"]), data.x_train, data.y_train, targets[arm], alpha, temperature
    )
    logits = np.asarray(predict_logits(weights, data.x_test))
    return {
        "accuracy": accuracy(logits, data.y_test).tolist(),
        "nll": negative_log_likelihood(logits, data.y_test).tolist(),
        "agreement": [float(agreement(z, targets["teacher on the test"])) for z in logits],
    }


def main() -> None:
    chosen = arguments("cifar10_seeds", __doc__.splitlines()[0], "few images, two rounds")
    settings = QUICK if chosen.quick else FULL
    most = max(n_images for n_images, _ in settings["rounds"])
    data = load_dataset("cifar10", n_train=most, n_test=settings["n_test"])
    teacher = pretrained_teacher("cifar10", data)
    about = {"name": cifar10_name(data), "settings": settings, "data": data.checksum}
    record = Record(chosen.out, about)

    targets = dict.fromkeys(settings["arms"], jnp.asarray(teacher.train_logits)) | {
        "smoothed labels": jnp.asarray(
            smoothed_logits(data.y_train, data.n_classes, settings["smoothing"]), jnp.float32
        ),
        "teacher on the test": teacher.test_logits,
    }
    on_device = SimpleNamespace(  # the images as bytes, a quarter of the memory
        x_train=jnp.asarray(np.rint(255 * data.x_train), jnp.uint8),
        y_train=jnp.asarray(data.y_train, jnp.int32),
        x_test=jnp.asarray(np.rint(255 * data.x_test), jnp.uint8),
        y_test=data.y_test,
    )
    for n_images, epochs in settings["rounds"]:
        for arm in settings["arms"]:
            record.run(
                partial(train_students, arm, n_images, epochs, on_device, targets, settings),
                arm=arm, n_images=n_images, epochs=epochs,
            )  # fmt: skip
    print(f"{len(record.runs)} runs in {chosen.out}")


if __name__ == "__main__":
    main()
