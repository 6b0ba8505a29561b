"""What the cohort explorer says, of a cell and of the map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kdlab.cohort.cells import Cell, Grid
from kdlab.metrics import Interval, verdict

MARKS = {"gain": "▲", "unclear": "=", "loss": "▼"}  # of a difference, by its kind

# Of a map of accuracies, and of differences.
TITLES = ("Test accuracy in %", "Points above hard labels")
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


class Entry(NamedTuple):
    """What the map says of a cell."""

    number: str
    half: str  # of its interval
    kind: str  # of a difference; what it is called is in `cohort_explorer.js`


def entries(cell: Cell) -> list[Entry]:
    """A cell's accuracy, and its paired and its unpaired difference from hard labels."""
    name = "" if cell.alpha else "hard labels: "
    accuracy = Entry(f"{name}{100 * cell.accuracy.mean:.1f}", half(cell.accuracy), "")
    if cell.paired is None:
        return [accuracy, *2 * [accuracy._replace(kind="reference")]]
    differences = (cell.paired, cell.unpaired)
    return [accuracy, *(Entry(signed(it.mean), half(it), _kind_of(it)) for it in differences)]


def _kind_of(difference: Interval) -> str:
    if not difference.excludes_zero:
        return "unclear"
    return "gain" if difference.mean > 0 else "loss"


def sums(cells: list[Cell]) -> list[str]:
    """A whole map in a few characters: as accuracies, and as either kind of difference."""
    means = [cell.accuracy.mean for cell in cells]
    sums = [f"{100 * min(means):.1f} to {100 * max(means):.1f} %"]
    for differences in list(zip(*map(entries, cells), strict=True))[1:]:
        kinds = [entry.kind for entry in differences]
        sums.append("  ".join(f"{mark} {kinds.count(kind)}" for kind, mark in MARKS.items()))
    return sums


def half(interval: Interval) -> str:
    """Half of an interval, in points."""
    return f"± {50 * (interval.high - interval.low):.1f}"


def signed(share: float) -> str:
    """Points, with a sign unless they round to 0."""
    text = f"{100 * share:+z.1f}"
    return "0.0" if text == "+0.0" else text.replace("-", "−")


def name_of(cell: Cell) -> str:
    """What to call the students of a cell."""
    return "distilled" if cell.alpha else "hard labels"


def verdicts(cell: Cell) -> list[str]:
    """The paired and the unpaired difference in plain language."""
    if cell.paired is None:
        return 2 * ["" if cell.alpha else "The other settings are compared with hard labels."]
    names = "distilled", "hard labels"
    return [
        sentence(verdict(cell.paired, *names)),
        sentence(verdict(cell.unpaired, *names, counted="students, not paired")),
    ]


def remarks(cell: Cell) -> list[str]:
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


def range_of(interval: Interval) -> str:
    """From one end to the other, in points."""
    ends = [signed(end) for end in interval[1:3]]
    return " to ".join(end.lstrip("+") if interval.low > 0 else end for end in ends)


def unbroken(texts: list[str]) -> list[str]:
    """Keep each number and its % on one line, in a narrow column too."""
    return [text.replace(" %", "\N{NO-BREAK SPACE}%") for text in texts]


def sentence(text: str) -> str:
    """With a capital and a full stop, if there is a text."""
    return text and f"{text[0].upper()}{text[1:]}."


def notes(grid: Grid, class_names: Sequence[str], shown: int) -> dict:
    """What a reader must know of each part of the page.

    Args:
        grid: what is shown.
        class_names: of all classes.
        shown: how many of them the confusion matrix has.
    """
    accuracy, difference = _MAP_NOTES
    none, few = "", ""
    if grid.left_out:
        names = ", ".join(class_names[k] for k in grid.left_out)
        none = f" No student was given an image of {names}."
    if shown < len(class_names):
        few = f": the {shown} of {len(class_names)} with most errors"
    return {
        "map": [note + none for note in (accuracy, difference, difference)],
        "pairing": _PAIRING,
        "curves": _CURVES if grid.measured else _LOSSES,
        "keys": _KEYS + _DASHED * (grid.measured and not grid.why_not),
        "confusion": _CONFUSION + few,
    }
