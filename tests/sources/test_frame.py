"""Frames: columns as they stand in files."""

import numpy as np
import pytest

from bprop import errors
from bprop.sources.frame import Frame, joined


def objects(*cells):
    found = np.empty(len(cells), object)
    found[:] = cells
    return found


def frame(name="t", **columns):
    return Frame(name, columns, lambda row: f"{name}, row {row + 1}", source=f"{name}.csv")


def test_some_rows_still_know_where_they_stand():
    some = frame(a=np.arange(5.0)).rows(np.array([4, 1, 2])).rows(np.array([0, 2]))
    assert some.columns["a"].tolist() == [4, 2]
    assert [some.where(0), some.where(1)] == ["t, row 5", "t, row 3"]
    assert len(some) == 2


def test_a_column_that_is_not_there_lists_those_that_are():
    with pytest.raises(errors.DataError, match=r"t.csv: no column is called 'c'; there are: a, b"):
        frame(a=np.ones(1), b=np.ones(1)).column("c")
    with pytest.raises(errors.DataError, match=r"t.csv: the columns c, d are missing; there are: a"):
        frame(a=np.ones(1)).need(("a", "c", "d"))
    with pytest.raises(errors.DataError, match="the column c is missing"):
        frame(a=np.ones(1)).need(("c",))


def test_files_are_joined_by_the_names_of_their_columns():
    whole = joined("all", [frame("p", a=np.ones(2), b=np.zeros(2)), frame("q", b=np.full(3, 7.0), a=np.arange(3))])
    assert whole.columns["a"].tolist() == [1, 1, 0, 1, 2]
    assert whole.columns["b"].tolist() == [0, 0, 7, 7, 7]
    assert [whole.where(row) for row in (0, 1, 2, 4)] == ["p, row 1", "p, row 2", "q, row 1", "q, row 3"]


def test_a_column_of_numbers_here_and_text_there_is_text():
    whole = joined("all", [frame("p", a=np.array([1.0, 2.5])), frame("q", a=objects("x", None))])
    assert whole.columns["a"].tolist() == ["1", "2.5", "x", None]


def test_files_with_other_columns_are_refused():
    with pytest.raises(errors.DataError, match=r"q.csv has other columns than p.csv: a, b"):
        joined("all", [frame("p", a=np.ones(2)), frame("q", b=np.ones(2))])


def test_whole_numbers_beyond_2_to_the_53_stay_exact_beside_fractions_and_other_whole_numbers():
    big = np.array([2**53 + 1])
    for other, shown in ((np.array([0.5, np.nan]), ["0.5", None]), (np.array([2**63], np.uint64), [str(2**63)])):
        found = joined("t", [frame(a=big), frame(a=other)]).columns["a"]
        assert found.tolist() == ["9007199254740993", *shown]
    assert joined("t", [frame(a=np.array([1])), frame(a=np.array([0.5]))]).columns["a"].cells.dtype == np.float64
