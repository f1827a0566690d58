"""Which kind a column is, as its cells look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from bprop.errors import DataError, SettingError, UnknownNameError
from bprop.scaling import is_constant
from bprop.sources import cells
from bprop.sources.frame import Frame
from bprop.sources.kinds import KINDS, Boolean, Categorical, Date, Ignored, Kind, Numeric
from bprop.sources.limits import some
from bprop.visible import visible

ENOUGH = 20  # rows from which on a column of values that never repeat is taken for an id
DIFFERENT = 0.9  # the share of different values from which on text is an id, or free text
MOST_LISTED = 1_000  # columns of a kind that are named
UNCLEAR = "ambiguous dates (day/month or month/day?): write 2024-05-31"


def fit_column(name: str, frame: Frame) -> Kind:
    """The kind of a column, learned from the training rows.

    Constants, row numbers and text that hardly ever repeats are ignored. Raises DataError where most cells are numbers
    and some are not, naming the first.
    """
    column = frame.column(name)
    gone = cells.missing(column)
    counts = Counter(column[~gone].tolist())  # of cells that repeat, each is looked at once
    if len(counts) + bool(gone.any()) < 2:
        return Ignored(name, "constant" if counts else "all missing")
    different = _array(list(counts), column.dtype)
    count = np.fromiter(counts.values(), np.int64, len(counts))
    bad = cells.numbers(different)[1]
    if column.dtype.kind == "O" and bad.all() and not cells.booleans(different)[1].any():
        return Boolean.fit(name, frame)
    if 2 * count[bad].sum() < count.sum():
        values = cells.numbers(column[~gone])[0]
        if not bad.any() and _is_id(name, cells.exact(column[~gone], values), frame.span):
            return Ignored(name, "id")
        if not bad.any() and not gone.any() and is_constant(values):
            return Ignored(name, "constant")
        return Numeric.fit(name, frame)
    if not cells.dates(different)[1].any():
        return Date.fit(name, frame)
    if count.sum() >= ENOUGH and len(count) > DIFFERENT * count.sum():
        return Ignored(name, UNCLEAR if cells.unclear_dates(different) else "id")
    return Categorical.fit(name, frame)


def _array(values: list, dtype: np.dtype) -> np.ndarray:
    found = np.empty(len(values), dtype=dtype)
    found[:] = values
    return found


def _is_id(name: str, values: np.ndarray, span: int) -> bool:
    """Whole numbers that never repeat, and either leave hardly a gap (rows that were numbered) or are called ids.

    span : rows of the table from the first to the last of these.
    """
    fractions = values.dtype.kind == "f" and bool((values != np.round(values)).any())
    if len(values) < ENOUGH or fractions or len(np.unique(values)) < len(values):
        return False
    called = name.lower().replace("-", "_").split("_")[-1] in ("id", "index", "rownum", "uuid")
    before, after = values[:-1], values[1:]
    return called or (
        len(after) > 0
        and bool((after > before).all() or (after < before).all())
        and bool(values.max() - values.min() < 2 * max(span, len(values)))
    )


def fit_columns(names: Sequence[str], frame: Frame, given: Mapping[str, str]) -> tuple[Kind, ...]:
    """The kinds of several columns, `given` ones (name: kind) as told.

    Raises SettingError, UnknownNameError for kinds given to no column or not known, DataError where none is left.
    """
    known = set(names)
    for name, kind in given.items():
        if name not in known:
            raise SettingError(f"--kind {name}={kind}: no input column is called so; there are: {some(names)}")
        if kind not in KINDS:
            raise UnknownNameError(f"--kind {name}={kind}: there is no such kind; there are: {', '.join(KINDS)}")
    found = tuple(KINDS[given[n]].fit(n, frame) if n in given else fit_column(n, frame) for n in names)
    if all(isinstance(kind, Ignored) for kind in found):
        which = some(found) or "there is only the target"
        raise DataError(f"{frame.label}: no column is left to learn from: {which}; --kind COLUMN=KIND takes one in")
    return found


def listed(kinds: Sequence[Kind]) -> str:
    """The columns by kind, a line for each kind that there is."""
    lines = []
    for name, cls in KINDS.items():
        of = [visible(kind) for kind in kinds if isinstance(kind, cls)]
        if of:
            lines.append(f"  {name:<12}{len(of):>3}  {some(of, MOST_LISTED)}")
    return "\n".join(lines)
