"""Warnings are given where they are due, and only there."""

import numpy as np
import pytest

import bprop as bp
from bprop import Record, advice

WELL = {"value_mean": 0.0, "value_std": 1.0, "gradient_norm": 0.5, "gradient_std": 0.1, "saturated": 0.1, "dead": None}
FINE = {"norm": 1.0, "gradient_norm": 0.1, "update_ratio": 1e-3}


def record(epoch=7, first=None, parameters=None, **changes):
    boxes = {name: WELL | changes.get(name, {}) for name in ("a1", "h1", "a2")}
    health = {"boxes": boxes, "parameters": {"W1": FINE, "b1": FINE} | (parameters or {}), "layers": ["a1", "a2"],
              "first_not_finite": first}  # fmt: skip
    return Record(epoch, 10, 0.5, 0.0, 0.5, health=health)


def test_all_is_well():
    assert advice([record()]) == []
    assert advice([]) == []
    assert advice([Record(1, 10, 0.5, 0.0, 0.5)]) == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"a1": {"gradient_norm": 0.004}}, ["gradients vanish", "0.5 at 'a2'", "0.004 at 'a1'", "try relu"]),
        ({"a1": {"gradient_norm": 60.0}}, ["gradients explode", "60 at 'a1'", "clip_norm"]),
        ({"h1": {"saturated": 0.6}}, ["60% of the values of 'h1' are saturated"]),
        ({"h1": {"dead": 0.75}}, ["75% of the units of 'h1' are dead", "leaky_relu"]),
        ({"parameters": {"W1": FINE | {"update_ratio": 0.2}}}, ["W1 by 0.2", "smaller learning rate"]),
        ({"parameters": {"W1": FINE | {"update_ratio": 1e-8}}}, ["W1 by 1e-08", "larger learning rate"]),
        ({"first": "h1"}, ["'h1' was the first to hold NaN or infinity"]),
    ],
)
def test_what_is_wrong_is_said_once_with_what_to_try(changes, says):
    (text,) = advice([record(**changes)])
    assert text.startswith("after epoch 7, ")
    assert "try" in text
    for part in says:
        assert part in text


@pytest.mark.parametrize(
    "changes",
    [
        {"a1": {"gradient_norm": 0.006}},
        {"a1": {"gradient_norm": 40.0}},
        {"a1": {"gradient_norm": None}},
        {"a2": {"gradient_norm": 0.0}},
        {"h1": {"saturated": 0.5, "dead": 0.5}},
        {"parameters": {"W1": FINE | {"update_ratio": 0.0}, "b1": FINE | {"update_ratio": None}}},
    ],
)
def test_nothing_is_said_within_the_limits(changes):
    assert advice([record(**changes)]) == []


def test_the_last_look_counts():
    later = Record(8, 10, 0.5, 0.0, 0.5)
    assert len(advice([record(3, h1={"dead": 0.9}), record(4, h1={"dead": 0.9}), later])) == 1
    assert advice([record(3, h1={"dead": 0.9}), record(4), later]) == []


def test_many_parameters_are_told_of_in_short():
    large = {f"W{k}": FINE | {"update_ratio": 0.5} for k in range(1, 7)}
    (text,) = advice([record(parameters=large)])
    assert "W3 by 0.5 and 3 more" in text


@pytest.mark.parametrize(
    "changes",
    [
        {"parameters": {"W1": FINE | {"update_ratio": 1e-9}, "W2": FINE | {"update_ratio": 0.5}}},
        {"parameters": {"W1": FINE | {"update_ratio": 1e-9}}, "h1": {"dead": 0.9}},
        {"parameters": {"W1": FINE | {"update_ratio": 1e-9}}, "h1": {"saturated": 0.9}},
        {"parameters": {"W1": FINE | {"update_ratio": 1e-9}}, "first": "a2"},
    ],
)
def test_a_smaller_and_a_larger_learning_rate_are_never_advised_at_once(changes):
    said = " ".join(advice([record(**changes)]))
    assert "W1 by 1e-09" in said
    assert "larger learning rate" not in said


def test_after_a_divergence_the_advice_begins_with_it_and_raises_no_learning_rate():
    """One layer's updates are small, since another's are so large."""
    x, y = np.random.default_rng(0).normal(size=(64, 3)) * 1e4, np.arange(64.0)
    graph = bp.mlp([3, 8, 1], activation="relu", task="regression")
    with pytest.raises(bp.errors.NonFiniteError) as caught:
        bp.train(graph, {"x": x, "y": y}, rule=bp.SGD(0.1), batch_size=8, engine="numpy", progress=False, health=True)
    fit = caught.value.fit
    assert advice(fit)[0] == str(caught.value) == fit.failure
    small = {"W1": FINE | {"update_ratio": 1e-9}}
    fit.history.append(record(parameters=small))
    said = advice(fit)
    assert "W1 by 1e-09" in said[-1] and "try the other advice first" in said[-1]
    assert not any("larger learning rate" in text for text in said)
    assert "larger learning rate" in advice(fit.history)[-1]  # where nothing else is known


def test_a_run_that_a_callback_broke_off_has_no_advice_on_that():
    model = bp.Model(bp.mlp([2, 2]), bp.mlp([2, 2]).init(0))
    model.stopped, model.failure = "failed", "KeyError: 'x'"
    assert advice(model) == []


# --- on real networks ---


def health_of(graph, theta=None, **settings):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 10))
    data = {"x": X, "y": (X[:, 0] > 0).astype(int)}
    given = {"rule": bp.SGD(1e-3), "epochs": 1, "engine": "numpy", "health": True, "progress": False, **settings}
    return bp.train(graph, data, params=theta, **given).history


def test_a_deep_network_of_sigmoids_has_vanishing_gradients():
    said = advice(health_of(bp.mlp([10, *[30] * 6, 2], activation="sigmoid")))
    assert any("gradients vanish" in text and "'a1'" in text for text in said)


def test_large_weights_saturate_tanh():
    said = advice(health_of(bp.mlp([10, 30, 2], init=bp.init.Uniform(20))))
    assert any("'h1' are saturated" in text for text in said)


def test_biases_far_below_0_kill_relu():
    graph = bp.mlp([10, 30, 2], activation="relu")
    said = advice(health_of(graph, graph.init(0) | {"b1": np.full(30, -50.0)}))
    assert any("100% of the units of 'h1' are dead" in text for text in said)


def test_a_usual_network_gives_no_cause():
    assert advice(health_of(bp.mlp([10, 30, 30, 2]), rule=bp.SGD(0.1), epochs=5)) == []
