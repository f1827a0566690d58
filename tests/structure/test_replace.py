import numpy as np
import pytest

import bprop as bp
from bprop import errors
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


def network():
    return bp.mlp([3, 4, 4, 2])


X = np.random.default_rng(0).normal(size=(5, 3))


def test_several_boxes_are_replaced_each_on_top_of_the_others():
    graph = network()
    h1, h2 = bp.relu(graph.boxes["a1"]), bp.sigmoid(graph.boxes["a2"])
    after, theta = graph.replace({"h1": h1, graph.boxes["h2"]: h2}), graph.init(0)
    values = after.fprop(theta, x=X, y=np.zeros(5, int))
    first = np.maximum(X @ theta["W1"] + theta["b1"], 0)
    second = 1 / (1 + np.exp(-(first @ theta["W2"] + theta["b2"])))
    np.testing.assert_allclose(values["h2"], second)
    assert (after.boxes["h1"].name, after.boxes["h2"].name) == ("h1", "h2")
    assert after.boxes["h1"].children == (graph.boxes["a1"],)


def test_a_new_box_may_be_made_of_the_old_one_at_any_depth():
    graph, theta = network(), network().init(0)
    h1 = graph.boxes["h1"]
    after = graph.replace(h1, 2.0 * bp.tanh(h1 + bp.square(h1)))
    before = np.tanh(X @ theta["W1"] + theta["b1"])
    values = after.fprop(theta, x=X, y=np.zeros(5, int))
    np.testing.assert_allclose(values["h1"], before)
    np.testing.assert_allclose(values["a2"], 2 * np.tanh(before + before**2) @ theta["W2"] + theta["b2"])


def test_wrapped_boxes_stand_on_top_of_each_other():
    graph, theta = network(), network().init(0)
    after = graph.replace({name: 0.5 * graph.boxes[name] for name in ("h1", "h2")})
    half = 0.5 * np.tanh(X @ theta["W1"] + theta["b1"])
    last = 0.5 * np.tanh(half @ theta["W2"] + theta["b2"]) @ theta["W3"] + theta["b3"]
    np.testing.assert_allclose(after.fprop(theta, x=X, y=np.zeros(5, int))["a3"], last)


def test_the_old_graph_stays_and_its_theta_fits_the_new_one():
    graph = network()
    names = list(graph.boxes)
    after = graph.replace("h1", bp.relu(graph.boxes["a1"]))
    assert list(graph.boxes) == names
    assert after.parameters == graph.parameters
    assert after.predict(graph.init(0), x=X).shape == (5, 2)


def test_the_loss_and_an_output_can_be_replaced():
    graph = network()
    y = bp.Input("t", (2,))
    after = graph.replace({"loss": bp.squared_error(graph.boxes["a3"], y), "f": graph.boxes["a3"]})
    assert list(after.inputs) == ["x", "t"]
    assert after.outputs["f"] is graph.boxes["a3"]


def test_an_output_that_takes_its_name_from_the_graph_keeps_it():
    x = bp.Input("x", (3,))
    graph = bp.Graph(outputs={"f": bp.tanh(x)})
    assert isinstance(graph.replace("f", bp.relu(x)).boxes["f"], bp.Relu)


def test_a_replaced_graph_is_saved_and_loaded(tmp_path):
    graph = network()
    after, theta = graph.replace("h1", bp.relu(graph.boxes["a1"])), network().init(0)
    bp.save(tmp_path / "m.bprop", bp.Model(after, theta))
    loaded = bp.load(tmp_path / "m.bprop")
    np.testing.assert_array_equal(loaded.predict(x=X), after.predict(theta, x=X))
    assert loaded.graph.describe() == after.describe()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (lambda g: ("H1", g.boxes["h1"]), errors.UnknownNameError, "no box is called 'H1'.*did you mean 'h1'"),
        (lambda g: (bp.Input("z"), g.boxes["h1"]), errors.UnknownNameError, "is not in this graph"),
        (lambda g: ("h1",), errors.SettingError, "needs the box that stands in the place"),
        (lambda g: ({"h1": g.boxes["h2"]}, g.boxes["h1"]), errors.SettingError, "not both"),
        (lambda g: ("h1", bp.Input("z", (7,))), errors.ShapeError, r"Linear 'a2' does not fit.*h=Input 'z' \(N, 7\)"),
        (lambda g: ("h1", bp.relu(g.boxes["a1"], name="h2")), errors.GraphError, "two boxes have the name 'h2'"),
        (lambda g: ({"h1": bp.relu(g.boxes["a1"]), "h2": bp.relu(g.boxes["x"] @ bp.Parameter("V", (3, 4)))},),
         errors.GraphError, "the box in the place of 'h1' is not used in the new graph"),
        (lambda g: ("a1", bp.tanh(g.boxes["h2"])), errors.GraphError, "a cycle|is not used"),
    ],
)  # fmt: skip
def test_what_cannot_be_replaced_is_refused(arguments, error, message):
    graph = network()
    with pytest.raises(error, match=message):
        graph.replace(*arguments(graph))
