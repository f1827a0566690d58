"""Numbers that a precision turns into 0 or infinity."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.graph.representable import need_finite, need_leaves, need_more_than_zeros, need_total, need_weights

SINGLE, DOUBLE = np.dtype("float32"), np.dtype("float64")


@pytest.mark.parametrize(
    "good", [[3.4e38, -3.4e38], [0.0], [], [np.inf, 1.0], [np.nan], np.ones(2, "float32"), [10**18]]
)
def test_numbers_that_stay_finite_pass(good):
    need_finite("it", np.array(good), SINGLE)


def test_the_first_number_that_becomes_infinite_is_named():
    with pytest.raises(errors.DataError, match=r"it: -1e\+39 at row 1, index \(0,\) becomes infinite in float32"):
        need_finite("it", np.array([[np.inf, 1.0], [-1e39, 1e39]]), SINGLE)
    need_finite("it", np.array([1e39]), DOUBLE)
    if np.finfo(np.longdouble).max > np.finfo(float).max:
        with pytest.raises(errors.DataError, match="becomes infinite in float64"):
            need_finite("it", np.array([np.longdouble("1e400")]), DOUBLE)


def test_an_array_may_lose_its_tiny_elements_but_not_all():
    need_more_than_zeros("it", np.array([1.0, 1e-50]), SINGLE)
    need_more_than_zeros("it", np.zeros(3), SINGLE)
    with pytest.raises(errors.DataError, match="it: 1e-50 at row 1 becomes 0 in float32"):
        need_more_than_zeros("it", np.array([0.0, 1e-50]), SINGLE)
    with pytest.raises(errors.DataError, match="it: 1e-50 at row 1 becomes 0"):
        need_more_than_zeros("it", np.array([1.0, 1e-50]), SINGLE, each=True)


def test_a_pass_refuses_it_by_name():
    x, w = bp.Input("x"), bp.Parameter("w", ())
    graph, data = bp.Graph(loss=x * w), np.ones(2)
    theta = {"w": np.float32(1)}
    with pytest.raises(errors.DataError, match="weights: 1e-50 at row 0 becomes 0 in float32"):
        graph.fprop(theta, x=data.astype("float32"), weights=[1e-50, 1e-50])
    with pytest.raises(errors.DataError, match=r"input 'x': 1e\+39 at row 0 becomes infinite"):
        graph.fprop(theta, x=data * 1e39, dtype="float32")
    with pytest.raises(errors.DataError, match="parameter 'w': 1e-60 becomes 0"):
        graph.fprop({"w": 1e-60}, x=data, dtype="float32")
    assert graph.fprop({"w": 1e-60}, x=data, weights=[1e-50, 1e-50]).loss == pytest.approx(1e-60)


@pytest.mark.parametrize("weights", [[1e-60] * 3, [1e-42] * 3, [2e38] * 3, [0.0, 1e300], [0.0, 0.0]], ids=str)
def test_weights_whose_sum_single_precision_does_not_hold_are_refused(weights):
    with pytest.raises(errors.DataError, match=r"weights: .*, the largest, is out of the range of float32; only their"):
        need_total(np.array(weights), SINGLE)


@pytest.mark.parametrize("weights", [None, [1.0], [0.0, 1e-30], [1e37] * 3, [1.0, 1e-60]], ids=str)
def test_weights_whose_sum_is_a_number_pass(weights):
    need_total(None if weights is None else np.array(weights), SINGLE)


def test_a_pass_refuses_weights_whose_sum_is_infinite():
    x, w = bp.Input("x"), bp.Parameter("w", ())
    with pytest.raises(errors.DataError, match=r"weights: 3e.38, the largest, is out of the range of float32"):
        bp.Graph(loss=x * w).fprop({"w": np.float32(1)}, x=np.ones(2, "float32"), weights=[3e38, 3e38])


# --- at the boundary ---


def test_the_largest_and_the_smallest_number_of_a_precision_pass():
    info = np.finfo(SINGLE)
    largest, least = float(info.max), float(info.tiny)
    need_finite("it", np.array([largest, -largest]), SINGLE)
    need_finite("it", np.array([largest * (1 + 2.0**-25)]), SINGLE)  # it is rounded down to the largest
    with pytest.raises(errors.DataError, match=r"becomes infinite in float32, whose largest is 3\.403e\+38: use dtype"):
        need_finite("it", np.array([largest * (1 + 2.0**-24)]), SINGLE)
    with pytest.raises(errors.DataError, match=r"it: -3\.4028[0-9]*e\+38 at row 0 becomes infinite"):
        need_finite("it", np.array([-largest * (1 + 2.0**-24)]), SINGLE)
    need_more_than_zeros("it", np.array([-least, 0.0]), SINGLE, each=True)
    with pytest.raises(errors.DataError, match=r"becomes 0 in float32, whose smallest is 1\.2e-38: use dtype"):
        need_more_than_zeros("it", np.array([0.99 * least]), SINGLE)


def test_a_number_without_rows_has_no_place():
    with pytest.raises(errors.DataError, match=r"^it: 1e\+39 becomes infinite"):
        need_finite("it", np.array(1e39), SINGLE)
    with pytest.raises(errors.DataError, match=r"^it: 1e-50 becomes 0"):
        need_more_than_zeros("it", np.array(1e-50), SINGLE)


def test_numbers_of_the_same_or_a_narrower_precision_or_whole_ones_always_fit():
    for array in (np.array([1e-44], "float32"), np.array([0, 1]), np.array([6e-8], "float16")):
        need_more_than_zeros("it", array, SINGLE, each=True)
        need_finite("it", array, SINGLE)


def test_one_weight_that_becomes_0_is_refused_beside_others():
    with pytest.raises(errors.DataError, match="w: 1e-50 at row 1 becomes 0"):
        need_weights(np.array([1.0, 1e-50]), SINGLE, "w")
    need_weights(np.array([1.0, 0.0]), SINGLE)
    need_weights(None, SINGLE)
    with pytest.raises(errors.DataError, match=r"^weights: 1e\+39 at row 0 becomes infinite"):
        need_weights(np.array([1e39, 1.0]), SINGLE)


def test_only_parameters_and_constants_of_floats_are_checked():
    boxes = {"c": bp.Constant([1.5, 2.0]), "i": bp.Constant([3])}
    need_leaves({"c": np.array([1.0, 1e-50]), "i": np.array([3])}, boxes, "constant", SINGLE)
    with pytest.raises(errors.DataError, match=r"^constant 'c': 1e-50 at row 0 becomes 0"):
        need_leaves({"c": np.array([1e-50, 0.0])}, boxes, "constant", SINGLE)
    with pytest.raises(errors.DataError, match=r"^constant 'c': 1e\+39 at row 0 becomes infinite"):
        need_leaves({"c": np.array([1e39, 0.0])}, boxes, "constant", SINGLE)
