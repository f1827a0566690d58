"""Estimators under joblib's backends, with the real packages: the results of one process, and a share of the cores."""

import os
import pickle
import warnings

import numpy as np
import pytest

import bprop as bp

joblib = pytest.importorskip("joblib")
pytest.importorskip("sklearn")
pytestmark = pytest.mark.filterwarnings("ignore")  # those of Dask, Ray and joblib at their beginning and end
WORKERS = 2
X = np.random.default_rng(0).normal(size=(60, 4))
Y = np.where(X[:, 0] > 0, "more", "less")


def network():
    return bp.MLPClassifier((5,), max_iter=4, random_state=0, engine="native")


def fitted(seed):
    """(the weights of a network, the threads that it may use, its process) in a worker."""
    from bprop.engines.surroundings import cores

    trained = bp.MLPClassifier((5,), max_iter=4, random_state=seed, engine="native").fit(X, Y)
    return trained.coefs_, cores(), os.getpid()


def searched(jobs=None):
    from sklearn.model_selection import GridSearchCV

    return GridSearchCV(network(), {"l2": [0.0, 0.01]}, cv=2, n_jobs=jobs).fit(X, Y)


@pytest.fixture(scope="module")
def alone():
    """The search and the networks in this process."""
    pytest.importorskip("llvmlite")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that so few epochs do not converge
        return searched(), [fitted(seed)[0] for seed in range(2)]


def need_the_same(alone):
    """Within a backend: every result is that of this process, to the bit."""
    search, weights = alone
    beside = searched(WORKERS)
    assert np.array_equal(beside.cv_results_["split1_test_score"], search.cv_results_["split1_test_score"])
    pairs = zip(beside.best_estimator_.coefs_, search.best_estimator_.coefs_, strict=True)
    assert all(np.array_equal(a, b) for a, b in pairs)
    results = joblib.Parallel(WORKERS)(joblib.delayed(fitted)(seed) for seed in range(2))
    for (ours, cores, process), theirs in zip(results, weights, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))
        assert process != os.getpid() and WORKERS * cores <= max(WORKERS, os.cpu_count())


def test_loky(alone):
    with joblib.parallel_backend("loky", n_jobs=WORKERS):
        need_the_same(alone)


def test_dask(alone):
    distributed = pytest.importorskip("distributed")
    settings = {"n_workers": WORKERS, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(**settings) as cluster, distributed.Client(cluster) as client:
        with joblib.parallel_backend("dask"):
            need_the_same(alone)
        seeds = [[0, 1], [2, 3]]
        parts = client.gather([client.submit(together, one) for one in seeds])
    for fits, one in zip(parts, seeds, strict=True):
        for ours, theirs in zip(fits, together(one), strict=True):
            assert all(np.array_equal(ours.params[name], theirs.params[name]) for name in theirs.params)


def together(seeds):
    """Networks that are trained together, in a worker."""
    data = {"x": X, "y": (Y == "more").astype(int)}
    return bp.train_many(bp.mlp([4, 5, 2]), data, seeds=seeds, epochs=2, progress=False, engine="native")


def test_ray(alone):
    ray = pytest.importorskip("ray")
    from ray.util.joblib import register_ray

    ray.init(num_cpus=WORKERS, include_dashboard=False, log_to_driver=False, object_store_memory=100 * 2**20)
    try:
        register_ray()
        with joblib.parallel_backend("ray", n_jobs=WORKERS):
            need_the_same(alone)
    finally:
        ray.shutdown()


def test_an_estimator_of_a_worker_comes_back_whole():
    pytest.importorskip("llvmlite")
    trained = network().fit(X, Y)
    same = pickle.loads(pickle.dumps(trained))
    assert np.array_equal(same.predict_proba(X), trained.predict_proba(X)) and same.get_params() == trained.get_params()
