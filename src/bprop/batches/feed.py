"""A data set that is fed: a window of rows is in memory, which is filled before the steps that visit them.

Engines read it as any other set: the order of an epoch is that of the places in the window.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bprop.batches.augmented import Augment, changed, shown
from bprop.batches.batch import Arrays, placed
from bprop.batches.source import Source
from bprop.console import say
from bprop.data import DataSet, Reader
from bprop.errors import DataError
from bprop.graph.graph import Graph
from bprop.graph.representable import need_finite

WINDOW_BYTES = 32 * 2**20
FEWEST = 8  # batches of a window
INT32 = np.iinfo(np.int32)


@dataclass(frozen=True)
class Feed(DataSet):
    """Rows of a source, `places` of them at a time. `numbers` are those of the rows that are there now.

    augment : changes each batch. warns : whether to warn of a pass with other rows than the first; warned : of which it
    has done so.
    """

    source: Any = None
    graph: Any = None
    batch_size: int = 1
    places: int = 1
    augment: Augment | None = None
    warns: bool = False
    warned: list[str] = field(default_factory=list)

    @classmethod
    def of(
        cls, source: Source, graph: Graph, dtype: np.dtype, batch_size: int, augment: Augment | None = None,
        warns: bool = False,
    ) -> Feed:  # fmt: skip
        """The set with an empty window."""
        kinds = {"float": dtype, "int": np.dtype(np.int32), "bool": np.dtype(bool)}
        row = sum(int(np.prod(box.shape)) * kinds[box.dtype].itemsize for box in graph.inputs.values())
        steps = -(-len(source) // batch_size)
        window = batch_size * min(steps, max(FEWEST, WINDOW_BYTES // max(1, batch_size * row)))
        arrays = {name: np.zeros((window, *box.shape), kinds[box.dtype]) for name, box in graph.inputs.items()}
        weights = np.ones(window, dtype) if source.weighted else None
        numbers = np.zeros(window, np.int64)
        return cls(arrays, weights, numbers, source, graph, batch_size, window, augment, warns)

    def __len__(self) -> int:
        return len(self.source)

    def rows(self, index: Any) -> DataSet:
        return self.source.some(np.asarray(index))

    @property
    def mean_weight(self) -> float | None:
        return self.source.mean_weight

    @property
    def window(self) -> int:
        return self.places

    @property
    def in_memory(self) -> bool:
        return False

    @property
    def arrangement(self) -> Any:
        return None if self.source.whole is None else self.source.whole.arrangement

    @property
    def whole(self) -> DataSet:
        return self if self.source.whole is None else self.source.whole

    @property
    def checksum(self) -> str | None:
        return self.source.checksum()

    @property
    def changes(self) -> str | None:
        return None if self.augment is None else shown(self.augment)

    @property
    def advice(self) -> str:
        return self.source.advice

    def order(self, seed: int, epoch: int, shuffle: bool = True) -> np.ndarray:
        return (np.arange(len(self)) % self.places).astype(np.int32)

    def reader(self, seed: int, epoch: int, shuffle: bool = True) -> Reader:
        return FeedReader(self, seed, epoch, shuffle)

    def cuts(self) -> Iterator[slice]:
        """None: every batch is checked when it comes."""
        return iter(())

    def recast(self, arrays: Mapping[str, np.ndarray], weights: np.ndarray | None) -> DataSet:
        return Window(arrays, weights, self.numbers, len(self))


@dataclass(frozen=True)
class Window(DataSet):
    """The arrays of a window, of a set with `count` rows."""

    count: int = 0

    def __len__(self) -> int:
        return self.count


class FeedReader(Reader):
    """Fills the window with the batches that are visited next."""

    feed: Feed
    seed: int
    epoch: int

    def __init__(self, feed: Feed, seed: int, epoch: int, shuffle: bool):
        self.feed, self.seed, self.epoch = feed, seed, epoch
        self.most: int = feed.places
        self.order: Any = feed.source.order(seed, epoch, shuffle)
        self.rows: Any = feed.source.open(seed, epoch, shuffle)

    def reach(self, start: int, stop: int) -> None:
        feed, size, end = self.feed, self.feed.batch_size, min(stop, len(self.feed))
        self.rows.reach(start, end)
        for first in range(start, end, size):
            last = min(first + size, end)
            arrays, weights = self.rows.take(first, last)
            if feed.augment is not None:
                arrays = changed(feed.augment, feed.graph, arrays, self.seed, self.epoch, first // size)
            self._put(first, last, arrays, weights)
        if end == len(feed):
            self._compare()

    def _put(self, first: int, last: int, arrays: Arrays, weights: np.ndarray | None) -> None:
        feed = self.feed
        place = slice(first % feed.places, first % feed.places + last - first)
        with placed(f"epoch {self.epoch + 1}, batch {first // feed.batch_size}"):
            for name, array in arrays.items():
                into = feed.arrays[name]
                _need_held(name, array, into.dtype)
                into[place] = array
        assert feed.numbers is not None
        feed.numbers[place] = self.order[first:last]
        if feed.weights is not None and weights is not None:
            feed.weights[place] = weights

    def _compare(self) -> None:
        """Warn once where the rows of a whole pass are others than those of the first."""
        feed, counted = self.feed, getattr(self.rows, "counted", None)
        if not feed.warns or feed.warned or counted is None or feed.source.by_epoch or counted.rows < len(feed):
            return
        if counted.checksum() != feed.source.checksum():
            feed.warned.append(feed.advice)
            say(f"bprop: its checkpoints cannot be resumed exactly: {feed.advice}", error=True)

    def close(self) -> None:
        self.rows.close()


def _need_held(name: str, array: np.ndarray, dtype: np.dtype) -> None:
    """Raise DataError for numbers that the window does not hold."""
    if dtype.kind == "f":
        need_finite(f"input {name!r}", array, dtype)
    elif dtype.kind == "i" and array.size and not INT32.min <= array.min() <= array.max() <= INT32.max:
        raise DataError(f"input {name!r}: whole numbers beyond 32 bits, {array.min()} to {array.max()}")
