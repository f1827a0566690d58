"""The gradients of the engines, in the programs with which they train."""

from importlib.util import find_spec

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.check import compiled
from bprop.check.compiled import Reveal, engine_step
from bprop.data import DataSet
from bprop.engines import Job, choose

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(7, 5)), RNG.integers(3, size=7)


def engines():
    needs = {"numpy": "numpy", "native": "llvmlite", "xla": "jax"}
    return [name for name, package in needs.items() if find_spec(package) is not None]


def network(**settings):
    graph = bp.mlp([5, 4, 3], activation="tanh", task="classification", l2=1e-2, **settings)
    return graph, graph.init(0)


@pytest.mark.parametrize("engine", engines())
@pytest.mark.parametrize("settings", [{}, {"dropout": 0.4}, {"normalise": "batch"}], ids=str)
def test_every_engine_agrees_with_the_reference(engine, settings):
    graph, theta = network(**settings)
    report = bp.check_gradients(graph, theta, x=X, y=Y, engine=engine, weights=np.linspace(0.0, 2.0, 7), seed=5)
    assert report.ok, str(report)
    assert f"training step of engine {engine}, in float64" in str(report)
    compared = {row.name.removesuffix(f" ({engine})") for row in report.rows if row.name.endswith(f"({engine})")}
    assert compared == set(graph.parameters)  # running averages are compared as well
    assert all(row.coverage.elements == np.prod(row.coverage.shape) for row in report.rows)


@pytest.mark.parametrize("engine", engines())
def test_a_step_shows_the_gradient_itself(engine):
    graph, theta = network()
    ran, found, finite = engine_step(graph, theta, {"x": X, "y": Y}, None, 0, engine)
    assert ran == engine
    assert finite
    right = graph.bprop(graph.fprop(theta, x=X, y=Y))
    for name in graph.trainable:
        np.testing.assert_allclose(found[name], right[name], rtol=1e-12, atol=1e-15)


def test_the_rule_gives_back_the_gradients():
    moved, state = Reveal().step({"W": np.ones(2)}, {"W": np.array([3.0, 4.0])}, {}, 0)
    np.testing.assert_array_equal(moved["W"], [3.0, 4.0])
    assert state == {}


@pytest.mark.parametrize("engine", engines())
def test_weights_lie_in_memory_as_they_do_in_training(engine):
    """64 x 3: fewer outputs than a vector holds."""
    graph = bp.mlp([64, 3], task="classification")
    data = DataSet({"x": np.ones((64, 64)), "y": np.zeros(64, int)})

    def laid_out(rule):
        run = choose(engine).start(Job(graph, rule, data, 64, np.dtype("float64"), 0), graph.init(0))
        return {"native": lambda: run.transposed, "xla": lambda: run.compiled.choices.transposed}.get(engine, set)()

    assert laid_out(Reveal()) == laid_out(bp.SGD(0.1))


def spoilt(monkeypatch, change):
    """An engine whose gradients are changed."""
    step = engine_step

    def changed(*arguments):
        ran, found, finite = step(*arguments)
        change(found)
        return ran, found, finite

    monkeypatch.setattr(compiled, "engine_step", changed)


@pytest.mark.parametrize("size", [1e-8, 1.0, np.nan])
def test_an_engine_that_gives_something_else_is_found_and_named(monkeypatch, size):
    def change(found):
        found["W1"][2, 1] += size * np.abs(found["W1"]).max()

    spoilt(monkeypatch, change)
    graph, theta = network()
    report = bp.check_gradients(graph, theta, x=X, y=Y, engine="numpy")
    assert not report.ok
    assert [row.name for row in report.rows if not row.ok] == ["W1 (numpy)"]
    assert "WRONG W1 (numpy)[2, 1]: engine numpy gives" in str(report)
    assert "NumPy gives" in str(report)


def test_one_parameter_alone_on_request():
    graph, theta = network()
    report = bp.check_gradients(graph, theta, x=X, y=Y, engine="numpy", only="b2")
    assert [row.name for row in report.rows] == ["b2", "b2 (numpy)"]


def test_a_loss_that_is_not_finite_is_no_success():
    x, w = bp.Input("x"), bp.Parameter("w", ())
    graph = bp.Graph(loss=bp.log(x * w))
    report = bp.check_gradients(graph, {"w": -1.0}, x=np.ones(3), engine="numpy")
    assert not report.ok
    assert "the loss is not finite" in str(report)


def test_a_training_step_that_fails_is_reported(monkeypatch):
    def fails(*arguments):
        raise RuntimeError("oh")

    monkeypatch.setattr(compiled, "engine_step", fails)
    graph, theta = network()
    assert "its training step failed: RuntimeError: oh" in str(
        bp.check_gradients(graph, theta, x=X, y=Y, engine="numpy")
    )


def test_an_engine_that_there_is_not_is_refused():
    graph, theta = network()
    with pytest.raises(errors.UnknownNameError, match="no engine is called 'abacus'"):
        bp.check_gradients(graph, theta, x=X, y=Y, engine="abacus")


def test_an_engine_goes_with_training():
    graph, theta = network()
    with pytest.raises(errors.SettingError, match="it needs training=True"):
        bp.check_gradients(graph, theta, x=X, y=Y, engine="numpy", training=False)


def test_the_parameters_are_not_changed():
    graph, theta = network()
    before = {name: array.copy() for name, array in theta.items()}
    bp.check_gradients(graph, theta, x=X, y=Y, engine="numpy")
    for name, array in before.items():
        np.testing.assert_array_equal(theta[name], array)
