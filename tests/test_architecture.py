"""What one chooses of a perceptron: checked once, the same for every builder."""

import dataclasses
import inspect

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
