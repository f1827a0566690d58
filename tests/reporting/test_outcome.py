"""The part of a page about rows that were not trained on."""

import numpy as np
import pytest

import bprop as bp
from bprop.reporting.facts import Facts
from bprop.reporting.outcome import MOST_CLASSES, MOST_POINTS, WORST, outcome


def losses_of(fit, data):
    values = fit.graph.fprop(fit.params, data, training=False)
    return values[fit.graph.loss]


def test_the_confusion_matrix_counts_predictions(classes):
    fit, data = classes
    found = outcome(fit, data, None, "test", Facts())
    taken = fit.predict(x=data["x"]).argmax(axis=1)
    counts = np.array(found["confusion"]["counts"])
    assert counts.sum() == 90
    assert counts.trace() == (taken == data["y"]).sum()
    assert counts[0, 1] == ((data["y"] == 0) & (taken == 1)).sum()
    assert found["measures"]["accuracy"] == pytest.approx(counts.trace() / 90, rel=1e-4)


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


def test_residuals_are_in_the_units_of_y(values):
    fit, data = values
    (found,) = outcome(fit, data, None, "test", Facts())["residuals"]
    assert found["truth"] == pytest.approx(data["y"].tolist(), rel=1e-3)
    assert found["predicted"] == pytest.approx(np.ravel(fit.predict(x=data["x"])).tolist(), rel=1e-3)


def test_plots_of_many_rows_are_bounded(values):
    fit, data = values
    many = {name: np.tile(array, (100, *[1] * (array.ndim - 1))) for name, array in data.items()}
    (found,) = outcome(fit, many, None, "test", Facts())["residuals"]
    assert len(found["truth"]) == MOST_POINTS


def test_of_many_classes_the_most_frequent_mistakes_are_told():
    count = MOST_CLASSES + 5
    rng = np.random.default_rng(0)
    data = {"x": rng.normal(size=(400, 4)), "y": rng.integers(count, size=400)}
    fit = bp.train(bp.mlp([4, count]), data, epochs=1, engine="numpy", progress=False)
    found = outcome(fit, data, None, "test", Facts())["confusion"]
    assert found["counts"] is None
    times = [pair[2] for pair in found["pairs"]]
    assert times == sorted(times, reverse=True) and times[0] > 0
    assert all(pair[0] != pair[1] for pair in found["pairs"])


def test_a_loss_of_ones_own_has_its_worst_examples_alone():
    x, w = bp.Input("x", (2,)), bp.Parameter("w", (2,))
    data = {"x": np.array([[0.0, 1.0], [5.0, 5.0]])}
    graph = bp.Graph(loss=bp.sum(bp.square(x * w), axis=1))
    fit = bp.train(graph, data, rule=bp.SGD(1e-4), params={"w": [1.0, 1.0]}, epochs=1, engine="numpy", progress=False)
    found = outcome(fit, data, None, "test", Facts())
    assert found["confusion"] is None and found["residuals"] is None
    assert found["worst"][0]["row"] == "row 2"


def test_rows_that_mix_are_looked_at_together(monkeypatch):
    x, y, w = bp.Input("x", (2,)), bp.Input("y"), bp.Parameter("w", (2,))
    f = bp.sum((x - bp.mean(x, axis=0)) * w, axis=1)
    model = bp.Model(bp.Graph(loss=bp.squared_error(f, y), outputs={"f": f}), {"w": np.array([1.0, 2.0])})
    rng = np.random.default_rng(0)
    data = {"x": rng.normal(size=(20, 2)), "y": rng.normal(size=20)}
    monkeypatch.setattr("bprop.reporting.outcome.PART", 7)
    found = outcome(model, data, None, "test", Facts())["worst"]
    assert [one["loss"] for one in found] == pytest.approx(
        np.sort(losses_of(model, data))[::-1][:WORST].tolist(), rel=1e-3
    )
