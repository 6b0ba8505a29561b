"""The graded assignment, from the students' version to the table of grades.

One class hands in: right and wrong answers, nothing, and what breaks plain nbgrader. There a
copied answer ends the batch, a deleted test loses its points without a word, and a test tagged
`skip-execution` counts as passed.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.utils import is_grade, is_solution

COURSE = Path(__file__).parents[2] / "classroom/assignments"
MADE_THERE = ("autograded", "feedback", "gradebook.db*", "grades.csv", "grading.log", "release",
              "submitted", "__pycache__")  # fmt: skip
POINTS = {
    "soft-targets-test": 2, "soft-targets-hidden": 2,
    "loss-gradient-soft-test": 2, "loss-gradient-hard-test": 1, "loss-gradient-hidden": 2,
    "look-alikes-test": 1, "look-alikes-hidden": 3,
    "cohorts-test": 2, "cohorts-hidden": 2,
    "verdicts-test": 4,
    "missing-t2": 4,
}  # fmt: skip
WRONG = {
    "soft-targets": """
def soft_targets(logits, T):
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return np.exp(p / T) / np.exp(p / T).sum(axis=1, keepdims=True)
""",
    "loss-gradient": """
def loss_gradient(student_logits, teacher_logits, labels, T, alpha):
    soft = (kdlab.softmax(student_logits, T) - kdlab.softmax(teacher_logits, T)) / T
    hard = kdlab.softmax(student_logits) - np.eye(student_logits.shape[1])[labels]
    return alpha * soft + (1 - alpha) * hard
""",
    "look-alikes": """
def look_alikes(logits, labels, T):
    p = kdlab.softmax(logits)
    mean = np.array([p[labels == c].mean(axis=0) for c in range(logits.shape[1])])
    return (mean - np.eye(len(mean))).argmax(axis=1)
""",
    "cohorts": """
labelled = kdlab.train_cohort(digits, alphas=[0], n_images=[50], seeds=range(10))
taught = kdlab.train_cohort(digits, teacher.train_logits, alphas=[1], n_images=[500])
gain = kdlab.unpaired_difference(taught.test_accuracy, labelled.test_accuracy)
""",
    "verdicts": 'verdicts = {"A": "helps", "B": "helps", "C": "hurts", "D": "cannot tell"}',
}


def read(path):
    return nbformat.read(path, as_version=4)


def name_of(cell):
    return cell.metadata.nbgrader.grade_id


def cell(nb, name):
    return next(cell for cell in nb.cells if name_of(cell) == name)


@pytest.fixture(scope="module")
def source():
    return read(COURSE / "source" / "distillation" / "distillation.ipynb")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course folder of its own, with the students' version made in it."""
    folder = tmp_path_factory.mktemp("a course") / "Übung 1"
    shutil.copytree(COURSE, folder, ignore=shutil.ignore_patterns(*MADE_THERE))
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", "distillation", "--force"]
    # As `python -m` of an environment that was not activated, whose programs are on no path.
    path = os.pathsep.join(
        part
        for part in os.environ["PATH"].split(os.pathsep)
        if not shutil.which("alembic", path=part)
    )
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def released(course):
    return read(course / "release" / "distillation" / "distillation.ipynb")


def answered(released, answers, **others):
    """The students' version with these answers, those that are None left open."""
    nb = deepcopy(released)
    for name, text in {**answers, **others}.items():
        if text is not None:
            cell(nb, name.replace("_", "-")).source = text
    return nb


def hand_in(course, student, content, name="distillation.ipynb"):
    folder = course / "submitted" / student / "distillation"
    folder.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else nbformat.writes(content)
    (folder / name).write_text(text, encoding="utf-8")


def broken(nb):
    """What happens to a notebook in other editors, and what somebody may try."""
    place = nb.cells.index(cell(nb, "soft-targets"))
    copy = deepcopy(nb.cells[place])  # with its metadata, as an editor does
    copy.id, copy.source = "a-copy", "# YOUR CODE HERE\nraise NotImplementedError()"
    nb.cells.insert(place + 1, copy)
    nb.cells.remove(cell(nb, "loss-gradient-hidden"))
    cell(nb, "look-alikes-test").source = "pass"
    cell(nb, "look-alikes-hidden").source = "3.0"
    cell(nb, "cohorts-test").metadata["tags"] = ["skip-execution"]
    nb.metadata["grading_notes"] = ["Full marks."]
    return nb


def run_grade(course, *arguments):
    done = subprocess.run(
        [sys.executable, course / "grade.py", *arguments],
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    with open(course / "grades.csv", encoding="utf-8-sig", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}, done.stdout


@pytest.fixture(scope="module")
def graded(course, source, released):
    """The table of grades, by student, and what was said in the terminal."""
    right = {name_of(c): c.source for c in source.cells if is_solution(c)}
    untrained = {**right, "cohorts": None}  # which spares the training
    hand_in(course, "Zoë O'Hara, 李", answered(released, right))
    hand_in(course, "wrong", answered(released, WRONG))
    hand_in(
        course, "broken", broken(answered(released, untrained, look_alikes="look_alikes = None"))
    )
    hand_in(course, "empty", released)
    hand_in(course, "half-saved", nbformat.writes(released)[:5000])
    hand_in(course, "json", json.dumps(["not", "a", "notebook"]))
    hand_in(course, "renamed", answered(released, untrained), name="distillation (1).ipynb")
    stumbling = {"look_alikes": "quit()", "cohorts": "import a_module_that_nobody_has"}
    hand_in(course, "stumbles", answered(released, untrained, **stumbling))
    return run_grade(course)


def scores(row):
    """The points in each cell; None where nobody has given any yet."""
    return {name: float(row[name]) if row[name] else None for name in POINTS}


def expected(**lost):
    """Full points, but in these cells."""
    return {**POINTS, "missing-t2": None, **{k.replace("_", "-"): v for k, v in lost.items()}}


# ---- the students' version ----------------------------------------------------------------------


def test_students_see_neither_solutions_nor_hidden_tests(released):
    MetadataValidator().validate_nb(released)  # of the newest schema, 3
    text = nbformat.writes(released)
    for secret in ("BEGIN", "END ", "hidden_", "For the grader", "fill_diagonal", '"A": "helps"'):
        assert secret not in text.replace("Kernel", ""), secret
    for one in released.cells:
        assert one.metadata.deletable is False
        if is_solution(one):
            assert "YOUR CODE HERE" in one.source or one.source.strip() == "YOUR ANSWER HERE"
        else:
            assert one.metadata.editable is False


def test_the_points_are_those_that_the_introduction_promises(released):
    points = {name_of(c): c.metadata.nbgrader.points for c in released.cells if is_grade(c)}
    assert points == POINTS
    rows = [line.split(" | ") for line in cell(released, "intro").source.splitlines()]
    promised = {row[0][2]: int(row[1]) for row in rows if row[0][2:3].isdigit()}
    tasks = {}
    for one in released.cells:  # each task begins with its text
        if name_of(one).startswith("task-"):
            task = name_of(one)[-1]
        elif is_grade(one):
            tasks[task] = tasks.get(task, 0) + one.metadata.nbgrader.points
    assert tasks == promised and sum(promised.values()) == 25


# ---- grading ------------------------------------------------------------------------------------


def test_right_answers_earn_every_point_that_a_test_can_give(graded):
    row = graded[0]["Zoë O'Hara, 李"]
    assert scores(row) == expected() and row["notes"] == ""
    assert float(row["score"]) == 21 and float(row["of"]) == 25
    assert float(row["waiting for a grader"]) == 4


def test_wrong_answers_earn_what_is_right_in_them(graded):
    row = graded[0]["wrong"]
    assert scores(row) == expected(
        soft_targets_test=0, soft_targets_hidden=0, loss_gradient_soft_test=0,
        loss_gradient_hidden=0, look_alikes_hidden=0.9, cohorts_hidden=0, verdicts_test=1,
        missing_t2=0,
    )  # fmt: skip
    assert float(row["score"]) == pytest.approx(5.9) and row["notes"] == ""


def test_damage_neither_costs_nor_earns_a_point_and_is_reported(graded):
    row = graded[0]["broken"]
    assert scores(row) == expected(
        look_alikes_test=0, look_alikes_hidden=0, cohorts_test=0, cohorts_hidden=0
    )
    assert row["notes"] == (
        "`soft-targets` came 2 times: the first answer counts. "
        "`loss-gradient-hidden` was missing: put back. "
        "`look-alikes-test` was not as handed out: replaced. "
        "`look-alikes-hidden` was not as handed out: replaced. "
        "`cohorts-test` was tagged to be skipped: it is run."
    )


def test_an_error_or_a_kernel_that_is_told_to_quit_costs_its_own_task_alone(graded):
    row = graded[0]["stumbles"]
    assert scores(row) == expected(
        look_alikes_test=0, look_alikes_hidden=0, cohorts_test=0, cohorts_hidden=0
    )
    assert row["notes"] == "`look-alikes` ended its kernel: left out."


def test_nothing_is_given_for_nothing(graded):
    row = graded[0]["empty"]
    assert set(scores(row).values()) == {0.0} and float(row["score"]) == 0
    assert float(row["waiting for a grader"]) == 0


@pytest.mark.parametrize(
    "student, reason",
    [
        ("half-saved", "distillation.ipynb is not a notebook: "),
        ("json", "distillation.ipynb is not a notebook: "),
        ("renamed", "distillation.ipynb is missing; the folder holds: distillation (1).ipynb"),
    ],
)
def test_what_cannot_be_graded_gets_a_reason_and_no_zero(student, reason, graded, course):
    table, said = graded
    row = table[student]
    assert row["notes"].startswith(f"NOT GRADED: {reason}") and row["score"] == ""
    assert f"{student} ... {reason}" in said
    assert not (course / "feedback" / student).exists()


def test_the_instructor_is_told_whom_to_look_at(graded):
    said = graded[1]
    assert "3 of 8 not graded: half-saved, json, renamed" in said
    assert "2 of 8 mended, or run in part: broken, stumbles" in said
    assert "3 of 8 waiting for a grader: Zoë O'Hara, 李, broken, stumbles" in said


def test_feedback_says_what_was_lost_and_what_was_mended(graded, course):
    def feedback(student):
        page = course / "feedback" / student / "distillation" / "distillation.html"
        return page.read_text("utf-8")

    assert "21.0 / 25.0" in feedback("Zoë O'Hara, 李")
    assert "You divided probabilities by T" in feedback("wrong")
    assert "Mended before grading" in feedback("broken")
    assert "Mended before grading" not in feedback("wrong")
    assert "This cell ended its kernel" in feedback("stumbles")


def test_a_loop_without_end_is_left_out_and_others_keep_what_a_person_gave(
    graded, course, source, released
):
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "kdlab") as gradebook:
        given = gradebook.find_grade("missing-t2", "distillation", "distillation", "Zoë O'Hara, 李")
        given.manual_score, given.needs_manual_grade = 3, False
        gradebook.db.commit()
    with open(course / "nbgrader_config.py", "a", encoding="utf-8") as config:
        config.write("c.Execute.timeout = 10\n")
    # It goes on after an interrupt, and nbgrader would send nothing else.
    loop = (
        "import time\n\nwhile True:\n    try:\n        time.sleep(1)\n    except BaseException:\n"
        "        pass"
    )
    right = {name_of(c): c.source for c in source.cells if is_solution(c)}
    hand_in(course, "loop", answered(released, {**right, "cohorts": loop}))
    before = (course / "autograded/wrong/distillation/distillation.ipynb").stat().st_mtime_ns

    table, said = run_grade(course)
    assert scores(table["loop"]) == expected(cohorts_test=0, cohorts_hidden=0)
    assert table["loop"]["notes"] == "`cohorts` did not end within 10 s: left out."
    assert float(table["Zoë O'Hara, 李"]["score"]) == 24
    assert table["wrong"] == graded[0]["wrong"] and "3 of 9 not graded" in said
    after = (course / "autograded/wrong/distillation/distillation.ipynb").stat().st_mtime_ns
    assert after == before, "graded again, though nothing had changed"
