"""The solver "lbfgs", on the graph's own objective and gradients."""

import signal

import numpy as np
import pytest

pytest.importorskip("sklearn")

from scipy.optimize import approx_fprime
from sklearn.exceptions import ConvergenceWarning

import bprop as bp
from bprop.data import DataSet
from bprop.estimators import lbfgs
from bprop.estimators.inputs import Examples
from bprop.estimators.lbfgs import Objective


def small(**settings):
    return bp.MLPRegressor(**{"hidden_layer_sizes": 6, "activation": "tanh", "solver": "lbfgs", "random_state": 0,
                              "max_iter": 50, **settings})  # fmt: skip


def test_the_gradient_of_several_outputs_is_that_of_the_objective(waves, rng):
    estimator = small(alpha=0.5, l1=0.01, l2=0.02).initialise(*waves)
    examples = Examples(waves[0], waves[1], waves[1], rng.uniform(0.5, 2, size=120))
    objective = Objective(estimator._network_.graph, examples.data(estimator._network_), estimator._theta())
    at = objective.pack(objective.theta)
    value, gradient = objective(at)
    assert value == objective.value
    assert np.allclose(gradient, approx_fprime(at, lambda v: objective(v)[0]), atol=1e-6)
    assert all(np.array_equal(a, objective.theta[n]) for n, a in objective.unpack(at).items())


def test_several_outputs_are_fitted_as_well_as_one(waves):
    X, Y = waves
    estimator = small(max_iter=150, hidden_layer_sizes=20, alpha=1e-6).fit(X, Y)
    assert estimator.score(X, Y) > 0.98


def test_the_loss_of_every_iteration(waves):
    estimator = small().fit(*waves)
    assert len(estimator.loss_curve_) == estimator.n_iter_
    assert np.all(np.diff(estimator.loss_curve_) <= 0)
    assert estimator.loss_ == estimator.best_loss_ == pytest.approx(estimator.loss_curve_[-1])


def test_the_end_without_convergence_is_told(waves):
    with pytest.warns(ConvergenceWarning, match="lbfgs failed to converge after 3"):
        assert small(max_iter=3).fit(*waves).n_iter_ == 3


def test_its_iterations_are_printed(waves, capsys):
    small(max_iter=2, verbose=True).fit(*waves)
    assert capsys.readouterr().out.startswith("Iteration 1, loss = ")


def test_a_warm_start_goes_on(waves):
    estimator = small(warm_start=True, max_iter=5).fit(*waves)
    first = estimator.loss_
    assert estimator.fit(*waves).loss_ < first


def test_what_needs_a_stochastic_solver(waves):
    with pytest.raises(ValueError, match="dropout needs 'sgd' or 'adam'"):
        small(dropout=0.1).fit(*waves)
    with pytest.raises(ValueError, match="normalise='batch' needs 'sgd' or 'adam'"):
        small(normalise="batch").fit(*waves)


def test_what_is_not_finite_is_an_error(waves):
    with pytest.raises(ValueError, match="non-finite"):
        small(activation="identity").fit(waves[0] * 1e300, waves[1] * 1e300)


@pytest.mark.parametrize("at", [1, 2, 12])
def test_ctrl_c_ends_it_with_the_parameters_of_the_last_iteration(waves, monkeypatch, at):
    looks, seen = [], []
    look, after = lbfgs.Search.look, lbfgs.Search.after

    def looking(self, vector):
        looks.append(vector)
        if len(looks) == at:
            signal.raise_signal(signal.SIGINT)
        return look(self, vector)

    def noting(self, vector):
        after(self, vector)
        seen.append(vector.copy())

    monkeypatch.setattr(lbfgs.Search, "look", looking)
    monkeypatch.setattr(lbfgs.Search, "after", noting)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.warns(UserWarning, match="interrupted by user"):
            estimator = small().fit(*waves)
    finally:
        assert signal.signal(signal.SIGINT, before) is signal.default_int_handler
    assert len(looks) == at  # nothing is computed after it
    assert estimator.n_iter_ == len(estimator.loss_curve_) == len(seen)
    last = seen[-1] if seen else looks[0]
    assert np.array_equal(np.concatenate([W.ravel() for W in estimator.coefs_]), only_weights(estimator, last))
    assert np.isnan(estimator.loss_) if at == 1 else estimator.loss_ == estimator.best_loss_ < np.inf
    assert estimator.predict(waves[0]).shape == waves[1].shape


def only_weights(estimator, vector):
    network = estimator._network_
    objective = Objective(
        network.graph, DataSet(network.data(np.zeros((1, estimator.n_features_in_)))), estimator._theta()
    )
    theta = objective.unpack(vector)
    return np.concatenate([theta[f"W{k}"].ravel() for k in range(1, estimator.n_layers_)])


def test_a_second_ctrl_c_ends_it_at_once(waves, monkeypatch):
    look = lbfgs.Search.look

    def twice(self, vector):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        return look(self, vector)

    monkeypatch.setattr(lbfgs.Search, "look", twice)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            small().fit(*waves)
    finally:
        signal.signal(signal.SIGINT, before)
