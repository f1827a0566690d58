"""One batch, or one row, as arrays by input: a dict, a tuple (x, y), an array; also of tensors of other libraries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from bprop.errors import BpropError, DataError, DTypeError, ShapeError, UnknownNameError
from bprop.graph.arguments import roles
from bprop.graph.graph import Graph
from bprop.names import known
from bprop.reading import read_array
from bprop.scaling import Units

Arrays = dict[str, np.ndarray]
PLAIN = (DataError, DTypeError, ShapeError, UnknownNameError)


class Shape:
    """How a graph reads batches: {input: array (N, ...)}, checked, and scaled as the notes of the run say.

    dtype : the precision of the run.
    """

    graph: Graph
    units: Units
    dtype: np.dtype

    def __init__(self, graph: Graph, units: Units | None = None, dtype: Any = np.float64):
        self.graph, self.units, self.dtype = graph, units or Units({}), np.dtype(dtype)
        of_outputs = list(graph.predictor.inputs) if graph.outputs else roles(graph)
        self.x = of_outputs
        self.names: list[str] = [*of_outputs, *(name for name in graph.inputs if name not in of_outputs)]

    def named(self, item: Any) -> Arrays:
        """The arrays of a batch or of a row by input, as they come. Entries that are no inputs are left out."""
        item = as_array(item)
        if isinstance(item, Mapping):
            missing = [name for name in self.graph.inputs if name not in item]
            if missing:
                raise UnknownNameError(
                    f"missing inputs: {', '.join(map(repr, missing))}; it has {known(missing[0], item)}"
                )
            return {name: _array(name, item[name]) for name in self.graph.inputs}
        if isinstance(item, tuple | list) and not (len(self.names) == 1 and _is_numbers(item)):
            return self._of_parts(item)
        if len(self.names) != 1:
            raise DataError(f"it is one array, but the inputs are {self._wanted()}: give a dict or a tuple")
        return {self.names[0]: _array(self.names[0], item)}

    def _of_parts(self, parts: Sequence[Any]) -> Arrays:
        """The same of a tuple with a part for each input, or of (X, y) whose X is a dict or a tuple."""
        if len(parts) == len(self.names) and not any(isinstance(part, Mapping) for part in parts):
            return {name: _array(name, part) for name, part in zip(self.names, parts, strict=True)}
        if len(parts) == 2 and any(isinstance(part, Mapping | tuple | list) for part in parts):
            every: dict[str, Any] = {}
            for part, names in zip(parts, (self.x, self.names[len(self.x) :]), strict=True):
                own = part if isinstance(part, Mapping) else dict(zip(names, _listed(part, len(names)), strict=True))
                every |= own
            return self.named(every)
        more = "; weights of rows are no part of a batch" if len(parts) == len(self.names) + 1 else ""
        raise DataError(f"it has {len(parts)} parts, but the graph has the inputs {self._wanted()}{more}")

    def _wanted(self) -> str:
        return ", ".join(self.names)

    def is_row(self, arrays: Mapping[str, np.ndarray]) -> bool:
        """Whether these are the arrays of a single example."""
        name = self.names[0]
        return arrays[name].ndim == len(self.graph.inputs[name].shape)

    def read(self, arrays: Mapping[str, np.ndarray]) -> Arrays:
        """The arrays of a batch, checked as `graph.read` does, and scaled."""
        checked = self.graph.read(arrays)
        return self.units.scaled(checked, self.dtype) if self.units.scalings else checked

    def whole(self, arrays: Arrays) -> Arrays:
        """The arrays (N, ...) of a batch, or (1, ...) of a row, checked and scaled."""
        return self.read({name: array[None] for name, array in arrays.items()} if self.is_row(arrays) else arrays)

    def stacked(self, rows: Sequence[Any]) -> Arrays:
        """The arrays of a batch of rows."""
        return self.read(stacked([self.named(row) for row in rows], self.graph.inputs))


def stacked(rows: Sequence[Arrays], names: Iterable[str]) -> Arrays:
    """The arrays (N, ...) of N rows. Raises ShapeError for rows of different shapes."""
    arrays = {}
    for name in names:
        shapes = {row[name].shape for row in rows}
        if len(shapes) > 1:
            raise ShapeError(f"input {name!r}: rows of different shapes, {' and '.join(map(str, sorted(shapes)))}")
        arrays[name] = np.stack([row[name] for row in rows])
    return arrays


@contextmanager
def placed(where: str) -> Iterator[None]:
    """Within the context, errors in data begin with the place of the batch."""
    try:
        yield
    except BpropError as error:
        kind = next((one for one in PLAIN if type(error) is one), DataError)
        raise kind(f"{where}: {error}") from error


def as_array(values: Any) -> Any:
    """A tensor of PyTorch as an array of NumPy, from whatever device and with or without a gradient."""
    if not hasattr(values, "detach") or not hasattr(values, "numpy"):
        return values
    tensor = values.detach().cpu()
    return tensor.float().numpy() if str(tensor.dtype) == "torch.bfloat16" else tensor.numpy()


def _array(name: str, values: Any) -> np.ndarray:
    if isinstance(values, list | tuple) and len(values) and hasattr(values[0], "detach"):
        values = [as_array(one) for one in values]
    return read_array(as_array(values), f"input {name!r}")


def _listed(part: Any, count: int) -> Sequence[Any]:
    if isinstance(part, tuple | list) and len(part) == count and count > 1:
        return part
    if count != 1:
        raise DataError(f"one part holds {count} inputs: give it as a dict, or as a tuple of {count}")
    return [part]


def _is_numbers(item: Any) -> bool:
    """Whether a list is an array in Python's own numbers, rather than a list of one array."""
    return isinstance(item, list) and (len(item) != 1 or isinstance(item[0], int | float | bool))
