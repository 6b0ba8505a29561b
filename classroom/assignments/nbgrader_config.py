"""How nbgrader hands out and grades the assignments in this folder.

nbgrader reads it when it is started here, as its commands, its Formgrader and grade.py all are.
"""

import os
import sys
from pathlib import Path

from nbgrader import preprocessors as steps

from kdlab.grading import ExecuteAround, MendCells

c = get_config()  # noqa: F821, nbgrader defines it

# nbgrader calls `alembic` by its bare name, also where the environment was not activated.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

c.CourseDirectory.root = str(Path(__file__).resolve().parent)
c.CourseDirectory.course_id = "kdlab"

# What stands in the place of an answer.
c.ClearSolutions.code_stub = {
    "python": '# YOUR CODE HERE\nraise NotImplementedError("not attempted yet")'
}
c.ClearSolutions.text_stub = "YOUR ANSWER HERE"

# nbgrader's own steps, but MendCells for DeduplicateIds and ExecuteAround for Execute: the reasons
# stand in kdlab/grading.
c.Autograde.sanitize_preprocessors = [
    steps.ClearOutput,
    MendCells,
    steps.OverwriteKernelspec,
    steps.OverwriteCells,  # puts the hidden tests back
    steps.CheckCellMetadata,
]
c.Autograde.autograde_preprocessors = [
    ExecuteAround,
    steps.IgnorePattern,
    steps.LimitOutput,
    steps.SaveAutoGrades,
    steps.AssignLatePenalties,
    steps.CheckCellMetadata,
]

# A training takes seconds, on a crowded hub perhaps a minute. nbgrader's 30 s would fail it there.
c.Execute.timeout = 180
c.Execute.startup_timeout = 180
c.Execute.iopub_timeout = 30
c.Execute.extra_arguments = ["--log-level=ERROR"]  # no notice from each kernel in the terminal

# A warning is not a mistake: left in the output, it would make nbgrader give its test 0 points.
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = ".*"

c.LimitOutput.max_lines = 200
