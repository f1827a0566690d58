"""`bp.table`: a table of whatever holds rows."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Any

import numpy as np

from bprop.errors import DataError, SettingError
from bprop.remote.path import name_of
from bprop.sources import pandas_columns
from bprop.sources.databases import order_remark, with_query
from bprop.sources.frame import Frame
from bprop.sources.frames import frame_of
from bprop.sources.labelled import labelled
from bprop.sources.read_options import ReadOptions
from bprop.sources.target_kinds import are_names
from bprop.sources.targets import find_targets
from bprop.tables.kinds import chosen_kinds, column_named
from bprop.tables.parts import Origin
from bprop.tables.python_words import in_python, python_words
from bprop.tables.rows import open_table
from bprop.tables.table import Table
from bprop.tables.typed import answer_of, type_of


@in_python
def table(
    data: Any, target: Any = None, *, task: str | None = None, kinds: Mapping[str, str] | None = None,
    weights: str | None = None, scale: str = "auto", name: str | None = None, labels: str | None = None,
    encoding: str | None = None, delimiter: str | None = None, header: bool | None = None, skip_rows: int = 0,
    comment: str | None = None, missing: str | Sequence[str] = (), bad_cells: str = "refuse",
    sheet: str | int | None = None, query: str | None = None,
) -> Table:  # fmt: skip
    """A table: rows with a target, the kinds of the columns inferred as `bprop train` infers them.

    Parameters
    ----------
    data : a DataFrame of pandas or polars, an Arrow table or anything that offers its columns as Arrow, a relation of
        DuckDB, a dict of columns, a list of dicts, a structured array, an array (N, D); or a path, a folder, a pattern
        or a name of built-in data, as `bprop train` takes it; an address, s3://bucket/rows.csv; or a database.
    target : the column to predict, or several as a list; default the last. Or the targets themselves, (N,).
    task : "classification", "regression", "counts"; "multilabel" for several columns; default as the targets look.
    kinds : {column: kind} of those that are not to be inferred: "numeric", "categorical", "boolean", "date", "ignored";
        also of the target. Rows without a target are left out.
    weights : the column of example weights, which is no input.
    scale : "auto" or "standard": numbers get mean 0 and deviation 1; "unit" (x / 255) or "none".
    name : of the table, for its model and in errors; of a file its own.
    labels, encoding, delimiter, header, skip_rows, comment, sheet : how a file is read, as on the command line.
    query : the SELECT whose rows are taken from a database, data="postgresql://ann@host/shop" or "sqlite:///shop.db".
    missing : words that stand for a missing value, beside the usual ones. bad_cells : "refuse", or "missing".

    Returns
    -------
    Table : print it to see the kinds. `with_kinds` changes some, `split` gives parts, `graph` a network, `fit` a model.

    Raises
    ------
    DataError, SettingError, DTypeError : naming the column, and the row, that cannot be used.

    Examples
    --------
    >>> rows = {"size": [1.5, 3.0, 2.5, 4.0] * 10, "pet": ["cat", "dog"] * 20, "price": [1.0, 3.0, 2.0, 4.0] * 10}
    >>> table = bp.table(rows, "price", task="regression")
    >>> table.kinds
    {'size': 'numeric', 'pet': 'categorical'}
    >>> fit = table.fit(epochs=2, engine="numpy")
    >>> fit.predict({"size": 2.0, "pet": "dog"}).shape
    (1,)
    """
    marks = (missing,) if isinstance(missing, str) else tuple(missing)
    page = None if sheet is None else str(sheet)
    data = _named(data, query)
    read = ReadOptions(encoding, delimiter, header, skip_rows, comment, marks, bad_cells, page)
    names = _names(target)
    opened = open_table(data, ",".join(names) if names else None, labels, read, name or "table")
    frame = opened.frame if name is None else replace(opened.frame, name=name)
    declared = opened.declared
    if target is not None and names is None:
        names = _names_of_any_type(frame, target)
    if target is not None and names is None:
        pandas_columns.need_same_order(data, target)
        frame, names, more = _with_targets(frame, target)
        declared = {**declared, **more}
    if frame.block is None:
        frame = replace(frame, target=_targets(frame, names))
    chosen = chosen_kinds(kinds)
    is_typed = type_of(frame.target, task, chosen, declared) is not None
    frame = labelled(frame, frame.target, False if is_typed or are_names(frame.target, task, chosen) else None)
    answer = answer_of(frame, frame.target, task, chosen, declared)
    weights = column_named(weights, "weights")
    apart = () if weights is None else (weights,)
    for column in apart:
        frame.column(column)
    origin = Origin(name_of(data), read, labels) if isinstance(data, str | os.PathLike) else None
    ordered = order_remark(data) if isinstance(data, str) else []
    whole = Table(
        frame, answer, chosen, declared, weights, scale, tuple(map(python_words, (*opened.remarks, *ordered))),
        apart=apart,
        origin=origin if target is None or names is not None else None,
    )  # fmt: skip
    _ = whole.preparation  # raises for what does not fit
    return whole


def _named(data: Any, query: str | None) -> Any:
    """The data, by its address without secrets where it is elsewhere."""
    if isinstance(data, str | os.PathLike):
        return data if isinstance(data, PurePath) else with_query(os.fspath(data), query)
    if query is not None:
        raise SettingError("query is for a database, such as 'sqlite:///shop.db', and this table is none: leave it out")
    return data


def _names(target: Any) -> list[str] | None:
    """The names of targets; None where there are none, or where they are the targets themselves."""
    if isinstance(target, str) or (np.ndim(target) == 0 and target is not None):
        return [str(target)]
    if isinstance(target, list | tuple) and target and all(isinstance(one, str) for one in target):
        return [str(one) for one in target]
    return None


def _names_of_any_type(frame: Frame, target: Any) -> list[str] | None:
    """The names of targets that are no text, [0, 1]; None where a list is the targets themselves."""
    if not isinstance(target, list | tuple) or len(target) == len(frame) or frame.block is not None:
        return None
    names = [str(one).strip() for one in target]
    return names if names and all(name in frame.columns for name in names) else None


def _with_targets(frame: Frame, target: Any) -> tuple[Frame, list[str], dict[str, str]]:
    """The frame with a further column, of targets that are no part of it; its name, and the kind that its type says."""
    name = str(getattr(target, "name", None) or "target")
    if name in frame.columns:
        raise SettingError(f"target: the table has a column {name!r} already: name the target by target={name!r}")
    opened = frame_of({name: target}, "target", frame.read)
    cells = opened.frame.columns[name]
    if len(cells) != len(frame):
        raise DataError(f"target: {len(cells):,} targets for {len(frame):,} rows")
    return replace(frame, columns={**frame.columns, name: cells}), [name], opened.declared


def _targets(frame: Frame, names: list[str] | None) -> tuple[str, ...]:
    if names is None or len(names) == 1:
        return find_targets(frame, names[0] if names else None)
    for name in names:
        frame.column(name)
    if len(set(names)) < len(names):
        raise SettingError(f"target={names}: a column is named twice")
    return tuple(names)
