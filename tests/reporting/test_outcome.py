"""The part of a page about rows that were not trained on."""

import numpy as np
import pytest

import bprop as bp
from bprop.data import DataSet
from bprop.reporting.about import Facts
from bprop.reporting.outcome import MOST_CLASSES, MOST_POINTS, WORST, inputs_of, outcome, whose
from bprop.scaling import Scaling, Units


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


def test_targets_are_not_listed_among_the_inputs(classes, values):
    for fit, data in (classes, values):
        names = [name for one in outcome(fit, data, None, "test", Facts())["worst"] for name, _ in one["cells"]]
        assert names and not any(name.startswith("y") for name in names)
        assert len(outcome(fit, data, None, "test", Facts())["worst"][0]["cells"]) == data["x"].shape[1]


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


def test_it_is_said_whose_weights_the_results_are_of(classes):
    fit, _ = classes
    assert whose(fit) == ""
    fit.stopped, fit.best_epoch = "patience", 5
    assert "weights of epoch 5, the best on the validation set" in whose(fit)
    fit.best_epoch = 8
    assert whose(fit) == ""  # the last
    fit.stopped, fit.updates = "interrupted", 1234
    assert "interrupted, after 1,234 updates" in whose(fit)


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


def test_results_of_several_networks_say_whose_they_are():
    graph = bp.mlp([2, 2])
    model = bp.Model(graph, graph.init(0), notes={"ensemble": [{"best_epoch": 3}, {"best_epoch": 5}]})
    assert "the mean of 2 networks" in whose(model)
    assert "(3, 5)" in whose(model)
