"""The lines before the header of a text file: those to be skipped, "sep=;", comments, and what they say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bprop.errors import DataError
from bprop.sources.formats.dialect import split
from bprop.sources.formats.headers import has_header, is_rule, sort_of
from bprop.sources.read_options import ReadOptions

COMMENTS = ("#", "%", "//")
"""Marks of comments that are known where they begin the first lines."""
OTHERS = {
    "<!doctype": "a web page (HTML)", "<html": "a web page (HTML)", "<?xml": "XML", "%pdf-": "a PDF", "{\"": "JSON",
    "[{": "JSON", "[[": "JSON", "version https://git-lfs": "a pointer of Git LFS: fetch the file with `git lfs pull`",
    "@relation": "an ARFF file: delete its lines up to @data", "\\documentclass": "LaTeX", "{\\rtf": "rich text",
}  # fmt: skip
"""How text begins that is no table, in small letters."""
_LOGGER = re.compile(r'"?TOA5"?,', re.IGNORECASE)
"""The first line of the files of Campbell's data loggers. Below the names are two more, of units and processing."""
_SEP = re.compile(r'"?sep=(?P<mark>\\t|.)"?[,;\t]*\s*', re.IGNORECASE)


@dataclass(frozen=True)
class Preamble:
    """start : lines before the header. delimiter : that a line names. comment : a comment that may be the header.
    facts : parts of the sentence on them. below : lines below the header that are no rows."""

    start: int
    delimiter: str | None = None
    comment: str | None = None
    facts: tuple[str, ...] = ()
    below: int = 0


def preamble_of(path: object, lines: Sequence[str], options: ReadOptions) -> Preamble:
    """From the first lines of a text. Raises DataError where nothing is left."""
    need_no_other_format(path, lines)
    start, facts, delimiter = options.skip_rows, [], None
    if start and not "".join(lines[start:]).strip():
        raise DataError(f"{path}: --skip-rows {start} leaves no line of its {len(lines):,}")
    start = _behind_blanks(lines, start)
    if start + 4 < len(lines) and _LOGGER.match(lines[start]):
        which = f"line {start + 1} is that of a data logger (TOA5), and lines {start + 3} and {start + 4} have no rows"
        return Preamble(start + 1, ",", None, (f"{which}: left out",), below=2)
    if start < len(lines) and (match := _SEP.fullmatch(lines[start])):
        delimiter = "\t" if match["mark"] == "\\t" else match["mark"]
        facts.append(f"line {start + 1} names the delimiter")
        start = _behind_blanks(lines, start + 1)
    while start < len(lines) and is_rule(lines[start]):
        facts.append(f"line {start + 1} is a rule, and left out")
        start = _behind_blanks(lines, start + 1)
    mark = next((one for one in COMMENTS if start < len(lines) and lines[start].startswith(one)), None)
    if mark is not None and options.comment is None:
        end = start
        while end < len(lines) and lines[end].startswith(mark):
            end = _behind_blanks(lines, end + 1)
        if end == len(lines):
            raise DataError(f"{path}: all its lines begin with {mark}, as comments do: there is no table")
        last = next(line for line in reversed(lines[start:end]) if line.strip())
        return Preamble(end, delimiter, last[len(mark) :], (*facts, _comments(start, end, mark)))
    return Preamble(start, delimiter, None, tuple(facts))


def need_no_other_format(path: object, lines: Sequence[str]) -> None:
    """Raise DataError for text that is known to be no table with marks between cells."""
    first = "".join(lines[:20]).lstrip()[:200].lower()
    kind = next((kind for begin, kind in OTHERS.items() if first.startswith(begin)), None)
    if kind is not None:
        raise DataError(f"{path}: this is {kind}, not a table of text")


def _comments(start: int, end: int, mark: str) -> str:
    which = f"line {start + 1} is a comment" if end == start + 1 else f"lines {start + 1} to {end} are comments"
    return f"{which} ({mark})"


def _behind_blanks(lines: Sequence[str], start: int) -> int:
    while start < len(lines) and not lines[start].strip():
        start += 1
    return start


def header_in(comment: str, rows: Sequence[Sequence[str]], mark: str) -> list[str] | None:
    """The names in a comment above the rows, where it holds the header: "#id,name", "# x,y"; None where it does not.

    It has as many cells as the rows, no cell is empty, and none comes again. Behind a blank it is a header only above
    rows that have none.
    """
    cells = next(iter(split([comment], mark)), [])
    width = len(rows[0])
    if width < 2 or len(cells) != width or len(set(cells)) < width or not all(cells):
        return None
    if any(sort_of(cell) in ("number", "date") for cell in cells):
        return None
    return cells if not comment[:1].isspace() or not has_header([row for row in rows if len(row) == width]) else None
