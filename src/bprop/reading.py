"""Reads arrays of users. Data that NumPy would misread raises an error that says why.

`np.asarray` drops the mask of a masked array, and turns a sparse matrix into an array of one object. scikit-learn
turns dates into numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from bprop.errors import DataError, DTypeError, ShapeError
from bprop.outside import fails_again

NESTED = (list, tuple)


def read_array(values: Any, who: str) -> np.ndarray:
    """`values` as a plain array, which errors call `who`. An array is not copied; a subclass becomes a plain array.

    Raises DataError where elements are masked, ShapeError for rows of unequal length, DTypeError for values
    that are no array.
    """
    if type(values) is np.ndarray:
        return values
    need_unmasked(values, who)
    _need_dense(values, who)
    try:
        return _numbers_of_frame(values, np.asarray(values))
    except ValueError as error:  # rows of unequal length
        raise ShapeError(f"{who}: cannot be read as an array: {error}") from None
    except Exception as error:  # whatever an array of another library raises when NumPy asks for its numbers
        if not fails_again(lambda: np.asarray(values)):
            raise
        cure = ": tensor.float() makes float32 of it" if "BFloat16" in str(error) else ""
        raise DTypeError(f"{who}: cannot be read as an array: {type(error).__name__}: {error}{cure}") from error


def _numbers_of_frame(values: Any, array: np.ndarray) -> np.ndarray:
    """`array` as numbers, if it holds the objects that pandas makes of nullable columns of which no cell is missing."""
    dtypes = getattr(values, "dtypes", None)
    kinds = {getattr(dtype, "kind", "") for dtype in dtypes} if isinstance(dtypes, Iterable) else set()
    if array.dtype != object or not kinds or not kinds <= set("biuf"):
        return array
    try:
        return array.astype(np.float64 if "f" in kinds else bool if kinds == {"b"} else np.int64)
    except (TypeError, OverflowError):  # a missing one, which `hint` tells; a whole number beyond int64
        return array


def need_unmasked(values: Any, who: str) -> None:
    """Raise DataError if a masked array, or one in a list, has masked elements."""
    if isinstance(values, np.ma.MaskedArray):
        mask = np.ma.getmaskarray(values)
        masked = np.asarray(mask if mask.dtype == bool else mask.view(bool))
        if masked.any():
            where = f", the first in row {int(np.argwhere(masked)[0][0])}" if masked.ndim else ""
            raise DataError(
                f"{who}: {int(masked.sum()):,} of {masked.size:,} elements are masked{where}: fill them, as with "
                "x.filled(0.0), or leave these rows out"
            )
    elif type(values) in NESTED:
        for row, one in enumerate(values):
            if type(one) in NESTED or isinstance(one, np.ma.MaskedArray):
                need_unmasked(one, f"{who}, element {row}")


def need_columns(values: Any, who: str) -> None:
    """Raise DataError for masked elements, DTypeError for named columns and dates.

    scikit-learn misreads them, or refuses them in words that do not name the cause.
    """
    need_unmasked(values, who)
    columns = getattr(values, "dtypes", None)  # of a frame; a column of one has a single one
    for dtype in columns if isinstance(columns, Iterable) else [getattr(values, "dtype", None)]:
        if getattr(dtype, "names", None) is not None or getattr(dtype, "kind", "") in ("m", "M"):
            raise DTypeError(f"{who}: needs numbers, got an array of {dtype} ({hint(dtype)})")


def hint(dtype: Any, elements: np.ndarray | None = None) -> str:
    """How to turn an array of `dtype` into numbers. elements : the array, if it holds Python objects."""
    if getattr(dtype, "names", None) is not None:
        return "give its columns as numbers: np.stack([a[name] for name in a.dtype.names], axis=-1)"
    if dtype.kind == "c":
        return "give real and imaginary parts as columns of their own"
    if dtype.kind == "O" and elements is not None and elements.size:
        kinds = {type(value) for value in elements.reshape(-1).tolist()}
        if all(issubclass(kind, int | np.integer | np.bool_) for kind in kinds):
            return "all are whole numbers: give it with .astype(int)"
        if all(issubclass(kind, int | float | np.number | np.bool_) for kind in kinds):
            return "all are numbers: give it with .astype(float)"
        if any(kind.__name__ in ("NoneType", "NAType", "NaTType") for kind in kinds):
            return "some are missing: replace them, or leave these rows out"
    return "encode text and dates as numbers"


def _need_dense(values: Any, who: str) -> None:
    if hasattr(values, "toarray") and hasattr(values, "nnz"):
        raise DTypeError(f"{who}: a sparse matrix: give it with .toarray()")


def need_one_set(data: Any, who: str) -> None:
    """Raise DataError for several data sets by name, such as a DatasetDict of Hugging Face."""
    if isinstance(data, Mapping) and data and all(hasattr(one, "column_names") for one in data.values()):
        names = [*map(repr, data)]
        raise DataError(f"{who}: these are several data sets, {', '.join(names)}: give one of them, data[{names[0]}]")
