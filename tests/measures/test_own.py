"""Metrics of one's own: names, functions of outputs and targets, and what is refused."""

import numpy as np
import pytest

import bprop as bp
from bprop.data import DataSet
from bprop.errors import SettingError, UnknownNameError
from bprop.measures.own import Own, called, read_metrics

rng = np.random.default_rng(0)
X, Y = rng.normal(size=(40, 4)), rng.integers(2, size=40)
GRAPH = bp.mlp([4, 2])
THETA = GRAPH.init(0)


def hits(outputs, targets):
    return int((outputs.argmax(axis=1) == targets).sum())


def weight_of_hits(outputs, targets, weights):
    return (weights * (outputs.argmax(axis=1) == targets)).sum()


def measure(metrics, weights=None, graph=GRAPH, **more):
    data = graph.read_set({"x": X, "y": Y, **more}, weights)
    return Own(graph, metrics).measure(graph.init(0), np.dtype("float64"), data)


def test_a_function_gets_the_outputs_as_predict_gives_them_and_the_targets():
    f = bp.Model(GRAPH, THETA).predict(x=X)
    assert measure(hits) == {"hits": (f.argmax(axis=1) == Y).sum()}
    seen = []
    measure({"see": lambda *given: seen.append(given) or 0})
    np.testing.assert_array_equal(seen[0][0], f)
    np.testing.assert_array_equal(seen[0][1], Y)
    np.testing.assert_array_equal(seen[0][2], np.ones(40))


def test_a_function_of_three_gets_the_weights_too():
    w = np.arange(40.0)
    f = bp.Model(GRAPH, THETA).predict(x=X)
    assert measure(weight_of_hits, w) == {"weight_of_hits": w[f.argmax(axis=1) == Y].sum()}


def test_named_measures_are_those_of_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics", reason="the reference is scikit-learn")
    f = bp.Model(GRAPH, THETA).predict(x=X)
    values = measure(["f1", "balanced_accuracy", "roc_auc"])
    said = f.argmax(axis=1)
    assert values["f1"] == pytest.approx(metrics.f1_score(Y, said))
    assert values["balanced_accuracy"] == pytest.approx(metrics.balanced_accuracy_score(Y, said))
    assert values["roc_auc"] == pytest.approx(metrics.roc_auc_score(Y, f[:, 1]))
    assert measure({"mine": "f1"}) == {"mine": values["f1"]}


def two_losses():
    x, y, z = bp.Input("x", (4,)), bp.Input("y", (), dtype="int"), bp.Input("z", (2,))
    f = bp.softmax(x @ bp.Parameter("V", (4, 3)))
    g = x @ bp.Parameter("W", (4, 2))
    return bp.Graph(loss=bp.nll(f, y, name="kind") + bp.squared_error(g, z, name="size"), outputs={"f": f, "g": g})


def test_of_several_losses_a_name_is_measured_where_it_fits():
    own = Own(two_losses(), ["f1", "r2", "rmse"])
    assert own.names == ["f1[kind]", "r2[z1][size]", "r2[z2][size]", "rmse[z1][size]", "rmse[z2][size]"]
    values = measure(["f1", "r2", "rmse"], graph=two_losses(), z=X[:, :2])
    assert list(values) == own.names


def test_of_several_losses_a_function_gets_outputs_and_targets_by_name():
    seen = {}
    measure({"see": lambda f, y: seen.update(f=f, y=y) or 1.0}, graph=two_losses(), z=X[:, :2])
    assert {name: array.shape for name, array in seen["f"].items()} == {"f": (40, 3), "g": (40, 2)}
    assert {name: array.shape for name, array in seen["y"].items()} == {"y": (40,), "z": (40, 2)}


def test_the_targets_of_an_autoencoder_are_its_inputs():
    x = bp.Input("x", (4,))
    f = x @ bp.Parameter("W", (4, 4))
    graph = bp.Graph(loss=bp.squared_error(f, x), outputs={"f": f})
    own = Own(graph, {"largest": lambda f, y: abs(f - y).max()})
    theta = graph.init(0)
    value = own.measure(theta, np.dtype("float64"), DataSet({"x": X}))["largest"]
    assert value == pytest.approx(abs(X @ theta["W"] - X).max())


@pytest.mark.parametrize(
    ("metrics", "said"),
    [
        (3, "metrics are names such as 'f1', or functions metric.outputs, targets."),
        ([3], "3 has no name to record it by"),
        (lambda f, y: 0, "has no name to record it by: metrics={'mine': function}"),
        ({"loss": hits}, "a metric cannot be called 'loss'"),
        ({"validation_hits": hits}, "cannot be called 'validation_hits'"),
        ({"best": hits}, "cannot be called 'best'"),
        ([hits, hits], "two metrics have one name: hits, hits"),
        ({"mine": lambda f: 0}, r"'mine' takes \(f\); a metric is called as metric\(outputs, targets\)"),
        ({"mine": lambda y_true, y_pred: 0}, r"'mine' takes \(y_true, y_pred\), the targets first"),
        ({"mine": lambda y, f, w: 0}, "the targets first"),
        ({"mine": lambda f, y, *, k: 0}, "a metric is called as"),
        ({"mine": 3}, "'mine' is a function, metric"),
        ({"mine": DataSet}, "'mine' is a function, metric"),
    ],
)
def test_what_is_no_metric_is_refused(metrics, said):
    with pytest.raises(SettingError, match=said):
        read_metrics(metrics)


def test_a_name_that_fits_no_loss_is_refused_with_those_that_do():
    with pytest.raises(UnknownNameError, match=r"called 'r2'; there is accuracy, .*f1"):
        Own(GRAPH, "r2")
    with pytest.raises(UnknownNameError, match="did you mean 'f1'"):
        Own(GRAPH, "F1")


@pytest.mark.parametrize("value", [np.ones(3), "high", None])
def test_a_metric_that_gives_no_number_is_named(value):
    with pytest.raises(SettingError, match=r"the metric 'mine' gives .*, and not one number"):
        called("mine", lambda f, y: value, None, None, np.ones(1))


def test_an_error_in_a_metric_is_the_users_own_and_names_it():
    with pytest.raises(ZeroDivisionError) as raised:
        called("mine", lambda f, y: 1 / 0, None, None, np.ones(1))
    assert raised.value.__notes__[0].startswith("in the metric 'mine'")


def test_what_is_measured_already_is_not_measured_twice():
    own = Own(GRAPH, ["accuracy", "f1"], {}, ("accuracy",))
    assert own.names == ["f1"] and Own(GRAPH, ()).names == []
