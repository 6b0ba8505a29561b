"""Set models side by side: `ComparisonBoard`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
import traitlets

from kdlab import _checks, metrics
from kdlab._shortlist import MOST, others_name
from kdlab.widgets import _assets
from kdlab.widgets._base import COLDEST, HOTTEST, Checked, Widget, check_temperature
from kdlab.widgets._examples import Examples

# What may be known of a model besides its logits, and what each must be.
_MEASURES = {
    "parameters": _checks.positive_int,
    "bytes": _checks.positive_int,
    "milliseconds": _checks.positive_number,
}

# Classes with a column of their own, where there are more than a table can show.
_MOST_COLUMNS = 17

# What the gallery may show, besides where one model is right and another wrong.
_SHOWS = ("disagreement", "all wrong", "everything")

_OVER_RUNS = (
    "Over runs (Student's t): where the mean accuracy of many more training runs would lie, on "
    "these test images."
)
_OVER_IMAGES = (
    "Over images (Wilson): where the accuracy of this one trained model would lie on other test "
    "images of the kind."
)
_DIFFER = "The two answer different questions: compare an interval only with one of its own kind."
_FIRST_RUN = "Where one answer stands for a model with several runs, it is that of the first."


class ComparisonBoard(Widget):
    """Compare any number of models, in numbers and on the images where they disagree.

    A table has each model's accuracy with a 95 % interval and whatever else is known of it; below
    are its accuracy on each class, and a gallery of test images with the bars of every model.

    What an interval is about depends on what a model comes with, and the board says which it is.
    Several runs: how far the mean accuracy would move with other seeds. A single run: how far the
    accuracy of that one model would move with other test images.

    Args:
        models: by name, each model's logits on the test images: `(n, classes)` of one run, or
            `(runs, n, classes)` of several seeds; or a dict of `logits` and, where known,
            `parameters`, `bytes` and `milliseconds`, which `kdlab.measure_model` returns.
        labels: the true classes `(n,)`, integers.
        images: the test images `(n, height, width, channels)`, values in [0, 1], 1 or 3 channels.
        class_names: one name per class; the class numbers if not given.
        teacher: the name of the model that agreement is measured with (its first run).
        temperature: `T` of the bars, from 0.25 to 100.
        show: which images are in the gallery: "disagreement" (not all models say the same), "all
            wrong", "everything", or a pair of names: the first model right and the second wrong.
        index: the test image shown large; the first of the gallery if not given.
        sort_by: the column the table is sorted by, "name", "accuracy", "agreement", "parameters",
            "bytes" or "milliseconds"; as the models were given if None.
        descending: whether the largest come first.

    Attributes:
        temperature, show, index, sort_by, descending: as the board stands; may be set.
        gallery: the numbers of the test images in the gallery.

    Raises:
        ValueError: an argument has the wrong shape, length or range, or is not finite; the same
            when an attribute is set later.

    Example:
        >>> board = ComparisonBoard(
        ...     {"teacher": [[3.0, 0.0], [0.0, 2.0]], "student": [[1.0, 0.0], [1.0, 0.0]]},
        ...     labels=[0, 1], teacher="teacher")
        >>> board.gallery
        array([1])
        >>> board.show = ("student", "teacher")
        >>> len(board.gallery)
        0
    """

    _esm = _assets.module("comparison_board")
    _css = _assets.style("comparison_board")

    temperature = Checked(lambda _, value: check_temperature(value), 1.0)
    show = Checked(lambda self, value: self._check_show(value), "disagreement")
    index = Checked(lambda self, value: self._examples.index(value), 0)
    sort_by = Checked(lambda self, value: self._check_column(value), None)
    descending = Checked(lambda _, value: _checks.flag(value, "descending"), True)
    # Never changed after the start, so that it is sent once.
    _data = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        models: Mapping,
        labels,
        images=None,
        class_names: Sequence[str] | None = None,
        *,
        teacher: str | None = None,
        temperature: float = 1.0,
        show: str | tuple[str, str] = "disagreement",
        index: int | None = None,
        sort_by: str | None = None,
        descending: bool = True,
    ):
        models = _check_models(models)
        if labels is None:
            raise ValueError(
                "labels must be the true classes, which accuracy is measured with, got None: "
                "TemperatureExplorer shows one or two models without labels"
            )
        runs = {name: model.pop("logits") for name, model in models.items()}
        first_runs = {_argument(name): logits[0] for name, logits in runs.items()}
        self._examples = Examples(first_runs, images, labels, class_names)
        if teacher is not None and not (isinstance(teacher, str) and teacher in models):
            raise ValueError(
                f"teacher must be the name of a model, one of {list(models)}, got {teacher!r}"
            )
        self._teacher = teacher
        reference = None if teacher is None else runs[teacher][0]
        columns, column_names = _columns(runs, self._examples)
        self._rows = [
            {
                "name": name,
                **_measure(runs[name], self._examples, columns),
                "agreement": None
                if reference is None or name == teacher
                else float(np.mean(metrics.agreement(runs[name], reference))),
                **model,
            }
            for name, model in models.items()
        ]
        self._says = np.stack([logits.argmax(axis=-1) for logits in self._examples.logits])
        super().__init__(
            temperature=temperature,
            show=show,
            index=0 if index is None else index,
            sort_by=sort_by,
            descending=descending,
            _data={
                **self._examples.packed(),
                **column_names,
                "range": [COLDEST, HOTTEST],
                "models": self._rows,
                "axisFrom": self._axis_from(),
                "notes": self._notes(),
            },
        )
        if index is None and len(self.gallery):
            self.index = self.gallery[0]

    @property
    def gallery(self) -> np.ndarray:
        right = self._says == self._examples.labels
        if self.show == "disagreement":
            chosen = (self._says != self._says[0]).any(axis=0)
        elif self.show == "all wrong":
            chosen = ~right.any(axis=0)
        elif self.show == "everything":
            chosen = np.ones(self._examples.n, bool)
        else:
            names = self._names()
            chosen = right[names.index(self.show[0])] & ~right[names.index(self.show[1])]
        return np.flatnonzero(chosen)

    def _check_show(self, value):
        names = self._names()
        if isinstance(value, str) and value in _SHOWS:
            return value
        if (
            isinstance(value, tuple | list)
            and len(value) == 2
            and all(isinstance(name, str) and name in names for name in value)
        ):
            return tuple(value)
        raise ValueError(
            f"show must be one of {list(_SHOWS)}, or a pair of models of which the first is right "
            f"and the second wrong, from {names}; got {value!r}"
        )

    def _check_column(self, value):
        columns = ["name", "accuracy", *self._extras()]
        if value is not None and not (isinstance(value, str) and value in columns):
            raise ValueError(f"sort_by must be None or a column, one of {columns}, got {value!r}")
        return value

    def _names(self) -> list[str]:
        return [row["name"] for row in self._rows]

    def _extras(self) -> list[str]:
        """The columns that are there only where something is known."""
        names = ("agreement", *_MEASURES)
        return [name for name in names if any(row.get(name) is not None for row in self._rows)]

    def _axis_from(self) -> float:
        """Where the axis of accuracies begins: a round number below all the intervals."""
        return int(10 * min(0.9, *(row["low"] for row in self._rows))) / 10

    def _notes(self) -> list[str]:
        """What a reader must know of the numbers."""
        kinds = {row["runs"] > 1 for row in self._rows}
        notes = [_OVER_RUNS] * (True in kinds) + [_OVER_IMAGES] * (False in kinds)
        notes += [_DIFFER] * (len(kinds) > 1)
        if "agreement" in self._extras():
            notes.append(f"Agreement: how often a model says what {self._teacher} says.")
        return notes + [_FIRST_RUN] * (True in kinds)

    def _content(self) -> str:
        return f"{len(self._rows)} models, {self._examples!r}"

    def _fallback_text(self) -> str:
        lines = [f"{row['name']}: accuracy {_percent(row['accuracy'])}" for row in self._rows]
        return "\n".join([f"ComparisonBoard: {self._content()}", *lines, self._count()])

    def _fallback_html(self) -> str:
        # No latency: it is another one in every run, and this is compared from run to run.
        extras = {
            "agreement": _percent,
            "parameters": "{:,}".format,
            "bytes": "{:,}".format,
        }
        extras = {name: form for name, form in extras.items() if name in self._extras()}
        heads = ["model", "accuracy", "95 % interval", "over", *extras]
        top = "".join(f"<th>{head}</th>" for head in heads)
        body = "".join(self._fallback_row(row, extras) for row in self._rows)
        notes = escape(" ".join(self._notes()))
        latency = "the latencies and " if "milliseconds" in self._extras() else ""
        return (
            f"<div><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
            f"<p>{notes}</p><p>{escape(self._count())}</p>"
            f"<p><em>A still picture: run this cell to see {latency}the images.</em></p></div>"
        )

    def _fallback_row(self, row: dict, extras: dict) -> str:
        cells = [
            _percent(row["accuracy"]),
            f"{_percent(row['low'])} to {_percent(row['high'])}",
            f"{row['runs']} runs" if row["runs"] > 1 else f"{self._examples.n:,} images",
            *(
                "&ndash;" if row.get(name) is None else form(row[name])
                for name, form in extras.items()
            ),
        ]
        cells = "".join(f"<td>{cell}</td>" for cell in cells)
        return f"<tr><th>{escape(row['name'])}</th>{cells}</tr>"

    def _count(self) -> str:
        what = self.show
        if isinstance(what, tuple):
            what = f"{what[0]} right, {what[1]} wrong"
        return f"{len(self.gallery):,} of {self._examples.n:,} test images: {what}"


def _check_models(models) -> dict[str, dict]:
    """Each model as a dict, with its logits as `(runs, n, classes)`."""
    if not isinstance(models, Mapping) or not models:
        raise ValueError(
            "models must be a dict of at least one model's logits by its name, got "
            + ("an empty one" if isinstance(models, Mapping) else type(models).__name__)
        )
    return {name: _check_model(name, model) for name, model in models.items()}


def _check_model(name, model) -> dict:
    _checks.text(name, "a name in models")
    known = dict(model) if isinstance(model, Mapping) else {"logits": model}
    unknown = [key for key in known if key not in ("logits", *_MEASURES)]
    if unknown or "logits" not in known:
        raise ValueError(
            f"{name!r} in models must be logits or a dict of 'logits' and perhaps "
            f"{', '.join(map(repr, _MEASURES))}, got the keys {list(known)}"
        )
    logits = _checks.array(known.pop("logits"), _argument(name), dtype=np.float32)
    if logits.ndim not in (2, 3):
        raise ValueError(
            f"{_argument(name)} must be (n, classes) of one run or (runs, n, classes) of several, "
            f"got shape {logits.shape}"
        )
    measures = {
        key: _MEASURES[key](value, f"the {key} of {name!r}")
        for key, value in known.items()
        if value is not None
    }
    return {"logits": logits if logits.ndim == 3 else logits[None], **measures}


def _argument(name: str) -> str:
    """What a message calls a model's logits."""
    return f"the logits of {name!r}"


def _measure(logits: np.ndarray, examples: Examples, columns: list[np.ndarray]) -> dict:
    """Accuracy with its interval, and that of each column: None for one without examples."""
    accuracies = metrics.accuracy(logits, examples.labels)
    if len(logits) > 1:
        interval = metrics.confidence_interval(accuracies)
    else:
        interval = metrics.proportion_interval(round(accuracies[0] * examples.n), examples.n)
    return {
        "runs": len(logits),
        "accuracy": interval.mean,
        "low": max(interval.low, 0.0),  # Student's t may leave [0, 1]
        "high": min(interval.high, 1.0),
        "perClass": [
            float(np.mean(metrics.accuracy(logits[:, of], examples.labels[of])))
            if of.any()
            else None
            for of in columns
        ],
    }


def _columns(runs: Mapping[str, np.ndarray], examples: Examples) -> tuple[list[np.ndarray], dict]:
    """Which examples each column of the table of classes is about, and the columns' names.

    A column per class; of more classes than a table can show, those with the most errors over all
    models, and one for all others. No names where they are those of the classes.
    """
    labels, n_classes = examples.labels, examples.n_classes
    if n_classes <= MOST:
        return [labels == k for k in range(n_classes)], {}
    errors = np.zeros(n_classes)
    for logits in runs.values():
        wrong = (logits.argmax(axis=-1) != labels).mean(axis=0)
        errors += np.bincount(labels, wrong, minlength=n_classes)
    most = np.sort(np.argsort(-errors, kind="stable")[:_MOST_COLUMNS])
    columns = [*(labels == k for k in most), ~np.isin(labels, most)]
    names = [*(examples.class_names[k] for k in most), others_name(n_classes - len(most))]
    return columns, {"columns": names}


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
