"""Tables as subjects, by the road of `bp.table`: a file, a data frame, arrays, built-in data such as digits."""

from __future__ import annotations

import os
from math import isqrt
from typing import Any

import numpy as np

from bprop.engines.program import is_plain
from bprop.errors import SettingError
from bprop.playing.code.literals import literal, quoted
from bprop.playing.recipe import Layer, Recipe, fitting_losses
from bprop.playing.refused import RefusedError
from bprop.playing.subjects.subject import MOST_ROWS, Arrays, Code, Subject
from bprop.playing.subjects.written import data_code
from bprop.tables.opening import table as open_table
from bprop.tables.table import Table

TEST = 0.2
LARGE = 1000
"""A table of more rows is trained on in larger batches."""


def of_table(data: Any, target: Any = None, *, kind: str = "table", **reading: Any) -> Subject:
    """The subject of a table, or of what `bp.table` makes one of. A fifth of the rows is held out.

    Raises RefusedError for more rows than a page shows, and what `bp.table` raises.
    """
    whole = data if isinstance(data, Table) else open_table(data, target, **reading)
    if whole.weights is not None:
        raise RefusedError(
            "a table with weights cannot be played with: play counts every row once", "leave weights out"
        )
    if len(whole) > MOST_ROWS:
        raise RefusedError(
            f"{whole.name} has {len(whole):,} rows; play takes at most {MOST_ROWS:,}", "take a part of the rows"
        )
    train, test = _divided(whole)
    arrays = dict(train.data("float64").arrays)
    held_out = None if test is None else dict(test.data("float64").arrays)
    task, preparation = train.settings["task"], train.preparation
    return Subject(
        "arrays" if kind == "arrays" else whole.name, kind, task, arrays, held_out, train.inputs, train.outputs,
        _recipe(task, train), train.settings["input_scaling"], embeddings=preparation.embeddings,
        classes=None if whole.classes is None else tuple(str(one) for one in whole.classes),
        columns=tuple(name for column in preparation.used for name in column.feature_names),
        image=_image(preparation.features), rate=0.1,
        batch_size=32 if len(train) > LARGE else 16, note=_note(task),
        code=_code(data, target, reading, arrays, held_out),
    )  # fmt: skip


def _divided(whole: Table) -> tuple[Table, Table | None]:
    """(rows to train on, rows held out); of very few rows, none are held out."""
    if whole.part:
        return whole, None
    try:
        parts = whole.split(test=TEST, validation=0)
    except SettingError:
        return whole, None
    return parts.train, parts.test


def _recipe(task: str, table: Table) -> Recipe:
    units = 16 if table.inputs > 16 else 8
    return Recipe((Layer(units, "tanh"), Layer(8, "tanh")), loss=fitting_losses(task)[0])


def _note(task: str) -> str:
    more = ", and so is the target: f and the loss are in its standard deviations" if task == "regression" else ""
    return f"Each number is scaled to mean 0 and deviation 1{more}."


def _image(features: tuple[str, ...]) -> tuple[int, int] | None:
    """The shape of a square image, of the columns of pixels."""
    side = isqrt(len(features))
    pixels = all(str(name).lower().startswith("pixel") for name in features)
    return (side, side) if pixels and side > 1 and side * side == len(features) else None


def _code(data: Any, target: Any, reading: dict[str, Any], arrays: Arrays, held_out: Arrays | None) -> Code:
    """The lines that open the table again, or that make its arrays where it has no file."""
    if not isinstance(data, str | os.PathLike) or np.ndim(target) or not all(map(is_plain, reading.values())):
        return data_code(arrays, held_out)
    words = [quoted(os.fspath(data)), *([] if target is None else [literal(target)])]
    table = f"bp.table({', '.join([*words, *(f'{key}={value!r}' for key, value in reading.items())])})"
    if held_out is None:
        return Code((f"table = {table}", 'data = dict(table.data("float64").arrays)', "held_out = None"))
    return Code(
        (
            f"table = {table}",
            f"train, _, test = table.split(test={TEST}, validation=0)",
            'data = dict(train.data("float64").arrays)',
            'held_out = dict(test.data("float64").arrays)',
        )
    )
