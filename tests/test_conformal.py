import json

import numpy as np
import pytest

from bprop import conformal, errors
from bprop.conformal import Scores


def test_the_quantile_is_the_score_of_rank_n_plus_1_times_the_level():
    values = np.arange(1.0, 100.0)
    scores = Scores.of(values[::-1])
    assert scores.quantile(0.9) == 90 and scores.quantile(0.5) == 50 and scores.quantile(0.901) == 91
    assert scores.quantile(0.99) == 99
    with pytest.raises(errors.SettingError, match=r"99 rows .* up to 0.99; hold out more rows"):
        scores.quantile(0.991)


def test_no_row_is_too_few_for_any_level():
    with pytest.raises(errors.SettingError, match="0 rows"):
        Scores.of(np.empty(0)).quantile(0.1)


@pytest.mark.parametrize("level", [0, 1, -0.1, 90, float("nan"), "0.9", True])
def test_a_level_is_a_probability(level):
    with pytest.raises(errors.SettingError, match="between 0 and 1"):
        Scores.of(np.arange(50.0)).quantile(level)


@pytest.mark.parametrize("level", [0.5, 0.8, 0.9])
def test_further_rows_are_inside_as_often_as_asked_for(rng, level):
    inside = []
    for _ in range(400):
        errors_of_rows = rng.standard_cauchy(size=60)
        f, y = rng.normal(size=60), None
        y = f + errors_of_rows
        q = Scores.of(conformal.distances(f[:40], y[:40])).quantile(level)
        low, high = conformal.around(f[40:], q)
        inside.append(conformal.coverage((low <= y[40:]) & (y[40:] <= high)))
    assert level - 0.015 < np.mean(inside) < level + 1 / 41 + 0.015


def test_weights_are_rows_repeated_in_the_limit(rng):
    values, w = rng.normal(size=500), rng.integers(0, 3, size=500)
    weighted, repeated = Scores.of(values, w * 1.0), Scores.of(np.repeat(values, w))
    for level in (0.1, 0.5, 0.9):
        assert repeated.quantile(level - 0.005) <= weighted.quantile(level) <= repeated.quantile(level + 0.005)
    assert Scores.of(values, np.full(500, 3.0)).quantile(0.9) == Scores.of(values).quantile(0.9)


def test_of_many_scores_some_are_kept_and_quantiles_become_little_larger(rng):
    values = rng.normal(size=50_000)
    all_of_them, some = Scores.of(values, most=10**6), Scores.of(values)
    assert len(some.values) == conformal.MOST and some.rows == 50_000
    for level in (0.05, 0.5, 0.9, 0.998):
        assert all_of_them.quantile(level) <= some.quantile(level) <= all_of_them.quantile(level + 0.0011)


def test_notes_bring_the_scores_back(rng):
    scores = Scores.of(rng.normal(size=30), rng.uniform(size=30))
    back = Scores.from_notes(json.loads(json.dumps(scores.to_notes())))
    assert back.rows == 30 and back.quantile(0.8) == scores.quantile(0.8)


@pytest.mark.parametrize(
    "change",
    [
        {"values": [2.0, 1.0]}, {"values": [1.0]}, {"values": "x"}, {"shares": [0.5, 1.5]}, {"shares": [0.5, 0.2]},
        {"rows": 1}, {"rows": True}, {"values": [1.0, float("nan")]}, {"rows": None},
    ],
)  # fmt: skip
def test_damaged_notes_are_refused(change):
    notes = Scores.of(np.array([1.0, 2.0])).to_notes()
    Scores.from_notes(notes)
    with pytest.raises(errors.DataError, match="damaged"):
        Scores.from_notes({**notes, **change})
    with pytest.raises(errors.DataError, match="damaged"):
        Scores.from_notes([1])


def test_scores_that_are_not_finite_are_refused():
    with pytest.raises(errors.SettingError, match="finite"):
        Scores.of(np.array([1.0, np.inf]))
    with pytest.raises(errors.SettingError, match="do not fit"):
        Scores.of(np.ones(3), np.ones(2))


def test_predicted_quantiles_are_widened_or_narrowed_but_never_turned_around():
    low, high, y = np.array([0.0, 0.0]), np.array([2.0, 2.0]), np.array([3.0, 0.5])
    np.testing.assert_array_equal(conformal.beyond(low, high, y), [1.0, -0.5])
    np.testing.assert_array_equal(conformal.widened(low, high, 1.0), ([-1.0, -1.0], [3.0, 3.0]))
    np.testing.assert_array_equal(conformal.widened(low, high, -0.5), ([0.5, 0.5], [1.5, 1.5]))
    np.testing.assert_array_equal(conformal.widened(low, high, -5.0), ([1.0, 1.0], [1.0, 1.0]))


def test_a_scale_makes_intervals_wide_where_it_is_large():
    f, y, scale = np.array([0.0, 0.0]), np.array([1.0, -4.0]), np.array([1.0, 2.0])
    np.testing.assert_array_equal(conformal.distances(f, y, scale), [1.0, 2.0])
    np.testing.assert_array_equal(conformal.around(f, 2.0, scale), ([-2.0, -4.0], [2.0, 4.0]))


def test_a_set_holds_the_classes_that_are_probable_enough(rng):
    p, y = np.array([[0.7, 0.2, 0.1], [0.4, 0.35, 0.25], [0.34, 0.33, 0.33]]), np.array([0, 1, 2])
    np.testing.assert_allclose(conformal.surprises(p, y), [0.3, 0.65, 0.67])
    np.testing.assert_array_equal(conformal.sets(p, 0.65), [[1, 0, 0], [1, 1, 0], [0, 0, 0]])
