"""scikit-learn's solvers as rules, against their formulas."""

import numpy as np
import pytest

pytest.importorskip("sklearn")

from bprop.estimators.rules import HeavyBall, InverseScaling, ScaledAdam
from bprop.rules.runtime import numbers_of, with_numbers


def test_adam_adds_epsilon_before_v_is_corrected(rng):
    rule = ScaledAdam(0.1, 0.9, 0.99, 0.5)
    theta, m, v = rng.normal(size=3), np.zeros(3), np.zeros(3)
    params, state = {"W": theta}, rule.init({"W": theta})
    for t in range(4):
        grad = rng.normal(size=3)
        m, v = 0.9 * m + 0.1 * grad, 0.99 * v + 0.01 * grad**2
        theta = theta - 0.1 * np.sqrt(1 - 0.99 ** (t + 1)) / (1 - 0.9 ** (t + 1)) * m / (np.sqrt(v) + 0.5)
        params, state = rule.step(params, {"W": grad}, state, t)
        assert np.allclose(params["W"], theta, rtol=1e-14)


def test_adam_keeps_the_precision(rng):
    theta = {"W": rng.normal(size=3).astype(np.float32)}
    rule = ScaledAdam(0.1)
    moved, state = rule.step(theta, theta, rule.init(theta), 0)
    assert moved["W"].dtype == state["v"]["W"].dtype == np.float32


def test_momentum_may_be_one():
    rule = HeavyBall(0.1, 1.0, True)
    params, state = {"W": np.zeros(1)}, rule.init({"W": np.zeros(1)})
    for t in range(2):
        params, state = rule.step(params, {"W": np.ones(1)}, state, t)
    assert np.isclose(params["W"][0], -0.2 - 0.3)  # v = -0.1, -0.2; theta moves by v - 0.1


def test_inverse_scaling_changes_from_epoch_to_epoch():
    rate = InverseScaling(rate=0.5, examples_before=0.0, samples=10.0, steps=4.0, first=0.0, power=0.5)
    assert [float(rate(t)) for t in (0, 3)] == [0.5, 0.5]
    assert [float(rate(t)) for t in (4, 7)] == [0.5 / 11**0.5] * 2
    assert float(rate(8)) == 0.5 / 21**0.5


def test_inverse_scaling_goes_on_in_a_later_fit():
    whole = InverseScaling(0.5, 0.0, 10.0, 4.0, 0.0, 0.25)
    later = InverseScaling(0.5, 20.0, 10.0, 4.0, 8.0, 0.25)
    assert [float(whole(t)) for t in range(8, 16)] == [float(later(t)) for t in range(8, 16)]


def test_all_its_numbers_are_arguments_of_a_compiled_program():
    rule = HeavyBall(InverseScaling(0.5, 20.0, 10.0, 4.0, 8.0, 0.25), 0.9, True)
    numbers = numbers_of(rule)
    assert len(numbers) == 7
    assert with_numbers(rule, numbers | {"momentum": 0.5}).momentum == 0.5
