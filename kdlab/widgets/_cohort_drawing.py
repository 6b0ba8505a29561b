"""What the cohort explorer draws: places along its axes in percent, and the texts beside them."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10

import numpy as np

from kdlab._shortlist import MOST
from kdlab.cohort.cells import Cell, Grid, setting_in_words
from kdlab.metrics import Interval
from kdlab.widgets import _cohort_words as words

# Classes of a confusion matrix; of more, those with the most errors.
_MOST_CLASSES = 12


def packed(grid: Grid, class_names: Sequence[str]) -> dict:
    """What the page draws: texts, and places along its axes in percent."""
    maps = [[cell for row in grid.rows(size) for cell in row] for size in grid.sizes]
    cells = [cell for of in maps for cell in of]
    axes = [_Axes([cell for cell in of if not cell.diverged] or of) for of in maps]
    drawn = [
        _Drawing(cell, grid.at(cell.n_images, 0, None), shared, grid.measured)
        for of, shared in zip(maps, axes, strict=True)
        for cell in of
    ]
    classes = _most_confused(cells)
    confusion = [100 * cell.confusion[np.ix_(classes, classes)] for cell in cells]
    # Of more classes than a table can show, those that the confusion matrix shows.
    listed = classes if len(class_names) > MOST else list(range(len(class_names)))
    recognised = [100 * cell.confusion.diagonal()[listed] for cell in cells]
    errors = np.stack(confusion)[:, ~np.eye(len(classes), dtype=bool)]
    step = Axis([0, grid.steps[-1]], room=0)
    return {
        "classNames": [class_names[k] for k in listed],
        "confused": [class_names[k] for k in classes],
        "temperatures": grid.temperatures,
        "alphas": grid.alphas,
        "maps": [
            {
                "size": size,
                "name": f"{size:,} images",
                "titles": [f"{words.TITLES[min(i, 1)]}, {size:,} images" for i in range(3)],
                "sums": words.sums(of),
                "ticks": shared.ticks(),
            }
            for size, of, shared in zip(grid.sizes, maps, axes, strict=True)
        ],
        "cells": [
            {**drawing.texts, "levels": levels}
            for drawing, levels in zip(drawn, _levels(cells), strict=True)
        ],
        "strips": _bytes(_stack([drawing.strips for drawing in drawn])),
        "curves": _bytes(_stack([drawing.curves for drawing in drawn])),
        "recognised": _bytes(recognised),
        "confusion": _bytes(confusion),
        "largestError": float(errors.max()) or 1.0,
        "steps": step.at(grid.steps).round(2).tolist(),
        "stepTicks": step.ticks(),
        "notes": words.notes(grid, class_names, len(classes)),
        "whyNot": words.sentence(grid.why_not),
    }


class Axis:
    """An axis with room for some values. Places along it are in percent."""

    def __init__(self, values, room: float = 0.06):
        values = np.ravel(values).astype(float)
        values = values[np.isfinite(values)]
        low, high = (values.min(), values.max()) if values.size else (0.0, 1.0)
        if low == high:
            low, high, room = low - 0.5, high + 0.5, 0.0
        self.low, self.length = low - room * (high - low), (1 + 2 * room) * (high - low)

    def at(self, values) -> np.ndarray:
        return 100 * (np.asarray(values, float) - self.low) / self.length

    def down(self, values) -> np.ndarray:
        """The same from the top, for an upright axis."""
        return 100 - self.at(values)

    def ticks(self, form: str = ",.10g", down: bool = False) -> list[tuple[float, str]]:
        """Two to six places, and the round numbers that stand there."""
        power = 10.0 ** floor(log10(self.length / 4))
        step = next(power * x for x in (1, 2, 5, 10) if power * x >= 0.999 * self.length / 4)
        first, last = ceil(self.low / step), floor((self.low + self.length) / step + 1e-9)
        numbers = [k * step for k in range(first, last + 1)]
        places = (self.down if down else self.at)(numbers).round(2).tolist()
        texts = [f"{x:{form}}".replace("-", "−") if x else "0" for x in numbers]
        return list(zip(places, texts, strict=True))


class _Axes:
    """The axes on which some cells are drawn."""

    def __init__(self, cells: list[Cell]):
        parts = [(*cell.accuracy[:3], *cell.accuracies, *cell.partners) for cell in cells]
        gains = [it for cell in cells if cell.paired for it in (cell.paired, cell.unpaired)]
        self.accuracy = Axis(100 * np.clip(np.concatenate(parts), 0, 1))
        self.gain = Axis([0.0, *(end for it in gains for end in _ends(it))])
        self.curve = Axis(np.concatenate([cell.curves.ravel() for cell in cells]))

    def ticks(self) -> dict:
        return {
            "accuracy": self.accuracy.ticks(down=True),
            "gain": self.gain.ticks("+,.10g"),
            "zero": round(float(self.gain.at(0)), 2),
            "curve": self.curve.ticks(down=True),
        }


class _Drawing:
    """A cell as the page draws it.

    Attributes:
        strips: each student's accuracies, `(students, 2)`: its partner's on hard labels, its own.
        curves: `(2 + students, points)`: the mean, that of hard labels, and each student's.
        texts: what is written, and the few places that are not in these arrays.
    """

    def __init__(self, cell: Cell, hard: Cell | None, axes: _Axes, measured: bool):
        pair = [cell] if cell.paired is None else [hard, cell]
        ticks = {}
        if cell.diverged:  # the axes of the others would not do
            axes = _Axes(pair)
            ticks = axes.ticks()
        curve = axes.curve
        if not measured:  # a loss is another quantity in every setting
            curve = Axis(cell.curves)
            ticks["curve"] = curve.ticks(down=True)
        nothing = np.full(cell.curves.shape[1], np.nan)
        reference = hard.curves.mean(axis=0) if pair[1:] and measured else nothing
        self.curves = curve.down([cell.curves.mean(axis=0), reference, *cell.curves])
        self.strips = axes.accuracy.down(100 * np.stack([cell.partners, cell.accuracies], axis=1))
        columns = [28, 72] if pair[1:] else [0, 50]  # the places of the strips
        beside = [19, 81] if pair[1:] else [59]  # and of their means
        self.texts = {
            "name": setting_in_words(cell.alpha, cell.temperature),
            "entries": words.entries(cell),
            "verdicts": words.unbroken(words.verdicts(cell)),
            "remarks": words.unbroken(words.remarks(cell)),
            "columns": columns,
            "heads": [
                (x, f"{words.name_of(it)}\n{100 * it.accuracy.mean:.1f} %")
                for x, it in zip(columns[-len(pair) :], pair, strict=True)
            ],
            "means": [
                [x, *axes.accuracy.down(_ends(it.accuracy)).round(2).tolist()]
                for x, it in zip(beside, pair, strict=True)
            ],
            "ticks": ticks,
        }
        if pair[1:]:
            both = (cell.paired, cell.unpaired)
            widths = [it.high - it.low for it in both]
            self.texts |= {
                "gains": [axes.gain.at(_ends(it)).round(2).tolist() for it in both],
                "differences": [
                    f"{words.signed(it.mean)} points ({words.range_of(it)})" for it in both
                ],
                "times": f"Unpaired, the interval is {widths[1] / widths[0]:.1f} times as wide."
                if widths[0]
                else "",
            }


def _ends(interval: Interval) -> list[float]:
    """The mean and the ends in percent."""
    return [100 * x for x in interval[:3]]


def _levels(cells: list[Cell]) -> list[list[float]]:
    """How strong a cell's colour is, in [0, 1]: of its accuracy and of its difference.

    On one scale for the whole cohort, which a student that diverged must not spoil.
    """
    sound = [cell for cell in cells if not cell.diverged] or cells
    means = [cell.accuracy.mean for cell in sound]
    low, length = min(means), max(means) - min(means) or 1
    most = max((abs(cell.paired.mean) for cell in sound if cell.paired), default=0) or 1
    levels = [
        [(cell.accuracy.mean - low) / length, abs(cell.paired.mean) / most if cell.paired else 0]
        for cell in cells
    ]
    return np.clip(levels, 0, 1).round(3).tolist()


def _stack(arrays: list[np.ndarray]) -> np.ndarray:
    """Arrays of as many columns as one array; rows of NaN where one has fewer."""
    most = max(map(len, arrays))
    return np.stack(
        [np.pad(it, ((0, most - len(it)), (0, 0)), constant_values=np.nan) for it in arrays]
    )


def _most_confused(cells: list[Cell]) -> list[int]:
    """All classes, or those with the most errors, in their order."""
    errors = sum(cell.confusion for cell in cells)
    np.fill_diagonal(errors, 0)
    most = np.argsort(-errors.sum(axis=0) - errors.sum(axis=1), kind="stable")
    return sorted(most[:_MOST_CLASSES].tolist())


def _bytes(places) -> bytes:
    """Places in percent at two bytes each; the largest number stands for none."""
    places = np.asarray(places)
    whole = np.rint(np.clip(places, 0, 100) * 655.34)
    return np.where(np.isnan(places), 65535, whole).astype("<u2").tobytes()
