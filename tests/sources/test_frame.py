"""Frames: columns as they stand in files."""

import numpy as np
import pytest

from bprop import errors
from bprop.sources.column import Column
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


def test_a_block_is_one_column_whose_parts_are_known_by_name():
    block = Frame("t", {"x": Column(np.arange(6).reshape(3, 2), ("a", "b")), "y": np.arange(3)}, str)
    assert block.block is block.columns["x"]
    assert block.column("b").tolist() == [1, 3, 5]
    assert block.rows(np.array([2])).column("a").tolist() == [4]
    assert len(block) == 3
    with pytest.raises(errors.DataError, match="no column is called 'c'"):
        block.column("c")
    assert frame(a=np.ones(1)).block is None


def test_targets_that_are_not_there_are_named():
    frame(a=np.ones(1)).need_targets(("a",))
    with pytest.raises(errors.DataError, match=r"t.csv: it has no targets \(b, c\), and they are needed"):
        frame(a=np.ones(1)).need_targets(("b", "a", "c"))
    with pytest.raises(errors.DataError, match=r"t.csv: it has no targets, and they are needed"):
        frame(a=np.ones(1)).need_targets(())


def test_a_column_of_finite_numbers_names_what_is_none():
    assert frame(a=objects("1", "2.5")).finite("a", "weight").tolist() == [1, 2.5]
    with pytest.raises(
        errors.DataError, match=r"t, row 2, column 'a': the weight is missing, and so in 1 of 2 rows: leave"
    ):
        frame(a=objects("1", "?")).finite("a", "weight")
    with pytest.raises(errors.DataError, match=r"t, row 1, column 'a': 'x' is not a finite number"):
        frame(a=objects("x", "2")).finite("a", "weight")


def test_names_that_differ_in_unicodes_form_alone_are_those_of_a_model():
    table = Frame("t", {"größe": np.arange(2.0), "b": np.arange(2.0)}, lambda row: f"row {row}")
    old = table.named_as(["gro\u0308ße", "b"])
    assert list(old.columns) == ["gro\u0308ße", "b"]
    assert table.named_as(["größe"]) is table and table.named_as(["c"]) is table


def test_the_parts_of_a_list_or_an_object_are_named():
    frame = Frame("t", {"e.1": np.arange(2), "e.2": np.arange(2)}, str)
    with pytest.raises(errors.DataError, match=r"no column is called 'e', but its parts are: e\.1, e\.2; there are"):
        frame.column("e")
