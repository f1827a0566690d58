"""Tables that are objects of Python, as a `Frame`: data frames of pandas and polars, whatever offers its columns as
Arrow or by the interchange of data frames, data sets of Hugging Face, dicts of columns, lists of records, structured
arrays, and arrays.

No package is imported unless the object is its own, but for polars, which reads what offers Arrow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bprop.errors import DataError, DTypeError
from bprop.reading import need_one_set
from bprop.sources import declared, fields, lists, pandas_columns
from bprop.sources.column import Column
from bprop.sources.formats.columnar import columns_of, damage_said, need_polars
from bprop.sources.formats.format import as_cells
from bprop.sources.frame import Frame, Place
from bprop.sources.known_lists import Known
from bprop.sources.limits import some
from bprop.sources.objects import NoCellsError, cells_of
from bprop.sources.read_options import INFERRED, ReadOptions

TAKEN = (
    "a DataFrame of pandas or polars, an Arrow table, a relation of DuckDB, a data set of Hugging Face, a dict of "
    "columns, a list of dicts, a structured array, or the path of a file"
)
ADVICE = {"dask": "compute()", "dask_expr": "compute()", "pyspark": "toPandas()", "vaex": "to_pandas_df()"}
Cells = Mapping[str, Column]


class Opened(NamedTuple):
    """A table that was an object.

    declared : {column: kind} of columns whose type says it: categories, and True and False. remarks : lines for people.
    """

    frame: Frame
    declared: dict[str, str]
    remarks: tuple[str, ...]


def frame_of(data: Any, name: str = "table", read: ReadOptions = INFERRED) -> Opened:
    """The frame of an object. name : that of the table, in errors and for its model. read : the marks of missing cells,
    and the columns of the model that the rows are for.

    Raises DataError, naming the column, for one whose values are no cells; DTypeError for an object that is no table.
    """
    for fits, opened in READERS:
        if fits(data):
            cells, place, declared, remarks = opened(data, name, read.known)
            if not cells or not len(next(iter(cells.values()))):
                raise DataError(f"{name}: the table has no {'rows' if cells else 'columns'}")
            where = place or (lambda row: f"{name}, row {row + 1}")
            return Opened(Frame(name, as_cells(name, cells), where, read=read), declared, remarks)
    kind = f"{type(data).__module__.partition('.')[0]}.{type(data).__name__}".removeprefix("builtins.")
    advice = ADVICE.get(type(data).__module__.partition(".")[0])
    how = f": give table.{advice}" if advice else ""
    raise DTypeError(f"{name}: {kind} is no table{how}; a table is {TAKEN}")


def is_of(data: Any, package: str, *names: str) -> bool:
    """Whether an object is of a class of a package, which need not be installed, or of a subclass."""
    return any(c.__module__.partition(".")[0] == package and c.__name__ in names for c in type(data).__mro__)


class _Read(NamedTuple):
    cells: Cells
    place: Place | None = None
    declared: dict[str, str] = {}
    remarks: tuple[str, ...] = ()


def _pandas(frame: Any, name: str, known: Known) -> _Read:
    pandas_columns.need_one_level(name, frame)
    names = _names(name, frame.columns)
    every, objects = fields.spread({column: frame.iloc[:, k] for k, column in enumerate(names)})
    place = pandas_columns.place_of(name, frame)
    every, of_lists = lists.apart(every, place, known)
    cells = {c: _column(series, f"{name}, column {c!r}") for c, series in every.items()}
    remarks = (*pandas_columns.remarks(frame), *_of_fields(name, objects), *lists.remark(name, of_lists))
    return _Read(cells, place, declared.of(every), remarks)


def _polars(frame: Any, name: str, known: Known) -> _Read:
    need_polars(Path(name), "polars")
    import polars as pl

    if isinstance(frame, pl.LazyFrame):
        frame = frame.collect()
    if not frame.width or not frame.height:
        return _Read({c: Column(np.empty(0), typed=True) for c in frame.columns})
    columns, remarks = columns_of(Path(name), frame, known)
    return _Read(columns, declared=declared.of({c.strip(): frame[c] for c in frame.columns}), remarks=remarks)


def _arrow(data: Any, name: str, known: Known) -> _Read:
    need_polars(Path(name), "Arrow")
    import polars as pl

    with damage_said(Path(name), "Arrow"):
        frame = pl.DataFrame(data) if hasattr(data, "__arrow_c_stream__") else pl.from_dataframe(data)
    return _polars(frame, name, known)


def _hugging_face(data: Any, name: str, known: Known) -> _Read:
    """A data set of Hugging Face. Where a column numbers classes that have names, its cells are the names."""
    if not hasattr(data, "__len__"):
        raise DTypeError(f"{name}: an IterableDataset has no last row: give datasets.Dataset.from_list(list(data))")
    if not len(data):
        return _Read({column: Column(np.empty(0), typed=True) for column in data.column_names})
    frame = data.with_format("polars")[:]
    for column, feature in (data.features or {}).items():
        names = getattr(feature, "names", None)
        if isinstance(names, list) and names:
            numbers = frame[column].to_list()
            words = [names[k] if k is not None and k >= 0 else None for k in numbers]  # -1: not labelled
            frame = frame.with_columns(type(frame[column])(column, words))
    return _polars(frame, name, known)


def _duckdb(relation: Any, name: str, known: Known) -> _Read:
    return _polars(relation.pl(), name, known)


def _native(data: Any, name: str, known: Known) -> _Read:
    """The frame that narwhals wraps."""
    opened = frame_of(data.to_native(), name, INFERRED.beside(known.whole))
    return _Read(opened.frame.columns, opened.frame.place, *opened[1:])


def _mapping(data: Mapping[Any, Any], name: str, known: Known) -> _Read:
    """A dict of columns. A single value stands for all rows, and a dict of such values is one row."""
    need_one_set(data, name)
    keys = _names(name, list(data))
    values = fields.by_label(dict(zip(keys, data.values(), strict=True)), name)
    lengths = {len(value) for value in values.values() if not _is_single(value)}
    rows = max(lengths, default=1)
    columns, objects = fields.spread({c: [v] * rows if _is_single(v) else v for c, v in values.items()})
    columns, of_lists = lists.apart(columns, lambda row: f"{name}, row {row + 1}", known)
    cells = {c: _column(value, f"{name}, column {c!r}") for c, value in columns.items()}
    return _Read(cells, None, declared.of(columns), (*_of_fields(name, objects), *lists.remark(name, of_lists)))


def _records(data: Sequence[Mapping[Any, Any]], name: str, known: Known) -> _Read:
    keys = dict.fromkeys(key for record in data for key in record)
    return _mapping({key: [record.get(key) for record in data] for key in keys}, name, known)


def _array(data: np.ndarray, name: str, known: Known) -> _Read:
    if data.dtype.names is not None:
        return _mapping({field: data[field] for field in data.dtype.names}, name, known)
    if data.ndim != 2:
        raise DataError(f"{name}: an array of shape {data.shape}, and a table has rows and columns (N, D)")
    return _mapping({f"x{k}": data[:, k - 1] for k in range(1, data.shape[1] + 1)}, name, known)


def _series(data: Any, name: str, known: Known) -> _Read:
    column = str(getattr(data, "name", None) or "a")
    raise DTypeError(
        f"{name}: a Series is one column, or one row: give a DataFrame, as df[[{column!r}]] or, for a row, df.iloc[[0]]"
    )


def _column(value: Any, who: str) -> Column:
    """A column, of which nulls alone are missing. Things that are no cells are a column that is not read."""
    if is_of(value, "polars", "Series"):
        return next(iter(columns_of(Path(who), value.rename("cells").to_frame())[0].values()))
    try:
        return Column(_cells(value, who), typed=True)
    except NoCellsError as error:
        return Column.unreadable(len(value), error.what)


def _cells(value: Any, who: str) -> np.ndarray:
    if is_of(value, "pandas", "Series", "Index"):
        series = value.to_series() if is_of(value, "pandas", "Index") else value
        return pandas_columns.cells_of_series(series, who)
    if hasattr(value, "__array__") and not isinstance(value, np.ndarray):
        value = np.asarray(value)
    return cells_of(value, who)


def _is_single(value: Any) -> bool:
    return (
        isinstance(value, str | bytes | Mapping) or not hasattr(value, "__len__") or getattr(value, "shape", None) == ()
    )


def _of_fields(name: str, objects: Sequence[str]) -> tuple[str, ...]:
    return (f"{name}: the fields of {some(objects)} are columns of their own",) if objects else ()


def _names(name: str, columns: Sequence[Any]) -> list[str]:
    """The names of columns as text. Raises DataError where one is missing, or two are the same."""
    names = [str(column).strip() for column in columns]
    twice = [column for column in dict.fromkeys(names) if names.count(column) > 1]
    if twice or "" in names:
        which = f"several are called {some(map(repr, twice))}" if twice else "one has none"
        raise DataError(f"{name}: every column needs a name of its own, and {which}: rename them")
    return names


def _is_records(data: Any) -> bool:
    return isinstance(data, list | tuple) and len(data) > 0 and all(isinstance(one, Mapping) for one in data)


Fits = Callable[[Any], bool]
READERS: tuple[tuple[Fits, Callable[[Any, str, Known], _Read]], ...] = (
    (lambda data: is_of(data, "pandas", "DataFrame"), _pandas),
    (lambda data: is_of(data, "polars", "DataFrame", "LazyFrame"), _polars),
    (lambda data: is_of(data, "pandas", "Series") or is_of(data, "polars", "Series"), _series),
    (lambda data: is_of(data, "narwhals", "DataFrame", "LazyFrame"), _native),
    (lambda data: isinstance(data, np.ndarray), _array),
    (lambda data: is_of(data, "datasets", "Dataset", "IterableDataset"), _hugging_face),
    (lambda data: isinstance(data, Mapping), _mapping),
    (_is_records, _records),
    (lambda data: is_of(data, "duckdb", "DuckDBPyRelation") and not hasattr(data, "__arrow_c_stream__"), _duckdb),
    (lambda data: hasattr(data, "__arrow_c_stream__") or hasattr(data, "__dataframe__"), _arrow),
)
"""For each kind of object, how it is known, and how it is read."""
