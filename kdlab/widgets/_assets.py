"""The text of a widget's page side: its module and its style sheet, put together without a bundler.

A widget's JavaScript is an ordinary module that imports what it shares with others, so editors,
linters and `node --test` understand it. In a notebook a widget is one self-contained module: here
the modules it imports are put before it, and the `import` lines are taken out. A module's styles
are in the `.css` file of the same name.

The text goes to anywidget, never the path: anywidget watches a path, and with it keeps every
widget alive that was ever closed.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

_FOLDER = Path(__file__).parent
_IMPORT = re.compile(r"^import \{[^}]*\} from \"\./(\w+)\.js\";\n", re.MULTILINE)


def module(name: str) -> str:
    """The ES module of the widget `name`, with all that it imports in it."""
    return "\n".join(_IMPORT.sub("", _read(f"{part}.js")) for part in parts(name))


def style(name: str) -> str:
    """The style sheet of the widget `name`, after those of the modules it imports.

    It holds inside an element with its `scope` as class, which names these very styles: a notebook
    may show widgets that were saved by an older version beside new ones. A rule that looks at what
    is around that element, such as the theme, names it as `:scope`.
    """
    text = plain_style(name)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f"@scope (.kd-{digest[:8]}) {{\n{text}}}\n"


def scope(style: str) -> str:
    """The class of the element that a widget with this style sheet is drawn into."""
    return style[style.index(".") + 1 : style.index(")")]


def plain_style(name: str) -> str:
    """The styles behind `name`, for a whole page."""
    return "\n".join(
        _read(f"{part}.css") for part in parts(name) if (_FOLDER / f"{part}.css").is_file()
    )


def parts(name: str) -> list[str]:
    """The modules behind `name`, each after the ones it imports, `name` itself last."""
    found: list[str] = []
    for imported in _IMPORT.findall(_read(f"{name}.js")):
        found += [part for part in parts(imported) if part not in found]
    return [*found, name]


def _read(file: str) -> str:
    return (_FOLDER / file).read_text(encoding="utf-8")
