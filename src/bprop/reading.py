"""What people give as arrays, read as arrays: what NumPy would read as something else is refused in words.

`np.asarray` drops the mask of a masked array, and makes an array of one object of a sparse matrix. scikit-learn makes
numbers of dates.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from bprop.errors import DataError, DTypeError, ShapeError

NESTED = (list, tuple)


def read_array(given: Any, who: str) -> np.ndarray:
    """The array of what is given, which errors call `who`: not copied where it is one; a subclass as a plain array.

    Raises DataError where elements are masked, ShapeError for rows of unequal length, DTypeError for what is no array.
    """
    if type(given) is np.ndarray:
        return given
    need_unmasked(given, who)
    _need_dense(given, who)
    try:
        return np.asarray(given)
    except ValueError as error:  # rows of unequal length
        raise ShapeError(f"{who}: cannot be read as an array: {error}") from None
    except Exception as error:  # whatever an array of another library says when NumPy asks for its numbers
        raise DTypeError(f"{who}: cannot be read as an array: {type(error).__name__}: {error}") from error


def need_unmasked(given: Any, who: str) -> None:
    """Raise DataError where elements of a masked array, or of one in a list, are masked."""
    if isinstance(given, np.ma.MaskedArray):
        mask = np.ma.getmaskarray(given)
        masked = np.asarray(mask if mask.dtype == bool else mask.view(bool))
        if masked.any():
            where = f", the first in row {int(np.argwhere(masked)[0][0])}" if masked.ndim else ""
            raise DataError(
                f"{who}: {int(masked.sum()):,} of {masked.size:,} elements are masked{where}: fill them, as with "
                "x.filled(0.0), or leave these rows out"
            )
    elif type(given) in NESTED:
        for row, one in enumerate(given):
            if type(one) in NESTED or isinstance(one, np.ma.MaskedArray):
                need_unmasked(one, f"{who}, element {row}")


def need_columns(given: Any, who: str) -> None:
    """Raise DataError or DTypeError for masked elements, named columns and dates, which scikit-learn would read as
    something else, or refuse in words that say nothing of them."""
    need_unmasked(given, who)
    columns = getattr(given, "dtypes", None)  # of a frame; a column of one has a single one
    for dtype in columns if isinstance(columns, Iterable) else [getattr(given, "dtype", None)]:
        if getattr(dtype, "names", None) is not None or getattr(dtype, "kind", "") in ("m", "M"):
            raise DTypeError(f"{who}: needs numbers, got an array of {dtype} ({hint(dtype)})")


def hint(dtype: Any, elements: np.ndarray | None = None) -> str:
    """What to do with an array of no numbers. `elements`: the array, where it holds Python's objects."""
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


def _need_dense(given: Any, who: str) -> None:
    if hasattr(given, "toarray") and hasattr(given, "nnz"):
        raise DTypeError(f"{who}: a sparse matrix: give it with .toarray()")
