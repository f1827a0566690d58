"""The delimiter of a text file: the mark with which rows have the same number of cells.

The header alone does not say it: "x;temp, C;y" holds a comma, and rows of "3;1,5;0" split at commas as evenly as at
semicolons. So every mark is tried on the first rows, outside quotes, and cells that still hold a stronger mark count
against it.
"""

from __future__ import annotations

import csv
import re
from collections import Counter

from bprop.errors import SettingError

MARKS = ",;\t|"
NOTHING = "\x1f"
"""The mark of a file of one column: no text holds it."""
BLANKS = " "
"""Runs of blanks and tabs."""
WORDS = {
    "comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "space": " ", "blank": " ", "blanks": " ", "spaces": " ",
    "whitespace": " ", "\\s+": " ", "pipe": "|", "bar": "|", "colon": ":",
}  # fmt: skip
NAMES = {"\t": "tabs", BLANKS: "blanks", NOTHING: "nothing: one column"}
LOOK = 200  # rows that are read to find it
_DECIMAL = re.compile(r"\s*[+-]?\d+(,\d+)?\s*%?\s*")
_NUMBER = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?%?")
_RUN = re.compile(r"(?:[+-]?[\d.]+|\?|NA)(?: +(?:[+-]?[\d.]+|\?|NA)){2,}")
_BLANKS = re.compile(rb'(?<![^ \t\r\n])("(?:[^"]|"")*")|(?m:^[ \t]+)|[ \t]+(?=\r?$|\r?\n)|[ \t]+')


def mark_of(word: str) -> str:
    """The mark that a word of --delimiter says. Raises SettingError."""
    mark = WORDS.get(word.strip().lower() or word, word)
    if len(mark) != 1 or mark in '"\r\n\0' or ord(mark) > 127:
        raise SettingError(
            f"--delimiter {word!r}: give one letter, such as ';', or one of comma, semicolon, tab, pipe, colon, space"
        )
    return mark


def shown(mark: str) -> str:
    """A mark in a sentence."""
    return NAMES.get(mark, repr(mark))


def at_tabs(content: bytes) -> bytes:
    """Text with runs of blanks between its cells, with a tab for each run; those within quotes stay."""

    def tab(run: re.Match[bytes]) -> bytes:
        if run[1] is not None:
            return run[1]
        start, end = run.span()
        first = start == 0 or content[start - 1 : start] in (b"\n", b"\r")
        last = end == len(content) or content[end : end + 1] in (b"\n", b"\r")
        return b"" if first or last else b"\t"

    return _BLANKS.sub(tab, content)


def split(lines: list[str], mark: str, most: int = LOOK) -> list[list[str]]:
    """The first rows of a text, without blank lines; those before a row that cannot be read."""
    if mark == BLANKS:
        lines, mark = (
            at_tabs("".join(lines).encode("utf-8", "surrogatepass")).decode("utf-8", "replace").splitlines(True),
            "\t",
        )
    rows: list[list[str]] = []
    try:
        for row in csv.reader(lines, delimiter=mark, skipinitialspace=True, strict=True):
            cells = [cell.strip() for cell in row]
            if cells not in ([], [""]):
                rows.append(cells)
            if len(rows) == most:
                break
    except csv.Error:
        pass
    return rows


def delimiter_of(lines: list[str], usual: str = ",") -> str:
    """The mark between the cells of a text, `usual` where there is nothing to tell; NOTHING for one column.

    lines : its first, from the header on; the last of them may be cut off.
    """
    scores = {mark: score(split(lines, mark), mark) for mark in MARKS}
    if usual in scores:
        scores[usual] *= 1.02  # of marks that are as good
    best = max(scores, key=lambda mark: scores[mark])
    if scores[best] > 0:
        return BLANKS if best == "\t" and _holds_rows(lines) else best
    if _is_line_of_numbers(lines) or _is_column_of_r(lines):
        return BLANKS
    for mark in (BLANKS, ":"):
        if _is_of_numbers(split(lines, mark), shorter=mark == BLANKS):
            return mark
    first = lines[0] if lines else ""
    return next((mark for mark in MARKS if mark in first), NOTHING if _is_column(lines) else usual)


def _holds_rows(lines: list[str]) -> bool:
    """Whether a tab only stands at some places between cells, and blanks at the others: a cell of each row holds three
    numbers or more."""
    rows = split(lines, BLANKS)
    runs = all(any(_RUN.fullmatch(cell) for cell in row) for row in split(lines, "\t"))
    return runs and all(len(row) == len(rows[0]) for row in rows)


def score(rows: list[list[str]], mark: str) -> float:
    """How well a mark divides rows, the header first: 0 where it does not.

    The square of the share of rows with the usual number of cells, less where the header has another number, or where
    cells hold a stronger mark.
    """
    rest = rows[1:] or rows
    if not rest:
        return 0.0
    ((wide, count),) = Counter(map(len, rest)).most_common(1)
    if wide < 2 or (wide == 2 and len(rows[0]) == 1 and not _is_pair(rest, mark)):
        return 0.0
    strong = [other for other in ";\t|" if other != mark]
    cells = [cell for row in rest for cell in row if cell]
    odd = sum(any(other in cell for other in strong) for cell in cells) / max(1, len(cells))
    head = 1.0 if len(rows[0]) == wide else 0.5 if len(rows[0]) == wide - 1 else 0.2
    share = count / len(rest)
    return 0.0 if share < 0.5 and head < 1 else head * share**2 * (1 - 0.75 * odd) * (1 - 1 / wide) ** 0.25


def _is_pair(rows: list[list[str]], mark: str) -> bool:
    """Whether rows of two cells below one name are row numbers with a value: neither decimals, nor text with commas."""
    if mark != ",":
        return True
    firsts = [row[0] for row in rows if len(row) == 2]
    return len(firsts) == len(rows) and firsts == [str(k + 1) for k in range(len(rows))] and len(rows) > 2


def _is_of_numbers(rows: list[list[str]], shorter: bool) -> bool:
    """Whether rows are of one length, and half of their columns or more hold numbers alone below the first row.

    Blanks and colons stand in texts, too, so that more is asked of them. shorter : the header may lack one cell of
    three or more, as R writes it.
    """
    rest = rows[1:]
    wide = len(rest[0]) if rest else 0
    if (
        wide < 2
        or any(len(row) != wide for row in rest)
        or len(rows[0]) != wide - (shorter and wide > 2 and len(rows[0]) < wide)
    ):
        return False
    numbers = sum(all(_NUMBER.fullmatch(row[k]) for row in rest) for k in range(wide))
    return 2 * numbers >= wide


def _is_line_of_numbers(lines: list[str]) -> bool:
    """Whether a text is one line of numbers between blanks: a row to predict, without a header."""
    rows = split(lines, BLANKS)
    return len(rows) == 1 and len(rows[0]) > 1 and all(map(_NUMBER.fullmatch, rows[0]))


def _is_column_of_r(lines: list[str]) -> bool:
    """Whether a text is one column as write.table of R writes it: a name in quotes, and below it names of rows in
    quotes, each with a cell."""
    rows = split(lines, BLANKS)
    quoted = all(line.startswith('"') for line in lines[: len(rows)] if line.strip())
    return len(rows) > 1 and quoted and len(rows[0]) == 1 and all(len(row) == 2 for row in rows[1:])


def _is_column(lines: list[str]) -> bool:
    """Whether a text is one column: the first line holds no mark."""
    return bool(lines) and not any(mark in lines[0] for mark in MARKS)
