"""Estimators as models: their notes, their epochs, and the scale of what they were fitted on."""

import numpy as np
import pytest

pytest.importorskip("sklearn")

import bprop as bp

SHORT = {"max_iter": 3, "random_state": 0, "engine": "numpy", "batch_size": 10}
X = np.random.default_rng(0).normal(3, 2, size=(40, 3))


@pytest.mark.parametrize(
    ("y", "notes"),
    [
        (np.arange(40) % 3 * 10, {"task": "classification", "classes": [0, 10, 20]}),
        (X[:, 0] > 3, {"task": "classification", "classes": [False, True]}),
        ((X > 3).astype(int), {"task": "multilabel", "classes": [0, 1, 2]}),
        (X.round().astype(int)[:, :2] % 2, {"task": "multilabel", "classes": [0, 1]}),
        (np.arange(80).reshape(40, 2) % 3, {"task": "classification", "classes": [[0, 1, 2], [0, 1, 2]]}),
    ],
)
def test_the_notes_name_the_estimator_the_task_and_the_classes(y, notes):
    model = bp.MLPClassifier((4,), **SHORT).fit(X, y).to_model()
    assert model.notes == {"estimator": "MLPClassifier", "target": "y", **notes}


def test_features_with_names_are_noted():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=["a", "b", "c"])
    model = bp.MLPRegressor(hidden_layer_sizes=(4,), **SHORT).fit(frame, X[:, 0]).to_model()
    assert model.notes == {"estimator": "MLPRegressor", "task": "regression", "target": "y", "columns": ["a", "b", "c"]}


def test_the_epochs_are_records():
    estimator = bp.MLPRegressor(hidden_layer_sizes=(4,), **SHORT).fit(X, X[:, 0], X_val=X, y_val=X[:, 0])
    history = estimator.to_model().history
    assert [record.loss for record in history] == estimator.loss_curve_
    assert [record.updates for record in history] == [4, 8, 12]
    assert [record.validation_loss for record in history] == estimator.validation_loss_curve_
    assert bp.MLPRegressor().initialise(X, X[:, 0]).to_model().history == []


def test_the_scale_of_the_data_is_kept_and_that_of_a_table_is_in_its_notes():
    model = bp.MLPRegressor(hidden_layer_sizes=(4,), **SHORT).fit(X, X[:, 0]).to_model()
    assert model.trained_on == {"x": {"mean": pytest.approx(X.mean()), "deviation": pytest.approx(X.std())}}
    table = bp.TableRegressor((4,), **SHORT).fit(X, X[:, 0]).to_model()
    assert table.trained_on == {} and len(table.history) == 3
