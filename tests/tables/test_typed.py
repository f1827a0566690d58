"""Targets whose type in Python says more than their cells."""

import numpy as np
import pytest

import bprop as bp
from bprop.tables.typed import type_of

QUICK = {"recipe": "lecture", "epochs": 1, "engine": "numpy", "hidden": 4}


def rows(y):
    return {"a": np.arange(len(y)) % 7 / 7, "y": y}


def test_targets_of_true_and_false_are_predicted_as_such(tmp_path):
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    flags = [k % 3 == 0 for k in range(60)]
    for y in (flags, np.array(flags), pandas.Series(flags, dtype="boolean"), polars.Series(flags)):
        fit = bp.table(rows(y), "y").fit(**QUICK)
        assert fit.predict({"a": [0.1]}).dtype == bool
        assert fit.scores(rows(y))["accuracy"] == np.mean(fit.predict(rows(y)) == np.array(flags))
        fit.save(tmp_path / "flags.bprop")
        assert bp.load(tmp_path / "flags.bprop").classes.tolist() == [False, True]
    assert bp.table({"a": rows(flags)["a"]}, np.array(flags)).classes == (False, True)
    assert bp.table(rows([str(flag) for flag in flags]), "y").classes == ("False", "True")


def test_rows_without_a_flag_are_left_out():
    y = [None if k % 5 == 0 else k % 2 == 0 for k in range(60)]
    table = bp.table(rows(y), "y")
    assert (table.classes, len(table)) == ((False, True), 48)


def test_a_target_of_a_categorical_dtype_is_classes_whatever_its_cells_look_like():
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    ages = np.arange(120) % 40 + 20
    for y in (pandas.Categorical(ages), polars.Series([str(age) for age in ages], dtype=polars.Categorical)):
        frame = pandas.DataFrame(rows(y)) if isinstance(y, pandas.Categorical) else polars.DataFrame(rows(y))
        table = bp.table(frame, "y")
        assert (table.task, len(table.classes)) == ("classification", 40)
        assert table.with_task("regression").task == "regression"
        assert bp.table(frame, "y", kinds={"y": "numeric"}).task == "regression"
    assert bp.table(rows(ages), "y").task == "regression"
    series = pandas.Series(pandas.Categorical(ages), name="age")
    assert bp.table({"a": rows(ages)["a"]}, series).task == "classification"


def test_what_is_chosen_comes_before_the_type():
    assert type_of(("y",), None, {}, {"y": "categorical"}) == "categorical"
    assert type_of(("y",), "regression", {}, {"y": "categorical"}) is None
    assert type_of(("y",), None, {"y": "numeric"}, {"y": "categorical"}) is None
    assert type_of(("y", "z"), None, {}, {"y": "categorical"}) is None
