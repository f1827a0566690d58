import numpy as np
import pytest

import bprop as bp
from bprop import errors


@pytest.fixture
def graph():
    x, W = bp.Input("x", (2,)), bp.Parameter("W", (2,))
    h = bp.multiply(x, W, name="h")
    return bp.Graph(loss=bp.sum(h, axis=1), penalty=0.5 * bp.l2(W), outputs={"h": h, "alias": h})


@pytest.fixture
def values(graph):
    return graph.fprop({"W": np.array([1.0, 2.0])}, x=[[1.0, 1.0], [3.0, 0.0]])


def test_values_are_asked_for_by_box_by_name_or_by_output(graph, values):
    h = graph.outputs["h"]
    for key in (h, "h", "alias"):
        np.testing.assert_array_equal(values[key], [[1, 2], [3, 0]])
        assert key in values
    assert set(values) == set(graph.boxes) and len(values) == len(graph.boxes)


def test_unknown_names_and_boxes_of_another_graph_are_refused(graph, values):
    for key in ("nothing", bp.Input("z", (2,))):
        assert key not in values
        with pytest.raises(errors.UnknownNameError):
            values[key]
    with pytest.raises(errors.UnknownNameError, match="no box is called 'nothing'; there are: x, W"):
        values["nothing"]


def test_loss_penalty_and_objective(values):
    assert values.loss == (3 + 3) / 2
    assert values.penalty == 2.5
    assert values.objective == 5.5


def test_the_loss_is_the_weighted_mean(graph):
    theta = {"W": np.array([1.0, 2.0])}
    values = graph.fprop(theta, x=[[1.0, 1.0], [3.0, 3.0]], weights=[1, 3])
    assert values.loss == (3 + 3 * 9) / 4
    assert values.objective == values.loss + values.penalty
    np.testing.assert_array_equal(graph.bprop(values)["h"], np.array([[1, 1], [3, 3]]) / 4)


def test_without_a_penalty_it_is_zero_in_the_dtype_of_the_pass():
    graph = bp.Graph(loss=bp.sum(bp.Input("x", (2,)), axis=1))
    values = graph.fprop({}, x=np.ones((1, 2), np.float32))
    assert values.penalty == 0 and values.objective.dtype == np.float32


def test_without_a_loss_there_is_no_objective():
    graph = bp.Graph(outputs={"f": bp.tanh(bp.Input("x", (2,)))})
    values = graph.fprop({}, x=[[1.0, 2.0]])
    with pytest.raises(errors.GraphError, match="no loss"):
        _ = values.objective
    with pytest.raises(errors.GraphError, match="no loss"):
        graph.bprop(values, "x")


def test_there_is_no_gradient_off_the_way(graph, values):
    grads = graph.bprop(values)
    with pytest.raises(errors.UnknownNameError, match="no gradient of 'x' here"):
        grads["x"]
    assert "x" not in grads and "W" in grads


def test_they_print_their_shapes(graph, values):
    assert "h (2, 2)" in repr(values) and repr(values).startswith("<Values: ")
    assert "W (2,)" in repr(graph.bprop(values)) and repr(graph.bprop(values)).startswith("<Gradients: ")


def test_a_gradient_that_was_not_computed_says_how_to_ask_for_it():
    graph = bp.mlp([3, 4, 2])
    values = graph.fprop(graph.init(), x=np.eye(3), y=[0, 1, 1])
    grads = graph.bprop(values)
    for name, cure in (("x", r"graph.bprop\(values, inputs=\['x'\]\)"), ("f", "stable=False"), ("y", "whole numbers")):
        with pytest.raises(bp.errors.UnknownNameError, match=cure):
            grads[name]
    assert graph.bprop(values, inputs=["x"])["x"].shape == (3, 3)
