"""Trainings as runs of MLflow, with MLflow itself, on a store in a file."""

from types import SimpleNamespace

import numpy as np
import pytest

import bprop as bp
from bprop.errors import NonFiniteError

mlflow = pytest.importorskip("mlflow")
pytest.importorskip("sqlalchemy")
pytestmark = [pytest.mark.filterwarnings("ignore")]  # MLflow's own
rng = np.random.default_rng(0)
DATA = {"x": rng.normal(size=(30, 4)), "y": rng.integers(2, size=30)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A store in a file, made once: that takes a second."""
    folder = tmp_path_factory.mktemp("mlflow")
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(f"sqlite:///{folder}/runs.db")
    mlflow.create_experiment("tests", artifact_location=(folder / "artifacts").as_uri())
    mlflow.set_experiment("tests")
    yield folder
    mlflow.set_tracking_uri(before)


def train(callback, **settings):
    settings = {"epochs": 3, "validation": 0.2, "engine": "numpy", "progress": False} | settings
    return bp.train(bp.mlp([4, 2]), DATA, callbacks=callback, **settings)


def last_run():
    return mlflow.search_runs(experiment_names=["tests"], output_format="list", max_results=1)[0]


def test_a_training_is_a_run_with_settings_metrics_tags_and_the_model(folder):
    fit = train(bp.MLflow(), rule=bp.Adam(0.01))
    run = last_run()
    assert mlflow.active_run() is None and run.info.status == "FINISHED"
    assert (run.data.params["epochs"], run.data.params["seed"]) == ("3", "0") and "Adam" in run.data.params["rule"]
    assert run.data.metrics["validation_loss"] == fit.history[-1].validation_loss
    steps = mlflow.MlflowClient().get_metric_history(run.info.run_id, "loss")
    assert [(s.step, s.value) for s in steps] == [(r.epoch, r.loss) for r in fit.history]
    assert (run.data.tags["stopped"], run.data.tags["kept_epoch"]) == ("epochs", str(fit.kept_epoch))
    (saved,) = folder.rglob("model.bprop")
    np.testing.assert_array_equal(bp.load(saved).params["W1"], fit.params["W1"])


def test_a_run_that_is_active_is_logged_to_and_left_open(folder):
    with mlflow.start_run() as active:
        train(bp.MLflow(model=None))
        assert mlflow.active_run().info.run_id == active.info.run_id
    run = mlflow.get_run(active.info.run_id)
    assert run.data.tags["stopped"] == "epochs" and run.info.status == "FINISHED"
    assert mlflow.MlflowClient().list_artifacts(run.info.run_id) == []


def test_a_training_that_diverges_is_a_run_that_failed(folder):
    data = {"x": 1e3 * np.eye(6, 4), "y": np.arange(6.0)}
    graph = bp.mlp([4, 5, 1], activation="relu", task="regression")
    with pytest.raises(NonFiniteError):
        bp.train(graph, data, rule=bp.SGD(1e3), engine="numpy", progress=False, epochs=50, callbacks=bp.MLflow())
    run = last_run()
    assert run.info.status == "FAILED" and run.data.tags["failure"].startswith("training diverged")
    assert mlflow.active_run() is None


def test_settings_that_mlflow_refuses_leave_no_run_open(folder, monkeypatch):
    def refuse(params):
        raise RuntimeError("no")

    callback = bp.MLflow()
    monkeypatch.setattr(mlflow, "log_params", refuse)
    with pytest.raises(RuntimeError, match="no"):
        train(callback)
    assert mlflow.active_run() is None and last_run().info.status == "FAILED"


def test_the_metrics_of_two_losses_get_names_that_mlflow_takes(folder):
    callback = bp.MLflow(model=None)
    callback.begin(SimpleNamespace(settings={}))
    callback.epoch(bp.Record(1, 2, 0.5, 0.0, 0.5, metrics={"accuracy[nll_1]": 0.25}))
    callback.mlflow.end_run()
    assert last_run().data.metrics["accuracy/nll_1"] == 0.25
