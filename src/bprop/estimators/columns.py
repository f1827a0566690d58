"""A graph of several inputs behind an estimator: which columns of X are whose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from bprop.errors import DataError, SettingError, ShapeError
from bprop.estimators.network import Network
from bprop.graph import Graph
from bprop.leaves import Input
from bprop.names import known, some

OF_TRANSFORMER = "__"
"""scikit-learn's ColumnTransformer names its columns "transformer__column"."""


class ColumnNetwork(Network):
    """A network each of whose inputs has columns of X (N, D): `columns` are their numbers, by input."""

    reads_x_alone = False

    def __init__(self, graph: Graph, columns: Mapping[str, Sequence[int]], y: str, output: str, loss: str):
        super().__init__(graph, next(iter(columns)), y, output, loss)
        self.columns: dict[str, list[int]] = {
            name: [int(number) for number in numbers] for name, numbers in columns.items()
        }

    def data(self, X: Any, y: np.ndarray | None = None) -> dict[str, np.ndarray]:
        arrays = {}
        for name, numbers in self.columns.items():
            part = X[:, numbers]
            arrays[name] = self.shaped(name, part if self.graph.inputs[name].dtype == "float" else wholes(name, part))
        return arrays if y is None else arrays | {self.y: self.shaped(self.y, y)}


def wholes(name: str, part: np.ndarray) -> np.ndarray:
    """Columns of whole numbers, which X holds as floats, as int64. Raises DataError for others."""
    numbers = part.astype(np.int64)
    bad = numbers != part
    if bad.any():
        row, column = (int(axis[0]) for axis in np.nonzero(bad))
        raise DataError(
            f"X, row {row}: the input {name!r} takes whole numbers, such as the codes of OrdinalEncoder, and gets "
            f"{part[row, column]}"
        )
    return numbers


def columns_of(
    inputs: Mapping[str, Input], wanted: Any, names: Sequence[str] | None, count: int
) -> dict[str, list[int]]:
    """{input: the numbers of its columns}.

    wanted : {input: a column, several, or a slice}, by name or by number; None: an input takes the columns that begin
    with its name and "__", as ColumnTransformer names them; or the column of its own name; and the others go to the
    one input that has none. names : of the columns of X; None: it has none.

    Raises SettingError and ShapeError, which list the inputs and the columns.
    """
    if wanted is not None:
        places = _chosen(inputs, wanted, names, count)
    elif len(inputs) == 1:
        places = {name: list(range(count)) for name in inputs}
    elif names is None:
        raise SettingError(
            f"the graph takes {_shapes(inputs)}, and X has no names of columns: pass a data frame, or say which of the "
            f"{count} columns are whose: inputs={_example(inputs)}"
        )
    else:
        places = _by_name(inputs, names)
    for name, box in inputs.items():
        if len(places[name]) != prod(box.shape):
            columns = some([repr(_label(names, number)) for number in places[name]]) or "none"
            raise ShapeError(
                f"the input {name!r} has the shape {box.shape} and needs {prod(box.shape)} columns of X, but gets "
                f"{len(places[name])}: {columns}; say which with inputs={{{name!r}: [...], ...}}"
            )
    return places


def _chosen(
    inputs: Mapping[str, Input], wanted: Any, names: Sequence[str] | None, count: int
) -> dict[str, list[int]]:  # fmt: skip
    if not isinstance(wanted, Mapping) or {*wanted} != {*inputs}:
        raise SettingError(
            f"inputs must say the columns of each input of the graph, {_shapes(inputs)}: inputs={_example(inputs)}, "
            f"not {wanted!r}"
        )
    numbers = {name: _numbers(name, columns, names, count) for name, columns in wanted.items()}
    return {name: numbers[name] for name in inputs}


def _numbers(name: str, columns: Any, names: Sequence[str] | None, count: int) -> list[int]:
    """The numbers of some columns."""
    if isinstance(columns, slice):
        if any(isinstance(end, str) for end in (columns.start, columns.stop)):
            raise SettingError(f"inputs[{name!r}]: a slice has numbers of columns, not names: {columns}")
        return list(range(count))[columns]
    listed = list(columns) if isinstance(columns, Iterable) and not isinstance(columns, str) else [columns]
    return [_number(name, column, names, count) for column in listed]


def _number(name: str, column: Any, names: Sequence[str] | None, count: int) -> int:
    if isinstance(column, str):
        if names is None:
            raise SettingError(f"inputs[{name!r}]: X has no names of columns, so {column!r} is not known: give numbers")
        if column not in names:
            raise SettingError(f"inputs[{name!r}]: X has no column {column!r}; it has: {known(column, names)}")
        return list(names).index(column)
    if isinstance(column, bool) or not isinstance(column, int | np.integer) or not -count <= column < count:
        raise SettingError(f"inputs[{name!r}]: {column!r} is no column of X, which has {count}")
    return int(column) % count


def _by_name(inputs: Mapping[str, Input], names: Sequence[str]) -> dict[str, list[int]]:
    """The columns of each input by their names."""
    places: dict[str, list[int]] = {}
    for name in inputs:
        prefixed = [k for k, column in enumerate(names) if column.startswith(name + OF_TRANSFORMER)]
        own = [k for k, column in enumerate(names) if column == name]
        places[name] = prefixed or own
    taken = {number for numbers in places.values() for number in numbers}
    left, without = [k for k in range(len(names)) if k not in taken], [name for name in inputs if not places[name]]
    if len(without) == 1:
        places[without[0]] = left
    elif left or without:
        which = (
            f"no column is {', '.join(map(repr, without))}" if without else f"{some([names[k] for k in left])} is left"
        )
        raise SettingError(
            f"the graph takes {_shapes(inputs)}, and X has the columns {some(names)}: {which}; say which are whose: "
            f"inputs={_example(inputs)}"
        )
    return places


def _label(names: Sequence[str] | None, number: int) -> Any:
    return number if names is None else names[number]


def _shapes(inputs: Mapping[str, Input]) -> str:
    return ", ".join(f"{name} {box.shape}" for name, box in inputs.items())


def _example(inputs: Mapping[str, Input]) -> str:
    """A mapping that fits the inputs, in their order."""
    parts, start = [], 0
    for name, box in inputs.items():
        width = prod(box.shape)
        parts.append(
            f"{name!r}: {start}" if width == 1 and not box.shape else f"{name!r}: slice({start}, {start + width})"
        )
        start += width
    return "{" + ", ".join(parts) + "}"
