"""Cross-validation in Python."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors

QUICK = {"recipe": "lecture", "epochs": 2, "engine": "numpy", "progress": False, "rule": "adam", "hidden": 4}


@pytest.fixture
def data(rng):
    x = rng.normal(size=80)
    return {"x": x, "day": np.arange(80), "who": [f"p{k % 20}" for k in range(80)], "y": 3 * x + rng.normal(size=80)}


def test_every_row_is_predicted_once_by_a_network_that_was_not_trained_on_it(data):
    table = bp.table(data)
    result = table.cross_validate(4, **QUICK)
    rows = result.predictions
    assert rows["row"].tolist() == list(range(80)) and set(rows["fold"].tolist()) == {1, 2, 3, 4}
    np.testing.assert_allclose(rows["y"], data["y"])
    assert len(result.folds) == 4 and result.scores["rmse"] == pytest.approx(
        np.sqrt(np.mean((rows["f"] - rows["y"]) ** 2)), rel=1e-5
    )
    of_fold = [np.sqrt(np.mean((rows["f"] - rows["y"])[rows["fold"] == k] ** 2)) for k in (1, 2, 3, 4)]
    np.testing.assert_allclose([fold["rmse"] for fold in result.folds], of_fold, rtol=1e-4)
    low, high = result.intervals["rmse"]
    assert low < result.scores["rmse"] < high


def test_groups_are_in_one_fold_and_are_drawn_together(data):
    result = bp.table(data).cross_validate(4, group="who", **QUICK)
    fold = result.predictions["fold"]
    assert all(len({int(fold[k]) for k in range(80) if data["who"][k] == who}) == 1 for who in set(data["who"]))
    assert result.out_of_fold.groups is not None and len(set(result.out_of_fold.groups.tolist())) == 20


def test_in_time_each_fold_is_tested_on_later_rows_and_the_first_rows_never(data):
    rows = bp.table(data).cross_validate(3, by="day", **QUICK).predictions
    assert rows["row"].min() == 20 and (np.diff(rows["fold"]) >= 0).all()


def test_conformal_scores_come_from_the_rows_out_of_fold(data):
    table = bp.table(data)
    result = table.cross_validate(4, **QUICK)
    fit = table.fit(out_of_fold=result.out_of_fold, **QUICK)
    assert fit.scores(data, interval=0.9)["interval"]["calibrated_on"] == 80
    assert fit.notes["conformal"]["source"] == "out-of-fold"
    residuals = np.sort(abs(result.predictions["f"] - result.predictions["y"]))
    ends = fit.intervals(data, 0.9)
    np.testing.assert_allclose((ends[:, 1] - ends[:, 0]) / 2, residuals[int(np.ceil(81 * 0.9)) - 1], rtol=1e-4)


def test_parts_that_folds_have_themselves_are_refused(data):
    with pytest.raises(errors.SettingError, match="cross_validate has no test="):
        bp.table(data).cross_validate(3, test=0.2)
    with pytest.raises(errors.SettingError, match="from 2 to 80"):
        bp.table(data).cross_validate(1)
