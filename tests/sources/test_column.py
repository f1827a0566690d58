"""Columns: what cells say is read once."""

from collections import Counter

import numpy as np
import pytest

from bprop.sources import cells
from bprop.sources.column import READINGS, Column


def objects(*values):
    column = np.empty(len(values), object)
    column[:] = values
    return column


@pytest.fixture
def reads(monkeypatch):
    """A count of the calls of each reader of cells."""
    counts = Counter()
    for name in ("missing", "numbers", "words", "dates", "texts"):
        reader = getattr(cells, name)

        def counted(*given, name=name, reader=reader):
            counts[name] += 1
            return reader(*given)

        monkeypatch.setattr(cells, name, counted)
    return counts


def test_each_question_is_answered_by_one_reading(reads):
    column = Column(objects("1", "", "yes", "2024-05-31"))
    for _ in range(3):
        assert column.missing.tolist() == [False, True, False, False]
        assert column.numbers[1].tolist() == [False, False, True, True]
        assert column.booleans[1].tolist() == [False, False, False, True]
        assert column.dates[1].tolist() == [True, False, True, False]
        assert column.texts.tolist() == ["1", "", "yes", "2024-05-31"]
    assert reads == {"missing": 1, "numbers": 1, "words": 1, "dates": 1, "texts": 1}


def test_some_of_the_rows_take_what_was_read_along(reads):
    column = Column(objects("1", "", "yes", "2024-05-31"))
    for name in READINGS:
        getattr(column, name)
    before = reads.copy()
    part = column.rows(np.array([3, 0]))
    fresh = Column(objects("2024-05-31", "1"))
    for name in READINGS:
        for one, other in zip(getattr(part, name), getattr(fresh, name), strict=True):
            np.testing.assert_array_equal(one, other)
    assert reads - before == before  # of `fresh` alone


def test_numbers_that_say_yes_and_no():
    assert Column(np.array([0.0, 1.0, 2.0, np.nan])).booleans[1].tolist() == [False, False, True, False]


def test_different_values_are_counted_without_those_that_are_missing():
    assert Column(objects("a", "b", "a", "", None, "?")).different == 2
    assert Column(np.array([1.0, np.nan, 1.0])).different == 1


def test_a_column_is_taken_as_it_is_and_an_array_is_wrapped():
    column = Column(np.arange(3))
    assert Column.of(column) is column
    assert Column.of([1, 2]).tolist() == [1, 2]
    assert len(column) == 3
