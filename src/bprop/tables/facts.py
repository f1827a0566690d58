"""Facts about rows of a table, for a page: where they stand, their cells, the values of each column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from bprop.reporting.about import Facts
from bprop.sources.frame import Frame
from bprop.sources.preparation import Preparation
from bprop.tables.importance import columns_of

MEASURED = ("numeric", "date")
"""Kinds of columns whose values are numbers."""


def with_rows(facts: Facts, preparation: Preparation, rows: Frame | None) -> Facts:
    """The facts, with those of these rows. rows : None where they are not in memory, or not of a table."""
    inputs = columns_of(preparation) if preparation.is_table else {}
    if rows is None or rows.block is not None:
        return replace(facts, inputs=inputs)
    return replace(facts, inputs=inputs, cells=_cells(preparation, rows), values=_values(preparation, rows))


def _cells(preparation: Preparation, rows: Frame) -> Callable[[int], tuple[str, list[tuple[str, Any]]]]:
    """row -> (its place in the file, its cells before encoding)."""

    def cells(row: int) -> tuple[str, list[tuple[str, Any]]]:
        shown = [(name, rows.column(name).cells[row]) for name in preparation.columns]
        place = rows.where(row).replace("\\", "/").rpartition("/")[2]
        return place, [(name, "missing" if value is None else value) for name, value in shown]

    return cells


def _values(preparation: Preparation, rows: Frame) -> Callable[[str], np.ndarray]:
    """column -> (N,) its numbers, NaN where missing; of a date days since its origin; else its cells as texts."""
    kinds = {name: kind for kind in preparation.used for name in kind.columns}

    def values(name: str) -> np.ndarray:
        column = rows.column(name)
        if kinds[name].kind in MEASURED and kinds[name].embedding is None:
            numbers = np.array(kinds[name].encode(rows)[:, 0], np.float64)
            numbers[column.missing] = np.nan
            return numbers
        return np.array(
            ["missing" if gone else str(c) for c, gone in zip(column.tolist(), column.missing, strict=True)]
        )

    return values
