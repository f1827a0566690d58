"""The search: trials, their ends, and the end of the search."""

import os
import signal

import pytest

import bprop as bp
from bprop.errors import SettingError
from bprop.training import Terminated
from bprop.tuning import search as searching
from bprop.tuning.ranges import parse
from bprop.tuning.search import grid_of


def measured(tuned):
    """What is the same in two runs of a search: everything but the times."""
    return [(t.number, t.state, t.value, dict(t.settings), list(t.curve)) for t in tuned.trials]


@pytest.fixture
def own(arrays):
    """own(graph, **more): a search for arrays with a graph of the test."""

    def tune(graph, space=None, **more):
        settings = {"units": "2..6", "epochs": 3, "lr": 0.01, "rule": "adam", **(space or {})}
        return bp.tune(arrays, graph=graph, space=settings, engine="numpy", progress=False, **more)

    return tune


def network(units):
    return bp.mlp([3, units, 2])


@pytest.mark.parametrize("sampler", ["tpe", "random"])
def test_the_same_seed_gives_the_same_trials(search, sampler):
    one, two, other = (search(trials=13, sampler=sampler, seed=seed) for seed in (1, 1, 2))
    assert measured(one) == measured(two) != measured(other)
    for name, array in one.fit.params.items():
        assert (array == two.fit.params[name]).all()


@pytest.mark.parametrize("pruner", ["median", "hyperband"])
def test_a_search_that_goes_on_is_one_that_was_never_interrupted(search, tmp_path, pruner):
    whole = search(trials=14, pruner=pruner)
    for trials in (3, 11, 14):
        parts = search(trials=trials, pruner=pruner, study=tmp_path / "s")
    assert measured(parts) == measured(whole)
    assert [trial.at for trial in parts.trials] == sorted(trial.at for trial in parts.trials)


def test_a_study_that_is_done_makes_no_trial_and_trains_its_best_once_more(search, tmp_path):
    first = search(trials=4, study=tmp_path / "s")
    again = search(trials=4, study=tmp_path / "s")
    assert (first.as_measured, again.as_measured, len(again.trials)) == (True, False, 4)
    assert again.again == pytest.approx(first.best.value)
    for name, array in first.fit.params.items():
        assert (array == again.fit.params[name]).all()


def test_a_grid_is_every_point_once(search):
    tuned = search({"units": "2|4", "lr": "1e-3..1e-1"}, sampler="grid")
    assert tuned.stopped == "grid"
    assert {(t.settings["units"], t.settings["lr"]) for t in tuned.trials} == {
        (units, lr) for units in (2, 4) for lr in (1e-3, 1e-2, 1e-1)
    }
    assert len(tuned.trials) >= 6


def test_a_grid_that_is_too_large_is_refused():
    with pytest.raises(SettingError, match="fix some settings"):
        grid_of({f"s{k}": parse("1..3") for k in range(30)}, 0)


def test_bad_trials_end_early_and_good_ones_do_not(search):
    space = {
        "epochs": 30,
        "lr": "1e-6|0.05|0.04|0.03",
        "units": 4,
        "dropout": 0.0,
        "weight_decay": 0.0,
        "schedule": "constant",
    }
    tuned = search(space, trials=16, seed=3, sampler="random")
    slow = [trial for trial in tuned.trials[5:] if trial.settings["lr"] == 1e-6]
    assert slow and all(trial.state == "pruned" and trial.epochs < 30 for trial in slow)
    assert "others did better" in slow[0].why and tuned.best.settings["lr"] > 1e-6
    kept = search(space, trials=8, seed=3, sampler="random", pruner="none")
    assert {trial.state for trial in kept.trials} == {"complete"}


def test_a_trial_that_diverges_is_reported_and_the_search_goes_on(search):
    tuned = search({"lr": "0.01|1e30", "rule": "sgd", "epochs": 4}, trials=12)
    lost = [trial for trial in tuned.trials if trial.state == "diverged"]
    assert lost and len(tuned.trials) == 12 and tuned.best.settings["lr"] == 0.01
    assert all(trial.value is None and "diverged" in trial.why for trial in lost)
    assert f"trial {lost[0].number} diverged: " in str(tuned)


def test_where_all_trials_diverge_the_error_says_why(search):
    with pytest.raises(SettingError, match=r"no trial is complete.*3 diverged.*diverged at epoch"):
        search({"lr": 1e30, "rule": "sgd", "epochs": 4}, trials=3)


def test_a_trial_that_fails_after_a_good_one_is_reported(own):
    def graph(units):
        if units > 3:
            raise ValueError("too wide")
        return network(units)

    tuned = own(graph, {"units": "2|3|4|5"}, sampler="grid", seed=1)
    failed = [trial for trial in tuned.trials if trial.state == "failed"]
    assert len(tuned.trials) == 4 and [trial.why for trial in failed] == ["ValueError: too wide"] * 2


def test_where_the_first_trial_fails_its_error_ends_the_search(own):
    def graph(units):
        raise ValueError("too wide")

    with pytest.raises(ValueError, match="too wide"):
        own(graph, trials=3)


def killing(number, at):
    """A function for graphs that sends a signal when it is called for the time `at`."""
    calls = []

    def graph(units):
        calls.append(units)
        if len(calls) == at:
            os.kill(os.getpid(), number)
        return network(units)

    return graph


def test_after_ctrl_c_the_trials_that_ended_and_the_best_model_are_kept(own, tmp_path, capsys):
    whole = own(network, trials=6)
    tuned = own(killing(signal.SIGINT, 4), trials=6, study=tmp_path / "s")
    assert tuned.stopped == "interrupted" and measured(tuned) == measured(whole)[:3]
    assert tuned.fit.predict(x=[[0.0, 0.0, 0.0]]).shape == (1, 2)
    assert measured(own(network, trials=6, study=tmp_path / "s")) == measured(whole)


def test_after_ctrl_c_in_the_first_trial_there_is_no_result(own):
    with pytest.raises(KeyboardInterrupt):
        own(killing(signal.SIGINT, 1), trials=3)


def test_sigterm_ends_the_program_and_the_error_has_the_best_model(own, tmp_path):
    with pytest.raises(Terminated) as ended:
        own(killing(signal.SIGTERM, 3), trials=6, study=tmp_path / "s")
    assert ended.value.fit.notes["tuning"]["stopped"] == "interrupted"
    assert len(own(network, trials=2, study=tmp_path / "s").trials) == 2


def test_when_the_time_is_over_the_trial_in_training_ends_after_its_epoch_and_counts(search, monkeypatch):
    now = iter(range(10_000))
    monkeypatch.setattr(searching, "clock", lambda: float(next(now)))
    tuned = search({"epochs": 50}, time=40.0)
    last = tuned.trials[-1]
    assert tuned.stopped == "time" and 0 < last.epochs < 50 and last.state == "complete"
    assert f"the time was over after {last.epochs} epochs" in last.why


def test_where_the_time_is_over_within_the_folds_the_only_trial_counts(search, monkeypatch):
    now = iter(range(10_000))
    monkeypatch.setattr(searching, "clock", lambda: float(next(now)))
    tuned = search({"epochs": 20}, time=8.0, folds=3)
    assert [(trial.state, trial.epochs < 60) for trial in tuned.trials] == [("complete", True)]
    longer = search({"epochs": 20}, time=80.0, folds=3)
    assert longer.trials[0].epochs == 60 and longer.trials[-1].state == "pruned"


def test_the_first_trial_of_a_table_has_the_default_settings(table):
    space = {"epochs": 1, "batch_size": 16}
    tuned = bp.tune(table, space=space, trials=1, engine="numpy", progress=False)
    assert {n: tuned.settings[n] for n in ("layers", "units", "dropout", "lr")} == {
        "layers": 2, "units": 256, "dropout": 0.1, "lr": 1e-3,
    }  # fmt: skip


def test_a_disk_that_is_full_ends_the_search_and_the_best_is_not_lost(search, tmp_path, monkeypatch):
    from bprop.errors import ModelFileError
    from bprop.tuning.study import Journal

    write, calls = Journal.write, []

    def fails(self, frozen):
        calls.append(frozen)
        if len(calls) == 3:
            raise ModelFileError("cannot write the study s: No space left on device")
        write(self, frozen)

    monkeypatch.setattr(Journal, "write", fails)
    with pytest.raises(ModelFileError, match="No space left") as error:
        search(trials=6, study=tmp_path / "s")
    assert error.value.tuned.fit.notes["tuning"]["stopped"] == "failed"
