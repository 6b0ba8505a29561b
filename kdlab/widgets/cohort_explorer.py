"""See when distillation helps, by how much, and how sure that is: `CohortExplorer`."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10
from numbers import Real
from typing import NamedTuple

import numpy as np
import traitlets

from kdlab import _checks
from kdlab.metrics import (
    Interval,
    confidence_interval,
    paired_difference,
    unpaired_difference,
    verdict,
)
from kdlab.widgets import _assets, _examples
from kdlab.widgets._base import Checked, Widget

_SHOWS = ("accuracy", "difference")
_MARKS = {"gain": "▲", "unclear": "=", "loss": "▼"}  # of a difference, by its kind

# What is read of a cohort: arrays, in which sizes of one name must agree.
_SHAPES = {
    "seed": ("students",),
    "temperature": ("students",),
    "alpha": ("students",),
    "n_images": ("students",),
    "y_test": ("n_test",),
    "test_logits": ("students", "n_test", "classes"),
    "test_accuracy": ("students",),
    "steps": ("stretches",),
    "loss": ("students", "stretches"),
    "test_curve": ("students", "stretches"),
}
# Points of a learning curve that are sent; more would not be seen at its size.
_MOST_POINTS = 30
# Classes of a confusion matrix; of more, those with the most errors.
_MOST_CLASSES = 12

_NO_HARD = "no student was trained on hard labels alone (alpha = 0) to compare with"
_NO_SOFT = "all students were trained on hard labels alone (alpha = 0)"
_NO_PAIRS = "a setting shares fewer than 2 seeds with hard labels (alpha = 0)"

# Of a map of accuracies, and of differences.
_TITLES = ("Test accuracy in %", "Points above hard labels")
_MAP_NOTES = (
    "Mean test accuracy, ± half of its 95 % interval over the seeds. The stronger the colour, the "
    "better, on one scale for all numbers of images.",
    "Points gained (▲) or lost (▼) against hard labels on as many images, ± half of the 95 % "
    "interval. = (hatched) is not clear: the interval holds 0. Of 20 intervals, about one misses "
    "the truth.",
)
_PAIRING = (
    "Students of one seed begin alike and learn from the same images: a lucky draw lifts both, and "
    "pairing takes it out."
)
_CURVES = "Test accuracy in %, over training steps"
_LOSSES = "Training loss, another quantity in each setting, over training steps"
_KEYS = "Thin: each student. Thick: their mean."
_DASHED = " Dashed: the mean on hard labels."
_CONFUSION = "What is taken for what, in % of each class"


class CohortExplorer(Widget):
    """Explore a cohort: the map of accuracy over temperature, alpha and the number of images.

    Each cell of the map is a setting, with the mean accuracy of its students and the 95 % interval
    over their seeds, or with its difference from hard labels (alpha = 0) with as many images.
    Picking a cell shows its students one by one, their learning curves, and what they confuse.

    Students of one seed begin with the same weights and get the same images. A paired difference
    is taken within each seed, where the luck that both share cancels; an unpaired one compares
    the two groups as if no student of one belonged to one of the other. The mean is the same, the
    interval is not.

    Everything is computed once, with `kdlab.metrics`, and the page draws it without the kernel.
    Differences are over the seeds that both settings have. Where a student diverged, so that its
    logits are not finite, it counts as wrong.

    Args:
        cohort: a `CohortResult`, or anything with its `temperature`, `alpha`, `n_images`, `seed`,
            `left_out`, `test_logits`, `test_accuracy`, `steps`, `loss`, `test_curve` and `y_test`:
            all combinations of its settings, each with at least two seeds. Where it was trained
            without `curves`, the training loss stands in for the test accuracy along the way.
        class_names: one name per class; the class numbers if not given.
        n_images: the number of images at the start; the smallest if None.
        alpha, temperature: the setting picked at the start; the most accurate one if None.
        show: what the map shows, `"accuracy"` or `"difference"`.
        paired: whether differences are paired by seed.

    Attributes:
        n_images, alpha, temperature: the setting that is picked. Where alpha is 0 the temperature
            plays no part, and all temperatures are one cell.
        show, paired: as the switches stand.

    Raises:
        ValueError: the cohort is empty or incomplete, has several variants of `left_out`, or
            arrays that do not fit each other; or an argument is not among its settings. The same
            when an attribute is set later.

    Example:
        >>> from types import SimpleNamespace
        >>> cohort = SimpleNamespace(
        ...     temperature=[4, 4, 4, 4], alpha=[0, 0, 1, 1], n_images=[50] * 4, seed=[0, 1] * 2,
        ...     left_out=[()] * 4, y_test=[0, 1], test_logits=np.eye(2)[[[0, 1], [1, 1]] * 2],
        ...     test_accuracy=[1, 0.5] * 2, steps=[100], loss=np.ones((4, 1)),
        ...     test_curve=np.ones((4, 0)))
        >>> explorer = CohortExplorer(cohort, class_names=("cat", "dog"), alpha=1)
        >>> explorer
        <CohortExplorer 4 students, 2 settings, n_images=50, alpha=1.0, temperature=4.0, \
show='accuracy', paired=True>
        >>> explorer.show = "difference"
    """

    _esm = _assets.module("cohort_explorer")
    _css = _assets.style("cohort_explorer")

    n_images = Checked(lambda self, value: _check_among(self._sizes, value, "n_images"), None)
    alpha = Checked(lambda self, value: _check_among(self._alphas, value, "alpha"), None)
    temperature = Checked(
        lambda self, value: _check_among(self._temperatures, value, "temperature"), None
    )
    show = Checked(lambda self, value: self._check_show(value), "accuracy")
    paired = Checked(lambda _, value: _checks.flag(value, "paired"), True)
    # Never changed after the start, so that it is sent once.
    _data = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        cohort,
        class_names: Sequence[str] | None = None,
        *,
        n_images: int | None = None,
        alpha: float | None = None,
        temperature: float | None = None,
        show: str = "accuracy",
        paired: bool = True,
    ):
        students = _check_cohort(cohort)
        self._class_names = _examples.names(class_names, students.logits.shape[-1])
        self._cells = students.cells()
        sizes, alphas, temperatures = map(set, zip(*self._cells, strict=True))
        self._sizes, self._alphas = sorted(sizes), sorted(alphas, reverse=True)
        # Students on hard labels are listed under some temperature, too.
        self._temperatures = sorted(temperatures - {None} or set(students.temperature.tolist()))
        self._check_complete()
        self._why_not = self._compare()
        super().__init__(
            **self._start(n_images, alpha, temperature),
            show=show,
            paired=paired,
            _data=self._packed(students),
        )

    # ---- The settings ------------------------------------------------------------------------

    def _at(self, size: int, alpha: float, temperature: float | None) -> _Cell | None:
        return self._cells.get((size, alpha, temperature if alpha else None))

    def _rows(self, size: int) -> list[list[_Cell]]:
        """A map: a row per alpha, soft labels first, with one cell for hard labels."""
        return [
            [self._at(size, alpha, t) for t in self._temperatures[: None if alpha else 1]]
            for alpha in self._alphas
        ]

    def _check_complete(self) -> None:
        for setting in itertools.product(self._sizes, self._alphas, self._temperatures):
            if self._at(*setting) is None:
                raise ValueError(
                    "cohort must have all combinations of its settings, got no student with "
                    + _in_words(*setting)
                )
        if all(cell.diverged == len(cell.seeds) for cell in self._cells.values()):
            raise ValueError("cohort.test_logits must be finite, got no student whose logits are")

    def _compare(self) -> str:
        """Compare every cell with hard labels. Says why not, where that cannot be done."""
        if 0 not in self._alphas:
            return _NO_HARD
        pairs = [
            (cell, self._at(cell.n_images, 0, None)) for cell in self._cells.values() if cell.alpha
        ]
        if not pairs:
            return _NO_SOFT
        if any(len({*cell.seeds} & {*hard.seeds}) < 2 for cell, hard in pairs):
            return _NO_PAIRS
        for cell, hard in pairs:
            cell.compare(hard)
        return ""

    def _start(self, *chosen) -> dict:
        """The settings to begin with: what is not given is that of the most accurate cell."""
        names = ("n_images", "alpha", "temperature")
        among = [self._sizes, self._alphas, self._temperatures]
        if chosen[0] is None:
            among[0] = self._sizes[:1]
        for i, value in enumerate(chosen):
            if value is not None:
                among[i] = [_check_among(among[i], value, names[i])]
        best = max(itertools.product(*among), key=lambda it: self._at(*it).accuracy.mean)
        return dict(zip(names, best, strict=True))

    def _check_show(self, value) -> str:
        if not isinstance(value, str) or value not in _SHOWS:
            raise ValueError(f"show must be one of {', '.join(map(repr, _SHOWS))}, got {value!r}")
        if value == "difference" and self._why_not:
            raise ValueError(f"show must be 'accuracy' for this cohort: {self._why_not}")
        return value

    # ---- What the page gets ------------------------------------------------------------------

    def _packed(self, students: _Students) -> dict:
        """What the page draws: texts, and places along its axes in percent."""
        maps = [[cell for row in self._rows(size) for cell in row] for size in self._sizes]
        cells = [cell for of in maps for cell in of]
        axes = [_Axes([cell for cell in of if not cell.diverged] or of) for of in maps]
        drawn = [
            _Drawing(cell, self._at(cell.n_images, 0, None), shared, students.measured)
            for of, shared in zip(maps, axes, strict=True)
            for cell in of
        ]
        classes = _most_confused(cells)
        confusion = [100 * cell.confusion[np.ix_(classes, classes)] for cell in cells]
        recognised = [100 * cell.confusion.diagonal() for cell in cells]
        errors = np.stack(confusion)[:, ~np.eye(len(classes), dtype=bool)]
        step = _Axis([0, students.steps[-1]], room=0)
        return {
            "classNames": list(self._class_names),
            "confused": [self._class_names[k] for k in classes],
            "temperatures": self._temperatures,
            "alphas": self._alphas,
            "maps": [
                {
                    "size": size,
                    "name": f"{size:,} images",
                    "titles": [f"{_TITLES[min(i, 1)]}, {size:,} images" for i in range(3)],
                    "sums": _sums(of),
                    "ticks": shared.ticks(),
                }
                for size, of, shared in zip(self._sizes, maps, axes, strict=True)
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
            "steps": step.at(students.steps).round(2).tolist(),
            "stepTicks": step.ticks(),
            "notes": self._notes(students, len(classes)),
            "whyNot": _sentence(self._why_not),
        }

    def _notes(self, students: _Students, shown: int) -> dict:
        """What a reader must know of each part of the page."""
        accuracy, difference = _MAP_NOTES
        none, few = "", ""
        if students.left_out:
            names = ", ".join(self._class_names[k] for k in students.left_out)
            none = f" No student was given an image of {names}."
        if shown < len(self._class_names):
            few = f": the {shown} of {len(self._class_names)} with most errors"
        return {
            "map": [note + none for note in (accuracy, difference, difference)],
            "pairing": _PAIRING,
            "curves": _CURVES if students.measured else _LOSSES,
            "keys": _KEYS + _DASHED * (students.measured and not self._why_not),
            "confusion": _CONFUSION + few,
        }

    # ---- The fallback ------------------------------------------------------------------------

    @property
    def _entry(self) -> int:
        """Which of a cell's entries the map shows."""
        return 0 if self.show == "accuracy" else 1 if self.paired else 2

    def _content(self) -> str:
        students = sum(len(cell.seeds) for cell in self._cells.values())
        return f"{students:,} students, {len(self._cells):,} settings"

    def _about(self) -> str:
        """The cell that is picked, in words."""
        cell = self._at(self.n_images, self.alpha, self.temperature)
        about = f"{cell}: accuracy {100 * cell.accuracy.mean:.1f} {_half(cell.accuracy)} %."
        return f"{about} {cell.verdicts()[not self.paired]}".rstrip()

    def _fallback_text(self) -> str:
        return f"CohortExplorer: {self._content()}\n{self._about()}"

    def _fallback_html(self) -> str:
        tables = "".join(map(self._fallback_table, self._sizes))
        return (
            f"<div><p>{escape(self._about())}</p>{tables}"
            f"<p>{escape(self._data['notes']['map'][self._entry])}</p>"
            "<p><em>A still picture: run this cell to pick a setting and see its students.</em></p>"
            "</div>"
        )

    def _fallback_table(self, size: int) -> str:
        heads = "".join(f"<th>T = {t:g}</th>" for t in self._temperatures)
        rows = ""
        for alpha, row in zip(self._alphas, self._rows(size), strict=True):
            wide = "" if alpha else f' colspan="{len(self._temperatures)}"'
            cells = "".join(f"<td{wide}>{self._fallback_entry(cell)}</td>" for cell in row)
            rows += f"<tr><th>alpha = {alpha:g}</th>{cells}</tr>"
        return (
            f"<p><strong>{size:,} images</strong></p>"
            f"<table><thead><tr><th></th>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        )

    def _fallback_entry(self, cell: _Cell) -> str:
        number, half, kind = _entries(cell)[self._entry]
        return f"{_MARKS.get(kind, '')} {number} {half}".strip()


# ---- What is computed ---------------------------------------------------------------------------


@dataclass
class _Cell:
    """What was measured of the students of one setting, and how they compare with hard labels."""

    n_images: int
    alpha: float
    temperature: float | None  # None where alpha is 0: it plays no part
    seeds: list[int]
    accuracies: np.ndarray  # of each student
    accuracy: Interval
    curves: np.ndarray
    confusion: np.ndarray  # of the images of a class, the share that was taken for each class
    diverged: int  # students whose logits are not finite
    paired: Interval | None = None
    unpaired: Interval | None = None

    def __post_init__(self):
        # The student of each seed on hard labels, NaN where there is none.
        self.partners = np.full(len(self.seeds), np.nan)

    def compare(self, hard: _Cell) -> None:
        """Compare with hard labels, over the seeds that both have."""
        of_seed = dict(zip(hard.seeds, hard.accuracies, strict=True))
        self.partners = np.array([of_seed.get(seed, np.nan) for seed in self.seeds])
        both = np.isfinite(self.partners)
        pairs = self.accuracies[both], self.partners[both]
        self.paired, self.unpaired = paired_difference(*pairs), unpaired_difference(*pairs)

    def verdicts(self) -> list[str]:
        """The paired and the unpaired difference in plain language."""
        if self.paired is None:
            return 2 * ["" if self.alpha else "The other settings are compared with hard labels."]
        names = "distilled", "hard labels"
        return [
            _sentence(verdict(self.paired, *names)),
            _sentence(verdict(self.unpaired, *names, counted="students, not paired")),
        ]

    def kind(self) -> str:
        return "distilled" if self.alpha else "hard labels"

    def __str__(self) -> str:
        return _in_words(self.n_images, self.alpha, self.temperature)


class _Students(NamedTuple):
    """A cohort's arrays, checked, with the students along the first axis."""

    seed: np.ndarray
    temperature: np.ndarray
    alpha: np.ndarray
    n_images: np.ndarray
    left_out: tuple[int, ...]
    labels: np.ndarray
    logits: np.ndarray
    accuracy: np.ndarray
    steps: np.ndarray
    curves: np.ndarray  # test accuracies in percent, or training losses
    measured: bool  # which of the two

    def cells(self) -> dict[tuple, _Cell]:
        """The cells by their `(n_images, alpha, temperature)`.

        Where alpha is 0 the temperature is None: such a student is listed under every temperature,
        and counts once.
        """
        found: dict[tuple, dict[int, int]] = {}
        settings = (self.n_images, self.alpha, self.temperature, self.seed)
        rows = zip(*(array.tolist() for array in settings), strict=True)
        for i, (size, alpha, t, seed) in enumerate(rows):
            of_seed = found.setdefault((size, alpha, t if alpha else None), {})
            if seed in of_seed and alpha:
                raise ValueError(
                    "cohort must have one student per seed and setting, got two of seed "
                    f"{seed} with {_in_words(size, alpha, t)}"
                )
            of_seed.setdefault(seed, i)
        for setting, of_seed in found.items():
            if len(of_seed) < 2:
                raise ValueError(
                    "cohort must have at least 2 seeds per setting to tell their spread, got 1 "
                    f"with {_in_words(*setting)}"
                )
        return {setting: self._cell(setting, of_seed) for setting, of_seed in found.items()}

    def _cell(self, setting: tuple, of_seed: dict[int, int]) -> _Cell:
        seeds = sorted(of_seed)
        rows = np.array([of_seed[seed] for seed in seeds])
        logits = self.logits[rows]
        n_classes = logits.shape[-1]
        answers = np.isfinite(logits).all(axis=-1)  # a student that diverged has none
        sound, says = answers.all(axis=-1), logits.argmax(axis=-1)
        hits = (answers & (says == self.labels)).mean(axis=-1)
        accuracies = np.where(sound, self.accuracy[rows], hits)
        if not ((accuracies >= 0) & (accuracies <= 1)).all():
            raise ValueError(
                "cohort.test_accuracy must hold shares in [0, 1], got values from "
                f"{accuracies.min():g} to {accuracies.max():g}"
            )
        counts = np.bincount((self.labels * n_classes + says)[answers], minlength=n_classes**2)
        of_class = len(rows) * np.bincount(self.labels, minlength=n_classes)
        return _Cell(
            *setting,
            seeds,
            accuracies,
            confidence_interval(accuracies),
            self.curves[rows],
            counts.reshape(n_classes, n_classes) / np.maximum(of_class, 1)[:, None],
            int((~sound).sum()),
        )


# ---- What is checked ----------------------------------------------------------------------------


def _check_cohort(cohort) -> _Students:
    missing = [name for name in (*_SHAPES, "left_out") if not hasattr(cohort, name)]
    if missing:
        raise ValueError(
            "cohort must be a CohortResult, or have its attributes, got "
            f"{type(cohort).__name__} without {', '.join(missing)}"
        )
    sizes: dict[str, int] = {}
    it = {name: _check_array(cohort, name, sizes) for name in _SHAPES}
    checks = {
        "seed": _check_seed,
        "temperature": _checks.temperature,
        "alpha": _checks.alpha,
        "n_images": _checks.positive_int,
    }
    for name, check in checks.items():
        for value in np.unique(it[name]).tolist():
            check(value, f"cohort.{name}")
    if sizes["classes"] < 2:
        raise ValueError("cohort.test_logits must hold one column per class, at least 2, got 1")
    measured = it["test_curve"].shape[1] > 0
    # Where the loss is not finite the student has diverged, and counts as wrong.
    lost = ~np.isfinite(it["loss"])
    curves = (
        np.where(lost, 0, 100 * it["test_curve"])
        if measured
        else np.where(lost, np.nan, it["loss"])
    )
    stretches = sizes["stretches"]
    keep = np.linspace(0, stretches - 1, min(stretches, _MOST_POINTS)).round().astype(int)
    return _Students(
        it["seed"],
        it["temperature"].astype(float),
        it["alpha"].astype(float),
        it["n_images"],
        _check_left_out(cohort.left_out, sizes),
        _checks.labels(it["y_test"], sizes["classes"], "cohort.y_test"),
        it["test_logits"],
        it["test_accuracy"].astype(float),
        it["steps"][keep],
        curves[:, keep],
        measured,
    )


def _check_array(cohort, name: str, sizes: dict[str, int]) -> np.ndarray:
    """An array of numbers, whose sizes agree with those of the arrays before, and are noted."""
    shape = _SHAPES[name]
    try:
        array = np.asarray(getattr(cohort, name))
    except ValueError:  # rows of different lengths
        array = np.array(None)
    if name == "seed" and array.shape == (0,):
        raise ValueError("cohort must hold students, got none")
    if name == "test_curve" and array.shape == (sizes["students"], 0):
        return array  # it was not measured
    fits = array.dtype.kind in "iuf" and array.ndim == len(shape) and array.size > 0
    if not fits or any(
        array.shape[i] != sizes.get(it, array.shape[i]) for i, it in enumerate(shape)
    ):
        wanted = ", ".join(f"{sizes[it]} {it}" if it in sizes else it for it in shape)
        raise ValueError(
            f"cohort.{name} must hold numbers of shape ({wanted}), "
            f"got shape {array.shape} of type {array.dtype}"
        )
    sizes.update(zip(shape, array.shape, strict=True))
    return array


def _check_seed(value, name: str) -> None:
    if not isinstance(value, int):
        raise ValueError(f"{name} must hold whole numbers, got {value!r}")


def _check_left_out(left_out, sizes: dict[str, int]) -> tuple[int, ...]:
    """The classes that were kept from all students."""
    variants = list(dict.fromkeys(tuple(classes) for classes in left_out))
    if len(left_out) != sizes["students"] or len(variants) != 1:
        raise ValueError(
            f"cohort.left_out must be the same for all {sizes['students']} students "
            f"(cohort.select(left_out=...) takes some of them), got {len(left_out)} of {variants}"
        )
    if not all(k in range(sizes["classes"]) for k in variants[0]):
        raise ValueError(
            f"cohort.left_out must hold class numbers, 0 to {sizes['classes'] - 1}, "
            f"got {variants[0]}"
        )
    return variants[0]


def _check_among(values: list, value, name: str):
    """The one of the cohort's values that is meant."""
    if isinstance(value, Real) and not isinstance(value, bool):
        for known in values:
            if np.isclose(known, value, rtol=1e-6, atol=0):
                return known
    raise ValueError(f"{name} must be one of those in the cohort, {values}, got {value!r}")


# ---- What is said -------------------------------------------------------------------------------


class _Entry(NamedTuple):
    """What the map says of a cell."""

    number: str
    half: str  # of its interval
    kind: str  # of a difference; what it is called is in `cohort_explorer.js`


def _entries(cell: _Cell) -> list[_Entry]:
    """A cell's accuracy, and its paired and its unpaired difference from hard labels."""
    name = "" if cell.alpha else "hard labels: "
    accuracy = _Entry(f"{name}{100 * cell.accuracy.mean:.1f}", _half(cell.accuracy), "")
    if cell.paired is None:
        return [accuracy, *2 * [accuracy._replace(kind="reference")]]
    differences = (cell.paired, cell.unpaired)
    return [accuracy, *(_Entry(_signed(it.mean), _half(it), _kind(it)) for it in differences)]


def _kind(difference: Interval) -> str:
    if not difference.excludes_zero:
        return "unclear"
    return "gain" if difference.mean > 0 else "loss"


def _sums(cells: list[_Cell]) -> list[str]:
    """A whole map in a few characters: as accuracies, and as either kind of difference."""
    means = [cell.accuracy.mean for cell in cells]
    sums = [f"{100 * min(means):.1f} to {100 * max(means):.1f} %"]
    for entries in list(zip(*map(_entries, cells), strict=True))[1:]:
        kinds = [entry.kind for entry in entries]
        sums.append("  ".join(f"{mark} {kinds.count(kind)}" for kind, mark in _MARKS.items()))
    return sums


def _half(interval: Interval) -> str:
    return f"± {50 * (interval.high - interval.low):.1f}"


def _signed(share: float) -> str:
    """Points, with a sign unless they round to 0."""
    text = f"{100 * share:+z.1f}"
    return "0.0" if text == "+0.0" else text.replace("-", "−")


def _remarks(cell: _Cell) -> list[str]:
    """What there is to say of a cell's students, where they are paired and where not."""
    n = len(cell.seeds)
    diverged = f" {cell.diverged} of {n} diverged, and count as wrong." * bool(cell.diverged)
    if cell.paired is None:
        return 2 * [f"{n} students, their mean and its 95 % interval.{diverged}"]
    better = (cell.accuracies > cell.partners).sum()
    dashed = ", the others are dashed" * bool(better < cell.paired.n)
    return [
        f"A line per seed: distilled is better in {better} of {cell.paired.n}{dashed}.{diverged}",
        f"Two groups of students, each with its mean and its 95 % interval.{diverged}",
    ]


def _range(interval: Interval) -> str:
    ends = [_signed(end) for end in interval[1:3]]
    return " to ".join(end.lstrip("+") if interval.low > 0 else end for end in ends)


def _ends(interval: Interval) -> list[float]:
    """The mean and the ends in percent."""
    return [100 * x for x in interval[:3]]


def _in_words(size: int, alpha: float, temperature: float | None) -> str:
    return f"{size:,} images, {_setting(alpha, temperature)}"


def _setting(alpha: float, temperature: float | None) -> str:
    return f"alpha = {alpha:g}, T = {temperature:g}" if alpha else "hard labels"


def _unbroken(texts: list[str]) -> list[str]:
    """In a narrow column a number would be parted from its %."""
    return [text.replace(" %", "\N{NO-BREAK SPACE}%") for text in texts]


def _sentence(text: str) -> str:
    return text and f"{text[0].upper()}{text[1:]}."


# ---- What is drawn ------------------------------------------------------------------------------


class _Axis:
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

    def __init__(self, cells: list[_Cell]):
        parts = [(*cell.accuracy[:3], *cell.accuracies, *cell.partners) for cell in cells]
        gains = [it for cell in cells if cell.paired for it in (cell.paired, cell.unpaired)]
        self.accuracy = _Axis(100 * np.clip(np.concatenate(parts), 0, 1))
        self.gain = _Axis([0.0, *(end for it in gains for end in _ends(it))])
        self.curve = _Axis(np.concatenate([cell.curves.ravel() for cell in cells]))

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

    def __init__(self, cell: _Cell, hard: _Cell | None, axes: _Axes, measured: bool):
        pair = [cell] if cell.paired is None else [hard, cell]
        ticks = {}
        if cell.diverged:  # the axes of the others would not do
            axes = _Axes(pair)
            ticks = axes.ticks()
        curve = axes.curve
        if not measured:  # a loss is another quantity in every setting
            curve = _Axis(cell.curves)
            ticks["curve"] = curve.ticks(down=True)
        nothing = np.full(cell.curves.shape[1], np.nan)
        reference = hard.curves.mean(axis=0) if pair[1:] and measured else nothing
        self.curves = curve.down([cell.curves.mean(axis=0), reference, *cell.curves])
        self.strips = axes.accuracy.down(100 * np.stack([cell.partners, cell.accuracies], axis=1))
        columns = [28, 72] if pair[1:] else [0, 50]  # the places of the strips
        beside = [19, 81] if pair[1:] else [59]  # and of their means
        self.texts = {
            "name": _setting(cell.alpha, cell.temperature),
            "entries": _entries(cell),
            "verdicts": _unbroken(cell.verdicts()),
            "remarks": _unbroken(_remarks(cell)),
            "columns": columns,
            "heads": [
                (x, f"{it.kind()}\n{100 * it.accuracy.mean:.1f} %")
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
                "differences": [f"{_signed(it.mean)} points ({_range(it)})" for it in both],
                "times": f"Unpaired, the interval is {widths[1] / widths[0]:.1f} times as wide."
                if widths[0]
                else "",
            }


def _levels(cells: list[_Cell]) -> list[list[float]]:
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


def _most_confused(cells: list[_Cell]) -> list[int]:
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
