"""Parameters that are ready for predictions, and whether they are still those of the caller."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.graph.ready import Ready


@pytest.fixture
def graph():
    x, w, b = bp.Input("x", (2,)), bp.Parameter("w", (2,)), bp.Parameter("b", ())
    return bp.Graph(outputs={"f": bp.sum(x * w, axis=1) + b})


def theta():
    return {"w": np.array([1.0, 2.0]), "b": np.array(3.0)}


def test_in_their_own_precision_the_arrays_themselves_are_ready(graph):
    params = theta()
    ready = Ready.of(graph, params, np.dtype("float64"))
    assert ready.graph is graph
    assert list(ready.params) == ["w", "b"]
    assert all(ready.params[name] is params[name] for name in params)
    slots = graph.predictor.parameters
    assert all(ready.start.values[slots[name]] is params[name] for name in params)
    assert ready.start.context.dtype == "float64"


def test_in_another_precision_they_are_copies_which_hold_nothing(graph):
    params = theta()
    params["b"] = params["b"].astype("float32")
    for dtype in ("float32", "float64"):  # one of them has to be copied either way
        ready = Ready.of(graph, params, np.dtype(dtype))
        assert ready.params is None
        assert not ready.holds(graph, params)
        values = [ready.start.values[slot] for slot in graph.predictor.parameters.values()]
        assert [value.dtype for value in values] == [dtype, dtype]


def test_they_hold_for_the_same_graph_and_the_same_arrays_alone(graph):
    params = theta()
    ready = Ready.of(graph, params, np.dtype("float64"))
    assert ready.holds(graph, params)
    assert ready.holds(graph, dict(reversed(params.items())))
    assert not ready.holds(bp.Graph(outputs=graph.outputs), params)
    assert not ready.holds(graph, theta())
    assert not ready.holds(graph, {**params, "b": params["b"].copy()})
    assert not ready.holds(graph, {"w": params["w"]})
    assert not ready.holds(graph, {**params, "c": params["b"]})
    assert not ready.holds(graph, {"w": params["w"], "c": params["b"]})


def test_parameters_that_do_not_fit_are_refused(graph):
    with pytest.raises(errors.ShapeError, match="'w'"):
        Ready.of(graph, {**theta(), "w": np.ones(3)}, np.dtype("float64"))
    with pytest.raises(errors.UnknownNameError, match="'c'"):
        Ready.of(graph, {**theta(), "c": np.ones(3)}, np.dtype("float64"))
