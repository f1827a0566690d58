"""Adam and AdamW against their formulas, written out, and against optax."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.rules import Adam, AdamW, schedules


def problem():
    rng = np.random.default_rng(2)
    params = {"W": rng.normal(size=(3, 2)), "b": rng.normal(size=2)}
    return params, [{name: rng.normal(size=p.shape) for name, p in params.items()} for _ in range(6)]


def run(rule, params, grads):
    state = rule.init(params)
    for t, grad in enumerate(grads):
        params, state = rule.step(params, grad, state, t)
    return params


def same(found, expected):
    for name in expected:
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-12, atol=1e-15)


def by_hand(p, grads, rate, beta1, beta2, epsilon, decay=0.0):
    m, v = np.zeros_like(p), np.zeros_like(p)
    for t, g in enumerate(grads, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        p = p - rate(t - 1) * (m_hat / (np.sqrt(v_hat) + epsilon) + decay * p)
    return p


def test_adam_is_algorithm_1():
    params, grads = problem()
    expected = {n: by_hand(p, [g[n] for g in grads], lambda t: 0.01, 0.8, 0.95, 1e-3) for n, p in params.items()}
    same(run(Adam(0.01, beta1=0.8, beta2=0.95, epsilon=1e-3), params, grads), expected)


def test_the_defaults_are_the_papers():
    assert Adam() == Adam(learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-8, clip_norm=None)
    assert AdamW() == AdamW(0.001, beta1=0.9, beta2=0.999, epsilon=1e-8, clip_norm=None, weight_decay=0.01)


def test_adam_follows_a_schedule():
    params, grads = problem()
    schedule = schedules.decreasing(0.01, 0.5)
    expected = {n: by_hand(p, [g[n] for g in grads], schedule, 0.9, 0.999, 1e-8) for n, p in params.items()}
    same(run(Adam(schedule), params, grads), expected)


def test_the_first_step_of_adam_has_the_length_of_the_rate():
    moved, _ = Adam(0.01).step({"a": np.zeros(2)}, {"a": np.array([1e-3, -50.0])}, Adam().init({"a": np.zeros(2)}), 0)
    np.testing.assert_allclose(moved["a"], [-0.01, 0.01], rtol=1e-4)


def test_adamw_decays_weights_apart_from_the_gradient_and_spares_biases():
    params, grads = problem()
    decays = {"W": 0.1, "b": 0.0}
    expected = {
        n: by_hand(p, [g[n] for g in grads], lambda t: 0.01, 0.9, 0.999, 1e-8, decays[n]) for n, p in params.items()
    }
    same(run(AdamW(0.01, weight_decay=0.1), params, grads), expected)


def test_adamw_without_decay_is_adam():
    params, grads = problem()
    same(run(AdamW(0.01, weight_decay=0.0), params, grads), run(Adam(0.01), params, grads))


@pytest.mark.parametrize("decay", [None, 0.1])
def test_adam_and_adamw_are_optaxs(jax, decay):
    optax = pytest.importorskip("optax")
    params, grads = problem()
    ours = Adam(0.01) if decay is None else AdamW(0.01, weight_decay=decay)
    found = run(ours, params, grads)
    with jax.enable_x64(True):
        mask = {"W": True, "b": False}
        theirs = optax.adam(0.01) if decay is None else optax.adamw(0.01, weight_decay=decay, mask=mask)
        state = theirs.init(params)
        for grad in grads:
            updates, state = theirs.update(grad, state, params)
            params = optax.apply_updates(params, updates)
    same(found, params)


@pytest.mark.parametrize(
    "settings",
    [
        {"beta1": 1.0},
        {"beta1": -0.1},
        {"beta2": 1.0},
        {"beta2": "0.9"},
        {"epsilon": 0.0},
        {"epsilon": float("nan")},
    ],
)
@pytest.mark.parametrize("cls", [Adam, AdamW])
def test_settings_out_of_range_are_refused(cls, settings):
    with pytest.raises(errors.SettingError, match=f"{cls.__name__}: {next(iter(settings))}"):
        cls(**settings)


def test_a_negative_weight_decay_is_refused():
    with pytest.raises(errors.SettingError, match="AdamW: weight_decay"):
        AdamW(weight_decay=-0.01)


@pytest.mark.parametrize("rule", [Adam(0.01), AdamW(0.01), Adam(0.01, clip_norm=1.0)], ids=["adam", "adamw", "clipped"])
@pytest.mark.parametrize("engine", ["numpy", "native", "xla"])
def test_a_gradient_whose_square_overflows_does_not_freeze_its_weight_in_silence(engine, rule):
    pytest.importorskip({"native": "llvmlite", "xla": "jax"}.get(engine, "numpy"))
    x, y, w = bp.Input("x"), bp.Input("y"), bp.Parameter("w", ())
    graph, data = bp.Graph(loss=bp.squared_error(x * w, y)), {"x": np.full(4, 1e12), "y": np.full(4, 1e6)}
    settings = {"params": {"w": 1.0}, "rule": rule, "epochs": 3, "batch_size": 2, "engine": engine, "progress": False}
    if rule.clip_norm is None:
        with pytest.raises(errors.NonFiniteError, match="the update itself left the range"):
            bp.train(graph, data, **settings)
    else:
        assert bp.train(graph, data, **settings).params["w"] < 0.95
