"""The network for the rows of a table."""

import numpy as np
import pytest

from bprop import errors
from bprop.architecture import Architecture
from bprop.sources.answer import Answer
from bprop.sources.formats.arrays import frame_of_arrays
from bprop.sources.frame import Frame
from bprop.sources.preparation import Preparation
from bprop.tables.network import build


def table(y, name="t"):
    y = np.asarray(y)
    x = np.random.default_rng(0).normal(size=(len(y), 2)) + np.arange(len(y))[:, None]
    return frame_of_arrays(name, x, y, ("a", "b"), "y")


def fitted(rows):
    return Preparation.fit(rows, Answer.of(rows, rows.target))


def network(**settings):
    return Architecture(**{"hidden": (4,), "activation": "tanh", **settings})


def test_the_network_of_classes_has_an_output_for_each():
    rows = table(["a", "b", "c", "a"])
    graph = build(rows, fitted(rows), network())
    assert graph.parameters["W2"].shape == (4, 3)
    assert "x_mean" not in graph.boxes  # it is scaled outside, in float64


def test_grey_levels_are_scaled_in_the_graph():
    rows = frame_of_arrays("t", np.arange(6, dtype=np.uint8).reshape(3, 2), np.array([0, 1, 0]), ("a", "b"), "y")
    assert float(build(rows, fitted(rows), network()).boxes["x_deviation"].value) == 255


@pytest.mark.parametrize("loss", ["poisson", "binary_cross_entropy"])
def test_a_loss_that_is_not_on_the_targets_own_scale_does_not_go_with_regression(loss):
    rows = table([0.5, 3.5, 5.5, 1.5])
    with pytest.raises(errors.SettingError, match=f"'{loss}' does not fit regression"):
        build(rows, fitted(rows), network(loss=loss))


def prepared(**columns):
    frame = Frame("t", {n: np.array(c, object) for n, c in columns.items()}, str, target=("y",))
    return frame, Preparation.fit(frame, Answer.of(frame, ("y",)))


def test_measures_are_scaled_and_categories_are_not():
    frame, encoding = prepared(size=["1", "3", "?", "8"], kind=["a", "b", "a", "b"], y=["p", "q", "p", "q"])
    graph = build(frame, encoding, network())
    assert graph.parameters["W1"].shape == (4, 4)
    unit = build(frame, encoding, network(), "unit")
    assert unit.boxes["x_deviation"].value.tolist() == [255, 1, 1, 1]


def test_many_categories_are_embedded():
    names = [f"name {k % 30}" for k in range(90)]
    frame, encoding = prepared(name=names, y=["p", "q", "r"] * 30)
    graph = build(frame, encoding, network())
    assert list(graph.inputs) == ["c_name", "y"]
    assert graph.parameters["E_name"].shape == (32, encoding.embeddings["name"][1])
