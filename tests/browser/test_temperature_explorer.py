"""`TemperatureExplorer` as a learner meets it."""

import numpy as np
import pytest
from pages import axe, bars, pixels, tab_to, widget

from kdlab import soft_targets
from kdlab.widgets import TemperatureExplorer

NAMES = ("cat", "dog", "car", "tree")
HOSTILE = "<img src=x onerror=alert(1)>"
LOGITS = np.array([[4.0, 2.0, 0.0, 1.0], [0.0, 3.0, 2.5, 1.0], [1.0, 0.0, 5.0, 4.5]])
STUDENT = np.array([[1.0, 3.0, 0.0, 2.0], [0.0, 3.0, 2.0, 1.0], [1.0, 0.0, 4.0, 5.0]])


def explorer(**arguments):
    images = np.random.default_rng(0).random((3, 8, 8, 1))
    defaults = {"labels": [0, 2, 2], "images": images, "class_names": NAMES, "temperature": 2}
    return TemperatureExplorer(**{"logits": LOGITS, **defaults, **arguments})


def three(p):
    return [f"{x:.3f}" for x in p]


def pictures(root):
    return root.locator(".kd-presets i").evaluate_all("all => all.map((one) => one.style.clipPath)")


def thumbnails(root):
    return root.get_by_role("radio").evaluate_all("all => all.map((one) => one.dataset.index)")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"student_logits": STUDENT, "order": "confused"},
        {"predict": True},
        {"predict": True, "guess": [1, 0, 0, 0], "revealed": True, "order": "random"},
        {"logits": np.tile(LOGITS, 25), "class_names": None, "student_logits": None},
    ],
    ids=["plain", "student", "predict", "revealed", "many classes"],
)
def test_nothing_is_wrong_with_its_accessibility(show, arguments, dark):
    axe(show(explorer(**arguments), dark=dark))


@pytest.mark.parametrize("arguments", [{}, {"student_logits": STUDENT}, {"predict": True}])
def test_it_fits_a_phone(show, arguments):
    page = show(explorer(**arguments), width=360)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_student_mirrors_the_teacher(show):
    page = show(explorer(student_logits=STUDENT))
    p, q = (soft_targets.softmax(z[0], 2) for z in (LOGITS, STUDENT))
    assert page.locator(".kd-row > .kd-right + .kd-value").all_text_contents() == three(p)
    assert page.locator(".kd-row > .kd-value:has(+ .kd-left)").all_text_contents() == three(q)
    facts = page.locator(".kd-facts").inner_text()
    assert f"{soft_targets.kl_divergence(p, q):.3f} nats" in facts
    assert "The teacher says cat ✓" in facts
    assert "The student says dog ✗ wrong" in facts
    name = page.locator(".kd-name").first.bounding_box()
    left, right = (
        page.locator(f".kd-track.kd-{side}").first.bounding_box() for side in ("left", "right")
    )
    assert left["x"] + left["width"] <= name["x"] < right["x"]
    assert left["width"] == pytest.approx(right["width"], abs=1)


def test_each_model_has_a_colour_and_a_texture(show):
    page = show(explorer(student_logits=STUDENT, temperature=1))
    teacher, student = (
        pixels(page.locator(f".kd-row >> nth={row} >> .kd-{side} .kd-bar"))
        for row, side in ((0, "right"), (1, "left"))
    )
    middle = teacher[teacher.shape[0] // 2, 5:60]
    assert len(np.unique(middle, axis=0)) == 1  # plain
    assert len(np.unique(student[student.shape[0] // 2, -60:-5], axis=0)) > 1  # hatched


def test_presets_show_what_they_would_do(show):
    page = show(explorer(temperature=3.6))
    small = pictures(page)
    assert len(set(small)) == 5
    assert page.locator(".kd-near").all_inner_texts() == ["4"]
    page.get_by_role("button", name="Temperature 20").press("Enter")
    assert page.locator(".kd-t").inner_text() == "T = 20"
    assert page.locator(".kd-near").all_inner_texts() == ["20"]
    assert pictures(page) == small
    page.get_by_role("radio").nth(1).click()
    assert pictures(page) != small


def test_a_step_of_the_slider_changes_no_text_that_the_page_is_laid_out_by(show):
    page = show(explorer(student_logits=STUDENT))
    changed = page.evaluate("""async () => {
      const changed = { inside: 0, outside: [], attributes: [] };
      new MutationObserver((all) => all.forEach(({ target, attributeName }) => {
        if (attributeName) changed.attributes.push(attributeName);
        else if (target.closest(".kd-still")) changed.inside++;
        else changed.outside.push(target.outerHTML);
      })).observe(document.body, { subtree: true, childList: true, attributes: true });
      const slider = document.querySelector(".kd-slider input");
      slider.value = Number(slider.value) + 1;
      slider.dispatchEvent(new Event("input"));
      await null;
      return changed;
    }""")
    assert changed["inside"]
    assert changed["outside"] == []
    assert set(changed["attributes"]) <= {
        "style",
        "class",
        "hidden",
        "aria-valuetext",
        "aria-pressed",
    }


# ---- The formula --------------------------------------------------------------------------------


def test_pointing_at_a_bar_shows_its_term(show):
    page = show(explorer())
    page.locator(".kd-row").nth(1).hover()
    powers = np.exp(LOGITS[0] / 2)
    text = page.locator(".kd-terms").inner_text()
    assert text.startswith("p(dog) = e^(z/T) / Σ e^(z/T) = e^(2.00/2) / ")
    assert f"{powers[1]:.3g} / {powers.sum():.3g} = {powers[1] / powers.sum():.3f}" in text
    page.locator(".kd-facts").hover()
    assert "Point at a bar" in page.locator(".kd-terms").inner_text()


def test_the_keyboard_points_from_row_to_row(show):
    page = show(explorer(student_logits=STUDENT))
    tab_to(page, page.locator(".kd-row").first)
    assert "teacher p(cat)" in page.locator(".kd-terms").inner_text()
    assert "student p(cat)" in page.locator(".kd-terms").inner_text()
    for key, name in (
        ("ArrowDown", "dog"),
        ("End", "tree"),
        ("ArrowDown", "tree"),
        ("ArrowUp", "car"),
    ):
        page.keyboard.press(key)
        assert f"p({name})" in page.locator(".kd-terms").inner_text()
    page.keyboard.press("Tab")  # one stop for all rows
    assert not page.evaluate("document.activeElement.matches('.kd-row')")
    page.keyboard.press("Shift+Tab")
    assert page.locator(".kd-row:focus .kd-name").inner_text() == "car"


def test_the_keyboard_follows_the_order_that_is_seen(show):
    logits = np.linspace(0, 8, 30)[None]
    page = show(TemperatureExplorer(logits))
    tab_to(page, page.locator(".kd-row").first)
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    assert page.locator(".kd-terms").inner_text().startswith("p(28) =")


def test_powers_out_of_reach_are_taken_from_the_largest_logit(show):
    page = show(TemperatureExplorer([[1000.0, 999.0]]))
    page.locator(".kd-row").nth(1).hover()
    text = page.locator(".kd-terms").inner_text()
    assert "e^((z − max z)/T)" in text
    assert text.endswith("e^(−1.00/1) / 1.37 = 0.368 / 1.37 = 0.269")


def test_pointing_moves_nothing(show):
    page = show(explorer(student_logits=STUDENT), width=400)
    before = page.locator(".kd-picker").bounding_box()
    page.locator(".kd-row").nth(1).hover()
    assert "p(dog)" in page.locator(".kd-terms").inner_text()
    assert page.locator(".kd-picker").bounding_box() == before


# ---- The picker ---------------------------------------------------------------------------------


def test_the_orders_of_the_picker(show):
    page = show(explorer())
    order = page.get_by_label("Order")
    assert thumbnails(page) == ["0", "1", "2"]
    order.select_option("most unsure first")
    unsure = np.argsort(-soft_targets.entropy(soft_targets.softmax(LOGITS)))
    assert thumbnails(page) == [str(i) for i in unsure]
    order.select_option("most confused with")
    other = soft_targets.softmax(LOGITS)
    other[range(3), [0, 2, 2]] = 0
    assert thumbnails(page) == [str(i) for i in np.argsort(-other.max(axis=1))]
    page.get_by_label("Confused with", exact=True).select_option("car")
    assert thumbnails(page) == ["0"]  # the others are cars
    page.get_by_label("Show").select_option("car")
    assert thumbnails(page) == []
    order.select_option("as they come")
    assert thumbnails(page) == ["1", "2"]
    assert page.get_by_label("Confused with", exact=True).is_hidden()


def test_a_shuffle_stays_until_asked_again(show):
    logits = np.random.default_rng(0).normal(size=(100, 4))
    page = show(*(TemperatureExplorer(logits, order="random") for _ in range(2)))
    first, second = widget(page, 0), widget(page, 1)
    shuffled = thumbnails(first)
    assert shuffled != sorted(shuffled, key=int)
    assert thumbnails(second) == shuffled
    first.get_by_role("button", name="shuffle again").click()
    assert thumbnails(first) != shuffled
    assert thumbnails(second) == shuffled


def test_the_picker_starts_as_python_set_it(show):
    page = show(explorer(show_class=2, order="confused", confused_with=3))
    assert thumbnails(page) == ["2", "1"]
    selected = page.locator("select").evaluate_all(
        "all => all.map((one) => one.selectedOptions[0].text)"
    )
    assert selected == ["car", "most confused with", "tree"]


def test_ten_thousand_examples_and_a_hundred_classes(show):
    logits = np.random.default_rng(0).normal(size=(10_000, 100))
    page = show(TemperatureExplorer(logits, order="unsure"))
    assert len(thumbnails(page)) == 24
    assert len(bars(widget(page))) == 100


# ---- Predict mode -------------------------------------------------------------------------------


def test_the_truth_is_hidden_until_revealed(show):
    page = show(explorer(predict=True, student_logits=STUDENT))
    truth = three(soft_targets.softmax(LOGITS[0], 2))
    text = page.locator(".kd-explorer").inner_text() + page.locator("table").text_content()
    assert not any(number in text for number in truth)
    assert "says cat" not in text
    assert len(set(pictures(page))) == 1  # the presets do not tell either
    assert page.get_by_role("button", name="Reveal").is_disabled()


def test_a_guess_by_keyboard_is_scaled_and_scored(show):
    page = show(explorer(predict=True))
    cat = page.get_by_role("slider", name="Your guess for cat")
    tab_to(page, cat)
    for _ in range(3):
        page.keyboard.press("PageUp")
    page.get_by_role("slider", name="Your guess for dog").press("PageUp")
    assert cat.get_attribute("aria-valuetext") == "30 %"
    assert "Total 40 %" in page.locator(".kd-guess").inner_text()
    page.get_by_role("button", name="Reveal").press("Enter")
    p = soft_targets.softmax(LOGITS[0], 2)
    overlap = np.minimum(p, [0.75, 0.25, 0, 0]).sum()
    assert (
        f"overlaps the truth by {100 * overlap:.0f}\u00a0%"
        in page.locator(".kd-guess").inner_text()
    )
    assert bars(widget(page)) == dict(zip(NAMES, three(p), strict=True))
    outlines = page.locator(".kd-bars").first.locator(".kd-ghost")
    assert outlines.evaluate_all("all => all.map((one) => one.style.width)")[:2] == ["75%", "25%"]
    assert "your guess" in page.locator(".kd-legend").inner_text()


def test_a_guess_by_mouse_ends_where_the_mouse_does(show):
    page = show(explorer(predict=True))
    box = page.locator(".kd-track:has(input)").nth(2).bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 2, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], middle, steps=4)
    page.mouse.up()
    dragged = page.get_by_role("slider", name="Your guess for car").input_value()
    assert float(dragged) == pytest.approx(60, abs=2)


@pytest.mark.parametrize("how", ["Guess again", "another example"])
def test_the_truth_hides_again(show, how):
    page = show(explorer(predict=True, guess=[0.5, 0.5, 0, 0], revealed=True))
    assert "overlaps the truth" in page.locator(".kd-guess").inner_text()
    if how == "Guess again":
        page.get_by_role("button", name=how).click()
    else:
        page.get_by_role("radio").nth(1).click()
    assert "Total 0 %" in page.locator(".kd-guess").inner_text()
    assert page.get_by_role("listbox", name="Bars").is_hidden()


def test_revealing_moves_nothing(show):
    page = show(explorer(predict=True, guess=[0.5, 0.5, 0, 0]))
    places = ".kd-picker, .kd-guess, .kd-name:visible"
    before = [one.bounding_box() for one in page.locator(places).all()]
    page.get_by_role("button", name="Reveal").click()
    assert [one.bounding_box() for one in page.locator(places).all()] == before


def test_names_stay_text(show):
    names = [HOSTILE, "b", "c", "d"]
    page = show(explorer(class_names=names, student_logits=STUDENT))
    page.locator(".kd-row").first.hover()
    assert page.locator(".kd-name").first.inner_text() == HOSTILE
    assert page.locator("[onerror]").count() == 0
