"""Cells of a table that are of no category that a model knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from bprop.names import closest
from bprop.sources.columns import Categorical
from bprop.sources.frame import Frame
from bprop.sources.preparation import Preparation


class Unknown(NamedTuple):
    """The cells of a column that are of no category that the model knows.

    cell : the first of them, and `where` it stands. count : of such cells, among all `rows`.
    """

    kind: Categorical
    cell: str
    where: str
    count: int
    rows: int

    @property
    def meant(self) -> str | None:
        """The category that looks most like `cell`, if one does."""
        return closest(self.cell, self.kind.categories)


def unknown_cells(preparation: Preparation, frame: Frame) -> Iterator[Unknown]:
    """Of each column that has such cells."""
    kinds = preparation.used if preparation.is_table else ()
    for kind in (kind for kind in kinds if isinstance(kind, Categorical) and kind.name in frame.columns):
        column = frame.column(kind.name)
        unseen = kind.unseen(column)
        if unseen.any():
            row = int(unseen.argmax())
            yield Unknown(kind, str(column.texts[row]), frame.where(row), int(unseen.sum()), len(unseen))
