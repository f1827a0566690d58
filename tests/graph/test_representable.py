"""Numbers that a precision turns into 0 or infinity."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.graph.representable import need_finite, need_more_than_zeros

SINGLE, DOUBLE = np.dtype("float32"), np.dtype("float64")


@pytest.mark.parametrize(
    "good", [[3.4e38, -3.4e38], [0.0], [], [np.inf, 1.0], [np.nan], np.ones(2, "float32"), [10**18]]
)
def test_what_stays_finite_passes(good):
    need_finite("it", np.array(good), SINGLE)


def test_the_first_number_that_becomes_infinite_is_named():
    with pytest.raises(errors.DataError, match=r"it: -1e\+39 at row 1, index \(0,\) becomes infinite in float32"):
        need_finite("it", np.array([[np.inf, 1.0], [-1e39, 1e39]]), SINGLE)
    need_finite("it", np.array([1e39]), DOUBLE)
    if np.finfo(np.longdouble).max > np.finfo(float).max:
        with pytest.raises(errors.DataError, match="becomes infinite in float64"):
            need_finite("it", np.array([np.longdouble("1e400")]), DOUBLE)


def test_an_array_may_lose_what_is_tiny_beside_the_rest_but_not_everything():
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
    with pytest.raises(errors.DataError, match="input 'x': 1e\\+39 at row 0 becomes infinite"):
        graph.fprop(theta, x=data * 1e39, dtype="float32")
    with pytest.raises(errors.DataError, match="parameter 'w': 1e-60 becomes 0"):
        graph.fprop({"w": 1e-60}, x=data, dtype="float32")
    assert graph.fprop({"w": 1e-60}, x=data, weights=[1e-50, 1e-50]).loss == pytest.approx(1e-60)
