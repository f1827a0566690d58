"""The decisions of a whole column, which hold for some of its rows too: how its numbers are written, whether they are
codes."""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from weakref import ReferenceType

import numpy as np

from bprop.sources.codes import LONGEST, codes_in
from bprop.sources.number_inference import Hint, Spelling, decimal_of, may_be_thousands, spelling_of

PLAINLY = Spelling()
LOOKED_AT = 1_000
"""Cells of each other column that are asked which mark stands before fractions."""


@dataclass(frozen=True)
class Settled:
    """The decisions of a column.

    spelling : how its numbers are written. codes : what it holds where its digits are no numbers; "".
    """

    spelling: Spelling = PLAINLY
    codes: str = ""


class Peers:
    """The columns of a table, which say how numbers are written in it. delimiter : between the cells of its file."""

    columns: list[ReferenceType[Any]]
    delimiter: str

    def __init__(self, columns: Iterable[Any], delimiter: str = ""):
        self.columns, self.delimiter = [weakref.ref(column) for column in columns], delimiter

    @cached_property
    def hint(self) -> Hint:
        """The mark before fractions, where columns leave no doubt and agree; else ""."""
        columns = [column for reference in self.columns if (column := reference()) is not None and column.is_text]
        marks = {decimal_of(column.some(LOOKED_AT)) for column in columns} - {""}
        return Hint(marks.pop() if len(marks) == 1 else "", self.delimiter)


def decision_of(column: Any) -> Settled:
    """The decision of all cells of a column of text. Plain numbers that can be nothing else are not read one by one."""
    values, bad = column.plain_numbers
    if not bad.any():
        thousands = may_be_thousands(values) and not column.has_no_thousands
        if not thousands and not _may_be_codes(column, values[~column.unmeasured]):
            return Settled()
    codes = codes_in(list(column.counted))
    if codes:
        return Settled(codes=codes)
    spelling = spelling_of(column.counted, column.peers.hint if column.peers else Hint())
    return Settled(spelling or Spelling())


def _may_be_codes(column: Any, values: np.ndarray) -> bool:
    """Whether some cells, which are all numbers, may be codes; quickly. values : those that are not missing."""
    if not len(values) or values.min() < 0 or (values != np.floor(values)).any():
        return False
    return bool(values.max() >= LONGEST) or column.begins_as_code
