"""Grading with nbgrader that a damaged submission cannot stop.

Two steps for the lists of preprocessors in an `nbgrader_config.py`: `MendCells`, which puts the
cells of a submission in order before they are graded, and `ExecuteAround`, which gets past cells
that never end. `classroom/assignments/nbgrader_config.py` uses both. They need
`pip install "kdlab[grading]"`.

What they did to a submission stands in its graded copy, in the notebook's metadata: see `notes`.
"""

from kdlab._extras import needs

with needs("grading"):
    from kdlab.grading.execute_around import ExecuteAround
    from kdlab.grading.mend_cells import MendCells, mend
from kdlab.grading.notes import notes

__all__ = ["ExecuteAround", "MendCells", "mend", "notes"]
