"""The area of sheets is known before they are read."""

import io
import sys
import zipfile
from pathlib import Path

import pytest

from bprop import errors
from bprop.sources.formats.sheet_guard import errors_in, need_sound


@pytest.fixture
def books(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    monkeypatch.delitem(sys.modules, "books", raising=False)
    import books

    return books


def changed(content, old, new):
    """A workbook, in whose parts some bytes are others."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name).replace(old, new) for name in archive.namelist()}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in members.items():
            archive.writestr(name, part)
    return file.getvalue()


ROWS = [["a", "b"], [1.0, "x"], [2.0, "y"]]


def test_a_cell_in_the_last_corner_is_refused_before_the_sheet_is_read(books):
    bomb = changed(books.xlsx({"S": ROWS}), b'r="B3"', b'r="XFD1048576"')
    with pytest.raises(errors.DataError, match=r"t.xlsx: the area of xl/worksheets/sheet1.xml takes about 7"):
        need_sound(Path("t.xlsx"), bomb)


def test_a_cell_in_the_last_corner_that_has_a_format_and_no_value_takes_nothing(books):
    need_sound(Path("t.xlsx"), changed(books.xlsx({"S": [*ROWS, [None, None]]}), b'r="B4"', b'r="XFD1048576"'))


def test_cells_that_are_repeated_without_end_are_refused(books):
    content = books.ods({"S": ROWS})
    need_sound(
        Path("t.ods"), changed(content, b"<table:table-row>", b'<table:table-row table:number-rows-repeated="2">')
    )
    bomb = changed(content, b"<table:table-row>", b'<table:table-row table:number-rows-repeated="1048576">')
    bomb = changed(
        bomb, b'office:value-type="string"', b'table:number-columns-repeated="16384" office:value-type="string"'
    )
    with pytest.raises(errors.DataError, match=r"t.ods: the area of content.xml takes about"):
        need_sound(Path("t.ods"), bomb)


def test_a_binary_workbook_is_guarded_too(books):
    need_sound(Path("t.xlsb"), books.xlsb(ROWS))
    far = b"\x05\x10" + (16_000).to_bytes(4, "little") + bytes(12)
    row = b"\x00\x11" + (1_000_000).to_bytes(4, "little") + bytes(13)
    with pytest.raises(errors.DataError, match=r"the area of xl/worksheets/sheet1.bin takes about"):
        need_sound(Path("t.xlsb"), changed(books.xlsb(ROWS), b"\x92\x01\x00", row + far + b"\x92\x01\x00"))


def test_what_unpacks_to_more_than_there_is_room_for_is_refused(books, monkeypatch):
    monkeypatch.setattr("bprop.memory.free", lambda: 10_000)
    monkeypatch.delenv("BPROP_DATA_MEMORY", raising=False)
    with pytest.raises(errors.DataError, match=r"t.xlsx: unpacking its sheets takes about"):
        need_sound(Path("t.xlsx"), changed(books.xlsx({"S": ROWS}), b"<sheetData>", b"<sheetData>" + b" " * 100_000))


def test_errors_are_counted_in_the_sheet_that_is_read(books):
    fault = books.Error("#DIV/0!")
    content = books.xlsx({"A": [["a"], [fault]], "B & C": [["a"], [fault], [fault], [1.0]]})
    assert (errors_in(content, "A"), errors_in(content, "B & C"), errors_in(content, "D")) == (1, 2, 0)
    other = changed(
        books.ods({"S": [["a"], [0], [1]]}), b'office:value="0"', b'office:value="0" calcext:value-type="error"'
    )
    assert errors_in(other, "S") == 1
    assert errors_in(b"PK", "S") == 0
