"""What one chooses of a perceptron: checked once, the same for every builder."""

import dataclasses
import inspect

import numpy as np
import pytest

import bprop as bp
from bprop import architecture, embedding, errors, perceptron
from bprop.architecture import Architecture
from bprop.registry import registry

SETTINGS = [
    {"hidden": (5,), "activation": "gelu"},
    {"hidden": (5, 4), "activation": ["relu", bp.tanh], "dropout": [0.5, None], "l1": 0.1, "l2": 0.0},
    {
        "hidden": (4,),
        "activation": "elu",
        "normalise": "batch",
        "task": "regression",
        "loss": "huber",
        "init": bp.init.he_normal,
    },
]


@pytest.mark.parametrize("settings", SETTINGS)
def test_every_builder_makes_the_same_network_of_it(settings):
    arguments = {name: value for name, value in settings.items() if name != "hidden"}
    sizes, made = [3, *settings["hidden"], 2], Architecture(**settings)
    wanted = bp.mlp(sizes, **arguments).describe()
    assert perceptron.network(made, 3, 2).describe() == wanted
    assert embedding.network(made, 3, {}, 2).describe() == wanted
    table = {"color": (4, 2)}
    assert embedding.network(made, 3, table, 2).describe() == bp.tabular(sizes, table, **arguments).describe()


@pytest.mark.parametrize("builder", [bp.mlp, bp.tabular])
def test_a_builder_takes_everything_that_it_holds(builder):
    of_tables = {"features", "category_dropout"}  # which a recipe learns from the rows of a table
    mine = {field.name for field in dataclasses.fields(Architecture)} - {"hidden", *of_tables}
    assert mine <= set(inspect.signature(builder).parameters)


def test_lists_and_tuples_make_equal_ones():
    one, other = (
        Architecture(kind([5, 4]), kind(["relu", "tanh"]), dropout=kind([0.1, 0.2])) for kind in (list, tuple)
    )
    assert one == other
    assert hash(one) == hash(other)
    assert one != dataclasses.replace(one, l1=0.0)


@pytest.mark.parametrize(
    ("settings", "kind", "says"),
    [
        ({"task": "clasification"}, errors.UnknownNameError, "no task is called 'clasification'"),
        ({"activation": "than"}, errors.UnknownNameError, "no activation is called 'than'"),
        ({"activation": ("tanh", "relu")}, errors.SettingError, "activation has 2 entries for 1 hidden layers"),
        ({"dropout": [0.1, 0.2]}, errors.SettingError, "dropout has 2 entries for 1 hidden layers"),
        ({"normalise": "group"}, errors.UnknownNameError, "no normalisation is called 'group'"),
        ({"l1": -1.0}, errors.SettingError, "l1 must be a number, 0 or more"),
        ({"l2": float("nan")}, errors.SettingError, "l2 must be a number, 0 or more"),
    ],
)
def test_what_cannot_be_is_refused_before_there_is_data(settings, kind, says):
    with pytest.raises(kind, match=says):
        Architecture((4,), **settings)


def test_a_loss_is_a_name_a_further_name_or_a_class():
    nll = architecture.losses()["nll"]
    assert Architecture(loss="nll").loss_class() is nll
    assert Architecture(loss="cross_entropy").loss_class() is nll
    assert Architecture(loss=nll).loss_class() is nll
    assert "cross_entropy" not in architecture.losses()
    with pytest.raises(errors.UnknownNameError, match=r"no loss is called 'nnl'; there are: absolute_error.*squared"):
        Architecture(loss="nnl").loss_class()


def test_a_further_name_of_ours_is_not_replaced(monkeypatch):
    monkeypatch.setattr("bprop.registry._CLASSES", registry())

    class CrossEntropy(bp.boxes.ClassLoss):
        head = bp.boxes.Head(output="Softmax", labels=True, kind="int")

        def fprop(self, f, y):
            return f[:, 0]

        def bprop(self, grad, value, f, y):
            return 0 * f, None

    assert Architecture(loss="cross_entropy").loss_class() is architecture.losses()["nll"]


REGRESSION = {"task": "regression"}


@pytest.mark.parametrize(
    ("loss", "settings", "kind"),
    [
        ("nll", {}, "Nll"), ("cross_entropy", {}, "Nll"), (bp.Nll, {}, "Nll"), (bp.CrossEntropy, {}, "Nll"),
        (bp.nll, {}, "Nll"), (bp.cross_entropy, {}, "Nll"), (bp.hinge, {}, "MulticlassHinge"),
        (lambda f, y: bp.nll(f, y), {}, "Nll"),
        ("huber", REGRESSION, "Huber"), (bp.Huber, REGRESSION, "Huber"), (bp.huber, REGRESSION, "Huber"),
        (lambda f, y: bp.huber(f, y, delta=2.0), REGRESSION, "Huber"), (bp.poisson, {"task": "counts"}, "Poisson"),
        (lambda f, y: bp.square(f - y), REGRESSION, "Square"),
    ],
)  # fmt: skip
def test_a_loss_is_a_name_a_class_or_a_function_for_every_builder(loss, settings, kind):
    outputs = 3 if "task" not in settings else 1
    graphs = [bp.mlp([4, 5, outputs], loss=loss, **settings)]
    graphs += [bp.tabular([4, 5, outputs], {"c": (6, 2)}, activation="tanh", loss=loss, **settings)]
    for graph in graphs:
        assert type(graph.need_loss()).__name__ == kind and list(graph.outputs) == ["f"]


def test_a_loss_by_class_or_function_is_the_network_of_its_name():
    by_name = bp.mlp([4, 3]).describe()
    for loss in (bp.Nll, bp.nll, bp.CrossEntropy, bp.cross_entropy):
        assert bp.mlp([4, 3], loss=loss).describe() == by_name


def test_the_function_of_a_loss_is_in_the_units_of_y_where_y_is_scaled():
    settings = {**REGRESSION, "target_scaling": (5.0, 10.0)}
    by_name = bp.mlp([2, 1], loss="squared_error", **settings)
    function = bp.mlp([2, 1], loss=lambda f, y: bp.squared_error(f, y), **settings)
    theta, data = by_name.init(seed=3), ([[0.5, -1.0]], [7.0])
    assert function.fprop(theta, data).loss == by_name.fprop(theta, data).loss


@pytest.mark.parametrize(
    ("make", "cure"),
    [
        (lambda: bp.mlp([4, 1], loss="mse", **REGRESSION), "here it is 'squared_error'"),
        (lambda: bp.mlp([4, 3], loss="categorical_crossentropy"), "here it is 'nll'"),
        (lambda: bp.mlp([4, 1], loss=lambda f: f, **REGRESSION), r"cannot be called as loss\(f, y\)"),
        (lambda: bp.mlp([4, 1], loss=lambda f, y: bp.mean(f - y), **REGRESSION), "leave out the mean"),
        (lambda: bp.mlp([4, 2], loss=lambda f, y: bp.square(f - y), **REGRESSION), r"bp.sum\(loss, axis=1\)"),
        (lambda: bp.mlp([4, 1], loss=lambda f, y: 3, **REGRESSION), "the function returned 3"),
        (lambda: bp.mlp([4, 1], loss=lambda f, y: np.mean(f - y), **REGRESSION), "type bp.mean"),
        (
            lambda: bp.mlp([4, 3], loss=lambda f, y: bp.cross_entropy(f, y)),
            r"takes the values before the output.*bp.nll",
        ),
        (lambda: bp.mlp([4, 1], task="binary", loss=lambda f, y: bp.binary_cross_entropy(f, y)), "loss='binary_cross_"),
        (lambda: bp.mlp([4, 1], loss=3, **REGRESSION), "a loss is a name, a class of loss, or a function"),
        (lambda: bp.mlp([4, 5, 3], activation="logistic"), "here it is 'sigmoid'"),
        (lambda: bp.mlp([4, 5, 3], activation=None), "lambda a: a"),
        (lambda: bp.mlp([4, 5, 3], activation=np.tanh), "type bp.tanh"),
        (lambda: bp.mlp([4, 5, 3], activation=lambda a: 1 / 0), "the activation of layer 1"),
        (lambda: bp.mlp(4, 5, 3), r"bp.mlp\(\[784, 100, 10\]\)"),
        (lambda: bp.mlp([4, 3], weight_decay=0.1), "l2=1e-4"),
        (lambda: bp.mlp([4, 3], batch_norm=True), 'normalise="batch"'),
        (lambda: bp.mlp([4, 3], epochs=3), r"bp.train\(graph"),
        (lambda: bp.tabular([4, 3], {}, dropuot=0.5), "did you mean 'dropout'"),
    ],
)
def test_networks_of_other_libraries_say_what_to_type(make, cure):
    with pytest.raises(errors.BpropError, match=cure):
        make()


def test_a_class_with_an_inherited_head_has_a_name_of_its_own():
    class WiderMarginForTests(bp.MulticlassHinge):
        def fprop(self, a, y):
            return super().fprop(a / 2, y)

    assert type(bp.mlp([4, 3], loss="hinge").need_loss()) is bp.MulticlassHinge
    assert type(bp.mlp([4, 3], loss="wider_margin_for_tests").need_loss()) is WiderMarginForTests
