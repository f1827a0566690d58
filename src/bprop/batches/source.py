"""Where the rows of a set that is fed come from: the interface, and rows of a set that lies in memory or in files."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from bprop.batches.batch import Arrays
from bprop.data import DataSet, Reader, batch_order


class Rows(ABC):
    """The rows of one epoch. Positions are taken in increasing order."""

    @abstractmethod
    def take(self, start: int, stop: int) -> tuple[Arrays, np.ndarray | None]:
        """(arrays, weights) of the positions start .. stop - 1 of the epoch. The caller may change them."""

    def reach(self, start: int, stop: int) -> None:  # noqa: B027 (by default there is nothing to do)
        """These positions are taken next."""

    def close(self) -> None:  # noqa: B027
        """The epoch has ended, or was interrupted."""


class Source(ABC):
    """Rows that an epoch gets part by part.

    batch_size : the rows of a batch where the source says it, else None. weighted : whether rows have weights.
    advice : what to do where other rows come when the run is resumed.
    """

    batch_size: int | None = None
    weighted: bool = False
    advice: str = ""

    @abstractmethod
    def __len__(self) -> int:
        """The number of rows of an epoch."""

    def order(self, seed: int, epoch: int, shuffle: bool) -> np.ndarray:
        """(N,) the numbers of the rows in the order of an epoch."""
        return batch_order(len(self), seed, epoch, shuffle)

    @abstractmethod
    def open(self, seed: int, epoch: int, shuffle: bool) -> Rows:
        """The rows of an epoch, in its order."""

    @abstractmethod
    def some(self, index: np.ndarray) -> DataSet:
        """The rows with these numbers, which increase."""

    @property
    def mean_weight(self) -> float | None:
        """See `DataSet.mean_weight`."""
        return None

    @property
    def whole(self) -> DataSet | None:
        """The set that holds all rows, if there is one."""
        return None

    def checksum(self) -> str | None:
        """A checksum of all rows of the first epoch, where there is no whole set."""
        return None


class InMemory(Source):
    """The rows of a set in memory or in files."""

    def __init__(self, data: DataSet):
        self.data = data
        self.weighted: bool = data.weights is not None

    def __len__(self) -> int:
        return len(self.data)

    def order(self, seed: int, epoch: int, shuffle: bool) -> np.ndarray:
        return self.data.order(seed, epoch, shuffle)

    def open(self, seed: int, epoch: int, shuffle: bool) -> Rows:
        return _Picked(self.data, self.order(seed, epoch, shuffle), self.data.reader(seed, epoch, shuffle))

    def some(self, index: np.ndarray) -> DataSet:
        return self.data.rows(index)

    @property
    def mean_weight(self) -> float | None:
        return self.data.mean_weight

    @property
    def whole(self) -> DataSet | None:
        return self.data


class _Picked(Rows):
    def __init__(self, data: DataSet, order: np.ndarray, reader: Reader):
        self.data, self.order, self.reader = data, order, reader

    def take(self, start, stop):
        rows = self.order[start:stop]
        weights = None if self.data.weights is None else self.data.weights[rows]
        return {name: array[rows] for name, array in self.data.arrays.items()}, weights

    def reach(self, start, stop):
        self.reader.reach(start, stop)

    def close(self):
        self.reader.close()
