"""The error for the values of each feature."""

import numpy as np
import pytest

from bprop.reporting import features
from bprop.reporting.features import errors_by_feature


def test_the_feature_along_which_the_error_differs_comes_first(rng):
    x, z = rng.normal(size=500), rng.normal(size=500)
    error = (x > 1) * 1.0
    charts = errors_by_feature(error, np.ones(500), {"z": lambda: z, "x": lambda: x})
    assert [one["name"] for one in charts] == ["x", "z"]
    assert charts[0]["explained"] > 0.5 > charts[1]["explained"]
    bins = charts[0]["bins"]
    assert sum(one[3] for one in bins) == 500
    for _, low, high, rows, mean in bins[:-1]:
        inside = (x >= low - 1e-4) & (x < high + 1e-4)
        assert rows == pytest.approx(inside.sum(), abs=1) and mean == pytest.approx(error[inside].mean(), abs=0.03)


def test_few_values_have_a_bin_each_and_missing_ones_their_own():
    x = np.repeat([1.0, 2.0, np.nan], 10)
    (chart,) = errors_by_feature(np.repeat([0.0, 1.0, 0.5], 10), np.ones(30), {"x": lambda: x})
    assert [(one[0], one[3], one[4]) for one in chart["bins"]] == [("1", 10, 0.0), ("2", 10, 1.0), ("missing", 10, 0.5)]
    assert chart["explained"] == pytest.approx(1.0)


def test_rare_categories_stand_together(monkeypatch):
    monkeypatch.setattr(features, "CATEGORIES", 2)
    names = np.array(["a"] * 20 + ["b"] * 15 + ["c"] * 3 + ["d"] * 2)
    (chart,) = errors_by_feature(np.arange(40.0), np.ones(40), {"name": lambda: names})
    assert [(one[0], one[3]) for one in chart["bins"]] == [("a", 20), ("b", 15), ("2 others", 5)]


def test_rows_count_by_their_weights():
    x, error = np.tile([0.0, 1.0], 20), np.repeat([0.0, 1.0], 20)
    w = np.repeat([3.0, 1.0], 20)
    (chart,) = errors_by_feature(error, w, {"x": lambda: x})
    assert [one[4] for one in chart["bins"]] == [0.25, 0.25]


@pytest.mark.parametrize("error", [np.zeros(50), np.full(50, np.nan), np.ones(5)])
def test_there_is_nothing_to_tell_of_equal_errors_or_few_rows(error):
    assert errors_by_feature(error, np.ones(len(error)), {"x": lambda: np.arange(len(error))}) == []


def test_a_feature_with_one_value_is_left_out():
    assert errors_by_feature(np.arange(40.0), np.ones(40), {"x": lambda: np.zeros(40)}) == []
