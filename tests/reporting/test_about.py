"""What a run was made of."""

import numpy as np
import pytest

import bprop as bp
from bprop.model import Model
from bprop.record import Record
from bprop.reporting.about import MOST_COLUMNS, Facts, data_of, reproduce, settings_of, timings_of, versions_of


def test_columns_are_told_with_their_encoding(classes):
    fit, _ = classes
    kinds = [
        {"kind": "numeric", "name": "age", "fill": 0.0, "indicator": True},
        {"kind": "categorical", "name": "colour", "categories": ["a", "b"], "codes": [2, 3], "width": 0},
        {"kind": "categorical", "name": "zip", "categories": ["a"] * 90, "codes": [], "width": 7},
        {"kind": "date", "name": "since", "origin": "2024-01-01", "indicator": False},
        {"kind": "boolean", "name": "member", "indicator": False},
        {"kind": "ignored", "name": "row", "why": "id"},
    ]
    fit.notes["table"] = {"kinds": kinds}
    found = {name: said for name, _, said in data_of(fit, Facts())["columns"]}
    assert "standardised, and a column that says where it is missing" in found["age"]
    assert found["colour"] == "2 categories, one-hot"
    assert found["zip"] == "90 categories, an embedding of 7"
    assert "days since 2024-01-01" in found["since"]
    assert found["member"] == "0 or 1"
    assert found["row"] == "left out: id"


def test_many_columns_are_cut(classes):
    fit, _ = classes
    fit.notes["columns"] = [f"c{k}" for k in range(MOST_COLUMNS + 7)]
    found = data_of(fit, Facts())
    assert len(found["columns"]) == MOST_COLUMNS
    assert found["more_columns"] == 7


def test_without_notes_nothing_is_said_of_the_data(values):
    assert data_of(values[0], Facts()) is None


def test_settings_timings_and_versions(values):
    fit, _ = values
    assert ["parameters", 41] in settings_of(fit)
    assert ["engine", "numpy"] in settings_of(fit)
    assert timings_of(fit.history)[0] == ["epochs", 4]
    assert timings_of([]) == []
    assert {"bprop", "Python", "numpy", "machine"} <= {name for name, _ in versions_of()}


def test_how_to_make_it_again(values):
    fit, _ = values
    assert reproduce(fit, Facts(command="bprop train pets"))[0][1] == "bprop train pets"
    text = reproduce(fit, Facts())[0][1]
    assert "bp.SGD(learning_rate=0.1" in text and "epochs=4" in text
    compile(text, "reproduce", "exec")
    assert reproduce(Model(fit.graph, fit.params), Facts()) == []


def test_the_engine_that_ran_is_told_with_the_reason(values):
    fit, _ = values
    assert "why this engine" not in dict(settings_of(fit))
    fit.settings = {**fit.settings, "engine": "numpy", "engine_reason": "numpy, because native declined: it is too new"}
    found = dict(settings_of(fit))
    assert found["engine"] == "numpy"
    assert found["why this engine"] == "numpy, because native declined: it is too new"
    fit.settings = {**fit.settings, "engine_reason": ""}
    assert "why this engine" not in dict(settings_of(fit))


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), 2**1022])
def test_times_of_a_file_that_no_run_takes_are_shown_all_the_same(odd):
    record = Record(1, 10, 0.5, 0.0, 0.5, seconds=odd, examples_per_second=odd)
    shown = dict(timings_of([record, record, record]))
    assert shown["epochs"] == 3
    assert (shown["examples a second (median)"] == "not known") == (odd in (float("inf"),) or odd != odd)


def test_several_networks_are_not_made_again_by_one_call():
    fit = bp.train(bp.mlp([2, 2]), {"x": np.eye(2), "y": [0, 1]}, epochs=1, engine="numpy", progress=False)
    assert reproduce(fit, Facts())
    fit.notes["ensemble"] = [{"best_epoch": 1}]
    assert reproduce(fit, Facts()) == []
