"""The formulas of one step and one evaluation, apart from any engine."""

import numpy as np
import pytest

import bprop as bp
from bprop.engines.program import Program, structure
from bprop.graph.plan import Context

FLOAT = np.dtype("float64")


def network(rate=0.5, l2=0.01, sizes=(3, 4), scale=2.0, trainable=True, init=None, name="h1"):
    x, y = bp.Input("x", (sizes[0],)), bp.Input("y", (), dtype="int")
    W1, b1 = bp.Parameter("W1", sizes, init=init), bp.Parameter("b1", sizes[1:])
    W2, b2 = bp.Parameter("W2", (sizes[1], 2)), bp.Parameter("b2", (2,), trainable=trainable)
    h = bp.dropout(bp.tanh(scale * bp.linear(x, W1, b1), name=name), rate)
    f = bp.softmax(bp.linear(h, W2, b2))
    return bp.Graph(loss=bp.nll(f, y), penalty=l2 * bp.l2(W1, W2), outputs={"f": f})


def context(rows, weights=None):
    key = (np.array([1], np.uint32), np.array([0], np.uint32))
    return Context(np.ones(rows) if weights is None else np.asarray(weights, FLOAT), key, FLOAT)


def batch(rows=5):
    rng = np.random.default_rng(0)
    return {"x": rng.normal(size=(rows, 3)), "y": rng.integers(2, size=rows)}


def test_a_step_is_fprop_bprop_and_the_rule():
    graph = network(rate=0.0)
    theta, program = graph.init(0), Program(graph, FLOAT)
    moved, state, sums = program.step(bp.SGD(0.1), theta, {}, batch(), program.constants(), context(5), 0)
    values = graph.fprop(theta, batch())
    grads = graph.bprop(values)
    assert state == {}
    for name in theta:
        np.testing.assert_allclose(moved[name], theta[name] - 0.1 * grads[name], rtol=1e-13, atol=1e-15)
    assert sums["weight"] == 5
    assert sums["loss"] == pytest.approx(5 * values.loss)
    assert sums["accuracy"] == (values["f"].argmax(axis=1) == batch()["y"]).sum()


def test_sums_are_weighted():
    graph = network(rate=0.0)
    theta, program, w = graph.init(0), Program(graph, FLOAT), np.array([0, 1, 2, 0.5, 0])
    sums = program.step(bp.SGD(0.1), theta, {}, batch(), program.constants(), context(5, w), 0)[2]
    values = graph.fprop(theta, batch(), weights=w)
    assert sums["weight"] == 3.5
    assert sums["loss"] == pytest.approx((values[graph.loss] * w).sum())
    assert program.finish(sums)["loss"] == pytest.approx(values.loss)


def test_rows_of_weight_0_change_no_update():
    graph = network(rate=0.0)
    theta, program, data = graph.init(0), Program(graph, FLOAT), batch()
    padded = {name: np.concatenate([a, a[:2]]) for name, a in data.items()}
    one = program.step(bp.SGD(0.1), theta, {}, data, program.constants(), context(5), 0)[0]
    two = program.step(bp.SGD(0.1), theta, {}, padded, program.constants(), context(7, [1] * 5 + [0] * 2), 0)[0]
    for name in theta:
        np.testing.assert_allclose(one[name], two[name], rtol=1e-13, atol=1e-16)


def test_what_is_not_trainable_stays_as_it_is():
    graph = network(rate=0.0, trainable=False)
    theta, program = graph.init(0), Program(graph, FLOAT)
    moved = program.step(bp.SGD(0.1), theta, {}, batch(), program.constants(), context(5), 0)[0]
    np.testing.assert_array_equal(moved["b2"], theta["b2"])
    assert not np.array_equal(moved["b1"], theta["b1"])


def test_a_parameter_that_only_outputs_need_is_kept():
    x, W, V = bp.Input("x"), bp.Parameter("W", ()), bp.Parameter("V", ())
    graph = bp.Graph(loss=bp.square(W * x - 1.0), outputs={"f": V * x})
    theta, program = {"W": np.array(1.0), "V": np.array(2.0)}, Program(graph, FLOAT)
    moved = program.step(bp.SGD(0.1), theta, {}, {"x": np.ones(5) * 3}, program.constants(), context(5), 0)[0]
    assert moved["V"] == 2.0
    assert moved["W"] != 1.0


def test_running_averages_move_with_a_step():
    x, y = bp.Input("x", (3,)), bp.Input("y", (3,))
    gain, shift = bp.Parameter("gain", (3,), init=bp.init.ones), bp.Parameter("shift", (3,))
    mean = bp.Parameter("mean", (3,), trainable=False)
    variance = bp.Parameter("variance", (3,), init=bp.init.ones, trainable=False)
    graph = bp.Graph(loss=bp.squared_error(bp.batch_norm(x, gain, shift, mean, variance), y))
    theta, program = graph.init(0), Program(graph, FLOAT)
    X = batch()["x"]
    moved = program.step(bp.SGD(0.1), theta, {}, {"x": X, "y": X}, program.constants(), context(5), 0)[0]
    move = 0.1 * (1 - 1 / 5)  # what a batch of 5 rows knows
    np.testing.assert_allclose(moved["mean"], move * X.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(moved["variance"], 1 + move * (X.var(axis=0, ddof=1) - 1), rtol=1e-12)


def test_a_penalty_of_weight_0_leaves_gradients_of_0():
    x, W = bp.Input("x"), bp.Parameter("W", (3,))
    graph = bp.Graph(loss=bp.square(x), penalty=0.0 * bp.l2(W))
    program = Program(graph, FLOAT)
    theta = {"W": np.ones(3)}
    moved = program.step(bp.SGD(0.1), theta, {}, {"x": np.ones(5)}, program.constants(), context(5), 0)[0]
    np.testing.assert_array_equal(moved["W"], np.ones(3))


def test_the_penalty_is_computed_without_data():
    graph = network(l2=0.5)
    theta, program = graph.init(0), Program(graph, FLOAT)
    expected = 0.5 * ((theta["W1"] ** 2).sum() + (theta["W2"] ** 2).sum())
    assert program.penalty(theta, program.constants(), context(1)) == pytest.approx(expected, rel=1e-13)
    x = bp.Input("x")
    assert Program(bp.Graph(loss=bp.square(x)), FLOAT).penalty({}, {}, context(1)) is None


def test_a_measure_is_outside_training():
    graph = network(rate=0.9)
    theta, program = graph.init(0), Program(graph, FLOAT)
    sums = program.measure(theta, batch(), program.constants(), context(5))
    assert sums["loss"] == pytest.approx(5 * graph.fprop(theta, batch(), training=False).loss)


def test_metrics_of_several_losses_bear_their_names():
    x, y, t = bp.Input("x", (2,)), bp.Input("y", (), dtype="int"), bp.Input("t", (2,))
    graph = bp.Graph(loss=bp.cross_entropy(x, y, name="label") + bp.squared_error(x, t, name="value"))
    assert set(Program(graph, FLOAT).metrics) == {"accuracy[label]", "rmse[value]", "mae[value]"}


def test_a_sum_of_no_weight_finishes_as_0():
    program = Program(network(), FLOAT)
    assert program.finish({"weight": 0.0, "loss": 0.0, "accuracy": 0.0}) == {"loss": 0.0, "accuracy": 0.0}


def test_rates_of_boxes_are_numbers_of_the_run():
    assert Program(network(rate=0.25), FLOAT).hyper() == {"dropout_1": {"rate": 0.25}}


@pytest.mark.parametrize("other", [{"rate": 0.1}, {"l2": 7.0}, {"scale": 3.0}, {"init": bp.init.he_normal}])
def test_graphs_that_differ_in_numbers_have_one_structure(other):
    assert structure(network()) == structure(network(**other))
    assert hash(structure(network())) == hash(structure(network(**other)))


@pytest.mark.parametrize("other", [{"sizes": (3, 5)}, {"trainable": False}, {"name": "hidden"}])
def test_graphs_that_differ_in_more_have_not(other):
    assert structure(network()) != structure(network(**other))


def test_hyper_parameters_that_shape_the_program_are_structure():
    def clipped(low):
        return bp.Graph(loss=bp.clip(bp.Input("x"), low, 1.0))

    assert structure(clipped(0.0)) == structure(clipped(0.0))
    assert structure(clipped(0.0)) != structure(clipped(0.5))


def test_a_penalty_on_the_data_is_added_up_with_the_losses():
    x, w = bp.Input("x", (2,)), bp.Parameter("w", (2,))
    graph = bp.Graph(loss=bp.sum(x * w, axis=1), penalty=bp.mean(bp.square(x * w)))
    program = Program(graph, np.dtype("float64"))
    assert program.penalises_data
    assert program.sum_names == ("weight", "loss", "penalty")
    theta, rows = {"w": np.array([1.0, 2.0])}, np.array([[1.0, 1.0], [3.0, 0.0]])
    assert program.penalty(theta, {}, context(1)) is None
    *_, sums = program.step(bp.SGD(0.1), theta, {}, {"x": rows}, {}, context(2), 0)
    assert sums["penalty"] == (1 + 4 + 9 + 0) / 4
    assert program.watched(sums) == sums["loss"] + sums["penalty"]
    assert "penalty" not in program.finish(sums)
    plain = Program(bp.Graph(loss=bp.sum(x * w, axis=1), penalty=bp.l2(w)), np.dtype("float64"))
    assert not plain.penalises_data
    assert plain.sum_names == ("weight", "loss")


def test_the_rule_keeps_nothing_of_what_only_outputs_need():
    x, w, v = bp.Input("x", (2,)), bp.Parameter("w", (2,)), bp.Parameter("v", (2,))
    graph = bp.Graph(loss=bp.sum(x * w, axis=1), penalty=bp.l2(w), outputs={"f": x * v})
    assert graph.trained == ("w",)
    assert bp.Graph(loss=bp.sum(x * w, axis=1), penalty=bp.l2(v)).trained == ("w", "v")
    assert bp.Graph(outputs={"f": x * v}).trained == ("v",)
