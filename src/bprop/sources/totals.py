"""Rows of sums among the rows of a table: "Total" at its foot, or as a category."""

from __future__ import annotations

import numpy as np

from bprop.errors import DataError
from bprop.sources.column import Column
from bprop.sources.frame import Frame

SUMS = frozenset(
    [
        "total", "totals", "grand total", "overall total", "sum total", "subtotal", "sub-total", "summe", "gesamt",
        "insgesamt", "gesamtsumme", "zwischensumme", "endsumme", "somme", "totaux", "total général", "totale", "suma",
        "total general", "totaal", "totalt", "razem", "итого", "всего", "celkem", "合计", "合計", "총계",
    ]
)  # fmt: skip
"""The first word of a row that adds up others, in small letters. Words such as "average" may be categories."""


def need_no_total(frame: Frame) -> None:
    """Raise DataError where the last row alone begins with "Total" or the like: its numbers are no example."""
    if len(frame) < 3:
        return
    last = np.array([len(frame) - 1])
    for name, column in frame.columns.items():
        if column.names or column.unread or _is_blank(column.rows(last, settle=False).tolist()[0]):
            continue
        if column.is_text and len(of_sums(column, last)) and len(of_sums(column)) == 1:
            cell = column.rows(last, settle=False).tolist()[0]
            raise DataError(
                f"{frame.where(int(last[0]))}, column {name!r}: {cell!r} in the last row alone: it looks like a row of "
                "sums, not an example to learn from: delete this row"
            )
        return


def _is_blank(cell: object) -> bool:
    """Whether nothing stands in a cell."""
    return cell is None or cell != cell or (isinstance(cell, str) and not cell.strip())


def of_sums(column: Column, rows: np.ndarray | None = None) -> list[str]:
    """Those cells, or of some rows, that say that a row adds up others."""
    cells = (column if rows is None else column.rows(rows, settle=False)).tolist()
    return [cell for cell in cells if cell and len(cell) < 20 and cell.strip().rstrip(":").strip().casefold() in SUMS]
