"""A text file in blocks of whole rows: of no file more than a block is in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bprop.errors import DataError
from bprop.sources.formats.encodings import Reads
from bprop.sources.formats.quotes import last_end, left_open, open_cells
from bprop.sources.limits import LONGEST_CELL, size

BLOCK = 8 * 2**20  # bytes of text in a block
LONGEST = 16  # blocks without the end of a row: no table


@dataclass
class Blocks:
    """A text, cut into blocks of whole rows.

    marks : the letters that may stand between two cells; none where a line is a row, as in JSON. names : of the
        columns. lines : of the file before what comes next.
    """

    path: Path
    file: Reads
    marks: bytes = b""
    names: Sequence[str] = ()
    lines: int = 0

    def __iter__(self) -> Iterator[tuple[bytes, int]]:
        """(content, the lines before it)."""
        rest, read = b"", self.file.read(BLOCK)
        while read:
            rest += read
            end = self._end(rest) if self.marks else rest.rfind(b"\n") + 1
            if end:
                yield rest[:end], self.lines
                self.lines += rest.count(b"\n", 0, end)
                rest = rest[end:]
            elif len(rest) > LONGEST * BLOCK:
                raise self._too_long(rest)
            read = self.file.read(BLOCK)
        if rest.strip(b"\r\n" if self.marks else None):  # of a table, a line of tabs is a row of empty cells
            yield rest, self.lines

    def _end(self, content: bytes) -> int:
        """Behind the last line that ends a row; 0 where none does. DataError for a quote that is left open."""
        end = _even_end(content) if open_cells(content, self.marks) else 0
        if end and len(content) - end <= LONGEST_CELL:
            return end
        end, place = last_end(content, self.marks)
        if place >= 0 and len(content) - place > LONGEST_CELL:
            raise self._left_open(content, end, place)
        return end

    def _left_open(self, content: bytes, end: int, place: int) -> DataError:
        line = self.lines + content.count(b"\n", 0, end) + 1
        return left_open(self.path, line, content[end:place], list(self.names), self.marks[-1:].decode())

    def _too_long(self, content: bytes) -> DataError:
        end, place = last_end(content, self.marks) if self.marks else (0, -1)
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
