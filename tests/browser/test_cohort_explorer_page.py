"""The cohort explorer on a page of its own, driven as a learner would."""

import re

import numpy as np
import pytest
from pages import axe, pixels, tab_to, widget

import kdlab
from kdlab.widgets import CohortExplorer
from tests.tools.widget_examples import HOSTILE, LARGE_COHORT, NAMES, a_cohort

START = {"n_images": 50, "alpha": 1, "temperature": 4}


def explorer(cohort=None, names=NAMES, **options):
    return CohortExplorer(cohort or a_cohort(), names, **{**START, **options})


def settings(page):
    return page.get_by_role("grid", name="Settings")


def cells(page):
    """The number and half the interval in each cell of the map, and what kind it is."""
    return (
        settings(page)
        .get_by_role("gridcell")
        .evaluate_all(
            "all => all.map((td) => [...[...td.children].map((part) => part.textContent), "
            "td.dataset.kind])"
        )
    )


def entries(it, n_images, entry):
    """The same as Python has it."""
    number = [of["size"] for of in it._data["maps"]].index(n_images)
    per_map = len(it._data["cells"]) // len(it._data["maps"])
    of_map = it._data["cells"][number * per_map : (number + 1) * per_map]
    return [list(cell["entries"][entry]) for cell in of_map]


def picked(page):
    """The title over the students, which says the setting."""
    return page.locator(".kd-compared .kd-title").text_content()


def path(page, plot, name):
    """The points of a path in a plot."""
    node = page.locator(plot).locator(f"path[class='{name}']").first
    return [
        tuple(map(float, point))
        for point in re.findall(r"[ML]([-\d.]+) ([-\d.]+)", node.get_attribute("d"))
    ]


def pressed(page):
    return page.get_by_role("button", pressed=True).all_text_contents()


# ---- The map ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "entry"),
    [({}, 0), ({"show": "difference"}, 1), ({"show": "difference", "paired": False}, 2)],
)
@pytest.mark.parametrize("n_images", [50, 200])
def test_the_map_has_the_numbers_of_python(n_images, options, entry, show):
    it = explorer(n_images=n_images, **options)
    page = show(it)
    assert cells(page) == entries(it, n_images, entry)
    heads = settings(page).get_by_role("columnheader").all_text_contents()
    assert heads[1:] == ["1", "4"]
    names = settings(page).get_by_role("rowheader").all_text_contents()
    assert names == ["1 soft", "0.5", "0 hard"]
    assert settings(page).locator("td").last.get_attribute("colspan") == "2"


def test_the_keyboard_walks_through_the_map(show):
    page = show(explorer(alpha=1, temperature=1))
    tab_to(page, settings(page).get_by_role("gridcell", selected=True))
    for key, setting in [
        ("ArrowRight", "alpha = 1, T = 4"),
        ("ArrowRight", "alpha = 1, T = 4"),
        ("ArrowUp", "alpha = 1, T = 4"),
        ("ArrowDown", "alpha = 0.5, T = 4"),
        ("Home", "alpha = 0.5, T = 1"),
        ("End", "alpha = 0.5, T = 4"),
        ("ArrowDown", "hard labels"),
        ("ArrowDown", "hard labels"),
        ("ArrowUp", "alpha = 0.5, T = 4"),
        ("ArrowLeft", "alpha = 0.5, T = 1"),
    ]:
        page.keyboard.press(key)
        assert picked(page) == f"50 images, {setting}"
        chosen = settings(page).get_by_role("gridcell", selected=True)
        assert chosen.count() == 1
        assert chosen.evaluate("node => node === document.activeElement")
        assert chosen.get_attribute("aria-label").startswith(f"{setting}: ")
    assert settings(page).locator("[tabindex='0']").count() == 1
    page.keyboard.press("Tab")
    assert page.get_by_role("grid", name="Confusion").locator(":focus").count() == 1


def test_the_mouse_picks_a_cell(show):
    it = explorer(show="difference")
    page = show(it)
    settings(page).get_by_role("gridcell").nth(2).click()
    assert picked(page) == "50 images, alpha = 0.5, T = 1"
    page.keyboard.press("ArrowUp")  # goes on from there
    assert picked(page) == "50 images, alpha = 1, T = 1"
    settings(page).get_by_text("hard labels").click()
    assert picked(page) == "50 images, hard labels"
    page.keyboard.press("ArrowUp")
    assert picked(page) == "50 images, alpha = 0.5, T = 1"


def test_every_number_of_images_has_a_small_map_that_opens_it(show):
    it = explorer(show="difference")
    page = show(it)
    buttons = page.get_by_role("group", name="Images to learn from").get_by_role("button")
    assert buttons.count() == 2
    for button, of_map in zip(buttons.all(), it._data["maps"], strict=True):
        assert button.text_content() == of_map["name"] + of_map["sums"][1]
        kinds = button.locator("i").evaluate_all("all => all.map((i) => i.dataset.kind)")
        assert kinds == [kind for *_, kind in entries(it, of_map["size"], 1)]
    buttons.nth(1).click()
    assert pressed(page)[0].startswith("200 images")
    assert cells(page) == entries(it, 200, 1)
    assert picked(page) == "200 images, alpha = 1, T = 4"


def test_pairing_and_what_the_map_shows(show):
    cohort = a_cohort()  # seeds differ by far more than the settings do
    cohort.test_accuracy = 0.5 + 0.1 * cohort.seed + (cohort.alpha > 0) * 0.05
    cohort.test_accuracy += 0.001 * (cohort.seed % 2) * cohort.alpha
    it = explorer(cohort)
    page = show(it)
    assert cells(page) == entries(it, 50, 0)
    page.get_by_role("button", name="gain over hard labels").click()
    assert {kind for *_, kind in cells(page)} == {"gain", "reference"}
    assert "beats hard labels" in page.locator(".kd-said").text_content()
    page.get_by_label("pair students by seed").uncheck()
    assert cells(page) == entries(it, 50, 2)
    assert {kind for *_, kind in cells(page)} == {"unclear", "reference"}
    assert "No clear difference" in page.locator(".kd-said").text_content()
    page.get_by_role("button", name="accuracy", exact=True).click()
    assert cells(page) == entries(it, 50, 0)


def test_a_mark_says_what_the_colour_says(show):
    words = {
        "gain": "clear gain",
        "loss": "clear loss",
        "unclear": "not clear",
        "reference": "reference",
    }
    it = explorer(a_cohort(n=400), show="difference", paired=False)
    page = show(it)
    for n_images in (50, 200):
        page.get_by_role("button", name=f"{n_images} images").click()
        for td in settings(page).get_by_role("gridcell").all():
            kind = td.get_attribute("data-kind")
            mark = td.evaluate("td => getComputedStyle(td, '::before').content")
            marks = {"gain": "▲", "loss": "▼", "unclear": "=", "reference": "none"}
            assert marks[kind] in mark
            assert td.get_attribute("aria-label").endswith(words[kind])


@pytest.mark.parametrize("dark", [False, True])
def test_stronger_colours_are_better_on_one_scale(dark, show):
    it = explorer()
    page = show(it, dark=dark)
    paper = pixels(page.locator(".kd-cohort"))[30, -4].astype(int)
    seen = {}
    for n_images in (50, 200):
        page.get_by_role("button", name=f"{n_images} images").click()
        for td, (number, *_) in zip(
            settings(page).get_by_role("gridcell").all(), cells(page), strict=True
        ):
            corner = pixels(td)[8, 8].astype(int)
            seen[float(number.removeprefix("hard labels: "))] = abs(corner - paper).sum()
    strengths = [strength for _, strength in sorted(seen.items())]
    assert strengths == sorted(strengths)
    assert strengths[-1] > strengths[0] + 60


# ---- The students of a cell ---------------------------------------------------------------------


def test_pairs_are_joined_and_groups_are_not(show):
    it = explorer()
    page = show(it)
    strips = ".kd-said + .kd-plot"
    hard, own = path(page, strips, "kd-dots kd-pale"), path(page, strips, "kd-dots")
    cohort = a_cohort()
    of_cell = [
        cohort.test_accuracy[
            (cohort.n_images == 50) & (cohort.alpha == alpha) & (cohort.temperature == 4)
        ]
        for alpha in (0, 1)
    ]
    assert [x for x, _ in hard + own] == [28] * 4 + [72] * 4
    for places, values in zip((hard, own), of_cell, strict=True):
        heights = [-y for _, y in places]  # the higher, the better
        assert np.corrcoef(heights, values)[0, 1] == pytest.approx(1, abs=1e-6)
    joined = path(page, strips, "") + path(page, strips, "kd-down")
    assert sorted(joined) == sorted(hard + own)
    assert path(page, strips, "kd-ends") == []
    page.get_by_label("pair students by seed").uncheck()
    assert path(page, strips, "") == path(page, strips, "kd-down") == []
    assert path(page, strips, "kd-dots") == own
    assert len(path(page, strips, "kd-ends")) == 4  # two means with their intervals


def test_both_intervals_are_shown_and_the_chosen_one_stands_out(show):
    it = explorer()
    page = show(it)
    cell = it._data["cells"][1]
    lines = page.locator(".kd-gains > p:not(.kd-note)")
    expected = [f"{way}: {text}" for way, text in zip(("paired", "unpaired"), cell["differences"],
                                                      strict=True)]  # fmt: skip
    for chosen in (0, 1):
        page.get_by_label("pair students by seed").set_checked(not chosen)
        assert lines.all_text_contents() == expected
        weights = lines.evaluate_all("all => all.map((p) => getComputedStyle(p).fontWeight)")
        assert weights[chosen] > weights[1 - chosen]
        assert page.locator(".kd-said").text_content() == cell["verdicts"][chosen]
        mean, low, _ = cell["gains"][chosen]
        assert path(page, ".kd-gains .kd-plot", "kd-dots")[0][0] == mean
        assert path(page, ".kd-gains .kd-plot", "")[0][0] == low
    zero = path(page, ".kd-gains .kd-plot", "kd-zero")
    assert zero[0][0] == it._data["maps"][0]["ticks"]["zero"]
    assert "times as wide" in page.locator(".kd-gains .kd-note").text_content()


def test_hard_labels_are_compared_with_nothing(show):
    page = show(explorer(alpha=0))
    assert page.locator(".kd-said").text_content() == (
        "The other settings are compared with hard labels."
    )
    assert not page.locator(".kd-gains").is_visible()
    assert [x for x, _ in path(page, ".kd-said + .kd-plot", "kd-dots")] == [50] * 4


@pytest.mark.parametrize(("curves", "title"), [(3, "Test accuracy in %"), (0, "Training loss")])
def test_the_curves(curves, title, show):
    it = explorer(a_cohort(curves=curves))
    page = show(it)
    figure = page.locator(".kd-columns > div:last-child > div:last-child")
    assert figure.locator(".kd-title").text_content().startswith(title)
    plot = ".kd-columns > div:last-child > div:last-child .kd-plot"
    points = max(curves, 1)
    assert len(path(page, plot, "kd-thin")) == 4 * points
    assert len(path(page, plot, "kd-main")) == points
    assert len(path(page, plot, "kd-dashed kd-pale")) == curves  # of losses there is none
    assert ("Dashed" in figure.text_content()) == bool(curves)
    assert str(100 * points) in figure.locator(".kd-left").all_text_contents()


def test_without_hard_labels_there_is_no_difference(show):
    page = show(explorer(a_cohort(alphas=(0.5, 1))))
    assert page.get_by_role("button", name="gain over hard labels").is_disabled()
    assert page.get_by_label("pair students by seed").is_disabled()
    assert "No student was trained on hard labels" in page.locator(".kd-said").text_content()
    assert not page.locator(".kd-gains").is_visible()
    axe(page)


# ---- What is taken for what ---------------------------------------------------------------------


def test_the_confusion_is_told_at_the_mouse_and_by_keyboard(show):
    it = explorer()
    page = show(it)
    table = page.get_by_role("grid", name="Confusion")
    told = page.locator(".kd-confusion > p").last
    shares = np.frombuffer(it._data["confusion"], "<u2").reshape(-1, 4, 4)[1] / 655.34
    assert told.text_content() == "Point at a number to read it."
    table.get_by_role("gridcell").nth(4 * 2 + 1).hover()
    assert told.text_content() == f"car taken for dog: {shares[2, 1]:.1f} %"
    tab_to(page, table.locator("[tabindex='0']"))
    page.keyboard.press("ArrowUp")
    assert told.text_content() == f"dog recognised: {shares[1, 1]:.1f} %"
    page.keyboard.press("ArrowLeft")
    assert told.text_content() == f"dog taken for cat: {shares[1, 0]:.1f} %"
    page.keyboard.press("Home")
    page.keyboard.press("ArrowLeft")
    assert told.text_content() == f"dog taken for cat: {shares[1, 0]:.1f} %"
    seen = table.get_by_role("gridcell").all_text_contents()
    for text, share in zip(seen, shares.ravel(), strict=True):
        assert text == ("" if share < 0.05 else f"{share:.{1 if share < 9.95 else 0}f}")
    settings(page).get_by_role("gridcell").first.click()
    assert told.text_content() == "Point at a number to read it."


def test_a_screen_reader_hears_both_verdicts(show):
    it = explorer(alpha=0.5, temperature=1)
    page = show(it)
    settings(page).get_by_role("gridcell", selected=True).press("ArrowRight")
    status = page.locator(".kd-hidden [role=status]", has_text="50 images, alpha = 0.5, T = 4")
    status.wait_for(state="attached")
    cell = it._data["cells"][3]
    number, half, _ = cell["entries"][0]
    said = f"50 images, alpha = 0.5, T = 4: accuracy {number} {half} %."
    assert status.text_content() == " ".join([said, *cell["verdicts"]])
    rows = page.locator(".kd-hidden table").get_by_role("row").all()
    recognised = np.frombuffer(it._data["recognised"], "<u2").reshape(-1, 4)[3] / 655.34
    assert [row.text_content() for row in rows[1:]] == [
        f"{name}{share:.1f} %" for name, share in zip(NAMES, recognised, strict=True)
    ]


def test_hostile_names_are_text_where_they_are_told(show):
    page = show(explorer(names=(HOSTILE, *NAMES[1:])))
    page.get_by_role("grid", name="Confusion").get_by_role("gridcell").nth(1).hover()
    assert (
        page.locator(".kd-confusion > p")
        .last.text_content()
        .startswith(f"{HOSTILE} taken for dog: ")
    )
    assert page.locator("img").count() == 0


# ---- The page -----------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [1000, 420, 320])
@pytest.mark.parametrize("options", [{}, {"show": "difference", "paired": False}])
def test_wide_and_narrow(width, options, show):
    page = show(explorer(**options), width=width, dark=width == 420)
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    boxes = [
        page.locator(part).bounding_box() for part in (".kd-map", ".kd-compared", ".kd-confusion")
    ]
    below = [box["y"] for box in boxes]
    if width < 500:  # one below the other, the confusion last
        assert below == sorted(below)
        assert len({box["x"] for box in boxes}) == 1
    else:
        assert boxes[0]["y"] == boxes[1]["y"]
        assert boxes[0]["x"] == boxes[2]["x"] < boxes[1]["x"]


def test_nothing_moves_as_another_setting_is_picked(show):
    page = show(explorer(show="difference"))
    places = "all => all.map((node) => node.getBoundingClientRect().y)"
    before = page.locator(".kd-cohort .kd-title").evaluate_all(places)
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "ArrowLeft"):
        settings(page).get_by_role("gridcell", selected=True).press(key)
        assert page.locator(".kd-cohort .kd-title").evaluate_all(places) == before
    page.get_by_label("pair students by seed").uncheck()
    assert page.locator(".kd-cohort .kd-title").evaluate_all(places) == before


def test_the_largest_cohort_answers_at_once(show):
    cohort = a_cohort(**LARGE_COHORT)
    page = show(explorer(cohort, names=None, n_images=100))
    assert settings(page).get_by_role("gridcell").count() == 51
    assert settings(page).get_by_role("rowheader").all_text_contents()[2] == "0.6"
    map_ = page.locator(".kd-map .kd-scroll")
    assert map_.evaluate("node => node.scrollWidth - node.clientWidth") == 0
    took = page.evaluate("""() => {
      const times = [];
      for (let i = 0; i < 9; i++) {
        const start = performance.now();
        const here = document.querySelector("[aria-selected=true]");
        here.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
        document.body.getBoundingClientRect();
        times.push(performance.now() - start);
      }
      return times.sort((a, b) => a - b)[4];
    }""")
    assert picked(page) == "100 images, alpha = 1, T = 10"
    assert took < 200  # 7 ms where nothing else runs


def test_a_real_cohort(show):
    data = kdlab.load_dataset("digits")
    cohort = kdlab.train_cohort(
        data,
        kdlab.pretrained_teacher("digits").train_logits,
        temperatures=[1, 4],
        alphas=[0, 1],
        n_images=[50],
        seeds=range(4),
        steps=400,
        curves=True,
    )
    page = show(CohortExplorer(cohort, data.class_names, alpha=1, temperature=4, show="difference"))
    difference = cohort.difference({"alpha": 1, "temperature": 4}, {"alpha": 0, "temperature": 4})
    assert cells(page)[1] == [
        f"+{100 * difference.mean:.1f}",
        f"± {50 * (difference.high - difference.low):.1f}",
        "gain",
    ]
    said = kdlab.verdict(difference, "distilled", "hard labels")
    shown = page.locator(".kd-said").text_content().replace("\xa0", " ")
    assert shown == f"{said[0].upper()}{said[1:]}."
    picture = pixels(widget(page))
    assert len(np.unique(picture @ [1, 256, 65536])) > 100
