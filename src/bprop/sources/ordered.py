"""Rows in the order of a column: a date, a time stamp or a number. The last of them are held out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np

from bprop.errors import DataError, SettingError
from bprop.sources.cells import exact
from bprop.sources.columns import Ignored, Kind
from bprop.sources.columns.infer import fit_column, fit_columns
from bprop.sources.frame import Frame

DAY = "datetime64[D]"
ADVICE = "their place in the order is not known; fill them in, or leave these rows out"


def order_values(rows: Frame, name: str, kind: str | None = None) -> np.ndarray:
    """(N,) the dates or numbers of a column by which rows are sorted.

    kind : as in --kind COLUMN=KIND; by default, numbers and dates are read as they stand, and other cells as the kind
    that is inferred for them: its first feature, where that is a measure.

    Raises DataError, naming the first place, where a cell is missing, or is neither.
    """
    rows.need_all(name, "cell", ADVICE)
    column = rows.column(name)
    if kind is None:
        values, bad = column.numbers
        if not bad.any():
            return exact(column.cells, values)
        dates, wrong = column.dates
        if not wrong.any():
            return dates
    fitted = fit_column(name, rows) if kind is None else fit_columns((name,), rows, {name: kind})[0]
    if fitted.scaled[:1] == (True,):
        return fitted.encode(rows)[:, 0]
    raise _in_no_order(rows, name, fitted)


def _in_no_order(rows: Frame, name: str, fitted: Kind) -> DataError:
    column = rows.column(name)
    bad = min((column.numbers[1], column.dates[1]), key=np.count_nonzero)
    row = int(bad.argmax())
    why = f" ({fitted.why})" if isinstance(fitted, Ignored) else ""
    return DataError(
        f"{rows.where(row)}, column {name!r}: {str(column.cells[row])!r} is neither a date nor a number, as are "
        f"{int(bad.sum()):,} of {len(rows):,} cells{why}: --split-by needs a column of dates, time stamps or numbers; "
        f"rows that belong together are kept together with --group {name}"
    )


def last(values: np.ndarray, share: float, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Row numbers (kept, held out): about `share` of the rows, those of the largest values, are held out.

    Equal values are on one side: the cut is between the two different values that are nearest to the share. Both
    parts are in increasing order, and neither is empty. Raises SettingError where that is impossible.
    """
    before, after = stretches(values, [1 - share], name)
    return before, after


def stretches(values: np.ndarray, shares: list[float], name: str) -> list[np.ndarray]:
    """Row numbers in len(shares) + 1 stretches of increasing values, cut at about these shares of the rows.

    Equal values are in one stretch. Raises SettingError if a stretch would be empty.
    """
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    steps = np.nonzero(ordered[1:] != ordered[:-1])[0] + 1
    wanted = [round(len(values) * share) for share in shares]
    cuts = [int(steps[abs(steps - cut).argmin()]) for cut in wanted] if len(steps) else []
    if len(set(cuts)) < len(shares) or not all(0 < cut < len(values) for cut in wanted):
        raise SettingError(
            f"--split-by {name}: {len(values):,} rows with {len(steps) + 1:,} different values cannot be cut into "
            f"{len(shares) + 1} parts of the sizes that are asked for, with equal values in one part: hold out another "
            "share, or fewer parts"
        )
    return [np.sort(part) for part in np.split(order, cuts)]


def spans(rows: Frame, name: str, values: np.ndarray, parts: list[np.ndarray]) -> list[tuple[str, str]]:
    """The cells of the first and the last value of each part, as they stand in the file.

    values : (N,) those of `order_values`.
    """
    ends = [(part[values[part].argmin()], part[values[part].argmax()]) for part in parts]
    cells = rows.column(name).cells
    days = cells.dtype.kind == "M" and bool((cells == cells.astype(DAY)).all())
    return [(_shown(cells[first], days), _shown(cells[end], days)) for first, end in ends]


def _shown(cell: Any, days: bool) -> str:
    if isinstance(cell, np.datetime64):
        stamp = cell.astype("datetime64[us]").item()
        if isinstance(stamp, datetime):
            return stamp.date().isoformat() if days else stamp.isoformat(" ")
        return str(cell)
    return f"{cell:.10g}" if isinstance(cell, np.floating) else str(cell)
