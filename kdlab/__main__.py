"""`kdlab lab` opens the lessons in JupyterLab; `kdlab lessons` only copies them; `kdlab class`
makes one page of the reports of a class."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kdlab._extras import missing
from kdlab.lessons import record

if TYPE_CHECKING:
    from kdlab.lessons.copies import Copied

DEFAULT = "my_lessons"
FIRST = "00_start_here.ipynb"


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="kdlab", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    lab = commands.add_parser(
        "lab",
        help="copy the lessons that are not there yet, and open them in JupyterLab",
        epilog="Other options go to JupyterLab: kdlab lab --no-browser --port 8899",
    )
    lessons = commands.add_parser("lessons", help="only copy the lessons")
    for command in (lab, lessons):
        command.add_argument(
            "folder", nargs="?", type=Path, help=f"your folder for them (default: {DEFAULT})"
        )
    lessons.add_argument(
        "--outputs", action="store_true", help="keep our outputs, which show the answers"
    )
    view = commands.add_parser(
        "class", help="from learners' reports one page: what a class predicted and answered"
    )
    view.add_argument("reports", type=Path, help="the folder in which the reports are, or deeper")
    view.add_argument(
        "-o", "--output", type=Path, default=Path("class.html"), help="the page (class.html)"
    )
    view.add_argument(
        "--homes", action="store_true",
        help="the folder holds the homes of a hub: take only what learners have shared",
    )  # fmt: skip
    view.add_argument(
        "--threshold", type=_at_least_one, default=3, metavar="N",
        help="hide what fewer than N learners did (3)",
    )  # fmt: skip
    ours, jupyters = _split(sys.argv[1:] if arguments is None else arguments)
    options = parser.parse_args(ours)
    if options.command == "class":
        from kdlab.class_view.command import make  # here, since it loads NumPy

        return make(
            options.reports, options.output, homes=options.homes, threshold=options.threshold
        )
    from kdlab.lessons.copies import copy_lessons  # here, since nbformat takes a second

    # Whoever runs this inside such a folder wants that folder.
    here = Path(record.FOLDER).is_dir()
    folder = options.folder or Path("." if here else DEFAULT)
    try:
        copied = copy_lessons(folder, outputs=getattr(options, "outputs", False))
    except OSError as error:
        print(f"The lessons cannot be copied into {folder}: {error}", file=sys.stderr)
        return 1
    print(report(copied), flush=True)
    return open_lab(folder, jupyters) if options.command == "lab" else 0


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Our own arguments and those of JupyterLab: with `lab`, from the first option on."""
    if arguments[:1] != ["lab"] or {"-h", "--help"} & set(arguments):
        return arguments, []
    options = (i for i, argument in enumerate(arguments) if argument.startswith("-"))
    first = next(options, len(arguments))
    return arguments[:first], arguments[first:]


def _at_least_one(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= 1000:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 to 1000, got {text!r}")
    return int(text)


def report(copied: Copied) -> str:
    """What a learner should know of the copies."""
    lines = [f"Your lessons are in {copied.folder.resolve()}."]
    if copied.new:
        lines.append(f"New: {', '.join(copied.new)}.")
    lines += [
        f"{lesson} has changed since you copied it. Yours is as it was; the new one is {name}."
        for lesson, name in copied.changed.items()
    ]
    return "\n".join(lines)


def open_lab(folder: Path, arguments: list[str]) -> int:
    """JupyterLab on the first lesson, until it is ended."""
    try:
        from jupyterlab.labapp import main as jupyterlab
    except ModuleNotFoundError:
        print(missing("jupyterlab", "lab"), file=sys.stderr)
        return 1
    # A URL, because a file as argument would not keep the folder as the server's root.
    command = [
        f"--ServerApp.root_dir={folder.resolve()}",
        f"--LabApp.default_url=/lab/tree/{FIRST}",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # whoever is root here is in a container
    return jupyterlab([*command, *arguments]) or 0


if __name__ == "__main__":
    sys.exit(main())
