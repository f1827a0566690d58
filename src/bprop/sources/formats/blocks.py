"""A text file in blocks of whole rows: of no file more than a block is in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from bprop.errors import DataError
from bprop.sources.formats.quotes import first_end, last_end, left_open, open_cells
from bprop.sources.formats.text import DELIMITERS, delimiter_of, names_of
from bprop.sources.limits import LONGEST_CELL, LONGEST_HEADER, size

BLOCK = 8 * 2**20  # bytes of text in a block
LONGEST = 16  # blocks without the end of a row: no table
MARKS = DELIMITERS.encode()


def header_of(path: Path, file: BinaryIO) -> tuple[bytes, int, bytes]:
    """(the header, its lines and the blank ones before it, the content behind it, as far as it was read)."""
    content, blank = file.read(BLOCK).removeprefix(b"\xef\xbb\xbf"), 0
    while True:
        text = content.lstrip(b"\r\n ")
        blank += content.count(b"\n", 0, len(content) - len(text))
        content = text
        end = first_end(content, MARKS)
        read = b"" if end or len(content) > LONGEST_HEADER else file.read(BLOCK)
        if not read:
            break
        content += read
    header, rest = (content[:end], content[end:]) if end else (content, b"")
    if not header:
        raise DataError(f"{path}: needs a header line and at least one row")
    place = -1 if end else last_end(header, MARKS)[1]
    if place >= 0:
        raise left_open(path, blank + 1, header[:place], [], delimiter_of(header))
    if b"\r" in header.replace(b"\r\n", b""):
        raise DataError(f"{path}: its lines end in \\r alone; --no-stream reads such a file, whole")
    if len(header) > LONGEST_HEADER:
        raise DataError(f"{path}: its first line is longer than {size(LONGEST_HEADER)}: this is no header of a table")
    header = header if end else header + b"\n"
    return header, blank + header.count(b"\n"), rest


@dataclass
class Blocks:
    """A text, cut into blocks of whole rows.

    rest : content read before. header, mark : of a table with a header line; "" where a line is a row, as in JSON.
    lines : of the file before what comes next.
    """

    path: Path
    file: BinaryIO
    rest: bytes = b""
    header: bytes = b""
    mark: str = ""
    lines: int = 0

    def __iter__(self) -> Iterator[tuple[bytes, int]]:
        """(content, the lines before it)."""
        rest, read = b"", self.rest or self.file.read(BLOCK)
        while read:
            rest += read
            end = self._end(rest) if self.mark else rest.rfind(b"\n") + 1
            if end:
                yield rest[:end], self.lines
                self.lines += rest.count(b"\n", 0, end)
                rest = rest[end:]
            elif len(rest) > LONGEST * BLOCK:
                raise self._too_long(rest)
            read = self.file.read(BLOCK)
        if rest.strip(b"\r\n" if self.mark else None):  # of a table, a line of tabs is a row of empty cells
            yield rest, self.lines

    def _end(self, content: bytes) -> int:
        """Behind the last line that ends a row; 0 where none does. DataError for a quote that is left open."""
        mark = self.mark.encode()
        end = _even_end(content) if open_cells(content, mark) else 0
        if end and len(content) - end <= LONGEST_CELL:
            return end
        end, place = last_end(content, mark)
        if place >= 0 and len(content) - place > LONGEST_CELL:
            raise self._left_open(content, end, place)
        return end

    def _left_open(self, content: bytes, end: int, place: int) -> DataError:
        line, names = self.lines + content.count(b"\n", 0, end) + 1, names_of(self.header, self.mark)
        return left_open(self.path, line, content[end:place], names, self.mark)

    def _too_long(self, content: bytes) -> DataError:
        end, place = last_end(content, self.mark.encode()) if self.mark else (0, -1)
        if place >= 0:
            return self._left_open(content, end, place)
        return DataError(
            f"{self.path}, line {self.lines + 1}: a row of more than {size(len(content))}: the line endings are "
            "unknown, or the file is no table; --no-stream reads the file whole, and gives a more exact error"
        )


def _even_end(content: bytes) -> int:
    """Behind the last line up to which there are as many quotes that open as close; 0 where there is none."""
    end = content.rfind(b"\n") + 1
    odd = content.count(b'"', 0, end) % 2 == 1
    while end and odd:
        before = content.rfind(b"\n", 0, end - 1) + 1
        odd ^= content.count(b'"', before, end) % 2 == 1
        end = before
    return end
