"""What strict nbval does not see: that a lesson was run, shows something, and reads like a lesson.

nbval passes a notebook without stored outputs, and proves nothing by it. Each check below takes a
notebook and its path and returns a list of complaints; every check is itself tested with a
notebook that it must complain about (`test_checks.py`).
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from urllib.parse import unquote

import nbformat
from nbformat.v4 import new_code_cell
from parts import (
    Notebook,
    Tags,
    code_cells,
    compared_alt,
    compared_text,
    has_alt,
    headings,
    joined,
    markdown,
    output_texts,
    should_show,
    unchecked,
)

from kdlab.widgets import Predict
from tests.tools import refresh

MAX_BYTES = 1_500_000
MIN_COMPARED_CELLS = 5

Check = Callable[[Notebook, Path], list[str]]


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


def records_its_predictions(nb: Notebook, path: Path) -> list[str]:
    """Each is asked by a widget, and revealed by a cell below it."""
    asked: list[str] = []
    revealed: set[str] = set()
    complaints = []
    for name, cell in code_cells(nb):
        for prediction in re.findall(r"predict\.(\w+)\.reveal\(", cell.source):
            if prediction not in asked:
                complaints.append(f"{name} reveals predict.{prediction} before it is asked")
            revealed.add(prediction)
        asked += re.findall(r"\Apredict\.(\w+)\s*\Z", cell.source)
    questions = markdown(nb).count("**Predict:**")
    if questions != len(asked):
        complaints.append(f"asks {questions} times to predict, with {len(asked)} widgets for it")
    complaints += [f"predict.{name} is never revealed" for name in asked if name not in revealed]
    there = predictions_of(path.stem)
    if there is not None and sorted(asked) != sorted(there):
        complaints.append(f"shows {sorted(asked)} of the predictions {sorted(there)}")
    return complaints


def predictions_of(lesson: str) -> list[str] | None:
    """The names of a lesson's predictions; None if it has no module of them."""
    try:
        module = import_module(f"kdlab.predictions.lesson_{lesson[:2]}")
    except ModuleNotFoundError:
        return None
    return [name for name, value in vars(module).items() if isinstance(value, Predict)]


def folds_its_claims(nb: Notebook, path: Path) -> list[str]:
    """What the text says of a result is checked where a learner need not read it, in words."""
    complaints = []
    for name, cell in code_cells(nb):
        jupyter = cell.metadata.get("jupyter", {})
        folded = jupyter.get("source_hidden") and jupyter.get("outputs_hidden")
        if "confirm(" in cell.source and not folded:
            complaints.append(f"{name} confirms claims and is not folded away")
        if "confirm(" in cell.source and not cell.source.startswith("#"):
            complaints.append(f"{name} begins with a claim: JupyterLab shows the first line")
        for output in cell.outputs:
            for _, text in output_texts(output):
                if re.search(r": +(True|False)$", text, re.MULTILINE):
                    complaints.append(f"{name} prints True or False: let it confirm a sentence")
    return complaints


def links_resolve(nb: Notebook, path: Path) -> list[str]:
    text = markdown(nb)
    text_without_code = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
    targets = re.findall(r"\]\(<?([^)>\s]+)>?[^)]*\)", text_without_code)
    targets += Tags(text_without_code).links
    files = [t for t in targets if not re.match(r"[a-z][a-z0-9+.-]*:|#|//", t, re.IGNORECASE)]
    there = {target: path.parent / unquote(re.split("[#?]", target)[0]) for target in files}
    missing = [
        f"link to {target}, which is not there" for target in files if not there[target].exists()
    ]
    return missing + [
        f"link to {target}, a heading that is not there"
        for target in files
        if "#" in target and there[target].suffix == ".md" and there[target].exists()
        if target.split("#")[1] not in places(there[target].read_text("utf-8"))
    ]


def places(text: str) -> list[str]:
    """The headings of a Markdown file, as a link names them: JupyterLab keeps capitals, GitHub not.

    So a heading that a lesson links to has none.
    """
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return [title.replace(" ", "-") for title in titles if title == title.lower()]


def runs_no_shell(nb: Notebook, path: Path) -> list[str]:
    shell = re.compile(r"^\s*(?:!|%%?(?:pip|conda|mamba|uv|sh|bash|system|sx)\b).*", re.MULTILINE)
    return [
        f"{name} runs {found!r}; only the locks install packages"
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
    records_its_predictions,
    folds_its_claims,
    links_resolve,
    runs_no_shell,
    is_compared,
    is_small,
]
