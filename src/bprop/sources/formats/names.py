"""The names of the columns of a text file: tidied, each of its own, and those of columns without one."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

UNNAMED = re.compile(r"(Unnamed: \d+(_level_\d+)?(\.\d+)?)?")
"""No name, or what pandas writes where it has read none."""
MARK = "\ufeff"
"""The mark of UTF-8 before a name, or before a cell where files were joined."""
INDEX = re.compile(r"(Unnamed: 0(\.\d+)?)?")


def tidy(name: str) -> str:
    """A name in Unicode's composed form, without blanks around it; those within it are part of it."""
    return unicodedata.normalize("NFC", name).strip("\ufeff \t").strip()


def unmarked(cell: str) -> str:
    """A cell without the mark of UTF-8, which stands within a text where files were joined."""
    return cell.removeprefix(MARK).strip()


def by_position(count: int) -> list[str]:
    """The names of columns without a header: x1, x2, ..."""
    return [f"x{k}" for k in range(1, count + 1)]


def unique(names: Sequence[str]) -> list[str]:
    """Names of their own: where one comes again, a suffix as pandas adds it, a, a.1, which no other column has."""
    taken, counts = set(names), Counter()
    result: list[str] = []
    for name in names:
        here = name
        if counts[name]:
            number = counts[name]
            while f"{name}.{number}" in taken:
                number += 1
            here = f"{name}.{number}"
            taken.add(here)
            counts[name] = number
        counts[name] += 1
        result.append(here)
    return result


def nameless(names: Sequence[str]) -> list[int]:
    """The columns without a name, by position."""
    return [k for k, name in enumerate(names) if UNNAMED.fullmatch(name)]


def named(names: Sequence[str]) -> list[str]:
    """Names, "column 3" for the third column where it has none."""
    return [name or f"column {k}" for k, name in enumerate(names, 1)]


def is_index(column: int, names: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether a column without a name, with none before it, holds row numbers in the first rows: different whole
    numbers, or such that count up by one and begin anew."""
    if any(not INDEX.fullmatch(name) for name in names[: column + 1]):
        return False
    cells = [row[column] for row in rows if len(row) > column]
    if not all(cell.isdecimal() for cell in cells):
        return False
    steps = sum(int(b) == int(a) + 1 for a, b in pairwise(cells))
    return len(set(cells)) == len(cells) or 2 * steps > len(cells)
