"""Facts of a workbook before its sheets are read: the area that they take, and the cells with an error.

A cell in the last corner of a sheet would make the reader take memory for all cells before it.

Sources: ECMA-376 (SpreadsheetML: c, r, t="e"), [MS-XLSB] (BrtRowHdr, cells), OpenDocument 1.3 (number-...-repeated).
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import unescape

from bprop.sources.limits import need_room

CELL = 48  # bytes of memory for a cell of the area, also an empty one
XML = 4  # bytes of memory for a byte of XML
_XLSX = re.compile(rb'<c\s(?:[^>]*\s)?r="([A-Z]{1,3})(\d{1,7})"[^>]*[^/>]>')
_ROW = re.compile(rb"<table:table-row\b([^>]*)>|<table:(?:covered-)?table-cell\b([^>]*)>")
_REPEATED = re.compile(rb'number-(?:rows|columns)-repeated="(\d{1,9})"')
_SHEET = re.compile(rb'<(?:\w+:)?sheet\s[^>]*?name="([^"]*)"[^>]*?r?:?id="([^"]*)"')
_TARGET = re.compile(rb"<Relationship\s[^>]*>")
_ERROR = re.compile(rb'<c\s[^>]*\bt="e"')
_ROWS, _CELLS = 0, range(1, 12)  # records of .xlsb


def need_sound(path: Path, content: bytes) -> None:
    """Raise DataError where the sheets of a workbook would take more memory than there is."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = archive.infolist()
    except Exception:  # of damaged bytes zipfile raises a dozen kinds; the reader names the fault
        return
    need_room(path, XML * sum(member.file_size for member in members), "unpacking its sheets")
    for member in members:
        try:
            area = _area(member.filename, archive)
        except Exception:  # as above
            continue
        need_room(path, float(CELL) * area, f"the area of {member.filename}")


def _area(name: str, archive: zipfile.ZipFile) -> int:
    """The cells of the area that a part of a workbook fills; 0 where it is no sheet."""
    if "worksheets/" in name and name.endswith(".xml"):
        cells = [(int(match[2]), _column(match[1])) for match in _XLSX.finditer(archive.read(name))]
    elif "worksheets/" in name and name.endswith(".bin"):
        cells = list(_binary_cells(archive.read(name)))
    elif name == "content.xml":
        return _open_area(archive.read(name))
    else:
        return 0
    if not cells:
        return 0
    rows, columns = zip(*cells, strict=True)
    return (max(rows) - min(rows) + 1) * (max(columns) - min(columns) + 1)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number


def _open_area(content: bytes) -> int:
    """The area of the sheets of an OpenDocument file, whose rows and cells may be repeated."""
    area = rows = width = across = repeat = 0
    for match in _ROW.finditer(content):
        attributes = match[1] if match[1] is not None else match[2]
        repeated = _REPEATED.search(attributes)
        count = int(repeated[1]) if repeated else 1
        if match[1] is not None:
            rows, repeat, across = rows + count, count, 0
            continue
        across += count
        if b"value-type" in attributes:
            width = max(width, across)
            area = max(area, rows * width)
    return area if repeat or rows else 0


def _binary_cells(content: bytes) -> Iterator[tuple[int, int]]:
    """(row, column) of the cells of a sheet of an .xlsb file."""
    place = row = 0
    while place < len(content):
        kind, place = _varint(content, place, 2)
        size, place = _varint(content, place, 4)
        if kind == _ROWS:
            row = struct.unpack_from("<I", content, place)[0]
        elif kind in _CELLS:
            yield row, struct.unpack_from("<I", content, place)[0]
        place += size


def _varint(content: bytes, place: int, most: int) -> tuple[int, int]:
    value = 0
    for k in range(most):
        byte = content[place + k]
        value |= (byte & 127) << 7 * k
        if byte < 128:
            return value, place + k + 1
    return value, place + most


def errors_in(content: bytes, sheet: str) -> int:
    """The cells with an error, such as #DIV/0!, of a sheet of an .xlsx or .ods file; 0 of the other kinds."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        if "content.xml" in archive.namelist():
            return _open_errors(archive.read("content.xml"), sheet)
        part = _part_of(archive, sheet)
        return len(_ERROR.findall(archive.read(part))) if part.endswith(".xml") else 0
    except Exception:  # of a workbook that was read this is a count and no more
        return 0


def _open_errors(content: bytes, sheet: str) -> int:
    tables = re.split(rb"<table:table\s", content)[1:]
    named = [table for table in tables if _text(re.search(rb'table:name="([^"]*)"', table)) == sheet]
    return len(re.findall(rb'calcext:value-type="error"', named[0])) if named else 0


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """The member that holds a sheet."""
    ids = {unescape(m[1].decode(), {"&quot;": '"'}): m[2] for m in _SHEET.finditer(archive.read("xl/workbook.xml"))}
    for match in _TARGET.findall(archive.read("xl/_rels/workbook.xml.rels")):
        if b'Id="' + ids[sheet] + b'"' in match:
            target = _text(re.search(rb'Target="([^"]*)"', match))
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return ""


def _text(match: re.Match[bytes] | None) -> str:
    return "" if match is None else unescape(match[1].decode(), {"&quot;": '"'})
