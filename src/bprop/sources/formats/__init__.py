"""Formats of files, each a class.

To add a format, subclass `Format` in a module of yours, and have it imported: as an entry point of the group `bprop`.

    class Lines(Format):
        suffixes = (".lines",)
        magic = (b"LINES",)                                     # by which standard input is known

        def read(self, source):
            return source.frame({"value": np.array(source.content.split()[1:], float)})

        def scan(self, path):                                   # for --stream; may be left out
            ...
            yield Piece({"value": array})

Files of this kind are then read wherever tables are: by name, in a folder, by a pattern, packed, and from standard
input. A column is text to be read (an object array of str, or None where missing), numbers, or datetime64; or a
`Column`, which says more of its cells: that they are typed, or cannot be read.
"""

import io
from pathlib import Path
from typing import BinaryIO

from bprop import plugins
from bprop.sources.formats.arrow import Arrow
from bprop.sources.formats.arrow_stream import ArrowStream
from bprop.sources.formats.delimited import Csv, Tsv
from bprop.sources.formats.format import Format, Piece, Source, formats, suffix_of
from bprop.sources.formats.idx import Idx
from bprop.sources.formats.json import Json
from bprop.sources.formats.jsonl import JsonLines
from bprop.sources.formats.npz import Npz
from bprop.sources.formats.parquet import Parquet
from bprop.sources.formats.recognise import recognise
from bprop.sources.formats.workbook import Workbook

__all__ = [
    "Arrow", "ArrowStream", "Csv", "Format", "Idx", "Json", "JsonLines", "Npz", "Parquet", "Piece", "Source", "Tsv",
    "Workbook", "format_in", "format_of", "format_of_content", "formats", "suffix_of", "suffixes",
]  # fmt: skip


def format_of(name: str) -> Format | None:
    """The format of a file by its name, also that of an installed package; None where it is of none."""
    suffix = suffix_of(name)
    for look in (_by_suffix, _by_name):
        if (known := look(name, suffix)) is not None:
            return known
    if suffix and plugins.load():
        return _by_suffix(name, suffix) or _by_name(name, suffix)
    return None


def _by_suffix(name: str, suffix: str) -> Format | None:
    return next((one for one in formats() if suffix in one.suffixes), None)


def _by_name(name: str, suffix: str) -> Format | None:
    return next((one for one in formats() if one.knows(name)), None)


def format_of_content(first: bytes) -> Format:
    """The format of content by its first bytes; CSV where it is no other."""
    return format_in(Path("content"), None, io.BytesIO(first)) or Csv()


def format_in(path: Path, named: Format | None, file: BinaryIO) -> Format | None:
    """The format of an open file, by its content and the format that its name says; None where neither says it."""
    known = recognise(path, named, file)
    return recognise(path, named, file) if known is None and named is None and plugins.load() else known


OURS = (Csv, Tsv, Parquet, Arrow, ArrowStream, JsonLines, Json, Workbook, Npz, Idx)


def suffixes(arrays: bool | None = None, *, written: bool = False) -> list[str]:
    """The suffixes that are known, of tables, of arrays, or (None) of both; ours first. written: of those alone whose
    files can be written."""
    every = [*(cls() for cls in OURS), *(one for one in formats() if type(one) not in OURS)]
    some = [one for one in every if arrays in (None, one.arrays) and (one.writes or not written)]
    return [suffix for one in some for suffix in one.suffixes]
