"""CSV files with a header line: numbers, and a target column of numbers or class names."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bprop.errors import DataError
from bprop.sources.cells import exact
from bprop.sources.limits import LONGEST_ROW, need_few_columns, some
from bprop.sources.packed import content_of
from bprop.sources.quotes import last_end, left_open
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
            raise DataError(f"{path}: no column is called {target!r}; there are: {some(header)}")
        expected = tuple(name for name in header if name != target)
    columns = dict(zip(header, zip(*rows, strict=True), strict=True))
    missing = [name for name in expected if name not in columns]
    if missing:
        raise DataError(f"{path}: the columns {some(missing)} are missing; there are: {some(header)}")
    if not expected:
        raise DataError(f"{path}: there is only the target column {target!r}, and nothing to predict it from")
    x = np.stack([_numbers(path, name, columns[name], lines) for name in expected], axis=1)
    y = _target(path, target, columns[target], lines) if target is not None and target in columns else None
    return Table(path.stem, x, y, expected, target or "y")


def read_rows(
    path: Path, content: bytes | None = None, delimiter: str = ","
) -> tuple[list[str], list[list[str]], list[int]]:
    """(header, rows of text, the line on which each row ends), blank lines left out.

    content : what the file holds, where it is read already; `path` then only names it in errors.
    """
    rows, ends = [], []
    lines = _Lines(path, content_of(path) if content is None else content)
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if cells not in ([], [""]):  # blank lines
                if not rows:
                    _need_header(path, reader.line_num, cells)
                rows.append(cells)
                ends.append(reader.line_num)
            lines.row.clear()
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not a text file in UTF-8 ({error.reason} at byte {error.start})") from error
    except csv.Error as error:
        raise _fault(path, reader.line_num, lines.row, rows[0] if rows else [], delimiter, error) from error
    if len(rows) < 2:
        raise DataError(f"{path}: needs a header line and at least one row, found {len(rows)} lines")
    header = rows[0]
    for row, line in zip(rows, ends, strict=True):
        if len(row) != len(header):
            raise DataError(f"{path}, line {line}: {len(row)} cells, but the header has {len(header)} columns")
    return header, rows[1:], ends[1:]


class _Lines:
    """The lines of a text, one after the other; `row` : those of the row that is being read."""

    def __init__(self, path: Path, content: bytes):
        self.path, self.row = path, []
        self.text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.text.readline(LONGEST_ROW)
        if not line:
            raise StopIteration
        if len(line) == LONGEST_ROW:
            raise DataError(f"{self.path}: a line of more than {LONGEST_ROW:,} letters: this is no table")
        self.row.append(line)
        return line


def _need_header(path: Path, line: int, header: list[str]) -> None:
    """Raise DataError for too many columns, and for names that are missing or repeated."""
    need_few_columns(f"{path}, line {line}", len(header))
    seen: set[str] = set()
    for name in header:
        if not name or name in seen:
            raise DataError(f"{path}, line {line}: every column needs a name of its own, found {name!r}")
        seen.add(name)


def _fault(
    path: Path, line: int, row: list[str], header: list[str], delimiter: str, error: csv.Error
) -> DataError:  # fmt: skip
    """The error for a row that cannot be read. `line` : its last, as far as it was read."""
    content, before = "".join(row).encode(), line - len(row)
    place = last_end(content, delimiter.encode())[1]
    if place >= 0:
        return left_open(path, before + 1, content[:place], header, delimiter)
    return DataError(f"{path}, line {line}: not a line of a CSV file: {error}")


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
