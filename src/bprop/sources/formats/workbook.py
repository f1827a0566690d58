"""Workbooks of Excel and LibreOffice: the first sheet with cells, or that of --sheet, as a table of typed cells."""

from __future__ import annotations

import difflib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from bprop.errors import DataError, MissingPackageError, SettingError
from bprop.sources import lists
from bprop.sources.formats.format import Format, Source
from bprop.sources.formats.sheet import Merged, Sheet
from bprop.sources.formats.sheet_guard import errors_in, need_sound
from bprop.sources.frame import Frame
from bprop.sources.limits import some
from bprop.sources.read_options import ReadOptions

OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How the files of Office before 2007 begin, and encrypted ones."""
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


class Workbook(Format):
    """Cells with types; python-calamine reads them."""

    suffixes: ClassVar[tuple[str, ...]] = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
    magic: ClassVar[tuple[bytes, ...]] = (b"PK\x03\x04", OLD)
    gathered = False
    cost: ClassVar[float] = 8  # the sheets are counted apart

    def read(self, source: Source) -> Frame:
        path, options = source.path, source.options
        _need_calamine(path)
        if source.content.startswith(OLD) and ENCRYPTED in source.content:
            raise _encrypted(path)
        need_sound(path, source.content)
        with _damage_said(path):
            from python_calamine import CalamineWorkbook

            book = CalamineWorkbook.from_filelike(io.BytesIO(source.content))
            sheets = [_Sheet(book, number, name) for number, name in enumerate(book.sheet_names)]
        area, remarks = _chosen(path, sheets, options)
        name = area.name
        sheet = Sheet.of(f"{path}, sheet {name!r}", area.rows, area.start, options, area.merged)
        failed = errors_in(source.content, name)
        if failed:
            remarks.append(f"{path}: {failed:,} cells with an error, such as #DIV/0!, are missing")
        remarks.extend(f"{path}: {sentence}" for sentence in sheet.remarks)
        numbers = sheet.numbers

        def place(row: int) -> str:
            return f"{path}, sheet {name!r}, row {numbers[row]}"

        columns, of_lists = lists.apart(sheet.columns, place, options.known)
        remarks.extend(lists.remark(path, of_lists))
        return replace(source.frame(columns, place), remarks=tuple(remarks), read=replace(options, header=sheet.header))


class _Sheet:
    """A sheet that is read when it is asked for."""

    def __init__(self, book: Any, number: int, name: str):
        self.book, self.number, self.name = book, number, name

    def area(self, path: Path) -> Area:
        """Its cells."""
        with _damage_said(path):
            sheet = self.book.get_sheet_by_index(self.number)
            return Area(self.name, sheet.to_python(skip_empty_area=True), sheet.start or (0, 0), _merged(sheet))


class Area(NamedTuple):
    """The cells of a sheet. start : where they begin. merged : areas that are one cell."""

    name: str
    rows: list[list[Any]]
    start: tuple[int, int]
    merged: list[Merged]

    @property
    def is_empty(self) -> bool:
        return all(cell == "" for row in self.rows for cell in row)


def _merged(sheet: Any) -> list[Merged]:
    try:
        return sheet.merged_cell_ranges or []
    except Exception:  # where the kind of file has none
        return []


def _chosen(path: Path, sheets: list[_Sheet], options: ReadOptions) -> tuple[Area, list[str]]:
    """(the sheet that is asked for, or the first with cells; remarks)."""
    if options.sheet is not None:
        area = _asked(path, sheets, options.sheet).area(path)
        if area.is_empty:
            raise DataError(f"{path}, sheet {area.name!r}: the sheet is empty")
        return area, []
    areas = (sheet.area(path) for sheet in sheets)
    full = (area for area in areas if not area.is_empty)
    first = next(full, None)
    if first is None:
        raise DataError(f"{path}: no sheet has any cells ({some(repr(one.name) for one in sheets)})")
    others = [repr(area.name) for area in full]
    if not others:
        return first, []
    return first, [f"{path}: the sheet {first.name!r} is read; --sheet names another: {some(others)}"]


def _asked(path: Path, sheets: list[_Sheet], wanted: str) -> _Sheet:
    """The sheet of a name, in any case, or of a number from 1 on. Raises SettingError, with names that are near."""
    names = [one.name for one in sheets]
    if wanted in names:
        return sheets[names.index(wanted)]
    alike = [one for one in sheets if one.name.strip().casefold() == wanted.strip().casefold()]
    if len(alike) == 1:
        return alike[0]
    if wanted.isdigit() and 1 <= int(wanted) <= len(sheets):
        return sheets[int(wanted) - 1]
    near = difflib.get_close_matches(wanted, names, 1, 0.5)
    advice = f"did you mean {near[0]!r}? there are" if near else "there are"
    raise SettingError(f"--sheet {wanted}: {path} has no such sheet; {advice}: {some(map(repr, names))}")


def _need_calamine(path: Path) -> None:
    if find_spec("python_calamine") is None:
        raise MissingPackageError(f"{path}: reading workbooks needs python-calamine: pip install 'bprop[tables]'")


def _encrypted(path: Path) -> DataError:
    return DataError(f"{path}: the workbook is encrypted: open it with its password, and save it without one")


@contextmanager
def _damage_said(path: Path) -> Iterator[None]:
    """Turns an error of calamine into a DataError."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # it raises a dozen kinds for damaged bytes, and panics are no Exceptions
        why = (str(error).strip() or type(error).__name__).splitlines()[0]
        if "password" in why.lower():
            raise _encrypted(path) from None
        raise DataError(f"{path}: not a workbook, or a damaged one ({why})") from None
