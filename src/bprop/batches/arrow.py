"""Tables by the Arrow C stream, as arrays by column: of PyArrow, Polars, pandas, DuckDB and others."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from typing import Any

import numpy as np

from bprop.errors import DataError, DTypeError, MissingPackageError, ShapeError


def is_table(data: Any) -> bool:
    """Whether an object offers columns as an Arrow stream."""
    return hasattr(data, "__arrow_c_stream__") and (hasattr(data, "columns") or hasattr(data, "schema"))


def is_due(data: Any, wanted: Iterable[str]) -> bool:
    """Whether a table is read by its stream. A frame of pandas or Polars is also one array of numbers, if its columns
    are not the inputs."""
    is_frame = hasattr(data, "iloc") or type(data).__module__.partition(".")[0] == "polars"
    return not is_frame or (set(wanted) <= set(map(str, data.columns)) and find_spec("pyarrow") is not None)


def read(data: Any, wanted: Iterable[str]) -> dict[str, np.ndarray]:
    """The columns of these names. A column of lists, all of one length, becomes (N, length), and so on within.

    Raises DataError for missing columns and cells, ShapeError for lists of different lengths.
    """
    try:
        import pyarrow
    except ImportError:
        raise MissingPackageError("tables by the Arrow stream need PyArrow: pip install pyarrow") from None
    table = pyarrow.RecordBatchReader.from_stream(data).read_all()
    missing = [name for name in wanted if name not in table.column_names]
    if missing:
        there = ", ".join(table.column_names)
        raise DataError(
            f"the table has no column {missing[0]!r}, which is an input of the graph; it has {there}. Of columns of "
            "numbers, make an input: {'x': table[[...]].to_numpy(), 'y': ...}; or train on bp.table(...)"
        )
    return {name: _array(name, table[name].combine_chunks()) for name in wanted}


def _array(name: str, column: Any) -> np.ndarray:
    if hasattr(column, "chunks"):  # of no chunk, or of several
        return np.concatenate([_array(name, chunk) for chunk in column.chunks]) if column.chunks else np.zeros(0)
    while hasattr(column, "storage"):
        column = column.storage
    if column.null_count:
        row = int(np.flatnonzero(column.is_null().to_numpy(zero_copy_only=False))[0])
        raise DataError(f"column {name!r}: {column.null_count:,} cells are missing, the first in row {row}")
    kind = str(column.type)
    if "list" in kind.partition("<")[0]:
        return _of_lists(name, column)
    if kind.startswith(("struct", "map", "dictionary")):
        raise DTypeError(f"column {name!r}: is of {kind}, not of numbers")
    return column.to_numpy(zero_copy_only=False)


def _of_lists(name: str, column: Any) -> np.ndarray:
    if not len(column):
        return np.zeros((0, 0))
    lengths = (
        {len(column.flatten()) // len(column)}
        if hasattr(column.type, "list_size")
        else set(column.value_lengths().to_pylist())
    )
    if len(lengths) > 1:
        raise ShapeError(f"column {name!r}: lists of different lengths, {min(lengths)} to {max(lengths)}")
    values = _array(name, column.flatten())
    return values.reshape(len(column), lengths.pop(), *values.shape[1:])
