"""Matplotlib figures for the lessons, for `kdlab.show`.

Every function takes plain arrays and returns a `Figure`. The figures are made without pyplot:
nothing global is changed and no figure stays in memory. Colours are those of Okabe and Ito, which
colour-blind readers can tell apart, and each comes with a marker or a line style of its own.
Orange and sky are darker than theirs, to be seen on white.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle

import numpy as np

from kdlab import _checks
from kdlab._log import only_errors
from kdlab._shortlist import cut, likeliest, others_name, with_others
from kdlab.metrics import Interval, Reliability
from kdlab.soft_targets import softmax

with only_errors("matplotlib"):  # it logs a long warning if the home is read-only
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.figure import Figure

BLUE, VERMILLION, GREEN, ORANGE, PURPLE, SKY = (
    "#0072B2", "#D55E00", "#009E73", "#C08400", "#C66FA0", "#3E95CE",
)  # fmt: skip
_COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY)
_MARKERS = ("o", "s", "^", "D", "v", "P")
_DASHES = ("-", "--", ":", "-.", (0, (5, 1)), (0, (1, 1)))
_INK = "#333333"
# The colour of the largest number in a matrix; black numbers are read on it, and light ones on what
# it is in the dark.
_FULL = "#6BBBEA"
# Rows or columns of a matrix, whose numbers must be readable.
_MOST_CELLS = 30
# Classes in a panel of soft targets, which is two inches wide, and those of a short list.
_MOST_BARS, _SHORT = 20, 9
_MOST_LETTERS = 24  # of a name under its bar


def plot_images(images, captions: Sequence[str] | None = None, *, columns: int = 8) -> Figure:
    """A grid of images, each with a caption under it.

    Args:
        images: `(n, height, width, channels)` in [0, 1].
        captions: one text per image.
        columns: how many stand in a row.

    Raises:
        ValueError: the captions are not one per image, or the images are out of shape.

    Example:
        >>> from kdlab import load_dataset
        >>> fig = plot_images(load_dataset("digits").x_test[:4], ["a", "b", "c", "d"])
    """
    images = _drawable(images, "images")
    if captions is not None:
        captions = _names(captions, "captions")
        _checks.same_length("images", images, "captions", captions)
    columns = min(_checks.positive_int(columns, "columns"), len(images))
    rows = -(-len(images) // columns)
    lines = max((caption.count("\n") + 1 for caption in captions or ()), default=0)
    fig = Figure(figsize=(1.15 * columns, (1.05 + 0.19 * lines) * rows), layout="constrained")
    axes = fig.subplots(rows, columns, squeeze=False).ravel()
    for ax in axes:
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
    for i, image in enumerate(images):
        cmap = "gray_r" if image.shape[-1] == 1 else None
        axes[i].imshow(image, cmap=cmap, vmin=0, vmax=1)
        if captions is not None:
            axes[i].set_xlabel(captions[i], fontsize=9, color=_INK)
    return fig


def plot_soft_targets(
    logits, temperatures: Sequence[float], class_names: Sequence[str], *, image=None, label=None
) -> Figure:
    """One example's probabilities, side by side at several temperatures.

    Of more than 20 classes the likeliest are shown, with the true one, and the others as one bar
    with their sum.

    Args:
        logits: `(classes,)`.
        temperatures: the temperatures, one panel each.
        class_names: one name per class.
        image: `(height, width, channels)`, shown in a first panel.
        label: the true class, hatched.

    Raises:
        ValueError: the logits are not finite or not one per name, a temperature is not above 0,
            or `label` is not the number of a class.

    Example:
        >>> fig = plot_soft_targets([4.0, 2.0, 0.0], [1, 4], ["cat", "dog", "car"], label=0)
    """
    logits = _checks.logits(logits, ndim=1)
    class_names = _names(class_names, "class_names")
    _checks.same_length("logits", logits, "class_names", class_names)
    temperatures = [
        _checks.temperature(float(t), "each of temperatures")
        for t in _checks.array(temperatures, "temperatures", ndim=1)
    ]
    if label is not None:
        _checks.labels([label], len(logits), "label")
    panels = len(temperatures) + (image is not None)
    is_short = len(logits) > _MOST_BARS
    fig = Figure(figsize=(2.1 * panels, 3.9 if is_short else 2.3), layout="constrained")
    axes = fig.subplots(1, panels, squeeze=False)[0]
    if image is not None:
        first, *axes = axes
        first.imshow(_drawable([image], "image")[0], cmap="gray_r", vmin=0, vmax=1)
        first.set_axis_off()
        if label is not None:
            name = cut(class_names[label], _MOST_LETTERS) if is_short else class_names[label]
            first.set_title(f"label {name}", fontsize=10, color=_INK)
    values = [softmax(logits, temperature) for temperature in temperatures]
    place = label
    if is_short:
        shown = likeliest(softmax(logits), _SHORT, *([] if label is None else [label]))
        names = [*(cut(class_names[k], _MOST_LETTERS) for k in shown)]
        class_names = [*names, others_name(len(logits) - len(shown))]
        values = [with_others(p, shown) for p in values]
        place = None if label is None else list(shown).index(label)
    for ax, temperature, p in zip(axes, temperatures, values, strict=True):
        # By number: bars of the same name would be drawn one over the other.
        bars = ax.bar(range(len(p)), p, color=BLUE, width=0.8)
        ax.set_xticks(range(len(p)), class_names, rotation=90 if is_short else None)
        if is_short:
            bars[-1].set_color(_INK)
        if place is not None:
            bars[place].set_hatch("////")
            bars[place].set_edgecolor("white")
        ax.set_ylim(0, 1)
        ax.set_title(f"T = {temperature:g}", fontsize=10, color=_INK)
        _tidy(ax)
        if ax is not axes[0]:
            ax.set_yticklabels([])
    axes[0].set_ylabel("probability")
    return fig


def plot_history(histories: Mapping[str, Mapping[str, Sequence[float]]]) -> Figure:
    """Learning curves: loss on the left, accuracy on the right.

    Args:
        histories: for each model's name, a history as `train(...).history.history` has it; the
            training curve is drawn solid, that on validation data (`val_`) dashed.

    Raises:
        ValueError: there is nothing to draw.

    Example:
        >>> fig = plot_history({"teacher": {"loss": [2.1, 0.9], "accuracy": [0.4, 0.8]}})
    """
    _checks.mapping(histories, "histories", of="a history each")
    histories = {name: _curves(history, name) for name, history in histories.items()}
    if not any(histories.values()):
        raise ValueError("histories must hold at least one curve, got none")
    fig = Figure(figsize=(8.4, 2.9), layout="constrained")
    axes = fig.subplots(1, 2)
    for ax, metric in zip(axes, ("loss", "accuracy"), strict=True):
        for (name, history), colour in zip(histories.items(), cycle(_COLOURS), strict=False):
            for key, dash, note in ((metric, "-", ""), (f"val_{metric}", "--", ", unseen images")):
                if key in history:
                    epochs = np.arange(1, len(history[key]) + 1)
                    ax.plot(epochs, history[key], dash, color=colour, label=_plain(f"{name}{note}"))
        ax.set_xlabel("epoch")
        ax.set_ylabel(metric)
        _tidy(ax)
        if ax.lines:
            ax.legend(frameon=False, fontsize=9)
    axes[0].set_ylim(bottom=0)
    axes[1].set_ylim(top=1.005)
    return fig


def plot_intervals(
    groups: Sequence[str],
    arms: Mapping[str, Sequence[Interval]],
    *,
    ylabel: str = "test accuracy",
    xlabel: str = "",
    ylim: tuple[float, float] | None = None,
) -> Figure:
    """Means with their intervals, the arms of a comparison side by side in each group.

    Args:
        groups: the names along the horizontal axis.
        arms: for each arm of the comparison, one `Interval` per group.
        ylabel, xlabel: the names of the axes.
        ylim: the range of the vertical axis; fitted to the data if not given.

    Raises:
        ValueError: an arm does not have one interval per group.

    Example:
        >>> arms = {"hard labels": [Interval(0.80, 0.78, 0.82, 10)],
        ...         "distilled": [Interval(0.90, 0.89, 0.91, 10)]}
        >>> fig = plot_intervals(["50 images"], arms)
    """
    groups = _names(groups, "groups")
    _checks.mapping(arms, "arms", of="one Interval per group")
    fig = Figure(figsize=(max(5.5, 1.6 * len(groups)), 3.4), layout="constrained")
    ax = fig.subplots()
    x = np.arange(len(groups))
    for i, (name, intervals) in enumerate(arms.items()):
        _checks.same_length("groups", groups, f"arm {name!r}", intervals)
        offset = 0.13 * (i - (len(arms) - 1) / 2)
        means, bars = _error_bars(intervals, f"arm {name!r}")
        ax.errorbar(x + offset, means, bars, label=_plain(name), linestyle="none", **_style(i))
    ax.set_xticks(x, groups)
    ax.set_xlim(-0.5, len(groups) - 0.5)
    _label(ax, xlabel, ylabel, ylim)
    return fig


def plot_lines(
    x: Sequence[float],
    lines: Mapping[str, Sequence],
    *,
    xlabel: str = "temperature T",
    ylabel: str = "",
    log_x: bool = True,
    log_y: bool = False,
    reference: tuple[str, Interval] | None = None,
) -> Figure:
    """Curves over a quantity such as the temperature; intervals are drawn where they are given.

    Args:
        x: the values along the horizontal axis.
        lines: for each name, one number or one `Interval` per value of `x`.
        xlabel, ylabel: the names of the axes.
        log_x, log_y: whether an axis is logarithmic.
        reference: the name and the `Interval` of something to compare with, drawn across.

    Raises:
        ValueError: `reference` has no interval, or a line does not have one value per `x`.

    Example:
        >>> fig = plot_lines([1, 2, 4], {"entropy": [0.1, 0.6, 1.4]}, ylabel="nats")
    """
    x = _checks.array(x, "x", ndim=1)
    _checks.mapping(lines, "lines", of="one value per x")
    log_x, log_y = _checks.flag(log_x, "log_x"), _checks.flag(log_y, "log_y")
    fig = Figure(figsize=(6.2, 3.4), layout="constrained")
    ax = fig.subplots()
    for i, (name, values) in enumerate(lines.items()):
        _checks.same_length("x", x, f"line {name!r}", values)
        style = {"label": _plain(name), "linestyle": _DASHES[i % len(_DASHES)], **_style(i)}
        if isinstance(values[0], Interval):
            means, bars = _error_bars(values, f"line {name!r}")
            ax.errorbar(x, means, bars, **style)
        else:
            ax.plot(x, _checks.array(values, f"line {name!r}", ndim=1), **style)
    if reference is not None:
        name, level = reference
        _checks.writable(name, "reference")
        if not isinstance(level, Interval):
            raise ValueError(f"reference must be a name and an Interval, got {reference!r}")
        ax.axhspan(level.low, level.high, color=_INK, alpha=0.12, linewidth=0)
        ax.axhline(level.mean, color=_INK, linestyle=":", linewidth=1.2, label=_plain(name))
    if log_x:
        ax.set_xscale("log", base=2)
        ax.set_xticks(x, [f"{value:g}" for value in x])
    if log_y:
        ax.set_yscale("log")
    _label(ax, xlabel, ylabel)
    return fig


def plot_reliability(models: Mapping[str, Reliability]) -> Figure:
    """Reliability diagrams: how often a model is right when it is so sure, one panel per model.

    On the diagonal confidence and accuracy are equal; below it the model is too sure. The area of a
    point is the number of examples that it stands for. (Guo et al. 2017, figure 1.)

    Args:
        models: for each name a `Reliability`, as `kdlab.reliability` returns it.

    Raises:
        ValueError: there is nothing to draw.

    Example:
        >>> from kdlab.metrics import reliability
        >>> fig = plot_reliability({"coin": reliability([[1.0, 0.0], [1.0, 0.0]], [0, 1])})
    """
    _checks.mapping(models, "models", of="a Reliability each")
    for name, result in models.items():
        if not isinstance(result, Reliability):
            raise ValueError(f"models must hold a Reliability each, got {result!r} for {name!r}")
    fig = Figure(figsize=(2.9 * len(models), 3.1), layout="constrained")
    for i, (ax, (name, result)) in enumerate(
        zip(np.atleast_1d(fig.subplots(1, len(models), sharey=True)), models.items(), strict=True)
    ):
        ax.plot([0, 1], [0, 1], ":", color=_INK, linewidth=1.2)
        seen = result.count > 0
        x, y = result.confidence[seen], result.accuracy[seen]
        ax.vlines(x, y, x, color=VERMILLION, linewidth=2, alpha=0.6)
        area = 12 + 180 * result.count[seen] / result.count.sum()
        ax.scatter(x, y, area, color=_COLOURS[0], marker=_MARKERS[0], zorder=3)
        ax.set(title=_plain(name), xlim=(0, 1.03), ylim=(0, 1.03), aspect="equal")
        ax.set_xlabel("how sure it is")
        ax.title.set_fontsize(10)
        _tidy(ax)
        if i == 0:
            ax.set_ylabel("how often it is right")
    return fig


def plot_matrix(
    values,
    row_names: Sequence[str],
    column_names: Sequence[str] | None = None,
    *,
    xlabel: str = "",
    ylabel: str = "",
    hide_diagonal: bool = False,
) -> Figure:
    """Numbers in rows and columns, the larger the darker: which classes look alike, for example.

    Args:
        values: `(rows, columns)`, not negative; at most 30 of each.
        row_names: one name per row.
        column_names: one name per column; those of the rows, if not given.
        xlabel: what the columns are, above them.
        ylabel: what the rows are.
        hide_diagonal: whether to leave out what stands where a row meets the column of the same
            number, so that the colours show the differences among all others.

    Raises:
        ValueError: the values are not finite, negative or too many, or the names do not fit them.

    Example:
        >>> from kdlab import softmax
        >>> mean = softmax([[4.0, 2.0, 0.0], [1.0, 5.0, 0.0], [0.0, 0.0, 3.0]], temperature=4)
        >>> fig = plot_matrix(mean, ["cat", "dog", "car"], xlabel="the teacher says")
    """
    values = _checks.array(values, "values", ndim=2)
    if max(values.shape) > _MOST_CELLS:
        raise ValueError(
            f"values must have at most {_MOST_CELLS} rows and columns, got shape {values.shape}: "
            "choose some, as in values[:10, :10]"
        )
    if (values < 0).any():
        raise ValueError(f"values must not be negative, got {values.min():g} among them")
    rows = _names(row_names, "row_names")
    _checks.same_length("values", values, "row_names", rows)
    columns = rows if column_names is None else _names(column_names, "column_names")
    _checks.same_length("the columns of values", values.T, "column_names", columns)
    hidden = np.eye(*values.shape, dtype=bool) & _checks.flag(hide_diagonal, "hide_diagonal")
    shown = np.ma.array(values, mask=hidden)
    height, width = values.shape
    fig = Figure(figsize=(1.4 + 0.46 * width, 1.1 + 0.36 * height), layout="constrained")
    ax = fig.subplots()
    top = float(shown.max()) if shown.count() else 0.0
    scale = LinearSegmentedColormap.from_list("", ["white", _FULL])
    ax.imshow(shown, cmap=scale, vmin=0, vmax=top or 1.0, aspect="auto")
    written = "{:.2f}" if values.max() <= 1 else "{:.3g}"
    for (i, k), value in np.ndenumerate(values):
        if not hidden[i, k]:
            text = written.format(value)
            ax.text(k, i, text, ha="center", va="center", fontsize=9, color="black")
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    ax.set_xticks(range(width), columns, rotation=90 if max(map(len, columns)) > 4 else None)
    ax.set_yticks(range(height), rows)
    _label(ax, xlabel, ylabel)
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    return fig


def _plain(text) -> str:
    """A text as it is: Matplotlib would read what stands between two `$` as TeX."""
    return str(text).replace("$", r"\$")


def _names(values, name: str) -> tuple[str, ...]:
    return tuple(map(_plain, _checks.texts(values, name)))


def _drawable(images, name: str) -> np.ndarray:
    """Images of one channel, or of red, green and blue, in [0, 1]."""
    images = _checks.images(images, name)
    if images.shape[-1] not in (1, 3):
        raise ValueError(
            f"{name} must have 1 channel or 3, got {images.shape[-1]}: choose from them, as in "
            f"{name}[..., :1]"
        )
    return _checks.from_0_to_1(images, name)


def _curves(history, name: str) -> Mapping:
    """A history, checked: numbers, NaN and infinities among them, by the name of a metric."""
    if not isinstance(history, Mapping):
        raise ValueError(f"histories must hold a dict each, got {history!r} for {name!r}")
    for key, values in history.items():
        if np.ndim(values) != 1 or np.asarray(values).dtype.kind not in "iuf":
            raise ValueError(f"histories must hold lists of numbers, got {values!r} for {key!r}")
    return history


def _error_bars(intervals: Sequence[Interval], name: str) -> tuple[list, list]:
    """Heights, and the lengths of the bars below and above them."""
    for i in intervals:
        if not isinstance(i, Interval) or i.low > i.mean or i.high < i.mean:
            raise ValueError(f"{name} must hold Intervals, low <= mean <= high, got {i!r}")
    below = [i.mean - i.low for i in intervals]
    above = [i.high - i.mean for i in intervals]
    return [i.mean for i in intervals], [below, above]


def _style(i: int) -> dict:
    return {
        "color": _COLOURS[i % len(_COLOURS)],
        "marker": _MARKERS[i % len(_MARKERS)],
        "markersize": 5,
        "linewidth": 1.6,
    }


def _label(ax, xlabel: str, ylabel: str, ylim=None) -> None:
    ax.set_xlabel(_plain(_checks.writable(xlabel, "xlabel")))
    ax.set_ylabel(_plain(_checks.writable(ylabel, "ylabel")))
    if ylim is not None:
        ax.set_ylim(ylim)
    _tidy(ax)
    if len(ax.get_legend_handles_labels()[1]) > 1:
        ax.legend(frameon=False, fontsize=9)


def _tidy(ax) -> None:
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(labelsize=9, colors=_INK)
    ax.grid(axis="y", color="#dddddd", linewidth=0.7)
    ax.set_axisbelow(True)
