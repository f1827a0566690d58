"""What a page tells of each target: the numbers of `bprop evaluate`, and charts that agree with them."""

import numpy as np
import pytest

import bprop as bp
from bprop.measures.judge import Question
from bprop.measures.labels import label
from bprop.reporting import heads
from bprop.reporting.about import Facts
from bprop.reporting.heads import head_results, judged_of, question_of
from bprop.reporting.outcome import outcome

TWO = Question("kind", "classification", ["kind"], ["cat", "dog"], None, True)


def two_classes(rng, rows=200):
    y = (rng.random(rows) < 0.3).astype(int)
    p = np.clip(0.3 * y + 0.5 * rng.random(rows), 0.01, 0.99)
    return np.stack([1 - p, p], axis=1), y


def test_the_scores_are_those_of_the_model_with_intervals(classes):
    """One source: what `scores` (and so `bprop evaluate`) computes stands on the page."""
    fit, data = classes
    scores = fit.scores(data, bootstrap=heads.RESAMPLES)
    (head,) = outcome(fit, data, None, "test", Facts())["heads"]
    shown = {one[0]: one[1:] for one in head["scores"]}
    for name in ("accuracy", "balanced_accuracy", "roc_auc", "average_precision", "log_loss", "calibration_error"):
        value, low, high, _ = shown[label(name)]
        assert value == pytest.approx(scores[name], rel=1e-4), name
        assert (low, high) == pytest.approx(scores["intervals"][name], rel=1e-4), name
    assert shown["accuracy"][3] == "always cat: 33.33%"
    assert shown["ROC AUC"][3] == "by chance: 0.5"
    each = [scores["classes"][name] for name in fit.notes["classes"]]
    assert [row[1] for row in head["per_class"]] == [one["rows"] for one in each]
    for row, one in zip(head["per_class"], each, strict=True):
        assert row[2:] == pytest.approx([one["precision"], one["recall"], one["f1"]], rel=1e-4)


def test_of_values_there_is_r2_with_an_interval_and_what_the_mean_would_do(values):
    fit, data = values
    scores = fit.scores(data, bootstrap=heads.RESAMPLES)
    (head,) = outcome(fit, data, None, "test", Facts())["heads"]
    shown = {one[0]: one[1:] for one in head["scores"]}
    assert shown["R2"][0] == pytest.approx(scores["r2"], rel=1e-4)
    assert shown["R2"][1] <= shown["R2"][0] <= shown["R2"][2]
    assert shown["RMSE"][3].startswith("always the mean: ")
    (errors,) = head["errors"]
    assert sum(errors["counts"]) == 80


def test_the_threshold_of_the_model_gives_the_counts_of_its_own_predictions(rng):
    f, y = two_classes(rng)
    head = head_results(TWO, f, y, np.ones(200), {})
    data = head["threshold"]
    taken = f.argmax(axis=1)
    assert data["positive"] == "dog" and data["own"] == 0.5 and not data["chosen"]
    assert data["now"] == [((taken == 1) & (y == 1)).sum(), ((taken == 1) & (y == 0)).sum()]
    assert data["positives"] == y.sum() and data["negatives"] == 200 - y.sum()
    assert data["t"] == sorted(data["t"]) and data["t"][0] == 0 and 0.5 in data["t"]
    for t, tp, fp in zip(data["t"], data["tp"], data["fp"], strict=True):
        called = f[:, 1] >= t
        assert tp == (called & (y == 1)).sum() and fp == (called & (y == 0)).sum()


def test_where_a_class_is_rare_thresholds_lie_where_its_probabilities_are(rng):
    y = np.arange(400) % 50 == 0
    p = np.where(y, 0.02, 0.01) * rng.uniform(0.5, 1.5, 400)
    head = head_results(TWO, np.stack([1 - p, p], axis=1), y * 1, np.ones(400), {})
    assert sum(0 < t < 0.03 for t in head["threshold"]["t"]) > 50


def test_of_many_classes_the_worst_are_shown_and_the_most_frequent_have_curves(rng):
    count = heads.MOST_CLASSES + 20
    question = Question("y", "classification", ["y"], [f"class {k}" for k in range(count)], None, True)
    y = rng.integers(count, size=900)
    f = rng.dirichlet(np.ones(count), size=900)
    head = head_results(question, f, y, np.ones(900), {})
    assert len(head["per_class"]) == len(head["curves"]) == heads.MOST_CLASSES and head["more_classes"] == 20
    assert head["threshold"] is None
    f1 = [row[4] for row in head["per_class"]]
    assert f1 == sorted(f1)


def test_labels_have_scores_and_curves_of_their_own(rng):
    question = Question("y", "multilabel", ["red", "round"], None, None, True)
    y = (rng.random((80, 2)) < 0.4).astype(int)
    f = np.clip(0.4 * y + 0.5 * rng.random((80, 2)), 0, 1)
    head = head_results(question, f, y, np.ones(80), {})
    assert [row[0] for row in head["per_class"]] == [one["name"] for one in head["curves"]] == ["red", "round"]
    hit = (f[:, 0] > 0.5) & (y[:, 0] == 1)
    assert head["per_class"][0][2] == pytest.approx(hit.sum() / (f[:, 0] > 0.5).sum(), rel=1e-4)
    assert head["calibration"]["error"] is None  # the measure is the mean of each label's own


def test_a_class_without_examples_has_no_curve(rng):
    f, y = two_classes(rng)
    head = head_results(TWO, f, np.zeros_like(y), np.ones(200), {})
    assert head["curves"] == []
    assert {one[0]: one[1] for one in head["scores"]}["ROC AUC"] is None


def test_intervals_are_left_out_where_they_would_take_seconds(rng, monkeypatch):
    monkeypatch.setattr(heads, "MOST_WORK", 10)
    f, y = two_classes(rng)
    head = head_results(TWO, f, y, np.ones(200), {})
    assert head["resamples"] == 0 and all(one[2] is None for one in head["scores"])


def test_several_losses_have_a_part_each(rng):
    x = bp.Input("x", (3,))
    W, v = bp.Parameter("W", (3, 3)), bp.Parameter("v", (3,))
    kind, size = bp.Input("kind", (), "int"), bp.Input("size", ())
    f, g = bp.softmax(x @ W, name="p"), x @ v
    loss = bp.nll(f, kind, name="of kind") + bp.squared_error(g, size, name="of size")
    graph = bp.Graph(loss=loss, outputs={"p": f, "g": g})
    data = {"x": rng.normal(size=(40, 3)), "kind": rng.integers(3, size=40), "size": rng.normal(size=40)}
    fit = bp.train(graph, data, epochs=1, engine="numpy", progress=False)
    found = outcome(fit, data, None, "test", Facts())
    assert [one["name"] for one in found["heads"]] == ["of kind", "of size"]
    assert np.sum(found["heads"][0]["confusion"]["counts"]) == 40
    assert len(found["heads"][1]["residuals"][0]["truth"]) == 40
    assert found["confusion"] is None and found["residuals"] is None


def test_targets_have_the_names_of_the_notes(values):
    fit, data = values
    fit.notes["target"] = "price"
    (one,) = judged_of(fit, fit.examples(data), None)
    assert one.question.target == "price"
    assert question_of(fit, one.question, alone=False) is one.question
