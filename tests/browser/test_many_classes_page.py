"""Widgets with more classes than can be shown one by one, and examples in words."""

import numpy as np
import pytest
from pages import axe, bars, tab_to, widget

import kdlab
from kdlab import soft_targets
from tests.tools.widget_examples import HOSTILE, pad

N, CLASSES, ROWS = 30, 1000, 16
RNG = np.random.default_rng(0)
TEACHER = 3 * RNG.normal(size=(N, CLASSES)).astype(np.float32)
STUDENT = (0.5 * TEACHER + 1.5 * RNG.normal(size=(N, CLASSES))).astype(np.float32)
LABELS = TEACHER.argmin(axis=1)
NAMES = [f"{HOSTILE} a class whose name is long, number {k}" for k in range(CLASSES)]
OTHERS = "the other 985 classes"
TEXTS = ["It was a delight.", "word " * 400, "W" * 2000, HOSTILE, "فيلم رائع", "two\nlines"] * 5


def explorer(**arguments):
    defaults = {"labels": LABELS, "class_names": NAMES, "images": RNG.random((N, 8, 8, 1))}
    return kdlab.TemperatureExplorer(TEACHER, **{**defaults, **arguments})


def losses():
    return kdlab.LossExplorer(TEACHER, STUDENT, LABELS, class_names=NAMES)


def board():
    models = {"teacher": TEACHER, "student": STUDENT}
    return kdlab.ComparisonBoard(models, LABELS, class_names=NAMES, teacher="teacher")


def drawn():
    return pad(NAMES, pixels=np.eye(8))


def captioned(**arguments):
    logits, labels = TEACHER[:, :3], LABELS % 3
    return kdlab.TemperatureExplorer(logits, labels=labels, captions=TEXTS, **arguments)


def said(p):
    """As the page writes a probability, of those that are not too small."""
    return [f"{x:.3f}" for x in p if x >= 0.0005]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(
    "make",
    [
        explorer,
        lambda: explorer(student_logits=STUDENT, order="confused", temperature=4),
        losses,
        board,
        drawn,
        captioned,
        lambda: captioned(index=1, images=RNG.random((N, 8, 8, 3))),
    ],
    ids=["explorer", "student", "losses", "board", "pad", "captions", "captions-and-pictures"],
)
def test_it_is_accessible_and_fits_a_phone(make, dark, show):
    page = show(make(), dark=dark)
    axe(page)
    page.set_viewport_size({"width": 320, "height": 900})
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert page.locator("[onerror]").count() == 0


# ---- The short list -----------------------------------------------------------------------------


@pytest.mark.parametrize("t", [1, 4, 100])
def test_the_bars_are_the_likeliest_the_true_one_and_all_others(t, show):
    page = show(explorer(temperature=t))
    shown = bars(widget(page))
    p = soft_targets.softmax(TEACHER[0], t)
    top = [*np.argsort(-TEACHER[0], kind="stable")[: ROWS - 2], LABELS[0]]
    assert list(shown) == [*(NAMES[k] for k in top), OTHERS]
    assert [shown[NAMES[k]] for k in top if p[k] >= 0.0005] == said(p[top])
    assert shown[OTHERS] == f"{np.delete(p, top).sum():.3f}"
    true = page.locator(".kd-true .kd-name")
    assert true.inner_text() == true.get_attribute("title") == NAMES[LABELS[0]]


def test_the_student_s_likeliest_are_shown_too_and_its_others(show):
    page = show(explorer(student_logits=STUDENT))
    names = [*bars(widget(page))]
    classes = [NAMES.index(name) for name in names[:-1]]
    assert len(set(classes)) == ROWS - 1
    for logits in (TEACHER[0], STUDENT[0]):
        assert set(np.argsort(-logits)[:7]) <= set(classes)
    assert LABELS[0] in classes
    q = soft_targets.softmax(STUDENT[0])
    value = page.locator(".kd-others > .kd-value").first
    assert value.text_content() == f"{np.delete(q, classes).sum():.3f}"


def test_another_example_brings_other_names(show):
    page = show(explorer())
    page.get_by_role("radio").nth(5).click()
    top = np.argsort(-TEACHER[5], kind="stable")[: ROWS - 2]
    assert [*bars(widget(page))][: ROWS - 2] == [NAMES[k] for k in top]
    names = [*bars(widget(page))]
    page.locator("caption").filter(has_text="Example 5,").wait_for(state="attached")
    assert page.locator("table th[scope=row]").all_text_contents() == names


def test_those_who_do_not_see_it_hear_of_the_others(show):
    page = show(explorer(temperature=2))
    cells = page.locator("table tr").last.locator("th, td").all_text_contents()
    shown = [NAMES.index(name) for name in [*bars(widget(page))][:-1]]
    rest = [np.delete(soft_targets.softmax(TEACHER[0], t), shown).sum() for t in (2, 1)]
    assert cells == [OTHERS, *(f"{x:.3f}" for x in rest)]
    page.get_by_role("button", name="Temperature 4").click()
    p = np.sort(soft_targets.softmax(TEACHER[0], 4))
    status = page.locator("[role=status]").filter(has_text="Unsure among")
    expected = f"the other 997 classes {100 * p[:-3].sum():.1f} percent"
    status.filter(has_text=expected).wait_for(state="attached")


def test_pointing_at_the_others_says_that_they_are_a_sum(show):
    page = show(explorer(temperature=2))
    tab_to(page, page.locator(".kd-row").first)
    page.keyboard.press("End")
    powers = np.exp(TEACHER[0].astype(float) / 2)
    shown = [NAMES.index(name) for name in [*bars(widget(page))][:-1]]
    rest, whole = np.delete(powers, shown).sum(), powers.sum()
    text = page.locator(".kd-terms").inner_text()
    assert text.startswith(f"p({OTHERS}) = Σ of theirs / Σ e^(z/T) = ")
    assert text.endswith(f" = {rest / whole:.3f}")


def test_all_rows_are_seen_without_scrolling(show):
    page = show(explorer(student_logits=STUDENT))
    assert page.evaluate("""() => {
      const frame = document.querySelector(".kd-frame");
      return frame.scrollHeight <= frame.clientHeight;
    }""")


def test_the_gradients_of_the_others_are_one_bar(show):
    page = show(losses())
    rows = page.locator(".kd-class")
    assert rows.count() == ROWS
    assert rows.last.locator(".kd-of").text_content() == OTHERS
    shown = [NAMES.index(name) for name in rows.locator(".kd-of").all_text_contents()[:-1]]
    p, q = (soft_targets.softmax(z[0], 4) for z in (TEACHER, STUDENT))
    figures = rows.last.locator(".kd-figure").all_text_contents()
    assert figures[:2] == [f"{np.delete(x, shown).sum():.3f}" for x in (p, q)]
    loss = soft_targets.distillation_loss(STUDENT[:1], TEACHER[:1], LABELS[:1], 4.0, 0.9)
    rest = np.delete(loss.gradient[0], shown).sum()
    assert figures[2] == f"{rest:+.3f}".replace("-", "−")
    mark = page.locator(".kd-mark")
    assert "◆" in mark.evaluate("node => getComputedStyle(node, '::before').content")


def test_a_board_s_table_of_classes_is_short(show):
    page = show(board())
    heads = page.get_by_role("region", name="Accuracy on").locator("thead th")
    assert heads.count() == 19
    assert heads.last.text_content() == "the other 983 classes"
    assert all(len(bars(card)) == ROWS for card in page.locator(".kd-cards > div").all())


def test_a_pad_keeps_to_a_short_list_while_one_draws(show):
    page = show(drawn())
    before = [*bars(widget(page))]
    assert len(before) == ROWS
    page.get_by_role("application").press("Space")
    after = [*bars(widget(page))]
    assert len(after) == ROWS and after[-1] == OTHERS
    assert after != before
    page.get_by_role("button", name="Clear").click()
    page.locator("table td").first.filter(has_text="no answer").wait_for(state="attached")


# ---- Choosing among many classes ----------------------------------------------------------------


def test_only_classes_that_occur_can_be_chosen(show):
    page = show(explorer())
    options = page.get_by_label("Show").locator("option").all_text_contents()
    assert options == ["all classes", *(NAMES[k] for k in sorted(set(LABELS)))]
    page.get_by_label("Show").select_option(NAMES[LABELS[7]])
    assert page.get_by_role("radio").count() == list(LABELS).count(LABELS[7])
    page.get_by_label("Order").select_option("most confused with")
    rivals = page.get_by_label("Confused with", exact=True).locator("option").all_text_contents()
    assert rivals == ["any other class", *(NAMES[k] for k in sorted(set(TEACHER.argmax(axis=1))))]


def test_python_may_choose_a_class_that_does_not_occur(show):
    rival = next(k for k in range(CLASSES) if k not in TEACHER.argmax(axis=1) and k not in LABELS)
    page = show(explorer(order="confused", confused_with=rival))
    choice = page.get_by_label("Confused with", exact=True)
    assert choice.evaluate("select => select.selectedOptions[0].text") == NAMES[rival]
    leaks = soft_targets.softmax(TEACHER)[:, rival]
    first = page.get_by_role("radio").first.get_attribute("data-index")
    assert first == str(leaks.argmax())


def test_fifty_thousand_classes_without_names(show):
    logits = 3 * np.random.default_rng(1).normal(size=(3, 50_000)).astype(np.float32)
    page = show(kdlab.TemperatureExplorer(logits, student_logits=logits[::-1], order="confused"))
    page.get_by_role("button", name="Temperature 20").click()
    shown = bars(widget(page))
    *names, others = shown
    assert others == "the other 49,985 classes"
    rest = np.delete(soft_targets.softmax(logits[0], 20), [*map(int, names)])
    assert shown[others] == f"{rest.sum():.3f}"
    assert page.evaluate("document.querySelectorAll('*').length") < 800


# ---- Captions -----------------------------------------------------------------------------------


def test_a_caption_stands_where_the_picture_would(show):
    page = show(captioned())
    caption = page.get_by_role("region", name="Caption")
    assert caption.inner_text() == TEXTS[0]
    page.get_by_role("radio").nth(5).click()
    assert caption.inner_text() == "two\nlines"
    page.get_by_role("radio").nth(3).click()
    assert caption.inner_text() == HOSTILE
    assert page.locator("[onerror]").count() == 0
    buttons = page.get_by_role("radio").all_text_contents()
    assert buttons[0] == f"0 · {TEXTS[0]}"
    assert len(buttons[1]) < 70


def test_a_long_caption_scrolls_by_keyboard_and_begins_at_its_top(show):
    page = show(captioned(index=1))
    caption = page.get_by_role("region", name="Caption")
    heights = caption.evaluate("node => [node.clientHeight, node.scrollHeight]")
    assert heights[0] < 200 < heights[1]
    tab_to(page, caption)
    page.keyboard.press("End")
    page.wait_for_function(
        "() => { const node = document.querySelector('.kd-caption');"
        " return node.scrollTop + node.clientHeight >= node.scrollHeight - 1; }"
    )
    page.get_by_role("radio").nth(7).click()
    assert caption.evaluate("node => node.scrollTop") == 0
    for index in (1, 2):
        page.get_by_role("radio").nth(index).click()
        assert caption.evaluate("node => node.scrollWidth <= node.clientWidth")


def test_a_caption_is_heard_by_its_beginning(show):
    page = show(captioned(index=1))
    beginning = f"“{TEXTS[1][:59]}…”"
    chosen = page.get_by_role("radio", checked=True).get_attribute("aria-label")
    assert chosen.endswith(beginning)
    assert beginning in page.locator("caption").text_content()


def test_a_picture_and_a_caption(show):
    page = show(captioned(images=RNG.random((N, 8, 8, 3))))
    assert page.locator(".kd-facts .kd-picture").is_visible()
    assert page.get_by_role("region", name="Caption").inner_text() == TEXTS[0]
    assert page.get_by_role("radio").first.locator("img").count() == 1
