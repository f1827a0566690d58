"""Thresholds of a number are those of a decision tree of that number alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bprop.sources import thresholds as of
from bprop.sources.thresholds import thresholds

trees = pytest.importorskip("sklearn.tree")


def cuts(tree):
    return np.sort(tree.tree_.threshold[tree.tree_.feature >= 0])


@pytest.mark.parametrize("rows", [40, 700])
@pytest.mark.parametrize("decimals", [0, 1, 6])
def test_values_are_cut_as_a_regression_tree_cuts_them(rows, decimals):
    rng = np.random.default_rng(rows + decimals)
    x = np.round(rng.normal(size=rows), decimals)
    y = np.sin(3 * x) + 0.3 * rng.normal(size=rows)
    tree = trees.DecisionTreeRegressor(max_leaf_nodes=16, min_samples_leaf=16, random_state=0).fit(x[:, None], y)
    np.testing.assert_allclose(thresholds(x, y[:, None]), cuts(tree), atol=1e-6)


def test_classes_are_cut_by_ginis_index():
    rng = np.random.default_rng(3)
    x = rng.normal(size=900)
    c = rng.integers(0, 4, 900) * (x > 0) + (x > 1)
    tree = trees.DecisionTreeClassifier(max_leaf_nodes=8, min_samples_leaf=20, random_state=0).fit(x[:, None], c)
    np.testing.assert_allclose(thresholds(x, np.eye(6)[c], most=8, fewest=20), cuts(tree), atol=1e-6)


@given(st.lists(st.tuples(st.integers(-5, 5), st.floats(-10, 10)), min_size=1, max_size=60))
def test_every_leaf_has_enough_rows_and_every_cut_lies_between_two_values(rows):
    x, y = np.array(rows, float).T
    edges = thresholds(x, y[:, None], most=5, fewest=4)
    counts = np.bincount(np.searchsorted(edges, x), minlength=len(edges) + 1)
    assert len(edges) < 5 and (len(edges) == 0 or counts.min() >= 4)
    assert not np.isin(edges, x).any()


def test_a_number_that_says_nothing_has_no_thresholds():
    x = np.arange(50.0)
    assert len(thresholds(x, np.ones((50, 1)))) == 0
    assert len(thresholds(np.zeros(50), x[:, None])) == 0
    assert len(thresholds(np.arange(3.0), np.arange(3.0)[:, None])) == 0


def test_of_many_rows_some_are_taken(monkeypatch):
    monkeypatch.setattr(of, "MOST_ROWS", 100)
    x = np.random.default_rng(0).permutation(1000).astype(float)
    (cut,) = thresholds(x, (x > 500)[:, None] * 1.0, most=2)
    assert 490 < cut < 510
