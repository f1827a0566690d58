"""Recognises what people give as data, beside arrays by name: iterables, functions, data sets of other libraries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bprop.batches import arrow
from bprop.batches.batch import Arrays, Shape, as_array, placed
from bprop.batches.indexed import Indexed, fetch_rows
from bprop.batches.sequence import Sequence, iterated, per_epoch
from bprop.data import DataSet
from bprop.errors import DataError
from bprop.graph.graph import Graph
from bprop.reading import need_one_set
from bprop.scaling import Units

TOGETHER = 1024


@dataclass(frozen=True)
class Opened:
    """Data that is no mapping of arrays. `batches` : all rows once. `source` : where they are read in every epoch."""

    batches: Callable[[], Reading]
    source: Callable[[], Sequence | Indexed] | None = None


class Reading:
    """Batches as they are read, once. batch_size : the rows of the first, as soon as that is read; None where the items
    are single examples."""

    items: Any
    shape: Shape

    def __init__(self, batches: Any, shape: Shape):
        self.items, self.shape = batches, shape
        self.batch_size: int | None = None

    def __iter__(self) -> Iterator[Arrays]:
        for number, item in enumerate(iterated(self.items)):
            with placed(f"batch {number}"):
                arrays = self.shape.named(item)
                of_rows = self.shape.is_row(arrays)
                arrays = self.shape.whole(arrays)
            if number == 0 and not of_rows:
                self.batch_size = len(next(iter(arrays.values())))
            yield arrays


class Numbered(Reading):
    """All rows of a source of rows by number."""

    def __init__(self, source: Indexed):
        self.source = source
        self.batch_size = None

    def __iter__(self) -> Iterator[Any]:
        for start in range(0, len(self.source), TOGETHER):
            yield self.source.read(np.arange(start, min(start + TOGETHER, len(self.source))))


def opened(graph: Graph, data: Any, units: Units | None = None, dtype: Any = np.float64) -> Any:
    """The data as `Opened`; arrays by name, and all that is read as such, stay as they are.

    Raises DataError for data that can be none.
    """
    if data is None or isinstance(data, DataSet | np.ndarray | tuple | str | bytes | int | float):
        return data
    if isinstance(data, type):
        raise DataError(f"data is the class {data.__name__}: make an object of it, {data.__name__}(...)")
    if isinstance(data, Mapping):
        need_one_set(data, "data")
        return data
    shape = Shape(graph, units, dtype)
    if hasattr(data, "with_format") and hasattr(data, "column_names"):
        return _hugging_face(data, shape)
    if hasattr(data, "tensors") and isinstance(data.tensors, tuple):  # a TensorDataset
        return shape.named(data.tensors)
    if arrow.is_table(data):
        return arrow.read(data, graph.inputs) if arrow.is_due(data, graph.inputs) else data
    if hasattr(data, "__array__") or (isinstance(data, list) and not _is_list_of_batches(data)):
        return data
    return _of_python(data, shape)


def _of_python(data: Any, shape: Shape) -> Any:
    """The same of iterables, functions and data sets of PyTorch."""
    if hasattr(data, "__getitem__") and hasattr(data, "__len__") and not isinstance(data, list):
        return _by_number(data, shape)
    if hasattr(data, "__iter__"):
        if iter(data) is data:
            return Opened(lambda: Reading(data, shape))
        return Opened(lambda: Reading(data, shape), lambda: Sequence(lambda epoch: _at(data, epoch), shape))
    if callable(data):
        make, by_epoch = per_epoch(data)
        return Opened(lambda: Reading(make(0), shape), lambda: Sequence(make, shape, by_epoch))
    return data


def _by_number(data: Any, shape: Shape) -> Any:
    """Rows by number, or batches by number, as the first of them shows."""
    if not len(data):
        raise DataError("the data set is empty: there is no example to learn from or to compute")
    with placed("row 0"):
        first = shape.named(data[0])
    if shape.is_row(first):
        source = Indexed(len(data), fetch_rows(data, shape))
        return Opened(lambda: Numbered(source), lambda: source)

    def batches() -> Iterator[Any]:
        return (data[number] for number in range(len(data)))

    return Opened(lambda: Reading(batches(), shape), lambda: Sequence(lambda epoch: batches(), shape))


def _hugging_face(data: Any, shape: Shape) -> Any:
    """A data set of Hugging Face. One with a transform of its own is read anew in every epoch."""
    if not hasattr(data, "__len__"):
        return Opened(lambda: Reading(data, shape), lambda: Sequence(lambda epoch: _at(data, epoch), shape))
    custom = data.format.get("type") == "custom"
    missing = [name for name in shape.graph.inputs if not custom and name not in data.column_names]
    if missing:
        raise DataError(
            f"the data set has no column {missing[0]!r}, which is an input of the graph; it has "
            f"{', '.join(data.column_names)}: data.rename_column(old, {missing[0]!r}) gives it the name"
        )
    rows = data if custom else data.with_format("numpy", columns=list(shape.graph.inputs))
    source = Indexed(len(data), lambda numbers: shape.read(shape.named(rows[numbers.tolist()])))
    return Opened(lambda: Numbered(source), (lambda: source) if custom else None)


def _at(data: Any, epoch: int) -> Any:
    """An iterable at its epoch, where it counts them itself."""
    if callable(getattr(data, "set_epoch", None)):
        data.set_epoch(epoch)
    return data


def _is_list_of_batches(data: list[Any]) -> bool:
    """Whether a list holds batches or rows: dicts, or tuples of arrays. [X, y] is a pair, and numbers are an array."""
    if not data or not all(isinstance(one, Mapping | tuple) for one in data):
        return False
    return all(isinstance(one, Mapping) or any(np.ndim(as_array(part)) for part in one) for one in data)
