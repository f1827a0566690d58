"""The total weight of a batch."""

import numpy as np
import pytest

import bprop as bp


def value(weights, **settings):
    x = bp.Input("x", (3,))
    graph = bp.Graph(outputs={"w": bp.batch_weight(x)}, loss=bp.sum(x * bp.Parameter("p", ()), axis=1))
    return graph.fprop({"p": 1.0}, x=np.ones((4, 3)), weights=weights, **settings)["w"]


def test_it_is_the_number_of_examples_where_all_weigh_one():
    assert value(None) == 4


def test_it_is_the_sum_of_their_weights():
    assert value([0.5, 0.0, 2.0, 1.0]) == 3.5


def test_it_never_is_zero_so_that_one_may_divide_by_it():
    (box,) = (b for b in [bp.batch_weight(bp.Input("x", (3,)))])
    assert box.fprop(np.ones((2, 3)), np.zeros(2)) == 1


def test_a_penalty_can_be_weighed_by_the_batch():
    x, W = bp.Input("x", (3,)), bp.Parameter("W", (3,))
    loss = bp.sum(x * W, axis=1) + bp.l2(W) / bp.batch_weight(x)
    graph = bp.Graph(loss=loss)
    theta = {"W": np.array([1.0, 2.0, 3.0])}
    grads = graph.bprop(graph.fprop(theta, x=np.zeros((5, 3))))
    assert np.allclose(grads["W"], 2 * theta["W"] / 5)
    assert bp.check_gradients(graph, theta, x=np.ones((5, 3))).ok


def test_a_child_without_a_batch_axis_is_refused():
    with pytest.raises(bp.errors.ShapeError, match="batch axis"):
        bp.batch_weight(bp.Parameter("W", (3,)))
