"""The rows of a text file with a header line, and their lines: read with care, by Python's own csv module."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from bprop.errors import DataError
from bprop.sources.formats.quotes import last_end, left_open
from bprop.sources.limits import LONGEST_ROW, need_few_columns


def read_rows(path: Path, content: bytes, delimiter: str = ",") -> tuple[list[str], list[list[str]], list[int]]:
    """(header, rows of text, the line on which each row ends), blank lines left out. `path` names it in errors."""
    rows, ends = [], []
    lines = _Lines(path, content)
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
        raise DataError(f"{path}: needs a header line and at least one row, and has {len(rows)} lines")
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
    names: set[str] = set()
    for name in header:
        if not name or name in names:
            raise DataError(f"{path}, line {line}: every column needs a name of its own, not {name!r}")
        names.add(name)


def _fault(
    path: Path, line: int, row: list[str], header: list[str], delimiter: str, error: csv.Error
) -> DataError:  # fmt: skip
    """The error for a row that cannot be read. `line` : its last, as far as it was read."""
    content, before = "".join(row).encode(), line - len(row)
    place = last_end(content, delimiter.encode())[1]
    if place >= 0:
        return left_open(path, before + 1, content[:place], header, delimiter)
    return DataError(f"{path}, line {line}: not a line of a CSV file: {error}")
