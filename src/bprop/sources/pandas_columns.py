"""The columns of a pandas DataFrame, whatever their dtype, as a frame keeps them.

Nothing here imports pandas: who has a DataFrame has pandas.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bprop.errors import DataError
from bprop.sources.cells import EXACT, texts
from bprop.sources.frame import Place
from bprop.sources.objects import SWITCH, cells_of_objects, no_cells


def need_one_level(name: str, frame: Any) -> None:
    """Raise DataError for columns with several levels."""
    if frame.columns.nlevels > 1:
        raise DataError(
            f"{name}: its columns have {frame.columns.nlevels} levels (a MultiIndex), and a table has one name for "
            "each: df.columns = ['_'.join(map(str, levels)) for levels in df.columns]"
        )


def remarks(frame: Any) -> tuple[str, ...]:
    """A line where the index of a DataFrame holds something: it is no column of the table."""
    names = [str(name) for name in frame.index.names if name is not None]
    if not names and getattr(frame.index.dtype, "kind", "O") in "iu":
        return ()  # row numbers
    which = " and ".join(names) or "of its rows"
    return (f"the index ({which}) is no column of the table; df.reset_index() makes it one",)


def place_of(name: str, frame: Any) -> Place:
    """Where a row stands: its number, and its label where that is another."""
    index = frame.index

    def place(row: int) -> str:
        label = index[row]
        same = isinstance(label, int | np.integer) and int(label) == row
        return f"{name}, row {row + 1}" + ("" if same else f" (index {label!s})")

    return place


def need_same_order(data: Any, target: Any) -> None:
    """Raise DataError where targets have the labels of the rows of a DataFrame, in another order."""
    ours: Any = getattr(data, "index", None)
    theirs: Any = getattr(target, "index", None)
    if not all(hasattr(index, "is_unique") for index in (ours, theirs)) or len(ours) != len(theirs):
        return
    if ours.equals(theirs) or not (ours.is_unique and theirs.is_unique):
        return
    if theirs.isin(ours).all():
        raise DataError(
            "target: its index has the labels of the rows of the table in another order; target.loc[df.index] brings "
            "them in the order of the rows, and target.to_numpy() takes them as they stand"
        )


def cells_of_series(series: Any, who: str) -> np.ndarray:
    """The cells of a Series. Raises DataError, which begins with `who`, for a dtype whose values are no cells."""
    dtype, gone = series.dtype, np.asarray(series.isna(), bool)
    name, kind = type(dtype).__name__, getattr(dtype, "kind", "O")
    if name == "CategoricalDtype":
        return _categories(series, who)
    if name == "SparseDtype":
        return cells_of_series(series.sparse.to_dense(), who)
    if name == "PeriodDtype":
        return cells_of_series(series.dt.to_timestamp(), who)
    if kind == "b":
        return _switches(series, gone)
    if kind in "iu":
        return _whole(series, gone)
    if kind == "f":
        return np.where(gone, np.nan, series.to_numpy(dtype=np.float64, na_value=np.nan))
    if kind == "M":
        return _dates(series)
    if kind == "m":
        return np.asarray(series.dt.total_seconds().to_numpy(dtype=np.float64, na_value=np.nan))
    if kind == "c":
        raise no_cells(who, dtype, series.iloc[0] if len(series) else None)
    return cells_of_objects(series.to_numpy(dtype=object), who, gone)


def _categories(series: Any, who: str) -> np.ndarray:
    """The names of categories as text; None where missing."""
    names = texts(cells_of_series(series.cat.categories.to_series(), who))
    cells = np.full(len(names) + 1, None, object)  # the last is that of the code -1, of a missing cell
    cells[:-1] = names
    return cells[series.cat.codes.to_numpy()]


def _switches(series: Any, gone: np.ndarray) -> np.ndarray:
    cells = np.full(len(series), None, object)
    cells[~gone] = [SWITCH[bool(value)] for value in series[~gone].tolist()]
    return cells


def _whole(series: Any, gone: np.ndarray) -> np.ndarray:
    """Whole numbers; floats with NaN where some are missing, or text where floats would round them."""
    dtype = np.uint64 if series.dtype.kind == "u" else np.int64
    if not gone.any():
        return series.to_numpy(dtype=getattr(series.dtype, "numpy_dtype", series.dtype))
    values = series[~gone].to_numpy(dtype=dtype)
    if len(values) and max(-int(values.min()), int(values.max())) > EXACT:
        cells = np.full(len(series), None, object)
        cells[~gone] = [str(value) for value in values.tolist()]
        return cells
    cells = np.full(len(series), np.nan)
    cells[~gone] = values
    return cells


def _dates(series: Any) -> np.ndarray:
    """Times of a zone in UTC."""
    dtype = series.dtype
    if getattr(dtype, "tz", None) or getattr(getattr(dtype, "pyarrow_dtype", None), "tz", None):
        series = series.dt.tz_convert("UTC").dt.tz_localize(None)
    values = series.to_numpy()
    if values.dtype.kind == "O":  # dates of Arrow: the mark of a missing one is pandas' own
        values = np.where(series.isna(), None, values)
    return np.asarray(values, "datetime64[us]")
