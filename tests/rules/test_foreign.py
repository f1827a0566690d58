"""Update rules of other libraries: anything with optax's init and update."""

from types import SimpleNamespace

import numpy as np
import pytest

from bprop import errors
from bprop.rules import SGD, Adam, Foreign, as_rule


def halving():
    """A transformation in the style of optax: moves by half the gradient and counts."""
    return SimpleNamespace(
        init=lambda params: 0,
        update=lambda grads, state, params: ({n: -0.5 * g for n, g in grads.items()}, state + 1),
    )


@pytest.mark.parametrize("rule", [SGD(), Adam(), Foreign(halving())])
def test_a_rule_is_taken_as_it_is(rule):
    assert as_rule(rule) is rule


def test_a_transformation_is_wrapped():
    rule = as_rule(halving())
    assert isinstance(rule, Foreign)
    params = {"a": np.array([1.0, 2.0])}
    moved, state = rule.step(params, {"a": np.array([2.0, -2.0])}, rule.init(params), 0)
    np.testing.assert_array_equal(moved["a"], [0.0, 3.0])
    assert state == 1
    assert rule.rate(0) is None


def test_a_foreign_rule_keeps_the_precision_of_the_parameters():
    params = {"a": np.ones(2, "float32")}
    moved, _ = as_rule(halving()).step(params, {"a": np.ones(2, "float64")}, 0, 0)
    assert moved["a"].dtype == np.float32


@pytest.mark.parametrize("rule", [None, 0.1, SGD, Adam, lambda p: p, SimpleNamespace(init=lambda p: p)])
def test_other_things_are_refused(rule):
    with pytest.raises(errors.SettingError, match=r"rule must be bp\.SGD"):
        as_rule(rule)


def test_an_optax_transformation_is_wrapped_and_steps(jax):
    optax = pytest.importorskip("optax")
    rule = as_rule(optax.sgd(0.5))
    params = {"a": np.array([1.0, 2.0], "float32")}
    moved, _ = rule.step(params, {"a": np.array([2.0, -2.0], "float32")}, rule.init(params), 0)
    np.testing.assert_array_equal(moved["a"], [0.0, 3.0])


def test_a_name_is_the_rule_with_its_own_settings():
    assert as_rule("adam") == Adam() and as_rule("sgd") == SGD()
    with pytest.raises(errors.UnknownNameError, match="'adma' is not one of sgd, adam, adamw"):
        as_rule("adma")


def test_the_name_of_a_rule_is_a_text():
    assert Foreign(object(), name="mine").name == "mine" and Foreign(object()).name is None
    with pytest.raises(errors.SettingError, match="Foreign: name must be a text, not 5"):
        Foreign(object(), name=5)
