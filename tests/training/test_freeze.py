"""Frozen parameters on all engines."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors

SETTINGS = {"epochs": 2, "batch_size": 7, "progress": False, "dtype": "float64"}
FROZEN = ("W1", "b1", "b2", "mean1")


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(20, 3))
    return {"x": x, "y": (x[:, 0] > 0).astype(int)}


def network():
    return bp.mlp([3, 4, 2], normalise="batch", l2=0.1)


@pytest.mark.usefixtures("compilers")
@pytest.mark.parametrize("rule", [bp.AdamW(0.01, weight_decay=0.5), bp.SGD(0.1, momentum=0.5, clip_norm=0.01)])
def test_frozen_parameters_keep_every_bit_and_the_engines_agree_on_the_others(data, rule):
    graph = network()
    start, fits = graph.init(3), {}
    for engine in ("numpy", "native", "xla"):
        fit = bp.train(graph, data, rule=rule, engine=engine, params=start, freeze=["W1", "b*", "mean?"], **SETTINGS)
        assert {name for name in start if np.array_equal(start[name], fit.params[name])} == set(FROZEN), engine
        assert fit.settings["freeze"] == sorted(FROZEN)
        assert fit.graph is graph
        fits[engine] = fit.params
    for name in start:
        np.testing.assert_allclose(fits["native"][name], fits["numpy"][name], rtol=1e-9, atol=1e-11)
        np.testing.assert_allclose(fits["xla"][name], fits["numpy"][name], rtol=1e-9, atol=1e-11)


def test_the_norm_that_is_clipped_is_that_of_the_trained_parameters(data):
    graph = network()
    start = graph.init(3)
    rest = {"freeze": ["W1", "gain1", "shift1", "b*"], "params": start, "epochs": 1, "batch_size": 20}
    fit = bp.train(graph, data, rule=bp.SGD(1.0, clip_norm=1e-3), engine="numpy", **{**SETTINGS, **rest})
    assert np.linalg.norm(fit.params["W2"] - start["W2"]) == pytest.approx(1e-3)


class Watched(bp.Box):
    """h W, which notes the gradients that are asked for."""

    asked: list = []
    keeps_rows = True

    def fprop(self, h, W):
        return h @ W

    def bprop(self, grad, value, h, W, wanted=(True, True)):
        Watched.asked.append(tuple(wanted))
        return grad @ W.T if wanted[0] else None, h.T @ grad if wanted[1] else None


@pytest.mark.parametrize("engine", ["numpy", "native", "xla"])
def test_the_gradient_of_a_frozen_parameter_is_not_computed(data, engine):
    x, y = bp.Input("x", (3,)), bp.Input("y", dtype="int")
    h = Watched(x, bp.Parameter("W1", (3, 4)))
    graph = bp.Graph(loss=bp.cross_entropy(Watched(bp.tanh(h), bp.Parameter("W2", (4, 2))), y))
    graph.mixing()  # tries the boxes with all gradients
    Watched.asked.clear()
    bp.train(graph, data, engine=engine, freeze="W1", **{**SETTINGS, "epochs": 1})
    assert set(Watched.asked) == {(False, True)}  # that of W2 alone; the lower box is not asked at all


def test_a_run_is_resumed_exactly_with_the_same_frozen_parameters_and_refused_with_others(data, tmp_path):
    graph, settings = network(), {**SETTINGS, "freeze": "W1", "engine": "numpy"}
    whole = bp.train(graph, data, **{**settings, "epochs": 4})
    bp.train(graph, data, checkpoint=tmp_path / "c.checkpoint", **settings)
    rest = {**settings, "epochs": 4, "resume": tmp_path / "c.checkpoint"}
    resumed = bp.train(graph, data, **rest)
    assert all(np.array_equal(whole.params[name], resumed.params[name]) for name in whole.params)
    for freeze, shown in (((), r"\[\]"), (["W1", "b1"], r"\['W1', 'b1'\]")):
        with pytest.raises(errors.ModelFileError, match=rf"freeze was \['W1'\], now {shown}"):
            bp.train(graph, data, **{**rest, "freeze": freeze})


def test_a_fit_with_frozen_parameters_trains_all_of_them_afterwards(data):
    graph = network()
    fit = bp.train(graph, data, freeze="W*", engine="numpy", **SETTINGS)
    after = bp.train(fit.graph, data, params=fit, engine="numpy", **SETTINGS)
    assert not np.array_equal(after.params["W1"], fit.params["W1"])


def test_optax_rules_leave_frozen_parameters_alone(data):
    optax = pytest.importorskip("optax")
    start = network().init(3)
    fit = bp.train(network(), data, rule=optax.adamw(0.1), freeze="W1", params=start, engine="xla", **SETTINGS)
    assert np.array_equal(fit.params["W1"], start["W1"])
    assert not np.array_equal(fit.params["W2"], start["W2"])


@pytest.mark.usefixtures("compilers")
def test_networks_that_are_trained_together_freeze_theirs(data):
    fits = bp.train_many(network(), data, seeds=[0, 1], freeze="W1", engine="xla", **SETTINGS)
    for seed, fit in enumerate(fits):
        np.testing.assert_array_equal(fit.params["W1"], network().init(seed)["W1"])
        assert not np.array_equal(fit.params["W2"], network().init(seed)["W2"])
