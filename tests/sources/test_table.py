"""Tables: what every source gives."""

from pathlib import Path

import numpy as np
import pytest

from bprop import errors
from bprop.sources.table import MOST_CLASSES, Table, as_examples, check_finite, numbered


def table(y, task=None):
    y = None if y is None else np.asarray(y)
    return Table("t", np.zeros((2 if y is None else len(y), 2)), y, ("a", "b"), task=task)


def test_its_length_is_the_number_of_examples():
    assert len(table([0, 1, 2])) == 3


def test_rows_keep_everything_else():
    whole = Table("t", np.arange(6).reshape(3, 2), np.array(["p", "q", "r"]), ("a", "b"), "kind", "classification")
    some = whole.rows(np.array([2, 0]))
    np.testing.assert_array_equal(some.x, [[4, 5], [0, 1]])
    assert some.y.tolist() == ["r", "p"]
    assert (some.name, some.columns, some.target, some.task) == ("t", ("a", "b"), "kind", "classification")


def test_rows_of_a_table_without_targets():
    assert table(None).rows(np.array([1])).y is None


def test_missing_targets_are_an_error_where_they_are_needed():
    with pytest.raises(errors.DataError, match="t: there are no targets"):
        table(None).need_y()


@pytest.mark.parametrize(
    ("y", "task"),
    [
        (["cat", "dog", "cat"], "classification"),
        ([True, False, True], "classification"),
        ([0, 1, 0, 1], "classification"),
        ([3.0, 7.0, 3.0, 7.0], "classification"),
        ([0.5, 1.0, 1.5, 2.0], "regression"),
        (np.arange(50), "regression"),
        (np.arange(2), "classification"),
        (np.repeat(np.arange(MOST_CLASSES), 3), "classification"),
        (np.repeat(np.arange(MOST_CLASSES + 1), 3), "regression"),
    ],
)
def test_the_task_is_guessed_from_the_targets(y, task):
    assert table(y).guess_task() == task


def test_the_source_may_say_the_task():
    assert table([0, 1, 0, 1], task="regression").guess_task() == "regression"


def test_names_for_columns_without_any():
    assert numbered(3) == ("x1", "x2", "x3")


def test_examples_of_any_shape_become_rows():
    x = np.arange(24).reshape(2, 3, 4)
    np.testing.assert_array_equal(as_examples(Path("f"), x), x.reshape(2, 12))


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 2, 2)])
def test_no_examples_are_an_error(shape):
    with pytest.raises(errors.DataError, match="f: there are no examples"):
        as_examples(Path("f"), np.zeros(shape))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_not_finite_is_named_by_its_row(bad):
    x = np.zeros((4, 2))
    x[2, 1] = bad
    with pytest.raises(errors.DataError, match=f"f: x, row 2: {bad} is not a finite number"):
        as_examples(Path("f"), x)


def test_whole_numbers_and_text_are_finite():
    check_finite(Path("f"), "y", np.arange(3))
    check_finite(Path("f"), "y", np.array(["nan"]))
