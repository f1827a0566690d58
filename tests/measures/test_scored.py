"""The scores of a model: all measures of each of its losses."""

import numpy as np

import bprop as bp

rng = np.random.default_rng(0)
X, Y = rng.normal(size=(30, 4)), rng.integers(3, size=30)


def test_the_scores_of_one_loss_have_its_measures_and_details():
    graph = bp.mlp([4, 3])
    model = bp.Model(graph, graph.init(0))
    scores = model.scores(x=X, y=Y)
    values = model.evaluate(x=X, y=Y)
    assert {name: scores[name] for name in values} == values and scores["examples"] == 30
    assert {"balanced_accuracy", "log_loss", "roc_auc", "confusion", "baseline"} <= scores.keys()
    assert "intervals" not in scores
    assert set(model.scores((X, Y), bootstrap=20)["intervals"]["accuracy"]) != set()


def test_the_scores_of_several_losses_bear_their_names():
    x, y, z = bp.Input("x", (4,)), bp.Input("y", (), dtype="int"), bp.Input("z", ())
    f, g = bp.softmax(x @ bp.Parameter("V", (4, 3))), x @ bp.Parameter("w", (4,))
    loss = bp.nll(f, y, name="kind") + 0.5 * bp.squared_error(g, z, name="size")
    graph = bp.Graph(loss=loss, outputs={"f": f, "g": g})
    scores = bp.Model(graph, graph.init(0)).scores(x=X, y=Y, z=X[:, 0])
    assert {"accuracy[kind]", "roc_auc[kind]", "rmse[size]", "r2[size]"} <= scores.keys()
    np.testing.assert_allclose(scores["loss"], scores["loss[kind]"] + 0.5 * scores["loss[size]"])
    assert scores["losses"]["kind"]["confusion"]["classes"] == ["0", "1", "2"]


def test_examples_weigh_what_they_are_worth():
    graph = bp.mlp([4, 3])
    model, twice = bp.Model(graph, graph.init(0)), np.repeat(np.arange(30), np.arange(30) % 3)
    by_weight = model.scores((X, Y), weights=np.arange(30) % 3)
    by_rows = model.scores((X[twice], Y[twice]))
    for name in ("accuracy", "log_loss", "roc_auc", "balanced_accuracy"):
        np.testing.assert_allclose(by_weight[name], by_rows[name])


def test_metrics_of_ones_own_are_scores_too():
    graph = bp.mlp([4, 3])
    scores = bp.Model(graph, graph.init(0)).scores((X, Y), metrics={"f1": "f1", "rows": lambda f, y: len(y)})
    assert scores["rows"] == 30 and 0 <= scores["f1"] <= 1


def test_a_loss_made_of_other_boxes_is_the_only_score_beside_ones_own():
    x, y = bp.Input("x", (4,)), bp.Input("y", (1,))
    f = x @ bp.Parameter("W", (4, 1))
    graph = bp.Graph(loss=bp.reshape((f - y) * (f - y), (-1,)), outputs={"f": f})
    model, targets = bp.Model(graph, graph.init(0)), Y.reshape(-1, 1)
    scores = model.scores(x=X, y=targets, metrics={"farthest": lambda f, y: np.abs(f - y).max()})
    errors = model.predict(x=X) - targets
    assert set(scores) == {"examples", "left_out", "loss", "farthest"} and "loss" in str(scores)
    np.testing.assert_allclose([scores["loss"], scores["farthest"]], [np.mean(errors**2), np.abs(errors).max()])
