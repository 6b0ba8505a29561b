"""The text of a widget's page side: its module and its style sheet, put together without a bundler.

In `page/widgets` each widget has a module and, under the same name, a style sheet; in `page/parts`
is what widgets share. These are ordinary modules that import each other, so editors, linters and
`node --test` understand them. In a notebook a widget is one self-contained module: here the modules
it imports are put before it, and the `import` lines are taken out. From that follow some rules,
which `tests/js/test_scope.py` checks:

- Joined, all modules of a widget share one scope, so no two of them may declare the same name at
  the top, whether they export it or not.
- A name is imported as it is called: an `as` would be lost with its line.
- Names of files are unique over both folders.
- No text goes over several lines: each widget of a saved notebook brings a copy of its own, so
  comments that have lines of their own stay behind, and what lines begin with. That is a quarter.

The text goes to anywidget, never the path: anywidget watches a path, and with it keeps every
widget alive that was ever closed.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

PAGE = Path(__file__).parent / "page"
_IMPORT = re.compile(r"^import \{[^}]*\} from \"(?:\.|\.\./parts)/(\w+)\.js\";\n", re.MULTILINE)
_COMMENT = re.compile(
    r"^[ \t]*(?:/\*(?:(?!\*/)[\s\S])*\*/|//[^\n]*)\n|^[ \t]+", re.MULTILINE
)  # fmt: skip


def module(name: str) -> str:
    """The ES module of the widget `name`, with all that it imports in it."""
    return "\n".join(_IMPORT.sub("", _read(path(part))) for part in parts(name))


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
    sheets = (path(part).with_suffix(".css") for part in parts(name))
    return "\n".join(_read(sheet) for sheet in sheets if sheet.is_file())


def parts(name: str) -> list[str]:
    """The modules behind `name`, each after the ones it imports, `name` itself last."""
    found: list[str] = []
    for imported in _IMPORT.findall(_read(path(name))):
        found += [part for part in parts(imported) if part not in found]
    return [*found, name]


@cache  # asked four hundred times while the widgets are imported
def path(name: str) -> Path:
    """The module of this name, a widget's or a part's."""
    (found,) = PAGE.glob(f"*/{name}.js")
    return found


def _read(file: Path) -> str:
    return _COMMENT.sub("", file.read_text(encoding="utf-8"))
