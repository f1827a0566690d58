"""Lines of JSON: an object a row."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from bprop.sources.formats.blocks import Blocks
from bprop.sources.formats.columnar import columns_of, damage_said, need_polars, typed_pieces
from bprop.sources.formats.format import Format, Piece, Source
from bprop.sources.formats.output import Output, frame_of
from bprop.sources.frame import Frame
from bprop.sources.limits import CELL, MOST_COLUMNS, need_few_columns, need_room, opened

_STRING = re.compile(rb'"((?:[^"\\]|\\.)*+)"(\s*:)?', re.DOTALL)


class JsonLines(Format):
    """An object a line; a key is a column."""

    suffixes: ClassVar[tuple[str, ...]] = (".jsonl", ".ndjson")
    magic: ClassVar[tuple[bytes, ...]] = (b"{",)

    def read(self, source: Source) -> Frame:
        columns, remarks = columns_of(source.path, _frame(source.path, source.content), source.options.known)
        return replace(source.frame(columns), remarks=remarks)

    def write(self, path: Path, columns: Sequence[Output]) -> bytes:
        need_polars(path, self.called(path), "writing")
        file = io.BytesIO()
        frame_of(columns).write_ndjson(file)
        return file.getvalue()

    def scan(self, path: Path) -> Iterator[Piece]:
        with opened(path) as file:
            frames = (_frame(path, content) for content, _ in Blocks(path, file))
            yield from typed_pieces(path, frames, self.options.known)


def _frame(path: Path, content: bytes):
    need_polars(path, ".jsonl")
    import polars as pl

    need_few_keys(path, content)
    with damage_said(path, ".jsonl"):
        return pl.read_ndjson(io.BytesIO(content), infer_schema_length=None)


def need_few_keys(path: Path, content: bytes) -> None:
    """Raise DataError where lines of JSON have too many different keys, or too many for the number of lines."""
    if content.count(b'"') <= MOST_COLUMNS:
        return
    keys: set[bytes] = set()
    for text in _STRING.finditer(content):
        if text[2] is not None:
            keys.add(text[1])
            if len(keys) > MOST_COLUMNS:
                need_few_columns(path, len(keys))
    need_room(path, float(CELL) * len(keys) * (content.count(b"\n") + 1), f"a table of its {len(keys):,} keys")
