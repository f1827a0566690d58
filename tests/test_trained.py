"""Anything trained goes the one road: saved, exported, reported, stepped through and checked."""

import numpy as np
import pytest

import bprop as bp
from bprop.errors import ModelFileError, SettingError
from bprop.trained import as_model

X = np.random.default_rng(0).normal(size=(40, 3))
NAMES = np.array(["low", "high"])[(X[:, 0] > 0).astype(int)]
SHORT = {"max_iter": 2, "engine": "numpy", "random_state": 0}


def fit():
    data = {"x": X, "y": (X[:, 0] > 0).astype(int)}
    return bp.train(bp.mlp([3, 4, 2]), data, epochs=1, engine="numpy", progress=False)


def classifier():
    pytest.importorskip("sklearn")
    return bp.MLPClassifier((4,), **SHORT).fit(X, NAMES)


def of_graph():
    pytest.importorskip("sklearn")
    return bp.GraphRegressor(bp.mlp([3, 4, 1], task="regression"), **SHORT).fit(X, X[:, 0])


def of_table():
    pytest.importorskip("sklearn")
    return bp.TableClassifier((4,), **SHORT).fit(X, NAMES)


def search():
    pytest.importorskip("sklearn")
    from sklearn.model_selection import GridSearchCV

    return GridSearchCV(bp.MLPClassifier((4,), **SHORT), {"alpha": [0.1]}, cv=2).fit(X, NAMES)


def alone():
    pytest.importorskip("sklearn")
    from sklearn.pipeline import Pipeline

    return Pipeline([("scale", "passthrough"), ("net", bp.MLPClassifier((4,), **SHORT))]).fit(X, NAMES)


TRAINED = {
    fit: (X, (X[:, 0] > 0).astype(int)),
    classifier: (X, NAMES),
    of_graph: (X, X[:, 0]),
    of_table: ({f"x{k}": X[:, k] for k in range(3)}, NAMES),
    search: (X, NAMES),
    alone: (X, NAMES),
}
every_kind = pytest.mark.parametrize("make", TRAINED, ids=lambda make: make.__name__)


@every_kind
@pytest.mark.filterwarnings("ignore:Stochastic Optimizer:UserWarning")
def test_it_is_saved_reported_stepped_through_and_checked(make, tmp_path):
    trained, (rows, y) = make(), TRAINED[make]
    rows = {name: column[:5] for name, column in rows.items()} if isinstance(rows, dict) else rows[:5]
    if isinstance(rows, dict) and not hasattr(trained, "params"):
        rows = X[:5]
    bp.save(tmp_path / "net.bprop", trained)
    back = bp.load(tmp_path / "net.bprop")
    theta = as_model(trained, "test").params
    assert all(np.array_equal(array, theta[name]) for name, array in back.params.items())
    assert len(back.history) >= 1
    bp.report(trained, tmp_path / "page.html", (rows, y[:5]))
    assert (tmp_path / "page.html").stat().st_size > 1000
    for stepper in (bp.Stepper(trained, (rows, y[:5])), bp.Stepper(trained, rows, y[:5])):
        assert stepper.run().done and stepper.rows == 5
    assert bp.check_gradients(trained, rows, y[:5]).ok and bp.check_gradients(trained, (rows, y[:5])).ok


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer:UserWarning")
def test_it_is_exported():
    pytest.importorskip("onnx")
    for make in (classifier, of_graph, search):
        assert bp.to_onnx(make()).graph.output


def test_arrays_by_name_are_taken_too():
    report = bp.check_gradients(fit(), x=X[:4], y=[0, 1, 1, 0])
    assert report.ok and {row.name for row in report.rows} == {"x", "W1", "b1", "W2", "b2"}
    assert bp.Stepper(fit(), {"x": X[:4], "y": [0, 1, 1, 0]}).rows == 4


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer:UserWarning")
def test_the_targets_of_an_estimator_are_its_own_classes():
    assert bp.Stepper(classifier(), {"x": X[:4], "y": NAMES[:4]}).rows == 4
    with pytest.raises(bp.errors.DataError, match="classes"):
        bp.Stepper(classifier(), (X[:4], ["middle"] * 4))


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer:UserWarning")
def test_an_estimator_brings_its_epochs_and_its_classes():
    model = classifier().to_model()
    assert [record.loss for record in model.history] == classifier().loss_curve_
    assert model.notes["classes"] == ["high", "low"] and model.notes["task"] == "classification"
    watched = bp.MLPClassifier((4,), **SHORT).fit(X, NAMES, X_val=X, y_val=NAMES)
    assert [record.validation["loss"] for record in watched.to_model().history] == watched.validation_loss_curve_


REFUSED = {
    "net.bprop": r"read the file first, bp\.load",
    ("a", "b"): r"pass one of them, or their mean, bp\.ensemble\(fits\)",
    3: "needs a fit, a model or an estimator of bprop, not int$",
}


@pytest.mark.parametrize("thing", REFUSED)
def test_what_is_not_trained_is_refused_with_the_way_on(thing):
    with pytest.raises(SettingError, match=REFUSED[thing]):
        as_model(thing, "check_gradients(fit, data)")


def test_a_graph_alone_a_class_and_parameters_are_refused_with_the_way_on(tmp_path):
    graph = bp.mlp([3, 2])
    with pytest.raises(ModelFileError, match=r"bp.Model\(graph, theta\)"):
        bp.save(tmp_path / "net.bprop", graph)
    with pytest.raises(ModelFileError, match="parameters need their graph"):
        bp.save(tmp_path / "net.bprop", graph.init(seed=0))
    with pytest.raises(ModelFileError, match="not the class Model"):
        bp.save(tmp_path / "net.bprop", bp.Model)
    with pytest.raises(SettingError, match="needs a batch"):
        bp.Stepper(graph, graph.init(seed=0))
    with pytest.raises(SettingError, match="needs theta"):
        bp.check_gradients(graph)
    for call in (bp.Stepper, bp.check_gradients):
        with pytest.raises(SettingError, match="needs examples with targets"):
            call(bp.Model(graph, graph.init(seed=0)))
    assert not list(tmp_path.iterdir())


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer:UserWarning")
def test_estimators_of_scikit_learn_are_refused_with_the_way_on(tmp_path):
    pytest.importorskip("sklearn")
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.exceptions import NotFittedError
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    scaled = make_pipeline(StandardScaler(), bp.MLPClassifier((4,), **SHORT)).fit(X, NAMES)
    with pytest.raises(ModelFileError, match=r"StandardScaler of this Pipeline .* pipeline\['mlpclassifier'\]"):
        bp.save(tmp_path / "net.bprop", scaled)
    bp.save(tmp_path / "net.bprop", scaled[-1])
    with pytest.raises(ModelFileError, match=r"train bprop\.MLPClassifier, which takes the same arguments"):
        bp.save(tmp_path / "other.bprop", MLPClassifier((4,), max_iter=2).fit(X, NAMES))
    target = TransformedTargetRegressor(bp.MLPRegressor(hidden_layer_sizes=(4,), **SHORT)).fit(X, X[:, 0])
    with pytest.raises(ModelFileError, match=r"bp\.TableRegressor scales y by itself"):
        bp.save(tmp_path / "other.bprop", target)
    with pytest.raises(NotFittedError):
        bp.save(tmp_path / "other.bprop", bp.MLPClassifier())


def test_the_scale_of_the_training_data_is_kept(tmp_path):
    bp.save(tmp_path / "net.bprop", bp.ensemble([fit(), fit()]))
    seen = bp.load(tmp_path / "net.bprop").trained_on
    assert seen["x"] == {"mean": pytest.approx(X.mean(), rel=1e-6), "deviation": pytest.approx(X.std(), rel=1e-6)}
    assert "y" not in seen
