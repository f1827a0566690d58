"""The objective of a graph that has none."""

import numpy as np
import pytest

import bprop as bp
from bprop.check.objective import with_objective


def test_squares_of_outputs_are_the_objective():
    x, w = bp.Input("x", (2,)), bp.Parameter("w", (2,))
    graph = with_objective(bp.Graph(outputs={"d h / d x": x * w, "d n / d x": bp.sum(x, axis=1), "d c / d w": w * 2}))
    values = graph.fprop({"w": [1.0, 3.0]}, x=[[1.0, 2.0], [0.0, -1.0]])
    assert float(values.loss) == ((1 + 36 + 9) + (0 + 9 + 1)) / 2 and float(values.penalty) == 4 + 36
    assert set(graph.outputs) == {"d h / d x", "d n / d x", "d c / d w"}


def test_numbers_for_the_whole_batch_have_a_loss_of_0():
    x, w = bp.Input("x"), bp.Parameter("w")
    graph = with_objective(bp.Graph(outputs={"d s / d w": bp.sum(w * x)}))
    values = graph.fprop({"w": 3.0}, x=[1.0, 2.0])
    assert float(values.loss) == 0 and float(values.penalty) == 81
    assert bp.check_gradients(bp.Graph(outputs={"d s / d w": bp.sum(w * x)}), {"w": 3.0}, x=np.ones(2)).ok


def test_a_loss_stays_and_a_graph_of_other_outputs_has_none():
    x, w = bp.Input("x"), bp.Parameter("w")
    graph = bp.Graph(loss=bp.square(w * x))
    assert with_objective(graph) is graph
    with pytest.raises(bp.errors.GraphError, match="no loss"):
        with_objective(bp.Graph(outputs={"n": bp.reshape(bp.Input("k", (2,), "int"), (-1, 2))}))
