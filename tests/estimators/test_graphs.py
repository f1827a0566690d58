"""A graph of one's own as an estimator."""

import warnings

import numpy as np
import pytest

pytest.importorskip("sklearn")

import bprop as bp
from bprop.errors import GraphError, SettingError, ShapeError


def two_ways(features=4, classes=3):
    """A linear way beside a hidden layer."""
    x, y = bp.Input("x", (features,)), bp.Input("y", (), dtype="int")
    W, U = bp.Parameter("W", (features, 10)), bp.Parameter("U", (10, classes))
    V = bp.Parameter("V", (features, classes))
    h = bp.dropout(bp.gelu(x @ W, name="h"), 0.1)
    f = bp.softmax(h @ U + x @ V)
    return bp.Graph(loss=bp.nll(f, y), penalty=1e-4 * bp.l2(W, U, V), outputs={"f": f})


def classifier(graph=two_ways, **settings):
    return bp.GraphClassifier(
        graph, **{"learning_rate_init": 0.02, "max_iter": 60, "batch_size": 32, "random_state": 0, **settings}
    )


def test_a_graph_or_a_function_that_makes_one(flowers):
    X, y = flowers[0], np.array(["u", "v", "w"])[flowers[1]]
    made, given = classifier().fit(X, y), classifier(two_ways()).fit(X, y)
    assert given.score(X, y) > 0.9
    assert np.array_equal(made.params_["U"], given.params_["U"])
    assert given.check_gradients().ok
    assert isinstance(given.graph_, bp.Graph)


def test_features_of_a_box(flowers):
    estimator = classifier(features="h").fit(*flowers)
    expected = bp.Graph(outputs={"h": estimator.graph_.boxes["h"]}).predict({"W": estimator.params_["W"]}, x=flowers[0])
    assert np.array_equal(estimator.transform(flowers[0]), expected)
    assert len(estimator.get_feature_names_out()) == 10
    assert np.array_equal(classifier().fit(*flowers).transform(flowers[0]), flowers[0])


def test_going_on(flowers):
    whole, parts = classifier(max_iter=6).fit(*flowers), classifier()
    for _ in range(6):
        parts.partial_fit(*flowers, classes=[0, 1, 2])
    assert np.array_equal(whole.params_["V"], parts.params_["V"])


def test_inputs_with_a_shape(rng):
    images, y = rng.normal(size=(60, 16)), rng.integers(2, size=60)
    x, t = bp.Input("image", (4, 4)), bp.Input("label", (), dtype="int")
    a = bp.reshape(x, (-1, 16)) @ bp.Parameter("W", (16, 1))
    p = bp.sigmoid(a)[:, 0]
    graph = bp.Graph(loss=bp.binary_cross_entropy(a[:, 0], t), outputs={"p": p})
    estimator = classifier(graph).fit(images, y)
    assert estimator.predict_proba(images).shape == (60, 2)
    assert estimator.score(images, y) > 0.6


def test_several_labels(flowers):
    X, y = flowers[0], (flowers[0][:, :2] > 0).astype(int)
    x, t = bp.Input("x", (4,)), bp.Input("y", (2,), dtype="int")
    a = x @ bp.Parameter("W", (4, 2)) + bp.Parameter("b", (2,))
    graph = bp.Graph(loss=bp.binary_cross_entropy(a, t), outputs={"f": bp.sigmoid(a)})
    assert classifier(graph, max_iter=100).fit(X, y).score(X, y) > 0.8


def test_numbers_with_lbfgs_and_a_validation_set(waves):
    def make(features, outputs):
        x, y = bp.Input("x", (features,)), bp.Input("y", (outputs,))
        W, V = bp.Parameter("W", (features, 20)), bp.Parameter("V", (20, outputs))
        f = bp.tanh(x @ W + bp.Parameter("b", (20,))) @ V
        return bp.Graph(loss=bp.squared_error(f, y), outputs={"f": f})

    X, Y = waves
    estimator = bp.GraphRegressor(make, solver="lbfgs", max_iter=60, random_state=0).fit(X, Y)
    assert estimator.score(X, Y) > 0.9
    early = bp.GraphRegressor(make, early_stopping=True, max_iter=5).fit(X, Y[:, 0])
    assert len(early.validation_scores_) == 5
    assert early.predict(X).shape == (120,)


def test_a_graph_that_does_not_fit(flowers):
    X, y = flowers
    with pytest.raises(SettingError, match=r"graph must be a bprop\.Graph or a function"):
        classifier(None).fit(X, y)
    with pytest.raises(ShapeError, match="X has 4 features, but the graph's input 'x' has shape"):
        classifier(two_ways(5)).fit(X, y)
    with pytest.raises(ShapeError, match="has 2 numbers an example, but y needs 3"):
        classifier(two_ways(4, 2)).fit(X, y)
    with pytest.raises(GraphError, match="no output 'g'"):
        classifier(output="g").fit(X, y)
    x = bp.Input("x", (4,))
    f = x @ bp.Parameter("W", (4, 3))
    with pytest.raises(GraphError, match="one input for X and one for y"):
        classifier(bp.Graph(loss=bp.sum(f, axis=1), outputs={"f": f})).fit(X, y)


@pytest.mark.parametrize("engine", ["native", "xla"])
@pytest.mark.parametrize("batch_size", ["auto", 16])
def test_a_graph_that_mixes_rows_and_penalises_activations_is_the_same_on_every_engine(engine, batch_size):
    pytest.importorskip({"native": "llvmlite", "xla": "jax"}[engine])
    rng = np.random.default_rng(0)
    X = rng.normal(size=(50, 3))
    y = X @ [1.0, 2.0, 3.0]

    def centred(features, outputs):
        x, t = bp.Input("x", (features,)), bp.Input("y")
        h = (x - bp.mean(x, axis=0)) * bp.Parameter("w", (features,), init=bp.init.Normal(0.5))
        f = bp.sum(h, axis=1)
        return bp.Graph(loss=bp.squared_error(f, t), penalty=0.1 * bp.mean(bp.square(h)), outputs={"f": f})

    settings = {"batch_size": batch_size, "max_iter": 4, "random_state": 0, "dtype": "float64", "tol": 0.0}
    settings |= {"n_iter_no_change": 100}
    one, other = (
        bp.GraphRegressor(centred, engine=name, **settings).partial_fit(X, y).partial_fit(X, y)
        for name in ("numpy", engine)
    )
    np.testing.assert_allclose(other.params_["w"], one.params_["w"], rtol=1e-12)
    assert other.loss_ == pytest.approx(one.loss_, rel=1e-12)
    np.testing.assert_allclose(one.predict(X), (X - X.mean(axis=0)) @ one.params_["w"], rtol=1e-12)


def test_a_function_that_makes_another_graph_since_is_asked_again_by_fit():
    X, y = np.random.default_rng(0).normal(size=(20, 3)), np.arange(20) % 2
    state = {"scale": 1.0}

    def make(features, classes):
        x, y, W = bp.Input("x", (features,)), bp.Input("y", (), dtype="int"), bp.Parameter("W", (features, classes))
        a = state["scale"] * (x @ W)
        return bp.Graph(loss=bp.cross_entropy(a, y), outputs={"f": bp.softmax(a)})

    def loss(estimator):
        return estimator.set_params(learning_rate_init=1e-6, max_iter=1).fit(X, y).loss_

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        kept = bp.GraphClassifier(make, random_state=0)
        first = loss(kept)
        state["scale"] = 5.0
        assert loss(kept) == loss(bp.GraphClassifier(make, random_state=0)) != first
