"""A column of text in polars reads as the same cells in an array of objects."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bprop.forked import POLARS
from bprop.sources.column import READINGS, Column, objects
from bprop.sources.columns import Numeric
from bprop.sources.columns.infer import fit_column
from bprop.sources.frame import Frame, concatenated
from bprop.sources.number_format import PLAIN, NumberFormat
from bprop.sources.text_column import TextColumn

pl = pytest.importorskip("polars", reason="a column of text in polars needs polars")

WORDS = (
    "", "?", "NA", "nan", "-nan", "1", "1.0", "-3", "+5", ".5", "5.", "1e5", "1E400", "1e-400", "inf", "-Infinity",
    "1_000", "0x10", "٣", "yes", "No", "true", "2024-05-31", "31.05.2024 12:30", "café", "a b", "-999", "NULL", None,
    "-", "unknown", "#N/A", "1,5", "1.234", "1.234,5", "1,234.5 €", "$5", "12 kg", "(3)", "5%", "007", "+49 30 123456",
    '="07"', "1.2.3", "12345678901234567", "05/06/2024", "05/31/2024", "31/05/24", "20240531", "2024-05-31T10:00+02:00",
    "14:30", "1h 30m", "cafe\u0301",
)  # fmt: skip
ALIKE = (
    ("1,5", "2,25", "1.234,5", "-"), ("1,234", "5,678", "unknown"), ("007", "01", "12"), ("0.5", "1e3", "-7", ""),
    ("1.234", "2.345", "11.5"), ("1.234", "12.345", "."), ("1.234", "2.3456"), ("1.234", "7."), ("1.234e1", "5.678"),
    ("1234567890123456", "2234567890123456"), ("05/06/2024", "31/05/2024", "-"), ("05/06/2024", "06/05/2024"),
    ("20240531", "20240601", "20249999"), ("yes", "no", "1", "-"), ("5 kg", "6 kg", "x"), ("+5", "6"),
    ("14:30", "26:30:00", "n.a."), ("$1,234", "$5", "($7)"), ("-999", "-999.0", "12"),
)  # fmt: skip
"""Cells of columns of one sort, of which each decides something."""
cell = st.one_of(
    st.sampled_from(WORDS), st.floats().map(repr), st.integers().map(str), st.text(max_size=4).map(str.strip)
)
columns = st.one_of(
    st.lists(cell, min_size=1, max_size=30),
    st.sampled_from(ALIKE).flatmap(lambda words: st.lists(st.sampled_from(words), min_size=1, max_size=30)),
)
marks = st.sampled_from([(), ("-999",), ("a b", "1.0"), ("yes",)])


def alike(one, other):
    for name in READINGS:
        np.testing.assert_equal(getattr(one, name), getattr(other, name), err_msg=name)
    assert one.different == other.different
    assert one.settled == other.settled
    assert one.sample == other.sample and one.looks_like_dates == other.looks_like_dates
    for form in (PLAIN, NumberFormat(",", "."), NumberFormat(suffix="kg", spaced=True)):
        np.testing.assert_equal(one.numbers_as(form), other.numbers_as(form), err_msg=str(form))
    for form in ("", "dmy", "mdy", "%d.%m.%Y %H:%M", "s"):
        np.testing.assert_equal(one.dates_as(form), other.dates_as(form), err_msg=form)


@given(columns, marks)
def test_every_reading_is_that_of_the_same_cells(cells, words):
    alike(TextColumn(pl.Series(cells, dtype=pl.String), words), Column(objects(cells), marks=words))


@given(columns)
def test_the_different_cells_and_their_numbers_give_the_cells(cells):
    for column in (TextColumn(pl.Series(cells, dtype=pl.String)), Column(objects(cells))):
        values, codes = column.distinct
        assert values[codes].tolist() == cells
        assert len(set(values[column.distinct.counts > 0].tolist())) == len(set(cells))
        assert column.distinct.counts.sum() == len(cells)


@given(columns, st.data())
def test_some_rows_are_those_of_the_cells_also_of_readings_made_before(cells, data):
    index = np.array(data.draw(st.lists(st.integers(0, len(cells) - 1), max_size=20)), np.intp)
    column = TextColumn(pl.Series(cells, dtype=pl.String))
    if data.draw(st.booleans()):
        assert column.numbers is column.numbers
        assert column.missing is column.missing
    settle = data.draw(st.booleans())
    alike(column.rows(index, settle), Column(objects(cells)).rows(index, settle))


def test_all_rows_decide_how_some_of_them_are_read():
    cells = ["05/06/2024"] * 30 + ["31/05/2024"]
    for column in (TextColumn(pl.Series(cells)), Column(objects(cells))):
        part = column.rows(np.arange(10))
        assert part.date_reading.order == "dmy" and str(part.dates[0][0])[:10] == "2024-06-05"
        assert column.rows(np.arange(10)).rows(np.arange(3)).date_reading.order == "dmy"
    numbers = ["1.234"] * 30 + ["5,5"]
    for column in (TextColumn(pl.Series(numbers)), Column(objects(numbers))):
        assert column.rows(np.arange(10)).numbers[0].tolist() == [1234.0] * 10


@pytest.mark.parametrize("cells", [["1.5", "-2e3", ""], ["7", "0", "12"], ["?", "NA", "3"], ["1.234", "5.678"]])
def test_a_column_of_plain_numbers_is_read_without_objects_of_python(cells):
    """Not even where all of its rows decide how some of them are read, and where its kind is inferred."""
    whole = Frame("t", {"a": TextColumn(pl.Series(cells * 500))}, str)
    column = whole.rows(np.arange(900)).columns["a"]
    assert isinstance(fit_column("a", Frame("t", {"a": column}, str)), Numeric)
    for one in (column, whole.columns["a"]):
        assert "numbers" in one.__dict__ and "cells" not in one.__dict__
        assert "distinct" not in one.__dict__ or cells[0] == "1.234"  # which may be thousands


def test_text_without_quotes_of_excel_and_letters_beyond_ascii_stays_as_it_is():
    column = TextColumn(pl.Series(["a", None, "b"]))
    assert column.texts is column.cells
    assert TextColumn(pl.Series(['="07"', "e\u0301", "x", None])).texts.tolist() == ["07", "\u00e9", "x", None]


def test_parts_of_a_column_are_put_together():
    parts = [TextColumn(pl.Series(["1", "x"]), ("x",)), TextColumn(pl.Series(["3"]), ("x",))]
    whole = concatenated(parts)
    assert isinstance(whole, TextColumn)
    assert whole.tolist() == ["1", "x", "3"]
    assert whole.missing.tolist() == [False, True, False]


def test_a_forked_process_that_cannot_use_polars_reads_the_same(monkeypatch):
    cells = ["1", "", "yes", "2024-05-31", "x", "x"]
    columns = [TextColumn(pl.Series(cells)) for _ in range(2)]
    monkeypatch.setattr(POLARS, "lost", True)
    alike(columns[0], Column(objects(cells)))
    alike(columns[1].rows(np.array([4, 0, 1])), Column(objects(cells)).rows(np.array([4, 0, 1])))
    assert concatenated(columns).tolist() == cells * 2
