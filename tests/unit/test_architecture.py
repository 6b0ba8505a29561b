"""How the house is built: no circle, one direction, TensorFlow in its own rooms, short modules.

What is imported is read from the source, inside functions too: nothing is run.
"""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import kdlab

FOLDER = Path(kdlab.__file__).parent
SOURCES = sorted(FOLDER.rglob("*.py"))

# From the ground up. A module may import from its own floor and from those below.
FLOORS = {
    "foundations": "_checks _exact _extras _interrupt _kernel _lazy _log _progress _shortlist "
    "_tensorflow _version profiles provenance storage",
    "numbers": "audit compression corruptions datasets metrics recovered soft_targets "
    "teacher_signal",
    "networks": "models distillation cohort teachers students",
    "pictures": "figures plots widgets",
    "lessons": "class_view exercises grading jupyter lessons predictions",
    "doors": "kdlab __main__",
}
# They take plain arrays: nothing that they import, or that this imports, knows of TensorFlow.
NUMPY_ONLY = [
    "audit", "compression", "corruptions", "figures", "metrics", "plots", "recovered",
    "soft_targets", "teacher_signal", "widgets",
]  # fmt: skip
# They load TensorFlow only when a function needs it.
ON_DEMAND = [
    "datasets", "exercises", "lessons", "predictions", "provenance", "students", "teachers",
]  # fmt: skip

MOST_LINES = 450


# ---- reading the sources ------------------------------------------------------------------------


def imports(path: Path, *, at_once: bool = False) -> Iterator[tuple[str, str | None]]:
    """What a source file imports, as module and name in it (or None); or only what it does at once.

    At once is all but what is inside a function.
    """

    def statements(node: ast.AST) -> Iterator[ast.AST]:
        for child in ast.iter_child_nodes(node):
            yield child
            if not (at_once and isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)):
                yield from statements(child)

    for node in statements(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield from ((node.module, alias.name) for alias in node.names)


def names(path: Path, *, at_once: bool = False) -> Iterator[str]:
    """The absolute names of all that a source file imports."""
    for module, name in imports(path, at_once=at_once):
        yield module
        if name:
            yield f"{module}.{name}"


def name_of(path: Path, folder: Path = FOLDER) -> str:
    """`kdlab.widgets.quiz`, of a file."""
    parts = path.relative_to(folder.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def on_first_use(path: Path) -> dict[str, str]:
    """The names that a package imports on first use, each with its module: see `kdlab/_lazy.py`."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_MODULES":
            modules = ast.literal_eval(node.value)
            return {name: module for module, names in modules.items() for name in names}
    return {}


def graph(
    folder: Path = FOLDER, *, at_once: bool = False, used_only: bool = False
) -> dict[str, set[str]]:
    """Of each module of the package in `folder` those that it imports.

    Python runs a package before a module in it, so whoever imports that from outside imports both.
    What a package imports on first use is an edge of the package (not with `used_only`), and of
    those who use that name.
    """
    files = {name_of(path, folder): path for path in folder.rglob("*.py")}
    edges = {module: set() for module in files}
    lazy = {module: on_first_use(path) for module, path in files.items()}
    for module, path in files.items():
        later = [] if at_once or used_only else lazy[module].values()
        edges[module] |= {f"{module}.{name}" for name in later}
        for source, name in imports(path, at_once=at_once):
            target = f"{source}.{name}" if f"{source}.{name}" in files else source
            if target in files:
                edges[module].add(target)
            if name in lazy.get(source, ()):
                edges[module].add(f"{source}.{lazy[source][name]}")
            parents = [package for package in files if target.startswith(f"{package}.")]
            edges[module] |= {p for p in parents if not f"{module}.".startswith(f"{p}.")}
    return edges


def circle(edges: dict[str, set[str]]) -> list[str]:
    """Modules of which each is imported by the next, and the first by the last; or none."""
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def reached(edges: dict[str, set[str]], module: str) -> set[str]:
    """All that a module imports, and what these import, and so on."""
    found, new = set(), {module}
    while new:
        found |= new
        new = {further for one in new for further in edges[one]} - found
    return found


def room(module: str) -> str:
    """`widgets`, of `kdlab.widgets.quiz`; `kdlab` itself, of the public face."""
    return module.split(".")[1] if "." in module else module


def upward(edges: dict[str, set[str]]) -> list[tuple[str, str]]:
    """Imports from a floor above."""
    floor = {name: n for n, rooms in enumerate(FLOORS.values()) for name in rooms.split()}
    return [
        (module, target)
        for module, targets in edges.items()
        for target in targets
        if floor[room(target)] > floor[room(module)]
    ]


def with_tensorflow(edges: dict[str, set[str]], rooms: list[str]) -> list[str]:
    """The modules in these rooms from which TensorFlow is reached."""
    inside = [module for module in edges if room(module) in rooms]
    return [module for module in inside if "kdlab._tensorflow" in reached(edges, module)]


# ---- the rules ----------------------------------------------------------------------------------


def test_there_is_no_circle():
    assert circle(graph()) == []


def test_every_module_has_a_floor_and_every_floor_its_modules():
    rooms = {room(name_of(path)) for path in SOURCES}
    assert rooms == set(" ".join(FLOORS.values()).split())


def test_nothing_is_imported_from_a_floor_above():
    assert upward(graph()) == []


def test_what_takes_plain_arrays_never_reaches_tensorflow():
    assert with_tensorflow(graph(used_only=True), NUMPY_ONLY) == []


def test_teachers_data_and_lessons_load_tensorflow_only_when_they_need_it():
    """A judge may load it: exercise 3.4 is about a Keras model."""
    assert with_tensorflow(graph(at_once=True), ON_DEMAND) == []


def test_only_a_face_imports_by_name():
    """What is imported by a computed name, no test here can see."""
    found = [
        name_of(path)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).rpartition(".")[2] in ("import_module", "__import__")
    ]
    assert found == ["kdlab._lazy"]


def test_no_module_is_long():
    lines = {name_of(path): path.read_text("utf-8").count("\n") for path in SOURCES}
    assert [module for module, n in lines.items() if n > MOST_LINES] == []


@pytest.mark.parametrize(
    "path", [path for path in SOURCES if room(name_of(path)) in [*NUMPY_ONLY, "exercises"]],
    ids=name_of,
)  # fmt: skip
def test_what_takes_plain_arrays_loads_nothing_heavy(path):
    heavy = ("tensorflow", "keras", "matplotlib.pyplot")
    for name in names(path, at_once=room(name_of(path)) == "exercises"):
        assert not name.startswith(heavy), name


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_nothing_is_pickled(path):
    for name in names(path):
        assert name.split(".")[0] not in {"pickle", "joblib", "dill", "cloudpickle", "shelve"}
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            assert getattr(node.value, "value", None) is False
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("np.load", "numpy.load"):
            assert any(keyword.arg == "allow_pickle" for keyword in node.keywords)


@pytest.mark.parametrize("path", [p for p in SOURCES if p.name != "_tensorflow.py"], ids=name_of)
def test_tensorflow_and_keras_are_imported_in_one_place(path):
    assert not {"tensorflow", "keras"} & {name.split(".")[0] for name in names(path)}


# ---- a house with faults, to see that they are seen ---------------------------------------------


@pytest.fixture
def house(tmp_path):
    """`house({"models.py": "import os"})`: the edges of a package `kdlab` with these files."""

    def build(files: dict[str, str], **how):
        folder = tmp_path / "kdlab"
        for name, source in {"__init__.py": "", "_tensorflow.py": "", **files}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(source, "utf-8")
        return graph(folder, **how)

    return build


IN_A_FUNCTION = "def f():\n    from kdlab import {}"
PACKAGE = {"distillation/__init__.py": "from kdlab.distillation.fit import train"}


@pytest.mark.parametrize(
    ("files", "seen"),
    [
        ({"models.py": "from kdlab import teachers", "teachers.py": "import kdlab.models"},
         {"kdlab.models", "kdlab.teachers"}),
        ({"models.py": IN_A_FUNCTION.format("teachers"), "teachers.py": "import kdlab.models"},
         {"kdlab.models", "kdlab.teachers"}),
        ({"models.py": "from kdlab.models import build"}, {"kdlab.models"}),
        ({"__init__.py": "_MODULES = {'models': ('build',)}", "models.py": "import kdlab"},
         {"kdlab", "kdlab.models"}),
        ({"__init__.py": "_MODULES = {'models': ('build',)}", "models.py": "from kdlab import b"},
         {"kdlab", "kdlab.models"}),
        ({**PACKAGE, "distillation/fit.py": "from kdlab.distillation import train"},
         {"kdlab.distillation", "kdlab.distillation.fit"}),
        ({**PACKAGE, "distillation/fit.py": "import kdlab.models",
          "distillation/losses.py": "", "models.py": "from kdlab.distillation import losses"},
         {"kdlab.distillation", "kdlab.distillation.fit", "kdlab.models"}),
        ({**PACKAGE, "distillation/fit.py": "from kdlab.distillation import losses",
          "distillation/losses.py": "import numpy", "models.py": "import kdlab.distillation.fit",
          "__init__.py": "_MODULES = {'models': ('build',), 'distillation': ('train',)}"}, set()),
    ],
    ids=["at once", "in a function", "itself", "the face", "a name of the face", "its own package",
         "a package on the way", "none"],
)  # fmt: skip
def test_a_circle_is_seen(house, files, seen):
    assert set(circle(house(files))) == seen


def test_an_import_from_above_is_seen(house):
    edges = house({"metrics.py": "import os", "plots.py": IN_A_FUNCTION.format("metrics")})
    assert upward(edges) == []
    edges = house({"metrics.py": IN_A_FUNCTION.format("plots"), "plots.py": ""})
    assert upward(edges) == [("kdlab.metrics", "kdlab.plots")]


def test_tensorflow_is_seen_however_far_away(house):
    files = {
        **PACKAGE,
        "distillation/fit.py": "from kdlab._tensorflow import keras",
        "distillation/interrupt.py": "import signal",
        "plots.py": "from kdlab import metrics",
        "metrics.py": IN_A_FUNCTION.format("models"),
        "models.py": "from kdlab.distillation.interrupt import hold",  # runs the package as well
        "audit.py": "import numpy",
    }
    assert set(with_tensorflow(house(files), NUMPY_ONLY)) == {"kdlab.plots", "kdlab.metrics"}
    assert with_tensorflow(house(files, at_once=True), NUMPY_ONLY) == []


def test_tensorflow_is_seen_behind_a_name_that_is_imported_on_first_use(house):
    files = {
        "cohort/__init__.py": "_MODULES = {'train': ('train_cohort',)}",
        "cohort/train.py": "from kdlab._tensorflow import tf",
        "cohort/cells.py": "import numpy",
        "widgets.py": "from kdlab.cohort.cells import Grid",
        "plots.py": "from kdlab.cohort import train_cohort",
    }
    edges = house(files, used_only=True)
    assert with_tensorflow(edges, NUMPY_ONLY) == ["kdlab.plots"]
