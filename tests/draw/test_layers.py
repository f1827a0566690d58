"""Layers by the lecture's numbering."""

import bprop as bp
from bprop.draw.layers import MANY, layers_of, users_of, wants_collapse


def named(graph, apart=()):
    return {graph.names[box]: number for box, number in layers_of(graph, apart).items()}


def test_weights_go_with_the_layer_that_uses_them():
    graph = bp.mlp([4, 5, 3], dropout=0.5)
    outputs = [graph.loss, graph.outputs["f"]]
    assert named(graph, outputs) == {"a1": 1, "h1": 1, "d1": 1, "a2": 2, "W1": 1, "b1": 1, "W2": 2, "b2": 2}


def test_an_unnamed_box_goes_with_the_layer_below():
    graph = bp.mlp([4, 5, 3], activation=lambda a: bp.tanh(a))
    assert named(graph, graph.roots)["tanh_1"] == 1


def test_a_weight_of_two_layers_is_in_none():
    x, W = bp.Input("x", (3,)), bp.Parameter("W", (3, 3))
    graph = bp.Graph(outputs={"f": bp.tanh(bp.tanh(x @ W, name="h1") @ W, name="h2")})
    assert "W" not in named(graph)


def test_layers_in_a_circle_are_left_apart():
    x = bp.Input("x", (3,))
    a1 = bp.tanh(x, name="a1")
    a2 = bp.tanh(a1, name="a2")
    a3 = bp.tanh(bp.tanh(a2, name="h1"), name="a3")
    graph = bp.Graph(outputs={"f": bp.tanh(a3, name="h3")})
    assert named(graph) == {"a3": 3, "h3": 3}


def test_a_column_with_a_number_in_its_name_is_no_layer():
    graph = bp.tabular([2, 4, 3], {"c1": (9, 2)})
    assert "e_c1" not in named(graph)


def test_many_boxes_are_collapsed_by_themselves():
    few, many = bp.mlp([4, 3]), bp.mlp([4, *[3] * (MANY // 2)])
    assert [wants_collapse(graph, "auto") for graph in (few, many)] == [False, True]
    assert [wants_collapse(few, how) for how in (True, False)] == [True, False]


def test_users_are_counted_once():
    x = bp.Input("x", (3,))
    square = x * x
    graph = bp.Graph(outputs={"f": square})
    assert users_of(graph) == {x: [square], square: []}
