"""The layers of a network: sizes, costs, and weights as pictures."""

from base64 import b64decode

import numpy as np
import pytest

import bprop as bp
from bprop.reporting.layers import boxes_of, first_layer, layers_of, multiply_adds


@pytest.mark.parametrize(
    ("box", "count"),
    [
        (bp.linear(bp.Input("h", (5,)), bp.Parameter("W", (5, 7)), bp.Parameter("b", (7,))), 35),
        (bp.linear(bp.Input("h", (4, 5)), bp.Parameter("W", (5, 7))), 140),
        (bp.linear_transposed(bp.Input("h", (5,)), bp.Parameter("V", (7, 5))), 35),
        (bp.Input("x", (5,)) @ bp.Parameter("w", (5,)), 5),
        (bp.matmul(bp.Input("a", (2, 3)), bp.Input("b", (3, 4))), 24),
        (bp.conv2d(bp.Input("x", (9, 9, 2)), bp.Parameter("W", (3, 3, 2, 4))), 49 * 4 * 18),
        (bp.conv2d(bp.Input("x", (9, 9, 2)), bp.Parameter("W", (3, 3, 1, 4)), groups=2), 49 * 4 * 9),
        (bp.linear_each(bp.Input("h", (5, 3)), bp.Parameter("A", (5, 3, 2))), 30),
        (bp.tanh(bp.Input("a", (5,))), 0),
    ],
)
def test_multiplications_are_counted(box, count):
    assert multiply_adds(box) == count


def test_the_sum_is_that_of_all_layers_and_shared_weights_count_once():
    x, W = bp.Input("x", (4,)), bp.Parameter("W", (4, 4))
    h = bp.tanh(bp.linear(x, W, name="first"))
    f = bp.linear(h, W, name="second")
    found = layers_of(bp.Graph(outputs={"f": f}))
    assert [(row[0], row[3], row[4]) for row in found["layers"]] == [("first", 16, 16), ("second", 0, 16)]
    assert found["parameters"] == 16 and found["multiply_adds"] == 32


def test_boxes_without_a_name_have_their_meaning_for_a_headline():
    boxes = boxes_of(bp.mlp([4, 1], task="regression", target_scaling=(1.0, 2.0)))
    assert boxes["a1"] == [None, "linear"]
    assert boxes["squared_error_1"] == ["squared_error", "squared_error_1"]


def pixels(unit, shape):
    return np.frombuffer(b64decode(unit[2]), np.uint8).reshape(shape).astype(int)


def test_the_weights_of_a_dense_layer_are_pictures_the_largest_first(rng):
    graph = bp.mlp([64, 5, 3])
    params = graph.init(0)
    params["W1"] = rng.normal(size=(64, 5)) * np.array([1, 5, 2, 4, 3])
    found = first_layer(bp.Model(graph, params), (8, 8, 1))
    assert [unit[0] for unit in found["units"]] == [1, 3, 4, 2, 0]
    W = params["W1"][:, 1].reshape(8, 8)
    np.testing.assert_allclose((pixels(found["units"][0], (8, 8)) - 128) / 127, W / abs(W).max(), atol=0.005)


def test_the_kernels_of_a_convolution_are_pictures(rng):
    x, W, V = bp.Input("x", (8, 8, 1)), bp.Parameter("W", (3, 3, 1, 4)), bp.Parameter("V", (144, 2))
    h = bp.relu(bp.conv2d(x, W))
    graph = bp.Graph(outputs={"f": bp.linear(bp.reshape(h, (-1, 144)), V)})
    params = {"W": rng.normal(size=(3, 3, 1, 4)), "V": rng.normal(size=(144, 2))}
    found = first_layer(bp.Model(graph, params), (8, 8, 1))
    assert (found["height"], found["width"], len(found["units"])) == (3, 3, 4)


def test_a_layer_that_does_not_see_the_pictures_is_none():
    graph = bp.mlp([63, 64, 3])
    assert first_layer(bp.Model(graph, graph.init(0)), (8, 8, 1)) is None
    x = bp.Input("x", (64,))
    graph = bp.Graph(outputs={"f": bp.linear(x * bp.Parameter("s", (64,)) + x, bp.Parameter("W", (64, 2)))})
    assert first_layer(bp.Model(graph, graph.init(0)), (8, 8, 1)) is None
