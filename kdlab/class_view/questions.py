"""How a class's answers to one question are drawn, as HTML: a picture, words, and a table."""

from __future__ import annotations

from collections import Counter

from kdlab.class_view import counting
from kdlab.class_view.counting import Question
from kdlab.lessons import drawing
from kdlab.lessons.paper import number, table, text

# Fewer have no middle half to speak of.
_LEAST_FOR_SPREAD = 4
_HIDDEN = "hidden"
# Letters of a name that stands beside its bar; longer ones stand above it.
_LONG = 30


def shown(question: Question, threshold: int) -> str:
    """One question with what the class answered."""
    item = question.item
    draw = {
        "predictions": _prediction, "quizzes": _quiz, "exercises": _exercise, "drawings": _drawing,
    }[item.part]  # fmt: skip
    parts = [f"<h3>{text(name(question))}</h3>", draw(question, threshold)]
    if question.others:
        parts.append(_soft(
            f"Not counted here: answers to another version of this question, from "
            f"{counting.of(question.others, question.others + len(question.answers), threshold)}."
        ))  # fmt: skip
    return "".join(parts)


def name(question: Question) -> str:
    """What a question is called on the page."""
    item = question.item
    if item.part == "exercises":
        return f"Exercise {item.key}"
    if item.part == "drawings":
        return f"Drawing: {item.key}"
    kind = "Prediction" if item.part == "predictions" else "Quiz"
    return f"{kind}: {item.asked['question']}"


# ---- predictions --------------------------------------------------------------------------------


def _prediction(question: Question, threshold: int) -> str:
    asked, answers = question.item.asked, question.answers
    guesses = [a["committed"] for a in answers if a["committed"] is not None]
    kind = asked["kind"]
    if kind in ("bars", "curve", "order") and len(guesses) < threshold:
        picture = _soft(f"Hidden: {counting.of(len(guesses), len(answers), threshold)} guessed.")
    else:
        picture = _PICTURES[kind](question, guesses, threshold)
    late = sum(a["late"] for a in answers)
    changed = sum(a["changed"] for a in answers)
    after = [
        f"{what}: {counting.of(count, len(answers), threshold)}."
        for what, count in (
            ("Changed the guess after the reveal", changed),
            ("Guessed only after it", late),
        )
        if count
    ]
    return picture + (_soft(" ".join(after)) if after else "")


def _number(question: Question, guesses: list[float], threshold: int) -> str:
    asked, total = question.item.asked, len(question.answers)
    unit = asked["unit"]
    parts, none = counting.bins(
        guesses, asked["between"], none=total - len(guesses), threshold=threshold
    )
    truth = counting.truth_of(_truths(question))
    said = _came(truth, unit)
    if not parts:
        return _soft("The guesses are hidden: too few are close to each other.") + said
    drawn = sum(count or 0 for *_, count in parts)
    rest = total - drawn - (none or 0)
    words = []
    if len(guesses) >= max(threshold, _LEAST_FOR_SPREAD):
        low, half, high = counting.spread(guesses)
        words.append(
            f"Half of the guesses lie between {number(low)} and {number(high)}, the median is "
            f"{number(half)}."
        )
    if none:
        words.append(f"No guess before the reveal: {none}.")
    if rest:
        what = "guessed where few did" if none is not None else "made no guess, or where few did"
        words.append(f"Not drawn: {rest} of {total}, who {what}.")
    alt = f"Histogram of {drawn} guesses. " + " ".join(words)
    svg = drawing.histogram(_with_truth(parts, truth), truth, unit)
    rows = [
        [
            f"{number(low)} to {'' if high == asked['between'][1] else 'less than '}{number(high)}",
            _HIDDEN if count is None else str(count),
        ]
        for low, high, count in parts
    ]
    heads = [f"guess ({unit})" if unit else "guess", "learners"]
    words = _soft(" ".join(words)) if words else ""
    key = _KEY + (" &nbsp; ? hidden" if any(count is None for *_, count in parts) else "")
    return drawing.picture(alt, svg, key) + said + words + _behind(heads, rows)


def _with_truth(parts: list, truth) -> list:
    """The parts, with an empty one where the axis must go on to what came."""
    if truth is None:
        return parts
    low, high = parts[0][0], parts[-1][1]
    x = drawing.middle(truth)
    before, after = [(x, low, 0)] if x < low else [], [(high, x, 0)] if x > high else []
    return [*before, *parts, *after]


def _choice(question: Question, guesses: list[str], threshold: int) -> str:
    options, total = question.item.asked["options"], len(question.answers)
    truths = Counter(_truths(question))
    came = [option for option, _ in truths.most_common()]
    # What came to few is left out: a machine of its own is one learner's.
    came = [option for option in came if option == came[0] or truths[option] >= threshold]
    said = _soft("No result yet.")
    if came:
        words = " or ".join(f"“{option}”" for option in came)
        said = f'<p><span class="kd-key">◆</span> What came: {text(words)}</p>'
    counts = Counter(guesses)
    return _options(options, counts, total, came, "no guess before the reveal", threshold) + said


def _order(question: Question, guesses: list, threshold: int) -> str:
    answers, total = question.answers, len(question.answers)
    both = [(a["committed"], a["truth"]) for a in answers if a["committed"] and a["truth"]]
    truths = Counter(tuple(truth) for truth in _truths(question))
    if not truths:
        return _soft("No result yet.")
    order = [*truths.most_common(1)[0][0]]
    right = [sum(g.index(item) == t.index(item) for g, t in both) for item in order]
    words = [counting.of(count, total, threshold) for count in right]
    names = [f"{place}. {item}" for place, item in enumerate(order, 1)]
    bars = [counting.length(count, total, threshold) for count in right]
    whole = counting.of(sum(g == t for g, t in both), total, threshold)
    differs = " It differs between machines; this is what most had." if len(truths) > 1 else ""
    return (
        _figure(drawing.rows(names, bars, words), "Who put it in its place, in the order that came")
        + f'<p><span class="kd-key">◆</span> What came is the order of the rows.{differs} '
        f"The whole order was right for {text(whole)}.</p>"
        + _behind(["in the order that came", "in its place"], _pairs(names, words))
    )


def _bars(question: Question, guesses: list, threshold: int) -> str:
    names = question.item.asked["names"]
    low, half, high = _columns(guesses)
    truth = _middle_of(_truths(question))
    said = [_percents(half[k], truth and truth[k]) for k in range(len(names))]
    spread = (low, high) if _may_spread(guesses, threshold) else None
    rows = [
        [name, f"{100 * half[k]:.0f} %", _range(low[k], high[k], spread, 100, " %"),
         f"{100 * truth[k]:.0f} %" if truth else "not yet"]
        for k, name in enumerate(names)
    ]  # fmt: skip
    return (
        _figure(drawing.rows(names, half, said, truth=truth, spread=spread), _MEDIAN_KEY)
        + _how_many(question, guesses, threshold)
        + _behind(["bar", "median guess", "middle half", "what came (median)"], rows)
    )


def _curve(question: Question, guesses: list, threshold: int) -> str:
    asked = question.item.asked
    low, half, high = _columns(guesses)
    truths = _truths(question)
    truth = [counting.truth_of(one) for one in zip(*truths, strict=True)] if truths else None
    spread = (low, high) if _may_spread(guesses, threshold) else None
    svg = drawing.curve(
        asked["x"], asked["between"], half, truth, spread=spread, xlabel=asked["xlabel"],
        unit=asked["ylabel"] or asked["unit"],
    )  # fmt: skip
    rows = [
        [place, number(half[k]), _range(low[k], high[k], spread, 1, ""),
         number(drawing.middle(truth[k])) if truth else "not yet"]
        for k, place in enumerate(asked["x"])
    ]  # fmt: skip
    return (
        drawing.picture("The median curve of the class, and what came", svg, _CURVE_KEY)
        + _how_many(question, guesses, threshold)
        + _behind(
            [asked["xlabel"] or "at", "median guess", "middle half", "what came (median)"], rows
        )
    )


_PICTURES = {"number": _number, "choice": _choice, "order": _order, "bars": _bars, "curve": _curve}

_KEY = (
    '<span class="kd-key-guess">■</span> guesses &nbsp; <span class="kd-key">◆</span> what came, '
    "with its range"
)
_MEDIAN_KEY = (
    '<span class="kd-key-guess">■</span> median guess, with a line over the middle half &nbsp; '
    '<span class="kd-key">◆</span> what came'
)
_CURVE_KEY = (
    '<span class="kd-key-guess">●</span> median guess, with the middle half &nbsp; '
    '<span class="kd-key">◆</span> what came, with its range'
)


def _truths(question: Question) -> list:
    return [a["truth"] for a in question.answers if a["truth"] is not None]


def _middle_of(truths: list) -> list[float] | None:
    return _columns(truths)[1] if truths else None


def _columns(rows: list[list[float]]) -> tuple[list[float], ...]:
    """A lower line, the medians and an upper line of some rows of numbers."""
    return tuple(zip(*map(counting.spread, zip(*rows, strict=True)), strict=True))


def _may_spread(guesses: list, threshold: int) -> bool:
    return len(guesses) >= max(threshold, _LEAST_FOR_SPREAD)


def _range(low: float, high: float, spread, scale: float, unit: str) -> str:
    return f"{number(scale * low)} to {number(scale * high)}{unit}" if spread else _HIDDEN


def _percents(guess: float, truth: float | None) -> str:
    said = f"{100 * guess:.0f} %"
    return said if truth is None else f"{said} / {100 * truth:.0f} %"


def _came(truth, unit: str) -> str:
    if truth is None:
        return _soft("No result yet.")
    low, high = drawing.ends(truth)
    between = f" ({number(low)} to {number(high)})" if low < high else ""
    said = f"{number(drawing.middle(truth))} {unit}".strip() + between
    return f'<p><span class="kd-key">◆</span> What came: {text(said)}</p>'


def _how_many(question: Question, guesses: list, threshold: int) -> str:
    total = len(question.answers)
    return _soft(f"Guessed before the reveal: {counting.of(len(guesses), total, threshold)}.")


# ---- quizzes, exercises, drawings ---------------------------------------------------------------


def _quiz(question: Question, threshold: int) -> str:
    asked, answers = question.item.asked, question.answers
    first = Counter(a["first"] for a in answers if a["first"] is not None)
    right = [asked["right"]] if asked["right"] else []
    chart = _options(asked["options"], first, len(answers), right, "no answer", threshold)
    end = sum(a["chosen"] is not None and a["chosen"] == asked["right"] for a in answers)
    return chart + _soft(
        f"These are first answers; ◆ is right. Right in the end: "
        f"{counting.of(end, len(answers), threshold)}."
    )


def _options(
    options: list[str], counts: Counter, total: int, marked: list[str], none: str, threshold: int
) -> str:
    """How many chose each option, or none; small counts hidden together."""
    each = [counts[option] for option in options]
    found = counting.shown([*each, total - sum(each)], threshold)
    places = [options.index(option) for option in marked]
    return _partition([*options, none], found, total, places)


def _partition(names: list[str], found: list, total: int, marked: list[int] = ()) -> str:
    """The counts of answers that exclude each other."""
    words = [_HIDDEN if count is None else f"{count}" for count in found]
    shares = [None if count is None else count / total for count in found]
    wide = max(map(len, names)) > _LONG
    chart = drawing.rows(names, shares, words, marked=marked, wide=wide)
    together = total - sum(count or 0 for count in found)
    note = f"Of {total}. " + (f"Hidden, together: {together}." if None in found else "")
    flagged = [f"◆ {name}" if k in marked else name for k, name in enumerate(names)]
    return _figure(chart, note) + _behind(["answer", "learners"], _pairs(flagged, words))


def _exercise(question: Question, threshold: int) -> str:
    answers, total = question.answers, len(question.answers)
    at_once = sum(a["right"] and a["at_once"] for a in answers)
    right = sum(a["right"] for a in answers)
    tried = sum(a["attempts"] > 0 or a["right"] for a in answers)
    counts = [at_once, right - at_once, tried - right, total - tried]
    names = ["right at the first attempt", "right later", "not right yet", "not attempted"]
    asked = question.item.asked
    parts = [_soft(asked["question"])] if asked["question"] else []
    parts.append(_partition(names, counting.shown(counts, threshold), total))
    parts.append(_misconceptions([a["wrong"] for a in answers], total, threshold))
    hints = Counter(a["hints"] for a in answers)
    each = [hints[k] for k in range(asked["of_hints"] + 1)]
    found = counting.shown(each, threshold)
    names = ["no hint", *(f"{k} of {asked['of_hints']}" for k in range(1, len(each)))]
    parts += ["<h4>Hints used</h4>", _partition(names, found, total)]
    solution = sum(a["solution"] for a in answers)
    parts.append(_soft(f"Opened the solution: {counting.of(solution, total, threshold)}."))
    return "".join(parts)


def _misconceptions(replies: list[list[str]], total: int, threshold: int) -> str:
    told = counting.misconceptions(replies)
    rows = [[reply, counting.of(n, total, threshold)] for reply, n in told if n >= threshold]
    few = len(told) - len(rows)
    if not told:
        return ""
    parts = ["<h4>What wrong answers were told</h4>"]
    if rows:
        parts.append(table(["reply (… stands for numbers that differ)", "learners"], rows))
    if few:
        what = "1 reply that was" if few == 1 else f"{few} replies that were each"
        parts.append(_soft(f"Hidden: {what} given to fewer than {threshold}."))
    return "".join(parts)


def _drawing(question: Question, threshold: int) -> str:
    done = sum(a["done"] for a in question.answers)
    return f"<p>Drew something: {text(counting.of(done, len(question.answers), threshold))}.</p>"


# ---- pieces -------------------------------------------------------------------------------------


def _figure(chart: str, caption: str) -> str:
    return f"<figure>{chart}<figcaption>{caption}</figcaption></figure>"


def _behind(heads: list[str], rows: list[list[str]]) -> str:
    return f"<details><summary>As a table</summary>{table(heads, rows)}</details>"


def _pairs(names: list[str], words: list[str]) -> list[list[str]]:
    return [[name, said] for name, said in zip(names, words, strict=True)]


def _soft(said: str) -> str:
    return f'<p class="kd-soft">{text(said)}</p>'
