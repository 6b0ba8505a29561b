"""What a class answered, counted so that no count tells what one or two learners did.

A count below the threshold is hidden. So that it cannot be computed from the others and the total,
more is hidden with it where that is needed: `hidden` says what.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, floor, log10
from statistics import median, quantiles

from kdlab.class_view.reading import Item, Report
from kdlab.lessons.drawing import ends, middle

# Parts of an axis into which guesses are counted, at most.
_MOST_BINS = 14
# The share of guesses that a finer axis may hide.
_MAY_HIDE = 0.25
# Questions of a lesson and lessons that are shown: a page has an end, whatever the reports hold.
MOST_QUESTIONS, MOST_LESSONS = 80, 30


def hidden(counts: Sequence[int], threshold: int) -> set[int]:
    """Which counts of all answers to one question stay hidden.

    Those below the threshold, zeros among them: who sees the total then knows no single one. Where
    that still told them, because there is one alone or all are as large as they can be, the
    smallest of the others are hidden as well.

    Args:
        counts: of the answers that exclude each other; their sum is the number of reports.
        threshold: the smallest count that is shown.

    Returns:
        The places of the counts to hide; none where all that are below the threshold are zero.
    """
    small = [count for count in counts if count < threshold]
    largest = len(small) * (threshold - 1)
    if sum(counts) == len(counts) * (threshold - 1):
        return set(range(len(counts)))  # all of them so large would be the only way to hide all
    if not sum(small):
        return set()
    limit = threshold - 1
    if len(small) == 1 or sum(small) == largest:
        limit = min((count for count in counts if count >= threshold), default=limit)
    return {k for k, count in enumerate(counts) if count <= limit}


def shown(counts: Sequence[int], threshold: int) -> list[int | None]:
    """The counts, with None in the place of a hidden one."""
    hide = hidden(counts, threshold)
    return [None if k in hide else count for k, count in enumerate(counts)]


def of(count: int, total: int, threshold: int) -> str:
    """How many of all, in words; neither a small count nor a small rest is told."""
    if count == total:
        return f"all {total}"
    if count == 0:
        return "nobody"
    if count < threshold:
        return f"fewer than {threshold}"
    if total - count < threshold:
        return f"more than {total - threshold} of {total}"
    return f"{count} of {total}"


def length(count: int, total: int, threshold: int) -> float | None:
    """How long the bar of `of` may be, as a share: it must not tell more than the words."""
    if 0 < count < threshold:
        return None
    if total - threshold < count < total:
        return (total - threshold) / total
    return count / total


# ---- what was asked, and of whom ----------------------------------------------------------------


@dataclass
class Question:
    """One question with all that a class answered.

    Attributes:
        item: what was asked, as one of the learners was.
        answers: of each learner who was asked exactly this.
        others: how many were asked something else by this name.
    """

    item: Item
    answers: list[dict] = field(default_factory=list)
    others: int = 0


@dataclass
class Lesson:
    """One lesson with the reports on it.

    Attributes:
        name, title: what it is called.
        reports: how many learners.
        questions: in the order of the lesson.
        stopped: for each question how many did nothing after it; at the end, how many did nothing.
    """

    name: str
    title: str
    reports: int
    questions: list[Question]
    stopped: list[int]


def lessons(reports: Sequence[Report]) -> list[Lesson]:
    """The reports by lesson, in the order of the lessons' names."""
    by_name: dict[str, list[Report]] = {}
    for report in reports:
        by_name.setdefault(report.lesson, []).append(report)
    most = sorted(by_name, key=lambda name: (-len(by_name[name]), name))[:MOST_LESSONS]
    return [_lesson(name, by_name[name]) for name in sorted(most)]


def _lesson(name: str, reports: list[Report]) -> Lesson:
    title = Counter(report.title for report in reports).most_common(1)[0][0]
    asked: dict[tuple, list[Item]] = {}
    for report in reports:
        for item in report.items:
            asked.setdefault((item.part, item.key), []).append(item)
    questions = [_question(items) for items in asked.values()]
    # A stray question of one report must not push out one of all the others.
    questions = sorted(questions, key=lambda q: -len(q.answers))[:MOST_QUESTIONS]
    questions.sort(key=lambda q: (q.item.place, q.item.part, q.item.key))
    place = {(q.item.part, q.item.key): k for k, q in enumerate(questions)}
    stopped = [0] * (len(questions) + 1)
    for report in reports:
        done = [
            place.get((item.part, item.key), -1)
            for item in report.items if is_done(item.part, item.answer)
        ]  # fmt: skip
        stopped[max(done, default=-1)] += 1
    return Lesson(name, title, len(reports), questions, stopped)


def _question(items: list[Item]) -> Question:
    """The question that most were asked, of those that go by one name."""
    versions: dict[str, list[Item]] = {}
    for item in items:
        versions.setdefault(item.question, []).append(item)
    most = max(versions.values(), key=len)
    places = Counter(item.place for item in most)
    item = next(item for item in most if item.place == places.most_common(1)[0][0])
    return Question(item, [one.answer for one in most], len(items) - len(most))


def is_done(part: str, answer: dict) -> bool:
    """Whether a learner did something with it."""
    if part == "predictions":
        return answer["committed"] is not None or answer["late"]
    if part == "quizzes":
        return answer["chosen"] is not None
    return bool(answer["attempts"] if part == "exercises" else answer["done"])


# ---- numbers ------------------------------------------------------------------------------------


def bins(values: Sequence[float], between: Sequence[float], *, none: int, threshold: int):
    """An axis for the guesses of a number, as fine as may be shown.

    Args:
        values: the guesses.
        between: the lowest and the highest answer.
        none: how many learners have none, who are counted with them.
        threshold: the smallest count that is shown.

    Returns:
        `(low, high, count)` for each part from the first to the last that is shown, with None for
        a hidden count (no parts where all are hidden), and `none`, or None if that is hidden.
    """
    low, high = between
    whole = all(value.is_integer() for value in values)
    best: tuple[int, list, int | None] = (len(values) + 1, [], None)
    for width in _widths(high - low, 1.0 if whole else 0.0):
        first = floor(low / width + 1e-9)
        # The highest answer belongs to the last part.
        count = max(ceil(high / width - 1e-9) - first, 1)
        places = [min(max(floor(v / width + 1e-9) - first, 0), count - 1) for v in values]
        counts = Counter(places)
        *found, rest = shown([*(counts[k] for k in range(count)), none], threshold)
        drawn = [k for k, one in enumerate(found) if one]
        parts = range(drawn[0], drawn[-1] + 1) if drawn else range(0)
        lost = len(values) - sum(found[k] for k in drawn)
        if len(parts) > _MOST_BINS:
            continue
        if lost < best[0]:
            edges = [min(max((first + k) * width, low), high) for k in range(count + 1)]
            best = lost, [(edges[k], edges[k + 1], found[k]) for k in parts], rest
        if lost <= _MAY_HIDE * len(values):
            break
    return best[1:]


def _widths(span: float, least: float):
    """1, 2, 5, 10, ... of widths, from a two-hundredth of a span on; all are less than the span."""
    power = 10.0 ** floor(log10(span / 200))
    while True:
        for width in (power, 2 * power, 5 * power):
            if width >= span:
                return
            if width >= max(least, span / 201):
                yield width
        power *= 10


def spread(values: Sequence[float]) -> tuple[float, float, float]:
    """A quarter, the half and three quarters of some values lie below these."""
    if len(values) == 1:
        return values[0], values[0], values[0]
    return tuple(quantiles(values, n=4, method="inclusive"))


def truth_of(truths: Sequence):
    """What came, of one or of many machines: `[median, lowest, highest]`, or one number."""
    if not truths:
        return None
    if len({*map(str, truths)}) == 1:
        return truths[0]
    lows, highs = zip(*map(ends, truths), strict=True)
    return [median(map(middle, truths)), min(lows), max(highs)]


# ---- words --------------------------------------------------------------------------------------

_DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+"
_NUMBER = re.compile(
    rf"(?<![\w.])[-−+]?(?:(?:{_DIGITS})(?:e[-+]?\d+)?|(?:inf|nan)\b)", re.IGNORECASE
)
_LIST = re.compile(r"[\[(][\s…,;]*…[\s…,;]*[\])]")


def misconception(reply: str) -> str:
    """A reply without its numbers, which are those of one learner."""
    return _LIST.sub("[…]", _NUMBER.sub("…", reply))


def misconceptions(replies: Sequence[Sequence[str]]) -> list[tuple[str, int]]:
    """How many learners were told each thing, the most frequent first.

    Args:
        replies: those that each learner was given.
    """
    told, texts = Counter(), {}
    for of_one in replies:
        told.update({misconception(reply) for reply in of_one})
        for reply in of_one:
            texts.setdefault(misconception(reply), set()).add(reply)
    return [
        # What is the same for all is part of what it says.
        (texts[kind].pop() if len(texts[kind]) == 1 else kind, count)
        for kind, count in sorted(told.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
