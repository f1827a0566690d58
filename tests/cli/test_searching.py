"""The options of a search."""

import pytest

pytest.importorskip("typer", reason="the command line needs typer")
pytest.importorskip("optuna", reason="tuning needs optuna")


def options(**values):
    from bprop.cli.searching import SearchOptions

    return SearchOptions(**values)


def test_words_are_ranges():
    chosen = options(space=["lr=1e-4..1e-1", "hidden=64|128,64", "rule=adam"]).chosen
    assert {name: str(one) for name, one in chosen.items()} == {
        "lr": "0.0001..0.1 by factors", "hidden": "64|128,64", "rule": "adam",
    }  # fmt: skip


def test_options_are_those_of_the_library(tmp_path):
    limits = options(time="2min", trials=7, study=tmp_path / "s").options
    assert (limits.limits.trials, limits.limits.seconds, limits.study) == (7, 120.0, tmp_path / "s")
    assert options().options.limits.trials == 50


def test_folds_are_made_of_the_rows_that_are_not_in_the_test(folder):
    from bprop.cli.prepared import DataOptions, in_memory

    data = DataOptions("pets.csv", None, None, None, (), None, "0.2", "0.2", 0)
    problem, space, first = options(folds=3, space=["units=3|4"]).problem(in_memory(data, folds=True), "auto")
    assert sum(len(stage.measured) for stage in problem.folds) == 48 and problem.final.measured is None
    assert space["units"].grid() == [3, 4] and first["layers"] == 2
