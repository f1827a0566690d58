"""Batches and rows to predict for: a DataLoader, a generator, a data set, of inputs alone or with their targets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from bprop.batches import arrow
from bprop.batches.batch import Arrays, as_array, placed, stacked
from bprop.batches.sequence import iterated
from bprop.data import DataSet
from bprop.errors import DataError
from bprop.leaves import Input
from bprop.reading import read_array

TOGETHER = 1024
SHUFFLING = ("RandomSampler", "SubsetRandomSampler", "WeightedRandomSampler")
"""The samplers of PyTorch that draw."""


def is_batches(data: Any) -> bool:
    """True for an iterable of batches, and for a data set of PyTorch: data that is neither arrays nor a table."""
    if data is None or isinstance(data, DataSet | Mapping | list | tuple | str | bytes | type):
        return False
    if hasattr(data, "__array__") or hasattr(data, "dtype") or hasattr(data, "columns") or arrow.is_table(data):
        return False
    return hasattr(data, "__iter__") or (hasattr(data, "__getitem__") and hasattr(data, "__len__"))


def predicted(predict: Callable[[Arrays], Any], data: Any, inputs: Mapping[str, Input]) -> Any:
    """The outputs of all batches, one after the other: an array (N, ...), or {output: array}.

    predict : from {input: array} to the outputs of a batch. inputs : those that they need, in order. An item is a batch
    or a single row: an array, a mapping, or the inputs and then anything else, such as targets. Rows are computed
    together, 1,024 at a time.

    Raises DataError for an item without all inputs, where there are none, and for a DataLoader that shuffles.
    """
    _need_order(data)
    parts = []
    for where, arrays in _batches(data, inputs):
        with placed(where):
            parts.append(predict(arrays))
    if not parts:
        raise DataError("there are no batches to predict for; an iterator can be read only once")
    if isinstance(parts[0], Mapping):
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return np.concatenate(parts)


def _need_order(data: Any) -> None:
    """Raise DataError for a DataLoader of PyTorch whose rows come in an order that nobody knows afterwards."""
    samplers = getattr(data, "sampler", None), getattr(getattr(data, "batch_sampler", None), "sampler", None)
    if any(type(sampler).__name__ in SHUFFLING for sampler in samplers):
        raise DataError(
            "this DataLoader draws its rows in a random order, so nobody could tell which prediction belongs to which "
            "row: predict for its data set, loader.dataset, or make the loader with shuffle=False"
        )


def _batches(data: Any, inputs: Mapping[str, Input]) -> Iterator[tuple[str, Arrays]]:
    """(where it stands, the arrays of a batch). Rows that follow each other are one batch."""
    rows: list[Arrays] = []
    for number, item in enumerate(_items(data)):
        with placed(f"batch {number}"):
            arrays = _inputs(item, list(inputs))
        is_row = _is_row(arrays, inputs)
        if is_row:
            rows.append(arrays)
        if rows and (not is_row or len(rows) == TOGETHER):
            yield f"the rows before item {number + is_row}", stacked(rows, inputs)
            rows = []
        if not is_row:
            yield f"batch {number}", arrays
    if rows:
        yield "the last rows", stacked(rows, inputs)


def _items(data: Any) -> Iterator[Any]:
    """The items of an iterable, or of a data set of PyTorch, which has them by number."""
    return iterated(data) if hasattr(data, "__iter__") else (data[number] for number in range(len(data)))


def _inputs(item: Any, names: Sequence[str]) -> Arrays:
    if isinstance(item, Mapping):
        missing = [name for name in names if name not in item]
        if missing:
            raise DataError(f"it has no {missing[0]!r}, which the outputs need; it has {', '.join(map(str, item))}")
        return {name: read_array(as_array(item[name]), f"input {name!r}") for name in names}
    parts = item if isinstance(item, tuple | list) and not _is_nested(item) else [item]
    if len(parts) < len(names):
        raise DataError(f"it has {len(parts)} parts, and the outputs need {len(names)} inputs: {', '.join(names)}")
    return {name: read_array(as_array(part), f"input {name!r}") for name, part in zip(names, parts, strict=False)}


def _is_nested(item: Any) -> bool:
    """Whether a list is an array in Python's own numbers, rather than a list of arrays."""
    return isinstance(item, list) and bool(item) and isinstance(item[0], list | int | float)


def _is_row(arrays: Arrays, inputs: Mapping[str, Input]) -> bool:
    return bool(inputs) and all(arrays[name].ndim == len(box.shape) for name, box in inputs.items())
