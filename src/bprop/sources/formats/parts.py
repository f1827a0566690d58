"""Rows of a text file, as polars or Python has read them, with their lines: all of a file, or a part of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bprop.errors import DataError
from bprop.sources.column import Column, objects
from bprop.sources.formats.columnar import PolarsPiece, can_use_polars
from bprop.sources.formats.format import Piece
from bprop.sources.formats.layout import Layout
from bprop.sources.formats.names import MARK, unmarked
from bprop.sources.formats.rows import read_rows
from bprop.sources.formats.shape import need_no_footer, repeated_header
from bprop.sources.formats.text import as_text, fast


class Part:
    """Some neighbouring rows. frame : of polars, or None; then rows, of Python. ends : gives the line of each."""

    def __init__(self, path: Path, body: bytes, layout: Layout, before: int, at: int | None = None):
        self.path = path
        self.frame: Any = fast(body, layout) if can_use_polars() else None
        self.rows: list[list[str]] = []
        if self.frame is None:
            self.rows, ends = read_rows(path, body, layout, before, at)
            self.ends: Callable[[], list[int]] = lambda: ends
        else:
            self.ends = lambda: read_rows(path, body, layout, before, at)[1]

    def __len__(self) -> int:
        return len(self.rows) if self.frame is None else self.frame.height

    def column(self, place: int) -> Column:
        """The cells of a column."""
        if self.frame is None:
            return Column(objects([row[place] for row in self.rows]))
        return as_text(self.frame.to_series(place))

    def is_empty(self, column: int) -> bool:
        """Whether a column has no cell."""
        return not any(self.column(column).tolist())

    def is_whole(self, column: int) -> bool:
        """Whether a column holds whole numbers alone."""
        return all(cell.isdecimal() for cell in self.column(column).tolist())

    def need_one_header(self, layout: Layout) -> None:
        """Raise DataError where a row is the header once more."""
        names = list(layout.names)
        if not layout.header or len(names) < 2 or layout.unsure or layout.dropped:
            return
        if self.frame is None:
            rows = [k for k, row in enumerate(self.rows) if row[1:] == names[1:] and unmarked(row[0]) == names[0]]
        else:
            first = self.frame.to_series(0).str.strip_chars().str.strip_prefix(MARK).str.strip_chars()
            alike = (first == names[0]).arg_true().to_list()
            rows = [k for k in alike if [cell.strip() for cell in self.frame.row(k)][1:] == names[1:]]
        if rows:
            raise repeated_header(self.path, self.ends()[rows[0]], names)

    def need_no_footer(self, layout: Layout) -> None:
        """Raise DataError where the last row is no row."""
        row = self.rows[-1] if self.frame is None else [cell.strip() for cell in self.frame.row(-1)]
        try:
            need_no_footer(self.path, row, 0, layout.names)
        except DataError:
            need_no_footer(self.path, row, self.ends()[-1], layout.names)
            raise

    def piece(self, layout: Layout) -> Piece:
        """As a piece of a table, with the columns of a layout that is settled."""
        if self.frame is None:
            columns = {name: self.column(k) for k, name in layout.columns}
            return Piece(columns)
        names = self.frame.columns
        part = self.frame.select(names[k] for k, _ in layout.columns)
        return PolarsPiece(part.rename({names[k]: name for k, name in layout.columns}), as_text)
