import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.graph.plan import Context
from bprop.graph.values import divisor_of, safe_total, weighted_mean, weighted_sum


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
    with pytest.raises(errors.UnknownNameError, match="no gradient for 'x' here"):
        grads["x"]
    assert "x" not in grads and "W" in grads


def test_they_print_their_shapes(graph, values):
    assert "h (2, 2)" in repr(values) and repr(values).startswith("<Values: ")
    assert "W (2,)" in repr(graph.bprop(values)) and repr(graph.bprop(values)).startswith("<Gradients: ")


def test_weighted_mean_of_weights_that_are_all_zero_is_zero():
    losses = np.array([1.0, 2.0])
    assert weighted_mean(losses, np.zeros(2)) == 0
    assert weighted_mean(losses, np.array([1.0, 3.0])) == 1.75
    assert safe_total(np.zeros(3)) == 1 and safe_total(np.array([0.0, 0.25])) == 0.25


@np.errstate(invalid="ignore")
def test_the_mean_leaves_out_examples_of_weight_0():
    losses, weights = np.array([np.inf, 1.0, np.nan, 4.0]), np.array([0.0, 1.0, 0.0, 2.0])
    assert weighted_mean(losses, weights) == 3.0
    assert weighted_sum(losses, weights) == 9.0
    assert np.isnan(weighted_sum(losses, np.ones(4)))
    assert weighted_sum(losses[:2], np.ones(2)) == np.inf
    assert weighted_mean(losses, np.zeros(4)) == 0.0


def test_losses_are_divided_by_what_the_context_says_or_by_the_weights():
    context = Context.of(3, np.dtype("float64"), 0, np.array([1.0, 2.0, 0.0]))
    assert divisor_of(context) == 3
    assert divisor_of(context._replace(divisor=12.0)) == 12
    assert divisor_of(context._replace(weights=np.zeros(3))) == 1
