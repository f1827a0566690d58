"""The operations of an fprop, for any number of examples."""

import numpy as np
import pytest

import bprop as bp
from bprop.onnx.operations import ROWS, line, operations
from bprop.onnx.tensor import UntranslatableError


@pytest.mark.parametrize("slope", [0, 1, -2, 0.25])
@pytest.mark.parametrize("start", [0, 5, -0.5])
def test_a_line_through_three_numbers_is_found(slope, start):
    assert line([slope * rows + start for rows in ROWS]) == pytest.approx((slope, start))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, -0.0])
def test_a_number_that_is_always_the_same_is_kept_as_it_is(value):
    slope, start = line([value] * 3)
    assert slope == 0
    assert repr(start) == repr(value)


@pytest.mark.parametrize(
    "of", [lambda n: 1 / n, lambda n: n * n, lambda n: n % 2 + n // 3, lambda n: np.nan * n + 0 * n]
)
def test_what_is_no_line_is_refused(of):
    values = [of(rows) for rows in ROWS]
    if np.isnan(values[0]):
        values[0] = 1.0
    with pytest.raises(UntranslatableError, match=r"depends on N.*for N = 211"):
        line(values)


def test_sizes_and_numbers_are_kept_for_each_number_of_examples():
    found, arrays = operations(bp.mean(bp.Input("x", (3,)), axis=1), "float32")
    assert [operation.op for operation in found] == ["leaf", "reduce_mean"]
    assert found[0].sizes == (ROWS, (3, 3, 3))
    assert (found[1].args, found[1].sizes, found[1].attr) == ((0,), (ROWS,), ((1,), 0))
    assert not arrays


def test_the_operator_of_a_box_is_recognised_within_another():
    found, _ = operations(bp.silu(bp.Input("x")), "float64")
    assert [type(operation.named).__name__ for operation in found if operation.named] == ["Sigmoid"]
    assert found[-1].dtype == np.float64
