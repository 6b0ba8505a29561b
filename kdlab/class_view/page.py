"""The page of a class: each lesson with its questions, and what was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from kdlab.class_view import counting, questions
from kdlab.class_view.counting import Lesson
from kdlab.class_view.reading import Found
from kdlab.lessons import drawing, paper
from kdlab.lessons.paper import table, text

# Reasons that are listed; a heap of broken files has as many as there are ways to break one.
_MOST_REASONS = 30


def page(found: Found, threshold: int) -> str:
    """The whole page, as HTML."""
    lessons = counting.lessons(found.reports)
    shown = [lesson for lesson in lessons if lesson.reports >= threshold]
    learners = len({report.learner for report in found.reports})
    parts = [
        "<h1>The class, in its own answers</h1>",
        f"<p>{_times(len(found.reports), 'report')} of {_times(learners, 'learner')}.</p>",
        _about(threshold),
    ]
    if len(shown) > 1:
        links = "".join(
            f'<li><a href="#lesson-{k}">{text(lesson.title)}</a></li>'
            for k, lesson in enumerate(shown)
        )
        parts.append(f'<nav aria-label="Lessons"><ul>{links}</ul></nav>')
    parts += [_lesson(k, lesson, threshold) for k, lesson in enumerate(shown)]
    few = [lesson for lesson in lessons if lesson.reports < threshold]
    parts.append(_left_out(found, few, threshold))
    return paper.page("The class, in its own answers", "\n".join(parts))


def _about(threshold: int) -> str:
    if threshold == 1:
        hidden = "Nothing is hidden: a count of 1 is what one learner did."
    else:
        hidden = (
            f"Counts below {threshold} are hidden, and others with them where a hidden one could "
            "be computed."
        )
    return (
        f'<p class="kd-soft">{hidden} No name is read. A prediction counts as it stood before the '
        "reveal.</p>"
    )


def _lesson(k: int, lesson: Lesson, threshold: int) -> str:
    enough = [q for q in lesson.questions if len(q.answers) >= threshold]
    parts = [
        f'<h2 id="lesson-{k}">{text(lesson.title)}</h2>',
        f"<p>{_times(lesson.reports, 'report')}.</p>",
        _how_far(lesson, threshold),
        *(questions.shown(question, threshold) for question in enough),
    ]
    if rest := len(lesson.questions) - len(enough):
        asked = _times(rest, "question")
        parts.append(
            f'<p class="kd-soft">Hidden: {asked} that fewer than {threshold} reports have.</p>'
        )
    return f"<section>{''.join(parts)}</section>"


def _how_far(lesson: Lesson, threshold: int) -> str:
    """How many did each thing, in the order of the lesson, and what was the last that they did."""
    total, rows, bars = lesson.reports, [], []
    *last, nothing = counting.shown(lesson.stopped, threshold)
    for question, stopped in zip(lesson.questions, last, strict=True):
        if len(question.answers) < threshold:
            continue
        part = question.item.part
        done = sum(counting.is_done(part, answer) for answer in question.answers)
        share = counting.length(done, total, threshold)
        said = counting.of(done, total, threshold)
        is_last = question is lesson.questions[-1]
        last_for = f", the last thing for {stopped}" if stopped and not is_last else ""
        bars.append((questions.name(question), share, said + last_for))
        rows.append([questions.name(question), said, "hidden" if stopped is None else str(stopped)])
    if not rows:
        return ""
    rows.append(["nothing at all", "", "hidden" if nothing is None else str(nothing)])
    names, shares, words = zip(*bars, strict=True)
    chart = drawing.rows(names, shares, words, wide=True)
    heads = ["in the order of the lesson", "did it", "the last thing that they did"]
    return (
        f"<h3>How far they came</h3><figure>{chart}</figure>"
        f"<details><summary>As a table, and where they stopped</summary>{table(heads, rows)}"
        "</details>"
    )


# ---- what is not counted ------------------------------------------------------------------------


def _left_out(found: Found, few: Sequence[Lesson], threshold: int) -> str:
    lines = [
        f"{text(lesson.title)}: fewer than {threshold} reports, so nothing of it is shown"
        for lesson in few[:_MOST_REASONS]
    ]
    lines += [f"{text(reason)}: {_times(n, 'file')}" for reason, n in reasons(found)]
    if found.others:
        lines.append(f"JSON of another kind: {_times(found.others, 'file')}")
    if not lines:
        return ""
    listed = "".join(f"<li>{line}</li>" for line in lines)
    return (
        f"<section><h2>Left out</h2><ul>{listed}</ul>"
        '<p class="kd-soft">Which files these are was printed when this page was made. It does not '
        "stand here, since a file's name may hold a learner's.</p></section>"
    )


def reasons(found: Found) -> list[tuple[str, int]]:
    """Why files are left out, with how many: the most frequent reasons, and the rest as one."""
    counts = Counter(reason for _, reason in found.left_out).most_common()
    listed, rest = counts[:_MOST_REASONS], counts[_MOST_REASONS:]
    return [*listed, ("for other reasons", sum(n for _, n in rest))] if rest else listed


def told(found: Found, folder: Path, most: int = 50) -> list[str]:
    """What the terminal says of the files that are left out."""
    lines = []
    for path, reason in found.left_out[:most]:
        name = path.relative_to(folder) if path.is_relative_to(folder) else path
        lines.append(f"Left out: {paper.clean(str(name))}: {reason}.")
    if len(found.left_out) > most:
        lines.append(f"And {len(found.left_out) - most:,} more.")
    return lines


def _times(n: int, what: str) -> str:
    return f"{n:,} {what}" if n == 1 else f"{n:,} {what}s"
