"""scikit-learn's callback protocol."""

import numpy as np
import pytest

pytest.importorskip("sklearn")
pytest.importorskip("sklearn.callback")

from sklearn.callback import ScoringMonitor

import bprop as bp


class Told:
    """Notes what it is told; stops after `most` epochs."""

    def __init__(self, most=99):
        self.most, self.said, self.scores = most, [], []

    def setup(self, estimator, context):
        self.said.append("setup")

    def teardown(self, estimator, context):
        self.said.append("teardown")

    def on_fit_task_begin(self, estimator, context):
        self.said.append(f"begin {context.task_name}")

    def on_fit_task_end(self, estimator, context, *, X=None, y=None, fitted_estimator=None):
        self.said.append(f"end {context.task_name}")
        if context.task_name == "epoch" and fitted_estimator is not None:
            self.scores.append(fitted_estimator.score(X, y))
        return len(self.scores) >= self.most


def small(**settings):
    return bp.MLPClassifier(**{"hidden_layer_sizes": 8, "max_iter": 4, "random_state": 0, **settings})


def test_every_epoch_is_told(flowers):
    told, estimator = Told(), small()
    estimator.set_callbacks(told)
    estimator.fit(*flowers)
    assert told.said == ["setup", "begin fit", *["begin epoch", "end epoch"] * 4, "end fit", "teardown"]
    assert told.scores[-1] == estimator.score(*flowers)


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_a_callback_may_stop(flowers, solver):
    told, estimator = Told(most=2), small(solver=solver)
    estimator.set_callbacks(told)
    estimator.fit(*flowers)
    assert estimator.n_iter_ == len(estimator.loss_curve_) == 2
    assert told.said[-2:] == ["end fit", "teardown"]


def test_teardown_comes_after_an_error(flowers):
    told, estimator = Told(), small(dropout=0.1, solver="lbfgs")
    estimator.set_callbacks(told)
    with pytest.raises(ValueError, match="dropout needs"):
        estimator.fit(*flowers)
    assert told.said == []  # nothing had begun

    def fails(estimator, context):
        raise ZeroDivisionError

    told.on_fit_task_end = fails
    with pytest.raises(ZeroDivisionError):
        estimator.set_params(solver="adam").fit(*flowers)
    assert told.said[-1] == "teardown"


def test_scikit_learns_own_monitor(flowers):
    monitor, estimator = ScoringMonitor(scoring="accuracy"), small()
    estimator.set_callbacks(monitor)
    estimator.fit(*flowers)
    scores = [entry["accuracy"] for entry in monitor.get_logs().data]
    assert np.isclose(scores[-1], estimator.score(*flowers))
