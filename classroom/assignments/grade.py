"""Grade every submission, write the grades and the feedback. One command for the instructor.

    python classroom/assignments/grade.py [--again] [student ...]

Reads `submitted/STUDENT/ASSIGNMENT/`, writes `feedback/STUDENT/ASSIGNMENT/` and `grades.csv`. A
submission that has not changed since it was graded keeps its grade, what was graded by hand too;
`--again` runs its tests anew. One that cannot be graded stops nobody else's: it stands in
`grades.csv` with the reason and an empty score, which is not a zero. All that nbgrader said is in
`grading.log`.
"""

from __future__ import annotations

import argparse
import csv
import glob
import io
import logging
import sys
import time
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import is_grade
from traitlets.config import Config, PyFileConfigLoader
from traitlets.log import get_logger

from kdlab.grading import notes
from kdlab.storage import write_atomically

FOLDER = Path(__file__).resolve().parent


class Course:
    """The folders and the gradebook of one assignment."""

    def __init__(self, folder: Path, assignment: str):
        self.folder, self.assignment = folder, assignment
        self.config: Config = PyFileConfigLoader("nbgrader_config.py", str(folder)).load_config()

    def directory(self, student: str = ".") -> CourseDirectory:
        return CourseDirectory(
            config=self.config, assignment_id=self.assignment, student_id=glob.escape(student)
        )

    def gradebook(self) -> Gradebook:
        directory = self.directory()
        return Gradebook(directory.db_url, directory.course_id)

    def notebook(self, step: str, student: str = ".") -> Path:
        return self.folder / step / student / self.assignment / f"{self.assignment}.ipynb"

    def students(self) -> list[str]:
        folders = (self.folder / "submitted").glob(f"*/{glob.escape(self.assignment)}")
        return sorted(folder.parent.name for folder in folders if folder.is_dir())

    def run(self, converter: type, student: str = ".") -> None:
        """One of nbgrader's conversions, over what it made before."""
        converter(coursedir=self.directory(student), config=self.config, force=True).start()

    def release(self) -> None:
        """Make the students' version if there is none: submissions are mended by it."""
        with self.gradebook() as gradebook:
            try:
                known = bool(gradebook.find_assignment(self.assignment).notebooks)
            except MissingEntry:
                known = False
        if not (known and self.notebook("release").exists()):
            self.run(GenerateAssignment)


def obstacle(notebook: Path) -> str | None:
    """Why a submission cannot be graded, if that can be seen before it is tried."""
    if not notebook.exists():
        others = sorted(path.name for path in notebook.parent.iterdir())
        return f"{notebook.name} is missing; the folder holds: {', '.join(others) or 'nothing'}"
    try:
        nbformat.read(notebook, as_version=4)
    except Exception as error:  # whatever a damaged file makes a reader raise
        return f"{notebook.name} is not a notebook: {first_line(error)}"
    return None


def first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:100]


def is_graded(course: Course, student: str) -> bool:
    """Whether the graded copy is younger than all that was submitted."""
    graded = course.notebook("autograded", student)
    # A file from an archive may have any date of change; its `ctime` is when it came here.
    submitted = [
        max(path.stat().st_mtime, path.stat().st_ctime)
        for path in course.notebook("submitted", student).parent.rglob("*")
    ]
    return graded.exists() and graded.stat().st_mtime > max(submitted, default=0.0)


def grade(course: Course, student: str, again: bool) -> str | None:
    """Grade a submission and write its feedback; returns why that could not be done."""
    if reason := obstacle(course.notebook("submitted", student)):
        return reason
    try:
        if again or not is_graded(course, student):
            course.run(Autograde, student)
        course.run(GenerateFeedback, student)
    except Exception as error:
        get_logger().exception("Grading %s", student)
        return f"nbgrader failed, see grading.log: {first_line(error)}"
    return None


def row(course: Course, gradebook: Gradebook, student: str, reason: str | None) -> dict:
    """A submission's line in the table of grades."""
    if reason:
        return {"student": student, "notes": f"NOT GRADED: {reason}"}
    submission = gradebook.find_submission(course.assignment, student)
    grades = submission.notebooks[0].grades
    graded_copy = nbformat.read(course.notebook("autograded", student), as_version=4)
    return {
        "student": student,
        "score": max(0.0, submission.score - (submission.late_submission_penalty or 0.0)),
        "of": submission.max_score,
        "waiting for a grader": sum(g.max_score for g in grades if g.needs_manual_grade),
        **{g.name: "" if g.needs_manual_grade else g.score for g in grades},
        "notes": " ".join(notes(graded_copy)),
    }


def write_table(course: Course, rows: list[dict]) -> None:
    released = nbformat.read(course.notebook("release"), as_version=4)
    cells = [cell.metadata.nbgrader.grade_id for cell in released.cells if is_grade(cell)]
    columns = ["student", "score", "of", "waiting for a grader", *cells, "notes"]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    # The mark at its beginning tells Excel that a name may hold any letter.
    content = text.getvalue().encode("utf-8-sig")
    write_atomically(course.folder / "grades.csv", lambda file: file.write(content))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("students", nargs="*", metavar="student", help="only these")
    parser.add_argument("--again", action="store_true", help="run the tests of all of them anew")
    parser.add_argument("--assignment", default="distillation", help="a folder in source/")
    options = parser.parse_args(arguments)
    if not (FOLDER / "source" / options.assignment).is_dir():
        parser.error(f"--assignment must name a folder in {FOLDER / 'source'}")
    course = Course(FOLDER, options.assignment)
    students = course.students()
    if unknown := set(options.students) - set(students):
        parser.error(f"nothing was submitted by {', '.join(sorted(unknown))}")
    if not students:
        parser.error(
            f"no submissions: put them into {FOLDER / 'submitted'}/STUDENT/{options.assignment}/"
        )

    sys.stdout.reconfigure(errors="replace")  # a terminal that lacks the letters of a name
    log = logging.FileHandler(FOLDER / "grading.log", mode="w", encoding="utf-8")
    logging.captureWarnings(True)
    for logger in (get_logger(), logging.getLogger("py.warnings")):
        logger.addHandler(log)
    try:
        course.release()
    except NbGraderException:
        print("The students' version cannot be made, see grading.log", file=sys.stderr)
        return 1
    reasons: dict[str, str | None] = {}
    for student in students:
        if options.students and student not in options.students:
            reasons[student] = None if is_graded(course, student) else "not since it was submitted"
            continue
        start = time.perf_counter()
        print(f"{student} ...", end=" ", flush=True)
        reasons[student] = grade(course, student, options.again)
        print(reasons[student] or f"{time.perf_counter() - start:.0f} s", flush=True)

    with course.gradebook() as gradebook:
        rows = [row(course, gradebook, student, reason) for student, reason in reasons.items()]
    write_table(course, rows)
    print(f"Grades: {FOLDER / 'grades.csv'}\nFeedback: {FOLDER / 'feedback'}")
    for what, some in {
        "not graded": [r for r in rows if reasons[r["student"]]],
        "mended, or run in part": [r for r in rows if r["notes"] and not reasons[r["student"]]],
        "waiting for a grader": [r for r in rows if r.get("waiting for a grader")],
    }.items():
        if some:
            print(f"{len(some)} of {len(rows)} {what}: {', '.join(r['student'] for r in some)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
