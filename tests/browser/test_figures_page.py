"""A figure in a light and in a dark notebook: its colours, as the browser paints them."""

from __future__ import annotations

import re

import matplotlib.colors
import numpy as np
import pytest
from pages import pixels

from kdlab import figures, plots, show

# What a page of each front end has where it is dark, and what that paper is.
DARK = {
    "JupyterLab": ("<body data-jp-theme-light=false>", "#111111"),
    "VS Code": ("<body class=vscode-dark>", "#1f1f1f"),
    "Colab": ("<html theme=dark>", "#383838"),
}
SERIES = [plots.BLUE, plots.VERMILLION, plots.GREEN, plots.PURPLE, plots.ORANGE, plots.SKY]


@pytest.fixture
def html(monkeypatch):
    """`html(fig)` is what a notebook is sent for a figure."""
    import IPython.display

    sent = []
    monkeypatch.setattr(figures, "in_kernel", lambda: True)
    monkeypatch.setattr(IPython.display, "display", lambda data, raw: sent.append(data))

    def html(fig):
        show(fig, "A figure.")
        return sent[-1]["text/html"]

    return html


def luminance(colour) -> float:
    c = np.asarray(colour) / 255
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one, other) -> float:
    """By WCAG, of two colours as (red, green, blue) from 0 to 255."""
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def rgb(name: str) -> np.ndarray:
    return 255 * np.array(matplotlib.colors.to_rgb(name))


def painted(page, html: str, start: str, colours) -> list[np.ndarray]:
    """What `colours` become on a page that begins with `start`: of a patch of each, its middle."""
    page.set_content(f"{start}{html}")
    strip = "".join(f"<rect x='{20 * i}' width='20' height='20' fill='{c}'/>"
                    for i, c in enumerate(colours))  # fmt: skip
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' width='{20 * len(colours)}' height='20'>{strip}"
    page.evaluate(
        "src => { document.querySelector('img').src = `data:image/svg+xml,${src}`; }",
        re.sub("#", "%23", svg + "</svg>"),
    )
    page.wait_for_function(f"document.querySelector('img').naturalWidth == {20 * len(colours)}")
    seen = pixels(page.locator("img"))
    return [seen[10, 20 * i + 10].astype(float) for i in range(len(colours))]


@pytest.mark.parametrize("front_end", [None, *DARK])
def test_a_figure_is_read_on_light_and_dark_paper(page, html, front_end):
    start, paper = DARK.get(front_end, ("<body data-jp-theme-light=true>", "#ffffff"))
    named = ["#ffffff", "#000000", plots._INK, plots._FULL, *SERIES]
    white, black, ink, full, *series = painted(
        page, html(plots.plot_lines([1, 2], {"a": [1, 2]})), start, named
    )
    assert (luminance(white) > 0.9) == (front_end is None)
    for ground in (white, rgb(paper)):
        assert contrast(ink, ground) >= 4.5, "axes and legends"
    assert contrast(black, white) >= 4.5 and contrast(black, full) >= 4.5, "a matrix's numbers"
    assert [
        round(contrast(colour, white), 1) for colour in series if contrast(colour, white) < 3
    ] == []
    # A colour is still what it is called: no blue turns orange.
    for name, colour in zip(SERIES, series, strict=True):
        hues = [matplotlib.colors.rgb_to_hsv(c / 255)[0] for c in (rgb(name), colour)]
        apart = abs(hues[0] - hues[1])
        assert min(apart, 1 - apart) < 0.06, name


def test_a_figure_in_jupyterlabs_dark_has_no_edge(page, html):
    start, paper = DARK["JupyterLab"]
    [white] = painted(page, html(plots.plot_lines([1, 2], {"a": [1, 2]})), start, ["#ffffff"])
    assert white.tolist() == rgb(paper).tolist()


def test_a_figure_is_printed_on_white(page, html):
    page.emulate_media(media="print")
    fig = plots.plot_lines([1, 2], {"a": [1, 2]})
    [white] = painted(page, html(fig), DARK["JupyterLab"][0], ["#ffffff"])
    assert white.tolist() == [255, 255, 255]


def test_photographs_keep_their_colours_in_the_dark(page, html):
    photographs = plots.plot_images(np.full((1, 8, 8, 3), [0.8, 0.2, 0.0]))
    page.set_content(f"{DARK['JupyterLab'][0]}{html(photographs)}")
    seen = pixels(page.locator("img")).reshape(-1, 3).tolist()
    assert [204, 51, 0] in seen and [255, 255, 255] in seen
