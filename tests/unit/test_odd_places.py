"""Machines set up differently: a decimal comma, a clock that is wrong, names with umlauts."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from systems import posix

import kdlab
from kdlab import storage, teachers

ROOT = Path(__file__).parents[2]

NO_LOCALE = (
    "No locale with a decimal comma for this test, and none can be made: install Debian's package "
    "(apt-get install locales)."
)


@pytest.fixture(scope="module")
def decimal_comma(tmp_path_factory):
    """The environment of a locale whose numbers have a comma."""
    folder = tmp_path_factory.mktemp("locales")
    installed = subprocess.run(
        ["locale", "-a"], capture_output=True, encoding="utf-8"
    ).stdout.split()
    name = next((n for n in installed if re.fullmatch(r"(de|fr|es|it)_\w+\.utf-?8", n.lower())), "")
    if name:
        return {"LC_ALL": name}
    if shutil.which("localedef"):
        made = folder / "de_DE.UTF-8"
        subprocess.run(["localedef", "-i", "de_DE", "-f", "UTF-8", made], capture_output=True)
        if (made / "LC_NUMERIC").exists():
            return {"LOCPATH": str(folder), "LC_ALL": "de_DE.UTF-8"}
    raise pytest.fail.Exception(NO_LOCALE, pytrace=False)


@posix
def test_a_decimal_comma_changes_nothing(decimal_comma, python, tmp_path):
    """Trained, written, read and shown: the same to the byte as in the C locale."""
    script = textwrap.dedent("""
        import locale, re, sys
        print(locale.setlocale(locale.LC_ALL, "") and locale.str(1.5), file=sys.stderr)

        import kdlab
        digits, teacher = kdlab.load_dataset(), kdlab.pretrained_teacher("digits")
        student = kdlab.build_student(digits)
        history = kdlab.train(student, digits.x_train[:200], digits.y_train[:200], epochs=2)
        cohort = kdlab.train_cohort(
            digits, teacher.train_logits, alphas=[0, 0.5], n_images=[50], seeds=range(2), steps=50)
        explorer = kdlab.TemperatureExplorer(teacher.test_logits[:3], temperature=1.5)
        kdlab.save_teacher("t.npz", student, digits, learning_rate=1.5)
        print(history.history, cohort.to_json(), explorer._repr_mimebundle_()[0]["text/html"])
        print(kdlab.load_teacher("t.npz").provenance["learning_rate"])
        print(explorer.to_html("e.html").read_text("utf-8"))
        print(kdlab.verdict(cohort.difference(dict(alpha=0.5), dict(alpha=0)), "a", "b"))
        kdlab.show(kdlab.plot_lines([0.5, 1], {"a": [0.5, 1.5]}), "alt")
    """)
    done = {}
    for name, environment in {"comma": decimal_comma, "C": {"LC_ALL": "C"}}.items():
        place = tmp_path / name
        place.mkdir()
        done[name] = python(f"import os; os.chdir({str(place)!r})\n{script}", **environment)
        assert done[name].returncode == 0, done[name].stderr
    assert done["comma"].stderr.splitlines()[0] == "1,5" and done["C"].stderr.startswith("1.5")
    assert done["comma"].stdout == done["C"].stdout


@pytest.mark.parametrize("year", [1970, 2100])
def test_a_clock_that_is_wrong_changes_nothing(year, tmp_path, monkeypatch, digits):
    """Written at another time than it is: before zip files can say, or in the future."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return cls(year, 1, 2, tzinfo=UTC)

    few = kdlab.load_dataset(n_train=20, n_test=20)
    model = kdlab.build_student(few)
    with monkeypatch.context() as patch:
        patch.setattr(teachers, "datetime", Clock)
        patch.setattr(storage.time, "time", lambda: Clock.now().timestamp())
        kdlab.save_teacher(tmp_path / "t.npz", model, few)
        kdlab.save_teacher(tmp_path / "t.npz", model, few, seed=1)
    os.utime(tmp_path / "t.npz", (Clock.now().timestamp(),) * 2)
    # Now the clock is right again: what was written then is taken, and replaced.
    teacher = kdlab.stored_teacher(tmp_path / "t.npz", few, lambda: 1 / 0, seed=1)
    assert teacher.provenance["created"].startswith(str(year))
    np.testing.assert_array_equal(teacher.test_logits, kdlab.predict_logits(model, few.x_test))
    kdlab.save_teacher(tmp_path / "t.npz", model, few, seed=2)
    assert kdlab.load_teacher(tmp_path / "t.npz").provenance["seed"] == 2
    assert os.listdir(tmp_path) == ["t.npz"]


def test_a_clock_set_back_in_mid_training_loses_nothing(tmp_path, monkeypatch, digits):
    from kdlab.distillation import checkpoint

    times = iter(range(2_000_000_000, 0, -100_000_000))
    monkeypatch.setattr(checkpoint.time, "time", lambda: next(times))
    monkeypatch.setattr(checkpoint, "SAVE_EVERY", 0)
    model = kdlab.build_student(digits)
    monitor = kdlab.TrainingMonitor()
    x, y = digits.x_train[:50], digits.y_train[:50]
    history = kdlab.train(model, x, y, epochs=4, monitor=monitor, checkpoint=tmp_path / "run.npz")
    assert len(history.history["loss"]) == 4
    assert not list(tmp_path.iterdir())


def test_a_lesson_runs_in_a_folder_with_umlauts_and_spaces_of_a_user_with_them(tmp_path):
    """kdlab itself, its lessons and the home, all of them below `Übungen für Zoë 学`."""
    home = tmp_path / "Zoë Müller 学"
    project = home / "Übungen & Co (für Zoë)"
    shutil.copytree(ROOT / "kdlab", project / "kdlab", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "notebooks", project / "notebooks")
    script = textwrap.dedent("""
        from pathlib import Path

        import nbformat
        from tests.tools import refresh

        path = Path("00_start_here.ipynb")
        expected = nbformat.read(path, as_version=4)
        refresh.refresh(path)
        lesson = nbformat.read(path, as_version=4)
        for cell, before in zip(lesson.cells, expected.cells, strict=True):
            texts = [
                [o for o in c.get("outputs", ()) if o.output_type == "stream"]
                for c in (cell, before)
            ]
            assert texts[0] == texts[1], texts

        import kdlab
        assert Path(kdlab.__file__).is_relative_to(Path.cwd().parent), kdlab.__file__
        digits = kdlab.load_dataset()
        few = digits.x_train[:50], digits.y_train[:50]
        student = kdlab.build_student(digits)
        kdlab.train(student, *few, epochs=2, checkpoint="Läufe/mein Lauf.npz")
        kdlab.save_teacher("~/meine Lehrerin.npz", student, digits, name="Zoë")
        teacher = kdlab.load_teacher("~/meine Lehrerin.npz", digits)
        kdlab.TemperatureExplorer(teacher.test_logits[:3]).to_html("Seite für Zoë.html")
        print(sorted(map(str, Path.home().glob("*.npz"))))
    """)
    environment = {
        **os.environ,
        "HOME": str(home),
        "USERPROFILE": str(home),  # what Windows calls it
        "USER": "zoë",
        "LOGNAME": "zoë",
        # kdlab is that of the project, and what runs a lesson that of the tests.
        "PYTHONPATH": f"{project}{os.pathsep}{ROOT}",
    }
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=project / "notebooks", env=environment, capture_output=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == str([str(home / "meine Lehrerin.npz")])
