"""Rows to train on and rows to test on: the same for every method."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.tables.table import CLASSES, Table, TableError

LEAST = 5
"""Rows of a class that are expected among the rows to train on. A class with fewer is left out of the table."""


@dataclass(frozen=True)
class Protocol:
    """test : the share of the rows that are tested on. most_train, most_test : at most so many rows."""

    test: float = 0.2
    most_train: int = 4000
    most_test: int = 10_000

    def sizes(self, rows: int) -> tuple[int, int]:
        """Rows to train on, and to test on."""
        held_out = round(rows * self.test)
        return min(rows - held_out, self.most_train), min(held_out, self.most_test)


def common_classes(table: Table, protocol: Protocol) -> Table:
    """The table without the rows of classes that are too rare to be learned from the rows to train on."""
    if table.task != CLASSES:
        return table
    share = protocol.sizes(len(table))[0] / len(table)
    enough = np.bincount(table.target) * share >= LEAST
    if enough.sum() < 2:
        raise TableError(f"{table.name}: fewer than two classes have {LEAST} rows to train on")
    kept_rows = table.rows(np.flatnonzero(enough[table.target]))
    numbers = np.cumsum(enough) - 1
    kept_rows.target[:] = numbers[kept_rows.target]
    return kept_rows


def divide(table: Table, split: int, protocol: Protocol) -> tuple[Table, Table]:
    """(rows to train on, rows to test on) of the split with this number; of classes, every class alike."""
    order = _order(table, np.random.default_rng([split, 20_261_126]))
    train, test = protocol.sizes(len(table))
    return table.rows(order[test : test + train]), table.rows(order[:test])


def _order(table: Table, random: np.random.Generator) -> np.ndarray:
    """All rows in random order. Every stretch of it has each class in about its share of the table."""
    order = random.permutation(len(table))
    if table.task != CLASSES:
        return order
    place = np.empty(len(table))
    for rows in (order[table.target[order] == c] for c in range(table.classes)):
        place[rows] = (np.arange(len(rows)) + random.random(len(rows))) / max(len(rows), 1)
    return np.argsort(place, kind="stable")
