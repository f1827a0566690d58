"""Learning rates by parameter."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.rules.factors import groups, read_factors
from bprop.rules.runtime import is_known, structure_of

GRAPH = bp.mlp([3, 4, 2])
X = np.random.default_rng(0).normal(size=(20, 3))
DATA = {"x": X, "y": (X[:, 0] > 0).astype(int)}
SETTINGS = {"epochs": 2, "batch_size": 7, "progress": False, "dtype": "float64"}
ENGINES = {"numpy": "numpy", "native": "llvmlite", "xla": "jax"}


@pytest.mark.parametrize(
    "factors", [{"W1": 0.1, "b*": 2}, (("W1", 0.1), ("b*", 2.0)), [["W1", np.float32(0.1)], ["b*", 2]]]
)
def test_factors_are_pairs_in_their_order(factors):
    read = read_factors("Adam", factors)
    assert read is not None
    assert [pattern for pattern, _ in read] == ["W1", "b*"]
    np.testing.assert_allclose([factor for _, factor in read], [0.1, 2], rtol=1e-6)
    assert all(type(factor) is float for _, factor in read)


@pytest.mark.parametrize("nothing", [None, {}, ()])
def test_no_factors_are_none(nothing):
    assert bp.Adam(rate_factors=nothing) == bp.Adam()


@pytest.mark.parametrize(
    ("factors", "message"),
    [
        ({"W1": 0}, r"rate_factors\['W1'\] is 0: freeze=\['W1'\] of bp.train leaves it as it is"),
        ({"W1": -1}, "must be a finite number above 0, not -1"),
        ({"W1": float("inf")}, "must be a finite number above 0, not inf"),
        ({"W1": float("nan")}, "must be a finite number above 0, not nan"),
        ({"W1": "0.1"}, "must be a finite number above 0, not '0.1'"),
        ({"W1": True}, "must be a finite number above 0, not True"),
        ({3: 1.0}, "has names of parameters, not 3"),
        ("W1", "rate_factors is {name: factor}"),
        (0.1, "rate_factors is {name: factor}"),
        (["W1"], "rate_factors is {name: factor}"),
    ],
)
def test_what_is_no_factor_is_refused(factors, message):
    with pytest.raises(errors.SettingError, match=message):
        bp.SGD(0.1, rate_factors=factors)


def test_the_own_name_counts_before_patterns_and_the_first_pattern_before_others():
    factors = read_factors("SGD", {"W*": 0.5, "*": 3.0, "W1": 1.0})
    assert factors is not None
    assert groups(factors, ("W1", "b1", "W2", "b2")) == {1.0: ("W1",), 3.0: ("b1", "b2"), 0.5: ("W2",)}
    assert groups((("W1", 2.0),), ("b1",)) == {1.0: ("b1",)}


@dataclass(frozen=True)
class Signs(bp.Rule):
    """theta <- theta - alpha sign(gradient), and the state counts updates."""

    def init(self, params):
        return {"count": {name: np.zeros_like(p) for name, p in params.items()}}

    def update(self, params, grads, state, rate, t):
        count = {name: c + 1 for name, c in state["count"].items()}
        return {name: p - rate * np.sign(grads[name]) for name, p in params.items()}, {"count": count}


def test_the_rate_of_a_parameter_is_that_of_the_rule_times_its_factor():
    params = {"b1": np.zeros(2), "W1": np.zeros(2), "W2": np.zeros(2)}
    rule = Signs(0.5, rate_factors={"W1": 0.1, "W*": 4})
    moved, state = rule.step(params, {name: np.ones(2) for name in params}, rule.init(params), 0)
    assert list(moved) == list(state["count"]) == ["b1", "W1", "W2"]
    assert {name: array.tolist() for name, array in moved.items()} == {
        "b1": [-0.5, -0.5], "W1": [-0.05, -0.05], "W2": [-2.0, -2.0],
    }  # fmt: skip
    assert all((count == 1).all() for count in state["count"].values())


RULES = [bp.SGD(0.1), bp.SGD(0.1, momentum=0.9, nesterov=True), bp.Adam(0.01), bp.AdamW(0.01, weight_decay=0.3)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: type(rule).__name__)
def test_a_parameter_with_a_factor_moves_as_with_a_rule_of_that_rate(rule):
    rng = np.random.default_rng(1)
    params = {name: rng.normal(size=(2, 3)) for name in ("W1", "W2")}
    by_factor = replace(rule, rate_factors={"W1": 0.25})
    alone = replace(rule, learning_rate=rule.learning_rate * 0.25)
    moved, first = params, params
    states = by_factor.init(params), alone.init(params)
    for t in range(3):
        grads = {name: rng.normal(size=(2, 3)) for name in params}
        moved, state = by_factor.step(moved, grads, states[0], t)
        first, state_alone = alone.step(first, grads, states[1], t)
        states = state, state_alone
    np.testing.assert_allclose(moved["W1"], first["W1"], rtol=1e-14)
    assert not np.allclose(moved["W2"], first["W2"])


@pytest.mark.parametrize("rule", [RULES[1], bp.AdamW(bp.schedules.cosine(0.1, 9), clip_norm=0.3)])
def test_the_engines_agree(rule):
    rule, theta = replace(rule, rate_factors={"W1": 0.1, "b*": 3}), GRAPH.init(3)
    results = {}
    for engine, package in ENGINES.items():
        pytest.importorskip(package)
        results[engine] = bp.train(GRAPH, DATA, rule=rule, engine=engine, params=theta, **SETTINGS).params
    for engine, params in results.items():
        for name, array in params.items():
            np.testing.assert_allclose(array, results["numpy"][name], rtol=1e-9, atol=1e-12, err_msg=engine)


def test_factors_all_of_one_give_the_same_bits_as_none():
    fits = [
        bp.train(GRAPH, DATA, rule=bp.Adam(0.01, rate_factors=factors), engine="numpy", **SETTINGS)
        for factors in (None, {"*": 1.0})
    ]
    assert all(np.array_equal(fits[0].params[name], fits[1].params[name]) for name in GRAPH.parameters)


@pytest.mark.parametrize(("freeze", "factors"), [((), {"w1": 0.1}), (["W1"], {"W1": 0.1}), ((), {"E*": 2})])
def test_a_name_that_no_trained_parameter_has_is_refused_before_training(freeze, factors):
    with pytest.raises(errors.UnknownNameError, match="rate_factors: no parameter that is trained is called"):
        bp.train(GRAPH, DATA, rule=bp.SGD(0.1, rate_factors=factors), freeze=freeze)


def test_a_rule_with_a_step_of_its_own_takes_no_factors():
    class Own(Signs):
        def step(self, params, grads, state, t):
            return params, state

    assert Own(0.1).rate_factors is None
    with pytest.raises(errors.SettingError, match="Own has a `step` of its own, which takes no rate_factors"):
        Own(0.1, rate_factors={"W1": 2})


def test_a_rule_shows_its_factors_and_is_written_as_before_without_them():
    assert repr(bp.SGD(0.1)) == (
        "SGD(learning_rate=0.1, momentum=None, nesterov=False, decrease_constant=None, clip_norm=None)"
    )
    assert repr(bp.SGD(0.1, rate_factors={"W*": 2})).endswith("clip_norm=None, rate_factors={'W*': 2.0})")
    assert repr(Signs(0.5)) == "Signs(learning_rate=0.5)"


def test_factors_are_a_part_of_the_program_and_of_what_is_compared():
    one, other = bp.Adam(rate_factors={"W1": 0.1}), bp.Adam(rate_factors={"W1": 0.2})
    assert is_known(one)
    assert one != other
    assert structure_of(one) != structure_of(other)
    assert hash(structure_of(one)) == hash(structure_of(bp.Adam(rate_factors={"W1": 0.1})))


def test_a_run_with_other_factors_is_not_resumed(tmp_path):
    place, settings = tmp_path / "c.checkpoint", {**SETTINGS, "engine": "numpy"}
    whole = bp.train(GRAPH, DATA, rule=bp.Adam(rate_factors={"W1": 0.1}), **{**settings, "epochs": 3})
    bp.train(GRAPH, DATA, rule=bp.Adam(rate_factors={"W1": 0.1}), checkpoint=place, **settings)
    rest = {**settings, "epochs": 3, "resume": place}
    resumed = bp.train(GRAPH, DATA, rule=bp.Adam(rate_factors={"W1": 0.1}), **rest)
    assert all(np.array_equal(whole.params[name], resumed.params[name]) for name in whole.params)
    with pytest.raises(errors.ModelFileError, match="rate_factors="):
        bp.train(GRAPH, DATA, rule=bp.Adam(rate_factors={"W1": 0.2}), **rest)
