"""The loss explorer in a real browser: the numbers it shows are Python's."""

import math

import numpy as np
import pytest
from pages import tab_to

from kdlab import LossExplorer, soft_targets
from tests.tools.widget_examples import NAMES, losses


def number(text: str) -> float:
    """A number as the page writes it: −0.031, 3×10⁻⁷."""
    digits = str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789")
    return float(text.translate(digits).replace("×10-", "e-").replace("10-", "1e-"))


def table(page) -> dict[str, list[float]]:
    """What a screen reader gets: teacher, student, soft part, hard part and sum of each class."""
    rows = page.get_by_role("table").get_by_role("row").all()[1:]
    return {
        row.get_by_role("rowheader").text_content(): [
            number(cell) for cell in row.get_by_role("cell").all_text_contents()
        ]
        for row in rows
    }


def rest(page):
    """Wait until the page has said what is new, and return that."""
    before = page.get_by_role("status").text_content()
    page.wait_for_function(
        "before => document.querySelector('[role=status]').textContent !== before", arg=before
    )
    return page.get_by_role("status").text_content()


def terms(page) -> list[float]:
    """The numbers of the sum: alpha, T², soft, 1 - alpha, hard, loss."""
    return [number(text) for text in page.locator(".kd-sum strong").all_text_contents()]


def expected(explorer):
    """The same in NumPy, from the definitions: the columns of the table, the terms of the sum."""
    t, alpha, scaled, index = explorer.state().values()
    teacher, student = (logits[index].astype(float) for logits in explorer._examples.logits)
    label = explorer._examples.labels[index]
    p, q, q1 = (soft_targets.softmax(*it) for it in ((teacher, t), (student, t), (student, 1)))
    soft_part = alpha * (t if scaled else 1 / t) * (q - p)
    hard_part = (1 - alpha) * (q1 - np.eye(len(q1))[label])
    soft, hard, factor = (
        soft_targets.kl_divergence(p, q),
        -math.log(q1[label]),
        t**2 if scaled else 1,
    )
    total = alpha * factor * soft + (1 - alpha) * hard
    columns = np.stack([p, q, soft_part, hard_part, soft_part + hard_part], axis=1)
    return dict(zip(NAMES, columns, strict=True)), [alpha, factor, soft, 1 - alpha, hard, total]


def assert_shows(page, explorer):
    rows, sum_of = expected(explorer)
    shown = table(page)
    assert list(shown) == list(rows)
    for name, row in rows.items():
        # Three decimals, or one digit where that would be 0.000.
        assert shown[name] == pytest.approx(row, abs=0.00051)
    assert terms(page) == pytest.approx(sum_of, rel=0.0051)


@pytest.mark.parametrize("scale_by_t2", [True, False])
@pytest.mark.parametrize(
    ("temperature", "alpha", "index"),
    [(4.0, 0.9, 0), (0.5, 0.25, 3), (20.0, 1.0, 7), (1.0, 0.0, 9)],
)
def test_the_numbers_are_those_of_python(temperature, alpha, index, scale_by_t2, show):
    explorer = losses(temperature=temperature, alpha=alpha, scale_by_t2=scale_by_t2, index=index)
    assert_shows(show(explorer), explorer)


def test_all_controls_by_keyboard(show):
    page = show(losses())
    temperature, alpha = page.get_by_role("slider").all()
    tab_to(page, temperature)
    page.keyboard.press("End")
    tab_to(page, alpha)
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    tab_to(page, page.get_by_role("checkbox"))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("radio", checked=True))
    page.keyboard.press("ArrowRight")
    assert temperature.get_attribute("aria-valuetext") == "T = 100"
    assert alpha.get_attribute("aria-valuetext") == "0.03"
    rest(page)
    after = losses(temperature=100.0, alpha=0.03, scale_by_t2=False, index=1)
    assert_shows(page, after)


def test_what_is_read_out(show):
    page = show(losses())
    page.get_by_role("checkbox").uncheck()
    said = rest(page)
    _, (*_, soft, _, hard, total) = expected(losses(scale_by_t2=False))
    example = losses()._examples.name(0)
    assert said.startswith(f"{example}, at T = 4, alpha 0.9, without T²: loss {total:.3g}.")
    assert f"Soft loss {soft:.3g}, hard loss {hard:.3g}." in said


def soft_bar(page) -> float:
    """The width in pixels of the longest soft bar that can be seen."""
    return page.locator(".kd-lane .kd-of-soft").evaluate_all("""
      bars => Math.max(...bars.map((bar) => {
        const [right, left] = bar.style.clipPath.match(/[\\d.e-]+(?=%)/g).map(Number);
        return (bar.offsetWidth * (100 - right - left)) / 100;
      }))
    """)


def test_without_t2_the_soft_gradient_vanishes(show):
    page = show(losses(temperature=20.0, index=2))
    slider, switch = page.get_by_role("slider").first, page.get_by_role("checkbox")
    ticks = page.locator(".kd-ticks span").all_text_contents()
    level = soft_bar(page)
    slider.press("End")
    assert soft_bar(page) == pytest.approx(level, rel=0.2)
    with_t2 = soft_bar(page)
    switch.uncheck()
    assert soft_bar(page) == pytest.approx(with_t2 / 100**2, rel=0.05)
    assert page.locator(".kd-sum small").nth(1).text_content() == "no T²"
    assert terms(page)[1] == 1
    # The axis must not follow the bars: it would hide what there is to see.
    assert page.locator(".kd-ticks span").all_text_contents() == ticks


def test_the_plot_marks_the_curve_in_use(show):
    page = show(losses(temperature=10.0))
    sizes = [number(text) for text in page.locator(".kd-keys .kd-still").all_text_contents()]
    assert sizes[0] == pytest.approx(100 * sizes[1], rel=0.05)
    assert page.locator(".kd-dot.kd-used").count() == 1
    used = page.locator("figure .kd-keys > .kd-used")
    assert "with T²" in used.text_content()
    page.get_by_role("checkbox").uncheck()
    assert "without T²" in used.text_content()


def test_a_bar_too_long_for_the_axis_says_so(show):
    page = show(losses(temperature=0.25, scale_by_t2=False))
    past_an_end = page.locator(".kd-past-start, .kd-past-end")
    assert past_an_end.count() > 0
    page.get_by_role("checkbox").check()
    assert past_an_end.count() == 0


def test_nothing_moves_as_the_numbers_change(show):
    page = show(losses())
    boxes = "nodes => nodes.map((node) => JSON.stringify(node.getBoundingClientRect()))"
    places = page.locator(".kdlab .kd-term, .kd-lane, .kd-decay, .kd-picker")
    before = places.evaluate_all(boxes)
    for key in ("Home", "End"):
        for slider in page.get_by_role("slider").all():
            slider.press(key)
            assert places.evaluate_all(boxes) == before


@pytest.mark.parametrize("logits", [np.zeros((2, 1, 4)), np.array([[[800.0, 0, 0, -800]]] * 2)])
def test_a_student_that_agrees_has_no_soft_gradient(logits, show):
    page = show(LossExplorer(*logits, [0], class_names=NAMES))
    assert all(soft == 0 for _, _, soft, _, _ in table(page).values())
    assert terms(page)[2] == 0


def test_the_slider_keeps_its_arrow_keys_from_the_notebook(show):
    page = show(losses())
    page.evaluate("() => { window.heard = []; onkeydown = ({ key }) => heard.push(key); }")
    for slider in page.get_by_role("slider").all():
        for key in ("ArrowRight", "Escape"):
            slider.press(key)
    assert page.evaluate("heard") == ["Escape", "Escape"]
