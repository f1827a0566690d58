"""Lines that are no rows: a title above the table, a second line of the header, footers; and rows that are too long."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bprop.errors import DataError
from bprop.sources.formats.dialect import split
from bprop.sources.formats.headers import has_header, is_rule, is_second_header, sort_of

FOOTER = re.compile(r"\(?\d[\d,.]* ?(rows?|records?|lines?)( affected| selected)?\.?\)?|EOF|-{5,}", re.IGNORECASE)
_SINGLE = re.compile(r"'(.*)'", re.DOTALL)
TOTALS = {
    "total", "totals", "grand total", "sum", "average", "mean", "summe", "gesamt", "insgesamt", "gesamtsumme", "somme",
    "totaux", "totale", "suma", "totaal",
}  # fmt: skip


def need_no_title(path: Path, rows: Sequence[Sequence[str]], lines: Sequence[str], start: int, mark: str) -> None:
    """Raise DataError where a text of one cell stands above rows of two cells or more that all are as long.

    start : lines of the file before it.
    """
    first, rest = rows[0], rows[1:]
    if len(rest) < 2:
        return
    ((wide, count),) = Counter(map(len, rest)).most_common(1)
    alone = bool(first[0]) and not any(first[1:]) and sort_of(first[0]) == "text"
    lone = len(first) == 1 and wide > 2
    padded = len(first) == wide > 2 and sum(any(row[k] for row in rest if len(row) == wide) for k in range(wide)) > 2
    if not alone or not (lone or padded) or count < 0.5 * len(rest):
        _need_no_other_header(path, rows, lines, start, mark, wide)
        return
    number = start + 1
    while number < len(lines) and len([cell for row in split([lines[number]], mark) for cell in row if cell]) < 2:
        number += 1
    raise DataError(
        f"{path}, line {start + 1}: {''.join(first)[:60]!r} stands alone above rows of {wide} cells: it looks like a "
        f"title, and the names of the columns are below: --skip-rows {number}"
    )


def _need_no_other_header(
    path: Path, rows: Sequence[Sequence[str]], lines: Sequence[str], start: int, mark: str, wide: int
) -> None:  # fmt: skip
    """Raise DataError where the first row has another length than most, and a header is below."""
    cells = len(rows[0])
    if cells == wide or wide < 2 or not _header_is_below(rows[1:], wide):
        return
    number = start + 1
    while number < len(lines) and len(next(iter(split([lines[number]], mark)), [])) != wide:
        number += 1
    raise DataError(
        f"{path}, line {start + 1}: {cells} cells, but most rows have {wide}, and a header seems to be in line "
        f"{number + 1}: --skip-rows {number}"
    )


def _header_is_below(rest: Sequence[Sequence[str]], wide: int) -> bool:
    """Whether the first row that is as long as most holds names."""
    rows = [row for row in rest if len(row) == wide]
    return len(rows) > 2 and all(cell or k == wide - 1 for k, cell in enumerate(rows[0])) and has_header(rows)


def need_one_header(
    path: Path, rows: Sequence[Sequence[str]], end: int, missing: Sequence[str], below: str
) -> None:  # fmt: skip
    """Raise DataError where the line below the names holds text above numbers: units, or more names.

    end : the line of the names. below : the text of the next one.
    """
    rest = [["" if cell in missing else cell for cell in row] for row in rows[1:] if len(row) == len(rows[0])]
    if rest and is_second_header(rest):
        shown = ", ".join(cell for cell in rest[0] if cell)[:60]
        begin = rest[0][0] if rest[0][0] and below.startswith(rest[0][0]) else below.strip()[:12]
        raise DataError(
            f"{path}, line {end + 1}: {shown!r} stands above numbers: it looks like a second line of the header. If it "
            f"holds the names, --skip-rows {end} takes them; else delete it, or leave it out with --comment "
            f"{shlex.quote(begin)} if no other line begins so"
        )


def need_double_quotes(path: Path, rows: Sequence[Sequence[str]], line: int) -> None:
    """Raise DataError where all names, or the numbers of a column, stand in single quotes, which are letters here.

    line : of the first of the rows.
    """
    columns = list(zip(*(row for row in rows if len(row) == len(rows[0])), strict=True))
    names = [cell for cell in rows[0] if cell]
    numbers = [[cell for cell in column[1:] if cell] for column in columns]
    if (len(names) > 1 and all(map(_SINGLE.fullmatch, names))) or any(
        len(cells) > 1 and all((match := _SINGLE.fullmatch(cell)) and sort_of(match[1]) == "number" for cell in cells)
        for cells in numbers
    ):
        shown = next(cell for row in rows for cell in row if _SINGLE.fullmatch(cell))
        raise DataError(
            f"{path}, line {line}: cells such as {shown} stand in single quotes, which are letters of a cell here: "
            "write double quotes, or none"
        )


def _quoted(word: str) -> str:
    return f'"{word}"' if re.search(r"\W", word) else word


def first_column_is_index(rows: Sequence[Sequence[str]], header: str, mark: str) -> bool:
    """Whether rows that are one cell longer than the header begin with the name of a row, as R writes them.

    They are 1, 2, 3, ... or 0, 1, 2, ...; or different, and neither may be a decimal comma that split a cell: the
    header is in quotes, as R's, or the mark is not a comma.
    """
    names = [row[0] for row in rows]
    if len(set(names)) < len(names) or not all(names):
        return False
    if len(names) > 1 and any(names == [str(k + first) for k in range(len(names))] for first in (0, 1)):
        return True
    return header.lstrip().startswith('"') if mark == "," else True


def need_no_footer(path: Path, row: Sequence[str], line: int, header: Sequence[str]) -> None:
    """Raise DataError where the last row is no row: "(1000 rows)", or "Total" with cells that are mostly empty."""
    cells = [cell for cell in row if cell]
    if not cells or len(row) < 2:
        return
    total = cells[0].lower().rstrip(":") in TOTALS and 2 * len(cells) <= len(row) and row[0] == cells[0]
    if total or _is_footer(cells):
        shown = cells[0] if total else " ".join(cells)
        raise DataError(
            f"{path}, line {line}: {shown[:40]!r} looks like the foot of the table, not a row of it: delete this "
            f"line, or leave it out with --comment {_quoted(cells[0].split()[0][:12])}"
        )


def _is_footer(cells: Sequence[str]) -> bool:
    """Whether a row is "(1000 rows)", in one cell, or in several where blanks divide them."""
    whole = " ".join(cells)
    return (len(cells) == 1 or whole.startswith("(")) and FOOTER.fullmatch(whole) is not None


def without_footer(lines: Sequence[str]) -> list[str]:
    """The lines without a last one such as "(1000 rows)", which says nothing on the delimiter of the others."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    foot = end > 2 and FOOTER.fullmatch(lines[end - 1].strip())
    return list(lines[: end - 1] if foot else lines)


def repeated_header(path: Path, line: int, header: Sequence[str]) -> DataError:
    """The error for a row that is the header once more."""
    shown = ", ".join(header)[:60]
    return DataError(
        f"{path}, line {line}: the header once more: {shown!r}: files that were joined? Delete such lines, or leave "
        "them out with --comment and how they begin"
    )


def ragged(
    path: Path, line: int, row: Sequence[str], width: int, what: str, mark: str, others: int
) -> DataError:  # fmt: skip
    """The error for a row of another length than the header. others : how many more there are."""
    more = f" (as {others:,} other rows)" if others > 1 else " (as another row)" if others else ""
    shown = ", ".join(row)[:60]
    if _is_footer(row) or (len(row) == 1 and is_rule(row[0])):
        why = f"it looks like the foot of the table: delete this line, or --comment {_quoted(row[0].split()[0][:12])}"
    elif row[0].startswith(("#", "%", "//")):
        sign = "//" if row[0].startswith("//") else row[0][0]
        why = f'it looks like a comment: --comment "{sign}"'
    elif any(cell.startswith("'") for cell in row):
        why = "single quotes are letters; a cell that holds the delimiter belongs in double ones"
    elif len(row) > width and mark == "," and any(map(_is_split, row, row[1:])):
        why = "a decimal comma? Put such cells in quotes, or write the table with another delimiter"
    elif len(row) > width:
        why = f"a cell that holds {mark!r} belongs in quotes; or another delimiter: --delimiter"
    else:
        why = "cells are missing, or it is no row: delete it, or leave it out with --comment; or --delimiter"
    return DataError(f"{path}, line {line}: {len(row)} cells, but {what} has {width} columns{more}: {shown!r}: {why}")


def _is_split(left: str, right: str) -> bool:
    """Whether two cells may be the halves of a number with a decimal comma."""
    return re.fullmatch(r"[+-]?\d+", left) is not None and re.fullmatch(r"\d+ ?[%€$]?", right) is not None
