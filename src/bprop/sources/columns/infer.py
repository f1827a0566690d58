"""Infers the kind of a column from its cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bprop.errors import DataError, SettingError, UnknownNameError
from bprop.names import known
from bprop.sources.columns import Categorical, Ignored, Kind, kind_called, kinds
from bprop.sources.columns.kind import UnclearError
from bprop.sources.frame import Frame
from bprop.sources.limits import some
from bprop.sources.progress import each
from bprop.visible import visible

MOST_LISTED = 20  # columns of a kind that are named
ORDER = ("numeric", "categorical", "boolean", "date", "time", "duration", "ignored")


def fit_column(name: str, frame: Frame) -> Kind:
    """The kind of a column, learned from the training rows.

    Constants, row numbers and text that hardly ever repeats are ignored. Raises DataError where most cells are numbers
    and some are not, naming the first.
    """
    column = frame.column(name)
    if column.unread:
        return Ignored(name, column.unread)
    if column.different + bool(column.missing.any()) < 2:
        return Ignored(name, "constant" if column.different else "all missing")
    if column.is_words:
        return Categorical.fit(name, frame)
    kind = next(kind for kind in sorted(kinds().values(), key=lambda kind: kind.turn) if kind.suits(column))
    why = kind.useless(name, column, frame.span)
    if why:
        return Ignored(name, why)
    try:
        return kind.fit(name, frame)
    except UnclearError as error:
        return Ignored(name, str(error))


def fit_columns(names: Sequence[str], frame: Frame, wanted: Mapping[str, str]) -> tuple[Kind, ...]:
    """The kinds of several columns, each as in `wanted` (name: kind), or as its cells look.

    Raises SettingError for a column that does not exist, UnknownNameError for a kind that does not exist, DataError if
    every column is ignored.
    """
    wanted = _of_each(names, wanted)
    classes = {name: need_kind(name, kind) for name, kind in wanted.items()}
    fitted = tuple(
        _as_wanted(classes[name], name, frame, wanted[name]) if name in wanted else fit_column(name, frame)
        for name in each("learning the columns of", frame.label, names)
    )
    if all(isinstance(kind, Ignored) for kind in fitted):
        which = some(fitted) or "there is only the target"
        raise DataError(f"{frame.label}: no column is left to learn from: {which}; use one with --kind COLUMN=KIND")
    return fitted


def _of_each(names: Sequence[str], wanted: Mapping[str, str]) -> dict[str, str]:
    """The wanted kinds by column. The name of lists or objects stands for the columns that were made of them, such as
    place for place.x and place.y. Raises SettingError for a column that does not exist."""
    kinds: dict[str, str] = {}
    inputs = set(names)  # a table may have 100,000 columns, each with a wanted kind
    for name, kind in wanted.items():
        columns = [name] if name in inputs else [column for column in names if column.startswith(f"{name}.")]
        if not columns:
            raise SettingError(f"--kind {name}={kind}: no input column has this name; there are: {known(name, names)}")
        kinds |= {column: kind for column in columns if column not in wanted or column == name}
    return kinds


def need_kind(name: str, kind: str) -> type[Kind]:
    """The kind that --kind names for a column. Raises UnknownNameError."""
    word = kind.partition(":")[0]
    cls = kind_called(word)
    if cls is None:
        raise UnknownNameError(f"--kind {name}={kind}: there is no such kind; there are: {known(word, in_order())}")
    return cls


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
