"""What all rules have in common: settings out of range are refused, and clipping by norm."""

import numpy as np
import pytest

from bprop import errors
from bprop.rules import SGD, Adam, AdamW, clip_by_norm


@pytest.mark.parametrize("cls", [SGD, Adam, AdamW])
@pytest.mark.parametrize("rate", [-0.1, float("nan"), float("inf"), "fast", None, True])
def test_learning_rates_out_of_range_are_refused_by_the_rules_name(cls, rate):
    with pytest.raises(errors.SettingError, match=f"{cls.__name__}: learning_rate"):
        cls(rate)


@pytest.mark.parametrize("cls", [SGD, Adam, AdamW])
@pytest.mark.parametrize("limit", [0.0, -1.0, float("nan"), "1"])
def test_clipping_norms_out_of_range_are_refused(cls, limit):
    with pytest.raises(errors.SettingError, match="clip_norm must be a number above 0"):
        cls(clip_norm=limit)


# --- clipping by norm ---


def test_a_gradient_longer_than_the_limit_is_scaled_to_it_as_one():
    grads = {"a": np.array([3.0, 0.0]), "b": np.array([[4.0]])}  # norm 5
    clipped = clip_by_norm(grads, 1.0)
    np.testing.assert_allclose(clipped["a"], [0.6, 0.0], rtol=1e-15)
    np.testing.assert_allclose(clipped["b"], [[0.8]], rtol=1e-15)


@pytest.mark.parametrize("limit", [5.0, 7.0])
def test_a_gradient_within_the_limit_is_left_alone(limit):
    grads = {"a": np.array([3.0, 0.0]), "b": np.array([[4.0]])}
    for name, clipped in clip_by_norm(grads, limit).items():
        np.testing.assert_array_equal(clipped, grads[name])


def test_a_gradient_of_zeros_stays_zeros():
    np.testing.assert_array_equal(clip_by_norm({"a": np.zeros(3)}, 1.0)["a"], np.zeros(3))


def test_no_gradients_are_no_gradients():
    assert clip_by_norm({}, 1.0) == {}


def test_clipping_keeps_the_precision():
    assert clip_by_norm({"a": np.ones(3, "float32")}, np.float64(0.5))["a"].dtype == np.float32


def test_a_clipped_rule_steps_with_the_clipped_gradient():
    params, grads = {"a": np.zeros(2)}, {"a": np.array([30.0, 40.0])}
    moved, _ = SGD(1.0, clip_norm=1.0).step(params, grads, {}, 0)
    np.testing.assert_allclose(moved["a"], [-0.6, -0.8], rtol=1e-15)


def test_clipping_is_optaxs(jax):
    optax = pytest.importorskip("optax")
    rng = np.random.default_rng(5)
    grads = {"W": rng.normal(size=(3, 2)), "b": rng.normal(size=2), "s": np.asarray(rng.normal())}
    with jax.enable_x64(True):
        expected, _ = optax.clip_by_global_norm(0.7).update(grads, optax.EmptyState())
        for name, clipped in clip_by_norm(grads, 0.7).items():
            np.testing.assert_allclose(clipped, expected[name], rtol=1e-12)
