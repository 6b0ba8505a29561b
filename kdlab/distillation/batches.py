"""An endless stream of batches, and the steps through it, which know where an epoch ends."""

from __future__ import annotations

from kdlab._tensorflow import tf
from kdlab.distillation.keras_internals import without_tracing_warning


def batches(examples: tuple, batch_size: int, seed: int, first_epoch: int):
    """All examples in batches, again and again, in an order of its own for each epoch.

    Given arrays, `fit` sets its input up anew for every epoch, which on small data takes ten times
    as long as the training. And the order follows from the seed and the epoch alone, so that a run
    that goes on after an interruption sees what it would have seen.
    """
    examples = [tf.constant(part) for part in examples]  # inputs, targets and perhaps weights
    n = len(examples[0])

    def of_epoch(epoch):
        order = tf.random.experimental.stateless_shuffle(tf.range(n), [seed, epoch])
        return tf.data.Dataset.from_tensor_slices(order).batch(batch_size)

    # There is nothing to tune. And when Python frees an old training, it would wait for the tuner
    # to wake up: up to a minute.
    untuned = tf.data.Options()
    untuned.autotune.enabled = False
    return (
        tf.data.Dataset.counter(first_epoch)
        .flat_map(of_epoch)
        .map(lambda batch: tuple(tf.gather(part, batch) for part in examples))
        .prefetch(2)
        .with_options(untuned)
    )


def several_steps(model, steps: int, per_call: int):
    """What Keras calls to train: `per_call` steps, but in an epoch's last call only those left.

    Keras's own function does not know where an epoch ends in an endless stream, and goes beyond.
    """
    step = tf.function(
        tf.autograph.experimental.do_not_convert(model.train_step), reduce_retracing=True
    )

    @without_tracing_warning
    @tf.function(autograph=False, reduce_retracing=True)
    def run(iterator, n):
        return tf.while_loop(
            lambda i, logs: i < n,
            lambda i, logs: (i + 1, step(next(iterator))),
            (tf.constant(1), step(next(iterator))),
        )[1]

    done = 0

    def train(iterator):
        nonlocal done
        n = min(per_call, steps - done)
        done = (done + n) % steps
        return run(iterator, tf.constant(n))

    return train
