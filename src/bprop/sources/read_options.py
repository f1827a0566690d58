"""How files and their cells are read, where it is not inferred."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bprop.errors import SettingError
from bprop.sources.known_lists import Known
from bprop.sources.noted import damaged

KEPT = ("header", "missing", "bad_cells", "encoding", "skip_rows")
"""The options that a model keeps for the files of later."""
BAD_CELLS = ("refuse", "missing")


@dataclass(frozen=True)
class ReadOptions:
    """How files and their cells are read. None: inferred from the file.

    encoding : of a text file, such as "cp1252". delimiter : between its cells. header : whether its first row has the
    names of the columns. skip_rows : lines before the header. comment : how lines begin that are left out.
    missing : words that stand for a missing value, beside the usual ones.
    bad_cells : what becomes of a cell that does not fit its column: "refuse" the file, or take it as "missing".
    sheet : of a workbook, its name or number.
    by_position : whether the columns are called x1, x2, ... whatever a header says: for a model whose table had none.
    trained_encoding, trained_skip : the encoding and the lines before the header of the files that a model was trained
    on. They count for a file that is not UTF-8, and for one whose header is below such lines: it has one of
    trained_columns.
    columns : those of the model, or of the table, that the rows are for: they say which columns are lists.
    """

    encoding: str | None = None
    delimiter: str | None = None
    header: bool | None = None
    skip_rows: int = 0
    comment: str | None = None
    missing: tuple[str, ...] = ()
    bad_cells: str = "refuse"
    sheet: str | None = None
    by_position: bool = False
    trained_encoding: str | None = None
    trained_skip: int = 0
    trained_columns: tuple[str, ...] = ()
    columns: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        if self.skip_rows < 0:
            raise SettingError(f"--skip-rows {self.skip_rows}: give a whole number, 0 or more")
        if self.bad_cells not in BAD_CELLS:
            raise SettingError(f"--bad-cells {self.bad_cells}: choose one of {', '.join(BAD_CELLS)}")

    @property
    def of_cells(self) -> ReadOptions:
        """Those that hold for tables in memory too, whose cells are read: the others are for files."""
        return ReadOptions(missing=self.missing, bad_cells=self.bad_cells, columns=self.columns)

    @property
    def known(self) -> Known:
        """The columns of lists that `columns` name."""
        return Known(self.columns)

    def beside(self, columns: Iterable[str]) -> ReadOptions:
        """The same for further files of a table with these columns."""
        return replace(self, columns=tuple(columns))

    def to_notes(self) -> dict[str, Any]:
        """The options that a model keeps, as plain data: those that are not the default."""
        return {name: value for name in KEPT if (value := getattr(self, name)) != getattr(INFERRED, name)}

    @classmethod
    def from_notes(cls, notes: Any) -> ReadOptions:
        """From `to_notes`. Raises DataError, naming the entry, where they are damaged."""
        if not isinstance(notes, Mapping):
            raise damaged("read", notes, "how files are read")
        missing, header = notes.get("missing", ()), notes.get("header")
        if not isinstance(missing, list | tuple) or not all(isinstance(mark, str) for mark in missing):
            raise damaged("missing", missing, "a list of words")
        if header not in (None, True, False):
            raise damaged("header", header, "true or false")
        encoding, skipped, bad = notes.get("encoding"), notes.get("skip_rows", 0), notes.get("bad_cells", "refuse")
        if encoding is not None and not isinstance(encoding, str):
            raise damaged("encoding", encoding, "the name of an encoding")
        if isinstance(skipped, bool) or not isinstance(skipped, int) or skipped < 0:
            raise damaged("skip_rows", skipped, "a number of lines")
        if bad not in BAD_CELLS:
            raise damaged("bad_cells", bad, f"one of {', '.join(BAD_CELLS)}")
        return cls(header=header, missing=tuple(missing), encoding=encoding, skip_rows=skipped, bad_cells=bad)

    def over(self, noted: ReadOptions, columns: Sequence[str] = ()) -> ReadOptions:
        """These options, and where they are the default, those of a model. Marks of missing cells add up.

        columns : those of the model.
        """
        header = noted.header if self.header is None else self.header
        by_position = self.by_position or (self.header is None and noted.header is False)
        missing = tuple(dict.fromkeys((*noted.missing, *self.missing)))
        bad_cells = noted.bad_cells if self.bad_cells == "refuse" else self.bad_cells
        names = tuple(columns) if noted.skip_rows else ()
        return replace(
            self, header=header, by_position=by_position, missing=missing, bad_cells=bad_cells,
            trained_encoding=noted.encoding, trained_skip=noted.skip_rows, trained_columns=names,
        )  # fmt: skip


INFERRED = ReadOptions()
"""Everything is inferred."""
