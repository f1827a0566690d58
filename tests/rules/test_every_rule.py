"""Properties of every rule of the package: pure, keeps the precision, optax's numbers on every engine."""

import inspect
import json
from dataclasses import FrozenInstanceError, fields
from importlib import import_module
from pkgutil import iter_modules

import numpy as np
import pytest

import bprop as bp
from bprop import rules
from bprop.rules import Rule
from bprop.rules.runtime import numbers_of, structure_of, with_numbers


def subclasses(cls):
    return {cls}.union(*map(subclasses, cls.__subclasses__()))


def rules_of_the_package():
    """Every rule in every module of bprop.rules, whether the package imports it or not."""
    modules = {import_module(f"bprop.rules.{module.name}").__name__ for module in iter_modules(rules.__path__)}
    found = [cls for cls in subclasses(Rule) if cls.__module__ in modules and not inspect.isabstract(cls)]
    return sorted(found, key=lambda cls: cls.__name__)


CLASSES = rules_of_the_package()
RULES = [rule for cls in CLASSES for rule in cls.examples()]
every_class = pytest.mark.parametrize("cls", CLASSES)
every_rule = pytest.mark.parametrize("rule", RULES, ids=repr)


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


# --- rules are found, and have examples ---


@every_class
def test_a_rule_of_the_package_is_offered_by_it(cls):
    assert getattr(rules, cls.__name__, None) is cls, "import it in rules/__init__.py, and name it in __all__ there"
    assert getattr(bp, cls.__name__, None) is cls, "name it in src/bprop/__init__.py: TYPE_CHECKING, __all__ and _LATER"


@every_class
def test_a_rules_examples_are_of_its_own_class_and_no_two_are_alike(cls):
    examples = list(cls.examples())
    assert {type(rule) for rule in examples} == {cls}
    assert len(set(examples)) == len(examples)


@every_class
def test_a_rules_examples_use_every_setting(cls):
    plain = cls()
    for field in (one for one in fields(cls) if one.name != "rate_factors"):  # of every rule: see test_factors.py
        assert any(getattr(rule, field.name) != getattr(plain, field.name) for rule in cls.examples()), field.name


# --- what every rule does ---


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
def test_numpy_numbers_keep_the_precision_too(rule):
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
    if callable(rule.learning_rate) or getattr(rule, "clip_norm", None) is not None:
        still = type(rule)(0.0)
    moved, _ = run(still, params, grads)
    for name, before in params.items():
        np.testing.assert_array_equal(moved[name], before)


# --- optax's rule of the same name, update by update ---

SPELLINGS = {"beta1": "b1", "beta2": "b2", "epsilon": "eps"}
ENGINES = {"numpy": "numpy", "native": "llvmlite", "xla": "jax"}


def in_optax(rule, optax):
    """The same rule as optax has it. Settings that optax knows go to it by name; the rate is the rule's own."""
    make = getattr(optax, rule.reference)
    known = inspect.signature(make).parameters
    settings = {}
    for field in fields(rule):
        name = SPELLINGS.get(field.name, field.name)
        if name in known:
            settings[name] = getattr(rule, field.name)
        else:
            assert field.name in ("clip_norm", "decrease_constant", "rate_factors"), (
                f"optax.{rule.reference} has no {name}"
            )
    settings["learning_rate"] = lambda t: rule.rate(int(t))
    if "mask" in known:
        settings["mask"] = lambda params: {name: p.ndim >= 2 for name, p in params.items()}
    limit = getattr(rule, "clip_norm", None)
    return make(**settings) if limit is None else optax.chain(optax.clip_by_global_norm(limit), make(**settings))


def regression():
    """A graph with parameters of two, one and no axes, and data for it."""
    rng = np.random.default_rng(6)
    x, y = bp.Input("x", (3,)), bp.Input("y", (2,))
    W, b, s = bp.Parameter("W", (3, 2)), bp.Parameter("b", (2,)), bp.Parameter("s", ())
    graph = bp.Graph(loss=bp.squared_error(bp.tanh(bp.linear(x, W, b)) * s, y))
    theta = {"W": rng.normal(size=(3, 2)), "b": rng.normal(size=2), "s": np.array(1.5)}
    return graph, theta, {"x": rng.normal(size=(8, 3)), "y": 3 * rng.normal(size=(8, 2))}


@every_rule
@pytest.mark.parametrize("engine", ENGINES)
def test_a_rule_is_optaxs_over_several_updates_on_every_engine(rule, engine, jax):
    optax = pytest.importorskip("optax")
    pytest.importorskip(ENGINES[engine])
    graph, theta, data = regression()
    updates = 5
    fit = bp.train(
        graph, data, rule=rule, params=theta, epochs=updates, batch_size=8, shuffle=False, dtype="float64",
        engine=engine, progress=False,
    )  # fmt: skip
    theirs, params = in_optax(rule, optax), theta
    with jax.enable_x64(True):
        state = theirs.init(params)
        for _ in range(updates):
            grads = graph.bprop(graph.fprop(params, data))
            moves, state = theirs.update({name: np.asarray(grads[name]) for name in params}, state, params)
            params = {name: np.asarray(p) for name, p in optax.apply_updates(params, moves).items()}
    for name, expected in params.items():
        np.testing.assert_allclose(fit.params[name], expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("limited", [rule for rule in RULES if getattr(rule, "clip_norm", None)], ids=repr)
def test_the_gradients_of_the_comparison_are_longer_than_the_limits_in_it(limited):
    """Otherwise clipping would not be compared."""
    graph, theta, data = regression()
    grads = graph.bprop(graph.fprop(theta, data))
    assert sum(float((grads[name] ** 2).sum()) for name in theta) > limited.clip_norm**2
