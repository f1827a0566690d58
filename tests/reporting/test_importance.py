"""The importance of columns on the page of a training."""

import numpy as np
import pytest

import bprop as bp
from bprop.data import DataSet
from bprop.reporting import importance
from bprop.reporting.importance import importance_in

COLUMNS = {"weak": {"x": [0]}, "strong": {"x": [1]}}


@pytest.fixture
def model():
    graph = bp.mlp([2, 1], task="regression")
    return bp.Model(graph, {"W1": np.array([[0.1], [4.0]]), "b1": np.zeros(1)})


@pytest.fixture
def examples(rng):
    x = rng.normal(size=(3000, 2))
    return DataSet({"x": x, "y": x @ np.array([0.1, 4.0])})


def test_the_strongest_column_comes_first_and_rows_are_sampled(model, examples):
    shown = importance_in(model, examples, COLUMNS)
    assert shown is not None and shown["rows"] == 1000 and shown["more"] == 0
    assert [one[0] for one in shown["columns"]] == ["strong", "weak"] and shown["columns"][0][1] > 10


def test_there_is_none_without_columns_or_where_it_would_take_minutes(model, examples, monkeypatch):
    assert importance_in(model, examples, {}) is None
    assert importance_in(model, examples, {"other": {"c_other": None}}) is None
    monkeypatch.setattr(importance, "MOST_WORK", 10)
    assert importance_in(model, examples, COLUMNS) is None


def test_only_the_first_columns_are_shown(model, examples, monkeypatch):
    monkeypatch.setattr(importance, "SHOWN", 1)
    shown = importance_in(model, examples, COLUMNS)
    assert shown is not None and len(shown["columns"]) == 1 and shown["more"] == 1


def test_rows_of_weight_0_alone_have_none(model, examples):
    nothing = DataSet(examples.arrays, np.zeros(3000))
    assert importance_in(model, nothing, COLUMNS) is None
