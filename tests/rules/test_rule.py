"""What holds for every rule: pure, keeps the precision, the same on both engines, numbers apart."""

import inspect
import json
from dataclasses import FrozenInstanceError, fields

import numpy as np
import pytest

from bprop import errors
from bprop.rules import SGD, Adam, AdamW, Rule, clip_by_norm, schedules
from bprop.rules.runtime import numbers_of, structure_of, with_numbers

RULES = {
    "sgd": SGD(0.1),
    "sgd_decrease_constant": SGD(0.1, decrease_constant=0.5),
    "sgd_momentum": SGD(0.1, momentum=0.9),
    "sgd_nesterov": SGD(0.1, momentum=0.9, nesterov=True),
    "sgd_clipped": SGD(0.1, momentum=0.5, clip_norm=0.3),
    "sgd_cosine": SGD(schedules.cosine(0.1, 4)),
    "sgd_warm_up_step": SGD(schedules.warm_up(2, schedules.step(0.1, 0.5, 2)), decrease_constant=0.1),
    "adam": Adam(),
    "adam_clipped": Adam(0.01, beta1=0.5, beta2=0.9, epsilon=1e-3, clip_norm=0.3),
    "adam_exponential": Adam(schedules.exponential(0.01, 0.5, 3)),
    "adamw": AdamW(0.01, weight_decay=0.1),
}
every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)


def subclasses(cls):
    return {cls}.union(*map(subclasses, cls.__subclasses__()))


def problem(dtype="float64"):
    """theta and the gradients of five updates."""
    rng = np.random.default_rng(5)
    shapes = {"W": (3, 2), "b": (2,), "s": ()}
    params = {name: np.asarray(rng.normal(size=shape), dtype) for name, shape in shapes.items()}
    grads = [{n: np.asarray(rng.normal(size=shape), dtype) for n, shape in shapes.items()} for _ in range(5)]
    return params, grads


def run(rule, params, grads):
    state = rule.init(params)
    for t, grad in enumerate(grads):
        params, state = rule.step(params, grad, state, t)
    return params, state


def test_every_rule_of_the_package_is_tested_here():
    ours = {
        cls for cls in subclasses(Rule) if cls.__module__.startswith("bprop.rules.") and not inspect.isabstract(cls)
    }
    assert {type(rule) for rule in RULES.values()} == ours


@every_rule
def test_a_rule_moves_every_parameter_and_keeps_shapes(rule):
    params, grads = problem()
    moved, _ = run(rule, params, grads)
    assert list(moved) == list(params)
    for name, before in params.items():
        assert moved[name].shape == before.shape
        assert not np.array_equal(moved[name], before)


@every_rule
def test_a_rule_is_pure(rule):
    params, grads = problem()
    state = run(rule, params, grads)[1]
    given = [params, grads[0], *state.values()]
    for arrays in given:
        for array in arrays.values():
            np.asarray(array).setflags(write=False)
    kept = [{name: array.tobytes() for name, array in arrays.items()} for arrays in given]
    one, two = (rule.step(params, grads[0], state, 5) for _ in range(2))
    assert [{name: array.tobytes() for name, array in arrays.items()} for arrays in given] == kept
    for name in params:
        assert one[0][name].tobytes() == two[0][name].tobytes()
    assert {k: sorted(v) for k, v in one[1].items()} == {k: sorted(v) for k, v in state.items()}


@every_rule
@pytest.mark.parametrize("dtype", ["float32", "float64", "longdouble"])
def test_a_rule_keeps_the_precision(rule, dtype):
    params, state = run(rule, *problem(dtype))
    for arrays in (params, *state.values()):
        assert all(array.dtype == np.dtype(dtype) for array in arrays.values())


@every_rule
def test_numbers_given_as_numpys_keep_the_precision_too(rule):
    settings = {f.name: getattr(rule, f.name) for f in fields(rule)}
    wide = {k: np.float64(v) if isinstance(v, float) else v for k, v in settings.items()}
    params, _ = run(type(rule)(**wide), *problem("float32"))
    assert {array.dtype for array in params.values()} == {np.dtype("float32")}


@every_rule
def test_single_precision_is_near_double(rule):
    single, double = run(rule, *problem("float32"))[0], run(rule, *problem())[0]
    for name in double:
        np.testing.assert_allclose(single[name], double[name], rtol=1e-4, atol=1e-5)


@every_rule
def test_a_rule_is_the_same_on_xla_with_its_numbers_as_arguments(rule, jax):
    params, grads = problem()
    expected, expected_state = run(rule, params, grads)
    with jax.enable_x64(True):
        step = jax.jit(lambda numbers, *args: with_numbers(rule, numbers).step(*args))
        found, state = jax.device_put(params), jax.jit(rule.init)(params)
        for t, grad in enumerate(grads):
            found, state = step(numbers_of(rule), found, grad, state, np.int32(t))
    for name in expected:
        assert found[name].dtype == np.float64
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-12, atol=1e-14)
    for what, arrays in expected_state.items():
        for name, array in arrays.items():
            np.testing.assert_allclose(state[what][name], array, rtol=1e-12, atol=1e-14)


@every_rule
def test_the_numbers_of_a_rule_are_plain_and_bring_it_back(rule):
    numbers = json.loads(json.dumps(numbers_of(rule)))
    assert numbers
    back = with_numbers(rule, numbers)
    assert back == rule
    assert structure_of(back) == structure_of(rule)


@every_rule
def test_a_rule_is_immutable_hashable_and_prints_its_settings(rule):
    with pytest.raises(FrozenInstanceError):
        rule.learning_rate = 1.0
    assert hash(rule) == hash(with_numbers(rule, numbers_of(rule)))
    assert "learning_rate=" in repr(rule)


@every_rule
def test_a_rate_of_zero_moves_nothing(rule):
    params, grads = problem()
    still = with_numbers(rule, dict.fromkeys(numbers_of(rule), 0.0) | {"epsilon": 1.0, "beta1": 0.5, "beta2": 0.5})
    if callable(rule.learning_rate) or rule.clip_norm is not None:
        still = type(rule)(0.0)
    moved, _ = run(still, params, grads)
    for name, before in params.items():
        np.testing.assert_array_equal(moved[name], before)


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
    _, (grads, *_) = problem()
    with jax.enable_x64(True):
        expected, _ = optax.clip_by_global_norm(0.7).update(grads, optax.EmptyState())
        for name, clipped in clip_by_norm(grads, 0.7).items():
            np.testing.assert_allclose(clipped, expected[name], rtol=1e-12)


@pytest.mark.parametrize("engine", ["numpy", "native", "xla"])
@pytest.mark.parametrize("size", [1e-30, 1e-22, 1.0, 1e20, 1e30, 1e38])
def test_no_size_of_the_gradient_overflows_or_vanishes_as_it_is_clipped(size, engine):
    grads = {"a": np.array([3.0, 0.0], "float32") * np.float32(size), "b": np.array([[-2.5]], "float32") * size}
    limit = 0.5 * size

    def clip(a, b):
        return list(clip_by_norm({"a": a, "b": b}, limit).values())

    if engine == "native":
        evaluate = pytest.importorskip("bprop.engines.native.evaluate", exc_type=ImportError).evaluate
        found = evaluate(clip, grads["a"], grads["b"], dtype="float32")
    else:
        run = pytest.importorskip("jax").jit(clip) if engine == "xla" else clip
        found = [np.asarray(g) for g in run(grads["a"], grads["b"].astype("float32"))]
    norm = np.hypot(3.0, 2.5)
    np.testing.assert_allclose(found[0], np.array([3.0, 0.0]) * size * 0.5 / norm, rtol=1e-6)
    np.testing.assert_allclose(found[1], [[-2.5 * size * 0.5 / norm]], rtol=1e-6)


@pytest.mark.parametrize("odd", [np.inf, -np.inf, np.nan])
def test_a_gradient_that_is_not_finite_stays_so(odd):
    with np.errstate(all="ignore"):
        clipped = clip_by_norm({"a": np.array([odd, 1.0]), "b": np.ones(2)}, 1.0)
    assert not np.isfinite(clipped["a"][0])
    assert clipped["b"].all()  # nothing is 0 for that
