"""What a cohort says of each setting, and how that compares with hard labels.

It needs NumPy only, and reads whatever has the attributes of a `CohortResult`.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from kdlab import _checks
from kdlab.cohort.settings import effective_temperature
from kdlab.metrics import Interval, confidence_interval, paired_difference, unpaired_difference

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

_NO_HARD = "no student was trained on hard labels alone (alpha = 0) to compare with"
_NO_SOFT = "all students were trained on hard labels alone (alpha = 0)"
_NO_PAIRS = "a setting shares fewer than 2 seeds with hard labels (alpha = 0)"


@dataclass
class Cell:
    """What was measured of the students of one setting, and how they compare with hard labels.

    Attributes:
        n_images, alpha, temperature: the setting; no temperature where alpha is 0.
        seeds: of the students, in order; the arrays have an entry for each.
        accuracies: shares in [0, 1], `(students,)`.
        accuracy: their mean and its interval.
        curves: `(students, points)`, test accuracies or losses: see `Grid.measured`.
        confusion: of the test images of a class, the share that was taken for each class,
            `(classes, classes)`.
        diverged: how many students have logits that are not finite.
        partners: the accuracy on hard labels with the same seed, NaN where there is none.
        paired, unpaired: the differences from hard labels; None until they are compared.
    """

    n_images: int
    alpha: float
    temperature: float | None
    seeds: list[int]
    accuracies: np.ndarray
    accuracy: Interval
    curves: np.ndarray
    confusion: np.ndarray
    diverged: int
    paired: Interval | None = None
    unpaired: Interval | None = None

    def __post_init__(self):
        self.partners = np.full(len(self.seeds), np.nan)

    def compare(self, hard: Cell) -> None:
        """Compare with hard labels, over the seeds that both have."""
        of_seed = dict(zip(hard.seeds, hard.accuracies, strict=True))
        self.partners = np.array([of_seed.get(seed, np.nan) for seed in self.seeds])
        both = np.isfinite(self.partners)
        pairs = self.accuracies[both], self.partners[both]
        self.paired, self.unpaired = paired_difference(*pairs), unpaired_difference(*pairs)

    def __str__(self) -> str:
        return _in_words(self.n_images, self.alpha, self.temperature)


class Grid:
    """The cells of a cohort: every number of images with every alpha and temperature.

    Where alpha is 0 the temperature has no effect, and all temperatures are one cell.

    Args:
        cohort: a `CohortResult`, or anything with its `temperature`, `alpha`, `n_images`, `seed`,
            `left_out`, `test_logits`, `test_accuracy`, `steps`, `loss`, `test_curve` and `y_test`.
        most_points: of each curve so many points are kept, at equal distances; all if None.

    Attributes:
        cells: each `Cell`, by its `(n_images, alpha, temperature)`.
        sizes, alphas, temperatures: the settings, in the order of a map; soft labels come first.
        steps: of the points of the curves.
        measured: whether the curves are test accuracies in percent, and not training losses.
        left_out: the classes of which no student was given an image.
        n_classes: how many classes there are.
        why_not: why the cells were not compared with hard labels; empty if they were.

    Raises:
        ValueError: the cohort is empty or incomplete, has several variants of `left_out`, or
            arrays that do not fit each other.

    Example:
        >>> from kdlab import load_dataset, pretrained_teacher, train_cohort
        >>> cohort = train_cohort(
        ...     load_dataset("digits"), pretrained_teacher("digits").train_logits,
        ...     alphas=[0, 1], n_images=[50], seeds=range(3), steps=300)
        >>> grid = Grid(cohort)
        >>> grid.sizes, grid.alphas, grid.temperatures
        ([50], [1.0, 0.0], [4.0])
        >>> grid.at(50, 1.0, 4.0).paired == cohort.difference(dict(alpha=1), dict(alpha=0))
        True
    """

    def __init__(self, cohort, most_points: int | None = None):
        students = _check_cohort(cohort, most_points)
        self.steps, self.measured = students.steps, students.measured
        self.left_out, self.n_classes = students.left_out, students.logits.shape[-1]
        self.cells = students.cells()
        sizes, alphas, temperatures = map(set, zip(*self.cells, strict=True))
        self.sizes, self.alphas = sorted(sizes), sorted(alphas, reverse=True)
        # Students on hard labels are listed under some temperature, too.
        self.temperatures = sorted(temperatures - {None} or set(students.temperature.tolist()))
        self._check_complete()
        self.why_not = self._compare()

    def at(self, size: int, alpha: float, temperature: float | None) -> Cell | None:
        """The cell of a setting, if there is one."""
        return self.cells.get((size, alpha, effective_temperature(alpha, temperature)))

    def rows(self, size: int) -> list[list[Cell]]:
        """A map: a row per alpha, soft labels first, with one cell for hard labels."""
        return [
            [self.at(size, alpha, t) for t in self.temperatures[: None if alpha else 1]]
            for alpha in self.alphas
        ]

    def _check_complete(self) -> None:
        for setting in itertools.product(self.sizes, self.alphas, self.temperatures):
            if self.at(*setting) is None:
                raise ValueError(
                    "cohort must have all combinations of its settings, got no student with "
                    + _in_words(*setting)
                )
        if all(cell.diverged == len(cell.seeds) for cell in self.cells.values()):
            raise ValueError("cohort.test_logits must be finite, got no student whose logits are")

    def _compare(self) -> str:
        """Compare every cell with hard labels. Says why not, where that cannot be done."""
        if 0 not in self.alphas:
            return _NO_HARD
        pairs = [
            (cell, self.at(cell.n_images, 0, None)) for cell in self.cells.values() if cell.alpha
        ]
        if not pairs:
            return _NO_SOFT
        if any(len({*cell.seeds} & {*hard.seeds}) < 2 for cell, hard in pairs):
            return _NO_PAIRS
        for cell, hard in pairs:
            cell.compare(hard)
        return ""


def setting_in_words(alpha: float, temperature: float | None) -> str:
    """The loss that students were trained on, such as `alpha = 0.9, T = 4` or `hard labels`."""
    return f"alpha = {alpha:g}, T = {temperature:g}" if alpha else "hard labels"


def _in_words(size: int, alpha: float, temperature: float | None) -> str:
    return f"{size:,} images, {setting_in_words(alpha, temperature)}"


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

    def cells(self) -> dict[tuple, Cell]:
        """The cells by their `(n_images, alpha, temperature)`.

        Where alpha is 0 the temperature is None: such a student is listed under every temperature,
        and counts once.
        """
        found: dict[tuple, dict[int, int]] = {}
        settings = (self.n_images, self.alpha, self.temperature, self.seed)
        rows = zip(*(array.tolist() for array in settings), strict=True)
        for i, (size, alpha, t, seed) in enumerate(rows):
            of_seed = found.setdefault((size, alpha, effective_temperature(alpha, t)), {})
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

    def _cell(self, setting: tuple, of_seed: dict[int, int]) -> Cell:
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
        return Cell(
            *setting,
            seeds,
            accuracies,
            confidence_interval(accuracies),
            self.curves[rows],
            counts.reshape(n_classes, n_classes) / np.maximum(of_class, 1)[:, None],
            int((~sound).sum()),
        )


def _check_cohort(cohort, most_points: int | None) -> _Students:
    missing = [name for name in (*_SHAPES, "left_out") if not hasattr(cohort, name)]
    if missing:
        raise ValueError(
            "cohort must be a CohortResult, or have its attributes, got "
            f"{type(cohort).__name__} without {', '.join(missing)}"
        )
    sizes: dict[str, int] = {}
    it = {name: _check_array(cohort, name, sizes) for name in _SHAPES}
    checks = {
        "seed": _check_whole,
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
    kept = min(stretches, most_points or stretches)
    keep = np.linspace(0, stretches - 1, kept).round().astype(int)
    return _Students(
        it["seed"],
        it["temperature"].astype(float),
        it["alpha"].astype(float),
        it["n_images"],
        _check_one_variant(cohort.left_out, sizes),
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
    array = _checks.as_array(getattr(cohort, name))
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


def _check_whole(value, name: str) -> None:
    if not isinstance(value, int):
        raise ValueError(f"{name} must hold whole numbers, got {value!r}")


def _check_one_variant(left_out, sizes: dict[str, int]) -> tuple[int, ...]:
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
