"""CSV and TSV: text with a header line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from bprop.errors import DataError
from bprop.sources.formats.blocks import Blocks, header_of
from bprop.sources.formats.columnar import PolarsPiece, can_use_polars
from bprop.sources.formats.format import Format, Piece, Source
from bprop.sources.formats.rows import read_rows
from bprop.sources.formats.text import as_text, careful, delimiter_of, fast
from bprop.sources.frame import Frame
from bprop.sources.limits import opened
from bprop.sources.text_column import TextColumn

Lines = Callable[[], list[int]]
"""The lines on which the rows of a piece end."""


class Csv(Format):
    """Cells between commas, tabs, semicolons or bars: the first of these that the header holds."""

    suffixes = (".csv",)
    delimiter: ClassVar[str | None] = None

    def read(self, source: Source) -> Frame:
        delimiter = self.delimiter or delimiter_of(source.content)
        quick = fast(source.content, delimiter) if can_use_polars() else None
        if quick is None:
            header, columns = careful(source.path, source.content, delimiter)
        else:
            header, columns = quick[0], as_text(quick[1])
        lines: list[int] = []
        path, again = source.path, source.again  # and not its content, which need not stay in memory

        def place(row: int) -> str:
            if not lines:
                lines.extend(read_rows(path, again(), delimiter)[2])
            return f"{path}, line {lines[row]}"

        return replace(source.frame(dict(zip(header, columns, strict=True)), place), delimiter=delimiter)

    def scan(self, path: Path) -> Iterator[Piece]:
        return (piece for piece, _ in self._pieces(path))

    def place(self, path: Path, row: int) -> str:
        before = 0
        for piece, lines in self._pieces(path):
            if row < before + len(piece):
                return f"{path}, line {lines()[row - before]}"
            before += len(piece)
        return super().place(path, row)

    def _pieces(self, path: Path) -> Iterator[tuple[Piece, Lines]]:
        with opened(path) as file:
            header, lines, rest = header_of(path, file)
            mark = self.delimiter or delimiter_of(header)
            for content, before in Blocks(path, file, rest, header, mark, lines):
                if not content.strip(b"\r\n" if mark.encode() in header else None):
                    continue  # of one column, blanks are no row
                ends = partial(_padded_lines, path, header, content, before, mark)
                quick = fast(header + content, mark) if can_use_polars() else None
                if quick is not None:
                    names, frame = quick
                    piece = PolarsPiece(frame.rename(dict(zip(frame.columns, names, strict=True))), _cells)
                    piece.delimiter = mark
                    yield piece, ends
                    continue
                try:
                    names, columns = careful(path, header + content, mark)
                except DataError:
                    ends()  # says the line as it is in the file
                    raise
                piece = Piece(dict(zip(names, columns, strict=True)))
                piece.delimiter = mark
                yield piece, ends


class Tsv(Csv):
    """Cells between tabs."""

    suffixes = (".tsv", ".tab")
    delimiter = "\t"


def _cells(series: Any, numeric: bool) -> TextColumn:
    """A column of text, which reads numbers by itself."""
    return as_text(series.to_frame())[0]


def _padded_lines(path: Path, header: bytes, content: bytes, before: int, mark: str) -> list[int]:
    """The lines on which the rows of a piece end; blank lines stand for those between header and piece."""
    return read_rows(path, header + b"\n" * (before - header.count(b"\n")) + content, mark)[2]
