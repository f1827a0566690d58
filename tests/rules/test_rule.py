"""The base class of rules: settings out of range are refused, clipping by norm, rates beforehand."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from bprop import errors
from bprop.rules import SGD, Adam, AdamW, Foreign, as_rule, clip_by_norm, schedules
from bprop.rules import rule as module
from bprop.rules.rule import Rule, rule_named, rules, zeros_like
from bprop.rules.runtime import Paced

RULES = [
    SGD(0.1, momentum=0.9), SGD(0.1, decrease_constant=0.5), SGD(schedules.cosine(0.1, 4), clip_norm=0.3),
    SGD(schedules.warm_up(2, schedules.step(0.1, 0.5, 2)), decrease_constant=0.1), Adam(),
    Adam(schedules.exponential(0.01, 0.5, 3)), AdamW(schedules.decreasing(0.01, 0.1), weight_decay=0.1),
]  # fmt: skip
every_rule = pytest.mark.parametrize("rule", RULES, ids=repr)


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


@pytest.mark.parametrize("engine", ["numpy", "native", "xla"])
@pytest.mark.parametrize("size", [1e-30, 1e-22, 1.0, 1e20, 1e30, 1e38])
def test_no_size_of_the_gradient_overflows_or_vanishes_as_it_is_clipped(size, engine):
    grads = {"a": np.array([3.0, 0.0], "float32") * np.float32(size), "b": np.array([[-2.5]], "float32") * size}
    limit = 0.5 * size

    def clip(a, b):
        return list(clip_by_norm({"a": a, "b": b}, limit).values())

    if engine == "native":
        evaluate = pytest.importorskip("bprop.engines.native.run.evaluate", exc_type=ImportError).evaluate
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


# --- learning rates beforehand ---


@every_rule
def test_rates_are_those_of_the_formula_in_float64(rule):
    rates = rule.rates(3, 50)
    assert (rates.dtype, rates.shape) == (np.float64, (50,))
    assert [rule.rate(t) for t in range(3, 53)] == rates.tolist()
    np.testing.assert_allclose(rates, [float(rule.alpha(t)) for t in range(3, 53)], rtol=1e-15)


@every_rule
def test_a_rule_with_a_rate_from_outside_makes_the_same_step(rule):
    params, grads = {"W": np.full((2, 2), 0.5)}, {"W": np.full((2, 2), 2.0)}
    state = rule.init(params)
    bare = rule.unscheduled()
    moved, _ = rule.step(params, grads, state, 5)
    given, _ = Paced(bare, rule.rate(5)).step(params, grads, state, 5)
    np.testing.assert_array_equal(moved["W"], given["W"])
    assert (bare.scheduled, type(bare)) == (False, type(rule))
    assert rule.scheduled is (len(set(rule.rates(0, 50))) > 1)


def test_a_schedule_that_takes_one_number_at_a_time_is_asked_for_each():
    class Steps(schedules.Schedule):
        def __call__(self, t):
            return self.rate if t < 2 else self.rate / 2

    class Exact(schedules.Schedule):
        def __call__(self, t):
            return self.rate * math.cos(int(t) if isinstance(t, int) else t + 0.5j)

    assert SGD(Steps(0.1)).rates(0, 4).tolist() == [0.1, 0.1, 0.05, 0.05]
    assert SGD(Exact(0.1)).rates(0, 2).tolist() == [0.1, 0.1 * math.cos(1)]


def test_a_rule_that_says_its_rate_or_step_itself_is_followed():
    class Rate(SGD):
        def rate(self, t):
            return 0.1 * (t + 1)

    class Step(SGD):
        def step(self, params, grads, state, t):
            return params, state

    assert Rate().rates(1, 2).tolist() == pytest.approx([0.2, 0.3])
    assert (Rate().scheduled, Step(schedules.cosine(0.1, 3)).scheduled) == (True, False)
    assert Step(decrease_constant=0.1).scheduled is False


def test_a_rule_of_ones_own_is_known_by_its_name_and_has_no_state_unless_it_says_so():
    class HalvedForTests(Rule):
        """theta <- theta / 2."""

        def update(self, params, grads, state, rate, t):
            return {name: array / 2 for name, array in params.items()}, state

    assert rule_named("halvedfortests") is rules()["halvedfortests"] is HalvedForTests
    assert set(rules()) >= {"sgd", "adam", "adamw"}
    with pytest.raises(errors.UnknownNameError, match=r"'HalvedForTests' is not one of sgd, .*halvedfortests"):
        rule_named("HalvedForTests")
    assert HalvedForTests().init({"W": np.ones(2)}) == {}


def test_a_state_begins_with_zeros_of_the_shapes_and_the_precision_of_the_parameters():
    found = zeros_like({"W": np.ones((2, 3), "float32"), "s": np.array(2.0)})
    assert {name: (array.shape, array.dtype.name, array.any()) for name, array in found.items()} == {
        "W": ((2, 3), "float32", False),
        "s": ((), "float64", False),
    }


def halving():
    """A transformation in the style of optax: moves by half the gradient and counts."""
    return SimpleNamespace(
        init=lambda params: 0,
        update=lambda grads, state, params: ({n: -0.5 * g for n, g in grads.items()}, state + 1),
    )


@pytest.mark.parametrize("rule", [SGD(), Adam(), Foreign(halving())])
def test_a_rule_is_taken_as_it_is(rule):
    assert as_rule(rule) is rule


def test_a_name_is_read_in_either_case():
    assert type(as_rule("adam")) is Adam and type(as_rule("AdamW")) is AdamW and type(as_rule("SGD")) is SGD
    with pytest.raises(errors.UnknownNameError, match="adamw"):
        as_rule("Adamm")


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


def test_a_rule_that_is_defined_again_is_the_new_one_by_its_name(monkeypatch):
    monkeypatch.setattr(module, "_CLASSES", dict(module._CLASSES))

    def cell(factor):
        class Halving(Rule):
            def update(self, params, grads, state, rate, t):
                return {name: factor * p for name, p in params.items()}, state

        return Halving

    cell(0.5)
    again = cell(0.25)
    assert rule_named("halving") is again

    class Adam(Rule):
        def update(self, params, grads, state, rate, t):
            return params, state

    assert rule_named("adam") is not Adam


def test_a_rule_with_other_arguments_shows_the_right_ones_when_its_class_is_defined():
    with pytest.raises(
        errors.CallError, match=r"write def update\(self, params, grads, state, rate, t\) -> \(params, state\)"
    ):

        class NoState(Rule, named=False):
            def update(self, params, grads):
                return params

    with pytest.raises(errors.CallError, match=r"write def init\(self, params\)"):

        class NoParams(Rule, named=False):
            def init(self):
                return {}

            def update(self, params, grads, state, rate, t):
                return params, state


@pytest.mark.parametrize(
    ("returned", "cure"),
    [
        (lambda params, state: params, r"returned a dict: it returns a pair, \(params, state\)"),
        (lambda params, state: (params, state, 1), "returned a tuple: it returns a pair"),
        (lambda params, state: ({}, state), "other parameters than it was called with: W"),
        (lambda params, state: None, "returned a NoneType"),
    ],
)
def test_what_update_returns_is_checked(returned, cure):
    class Returns(Rule, named=False):
        def update(self, params, grads, state, rate, t):
            return returned(params, state)

    with pytest.raises(errors.SettingError, match=cure):
        Returns(0.1).step({"W": np.ones(2)}, {"W": np.ones(2)}, {}, 0)


@pytest.mark.parametrize(
    ("make", "cure"),
    [
        (lambda: Adam(lr=0.1), "Adam has no argument 'lr': type learning_rate"),
        (lambda: Adam(0.1, betas=(0.9, 0.99)), "type beta1=0.9, beta2=0.999"),
        (lambda: SGD(0.1, momentm=0.9), "did you mean 'momentum'"),
    ],
)
def test_numbers_by_other_names_say_what_to_type(make, cure):
    with pytest.raises(errors.CallError, match=cure):
        make()


@pytest.mark.parametrize(
    ("rule", "cure"),
    [
        (0.1, r"rule=bp.SGD\(0.1\)"),
        (Adam, r"type rule=bp.Adam\(\)"),
        (lambda theta, grads: theta, r"help\(bp.Rule\)"),
        ("rmsprop", r"rule=optax.rmsprop\(0.001\)"),
    ],
)
def test_what_is_no_rule_says_what_to_type(rule, cure):
    with pytest.raises(errors.BpropError, match=cure):
        as_rule(rule)


def test_an_error_of_the_surroundings_in_a_rate_is_passed_on():
    calls = []

    def rate(t):
        calls.append(t)
        if len(calls) == 1:
            raise MemoryError("for once")
        return 0.1 / (1 + t)

    with pytest.raises(MemoryError, match="for once"):
        SGD(rate).rates(0, 3)
