"""Where the lessons are, and the recorded experiments that they quote."""

from __future__ import annotations

import json
from pathlib import Path

_HERE = Path(__file__).parent
_REPOSITORY = _HERE.parents[1]


def _folder(name: str) -> Path:
    """A folder that the wheel carries beside this file, and the repository at its top."""
    packaged = _HERE / name
    return packaged if packaged.is_dir() else _REPOSITORY / name


def lessons() -> list[Path]:
    """The notebooks of the lessons, in their order."""
    return sorted(_folder("notebooks").glob("[0-9][0-9]_*.ipynb"))


def glossary() -> Path:
    """What the words mean that the lessons link to."""
    return _folder("notebooks") / "glossary.md"


def picture(name: str) -> Path:
    """A picture that a lesson shows, by the name of its file."""
    return _folder("experiments") / name


def load_experiment(name: str) -> dict:
    """What one of kdlab's recorded experiments measured.

    The scripts of the folder `experiments` take minutes to hours; each leaves a record with its
    versions, seeds and device. The lessons quote these records, which come with kdlab.

    Args:
        name: the name of the script, such as `"few_labels"`.

    Returns:
        The record: `about`, what was run; `device`, `versions` and `seconds`, on what and how
        long; and `runs`, each with its `settings` and `results`.

    Raises:
        ValueError: there is no such record.

    Example:
        >>> sorted(load_experiment("few_labels"))
        ['about', 'device', 'runs', 'seconds', 'versions']
    """
    from kdlab import _checks  # here, since it loads NumPy, which the command does without

    records = {path.stem: path for path in _folder("experiments").glob("*.json")}
    _checks.choice(name, "name", sorted(records))
    return json.loads(records[name].read_text(encoding="utf-8"))
