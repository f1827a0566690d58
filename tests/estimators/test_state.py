"""Estimators are kept by pickle, cloudpickle, joblib, skops and copies, and train on as if nothing had happened."""

import copy
import pickle

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import bprop as bp

SHORT = {"max_iter": 3, "random_state": 0, "engine": "numpy"}
RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3))
NAMES = np.array(["low", "mid", "high"])[np.arange(40) % 3]


class Twice(bp.Box):
    """2 a."""

    def fprop(self, a):
        return 2 * a

    def bprop(self, grad, value, a):
        return 2 * grad


def own_graph():
    x, y = bp.Input("x", (3,)), bp.Input("y", (), dtype="int")
    f = bp.softmax(Twice(x @ bp.Parameter("W", (3, 3))))
    return bp.Graph(loss=bp.nll(f, y), outputs={"f": f})


def frame():
    pandas = pytest.importorskip("pandas")
    return pandas.DataFrame({
        "size": X[:, 0] * 1e6, "name": np.array(["a", "b", "c", None], object)[np.arange(40) % 4],
        "day": pandas.date_range("2024-01-30", periods=40, freq="17h"), "ok": np.arange(40) % 2 == 0,
        "code": [f"k{k % 20}" for k in range(40)],
    })  # fmt: skip


MADE = {
    "classes": lambda: bp.MLPClassifier((4,), **SHORT).fit(X, NAMES),
    "two classes": lambda: bp.MLPClassifier((4,), early_stopping=True, **SHORT).fit(X, X[:, 0] > 0),
    "labels": lambda: bp.MLPClassifier((4,), **SHORT).fit(X, (X > 0).astype(int)),
    "columns": lambda: bp.MLPClassifier((4,), **SHORT).fit(X, (X * 2).astype(int)),
    "numbers": lambda: bp.MLPRegressor(hidden_layer_sizes=(4,), solver="lbfgs", random_state=0, max_iter=3).fit(X, X),
    "rule": lambda: bp.MLPClassifier((4,), solver=bp.AdamW(), normalise="batch", dropout=0.1, **SHORT).fit(X, NAMES),
    "schedule": lambda: bp.MLPClassifier(
        (4,), activation=[bp.tanh], learning_rate=bp.schedules.cosine(0.01, updates=9), **SHORT
    ).fit(X, NAMES),
    "graph": lambda: bp.GraphClassifier(own_graph(), **SHORT).fit(X, NAMES),
    "function": lambda: bp.GraphClassifier(functional, **SHORT).fit(X, NAMES),
    "inputs": lambda: bp.GraphClassifier(own_graph(), inputs={"x": [2, 0, 1]}, **SHORT).fit(X, NAMES),
    "table": lambda: bp.TableClassifier((4,), **SHORT).fit(frame(), NAMES),
    "table of numbers": lambda: bp.TableRegressor((4,), **SHORT).fit(frame(), X[:, :2] * 1e5 + 1e6),
    "pipeline": lambda: make_pipeline(StandardScaler(), bp.MLPClassifier((4,), **SHORT)).fit(X, NAMES),
}


def functional(features, classes):
    return bp.mlp([features, 4, classes])


def by_joblib(estimator, path):
    joblib = pytest.importorskip("joblib")
    joblib.dump(estimator, path / "kept.joblib")
    return joblib.load(path / "kept.joblib")


def by_cloudpickle(estimator, path):
    return pickle.loads(pytest.importorskip("cloudpickle").dumps(estimator))


def by_skops(estimator, path):
    sio = pytest.importorskip("skops.io")
    data = sio.dumps(estimator)
    return sio.loads(data, trusted=sio.get_untrusted_types(data=data))


WAYS = {
    "pickle": lambda estimator, path: pickle.loads(pickle.dumps(estimator)),
    "deepcopy": lambda estimator, path: copy.deepcopy(estimator),
    "joblib": by_joblib,
    "cloudpickle": by_cloudpickle,
    "skops": by_skops,
}


def rows_of(kind):
    return frame() if kind.startswith("table") else X


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", MADE)
def test_an_estimator_comes_back(kind, way, tmp_path):
    estimator = MADE[kind]()
    back = WAYS[way](estimator, tmp_path)
    assert type(back) is type(estimator) and str(back.get_params()) == str(estimator.get_params())
    rows = rows_of(kind)
    assert np.array_equal(back.predict(rows), estimator.predict(rows))
    if hasattr(estimator, "predict_proba"):
        for one, other in zip(back.predict_proba(rows), estimator.predict_proba(rows), strict=True):
            assert np.array_equal(one, other)
    if kind != "pipeline":
        assert np.array_equal(back.transform(rows), estimator.transform(rows))
        assert back.to_model().graph.describe() == estimator.to_model().graph.describe()
        assert back.to_model().notes == estimator.to_model().notes


@pytest.mark.parametrize("way", ["pickle", "skops"])
@pytest.mark.parametrize("kind", ["classes", "rule", "schedule", "graph", "function", "inputs"])
def test_it_trains_on_as_if_nothing_had_happened(kind, way, tmp_path):
    estimator = MADE[kind]()
    back = WAYS[way](estimator, tmp_path)
    one, other = (each.partial_fit(X, NAMES) for each in (estimator, back))
    assert np.array_equal(one.predict_proba(X), other.predict_proba(X))
    assert one.loss_curve_ == other.loss_curve_


@pytest.mark.parametrize("kind", ["classes", "table"])
def test_skops_asks_for_the_estimator_and_the_graph_alone(kind):
    sio = pytest.importorskip("skops.io")
    estimator = MADE[kind]()
    own = f"{type(estimator).__module__}.{type(estimator).__name__}"
    assert sio.get_untrusted_types(data=sio.dumps(estimator)) == sorted([own, "bprop.graph.graph.Graph"])
    assert sio.get_untrusted_types(data=sio.dumps(bp.MLPClassifier())) == ["bprop.estimators.mlp.MLPClassifier"]


def test_skops_asks_for_boxes_of_ones_own():
    sio = pytest.importorskip("skops.io")
    untrusted = sio.get_untrusted_types(data=sio.dumps(MADE["graph"]()))
    assert any(name.endswith("test_state.Twice") for name in untrusted)


def test_skops_keeps_fits_and_models_too(tmp_path):
    fit = bp.train(bp.mlp([3, 4, 3]), {"x": X, "y": np.arange(40) % 3}, epochs=1, engine="numpy", progress=False)
    back = by_skops(fit, tmp_path)
    assert np.array_equal(back.predict(x=X), fit.predict(x=X)) and back.history == fit.history


@pytest.mark.parametrize("kind", ["classes", "numbers", "table", "table of numbers", "graph"])
def test_a_state_of_before_which_holds_objects_is_read(kind):
    estimator = MADE[kind]()
    back = object.__new__(type(estimator))
    back.__setstate__(dict(vars(estimator)))
    assert np.array_equal(back.predict(rows_of(kind)), estimator.predict(rows_of(kind)))


def test_the_state_is_a_copy():
    estimator = MADE["classes"]()
    network = estimator._network_
    estimator.__getstate__()
    assert estimator._network_ is network and estimator._network_.features == {}
