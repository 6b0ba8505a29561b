"""Logits of teachers that only give probabilities."""

from __future__ import annotations

import numpy as np

from kdlab import _checks


def logits_from_probabilities(
    probabilities, temperature: float = 1.0, *, smoothing: float = 0.0
) -> np.ndarray:
    """Logits of which `softmax(logits, temperature)` are these probabilities.

    `z = T log p`, which are the teacher's logits up to a constant of each row, and no softmax sees
    that: from `softmax(z / T)` and `T` come the soft targets at every other temperature.

    A zero has no logarithm, and two things may stand behind it. Rounding, in a file: the truth is
    some smaller number than the file can hold, and half the smallest positive one is taken. Or
    counting, by the votes of a forest or the neighbours of an example: `0 of 100` does not mean
    never, and `smoothing` gives all classes a share. Votes also want the examples that a tree has
    not been trained on (`oob_decision_function_`), and a low temperature: they are no exponential.

    Args:
        probabilities: `(n, classes)`, each row summing to 1 (rounded ones nearly); or `(n,)` or
            `(n, 1)`, the probability of the second of two classes, from a sigmoid.
        temperature: the `T` of the softmax that made them.
        smoothing: the share of each row that is spread over all classes, in [0, 1): `0.02` turns
            `p` into `0.98 p + 0.02 / classes`.

    Returns:
        float32 `(n, classes)`; of a sigmoid, the two columns `[0, z]`.

    Raises:
        ValueError: they are no probabilities, or an argument is out of range.

    Example:
        >>> from kdlab import softmax
        >>> soft = softmax([[2.0, 1.0, -1.0]], 5.0)
        >>> logits = logits_from_probabilities(soft, temperature=5.0)
        >>> (logits - logits[:, :1]).round(3)
        array([[ 0., -1., -3.]], dtype=float32)
        >>> logits_from_probabilities([0.5, 0.9]).round(3)
        array([[0.   , 0.   ],
               [0.   , 2.197]], dtype=float32)
    """
    temperature = _checks.training_temperature(temperature)
    if not _checks.is_real(smoothing) or not 0 <= smoothing < 1:
        raise ValueError(f"smoothing must be a share in [0, 1), such as 0.02, got {smoothing!r}")
    p = _checks.array(probabilities, "probabilities")
    single = p.ndim == 1 or (p.ndim == 2 and p.shape[1] == 1)
    if single and p.min() >= 0 and p.max() <= 1:
        p = np.stack([1 - p.ravel(), p.ravel()], axis=1)
    p = _positive(_rows(p, "probabilities"), smoothing)
    logits = temperature * np.log(p)
    return (logits - logits[:, :1] if single else logits).astype(np.float32)


def logits_from_top_k(log_probabilities, classes, n_classes: int) -> np.ndarray:
    """Logits of a teacher that tells only its likeliest classes, as language models' APIs do.

    What the row leaves of the probability, `1 - sum p`, is shared out evenly over the classes that
    it does not name; at least as much as rounding may have hidden.

    Args:
        log_probabilities: natural logarithms, at `T = 1`, of the likeliest classes of each example,
            `(n, k)`, in any order.
        classes: which classes these are, `(n, k)` integers.
        n_classes: how many there are in all, such as the size of the vocabulary.

    Returns:
        float32 `(n, n_classes)`: 50,000 classes take 0.2 MB an example.

    Raises:
        ValueError: a row names a class twice, or its probabilities sum to more than 1.

    Example:
        >>> from kdlab import softmax
        >>> logits = logits_from_top_k(np.log([[0.6, 0.3]]), [[7, 2]], n_classes=12)
        >>> softmax(logits)[0].round(3)[[7, 2, 0, 11]]
        array([0.6 , 0.3 , 0.01, 0.01])
    """
    n_classes = _checks.positive_int(n_classes, "n_classes")
    log_p = _checks.array(log_probabilities, "log_probabilities", ndim=2)
    k = log_p.shape[1]
    named = _checks.as_array(classes)
    if named.shape != log_p.shape or named.dtype.kind not in "iu":
        raise ValueError(
            f"classes must hold the class number of each log-probability, {log_p.shape} integers, "
            f"got {named.dtype} of shape {named.shape}"
        )
    if named.min() < 0 or named.max() >= n_classes:
        raise ValueError(
            f"classes must lie in 0 to {n_classes - 1}, as n_classes is {n_classes}, "
            f"got {named.min()} to {named.max()}"
        )
    if k >= 2 and (np.diff(np.sort(named, axis=1), axis=1) == 0).any():
        raise ValueError("classes must name a class once in each row, got one twice")
    if k >= n_classes:
        raise ValueError(
            f"classes must leave some of the {n_classes} to the rest, got {k}: with all of them, "
            "the log-probabilities are the logits"
        )
    p = np.exp(np.minimum(log_p, 1.0))
    if log_p.max() > 0.01 or p.sum(axis=1).max() > 1.01:
        raise ValueError(
            "log_probabilities must be natural logarithms of probabilities, none above 0 and each "
            f"row's probabilities summing to at most 1, got up to {log_p.max():.3g} and sums to "
            f"{p.sum(axis=1).max():.3g}"
        )
    missing = np.maximum(1 - p.sum(axis=1), 1e-6)
    rest = np.log(missing / (n_classes - k)).astype(np.float32)
    logits = np.repeat(rest[:, None], n_classes, axis=1)
    np.put_along_axis(logits, named, log_p.astype(np.float32), axis=1)
    return logits


def _rows(p: np.ndarray, name: str) -> np.ndarray:
    """Probabilities, though rounded, in rows."""
    if p.max() <= 0 and np.allclose(np.exp(p).sum(axis=-1), 1, atol=1e-2):
        raise ValueError(
            f"{name} must hold probabilities, got what looks like their logarithms: pass "
            "np.exp(...) of them"
        )
    if p.ndim != 2 or p.shape[1] < 2:
        raise ValueError(
            f"{name} must have one row per example and one column per class, got shape {p.shape}"
        )
    sums = p.sum(axis=1)
    if p.min() >= 0 and (sums == 0).any():
        raise ValueError(
            f"{name} must sum to 1 in each row, got {(sums == 0).sum():,} rows of zeros, for which "
            "nobody has voted: grow more trees, or leave these rows out"
        )
    if np.allclose(sums, 100, rtol=0.1) and p.min() >= 0:
        raise ValueError(f"{name} must sum to 1 in each row, got per cent: divide them by 100")
    if p.min() < 0 or np.abs(sums - 1).max() > 0.3 or p.max() > 1.001:
        raise ValueError(
            f"{name} must hold probabilities, none negative and each row summing to 1, got values "
            f"from {p.min():.3g} to {p.max():.3g} and row sums from {sums.min():.3g} to "
            f"{sums.max():.3g}. If these are scores from before a softmax, they are the logits"
        )
    return p


def _positive(p: np.ndarray, smoothing: float) -> np.ndarray:
    p = (1 - smoothing) * p + smoothing / p.shape[1]
    return np.maximum(p, p[p > 0].min() / 2)
