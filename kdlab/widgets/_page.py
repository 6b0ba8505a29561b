"""Widgets on a page of their own: one HTML file that needs no kernel and no network.

The file holds each widget's module and styles, its traits as JSON, and `own_page.js`, which stands
in for the notebook. Its content security policy refuses every request, so that a page which works
here works everywhere.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

import anywidget

from kdlab import _checks
from kdlab.storage import write_atomically
from kdlab.widgets import _assets

# Refuses all but what is in the file. The empty icon keeps a browser from asking for one.
_HEAD = """<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data: blob:; \
style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">"""

# What a page has no use for: the text of the module, and what belongs to the notebook.
_NOT_STATE = {"_esm", "_css", "_anywidget_id", "_keeping", *anywidget.AnyWidget.class_trait_names()}


def page(
    widgets: Sequence, title: str | None = None, introductions: Sequence[tuple[str, str]] = ()
) -> str:
    """One HTML page with any number of widgets, each of which starts from its present state.

    Without a title it is called what the first widget is. With introductions, one for each widget,
    a heading and a sentence stand above it.
    """
    if title is None:
        title = _kind(widgets[0])
    title = escape(_checks.text(title, "title"))
    styles = "".join(
        dict.fromkeys([_assets.plain_style("own_page"), *(widget._css for widget in widgets)])
    )
    sections = [_section(number, widget) for number, widget in enumerate(widgets)]
    if introductions:
        sections = [
            f"<h2>{escape(heading)}</h2>\n<p>{escape(text)}</p>\n{section}"
            for (heading, text), section in zip(introductions, sections, strict=True)
        ]
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
{_HEAD}
<title>{title}</title>
<style>
{styles}</style>
</head>
<body>
<main>
<h1>{title}</h1>
{"".join(sections)}</main>
</body>
</html>
"""


def write(text: str, path) -> Path:
    """Write a page, whole or not at all; an older file is replaced."""
    path = _checks.path(path)
    if path.is_dir():
        raise ValueError(f"path must name a file to write, got the folder {str(path)!r}")
    write_atomically(path, lambda file: file.write(text.encode()))
    return path


def _section(number: int, widget) -> str:
    # A module of its own per widget: the names in it stay to themselves.
    return f"""<div class="widget {" ".join(widget._dom_classes)}" id="widget-{number}"></div>
<noscript><p>Without JavaScript, a still picture:</p>{widget._fallback_html()}</noscript>
<script type="application/json" id="state-{number}">{_state(widget)}</script>
<script type="module">
{widget._esm}
{_assets.module("own_page")}
openWidget(render, {number});
</script>
"""


def _kind(widget) -> str:
    """The widget's class in words: a `DigitPad` is a digit pad."""
    return re.sub(r"\B(?=[A-Z])", " ", type(widget).__name__).capitalize()


def _state(widget) -> str:
    """The synced traits as JSON, in which nothing can end the script that holds it."""
    state = widget.get_state(set(widget.keys) - _NOT_STATE)
    state = dict(sorted(state.items()))  # the same page each time
    return json.dumps(state, default=_bytes, allow_nan=False).replace("<", r"\u003c")


def _bytes(value) -> dict:
    """Bytes, which JSON cannot write, as text; `readBytes` in `own_page.js` reads them."""
    if not isinstance(value, bytes):
        raise TypeError(f"a trait holds {type(value).__name__}, which JSON cannot write")
    return {"data:base64": base64.b64encode(value).decode("ascii")}
