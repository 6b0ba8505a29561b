"""Every widget on a page of its own, as `to_html` writes it, in a real browser."""

import itertools
import re
from html import unescape

import numpy as np
import pages
import pytest
from pages import axe, bars, pixels, settled, tab_to, widget

import kdlab
from kdlab.widgets import _assets
from tests.tools.widget_examples import EXAMPLES, HOSTILE, NAMES, explorer, monitor

every_widget = pytest.mark.parametrize("name", EXAMPLES)
used_widgets = pytest.mark.parametrize("name", [name for name, it in EXAMPLES.items() if it.use])


# ---- All widgets --------------------------------------------------------------------------------


@every_widget
@pytest.mark.parametrize(
    ("names", "dark"),
    [(NAMES, False), (NAMES, True), ([f"class {k}" for k in range(20)], False)],
    ids=["light", "dark", "many-classes"],
)
def test_it_is_accessible(name, names, dark, show):
    page = show(EXAMPLES[name].make(names), dark=dark)
    axe(page)
    page.set_viewport_size({"width": 320, "height": 900})
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 320  # nothing sticks out


@every_widget
def test_it_is_light_or_dark_and_never_blank(name, show):
    page = show(EXAMPLES[name].make())
    pictures = {}
    for scheme in ("light", "dark", "light"):  # the page follows while it is open
        page.emulate_media(color_scheme=scheme)
        pictures.setdefault(scheme, []).append(pixels(widget(page)))
    light, dark = (np.median(pictures[scheme][0]) for scheme in ("light", "dark"))
    assert light > 240
    assert dark < 40
    for picture in (pictures["light"][1], pictures["dark"][0]):
        paper = np.median(picture, axis=(0, 1))
        assert (abs(picture - paper).max(axis=-1) > 40).mean() > 0.005
        assert len(np.unique(picture @ [1, 256, 65536])) > 20


@used_widgets
def test_the_styles_of_another_version_do_not_reach_it(name, show, monkeypatch):
    """A notebook that was saved by an older kdlab shows its widgets, until they are run again."""
    alone = settled(widget(show(EXAMPLES[name].make())))
    old = EXAMPLES[name].make()
    everything = ".kdlab * { display: none !important; }"
    monkeypatch.setattr(_assets, "plain_style", lambda name: everything)
    old._css = _assets.style("any")
    old._dom_classes = (_assets.scope(old._css),)
    monkeypatch.undo()
    page = show(EXAMPLES[name].make(), old)
    # All but the edges of some letters: what is sticky is painted by itself where a page scrolls.
    assert (settled(widget(page, 0)) == alone).mean() > 0.999
    assert not widget(page, 1).locator("*").first.is_visible()


@used_widgets
def test_two_on_a_page_are_independent(name, show):
    page = show(EXAMPLES[name].make(), EXAMPLES[name].make())
    before = [settled(widget(page, i)) for i in range(2)]
    EXAMPLES[name].use(widget(page, 0))
    page.mouse.click(0, 0)  # takes the focus, and its ring, away
    after = [settled(widget(page, i)) for i in range(2)]
    assert (after[0] != before[0]).any()
    assert (after[1] == before[1]).all()


@every_widget
def test_only_what_is_watched_has_nothing_to_use(name, show):
    controls = widget(show(EXAMPLES[name].make())).locator(":enabled:visible")
    assert bool(EXAMPLES[name].use) == bool(controls.count())


@every_widget
def test_hostile_names_are_text(name, show):
    names = (HOSTILE, "</script><script>alert(2)</script>", "<!-- <script>", '"></noscript>&amp;')
    page = show(EXAMPLES[name].make(names))
    assert HOSTILE in widget(page).text_content()
    assert page.locator("img[src=x]").count() == 0


@every_widget
def test_a_hundred_classes_and_ten_thousand_examples(name, show):
    page = show(EXAMPLES[name].make([f"class {k}" for k in range(100)], 10_000))
    assert "class 0" in widget(page).text_content()
    if EXAMPLES[name].use:
        before = pixels(widget(page))
        EXAMPLES[name].use(widget(page))
        assert pixels(widget(page)).shape == before.shape  # nothing jumps


@every_widget
def test_nothing_moves_for_those_who_asked_for_it(name, show):
    page = show(EXAMPLES[name].make(), reduced_motion="reduce")
    if EXAMPLES[name].use:
        EXAMPLES[name].use(widget(page))
    assert page.evaluate("document.getAnimations().length") == 0
    moving = """[...document.querySelectorAll("*")].map((node) => getComputedStyle(node))
      .filter((style) => style.transitionDuration !== "0s" || style.animationName !== "none")"""
    assert page.evaluate(f"{moving}.length") == 0


@every_widget
def test_without_javascript_there_is_a_still_picture(name, show):
    it = EXAMPLES[name].make()
    page = show(it, java_script_enabled=False)
    for answer in page.locator("noscript summary").all():
        answer.click()
    shown = page.locator("noscript").inner_text()
    expected = unescape(re.sub("<[^>]*>", "", it._fallback_html()))
    assert "".join(expected.split()) in "".join(shown.split())


# ---- TemperatureExplorer ------------------------------------------------------------------------


@pytest.fixture
def digits():
    data = kdlab.load_dataset("digits")
    return {
        "logits": kdlab.pretrained_teacher("digits").test_logits,
        "images": data.x_test,
        "labels": data.y_test,
        "class_names": data.class_names,
    }


def says(page, digits, index, temperature):
    """Whether the page shows what NumPy says of this example at this temperature."""
    expected = kdlab.softmax(digits["logits"][index], temperature)
    shown = np.array([number(value) for value in bars(widget(page)).values()])
    # Three decimals, or one digit and a power of ten.
    return (abs(shown - expected) <= np.where(expected < 0.0005, expected / 2, 0.000501)).all()


def number(text):
    """3×10⁻⁷ as 3e-7."""
    digit, power, exponent = text.partition("10⁻")
    if not power:
        return float(text)
    return float(digit.rstrip("×") or 1) * 10.0 ** -int(exponent.translate(SUPERSCRIPTS))


SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def temperature(page):
    slider = page.get_by_role("slider", name="Temperature")
    text = slider.get_attribute("aria-valuetext")
    assert page.locator("output").inner_text() == text
    return float(text.removeprefix("T = "))


@pytest.mark.parametrize(("index", "t"), [(0, 1), (9, 4), (539, 0.25), (123, 100), (431, 2.6)])
def test_the_values_are_those_of_python(index, t, digits, show):
    page = show(kdlab.TemperatureExplorer(**digits, index=index, temperature=t))
    assert says(page, digits, index, t)
    assert temperature(page) == t
    label = digits["class_names"][digits["labels"][index]]
    chosen = page.get_by_role("radio", checked=True)
    assert chosen.get_attribute("aria-label") == f"Example {index}, labelled {label}"


def test_the_slider_by_keyboard(digits, show):
    page = show(kdlab.TemperatureExplorer(**digits, temperature=4))
    tab_to(page, page.get_by_role("slider", name="Temperature"))
    seen = []
    for key in ("ArrowRight", "ArrowUp", "ArrowLeft", "PageUp", "Home", "End"):
        page.keyboard.press(key)
        seen.append(temperature(page))
        assert says(page, digits, 0, seen[-1])
    assert 4 < seen[0] < seen[1] < seen[3]
    assert seen[2] == seen[0]
    assert seen[4:] == [0.25, 100]


def test_the_slider_by_mouse(digits, show):
    page = show(kdlab.TemperatureExplorer(**digits, temperature=1))
    box = page.get_by_role("slider", name="Temperature").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 4, middle)
    page.mouse.down()
    seen = []
    for share in (0.4, 0.6, 0.8, 1):
        page.mouse.move(box["x"] + share * box["width"], middle)
        seen.append(temperature(page))  # at once, with the button still down
        assert says(page, digits, 0, seen[-1])
    page.mouse.up()
    assert seen == sorted(set(seen))
    assert temperature(page) == 100


def test_the_presets_and_the_log_switch(digits, show):
    page = show(kdlab.TemperatureExplorer(**digits))
    for t in (20, 2, 1):
        page.get_by_role("button", name=f"Temperature {t}", exact=True).click()
        assert temperature(page) == t
        assert says(page, digits, 0, t)
    axis = page.locator(".kd-axis").first
    assert axis.inner_text().split() == ["0", "0.25", "0.5", "0.75", "1"]
    page.get_by_label("log scale").click()
    assert axis.inner_text().split() == ["10⁻⁹", "10⁻⁶", "10⁻³", "1"]


def test_the_picker_by_keyboard_and_mouse(digits, show):
    page = show(kdlab.TemperatureExplorer(**digits))
    tab_to(page, page.get_by_role("radio", checked=True))
    for key, index in (
        ("ArrowRight", 1),
        ("ArrowDown", 13),
        ("ArrowLeft", 12),
        ("ArrowUp", 0),
        ("ArrowUp", 0),
        ("PageDown", 24),
        ("End", 539),
        ("Home", 0),
    ):
        page.keyboard.press(key)
        chosen = page.get_by_role("radio", checked=True)
        assert chosen.get_attribute("aria-label").startswith(f"Example {index},")
        assert chosen.evaluate("node => node === document.activeElement")
        assert says(page, digits, index, 1)
    page.get_by_role("radio").nth(7).click()
    assert says(page, digits, 7, 1)


@pytest.mark.parametrize(("motion", "moves"), [("no-preference", True), ("reduce", False)])
def test_bars_glide_to_another_example_unless_asked_not_to(motion, moves, digits, show):
    page = show(kdlab.TemperatureExplorer(**digits, temperature=4), reduced_motion=motion)
    moving = """() => {
      document.querySelectorAll("[role=radio]")[5].click();
      return document.getAnimations().length;
    }"""
    assert bool(page.evaluate(moving)) == moves


# ---- TrainingMonitor ----------------------------------------------------------------------------


def test_the_curves_are_those_of_python(show):
    page = show(monitor(n=20))
    bar = page.get_by_role("progressbar")
    assert bar.get_attribute("aria-valuenow") == "50"
    assert bar.get_attribute("aria-valuetext").startswith("20 of 40 steps · 50 %")
    loss, accuracy = page.get_by_role("figure").all()
    assert loss.locator("figcaption").inner_text().split() == (
        ["loss", "training", "0.05", "validation", "0.06"]
    )
    points = loss.locator("path.kd-training").nth(1).get_attribute("d")
    ends = [tuple(map(float, point)) for point in re.findall(r"[ML]([\d.]+) ([\d.]+)", points)]
    assert len(ends) == 20
    assert ends[0] == pytest.approx((2.5, 100 - 100 / 1.2), abs=0.01)
    assert ends[-1] == pytest.approx((50, 100 - 5 / 1.2), abs=0.01)
    assert "0.975" in accuracy.inner_text()


def test_the_runs_of_a_monitor_stand_in_one_chart(show):
    both = kdlab.TrainingMonitor("Alone and taught", clock=itertools.count().__next__)
    for name, ys in {"alone": [0.5, 0.6, 0.7, 0.7], "taught": [0.6, 0.8]}.items():
        run = both.run(name)
        run.start(4)
        for i, y in enumerate(ys):
            run.update(i + 1, loss=1 - y, accuracy=0.9, val_loss=1.5 - y, val_accuracy=y)
    page = show(both)
    charts = page.get_by_role("figure").all()
    assert [chart.locator("figcaption").inner_text().split() for chart in charts] == [
        ["loss", "on", "unseen", "images", "alone", "0.8", "taught", "0.7"],
        ["accuracy", "on", "unseen", "images", "alone", "0.7", "taught", "0.8"],
    ]
    assert widget(page).locator(".kd-state").inner_text().startswith("taught · 2 of 4 epochs")
    lines = charts[1].locator(".kd-plot path:not(.kd-rule)")
    ends = lines.evaluate_all("paths => paths.map((p) => p.getAttribute('d').split('L').at(-1))")
    assert ends == ["100.00 30.00", "50.00 20.00"]
    strokes = lines.evaluate_all(
        "paths => paths.map((p) => getComputedStyle(p)).map((s) => [s.stroke, s.strokeDasharray])"
    )
    assert strokes[0][0] != strokes[1][0] and strokes[0][1] != strokes[1][1]


# ---- Pages --------------------------------------------------------------------------------------


def test_frames_of_two_files(new_page, tmp_path):
    for i in range(2):
        explorer(temperature=2 + i).to_html(tmp_path / f"{i}.html")
    frames = "".join(f'<iframe src="{i}.html" width="900" height="700"></iframe>' for i in range(2))
    (tmp_path / "both.html").write_text(frames)
    page = new_page()
    pages.watch(page)
    page.goto((tmp_path / "both.html").as_uri())
    sliders = [page.frame_locator("iframe").nth(i).get_by_role("slider") for i in range(2)]
    sliders[0].press("End")
    assert [s.get_attribute("aria-valuetext") for s in sliders] == ["T = 100", "T = 3"]
    pages.assert_quiet(page)


def test_a_long_page(show):
    page = show(*(explorer(temperature=t) for t in range(1, 9)))
    last = widget(page, 7).get_by_role("slider")
    last.press("Home")
    texts = [slider.get_attribute("aria-valuetext") for slider in page.get_by_role("slider").all()]
    assert texts == [*(f"T = {t}" for t in range(1, 8)), "T = 0.25"]


def test_the_page_refuses_a_request_and_the_tests_notice(show):
    page = show(monitor())
    with page.expect_console_message(lambda m: "Content Security Policy" in m.text):
        page.evaluate("new Image().src = 'https://example.org/pixel.png'")
    with pytest.raises(AssertionError, match="Content Security Policy"):
        pages.assert_quiet(page)
    page.errors.clear()
    page.requests.clear()


def test_axe_finds_what_is_wrong(show):
    page = show(monitor())
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    with pytest.raises(AssertionError, match="button-name"):
        axe(page)


def test_without_axe_one_line_says_what_to_do(show, monkeypatch, tmp_path):
    monkeypatch.setattr(pages, "AXE", tmp_path / "axe.min.js")
    with pytest.raises(pytest.fail.Exception, match="axe-core is not installed: run"):
        axe(show(monitor()))
