"""Infers the kind of a column from its cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bprop.errors import DataError, SettingError, UnknownNameError
from bprop.sources.columns import Ignored, Kind, kind_called, kinds
from bprop.sources.frame import Frame
from bprop.sources.limits import some
from bprop.visible import visible

MOST_LISTED = 1_000  # columns of a kind that are named
ORDER = ("numeric", "categorical", "boolean", "date", "ignored")


def fit_column(name: str, frame: Frame) -> Kind:
    """The kind of a column, learned from the training rows.

    Constants, row numbers and text that hardly ever repeats are ignored. Raises DataError where most cells are numbers
    and some are not, naming the first.
    """
    column = frame.column(name)
    if column.different + bool(column.missing.any()) < 2:
        return Ignored(name, "constant" if column.different else "all missing")
    kind = next(kind for kind in sorted(kinds().values(), key=lambda kind: kind.turn) if kind.suits(column))
    why = kind.useless(name, column, frame.span)
    return Ignored(name, why) if why else kind.fit(name, frame)


def fit_columns(names: Sequence[str], frame: Frame, wanted: Mapping[str, str]) -> tuple[Kind, ...]:
    """The kinds of several columns, each as in `wanted` (name: kind), or as its cells look.

    Raises SettingError for a column that does not exist, UnknownNameError for a kind that does not exist, DataError if
    every column is ignored.
    """
    known = set(names)
    classes = {}
    for name, kind in wanted.items():
        if name not in known:
            raise SettingError(f"--kind {name}={kind}: no input column has this name; there are: {some(names)}")
        classes[name] = kind_called(kind.partition(":")[0])
        if classes[name] is None:
            raise UnknownNameError(f"--kind {name}={kind}: there is no such kind; there are: {', '.join(in_order())}")
    fitted = tuple(
        _as_wanted(classes[name], name, frame, wanted[name]) if name in wanted else fit_column(name, frame)
        for name in names
    )
    if all(isinstance(kind, Ignored) for kind in fitted):
        which = some(fitted) or "there is only the target"
        raise DataError(f"{frame.label}: no column is left to learn from: {which}; use one with --kind COLUMN=KIND")
    return fitted


def _as_wanted(cls: type[Kind], name: str, frame: Frame, wanted: str) -> Kind:
    how = wanted.partition(":")[2]
    return cls.fit_as(name, frame, how) if how else cls.fit(name, frame)


def in_order() -> list[str]:
    """The names of the kinds, ours first."""
    return [*ORDER, *(name for name in kinds() if name not in ORDER)]


def listed(fitted: Sequence[Kind]) -> str:
    """The columns by kind, a line for each kind that there is."""
    lines = []
    for name in in_order():
        of = [visible(kind) for kind in fitted if kind.kind == name]
        if of:
            lines.append(f"  {name:<12}{len(of):>3}  {some(of, MOST_LISTED)}")
    return "\n".join(lines)
