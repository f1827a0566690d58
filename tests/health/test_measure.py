"""One look at a network agrees with what fprop, bprop and the rule say."""

import json

import numpy as np
import pytest

import bprop as bp
from bprop.engines.program import Program
from bprop.graph.plan import Context
from bprop.health.measure import deviation, measure, number


def look(graph, theta, data, rule=None, weights=None, dtype="float64"):
    rule = rule or bp.SGD(0.5)
    program = Program(graph, np.dtype(dtype))
    rows = len(next(iter(data.values())))
    context = Context.of(rows, np.dtype(dtype), 0, weights)
    theta = {name: array.astype(dtype) for name, array in theta.items()}
    return measure(program, rule, theta, rule.init(theta), data, context, 0)


@pytest.fixture
def case(rng):
    graph = bp.mlp([4, 6, 5, 3], activation=["tanh", "relu"], l2=0.01)
    return graph, graph.init(1), {"x": rng.normal(size=(20, 4)), "y": rng.integers(3, size=20)}


@pytest.mark.parametrize("weighted", [False, True])
def test_numbers_of_boxes_are_those_of_the_pass(case, rng, weighted):
    graph, theta, data = case
    weights = rng.uniform(0.5, 2.0, size=20) if weighted else None
    found = look(graph, theta, data, weights=weights)["boxes"]
    values = graph.fprop(theta, data, weights=weights)
    grads = graph.bprop(values)
    total = 20 if weights is None else weights.sum()
    assert list(found)[:5] == ["a1", "h1", "a2", "h2", "a3"]
    assert set(found) == {"a1", "h1", "a2", "h2", "a3", "loss", "l2_1", "multiply_1"}
    for name in ("a1", "h1", "a2", "h2", "a3"):
        each = grads[name] * total
        assert found[name]["value_mean"] == pytest.approx(values[name].mean())
        assert found[name]["value_std"] == pytest.approx(values[name].std())
        assert found[name]["gradient_norm"] == pytest.approx(np.sqrt((each**2).sum(axis=1).mean()))
        assert found[name]["gradient_std"] == pytest.approx(each.std())


def test_gradients_of_boxes_do_not_depend_on_the_number_of_rows(case):
    graph, theta, data = case
    twice = {name: np.concatenate([array, array]) for name, array in data.items()}
    once, both = look(graph, theta, data)["boxes"], look(graph, theta, twice)["boxes"]
    for name in ("a1", "h2", "a3", "loss"):
        assert both[name] == pytest.approx(once[name])


def test_numbers_of_parameters_are_those_of_the_rule(case):
    graph, theta, data = case
    found = look(graph, theta, data, bp.SGD(0.5))["parameters"]
    grads = graph.bprop(graph.fprop(theta, data))
    assert list(found) == list(graph.trainable)
    for name in ("W1", "W2", "W3"):
        norm, slope = np.linalg.norm(theta[name]), np.linalg.norm(grads[name])
        expected = {"norm": norm, "gradient_norm": slope, "update_ratio": 0.5 * slope / norm}
        assert found[name] == pytest.approx(expected)
    assert found["b1"]["update_ratio"] is None  # biases start at 0: a ratio would say nothing


def test_an_optax_rule_has_no_ratio(case):
    optax = pytest.importorskip("optax")
    graph, theta, data = case
    from bprop.rules import as_rule

    rule = as_rule(optax.sgd(0.1))
    program = Program(graph, np.dtype("float64"))
    found = measure(program, rule, theta, {}, data, Context.of(20, np.dtype("float64")), 0)
    assert found["parameters"]["W1"]["update_ratio"] is None
    assert found["parameters"]["W1"]["gradient_norm"] > 0


def test_saturated_values_and_dead_units_are_counted():
    x, y = bp.Input("x", (2,)), bp.Input("y")
    h = bp.tanh(x, name="h")
    r = bp.relu(x, name="r")
    w = bp.Parameter("w", (2,))
    graph = bp.Graph(loss=bp.squared_error((w * h * r)[:, 0], y))
    data = {"x": np.array([[9.0, 0.1], [-9.0, -0.1], [0.1, -3.0], [9.0, -3.0]]), "y": np.zeros(4)}
    found = look(graph, {"w": np.ones(2)}, data)["boxes"]
    assert found["h"]["saturated"] == 5 / 8
    assert found["r"]["dead"] == 0.0
    assert found["r"]["saturated"] is None
    assert found["h"]["dead"] is None
    data["x"][0, 1] = -1.0
    assert look(graph, {"w": np.ones(2)}, data)["boxes"]["r"]["dead"] == 0.5


def test_sigmoid_is_saturated_near_0_and_near_1():
    x, y = bp.Input("x"), bp.Input("y")
    graph = bp.Graph(loss=bp.squared_error(bp.sigmoid(x, name="h") * bp.Parameter("w", ()), y))
    data = {"x": np.array([-9.0, 9.0, 0.0, 1.0]), "y": np.zeros(4)}
    assert look(graph, {"w": np.array(1.0)}, data)["boxes"]["h"]["saturated"] == 0.5


def test_a_box_of_your_own_says_itself_that_it_is_bounded():
    class Clip(bp.Box):
        bounds = (-2.0, 2.0)

        def fprop(self, a):
            return bp.namespace(a).clip(a, -2, 2)

        def bprop(self, grad, value, a):
            return grad * (abs(a) < 2)

    x, y = bp.Input("x"), bp.Input("y")
    graph = bp.Graph(loss=bp.squared_error(Clip(x, name="h") * bp.Parameter("w", ()), y))
    found = look(graph, {"w": np.array(1.0)}, {"x": np.array([5.0, 0.0]), "y": np.zeros(2)})
    assert Clip.hyper_defaults == {}
    assert found["boxes"]["h"]["saturated"] == 0.5


def test_layers_are_the_boxes_with_weights(case):
    graph, theta, data = case
    assert look(graph, theta, data)["layers"] == ["a1", "a2", "a3"]  # the penalty has weights too, but no batch


def test_the_first_box_that_is_not_finite_is_named_and_all_is_json(case):
    graph, theta, data = case
    theta["W2"] = np.full_like(theta["W2"], np.inf)
    found = look(graph, theta, data)
    assert found["first_not_finite"] == "a2"
    assert found["boxes"]["a2"]["value_mean"] is None
    json.loads(json.dumps(found, allow_nan=False))


def test_a_gradient_that_is_not_finite_is_found_where_all_values_are():
    x, y = bp.Input("x"), bp.Input("y")
    graph = bp.Graph(loss=bp.squared_error(bp.sqrt(x * bp.Parameter("w", ()), name="root"), y))
    found = look(graph, {"w": np.array(0.0)}, {"x": np.array([1.0, 2.0]), "y": np.ones(2)})
    assert found["boxes"]["root"]["value_mean"] == 0.0
    assert found["first_not_finite"] == "multiply_1"


def test_float32_norms_do_not_overflow(case):
    graph, theta, data = case
    theta["W1"] = np.full_like(theta["W1"], 1e25)
    assert look(graph, theta, data, dtype="float32")["parameters"]["W1"]["norm"] == pytest.approx(1e25 * np.sqrt(24))


@pytest.mark.parametrize(("value", "expected"), [(1.5, 1.5), (np.float32(2), 2.0), (np.nan, None), (-np.inf, None)])
def test_a_number_is_one_that_json_can_hold(value, expected):
    assert number(value) == expected


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_deviation_of_a_constant_is_0_and_no_rounding_noise(rng, dtype):
    constant = np.full(1000, 0.1, dtype)
    assert constant.std() != 0.0  # which is why
    assert deviation(constant) == 0.0
    assert deviation(np.nextafter(constant, 1, dtype=dtype)) == 0.0
    assert deviation(np.append(constant, np.nextafter(constant[0], 1, dtype=dtype))) == 0.0
    assert deviation(np.zeros(3, dtype)) == 0.0
    values = rng.normal(size=1000).astype(dtype)
    assert deviation(1e-9 * values) == (1e-9 * values).std()
    assert deviation(1 + 1e-4 * values) == (1 + 1e-4 * values).std()
    assert np.isnan(deviation(np.array([1.0, np.nan], dtype)))


def test_the_gradient_at_the_loss_is_a_constant(rng):
    """Each example's loss has the gradient 1: its deviation tells nothing of the network."""
    graph = bp.mlp([3, 4, 1], task="regression", target_scaling=(50.0, 7.0))
    data = {"x": rng.normal(size=(37, 3)), "y": rng.normal(50, 7, size=37)}
    for dtype in ("float32", "float64"):
        found = look(graph, graph.init(0), data, dtype=dtype)["boxes"]
        assert [name for name, box in found.items() if box["gradient_std"] == 0.0] == ["squared_error_1", "multiply_2"]
