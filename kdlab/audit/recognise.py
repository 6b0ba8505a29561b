"""Comparing a measured gradient with those of the suspects: which one explains it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kdlab.audit.measure import Probe, expect
from kdlab.audit.report import Mistake
from kdlab.audit.suspects import SUSPECTS, right_loss

SAME = 0.02  # gradients closer than this share of their size are the same


class Match(NamedTuple):
    """A suspect with the audited loss's gradient, and what stands in front of it.

    Attributes:
        mistakes: those of the suspect, none if it is what is right.
        weight: the factor in front, the same for all probes; None if it depends on them in some
            other way than by a power of the examples and of the classes.
        examples, classes: those powers.
    """

    mistakes: tuple[Mistake, ...]
    weight: float | None
    examples: int
    classes: int

    def factor(self, probe: Probe) -> float:
        n, classes = probe.student.shape
        return self.weight * n**self.examples * classes**self.classes


def compare(measured, expected) -> tuple[float, np.ndarray]:
    """How far gradients are from multiples of the expected ones, and from which multiples.

    The first is a share of their size; the second has one factor per probe, NaN where the expected
    gradient is 0.
    """
    factors, off = [], 0.0
    for got, reference in zip(measured, expected, strict=True):
        own = np.sum(reference**2)
        factor = np.sum(got * reference) / own if own > 0 else 0.0
        factors.append(factor if own > 0 else np.nan)
        off += np.sum((got - factor * reference) ** 2)
    size = sum(np.sum(got**2) for got in measured)
    return float(np.sqrt(off / size)), np.array(factors)


def recognise(measured, probes: list[Probe], temperature: float) -> Match | None:
    """The suspect that explains the measured gradients, or None."""
    close = []
    for suspect, mistakes in ((right_loss, ()), *SUSPECTS):
        expected = [expect(suspect, probe, temperature) for probe in probes]
        distance, factors = compare(measured, expected)
        if distance < SAME:
            close.append((distance, mistakes, factors))
        if suspect is right_loss and distance < SAME / 10:
            break  # no other can be much closer
    if not close:
        return None
    nearest = min(distance for distance, _, _ in close)
    # The first of those that differ by rounding only.
    _, mistakes, factors = next(one for one in close if one[0] <= 2 * nearest + 1e-6)
    return Match(mistakes, *_weigh(factors, probes))


def _weigh(factors: np.ndarray, probes: list[Probe]) -> tuple[float | None, int, int]:
    n, classes = np.array([probe.student.shape for probe in probes], dtype=float).T
    for powers in ((0, 0), (1, 0), (0, -1), (1, -1), (-1, 0), (-1, -1)):
        weights = factors / (n ** powers[0] * classes ** powers[1])
        weights = weights[~np.isnan(weights)]
        if np.ptp(weights) <= SAME * abs(weights.mean()):
            return float(weights.mean()), *powers
    return None, 0, 0
