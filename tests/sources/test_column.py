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


def test_text_of_a_typed_file_is_missing_only_where_it_is_none_or_as_asked():
    cells = np.array(["NA", None, "", "x"], object)
    assert Column(cells, typed=True).missing.tolist() == [False, True, False, False]
    assert Column(cells, typed=True, marks=("x",)).missing.tolist() == [False, True, False, True]
    assert Column(cells).missing.tolist() == [True, True, True, False]


def test_words_for_a_missing_value_are_that_where_typed_text_is_of_one_kind():
    numbers = Column(np.array(["NA", None, "", "2"], object), typed=True)
    np.testing.assert_array_equal(numbers.numbers[0], [np.nan, np.nan, np.nan, 2])
    assert not numbers.numbers[1].any()
    dates = Column(np.array(["n/a", "2024-01-02"], object), typed=True)
    assert dates.dates[1].tolist() == [False, False]
    texts = Column(np.array(["None", None, "x"], object), typed=True)
    for reading in (texts.numbers, texts.dates, texts.booleans):
        assert reading[1].tolist() == [True, False, True]


def test_some_rows_of_a_typed_column_are_typed_and_so_is_one_with_other_marks():
    column = Column(np.array(["NA", None], object), typed=True)
    assert not column.rows(np.array([0])).missing.any()
    assert Column.of(column, ("?",)).typed
    assert Column.unreadable(3, "lists").rows(np.array([0, 1])).unread == "lists"


def test_only_words_for_a_missing_value():
    assert Column(np.array(["None", None], object), typed=True).is_words
    assert not Column(np.array(["None", "x"], object), typed=True).is_words
    assert not Column(np.array([None, None], object), typed=True).is_words
    assert not Column(np.array(["None"], object)).is_words
