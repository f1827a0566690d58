"""Graphs to draw."""

import numpy as np
import pytest

import bprop as bp


def shared_graph():
    """Weights used twice, a skip connection, two penalties on one weight."""
    x, y = bp.Input("x", (5,)), bp.Input("y", (5,))
    W, b = bp.Parameter("W", (5, 5)), bp.Parameter("b", (5,))
    h1 = bp.tanh(bp.linear(x, W, b, name="a1"), name="h1")
    h2 = bp.tanh(bp.linear(h1, W, b, name="a2"), name="h2")
    h3 = bp.relu(h1 + h2 + x)
    return bp.Graph(
        loss=bp.squared_error(h3 * h1, y), penalty=0.1 * bp.l2(W) + 0.2 * bp.l1(W), outputs={"h": h3, "first": h1}
    )


GRAPHS = {
    "one layer": lambda: bp.mlp([4, 3]),
    "lecture": lambda: bp.mlp([784, 500, 10], l2=1e-4),
    "three layers": lambda: bp.mlp([64, 100, 50, 10], l1=1e-5, l2=1e-4, activation=["relu", "tanh"]),
    "fifty layers": lambda: bp.mlp([8, *[6] * 49, 3], l1=1e-5, l2=1e-4),
    "normalised": lambda: bp.mlp(
        [5, 4, 4, 2], normalise="batch", dropout=0.5, l2=0.1, input_scaling=(np.zeros(5), np.ones(5))
    ),
    "regression": lambda: bp.mlp([3, 4, 1], task="regression", target_scaling=(1.0, 2.0)),
    "table": lambda: bp.tabular([2, 8, 3], {"city": (10, 4), "c1": (20, 5)}, l2=0.1),
    "shared": shared_graph,
    "parameters alone": lambda: bp.Graph(loss=bp.square(bp.Input("x") * bp.Parameter("w", ())), penalty=0.5),
    "outputs alone": lambda: bp.Graph(outputs={"a": bp.Parameter("w", (3,)), "b": 2.0 * bp.Parameter("v", (3,))}),
}


@pytest.fixture(params=GRAPHS)
def graph(request):
    return GRAPHS[request.param]()


def batch(graph, rng, rows=20):
    """theta and a batch of any of these graphs."""
    data = {}
    for name, box in graph.inputs.items():
        whole = box.dtype == "int"
        data[name] = rng.integers(0, 2, (rows, *box.shape)) if whole else rng.normal(size=(rows, *box.shape))
    return graph.init(0), data


@pytest.fixture
def values_of(rng):
    """values_of(graph): (theta, batch)."""
    return lambda graph: batch(graph, rng)
