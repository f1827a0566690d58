"""Batches that come one after the other, anew in every epoch: an iterable, or a function that makes an iterator."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any
from zlib import crc32

import numpy as np

from bprop.batches.batch import Arrays, Shape, placed
from bprop.batches.source import Rows, Source
from bprop.console import say
from bprop.data import DataSet
from bprop.errors import DataError

PATIENCE = 20.0  # seconds of counting after which a word is due
ADVICE = (
    "these batches come in another order, or are drawn anew, in every pass: for a run that can be resumed, give a "
    "function of the epoch, `lambda epoch: ...`, that makes the same batches whenever it is called"
)


class Sequence(Source):
    """The rows of batches in the order in which they come; `shuffle` does not concern them.

    make : gives the iterable of an epoch (0, 1, ...). by_epoch : whether it may give others in every epoch.

    of_rows : whether the items are single examples.

    A first pass counts and checks the rows. Every epoch must have as many.
    """

    shape: Shape
    by_epoch: bool
    of_rows: bool
    rows: int
    first_sum: str

    make: Callable[[int], Any]

    def __init__(self, make: Callable[[int], Any], shape: Shape, by_epoch: bool = False):
        self.make, self.shape, self.by_epoch = make, shape, by_epoch
        self.advice, self.of_rows = ADVICE, False
        counted = Counted()
        for arrays in self.batches(0, "the first pass"):
            counted.add(arrays)
        if not counted.rows:
            raise DataError("there is no batch: the iterable is empty")
        self.rows, self.first_sum = counted.rows, counted.checksum()
        self.batch_size: int | None = None if self.of_rows else counted.first

    def __len__(self) -> int:
        return self.rows

    def order(self, seed: int, epoch: int, shuffle: bool) -> np.ndarray:
        return np.arange(len(self), dtype=np.int32)

    def batches(self, epoch: int, when: str) -> Iterator[Arrays]:
        """The batches of an epoch, checked. Errors name the batch, counted from 0."""
        for number, item in enumerate(iterated(self.make(epoch))):
            with placed(f"{when}, batch {number}"):
                arrays = self.shape.named(item)
                self.of_rows = self.shape.is_row(arrays)
                arrays = self.shape.whole(arrays)
            yield arrays

    def open(self, seed: int, epoch: int, shuffle: bool) -> Rows:
        return _Passing(self, epoch)

    def some(self, index: np.ndarray) -> DataSet:
        numbers, parts, first = set(index.tolist()), [], 0
        for arrays in self.batches(0, "a further pass"):
            count = len(next(iter(arrays.values())))
            here = [row - first for row in range(first, first + count) if row in numbers]
            parts.append({name: array[here] for name, array in arrays.items()})
            first += count
        return DataSet({name: np.concatenate([part[name] for part in parts]) for name in parts[0]})

    def checksum(self) -> str | None:
        return self.first_sum


class Counted:
    """Counts the rows of batches and sums them up, however they are cut."""

    noted: bool

    rows: int
    first: int
    since: float

    sums: dict[Any, Any]

    def __init__(self):
        self.rows, self.first, self.sums = 0, 0, {}
        self.since, self.noted = monotonic(), False

    def add(self, arrays: Arrays) -> None:
        count = len(next(iter(arrays.values())))
        self.first = self.first or count
        self.rows += count
        for name, array in arrays.items():
            self.sums[name] = crc32(np.ascontiguousarray(array).tobytes(), self.sums.get(name, 0))
        if not self.noted and monotonic() - self.since > PATIENCE:
            self.noted = True
            say(
                f"bprop: {self.rows:,} rows so far are counted, and the batches have not come to an end; if they never "
                "do, cut an epoch from them: lambda: itertools.islice(batches(), 1000)", error=True,
            )  # fmt: skip

    def checksum(self) -> str:
        return " ".join(f"{self.sums[name]:08x}" for name in sorted(self.sums))


class _Passing(Rows):
    """The rows of one pass. Rows of a batch beyond those taken wait for the next."""

    def __init__(self, source: Sequence, epoch: int):
        self.source, self.epoch = source, epoch
        self.batches = source.batches(epoch, f"epoch {epoch + 1}")
        self.left: Arrays = {}
        self.position, self.waiting = 0, 0  # rows taken or skipped, and rows in `left`
        self.counted = Counted()

    def take(self, start, stop):
        while self.position < start:
            self._give(min(start - self.position, max(1, self.waiting or self._more())))
        arrays = self._give(stop - start)
        if stop == len(self.source):
            self._need_end()
        return arrays, None

    def _give(self, count: int) -> Arrays:
        while self.waiting < count:
            self._more()
        arrays = {name: array[:count] for name, array in self.left.items()}
        self.left = {name: array[count:] for name, array in self.left.items()}
        self.position, self.waiting = self.position + count, self.waiting - count
        return arrays

    def _more(self) -> int:
        batch = next(self.batches, None)
        if batch is None:
            rows = self.position + self.waiting
            raise DataError(f"epoch {self.epoch + 1} has {rows:,} rows, but the first pass had {len(self.source):,}")
        self.counted.add(batch)
        self.left = {n: np.concatenate([self.left[n], a]) if self.waiting else np.array(a) for n, a in batch.items()}
        self.waiting += len(next(iter(batch.values())))
        return self.waiting

    def _need_end(self) -> None:
        if self.waiting or next(self.batches, None) is not None:
            raise DataError(f"epoch {self.epoch + 1} has more rows than the first pass, {len(self.source):,}")

    def close(self):
        self.batches.close()  # type: ignore[attr-defined]


def per_epoch(function: Callable[..., Any]) -> tuple[Callable[[int], Any], bool]:
    """(the iterable of an epoch as a function of its number, whether the number counts)."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        parameters = ()
    takes = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and p.default is p.empty]
    if len(takes) > 1:
        names = ", ".join(p.name for p in takes)
        raise DataError(f"data is a function that needs {names}: one that makes batches takes the epoch, or nothing")
    return (function, True) if takes else (lambda epoch: function(), False)


def iterated(batches: Any) -> Iterator[Any]:
    """The items of an iterable. Raises DataError for anything else."""
    if not hasattr(batches, "__iter__"):
        raise DataError(f"the function gives a {type(batches).__name__}: it must give batches, as a generator does")
    return iter(batches)
