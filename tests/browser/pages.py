"""Widgets on pages of their own, in a real browser, offline.

    def test_the_slider_moves(show):
        page = show(explorer(), dark=True)
        page.get_by_role("slider").press("ArrowRight")
        axe(page)

The fixture `show` writes one page with the widgets given to it, opens it from `file://` and
returns Playwright's page. When the test ends, each page must have kept quiet: no error in its
console, no request to anywhere, no dialog.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kdlab.widgets import _page

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture
def show(new_page, tmp_path):
    """`show(*widgets, dark=False, width=1000, ...)`; further options are Playwright's context's.

    What a widget has folded away is open, unless it is asked for as a learner finds it (`folded`).
    """
    pages = []

    def show(*widgets, dark=False, width=1000, height=900, folded=False, **options):
        path = _page.write(_page.page(widgets), tmp_path / f"widgets_{len(pages)}.html")
        theme = {"color_scheme": "dark" if dark else "light"}
        page = new_page(viewport={"width": width, "height": height}, **theme, **options)
        watch(page)
        page.goto(path.as_uri())
        if not folded:
            page.locator("details.kd-fold").evaluate_all(
                "all => all.forEach((d) => (d.open = true))"
            )
        pages.append(page)
        return page

    yield show
    for page in pages:
        assert_quiet(page)


def watch(page) -> None:
    """Take the network away; remember what the page asks of it, and which dialogs it opens."""
    page.context.set_offline(True)
    page.requests, page.dialogs = [], []
    page.on("request", lambda request: page.requests.append(request.url))
    page.on("dialog", lambda dialog: (page.dialogs.append(dialog.message), dialog.dismiss()))


def assert_quiet(page) -> None:
    """No error, no dialog, and no request but for files and what is in them."""
    inside = ("file:", "data:", "blob:")
    requests = [url for url in page.requests if not url.startswith(inside)]
    assert not (page.errors or page.dialogs or requests), (page.errors, page.dialogs, requests)


def widget(page, number: int = 0):
    """The widget with this place among those given to `show`, as a locator."""
    return page.locator(f"#widget-{number}")


def axe(page) -> None:
    """What axe-core finds wrong with the accessibility of a page: nothing."""
    if not AXE.is_file():
        pytest.fail(
            "axe-core is not installed: run `make test`, or the line with npm in the README.",
            pytrace=False,
        )
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    # Of what passes, one element each: to name them all takes longer than to check them.
    found = page.evaluate("axe.run({ resultTypes: ['violations'] })")
    assert found["passes"], "axe-core checked nothing"
    wrong = [
        f"{rule['id']}: {rule['help']} ({len(rule['nodes'])} times)\n"
        f"  {rule['nodes'][0]['html'][:200]}\n  {rule['nodes'][0]['failureSummary']}"
        for rule in found["violations"]
    ]
    assert not wrong, "\n".join(wrong)


def pixels(locator) -> np.ndarray:
    """A screenshot of a page or a locator, `(height, width, 3)`."""
    return np.asarray(Image.open(io.BytesIO(locator.screenshot())).convert("RGB"))


def settled(locator) -> np.ndarray:
    """`pixels`, once two screenshots in a row are the same: a busy machine may paint later."""
    last, now = None, pixels(locator)
    while not np.array_equal(last, now):
        last, now = now, pixels(locator)
    return now


def tab_to(page, locator) -> None:
    """Press Tab until the locator has the focus."""
    for _ in range(60):
        if locator.evaluate("node => node === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab does not reach {locator}")


def bars(widget) -> dict[str, str]:
    """The first chart of a widget: what stands beside the bar of each class."""
    rows = widget.locator(".kd-bars").first.locator(".kd-row")
    return dict(rows.evaluate_all(
        "rows => rows.map((row) => "
        "['.kd-name', '.kd-value'].map((part) => row.querySelector(part).textContent))"
    ))  # fmt: skip
