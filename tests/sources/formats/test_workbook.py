"""Workbooks of Excel and LibreOffice."""

import datetime
import sys
from pathlib import Path

import numpy as np
import pytest

from bprop import errors
from bprop.sources.chunks import Chunks
from bprop.sources.columns.infer import fit_column
from bprop.sources.formats import Workbook, format_of
from bprop.sources.opening import can_stream, open_rows
from bprop.sources.read_options import ReadOptions

HERE = Path(__file__).parent
pytest.importorskip("python_calamine", reason="workbooks are read by python-calamine")


@pytest.fixture
def books(monkeypatch):
    """The module that makes workbooks."""
    monkeypatch.syspath_prepend(str(HERE))
    monkeypatch.delitem(sys.modules, "books", raising=False)
    import books

    return books


@pytest.fixture
def read(tmp_path, monkeypatch):
    """read(content, **options): the rows of a workbook."""
    monkeypatch.chdir(tmp_path)

    def read(content, name="t.xlsx", **options):
        Path(name).write_bytes(content)
        return open_rows(name, options=ReadOptions(**options))

    return read


ROWS = [["size", "kind"], [1.5, "cat"], [2.0, "dog"], [None, "cat"]]


@pytest.mark.parametrize("suffix", [".xlsx", ".xlsm", ".xlsb", ".ods"])
def test_every_kind_of_workbook_gives_the_same_columns(books, read, suffix):
    write = {".xlsb": lambda: books.xlsb(ROWS), ".ods": lambda: books.ods({"Pets": ROWS})}
    frame = read(write.get(suffix, lambda: books.xlsx({"Pets": ROWS}))(), f"t{suffix}")
    np.testing.assert_array_equal(frame.columns["size"].cells, [1.5, 2, np.nan])
    assert frame.columns["kind"].tolist() == ["cat", "dog", "cat"]
    assert (frame.name, frame.where(1), frame.remarks) == ("t", f"t{suffix}, sheet 'Pets', row 3", ())


def test_a_workbook_of_excel_97(books, read):
    frame = read(books.OLD.read_bytes(), "pets.xls")
    np.testing.assert_array_equal(frame.columns["size"].cells, [1.5, 2, np.nan])
    np.testing.assert_array_equal(frame.columns["share"].cells, [0.25, 0.5, 1])
    assert frame.columns["day"].cells[1] == np.datetime64("2024-02-01")


def test_cells_keep_their_types(books, read):
    day, when = datetime.date(2024, 1, 2), datetime.datetime(2024, 1, 2, 13, 30)
    rows = [["day", "when", "yes", "double", "text", "mixed"], *[[day, when, True, books.Formula(4), "12", "x"]] * 2]
    rows.append([day, when, False, books.Formula(5), "7", 3.0])
    columns = read(books.xlsx({"S": rows})).columns
    assert columns["day"].cells[0] == np.datetime64("2024-01-02")
    assert columns["when"].cells[0] == np.datetime64("2024-01-02T13:30")
    assert columns["yes"].tolist() == ["true", "true", "false"]
    assert columns["double"].tolist() == [4, 4, 5]
    np.testing.assert_array_equal(columns["text"].numbers[0], [12, 12, 7])
    assert columns["mixed"].tolist() == ["x", "x", "3"]


def test_cells_with_an_error_are_missing_and_counted(books, read):
    rows = [["a", "b"], [1.0, "x"], [books.Error("#DIV/0!"), "y"], [books.Error("#N/A"), "x"]]
    frame = read(books.xlsx({"A & B": rows}))
    np.testing.assert_array_equal(frame.columns["a"].cells, [1, np.nan, np.nan])
    assert frame.remarks == ("t.xlsx: 2 cells with an error, such as #DIV/0!, are missing",)


def test_text_is_missing_only_where_a_cell_is_empty(books, read):
    frame = read(books.xlsx({"S": [["a", "b"], ["NA", 1.0], ["x", 2.0], [None, 3.0], ["  ", 4.0]]}))
    assert frame.columns["a"].missing.tolist() == [False, False, True, True]
    assert fit_column("a", frame).categories == ("NA", "x")


def test_the_first_sheet_with_cells_is_read_and_the_others_are_named(books, read):
    content = books.xlsx({"Notes": [[]], "Pets": ROWS, "More": [["a"], [1.0]]})
    frame = read(content)
    assert list(frame.columns) == ["size", "kind"]
    assert frame.remarks == ("t.xlsx: the sheet 'Pets' is read; --sheet names another: 'More'",)
    for sheet in ("More", "more", "3"):
        assert list(read(content, sheet=sheet).columns) == ["a"]
    with pytest.raises(
        errors.SettingError, match=r"no such sheet; did you mean 'Pets'\? there are: 'Notes', 'Pets', 'M"
    ):
        read(content, sheet="Pet")
    with pytest.raises(errors.DataError, match=r"t.xlsx, sheet 'Notes': the sheet is empty"):
        read(content, sheet="1")
    with pytest.raises(errors.DataError, match=r"t.xlsx: no sheet has any cells \('Notes'\)"):
        read(books.xlsx({"Notes": [[]]}))


def test_a_sheet_of_what_has_none_is_refused(read):
    with pytest.raises(errors.SettingError, match=r"--sheet Pets: t.csv is no workbook, and has no sheets"):
        read(b"a,b\n1,x\n2,y\n", "t.csv", sheet="Pets")
    with pytest.raises(errors.SettingError, match=r"--sheet Pets: t.csv is no workbook, and has no sheets"):
        next(iter(Chunks("t.csv", options=ReadOptions(sheet="Pets"))))


def test_a_table_in_the_middle_of_a_sheet(books, read):
    frame = read(books.xlsx({"S": [["Report 2024", None], [None, None], *ROWS]}, start=(2, 1)))
    assert list(frame.columns) == ["size", "kind"]
    assert frame.where(0) == "t.xlsx, sheet 'S', row 6"
    assert frame.remarks == ("t.xlsx: the rows above row 5 are no part of the table: 'Report 2024'",)


def test_merged_cells_stand_in_each_of_their_rows(books, read):
    rows = [["group", "x"], ["a", 1.0], [None, 2.0], ["b", 3.0]]
    frame = read(books.xlsx({"S": rows}, merged=["A2:A3"]))
    assert frame.columns["group"].tolist() == ["a", "a", "b"]
    assert frame.remarks == ("t.xlsx: 1 merged areas stand in each of their rows",)


def test_an_encrypted_workbook_is_told(books, read):
    content = books.OLD.read_bytes()[:512] + bytes(100) + "EncryptedPackage".encode("utf-16-le") + bytes(100)
    with pytest.raises(errors.DataError, match=r"t.xlsx: the workbook is encrypted: open it with its password"):
        read(content)


def test_without_calamine_the_extra_is_named(books, read, monkeypatch):
    monkeypatch.setattr("bprop.sources.formats.workbook.find_spec", lambda name: None)
    with pytest.raises(errors.MissingPackageError, match=r"t.xlsx: .*pip install 'bprop\[tables\]'"):
        read(books.xlsx({"S": ROWS}))


@pytest.mark.parametrize("kind", ["xlsx", "xlsb", "ods", "xls"])
def test_damaged_bytes_are_refused_or_read(books, read, kind):
    write = {"xlsb": lambda: books.xlsb(ROWS), "ods": lambda: books.ods({"S": ROWS}), "xls": books.OLD.read_bytes}
    content = write.get(kind, lambda: books.xlsx({"S": ROWS}))()
    rng = np.random.default_rng(0)
    for _ in range(60):
        damaged = bytearray(content)
        for place in rng.integers(0, len(content), 3):
            damaged[place] = rng.integers(0, 256)
        try:
            read(bytes(damaged[: rng.integers(len(content) // 2, len(content) + 1)]), f"t.{kind}")
        except (errors.DataError, errors.SettingError) as error:
            assert f"t.{kind}" in str(error)


def test_a_workbook_cannot_be_streamed(books, read):
    read(books.xlsx({"S": ROWS}))
    assert not can_stream("t.xlsx")
    with pytest.raises(errors.UnsupportedError, match=r"t.xlsx: .xlsx files cannot be read piece by piece"):
        next(format_of("t.xlsx").scan(Path("t.xlsx")))


def test_a_workbook_by_another_name_is_read_as_one(books, read):
    frame = read(books.xlsx({"S": ROWS}), "t.csv")
    assert (list(frame.columns), frame.remarks) == (
        ["size", "kind"], ("t.csv: it is read as .xlsx, which it is by its content",),
    )  # fmt: skip
    assert type(format_of("t.xls")) is Workbook


def test_text_that_is_called_a_workbook_is_read_as_text(read):
    frame = read(b"size\tkind\n1\tcat\n2\tdog\n", "t.xls")
    assert frame.columns["size"].tolist() == ["1", "2"]
    assert frame.remarks[0] == "t.xls: it is read as .csv, which it is by its content"


def test_lists_as_text_are_taken_apart(books, read):
    frame = read(books.xlsx({"S": [["e", "a"], ["[1, 2.5]", 3], [None, 4]]}))
    assert list(frame.columns) == ["e.1", "e.2", "a"]
    np.testing.assert_array_equal(frame.columns["e.2"].cells, [2.5, np.nan])
    assert any("the lists of e" in remark for remark in frame.remarks)
