"""Whether the first row of a text file holds the names of its columns, or cells as all others.

A first row is cells where nothing speaks for names and something for cells. A column speaks for names where its first
cell is text above numbers or dates, or a year, or a whole number above fractions. It speaks for cells where numbers
stand above numbers, dates above dates, or a text that comes again below.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

NUMBER = re.compile(
    r"[-+(]?\s*(?:[$€£¥]|[A-Z]{3}\s)?\s*[-+]?(?:\d[\d.,'’ \u00a0\u202f]*|[.,]\d+)(?:[eE][-+]?\d+)?\s*(?:%|[€$£¥])?\)?",
    re.ASCII,
)
DATE = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ].*)?|\d{1,2}:\d\d(?::\d\d)?(?: ?[AaPp][Mm])?|"
    r"\d{1,2}[- ][A-Za-z]{3,9}[- ,]+\d{2,4}.*|[A-Za-z]{3,9} \d{1,2},? \d{4}.*", re.ASCII
)  # fmt: skip
MISSING = {"", "?", "na", "n/a", "#n/a", "<na>", "nan", "null", "none", "-", "--", ".", "\\n", "missing", "unknown"}
YEARS = range(1500, 2200)
ENOUGH = 0.8  # of the cells of a column are of one sort
TEXTS = 2 / 3  # of the columns of a table of texts begin with a text that comes again, if its first row is cells


def sort_of(cell: str) -> str:
    """Of which sort a cell is: "missing", "number", "date" or "text"."""
    if cell.lower() in MISSING:
        return "missing"
    if DATE.fullmatch(cell):
        return "date"
    return "number" if NUMBER.fullmatch(cell) else "text"


def has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first of these rows, all of one length, holds the names of the columns."""
    first, rest = rows[0], rows[1:]
    if not rest:
        return not data_like(first)
    if (_is_run(first) and not _is_run(rest[0])) or _are_years(first, rest):
        return True
    votes = [_vote(cell, [row[k] for row in rest]) for k, cell in enumerate(first)]
    typed = [k for k, cell in enumerate(first) if sort_of(cell) in ("number", "date")]
    if -1 in votes:
        return not (votes.count(-1) == 1 and votes.count(1) > 4 and len(typed) > 4)
    if typed and 1 in votes:
        return _whole_above_fractions([first[k] for k in typed], [[row[k] for row in rest] for k in typed])
    again = votes.count(1)
    return not (len(rest) > 3 and again > 1 and again >= TEXTS * len(first))


def surely_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first of these rows holds text above numbers or dates, and no number above others."""
    votes = [_vote(cell, [row[k] for row in rows[1:]]) for k, cell in enumerate(rows[0])]
    return -1 in votes and 1 not in [vote for vote, cell in zip(votes, rows[0], strict=True) if sort_of(cell) != "text"]


def data_like(names: Sequence[str]) -> list[str]:
    """Those of the names that look like cells."""
    return [name for name in names if sort_of(name) in ("number", "date")]


def _vote(cell: str, below: list[str]) -> int:
    """-1 where a cell speaks for names, 1 where it speaks for cells, 0 where it does not say."""
    sort, sorts = sort_of(cell), [sort_of(one) for one in below]
    there = [one for one in sorts if one != "missing"]
    if sort == "missing" or not there:
        return 0
    usual = max(("number", "date", "text"), key=there.count)
    if there.count(usual) < ENOUGH * len(there):
        usual = "text"
    if sort == "text":
        return -1 if usual != "text" else int(cell in below)
    if usual != sort:
        return -1 if sort == "number" and usual == "date" else 0
    return 1


def _is_year(cell: str) -> bool:
    return cell.isdigit() and len(cell) == 4 and int(cell) in YEARS


def _are_years(first: Sequence[str], rest: Sequence[Sequence[str]]) -> bool:
    """Whether all numbers of the first row are different years, above numbers that are not."""
    years = [k for k, cell in enumerate(first) if sort_of(cell) in ("number", "date")]
    if not years or not all(_is_year(first[k]) for k in years) or len({first[k] for k in years}) < len(years):
        return False
    cells = [row[k] for row in rest for k in years]
    return sum(map(_is_year, cells)) < 0.5 * len(cells)


def _is_run(cells: Sequence[str]) -> bool:
    """Whether the numbers of a row, three or more and all but one of its cells, go up by the same step: 0, 1, 2."""
    try:
        numbers = [float(cell) for cell in cells if sort_of(cell) == "number"]
    except ValueError:
        return False
    if len(numbers) < max(3, len(cells) - 1) or (len(numbers) == 3 and numbers != [0, 1, 2] and max(numbers) < 100):
        return False
    steps = [b - a for a, b in pairwise(numbers)]
    return min(steps) > 0 and max(steps) - min(steps) < 1e-6 * max(map(abs, numbers))


def _whole_above_fractions(first: list[str], below: list[list[str]]) -> bool:
    """Whether the numbers of the first row are whole and all differ, and those in their columns are fractions."""
    if len(first) < 2 or len(set(first)) < len(first) or not all(cell.isdigit() for cell in first):
        return False
    fractions = [sum("." in cell or "," in cell for cell in column) > 0.9 * len(column) for column in below]
    return all(fractions) and len(below[0]) > 2


def is_second_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the row below the names is no row of cells: it holds text or nothing above numbers, in two columns or
    more, and a number in none; the rows below it are numbers there."""
    first, rest = rows[0], rows[1:]
    if len(rest) < 3:
        return False
    columns = [k for k in range(len(first)) if all(sort_of(row[k]) in ("number", "missing") for row in rest)]
    columns = [k for k in columns if any(sort_of(row[k]) == "number" for row in rest)]
    sorts = [sort_of(first[k]) for k in columns]
    odd = sorts.count("text")
    lone = len(columns) == len(first) == 1
    return odd + sorts.count("missing") == len(sorts) and (odd > 1 or (odd == 1 and lone))


def is_rule(line: str) -> bool:
    """Whether a line is one that programs draw below a header: ----,---- or ----+----."""
    return re.fullmatch(r"[-=+|,;: \t]*(-{3}|={3})[-=+|,;: \t\r\n]*", line) is not None
