"""Tables: a data frame, or a CSV file, as rows of numbers."""

from __future__ import annotations

import csv
from collections.abc import Hashable
from difflib import get_close_matches
from os import PathLike
from pathlib import Path

import numpy as np

from kdlab import _checks
from kdlab._checks.arrays import is_missing, numbers
from kdlab.datasets.arrays import numbered, scaled
from kdlab.datasets.split import stratified

# What stands in a file where a value is missing: as pandas reads it, and the ? of older data sets.
_MISSING = {"", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "None", "<NA>", "?"}
# A column with more words than these is a name, a place or a free text, and no category.
_MOST_WORDS = 50


def read_table(table, label, test, seed, drop, name) -> dict:
    """The arrays and the class names of a `Dataset`: see its `from_table`."""
    columns, source, default = _columns(table)
    drop = [drop] if isinstance(drop, str) else list(drop) if _checks.is_iterable(drop) else [drop]
    _require(label, columns, "label")
    for column in drop:
        _require(column, columns, "drop")
    answers = columns.pop(label)
    columns = {c: v for c, v in columns.items() if c not in drop and not _numbers_rows(c, v)}
    if not columns:
        raise ValueError(f"table must have columns besides {label!r}, got none")
    _require_complete({label: answers, **columns})
    [y], names = numbered([answers], [f"label, the column {label!r},"])
    train, tested = stratified(y, names, test, seed, of="label")
    features = [_features(column, v, train, tested) for column, v in columns.items()]
    x_train, x_test = (np.concatenate(part, axis=1) for part in zip(*features, strict=True))
    return {
        "x_train": x_train,
        "y_train": y[train],
        "x_test": x_test,
        "y_test": y[tested],
        "class_names": names,
        "name": default if name is None else _checks.text(name, "name"),
        "source": source,
    }


def _columns(table) -> tuple[dict, str, str]:
    """The columns by name, where they are from, and what that is called."""
    if isinstance(table, str | PathLike):
        path = _checks.path(table, "table")
        header, columns = _read_csv(path)
        source, default = str(path), path.stem
    elif hasattr(table, "columns") and hasattr(table, "iloc"):
        header = list(table.columns)
        columns = [np.asarray(table.iloc[:, i]) for i in range(len(header))]
        source, default = "memory", "table"
    else:
        raise ValueError(
            "table must be a data frame of pandas or the path of a CSV file, got "
            f"{type(table).__name__}: frames of other libraries have .to_pandas(), arrays come in "
            "by Dataset.from_arrays"
        )
    twice = sorted({str(c) for c in header if header.count(c) > 1})
    if twice:
        raise ValueError(f"table must have columns of different names, got several {twice[0]!r}")
    return dict(zip(header, columns, strict=True)), source, default


def _require(column, columns: dict, argument: str) -> None:
    if isinstance(column, Hashable) and column in columns:
        return
    close = get_close_matches(str(column), map(str, columns), 1)
    hint = f": did you mean {close[0]!r}?" if close else ""
    raise ValueError(
        f"{argument} must name a column of the table, one of {', '.join(map(str, columns)):.300}, "
        f"got {column!r}{hint}"
    )


def _numbers_rows(column, values: np.ndarray) -> bool:
    """Whether a column without a name counts the rows, as `frame.to_csv(path)` leaves it.

    Where rows are sorted by class it would give the answer away.
    """
    if str(column).strip() and not str(column).startswith("Unnamed: "):
        return False
    counted = numbers(values)
    return counted is not None and np.array_equal(counted, np.arange(len(values)))


def _require_complete(columns: dict) -> None:
    gaps = {}
    for column, values in columns.items():
        known = numbers(values)
        gap = ~np.isfinite(known) if known is not None else [is_missing(v) for v in values.tolist()]
        if np.any(gap):
            gaps[column] = int(np.sum(gap))
    if gaps:
        counted = ", ".join(f"{column!r} ({n:,})" for column, n in list(gaps.items())[:8])
        raise ValueError(
            f"table must have no missing or infinite values, got some in {counted}: with pandas, "
            "frame.dropna() leaves such rows out and frame.fillna(...) fills them (a CSV file "
            "becomes a frame by pandas.read_csv; `pip install pandas`), or leave the column out by "
            "drop="
        )


def _features(column, values: np.ndarray, train, test) -> tuple[np.ndarray, np.ndarray]:
    """A column's numbers in the training and in the test part."""
    known = numbers(values)
    if known is not None:
        return scaled(known[train, None], known[test, None])
    words = values.tolist()
    if not all(isinstance(word, str) for word in words):
        odd = next(word for word in words if not isinstance(word, str))
        mixed = [f"{word!r} among them" for word in words if isinstance(word, str)][:1]
        raise ValueError(
            "table must hold numbers or words in a column, got values such as "
            f"{', '.join([repr(odd), *mixed])} in column {column!r}: make numbers of all, or leave "
            f"it out by drop=[{column!r}]"
        )
    number = next((word for word in words if _number(word) is not None), None)
    word = next((word for word in words if _number(word) is None), None)
    if number is not None:
        raise ValueError(
            f"table must hold numbers or words in a column, got {number!r} and {word!r} in "
            f"{column!r}: mend it, or leave it out by drop=[{column!r}]"
        )
    words = np.array(words)
    known = np.unique(words[train])
    if len(known) > _MOST_WORDS:
        raise ValueError(
            f"table must hold numbers, or words out of a few, got {len(known):,} different texts "
            f"in column {column!r}: leave it out by drop=[{column!r}]"
        )
    # A word that only the test part has is none of these: a row of zeros.
    train_words, test_words = (words[part, None] == known for part in (train, test))
    return train_words.astype(np.float64), test_words.astype(np.float64)


def _read_csv(path: Path) -> tuple[list[str], list[np.ndarray]]:
    """The first line of a file, and the columns below it."""
    if not path.is_file():
        raise FileNotFoundError(f"table must be an existing file, got {str(path)!r}")
    try:
        lines = path.read_text("utf-8-sig").splitlines(keepends=True)
    except UnicodeDecodeError as error:
        raise ValueError(
            f"table must be a CSV file in UTF-8, got {str(path)!r} ({error}): save it as such, or "
            "pass pandas.read_csv(path, encoding='cp1252')"
        ) from error
    first = next((line for line in lines if line.strip()), "")
    delimiter = max(",;\t|", key=first.count)
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter, skipinitialspace=True) if row]
    except csv.Error as error:
        raise ValueError(f"table must be a CSV file, got {str(path)!r} ({error})") from error
    if len(rows) < 2:
        raise ValueError(
            f"table must hold a line of names and rows below it, got {len(rows)} line(s) in "
            f"{str(path)!r}"
        )
    header, *rows = ([cell.strip() for cell in row] for row in rows)
    if all(_number(cell) is not None for cell in header):
        raise ValueError(
            f"table must name its columns in the first line, got numbers, {', '.join(header):.60}, "
            f"in {str(path)!r}: write such a line, or pass pandas.read_csv(path, header=None)"
        )
    for number, row in enumerate(rows, 2):
        if len(row) != len(header):
            raise ValueError(
                f"table must have {len(header)} values in each row, as its first line has, got "
                f"{len(row)} in row {number} of {str(path)!r}"
            )
    comma = delimiter == ";"  # where these separate, a comma is a decimal point
    return header, [_parsed(list(cells), comma) for cells in zip(*rows, strict=True)]


def _parsed(cells: list[str], decimal_comma: bool) -> np.ndarray:
    """Numbers if all cells are, else texts; None where one is missing."""
    points = [cell.replace(",", ".") for cell in cells] if decimal_comma else cells
    values = [None if cell in _MISSING else _number(cell) for cell in points]
    if all(
        value is not None or cell in _MISSING for value, cell in zip(values, cells, strict=True)
    ):
        return np.array(values, dtype=object)
    return np.array([None if cell in _MISSING else cell for cell in cells], dtype=object)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
