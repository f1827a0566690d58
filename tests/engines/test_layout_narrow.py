"""Which weights are kept as (outputs, inputs): those with outputs for less than a vector, unseen by the user."""

import numpy as np
import pytest

import bprop as bp
from bprop.data import DataSet
from bprop.engines import Job
from bprop.engines.layout import narrow_weights

VECTOR_BYTES = 32  # 8 values of float32, 4 of float64


class Whole(bp.SGD):
    """A rule that may look at whole matrices."""

    elementwise = False


def names(graph, dtype="float32", rule=None):
    data = DataSet({"x": np.ones((2, *graph.inputs["x"].shape)), "y": np.zeros(2, int)})
    job = Job(graph, rule or bp.SGD(0.1), data, 1, np.dtype(dtype), 0)
    return set(narrow_weights(job, VECTOR_BYTES // job.dtype.itemsize))


@pytest.mark.parametrize(
    ("shape", "narrow"),
    [((8, 7), True), ((8, 8), False), ((7, 7), False), ((100, 2), True), ((100, 1), False), ((100, 9), False)],
)
def test_few_outputs_and_a_vector_of_inputs(shape, narrow):
    x, y = bp.Input("x", shape[:1]), bp.Input("y", (), dtype="int")
    logits = bp.linear(x, bp.Parameter("W", shape), bp.Parameter("b", shape[1:]))
    assert names(bp.Graph(loss=bp.cross_entropy(logits, y))) == ({"W"} if narrow else set())


def test_the_lanes_are_those_of_the_precision():
    graph = bp.mlp([40, 5, 3])
    assert names(graph) == {"W1"}  # 5 inputs of W2 are no vector of 8
    assert names(graph, "float64") == {"W2"}  # 5 outputs of W1 are more than a vector of 4


def test_only_where_the_layout_is_the_engines_choice():
    graph = bp.mlp([40, 5, 3])
    assert names(graph, rule=bp.Adam()) == {"W1"}
    assert names(graph, rule=Whole(0.1)) == set()
    x, y, W = bp.Input("x", (40,)), bp.Input("y", (), dtype="int"), bp.Parameter("W", (40, 5))
    loss = bp.cross_entropy(bp.linear(x, W, bp.Parameter("b", (5,))), y)
    assert names(bp.Graph(loss=loss, penalty=1e-3 * bp.l2(W))) == {"W"}
    assert names(bp.Graph(loss=loss, penalty=1e-3 * bp.sum(bp.square(W)))) == set()
