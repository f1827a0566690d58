"""The formulas of one step and one evaluation, apart from any engine."""

from typing import Any

import numpy as np
import pytest

import bprop as bp
from bprop.data import DataSet
from bprop.engines import Job, choose
from bprop.engines.program import Program, structure
from bprop.graph.passes import fprop
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


def test_the_gradients_are_those_of_every_box_by_slot_and_of_the_trained_parameters_by_name():
    graph = network(trainable=False)
    graph = bp.Graph(loss=graph.loss, penalty=0.0 * bp.l2(bp.Parameter("unused", (2,))))
    theta, program = graph.init(0), Program(graph, FLOAT)
    state = fprop(program.training, {**theta, **batch(), **program.constants()}, context(5))
    by_slot, grads = program.gradients(state, context(5))
    assert list(grads) == ["W1", "b1", "W2", "unused"]  # b2 is not trained
    assert (grads["unused"] == 0).all()
    assert grads["unused"].shape == (2,)
    assert by_slot[program.training.leaves["W1"]] is grads["W1"]
    assert by_slot[program.training.slot_of[graph.boxes["h1"]]].shape == (5, 4)


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
    assert set(Program(graph, FLOAT).metrics) == {
        "loss[label]", "accuracy[label]", "loss[value]", "rmse[value]", "mae[value]",
    }  # fmt: skip


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

    assert structure(held((0.0, (1, 2)))) == structure(held((0.0, (1, 2))))
    assert structure(held((0.0, (1, 2)))) != structure(held((0.0, (1, 3))))
    table = np.arange(3.0)
    assert structure(held(table)) == structure(held(table.copy())) != structure(held(table + 1e-12))
    assert structure(held(table)) != structure(held(table.astype("float32")))
    big = np.zeros(5000)
    big[2500] = -0.0
    assert structure(held(np.zeros(5000))) != structure(held(big))
    assert structure(clipped(0.0)) != structure(clipped(-0.0))


def held(value):
    """A graph of one of the library's boxes with a value among its hyper-parameters (which takes it unchecked)."""
    box = bp.reshape(bp.Input("x", (2,)), (-1, 2))
    object.__setattr__(box, "shape", value)
    return bp.Graph(outputs={"f": box})


class Own(bp.Box):
    """f(a) a for a hyper-parameter f. Shapes: a -> a."""

    f: Any = None
    factor = 1.0  # not annotated, so no hyper-parameter

    def fprop(self, a):
        return self.value(a) * a

    def bprop(self, grad, value, a):
        return grad * self.value(a)

    def value(self, a):
        found = self.f() if callable(self.f) else self.f
        return bp.namespace(a).asarray(found) * self.factor


def test_code_of_the_users_is_no_structure():
    assert structure(bp.Graph(loss=Own(bp.Input("x"), f=2.0))) is None
    assert structure(held(len)) is structure(held((1, len))) is structure(held(np.array([None]))) is None
    assert structure(held((1, 2.5, "a", None, slice(1), ...))) is not None


class Run:
    """Trains a graph of one Own box for a step and gives the loss and the gradient's middle element."""

    def __init__(self, engine, size):
        self.engine, self.size = engine, size

    def __call__(self, f):
        x, w = bp.Input("x", (self.size,)), bp.Parameter("w", (self.size,))
        graph = bp.Graph(loss=bp.sum(Own(x * w, f=f), axis=1))
        data, theta = {"x": np.ones((2, self.size))}, {"w": np.ones(self.size)}
        fit = bp.train(graph, data, params=theta, rule=bp.SGD(1.0), batch_size=2, epochs=1, dtype="float64",
                       engine=self.engine, validation=data, progress=False)  # fmt: skip
        assert fit.history[0].loss == pytest.approx(float(graph.fprop(theta, data).loss), rel=1e-15)
        moved = {"w": fit.params["w"]}
        assert fit.history[0].validation["loss"] == pytest.approx(float(graph.fprop(moved, data).loss), rel=1e-12)
        return fit.history[0].loss, 1 - fit.params["w"][self.size // 2]


@pytest.fixture(params=["numpy", "native", "xla"])
def run(request):
    pytest.importorskip({"native": "llvmlite", "xla": "jax"}.get(request.param, "numpy"))
    return lambda size: Run(request.param, size)


def test_a_large_array_that_differs_in_one_element_is_another_program(run):
    table = np.ones(2000)
    assert run(2000)(table) == (2000, 1)
    table = table.copy()
    table[1000] = 5
    assert run(2000)(table) == (2004, 5)
    table[1000] = 7  # the very array, changed in its place
    assert run(2000)(table) == (2006, 7)


def test_digits_that_are_not_shown_are_another_program(run):
    (one, _), (two, _) = (run(2)(np.array([1.0, 2.0 + more])) for more in (0.0, 4e-9))
    assert two - one == pytest.approx(4e-9, rel=1e-6)


def test_a_function_whose_closure_or_place_in_memory_changes_is_another_program(run):
    # each function may lie where the last one lay
    found = [run(2)(lambda number=number: number)[1] for number in (2.0, 3.0, 4.0, 5.0)]
    assert found == [2, 3, 4, 5]
    state = {"number": 2.0}
    function = lambda: state["number"]  # noqa: E731
    assert run(2)(function)[1] == 2
    state["number"] = 3.0
    assert run(2)(function)[1] == 3


def test_a_class_that_is_changed_is_another_program(run, monkeypatch):
    assert run(2)(2.0)[1] == 2
    monkeypatch.setattr(Own, "factor", 10.0)
    assert run(2)(2.0)[1] == 20
    monkeypatch.setattr(Own, "value", lambda self, a: a * 0 + 7.0)
    assert run(2)(2.0)[1] == 7


def test_a_rule_of_the_users_whose_code_changes_is_another_program(run):
    from dataclasses import dataclass

    state = {"factor": 1.0}

    @dataclass(frozen=True)
    class Mine(bp.SGD):
        def update(self, params, grads, state_, rate, t):
            return {name: p - state["factor"] * rate * grads[name] for name, p in params.items()}, {}

    def moved():
        x, w = bp.Input("x"), bp.Parameter("w", ())
        return 1 - bp.train(bp.Graph(loss=x * w), {"x": np.ones(2)}, params={"w": 1.0}, rule=Mine(0.5), batch_size=2,
                            epochs=1, dtype="float64", engine=run(1).engine, progress=False).params["w"]  # fmt: skip

    assert moved() == 0.5
    state["factor"] = 1.5
    assert moved() == 0.75


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


@pytest.mark.parametrize("engine", ["numpy", "native", "xla"])
def test_a_rule_of_ones_own_that_computes_in_double_leaves_a_run_in_its_precision(engine):
    pytest.importorskip({"native": "llvmlite", "xla": "jax"}.get(engine, "numpy"))

    class Wide(bp.Rule):
        def init(self, params):
            return {"mean": {name: 0 * p for name, p in params.items()}}

        def update(self, params, grads, state, rate, t):
            mean = {name: np.float64(0.5) * state["mean"][name] + grads[name] for name in grads}
            return {name: p - np.float64(0.1) * mean[name] for name, p in params.items()}, {"mean": mean}

    data = DataSet({"x": np.ones((6, 3)), "y": np.zeros(6, int)})
    found = {}
    for t in (0, 2**31 + 5):
        graph = bp.mlp([3, 2])
        found[t] = choose(engine).start(Job(graph, Wide(), data, 2, np.dtype("float32"), 0), graph.init(0))
        found[t].set_order(np.arange(6, dtype=np.int32))
        assert found[t].steps(0, 3, t).bad_step is None
        assert {array.dtype for array in (*found[t].params().values(), *found[t].rule_arrays())} == {
            np.dtype("float32")
        }
    for name, array in found[0].params().items():
        np.testing.assert_allclose(found[2**31 + 5].params()[name], array, rtol=1e-6)
