"""The same parameters and the same random_state give the networks that scikit-learn's estimators come to."""

import inspect

import numpy as np
import pytest

pytest.importorskip("sklearn")

import sklearn
import sklearn.neural_network as theirs

import bprop as bp

RELEASE = tuple(int(part) for part in sklearn.__version__.split(".")[:2])
beside_theirs = pytest.mark.skipif(RELEASE < (1, 9), reason="ours are like theirs of scikit-learn 1.9")

SETTINGS = [
    {"solver": "adam"},
    {"solver": "adam", "activation": "logistic", "alpha": 0.5, "epsilon": 1e-3, "beta_1": 0.5},
    {"solver": "sgd", "learning_rate_init": 0.05},
    {"solver": "sgd", "learning_rate": "invscaling", "power_t": 0.2, "nesterovs_momentum": False},
    {"solver": "sgd", "learning_rate": "adaptive", "tol": 0.05, "n_iter_no_change": 1, "momentum": 0.5},
    {"solver": "adam", "early_stopping": True, "activation": "tanh", "hidden_layer_sizes": (12, 5)},
    {"solver": "adam", "shuffle": False, "activation": "identity", "batch_size": 50},
    {"solver": "lbfgs", "max_iter": 8, "activation": "tanh"},
]
named = pytest.mark.parametrize("settings", SETTINGS, ids=lambda s: "-".join(map(str, s.values())))


def pair(cls, settings):
    settings = {"max_iter": 12, "random_state": 3, "hidden_layer_sizes": 10, "batch_size": 32, **settings}
    return getattr(bp, cls)(**settings), getattr(theirs, cls)(**settings)


def assert_same(ours, other, rtol=1e-7):
    for mine, his in zip(ours.coefs_ + ours.intercepts_, other.coefs_ + other.intercepts_, strict=True):
        assert np.allclose(mine, his, rtol=rtol, atol=1e-9)
    for name in ("loss_", "n_iter_", "t_", "best_loss_", "loss_curve_", "validation_scores_", "best_validation_score_"):
        if hasattr(other, name):
            expected, found = getattr(other, name), getattr(ours, name)
            assert (found is None and expected is None) or np.allclose(found, expected, rtol=1e-6), name
    for name in ("n_layers_", "n_outputs_", "out_activation_", "n_features_in_"):
        assert getattr(ours, name) == getattr(other, name)


@beside_theirs
@named
def test_classifiers_of_three_classes(flowers, settings):
    ours, other = pair("MLPClassifier", settings)
    assert_same(ours.fit(*flowers), other.fit(*flowers))
    assert np.allclose(ours.predict_proba(flowers[0]), other.predict_proba(flowers[0]), atol=1e-8)
    assert ours.score(*flowers) == other.score(*flowers)


@beside_theirs
@named
def test_classifiers_of_two_classes(flowers, settings):
    X, y = flowers[0][:100, :2], np.array(["no", "yes"])[flowers[1][:100]]
    ours, other = pair("MLPClassifier", settings)
    assert_same(ours.fit(X, y), other.fit(X, y))
    assert (ours.predict(X) == other.predict(X)).all()
    assert np.allclose(ours.predict_log_proba(X), other.predict_log_proba(X))


def test_classifiers_of_several_labels(flowers):
    X, y = flowers[0], np.stack([flowers[1] == 1, flowers[0][:, 0] > 0], axis=1).astype(int)
    ours, other = pair("MLPClassifier", {})
    assert_same(ours.fit(X, y), other.fit(X, y))
    assert (ours.predict(X) == other.predict(X)).all()
    assert ours.classes_.tolist() == other.classes_.tolist()


@beside_theirs
@named
def test_regressors(waves, settings):
    X, Y = waves
    ours, other = pair("MLPRegressor", settings)
    assert_same(ours.fit(X, Y[:, 0]), other.fit(X, Y[:, 0]))
    assert np.allclose(ours.predict(X), other.predict(X), atol=1e-8)


def test_counts_below_zero_are_refused(waves):
    with pytest.raises(ValueError, match=r"target 'y': -.* at row \d+"):
        bp.MLPRegressor("poisson").fit(waves[0], waves[1][:, 0])


@beside_theirs
def test_regressors_of_counts(waves, rng):
    X, y = waves[0], rng.poisson(np.exp(waves[0][:, 0]))
    ours, other = pair("MLPRegressor", {"loss": "poisson"})
    assert_same(ours.fit(X, y), other.fit(X, y))


@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_several_numbers_have_the_same_network_and_a_loss_that_is_their_sum(waves, solver):
    ours, other = pair("MLPRegressor", {"solver": solver, "alpha": 0.0, "tol": 0.0})
    ours.fit(*waves), other.fit(*waves)
    assert np.allclose(ours.coefs_[0], other.coefs_[0], rtol=1e-7)
    assert np.allclose(ours.loss_curve_, 2 * np.array(other.loss_curve_))


@beside_theirs
def test_sample_weights(flowers, rng):
    weights = rng.uniform(0.1, 2, size=len(flowers[1]))
    ours, other = pair("MLPClassifier", {"batch_size": "auto"})
    ours.fit(*flowers, sample_weight=weights), other.fit(*flowers, sample_weight=weights)
    assert_same(ours, other)


@beside_theirs
@pytest.mark.parametrize("cls", ["MLPClassifier", "MLPRegressor"])
def test_every_parameter_of_theirs_is_there_with_its_default(cls):
    ours, other = (inspect.signature(getattr(module, cls)).parameters for module in (bp, theirs))
    assert {name: p.default for name, p in other.items()} == {name: ours[name].default for name in other}
    first = [name for name, p in other.items() if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert [name for name, p in ours.items() if p.kind is p.POSITIONAL_OR_KEYWORD] == first


@beside_theirs
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize("cls", ["MLPClassifier", "MLPRegressor"])
def test_every_fitted_attribute_of_theirs_is_there(flowers, cls, solver):
    ours, other = (estimator.fit(*flowers) for estimator in pair(cls, {"max_iter": 2, "solver": solver}))
    public = {name for name in vars(other) if name.endswith("_") and not name.startswith("_")}
    assert public <= set(vars(ours))


def test_parameters_that_are_put_there_are_used(flowers):
    ours = bp.MLPClassifier(5, max_iter=1, random_state=0).fit(*flowers)
    ours.coefs_ = [np.zeros_like(W) for W in ours.coefs_]
    ours.intercepts_[-1] = np.log(np.array([0.2, 0.3, 0.5]))
    assert np.allclose(ours.predict_proba(flowers[0][:2]), [[0.2, 0.3, 0.5]] * 2)


def test_float32_stays_float32(flowers):
    X, y = flowers
    ours = bp.MLPClassifier(5, max_iter=2).fit(X.astype(np.float32), y)
    assert {a.dtype.name for a in ours.coefs_ + ours.intercepts_} == {"float32"}
    assert ours.predict_proba(X).dtype == np.float32
    assert bp.MLPClassifier(5, max_iter=2, dtype="float32").fit(X, y).coefs_[0].dtype == np.float32
    assert bp.MLPClassifier(5, max_iter=2, solver="lbfgs", dtype="float32").fit(X, y).coefs_[0].dtype == np.float32


@pytest.mark.parametrize(
    "settings",
    [
        {"activation": ["relu", "tanh"], "hidden_layer_sizes": (16, 8)},
        {"activation": "gelu"},
        {"activation": bp.silu},
        {"normalise": "batch"},
        {"normalise": "layer", "activation": "elu"},
        {"dropout": 0.2},
        {"l1": 1e-4, "l2": 1e-4},
        {"clip_norm": 0.5},
        {"learning_rate": bp.schedules.cosine(0.03, 60)},
        {"learning_rate": bp.schedules.warm_up(10, 0.02), "solver": "sgd"},
        {"solver": bp.AdamW(0.02)},
        {"loss": bp.nll},
        {"hidden_layer_sizes": (), "learning_rate_init": 0.2},
    ],
    ids=lambda settings: "-".join(f"{k}={getattr(v, '__name__', v)}" for k, v in settings.items()),
)
def test_what_theirs_do_not_have(flowers, settings):
    ours = bp.MLPClassifier(**{"max_iter": 40, "random_state": 0, "learning_rate_init": 0.02, **settings})
    assert ours.fit(*flowers).score(*flowers) > 0.85
    assert ours.check_gradients().ok
    again = bp.MLPClassifier(**ours.get_params()).fit(*flowers)
    assert all(np.array_equal(a, b) for a, b in zip(ours.coefs_, again.coefs_, strict=True))


@pytest.mark.parametrize("loss", ["absolute_error", "huber", bp.squared_error])
def test_losses_of_numbers(waves, loss):
    ours = bp.MLPRegressor(loss, 30, learning_rate_init=0.02, max_iter=100, random_state=0)
    assert ours.fit(*waves).score(*waves) > 0.7


def test_a_penalty_on_absolute_values_makes_weights_small(flowers):
    sums = [
        sum(
            abs(W).sum()
            for W in bp.MLPClassifier(10, l1=l1, max_iter=60, random_state=0, learning_rate_init=0.02)
            .fit(*flowers)
            .coefs_
        )
        for l1 in (0, 0.01)
    ]
    assert sums[1] < 0.8 * sums[0]


def test_running_averages_are_kept_and_used(flowers):
    ours = bp.MLPClassifier(10, normalise="batch", max_iter=30, random_state=0).fit(*flowers)
    assert set(ours.normalisation_) == {"gain1", "shift1", "mean1", "variance1"}
    one, alone = ours.predict_proba(flowers[0])[:1], ours.predict_proba(flowers[0][:1])
    assert np.allclose(one, alone)  # what one example is told does not depend on the others
