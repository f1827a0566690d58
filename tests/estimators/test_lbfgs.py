"""The solver "lbfgs", on the graph's own objective and gradients."""

import numpy as np
import pytest

pytest.importorskip("sklearn")

from scipy.optimize import approx_fprime
from sklearn.exceptions import ConvergenceWarning

import bprop as bp
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
