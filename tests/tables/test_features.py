"""Features of the numbers of a table: bins at thresholds, steps, waves, and dropout of categories."""

import numpy as np
import pytest

import bprop as bp
from bprop.tables.features import BIN_SIZE, with_features


def values(box, x, seed=0, training=False):
    graph = bp.Graph(outputs={"f": box})
    return np.asarray(bp.Model(graph, graph.init(seed)).predict(x=x), float)


@pytest.fixture
def numbers():
    rng = np.random.default_rng(0)
    x = np.stack([np.linspace(-2, 2, 200), rng.integers(0, 2, 200).astype(float)], axis=1)
    return x, (x[:, :1] > 0.5) * 1.0


def test_without_features_the_numbers_are_as_they_are(numbers):
    X, y = numbers
    x = bp.Input("x", (2,))
    assert with_features(x, (), X, np.array([True, False]), y) is x


def test_bins_rise_from_one_threshold_to_the_next_and_steps_jump_there(numbers):
    X, y = numbers
    box = with_features(bp.Input("x", (2,)), ("bins",), X, np.array([True, False]), y)
    below, between, above = values(box, np.array([[-2.0, 1.0], [0.4, 0.0], [2.0, 0.0]]))
    cut = (X[X[:, 0] > 0.5, 0].min() + X[X[:, 0] < 0.5, 0].max()) / 2
    np.testing.assert_allclose(below, [-2, 1, 0, 0, 0], atol=1e-6)
    np.testing.assert_allclose(between, [0.4, 0, BIN_SIZE * (0.4 + 2) / (cut + 2), 0, 0], atol=1e-6)
    np.testing.assert_allclose(above, [2, 0, BIN_SIZE, BIN_SIZE, BIN_SIZE], atol=1e-6)


def test_columns_of_two_values_and_categories_have_no_features(numbers):
    X, y = numbers
    x = bp.Input("x", (2,))
    assert with_features(x, ("bins", "waves"), X, np.array([False, True]), y) is x


def test_waves_of_a_number_are_three_learned_sums(numbers):
    X, y = numbers
    box = with_features(bp.Input("x", (2,)), ("waves",), X, np.array([True, False]), y)
    graph = bp.Graph(outputs={"f": box})
    theta = graph.init(0)
    assert {name: theta[name].shape for name in theta} == {"v": (1, 16), "p": (1, 16), "A": (1, 16, 3)}
    f = np.asarray(bp.Model(graph, theta).predict(x=X), float)
    by_hand = np.cos(0.2 * np.pi * (X[:, :1] * theta["v"] + theta["p"])) @ theta["A"][0]
    np.testing.assert_allclose(f, np.concatenate([X, by_hand], axis=1), atol=1e-6)


def test_categories_are_dropped_in_training_and_measures_are_not(numbers):
    X, y = numbers
    box = with_features(bp.Input("x", (2,)), (), X, np.array([True, False]), y, rate=0.5)
    assert box.dims == ("N", 2)
    np.testing.assert_allclose(values(box, X), X, atol=1e-6)
    (dropped,) = [one for one in box.children if one.name == "categories_dropped"]
    assert dropped.rate == 0.5 and dropped.dims == ("N", 1)


def test_a_network_with_waves_passes_the_gradient_check(numbers):
    X, y = numbers
    box = with_features(bp.Input("x", (2,)), ("waves",), X, np.array([True, True]), y)
    f = bp.linear(box, bp.Parameter("W", (box.dims[1], 1)), bp.Parameter("b", (1,)))
    graph = bp.Graph(loss=bp.squared_error(f[:, 0], bp.Input("y", ())))
    assert bp.check_gradients(graph, graph.init(0), {"x": X[:5], "y": y[:5, 0]}).ok
