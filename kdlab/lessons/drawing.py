"""Pictures of what was predicted and what came, as HTML and SVG, without a script.

A guess is blue, what came is orange and a diamond, or dashed. One learner's guess is drawn like the
median of a class: `spread` adds where the middle half of it lies.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10

from kdlab.lessons.paper import number, text

# Drawn 360 wide, so that letters are large enough on a phone.
_WIDTH, _LEFT, _RIGHT = 360, 40, 20


def picture(alt: str, svg: str, caption: str = "") -> str:
    """A figure of an SVG drawing; `alt` says what is in it, `caption` is HTML."""
    below = f"<figcaption>{caption}</figcaption>" if caption else ""
    opened = f'<svg role="img" aria-label="{text(alt)}" '
    return f"<figure>{svg.replace('<svg ', opened, 1)}{below}</figure>"


def middle(value) -> float:
    """A truth's number; of an interval `[mean, low, high]` its mean."""
    return value[0] if isinstance(value, list | tuple) else value


def ends(value) -> tuple[float, float]:
    """The ends of a truth's interval; of a number both are the number."""
    return (value[1], value[2]) if isinstance(value, list | tuple) else (value, value)


def nice_step(span: float, most: int) -> float:
    """The smallest of 1, 2, 5, 10, ... that divides a span into at most so many parts."""
    power = 10.0 ** floor(log10(span / most))
    return next(m * power for m in (1, 2, 5, 10, 20) if m * power * most >= span * (1 - 1e-9))


def _ticks(low: float, high: float, most: int) -> list[float]:
    step = nice_step(high - low, most)
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [k * step for k in range(first, last + 1)]


class _Axis:
    """Where a number stands on the axis of a drawing."""

    def __init__(self, low: float, high: float):
        self.low, self.high = low, high

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return _LEFT + min(max(share, 0.0), 1.0) * (_WIDTH - _LEFT - _RIGHT)

    def drawn(self, y: float, unit: str) -> str:
        line = f'<path class="kd-axis" d="M{_LEFT} {y:g}H{_WIDTH - _RIGHT}"/>'
        ticks = "".join(
            f'<path class="kd-axis" d="M{self(x):.1f} {y:g}v4"/>'
            f'<text x="{self(x):.1f}" y="{y + 15:g}" text-anchor="middle">{number(x)}</text>'
            for x in _ticks(self.low, self.high, 6)
        )
        name = f'<text x="{_WIDTH - _RIGHT}" y="{y + 29:g}" text-anchor="end">{text(unit)}</text>'
        return line + ticks + (name if unit else "")


def _diamond(x: float, y: float) -> str:
    return f'<path class="kd-truth" d="M{x:.1f} {y - 6:.1f}l6 6l-6 6l-6 -6z"/>'


def _svg(height: float, *parts: str) -> str:
    return f'<svg viewBox="0 0 {_WIDTH} {height:g}">{"".join(parts)}</svg>'


def _truth_mark(axis: _Axis, truth, top: float, bottom: float) -> str:
    """A line through the drawing with a diamond on it, and the range of an interval above."""
    if truth is None:
        return ""
    x, (low, high) = axis(middle(truth)), map(axis, ends(truth))
    bar = f'<path class="kd-range" d="M{low:.1f} {top:g}H{high:.1f}"/>' if high > low else ""
    line = f'<path class="kd-came" d="M{x:.1f} {top:g}V{bottom:g}"/>'
    return line + bar + _diamond(x, top)


def number_line(low: float, high: float, unit: str, guess: float | None, truth) -> str:
    """One guess and what came, on one axis."""
    came = [] if truth is None else [middle(truth)]
    axis = _Axis(min([low, *came]), max([high, *came]))
    dot = (
        "" if guess is None else f'<circle class="kd-guess" cx="{axis(guess):.1f}" cy="30" r="6"/>'
    )
    return _svg(64, axis.drawn(30, unit), _truth_mark(axis, truth, 12, 30), dot)


def histogram(bins: Sequence[tuple[float, float, int | None]], truth, unit: str) -> str:
    """How many guesses lie in each part of an axis; a question mark where that is not shown."""
    axis = _Axis(bins[0][0], bins[-1][1])
    most = max((count or 0 for *_, count in bins), default=0) or 1
    top, bottom = 26, 126
    bars = []
    for low, high, count in bins:
        left, right = axis(low) + 0.5, axis(high) - 0.5
        if count is None:
            where = f'x="{(left + right) / 2:.1f}" y="{bottom - 4}"'
            bars.append(f'<text {where} text-anchor="middle">?</text>')
        if not count:
            continue
        height = (bottom - top - 12) * count / most
        bars.append(
            f'<rect class="kd-guess" x="{left:.1f}" y="{bottom - height:.1f}" '
            f'width="{right - left:.1f}" height="{height:.1f}"/>'
            f'<text x="{(left + right) / 2:.1f}" y="{bottom - height - 4:.1f}" '
            f'text-anchor="middle">{count}</text>'
        )
    return _svg(160, *bars, axis.drawn(bottom, unit), _truth_mark(axis, truth, 12, bottom))


def curve(
    places: Sequence[str], between: Sequence[float], guess, truth, *, unit: str = "",
    xlabel: str = "", spread=None,
) -> str:  # fmt: skip
    """A line over some places and what came; `spread` holds a line below it and one above."""
    top, bottom = 18, 150
    values = [*between, *(middle(t) for t in truth or ())]
    low, high = min(values), max(values)
    gap = (_WIDTH - _LEFT - _RIGHT) / max(len(places) - 1, 1)
    xs = [_LEFT + k * gap for k in range(len(places))]

    def y(value: float) -> float:
        return bottom - (bottom - top) * (min(max(value, low), high) - low) / (high - low)

    def line(ys) -> str:
        return "M" + "L".join(f"{x:.1f} {y(v):.1f}" for x, v in zip(xs, ys, strict=True))

    parts = []
    for tick in _ticks(low, high, 4):
        parts.append(
            f'<path class="kd-axis" d="M{_LEFT} {y(tick):.1f}H{_WIDTH - _RIGHT}"/>'
            f'<text x="{_LEFT - 5}" y="{y(tick) + 4:.1f}" text-anchor="end">{number(tick)}</text>'
        )
    every = ceil(len(places) / 8)
    parts += [
        f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{text(place)}</text>'
        for x, place in list(zip(xs, places, strict=True))[::every]
    ]
    parts.append(f'<text x="{_LEFT}" y="10">{text(unit)}</text>')
    right = _WIDTH - _RIGHT
    parts.append(f'<text x="{right}" y="{bottom + 30}" text-anchor="end">{text(xlabel)}</text>')
    if spread:
        below, above = spread
        back = "L".join(f"{x:.1f} {y(v):.1f}" for x, v in zip(xs[::-1], above[::-1], strict=True))
        parts.append(f'<path class="kd-band" d="{line(below)}L{back}z"/>')
    if guess:
        parts.append(f'<path class="kd-curve" d="{line(guess)}"/>')
        parts += [
            f'<circle class="kd-guess" cx="{x:.1f}" cy="{y(v):.1f}" r="3.5"/>'
            for x, v in zip(xs, guess, strict=True)
        ]
    if truth:
        means = [middle(t) for t in truth]
        parts.append(f'<path class="kd-came" d="{line(means)}"/>')
        for x, value in zip(xs, truth, strict=True):
            a, b = map(y, ends(value))
            if a != b:
                parts.append(f'<path class="kd-range" d="M{x:.1f} {a:.1f}V{b:.1f}"/>')
            parts.append(_diamond(x, y(middle(value))))
    return _svg(bottom + 36, *parts)


def rows(
    names: Sequence[str], shares: Sequence[float | None], said: Sequence[str], *,
    truth: Sequence[float] | None = None, spread=None, marked: Sequence[int] = (),
    wide: bool = False,
) -> str:  # fmt: skip
    """A bar for each name; `said` stands beside it. None: nothing is drawn.

    `truth` puts a diamond into each bar; `marked` are the names that came, or are right; `wide`
    gives names that are sentences a line of their own.
    """
    lines = []
    for k, (name, share, words) in enumerate(zip(names, shares, said, strict=True)):
        inside = "" if share is None else f'<i style="width:{_percent(share)}"></i>'
        if spread and spread[0][k] is not None:
            low, high = spread[0][k], spread[1][k]
            where = f"left:{_percent(low)};width:{_percent(high - low)}"
            inside += f'<i class="kd-spread" style="{where}"></i>'
        if truth:
            inside += f'<b style="left:{_percent(truth[k])}"></b>'
        came = '<span class="kd-key">◆ </span>' if k in marked else ""
        hidden = ' class="kd-hatch"' if share is None else ""
        lines.append(
            f'<span class="kd-name">{came}{text(name)}</span>'
            f'<span class="kd-track">{inside}</span><span{hidden}>{text(words)}</span>'
        )
    kind = "kd-rows kd-wide" if wide else "kd-rows"
    return f'<div class="{kind}">{"".join(lines)}</div>'


def _percent(share: float) -> str:
    return f"{100 * min(max(share, 0.0), 1.0):.1f}%"
