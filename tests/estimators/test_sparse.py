"""Sparse X: the same networks as of dense X, without a dense copy."""

import tracemalloc

import numpy as np
import pytest

pytest.importorskip("sklearn")

from scipy import sparse

import bprop as bp
from bprop.errors import DataError
from bprop.estimators.sparse import SparseRows, as_rows

pytestmark = pytest.mark.filterwarnings("ignore:Stochastic Optimizer", "ignore:lbfgs failed to converge")

RNG = np.random.default_rng(0)
S = sparse.random_array((300, 4000), density=0.005, rng=RNG, format="csr")
X = S.toarray()
Y = np.array(["low", "mid", "high"])[RNG.integers(3, size=300)]
SHORT = {"max_iter": 2, "random_state": 0, "batch_size": 50}
FORMATS = {
    "csr array": S, "csc array": sparse.csc_array(S), "coo array": sparse.coo_array(S),
    "csr matrix": sparse.csr_matrix(S), "csc matrix": sparse.csc_matrix(S), "lil matrix": sparse.lil_matrix(S),
}  # fmt: skip


def never_dense(monkeypatch):
    """Any dense copy of the rows is an error from now on."""

    def refuse(self, why):
        raise AssertionError(f"made dense: {why}")

    monkeypatch.setattr(SparseRows, "dense", refuse)


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_gives_the_network_of_the_dense_array(kind, monkeypatch):
    dense = bp.MLPClassifier((8,), engine="numpy", **SHORT).fit(X, Y)
    never_dense(monkeypatch)
    model = bp.MLPClassifier((8,), **SHORT).fit(FORMATS[kind], Y)
    for one, other in zip(model.coefs_, dense.coefs_, strict=True):
        assert np.allclose(one, other, rtol=1e-9, atol=1e-12)
    assert np.allclose(model.predict_proba(FORMATS[kind]), dense.predict_proba(X), rtol=1e-9)
    assert np.allclose(model.transform(FORMATS[kind]), dense.transform(X), rtol=1e-9)
    assert np.array_equal(model.predict(X), dense.predict(FORMATS[kind]))


@pytest.mark.parametrize(
    "settings",
    [
        {"early_stopping": True},
        {"early_stopping": True, "scoring": "neg_log_loss"},
        {"solver": "lbfgs"},
        {"solver": "sgd", "learning_rate": "adaptive", "n_iter_no_change": 1, "max_iter": 5, "tol": 1.0},
        {"solver": bp.AdamW(), "dropout": 0.2, "normalise": "layer", "dtype": "float32"},
        {"class_weight": "balanced", "l1": 1e-3, "clip_norm": 1.0},
    ],
)
def test_all_solvers_and_a_validation_set(settings, monkeypatch):
    settings = {**SHORT, **settings}
    dense = bp.MLPClassifier((8,), engine="numpy", **settings).fit(X, Y)
    never_dense(monkeypatch)
    model = bp.MLPClassifier((8,), **settings).fit(S, Y)
    close = {"rtol": 1e-3, "atol": 1e-5} if settings.get("dtype") else {"rtol": 1e-6, "atol": 1e-9}
    assert np.allclose(model.loss_curve_, dense.loss_curve_, **close)
    if settings.get("early_stopping"):
        assert np.allclose(model.validation_scores_, dense.validation_scores_, **close)
    assert np.allclose(model.predict_proba(S), dense.predict_proba(X), **close)


def test_numbers_part_by_part_and_weights(monkeypatch):
    y, w = X[:, 0] + X[:, 1:5].sum(axis=1), RNG.uniform(0.5, 2, 300)
    dense = bp.MLPRegressor(hidden_layer_sizes=(8,), engine="numpy", **SHORT).fit(X, y, sample_weight=w)
    never_dense(monkeypatch)
    model = bp.MLPRegressor(hidden_layer_sizes=(8,), **SHORT).fit(S, y, sample_weight=w, X_val=S, y_val=y)
    assert np.allclose(model.predict(S), dense.predict(X), rtol=1e-8, atol=1e-10)
    assert len(model.validation_loss_curve_) == 2
    model.partial_fit(S, y)
    dense.partial_fit(X, y)
    assert np.allclose(model.predict(S), dense.predict(X), rtol=1e-8, atol=1e-10)


def test_memory_stays_that_of_the_numbers_there_are():
    wide = sparse.random_array((400, 20_000), density=0.001, rng=RNG, format="csr")
    labels = RNG.integers(2, size=400)
    model = bp.MLPClassifier((2,), max_iter=1, batch_size=100, random_state=0)
    tracemalloc.start()
    try:
        model.fit(wide, labels).predict(wide)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 400 * 20_000 * 8 / 4  # a quarter of the dense array


def test_a_graph_whose_first_box_is_linear_stays_sparse(monkeypatch):
    never_dense(monkeypatch)
    model = bp.GraphClassifier(bp.mlp([4000, 4, 3]), **SHORT).fit(S, Y)
    assert model.predict(S).shape == (300,)


def of_products():
    x, y = bp.Input("x", (4000,)), bp.Input("y", (), dtype="int")
    f = bp.softmax(bp.square(x) @ bp.Parameter("W", (4000, 3)))
    return bp.Graph(loss=bp.nll(f, y), outputs={"f": f})


def test_other_graphs_and_engines_are_fitted_densely():
    one, other = (bp.GraphClassifier(of_products(), engine="numpy", **SHORT).fit(rows, Y) for rows in (S, X))
    assert np.array_equal(one.params_["W"], other.params_["W"])
    assert np.array_equal(one.predict_proba(S), other.predict_proba(X))
    pytest.importorskip("llvmlite")
    one, other = (bp.MLPClassifier((4,), engine="native", **SHORT).fit(rows, Y) for rows in (S, X))
    assert np.array_equal(one.coefs_[0], other.coefs_[0])


def test_what_would_not_fit_into_memory_is_refused_with_the_way_on(monkeypatch):
    monkeypatch.setenv("BPROP_DATA_MEMORY", "1M")
    with pytest.raises(DataError, match=r"\(300, 4000\), and the box 'square_1' \(Square\) reads it.* engine='auto'"):
        bp.GraphClassifier(of_products(), **SHORT).fit(S, Y)
    with pytest.raises(DataError, match="engine='native' computes with arrays alone"):
        bp.MLPClassifier((4,), engine="native", **SHORT).fit(S, Y)
    assert bp.MLPClassifier((4,), **SHORT).fit(S, Y).score(S, Y) > 0


def test_small_and_full_matrices_are_arrays():
    assert isinstance(as_rows(sparse.csr_array(np.eye(30))), np.ndarray)
    assert isinstance(as_rows(sparse.csr_array(np.ones((1100, 1000)))), np.ndarray)
    assert isinstance(as_rows(S), SparseRows)


def test_a_number_that_is_too_large_is_named():
    model = bp.MLPClassifier((4,), dtype="float32", **SHORT).fit(S, Y)
    huge = S.tolil()
    huge[7, 3] = 1e300
    with pytest.raises(DataError, match="X, row 7, feature 3: 1e\\+300 is too large for float32"):
        model.predict(huge.tocsr())
    huge[7, 3] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        model.predict(huge.tocsr())


def test_the_scale_of_a_sparse_matrix_is_that_of_all_its_places():
    model = bp.MLPClassifier((4,), **SHORT).fit(S, Y).to_model()
    assert model.trained_on["x"]["mean"] == pytest.approx(X.mean())
    assert model.trained_on["x"]["deviation"] == pytest.approx(X.std())
