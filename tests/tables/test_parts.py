"""The rows of a table in parts, and their data sets."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.tables.parts import hold_out, part, precision_of


@pytest.mark.parametrize(("size", "share"), [(0, 0), (0.25, 0.25), (1, 0.025), (39, 0.975)])
def test_a_part_is_a_share_or_a_number(size, share):
    assert part(40, size, "test") == pytest.approx(share)


@pytest.mark.parametrize("size", [-0.1, 1.5, 40, float("nan")])
def test_a_part_that_cannot_be(size):
    with pytest.raises(errors.SettingError, match=f"test {size:g}: give a share in .* a whole number below 40"):
        part(40, size, "test")


def test_the_rest_and_the_rows_held_out_are_all_rows(rows):
    frame = bp.table(rows).frame
    rest, held = hold_out(frame, 0.25, 0, "test", True)
    assert sorted([*rest.numbers, *held.numbers]) == list(range(60))
    assert hold_out(frame, 0, 0, "test", True) == (frame, None)


def test_an_error_names_the_row_of_the_table(rows):
    train, _, _ = bp.table(rows).split()
    assert np.array_equal(train.data().numbers, train.frame.numbers)


def test_precisions():
    assert [precision_of(d) for d in ("float32", "bfloat16", "float64", "longdouble")] == [
        "float32", "float32", "float64", "float64",
    ]  # fmt: skip
