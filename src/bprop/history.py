"""The history of a training: a list of records that is also a table with a row for each epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, SupportsIndex, overload

import numpy as np

from bprop.elsewhere import missing
from bprop.elsewhere.networks import HISTORY
from bprop.errors import MissingPackageError
from bprop.notebook import card
from bprop.notebook.records import charts, records_html, records_text
from bprop.record import Record, column_of

WHOLE = ("epoch", "updates")
"""Columns of whole numbers, which every record has."""


class History(list[Record]):
    """The records of all epochs, a list: `history[-1]` is the last one, `history[:3]` the history of the first three.

    It is also columns: `history["loss"]` is an array with a number for each epoch, (E,); NaN where a record lacks it.
    The columns are those of `Record.numbers`: "epoch", "updates", "loss", "penalty", "objective", each metric,
    "validation_loss", "validation_accuracy", ... ("val_loss" is the same), "learning_rate", "seconds",
    "examples_per_second" and "best". `keys()` lists them, so that `dict(history)` has all of them.

    >>> records = [bp.Record(e, 10 * e, loss=1 / e, penalty=0.0, objective=1 / e) for e in (1, 2, 4)]
    >>> history = bp.History(records)
    >>> history["loss"]
    array([1.  , 0.5 , 0.25])
    >>> history[-1].epoch, len(history[:2]), "loss" in history
    (4, 2, True)
    >>> history.to_dict()["updates"]
    [10, 20, 40]
    """

    @overload
    def __getitem__(self, which: str, /) -> np.ndarray: ...

    @overload
    def __getitem__(self, which: SupportsIndex, /) -> Record: ...

    @overload
    def __getitem__(self, which: slice, /) -> History: ...

    def __getitem__(self, which: Any, /) -> Any:
        """A record by its number, some of them by a slice, or a column by its name. Raises UnknownNameError."""
        if isinstance(which, str):
            return self._column(column_of(which, self.keys()))
        records = super().__getitem__(which)
        return type(self)(records) if isinstance(which, slice) else records

    def __contains__(self, which: Any, /) -> bool:
        """Whether it is one of the records, or the name of a column."""
        return which in self.keys() if isinstance(which, str) else super().__contains__(which)

    def keys(self) -> list[str]:
        """The names of the columns, those of the first record first."""
        return list(dict.fromkeys(name for record in self for name in record.numbers))

    def copy(self) -> History:
        """The same records, in a list of their own."""
        return type(self)(self)

    def _column(self, name: str) -> np.ndarray:
        values = [record.numbers.get(name) for record in self]
        if name in WHOLE:
            return np.array(values, np.int64)
        if name == "best":
            return np.array(values) == True  # noqa: E712 (None is no best epoch)
        return np.array([np.nan if value is None else value for value in values], np.float64)

    def __repr__(self) -> str:
        """A table of some epochs. `print(*history, sep="\\n")` has a line for each; `to_pandas()` all numbers."""
        return "\n".join([self._title, *records_text(self)])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))

    def _repr_html_(self) -> str:
        best = next((record.epoch for record in reversed(self) if record.best), None)
        return card("History", self._title.partition(" of ")[2], charts(self, best), records_html(self))

    @property
    def _title(self) -> str:
        count = f"{len(self):,} epoch{'s' * (len(self) != 1)}"
        return f"History of {count}, {self[-1].updates:,} updates" if self else "History of no epoch"

    def to_dict(self) -> dict[str, list[Any]]:
        """{column: a value for each epoch} as plain data (JSON), None where a record has no such number."""
        rows = [record.numbers for record in self]
        return {name: [row.get(name) for row in rows] for name in self.keys()}

    def to_pandas(self) -> Any:
        """The columns as a DataFrame of pandas, NaN where a record has no such number. Raises MissingPackageError."""
        try:
            import pandas
        except ImportError as error:
            raise MissingPackageError("history.to_pandas() needs pandas: pip install pandas") from error
        return pandas.DataFrame({name: self._column(name) for name in self.keys()})

    def to_polars(self) -> Any:
        """The columns as a DataFrame of polars, null where a record has no such number. Raises MissingPackageError."""
        try:
            import polars
        except ImportError as error:
            raise MissingPackageError("history.to_polars() needs polars: pip install 'bprop[tables]'") from error
        kinds = {name: polars.Int64 if name in WHOLE else polars.Float64 for name in self.keys()}
        return polars.DataFrame(self.to_dict(), schema={**kinds, **({"best": polars.Boolean} if kinds else {})})

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            raise missing(self, name, HISTORY)
