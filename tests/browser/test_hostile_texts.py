"""Texts that come with the data, in HTML that no sanitizer has seen: shown, never run."""

from __future__ import annotations

import io
from contextlib import redirect_stdout

import numpy as np
import pages
import pytest
from matplotlib.figure import Figure

import kdlab
from kdlab import figures
from kdlab.audit import Law, Mistake
from tests.tools.widget_examples import EXAMPLES, HOSTILE, pad

NAMES = (
    HOSTILE,
    "</script><script>alert(2)</script>",
    '" onload="alert(3)',
    "</table><svg/onload=alert(4)>",
)


@pytest.fixture
def opened(page):
    """Open HTML as it is; whatever it would run shows as a dialog, a request or an element."""

    def opened(html: str):
        pages.watch(page)
        page.set_content(f"<!DOCTYPE html><body>{html}</body>")
        page.wait_for_timeout(50)  # an image that is not there fails in a moment
        assert page.locator("script, svg, img[src=x], [onerror], [onload]").count() == 0
        pages.assert_quiet(page)
        return page

    return opened


def test_the_check_itself_would_hear_it(page):
    pages.watch(page)
    page.set_content(f"<body>{HOSTILE}</body>")
    page.wait_for_timeout(50)
    assert page.dialogs == ["1"]
    page.errors.clear()


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_still_picture_of_a_widget(name, opened):
    widget = EXAMPLES[name].make(NAMES)
    if isinstance(widget, kdlab.DigitPad):
        widget.pixels = np.eye(8)  # an empty one has nothing to say
    page = opened(widget._repr_mimebundle_()[0]["text/html"])
    if not isinstance(widget, kdlab.CohortExplorer):  # whose still picture names no class
        assert any(text in page.locator("body").inner_text() for text in NAMES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_title_of_a_page(name, show, tmp_path):
    path = EXAMPLES[name].make().to_html(tmp_path / "page.html", title=f"</title>{HOSTILE}")
    page = show(EXAMPLES[name].make())  # which is watched
    page.goto(path.as_uri())
    assert page.title() == f"</title>{HOSTILE}"
    assert page.locator("img[src=x]").count() == 0


def test_the_alt_text_of_a_figure(opened, monkeypatch):
    shown = []
    monkeypatch.setattr(figures, "in_kernel", lambda: True)
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    kdlab.show(Figure(figsize=(1, 1)), f"\">{HOSTILE}' onload='alert(5)")
    page = opened(shown[0]["text/html"])
    assert page.get_by_role("img").get_attribute("alt") == f"\">{HOSTILE}' onload='alert(5)"


def test_an_audit(opened):
    law = Law(HOSTILE, False, HOSTILE)
    audit = kdlab.Audit(4.0, (law,), (Mistake(HOSTILE, HOSTILE, HOSTILE),))
    assert HOSTILE in opened(audit._repr_html_()).locator("body").inner_text()


def test_what_a_teacher_says_when_it_fails(show):
    def teacher(_):
        raise RuntimeError(HOSTILE)

    page = show(pad(teacher=teacher, pixels=np.eye(8)))
    assert HOSTILE in page.locator("body").inner_text()
    assert page.locator("img[src=x]").count() == 0


def test_names_in_a_figure_are_drawn_as_they_are():
    names = ["$x^$", r"\frac", HOSTILE]
    figure = kdlab.plot_soft_targets([2.0, 1.0, 0.0], [1], names)
    with redirect_stdout(io.StringIO()):
        kdlab.show(figure, "Three bars.")
    labels = figure.axes[0].get_xticklabels()
    assert [label._preprocess_math(label.get_text()) for label in labels] == [
        (name, False) for name in names
    ]
