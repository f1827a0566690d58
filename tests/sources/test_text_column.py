"""A column of text in polars reads as the same cells in an array of objects."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bprop.forked import POLARS
from bprop.sources.column import READINGS, Column, objects
from bprop.sources.frame import concatenated
from bprop.sources.text_column import TextColumn

pl = pytest.importorskip("polars", reason="a column of text in polars needs polars")

WORDS = (
    "", "?", "NA", "nan", "-nan", "1", "1.0", "-3", "+5", ".5", "5.", "1e5", "1E400", "1e-400", "inf", "-Infinity",
    "1_000", "0x10", "٣", "yes", "No", "true", "2024-05-31", "31.05.2024 12:30", "café", "a b", "-999", "NULL", None,
)  # fmt: skip
cell = st.one_of(
    st.sampled_from(WORDS), st.floats().map(repr), st.integers().map(str), st.text(max_size=4).map(str.strip)
)
marks = st.sampled_from([(), ("-999",), ("a b", "1.0"), ("yes",)])


def alike(one, other):
    for name in READINGS:
        np.testing.assert_equal(getattr(one, name), getattr(other, name), err_msg=name)
    assert one.different == other.different


@given(st.lists(cell, min_size=1, max_size=30), marks)
def test_every_reading_is_that_of_the_same_cells(cells, words):
    alike(TextColumn(pl.Series(cells, dtype=pl.String), words), Column(objects(cells), marks=words))


@given(st.lists(cell, min_size=1, max_size=30))
def test_the_different_cells_and_their_numbers_give_the_cells(cells):
    for column in (TextColumn(pl.Series(cells, dtype=pl.String)), Column(objects(cells))):
        values, codes = column.distinct
        assert values[codes].tolist() == cells
        assert len(set(values[column.distinct.counts > 0].tolist())) == len(set(cells))
        assert column.distinct.counts.sum() == len(cells)


@given(st.lists(cell, min_size=1, max_size=20), st.data())
def test_some_rows_are_those_of_the_cells_also_of_readings_made_before(cells, data):
    index = np.array(data.draw(st.lists(st.integers(0, len(cells) - 1), max_size=20)), np.intp)
    column = TextColumn(pl.Series(cells, dtype=pl.String))
    if data.draw(st.booleans()):
        assert column.numbers is column.numbers
        assert column.missing is column.missing
    alike(column.rows(index), Column(objects(cells)).rows(index))


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
