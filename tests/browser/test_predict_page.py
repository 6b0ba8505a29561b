"""A prediction of each kind in a real browser: with the mouse, with a finger, by keyboard alone."""

from __future__ import annotations

import numpy as np
import pytest
from pages import axe, pixels, tab_to, widget
from playwright.sync_api import expect as soon

from kdlab import Predict
from kdlab.metrics import Interval

NAMES = ["cat", "dog", "car"]


def number(**more):
    return Predict("How many?", between=(0, 540), unit="images", explanation="Few.", **more)


def choice(**more):
    return Predict("Which?", choices={"Up": "No.", "Down": "Yes."}, explanation="Down.", **more)


def order(**more):
    return Predict("In which order?", order=NAMES, **more)


def bars(**more):
    image = np.eye(8)[..., None]
    return Predict("How much?", bars=NAMES, image=image, alt="A diagonal line.", **more)


def curve(**more):
    return Predict(
        "How does it go?", curve=[1, 2, 4, 8], between=(0, 100), unit="%", xlabel="T",
        ylabel="accuracy", **more,
    )  # fmt: skip


KINDS = [number, choice, order, bars, curve]
REVEALED = [
    number(guess=20).reveal(Interval(7, 5, 9, 10)),
    choice(guess="Up").reveal("Down"),
    order(guess=NAMES[::-1]).reveal(NAMES),
    bars(guess=[0.5, 0.25, 0.25]).reveal([0.1, 0.2, 0.7]),
    curve(guess=[10, 50, 50, 20]).reveal([Interval(x, x - 9, x + 9, 10) for x in (20, 40, 60, 80)]),
]


def standing(view):
    return view.locator(".kd-standing").inner_text()


@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_before_an_answer_it_says_how_to_give_one(make, show):
    page = show(make())
    assert standing(page).startswith("… No prediction yet: ")
    assert page.locator(".kd-verdict").is_hidden()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1000, 340])
@pytest.mark.parametrize("asked", [False, True])
def test_all_are_accessible(asked, width, dark, show):
    page = show(*(REVEALED if asked else [make() for make in KINDS]), dark=dark, width=width)
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


# ---- a number -----------------------------------------------------------------------------------


def test_a_number_is_typed(show):
    page = show(number())
    field = page.get_by_role("spinbutton")
    tab_to(page, field)
    page.keyboard.type("12")
    assert standing(page) == "✓ Your prediction: 12 images"
    assert page.get_by_role("slider").get_attribute("aria-valuetext") == "12 images"
    assert page.get_by_role("slider").input_value() == "12"


@pytest.mark.parametrize("typed", ["600", "-1"])
def test_a_number_out_of_range_is_no_answer(typed, show):
    page = show(number())
    tab_to(page, page.get_by_role("spinbutton"))
    page.keyboard.type("7")
    page.get_by_role("spinbutton").fill("")
    page.keyboard.type(typed)
    # Of "600" what was typed before the last digit is one: nobody can tell that more will come.
    assert "600" not in standing(page) and "−" not in standing(page)
    page.keyboard.press("Enter")
    assert page.locator("input:invalid").count() > 0


def test_a_number_by_the_keys_of_the_slider(show):
    page = show(number())
    slider = page.get_by_role("slider", name="How many?")
    assert slider.get_attribute("aria-valuetext") == "not predicted yet"
    tab_to(page, slider)
    page.keyboard.press("Enter")  # it stands where it should
    assert standing(page) == "✓ Your prediction: 270 images"
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert standing(page) == "✓ Your prediction: 1 image"


def test_a_number_by_the_mouse(show):
    page = show(number())
    box = page.get_by_role("slider").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 4, box["y"] + 10)
    assert 120 <= int(page.get_by_role("spinbutton").input_value()) <= 150


# ---- a choice -----------------------------------------------------------------------------------


def test_a_choice_by_keyboard(show):
    page = show(choice(), choice())
    first, second = widget(page, 0), widget(page, 1)
    tab_to(page, first.get_by_role("radio").first)
    page.keyboard.press("Space")
    assert standing(first) == "✓ Your prediction: “Up”"
    page.keyboard.press("ArrowDown")
    assert standing(first) == "✓ Your prediction: “Down”"
    assert standing(second).startswith("… No prediction yet")


# ---- an order -----------------------------------------------------------------------------------


def test_an_order_by_keyboard_keeps_its_place(show):
    page = show(order())
    button = page.get_by_role("button", name="Move car up")
    tab_to(page, button)
    for _ in range(3):  # one more than it can go
        page.keyboard.press("Enter")
    assert standing(page) == "✓ Your prediction: 1. car; 2. cat; 3. dog"
    assert button.evaluate("node => node === document.activeElement")
    assert page.locator("li").all_inner_texts()[0].endswith("car")


def test_the_order_as_it_stands_can_be_the_answer(show):
    page = show(order())
    page.get_by_role("button", name="This is my order").click()
    assert standing(page) == "✓ Your prediction: 1. cat; 2. dog; 3. car"
    assert page.get_by_role("button", name="This is my order").is_hidden()


# ---- bars ---------------------------------------------------------------------------------------


def test_bars_by_keyboard(show):
    page = show(bars())
    for name, times in (("cat", 2), ("car", 1)):
        tab_to(page, page.get_by_role("slider", name=f"Your guess for {name}"))
        for _ in range(times):
            page.keyboard.press("ArrowRight")
    assert standing(page) == "✓ Your prediction: cat: 67 %, car: 33 %, dog: 0 %"
    assert page.get_by_role("img", name="A diagonal line.").is_visible()


# ---- a curve ------------------------------------------------------------------------------------


def heights(page):
    return [float(slider.input_value()) for slider in page.get_by_role("slider").all()]


def test_a_curve_is_drawn_in_one_stroke(show):
    page = show(curve())
    box = page.locator(".kd-points").bounding_box()

    def at(share, height):
        return box["x"] + share * box["width"], box["y"] + (1 - height) * box["height"]

    page.mouse.move(*at(0.01, 0.2))
    page.mouse.down()
    page.mouse.move(*at(0.99, 0.8))  # so fast that nothing was heard between
    page.mouse.up()
    first, second, third, last = heights(page)
    assert 18 <= first < second < third < last <= 82
    assert abs((second - first) - (third - second)) < 2
    page.mouse.move(*at(0.3, 0.1))  # nothing is drawn without the button
    assert heights(page) == [first, second, third, last]


def test_a_steep_stroke_goes_through_the_places_that_it_passes(show):
    page = show(curve())
    box = page.locator(".kd-points").bounding_box()
    drawn = [(0.0, 20), (1 / 3, 40), (2 / 3, 60), (1.0, 55)]
    for number, (share, height) in enumerate(drawn):
        where = box["x"] + share * box["width"], box["y"] + (1 - height / 100) * box["height"]
        page.mouse.move(*where, steps=7 if number else 1)
        if not number:
            page.mouse.down()
    page.mouse.up()
    assert all(
        abs(got - height) <= 2 for got, (_, height) in zip(heights(page), drawn, strict=True)
    )


def test_a_curve_by_keyboard(show):
    page = show(curve())
    tab_to(page, page.get_by_role("slider", name="accuracy at T 2"))
    page.keyboard.press("ArrowUp")
    assert heights(page) == [52, 52, 52, 52]  # the first touch lays a flat line
    page.keyboard.press("ArrowUp")
    assert heights(page) == [52, 54, 52, 52]
    assert standing(page) == "✓ Your prediction: 52 % at 1; 54 % at 2; 52 % at 4; 52 % at 8"


def test_a_curve_is_drawn_with_a_finger(show):
    page = show(curve(), has_touch=True, width=360)
    page.locator(".kd-points").tap(position={"x": 2, "y": 17})
    assert abs(heights(page)[0] - 90) <= 2


# ---- the reveal ---------------------------------------------------------------------------------


@pytest.mark.parametrize("revealed", REVEALED, ids=lambda w: w.describe()["kind"])
def test_both_stand_side_by_side(revealed, show):
    page = show(revealed)
    said = page.locator(".kd-verdict").inner_text()
    for text in revealed.verdict().values():
        assert text in said
    assert page.locator(".kd-standing").is_hidden()
    assert "◆" in said and "●" in said  # a sign each, and not colours alone


def test_the_explanation_is_there_at_the_reveal_and_can_be_opened_before(show):
    page = show(choice(), choice().reveal("Down"))
    before, after = widget(page, 0), widget(page, 1)
    assert after.get_by_text("Down.", exact=True).is_visible()
    assert before.get_by_text("Down.", exact=True).is_hidden()
    before.get_by_text("Read the answer without a prediction").click()
    assert before.get_by_text("Down.", exact=True).is_visible()
    assert "No prediction was made before the reveal." in after.inner_text()


def test_a_change_after_the_reveal_is_shown_as_one(show):
    page = show(choice(guess="Up").reveal("Down"))
    page.get_by_role("radio", name="Down").check()
    said = page.locator(".kd-verdict").inner_text()
    assert "You predicted: “Up”" in said and "Changed after the reveal: “Down”" in said


def test_the_pictures_of_guess_and_truth_differ_in_more_than_colour(show):
    page = show(bars(guess=[0.5, 0.25, 0.25]).reveal([0.1, 0.2, 0.7]))
    grey = pixels(page.locator(".kd-frame")).mean(axis=-1)
    assert len(np.unique(grey.round())) > 8  # hatched and plain
    values = page.locator(".kd-value").all_inner_texts()
    assert values == ["50 % · 10 %", "25 % · 20 %", "25 % · 70 %"]


def test_it_is_read_out_once_the_answer_rests(show):
    page = show(choice())
    status = page.get_by_role("status").first
    assert status.text_content() == ""
    page.get_by_role("radio").first.check()
    soon(status).to_have_text("✓ Your prediction: “Up”")
