"""A graph as plain functions, on every engine: the bits of training, the gradients of bprop, refusals."""

import numpy as np
import pytest

import bprop as bp
from bprop.data import batch_order
from bprop.engines.engine import Engine
from bprop.errors import DataError, GraphError, SettingError, ShapeError, UnknownNameError, UnsupportedError

ENGINES = ("numpy", "native", "xla")
RULES = (bp.SGD(bp.schedules.cosine(0.3, 6), momentum=0.9), bp.Adam(0.05))


@pytest.fixture(params=ENGINES)
def engine(request):
    if request.param != "numpy":
        pytest.importorskip({"native": "llvmlite", "xla": "jax"}[request.param])
    return request.param


@pytest.fixture
def data():
    rng = np.random.default_rng(2)
    return {"x": rng.normal(size=(21, 12)), "y": rng.integers(3, size=21)}


def network(dropout=0.0, norm=False):
    x, y = bp.Input("x", (12,)), bp.Input("y", dtype="int")
    W1, b1, W2, b2 = (bp.Parameter(n, s) for n, s in (("W1", (12, 17)), ("b1", (17,)), ("W2", (17, 3)), ("b2", (3,))))
    a1 = bp.linear(x, W1, b1)
    if norm:
        mean, variance = (
            bp.Parameter(n, (17,), init=i, trainable=False)
            for n, i in zip("mv", (bp.init.zeros, bp.init.ones), strict=True)
        )
        a1 = bp.batch_norm(a1, bp.Parameter("g", (17,), init=bp.init.ones), bp.Parameter("c", (17,)), mean, variance)
    h = bp.tanh(a1)
    h = bp.dropout(h, dropout) if dropout else h
    f = bp.softmax(bp.linear(h, W2, b2), name="f")
    return bp.Graph(loss=bp.nll(f, y), penalty=1e-2 * bp.l2(W1, W2), outputs={"f": f})


def rows(data, take):
    return {name: array[take] for name, array in data.items()}


def same(found, expected):
    assert set(found) == set(expected)
    for name, array in expected.items():
        assert np.array_equal(np.asarray(found[name]), array), name


@pytest.mark.parametrize("in_place", [False, True])
@pytest.mark.parametrize("rule", RULES, ids=["SGD", "Adam"])
def test_steps_give_the_bits_of_training(engine, rule, in_place, data):
    graph = network(dropout=0.3)
    fit = bp.train(graph, data, rule=rule, epochs=2, batch_size=8, seed=5, engine=engine, progress=False)
    of = graph.functions(engine, rule, batch_size=8, in_place=in_place)
    theta = graph.init(5)
    state, total = of.init(theta), 0.0
    for epoch in range(2):
        order = batch_order(21, 5, epoch)
        for start in range(0, 21, 8):  # the last batch has 5 rows
            take = order[start : start + 8]
            theta, state, loss = of.step(theta, state, rows(data, take), seed=5)
            total += float(loss) * len(take) * epoch
    same(theta, fit.params)
    assert state["t"] == 6 and of.engine == engine
    assert total / 21 == pytest.approx(fit.history[-1].loss, rel=1e-6)


def test_running_averages_move_as_in_training(engine, data):
    graph, data = network(norm=True), rows(data, slice(20))
    options = {"epochs": 1, "batch_size": 10, "shuffle": False, "progress": False}
    fit = bp.train(graph, data, rule=bp.SGD(0.1), engine=engine, **options)
    of = graph.functions(engine, bp.SGD(0.1))
    theta = graph.init(0)
    state = of.init(theta)
    for start in (0, 10):
        theta, state, _ = of.step(theta, state, rows(data, slice(start, start + 10)))
    same(theta, fit.params)


@pytest.mark.parametrize("weighted", [False, True])
def test_the_loss_and_its_gradients_are_those_of_a_pass(engine, weighted, data):
    graph = network(dropout=0.4)
    theta, weights = graph.init(0), np.linspace(0, 2, 21) if weighted else None
    of = graph.functions(engine, dtype="float64", batch_size=30)
    values = graph.fprop(theta, data, seed=9, weights=weights)
    expected = graph.bprop(values)
    found = of.gradients(theta, data, 9, weights=weights)
    assert list(found) == list(graph.trained)
    for name, array in found.items():
        np.testing.assert_allclose(array, expected[name], rtol=0, atol=1e-14)
    assert float(of.loss(theta, data, 9, weights=weights)) == pytest.approx(float(values.objective), rel=1e-14)
    value, both = of.value_and_gradients(theta, data, 9, weights=weights)
    assert list(both) == list(graph.trained) and value == of.loss(theta, data, 9, weights=weights)
    same(both, {name: np.asarray(array) for name, array in found.items()})
    later = of.gradients(theta, data, 9, t=3, weights=weights)
    assert not np.allclose(np.asarray(later["W1"]), np.asarray(found["W1"]))


@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_the_gradients_of_each_example_are_those_of_a_batch_in_which_only_it_counts(engine, dropout, data):
    graph, batch = network(dropout), rows(data, slice(5))
    theta = graph.init(0)
    each = graph.functions(engine, dtype="float64").gradients(theta, batch, 1, per_example=True)
    for i, weights in enumerate(np.eye(5)):
        expected = graph.bprop(graph.fprop(theta, batch, seed=1, weights=weights))
        for name, array in each.items():
            assert array.shape == (5, *theta[name].shape)
            np.testing.assert_allclose(array[i], expected[name], rtol=0, atol=1e-14)


def test_examples_that_are_mixed_or_weighted_have_no_gradients_of_their_own(engine, data):
    with pytest.raises(GraphError, match="'batch_norm_1' mixes the rows"):
        graph = network(norm=True)
        graph.functions(engine).gradients(graph.init(), data, per_example=True)
    with pytest.raises(SettingError, match="takes no weights"):
        graph = network()
        graph.functions(engine).gradients(graph.init(), data, per_example=True, weights=np.ones(21))


def test_outputs_need_their_own_inputs_alone_and_are_those_of_predict(engine, data):
    graph = network(dropout=0.4)
    theta = graph.init(0)
    of = graph.functions(engine, dtype="float64")
    for batch in ({"x": data["x"]}, data):
        found = of.outputs(theta, batch)
        np.testing.assert_allclose(found["f"], graph.predict(theta, x=data["x"]), rtol=1e-13)
    assert set(found) == {"f"}


def test_a_step_leaves_its_arguments_as_they_are(engine, data):
    graph = network()
    of = graph.functions(engine, bp.Adam(0.1))
    first = graph.init(0, "float32")
    kept = {name: array.copy() for name, array in first.items()}
    state = of.init(first)
    second, state2, _ = of.step(first, state, data)
    frozen = {name: np.array(array) for name, array in second.items()}
    third, _, _ = of.step(second, state2, data)
    same(first, kept)
    same(second, frozen)
    again, _, _ = of.step(second, state2, data)
    same(again, {name: np.asarray(array) for name, array in third.items()})
    once_more, _, _ = of.step(first, state, data)
    same(once_more, frozen)
    assert state["t"] == 0 and state2["t"] == 1


def test_whole_numbers_of_64_bits_stay_exact(engine):
    x, y, w = bp.Input("x"), bp.Input("y", dtype="int"), bp.Parameter("w")
    graph = bp.Graph(loss=bp.absolute_error(w * x, y))
    of = graph.functions(engine, dtype="float64")
    batch = {"x": np.ones(2), "y": np.array([2**40 + 1, 2**40 + 3])}
    assert float(of.loss({"w": 0.0}, batch)) == 2**40 + 2


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"y": np.array([0, 1, 7])}, DataError, "input 'y': 7 at row 2 is outside 0..2"),
        ({"x": np.full((3, 12), np.nan)}, DataError, "input 'x': nan at row 0"),
        ({"x": np.ones((3, 11))}, ShapeError, r"input 'x': needs shape \(N, 12\)"),
        ({"y": np.array([0, 1])}, ShapeError, "differ in their number of examples"),
        ({"z": np.ones(3)}, UnknownNameError, "unknown inputs: 'z'"),
    ],
)
def test_a_wrong_batch_is_refused(engine, change, error, says):
    graph = network()
    theta, batch = graph.init(0), {"x": np.ones((3, 12)), "y": np.array([0, 1, 2]), **change}
    of = graph.functions(engine)
    for call in (of.loss, of.gradients, lambda theta, batch: of.step(theta, of.init(theta), batch)):
        with pytest.raises(error, match=says):
            call(theta, batch)


def test_wrong_arguments_are_refused(engine, data):
    graph = network()
    of, theta = graph.functions(engine, bp.Adam(), batch_size=8), graph.init(0)
    batch, state = rows(data, slice(8)), of.init(theta)
    with pytest.raises(ShapeError, match="a batch of 21 rows, where batch_size is 8"):
        of.gradients(theta, data)
    with pytest.raises(SettingError, match="seed must be a whole number"):
        of.loss(theta, batch, 1.5)
    with pytest.raises(SettingError, match="t must be"):
        of.loss(theta, batch, t=-1)
    with pytest.raises(ShapeError, match="parameter 'b1': needs shape"):
        of.step({**theta, "b1": np.zeros(2)}, state, batch)
    with pytest.raises(UnknownNameError, match="missing parameters: 'b1'"):
        of.step({n: a for n, a in theta.items() if n != "b1"}, state, batch)
    for wrong in ({"t": 0, "rule": {}}, {"t": 0}, bp.SGD(0.1, momentum=0.5).init(theta)):
        with pytest.raises(SettingError, match="the state is not that of this rule"):
            of.step(theta, wrong, batch)
    with pytest.raises(ShapeError, match="weights: needs one weight an example"):
        of.loss(theta, batch, weights=np.ones(3))


def test_without_checks_shapes_are_still_looked_at(engine):
    graph = network()
    of = graph.functions(engine, check=False)
    with pytest.raises(ShapeError, match="input 'x': needs shape"):
        of.loss(graph.init(0), {"x": np.ones((3, 11)), "y": np.zeros(3, int)})


def test_settings_are_refused_before_anything_is_compiled():
    graph = network()
    with pytest.raises(SettingError, match="batch_size must be a whole number"):
        graph.functions("numpy", batch_size=0)
    with pytest.raises(SettingError, match="compute in one precision"):
        graph.functions("xla", dtype="bfloat16")
    with pytest.raises(SettingError, match="becomes 0 in float32"):
        graph.functions("numpy", bp.SGD(1e-60))


def test_auto_says_which_engine_it_chose_and_why():
    pytest.importorskip("llvmlite")
    of = network().functions()
    assert of.engine == "native" and "fastest" in of.reason
    of = network().functions(dtype="longdouble")
    assert of.engine == "numpy" and "it does not compute in" in of.reason


class Unready(Engine):
    name = "unready"

    def start(self, job, params):
        raise NotImplementedError


def test_an_engine_without_functions_says_so():
    with pytest.raises(UnsupportedError, match="engine 'unready' trains graphs, but has no functions"):
        network().functions(Unready())


def test_optax_rules_step_on_xla_alone(data, jax):
    optax = pytest.importorskip("optax")
    graph, rule, data = network(), optax.adam(0.01), rows(data, slice(20))
    fit = bp.train(graph, data, rule=rule, epochs=1, batch_size=10, shuffle=False, engine="xla", progress=False)
    of = graph.functions("xla", rule)
    theta = graph.init(0)
    state = of.init(theta)
    for start in (0, 10):
        theta, state, _ = of.step(theta, state, rows(data, slice(start, start + 10)))
    same(theta, fit.params)
    with pytest.raises(SettingError, match="an optax rule computes with JAX"):
        graph.functions("numpy", rule)
    with pytest.raises(UnsupportedError, match="an optax rule computes with JAX"):
        graph.functions("native", rule)
