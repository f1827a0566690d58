"""Text with a header line as columns of text: read fast by polars where it is installed, and carefully otherwise.

The careful reader is Python's own. It is asked whenever the fast one refuses a file, or could have misread it; so
both give the same table, and errors name the line.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np

from bprop.sources.column import objects
from bprop.sources.formats.rows import read_rows
from bprop.sources.limits import LONGEST_HEADER, MOST_COLUMNS
from bprop.sources.text_column import TextColumn

DELIMITERS = ",\t;|"
PACKED = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\x78\x01", b"\x78\x9c", b"\x78\xda")
"""How gzip, zstd and zlib begin, which polars unpacks unasked: x\\x9c is no text, and no table begins with x\\x01."""
SPARSE = 16
"""Times as many cells as there are delimiters: lines within quotes count as rows here."""


def delimiter_of(content: bytes) -> str:
    """The first of comma, tab, semicolon and bar that the header holds."""
    header = content[:LONGEST_HEADER].lstrip(b"\r\n \xef\xbb\xbf").partition(b"\n")[0]
    return next((mark for mark in DELIMITERS if mark.encode() in header), ",")


def names_of(header: bytes, delimiter: str) -> list[str]:
    """The names in a header line, whatever they are."""
    text = io.StringIO(header.decode("utf-8", "replace"), newline="")
    return [name.strip() for name in next(csv.reader(text, delimiter=delimiter, skipinitialspace=True), [])]


SEPARATORS = (b"\x1c", b"\x1d", b"\x1e", b"\x1f")
"""Blanks to Python, which strips them from a cell, and letters to polars."""


def careful(path: Path, content: bytes, delimiter: str) -> tuple[list[str], list[np.ndarray]]:
    """Header and columns as Python reads them. Raises DataError, naming file and line."""
    header, rows, _ = read_rows(path, content, delimiter)
    return header, [objects(cells) for cells in zip(*rows, strict=True)]


def fast(content: bytes, delimiter: str) -> tuple[list[str], Any] | None:
    """Header and rows (a frame of text) as polars reads them; None where the careful reader must look.

    Polars takes a row that is too short for one with empty cells at its end, a blank line for a row, and a carriage
    return alone, or spaces before a quote, for text.
    """
    if content.count(b"\r") != content.count(b"\r\n") or b"\0" in content or not _has_shape(content, delimiter):
        return None
    import polars as pl

    try:
        frame = pl.read_csv(io.BytesIO(content), has_header=False, infer_schema=False, separator=delimiter)
    except Exception:  # polars raises a dozen kinds; the careful reader says where and why
        return None
    if len(frame) < 2 or frame.width < 2 or frame.to_series(frame.width - 1).null_count():
        return None
    frame = frame.with_columns(pl.all().fill_null(""))
    if any(series.str.strip_chars_start().str.starts_with('"').any() for series in frame.iter_columns()):
        return None
    header = [str(name).strip() for name in frame.row(0)]
    if not all(header) or len(set(header)) < len(header):
        return None
    return header, frame.slice(1)


def _has_shape(content: bytes, delimiter: str) -> bool:
    """Whether polars may read this text, which takes all rows to be as long as the first line, and unpacks on its own.

    A header of many columns above lines that are empty would take memory for cells that are not there.
    """
    if content.startswith(PACKED) or any(mark in content for mark in SEPARATORS):
        return False
    mark, begin = delimiter.encode(), len(content) - len(content.lstrip(b"\r\n"))
    end = content.find(b"\n", begin, begin + LONGEST_HEADER)
    more = content.count(mark, begin, end)
    if end < 0 or more >= MOST_COLUMNS:
        return False
    return content.count(b"\n") * more <= SPARSE * (content.count(mark) + MOST_COLUMNS)


def as_text(frame: Any) -> list[TextColumn]:
    """The columns of a frame of text."""
    return [TextColumn(series.str.strip_chars()) for series in frame.iter_columns()]
