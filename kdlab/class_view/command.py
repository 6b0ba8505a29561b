"""`kdlab class`: from a folder of reports one page."""

from __future__ import annotations

import sys
from pathlib import Path

from kdlab.class_view.page import page, told
from kdlab.class_view.reading import find
from kdlab.storage import write_atomically


def make(folder: Path, output: Path, *, homes: bool = False, threshold: int = 3) -> int:
    """Write the page; returns the exit status.

    Args:
        folder: where the reports are, however deep.
        output: the page to write; an older one is replaced in one move.
        homes: whether `folder` holds learners' homes: then only shared reports are taken.
        threshold: the smallest count that is shown.
    """
    try:
        found = find(folder, homes=homes)
    except OSError as error:
        return _failed(f"No reports can be read: {error}.")
    for line in told(found, folder):
        print(line, file=sys.stderr)
    if not found.reports:
        which = "report that its learner shares" if homes else "report"
        return _failed(
            f"There is no {which} in {folder}, so no page was written. A report is what "
            "ex.answers.report() leaves beside a lesson: report_LESSON.json."
        )
    if output.is_dir():
        return _failed(f"{output} is a folder: name a file, such as {output / 'class.html'}.")
    text = page(found, threshold)
    try:
        write_atomically(output, lambda file: file.write(text.encode()))
    except OSError as error:
        return _failed(f"The page cannot be written: {error}.")
    learners = len({report.learner for report in found.reports})
    print(f"{output}: {len(found.reports)} reports of {learners} learners.")
    return 0


def _failed(why: str) -> int:
    print(why, file=sys.stderr)
    return 1
