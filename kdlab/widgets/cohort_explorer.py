"""See when distillation helps, by how much, and how sure that is: `CohortExplorer`."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from html import escape

import numpy as np
import traitlets

from kdlab import _checks
from kdlab.cohort.cells import Cell, Grid
from kdlab.widgets import _assets, _examples
from kdlab.widgets import _cohort_words as words
from kdlab.widgets._base import Checked, Widget
from kdlab.widgets._cohort_drawing import packed

_SHOWS = ("accuracy", "difference")

# Points of a learning curve that are sent; more would not be seen at its size.
_MOST_POINTS = 30


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
            has no effect, and all temperatures are one cell.
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

    n_images = Checked(lambda self, value: _check_among(self._grid.sizes, value, "n_images"), None)
    alpha = Checked(lambda self, value: _check_among(self._grid.alphas, value, "alpha"), None)
    temperature = Checked(
        lambda self, value: _check_among(self._grid.temperatures, value, "temperature"), None
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
        self._grid = Grid(cohort, _MOST_POINTS)
        class_names = _examples.names(class_names, self._grid.n_classes)
        super().__init__(
            **self._start(n_images, alpha, temperature),
            show=show,
            paired=paired,
            _data=packed(self._grid, class_names),
        )

    # ---- The settings ------------------------------------------------------------------------

    def _start(self, *chosen) -> dict:
        """The settings to begin with: what is not given is that of the most accurate cell."""
        names = ("n_images", "alpha", "temperature")
        among = [self._grid.sizes, self._grid.alphas, self._grid.temperatures]
        if chosen[0] is None:
            among[0] = self._grid.sizes[:1]
        for i, value in enumerate(chosen):
            if value is not None:
                among[i] = [_check_among(among[i], value, names[i])]
        best = max(itertools.product(*among), key=lambda it: self._grid.at(*it).accuracy.mean)
        return dict(zip(names, best, strict=True))

    def _check_show(self, value) -> str:
        if not isinstance(value, str) or value not in _SHOWS:
            raise ValueError(f"show must be one of {', '.join(map(repr, _SHOWS))}, got {value!r}")
        if value == "difference" and self._grid.why_not:
            raise ValueError(f"show must be 'accuracy' for this cohort: {self._grid.why_not}")
        return value

    # ---- The fallback ------------------------------------------------------------------------

    @property
    def _entry(self) -> int:
        """Which of a cell's entries the map shows."""
        return 0 if self.show == "accuracy" else 1 if self.paired else 2

    def _content(self) -> str:
        students = sum(len(cell.seeds) for cell in self._grid.cells.values())
        return f"{students:,} students, {len(self._grid.cells):,} settings"

    def _about(self) -> str:
        """The cell that is picked, in words."""
        cell = self._grid.at(self.n_images, self.alpha, self.temperature)
        about = f"{cell}: accuracy {100 * cell.accuracy.mean:.1f} {words.half(cell.accuracy)} %."
        return f"{about} {words.verdicts(cell)[not self.paired]}".rstrip()

    def _fallback_text(self) -> str:
        return f"CohortExplorer: {self._content()}\n{self._about()}"

    def _fallback_html(self) -> str:
        tables = "".join(map(self._fallback_table, self._grid.sizes))
        return (
            f"<div><p>{escape(self._about())}</p>{tables}"
            f"<p>{escape(self._data['notes']['map'][self._entry])}</p>"
            "<p><em>A still picture: run this cell to pick a setting and see its students.</em></p>"
            "</div>"
        )

    def _fallback_table(self, size: int) -> str:
        heads = "".join(f"<th>T = {t:g}</th>" for t in self._grid.temperatures)
        rows = ""
        for alpha, row in zip(self._grid.alphas, self._grid.rows(size), strict=True):
            wide = "" if alpha else f' colspan="{len(self._grid.temperatures)}"'
            cells = "".join(f"<td{wide}>{self._fallback_entry(cell)}</td>" for cell in row)
            rows += f"<tr><th>alpha = {alpha:g}</th>{cells}</tr>"
        return (
            f"<p><strong>{size:,} images</strong></p>"
            f"<table><thead><tr><th></th>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        )

    def _fallback_entry(self, cell: Cell) -> str:
        number, half, kind = words.entries(cell)[self._entry]
        return f"{words.MARKS.get(kind, '')} {number} {half}".strip()


def _check_among(values: list, value, name: str):
    """The one of the cohort's values that is meant."""
    if _checks.is_real(value):
        for known in values:
            if np.isclose(known, value, rtol=1e-6, atol=0):
                return known
    raise ValueError(f"{name} must be one of those in the cohort, {values}, got {value!r}")
