"""What a notebook holds: its cells, its text, what it shows and what nbval compares of that."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import nbformat
from IPython.core.inputtransformer2 import TransformerManager

# A call to one of these shows something, wherever it stands in a cell ...
SHOWING = {"print", "display", "show", "check", "confirm", "hint", "solution"}
# ... and one of these, as a cell's last expression, returns None.
SILENT = {
    "add", "append", "clear", "close", "compile", "extend", "filterwarnings", "insert",
    "install", "link", "observe", "remove", "run_line_magic", "seed", "set_random_seed",
    "set_weights", "simplefilter", "sort", "update", "use",
}  # fmt: skip
UNCHECKED_TAGS = {"nbval-ignore-output", "nbval-skip"}

Notebook = nbformat.NotebookNode


def code_cells(nb: Notebook) -> Iterator[tuple[str, Notebook]]:
    """The code cells, each with a name for messages; numbered as nbval numbers them."""
    cells = [cell for cell in nb.cells if cell.cell_type == "code"]
    return ((f"Cell {i}", cell) for i, cell in enumerate(cells))


def markdown(nb: Notebook) -> str:
    return "\n\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")


def headings(nb: Notebook) -> list[str]:
    return [h.strip().lower() for h in re.findall(r"^#+ (.+)$", markdown(nb), re.MULTILINE)]


def joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def output_texts(output: Notebook) -> Iterator[tuple[str, str]]:
    """The texts of an output with their types, less the pixels inlined in them."""
    texts = dict(output.get("data", {}))
    if output.output_type == "stream":
        texts["text/plain"] = output.text
    for mime, text in texts.items():
        if mime.startswith(("text/", "image/svg")):
            yield mime, re.sub(r"data:[\w/+.-]+;base64,[A-Za-z0-9+/=\s]*", "data:", joined(text))


class Tags(HTMLParser):
    """Collects the images and the visible text of a piece of HTML."""

    def __init__(self, html: str):
        super().__init__()
        self.images: list[dict[str, str | None]] = []
        self.links: list[str] = []
        self.text = ""
        self._hidden = 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag in ("img", "svg"):
            self.images.append({"tag": tag, **attributes})
        self.links += [attributes[key] for key in ("href", "src") if attributes.get(key)]
        self._hidden += tag in ("script", "style")

    def handle_endtag(self, tag):
        self._hidden -= tag in ("script", "style")

    def handle_data(self, data):
        if not self._hidden:
            self.text += data


def has_alt(image: dict[str, str | None]) -> bool:
    if image["tag"] == "img":
        return bool((image.get("alt") or "").strip())
    labels = (image.get("aria-label"), image.get("aria-labelledby"))
    return image.get("aria-hidden") == "true" or any((label or "").strip() for label in labels)


def calls(nodes: list[ast.stmt]) -> Iterator[str]:
    """Names of the functions that a cell calls itself, not inside a function that it defines."""
    stack: list[ast.AST] = list(nodes)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        if isinstance(node, ast.Call):
            yield call_name(node)
        stack += ast.iter_child_nodes(node)


def call_name(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def should_show(source: str) -> bool:
    """Whether a cell with this source shows something when it runs."""
    body = ast.parse(TransformerManager().transform_cell(source)).body
    if not body:
        return False
    if SHOWING & set(calls(body)):
        return True
    last = body[-1]
    if not isinstance(last, ast.Expr) or source.rstrip().endswith(";"):
        return False
    if isinstance(last.value, ast.Constant):
        return last.value.value is not None
    return not (isinstance(last.value, ast.Call) and call_name(last.value) in SILENT)


def unchecked(cell: Notebook) -> bool:
    """Whether nbval was told, by a tag or a comment, not to compare this cell's output."""
    tags = set(cell.metadata.get("tags", []))
    comments = re.findall(r"^\s*#\s*((?:PYTEST_VALIDATE|NBVAL)_\w+)\s*$", cell.source, re.MULTILINE)
    return bool(tags & UNCHECKED_TAGS or {"NBVAL_IGNORE_OUTPUT", "NBVAL_SKIP"} & set(comments))


def compared_text(cell: Notebook) -> str:
    """What a reader can read of a cell's output and strict nbval compares."""
    parts = []
    for output in [] if unchecked(cell) else cell.outputs:
        for mime, text in output_texts(output):
            if mime == "text/html":
                parts.append(Tags(text).text)
            elif not re.fullmatch(r"\s*<[^\n]*>\s*", text):  # <Figure size ...>, <HTML object>
                parts.append(text)
    return "\n".join(part.strip() for part in parts if part.strip())


def compared_alt(cell: Notebook) -> str:
    htmls = [
        text
        for output in ([] if unchecked(cell) else cell.outputs)
        for mime, text in output_texts(output)
        if mime == "text/html"
    ]
    return " ".join(image.get("alt") or "" for html in htmls for image in Tags(html).images).strip()
