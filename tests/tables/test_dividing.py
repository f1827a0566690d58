"""The division of a table into parts: by shares, by rows of the caller, and of what was divided already."""

import numpy as np
import pytest

import bprop as bp
from bprop.errors import SettingError
from bprop.tables.dividing import is_size, parts_of


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    return bp.table({"a": rng.normal(size=50), "b": rng.normal(size=50), "y": rng.normal(size=50)}, "y")


def test_by_default_a_fifth_is_tested_and_a_tenth_of_the_rest_is_watched(table):
    parts = parts_of(table, None, None, 0, None, None)
    assert [len(part) for part in parts] == [36, 4, 10]
    assert parts.validation.trained is parts.train and parts.train.watched is parts.validation


def test_rows_of_the_caller_are_a_part_beside_the_others(table):
    other = bp.table(
        {"a": np.arange(7.0) ** 2, "b": np.arange(7.0) ** 3, "y": [3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]}, "y"
    )
    parts = parts_of(table, 0, other, 0, None, None)
    assert len(parts.train) == 50 and parts.validation is None
    assert len(parts.test) == 7 and parts.test.part == "test" and parts.test.trained is parts.train


def test_a_part_that_was_split_keeps_its_validation_and_takes_no_shares(table):
    train, watched, _ = table.split(test=0.2, validation=0.25)
    parts = parts_of(train, None, None, 0, None, None)
    assert parts.train is train and parts.validation is watched and parts.test is None
    assert parts_of(train, 0, None, 0, None, None).validation is None
    with pytest.raises(SettingError, match=r"test=0.3: these rows were split already"):
        parts_of(train, None, 0.3, 0, None, None)
    with pytest.raises(SettingError, match="by and group say how rows are split"):
        parts_of(train, None, None, 0, "a", None)


@pytest.mark.parametrize(("rows", "size"), [(0.2, True), (5, True), (np.int64(3), True), (True, False), ("a", False)])
def test_sizes_are_numbers(rows, size):
    assert is_size(rows) is size
