"""DigitPad on a page of its own: mouse, finger, keys, and a teacher that cannot be asked."""

import numpy as np
import pytest
from pages import axe, bars, pixels, tab_to, widget

import kdlab
from kdlab import DigitPad
from kdlab.datasets import load_dataset

# A seven, as shares of the pad.
SEVEN = [(0.2, 0.1), (0.8, 0.1), (0.4, 0.9)]


@pytest.fixture(scope="module")
def digits():
    return load_dataset("digits")


@pytest.fixture(scope="module")
def weights(digits):
    """A linear classifier by least squares: it knows the digits, and needs no training."""
    x = digits.x_train.reshape(len(digits.x_train), -1)
    targets = np.eye(10)[digits.y_train]
    kernel = 10 * np.linalg.lstsq(np.c_[x, np.ones(len(x))], targets, rcond=None)[0]
    return [kernel[:-1], kernel[-1]]


@pytest.fixture
def pad(digits, weights):
    def pad(n=20, **options):
        return DigitPad(weights, digits.x_test[:n], digits.y_test[:n], **options)

    return pad


def board(page, number=0):
    return widget(page, number).get_by_role("application")


def places(page, shares=SEVEN):
    """Points on the pad, in the page's own coordinates."""
    box = board(page).bounding_box()
    return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in shares]


def draw(page, shares=SEVEN, button="left"):
    first, *others = places(page, shares)
    page.mouse.move(*first)
    page.mouse.down(button=button)
    for point in others:
        page.mouse.move(*point, steps=8)
    page.mouse.up(button=button)


def seen(page, number=0):
    """What the network sees: the pixels of the small picture, 0 to 255."""
    return np.array(
        widget(page, number)
        .locator(".kd-seen img")
        .evaluate("""async (image) => {
          await image.decode();
          const canvas = new OffscreenCanvas(8, 8);
          const context = canvas.getContext("2d");
          context.drawImage(image, 0, 0);
          return [...context.getImageData(0, 0, 8, 8).data].filter((_, i) => i % 4 === 3);
        }""")
    ).reshape(8, 8)


def said(page, who="student"):
    """The bars of one of the two, as numbers."""
    values = bars(page.locator(f".kd-by-{who}")).values()
    powers = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    return [
        float(value.translate(powers).replace("×10", "e").replace("10-", "1e-")) for value in values
    ]


def example(page, i):
    return page.get_by_role("radio", name=f"Example {i},")


def verdict(page, who="student"):
    return page.locator(f".kd-by-{who} .kd-verdict")


def check_answer(page, weights, image, temperature=1.0):
    logits = np.asarray(image).reshape(1, -1) @ weights[0] + weights[1]
    expected = kdlab.softmax(logits[0], temperature)
    np.testing.assert_allclose(said(page), expected, atol=6e-4)


def test_an_empty_pad_answers_nothing(show, pad):
    page = show(pad())
    assert verdict(page).inner_text() == "Draw a digit."
    assert not page.locator(".kd-by-student .kd-bars").is_visible()
    assert page.locator(".kd-by-teacher").count() == 0
    axe(page)


def test_a_digit_drawn_with_the_mouse(show, pad, weights):
    page = show(pad())
    draw(page)
    assert verdict(page).inner_text() == "says 7"
    image = seen(page)
    assert image[0, 3] > 128 and image[4, 4] > 128 and image[6, 0] == 0
    sixteenths = image / 255 * 16
    np.testing.assert_allclose(sixteenths, sixteenths.round(), atol=0.05)
    check_answer(page, weights, sixteenths.round() / 16)
    axe(page)


def test_the_answer_follows_the_stroke_before_it_ends(show, pad):
    page = show(pad())
    start, end, _ = places(page)
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=4)
    assert verdict(page).inner_text().startswith("says")
    before = said(page)
    page.mouse.move(*places(page)[2], steps=4)
    assert said(page) != before
    page.mouse.up()


def test_a_digit_drawn_with_a_finger(show, pad):
    page = show(pad(), has_touch=True)
    session = page.context.new_cdp_session(page)
    touch = lambda kind, *points: session.send(  # noqa: E731
        "Input.dispatchTouchEvent",
        {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]},
    )
    first, *others = places(page)
    touch("touchStart", first)
    last = first
    for point in others:
        for share in np.linspace(0, 1, 8):
            touch("touchMove", tuple(np.add(last, share * np.subtract(point, last)).tolist()))
        last = point
    touch("touchEnd")
    assert verdict(page).inner_text() == "says 7"
    assert page.evaluate("scrollY") == 0


def test_the_right_button_and_the_eraser_take_ink_away(show, pad):
    page = show(pad())
    draw(page)
    draw(page, SEVEN[:2], button="right")
    assert not seen(page)[0].any()
    assert seen(page)[4].any()
    page.get_by_role("button", name="Eraser").click()
    draw(page)
    assert not seen(page).any()
    assert verdict(page).inner_text() == "Draw a digit."


def test_undo_clear_and_fit(show, pad):
    page = show(pad())
    undo = page.get_by_role("button", name="Undo")
    assert undo.is_disabled()
    draw(page, [(x / 3, y / 3) for x, y in SEVEN])
    small = seen(page)
    page.get_by_role("button", name="Fit").click()
    large = seen(page)
    assert large[0].any() and large[7].any() and large.sum() > 2 * small.sum()
    page.get_by_role("button", name="Clear").click()
    assert not seen(page).any()
    for image in (large, small, np.zeros((8, 8))):
        undo.click()
        np.testing.assert_array_equal(seen(page), image)
    assert undo.is_disabled()


def test_an_example_gets_the_answer_that_python_gives(show, pad, digits, weights):
    page = show(pad())
    for i in (3, 12):
        example(page, i).click()
        check_answer(page, weights, digits.x_test[i])
        np.testing.assert_array_equal(seen(page), np.rint(255 * digits.x_test[i, :, :, 0]))
        checked = page.get_by_role("radio", checked=True)
        assert checked.get_attribute("aria-label").startswith(f"Example {i},")


def test_an_example_is_edited_with_keys_alone(show, pad, digits, weights):
    page = show(pad(pixels=digits.x_test[3, ..., 0]))
    assert example(page, 3).get_attribute("aria-checked") == "true"
    tab_to(page, board(page))
    where = page.locator(".kd-cell")
    image = digits.x_test[3, ..., 0].copy()
    assert where.inner_text() == f"row 5, column 5: ink {16 * image[4, 4]:.0f} of 16"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    ink = 16 * image[3, 5]
    page.keyboard.press("+")
    assert where.inner_text() == f"row 4, column 6: ink {ink + 2:.0f} of 16"
    page.keyboard.press("-")
    page.keyboard.press("Space")
    image[3, 5] = 1
    page.keyboard.press("Shift+ArrowDown")
    image[4, 5] = 1
    assert where.inner_text() == "row 5, column 6: ink 16 of 16"
    check_answer(page, weights, image)
    assert page.get_by_role("radio", checked=True).count() == 0  # no example any more
    page.keyboard.press("Space")
    assert where.inner_text() == "row 5, column 6: ink 0 of 16"
    for _ in range(9):
        page.keyboard.press("ArrowLeft")
    assert where.inner_text().startswith("row 5, column 1:")
    axe(page)


def test_a_higher_temperature_softens_the_answer(show, pad, digits, weights):
    page = show(pad(pixels=digits.x_test[3, ..., 0]))
    sharp = max(said(page))
    page.get_by_role("button", name="Temperature 10").click()
    assert max(said(page)) < sharp
    check_answer(page, weights, digits.x_test[3], temperature=10)


def test_the_teacher_s_answer_stays_with_its_drawing(show, pad, digits):
    logits = np.arange(10.0)[None]
    page = show(pad(teacher=lambda image: logits, pixels=digits.x_test[3, ..., 0]))
    np.testing.assert_allclose(said(page, "teacher"), kdlab.softmax(logits[0]), atol=6e-4)
    assert verdict(page, "teacher").inner_text() == "says 9"
    example(page, 4).click()
    assert verdict(page, "teacher").inner_text() == "No kernel: the student alone."
    assert not page.locator(".kd-by-teacher .kd-bars").is_visible()
    assert verdict(page).inner_text().startswith("says")
    example(page, 3).click()
    assert verdict(page, "teacher").inner_text() == "says 9"


def test_an_error_of_the_teacher_is_shown_as_text(show, pad, digits):
    def teacher(image):
        raise RuntimeError("<img src=x onerror=alert(1)>")

    page = show(pad(teacher=teacher, pixels=digits.x_test[3, ..., 0]))
    line = verdict(page, "teacher").inner_text()
    assert line == "RuntimeError: <img src=x onerror=alert(1)>"


def test_what_is_said_aloud(show, pad, digits):
    page = show(pad(teacher=lambda image: np.arange(10.0)[None], pixels=digits.x_test[3, ..., 0]))
    page.get_by_role("button", name="Temperature 2", exact=True).click()
    sentence = page.locator(".kd-hidden [role=status]")
    sentence.filter(has_text="percent").wait_for(state="attached")
    p = kdlab.softmax(np.arange(10.0), 2.0)
    assert f"The teacher says 9, {100 * p[9]:.1f} percent." in sentence.text_content()
    cells = page.locator(".kd-hidden tr").nth(10).locator("td").all_text_contents()
    assert cells[1] == f"{p[9]:.3f}"


def test_two_pads_are_drawn_on_apart_and_dark_ink_is_light(show, pad):
    page = show(pad(), pad(n=3), dark=True)
    draw(page)
    assert seen(page).any()
    assert not seen(page, 1).any()
    shot = pixels(board(page))
    assert shot.max() > 240  # ink
    assert np.median(shot) < 60  # paper
    axe(page)


def test_a_narrow_page_holds_it(show, pad):
    page = show(pad(), width=340)
    draw(page)
    assert verdict(page).inner_text() == "says 7"
    assert page.evaluate("document.documentElement.scrollWidth") <= 340
    axe(page)


# ---- several students ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def two(digits):
    """The students of lesson 00 before a drawn 3."""
    threes = digits.x_test[digits.y_test == 3]

    def two(**options):
        return DigitPad(
            kdlab.pretrained_students(), threes[:12], [3] * 12, pixels=threes[0, ..., 0], **options
        )

    return two


def test_two_students_answer_to_the_same_drawing(show, two):
    page = show(two())
    titles = page.locator(".kd-answers .kd-title").all_text_contents()
    assert titles == ["labels alone", "soft targets"]
    assert verdict(page).inner_text() == "says 2"
    assert verdict(page, "student-2").inner_text() == "says 3"
    axe(page)
    page.get_by_role("button", name="Clear").click()
    assert verdict(page).inner_text() == "Draw a digit."
    draw(page)
    image = np.rint(seen(page) / 255 * 16)[None] / 16
    for who, student in zip(("student", "student-2"), kdlab.pretrained_students(), strict=True):
        p = kdlab.softmax(two()._logits(image, student)[0])
        np.testing.assert_allclose(said(page, who), p, atol=6e-4)
        assert verdict(page, who).inner_text() == f"says {p.argmax()}"


def test_several_are_said_aloud_by_their_names(show, two):
    page = show(two(teacher=lambda image: np.arange(10.0)[None]), dark=True)
    page.get_by_role("button", name="Temperature 2", exact=True).click()
    sentence = page.locator(".kd-hidden [role=status]")
    sentence.filter(has_text="percent").wait_for(state="attached")
    said_aloud = sentence.text_content()
    assert "“labels alone” says 2, " in said_aloud and "“soft targets” says 3, " in said_aloud
    assert "The teacher says 9, " in said_aloud
    heads = page.locator(".kd-hidden th[scope=col]").all_text_contents()
    assert heads == ["class", "labels alone", "soft targets", "teacher"]
    axe(page)


@pytest.mark.parametrize(("width", "most"), [(900, 620), (450, 405)])
def test_the_drawing_and_both_answers_are_on_one_screen(show, two, width, most):
    """What JupyterLab leaves of 1280x800, and of the same at 150 %."""
    page = show(two(), width=width, folded=True)
    assert widget(page).locator(".kdlab").bounding_box()["height"] <= most
    answers = page.locator(".kd-answers .kd-says")
    tops = {answers.nth(i).bounding_box()["y"] for i in range(2)}
    assert len(tops) == 1, "side by side"
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_phone_two_students_stand_below_the_drawing(show, two):
    page = show(two(), width=340)
    below = board(page).bounding_box()
    for i in range(2):
        box = page.locator(".kd-says").nth(i).bounding_box()
        assert box["y"] >= below["y"] + below["height"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 340
    axe(page)
