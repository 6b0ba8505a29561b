"""What is not installed is said in one line, with the command that installs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


def missing(package: str, extra: str) -> str:
    """That a package is not installed, and what installs it: an extra in `pyproject.toml`."""
    return (
        f"{package} is not installed, and this part of kdlab needs it: "
        f'run `pip install "kdlab[{extra}]"`.'
    )


@contextmanager
def needs(extra: str) -> Iterator[None]:
    """Imports of an extra's packages: where one is not there, the ImportError says it as above."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise ImportError(missing(error.name.partition(".")[0], extra)) from None
