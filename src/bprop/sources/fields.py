"""Objects of Python with fields, as tables have them: a dict of dicts, and columns whose cells are dicts."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

import numpy as np

from bprop.errors import DataError
from bprop.sources.objects import is_missing


def by_label(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Columns as df.to_dict() writes them, {column: {label: cell}}, as lists of cells; all others as they are.

    Raises DataError where the labels of two columns differ, and for a column that is a set, which has no order.
    """
    for column, values in data.items():
        if isinstance(values, Set) and not isinstance(values, Mapping):
            raise DataError(f"{name}, column {column!r}: a set has no order: give a list")
    if not data or not all(isinstance(values, Mapping) for values in data.values()):
        return data
    first, labels = next((column, list(values)) for column, values in data.items())
    for column, values in data.items():
        if set(values) != set(labels):
            raise DataError(f"{name}: the columns {first!r} and {column!r} have other rows: their labels differ")
    return {column: [values[label] for label in labels] for column, values in data.items()}


def spread(columns: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """(the columns, with each field of a column of dicts as a column, behind the others; the columns of dicts)."""
    objects = [name for name, values in columns.items() if are_records(values)]
    spreads = dict(columns)
    for name in objects:
        cells = [{} if is_missing(cell) else cell for cell in columns[name]]
        keys = dict.fromkeys(key for cell in cells for key in cell)
        fields = {f"{name}.{key}": [cell.get(key) for cell in cells] for key in keys}
        if not fields.keys() & spreads.keys():
            del spreads[name]
            spreads |= fields
    return spreads, tuple(name for name in objects if name not in spreads)


def are_records(values: Any) -> bool:
    """Whether the cells of a column that are not missing are dicts, and some are."""
    if not isinstance(values, list | tuple) and getattr(values, "dtype", None) != np.dtype(object):
        return False
    if hasattr(values, "dtype") and np.ndim(values) != 1:
        return False
    one_of_each = {type(value): value for value in values}
    records = [cls for cls in one_of_each if issubclass(cls, Mapping)]
    return bool(records) and all(is_missing(value) for cls, value in one_of_each.items() if cls not in records)
