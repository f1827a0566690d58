"""Data sets for the device: whole on it where they fit, else streamed in chunks of whole batches.

Either way an array lies there in its own narrow dtype, and the number of rows is a run-time argument, so that sets of
nearly the same size share one compiled program. The arithmetic is the same, bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import numpy as np

from bprop import memory
from bprop.data import DataSet
from bprop.engines.engine import Job
from bprop.engines.packing import narrow, pack, round_up

CHUNK = 64 * 2**20  # bytes of a chunk at most: enough that the calls cost nothing
EVALUATED_TOGETHER = 512  # rows: chunks that are evaluated are of whole such blocks


class Part(NamedTuple):
    """Steps of an epoch whose rows are on the device: `order` says where they lie in `arrays`."""

    arrays: dict[str, Any]
    weights: Any
    rows: Any
    order: Any
    start: int
    count: int


@dataclass(frozen=True)
class Source:
    """A data set in main memory and what its arrays become on the device."""

    data: DataSet
    dtypes: dict[str, np.dtype]
    dtype: np.dtype

    @classmethod
    def of(cls, data: DataSet, job: Job) -> Source:
        inputs = job.graph.inputs
        dtypes = {name: narrow(array, job.dtype, inputs[name].dtype) for name, array in data.arrays.items()}
        return cls(data, dtypes, job.dtype)

    @property
    def row_bytes(self) -> int:
        """Bytes that one example takes on the device."""
        size = sum(int(np.prod(a.shape[1:])) * self.dtypes[n].itemsize for n, a in self.data.arrays.items())
        return size + (0 if self.data.weights is None else self.dtype.itemsize)

    def put(self, size: int, index: np.ndarray | None = None) -> tuple[dict[str, Any], Any]:
        """(arrays, weights) on the device: all rows, or those at `index`, `size` in all."""
        arrays = {n: jax.device_put(pack(a, self.dtypes[n], size, index)) for n, a in self.data.arrays.items()}
        weights = self.data.weights
        return arrays, None if weights is None else jax.device_put(pack(weights, self.dtype, size, index))


class Resident:
    """A data set that lies on the device."""

    arrays: dict[str, Any]
    weights: Any
    visits: np.ndarray
    order: Any

    def __init__(self, source: Source):
        self.rows: Any = jax.device_put(np.int32(len(source.data)))
        self.arrays, self.weights = source.put(round_up(len(source.data)))

    def set_order(self, order: np.ndarray) -> None:
        """The order of the epoch, in whole batches."""
        self.visits, self.order = order, jax.device_put(order)

    def parts(self, start: int, count: int) -> Iterator[Part]:
        """The steps, all at once."""
        yield Part(self.arrays, self.weights, self.rows, self.order, start, count)

    def last(self, first: int, rows: int) -> Part:
        """The rows of the last step, which begins at position `first` of the order, by themselves."""
        order = jax.device_put(self.visits[first : first + rows])
        return Part(self.arrays, self.weights, np.int32(rows), order, 0, 1)

    def whole(self) -> tuple[dict[str, Any], Any, Any]:
        """(arrays, weights, rows) of the whole set."""
        return self.arrays, self.weights, self.rows

    def pieces(self) -> Iterator[tuple[dict[str, Any], Any, Any]]:
        """(arrays, weights, rows) of the whole set, for an evaluation."""
        yield self.whole()


class Streamed:
    """A data set that does not fit: chunks of it in the epoch's order, two on the device at a time.

    The computation on a chunk has started when the next one is asked for, so gathering and computing overlap. `steps`
    of a chunk are whole turns of the compiled loop.
    """

    source: Source
    batch_size: int
    order: np.ndarray

    def __init__(self, source: Source, batch_size: int, turn: int, budget: int):
        self.source, self.batch_size = source, batch_size
        wanted = min(budget // 2, CHUNK) // max(1, source.row_bytes)
        turns = wanted // (batch_size * turn)
        self.steps: int = max(1, turns) * turn
        self.size: int = self.steps * batch_size
        self.positions: Any = jax.device_put(np.arange(self.size, dtype=np.int32))
        self.evaluated: int = min(max(1, wanted // EVALUATED_TOGETHER) * EVALUATED_TOGETHER, round_up(len(source.data)))
        self.chunks: dict[int, tuple[dict[str, Any], Any]] = {}

    def set_order(self, order: np.ndarray) -> None:
        """The order of the epoch, in whole batches."""
        self.order, self.chunks = order, {}

    def parts(self, start: int, count: int) -> Iterator[Part]:
        """The steps, chunk by chunk."""
        end = start + count
        while start < end:
            chunk, first = divmod(start, self.steps)
            some = min(end - start, self.steps - first)
            arrays, weights = self._chunk(chunk)
            rows = np.int32(min(self.size, len(self.source.data) - chunk * self.size))
            yield Part(arrays, weights, rows, self.positions, first, some)
            del arrays, weights
            start += some
            if (chunk + 1) * self.size < len(self.order):
                self._chunk(chunk + 1)

    def last(self, first: int, rows: int) -> Part:
        """The rows of the last step, which begins at position `first` of the order, by themselves."""
        arrays, weights = self.source.put(rows, self.order[first : first + rows])
        return Part(arrays, weights, np.int32(rows), jax.device_put(np.arange(rows, dtype=np.int32)), 0, 1)

    def whole(self) -> tuple[dict[str, Any], Any, Any]:
        """(arrays, weights, rows) of the whole set, which must fit on the device."""
        return *self.source.put(len(self.source.data)), np.int32(len(self.source.data))

    def _chunk(self, chunk: int) -> tuple[dict[str, Any], Any]:
        self.chunks = {c: held for c, held in self.chunks.items() if c in (chunk - 1, chunk)}
        if chunk not in self.chunks:
            index = self.order[chunk * self.size : (chunk + 1) * self.size]
            filled = np.concatenate([index, np.full(self.size - len(index), self.order[0], index.dtype)])
            self.chunks[chunk] = self.source.put(self.size, filled)
        return self.chunks[chunk]

    def pieces(self) -> Iterator[tuple[dict[str, Any], Any, Any]]:
        """(arrays, weights, rows) of one chunk after the other, for an evaluation."""
        total = len(self.source.data)
        for first in range(0, total, self.evaluated):
            index = np.arange(first, min(first + self.evaluated, total))
            yield *self.source.put(self.evaluated, index), np.int32(len(index))


class Fed:
    """A data set of which only a window is in memory at a time: the rows of each stretch of steps are put there."""

    source: Source
    batch_size: int

    def __init__(self, source: Source, batch_size: int):
        self.source, self.batch_size = source, batch_size
        self.size: int = source.data.window or batch_size
        self.positions: Any = jax.device_put(np.arange(self.size, dtype=np.int32))

    def set_order(self, order: np.ndarray) -> None:
        """The order of the epoch, in whole batches."""
        self.order = order

    def parts(self, start: int, count: int) -> Iterator[Part]:
        """The steps, all at once."""
        first = start * self.batch_size
        arrays, weights = self.source.put(self.size, self.order[first : first + count * self.batch_size])
        yield Part(arrays, weights, np.int32(len(self.source.data) - first), self.positions, 0, count)

    def last(self, first: int, rows: int) -> Part:
        """The rows of the last step, which begins at position `first` of the order, by themselves."""
        arrays, weights = self.source.put(rows, self.order[first : first + rows])
        return Part(arrays, weights, np.int32(rows), jax.device_put(np.arange(rows, dtype=np.int32)), 0, 1)

    def whole(self) -> tuple[dict[str, Any], Any, Any]:
        raise NotImplementedError("a set that is fed is not evaluated")

    pieces = whole


def data_budget(device: Any) -> int:
    """Bytes of data that may lie on the device: the environment variable BPROP_DATA_MEMORY (500M, 8G) sets them.

    By default they are a share of the memory that the device has free.
    """
    wanted = memory.configured()
    return int(memory.SHARE * _free(device)) if wanted is None else wanted


def _free(device: Any) -> int:
    statistics = device.memory_stats()
    if statistics and "bytes_limit" in statistics:
        return statistics["bytes_limit"] - statistics.get("bytes_in_use", 0)
    return memory.free()
