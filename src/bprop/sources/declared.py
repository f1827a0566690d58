"""The kinds of columns that the type of an object says: categories, and True and False."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bprop.sources.objects import BOOLEANS, is_missing

CATEGORICAL, BOOLEAN = "categorical", "boolean"
CATEGORIES = ("CategoricalDtype", "Categorical", "Enum")
"""The names of the dtypes of pandas and polars whose values are categories."""


def of(columns: Mapping[str, Any]) -> dict[str, str]:
    """{column: kind} of the columns whose type says their kind."""
    kinds = {name: kind_of(values) for name, values in columns.items()}
    return {name: kind for name, kind in kinds.items() if kind is not None}


def kind_of(values: Any) -> str | None:
    """The kind that the type of a column says: a Series, an array, or a list; None where it says none."""
    dtype = getattr(values, "dtype", None)
    if type(dtype).__name__ in CATEGORIES:
        return CATEGORICAL
    if getattr(dtype, "kind", "") == "b" or type(dtype).__name__ == "Boolean":
        return BOOLEAN
    if isinstance(values, list | tuple) or (dtype == np.dtype(object) and np.ndim(values) == 1):
        return BOOLEAN if _are_booleans(values) else None
    return None


def _are_booleans(values: Any) -> bool:
    """Whether all objects that are not missing are True or False, and some are."""
    one_of_each = {type(value): value for value in values}
    booleans = [cls for cls in one_of_each if issubclass(cls, BOOLEANS)]
    return bool(booleans) and all(
        is_missing(value) for cls, value in one_of_each.items() if not issubclass(cls, BOOLEANS)
    )
