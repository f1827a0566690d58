"""The graphs of multi-layer perceptrons: names, losses, penalties."""

import numpy as np
import pytest

pytest.importorskip("sklearn")

import bprop as bp
from bprop.architecture import Architecture, losses
from bprop.errors import SettingError, UnknownNameError
from bprop.estimators.network import TASKS, Blueprint, activation_of, function_of, loss_names, loss_of, perceptron


def made(sizes, task, loss="log_loss", activation="tanh", alpha=0.3, columns=(), **settings):
    inputs, *hidden, outputs = sizes
    named = loss_of(task, loss)
    architecture = Architecture(tuple(hidden), activation_of(activation), TASKS[task], named, **settings)
    return perceptron(Blueprint(architecture, inputs, outputs, loss if callable(loss) else None, alpha, columns))


def theta_of(network, rng):
    return {name: rng.normal(size=p.shape) for name, p in network.graph.parameters.items()}


def squares(theta):
    return sum((W**2).sum() for name, W in theta.items() if name.startswith("W"))


def test_names_are_the_lectures():
    network = made((3, 4, 5, 2), "multiclass")
    assert list(network.graph.parameters) == ["W1", "b1", "W2", "b2", "W3", "b3"]
    assert network.hidden == ("h1", "h2")
    assert network.width("h2") == 5


@pytest.mark.parametrize(
    ("task", "sizes", "y"),
    [
        ("binary", (3, 4, 1), np.array([0, 1, 1, 0, 1])),
        ("multilabel", (3, 4, 2), np.array([[0, 1], [1, 1], [0, 0], [1, 0], [1, 1]])),
        ("multiclass", (3, 4, 3), np.array([0, 1, 2, 2, 1])),
    ],
)
def test_losses_of_classes_are_those_of_scikit_learn(task, sizes, y, rng):
    network, X = made(sizes, task), rng.normal(size=(5, 3))
    theta, weights = theta_of(network, rng), rng.uniform(0.5, 2, size=5)
    values = network.graph.fprop(theta, network.data(X, y), weights=weights)
    f, loss = network.measure(theta, X, y, weights, np.float64)
    onehot = np.eye(3)[y] if task == "multiclass" else y.reshape(5, -1)
    terms = onehot * np.log(f) + (0 if task == "multiclass" else (1 - onehot) * np.log(1 - f))
    assert np.isclose(loss, -np.average(terms.sum(axis=1), weights=weights))
    assert np.isclose(values.objective, loss + 0.5 * 0.3 * squares(theta) / weights.sum())
    assert bp.check_gradients(network.graph, theta, network.data(X, y), weights=weights).ok


@pytest.mark.parametrize("width", [1, 3])
def test_the_squared_error_is_halved_and_summed_over_the_outputs(width, rng):
    network = made((3, 4, width), "numbers", loss="squared_error")
    X, y, theta = rng.normal(size=(5, 3)), rng.normal(size=(5, width)), theta_of(network, rng)
    f, loss = network.measure(theta, X, y, None, np.float64)
    assert f.shape == (5, width)
    assert np.isclose(loss, 0.5 * ((f - y) ** 2).sum(axis=1).mean())
    assert bp.check_gradients(network.graph, theta, network.data(X, y)).ok


def test_columns_have_a_softmax_each(rng):
    network = made((3, 4, 5), "columns", columns=(2, 3))
    X, y, theta = (
        rng.normal(size=(6, 3)),
        np.stack([np.arange(6) % 2, np.arange(6) % 3], axis=1),
        theta_of(network, rng),
    )
    f, loss = network.measure(theta, X, y, None, np.float64)
    assert np.allclose(f[:, :2].sum(axis=1), 1)
    assert np.allclose(f[:, 2:].sum(axis=1), 1)
    rows = np.arange(6)
    assert np.isclose(loss, -(np.log(f[rows, y[:, 0]]) + np.log(f[rows, 2 + y[:, 1]])).mean())
    assert bp.check_gradients(network.graph, theta, network.data(X, y)).ok


def test_penalties_l1_and_l2_do_not_weigh_the_batch(rng):
    network = made((3, 4, 3), "multiclass", alpha=0.0, l1=0.1, l2=0.01)
    theta = theta_of(network, rng)
    for rows in (3, 6):
        values = network.graph.fprop(theta, network.data(rng.normal(size=(rows, 3)), np.zeros(rows, int)))
        absolute = sum(abs(W).sum() for name, W in theta.items() if name.startswith("W"))
        assert np.isclose(values.penalty, 0.1 * absolute + 0.01 * squares(theta))


def test_numbers_do_not_change_the_structure():
    from bprop.engines.program import structure

    one = made((3, 4, 3), "multiclass", alpha=0.0, l1=0.0, l2=0.1, dropout=0.1)
    other = made((3, 4, 3), "multiclass", alpha=0.5, l1=0.2, l2=0.0, dropout=0.3)
    assert structure(one.graph) == structure(other.graph)


def test_scikit_learns_names_of_activations(rng):
    X = rng.normal(size=(4, 3))
    for theirs, ours in (("logistic", "sigmoid"), ("identity", lambda a: a)):
        networks = [made((3, 4, 3), "multiclass", activation=name) for name in (theirs, ours)]
        theta = theta_of(networks[0], rng)
        assert np.array_equal(*(n.predict(theta, X, np.float64) for n in networks))


def test_an_activation_for_each_layer(rng):
    network = made((3, 4, 5, 3), "multiclass", activation=("relu", bp.boxes.activations.Tanh), dropout=(0.1, 0.2))
    h1, h2 = (
        network.activations(theta_of(network, rng), rng.normal(size=(9, 3)), n, np.float64) for n in network.hidden
    )
    assert h1.shape == (9, 4)
    assert (h1 >= 0).all()
    assert h2.min() < 0


def test_a_loss_of_your_own():
    assert made((3, 4, 3), "multiclass", loss=bp.nll).graph.rewrites
    with pytest.raises(SettingError, match="the function returned 3"):
        made((3, 4, 3), "multiclass", loss=lambda f, y: 3)


def test_names_that_are_not_known():
    with pytest.raises(SettingError, match=r"loss must be one of log_loss, focal, label_smoothing.* or a function"):
        made((3, 4, 3), "multiclass", loss="hinge")
    with pytest.raises(SettingError, match=r"loss must be one of absolute_error, huber, poisson, squared_error.* or a"):
        made((3, 4, 1), "numbers", loss="log_loss")
    with pytest.raises(UnknownNameError, match="no activation is called 'rellu'"):
        made((3, 4, 3), "multiclass", activation="rellu")


def test_what_estimators_of_before_hold_can_be_loaded():
    from bprop.estimators import network

    assert network.Architecture is Architecture  # their pickles name it here


@pytest.mark.parametrize(
    ("target", "names"),
    [
        ("numbers", {"absolute_error", "huber", "poisson", "squared_error"}),
        ("multiclass", {"log_loss", "focal", "label_smoothing"}),
        ("binary", {"log_loss"}),
        ("multilabel", {"log_loss"}),
        ("columns", {"log_loss"}),
    ],
)
def test_the_losses_by_name_of_each_kind_of_target(target, names):
    ours = {name for name in loss_names(target) if name == "log_loss" or ":" not in losses()[name].type_key}
    assert ours == names


def test_a_loss_that_gives_several_numbers_for_a_target_is_none_of_an_estimator():
    assert "quantile" not in loss_names("numbers") and "huber" in loss_names("numbers")
    with pytest.raises(SettingError, match="loss must be one of"):
        loss_of("numbers", "quantile")


@pytest.mark.parametrize(
    ("target", "loss", "name", "function"),
    [
        ("numbers", bp.Huber, None, bp.Huber), ("numbers", bp.huber, None, bp.huber),
        ("numbers", bp.Poisson, "poisson", None), ("numbers", bp.poisson, "poisson", None),
        ("numbers", "huber", "huber", None), ("multiclass", bp.nll, None, bp.nll), ("multiclass", bp.Nll, None, bp.Nll),
        ("multiclass", bp.CrossEntropy, None, None), ("multiclass", bp.cross_entropy, None, None),
        ("binary", bp.BinaryCrossEntropy, None, None), ("multiclass", "log_loss", None, None),
    ],
)  # fmt: skip
def test_a_loss_is_a_name_a_class_or_a_function(target, loss, name, function):
    assert loss_of(target, loss) == name
    assert function_of(loss) is function


def test_a_class_of_loss_that_does_not_give_what_the_estimator_predicts_is_refused():
    for target, loss in (("multiclass", bp.MulticlassHinge), ("numbers", bp.cross_entropy), ("binary", bp.Poisson)):
        with pytest.raises(SettingError, match="is none for this target"):
            loss_of(target, loss)


def test_a_loss_by_the_name_of_another_library_names_it_here():
    with pytest.raises(SettingError, match="not 'mse'; here it is 'squared_error'"):
        loss_of("numbers", "mse")
