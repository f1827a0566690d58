"""Columns of lists of a polars DataFrame, also as text. Each place is a column, where all lists have one length."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bprop.sources.known_lists import LONGEST, Known, named
from bprop.sources.lists import NOTHING, is_blank, length_of_text, need_numbers, numbers_of_text
from bprop.sources.text_column import TextColumn

Lengths = Mapping[str, int]
"""The columns of lists: {name: L}, the numbers in each list."""


def lengths_of(frame: Any, known: Known = NOTHING) -> Lengths:
    """The columns whose cells are lists of numbers, all of one length. A cell may be null.

    known : from the columns of a model: the lists, and their lengths. Such lists may still be others:
    `need_lengths` says so.
    """
    lengths = {series.name: _length(series, known.length(series.name.strip())) for series in frame.iter_columns()}
    return {
        name: length for name, length in lengths.items()
        if length and set(named(name, length)).isdisjoint(frame.columns)
    }  # fmt: skip


def blank(frame: Any) -> list[str]:
    """The columns that may hold lists in other rows, and have no cell in these."""
    import polars as pl

    may = (pl.List, pl.Array, pl.Null)
    return [
        s.name
        for s in frame.iter_columns()
        if (isinstance(s.dtype, may) and s.null_count() == len(s)) or (s.dtype == pl.String and is_blank(TextColumn(s)))
    ]


def apart(frame: Any, lengths: Lengths) -> Any:
    """A DataFrame in which each place of these lists is a column; a row without a list has nulls."""
    if not lengths:
        return frame
    columns: list[Any] = []
    for series in frame.iter_columns():
        columns += _places(series, lengths[series.name]) if series.name in lengths else [series]
    return type(frame)(columns)


def need_lengths(path: Path, start: int, frame: Any, lengths: Lengths) -> None:
    """Raise DataError, naming the row, where a part of a file has other lists than these, which its first part or a
    model has.

    start : the number of rows before this part.
    """
    for name, length in lengths.items():
        series = frame[name] if name in frame.columns else None
        if series is None or series.null_count() == len(series) or _length(series, None) == length:
            continue
        need_numbers(series.to_list(), length, name, lambda row: f"{path}, row {start + row + 1}")


def _length(series: Any, known: int | None) -> int:
    """L of a series of lists of L numbers; 0 of another one."""
    import polars as pl

    kind = series.dtype
    if known is not None:
        may = isinstance(kind, pl.List | pl.Array) or series.null_count() == len(series)
        return known if known and (may or (kind == pl.String and length_of_text(series, known))) else 0
    if kind == pl.String:
        return length_of_text(series)
    if not isinstance(kind, pl.List | pl.Array) or kind.inner is None or not kind.inner.is_numeric():
        return 0
    if isinstance(kind, pl.Array):
        return kind.size if kind.size <= LONGEST else 0
    lengths = series.list.len().drop_nulls().unique()
    return lengths[0] if len(lengths) == 1 and lengths[0] <= LONGEST else 0


def _places(series: Any, length: int) -> list[Any]:
    import polars as pl

    if series.null_count() == len(series):
        return [pl.Series(name, [None] * len(series), pl.Float64) for name in named(series.name, length)]
    if series.dtype == pl.String:
        numbers = numbers_of_text(series.to_list(), length)
        assert numbers is not None  # for need_lengths has read them
        return [pl.Series(name, place) for name, place in zip(named(series.name, length), numbers.T, strict=True)]
    if isinstance(series.dtype, pl.List):
        series = series.list.to_array(length)
    return series.arr.to_struct(named(series.name, length)).struct.unnest().get_columns()
