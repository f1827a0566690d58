"""Which format a file is of: its content decides, and its name where the content leaves a choice."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from bprop.sources.archives import members_of
from bprop.sources.formats.arrow import Arrow
from bprop.sources.formats.arrow_stream import ArrowStream
from bprop.sources.formats.delimited import Csv
from bprop.sources.formats.foreign import need_no_foreign
from bprop.sources.formats.format import Format, formats
from bprop.sources.formats.idx import Idx
from bprop.sources.formats.json import Json, is_json, is_lines
from bprop.sources.formats.jsonl import JsonLines
from bprop.sources.formats.npz import Npz
from bprop.sources.formats.parquet import Parquet
from bprop.sources.formats.workbook import Workbook

LOOK = 4096  # bytes at the beginning
MARKED = (Parquet, Arrow, ArrowStream, Workbook)
"""Formats that no other file begins as."""
NEED_MARKS = (*MARKED, Npz)
CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r\x0c\x1a\x1b")
TEXTS = (".txt", ".text", ".data", ".dat", ".test", ".train", ".asc", ".prn", ".psv", ".log", ".out")
"""Names of text that may be a table."""
WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")


def recognise(path: Path, named: Format | None, file: BinaryIO) -> Format | None:
    """The format of an open file; None where neither its content nor its name says it. It is left at its beginning.

    named : the format that its name says. Raises DataError, with the way on, for a file of another program.
    """
    first = file.read(LOOK)
    file.seek(0)
    if named is not None and type(named) not in OURS:
        return named  # of an installed package, which knows its files
    marked = marked_format(first, file, named is None)
    if marked is not None:
        return named if isinstance(named, type(marked)) else marked
    text = is_text(first)
    need_no_foreign(path, first, text)
    if isinstance(named, Json | JsonLines):
        return named
    if is_json(first):
        return JsonLines() if is_lines(first) else Json()
    if text and (has_lines(first) or is_called_text(path)) and (named is None or isinstance(named, (*NEED_MARKS, Idx))):
        return Csv()
    return named


OURS = (*NEED_MARKS, Csv, *Csv.__subclasses__(), JsonLines, Json, Idx)


def marked_format(first: bytes, file: BinaryIO, nameless: bool) -> Format | None:
    """The format whose mark is at the beginning. nameless : whether the name says nothing; then weak marks count."""
    for format in formats():
        if not first.startswith(format.magic):
            continue
        if first.startswith(b"PK") and type(format) in (Npz, Workbook):
            arrays = all(name.endswith(".npy") for name in _members(file))
            if arrays != isinstance(format, Npz):
                continue
        if isinstance(format, (*MARKED, Npz)) or (nameless and not isinstance(format, JsonLines)):
            return format
    return None


def _members(file: BinaryIO) -> list[str]:
    try:
        return members_of(file)
    except Exception:  # of damaged bytes zipfile raises a dozen kinds
        return []
    finally:
        file.seek(0)


def has_lines(first: bytes) -> bool:
    """Whether text has two lines or more."""
    return len(first.strip().splitlines()) > 1


def is_called_text(path: Path) -> bool:
    """Whether a name says that a file is text, so that one line of it may be a table: a row to predict."""
    return any(suffix.lower() in TEXTS for suffix in path.suffixes)


def is_text(first: bytes) -> bool:
    """Whether a file that begins so is text: without control characters, but for the zeros of UTF-16."""
    if first.startswith(WIDE):
        return True
    zeros = (first[::2].count(0), first[1::2].count(0))
    if min(zeros) == 0 and max(zeros) > 0.4 * len(first):
        return True  # UTF-16 without a mark
    return bool(first.strip()) and len(first.translate(None, CONTROLS)) == len(first)
