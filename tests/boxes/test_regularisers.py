import numpy as np
import pytest

import bprop as bp
from bprop import boxes


def test_l2_is_the_sum_of_squares_over_all_weights_with_gradient_2W(bare):
    W1, W2 = np.array([[1.0, -2.0]]), np.array([3.0])
    box = bare(boxes.L2)
    assert box.fprop(W1, W2) == 14
    g1, g2 = box.bprop(np.array(0.5), None, W1, W2)
    np.testing.assert_array_equal(g1, W1)
    np.testing.assert_array_equal(g2, W2)


def test_l1_is_the_sum_of_magnitudes_with_gradient_sign_and_0_at_0(bare):
    W = np.array([[1.5, -2.0, 0.0, -0.0]])
    box = bare(boxes.L1)
    assert box.fprop(W) == 3.5
    np.testing.assert_array_equal(box.bprop(np.array(2.0), None, W)[0], [[2, -2, 0, 0]])


@pytest.mark.parametrize("make", [bp.l1, bp.l2])
def test_a_regulariser_is_one_number_for_any_shapes(make):
    assert make(bp.Parameter("W1", (3, 4)), bp.Parameter("W2", (2,)), bp.Parameter("s", ())).dims == ()


def test_weighted_regularisers_add_up_in_a_penalty():
    x, W = bp.Input("x", (2,)), bp.Parameter("W", (2,))
    graph = bp.Graph(loss=bp.sum(x * W, axis=1), penalty=0.5 * bp.l1(W) + 0.25 * bp.l2(W))
    values = graph.fprop({"W": np.array([2.0, -4.0])}, x=[[0.0, 0.0]])
    assert values.penalty == values.objective == 0.5 * 6 + 0.25 * 20
    np.testing.assert_array_equal(graph.bprop(values)["W"], [0.5 + 1.0, -0.5 - 2.0])


def test_weights_stand_one_by_one_or_in_a_list():
    W, b = bp.Parameter("W", (2, 2)), bp.Parameter("b", (2,))
    for omega in (bp.l1, bp.l2):
        assert omega(W, b).children == omega([W, b]).children == (W, b)
