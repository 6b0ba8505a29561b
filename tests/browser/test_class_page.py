"""The page of a class and a learner's report, in a real browser."""

import pages
import pytest
from pages import axe, tab_to

from kdlab.class_view import page as class_page
from kdlab.class_view import reading
from kdlab.lessons import paper, report_page
from tests.tools.class_reports import report, write


@pytest.fixture
def open_page(new_page, tmp_path):
    """`open_page(html, dark=False, width=1280)`: that page, offline; its console stays empty."""
    opened = []

    def open_page(html, dark=False, width=1280, **options):
        path = write(tmp_path / f"page_{len(opened)}.html", html)
        theme = {"color_scheme": "dark" if dark else "light"}
        page = new_page(viewport={"width": width, "height": 900}, **theme, **options)
        pages.watch(page)
        page.goto(path.as_uri())
        opened.append(page)
        return page

    yield open_page
    for page in opened:
        pages.assert_quiet(page)


@pytest.fixture
def class_html(tmp_path):
    """The page of thirty learners in two lessons, with some files that are left out."""
    for lesson in ("02_soft_targets", "my_own"):
        for number in range(30):
            write(tmp_path / "in" / lesson / f"{number}.json", report(number, lesson=lesson))
    write(tmp_path / "in" / "broken.json", "{")
    return class_page.page(reading.find(tmp_path / "in"), 3)


def report_html():
    return report_page.page(report(3, name="Zoë"))


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("of", ["class", "learner"])
def test_it_is_accessible(of, dark, width, open_page, class_html):
    page = open_page(class_html if of == "class" else report_html(), dark, width)
    axe(page)
    page.evaluate("document.querySelectorAll('details').forEach((it) => (it.open = true))")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width  # nothing sticks out


def test_it_is_light_or_dark_as_the_reader_s_system_is(open_page, class_html):
    page = open_page(class_html)
    colours = set()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        colours.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert colours == {"rgb(255, 255, 255)", "rgb(17, 17, 17)"}
    page.emulate_media(media="print")  # on paper it is light
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_a_table_is_opened_with_the_keyboard(open_page, class_html):
    page = open_page(class_html)
    summary = page.locator("summary").first
    tab_to(page, summary)
    table = page.locator("details table").first
    assert not table.is_visible()
    page.keyboard.press("Enter")
    assert table.is_visible() and "the last thing that they did" in table.inner_text()


def test_a_lesson_is_reached_by_its_link(open_page, class_html):
    page = open_page(class_html)
    link = page.get_by_role("navigation").get_by_role("link").nth(1)
    tab_to(page, link)
    page.keyboard.press("Enter")
    assert page.url.endswith("#lesson-1")
    assert page.locator("#lesson-1").bounding_box()["y"] < 900


def test_every_bar_is_as_long_as_it_says(open_page, class_html):
    """A bar that told more than the words would tell what they hide."""
    page = open_page(class_html)
    rows = page.evaluate(
        """() => [...document.querySelectorAll(".kd-track")].map((track) => [
          (track.querySelector("i")?.offsetWidth ?? 0) / track.offsetWidth,
          track.nextElementSibling.textContent,
        ])"""
    )
    checked = 0
    for length, said in rows:
        if said.isdigit():
            assert length == pytest.approx(int(said) / 30, abs=0.02)
            checked += 1
        elif said == "hidden" or said.startswith("fewer"):
            assert length == 0
    assert checked > 10


def test_it_needs_no_script(open_page, class_html):
    page = open_page(class_html, java_script_enabled=False)
    assert page.get_by_role("heading", name="The class, in its own answers").is_visible()


def test_a_report_in_a_notebook_follows_its_theme(open_page):
    """JupyterLab's own colours; the report's style touches nothing else on the page."""
    html = report_page.shown(report(3))
    ours = "<style>:root { --jp-content-font-color1: rgb(1, 2, 3); }</style>"
    body = f'<body data-jp-theme-light="false">{ours}<p id="other">x</p>{html}'
    page = open_page(paper.page("x", "").replace("<body>", body))
    colour = "getComputedStyle(document.querySelector('{}')).color"
    assert page.evaluate(colour.format("body > .kd-paper h3")) == "rgb(1, 2, 3)"
    blue = "getComputedStyle(document.querySelector('body > .kd-paper')).getPropertyValue('--blue')"
    assert page.evaluate(blue) == "#56b4e9"
    assert page.evaluate(colour.format("#other")) == "rgb(0, 0, 0)"
