"""Graphs as plain data: copies, pickles and descriptions give the same graph."""

import copy
import pickle

import numpy as np
import pytest

import bprop as bp


class Tent(bp.Box):
    """max(0, w - |a|), elementwise. Shapes: a (N, ...) -> (N, ...)."""

    width: float = 1.0

    def fprop(self, a):
        xp = bp.namespace(a)
        return xp.maximum(self.width - xp.abs(a), 0)

    def bprop(self, grad, value, a):
        xp = bp.namespace(a)
        return xp.where(value > 0, -grad * xp.sign(a), 0)


X, Y = np.linspace(-1, 1, 12).reshape(4, 3), np.array([0, 1, 1, 0])


def network():
    x, y, W = bp.Input("x", (3,)), bp.Input("y", dtype="int"), bp.Parameter("W", (3, 2))
    f = bp.softmax(Tent(x @ W, width=0.7))
    return bp.Graph(loss=bp.nll(f, y), outputs={"f": f})


def by_skops(graph):
    state = graph.__getstate__()
    back = bp.Graph.__new__(bp.Graph)
    back.__setstate__(pickle.loads(pickle.dumps(state)))
    return back


@pytest.mark.parametrize(
    "way",
    [lambda g: pickle.loads(pickle.dumps(g)), copy.deepcopy, by_skops,
     lambda g: bp.Graph.from_description(g.describe(), [Tent])],
    ids=["pickle", "deepcopy", "skops", "description"],
)  # fmt: skip
def test_the_graph_that_comes_back_computes_the_same(way):
    graph = network()
    back = way(graph)
    assert type(back) is bp.Graph and back is not graph and back.describe() == graph.describe()
    theta = graph.init()
    one, two = graph.fprop(theta, x=X, y=Y), back.fprop(theta, x=X, y=Y)
    assert one.objective == two.objective
    np.testing.assert_array_equal(graph.bprop(one)["W"], back.bprop(two)["W"])


def test_only_boxes_that_are_not_bprops_travel_as_classes():
    assert network().__getstate__()["boxes"] == [Tent]
    assert bp.mlp([3, 2]).__getstate__()["boxes"] == []
