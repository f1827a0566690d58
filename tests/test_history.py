"""The history of a training: a list of records, and columns."""

import copy
import json
import pickle

import numpy as np
import pytest

import bprop as bp
from bprop import History, Record
from bprop.errors import UnknownNameError

FIRST = Record(1, 10, loss=0.5, penalty=0.0, objective=0.5, metrics={"accuracy": 0.25}, learning_rate=0.1, seconds=1.0)
LAST = Record(
    2, 20, loss=0.25, penalty=0.0, objective=0.25, metrics={"accuracy": 0.5}, validation={"loss": 0.75}, best=True
)
HISTORY = History([FIRST, LAST])


@pytest.fixture(scope="module")
def fit():
    data = {"x": np.eye(4), "y": [0, 1, 0, 1]}
    return bp.train(bp.mlp([4, 2]), data, epochs=3, validation=0.5, engine="numpy", progress=False)


def test_a_history_is_a_list_of_records():
    assert isinstance(HISTORY, list) and list(HISTORY) == [FIRST, LAST] == HISTORY
    assert HISTORY[-1] is LAST and len(HISTORY) == 2 and HISTORY.index(LAST) == 1 and LAST in HISTORY
    assert [record.epoch for record in reversed(HISTORY)] == [2, 1]


def test_a_slice_of_a_history_and_its_copy_are_histories():
    for part in (HISTORY[1:], HISTORY[1:].copy(), copy.copy(HISTORY[1:]), pickle.loads(pickle.dumps(HISTORY[1:]))):
        assert isinstance(part, History) and part == [LAST] and part["loss"].tolist() == [0.25]


def test_a_column_is_an_array_with_a_number_for_each_epoch():
    assert HISTORY["loss"].tolist() == [0.5, 0.25] and HISTORY["loss"].dtype == np.float64
    assert HISTORY["accuracy"].tolist() == [0.25, 0.5]
    assert HISTORY["updates"].tolist() == [10, 20] and HISTORY["updates"].dtype == np.int64
    assert HISTORY["best"].tolist() == [False, True] and HISTORY["best"].dtype == bool


def test_a_number_that_a_record_lacks_is_nan_in_its_column_and_none_in_plain_data():
    np.testing.assert_array_equal(HISTORY["validation_loss"], [np.nan, 0.75])
    np.testing.assert_array_equal(HISTORY["learning_rate"], [0.1, np.nan])
    plain = json.loads(json.dumps(HISTORY.to_dict()))
    assert plain["validation_loss"] == [None, 0.75] and plain["learning_rate"] == [0.1, None]


def test_the_keys_are_the_columns_of_plain_data_and_of_dict():
    assert HISTORY.keys() == list(HISTORY.to_dict()) == list(dict(HISTORY))
    assert "validation_loss" in HISTORY and "validation_rmse" not in HISTORY


def test_the_name_of_keras_reads_the_column_of_the_validation_set():
    np.testing.assert_array_equal(HISTORY["val_loss"], HISTORY["validation_loss"])


@pytest.mark.parametrize(
    ("name", "meant"), [("lss", "loss"), ("val_accuracy", "validation_loss"), ("acuracy", "accuracy")]
)
def test_a_column_that_is_not_there_is_an_error_that_names_the_columns(name, meant):
    with pytest.raises(UnknownNameError, match=f"; it has epoch, .*did you mean '{meant}'"):
        _ = HISTORY[name]


def test_an_empty_history_has_no_columns():
    for package in ("pandas", "polars"):
        pytest.importorskip(package)
    empty = History()
    assert (empty.keys(), empty.to_dict(), "loss" in empty) == ([], {}, False)
    assert empty.to_pandas().shape == (0, 0) and empty.to_polars().shape == (0, 0)
    with pytest.raises(UnknownNameError, match="no 'loss'"):
        _ = empty["loss"]


def test_the_tables_of_pandas_and_polars_have_the_columns():
    for package in ("pandas", "polars"):
        pytest.importorskip(package)
    pandas, polars = HISTORY.to_pandas(), HISTORY.to_polars()
    assert list(pandas.columns) == polars.columns == HISTORY.keys()
    assert pandas["updates"].tolist() == polars["updates"].to_list() == [10, 20]
    assert pandas["validation_loss"].isna().tolist() == [True, False]
    assert polars["validation_loss"].to_list() == [None, 0.75] and polars["best"].to_list() == [None, True]


def test_a_fit_a_slice_of_a_run_and_a_saved_model_have_a_history(fit, tmp_path):
    fit.save(tmp_path / "net.bprop")
    loaded = bp.load(tmp_path / "net.bprop")
    assert isinstance(fit.history, History) and isinstance(loaded.history, History)
    assert loaded.history == fit.history and loaded.history["validation_loss"].shape == (3,)


def test_a_pickle_of_an_older_version_gets_a_history_of_its_list(fit):
    old = copy.copy(fit)
    old.__dict__["history"] = list(fit.history)
    assert isinstance(pickle.loads(pickle.dumps(old)).history, History)


def test_the_attribute_of_keras_is_answered_with_the_column():
    with pytest.raises(AttributeError, match=r'history\["loss"\]'):
        _ = bp.History([]).history
    assert not hasattr(bp.History([]), "nothing_of_the_kind")


def test_its_text_is_a_table_of_some_epochs_however_many_there_are():
    history = bp.History([bp.Record(e, 10 * e, loss=1 / e, penalty=0.0, objective=1 / e) for e in range(1, 2001)])
    lines = repr(history).splitlines()
    assert lines[0] == "History of 2,000 epochs, 20,000 updates" and len(lines) < 20
    assert lines[-1].split()[0] == "2,000"
    assert repr(bp.History([])) == "History of no epoch"


def test_a_notebook_gets_a_chart_and_a_table():
    history = bp.History([bp.Record(e, 10 * e, loss=1 / e, penalty=0.0, objective=1 / e) for e in range(1, 4)])
    html = history._repr_html_()
    assert "3 epochs" in html and "<svg" in html and "0.3333" in html
