"""Joined, a widget's modules share one scope: no two may declare the same name at the top."""

import re
from collections import Counter

import pytest
from test_node import WIDGETS, node

import kdlab.widgets
from kdlab.widgets import _assets

MODULES = sorted(path.stem for path in _assets.PAGE.rglob("*.js"))
DECLARATION = re.compile(
    r"^(?:export )?(?:async )?(?:function\*?|class|const|let|var) (\w+|\[[^]]*\]|\{[^}]*\})",
    re.MULTILINE,
)
# What else may begin a line at the top: an import, and what a widget's module gives the notebook.
ANYTHING = re.compile(r"^[\w$].*", re.MULTILINE)
OTHERS = re.compile(r"import \{|export default \{ render \};")

every_widget = pytest.mark.parametrize("widget", WIDGETS)


def source(name: str) -> str:
    return _assets.path(name).read_text("utf-8")


def declared(text: str) -> list[str]:
    """The names that a module declares at the top, where no line is indented."""
    return [
        name
        for found in DECLARATION.findall(text)
        for name in re.findall(r"\w+", re.sub(r"\w+:", "", found))
    ]


def joined(widget: str) -> list[str]:
    """The modules of a widget on a page of its own, which is where most of them come together."""
    return [*_assets.parts(widget), *_assets.parts("own_page")]


def test_every_widget_of_the_package_is_here():
    public = {getattr(kdlab.widgets, name).__module__ for name in kdlab.widgets.__all__}
    assert sorted(module.rpartition(".")[2] for module in public) == WIDGETS


@every_widget
def test_no_two_modules_declare_one_name(widget):
    names = Counter(name for module in joined(widget) for name in declared(source(module)))
    assert names["mount"] == names["element"] == names["render"] == 1
    assert not [name for name, times in names.items() if times > 1]


@every_widget
def test_the_joined_source_is_valid(widget, tmp_path):
    path = tmp_path / f"{widget}.mjs"
    path.write_text(_assets.module(widget) + _assets.module("own_page"), encoding="utf-8")
    result = node("--check", path)
    assert result.returncode == 0, result.stderr


def test_a_name_that_comes_twice_is_noticed(tmp_path):
    text = "const [A, b] = [1, 2];\nexport function f() {\n  let c;\n}\nlet { d: A } = {};\n"
    assert declared(text) == ["A", "b", "f", "A"]
    path = tmp_path / "twice.mjs"
    path.write_text(text, encoding="utf-8")
    result = node("--check", path)
    assert result.returncode == 1 and "'A' has already been declared" in result.stderr


@pytest.mark.parametrize("module", MODULES)
def test_nothing_else_stands_at_the_top(module):
    """Each line that begins at the top is one that `declared` knows, or declares nothing."""
    for line in ANYTHING.findall(source(module)):
        assert DECLARATION.match(line) or OTHERS.match(line), line
    assert bool(re.search("^export default", source(module), re.MULTILINE)) == (module in WIDGETS)


@pytest.mark.parametrize("module", MODULES)
def test_a_name_is_imported_as_it_is_called_and_used(module):
    text = source(module)
    imports = re.findall(r"^import \{([^}]*)\} from \"[^\"]*/(\w+)\.js\";\n", text, re.MULTILINE)
    assert len(imports) == len(re.findall("^import", text, re.MULTILINE))
    rest = text[text.rfind("\nimport ") :].partition(";\n")[2]
    for names, part in imports:
        assert part not in WIDGETS
        for name in filter(None, map(str.strip, names.split(","))):
            assert name in declared(source(part)), name
            assert re.search(rf"\b{name}\b", rest), name


@pytest.mark.parametrize("module", MODULES)
def test_no_text_goes_over_several_lines(module):
    """Or what its lines begin with would be lost on the way to the page."""
    lines = _assets._read(_assets.path(module)).splitlines()
    assert lines and not [line for line in lines if line.count("`") % 2]


def test_only_comments_and_indentation_stay_behind():
    text = (
        "/** Why.\n * More. */\na(); // here\n  // Why.\n  b(); /* here */\n/* x */ c();\n/* y */\n"
    )
    assert _assets._COMMENT.sub("", text) == "a(); // here\nb(); /* here */\n/* x */ c();\n"
