"""TableClassifier and TableRegressor on columns of any kind.

All of scikit-learn's checks of estimators pass: see test_contract.py. Those that do not apply, and do not run, are of
sparse X (a table has none), of several labels or several outputs of classes (one column is predicted), and of
partial_fit (kinds are decided on all rows).
"""

import pickle

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline

import bprop as bp
from bprop import errors

pandas = pytest.importorskip("pandas")
QUICK = {"hidden_layer_sizes": (6,), "max_iter": 5, "random_state": 0}


@pytest.fixture
def pets():
    """(X, y): numbers, names of which many are embedded, yes and no, dates, missing cells; a class of three."""
    rng = np.random.default_rng(0)
    kind = rng.integers(3, size=120)
    X = pandas.DataFrame(
        {
            "weight": kind * 4.0 + rng.normal(size=120),
            "town": [f"t{k}" for k in rng.integers(25, size=120)],
            "old": rng.integers(2, size=120) == 1,
            "born": pandas.to_datetime("2020-01-01") + pandas.to_timedelta(rng.integers(900, size=120), unit="D"),
            "food": pandas.Categorical(["dry", "wet", None] * 40),
        }
    )
    X.loc[::7, "weight"] = np.nan
    return X, pandas.Series(np.array(["cat", "dog", "eel"])[kind], name="pet")


def test_columns_of_every_kind_are_learned_from(pets):
    X, y = pets
    classifier = bp.TableClassifier((16,), max_iter=60, learning_rate_init=0.01, random_state=0).fit(X, y)
    assert classifier.kinds_ == {
        "weight": "numeric", "town": "categorical", "old": "boolean", "born": "date", "food": "categorical",
    }  # fmt: skip
    assert "E_town" in classifier.params_
    assert classifier.score(X, y) > 0.9
    assert classifier.feature_names_in_.tolist() == list(X.columns)
    assert classifier.n_features_in_ == 5
    assert classifier.classes_.tolist() == ["cat", "dog", "eel"]
    assert classifier.transform(X).shape == (120, 16)
    assert classifier.check_gradients(X.head(), y.head()).ok


def test_kinds_are_chosen(pets):
    X, y = pets
    classifier = bp.TableClassifier(kinds={"town": "ignored"}, **QUICK).fit(X, y)
    assert classifier.kinds_["town"] == "ignored"
    assert not any(name.startswith("E_") for name in classifier.params_)
    with pytest.raises(errors.SettingError, match="no input column has this name"):
        bp.TableClassifier(kinds={"city": "ignored"}, **QUICK).fit(X, y)


def test_the_model_is_that_of_the_command_line(pets, tmp_path, monkeypatch):
    pytest.importorskip("typer", reason="the command line needs typer")
    from typer.testing import CliRunner

    from bprop.cli.app import app

    X, y = pets
    monkeypatch.chdir(tmp_path)
    classifier = bp.TableClassifier(**QUICK).fit(X, y)
    classifier.save("pets.bprop")
    X.assign(pet=y).to_csv("pets.csv", index=False)
    printed = CliRunner().invoke(app, ["predict", "pets.bprop", "pets.csv", "--out", "p.csv"])
    assert printed.exit_code == 0, printed.output
    assert pandas.read_csv("p.csv")["class"].tolist() == classifier.predict(X).tolist()
    model = bp.load("pets.bprop")
    assert np.array_equal(model.predict_proba(X), classifier.predict_proba(X))
    assert model.scores("pets.csv")["accuracy"] == pytest.approx(classifier.score(X, y))


@pytest.mark.parametrize(("classes", "noted"), [([False, True], [False, True]), ([3, 7], [3, 7])])
def test_two_classes_of_another_type(pets, classes, noted):
    X, y = pets
    labels = np.array(classes)[(y == "cat").to_numpy().astype(int)]
    classifier = bp.TableClassifier(**QUICK).fit(X, labels)
    assert classifier.predict(X).dtype == labels.dtype
    assert classifier.predict_proba(X).shape == (120, 2)
    assert classifier.to_model().preparation.classes == tuple(noted)


def test_values_are_learned_on_their_own_scale(pets):
    X, _ = pets
    y = 1e9 + 10 * X["weight"].fillna(0)
    regressor = bp.TableRegressor((16,), max_iter=150, learning_rate_init=0.01, random_state=0).fit(X, y)
    assert regressor.score(X, y) > 0.9
    model = regressor.to_model()
    assert np.allclose(model.predict(X), regressor.predict(X), rtol=0, atol=1e-4)
    both = bp.TableRegressor(**QUICK).fit(X, np.stack([y, -y], axis=1))
    assert both.predict(X).shape == (120, 2)
    assert both.to_model().preparation.answer.columns == ("target1", "target2")


def test_counts_are_not_scaled(pets):
    X, _ = pets
    y = np.random.default_rng(0).poisson(3.0, size=120)
    regressor = bp.TableRegressor(loss="poisson", **QUICK).fit(X, y)
    assert (regressor.predict(X) > 0).all()
    assert regressor.to_model().preparation.task == "counts"


def test_frames_of_pandas_and_polars_give_the_same_network(pets, tmp_path):
    polars = pytest.importorskip("polars")
    X, y = pets
    X.to_csv(tmp_path / "X.csv", index=False)
    other = polars.read_csv(tmp_path / "X.csv", try_parse_dates=True)
    one, two = (bp.TableClassifier(**QUICK).fit(each, y) for each in (X, other))
    assert np.allclose(one.predict_proba(X), two.predict_proba(other), atol=1e-9)
    assert np.array_equal(one.predict(other), one.predict(X))


def test_searches_pipelines_and_cross_validation(pets):
    X, y = pets
    assert len(cross_val_score(bp.TableClassifier(**QUICK), X, y, cv=3)) == 3
    pipeline = make_pipeline(bp.TableClassifier(**QUICK))
    search = GridSearchCV(pipeline, {"tableclassifier__learning_rate_init": [1e-5, 0.05]}, cv=2).fit(X, y)
    assert search.best_params_ == {"tableclassifier__learning_rate_init": 0.05}
    values = X["weight"].fillna(0)
    wrapped = TransformedTargetRegressor(bp.TableRegressor(**QUICK), func=np.cbrt, inverse_func=lambda z: z**3)
    assert wrapped.fit(X, values).predict(X).shape == (120,)


def test_clones_and_pickles(pets):
    X, y = pets
    classifier = bp.TableClassifier(kinds={"old": "categorical"}, **QUICK).fit(X, y)
    again = clone(classifier).fit(X, y)
    assert np.array_equal(again.predict_proba(X), classifier.predict_proba(X))
    assert np.array_equal(pickle.loads(pickle.dumps(classifier)).predict_proba(X), classifier.predict_proba(X))
    assert classifier.get_params()["kinds"] == {"old": "categorical"}
    assert classifier.set_params(scale="none").scale == "none"


def test_early_stopping_watches_rows_held_out_or_named(pets):
    X, y = pets
    stopped = bp.TableClassifier(early_stopping=True, validation_fraction=0.25, **QUICK).fit(X, y)
    assert len(stopped.validation_scores_) == stopped.n_iter_
    named = bp.TableClassifier(early_stopping=True, **QUICK).fit(X[:90], y[:90], X_val=X[90:], y_val=y[90:])
    assert len(named.validation_loss_curve_) == named.n_iter_


def test_weights_of_examples_and_classes_count(pets):
    X, y = pets
    settings = {**QUICK, "max_iter": 40, "learning_rate_init": 0.01}
    plain = bp.TableClassifier(**settings).fit(X, y).predict_proba(X)
    weights = np.where(y == "eel", 20.0, 1.0)
    heavy = bp.TableClassifier(**settings).fit(X, y, sample_weight=weights).predict_proba(X)
    assert heavy[:, 2].mean() > plain[:, 2].mean()
    heavy = bp.TableClassifier(class_weight={"cat": 20}, **settings).fit(X, y).predict_proba(X)
    assert heavy[:, 0].mean() > plain[:, 0].mean()


def test_a_warm_start_continues(pets):
    X, y = pets
    classifier = bp.TableClassifier(warm_start=True, **QUICK).fit(X, y)
    first = classifier.loss_
    assert classifier.fit(X, y).loss_ < first


def test_a_column_that_is_missing_or_bad_is_named(pets):
    X, y = pets
    classifier = bp.TableClassifier(**QUICK).fit(X, y)
    with pytest.raises(ValueError, match="town"):
        classifier.predict(X.drop(columns="town"))
    bad = X.astype({"weight": object})
    bad.loc[3, "weight"] = "heavy"
    with pytest.raises(errors.DataError, match="row 4, column 'weight': 'heavy' is not a finite number"):
        classifier.predict(bad)


def test_there_is_no_partial_fit(pets):
    assert not hasattr(bp.TableClassifier(), "partial_fit")
    with pytest.raises(errors.SettingError, match="needs rows"):
        bp.TableClassifier(**QUICK).fit(*pets).check_gradients()
