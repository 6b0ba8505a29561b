"""A quiz in a real browser, by keyboard alone."""

import json

import numpy as np
import pytest
from pages import axe, pixels, tab_to, widget

from kdlab import Quiz
from kdlab.exercises import lesson_02, lesson_03, lesson_04
from kdlab.widgets import _assets
from tests.tools.widget_examples import quiz

LESSONS = [lesson_02.quiz_accuracy, lesson_03.quiz_temperature, lesson_04.quiz_interval]
NOT_YET = "… Not attempted yet: choose one, then press Check."


def said(view):
    """What is shown, and what a screen reader says after an answer."""
    status = view.get_by_role("status")
    assert status.is_visible() and view.get_by_role("status").count() == 1
    return status.text_content()


def marks(view):
    return [label.inner_text().strip()[-1:] for label in view.locator("label").all()]


def mark(page, number):
    """Mark an option as it is done without a mouse: Tab to the group, and arrows within it."""
    options = page.get_by_role("radio").all()
    tab_to(page, next((option for option in options if option.is_checked()), options[0]))
    page.keyboard.press("Space")
    while not options[number].is_checked():
        page.keyboard.press("ArrowDown")  # after the last comes the first


@pytest.mark.parametrize("question", LESSONS, ids=lambda q: q._data["question"][:20])
def test_every_answer_by_keyboard(question, show):
    page, data = show(question), question._data
    group = page.get_by_role("group", name=data["question"], exact=True)
    assert [
        r.evaluate("r => r.labels[0].textContent") for r in group.get_by_role("radio").all()
    ] == data["options"]
    assert said(page) == NOT_YET
    right = []
    for i, (option, reply) in enumerate(zip(data["options"], data["replies"], strict=True)):
        before = said(page)
        mark(page, i)
        assert said(page) == before  # to mark an option is not to answer
        page.keyboard.press("Enter")
        assert said(page) == reply
        assert [m in "✓✗" for m in marks(page)].count(True) == 1
        right += [option] * (marks(page)[i] == "✓")
    assert right == [data["right"]]


def test_the_button_by_keyboard(show):
    page = show(quiz())
    mark(page, 1)
    tab_to(page, page.get_by_role("button", name="Check"))
    page.keyboard.press("Space")
    assert said(page).startswith("✓ Right. ")


def test_nothing_marked_is_no_answer(show):
    page = show(quiz())
    tab_to(page, page.get_by_role("button", name="Check"))
    page.keyboard.press("Enter")
    assert said(page) == NOT_YET
    assert page.locator("input:invalid").count() > 0  # the browser says that one is required


@pytest.mark.parametrize(("chosen", "begins"), [("cat", "✗ Not yet. "), ("dog", "✓ Right. ")])
def test_an_answer_that_was_saved_is_there(chosen, begins, show):
    page = show(quiz(chosen=chosen))
    assert page.get_by_role("radio", name=chosen).is_checked()
    assert said(page).startswith(begins)
    assert page.locator("label", has_text=chosen).inner_text().endswith(begins[0])


def test_the_answers_of_two_quizzes_are_their_own(show):
    page = show(quiz(), quiz(chosen="cat"))
    widget(page, 0).get_by_role("radio", name="dog").check()
    assert widget(page, 1).get_by_role("radio", name="cat").is_checked()
    widget(page, 0).get_by_role("button").click()
    assert said(widget(page, 0)).startswith("✓") and said(widget(page, 1)).startswith("✗")


def test_the_cue_is_not_colour_alone(show):
    """Right and wrong differ in words and in the shape of the line, not only in its colour."""
    pages = [show(quiz(chosen=name)) for name in ("cat", "dog")]
    styles = [p.get_by_role("status").evaluate("n => getComputedStyle(n).borderLeftStyle")
              for p in pages]  # fmt: skip
    assert styles == ["dashed", "solid"]
    assert [said(p)[0] for p in pages] == ["✗", "✓"]


def test_nothing_moves_whatever_is_said(show):
    feedback = {"short": "No.", "long": "A long reason. " * 40, "right": "Yes."}
    page = show(Quiz("Which?", feedback, "right"), width=500)
    sizes = [pixels(widget(page)).shape]
    for i in range(3):
        mark(page, i)
        page.keyboard.press("Enter")
        sizes.append(pixels(widget(page)).shape)
    assert len(set(sizes)) == 1
    assert np.prod(sizes[0]) > 0


def test_the_notebook_keeps_escape_and_shift_enter_and_gets_no_other_key(show):
    page = show(quiz())
    page.evaluate(
        "() => { window.heard = []; onkeydown = (e) => {"
        " heard.push(e.key); if (e.shiftKey) e.preventDefault(); }; }"
    )
    mark(page, 1)
    for key in ("ArrowUp", "ArrowDown", "d", "Escape", "Shift+Enter"):
        page.keyboard.press(key)
    heard = [key for key in page.evaluate("heard") if key not in ("Tab", "Shift")]
    assert heard == ["Escape", "Enter"]
    assert said(page) == NOT_YET  # Shift+Enter runs the cell, and does not answer


KEEPING = {"lesson": "x", "key": "q", "traits": ["chosen"], "heard": 0, "trouble": "", "hint": ""}
KEPT_PAGE = """<!DOCTYPE html>
<html lang="en"><title>Kept</title><style>%s</style><main><h1>Kept</h1><div id="one"></div></main>
<script type="module">
%s
window.model = createModel(%s);
render({ model, el: document.getElementById("one") });
</script>"""


@pytest.fixture
def asked(page):
    """A quiz whose answers somebody keeps, and who says so when the test says it."""
    question = quiz()
    module = _assets.module("quiz") + _assets.module("own_page")
    state = json.dumps({"chosen": None, "_data": question._data, "_keeping": KEEPING})
    page.set_content(KEPT_PAGE % (_assets.style("quiz"), module, state))
    return page


def hear(page, heard, **more):
    page.evaluate("k => model.set('_keeping', k)", {**KEEPING, "heard": heard, **more})


def answer(page, number=0):
    mark(page, number)
    page.keyboard.press("Enter")


def test_while_all_is_well_nothing_is_said_of_keeping(asked):
    asked.clock.install()
    answer(asked)
    hear(asked, 1)
    asked.clock.run_for(60_000)
    assert asked.locator(".kd-kept").is_hidden()


def test_an_answer_that_nobody_hears_is_said_not_to_be_kept(asked):
    asked.clock.install()
    answer(asked)
    assert asked.locator(".kd-kept").is_hidden()
    asked.clock.run_for(3_000)
    assert asked.locator(".kd-kept").inner_text().startswith("Not kept yet: the kernel is busy, or")
    hear(asked, 1)  # it was only busy
    assert asked.locator(".kd-kept").is_hidden()


def test_trouble_is_said_at_once_and_a_hint_when_all_is_well(asked):
    answer(asked)
    hear(asked, 1, trouble="This answer could not be kept: the disk is full.")
    assert asked.locator(".kd-kept").inner_text().endswith("the disk is full.")
    answer(asked, 1)
    hear(asked, 2, hint="Binder forgets.")
    assert asked.locator(".kd-kept").inner_text() == "Binder forgets."
    axe(asked)
