"""Batches to predict for: a DataLoader, a generator, or rows by number, of inputs alone or with their targets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from bprop.batches import arrow
from bprop.batches.batch import as_array, placed
from bprop.batches.sequence import iterated
from bprop.data import DataSet
from bprop.errors import DataError


def is_batches(data: Any) -> bool:
    """True for an iterable of batches, and for a data set of PyTorch: data that is neither arrays nor a table."""
    if data is None or isinstance(data, DataSet | Mapping | list | tuple | str | bytes | type):
        return False
    if hasattr(data, "__array__") or hasattr(data, "dtype") or hasattr(data, "columns") or arrow.is_table(data):
        return False
    return hasattr(data, "__iter__") or (hasattr(data, "__getitem__") and hasattr(data, "__len__"))


def predicted(predict: Callable[[dict[str, Any]], Any], data: Any, inputs: Sequence[str]) -> Any:
    """The outputs of all batches, one after the other: an array (N, ...), or {output: array}.

    predict : from {input: array} to the outputs of a batch. inputs : the names of the inputs that they need, in order.
    A batch is an array, a mapping, or the inputs and then anything else, such as targets.

    Raises DataError for a batch without all inputs, and where there are no batches.
    """
    parts = []
    for number, item in enumerate(iterated(_items(data))):
        with placed(f"batch {number}"):
            parts.append(predict(_inputs(item, inputs)))
    if not parts:
        raise DataError("there are no batches to predict for; an iterator can be read only once")
    if isinstance(parts[0], Mapping):
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return np.concatenate(parts)


def _items(data: Any) -> Any:
    """Iterables as they are. Of a data set of PyTorch, which has rows by number, batches of one row."""
    if hasattr(data, "__iter__"):
        return data
    return _rows(data)


def _rows(data: Any) -> Iterator[Any]:
    for number in range(len(data)):
        row = data[number]
        if isinstance(row, Mapping):
            yield {name: as_array(part)[None] for name, part in row.items()}
        else:
            yield tuple(np.asarray(as_array(part))[None] for part in (row if isinstance(row, tuple | list) else [row]))


def _inputs(item: Any, names: Sequence[str]) -> dict[str, Any]:
    if isinstance(item, Mapping):
        missing = [name for name in names if name not in item]
        if missing:
            raise DataError(f"it has no {missing[0]!r}, which the outputs need; it has {', '.join(map(str, item))}")
        return {name: as_array(item[name]) for name in names}
    numbers = (
        isinstance(item, list) and bool(item) and isinstance(item[0], list | int | float)
    )  # an array in Python's own
    parts = item if isinstance(item, tuple | list) and not numbers else [item]
    if len(parts) < len(names):
        raise DataError(f"it has {len(parts)} parts, and the outputs need {len(names)} inputs: {', '.join(names)}")
    return {name: as_array(part) for name, part in zip(names, parts, strict=False)}
