"""The pages for people: their links work, they agree with each other and fit the lessons."""

import ast
import importlib
import re
from itertools import accumulate
from pathlib import Path
from urllib.parse import unquote

import mistune
import nbformat
import pytest
import yaml

import kdlab
from kdlab.exercises.exercise import Exercise

ROOT = Path(__file__).parents[2]
PAGES = sorted(p for places in ("*", "docs/*", "classroom/*/*") for p in ROOT.glob(f"{places}.md"))
GUIDE = (ROOT / "docs/teaching.md").read_text("utf-8")
LESSONS = {path.name[:2]: path for path in sorted(ROOT.glob("notebooks/0*.ipynb"))}
EXERCISES = [importlib.import_module(f"kdlab.exercises.lesson_{lesson}") for lesson in LESSONS]
ASSIGNMENT = ROOT / "classroom/assignments/source/distillation/distillation.ipynb"

parse = mistune.create_markdown(renderer="ast", plugins=["table"])


def nodes(tree, kind):
    """All nodes of a kind in a parsed page, in order."""
    for node in tree:
        if node["type"] == kind:
            yield node
        yield from nodes(node.get("children", ()), kind)


def text(node) -> str:
    if "children" in node:
        return "".join(map(text, node["children"]))
    return node.get("raw", " ")


def headings(markdown: str) -> list[str]:
    return [text(node) for node in nodes(parse(markdown), "heading")]


def lesson_markdown(path: Path) -> str:
    cells = nbformat.read(path, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def anchors(path: Path) -> set[str]:
    """What can stand behind the # of a link to a page (as GitHub names it) or to a lesson."""
    if path.suffix == ".ipynb":
        return {name.replace(" ", "-") for name in headings(lesson_markdown(path))}
    names = headings(path.read_text("utf-8"))
    return {re.sub(r"[^\w\- ]", "", name.lower()).replace(" ", "-") for name in names}


def dead_links(path: Path, markdown: str) -> list[str]:
    tree = parse(markdown)
    urls = [node["attrs"]["url"] for kind in ("link", "image") for node in nodes(tree, kind)]
    dead = []
    for url in urls:
        if re.match(r"[a-z]+:", url):
            continue
        file, _, anchor = unquote(url).partition("#")
        target = path.parent / file if file else path
        if not target.exists() or (anchor and anchor not in anchors(target)):
            dead.append(url)
    return dead


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(path):
    assert dead_links(path, path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("url", "dead"),
    [
        ("teaching.md", False),
        ("teaching.md#plan-a-50-minutes", False),
        ("../notebooks/05_the_article_on_cifar10.ipynb#Choosing-T-and-α-automatically", False),
        ("#objectives", False),
        ("https://example.org/none", False),
        ("gone.md", True),
        ("teaching.md#gone", True),
        ("../notebooks/05_the_article_on_cifar10.ipynb#choosing-t", True),
        ("#gone", True),
    ],
)
def test_a_dead_link_is_seen(url, dead):
    path = ROOT / "docs/teaching.md"
    assert dead_links(path, f"## Objectives\n\n[a page]({url})") == ([url] if dead else [])


# ---- where things are ---------------------------------------------------------------------------

ARCHITECTURE = (ROOT / "docs/architecture.md").read_text("utf-8")


def tree(block: str) -> list[str]:
    """The paths in a drawing of a tree: a name on each line, two spaces further in each folder."""
    paths, folders = [], []
    for line in block.splitlines():
        indent = len(line) - len(line.lstrip())
        folders[indent // 2 :] = [line.split()[0]]
        paths.append("".join(folders))
    return paths


def missing(markdown: str) -> list[str]:
    """What a page names in a tree or as `a/path` and is not there, `file.py::test` included."""
    [drawn] = re.findall(r"^```\n(.*?)\n```$", markdown, re.MULTILINE | re.DOTALL)
    named = re.findall(r"`([\w.]+/[\w./]*(?:::\w+)?)`", markdown)
    absent = []
    for name in [*tree(drawn), *(n for n in named if not re.search("NAME|NN", n))]:
        path, _, test = name.partition("::")
        there = (ROOT / path).exists()
        if not there or (test and f"def {test}(" not in (ROOT / path).read_text("utf-8")):
            absent.append(name)
    return absent


def test_what_the_architecture_names_is_there():
    assert missing(ARCHITECTURE) == []


def test_what_is_not_there_is_seen():
    page = "```\ndocs/    text\n  gone.md\n  teaching.md\n```\n`tests/unit/test_docs.py::test_gone`"
    assert missing(page) == ["docs/gone.md", "tests/unit/test_docs.py::test_gone"]


# ---- versions -----------------------------------------------------------------------------------


def test_package_citation_and_changelog_are_of_one_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    newest, date = re.findall(r"^## (\d\S+) - (\S+)$", changes, re.MULTILINE)[0]
    assert citation["version"] == kdlab.__version__ == newest
    assert citation["date-released"] == date
    assert re.findall(r"^## (.*)", changes, re.MULTILINE)[0] == "Unreleased"


# ---- the lesson plans ---------------------------------------------------------------------------


def plans() -> dict[str, str]:
    """For each heading that names minutes the text up to the next heading."""
    parts = re.split(r"^#+ (.*)\n", GUIDE, flags=re.MULTILINE)[1:]
    sections = dict(zip(parts[::2], parts[1::2], strict=True))
    return {name: part for name, part in sections.items() if re.search(r"\d+ minutes$", name)}


def rows(table) -> list[list[str]]:
    return [[text(cell) for cell in row["children"]] for row in nodes([table], "table_row")]


def test_there_is_a_plan_for_each_class():
    lengths = [int(re.search(r"(\d+) minutes$", name)[1]) for name in plans()]
    assert lengths == [50, 90, 90, 90]


@pytest.mark.parametrize("name", plans())
def test_the_minutes_of_a_plan_add_up(name):
    [table] = nodes(parse(plans()[name]), "table")
    blocks = rows(table)
    starts, minutes = ([int(row[i]) for row in blocks] for i in (0, 1))
    ends = list(accumulate(minutes))
    assert starts == [0, *ends[:-1]]
    assert ends[-1] == int(re.search(r"(\d+) minutes$", name)[1])
    assert all(minutes) and "buffer" in [row[2] for row in blocks]


@pytest.mark.parametrize("name", plans())
def test_what_is_to_be_said_stands_at_the_start_of_a_block(name):
    [table] = nodes(parse(plans()[name]), "table")
    said = [int(minute) for minute in re.findall(r"^\*\*At (\d+)\.\*\*", plans()[name], re.M)]
    assert said == sorted(said) and said
    assert set(said) <= {int(row[0]) for row in rows(table)}


def named_sections():
    """Every `02 *A heading*, *another*` of the guide, as lesson and heading."""
    for lesson, names in re.findall(r"\b(0\d) ((?:\*[^*\n]+\*(?:, )?)+)", GUIDE):
        for name in re.findall(r"\*([^*]+)\*", names):
            yield lesson, name


def test_every_section_that_is_named_is_in_its_lesson():
    named = set(named_sections())
    assert len(named) > 40
    there = {lesson: headings(lesson_markdown(path)) for lesson, path in LESSONS.items()}
    assert [(lesson, name) for lesson, name in named if name not in there[lesson]] == []


# ---- exercises, quizzes, tasks and objectives ---------------------------------------------------


def test_the_guide_names_every_exercise_and_no_other():
    there = {
        value.name
        for module in EXERCISES
        for value in vars(module).values()
        if isinstance(value, Exercise)
    }
    named = set(re.findall(r"\*\*(\d\.\d)\*\*", GUIDE))
    assert named == there


def test_every_quiz_that_is_named_is_in_a_lesson():
    named = set(re.findall(r"`(quiz_\w+)`", GUIDE))
    there = {name for module in EXERCISES for name in vars(module) if name.startswith("quiz_")}
    assert named == there != set()


def test_every_task_that_is_named_is_in_the_assignment():
    there = set(re.findall(r"^## (\d)\. ", lesson_markdown(ASSIGNMENT), re.MULTILINE))
    named = re.findall(r"\btasks? (\d)(?: and (\d))?", GUIDE)
    assert {number for numbers in named for number in numbers if number} == there != set()


def table_with(column: str) -> list[list[str]]:
    [table] = (
        table
        for table in nodes(parse(GUIDE), "table")
        if column in [text(cell) for cell in nodes([table["children"][0]], "table_cell")]
    )
    return rows(table)


def test_what_the_exercises_say_is_quoted_as_they_say_it():
    said = [
        node.value
        for path in ROOT.glob("kdlab/exercises/*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    quoted = [row[2] for row in table_with("it says")]
    assert len(quoted) >= 15
    assert [quote for quote in quoted if not any(quote in message for message in said)] == []


def promised(path: Path) -> list[str]:
    """What a lesson says that you will be able to do."""
    first = nbformat.read(path, as_version=4).cells[0].source
    listed = first.split("**You will be able to**")[1]
    bullets = next(nodes(parse(listed), "list"))["children"]
    return [re.sub(r"\s+", " ", text(bullet)).rstrip(" ,.") for bullet in bullets]


def test_every_objective_is_taught_practised_and_tested():
    objectives = table_with("objective")
    assert [row[0] for row in objectives] == [
        objective for path in LESSONS.values() for objective in promised(path)
    ]
    assert all(cell.strip() for row in objectives for cell in row)
