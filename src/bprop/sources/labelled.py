"""The rows that have a target: the others are left out, and counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bprop.errors import DataError
from bprop.sources.frame import Frame


def labelled(frame: Frame, targets: Sequence[str]) -> Frame:
    """The rows of a frame in which no target is missing; `left_out` counts the others. All rows where the columns are
    not there: reading them says so.

    Raises DataError where no row has a target.
    """
    rows = some_labelled(frame, targets)
    if not len(rows) and len(frame):
        raise no_targets(frame.label, targets, len(frame))
    return rows


def no_targets(source: str, targets: Sequence[str], rows: int) -> DataError:
    """The error for a table in which no row has a target."""
    which = "all targets are" if len(targets) == 1 else "in every row a target is"
    return DataError(
        f"{source}, column {', '.join(map(repr, targets))}: {which} missing ({rows:,} rows): name another column with "
        "--target"
    )


def some_labelled(frame: Frame, targets: Sequence[str]) -> Frame:
    """The same of some of the rows of a table. None of them may have a target."""
    if any(name not in frame.columns for name in targets):
        return frame
    gone = np.zeros(len(frame), bool)
    for name in targets:
        gone |= frame.column(name).missing
    if not gone.any():
        return frame
    return replace(frame.rows(np.nonzero(~gone)[0]), left_out=frame.left_out + int(gone.sum()))
