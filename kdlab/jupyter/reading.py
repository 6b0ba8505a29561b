"""Give a notebook that is opened the answers that were kept beside it.

An answer that was given after the last save is in its own file, but not in the notebook. It must be
seen when the notebook is opened, before any cell is run.
"""

from __future__ import annotations

from pathlib import Path

from kdlab.jupyter.saving import states
from kdlab.lessons import record


def give_answers(notebook: dict, folder: str) -> None:
    """Set the stored widgets of a notebook to the learner's answers, in place.

    Args:
        notebook: what was read.
        folder: where it lies.
    """
    for model in states(notebook).values():
        state = model.get("state", {})
        match state.get("_keeping"):
            # Somebody else's notebook may hold anything, such as a path.
            case {"lesson": str(lesson), "key": str(key), "traits": list(traits)} if (
                Path(lesson).name == lesson
            ):
                answer = _answers(Path(folder), lesson).get(key, {}).get("state", {})
                state.update({name: answer[name] for name in traits if name in answer})


def _answers(folder: Path, lesson: str) -> dict[str, dict]:
    try:
        return record.read(record.path_in(folder, lesson))
    except (OSError, ValueError):  # said in the lesson, when an answer is to be kept
        return {}
