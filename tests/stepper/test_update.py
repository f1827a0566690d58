"""The update as the last moves."""

import numpy as np
import pytest

import bprop as bp
from bprop.errors import GraphError, SettingError


def made(rule, **more):
    graph = bp.mlp([3, 4, 2], activation="tanh", l2=0.1, **more)
    data = {"x": np.eye(3), "y": np.array([0, 1, 1])}
    return graph, graph.init(0), data, bp.Stepper(graph, graph.init(0), data, rule=rule)


@pytest.mark.parametrize("rule", [bp.SGD(0.1), bp.SGD(0.5, clip_norm=0.01), bp.Adam(0.01), "adam"])
def test_the_new_values_are_to_the_bit_those_of_the_first_update_of_a_training(rule):
    graph, theta, data, stepper = made(rule)
    fit = bp.train(
        graph, data, params=theta, rule=rule, batch_size=3, epochs=1, shuffle=False, engine="numpy", dtype="float64",
        progress=False,
    )  # fmt: skip
    stepper.run()
    assert set(stepper.updated) == set(fit.params)
    assert all(stepper.updated[name].tobytes() == fit.params[name].tobytes() for name in fit.params)


def test_each_parameter_is_a_move_which_can_be_taken_back():
    graph, theta, _, stepper = made(bp.SGD(0.1))
    stepper.run()
    assert [move.name for move in stepper.moves[-4:]] == list(graph.trained)
    assert stepper.last.phase == "update"
    assert set(stepper.back(2).updated) == set(graph.trained[:2])
    assert not stepper.back(2).updated and stepper.last.phase == "bprop"
    assert np.array_equal(stepper.values["W1"], theta["W1"])
    assert set(stepper.step().updated) == {graph.trained[0]}


def test_the_screen_says_the_rule_and_its_numbers_add_up():
    *_, stepper = made(bp.SGD(0.1))
    screen = str(stepper.to("b2", "update"))
    assert "update of b2 by SGD(learning_rate=0.1" in screen and "theta <- theta - alpha(t) grad" in screen
    assert "update 4 of 4" in screen and "alpha = 0.1" in screen
    lines = screen[screen.index("b2  (2,), before") :].splitlines()
    before, grad, change, after = ([float(x) for x in lines[k].strip(" []").split()] for k in (1, 3, 5, 7))
    np.testing.assert_allclose(np.add(before, change), after, atol=1e-3)
    np.testing.assert_allclose(change, -0.1 * np.array(grad), rtol=1e-3)


def test_a_parameter_that_is_not_trained_has_no_update_and_one_that_nothing_reaches_the_gradient_0():
    x, w, v = bp.Input("x"), bp.Parameter("w", ()), bp.Parameter("v", (), trainable=False)
    graph = bp.Graph(loss=bp.square(x * w + v) * 0.0)
    stepper = bp.Stepper(graph, {"w": 2.0, "v": 1.0}, {"x": [1.0]}, rule=bp.SGD(0.1)).run()
    assert list(stepper.updated) == ["w"] and stepper.updated["w"] == 2.0


def test_what_is_no_rule_and_a_graph_without_a_loss_are_refused():
    graph = bp.Graph(outputs={"h": bp.tanh(bp.Input("x"))})
    with pytest.raises(GraphError, match="no loss"):
        bp.Stepper(graph, {}, {"x": [1.0]}, rule=bp.SGD(0.1))
    with pytest.raises(SettingError, match="rule must be"):
        made(0.1)
