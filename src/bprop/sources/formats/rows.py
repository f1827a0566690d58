"""The rows of a text file and their lines: read with care, by Python's own csv module."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from bprop.errors import DataError
from bprop.sources.formats.encodings import need_no_zeros, not_utf8
from bprop.sources.formats.layout import Layout
from bprop.sources.formats.quotes import fault
from bprop.sources.formats.shape import ragged
from bprop.sources.limits import LONGEST_ROW


def read_rows(
    path: Path, body: bytes, layout: Layout, before: int, at: int | None = None
) -> tuple[list[list[str]], list[int]]:
    """(rows of text, the line on which each ends), blank lines left out. `path` names the file in errors.

    body : UTF-8, behind the header. before : lines of the file before it. at : bytes of the file before it, where they
    are counted. Raises DataError for rows that are not as long as the header.
    """
    need_no_zeros(path, body, before)
    rows, ends = [], []
    lines = _Lines(path, layout.tidied(body), layout.comment)
    reader = csv.reader(lines, delimiter=layout.reading, skipinitialspace=True, strict=True)
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if cells not in ([], [""]):  # blank lines
                rows.append(cells)
                ends.append(before + reader.line_num)
            lines.row.clear()
    except UnicodeDecodeError as error:
        raise not_utf8(path, body, before, at, layout.reading) from error
    except csv.Error as error:
        raise fault(path, before + reader.line_num, lines.row, list(layout.names), layout.reading, error) from error
    _need_even(path, layout, rows, ends)
    return rows, ends


def _need_even(path: Path, layout: Layout, rows: list[list[str]], ends: list[int]) -> None:
    """Raise DataError for rows of another length than the header."""
    width = len(layout.names)
    odd = [k for k, row in enumerate(rows) if len(row) != width]
    if odd:
        row = rows[odd[0]]
        raise ragged(path, ends[odd[0]], row, width, layout.header_name, layout.reading, len(odd) - 1)


class _Lines:
    """The lines of a text, one after the other, with a blank one for each comment; `row` : those of the row that is
    being read."""

    def __init__(self, path: Path, content: bytes, comment: str | None):
        self.path, self.comment, self.row = path, comment, []
        self.text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", newline="")

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.text.readline(LONGEST_ROW)
        if not line:
            raise StopIteration
        if len(line) == LONGEST_ROW:
            raise DataError(f"{self.path}: a line of more than {LONGEST_ROW:,} letters: this is no table")
        if self.comment and not self.row and line.startswith(self.comment):
            return "\n"
        self.row.append(line)
        return line
