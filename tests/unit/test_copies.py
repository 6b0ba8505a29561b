"""The learner's folder: `kdlab lessons` and `kdlab lab`."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import namespaces
import nbformat
import pytest
from namespaces import linux
from nbformat import v4

import kdlab
from kdlab import __main__ as command
from kdlab.lessons import copies, files

ROOT = Path(__file__).parents[2]
NAMES = [path.name for path in files.lessons()]


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty folder that one stands in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def edition(tmp_path, monkeypatch):
    """`edition(text)`: another edition of kdlab, whose lesson 02 has changed."""

    def publish(text):
        folder = tmp_path / "edition"
        folder.mkdir(exist_ok=True)
        for lesson in files.lessons():
            notebook = v4.reads(lesson.read_text(encoding="utf-8"))
            if lesson.stem.startswith("02"):
                notebook.cells[0].source += text
            (folder / lesson.name).write_text(v4.writes(notebook), encoding="utf-8")
        changed = sorted(folder.glob("*.ipynb"))
        monkeypatch.setattr(files, "lessons", lambda: changed)

    return publish


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.glob("*.ipynb")}


# ---- copies -------------------------------------------------------------------------------------


def test_a_copy_has_the_lesson_s_cells_and_none_of_its_outputs(home):
    assert copies.copy_lessons("mine").new == NAMES
    for lesson in files.lessons():
        ours, copy = (nbformat.read(p, as_version=4) for p in (lesson, home / "mine" / lesson.name))
        nbformat.validate(copy)
        assert len(copy.cells) == len(ours.cells)
        for cell in copy.cells:
            if cell.cell_type == "code":
                assert cell.outputs == [] and cell.execution_count is None
        assert "widgets" not in copy.metadata
        assert copy.metadata.kdlab.lesson == lesson.stem


def test_a_copy_needs_nothing_beside_it(home):
    """Links go to other lessons or to the web, and pictures are inside."""
    copies.copy_lessons("mine")
    pictures = 0
    for name in NAMES:
        notebook = nbformat.read(home / "mine" / name, as_version=4)
        for cell in notebook.cells:
            for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", cell.source):
                if target.startswith("attachment:"):
                    assert cell.attachments[target.removeprefix("attachment:")]["image/png"]
                    pictures += 1
                elif cell.cell_type == "markdown":
                    assert target in [*NAMES, "glossary.md"], f"{name}: {target}"
                    assert (home / "mine" / target).is_file()
            assert cell.cell_type == "markdown" or "../" not in cell.source
    assert pictures == 1


def test_our_outputs_are_there_for_who_asks_for_them(home):
    assert command.main(["lessons", "--outputs", "theirs"]) == 0
    for lesson in files.lessons():
        ours, copy = (
            nbformat.read(p, as_version=4) for p in (lesson, home / "theirs" / lesson.name)
        )
        outputs = [cell.get("outputs") for cell in copy.cells]
        assert outputs == [cell.get("outputs") for cell in ours.cells]
        assert copy.metadata.get("widgets") == ours.metadata.get("widgets")


def test_what_is_there_is_never_touched(home):
    copies.copy_lessons("mine")
    worked_on = home / "mine" / NAMES[2]
    notebook = v4.reads(worked_on.read_text(encoding="utf-8"))
    notebook.cells[1].source = "# my own"
    worked_on.write_text(v4.writes(notebook), encoding="utf-8")
    (home / "mine" / "notes.txt").write_text("mine", encoding="utf-8")
    before = contents(home / "mine")
    again = copies.copy_lessons("mine")
    assert (again.new, again.changed, again.kept) == ([], {}, NAMES)
    assert contents(home / "mine") == before


def test_a_lesson_that_is_missing_comes_and_one_that_is_no_lesson_any_more_stays(home):
    copies.copy_lessons("mine")
    (home / "mine" / NAMES[1]).unlink()
    (home / "mine" / NAMES[2]).write_text("not a notebook", encoding="utf-8")
    again = copies.copy_lessons("mine")
    assert again.new == [NAMES[1]] and again.changed == {NAMES[2]: "02_soft_targets_2.ipynb"}
    assert (home / "mine" / NAMES[2]).read_text("utf-8") == "not a notebook"


def test_a_lesson_that_has_changed_is_put_beside_the_old_one(home, edition, capsys):
    copies.copy_lessons("my_lessons")
    before = contents(home / "my_lessons")
    edition("\n\nNew.")
    assert command.main(["lessons"]) == 0
    said = capsys.readouterr().out
    assert "02_soft_targets.ipynb has changed since you copied it." in said
    assert "the new one is 02_soft_targets_2.ipynb" in said
    new = contents(home / "my_lessons")
    assert before.items() <= new.items() and len(new) == len(before) + 1
    # Once is enough; and a third edition finds a name, too.
    assert copies.copy_lessons("my_lessons").changed == {}
    edition("\n\nNewer.")
    third = copies.copy_lessons("my_lessons").changed
    assert third == {"02_soft_targets.ipynb": "02_soft_targets_3.ipynb"}


def test_ids_and_outputs_of_ours_are_no_change(home, monkeypatch, edition):
    copies.copy_lessons("mine")
    edition("")  # written anew
    assert copies.copy_lessons("mine").changed == {}


# ---- the glossary -------------------------------------------------------------------------------


def test_the_glossary_comes_along(home):
    copies.copy_lessons("mine")
    ours = files.glossary().read_text(encoding="utf-8")
    theirs = (home / "mine" / "glossary.md").read_text(encoding="utf-8")
    assert theirs.startswith(ours) and theirs.removeprefix(ours).strip().startswith("<!--")


def test_a_new_glossary_takes_the_place_of_an_old_one_that_is_as_it_was(home, monkeypatch):
    copies.copy_lessons("mine")
    (home / "glossary.md").write_text("# Glossary\n\n## new\n\nA word.\n", encoding="utf-8")
    monkeypatch.setattr(files, "glossary", lambda: home / "glossary.md")
    for _ in range(2):
        copies.copy_lessons("mine")
        assert "## new" in (home / "mine" / "glossary.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("teacher", "my teacher", 1).encode(),
        lambda text: (text + "\nMine.\n").encode(),
        lambda text: (text.rstrip() + " mine").encode(),
        lambda text: b"Mine.",
        lambda text: b"",
        lambda text: b"\xff\xfe no text",
    ],
)
def test_a_glossary_with_a_word_of_the_learner_s_stays(home, monkeypatch, change):
    copies.copy_lessons("mine")
    path = home / "mine" / "glossary.md"
    path.write_bytes(change(path.read_text(encoding="utf-8")))
    before = path.read_bytes()
    (home / "glossary.md").write_text("# Glossary\n\n## new\n\nA word.\n", encoding="utf-8")
    monkeypatch.setattr(files, "glossary", lambda: home / "glossary.md")
    copies.copy_lessons("mine")
    assert path.read_bytes() == before


# ---- the command --------------------------------------------------------------------------------


def test_who_stands_in_the_folder_means_it(home, monkeypatch):
    assert command.main(["lessons", "here"]) == 0
    monkeypatch.chdir(home / "here")
    assert command.main(["lessons"]) == 0
    assert not (home / "here" / "my_lessons").exists()


@pytest.mark.parametrize(
    ("arguments", "folder", "passed_on"),
    [
        (["lab"], "my_lessons", []),
        (["lab", "mine"], "mine", []),
        (["lab", "--no-browser", "--port", "1"], "my_lessons", ["--no-browser", "--port", "1"]),
        (["lab", "mine", "--port=1", "x"], "mine", ["--port=1", "x"]),
    ],
)  # fmt: skip
def test_lab_copies_and_passes_jupyterlab_s_options_on(
    home, monkeypatch, arguments, folder, passed_on
):
    started = []
    monkeypatch.setattr(command, "open_lab", lambda *a: started.append(a) or 3)
    assert command.main(arguments) == 3
    assert started == [(Path(folder), passed_on)]
    assert (home / folder / NAMES[0]).exists()


@pytest.mark.parametrize("arguments", [[], ["lessens"], ["lessons", "--port", "1"]])
def test_what_cannot_be_understood_is_said(home, capsys, arguments):
    with pytest.raises(SystemExit):
        command.main(arguments)
    assert "usage: kdlab" in capsys.readouterr().err
    assert not list(home.iterdir())


def test_a_place_that_cannot_be_written_is_said(home, capsys):
    (home / "file").touch()
    assert command.main(["lessons", "file"]) == 1
    assert "The lessons cannot be copied into file: " in capsys.readouterr().err


@linux
def test_a_full_disk_leaves_no_half_lesson(home):
    (home / "disk").mkdir()
    script = """
        import json
        from pathlib import Path
        from kdlab.__main__ import main

        assert main(["lessons", "disk/mine"]) == 1
        there = sorted(path.name for path in Path("disk/mine").iterdir())
        assert there[0] == ".kdlab" and 1 < len(there) < 6, there
        for name in there[1:]:
            json.loads(Path("disk/mine", name).read_text(encoding="utf-8"))
    """
    done = namespaces.run(
        sys.executable, "-c", textwrap.dedent(script),
        setup="mount -t tmpfs -o size=60k none disk",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "The lessons cannot be copied into disk/mine: [Errno 28]" in done.stderr


def test_the_command_needs_no_heavy_import(python):
    done = python(
        "import sys, kdlab.__main__, kdlab.jupyter\n"
        "heavy = {'numpy', 'tensorflow', 'ipywidgets', 'jupyterlab'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    assert done.returncode == 0, done.stderr


# ---- recorded experiments, and the wheel --------------------------------------------------------


@pytest.mark.parametrize("name", ["few labels", "few_labels.json", "../few_labels", "", None])
def test_an_unknown_experiment_is_named(name):
    with pytest.raises(ValueError, match="name must be one of article_teacher, cifar10_article"):
        kdlab.load_experiment(name)


def test_every_record_can_be_read():
    for path in (ROOT / "experiments").glob("*.json"):
        assert kdlab.load_experiment(path.stem) == json.loads(path.read_text(encoding="utf-8"))


def test_the_lessons_and_what_they_read_travel_in_the_wheel(tmp_path):
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        f"--wheel-dir={tmp_path}",
    ]
    subprocess.run([*build, str(ROOT)], check=True)
    (wheel,) = tmp_path.glob("kdlab-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "installed")
    inside = {f"kdlab/lessons/notebooks/{name}" for name in [*NAMES, "glossary.md"]}
    records = {
        f"kdlab/lessons/experiments/{path.name}"
        for pattern in ("*.json", "*.png") for path in (ROOT / "experiments").glob(pattern)
    }  # fmt: skip
    assert inside | records == {n for n in names if "/lessons/" in n and not n.endswith(".py")}
    assert not [name for name in names if name.startswith(("notebooks", "experiments"))]
    # And from there they are copied, with nothing of this repository in reach.
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "installed")}
    done = subprocess.run(
        [sys.executable, "-m", "kdlab", "lessons"],
        cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (tmp_path / "my_lessons").glob("*.ipynb")) == NAMES
    assert (tmp_path / "my_lessons" / "glossary.md").is_file()
