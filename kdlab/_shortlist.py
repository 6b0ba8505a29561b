"""Where there are more classes than can be shown: the likeliest by themselves, the others as one.

The page has its own copy, `shortlist.js`.
"""

from __future__ import annotations

import numpy as np

# Classes; a widget and a figure show more than so many as a short list.
MOST = 100


def likeliest(probabilities: np.ndarray, most: int, *besides: int) -> np.ndarray:
    """The numbers of the `most` likeliest classes, in their order, in the end those asked for."""
    order = np.argsort(-probabilities.round(3), kind="stable")
    first = order[:most]
    missing = [k for k in dict.fromkeys(besides) if k not in first]
    return np.append(first[: len(first) - len(missing)], missing).astype(int)


def with_others(values: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """The values of these classes, and the sum of all others."""
    return np.append(values[classes], np.delete(values, classes).sum())


def others_name(count: int) -> str:
    """What the other classes are called."""
    return f"the other {count:,} classes"


def cut(text: str, most: int) -> str:
    """A text of at most so many characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
