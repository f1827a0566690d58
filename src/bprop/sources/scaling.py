"""How the data of a network is scaled: learned from the rows to train on, and done for any rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from bprop.errors import DataError
from bprop.scaling import MisfitError, Units, need_precision
from bprop.sources.encoding import scaling_of, target_scaling_of, unit_scale
from bprop.sources.frame import Frame
from bprop.sources.preparation import Preparation
from bprop.sources.table import Table


def settings_of(x: np.ndarray, encoding: Any, how: str = "auto") -> dict[str, Any]:
    """{"task", "input_scaling"}, as bp.mlp takes them. Grey levels, which are bytes, are scaled in the graph."""
    scale = unit_scale(x, how)
    if scale is not None and isinstance(encoding, Preparation) and not encoding.scaled.all():
        scale = np.zeros(x.shape[1]), np.where(encoding.scaled, scale[1], 1.0)
    return {"task": encoding.task, "input_scaling": scale}


def x_of(rows: Any, encoding: Any) -> np.ndarray:
    """(N, D) the numbers among the inputs of rows, which are not scaled; D may be 0."""
    return encoding.inputs(rows).get("x", np.empty((len(rows), 0)))


def units_of(x: np.ndarray, rows: Any, encoding: Any, how: str = "auto") -> Units:
    """How inputs x of the rows to train on, and their targets, are scaled outside the graph."""
    found = {}
    scaling = scaling_of(x, how)
    if scaling is not None:
        found["x"] = scaling if not isinstance(encoding, Preparation) else scaling.but_for(~encoding.scaled)
    if encoding.task == "regression":
        found["y"] = found["f"] = target_scaling_of(encoding.y(rows))
    return Units(found)


def network_arrays(rows: Any, encoding: Any, units: Units, dtype: Any = np.float64) -> dict[str, np.ndarray]:
    """The inputs of rows and "y" as the network sees them. Raises DataError, naming file, row, column and value."""
    with places(rows, encoding):
        return units.scaled(encoding.arrays(rows), dtype)


def need_digits(rows: Any, encoding: Any, units: Units, dtype: Any) -> None:
    """Raise DataError where what is not scaled differs by so little that `dtype` rounds the differences away."""
    for name, array in encoding.arrays(rows).items():
        if name not in units.scalings and array.dtype.kind == "f":
            columns = encoding.features if isinstance(encoding, Preparation) else encoding.columns
            need_precision(f"{rows.name}: {name}", array, dtype, columns)


@contextmanager
def places(rows: Frame | Table, encoding: Any) -> Iterator[None]:
    """Numbers that do not fit are named by file, row and column, as they stand there."""
    try:
        yield
    except MisfitError as error:
        place = rows.where(error.row) if isinstance(rows, Frame) else f"{rows.name}, row {error.row + 1}"
        if error.feature is None:
            raise DataError(f"{place}: {str(error).partition(': ')[2]}") from None
        name, cell = _cell(rows, encoding, error)
        raise DataError(
            f"{place}, column {name!r}: {cell} is too large for the network's numbers: mend this cell, or leave out "
            "the row"
        ) from None


def _cell(rows: Frame | Table, encoding: Any, error: MisfitError) -> tuple[str, Any]:
    """(column, what stands there) of a number."""
    assert error.feature is not None
    if isinstance(rows, Table):
        if error.array == "y":
            return rows.target, None if rows.y is None else rows.y[error.row]
        return rows.columns[error.feature], rows.x[error.row, error.feature]
    names = encoding.answer.columns if error.array == "y" else encoding.features
    name = names[error.feature]
    return name, rows.columns[name][error.row]
