"""CSV and TSV: text, a row a line, with marks between the cells. `layout` finds out how it is written."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

from bprop.errors import DataError
from bprop.sources import lists
from bprop.sources.archives import archive_of
from bprop.sources.formats.blocks import Blocks
from bprop.sources.formats.encodings import Utf8, in_utf8
from bprop.sources.formats.format import Format, Piece, Source
from bprop.sources.formats.layout import Layout, layout_of, sample_of
from bprop.sources.formats.list_pieces import with_lists
from bprop.sources.formats.output import Output, as_csv
from bprop.sources.formats.parts import Part
from bprop.sources.formats.rows import read_rows
from bprop.sources.formats.settling import settle
from bprop.sources.frame import Frame
from bprop.sources.packing import opened
from bprop.sources.read_options import ReadOptions


class Csv(Format):
    """Cells between commas, tabs, semicolons or bars, whichever divides the rows evenly."""

    suffixes: ClassVar[tuple[str, ...]] = (".csv",)
    usual: ClassVar[str] = ","

    def read(self, source: Source) -> Frame:
        path, again, options, usual = source.path, source.again, source.options, self.usual
        layout = layout_of(path, *sample_of(io.BytesIO(source.content).read), options, usual)
        part = Part(path, _body(path, source.content, layout), layout, layout.lines, layout.mark + layout.body)
        _need_rows(path, len(part))
        if options.header is None:
            part.need_one_header(layout)
        part.need_no_footer(layout)
        layout = settle(layout, [part])
        lines: list[int] = []

        def place(row: int) -> str:  # reads the content once more, which need not stay in memory
            if not lines:
                lines.extend(read_rows(path, _body(path, again(), layout), layout, layout.lines)[1])
            return f"{path}, line {lines[row]}"

        columns, of_lists = lists.apart({name: part.column(k) for k, name in layout.columns}, place, options.known)
        return replace(
            source.frame(columns, place), read=layout.kept(options), delimiter=layout.reading,
            remarks=(*layout.remarks(path), *lists.remark(path, of_lists)),
        )  # fmt: skip

    def write(self, path: Path, columns: Sequence[Output]) -> bytes:
        return as_csv(columns, self.usual).encode()

    def scan(self, path: Path) -> Iterator[Piece]:
        return with_lists(path, self._pieces(path), self.options.known)

    def _pieces(self, path: Path) -> Iterator[Piece]:
        layout, last = _settled(type(self), path, self.options), None
        for part in _parts(path, layout):
            if self.options.header is None:
                part.need_one_header(layout)
            last, piece = part, part.piece(layout)
            piece.remarks, piece.read = layout.remarks(path), layout.kept(self.options)
            piece.delimiter = layout.reading
            yield piece
        if last is None:
            _need_rows(path, 0)
        else:
            last.need_no_footer(layout)

    def place(self, path: Path, row: int) -> str:
        before = 0
        for part in _parts(path, _settled(type(self), path, self.options)):
            if row < before + len(part):
                return f"{path}, line {part.ends()[row - before]}"
            before += len(part)
        return super().place(path, row)


class Tsv(Csv):
    """Cells between tabs, unless another mark divides the rows evenly, and tabs do not."""

    suffixes: ClassVar[tuple[str, ...]] = (".tsv", ".tab")
    usual = "\t"


def _body(path: Path, content: bytes, layout: Layout) -> bytes:
    return in_utf8(path, content, layout.encoding, layout.mark, layout.old_mac)[layout.body :]


def _need_rows(path: Path, count: int) -> None:
    if not count:
        raise DataError(f"{path}: needs a header line and at least one row, and has no row")


def _settled(kind: type[Csv], path: Path, options: ReadOptions) -> Layout:
    """The layout of a file that is read in parts."""
    status = archive_of(path)[0].stat()
    return _settled_once(kind, path, options, (status.st_ino, status.st_size, status.st_mtime_ns))


@lru_cache(maxsize=64)
def _settled_once(kind: type[Csv], path: Path, options: ReadOptions, stamp: tuple[int, ...]) -> Layout:
    with opened(path) as file:
        layout = layout_of(path, *sample_of(file.read), options, kind.usual)
    return settle(layout, _parts(path, layout))


def _parts(path: Path, layout: Layout) -> Iterator[Part]:
    """The rows of a file, some at a time."""
    with opened(path) as file:
        text = Utf8(path, file, layout.encoding, layout.mark, layout.old_mac)
        beyond = _Behind(text, layout.body)
        for content, before in Blocks(path, beyond, layout.marks, layout.names, layout.lines):
            part = Part(path, content, layout, before)
            if len(part):
                yield part


class _Behind:
    """A text without its first bytes."""

    def __init__(self, text: Utf8, count: int):
        self.text, self.count = text, count

    def read(self, count: int, /) -> bytes:
        while self.count:
            part = self.text.read(self.count)
            if not part:
                self.count = 0
            if len(part) > self.count:
                rest, self.count = part[self.count :], 0
                return rest
            self.count -= len(part)
        return self.text.read(count)
