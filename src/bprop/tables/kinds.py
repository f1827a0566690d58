"""The kinds of a table's columns, to look at."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NoReturn

import numpy as np

from bprop.errors import SettingError, UnknownNameError
from bprop.sources.columns import Categorical, Ignored
from bprop.sources.columns.infer import fit_column
from bprop.sources.declared import CATEGORICAL
from bprop.sources.frame import Frame


class Kinds(Mapping[str, str]):
    """{column: kind}. A table does not change: `table.with_kinds` gives one with other kinds."""

    def __init__(self, kinds: Mapping[str, str]):
        self._kinds = dict(kinds)

    def __getitem__(self, column: str) -> str:
        if column not in self._kinds:
            raise UnknownNameError(f"no input column is called {column!r}; there are: {', '.join(self._kinds)}")
        return self._kinds[column]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)

    def __setitem__(self, column: str, kind: str) -> NoReturn:
        raise SettingError(f"a table does not change: write table = table.with_kinds({{{column!r}: {kind!r}}})")

    def __repr__(self) -> str:
        return repr(self._kinds)


def chosen_kinds(kinds: Mapping[Any, str] | None) -> dict[str, str]:
    """{column: kind} with the columns named as a table names them: 0 is "0". Raises SettingError."""
    if kinds is None:
        return {}
    if not isinstance(kinds, Mapping) or not all(isinstance(kind, str) for kind in kinds.values()):
        raise SettingError(f"kinds={kinds!r}: give a dict of columns and the names of kinds, {{'zip': 'categorical'}}")
    return {str(name).strip(): kind for name, kind in kinds.items()}


def kinds_of_types(frame: Frame, declared: Mapping[str, str], apart: Collection[str]) -> dict[str, str]:
    """{column: kind} of the columns whose type says categories, where their cells alone would say another kind.

    A constant, and an id, are left out all the same. declared : {column: kind} that the types say. apart : columns
    whose kind is not asked for.
    """
    names = [name for name, kind in declared.items() if kind == CATEGORICAL and name not in apart]
    return {n: CATEGORICAL for n in names if not isinstance(fit_column(n, frame), Ignored | Categorical)}


def column_named(column: Any, setting: str) -> str | None:
    """The name of a column as a table has it: 0 is "0". Raises SettingError for other things, such as an array."""
    if column is None:
        return None
    if np.ndim(column) or isinstance(column, Mapping | set):
        raise SettingError(
            f"{setting}={type(column).__name__}: give the name of a column; make values of your own a column, as in "
            "df.assign(column=values)"
        )
    return str(column).strip()
