"""What can be predicted: a number, a choice, an order, bars or a curve.

Each kind knows what it asks for, what an answer is, what a truth is, how either reads, and how far
apart they are in words. `page/parts/predictions.js` says the same in the page; a test holds the two
together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor, log10

import numpy as np

from kdlab import _checks

# A number is close from here on, as a share of what could be answered.
CLOSE = 1 / 50
# Bars that overlap less, and a curve that is further away, are told what a typical guess assumes.
_OVERLAP, _AWAY = 0.8, 0.1

NO_GUESS = "No prediction was made before the reveal."


@dataclass(frozen=True)
class Number:
    """A number from `low` to `high`; its truth is a number, or an interval `[mean, low, high]`."""

    low: float
    high: float
    step: float
    unit: str

    KIND = "number"
    TYPICAL = ("too_low", "too_high")

    def described(self) -> dict:
        return {"between": [self.low, self.high], "step": self.step, "unit": self.unit}

    def asks(self) -> str:
        return f"A number from {self.text(self.low)} to {self.text(self.high)}."

    def guess(self, value) -> float:
        if not (_checks.is_real(value) and self.low <= value <= self.high):
            raise ValueError(
                f"guess must be a number from {self.low:g} to {self.high:g}, got {value!r}"
            )
        return float(value)

    def truth(self, value, scale: float = 1):
        return _measured(value, scale)

    def text(self, value) -> str:
        ends = ""
        if isinstance(value, list):
            low, high = (_number(end, self.step) for end in value[1:])
            ends = f" (interval {low} to {high})"
        return _with_unit(_number(_middle(value), self.step), self.unit) + ends

    def distance(self, guess: float, truth) -> str:
        apart = guess - _middle(truth)
        if self._is_inside(guess, truth):
            return "Your prediction lies within the interval."
        if _number(guess, self.step) == _number(_middle(truth), self.step):
            return "Exactly so."
        which = "high" if apart > 0 else "low"
        close = " That is close." if self.is_close(guess, truth) else ""
        much = _apart(_number(abs(apart), self.step), self.unit)
        return f"You were {much} too {which}.{close}"

    def _is_inside(self, guess: float, truth) -> bool:
        return isinstance(truth, list) and truth[1] <= guess <= truth[2]

    def is_close(self, guess: float, truth) -> bool:
        if self._is_inside(guess, truth):
            return True
        return abs(guess - _middle(truth)) <= max(self.step, CLOSE * (self.high - self.low))

    def assumes(self, guess: float, truth, typical: dict) -> str:
        if self.is_close(guess, truth):
            return ""
        return typical["too_high" if guess > _middle(truth) else "too_low"]


@dataclass(frozen=True)
class Choice:
    """One of some options; each has its own reply."""

    replies: dict[str, str]

    KIND = "choice"
    TYPICAL = ()

    def described(self) -> dict:
        return {"options": [*self.replies]}

    def asks(self) -> str:
        return f"One of: {'; '.join(self.replies)}."

    def guess(self, value) -> str:
        return self._option(value, "guess")

    def truth(self, value, scale: float = 1) -> str:
        return self._option(value, "truth")

    def _option(self, value, name: str) -> str:
        if not isinstance(value, str) or value not in self.replies:
            options = ", ".join(map(repr, self.replies))
            raise ValueError(f"{name} must be one of the options, {options}, got {value!r}")
        return value

    def text(self, value: str) -> str:
        return f"“{value}”"

    def distance(self, guess: str, truth: str) -> str:
        return "So it came." if guess == truth else "It came out otherwise."

    def assumes(self, guess: str, truth: str, typical: dict) -> str:
        return self.replies[guess]


@dataclass(frozen=True)
class Order:
    """Some items, put into an order."""

    items: tuple[str, ...]

    KIND = "order"
    TYPICAL = ("typical",)

    def described(self) -> dict:
        return {"items": [*self.items]}

    def asks(self) -> str:
        return f"To be put in order: {'; '.join(self.items)}."

    def guess(self, value) -> list[str]:
        return self._ordered(value, "guess")

    def truth(self, value, scale: float = 1) -> list[str]:
        return self._ordered(value, "truth")

    def _ordered(self, value, name: str) -> list[str]:
        ordered = [*value] if isinstance(value, list | tuple | np.ndarray) else []
        if sorted(map(str, ordered)) != sorted(self.items):
            raise ValueError(
                f"{name} must hold each of the items once, {', '.join(map(repr, self.items))}, "
                f"got {value!r}"
            )
        return [str(item) for item in ordered]

    def text(self, value: list[str]) -> str:
        return "; ".join(f"{place}. {item}" for place, item in enumerate(value, 1))

    def distance(self, guess: list[str], truth: list[str]) -> str:
        there = sum(a == b for a, b in zip(guess, truth, strict=True))
        return f"{there} of {len(truth)} are in their place."

    def assumes(self, guess: list[str], truth: list[str], typical: dict) -> str:
        return "" if guess == truth else typical["typical"]


@dataclass(frozen=True)
class Bars:
    """Shares that fill 100 %, a bar for each name."""

    names: tuple[str, ...]

    KIND = "bars"
    TYPICAL = ("typical",)

    def described(self) -> dict:
        return {"names": [*self.names]}

    def asks(self) -> str:
        return f"A bar for each of: {'; '.join(self.names)}."

    def guess(self, value) -> list[float]:
        return self._shares(value, "guess")

    def truth(self, value, scale: float = 1) -> list[float]:
        return self._shares(value, "truth")

    def _shares(self, value, name: str) -> list[float]:
        shares = _checks.probabilities(value, name)
        if shares.shape != (len(self.names),):
            raise ValueError(
                f"{name} must hold one probability for each of {len(self.names)} bars, got shape "
                f"{shares.shape}"
            )
        return shares.tolist()

    def text(self, value: list[float]) -> str:
        largest = sorted(range(len(value)), key=lambda k: -value[k])[:3]
        return ", ".join(f"{self.names[k]}: {_percent(value[k])}" for k in largest)

    def distance(self, guess: list[float], truth: list[float]) -> str:
        return f"Your bars overlap what came by {_percent(_overlap(guess, truth))}."

    def assumes(self, guess: list[float], truth: list[float], typical: dict) -> str:
        return "" if _overlap(guess, truth) >= _OVERLAP else typical["typical"]


@dataclass(frozen=True)
class Curve:
    """A height over each of some places; their truth are numbers, or intervals."""

    places: tuple[str, ...]
    low: float
    high: float
    unit: str
    xlabel: str
    ylabel: str

    KIND = "curve"
    TYPICAL = ("typical",)

    @property
    def step(self) -> float:
        return CLOSE * (self.high - self.low)

    def described(self) -> dict:
        return {
            "x": [*self.places], "between": [self.low, self.high], "step": self.step,
            "unit": self.unit,
            "xlabel": self.xlabel, "ylabel": self.ylabel,
        }  # fmt: skip

    def asks(self) -> str:
        axis = f"{self.xlabel} = " if self.xlabel else ""
        return f"A line over {axis}{'; '.join(self.places)}."

    def guess(self, value) -> list[float]:
        heights = _checks.array(value, "guess", ndim=1)
        if heights.shape != (len(self.places),):
            raise ValueError(
                f"guess must hold one height for each of {len(self.places)} places, got "
                f"{len(heights)}"
            )
        if heights.min() < self.low or heights.max() > self.high:
            raise ValueError(
                f"guess must lie in {self.low:g} to {self.high:g}, got values from "
                f"{heights.min():g} to {heights.max():g}"
            )
        return heights.tolist()

    def truth(self, value, scale: float = 1) -> list:
        if not _checks.is_iterable(value) or len(value := [*value]) != len(self.places):
            raise ValueError(
                f"truth must hold a number or an interval for each of {len(self.places)} places, "
                f"got {value!r}"
            )
        return [_measured(one, scale) for one in value]

    def text(self, value: list) -> str:
        pairs = zip(self.places, value, strict=True)
        unit = f" {self.unit}" if self.unit else ""
        return "; ".join(f"{_number(_middle(y), self.step)}{unit} at {x}" for x, y in pairs)

    def distance(self, guess: list[float], truth: list) -> str:
        apart = self._apart_at_each(guess, truth)
        mean = _apart(_number(sum(apart) / len(apart), self.step), self.unit)
        most = apart.index(max(apart))
        furthest = _apart(_number(apart[most], self.step), self.unit)
        return f"On average you were {mean} away, most at {self.places[most]}: {furthest}."

    def _apart_at_each(self, guess: list[float], truth: list) -> list[float]:
        return [abs(y - _middle(t)) for y, t in zip(guess, truth, strict=True)]

    def assumes(self, guess: list[float], truth: list, typical: dict) -> str:
        apart = self._apart_at_each(guess, truth)
        close = sum(apart) / len(apart) <= _AWAY * (self.high - self.low)
        return "" if close else typical["typical"]


# ---- what there is to say -----------------------------------------------------------------------


def verdict(kind, guess, before, truth, typical: dict[str, str]) -> dict[str, str]:
    """What there is to say to an answer; `before` is what it was at the reveal."""
    # What came may differ between machines: nbval's sanitize file knows this line.
    said = {"you": NO_GUESS, "came": f"What came: {kind.text(truth)}"}
    if before is not None:
        said["you"] = f"You predicted: {kind.text(before)}"
        said["distance"] = kind.distance(before, truth)
        said["assumes"] = kind.assumes(before, truth, typical)
    if guess is not None and guess != before:
        how = "Made" if before is None else "Changed"
        said["after"] = f"{how} after the reveal: {kind.text(guess)}"
    return {part: text for part, text in said.items() if text}


# ---- which kind is asked for --------------------------------------------------------------------


def kind_of(*, between, step, unit, choices, order, bars, curve, xlabel, ylabel):
    """The one kind that the arguments of `Predict` ask for."""
    asked = {"choices": choices, "order": order, "bars": bars, "curve": curve}
    asked = [name for name, value in asked.items() if value is not None]
    if len(asked) > 1 or (not asked and between is None):
        raise ValueError(
            "Predict must ask for one thing: pass between=(low, high) for a number, or one of "
            f"choices, order, bars and curve (with between), got {' and '.join(asked) or 'none'}"
        )
    what = asked[0] if asked else "between"
    if between is not None and what not in ("between", "curve"):
        raise ValueError(
            f"between must be left out with {what}, got {between!r}: it is the range of a number "
            "or of a curve"
        )
    if what == "choices":
        return Choice(_replies(choices))
    if what == "order":
        return Order(_names(order, "order"))
    if what == "bars":
        return Bars(_names(bars, "bars"))
    low, high = _range(between)
    unit = _checks.optional_text(unit, "unit")
    if what == "curve":
        places = _names([f"{x:g}" if _checks.is_real(x) else x for x in _several(curve)], "curve")
        labels = _checks.optional_text(xlabel, "xlabel"), _checks.optional_text(ylabel, "ylabel")
        return Curve(places, low, high, unit, *labels)
    step = _step(low, high) if step is None else _checks.positive_number(step, "step")
    return Number(low, high, step, unit)


def _several(value) -> list:
    if isinstance(value, str) or not _checks.is_iterable(value):
        raise ValueError(f"curve must be a list of places on the axis, got {value!r}")
    return [*value]


def _replies(choices) -> dict[str, str]:
    """The options with what there is to say to each; a list of options has nothing to say."""
    if not isinstance(choices, Mapping):
        choices = dict.fromkeys(_names(choices, "choices"), "")
    if len(choices) < 2:
        raise ValueError(f"choices must hold two or more options, got {choices!r}")
    replies = {}
    for option, reply in choices.items():
        option = _checks.text(option, "an option of choices")
        replies[option] = _checks.optional_text(reply, f"the reply to {option!r}")
    return replies


def _names(value, name: str) -> tuple[str, ...]:
    if isinstance(value, str):
        raise ValueError(f"{name} must be a list of names, got {value!r}")
    names = _checks.texts(value, name)
    if len(names) < 2 or len(set(names)) < len(names):
        raise ValueError(f"{name} must hold two or more names, each once, got {value!r}")
    return names


def _range(between) -> tuple[float, float]:
    pair = [*between] if isinstance(between, list | tuple | np.ndarray) else []
    if len(pair) != 2 or not all(map(_checks.is_real, pair)) or not pair[0] < pair[1]:
        raise ValueError(
            f"between must be the lowest and the highest answer, (low, high), got {between!r}"
        )
    if not np.isfinite(pair).all():
        raise ValueError(f"between must be two finite numbers, got {between!r}")
    return float(pair[0]), float(pair[1])


def _step(low: float, high: float) -> float:
    """Whole numbers where these suffice, else a hundredth of the range, as a power of ten."""
    if low.is_integer() and high.is_integer() and high - low >= 10:
        return 1.0
    return 10.0 ** floor(log10((high - low) / 50))


# ---- numbers ------------------------------------------------------------------------------------


def _measured(value, scale: float):
    """A number, or an interval as `[mean, low, high]`, in the unit of the guess."""
    try:
        numbers = [float(x) for x in _of_interval(value)]
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"truth must be a number or an interval (mean, low, high), got {value!r}"
        ) from error
    if not np.isfinite(numbers).all():
        raise ValueError(f"truth must be finite, got {value!r}")
    numbers = [scale * x for x in numbers]
    return numbers if len(numbers) == 3 else numbers[0]


def _of_interval(value) -> list:
    if hasattr(value, "mean") and hasattr(value, "low") and hasattr(value, "high"):
        return [value.mean, value.low, value.high]
    if isinstance(value, list | tuple):
        if len(value) != 3:
            raise ValueError
        return [*value]
    return [np.asarray(value).item()]


def _middle(value) -> float:
    return value[0] if isinstance(value, list) else value


def _number(x: float, step: float) -> str:
    """Whole numbers in full, others to about three digits, or a digit more than the step has."""
    size = abs(x := float(x))
    digits = 0 if x.is_integer() else sum(size < limit for limit in (100, 10, 1, 0.1, 0.01))
    digits = min(digits, 1 + sum(step < limit for limit in (0.5, 0.05, 0.005, 0.0005)))
    text = f"{_half_up(x, digits):,.{digits}f}"
    return (text.rstrip("0").rstrip(".") if digits else text).replace("-", "−")


def _half_up(x: float, digits: int = 0) -> float:
    """Rounded as JavaScript rounds, which Python's `round` does not."""
    return floor(x * 10.0**digits + 0.5) / 10.0**digits


def _percent(share: float) -> str:
    return f"{_half_up(100 * share):.0f} %"


def _with_unit(number: str, unit: str) -> str:
    # "1 images" would be read twice.
    if number == "1" and unit.endswith("s"):
        unit = unit.removesuffix("es" if unit.endswith("sses") else "s")
    return f"{number} {unit}".strip()


def _apart(number: str, unit: str) -> str:
    """A difference: of two percentages it is in points."""
    return _with_unit(number, "points" if unit == "%" else unit)


def _overlap(p: list[float], q: list[float]) -> float:
    return sum(map(min, p, q))
