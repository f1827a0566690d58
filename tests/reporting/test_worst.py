"""The examples with the largest loss."""

import numpy as np
import pytest

import bprop as bp
from bprop.reporting.about import Facts
from bprop.reporting.outcome import outcome
from bprop.reporting.worst import WORST, inputs_of


def losses_of(fit, data):
    values = fit.graph.fprop(fit.params, data, training=False)
    return values[fit.graph.loss]


def test_the_worst_are_those_of_the_largest_loss(classes):
    fit, data = classes
    found = outcome(fit, data, None, "test", Facts())["worst"]
    losses = np.sort(losses_of(fit, data))[::-1]
    assert [one["loss"] for one in found] == pytest.approx(losses[:WORST].tolist(), rel=1e-3)
    assert found[0]["row"].startswith("row ")
    assert len(found[0]["top"]) == 3
    assert found[0]["cells"][0][0] == "c0"


def test_examples_of_weight_0_are_not_among_the_worst(classes):
    fit, data = classes
    worst = int(losses_of(fit, data).argmax())
    weights = np.ones(90)
    weights[worst] = 0
    rows = [one["row"] for one in outcome(fit, data, weights, "test", Facts())["worst"]]
    assert f"row {worst + 1}" not in rows


def test_rows_may_be_shown_as_they_stand_in_a_table(classes):
    fit, data = classes
    facts = Facts(cells=lambda row: (f"line {row + 2}", [("size", "<big>")]))
    found = outcome(fit, data, None, "test", facts)["worst"][0]
    assert found["row"].startswith("line ")
    assert found["cells"] == [["size", "<big>"]]


def test_without_outputs_all_but_the_targets_are_inputs():
    x, z, y, W = bp.Input("x", (2,)), bp.Input("z"), bp.Input("y"), bp.Parameter("W", (2,))
    graph = bp.Graph(loss=bp.squared_error(bp.sum(x * W, axis=1) * z, y))
    model = bp.Model(graph, graph.init(0))
    data = {"x": np.ones((3, 2)), "z": np.ones(3), "y": np.zeros(3)}
    assert list(inputs_of(model, data)) == ["x", "z"]


def test_a_target_that_is_a_picture_is_not_shown_as_the_input(rng):
    x, y, W = bp.Input("x", (9, 9)), bp.Input("y", (9, 9)), bp.Parameter("W", (9, 9))
    graph = bp.Graph(loss=bp.squared_error(x * W, y), outputs={"f": x * W})
    data = {"y": np.zeros((4, 9, 9)), "x": rng.uniform(size=(4, 9, 9))}
    shown = outcome(bp.Model(graph, graph.init(0)), data, None, "test", Facts())["worst"][0]["image"]
    assert max(shown["bytes"]) > 0


def test_targets_are_not_listed_among_the_inputs(classes, values):
    for fit, data in (classes, values):
        names = [name for one in outcome(fit, data, None, "test", Facts())["worst"] for name, _ in one["cells"]]
        assert names and not any(name.startswith("y") for name in names)
        assert len(outcome(fit, data, None, "test", Facts())["worst"][0]["cells"]) == data["x"].shape[1]


def test_labels_have_names_and_probabilities(rng):
    """A number of 0s and 1s says nothing: which labels hold, which are predicted, and how far off they are."""
    x = rng.normal(size=(200, 3))
    data = {"x": x, "y": (x[:, :2] > 0).astype(int)}
    notes = {"targets": ["red", "round"]}
    fit = bp.train(bp.mlp([3, 2], task="multilabel"), data, epochs=2, engine="numpy", progress=False, notes=notes)
    p = fit.predict(x=x)
    for one in outcome(fit, data, None, "test", Facts())["worst"]:
        row = int(one["row"].removeprefix("row ")) - 1
        names = [name for name, there in zip(("red", "round"), data["y"][row], strict=True) if there]
        assert one["truth"] == (", ".join(names) or "none of the labels")
        assert dict(one["top"]) == pytest.approx({"red": p[row, 0], "round": p[row, 1]}, rel=1e-4)


def test_a_network_of_scores_shows_the_probabilities_of_its_output(rng):
    """cross_entropy compares pre-activations; the output f has the probabilities."""
    x = rng.normal(size=(60, 2))
    data = {"x": x, "y": (x[:, 0] > 0).astype(int)}
    fit = bp.train(bp.mlp([2, 2], loss="cross_entropy"), data, epochs=2, engine="numpy", progress=False)
    one = outcome(fit, data, None, "test", Facts())["worst"][0]
    assert sum(p for _, p in one["top"]) == pytest.approx(1, abs=1e-4)
