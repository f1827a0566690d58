"""Arrays of examples as frames."""

from pathlib import Path

import numpy as np
import pytest

from bprop import errors
from bprop.sources.formats.arrays import as_examples, check_finite, frame_of_arrays, numbered


def test_a_frame_of_arrays_has_a_block_and_a_target_and_keeps_everything_with_some_of_its_rows():
    whole = frame_of_arrays(
        "t", np.arange(6).reshape(3, 2), np.array(["p", "q", "r"]), ("a", "b"), "kind", "regression"
    )
    some = whole.rows(np.array([2, 0]))
    np.testing.assert_array_equal(some.block.cells, [[4, 5], [0, 1]])
    assert some.column("kind").tolist() == ["r", "p"]
    assert (some.name, some.block.names, some.target, some.task) == ("t", ("a", "b"), ("kind",), "regression")
    assert [some.where(0), some.where(1)] == ["t, row 3", "t, row 1"]
    assert (len(whole), len(some)) == (3, 2)
    assert whole.column("b").tolist() == [1, 3, 5]


def test_a_frame_of_arrays_may_have_no_targets():
    frame = frame_of_arrays("t", np.zeros((2, 2)), None, ("a", "b"), "y").rows(np.array([1]))
    assert list(frame.columns) == ["x"]
    with pytest.raises(errors.DataError, match=r"t: it has no targets \(y\), and they are needed"):
        frame.need_targets(frame.target)


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
    with pytest.raises(errors.DataError, match=f"f: x, row 3: {bad} is not a finite number"):
        as_examples(Path("f"), x)


def test_whole_numbers_and_text_are_finite():
    check_finite(Path("f"), "y", np.arange(3))
    check_finite(Path("f"), "y", np.array(["nan"]))
