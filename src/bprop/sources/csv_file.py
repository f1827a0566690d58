"""CSV files with a header line: numbers, and a target column of numbers or class names."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import BinaryIO

import numpy as np

from bprop.errors import DataError
from bprop.sources.cells import exact
from bprop.sources.table import Table


def read(path: Path, target: str | None, expected: tuple[str, ...] | None = None) -> Table:
    """The table of a CSV file.

    target : name of the column of targets; default the last column, but none where `expected` says which
        columns are inputs and the target's is not there.
    expected : the input columns, in this order; others are left out. Default: all but the target.

    Raises DataError, naming file, line and column, for rows of another length and cells that are not numbers.
    """
    header, rows, lines = read_rows(path)
    if expected is None:
        target = header[-1] if target is None else target
        if target not in header:
            raise DataError(f"{path}: no column is called {target!r}; there are: {', '.join(header)}")
        expected = tuple(name for name in header if name != target)
    missing = [name for name in expected if name not in header]
    if missing:
        raise DataError(f"{path}: the columns {', '.join(missing)} are missing; there are: {', '.join(header)}")
    if not expected:
        raise DataError(f"{path}: there is only the target column {target!r}, and nothing to predict it from")
    columns = list(zip(*rows, strict=True))
    x = np.stack([_numbers(path, name, columns[header.index(name)], lines) for name in expected], axis=1)
    y = _target(path, target, columns[header.index(target)], lines) if target is not None and target in header else None
    return Table(path.stem, x, y, expected, target or "y")


def read_rows(
    path: Path, content: bytes | None = None, delimiter: str = ","
) -> tuple[list[str], list[list[str]], list[int]]:
    """(header, rows of text, the line on which each row ends), blank lines left out.

    content : what the file holds, where it is read already; `path` then only names it in errors.
    """
    rows, lines = [], []
    try:
        with io.TextIOWrapper(_opened(path, content), encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=delimiter, skipinitialspace=True, strict=True)
            for row in reader:
                cells = [cell.strip() for cell in row]
                if cells not in ([], [""]):  # blank lines
                    rows.append(cells)
                    lines.append(reader.line_num)
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not a text file in UTF-8 ({error.reason} at byte {error.start})") from error
    except csv.Error as error:
        raise DataError(f"{path}, line {reader.line_num}: not a line of a CSV file: {error}") from error
    if len(rows) < 2:
        raise DataError(f"{path}: needs a header line and at least one row, found {len(rows)} lines")
    header = rows[0]
    for name in header:
        if not name or header.count(name) > 1:
            raise DataError(f"{path}, line {lines[0]}: every column needs a name of its own, found {name!r}")
    for row, line in zip(rows, lines, strict=True):
        if len(row) != len(header):
            raise DataError(f"{path}, line {line}: {len(row)} cells, but the header has {len(header)} columns")
    return header, rows[1:], lines[1:]


def _opened(path: Path, content: bytes | None) -> BinaryIO:
    return open(path, "rb") if content is None else io.BytesIO(content)


def _numbers(path: Path, name: str, cells: tuple[str, ...], lines: list[int]) -> np.ndarray:
    try:
        found = np.array(cells, dtype=np.float64)
    except ValueError:
        found = None
    if found is not None and np.isfinite(found).all():
        return found
    for cell, line in zip(cells, lines, strict=True):
        if not _is_number(cell):
            what = "an empty cell" if not cell else f"{cell!r}"
            raise DataError(f"{path}, line {line}, column {name!r}: {what} is not a finite number")
    raise AssertionError("unreachable: some cell is not a number")


def _is_number(cell: str) -> bool:
    try:
        return bool(np.isfinite(float(cell)))
    except ValueError:
        return False


def _target(path: Path, name: str, cells: tuple[str, ...], lines: list[int]) -> np.ndarray:
    """Numbers if most cells are, and then all must be; else text. An empty cell is refused."""
    for cell, line in zip(cells, lines, strict=True):
        if not cell:
            raise DataError(f"{path}, line {line}, column {name!r}: the target is missing")
    if 2 * sum(map(_is_number, cells)) > len(cells):
        column = np.empty(len(cells), object)
        column[:] = cells
        found = exact(column, _numbers(path, name, cells, lines))
        return found if found.dtype.kind != "O" else np.array(cells, dtype=str)
    return np.array(cells, dtype=str)
