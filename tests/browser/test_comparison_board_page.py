"""The comparison board on a page of its own, driven as a learner would."""

import numpy as np
import pytest
from pages import bars, tab_to, widget

from kdlab import softmax
from kdlab.widgets import ComparisonBoard
from tests.tools.widget_examples import board

LABELS = np.array([0, 1, 2, 0, 1])
UNKNOWN = "\N{EN DASH}"
CLASSES = ("cat", "dog", "car")


def says(*classes):
    """Logits of a model that says these classes."""
    return 3.0 * np.eye(3)[list(classes)]


def small_board(**options):
    models = {
        "teacher": {"logits": says(0, 1, 2, 0, 0), "parameters": 5000, "bytes": 20_000},
        "plain": {"logits": says(0, 0, 1, 0, 0), "parameters": 1210, "milliseconds": 0.2},
        "distilled": np.stack([says(0, 1, 1, 0, 0), says(0, 1, 2, 0, 1)]),
    }
    return ComparisonBoard(models, LABELS, class_names=CLASSES, teacher="teacher", **options)


def rows(page, table="Models"):
    """The texts of a table, row by row."""
    cells = "rows => rows.map((row) => [...row.cells].map((cell) => cell.textContent))"
    return page.get_by_role("region", name=table).locator("tbody tr").evaluate_all(cells)


def names(page):
    return [row[0] for row in rows(page)]


def thumbnails(page):
    return page.get_by_role("radio").evaluate_all("all => all.map((one) => one.dataset.index)")


def test_the_table_has_the_numbers_of_python(show):
    it = small_board()
    page = show(it)
    teacher, plain, distilled = rows(page)
    data = it._data["models"]
    for row, cells in zip(data, (teacher, plain, distilled), strict=True):
        assert cells[0] == row["name"]
        assert cells[1] == f"{100 * row['accuracy']:.1f} %"
        assert cells[2].startswith(f"{100 * row['low']:.1f} to {100 * row['high']:.1f}, ")
    assert (teacher[2].split(", ")[1], distilled[2].split(", ")[1]) == ("5 images", "2 runs")
    assert teacher[3:] == [UNKNOWN, "5,000", "20 kB", UNKNOWN]
    assert plain[3:] == [f"{100 * data[1]['agreement']:.1f} %", "1,210", UNKNOWN, "0.2 ms"]
    assert "The axis begins at 0 %" in widget(page).text_content()


def test_each_marker_stands_at_the_accuracy_inside_the_interval(show):
    page = show(small_board())
    for row, line in zip(
        small_board()._data["models"], page.locator("td.kd-scale div").all(), strict=True
    ):
        box, dot, ends = (
            part.bounding_box()
            for part in (line, line.locator(".kd-marker"), line.locator(".kd-line"))
        )
        middle = (dot["x"] + dot["width"] / 2 - box["x"]) / box["width"]
        assert middle == pytest.approx(row["accuracy"], abs=0.01)
        assert (ends["x"] - box["x"]) / box["width"] == pytest.approx(row["low"], abs=0.01)
        assert ends["width"] / box["width"] == pytest.approx(row["high"] - row["low"], abs=0.02)


def test_markers_differ_in_colour_and_in_shape(show):
    marks = show(small_board()).locator("tr th .kd-marker")
    looks = marks.evaluate_all(
        "all => all.slice(0, 3).map((i) => [i.style.background, i.style.clipPath])"
    )
    colours, shapes = zip(*looks, strict=True)
    assert len(set(colours)) == len(set(shapes)) == 3


def test_each_class_s_accuracy(show):
    page = show(small_board())
    assert rows(page, "Accuracy on each class, in percent") == [
        ["teacher", "100", "50", "100"],
        ["plain", "100", "0", "0"],
        ["distilled", "100", "75", "50"],
    ]


def test_sorting_by_a_column_and_back(show):
    page = show(small_board())
    head = page.get_by_role("columnheader", name="Parameters")
    tab_to(page, head.get_by_role("button"))
    for key, direction, expected in [
        ("Enter", "descending", ["teacher", "plain", "distilled"]),
        ("Space", "ascending", ["plain", "teacher", "distilled"]),  # the unknown stays last
        ("Enter", "none", ["teacher", "plain", "distilled"]),
    ]:
        page.keyboard.press(key)
        assert head.get_attribute("aria-sort") == direction
        assert names(page) == expected
    page.get_by_role("button", name="Model").click()
    assert names(page) == ["distilled", "plain", "teacher"]
    assert [row[0] for row in rows(page, "Accuracy on each class, in percent")] == names(page)


def test_it_opens_as_python_left_it(show):
    page = show(small_board(sort_by="name", descending=False, show=("teacher", "plain"), index=4))
    assert names(page) == ["distilled", "plain", "teacher"]
    assert (
        page.get_by_role("columnheader", name="Model").first.get_attribute("aria-sort")
        == "ascending"
    )
    assert page.get_by_label("right:").input_value() == "teacher"
    assert page.get_by_label("wrong:").input_value() == "plain"
    assert thumbnails(page) == ["1", "2"]
    assert "Example 4, labelled dog" in page.locator(".kd-large").text_content()


def test_the_gallery_shows_what_is_asked_for(show):
    page = show(small_board())
    which = page.get_by_label("Test images:")
    assert thumbnails(page) == ["1", "2"]
    assert not page.get_by_label("right:").is_visible()
    which.select_option("all are wrong")
    assert thumbnails(page) == ["4"]
    assert "Example 4, labelled dog" in page.locator(".kd-large").text_content()
    which.select_option("one right, one wrong")
    assert thumbnails(page) == ["2"]  # the first model right, the last one wrong
    page.get_by_label("wrong:").select_option("plain")
    assert thumbnails(page) == ["1", "2"]
    page.get_by_label("right:").select_option("plain")
    assert thumbnails(page) == []
    assert "There is no such test image." in widget(page).text_content()
    which.select_option("all")
    assert len(thumbnails(page)) == 5


@pytest.mark.parametrize("kind", ["disagreement", "all wrong", ("c", "a"), "everything"])
def test_page_and_python_agree_on_the_gallery(kind, show):
    rng = np.random.default_rng(3)
    it = ComparisonBoard(
        {name: rng.normal(size=(20, 3)) for name in "abc"}, rng.integers(3, size=20), show=kind
    )
    assert thumbnails(show(it)) == [str(i) for i in it.gallery]


def test_models_that_agree_are_said_to(show):
    page = show(ComparisonBoard({"a": says(0, 1), "b": says(0, 1)}, [0, 1]))
    assert "The models agree on every test image." in widget(page).text_content()
    assert thumbnails(page) == []


def test_a_chosen_image_is_shown_with_the_bars_of_every_model(show):
    page = show(small_board(index=2))
    large = page.locator(".kd-large")
    verdicts = ["says car ✓", "says dog ✗ wrong", "says dog ✗ wrong"]
    assert large.locator("p:not(.kd-title)").all_text_contents() == verdicts
    page.get_by_role("radio").first.click()
    assert "Example 1, labelled dog" in large.text_content()
    assert "says cat ✗ wrong" in large.text_content()


def test_the_bars_follow_the_temperature(show):
    page = show(small_board(index=1))
    for t in (1, 4):
        page.get_by_role("button", name=f"Temperature {t}", exact=True).click()
        expected = softmax([0, 3.0, 0], t)
        assert bars(widget(page)) == {
            name: f"{p:.3f}" for name, p in zip(CLASSES, expected, strict=True)
        }


def test_a_screen_reader_hears_what_each_model_says(show):
    page = show(small_board())
    page.get_by_role("radio").nth(1).click()
    status = page.locator(".kd-hidden [role=status]", has_text="Example 2, labelled car")
    status.wait_for(state="attached")
    assert status.text_content() == (
        "Example 2, labelled car, at T = 1: teacher says car, right; plain says dog, wrong; "
        "distilled says dog, wrong."
    )
    columns = page.locator(".kd-hidden th[scope=col]").all_text_contents()
    assert columns[:4] == ["class", "teacher", "plain", "distilled"]


def test_all_columns_fit_the_width_of_a_notebook(show):
    page = show(board())
    overflow = "node => node.scrollWidth - node.clientWidth"
    assert page.get_by_role("region", name="Models").evaluate(overflow) == 0
