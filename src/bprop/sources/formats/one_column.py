"""A text of one column whose cells all hold a mark that may divide them: a word on what to do."""

from __future__ import annotations

import re
from collections.abc import Sequence

QUOTED_WHOLE = ",;\t|"
"""Delimiters that would have divided the rows, were these not in quotes as a whole."""
RARE = ("::", "||", "~", "^", "\x01", "¦", "§", "!", "#", "@")
"""Marks that some programs write, and that are not tried without being asked for."""
_NUMBERED = re.compile(r"\S+(?: \d+:\S+)+")


def hint_of(rows: Sequence[Sequence[str]]) -> str:
    """A word on the first rows, the header among them, of one cell each; "" where nothing is odd."""
    cells = [row[0] for row in rows if row]
    if len(cells) < 2 or any(len(row) > 1 for row in rows):
        return ""
    if mark := _common(cells, QUOTED_WHOLE):
        return f"it has one column, for each line stands in quotes as a whole, with {mark!r} in it: remove these quotes"
    if mark := _common(cells, RARE):
        way = f"--delimiter {mark!r}" if len(mark) == 1 and mark.isascii() else f"replace {mark!r} by tabs"
        return f"it has one column, but all lines hold {mark!r}: if that stands between cells, {way}"
    if all(map(_NUMBERED.fullmatch, cells[1:])):
        return "it has one column, and looks like a file of LIBSVM: sklearn.datasets.load_svmlight_file reads it"
    return ""


def _common(cells: Sequence[str], marks: Sequence[str]) -> str:
    """The first mark that all cells hold equally often; "" where there is none."""
    return next((mark for mark in marks if len(counts := {c.count(mark) for c in cells}) == 1 and counts != {0}), "")
