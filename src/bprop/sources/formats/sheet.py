"""A sheet as a table: where its header stands, which rows and columns belong to it, and what the columns are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bprop.errors import DataError
from bprop.sources.column import Column
from bprop.sources.formats.names import INDEX, named, tidy, unique
from bprop.sources.formats.values import column_of_values, text_of
from bprop.sources.limits import need_few_columns, some
from bprop.sources.read_options import ReadOptions

Row = list[Any]
Merged = tuple[tuple[int, int], tuple[int, int]]
"""(row, column) of the first and of the last cell of a merged area, counted from 0."""
LOOK = 200  # rows in which the header is sought
FULL = 2 / 3  # of the cells of a usual row that a header has at least
NOTE = 1 / 3  # of the cells of a usual row that a note below the table has at most
YEARS = range(1800, 2200)


@dataclass(frozen=True)
class Sheet:
    """columns : by name. numbers : of the rows in the sheet, from 1. header : whether a row had the names.
    remarks : sentences on how it is read."""

    columns: dict[str, Column]
    numbers: list[int]
    header: bool
    remarks: tuple[str, ...]

    @classmethod
    def of(
        cls, who: str, rows: Sequence[Row], start: tuple[int, int], options: ReadOptions, merged: Sequence[Merged] = ()
    ) -> Sheet:  # fmt: skip
        """From the cells of the area that is used, "" where a cell is empty.

        who : its name in errors. start : (row, column) of the first cell, from 0.
        """
        remarks: list[str] = []
        grid = [(start[0] + k + 1, [_cell(cell) for cell in row]) for k, row in enumerate(rows)]
        _fill(grid, start, merged, remarks)
        grid = [(number, row) for number, row in grid if number > options.skip_rows and _filled(row)]
        if not grid:
            raise DataError(f"{who}: no cells are left below --skip-rows {options.skip_rows}")
        wide = {first[0] + 1 for first, last in merged if last[1] > first[1]}
        top = _header_row([(number, row) for number, row in grid[:LOOK]], wide) if options.header is not False else 0
        if top:
            remarks.append(
                f"the rows above row {grid[top][0]} are no part of the table: {some(_titles(grid[:top]), 3)}"
            )
        grid = _without_notes(grid[top:], remarks)
        header = _is_header(grid) if options.header is None else options.header
        if not header and options.header is None:
            remarks.append("it has no header, so its columns are called x1, x2, ... (--header)")
        names, body = (grid[0][1], grid[1:]) if header else ([None] * len(grid[0][1]), grid)
        if not body:
            raise DataError(f"{who}: needs a header and at least one row, and has {len(grid)} rows")
        if header and (grid[0][0], start[1]) != (1, 0) and not top:
            remarks.append(f"the table begins at cell {cell_name(grid[0][0] - 1, start[1])}")
        columns = _columns(who, names if header else None, [row for _, row in body], remarks)
        return cls(columns, [number for number, _ in body], bool(header), tuple(remarks))


def cell_name(row: int, column: int) -> str:
    """How spreadsheets call a cell: B4 for row 3 and column 1."""
    letters, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def _cell(cell: Any) -> Any:
    """A cell; None where it is empty, or holds blanks alone."""
    return None if isinstance(cell, str) and not cell.strip() else cell


def _filled(row: Row) -> int:
    return sum(cell is not None for cell in row)


def _fill(grid: list[tuple[int, Row]], start: tuple[int, int], merged: Sequence[Merged], remarks: list[str]) -> None:
    """The value of an area that is merged over several rows, in each of them."""
    count = 0
    for (top, left), (bottom, _) in merged:
        first, column = top - start[0], left - start[1]
        if bottom > top and 0 <= first < len(grid) and 0 <= column < len(grid[first][1]):
            for number in range(first + 1, min(bottom - start[0] + 1, len(grid))):
                grid[number][1][column] = grid[first][1][column]
            count += 1
    if count:
        remarks.append(f"{count:,} merged areas stand in each of their rows")


def _header_row(grid: Sequence[tuple[int, Row]], wide: set[int]) -> int:
    """The first row that is about as full as those below it: above it there are titles.

    wide : the numbers of rows with cells that are merged over several columns, which are no names of single columns.
    """
    counts = [_filled(row) for _, row in grid]
    for k, (number, row) in enumerate(grid[:-1]):
        below = sorted(counts[k + 1 :])
        usual = below[len(below) // 2]
        if number in wide and counts[k + 1] >= counts[k]:
            continue
        if counts[k] >= FULL * usual or (row[0] is None and counts[k] == usual - 1):
            return k
    return 0


def _titles(grid: Sequence[tuple[int, Row]]) -> list[str]:
    return [repr(next(text_of(cell) for cell in row if cell is not None)[:40]) for _, row in grid]


def _without_notes(grid: list[tuple[int, Row]], remarks: list[str]) -> list[tuple[int, Row]]:
    """The table without the notes below it: rows that are nearly empty, behind an empty row."""
    counts = sorted(_filled(row) for _, row in grid)
    usual, end = counts[len(counts) // 2], len(grid)
    while end > 2 and _filled(grid[end - 1][1]) <= NOTE * usual:
        end -= 1
    if end == len(grid) or grid[end][0] == grid[end - 1][0] + 1:
        return grid
    remarks.append(
        f"the rows from row {grid[end][0]} on are notes, and no part of the table: {some(_titles(grid[end:]), 3)}"
    )
    return grid[:end]


def _is_header(grid: Sequence[tuple[int, Row]]) -> bool:
    """Whether the first row holds names: a cell of it is of another sort than those below it, or nothing speaks for
    cells. Different years are names where other numbers are below them."""
    first, below = grid[0][1], [row for _, row in grid[1:LOOK]]
    if not below:
        return all(isinstance(cell, str) for cell in first if cell is not None)
    years = [cell for cell in first if isinstance(cell, int | float)]
    if years and all(year in YEARS for year in years) and len(set(years)) == len(years):
        return any(isinstance(row[k], float) and row[k] not in YEARS for row in below for k in _numbers_in(first))
    alike = 0
    for k, cell in enumerate(first):
        sorts = [_sort(row[k]) for row in below if row[k] is not None]
        if not sorts or cell is None:
            continue
        usual = max(set(sorts), key=sorts.count)
        if _sort(cell) != usual:
            return True
        alike += usual != "text"
    return not alike


def _numbers_in(row: Row) -> list[int]:
    return [k for k, cell in enumerate(row) if _sort(cell) == "number"]


def _sort(cell: Any) -> str:
    """Of which sort a cell is: "text", "bool", "number" or "date"."""
    if isinstance(cell, str):
        return "text"
    return "bool" if isinstance(cell, bool) else "number" if isinstance(cell, int | float) else "date"


def _columns(who: str, header: Row | None, rows: list[Row], remarks: list[str]) -> dict[str, Column]:
    """{name: column}, without columns that have neither a name nor a cell, and without nameless row numbers."""
    width = max(len(header or []), max(map(len, rows)))
    need_few_columns(who, width)
    values = [[row[k] if k < len(row) else None for row in rows] for k in range(width)]
    if header is None:
        full = [column for column in values if any(cell is not None for cell in column)]
        return {f"x{k}": column_of_values(column) for k, column in enumerate(full, 1)}
    names = ["" if k >= len(header) or header[k] is None else tidy(text_of(header[k])) for k in range(width)]
    used = [k for k in range(width) if names[k] or any(cell is not None for cell in values[k])]
    if len(used) > 1 and INDEX.fullmatch(names[used[0]]) and _are_row_numbers(values[used[0]]):
        remarks.append(f"row numbers are left out: column {names[used[0]] or used[0] + 1}")
        used = used[1:]
    called = [named(names)[k] for k in used]
    nameless = [called[i] for i, k in enumerate(used) if not names[k]]
    if nameless:
        remarks.append(f"columns without a name are called {some(map(repr, nameless), 5)}")
    once = unique(called)
    again = [new for new, old in zip(once, called, strict=True) if new != old]
    if again:
        remarks.append(f"names that come again are now {some(map(repr, again), 5)}")
    return {name: column_of_values(values[k]) for name, k in zip(once, used, strict=True)}


def _are_row_numbers(cells: Sequence[Any]) -> bool:
    whole = all(isinstance(cell, int | float) and not isinstance(cell, bool) and cell == int(cell) for cell in cells)
    return whole and len(set(cells)) == len(cells)
