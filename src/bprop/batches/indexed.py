"""Rows by number, read when they are needed: a Dataset of PyTorch, one of Hugging Face with a transform."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zlib import crc32

import numpy as np

from bprop.batches.batch import Arrays, Shape, placed
from bprop.batches.source import Rows, Source
from bprop.data import DataSet

TOGETHER = 256
ADVICE = "these rows are drawn anew whenever they are read, so that the run cannot be resumed exactly"


class Indexed(Source):
    """The rows that `fetch(numbers)` gives as arrays. `numbers` : of the rows, where it is a part of another."""

    numbers: np.ndarray
    fetch: Callable[[np.ndarray], Arrays]

    def __init__(self, count: int, fetch: Callable[[np.ndarray], Arrays], numbers: np.ndarray | None = None):
        self.fetch, self.numbers = fetch, np.arange(count) if numbers is None else numbers
        self.advice = ADVICE

    def __len__(self) -> int:
        return len(self.numbers)

    def read(self, index: np.ndarray) -> Arrays:
        """The rows at these places."""
        rows = self.numbers[index]
        with placed(f"rows {rows.min()} to {rows.max()}" if len(rows) > 1 else f"row {rows[0]}"):
            return self.fetch(rows)

    def part(self, index: np.ndarray) -> Indexed:
        """The source of some of the rows."""
        return Indexed(len(index), self.fetch, self.numbers[index])

    def open(self, seed: int, epoch: int, shuffle: bool) -> Rows:
        return _Fetched(self, self.order(seed, epoch, shuffle))

    def some(self, index: np.ndarray) -> DataSet:
        cuts = [index[start : start + TOGETHER] for start in range(0, len(index), TOGETHER)]
        parts = [self.read(cut) for cut in cuts]
        return DataSet({name: np.concatenate([part[name] for part in parts]) for name in parts[0]}, None, index)

    def checksum(self) -> str | None:
        sums: dict[str, int] = {}
        for start in range(0, len(self), TOGETHER):
            for name, array in self.read(np.arange(start, min(start + TOGETHER, len(self)))).items():
                sums[name] = crc32(np.ascontiguousarray(array).tobytes(), sums.get(name, 0))
        return " ".join(f"{sums[name]:08x}" for name in sorted(sums))


class _Fetched(Rows):
    def __init__(self, source: Indexed, order: np.ndarray):
        self.source, self.order = source, order

    def take(self, start, stop):
        return self.source.read(self.order[start:stop]), None


def fetch_rows(dataset: Any, shape: Shape) -> Callable[[np.ndarray], Arrays]:
    """Reads rows of an object with `dataset[number]`, or `dataset.__getitems__(numbers)`, as PyTorch does."""
    together: Any = getattr(dataset, "__getitems__", None)

    def fetch(numbers: np.ndarray) -> Arrays:
        index = numbers.tolist()
        rows: Any = together(index) if callable(together) else [dataset[i] for i in index]
        return shape.stacked(rows)

    return fetch
