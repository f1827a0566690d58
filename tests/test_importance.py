import numpy as np
import pytest

import bprop as bp
from bprop.importance import gradient_times_input, importance_of, permutation_importance, permuted


def test_all_inputs_of_a_column_are_permuted_together(rng):
    x, c = np.arange(40.0).reshape(20, 2), np.arange(20)
    after = permuted({"x": x, "c": c, "y": c}, {"x": [1], "c": None}, rng)
    assert after["c"].tolist() != c.tolist() and sorted(after["c"]) == c.tolist()
    np.testing.assert_array_equal(after["x"][:, 1], x[after["c"], 1])
    np.testing.assert_array_equal(after["x"][:, 0], x[:, 0])
    assert after["y"] is c and x[3, 1] == 7


def test_a_column_matters_by_what_the_measure_gains(rng):
    x = rng.normal(size=(500, 3))
    y = 2 * x[:, 0] + x[:, 1]

    def measure(arrays):
        return float(np.mean((2 * arrays["x"][:, 0] + arrays["x"][:, 1] - y) ** 2))

    columns = {"strong": {"x": [0]}, "weak": {"x": [1]}, "none": {"x": [2]}, "both": {"x": [0, 1]}}
    scores = permutation_importance(measure, {"x": x}, columns, repeats=20)
    assert scores["strong"][0] == pytest.approx(8, rel=0.15) and scores["weak"][0] == pytest.approx(2, rel=0.15)
    assert scores["none"] == (0.0, 0.0) and scores["both"][0] == pytest.approx(10, rel=0.15)
    assert 0 < scores["strong"][1] < 1
    assert permutation_importance(measure, {"x": x}, columns, 20) == scores
    assert permutation_importance(measure, {"x": x}, columns, 20, seed=1) != scores


def test_gradient_times_input_of_a_linear_network_is_its_terms(rng):
    graph = bp.mlp([3, 1], task="regression")
    theta, x = graph.init(seed=0), rng.normal(size=(8, 3)) + 5
    parts = gradient_times_input(graph, theta, {"x": x}, {"a": {"x": [0]}, "rest": {"x": [1, 2]}}, None)
    terms = (x - x.mean(axis=0)) * theta["W1"][:, 0]
    np.testing.assert_allclose(parts["a"], terms[:, 0], rtol=1e-10)
    np.testing.assert_allclose(parts["rest"], terms[:, 1:].sum(axis=1), rtol=1e-10)


def test_of_classes_it_is_of_the_logarithm_of_the_probability_of_the_chosen_one(rng):
    graph = bp.mlp([2, 5, 3])
    theta, x, chosen = graph.init(seed=0), rng.normal(size=(4, 2)), np.array([2, 0, 1, 2])
    parts = gradient_times_input(graph, theta, {"x": x}, {"a": {"x": [0]}}, chosen)["a"]
    step = 1e-6 * np.array([1.0, 0])
    up, down = (np.log(graph.predict(theta, x=x + sign * step)[np.arange(4), chosen]) for sign in (1, -1))
    np.testing.assert_allclose(parts, (up - down) / 2e-6 * (x - x.mean(axis=0))[:, 0], rtol=1e-5)


def test_an_embedding_counts_by_what_is_looked_up(rng):
    graph = bp.tabular([1, 1], {"city": (3, 2)}, task="regression")
    theta = graph.init(seed=0)
    x, c = rng.normal(size=(6, 1)), np.array([0, 1, 2, 0, 1, 2])
    columns = {"size": {"x": [0]}, "city": {"c_city": None}}
    parts = gradient_times_input(graph, theta, {"x": x, "c_city": c}, columns, None)
    looked_up = theta["E_city"][c] @ theta["W1"][1:, 0]
    np.testing.assert_allclose(parts["city"], looked_up - looked_up.mean(), rtol=1e-8, atol=1e-12)


def test_the_importance_of_a_model_has_the_strongest_column_first(rng):
    graph = bp.mlp([2, 1], task="regression")
    model = bp.Model(graph, {"W1": np.array([[0.1], [4.0]]), "b1": np.zeros(1)})
    x = rng.normal(size=(100, 2))
    arrays = {"x": x, "y": x @ np.array([0.1, 4.0])}
    result = importance_of(model, arrays, np.ones(100), {"weak": {"x": [0]}, "strong": {"x": [1]}}, 3, 0)
    assert [one["column"] for one in result["columns"]] == ["strong", "weak"] and result["rows"] == 100
    first = result["columns"][0]
    assert first["increase"] == pytest.approx(32, rel=0.3)
    assert first["gradient_times_input"] == pytest.approx(4 * np.abs(x[:, 1] - x[:, 1].mean()).mean())


def test_an_ensemble_has_importances_too(rng):
    graph = bp.tabular([2, 4, 3], {"city": (3, 2)})
    model = bp.ensemble([bp.Model(graph, graph.init(seed)) for seed in range(2)])
    arrays = {"x": rng.normal(size=(30, 2)), "c_city": rng.integers(3, size=30), "y": rng.integers(3, size=30)}
    columns = {"a": {"x": [0]}, "b": {"x": [1]}, "city": {"c_city": None}}
    result = importance_of(model, arrays, np.ones(30), columns, 2, 0)
    assert all(one["gradient_times_input"] > 0 for one in result["columns"]) and len(result["columns"]) == 3
