"""How a learner's report reads: as lines, in a notebook, and as a page of its own."""

from __future__ import annotations

from collections.abc import Iterator

from kdlab.lessons import drawing, paper
from kdlab.lessons.paper import text


def lines(data: dict) -> list[str]:
    """The report as plain text."""
    lines = [f"Your report: {data['title']}" + (f" · {data['name']}" if data["name"] else "")]
    for prediction in data["predictions"]:
        lines += ["", paper.clean(prediction["question"])]
        lines += [f"  {line}" for line in _prediction_lines(prediction)]
    for quiz in data["quizzes"]:
        lines += ["", paper.clean(quiz["question"])]
        lines += [f"  {line}" for line in _quiz_lines(quiz)]
    for exercise in data["exercises"]:
        lines += ["", f"Exercise {exercise['key']}: {_exercise_line(exercise)}"]
    return [*lines, "", _left_line(data)]


def shown(data: dict, after: str = "") -> str:
    """The report in a notebook; `after` is HTML."""
    return f'<div class="kd-paper"><style>{paper.STYLE}</style>{_body(data, "h3")}{after}</div>'


def page(data: dict) -> str:
    """The report as a page of its own."""
    return paper.page(f"Report: {data['title']}", _body(data, "h1"))


def left(data: dict) -> list[str]:
    """What is not done yet, in the order of the lesson, in words."""
    return [what for _, what in sorted(_left(data))]


# ---- words ---------------------------------------------------------------------------------------


def _left(data: dict) -> Iterator[tuple[int, str]]:
    for one in data["predictions"]:
        if one["guess"] is None:
            yield one["place"], f"no prediction: {one['question']}"
        elif one["truth"] is None:
            yield one["place"], f"not revealed: {one['question']}"
    for one in data["quizzes"]:
        if one["chosen"] is None:
            yield one["place"], f"not answered: {one['question']}"
    for one in data["exercises"]:
        if not one["right"]:
            yield one["place"], f"exercise {one['key']}: {_exercise_line(one)}"
    for one in data["drawings"]:
        if not one["done"]:
            yield one["place"], f"nothing drawn yet: {one['key']}"


def _left_line(data: dict) -> str:
    todo = left(data)
    if not todo:
        return "Complete: nothing is left to do."
    return "\n".join(["Not done yet:", *(f"  {paper.clean(what)}" for what in todo)])


def _prediction_lines(prediction: dict) -> list[str]:
    if prediction["said"]:
        return [paper.clean(line) for line in prediction["said"].values()]
    return ["No prediction yet."]


def _quiz_lines(quiz: dict) -> list[str]:
    if quiz["chosen"] is None:
        return ["Not answered yet."]
    if quiz["chosen"] == quiz["right"]:
        lines = [f"✓ Your answer: {quiz['chosen']}"]
    else:
        lines = [f"✗ Your answer: {quiz['chosen']}", f"Right is: {quiz['right']}"]
    if quiz["first"] != quiz["chosen"]:
        lines.insert(0, f"Your first answer: {quiz['first']}")
    return [paper.clean(line) for line in lines]


def _exercise_line(exercise: dict) -> str:
    attempts, hints = exercise["attempts"], exercise["hints"]
    if not attempts:
        said = ["not attempted"]
    else:
        said = ["✓ right" if exercise["right"] else "not right yet", _times(attempts, "attempt")]
        if exercise["ever_right"] and not exercise["right"]:
            said[0] = "right once, and not in the last attempt"
    if hints:
        said.append(f"{hints} of {_times(exercise['of_hints'], 'hint')}")
    if exercise["solution"]:
        said.append("solution shown")
    return ", ".join(said)


def _again(times: int) -> str:
    return f" ({times} times)" if times > 1 else ""


def _times(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


# ---- HTML ----------------------------------------------------------------------------------------


def _body(data: dict, head: str) -> str:
    # In a notebook the headings stand below those of the lesson.
    part, item = {"h1": ("h2", "h3"), "h3": ("h4", "h5")}[head]
    done = {key: len(data[key]) for key in ("predictions", "quizzes", "exercises", "drawings")}
    parts = [f"<{head}>Your report: {text(data['title'])}</{head}>", _about(data)]
    if done["predictions"]:
        parts.append(f"<{part}>What you predicted, and what came</{part}>")
        parts += [_prediction(one, item) for one in data["predictions"]]
    if done["quizzes"]:
        parts.append(f"<{part}>Questions</{part}>")
        parts += [
            f"<{item}>{text(quiz['question'])}</{item}>{_paragraphs(_quiz_lines(quiz))}"
            for quiz in data["quizzes"]
        ]
    if done["exercises"]:
        parts.append(f"<{part}>Exercises</{part}>")
        parts += [_exercise(one, item) for one in data["exercises"]]
    todo = left(data)
    parts.append(f"<{part}>Not done yet</{part}>")
    if todo:
        parts.append(f"<ul>{''.join(f'<li>{text(what)}</li>' for what in todo)}</ul>")
    else:
        parts.append("<p>Nothing is left to do.</p>")
    return "\n".join(parts)


def _about(data: dict) -> str:
    whose = text(data["name"]) if data["name"] else "Without a name."
    share = (
        "Your instructor may take this report out of your home folder."
        if data["share"]
        else "It stays here until you hand it in."
    )
    made = text(data["made"][:16].replace("T", " "))
    return f'<p>{whose}</p><p class="kd-soft">Made on {made} (UTC). {share}</p>'


def _paragraphs(lines: list[str]) -> str:
    return "".join(f"<p>{text(line)}</p>" for line in lines)


def _prediction(one: dict, head: str) -> str:
    picture = _picture(one) if one["guess"] is not None or one["truth"] is not None else ""
    question = f"<{head}>{text(one['question'])}</{head}>"
    return f"{question}{_paragraphs(_prediction_lines(one))}{picture}"


_KEY = (
    '<span class="kd-key-guess">●</span> your prediction &nbsp; '
    '<span class="kd-key">◆</span> what came'
)


def _picture(one: dict) -> str:
    """Guess and truth side by side, and a table of both behind it."""
    # What was said before the reveal counts; without a reveal, what is said now.
    guess = one["guess"] if one["truth"] is None else one["before"]
    truth, unit = one["truth"], one.get("unit", "")
    if one["kind"] == "number":
        low, high = one["between"]
        svg = drawing.number_line(low, high, unit, guess, truth)
        return drawing.picture("Your prediction and what came on one axis", svg, _KEY)
    if one["kind"] == "bars":
        names = [*one["names"]]
        said = [
            " / ".join(f"{100 * side[k]:.0f} %" for side in (guess, truth) if side)
            for k in range(len(names))
        ]
        chart = drawing.rows(names, guess or [None] * len(names), said, truth=truth)
        return f"<figure>{chart}<figcaption>{_KEY}</figcaption></figure>"
    if one["kind"] == "curve":
        svg = drawing.curve(
            one["x"], one["between"], guess, truth, unit=one.get("ylabel") or unit,
            xlabel=one.get("xlabel", ""),
        )  # fmt: skip
        table = paper.table(
            [one.get("xlabel") or "at", "your prediction", "what came"],
            [
                [place, paper.number(guess[k]) if guess else "none",
                 paper.number(drawing.middle(truth[k])) if truth else "not yet"]
                for k, place in enumerate(one["x"])
            ],
        )  # fmt: skip
        shown = drawing.picture("Your curve and what came", svg, _KEY)
        return f"{shown}<details><summary>As a table</summary>{table}</details>"
    return ""


def _exercise(one: dict, head: str) -> str:
    wrong = "".join(f"<li>{text(w['reply'])}{_again(w['times'])}</li>" for w in one["wrong"])
    replies = f"<p>What the wrong attempts were told:</p><ul>{wrong}</ul>" if wrong else ""
    question = f'<p class="kd-soft">{text(one["question"])}</p>' if one["question"] else ""
    line = f"<p>{text(_exercise_line(one))}</p>"
    return f"<{head}>Exercise {text(one['key'])}</{head}>{question}{line}{replies}"
