"""Rows of sums: refused at the foot of a table, remarked upon as a category."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.sources.column import Column
from bprop.sources.remarks import remarks
from bprop.sources.totals import of_sums


def table(names, **more):
    rows = {"name": names, "size": np.arange(len(names)) / 7, "cost": np.arange(len(names)) * 1.5}
    return bp.table(rows, "cost", **more)


NAMES = ["ant", "bee", "cat", "dog", "eel"] * 6


@pytest.mark.parametrize("word", ["Total", "TOTAL:", "Grand Total", "Summe", "Gesamt", " total ", "Итого"])
def test_a_filled_row_of_sums_at_the_foot_is_refused(word):
    with pytest.raises(errors.DataError, match=r"row 31.*'name'.*looks like a row of sums.*delete this row"):
        table([*NAMES, word])


def test_a_row_of_sums_is_seen_behind_empty_cells():
    rows = {"region": ["n", "s"] * 10 + [None], "year": ["a", "b", "c", "d"] * 5 + ["Total"], "cost": range(21)}
    with pytest.raises(errors.DataError, match=r"'year': 'Total' in the last row alone"):
        bp.table(rows, "cost")


@pytest.mark.parametrize("word", ["average", "fox", "totally", "sum"])
def test_other_words_in_the_last_row_are_categories(word):
    assert len(table([*NAMES, word])) == 31


def test_a_word_that_stands_in_other_rows_too_is_a_category_and_remarked_upon():
    rows = table([*(["ant", "bee", "Total"] * 10)])
    (line,) = remarks(rows.preparation, rows.frame)
    assert line.startswith("column 'name': 10 cells are 'Total': if these rows add up others")
    names = table(NAMES)
    assert remarks(names.preparation, names.frame) == []


def test_a_total_behind_another_first_cell_is_an_example():
    rows = {"id": ["a", "b", "c", "d"] * 5, "kind": ["x", "y"] * 9 + ["x", "Total"], "cost": np.arange(20.0)}
    assert len(bp.table(rows, "cost")) == 20


def test_a_table_of_two_rows_is_not_judged():
    assert of_sums(Column.of(np.array(["ant", "Total", None], object))) == ["Total"]
    assert of_sums(Column.of(np.array(["ant", "Total", None], object)), np.array([0])) == []
