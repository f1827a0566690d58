"""The kinds of a table's columns, to look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NoReturn

from bprop.errors import SettingError, UnknownNameError


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
