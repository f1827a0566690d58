"""The division of a table into the parts to train on, to watch and to test on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from bprop.errors import SettingError
from bprop.remote.address import shown
from bprop.remote.path import name_of
from bprop.sources.pool import Pool
from bprop.sources.splits import Split, class_numbers
from bprop.tables.kinds import column_named
from bprop.tables.rows import open_table, read_for


class Parts(NamedTuple):
    """The parts of a table, which are tables. validation, test : None where no row is for it."""

    train: Any
    validation: Any
    test: Any


def divided(table: Any, split: Split, others: Mapping[str, Any]) -> Parts:
    """The parts of the rows of a table, and other rows as parts. others : {"validation" or "test": rows}."""
    labels = class_numbers(table.frame, table.answer)
    parts = split.parts(table.frame, labels)
    frames = {name: table.frame.rows(part) for name, part in parts.there.items()}
    apart = split.apart(table.chosen, table.weights)
    train = replace(table, frame=frames.pop("train"), part="train", apart=apart)
    held = {name: replace(train, frame=rows, part=name, trained=train) for name, rows in frames.items()}
    held |= {name: other for name, rows in others.items() if (other := _beside(train, rows, name)) is not None}
    words = {name: rows for name, rows in others.items() if isinstance(rows, str | os.PathLike)}
    paths = {name: (shown(name_of(rows)), held[name].frame) for name, rows in words.items()}
    if table.origin is not None and paths.keys() == others.keys():
        object.__setattr__(train, "division", table.origin.division(split, table.frame, parts, labels, paths))
    object.__setattr__(train, "pool", Pool.of(split, table.frame, parts, labels))
    object.__setattr__(train, "watched", held.get("validation"))  # which knows the part that is trained on, too
    return Parts(train, held.get("validation"), held.get("test"))


def parts_of(table: Any, validation: Any, test: Any, seed: int, by: str | None, group: str | None) -> Parts:
    """The parts for training: those that were held out already, those of the caller, or new ones."""
    others = {n: rows for n, rows in (("validation", validation), ("test", test)) if rows is not None}
    if table.part:
        if by is not None or group is not None:
            raise SettingError("by and group say how rows are split, and these were split already")
        held = {name: _beside(table, rows, name) for name, rows in others.items()}
        return Parts(table, held.get("validation", table.watched), held.get("test"))
    sizes = {"validation": 0.1, "test": 0.2} | {n: float(r) if is_size(r) else 0.0 for n, r in others.items()}
    split = Split(
        sizes["test"], sizes["validation"], seed, column_named(by, "by"), column_named(group, "group")
    )  # fmt: skip
    return divided(table, split, {name: rows for name, rows in others.items() if not is_size(rows)})


def _beside(table: Any, rows: Any, part: str) -> Any:
    """Rows that the caller names, as a table beside the one that is trained on; None: no rows."""
    if is_size(rows):
        if rows == 0:
            return None
        raise SettingError(f"{part}={rows!r}: these rows were split already: give a table, or split otherwise")
    if isinstance(rows, type(table)):
        return replace(rows, part=part, trained=table, watched=None)
    read = read_for(rows, table.frame.read.beside(table.frame.columns))
    opened = open_table(rows, table.frame.target[0], None, read, part)
    frame = opened.frame if opened.frame.block is not None else replace(opened.frame, target=table.frame.target)
    return replace(table, frame=frame, part=part, trained=table, watched=None)


def is_size(rows: Any) -> bool:
    """Whether rows to hold out are a share, or a number of them."""
    return isinstance(rows, int | float | np.number) and not isinstance(rows, bool)
