"""The part of a page about rows that were not trained on."""

import numpy as np
import pytest

import bprop as bp
from bprop.data import DataSet
from bprop.reporting.about import Facts
from bprop.reporting.outcome import MOST_CLASSES, MOST_POINTS, outcome
from bprop.scaling import Scaling, Units


def test_the_confusion_matrix_counts_predictions(classes):
    fit, data = classes
    found = outcome(fit, data, None, "test", Facts())
    taken = fit.predict(x=data["x"]).argmax(axis=1)
    counts = np.array(found["confusion"]["counts"])
    assert counts.sum() == 90
    assert counts.trace() == (taken == data["y"]).sum()
    assert counts[0, 1] == ((data["y"] == 0) & (taken == 1)).sum()
    assert found["measures"]["accuracy"] == pytest.approx(counts.trace() / 90, rel=1e-4)


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


def test_predictions_that_are_not_finite_are_counted_apart(classes):
    """argmax of NaN is 0: they must not stand as predictions of the first class."""
    fit, data = classes
    fit.params["W2"] = fit.params["W2"].astype(np.float64)
    fit.params["W2"][:, 0] = 1.7e308  # finite, and infinite where the units of h1 add up to more than 1.06
    with np.errstate(all="ignore"):
        values = fit.graph.fprop(fit.params, data)["f"]
        found = outcome(fit, data, None, "test", Facts())
    broken = int((~np.isfinite(values)).any(axis=1).sum())
    assert 1 < broken < 90
    assert np.sum(found["confusion"]["counts"]) == 90 - broken
    assert f"{broken} examples are NaN or infinite" in found["warnings"][0]


def test_of_a_run_that_diverged_no_single_examples_are_shown(classes):
    fit, data = classes
    fit.stopped, fit.failure = "diverged", "training diverged at epoch 9"
    found = outcome(fit, data, None, "test", Facts())
    assert found["worst"] == [] and found["confusion"] is None and found["residuals"] is None
    assert found["measures"]["accuracy"] > 0
    assert "weights just before the update that failed" in found["note"]


def test_measures_that_are_not_finite_say_so(values):
    fit, data = values
    fit.params["W2"][:] = 1e30
    with np.errstate(all="ignore"):
        found = outcome(fit, data, None, "test", Facts())
    assert found["measures"]["rmse"] == "not finite"


def test_a_network_that_does_no_better_than_the_usual_class_is_told_of(classes):
    fit, data = classes
    assert outcome(fit, data, None, "test", Facts())["warnings"] == []
    for array in fit.params.values():
        array[...] = 0
    (said,) = outcome(fit, data, None, "test", Facts())["warnings"]
    assert said.startswith("on the 90 test examples the network is right for 33.3%, no better than")


def test_targets_and_examples_are_shown_in_the_units_of_the_table():
    rng = np.random.default_rng(0)
    data = {"x": 1e6 + 50 * rng.normal(size=(80, 3)), "y": 1e9 + 10 * rng.normal(size=80)}
    units = Units({"x": Scaling.of(data["x"]), **dict.fromkeys(("y", "f"), Scaling.of(data["y"]))})
    notes = {**units.to_notes(), "columns": ["a", "b", "c"], "target": "price"}
    fit = bp.train(bp.mlp([3, 4, 1], task="regression"), data, epochs=2, engine="numpy", progress=False, notes=notes)
    scaled = DataSet(units.scaled(data, np.float32))
    for given in (data, scaled):
        found = outcome(fit, given, None, "test", Facts())
        truth = np.array(found["residuals"][0]["truth"])
        assert truth.mean() == pytest.approx(1e9, abs=10)
        np.testing.assert_allclose(truth, data["y"], atol=0.01)  # five digits would make all of them 1e9
        residuals = np.array(found["residuals"][0]["predicted"]) - truth
        np.testing.assert_allclose(residuals, np.ravel(fit.predict(x=data["x"])) - data["y"], atol=0.01)
        assert len({one["truth"] for one in found["worst"]}) > 8
        assert found["measures"]["rmse"] == pytest.approx(fit.evaluate(data)["rmse"], rel=1e-3)
        assert found["measures"]["rmse"] > 5
        row = int(found["worst"][0]["row"].removeprefix("row ")) - 1
        assert found["worst"][0]["cells"][1] == ["b", f"{data['x'][row, 1]:.4g}"]


@pytest.mark.parametrize(("positive", "least"), [(1, 0.2), (0, 0.35), (1, 0.9)])
def test_a_threshold_between_two_classes_decides_matrix_accuracy_and_examples(positive, least):
    rng = np.random.default_rng(0)
    data = {"x": rng.normal(size=(60, 2)), "y": rng.integers(2, size=60)}
    notes = {"classes": ["cat", "dog"], "decision": {"positive": positive, "threshold": least}}
    fit = bp.train(bp.mlp([2, 2]), data, epochs=3, engine="numpy", progress=False, notes=notes)
    p = fit.predict(x=data["x"])[:, positive]
    taken = np.where(p >= least, positive, 1 - positive)
    assert (taken != fit.predict(x=data["x"]).argmax(axis=1)).any()
    page = outcome(fit, data, None, "test", Facts())
    counts = np.bincount(2 * data["y"] + taken, minlength=4).reshape(2, 2)
    assert page["confusion"]["counts"] == counts.tolist()
    assert page["measures"]["accuracy"] == pytest.approx(counts.trace() / 60, rel=1e-4)
    assert page["note"] == f"{notes['classes'][positive]} is predicted where its probability is {least:g} or more."
    for one in page["worst"]:
        assert one["predicted"] == notes["classes"][taken[int(one["row"].removeprefix("row ")) - 1]]
    weights = np.arange(60.0)
    weighted = outcome(fit, data, weights, "test", Facts())["measures"]["accuracy"]
    assert weighted == pytest.approx(np.average(taken == data["y"], weights=weights), rel=1e-4)
