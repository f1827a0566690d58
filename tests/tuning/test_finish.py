"""From the options of a search to its result."""

import sys

import pytest

import bprop as bp
from bprop.errors import MissingPackageError, SettingError
from bprop.tables.timing import seconds_of
from bprop.tuning.finish import Options

FAST = {"inputs": "plain", "layers": 1, "units": "2..6", "epochs": 3, "lr": "1e-3..1e-1", "batch_size": 16}


@pytest.mark.parametrize(("time", "seconds"), [(90, 90.0), ("90s", 90.0), ("1.5min", 90.0), ("2h", 7200.0), (0.5, 0.5)])
def test_a_time_is_seconds(time, seconds):
    assert seconds_of(time) == seconds


@pytest.mark.parametrize("time", ["0s", "nan", float("nan"), float("inf"), True, "5epochs", "5", None])
def test_what_is_no_time_is_refused(time):
    with pytest.raises(SettingError, match="how long to search"):
        seconds_of(time, "to search")


def options(trials=None, time=None, sampler="tpe"):
    return Options.of(trials, time, sampler, "median", None, False, 0)


def test_a_search_without_an_end_has_50_trials_and_a_grid_is_done_to_its_end():
    pytest.importorskip("optuna")
    assert options().limits.trials == 50 and options(sampler="grid").limits.trials is None
    assert options(time="1min").limits.trials is None and options(trials=3, time="1min").limits.trials == 3


def test_without_optuna_nothing_is_read_or_written(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(MissingPackageError, match=r"bprop\[tune\]"):
        bp.tune(tmp_path / "there-is-no-such-file.csv", study=tmp_path / "s")
    assert list(tmp_path.iterdir()) == []


def test_a_study_of_other_rows_or_another_split_is_refused(search, rows, tmp_path):
    X, y = rows
    search(trials=2, study=tmp_path / "s")
    with pytest.raises(SettingError, match="another data"):
        search(trials=3, study=tmp_path / "s", validation=0.3)
    with pytest.raises(SettingError, match="another measure"):
        search(trials=3, study=tmp_path / "s", monitor="accuracy")
    with pytest.raises(SettingError, match="another space"):
        search({"activation": "tanh"}, trials=3, study=tmp_path / "s")
    with pytest.raises(SettingError, match="another data"):
        bp.tune(X * [1, 2, -1], y, space=FAST, study=tmp_path / "s", trials=3, engine="numpy", progress=False)
    with pytest.raises(SettingError, match="another sampler"):
        search(trials=3, study=tmp_path / "s", sampler="grid")
    assert len(search(trials=3, study=tmp_path / "s", sampler="random", pruner="none").trials) == 3
