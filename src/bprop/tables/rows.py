"""The rows that somebody gives: a path, a data frame, arrays; for a new table, or for a model of a table."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from bprop.errors import DataError, SettingError
from bprop.names import closest
from bprop.remote.address import is_address, shown
from bprop.remote.download import forget_all
from bprop.remote.path import name_of
from bprop.sources.formats.arrays import frame_of_arrays, numbered
from bprop.sources.frame import Frame
from bprop.sources.frames import Opened, frame_of
from bprop.sources.labelled import labelled
from bprop.sources.limits import some
from bprop.sources.opening import open_rows
from bprop.sources.preparation import Preparation
from bprop.sources.read_options import INFERRED, ReadOptions
from bprop.sources.remarks import unknown_categories

SOME_ROWS, HALF = 10, 0.5
"""Of so many rows, a column in which more than this share of the cells are of no known category is warned of."""
OF_CELLS = ("missing", "bad_cells", "columns")
"""The options of reading that hold for objects too; the others are for files."""


def open_table(
    data: Any, target: str | None = None, labels: str | None = None, read: ReadOptions = INFERRED, name: str = "table"
) -> Opened:
    """The frame of a path, which may be a pattern or the name of built-in data, or of an object.

    target : the array of targets, of a file of arrays. labels : the file of labels, of images. name : of an object.
    """
    if isinstance(data, str | os.PathLike):
        source = shown(name_of(data))
        if is_address(source):
            forget_all(source)
        frame = open_rows(source, target, labels, read)
        return Opened(frame, {}, frame.remarks)
    for field in fields(read):
        if field.name not in OF_CELLS and getattr(read, field.name) != field.default:
            raise SettingError(f"{field.name} says how a file is read, and this table is no file: leave it out")
    return frame_of(data, name, read)


def read_for(data: Any, read: ReadOptions) -> ReadOptions:
    """The options of a table, for further rows of it: all of them for a path, those of cells for an object."""
    return read if isinstance(data, str | os.PathLike) else read.of_cells


def rows_for(preparation: Preparation, data: Any, targets: bool = False, beside: Sequence[str] = ()) -> Frame:
    """The rows of data for a model: with its columns, in any order. Other columns are left out, with a warning.

    data : a path, an object as `frame_of` takes it, a table of bprop.table, or an array of numbers whose columns are in
    the order of the model's. targets : whether they are needed: rows without one are left out.
    beside : further columns that are needed.

    Raises DataError for columns that are missing.
    """
    if isinstance(frame := getattr(data, "frame", None), Frame):
        return _with_targets(preparation, preparation.adapted(frame), targets)
    read = read_for(data, preparation.reading())
    if isinstance(data, np.ndarray) and data.dtype.names is None and data.ndim == 2:
        frame = _of_array(preparation, data, read)
    else:
        target = preparation.target if targets and not preparation.is_table else None
        frame = open_table(data, target, None, read, "the rows").frame
    if frame.block is None:
        _need_columns(preparation, frame, beside)
        frame = replace(frame, target=preparation.answer.columns)
    frame = preparation.adapted(frame)
    if len(frame) >= SOME_ROWS:
        for line in unknown_categories(preparation, frame, HALF):
            warnings.warn(line, stacklevel=4)
    return _with_targets(preparation, frame, targets)


def _with_targets(preparation: Preparation, frame: Frame, targets: bool) -> Frame:
    """The rows that have a target, where targets are needed."""
    answer = preparation.answer
    return labelled(frame, answer.columns, answer.are_numbers) if targets else frame


def _of_array(preparation: Preparation, array: np.ndarray, read: ReadOptions) -> Frame:
    """Rows without names, in the order of the model's columns."""
    if array.dtype.kind in "fiu" or array.shape[1] != len(preparation.columns):
        return frame_of_arrays("the rows", array, None, numbered(array.shape[1]), "y")
    columns = dict(zip(preparation.columns, array.T, strict=True))
    return frame_of(columns, "the rows", read).frame


def _need_columns(preparation: Preparation, frame: Frame, beside: Sequence[str]) -> None:
    known = {*beside, *preparation.columns, *preparation.answer.columns, *(kind.name for kind in preparation.kinds)}
    others = [column for column in frame.columns if column not in known]
    missing = [column for column in preparation.columns if column not in frame.columns]
    if missing:
        which = f"columns {some(missing)} are" if len(missing) > 1 else f"column {missing[0]} is"
        meant = did_you_mean(missing, others)
        raise DataError(f"{frame.label}: the {which} missing{meant}; there are: {some(frame.columns)}")
    if others:
        which = f"columns {some(others)} are" if len(others) > 1 else f"column {others[0]} is"
        warnings.warn(f"{frame.label}: the {which} not known to this model, and left out", stacklevel=5)


def did_you_mean(missing: Sequence[str], known: Sequence[str]) -> str:
    """A question for names that are much like the missing ones; "" where there are none."""
    names = dict.fromkeys(name for wanted in missing if (name := closest(wanted, known)) is not None)
    return f" (did you mean {some(map(repr, names))}?)" if names else ""
