"""Which examples are for training and which for the test."""

from __future__ import annotations

import numpy as np

from kdlab import _checks


def stratified(
    labels: np.ndarray, class_names, test, seed, *, of: str = "y"
) -> tuple[np.ndarray, np.ndarray]:
    """Split examples so that each class has the same share in both parts, but for rounding.

    Args:
        labels: class numbers `(n,)`.
        class_names: one name per class, for messages.
        test: the share of the test part, between 0 and 1.
        seed: decides which examples it gets, and the order within both parts.
        of: the argument that the labels are from.

    Returns:
        The positions of the training examples and those of the test examples, in random order.

    Raises:
        ValueError: a class has fewer than 2 examples, or an argument is out of range.
    """
    seed = _checks.seed(seed)
    if not _checks.is_real(test) or not 0 < test < 1:
        raise ValueError(
            "test must be a share between 0 and 1, such as 0.2 for every fifth example, "
            f"got {test!r}"
        )
    count = np.bincount(labels, minlength=len(class_names))
    if (count < 2).any():
        few = {class_names[i]: int(count[i]) for i in np.flatnonzero(count < 2)[:5]}
        raise ValueError(
            f"{of} must have at least 2 examples of every class, one to learn from and one for the "
            f"test, got {few}: leave such a class out, or find more of it"
        )
    rng = np.random.default_rng(seed)
    parts = ([], [])
    for label, n in enumerate(count):
        members = rng.permutation(np.flatnonzero(labels == label))
        n_test = min(max(round(n * float(test)), 1), n - 1)
        for part, chosen in zip(parts, (members[n_test:], members[:n_test]), strict=True):
            part.append(chosen)
    train, tested = (rng.permutation(np.concatenate(part)) for part in parts)
    return train, tested
