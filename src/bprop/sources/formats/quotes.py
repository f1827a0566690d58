"""Where the rows of a text file end: with a line that leaves no quote open.

A quote opens a cell only where the cell begins, blanks before it apart; anywhere else it is a letter, as in 5" pipe.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bprop.errors import DataError
from bprop.sources.limits import LONGEST_CELL

QUOTE = b'"'


def spans(content: bytes, marks: bytes) -> Iterator[tuple[int, int]]:
    """(start, end) of each text in quotes. `end` is behind the closing quote, or -1 if that is missing.

    marks : the letters that may stand between two cells.
    """
    place = content.find(QUOTE)
    while place >= 0:
        end = place + 1
        if _begins(content, place, marks):
            end = _behind(content, end)
            yield place, end
        if end < 0:
            return
        place = content.find(QUOTE, end)


def _begins(content: bytes, place: int, marks: bytes) -> bool:
    """Whether a cell begins here, or before the blanks that are here."""
    while place and content[place - 1] == 0x20:
        place -= 1
    return not place or content[place - 1] in marks or content[place - 1] in b"\r\n"


def _behind(content: bytes, place: int) -> int:
    """Behind the quote that closes a cell; two are one that belongs to its text. -1 where there is none."""
    while True:
        place = content.find(QUOTE, place) + 1
        if not place:
            return -1
        if content[place : place + 1] != QUOTE:
            return place
        place += 1


def open_cells(content: bytes, marks: bytes) -> bool:
    """Whether every other quote, from the first on, opens a cell where the cell begins, or follows one that closes it
    (two are a quote in its text). Then rows end where there are as many quotes that open as close: a quick look."""
    letters = np.frombuffer(content, np.uint8)
    places = np.nonzero(letters == ord(QUOTE))[0][::2]
    before = letters[places[places > 0] - 1]
    return bool(np.isin(before, np.frombuffer(marks + b"\r\n" + QUOTE, np.uint8)).all())


def quotes_are_plain(content: bytes, mark: str) -> bool:
    """Whether every quote opens a cell where the cell begins, closes it where the cell ends, or is one of two within.

    Polars takes any other quote for a part of the text, or for an end of it; Python's reader refuses some of them.
    """
    if QUOTE not in content:
        return True
    letters = np.frombuffer(content, np.uint8)
    places = np.flatnonzero(letters == ord(QUOTE))
    beside = np.frombuffer(mark.encode() + b"\r\n" + QUOTE, np.uint8)
    opening, closing = places[::2], places[1::2]
    before, behind = letters[opening[opening > 0] - 1], letters[closing[closing + 1 < len(letters)] + 1]
    return len(places) % 2 == 0 and bool(np.isin(before, beside).all() and np.isin(behind, beside).all())


def first_end(content: bytes, marks: bytes) -> int:
    """Behind the first line that ends a row; 0 where none does."""
    begin = 0
    for start, end in spans(content, marks):
        line = content.find(b"\n", begin, start)
        if line >= 0:
            return line + 1
        if end < 0:
            return 0
        begin = end
    return content.find(b"\n", begin) + 1


def last_end(content: bytes, marks: bytes) -> tuple[int, int]:
    """(behind the last line that ends a row, or 0; where a quote is opened that is not closed, or -1)."""
    last = begin = 0
    for start, end in spans(content, marks):
        last = max(last, content.rfind(b"\n", begin, start) + 1)
        if end < 0:
            return last, start
        begin = end
    return max(last, content.rfind(b"\n", begin) + 1), -1


def left_open(path: Path, line: int, row: bytes, names: list[str], mark: str) -> DataError:
    """The error for a row with a quote that is left open.

    line : on which the row begins. row : its content up to that quote. names : of the columns, where they are known.
    """
    number, line = columns(row, mark), line + row.count(b"\n")
    column = repr(names[number - 1]) if number <= len(names) else f"{number}"
    return DataError(
        f"{path}, line {line}, column {column}: a quote is left open: a cell in quotes holds at most {LONGEST_CELL:,} "
        "letters; close the quote, write it twice if it belongs to the text, or leave it out"
    )


def fault(
    path: Path, line: int, row: list[str], header: list[str], delimiter: str, error: csv.Error
) -> DataError:  # fmt: skip
    """The error for a row that cannot be read. `line` : its last, as far as it was read."""
    content, before = "".join(row).encode(), line - len(row)
    place = last_end(content, delimiter.encode())[1]
    if place >= 0:
        return left_open(path, before + 1, content[:place], header, delimiter)
    if b'\\"' in content:
        return DataError(f'{path}, line {line}: a quote within quotes is written \\": write it twice, ""')
    return DataError(f"{path}, line {line}: not a line of a CSV file: {error}")


def columns(row: bytes, mark: str) -> int:
    """The number of the cell that begins behind this part of a row: 1, 2, ..."""
    text = io.StringIO(row.decode("utf-8", "replace") + ".", newline="")
    try:
        return len(next(csv.reader(text, delimiter=mark)))
    except csv.Error:  # a cell before it is longer than all may be
        return 1 + row.count(mark.encode())
