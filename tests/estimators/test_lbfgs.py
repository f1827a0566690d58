"""The solver "lbfgs", on the graph's own objective and gradients."""

import signal

import numpy as np
import pytest

pytest.importorskip("sklearn")

from scipy.optimize import approx_fprime
from sklearn.exceptions import ConvergenceWarning

import bprop as bp
from bprop.data import DataSet
from bprop.engines.engine import Job
from bprop.estimators import lbfgs, workload
from bprop.estimators.inputs import Examples
from bprop.estimators.lbfgs import F64, Objective, rounded


def small(**settings):
    return bp.MLPRegressor(**{"hidden_layer_sizes": 6, "activation": "tanh", "solver": "lbfgs", "random_state": 0,
                              "max_iter": 50, **settings})  # fmt: skip


def test_the_gradient_of_several_outputs_is_that_of_the_objective(waves, rng):
    estimator = small(alpha=0.5, l1=0.01, l2=0.02).initialise(*waves)
    examples = Examples(waves[0], waves[1], waves[1], rng.uniform(0.5, 2, size=120))
    data = examples.data(estimator._network_)
    objective = Objective(Job(estimator._network_.graph, bp.SGD(), data, len(data), F64, 0), estimator._theta())
    at = objective.pack(objective.theta)
    value, gradient = objective(at)
    assert value == objective.value
    assert np.allclose(gradient, approx_fprime(at, lambda v: objective(v)[0]), atol=1e-6)
    assert all(np.array_equal(a, objective.theta[n]) for n, a in objective.unpack(at).items())


@pytest.mark.parametrize("engine", ["numpy", "native", "xla"])
@pytest.mark.parametrize("weighted", [False, True])
def test_every_engine_has_the_objective_and_the_gradient_of_a_pass(waves, rng, engine, weighted):
    if engine != "numpy":
        pytest.importorskip({"native": "llvmlite", "xla": "jax"}[engine])
    estimator = small(alpha=0.5).initialise(*waves)
    weights = np.where(np.arange(120) // 50 == 1, 0.0, rng.uniform(0.5, 2, size=120)) if weighted else None
    data = Examples(waves[0], waves[1], waves[1], weights).data(estimator._network_)
    job = Job(estimator._network_.graph, bp.SGD(), data, len(data), F64, 0)
    at = np.concatenate([array.ravel() for array in estimator._theta().values()]) * 3
    whole = estimator._network_.graph.fprop(Objective(job, estimator._theta()).unpack(at), data.arrays, weights=weights)
    objective = Objective(job, estimator._theta(), engine)
    value, gradient = objective(at)
    assert objective.functions.engine == engine
    assert value == objective.value == pytest.approx(float(whole.objective), rel=1e-13)
    assert np.allclose(gradient, objective.pack(dict(estimator._network_.graph.bprop(whole))), rtol=1e-12, atol=1e-13)


def test_room_for_rows_is_the_same_for_folds_of_about_equal_size():
    assert rounded(1149) == rounded(1150) == 1152 and rounded(7) == 7 and rounded(1) == 1
    assert all(rows <= rounded(rows) <= rows * 1.125 + 1 for rows in range(1, 3000))


def test_compiled_code_goes_on_once_numpy_has_taken_as_long_as_compiling(waves, monkeypatch):
    pytest.importorskip("llvmlite")
    estimator = small().initialise(*waves)
    data = Examples(waves[0], waves[1], waves[1], None).data(estimator._network_)
    objective = Objective(Job(estimator._network_.graph, bp.SGD(), data, len(data), F64, 0), estimator._theta())
    at, engines = objective.pack(objective.theta), []
    monkeypatch.setattr(workload, "COMPILING", 2.5 * workload.numpy_seconds(objective.job, 1))
    monkeypatch.setattr(workload, "STARTING", 0)
    for _ in range(4):
        value, _ = objective(at)
        engines.append(objective.functions.engine)
        assert value == pytest.approx(objective.value, rel=1e-14)
    assert engines == ["numpy", "numpy", "native", "native"]


def test_the_engine_that_is_chosen_computes_from_the_first_evaluation(waves):
    pytest.importorskip("llvmlite")
    losses = [small(engine=engine).fit(*waves).loss_curve_ for engine in ("numpy", "native")]
    assert np.allclose(losses[0][:10], losses[1][:10], rtol=1e-9)


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
    data = DataSet(network.data(np.zeros((1, estimator.n_features_in_))))
    objective = Objective(Job(network.graph, bp.SGD(), data, 1, F64, 0), estimator._theta())
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


def test_scipys_blas_computes_on_one_thread_and_numpys_on_as_many_as_before(waves, monkeypatch):
    from threadpoolctl import threadpool_info  # scikit-learn needs it

    def counts():
        return {one["filepath"]: one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"}

    seen, look, before = [], lbfgs.Search.look, counts()
    monkeypatch.setattr(lbfgs.Search, "look", lambda self, vector: seen.append(counts()) or look(self, vector))
    with pytest.warns(ConvergenceWarning):
        small(max_iter=3).fit(*waves)
    numpys = [file for file in before if "numpy" in file]
    if numpys:  # its wheel; elsewhere both may share one library
        assert {count for one in seen for file, count in one.items() if file not in numpys} <= {1}
    assert all(one[file] == before[file] for one in seen for file in numpys)
    assert counts() == before
