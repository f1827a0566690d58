"""The gradient of each example with respect to one weight."""

import numpy as np
import pytest

import bprop as bp
from bprop.playing.per_example import gradients_of_examples

ROWS = 6


def examples(graph, name, index, data):
    """(the gradients of all examples, those of passes of one row)."""
    theta = graph.init(seed=1)
    values = graph.fprop(theta, data)
    each = [
        graph.bprop(graph.fprop(theta, {n: a[i : i + 1] for n, a in data.items()}))[name][index] for i in range(ROWS)
    ]
    return gradients_of_examples(graph, theta, values, name, index, ROWS), np.array(each)


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    return {"x": rng.normal(size=(ROWS, 3)), "y": rng.integers(0, 2, ROWS)}


@pytest.mark.parametrize("name, index", [("W1", (2, 1)), ("b1", (0,)), ("W2", (3, 1)), ("b2", (1,))])
def test_they_are_the_gradients_of_passes_of_one_row(data, name, index):
    fast, slow = examples(bp.mlp([3, 4, 2]), name, index, data)
    assert fast == pytest.approx(slow, rel=1e-10)


def test_a_weight_that_is_used_twice_has_both_parts(data):
    x, y, W = bp.Input("x", (3,)), bp.Input("y", dtype="int"), bp.Parameter("W", (3, 3))
    h = bp.tanh(bp.linear(x, W))
    graph = bp.Graph(loss=bp.cross_entropy(bp.linear(h, W) + bp.linear(x, W), y))
    fast, slow = examples(graph, "W", (0, 2), data)
    assert fast == pytest.approx(slow, rel=1e-10)


def test_a_parameter_that_no_example_reaches_has_zeros(data):
    x, y, w, v = bp.Input("x", (3,)), bp.Input("y", dtype="int"), bp.Parameter("w", (3, 2)), bp.Parameter("v", (2,))
    graph = bp.Graph(loss=bp.cross_entropy(bp.linear(x, w), y), outputs={"a": v})
    theta = graph.init(seed=0)
    values = bp.Graph(loss=graph.loss).fprop({"w": theta["w"]}, data)
    assert not gradients_of_examples(graph, theta, values, "v", (0,), ROWS).any()
