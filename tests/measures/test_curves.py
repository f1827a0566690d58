"""Curves of scores, against scikit-learn and against the measures that are areas below them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bprop.measures.class_scores import average_precision
from bprop.measures.curves import at_thresholds, precision_recall, reliability, roc_curve, thinned
from bprop.measures.scores import calibration_error, roc_auc

ROWS = st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.integers(1, 3)), min_size=2, max_size=30)


def parts(rows):
    return (np.array([one[k] for one in rows], kind) for k, kind in ((0, np.float64), (1, bool), (2, np.float64)))


@given(ROWS)
def test_the_area_under_the_curve_is_the_measure(rows):
    scores, positive, w = parts(rows)
    if positive.all() or not positive.any():
        return
    false, hit = roc_curve(scores, positive, w)
    assert (false[0], hit[0], false[-1], hit[-1]) == (0, 0, 1, 1)
    assert np.trapezoid(hit, false) == pytest.approx(roc_auc(scores, positive)(w))
    recall, precision = precision_recall(scores, positive, w)
    area = float(np.diff(recall, prepend=0.0) @ precision)
    assert area == pytest.approx(average_precision(scores, positive)(w))


def test_the_curves_are_those_of_scikit_learn(rng):
    metrics = pytest.importorskip("sklearn.metrics", reason="the reference is scikit-learn")
    scores, positive, w = rng.integers(20, size=80) / 20, rng.random(80) < 0.3, rng.random(80)
    false, hit, _ = metrics.roc_curve(positive, scores, sample_weight=w, drop_intermediate=False)
    np.testing.assert_allclose(roc_curve(scores, positive, w), (false, hit), atol=1e-12)
    precision, recall, _ = metrics.precision_recall_curve(positive, scores, sample_weight=w)
    found = precision_recall(scores, positive, w)
    np.testing.assert_allclose(found, (recall[-2::-1], precision[-2::-1]), atol=1e-12)


def test_of_one_kind_of_examples_alone_a_curve_is_not_defined():
    false, _ = roc_curve(np.array([0.2, 0.4]), np.array([True, True]), np.ones(2))
    assert np.isnan(false).all()


@given(ROWS, st.lists(st.floats(-1, 6), min_size=1, max_size=5))
def test_the_counts_at_a_threshold_are_those_of_the_rule(rows, thresholds):
    scores, positive, w = parts(rows)
    up, down = at_thresholds(scores, positive, w, np.array(thresholds))
    for k, t in enumerate(thresholds):
        called = scores >= t
        assert up[k] == pytest.approx(w @ (called & positive))
        assert down[k] == pytest.approx(w @ (called & ~positive))


def test_thresholds_are_compared_in_the_precision_of_the_scores():
    """0.7 of float32 is less than 0.7 of float64, and must still count as 0.7 or more."""
    scores = np.array([0.7, 0.1], np.float32)
    assert at_thresholds(scores, np.array([True, False]), np.ones(2), np.array([0.7]))[0].tolist() == [1.0]


@pytest.mark.parametrize("seed", range(3))
def test_the_bins_make_up_the_calibration_error(seed):
    rng = np.random.default_rng(seed)
    sure, right, w = rng.uniform(0.3, 1, 200), (rng.random(200) < 0.6) * 1.0, rng.random(200)
    bins = reliability(sure, right, w)
    error = sum(one["share"] * abs(one["right"] - one["confidence"]) for one in bins)
    assert error == pytest.approx(calibration_error(sure, right)(w))
    assert sum(one["rows"] for one in bins) == 200
    assert all(one["low"] <= one["confidence"] <= one["high"] for one in bins)


def test_a_thinned_line_keeps_its_ends_and_its_corners(rng):
    x = np.concatenate([np.zeros(5000), np.linspace(0, 1, 5000)])
    y = np.concatenate([np.linspace(0, 1, 5000), np.ones(5000)])
    some = thinned(x, y, 101)
    assert len(some) <= 101 and some[0] == 0 and some[-1] == 9999
    assert np.abs(y[some] - np.minimum(1, np.linspace(0, 2, 101))[: len(some)]).max() < 0.02
