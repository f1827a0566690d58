"""The base class of kinds of columns. To add one, subclass `Kind`: see `bprop.sources.columns`."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from typing import Any, ClassVar, Self

import numpy as np

from bprop import plugins
from bprop.errors import DataError, SettingError
from bprop.registry import is_redefinition
from bprop.sources.column import Column
from bprop.sources.frame import Frame
from bprop.sources.noted import damaged
from bprop.sources.number_inference import is_number


@dataclass(frozen=True)
class Kind:
    """A column of one kind, and how it becomes numbers.

    A kind learns from the training rows (`fit`), then encodes any rows. It is a frozen dataclass: its fields, of type
    str, int, float, bool or tuples of these, are what it has learned, and are kept in the notes of a model.

    kind : its name, as in --kind COLUMN=NAME. turn : its place in the order in which kinds are tried on a column. A
    kind of your own has 0, so it is tried before ours.
    """

    name: str
    kind: ClassVar[str]
    turn: ClassVar[int] = 0

    def __init_subclass__(cls, named: bool = True, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        if named and isinstance(cls.__dict__.get("kind"), str):
            before = _DEFINED.setdefault(cls.kind, cls)
            if not is_redefinition(before, cls):
                raise SettingError(f"two kinds of columns are called {cls.kind!r}: {before} and {cls}")
            _DEFINED[cls.kind] = cls  # where it is defined anew

    @classmethod
    def suits(cls, column: Column) -> bool:
        """Whether a column with two different values or more looks like one of this kind."""
        return False

    @classmethod
    def useless(cls, name: str, column: Column, span: int) -> str:
        """Why a column of this kind is to be ignored: "id", "constant"; "" where it is not.

        span : rows of the table from the first to the last of these.
        """
        return ""

    @classmethod
    def fit(cls, name: str, frame: Frame) -> Self:
        """From the training rows. Raises DataError, naming the place, for cells that are not of this kind."""
        raise NotImplementedError

    @classmethod
    def fit_as(cls, name: str, frame: Frame, how: str) -> Self:
        """From the training rows, read as --kind COLUMN=NAME:HOW asks. Raises SettingError for a kind without ways."""
        raise SettingError(
            f"--kind {name}={cls.kind}:{how}: a column that is {cls.kind} is read in one way: leave out :{how}"
        )

    def encode(self, frame: Frame) -> np.ndarray:
        """(N, features), or row numbers (N,) for an embedding. Raises DataError, naming the place."""
        raise NotImplementedError

    def misfits(self, frame: Frame) -> np.ndarray:
        """(N,) of bool: where a cell is not of this kind, though it is not missing."""
        return np.zeros(len(frame), bool)

    @property
    def scaled(self) -> tuple[bool, ...]:
        """For each feature, whether it is to be scaled: a measure, rather than a 0 or 1."""
        return ()

    @property
    def embedding(self) -> tuple[int, int] | None:
        """(rows, width) of its embedding; None where it is encoded as features."""
        return None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a table that it takes."""
        return (self.name,)

    @property
    def features(self) -> tuple[str, ...]:
        """The column of each feature."""
        return (self.name,) * len(self.scaled)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """A name for each feature, all different: "age" and "age missing". Kinds that know what theirs are say so."""
        names, indicator = self.features, getattr(self, "indicator", False)
        measures = names[:-1] if indicator else names
        if len(measures) > 1 and len(set(measures)) == 1:
            measures = tuple(f"{name} {number}" for number, name in enumerate(measures, 1))
        return (*measures, f"{self.name} missing") if indicator else measures

    def sound(self) -> dict[str, bool]:
        """{entry of the notes: True if its value is possible}, for entries that allow only some values of a type."""
        return {}

    def __str__(self) -> str:
        return self.name

    def to_notes(self) -> dict[str, Any]:
        """As plain data."""
        return {"kind": self.kind, **asdict(self)}


_DEFINED: dict[str, type[Kind]] = {}
_PLAIN: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool}


def kinds() -> dict[str, type[Kind]]:
    """The kinds that this process has defined or imported, by name."""
    return dict(_DEFINED)


def kind_called(name: str) -> type[Kind] | None:
    """The kind of a name, also of an installed package; None where there is none."""
    if name not in _DEFINED:
        plugins.load()
    return _DEFINED.get(name)


def from_notes(notes: Any) -> Kind:
    """A kind from plain data, every entry checked. Raises DataError if no kind has written it."""
    kind = notes.get("kind") if isinstance(notes, Mapping) else None
    cls = kind_called(kind) if isinstance(kind, str) else None
    if cls is None:
        raise damaged("kind", kind, f"one of {', '.join(kinds())}")
    entries = {}
    for field in fields(cls):
        value = notes.get(field.name, None if field.default is MISSING else field.default)
        wanted = field.type.__name__ if type(field.type) is type else str(field.type)
        try:
            entries[field.name] = _typed(value, wanted)
        except (TypeError, OverflowError) as error:
            raise damaged(f"{field.name} of the column {notes.get('name')!r}", value, wanted) from error
    column = cls(**entries)
    for entry, sound in column.sound().items():
        if not sound:
            raise damaged(f"{entry} of the column {column.name!r}", entries[entry], "a value that a column can have")
    return column


def _typed(value: Any, wanted: str) -> Any:
    if wanted.startswith("tuple["):
        inner = wanted[6:].partition(",")[0]
        return tuple(_typed(one, inner) for one in value)
    fitting = _PLAIN[wanted]
    if not isinstance(value, int | float if fitting is float else fitting) or (
        wanted in ("int", "float") and isinstance(value, bool)
    ):
        raise TypeError(f"{value!r} is not {wanted}")
    return float(value) if wanted == "float" else value


def need_read(read: tuple[np.ndarray, np.ndarray], what: str, name: str, frame: Frame) -> np.ndarray:
    """The values of a column, `read` as (values, where a cell is bad). Bad cells become missing where this is asked
    for; else, raises DataError, naming the first bad cell."""
    values, bad = read
    if not bad.any():
        return values
    if frame.read.bad_cells == "missing":
        return np.where(bad, np.array("NaT" if values.dtype.kind == "M" else "nan").astype(values.dtype), values)
    row = int(bad.argmax())
    cell = str(frame.column(name).cells[row])
    raise DataError(
        f"{frame.where(row)}, column {name!r}: {cell!r} is not {what}, and {int(bad.sum()):,} of {len(bad):,} rows "
        f"have such cells{_hint(cell)}; mend the file, or take such cells for missing with --bad-cells missing, or, if "
        f"{cell!r} stands for a missing value, with --missing {shlex.quote(cell)}; a column of names is trained with "
        f"--kind {name}=categorical"
    )


def _hint(cell: str) -> str:
    """A word on the look of a bad cell."""
    bound = cell.lstrip("<>=≤≥~≈ ") if cell[:1] in "<>≤≥~≈" else re.sub(r"\+$| (?:and|or|&) \w+$", "", cell)
    if bound != cell and is_number(bound):
        return " (a bound is no value: give a number, such as half of it)"
    return f" ({cell} looks like a number in another format)" if is_number(cell) else ""


class UnclearError(DataError):
    """The cells of a column can be read in several ways. A column whose kind was inferred is then left out."""


def all_missing(name: str, frame: Frame) -> DataError:
    """The error for a column without a value."""
    return DataError(f"{frame.label}, column {name!r}: all values are missing; leave it out: --kind {name}=ignored")


def filled(values: np.ndarray, fill: float, indicator: bool) -> np.ndarray:
    """(N, 1): values, `fill` where they are missing; (N, 2) with an indicator, which says where."""
    gone = np.isnan(values)
    values = np.where(gone, fill, values)
    return np.column_stack([values, gone]) if indicator else values[:, None]
