"""Early stopping, on held-out rows or a set of one's own, by any score."""

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.metrics import f1_score, make_scorer

import bprop as bp


def small(**settings):
    return bp.MLPClassifier(**{"hidden_layer_sizes": 8, "max_iter": 20, "random_state": 0, "early_stopping": True,
                               "learning_rate_init": 0.02, **settings})  # fmt: skip


def test_the_best_parameters_are_kept(flowers):
    X, y = flowers
    estimator = small().fit(X[::2], y[::2], X_val=X[1::2], y_val=y[1::2])
    assert estimator.best_validation_score_ == max(estimator.validation_scores_) == estimator.score(X[1::2], y[1::2])
    assert len(estimator.validation_scores_) == len(estimator.validation_loss_curve_) == estimator.n_iter_
    assert estimator.best_loss_ is None


def test_the_loss_as_a_score(flowers):
    estimator = small(scoring="loss").fit(*flowers)
    assert np.allclose(estimator.validation_scores_, -np.array(estimator.validation_loss_curve_))


@pytest.mark.parametrize("scoring", ["f1_macro", "neg_log_loss", make_scorer(f1_score, average="micro")], ids=str)
def test_any_scorer(flowers, scoring):
    X, y = flowers
    estimator = small(scoring=scoring, max_iter=4).fit(X[::2], y[::2], X_val=X[1::2], y_val=y[1::2])
    assert len(set(estimator.validation_scores_)) > 1
    if scoring == "f1_macro":
        f1 = f1_score(y[1::2], estimator.predict(X[1::2]), average="macro")
        assert estimator.best_validation_score_ == pytest.approx(f1)


def test_weights_of_the_validation_set(flowers):
    X, y = flowers
    only = (y == 0).astype(float)
    estimator = small(max_iter=3).fit(X, y, X_val=X, y_val=y, sample_weight_val=only)
    assert estimator.best_validation_score_ == pytest.approx(estimator.score(X[y == 0], y[y == 0]))


def test_it_ends_without_improvement(flowers, capsys):
    estimator = small(tol=2.0, n_iter_no_change=3, verbose=True).fit(*flowers)
    assert estimator.n_iter_ == 5
    said = capsys.readouterr().out
    assert "Validation score: " in said
    assert "Validation score did not improve more than tol=2.000000 for 3 consecutive epochs. Stopping." in said


def test_a_warm_start_holds_out_the_same_rows(flowers, monkeypatch):
    from bprop.estimators import loop

    held, hold_out = [], loop.hold_out

    def remembered(*given):
        found = hold_out(*given)
        held.append(found[1].X)
        return found

    monkeypatch.setattr(loop, "hold_out", remembered)
    estimator = small(warm_start=True, max_iter=2).fit(*flowers)
    estimator.fit(*flowers)
    assert np.array_equal(*held)


def test_regressors_are_scored_by_r2(waves):
    estimator = bp.MLPRegressor(hidden_layer_sizes=8, early_stopping=True, max_iter=3, random_state=0)
    estimator.fit(*waves, X_val=waves[0], y_val=waves[1])
    assert estimator.best_validation_score_ == pytest.approx(estimator.score(*waves))


def test_switching_early_stopping_in_a_warm_start(flowers):
    estimator = small(warm_start=True, max_iter=2).fit(*flowers)
    estimator.set_params(early_stopping=False).fit(*flowers)
    assert estimator.validation_scores_ is None
    assert estimator.best_loss_ < np.inf
