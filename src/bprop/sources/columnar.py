"""Parquet, Arrow (Feather) and JSON lines, read by polars: frames of typed columns."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from bprop.disk.reading import need_access
from bprop.errors import DataError, MissingPackageError, UnsupportedError
from bprop.forked import ADVICE, POLARS
from bprop.sources.arrow_parts import DamagedError, unpacked_size
from bprop.sources.cells import EXACT
from bprop.sources.frame import Frame
from bprop.sources.heads import declared_columns, declared_rows
from bprop.sources.limits import CELL, MOST_COLUMNS, need_few_columns, need_room, some

READERS = {
    ".parquet": "read_parquet", ".pq": "read_parquet", ".arrow": "read_ipc", ".feather": "read_ipc",
    ".ipc": "read_ipc", ".jsonl": "read_ndjson", ".ndjson": "read_ndjson",
}  # fmt: skip
_STRING = re.compile(rb'"((?:[^"\\]|\\.)*+)"(\s*:)?', re.DOTALL)


def read(path: Path, content: bytes, suffix: str) -> Frame:
    """The frame of a file's content. Raises MissingPackageError without polars, DataError for a damaged file."""
    need_polars(path, suffix)
    import polars as pl

    more = {"infer_schema_length": None} if READERS[suffix] == "read_ndjson" else {}
    if says_size(suffix):
        width = declared_columns(io.BytesIO(content), suffix)
        need_few_columns(path, width)
        _need_whole(path, io.BytesIO(content), suffix)
        need_room(path, _rows(path, content, suffix) * max(1, width) * CELL)
    else:
        need_few_keys(path, content)
    with damage_said(path, suffix):
        frame = getattr(pl, READERS[suffix])(io.BytesIO(content), **more)
    if not frame.width or not frame.height:
        raise DataError(f"{path}: there are no rows in it")
    columns = {name.strip(): column_of(path, frame[name]) for name in frame.columns}
    if "" in columns or len(columns) < frame.width:
        raise DataError(f"{path}: every column needs a name of its own, found: {some(map(repr, frame.columns))}")
    return Frame(path.stem, columns, lambda row: f"{path}, row {row + 1}", source=str(path))


def says_size(suffix: str) -> bool:
    """Whether a file of this kind says how many cells it holds."""
    return READERS.get(suffix, "read_ndjson") != "read_ndjson"


def _need_whole(path: Path, file: BinaryIO, suffix: str) -> None:
    """Raise DataError for an Arrow file whose parts are not as long as it says, or take more memory than there is."""
    if READERS.get(suffix) != "read_ipc":
        return
    try:
        size = unpacked_size(file)
    except DamagedError as error:
        raise DataError(f"{path}: not a {suffix} file, or a damaged one ({error})") from None
    need_room(path, size, "unpacking it")


def _rows(path: Path, content: bytes, suffix: str) -> int:
    """The rows that the content of a Parquet or Arrow file says that it has."""
    import polars as pl

    if READERS[suffix] != "read_parquet":
        return declared_rows(io.BytesIO(content))
    with damage_said(path, suffix):
        return pl.scan_parquet(io.BytesIO(content)).select(pl.len()).collect().item()


def scan(path: Path, suffix: str) -> Any:
    """A Parquet or Arrow file as a lazy frame of polars: no more is read than is asked for. Raises OSError."""
    need_polars(path, suffix)
    import polars as pl

    need_access(path)  # what may not be read is not damaged
    with open(path, "rb") as file:
        need_few_columns(path, declared_columns(file, suffix))
        _need_whole(path, file, suffix)
    with damage_said(path, suffix):
        return pl.scan_parquet(path) if READERS[suffix] == "read_parquet" else pl.scan_ipc(path)


def shape(path: Path, suffix: str) -> tuple[int, int]:
    """(rows, columns) of such a file, from what it says of itself."""
    frame = scan(path, suffix)
    import polars as pl

    with damage_said(path, suffix):
        return frame.select(pl.len()).collect().item(), len(frame.collect_schema())


def can_use_polars() -> bool:
    """Whether polars is installed, and this process was not forked from one that had used it."""
    return find_spec("polars") is not None and POLARS.usable()


def need_few_keys(path: Path, content: bytes) -> None:
    """Raise DataError where lines of JSON have too many different keys, or too many for the number of lines."""
    if content.count(b'"') <= MOST_COLUMNS:
        return
    keys: set[bytes] = set()
    for text in _STRING.finditer(content):
        if text[2] is not None:
            keys.add(text[1])
            if len(keys) > MOST_COLUMNS:
                need_few_columns(path, len(keys))
    need_room(path, float(CELL) * len(keys) * (content.count(b"\n") + 1), f"a table of its {len(keys):,} keys")


def need_polars(path: Path, suffix: str) -> None:
    """Raise MissingPackageError where polars is not installed, UnsupportedError where it would wait for ever."""
    if find_spec("polars") is None:
        raise MissingPackageError(f"{path}: reading {suffix} files needs polars: pip install 'bprop[tables]'")
    if not POLARS.usable():
        raise UnsupportedError(f"{path}: {POLARS.why()}, so that reading {suffix} files would hang: {ADVICE}")


@contextmanager
def damage_said(path: Path, suffix: str) -> Iterator[None]:
    """What polars raises while it reads a file, as a DataError."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # polars raises a dozen kinds for damaged bytes, and panics are no Exceptions
        why = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise DataError(f"{path}: not a {suffix} file, or a damaged one ({why})") from None


def column_of(path: Path, series: Any) -> np.ndarray:
    """A polars series as a frame keeps it."""
    import polars as pl

    kind = series.dtype
    if kind == pl.Boolean:
        series = series.replace_strict({True: "true", False: "false"}, return_dtype=pl.String)
    elif kind == pl.Null or kind == pl.String or kind in (pl.Categorical, pl.Enum):
        series = series.cast(pl.String).str.strip_chars()
    elif kind.is_integer() and not series.null_count() and "128" not in str(kind):  # NumPy has no such integers
        return np.asarray(series.to_numpy())
    elif kind.is_integer() and max(series.max() or 0, -(series.min() or 0)) > EXACT:
        series = series.cast(pl.String)  # with cells that are missing, they would become floats, and be rounded
    elif kind.is_numeric():
        return np.asarray(series.cast(pl.Float64).to_numpy(), dtype=np.float64)
    elif kind == pl.Date or kind == pl.Datetime:
        if getattr(kind, "time_zone", None):
            series = series.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        return np.asarray(series.cast(pl.Datetime("us")).to_numpy(), dtype="datetime64[us]")
    elif kind == pl.Duration or kind == pl.Time:
        unit = {"ms": 1e3, "us": 1e6}.get(getattr(kind, "time_unit", None) or "ns", 1e9)
        return np.asarray(series.cast(pl.Int64).cast(pl.Float64).to_numpy(), dtype=np.float64) / unit
    else:
        raise DataError(
            f"{path}, column {series.name!r}: holds {kind}, and a cell of a table is a number, text or date"
        )
    letters = series.str.len_bytes().sum() or 0  # a file holds a text once that stands in many rows
    need_room(f"{path}, column {series.name!r}", letters + 64.0 * len(series))
    cells = np.empty(len(series), dtype=object)
    cells[:] = series.to_list()
    return cells
