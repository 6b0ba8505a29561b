"""What strict nbval does not see: that a lesson was run, shows something, and reads like a lesson.

nbval passes a notebook without stored outputs, and proves nothing by it. Each check below takes a
notebook and its path and returns a list of complaints; every check is itself tested with a
notebook that it must complain about.
"""

from __future__ import annotations

import ast
import copy
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests.tools import refresh

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
SANITIZE = Path(__file__).with_name("sanitize.cfg")
LESSONS = (
    "00_start_here", "01_train_a_teacher", "02_soft_targets", "03_distill_a_student",
    "04_does_it_really_work", "05_the_article_on_cifar10",
)  # fmt: skip

MAX_BYTES = 1_500_000
MIN_COMPARED_CELLS = 5

# A call to one of these shows something, wherever it stands in a cell ...
SHOWING = {"print", "display", "show", "check", "hint", "solution"}
# ... and one of these, as a cell's last expression, returns None.
SILENT = {
    "add", "append", "clear", "close", "compile", "extend", "filterwarnings", "insert",
    "install", "link", "observe", "remove", "run_line_magic", "seed", "set_random_seed",
    "set_weights", "simplefilter", "sort", "update", "use",
}  # fmt: skip
UNCHECKED_TAGS = {"nbval-ignore-output", "nbval-skip"}

Notebook = nbformat.NotebookNode
Check = Callable[[Notebook, Path], list[str]]


# ---- reading a notebook -------------------------------------------------------------------------


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


# ---- the checks ---------------------------------------------------------------------------------


def runs_in_order(nb: Notebook, path: Path) -> list[str]:
    counts = [cell.execution_count for _, cell in code_cells(nb)]
    if not counts or counts != list(range(1, len(counts) + 1)):
        return [f"execution counts are {counts}, not 1 to {len(counts)}: run `make refresh`"]
    return []


def shows_what_it_should(nb: Notebook, path: Path) -> list[str]:
    return [
        f"{name} should show something and has no stored output:\n{cell.source}"
        for name, cell in code_cells(nb)
        if not cell.outputs and should_show(cell.source)
    ]


def ends_without_errors(nb: Notebook, path: Path) -> list[str]:
    return [
        f"{name} stores an error: {output.ename}: {output.evalue}"
        for name, cell in code_cells(nb)
        for output in cell.outputs
        if output.output_type == "error"
    ]


def writes_nothing_to_stderr(nb: Notebook, path: Path) -> list[str]:
    return [
        f"{name} stores stderr: {joined(output.text)[:200]}"
        for name, cell in code_cells(nb)
        for output in cell.outputs
        if output.output_type == "stream" and output.name == "stderr"
    ]


def describes_its_images(nb: Notebook, path: Path) -> list[str]:
    complaints = []
    for name, cell in code_cells(nb):
        for output in cell.outputs:
            data = output.get("data", {})
            images = Tags(joined(data.get("text/html", ""))).images
            for mime in data:
                # A bare picture has its alt text in the metadata, unless HTML beside it has one.
                alt = output.metadata.get(mime, {}).get("alt", "") if "metadata" in output else ""
                if mime.startswith("image/") and not images and not alt.strip():
                    complaints.append(f"{name}: {mime} without alt text; use show(fig, alt=...)")
            complaints += [f"{name}: {i['tag']} without alt text" for i in images if not has_alt(i)]
    text = markdown(nb)
    nameless = re.findall(r"!\[\s*\]\([^)]*\)", text)
    nameless += [image["tag"] for image in Tags(text).images if not has_alt(image)]
    return complaints + [f"{image} in the text has no alt text" for image in nameless]


def keeps_its_machine_to_itself(nb: Notebook, path: Path) -> list[str]:
    private = re.compile(
        r"(?<![\w.:/])/(?:home|Users|root|tmp|var/folders)/[^\s<\"']*|[A-Z]:\\Users\\[^\s<\"']*"
        r"|\S*site-packages\S*|\bat 0x[0-9a-f]{6,}"
    )
    return [
        f"{name} stores {found!r}, which differs between machines"
        for name, cell in code_cells(nb)
        for output in cell.outputs
        for _, text in output_texts(output)
        for found in private.findall(text)
    ]


def has_tidy_metadata(nb: Notebook, path: Path) -> list[str]:
    tidy = copy.deepcopy(nb)
    refresh.tidy_metadata(tidy)
    return [] if tidy == nb else ["metadata differs from what `make refresh` stores"]


def reads_like_a_lesson(nb: Notebook, path: Path) -> list[str]:
    first = nb.cells[0] if nb.cells else new_code_cell()
    title = first.cell_type == "markdown" and first.source.startswith("# ")
    text = markdown(nb).lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    wanted = {
        "a title in the first cell": title,
        "what you will be able to do": re.search(r"you(?:'ll| will) be able to", text),
        "how long it takes (minutes)": re.search(r"\bminutes?\b", text),
        "a prediction (predict)": "predict" in text,
        "a heading with 'exercise'": any("exercise" in heading for heading in headings(nb)),
        "a heading with 'summary'": any("summary" in heading for heading in headings(nb)),
        "'shut down' at the end": "shut down" in text,
    }
    return [f"lacks {what}" for what, there in wanted.items() if not there]


def links_resolve(nb: Notebook, path: Path) -> list[str]:
    text = markdown(nb)
    text_without_code = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
    targets = re.findall(r"\]\(<?([^)>\s]+)>?[^)]*\)", text_without_code)
    targets += Tags(text_without_code).links
    files = [t for t in targets if not re.match(r"[a-z][a-z0-9+.-]*:|#|//", t, re.IGNORECASE)]
    return [
        f"link to {target}, which is not there"
        for target in files
        if not (path.parent / unquote(target.split("#")[0].split("?")[0])).exists()
    ]


def runs_no_shell(nb: Notebook, path: Path) -> list[str]:
    shell = re.compile(r"^\s*(?:!|%%?(?:pip|conda|mamba|uv|sh|bash|system|sx)\b).*", re.MULTILINE)
    return [
        f"{name} runs {found!r}; the environment is the lock's affair"
        for name, cell in code_cells(nb)
        for found in shell.findall(cell.source)
    ]


def is_compared(nb: Notebook, path: Path) -> list[str]:
    cells = [cell for _, cell in code_cells(nb)]
    exempt = sum(map(unchecked, cells))
    texts = sum(bool(compared_text(cell)) for cell in cells)
    anything = sum(bool(compared_text(cell) or compared_alt(cell)) for cell in cells)
    complaints = []
    if exempt > max(1, len(cells) // 5):
        complaints.append(f"{exempt} of {len(cells)} cells are exempt from nbval's comparison")
    if texts < MIN_COMPARED_CELLS:
        complaints.append(f"{texts} cells with compared text, {MIN_COMPARED_CELLS} or more wanted")
    if 2 * anything < len(cells):
        complaints.append(f"only {anything} of {len(cells)} cells have output that nbval compares")
    return complaints


def is_small(nb: Notebook, path: Path) -> list[str]:
    size = len(nbformat.writes(nb).encode())
    return [f"{size:,} bytes, at most {MAX_BYTES:,} wanted"] if size > MAX_BYTES else []


CHECKS: list[Check] = [
    runs_in_order,
    shows_what_it_should,
    ends_without_errors,
    writes_nothing_to_stderr,
    describes_its_images,
    keeps_its_machine_to_itself,
    has_tidy_metadata,
    reads_like_a_lesson,
    links_resolve,
    runs_no_shell,
    is_compared,
    is_small,
]


# ---- the lessons --------------------------------------------------------------------------------


@pytest.mark.parametrize("lesson", LESSONS)
def test_lesson_is_there(lesson):
    assert (NOTEBOOKS / f"{lesson}.ipynb").is_file()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_lesson(path, check):
    nb = nbformat.read(path, as_version=4)
    nbformat.validate(nb)
    complaints = check(nb, path)
    assert not complaints, "\n".join([path.name, *complaints])


def test_tensorflow_loads_in_silence():
    """What TensorFlow's C++ writes fills a learner's cell, and nbval cannot see it: under pytest
    ipykernel does not capture file descriptors. TensorFlow with and without GPU code differ here.
    """
    load = "from kdlab._tensorflow import tf; tf.reduce_sum(tf.ones(3))"
    run = subprocess.run([sys.executable, "-c", load], capture_output=True, text=True, check=True)
    assert run.stdout + run.stderr == ""


# ---- the checks themselves ----------------------------------------------------------------------

PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)


def stream(text: str, name: str = "stdout") -> Notebook:
    return new_output("stream", name=name, text=text)


def figure(alt: str, png: str = PNG) -> Notebook:
    html = f'<img alt="{alt}" src="data:image/png;base64,{png}">'
    return new_output("display_data", {"text/html": html, "text/plain": "<Picture>"})


def a_good_notebook() -> Notebook:
    nb = new_notebook()
    nb.cells = [
        new_markdown_cell("# A lesson\n\nYou will be able to count. It takes 5 minutes."),
        new_markdown_cell("## Predict\n\nHow many? See [the README](../README.md) first."),
        new_markdown_cell("## Exercises"),
        new_code_cell("def f():\n    print(1)"),
        *[new_code_cell(f"print({i})", outputs=[stream(f"{i}\n")]) for i in range(5)],
        new_code_cell("show(fig, alt='a line')", outputs=[figure("a line")]),
        new_markdown_cell("## Summary\n\nNow shut down this kernel."),
    ]
    for count, (_, cell) in enumerate(code_cells(nb), start=1):
        cell.execution_count = count
    refresh.tidy_metadata(nb)
    return nb


HERE = NOTEBOOKS / "99_a_lesson.ipynb"


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_check_passes_a_good_notebook(check):
    assert check(a_good_notebook(), HERE) == []


def last_code(nb: Notebook) -> Notebook:
    return [cell for _, cell in code_cells(nb)][-1]


def replace_text(old: str, new: str) -> Callable[[Notebook], None]:
    def damage(nb):
        for cell in nb.cells:
            if cell.cell_type == "markdown":
                cell.source = cell.source.replace(old, new)

    return damage


def set_last(**fields) -> Callable[[Notebook], None]:
    return lambda nb: last_code(nb).update(copy.deepcopy(fields))


def tag_all(nb: Notebook) -> None:
    for _, cell in code_cells(nb):
        cell.metadata.tags = ["nbval-ignore-output"]


def pad_with_silent_cells(nb: Notebook) -> None:
    nb.cells += [new_code_cell("x = 1") for _ in range(20)]


ERROR = new_output("error", ename="ValueError", evalue="no", traceback=[])
BARE_PNG = new_output("display_data", {"image/png": PNG, "text/plain": "<Figure>"})

DAMAGE = [
    (runs_in_order, set_last(execution_count=None)),
    (runs_in_order, set_last(execution_count=99)),
    (runs_in_order, lambda nb: nb.cells.clear()),
    (shows_what_it_should, set_last(outputs=[])),
    (shows_what_it_should, set_last(source="x = 1\nx", outputs=[])),
    (shows_what_it_should, set_last(source="for i in range(2):\n    print(i)", outputs=[])),
    (shows_what_it_should, set_last(source="question_1.check()", outputs=[])),
    (ends_without_errors, set_last(outputs=[ERROR])),
    (writes_nothing_to_stderr, set_last(outputs=[stream("W0000 a warning", "stderr")])),
    (describes_its_images, set_last(outputs=[figure("")])),
    (describes_its_images, set_last(outputs=[figure(" ")])),
    (describes_its_images, set_last(outputs=[BARE_PNG])),
    (describes_its_images, set_last(outputs=[new_output("display_data", {"text/html": "<svg/>"})])),
    (describes_its_images, replace_text("[the README]", "![]")),
    (keeps_its_machine_to_itself, set_last(outputs=[stream("read /home/ada/data.npz")])),
    (keeps_its_machine_to_itself, set_last(outputs=[stream(r"read C:\Users\ada\data.npz")])),
    (keeps_its_machine_to_itself, set_last(outputs=[stream("/tmp/tmp123/x")])),
    (keeps_its_machine_to_itself, set_last(outputs=[stream("<Widget at 0x7f3a2b1c4d50>")])),
    (has_tidy_metadata, lambda nb: nb.metadata.language_info.update(version="3.11.2")),
    (has_tidy_metadata, set_last(metadata={"execution": {"iopub.status.busy": "2026"}})),
    (has_tidy_metadata, lambda nb: nb.metadata.kernelspec.update(name="my-kernel")),
    (reads_like_a_lesson, lambda nb: nb.cells.pop(0)),
    *[
        (reads_like_a_lesson, replace_text(old, ""))
        for old in ("# A", "You will be", "minutes", "Predict", "Exercises", "Summary", "shut down")
    ],
    (links_resolve, replace_text("../README.md", "98_gone.ipynb")),
    (links_resolve, replace_text("../README.md", "98_gone.ipynb#part")),
    (runs_no_shell, set_last(source="%pip install kdlab")),
    (runs_no_shell, set_last(source="!pip install kdlab")),
    (is_compared, tag_all),
    (is_compared, pad_with_silent_cells),
    (is_compared, lambda nb: nb.cells.__delitem__(slice(4, 6))),
    (is_small, set_last(outputs=[stream("x" * MAX_BYTES)])),
]  # fmt: skip


@pytest.mark.parametrize(("check", "damage"), DAMAGE)
def test_check_complains_about_a_bad_notebook(check, damage):
    nb = a_good_notebook()
    damage(nb)
    assert check(nb, HERE)


def test_every_check_has_been_seen_to_complain():
    assert {check for check, _ in DAMAGE} == set(CHECKS)


@pytest.mark.parametrize(
    ("source", "shows"),
    [
        ("x = 1", False),
        ("x", True),
        ("x;", False),
        ("import os", False),
        ("# a comment", False),
        ("def f():\n    print(1)", False),
        ("f = lambda: print(1)", False),
        ("if x:\n    print(1)", True),
        ("losses.append(1)", False),
        ("explorer.observe(f, 'value')", False),
        ("model.evaluate(x)", True),
        ("kdlab.show(fig, alt='a')", True),
        ("exercise.hint()", True),
        ("None", False),
        ("%matplotlib inline", False),
    ],
)
def test_should_show(source, shows):
    assert should_show(source) is shows


# ---- strict nbval itself ------------------------------------------------------------------------


def test_strict_nbval_sees_a_change(tmp_path):
    """With our sanitize file nbval passes other pixels, and fails other text and other alt text."""
    html = f'<img alt="a line" src="data:image/png;base64,{PNG}">'
    source = f"from IPython.display import HTML\ndisplay(HTML({html!r}))\nprint('better:', True)"
    same = new_notebook(cells=[new_code_cell(source)])
    refresh.execute(same, tmp_path)

    pixels, alt, text = (copy.deepcopy(same) for _ in range(3))
    pixels.cells[0].outputs[0].data["text/html"] = html.replace(PNG, PNG[::-1])
    alt.cells[0].outputs[0].data["text/html"] = html.replace("a line", "a curve")
    text.cells[0].outputs[1].text = "better: False\n"
    for name, nb in {"same": same, "pixels": pixels, "alt": alt, "text": text}.items():
        nbformat.write(nb, tmp_path / f"{name}.ipynb")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")  # not the settings of this repository

    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-rA", "--nbval", "--nbval-current-env"]
    command += [f"--nbval-sanitize-with={SANITIZE}", "-p", "no:cacheprovider", "."]
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    outcomes = re.findall(r"^(PASSED|FAILED) (\w+)\.ipynb", run.stdout, re.MULTILINE)
    expected = {"same": "PASSED", "pixels": "PASSED", "alt": "FAILED", "text": "FAILED"}
    assert {name: outcome for outcome, name in outcomes} == expected, run.stdout
