"""Columns to be written to a file, whatever its format."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from bprop.sources.cells import texts


@dataclass(frozen=True)
class Output:
    """A column of N cells.

    values : (N,) numbers, dates, or objects (text, whole numbers, or None where missing).
    digits : of a number in a text file; None: as many as it needs.
    """

    name: str
    values: np.ndarray
    digits: int | None = None

    @cached_property
    def texts(self) -> list[str | None]:
        """The cells as text."""
        if self.digits is not None and self.values.dtype.kind == "f":
            return [f"{value:.{self.digits}g}" for value in self.values]
        if self.values.dtype.kind == "O":
            return [None if cell is None else str(cell) for cell in self.values.tolist()]
        return list(texts(self.values))

    @property
    def typed(self) -> np.ndarray | list[Any]:
        """The cells as a file of typed columns has them: numbers where all are numbers, else text."""
        if self.values.dtype.kind != "O":
            return self.values
        cells = self.values.tolist()
        if cells and all(isinstance(cell, int) and not isinstance(cell, bool) for cell in cells):
            return cells
        return [None if cell is None else str(cell) for cell in cells]


def unlike(columns: Sequence[Output]) -> list[Output]:
    """The columns, each with a name of its own: a second one called class is called class_2."""
    names: set[str] = set()
    renamed = []
    for column in columns:
        name, number = column.name, 2
        while name in names or (name != column.name and any(name == other.name for other in columns)):
            name, number = f"{column.name}_{number}", number + 1
        names.add(name)
        renamed.append(replace(column, name=name))
    return renamed


def frame_of(columns: Sequence[Output]) -> Any:
    """A polars DataFrame of the columns."""
    import polars as pl

    return pl.DataFrame([pl.Series(column.name, column.typed) for column in unlike(columns)])


def as_csv(columns: Sequence[Output], delimiter: str = ",") -> str:
    """A header line and a line for each row."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    writer.writerows(zip(*(column.texts for column in columns), strict=True))
    return text.getvalue()
