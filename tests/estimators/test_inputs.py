"""Arrays, sparse matrices and weights on their way in."""

import numpy as np
import pytest

pytest.importorskip("sklearn")

from scipy import sparse

import bprop as bp
from bprop import errors
from bprop.estimators import inputs
from bprop.estimators.targets import Numbers


def test_parts_of_a_sparse_matrix(monkeypatch, rng):
    monkeypatch.setattr(inputs, "DENSE_ROWS", 4)
    X = rng.integers(2, size=(10, 3)).astype(float)
    found = list(inputs.parts(sparse.csc_matrix(X)))
    assert [len(part) for part in found] == [4, 4, 2]
    assert np.array_equal(np.concatenate(found), X)
    assert next(inputs.parts(X)) is X


def test_precision():
    assert inputs.precision("auto", np.zeros(1, np.float32)) == np.float32
    assert inputs.precision("float32", np.zeros(1)) == np.float32


def test_weights_are_multiplied():
    X, y, target = np.zeros((3, 2)), np.zeros(3), Numbers(1)
    assert inputs.read_examples(X, y, target).weights is None
    assert inputs.read_examples(X, y, target, [1, 2, 3], None, [2, 2, 0]).weights.tolist() == [2, 4, 0]


@pytest.mark.parametrize("wrong", [[0, 0, 0], [1, -1, 1], [1, 2], [1, np.nan, 1], [[1, 1, 1]]], ids=str)
def test_weights_that_cannot_be(wrong):
    with pytest.raises(ValueError, match="weights"):
        inputs.read_examples(np.zeros((3, 2)), np.zeros(3), Numbers(1), wrong)


def test_sparse_indicators(flowers):
    y = sparse.csr_matrix((flowers[0][:, :2] > 0).astype(int))
    estimator = bp.MLPClassifier(5, max_iter=2).fit(flowers[0], y)
    assert estimator.predict(flowers[0]).shape == (150, 2)


def test_metadata():
    assert inputs.FitArguments(1, 2).metadata is None
    assert inputs.FitArguments(1, 2, sample_weight=3).metadata == {"sample_weight": 3}


BIG = 2**53


def far(rng, **changes):
    X = rng.normal(size=(60, 3))
    for place, value in changes.items():
        X[4, "abc".index(place)] = value
    return X


def test_a_number_too_large_to_predict_with_is_named_by_row_and_feature(rng):
    for part, estimator in (
        ("predict", bp.MLPClassifier(5, dtype="float32", max_iter=2)),
        ("predict_proba", bp.MLPClassifier(5, dtype="float32", max_iter=2)),
        ("transform", bp.MLPRegressor(hidden_layer_sizes=5, dtype="float32", max_iter=2)),
    ):
        X = far(rng)
        fitted = estimator.fit(X, np.arange(60) % 2)
        for kind in (np.asarray, sparse.csr_matrix):
            with pytest.raises(ValueError, match=r"X, row 4, feature 1: 1e\+300 is too large for float32"):
                getattr(fitted, part)(kind(far(rng, b=1e300)))


def test_what_the_network_gives_is_finite_or_an_error_that_names_the_row(rng):
    fitted = bp.MLPRegressor(hidden_layer_sizes=5, max_iter=2, activation="relu").fit(far(rng), np.arange(60.0))
    fitted.coefs_ = [np.full_like(W, 10.0) for W in fitted.coefs_]
    with pytest.raises(ValueError, match="X, row 4: the network gives inf"):
        fitted.predict(far(rng, a=1.7e308))


def test_what_a_precision_does_not_hold_is_refused_before_fitting(rng):
    X, y = far(rng), np.arange(60.0)
    with pytest.raises(ValueError, match=r"input 'X', row 4, column 0: 1e\+39 is too large for float32"):
        bp.MLPRegressor(dtype="float32").fit(far(rng, a=1e39), y)
    with pytest.raises(ValueError, match="input 'X', column 0: float32 cannot tell numbers near 1e"):
        bp.MLPRegressor(dtype="float32").fit(X + 1e9, y)
    for given, dtype in ((X, "float32"), (X.astype(np.float32), "auto")):
        with pytest.raises(ValueError, match=r"input 'y'.*float32 cannot tell numbers near 1e"):
            bp.MLPRegressor(dtype=dtype).fit(given, y + 1e9)


def labels(kind):
    pd = pytest.importorskip("pandas")
    y = [BIG + k % 2 for k in range(60)]
    return {
        "int64": lambda: np.array(y), "uint64": lambda: np.array(y, np.uint64), "list": lambda: y,
        "objects": lambda: np.array(y, object), "Int64": lambda: pd.Series(y, dtype="Int64"),
        "UInt64": lambda: pd.Series([2**64 - 1 - v % 2 for v in y], dtype="UInt64"),
        "objects of pandas": lambda: pd.Series(y, dtype=object),
    }[kind]()  # fmt: skip


@pytest.mark.parametrize("kind", ["int64", "uint64", "list", "objects", "Int64", "UInt64", "objects of pandas"])
def test_labels_beyond_2_to_the_53_stay_exact(rng, kind):
    X, y = far(rng), labels(kind)
    X[:, 0] += 9 * (np.arange(60) % 2)
    fitted = bp.MLPClassifier(8, solver="lbfgs", random_state=0).fit(X, y)
    assert [int(v) for v in fitted.classes_] == sorted({int(v) for v in y})
    assert [int(v) for v in fitted.predict(X)] == [int(v) for v in y]
    assert fitted.score(X, y) == 1
    again = bp.MLPClassifier(8, random_state=0).partial_fit(X, y, classes=y[:2])
    assert np.array_equal(again.classes_, fitted.classes_)


def test_columns_of_nullable_labels_stay_exact(rng):
    pd = pytest.importorskip("pandas")
    y = pd.DataFrame({"p": [BIG + k % 2 for k in range(60)], "q": [k % 3 for k in range(60)]}, dtype="Int64")
    fitted = bp.MLPClassifier(8, max_iter=2).fit(far(rng), y)
    assert [c.tolist() for c in fitted.classes_] == [[BIG, BIG + 1], [0, 1, 2]]
    missing = pd.Series([1, None], dtype="Int64")
    assert inputs.exact(missing) is missing
    assert inputs.exact(text := np.array(["a", 1], object)) is text


def mask(array):
    return np.ma.masked_array(array, np.arange(array.size).reshape(array.shape) == 4)


@pytest.fixture
def fitted(rng):
    X = rng.normal(size=(12, 3))
    return X, X[:, 0], bp.MLPRegressor(hidden_layer_sizes=(4,), max_iter=2, random_state=0).fit(X, X[:, 0])


@pytest.mark.parametrize("kind", [bp.MLPClassifier, bp.MLPRegressor])
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_masked_examples_are_not_fitted(rng, kind, solver):
    X = rng.normal(size=(12, 3))
    y = np.arange(12) % 2
    clean = {"X": X, "y": y, "sample_weight": np.ones(12)}
    for name, array in clean.items():
        with pytest.raises(errors.DataError, match=r"1 of [0-9]+ elements are masked"):
            kind(hidden_layer_sizes=(4,), max_iter=2, solver=solver).fit(**{**clean, name: mask(array)})
    plain = {name: np.ma.masked_array(array) for name, array in clean.items()}
    models = [kind(hidden_layer_sizes=(4,), max_iter=2, solver=solver, random_state=0) for _ in range(2)]
    same = [model.fit(**given).predict(X) for model, given in zip(models, (clean, plain), strict=True)]
    np.testing.assert_array_equal(*same)


def test_masked_examples_are_not_predicted_or_scored(fitted):
    X, y, model = fitted
    labels = (y > 0).astype(int)
    classes = bp.MLPClassifier(hidden_layer_sizes=(4,), max_iter=2).fit(X, labels)
    for call in (
        lambda: model.predict(mask(X)),
        lambda: model.score(X, mask(y)),
        lambda: model.score(X, y, sample_weight=mask(np.ones(12))),
        lambda: classes.predict_proba(mask(X)),
        lambda: classes.score(X, mask(labels)),
        lambda: classes.score(X, labels, mask(np.ones(12))),
        lambda: bp.MLPClassifier(hidden_layer_sizes=(4,)).partial_fit(
            X, labels, classes=np.ma.masked_array([0, 1], [False, True])
        ),
        lambda: model.check_gradients(X, mask(y)),
    ):
        with pytest.raises(errors.DataError, match="elements are masked"):
            call()


def test_the_score_of_a_regressor_is_scikit_learns(fitted):
    from sklearn.metrics import r2_score

    X, y, model = fitted
    weights = np.arange(12.0)
    assert model.score(X, y) == r2_score(y, model.predict(X))
    assert model.score(X, y, weights) == r2_score(y, model.predict(X), sample_weight=weights)


def test_dates_are_no_features_and_no_targets_of_a_regression_but_may_be_labels(fitted):
    X, y, model = fitted
    days = np.arange(12).astype("datetime64[D]")
    for call in (
        lambda: bp.MLPRegressor(hidden_layer_sizes=(4,)).fit(X.astype("datetime64[s]"), y),
        lambda: bp.MLPRegressor(hidden_layer_sizes=(4,)).fit(X, days),
        lambda: model.predict(X.astype("timedelta64[s]")),
    ):
        with pytest.raises(errors.DTypeError, match="needs numbers, got an array of"):
            call()
    labels = days[(y > 0).astype(int)]
    assert set(bp.MLPClassifier(hidden_layer_sizes=(4,), max_iter=2).fit(X, labels).predict(X)) <= set(labels)


def test_a_number_that_is_too_large_is_an_error_without_a_warning_before_it():
    X = np.where(np.arange(40) % 2, 1.7e308, -1.7e308)[:, None]
    with pytest.raises(errors.DataError, match="is too large for float32"):
        bp.MLPClassifier((2,), max_iter=1, dtype="float32").fit(X, np.arange(40) % 2)


@pytest.mark.parametrize("missing", [None, float("nan")])
@pytest.mark.parametrize("kind", [list, tuple, lambda y: np.array(y, object), "pandas", "polars"])
@pytest.mark.parametrize("model", [bp.MLPClassifier, bp.TableClassifier])
def test_labels_that_are_missing_are_refused_with_the_row(model, kind, missing):
    y = ["a", "b", missing, "a", missing, "b"]
    if isinstance(kind, str):
        kind = pytest.importorskip(kind).Series
        y = [None if label is missing else label for label in y]
    X = np.arange(12.0).reshape(6, 2)
    with pytest.raises(
        errors.DataError, match="y: 2 of 6 labels are missing, the first in row 2: leave these rows out"
    ):
        model(max_iter=1).fit(X, kind(y))


def test_the_missing_labels_of_pandas_are_missing():
    pandas = pytest.importorskip("pandas")
    with pytest.raises(errors.DataError, match="y: 1 of 3 labels are missing, the first in row 1"):
        bp.MLPClassifier(max_iter=1).fit(np.ones((3, 2)), np.array(["a", pandas.NA, "b"], object))
