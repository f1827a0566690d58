"""How far each box is."""

import numpy as np

import bprop as bp
from bprop.stepper.boxes import rows, why_no_gradient


def test_a_row_says_how_far_the_value_and_the_gradient_are():
    graph = bp.mlp([3, 4, 2], l2=0.1)
    stepper = bp.Stepper(graph, graph.init(0), {"x": np.eye(3), "y": [0, 1, 1]}, rule=bp.SGD(0.1))
    states = {row.name: (row.value, row.gradient) for row in rows(stepper)}
    assert states["x"] == ("value", "") and states["W2"] == ("value", "not yet") and states["f"] == ("not yet", "none")
    states = {row.name: row.gradient for row in rows(stepper.to("l2_1", "bprop"))}
    assert states["W2"] == "part"
    states = {row.name: (row.gradient, row.here) for row in rows(stepper.to("W1", "update"))}
    assert states["W1"] == ("updated", True) and states["W2"] == ("gradient", False)


def test_without_a_loss_nothing_has_a_gradient():
    graph = bp.Graph(outputs={"h": bp.tanh(bp.Input("x"))})
    stepper = bp.Stepper(graph, {}, {"x": [1.0]}).run()
    assert why_no_gradient(stepper, stepper.plan.slot_of[graph.boxes["h"]]) == "no gradient: the graph has no loss"
