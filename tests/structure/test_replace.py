import numpy as np

import bprop as bp
from bprop.structure.replace import replaced


def test_another_box_stands_in_the_place_of_one_for_its_parents_the_loss_and_the_outputs():
    x, y, w = bp.Input("x"), bp.Input("y"), bp.Parameter("w", ())
    a = bp.Box.__mul__(x, w)
    f = bp.tanh(a, name="f")
    graph = bp.Graph(loss=bp.squared_error(f, y, name="loss"), penalty=0.5 * bp.l2(w), outputs={"f": f, "a": a})
    after = bp.Graph(**replaced(graph, {a: a * 2.0}))
    theta, data = {"w": np.array(0.5)}, {"x": np.array([1.0, 3.0]), "y": np.zeros(2)}
    values = after.fprop(theta, data)
    np.testing.assert_allclose(values["f"], np.tanh(data["x"]))
    np.testing.assert_allclose(after.predict(theta, x=data["x"])["a"], data["x"])
    assert after.outputs["f"].name == "f" and after.boxes["loss"] is after.loss
    assert graph.fprop(theta, data)["f"][0] == np.tanh(0.5)
    assert after.penalty is graph.penalty


def test_a_graph_in_which_nothing_is_replaced_keeps_its_boxes():
    graph = bp.mlp([3, 4, 2])
    again = replaced(graph, {})
    assert again["loss"] is graph.loss and again["outputs"] == graph.outputs and again["stable"] is True
