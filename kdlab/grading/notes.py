"""What an instructor should know about how a submission was graded, kept in its graded copy."""

from __future__ import annotations

from nbformat import NotebookNode

_KEY = "grading_notes"


def notes(nb: NotebookNode) -> list[str]:
    """What was mended in a graded notebook, and which cells were left out when it was run.

    Args:
        nb: a notebook from nbgrader's folder `autograded/`.

    Returns:
        A sentence each; none for a submission that was graded as it came.

    Example:
        >>> from nbformat.v4 import new_notebook
        >>> notes(new_notebook())
        []
    """
    return list(nb.metadata.get(_KEY, ()))


def begin_notes(nb: NotebookNode, first: list[str]) -> None:
    """Start the notes anew: what a submission brings along under their name does not count."""
    nb.metadata[_KEY] = list(first)


def add_note(nb: NotebookNode, note: str) -> None:
    nb.metadata[_KEY] = [*notes(nb), note]
