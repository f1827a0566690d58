"""SGD against its formulas, written out, and against optax."""

import numpy as np
import pytest

from bprop import errors
from bprop.rules import SGD, schedules


def problem():
    rng = np.random.default_rng(1)
    params = {"W": rng.normal(size=(3, 2)), "b": rng.normal(size=2)}
    return params, [{name: rng.normal(size=p.shape) for name, p in params.items()} for _ in range(6)]


def run(rule, params, grads):
    state = rule.init(params)
    for t, grad in enumerate(grads):
        params, state = rule.step(params, grad, state, t)
    return params


def same(found, expected):
    assert set(found) == set(expected)
    for name in expected:
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-13, atol=1e-15)


def test_the_defaults_are_plain_sgd():
    assert SGD() == SGD(0.1, momentum=None, nesterov=False, decrease_constant=None, clip_norm=None)


def test_plain_sgd_is_the_lectures_update():
    params, grads = problem()
    expected = {name: p - 0.1 * sum(g[name] for g in grads) for name, p in params.items()}
    same(run(SGD(0.1), params, grads), expected)


def test_the_decrease_constant_divides_by_one_plus_dc_times_the_updates_made():
    params, grads = problem()
    expected = {n: p - sum(0.1 / (1 + 0.3 * t) * g[n] for t, g in enumerate(grads)) for n, p in params.items()}
    same(run(SGD(0.1, decrease_constant=0.3), params, grads), expected)
    same(run(SGD(schedules.decreasing(0.1, 0.3)), params, grads), expected)


def test_the_decrease_constant_also_divides_a_schedule():
    rule = SGD(schedules.step(0.8, 0.5, 2), decrease_constant=1.0)
    assert [rule.rate(t) for t in range(4)] == pytest.approx([0.8, 0.4, 0.4 / 3, 0.1])


def test_the_rate_of_a_plain_rule_is_a_python_number():
    assert type(SGD(schedules.cosine(0.1, 10)).rate(3)) is float
    assert type(SGD(np.float64(0.1), decrease_constant=np.float64(0.1)).rate(3)) is float


def test_momentum_keeps_a_share_of_the_velocity():
    params, grads = problem()
    expected = {}
    for name, p in params.items():
        v = np.zeros_like(p)
        for g in grads:
            v = 0.9 * v - 0.1 * g[name]
            p = p + v
        expected[name] = p
    same(run(SGD(0.1, momentum=0.9), params, grads), expected)


def test_nesterov_looks_ahead():
    params, grads = problem()
    expected = {}
    for name, p in params.items():
        v = np.zeros_like(p)
        for g in grads:
            v = 0.9 * v - 0.1 * g[name]
            p = p + 0.9 * v - 0.1 * g[name]
        expected[name] = p
    same(run(SGD(0.1, momentum=0.9, nesterov=True), params, grads), expected)


def test_nesterov_is_momentum_with_the_gradient_taken_ahead():
    """On f = theta^2 / 2, in the variable phi = theta + mu v, it is Sutskever's form."""
    rate, mu = 0.1, 0.9
    rule, params = SGD(rate, momentum=mu, nesterov=True), {"a": np.array(1.0)}
    state = rule.init(params)
    theta, v = 1.0, 0.0
    for t in range(20):
        params, state = rule.step(params, {"a": params["a"]}, state, t)
        v = mu * v - rate * (theta + mu * v)
        theta = theta + v
        assert params["a"] == pytest.approx(theta + mu * v, rel=1e-12)


def test_momentum_of_zero_is_plain_sgd():
    params, grads = problem()
    same(run(SGD(0.1, momentum=0.0), params, grads), run(SGD(0.1), params, grads))


def test_plain_sgd_has_no_state():
    params, _ = problem()
    assert SGD(0.1).init(params) == {}
    assert set(SGD(0.1, momentum=0.5).init(params)["velocity"]) == set(params)


@pytest.mark.parametrize("nesterov", [False, True])
def test_momentum_is_optaxs(jax, nesterov):
    optax = pytest.importorskip("optax")
    params, grads = problem()
    found = run(SGD(0.1, momentum=0.9, nesterov=nesterov), params, grads)
    with jax.enable_x64(True):
        theirs = optax.sgd(0.1, momentum=0.9, nesterov=nesterov)
        state = theirs.init(params)
        for grad in grads:
            updates, state = theirs.update(grad, state)
            params = optax.apply_updates(params, updates)
    same(found, params)


@pytest.mark.parametrize(
    "settings",
    [
        {"momentum": -0.1},
        {"momentum": 1.0},
        {"momentum": "0.9"},
        {"momentum": float("nan")},
        {"decrease_constant": -1e-3},
        {"decrease_constant": float("inf")},
        {"nesterov": True},
    ],
)
def test_settings_out_of_range_are_refused(settings):
    with pytest.raises(errors.SettingError, match=f"SGD: {next(iter(settings))}"):
        SGD(0.1, **settings)


def test_a_rule_that_is_given_its_rates_has_no_schedule_of_its_own():
    rule = SGD(0.5, decrease_constant=2.0).unscheduled()
    assert rule.decrease_constant is None
    assert not rule.scheduled
