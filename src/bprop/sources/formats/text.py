"""Rows of text as columns: read fast by polars where it is installed, and carefully otherwise.

The careful reader is Python's own. It is asked whenever the fast one refuses a file, or could have misread it; so
both give the same table, and errors name the line.
"""

from __future__ import annotations

import io
import re
from typing import Any

from bprop.sources.formats.layout import Layout
from bprop.sources.formats.quotes import quotes_are_plain
from bprop.sources.limits import LONGEST_HEADER, MOST_COLUMNS
from bprop.sources.text_column import TextColumn

PACKED = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\x78\x01", b"\x78\x9c", b"\x78\xda")
"""How gzip, zstd and zlib begin, which polars unpacks unasked: x\\x9c is no text, and no table begins with x\\x01."""
BYTE_ORDER_MARK = "\ufeff".encode()
"""Polars leaves it out where text begins; here it can only begin a cell of the first row."""
SEPARATORS = (b"\x1c", b"\x1d", b"\x1e", b"\x1f")
"""Blanks to Python, which strips them from a cell, and letters to polars."""
BLANK = (b" ", b"\t", b"\v", b"\f")
"""Blanks within a line."""
QUOTE = b'"'
SPARSE = 16
"""Times as many cells as there are delimiters: lines within quotes count as rows here."""


def fast(body: bytes, layout: Layout) -> Any | None:
    """The rows (a frame of text) as polars reads them; None where the careful reader must look.

    Polars takes a row that is too short for one with empty cells at its end, a blank line for a row, and a carriage
    return alone, or spaces before a quote, for text. body : UTF-8, behind the header.
    """
    if (b"\r" in body and body.count(b"\r") != body.count(b"\r\n")) or b"\0" in body:
        return None
    content = _without_comments(layout.tidied(body), layout.comment)
    if content is None or not _has_shape(content, layout.reading) or not quotes_are_plain(content, layout.reading):
        return None
    if content.endswith(layout.reading.encode()):  # behind it is one more empty cell, which polars does not see
        return None
    import polars as pl

    try:
        frame = pl.read_csv(io.BytesIO(content), has_header=False, infer_schema=False, separator=layout.reading)
    except Exception:  # polars raises a dozen kinds; the careful reader says where and why
        return None
    if not len(frame) or frame.width < 2 or frame.width != len(layout.names):
        return None
    if frame.to_series(frame.width - 1).null_count():
        return None
    cells = pl.all().fill_null("")
    frame = frame.with_columns(cells.str.strip_chars() if _has_blanks(content, layout.reading) else cells)
    if b'"' in content and any(series.str.starts_with('"').any() for series in frame.iter_columns()):
        return None
    return frame


def _without_comments(content: bytes, comment: str | None) -> bytes | None:
    """Without the lines that begin with a mark; None where such a line may be within quotes."""
    if comment is None:
        return content
    mark = re.compile(rb"^" + re.escape(comment.encode()) + rb"[^\n]*(\n|\Z)", re.MULTILINE)
    if b'"' in content:
        return None if mark.search(content) else content
    return mark.sub(b"", content)


def _has_shape(content: bytes, delimiter: str) -> bool:
    """Whether polars may read this text, which takes all rows to be as long as the first line, and unpacks on its own.

    A first line of many columns above lines that are empty would take memory for cells that are not there.
    """
    if content.startswith((*PACKED, BYTE_ORDER_MARK)) or any(mark in content for mark in SEPARATORS):
        return False
    mark, begin = delimiter.encode(), len(content) - len(content.lstrip(b"\r\n"))
    end = content.find(b"\n", begin, begin + LONGEST_HEADER)
    if end < 0 and len(content) - begin < LONGEST_HEADER:
        end = len(content)
    more = content.count(mark, begin, end)
    if end < 0 or more >= MOST_COLUMNS:
        return False
    return content.count(b"\n") * more <= SPARSE * (content.count(mark) + MOST_COLUMNS)


def _has_blanks(content: bytes, delimiter: str) -> bool:
    """Whether a cell may begin or end with a blank."""
    beside = (QUOTE, *(mark for mark in BLANK if mark != delimiter.encode()))  # within quotes, a line may end
    return not content.isascii() or any(mark in content for mark in beside)


def as_text(series: Any) -> TextColumn:
    """A column of a frame of text, whose cells have no blanks around them."""
    return TextColumn(series)
