"""No better than a constant: said where it is true, and only there."""

import numpy as np
import pytest

import bprop as bp
from bprop import advice
from bprop.health.constant import constant_errors, no_better, usual

GRAPH = bp.mlp([2, 3])


def labels(*counts):
    y = np.repeat(np.arange(len(counts)), counts)
    return {"x": np.zeros((len(y), 2)), "y": y}


@pytest.mark.parametrize(
    ("accuracy", "says"),
    [(0.5, "right for 50.0%, no better than always answering the most frequent class (60.0%)"),
     (0.6, "right for 60.0%, no better than"), (0.65, "right for 65.0%, not clearly better than")],
)  # fmt: skip
def test_a_classifier_that_is_no_better_than_the_usual_class_is_told(accuracy, says):
    assert says in no_better(GRAPH, labels(60, 30, 10), {"accuracy": accuracy}, name="the 100 test")


def test_a_classifier_that_is_better_is_not():
    assert no_better(GRAPH, labels(60, 30, 10), {"accuracy": 0.71}) is None
    assert no_better(GRAPH, labels(6000, 3000, 1000), {"accuracy": 0.62}) is None  # of many, less is clear
    assert no_better(GRAPH, labels(60, 30, 10), {"accuracy": float("nan")}) is None


def test_where_it_cannot_be_said_nothing_is():
    assert no_better(GRAPH, labels(5, 4), {"accuracy": 0.0}) is None  # too few
    assert no_better(GRAPH, labels(50), {"accuracy": 1.0}) is None  # all of one class
    assert no_better(GRAPH, labels(60, 30), {"accuracy": 0.1}, weights=np.zeros(90)) is None
    two = bp.Input("y", (), dtype="int")
    scores = bp.softmax(bp.Input("x", (2,)) @ bp.Parameter("W", (2, 2)))
    graph = bp.Graph(loss=bp.nll(scores, two) + bp.nll(scores, two))
    assert no_better(graph, labels(60, 30), {"accuracy": 0.1}) is None  # two losses
    own = bp.Graph(loss=bp.square(bp.Input("x") * bp.Parameter("w", ())))
    assert no_better(own, {"x": np.ones(50)}, {}) is None


def test_weights_decide_which_class_is_the_usual_one():
    data = labels(60, 40)
    weights = np.where(data["y"] == 0, 1.0, 9.0)  # the second class has 360 of 420
    assert "(85.7%)" in no_better(GRAPH, data, {"accuracy": 0.8}, weights)
    assert no_better(GRAPH, data, {"accuracy": 0.8}) is None


def test_several_outputs_are_each_answered_by_their_usual_value():
    x, y = bp.Input("x", (2,)), bp.Input("y", (2,))
    graph = bp.Graph(loss=bp.binary_cross_entropy(x @ bp.Parameter("W", (2, 2)), y))
    data = {"x": np.zeros((100, 2)), "y": np.stack([np.arange(100) < 90, np.arange(100) < 30], axis=1) * 1.0}
    assert "each output (80.0%)" in no_better(graph, data, {"accuracy": 0.75})
    assert no_better(graph, data, {"accuracy": 0.95}) is None


def values(y):
    return {"x": np.zeros((len(y), 2)), "y": y}


def test_a_regressor_is_compared_with_the_mean_and_the_median(rng):
    graph = bp.mlp([2, 1], task="regression")
    y = rng.exponential(size=400)
    deviation, distance = y.std(), np.abs(y - np.median(y)).mean()
    bad, good = {"rmse": 1.01 * deviation, "mae": 1.1 * distance}, {"rmse": 0.9 * deviation, "mae": 0.9 * distance}
    said = no_better(graph, values(y), bad)
    assert "root mean square error is 101% of that of always answering the mean" in said
    assert no_better(graph, values(y), good) is None
    assert no_better(graph, values(y), bad | {"mae": 0.9 * distance}) is None  # better in one of the two
    assert no_better(graph, values(y), {"rmse": float("inf"), "mae": float("inf")}) is None  # that is another fault
    assert no_better(graph, values(np.full(50, 3.0)), {"rmse": 1.0, "mae": 1.0}) is None


def test_weights_count_in_mean_and_median(rng):
    graph = bp.mlp([2, 1], task="regression")
    y, w = rng.normal(size=300), rng.integers(1, 5, size=300)
    repeated = np.repeat(y, w)
    for factor in (0.999, 1.001):
        measures = {"rmse": factor * repeated.std(), "mae": factor * np.abs(repeated - np.median(repeated)).mean()}
        assert (no_better(graph, values(y), measures, w) is None) == (factor < 1)


# --- on real networks ---


def trained(y, task, sizes, **settings):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 4))
    data = {"x": x, "y": y(x, rng)}
    given = {"rule": bp.SGD(0.1), "epochs": 30, "engine": "numpy", "progress": False, **settings}
    return bp.train(bp.mlp(sizes, task=task), data, **given), data


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_advice_with_data_tells_a_network_that_learned_nothing_from_one_that_learned(task):
    if task == "classification":
        y, sizes = (lambda x, rng: (x[:, 0] > 0).astype(int)), [4, 8, 2]
    else:
        y, sizes = (lambda x, rng: x[:, 0] - x[:, 1]), [4, 8, 1]
    good, data = trained(y, task, sizes)
    assert advice(good, data) == []
    bad, _ = trained(y, task, sizes, rule=bp.SGD(1e-9), epochs=1)
    constant = {name: 0 * array for name, array in bad.params.items()}
    bad.params.update(constant)
    assert any("no better" in said or "not clearly better" in said for said in advice(bad, data))
    assert any("better" in said for said in advice(bad, data, weights=np.ones(300)))


def test_the_best_constants_of_values_and_of_classes():
    y, w = np.array([0.0, 1.0, 5.0]), np.array([1.0, 1.0, 2.0])
    assert usual(np.array([2, 7, 7]), np.array([3.0, 1.0, 1.0])) == (2, 0.6)
    assert constant_errors(y, w) == pytest.approx(
        {"rmse": np.sqrt((2.75**2 + 1.75**2 + 2 * 2.25**2) / 4), "mae": 9 / 4}
    )
    far = constant_errors(1e300 * np.array([[1.0, 0.0], [3.0, 0.0]]), np.ones(2))
    assert far == pytest.approx({"rmse": 1e300 * np.sqrt(0.5), "mae": 5e299})
