"""The rows that have a target: the others are left out, and counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bprop.errors import DataError
from bprop.sources.column import Column
from bprop.sources.frame import Frame
from bprop.sources.totals import need_no_total


def labelled(frame: Frame, targets: Sequence[str], numbers: bool | None = None) -> Frame:
    """The rows of a frame in which no target is missing; `left_out` counts the others. All rows where the columns are
    not there: reading them says so.

    numbers : whether the targets are numbers; None: where most of their cells are. Of such, bad cells are missing too,
    where --bad-cells says so.

    Raises DataError where no row has a target, and where the last one with a target is a row of sums.
    """
    rows = some_labelled(frame, targets, numbers, settle=True)
    if not len(rows) and len(frame):
        raise no_targets(frame.label, targets, len(frame))
    need_no_total(rows)
    return rows


def no_targets(source: str, targets: Sequence[str], rows: int) -> DataError:
    """The error for a table in which no row has a target."""
    which = "all targets are" if len(targets) == 1 else "in every row a target is"
    return DataError(
        f"{source}, column {', '.join(map(repr, targets))}: {which} missing ({rows:,} rows): name another column with "
        "--target"
    )


def some_labelled(
    frame: Frame, targets: Sequence[str], numbers: bool | None = None, settle: bool = False
) -> Frame:  # fmt: skip
    """The same of some of the rows of a table. None of them may have a target.

    settle : whether these rows decide how the cells of their columns are read.
    """
    if any(name not in frame.columns for name in targets):
        return frame
    gone = np.zeros(len(frame), bool)
    for name in targets:
        frame.need_readable(name, "target")
        column = frame.column(name)
        gone |= column.missing
        if frame.read.bad_cells == "missing" and numbers is not False:
            gone |= _bad(column, numbers is None, len(targets) > 1)
    if not gone.any():
        return frame
    return replace(frame.rows(np.nonzero(~gone)[0], settle), left_out=frame.left_out + int(gone.sum()))


def _bad(column: Column, unsure: bool, several: bool) -> np.ndarray:
    """(N,) where a target is no number. Of several targets each may say yes or no as well.

    unsure : only if most are numbers, and not all say yes or no.
    """
    bad = column.numbers[1] & column.booleans[1] if several else column.numbers[1]
    names = unsure and (2 * bad.sum() >= (~column.missing).sum() or not column.booleans[1].any())
    return np.zeros(len(bad), bool) if names else bad
