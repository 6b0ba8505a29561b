"""What a learner moves, and what it changes, are in view together: on a laptop, and at 150 %.

The sizes are those that JupyterLab leaves to a widget in a window of 1280 x 800 with the file
browser open, and in one of 853 x 533, which is the same at 150 %.
"""

from __future__ import annotations

import numpy as np
import pytest
from pages import axe

import kdlab
from tests.tools.widget_examples import a_cohort

LAPTOP = {"width": 880, "height": 640}
ZOOMED = {"width": 456, "height": 412}
NAMES = tuple("0123456789")
RNG = np.random.default_rng(0)
TEACHER, STUDENT = 4 * RNG.normal(size=(2, 30, 10))
LABELS = RNG.integers(0, 10, size=30)
IMAGES = RNG.random((30, 8, 8, 1), dtype=np.float32)


def explorer(**options):
    return kdlab.TemperatureExplorer(TEACHER, IMAGES, LABELS, NAMES, **options)


def losses():
    return kdlab.LossExplorer(TEACHER, STUDENT, LABELS, IMAGES, NAMES)


def board():
    size = {"parameters": 1210, "bytes": 4840, "milliseconds": 0.21}
    models = {"teacher": TEACHER, "hard labels": STUDENT, "distilled": STUDENT[::-1]}
    models = {name: {"logits": logits, **size} for name, logits in models.items()}
    return kdlab.ComparisonBoard(models, LABELS, IMAGES, NAMES, teacher="teacher")


def cohort():
    """Of the size of lesson 04's."""
    return kdlab.CohortExplorer(
        a_cohort(
            30,
            10,
            alphas=[0, 0.5, 0.9, 1],
            temperatures=[1, 2, 4, 8, 16],
            sizes=[50, 100, 300, 1257],
        )
    )


# Of each widget: from where to where a learner must see it.
TOGETHER = {
    "a teacher": (explorer, ".kd-slider", ".kd-terms"),
    "and a student": (lambda: explorer(student_logits=STUDENT), ".kd-slider", ".kd-terms"),
    "the loss": (losses, ".kd-controls", ".kd-halves"),
    "a cohort": (cohort, ".kd-choices", ".kd-gains .kd-plot"),
    "the gallery": (board, ".kd-filter", ".kd-large"),
}


def ends(page, part: str) -> tuple[float, float]:
    """Where a part of the page begins and ends, seen from the window."""
    return page.locator(part).first.evaluate(
        "node => { const { top, bottom } = node.getBoundingClientRect(); return [top, bottom]; }"
    )


@pytest.mark.parametrize("name", TOGETHER)
def test_what_is_moved_and_what_it_changes_fit_on_a_laptop(name, show):
    make, first, last = TOGETHER[name]
    page = show(make(), folded=True, **LAPTOP)
    assert page.evaluate("document.documentElement.scrollWidth") == LAPTOP["width"]
    assert ends(page, last)[1] - ends(page, first)[0] <= LAPTOP["height"]


@pytest.mark.parametrize("student", [None, STUDENT])
def test_a_slider_and_its_bars_fit_at_150_percent(student, show):
    page = show(explorer(student_logits=student), folded=True, **ZOOMED)
    assert ends(page, ".kd-bars")[1] - ends(page, ".kd-slider")[0] <= ZOOMED["height"]


@pytest.mark.parametrize(
    ("make", "controls", "effect"),
    [
        (explorer, ".kd-slider", ".kd-facts"),
        (losses, ".kd-controls", ".kd-gradients"),
        (losses, ".kd-controls", ".kd-decay"),
        (board, ".kd-slider", ".kd-cards .kd-bars >> nth=2"),
    ],
)
@pytest.mark.parametrize("size", [LAPTOP, ZOOMED])
def test_controls_stay_in_view_above_what_they_change(make, controls, effect, size, show):
    page = show(make(), **size)
    page.locator(effect).first.evaluate("node => node.scrollIntoView({ block: 'end' })")
    top, bottom = ends(page, controls)
    assert top >= -5
    # And something of the effect is seen below them.
    assert ends(page, effect)[1] - max(bottom, ends(page, effect)[0]) > 60


def test_what_has_the_focus_is_not_behind_what_stays(show):
    page = show(explorer(), **ZOOMED)
    page.get_by_role("radio").last.focus()
    for _ in range(8):
        page.keyboard.press("Shift+Tab")
        at = page.evaluate("""() => {
          const node = document.activeElement;
          const { top, bottom } = node.getBoundingClientRect();
          const inside = node.closest(".kd-stays") !== null;
          const below = document.querySelector(".kd-stays").getBoundingClientRect().bottom;
          return { top, bottom, inside, below };
        }""")
        assert at["inside"] or at["top"] >= at["below"] - 1, at


@pytest.mark.parametrize("make", [explorer, losses])
def test_other_examples_are_folded_away_and_a_key_opens_them(make, show):
    page = show(make(), folded=True)
    axe(page)
    assert page.get_by_role("radio").count() == 0
    summary = page.locator("summary", has_text="Choose another example")
    summary.press("Enter")
    assert page.get_by_role("radio").count() == 24
    page.get_by_role("radio").nth(3).click()
    assert "Example 3" in page.locator(".kdlab").inner_text()


def test_few_stops_of_the_tab_key_are_between_the_end_and_the_slider(show):
    page = show(explorer(), folded=True)
    page.evaluate("document.querySelector('main').append(document.createElement('textarea'))")
    page.locator("textarea").focus()
    for _ in range(5):
        page.keyboard.press("Shift+Tab")
    assert page.get_by_role("slider").evaluate("node => node === document.activeElement")


def test_the_presets_are_one_stop_with_arrow_keys(show):
    page = show(explorer(temperature=4), folded=True)
    page.get_by_role("slider").focus()
    heard = []
    for key in ("Tab", "ArrowRight", "ArrowRight", "ArrowRight", "Home", "End", "ArrowLeft"):
        page.keyboard.press(key)
        heard.append(page.evaluate("document.activeElement.getAttribute('aria-label')"))
    assert heard == [f"Temperature {t}" for t in (4, 10, 20, 20, 1, 20, 10)]
    page.keyboard.press("Enter")
    assert page.get_by_role("slider").get_attribute("aria-valuetext") == "T = 10"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.type") == "checkbox"


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [493, 456])  # as in a window of 900 pixels, and at 150 %
def test_a_comparison_in_a_small_window(width, dark, show):
    page = show(board(), width=width, dark=dark, folded=True)
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    # A name may break between its words, and not within one.
    broken = page.locator("th[scope=row]").evaluate_all("""all => all.flatMap((th) => {
      const text = th.lastChild;
      const words = [...text.textContent.matchAll(/\\S+/g)];
      return words.filter(({ 0: word, index }) => {
        const range = document.createRange();
        range.setStart(text, index);
        range.setEnd(text, index + word.length);
        return range.getClientRects().length > 1;
      }).map(([word]) => word);
    })""")
    assert broken == []
    # Side by side, where a reader compares them.
    tops = [card.bounding_box()["y"] for card in page.locator(".kd-cards > div").all()]
    assert tops[0] == tops[1]
