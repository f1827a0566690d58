"""Weights of classes multiply those of the examples, of the validation set too."""

import numpy as np
import pytest

import bprop as bp
from bprop.data import DataSet
from bprop.errors import SettingError
from bprop.training.settings import TrainSettings

rng = np.random.default_rng(0)
X = rng.normal(size=(12, 3))
Y = np.array([0] * 6 + [1] * 4 + [2] * 2)
W = rng.uniform(0.5, 2.0, size=12)
graph = bp.mlp([3, 3])
BALANCED = np.array([12 / (3 * 6), 12 / (3 * 4), 12 / (3 * 2)])[Y]


def job(data=None, graph=graph, **settings):
    return TrainSettings(**settings).make_job(graph, data or {"x": X, "y": Y})


@pytest.mark.parametrize(
    ("settings", "weights"),
    [
        ({"class_weight": "balanced"}, BALANCED),
        ({"class_weight": {0: 1, 1: 2.0, 2: 0}}, np.array([1.0, 2.0, 0.0])[Y]),
        ({"class_weight": {2: 5}}, np.array([1.0, 1.0, 5.0])[Y]),
        ({"class_weight": "balanced", "weights": W}, BALANCED * W),
        ({"class_weight": "balanced", "sample_weight": W}, BALANCED * W),
        ({"sample_weight": W}, W),
    ],
)
def test_the_weight_of_an_example_is_its_own_times_that_of_its_class(settings, weights):
    np.testing.assert_allclose(job(**settings).data.weights, weights, rtol=1e-15)


def test_the_validation_set_is_weighed_by_the_classes_of_the_data():
    share = job(class_weight="balanced", validation=0.25, seed=3)
    for part in (share.data, share.validation):
        np.testing.assert_allclose(part.weights, BALANCED[part.numbers], rtol=1e-15)
    own = job(class_weight="balanced", validation=(X[:3], [2, 0, 1]), validation_weights=[1, 2, 3])
    np.testing.assert_allclose(own.validation.weights, [2.0, 2 / 3 * 2, 3.0], rtol=1e-15)


@pytest.mark.parametrize("engine", ["numpy", "native"])
def test_training_minimises_the_weighted_mean_of_the_losses(engine):
    settings = {"epochs": 2, "batch_size": 4, "engine": engine, "progress": False, "validation": (X, Y)}
    fit = bp.train(graph, (X, Y), class_weight="balanced", sample_weight=W, **settings)
    same = bp.train(graph, (X, Y), weights=BALANCED * W, validation_weights=BALANCED, **settings)
    assert fit.history[-1].loss == same.history[-1].loss
    assert fit.history[-1].validation == same.history[-1].validation
    losses = graph.fprop(fit.params, (X, Y), training=False)["loss"]
    assert fit.history[-1].validation["loss"] == pytest.approx(np.average(losses, weights=BALANCED), rel=1e-5)


def test_many_networks_have_the_weights_of_one():
    settings = {"epochs": 1, "batch_size": 4, "engine": "numpy", "progress": False, "class_weight": "balanced"}
    many = bp.train_many(graph, (X, Y), seeds=[0, 1], validation=0.25, **settings)
    for seed, fit in enumerate(many):
        one = bp.train(graph, (X, Y), seed=seed, validation=0.25, **settings)
        assert fit.history[-1].loss == one.history[-1].loss and fit.history[-1].validation == one.history[-1].validation


def test_two_classes_have_weights_too():
    binary, labels = bp.mlp([3, 1], task="binary"), Y > 0
    weights = job({"x": X, "y": labels}, binary, class_weight={0: 1.0, 1: 3.0}).data.weights
    np.testing.assert_array_equal(weights, np.where(labels, 3.0, 1.0))


@pytest.mark.parametrize(
    ("call", "cure"),
    [
        (lambda: job(class_weight="balance"), "class_weight is 'balanced', or {class: weight}"),
        (lambda: job(class_weight=[1, 2, 3]), "class_weight is 'balanced', or {class: weight}"),
        (lambda: job(class_weight={7: 1.0}), "7 is no class of input 'y'; there are: 0, 1, 2"),
        (lambda: job(class_weight={0: -1.0}), "the weight of class 0 is a number, 0 or more, not -1.0"),
        (lambda: job(class_weight={0: float("nan")}), "the weight of class 0"),
        (lambda: job(sample_weight=W, weights=W), "two names of the same"),
        (lambda: job((X, Y * 0.5), bp.mlp([3, 1], task="regression"), class_weight="balanced"), "sample_weight=w"),
        (lambda: job({"x": X, "y": np.ones((12, 2))}, bp.mlp([3, 2], task="multilabel"), class_weight="balanced"),
         "no target with one class for each example"),
    ],
)  # fmt: skip
def test_weights_that_cannot_be_say_what_to_type(call, cure):
    with pytest.raises(SettingError, match=cure):
        call()


def test_a_set_larger_than_memory_is_refused_with_the_reason():
    class Large(DataSet):
        in_memory = False

    with pytest.raises(SettingError, match="class_weight is for data in memory"):
        job(Large({"x": X, "y": Y}), class_weight="balanced")


def test_a_class_that_the_loss_knows_and_the_data_lacks_may_have_a_weight():
    weights = job((X, np.minimum(Y, 1)), class_weight={2: 5.0, 1: 3.0}).data.weights
    np.testing.assert_array_equal(weights, np.where(np.minimum(Y, 1) == 1, 3.0, 1.0))


def test_many_networks_weigh_a_validation_set_by_the_classes_of_the_data():
    settings = {"epochs": 1, "batch_size": 4, "engine": "numpy", "progress": False, "class_weight": "balanced"}
    (many,) = bp.train_many(graph, (X, Y), seeds=[0], validation=(X[:3], [2, 0, 1]), **settings)
    one = bp.train(graph, (X, Y), seed=0, validation=(X[:3], [2, 0, 1]), **settings)
    assert many.history[-1].validation == one.history[-1].validation


def test_targets_with_fractions_are_no_classes():
    x, t = bp.Input("x", (3,)), bp.Input("t")
    one = bp.Graph(loss=bp.binary_cross_entropy(bp.sigmoid(bp.sum(x * bp.Parameter("w", (3,)), axis=-1)), t))
    with pytest.raises(SettingError, match="class_weight: input 't' holds fractions, not classes"):
        job({"x": X, "t": np.linspace(0, 1, 12)}, one, class_weight="balanced")
