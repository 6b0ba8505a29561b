"""A page that people read: one HTML file without a script, light or dark, that prints well.

What is on it may come from anyone, so every text passes through `text`, and the content security
policy refuses all but the styles that are in the file.
"""

from __future__ import annotations

import base64
from html import escape

# Letters of one text. A question has a few hundred at most.
MOST = 600

# As in the widgets: JupyterLab's colours with fallbacks, Okabe and Ito's palette. What is drawn in
# orange has a shape of its own as well, a diamond or dashes.
STYLE = """
.kd-paper {
  --ink: var(--jp-content-font-color1, #1f2328);
  --soft: var(--jp-content-font-color2, #59636e);
  --line: var(--jp-border-color2, #d8dee4);
  --tint: var(--jp-layout-color2, #f0f2f4);
  --paper: var(--jp-layout-color1, #fff);
  --blue: #0072b2;
  --orange: #d55e00;
  color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif;
  font-variant-numeric: tabular-nums;
  overflow-wrap: anywhere;
}
[data-jp-theme-light="false"] .kd-paper { --blue: #56b4e9; --orange: #e69f00; }
.kd-paper :is(h1, h2, h3, h4, h5) { font-weight: 600; }
.kd-paper h1 { margin: 0 0 8px; font-size: 24px; line-height: 1.3; }
.kd-paper h2 {
  margin: 36px 0 6px; padding-top: 10px; border-top: 1px solid var(--line); font-size: 20px;
}
.kd-paper h3 { margin: 26px 0 4px; font-size: 17px; }
.kd-paper h4 { margin: 18px 0 4px; font-size: 15px; }
.kd-paper h5 { margin: 14px 0 4px; font-size: inherit; }
.kd-paper p { margin: 4px 0; max-width: 44em; font-size: inherit; }
.kd-paper ul { margin: 4px 0; padding-left: 1.3em; }
.kd-paper .kd-soft { color: var(--soft); }
.kd-paper a { color: var(--blue); }
.kd-paper :focus-visible { outline: 2px solid var(--blue); outline-offset: 2px; }
.kd-paper figure { margin: 6px 0 10px; max-width: 600px; break-inside: avoid; }
.kd-paper figcaption { color: var(--soft); font-size: 13px; }
.kd-paper svg { display: block; width: 100%; height: auto; }
.kd-paper svg text { fill: var(--soft); font: 11px system-ui, sans-serif; }
.kd-paper .kd-axis { stroke: var(--line); stroke-width: 1; fill: none; }
.kd-paper .kd-guess { fill: var(--blue); stroke: var(--paper); }
.kd-paper .kd-band { fill: var(--blue); opacity: 0.25; }
.kd-paper .kd-curve { fill: none; stroke: var(--blue); stroke-width: 2; }
.kd-paper .kd-truth { fill: var(--orange); stroke: var(--paper); }
.kd-paper .kd-came { fill: none; stroke: var(--orange); stroke-width: 2; stroke-dasharray: 5 3; }
.kd-paper .kd-range { stroke: var(--orange); stroke-width: 3; fill: none; }
.kd-paper .kd-rows {
  display: grid; grid-template-columns: fit-content(40%) 1fr minmax(3em, auto); gap: 4px 10px;
  align-items: center;
}
.kd-paper .kd-wide { grid-template-columns: 1fr minmax(3em, auto); }
.kd-paper .kd-wide > .kd-name { grid-column: 1 / -1; margin-top: 4px; text-align: left; }
.kd-paper .kd-name { text-align: right; }
.kd-paper .kd-track {
  position: relative; height: 16px; background: var(--tint); border-radius: 3px;
  print-color-adjust: exact; -webkit-print-color-adjust: exact;
}
.kd-paper .kd-track > i {
  position: absolute; inset: 2px auto 2px 0; background: var(--blue); border-radius: 2px;
}
.kd-paper .kd-track > i.kd-late {
  background: repeating-linear-gradient(135deg, var(--blue) 0 3px, transparent 3px 6px);
}
.kd-paper .kd-track > .kd-spread { inset: 7px auto 7px 0; background: var(--ink); }
.kd-paper .kd-track > b {
  position: absolute; top: 3px; width: 10px; height: 10px; margin-left: -5px;
  background: var(--orange); border: 1px solid var(--paper); transform: rotate(45deg);
  print-color-adjust: exact; -webkit-print-color-adjust: exact;
}
.kd-paper .kd-hatch { color: var(--soft); font-style: italic; }
.kd-paper .kd-key { color: var(--orange); }
.kd-paper .kd-key-guess { color: var(--blue); }
.kd-paper table { border-collapse: collapse; margin: 4px 0; font-size: 14px; }
.kd-paper :is(th, td) {
  padding: 3px 12px 3px 0; border-bottom: 1px solid var(--line); text-align: left;
  vertical-align: top; background: none;
}
.kd-paper tbody th { font-weight: normal; }
.kd-paper :is(td, thead th) { overflow-wrap: normal; }
@media (min-width: 600px) { .kd-paper td { white-space: nowrap; } }
@media (max-width: 600px) { .kd-paper :is(th, td) { padding-right: 8px; font-size: 13px; } }
.kd-paper details { margin: 2px 0 8px; font-size: 14px; }
.kd-paper summary { color: var(--soft); cursor: pointer; }
@media print {
  .kd-paper :is(h2, h3, h4) { break-after: avoid; }
  .kd-paper :is(li, tr) { break-inside: avoid; }
}
"""

# The dark colours that JupyterLab would bring.
_PAGE_STYLE = """:root { color-scheme: light dark; }
body { margin: 0; background: #fff; }
main { max-width: 860px; margin: 0 auto; padding: 16px; }
@media screen and (prefers-color-scheme: dark) {
  :root { --jp-content-font-color1: #e6e6e6; --jp-content-font-color2: #b3b3b3; \
--jp-border-color2: #444; --jp-layout-color1: #111; --jp-layout-color2: #2b2b2b; }
  body { background: #111; }
  .kd-paper { --blue: #56b4e9; --orange: #e69f00; }
}"""


def page(title: str, body: str) -> str:
    """A whole page; `title` is text, `body` is HTML."""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{text(title)}</title>
<style>{STYLE}{_PAGE_STYLE}</style>
</head>
<body>
<main class="kd-paper">
{body}
</main>
</body>
</html>
"""


def clean(value: str, most: int = MOST) -> str:
    """A text without what no page can show, or what would change the text around it."""
    value = value[: most + 1]  # a huge text costs no time
    shown = value
    if not value.isprintable():
        shown = "".join(c if c.isprintable() else " " for c in value)
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"


def text(value: str) -> str:
    """A text as HTML."""
    return escape(clean(value))


def download(name: str, content: bytes, kind: str, words: str) -> str:
    """A link that holds a whole file, for where no server gives it out; `kind` is its MIME type."""
    data = base64.b64encode(content).decode("ascii")
    target = f'download="{escape(name)}" href="data:{kind};base64,{data}"'
    return f"<a {target}>{escape(words)}</a>"


def table(heads: list[str], rows: list[list[str]]) -> str:
    """A table of texts; what stands first in a row is its head."""
    head = "".join(f'<th scope="col">{text(h)}</th>' for h in heads)
    lines = "".join(
        f'<tr><th scope="row">{text(first)}</th>'
        + "".join(f"<td>{text(cell)}</td>" for cell in rest)
        + "</tr>"
        for first, *rest in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"


def number(x: float) -> str:
    """A number as people read it: whole in full, others to three digits."""
    x = float(x)
    if not x.is_integer() and abs(x) < 100:
        x = float(f"{x:.3g}")
    shown = f"{x:,.0f}" if (x.is_integer() or abs(x) >= 100) and abs(x) < 1e9 else f"{x:.3g}"
    return shown.replace("-", "−")
