import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.ensembles import ensemble_graph, ensemble_params

SIZES = {"classification": 3, "binary": 1, "multilabel": 3, "regression": 2, "counts": 1}
TASKS = pytest.mark.parametrize("task", SIZES)
X = np.random.default_rng(5).normal(size=(9, 4))


def targets(task, rows=9):
    rng = np.random.default_rng(6)
    if task in ("classification", "binary"):
        return rng.integers(3 if task == "classification" else 2, size=rows)
    if task == "multilabel":
        return rng.integers(2, size=(rows, 3))
    return rng.poisson(2.0, size=rows) if task == "counts" else rng.normal(size=(rows, 2))


def members(graph, count=3, dtype="float64", notes=None):
    return [bp.Model(graph, graph.init(seed, dtype), notes=notes) for seed in range(count)]


def exact_loss(task, f, y):
    """The loss of mean outputs f, from its formula."""
    if task == "classification":
        return -np.log(f[np.arange(len(y)), y])
    if task in ("binary", "multilabel"):
        each = -np.where(y == 1, np.log(f), np.log1p(-f))
        return each if each.ndim == 1 else each.sum(axis=1)
    return f - y * np.log(f) if task == "counts" else ((f - y) ** 2).sum(axis=1)


@TASKS
def test_f_is_the_mean_of_the_members_and_spread_their_deviation(task):
    models = members(bp.mlp([4, 6, SIZES[task]], task=task))
    f = np.stack([model.predict(x=X) for model in models])
    answer = bp.ensemble(models).predict(x=X)
    np.testing.assert_allclose(answer["f"], f.mean(axis=0), rtol=1e-14)
    np.testing.assert_allclose(answer["spread"], f.std(axis=0), rtol=1e-12)


@TASKS
def test_the_loss_is_that_of_the_mean_output_and_not_the_mean_of_losses(task):
    models, y = members(bp.mlp([4, 6, SIZES[task]], task=task, l2=0.1)), targets(task)
    f = np.mean([model.predict(x=X) for model in models], axis=0)
    together = bp.ensemble(models).evaluate(x=X, y=y)["loss"]
    np.testing.assert_allclose(together, exact_loss(task, f, y).mean(), rtol=1e-13)
    assert abs(together - np.mean([model.evaluate(x=X, y=y)["loss"] for model in models])) > 1e-4


@TASKS
def test_the_members_metrics_are_measured_on_the_mean(task):
    models, y = members(bp.mlp([4, 6, SIZES[task]], task=task)), targets(task)
    f, measured = np.mean([model.predict(x=X) for model in models], axis=0), bp.ensemble(models).evaluate(x=X, y=y)
    assert measured.keys() == models[0].evaluate(x=X, y=y).keys()
    if task in ("classification", "binary"):
        labels = f.argmax(axis=1) if task == "classification" else f > 0.5
        assert measured["accuracy"] == pytest.approx(np.mean(labels == y))
    if task == "counts":
        assert measured["rmse"] == pytest.approx(np.sqrt(np.mean((f - y) ** 2)))


@TASKS
@pytest.mark.parametrize("engine", ["numpy", "native", "xla"])
def test_every_engine_trains_an_ensemble_as_the_reference_does(task, engine):
    pytest.importorskip({"native": "llvmlite", "xla": "jax"}.get(engine, "numpy"))
    model = bp.ensemble(members(bp.mlp([4, 3, SIZES[task]], task=task, l2=1e-2)))
    data, rule = {"x": X, "y": targets(task)}, bp.SGD(0.1)
    fit = bp.train(model.graph, data, rule=rule, params=model.params, epochs=1, batch_size=4, dtype="float64",
                   engine=engine, progress=False)  # fmt: skip
    same = bp.train(model.graph, data, rule=rule, params=model.params, epochs=1, batch_size=4, dtype="float64",
                    engine="numpy", progress=False)  # fmt: skip
    for name, array in same.params.items():
        np.testing.assert_allclose(fit.params[name], array, rtol=1e-10, atol=1e-13)
        assert np.abs(array - model.params[name]).max() > 0


@TASKS
def test_its_gradients_are_those_of_finite_differences(task):
    model = bp.ensemble(members(bp.mlp([4, 3, SIZES[task]], task=task), 2))
    assert bp.check_gradients(model.graph, model.params, x=X, y=targets(task)).ok


@TASKS
def test_a_saved_ensemble_predicts_and_evaluates_the_same(task, tmp_path):
    model, y = bp.ensemble(members(bp.mlp([4, 6, SIZES[task]], task=task), dtype="float32")), targets(task)
    model.save(tmp_path / "all.bprop")
    again = bp.load(tmp_path / "all.bprop")
    for name, array in model.predict(x=X).items():
        np.testing.assert_array_equal(again.predict(x=X)[name], array)
    assert again.evaluate(x=X, y=y) == model.evaluate(x=X, y=y)
    assert str(again.graph) == str(model.graph)


@TASKS
def test_onnx_has_both_outputs(task):
    pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    model = bp.ensemble(members(bp.mlp([4, 6, SIZES[task]], task=task), dtype="float32"))
    session = runtime.InferenceSession(bp.to_onnx(model).SerializeToString())
    outputs = dict(zip([o.name for o in session.get_outputs()], session.run(None, {"x": X.astype("f")}), strict=True))
    answer = [] if task in ("regression", "counts") else ["label", "probabilities"]
    assert list(outputs) == ["f", "spread", *answer]
    for name, array in model.predict(x=X.astype("f")).items():
        np.testing.assert_allclose(outputs[name], array, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("scores", [(-90.0, -95.0, -100.0), (40.0, 42.0, 45.0), (800.0, -800.0, 3.0)])
def test_the_loss_of_probabilities_near_0_and_1_is_exact_in_float32(scores):
    x, y = bp.Input("x"), bp.Input("y", dtype="int")
    a = x * bp.Parameter("w", ())
    graph = bp.Graph(loss=bp.binary_cross_entropy(a, y), outputs={"f": bp.sigmoid(a)})
    model = bp.ensemble([bp.Model(graph, {"w": np.float32(score)}) for score in scores], spread=False)
    for label in (0, 1):
        logs = [-np.logaddexp(0.0, -score if label else score) for score in scores]
        expected = -(np.logaddexp.reduce(logs) - np.log(3))
        assert model.evaluate(x=np.ones(1, "f"), y=[label])["loss"] == pytest.approx(expected, rel=2e-6)


def test_classes_that_no_member_expects_have_a_finite_loss_in_float32():
    x, y = bp.Input("x", (3,)), bp.Input("y", dtype="int")
    a = x + bp.Parameter("b", (3,))
    f = bp.softmax(a)
    graph = bp.Graph(loss=bp.nll(f, y), outputs={"f": f})
    model = bp.ensemble([bp.Model(graph, {"b": np.float32([0, -k, 0])}) for k in (200, 300)])
    loss = model.evaluate(x=np.zeros((1, 3), "f"), y=[1])["loss"]
    assert loss == pytest.approx(200 + np.log(2) + np.log(2), rel=1e-6)


def test_hinge_scores_are_averaged_as_they_are():
    graph = bp.mlp([4, 6, 3], loss="hinge")
    models, y = members(graph), targets("classification")
    answer = bp.ensemble(models)
    f = np.mean([model.predict(x=X) for model in models], axis=0)
    np.testing.assert_allclose(answer.predict(x=X)["f"], f, rtol=1e-14)
    margins = [max(0, 1 + max(np.delete(row, label)) - row[label]) for row, label in zip(f, y, strict=True)]
    assert answer.evaluate(x=X, y=y)["loss"] == pytest.approx(np.mean(margins))


def test_scaling_within_the_graph_is_shared_and_the_loss_keeps_its_factor():
    graph = bp.mlp([4, 6, 1], task="regression", input_scaling=(X.mean(0), X.std(0)), target_scaling=(50.0, 10.0))
    models, y = members(graph), 50 + 10 * np.random.default_rng(1).normal(size=9)
    answer = bp.ensemble(models)
    f = np.mean([model.predict(x=X) for model in models], axis=0)
    assert answer.evaluate(x=X, y=y)["loss"] == pytest.approx(np.mean((f - y) ** 2) / 100)
    assert {"x", "x_mean", "x_deviation", "y_mean", "y_deviation"} <= answer.graph.boxes.keys()
    assert sum(type(box).__name__ == "Divide" for box in answer.graph.order) == 1


def test_scaling_in_the_notes_holds_for_f_and_for_its_spread():
    notes = {"scaling": {"x": {"mean": [1.0, 0, 0, 0], "deviation": [2.0, 1, 1, 1]},
                         "y": {"mean": 50.0, "deviation": 10.0}, "f": {"mean": 50.0, "deviation": 10.0}}}  # fmt: skip
    models = members(bp.mlp([4, 6, 1], task="regression"), notes=notes)
    answer, f = bp.ensemble(models), np.stack([model.predict(x=X) for model in models])
    np.testing.assert_allclose(answer.predict(x=X)["f"], f.mean(axis=0), rtol=1e-14)
    np.testing.assert_allclose(answer.predict(x=X)["spread"], f.std(axis=0), rtol=1e-10)
    assert models[0].notes == notes
    y = f.mean(axis=0) + 3
    assert answer.evaluate(x=X, y=y)["rmse"] == pytest.approx(3)


def test_embeddings_belong_to_members_and_codes_are_shared():
    models = members(bp.tabular([4, 6, 3], {"city": (7, 2)}))
    answer, codes = bp.ensemble(models), np.arange(9) % 7
    assert [*answer.graph.inputs] == ["x", "c_city", "y"]
    assert {f"m{k}/E_city" for k in (1, 2, 3)} <= answer.params.keys()
    f = np.mean([model.predict(x=X, c_city=codes) for model in models], axis=0)
    np.testing.assert_allclose(answer.predict(x=X, c_city=codes)["f"], f, rtol=1e-14)


def test_members_drop_units_of_their_own_in_training_and_none_outside():
    models = members(bp.mlp([4, 6, 3], dropout=0.5))
    answer = bp.ensemble(models)
    drops = [box for box in answer.graph.order if isinstance(box, bp.Dropout)]
    values = answer.graph.fprop(answer.params, x=X, y=targets("classification"), seed=1)
    kept = [np.asarray(values[box]) != 0 for box in drops]
    assert len(drops) == 3
    assert not np.array_equal(kept[0], kept[1])
    np.testing.assert_allclose(answer.predict(x=X)["f"], np.mean([m.predict(x=X) for m in models], axis=0), rtol=1e-14)


def test_dropout_of_the_inputs_is_the_members_own_too():
    x, y, W = bp.Input("x", (4,)), bp.Input("y", dtype="int"), bp.Parameter("W", (4, 3))
    f = bp.softmax(bp.dropout(x, 0.5) @ W, name="f")
    answer = bp.ensemble(members(bp.Graph(loss=bp.nll(f, y), outputs={"f": f}), 2))
    assert sum(isinstance(box, bp.Dropout) for box in answer.graph.order) == 2


def test_running_averages_are_the_members_own():
    models = members(bp.mlp([4, 6, 1], task="regression", normalise="batch"))
    rng = np.random.default_rng(0)
    for model in models:
        model.params["mean1"], model.params["variance1"] = rng.normal(size=6), rng.uniform(0.5, 2, size=6)
    answer = bp.ensemble(models)
    assert "m2/variance1" not in answer.graph.trainable
    np.testing.assert_allclose(answer.predict(x=X)["f"], np.mean([m.predict(x=X) for m in models], axis=0), rtol=1e-12)


def test_members_may_have_other_hidden_layers():
    models = [members(bp.mlp([4, *hidden, 3], activation=g), 1)[0] for hidden, g in (((6,), "tanh"), ((3, 5), "relu"))]
    answer = bp.ensemble(models).predict(x=X)["f"]
    np.testing.assert_allclose(answer, np.mean([model.predict(x=X) for model in models], axis=0), rtol=1e-14)


def test_the_penalty_is_the_members_mean():
    graph = bp.mlp([4, 6, 3], l2=0.1, l1=0.01)
    models = members(graph)
    answer, y = bp.ensemble(models), targets("classification")
    each = [float(graph.fprop(m.params, x=X, y=y).penalty) for m in models]
    assert float(answer.graph.fprop(answer.params, x=X, y=y).penalty) == pytest.approx(np.mean(each))


def test_a_single_member_predicts_as_itself_and_has_no_spread():
    model = members(bp.mlp([4, 6, 3]), 1)[0]
    answer = bp.ensemble([model]).predict(x=X)
    np.testing.assert_allclose(answer["f"], model.predict(x=X), rtol=1e-14)
    assert np.abs(answer["spread"]).max() < 1e-15


def test_without_spread_predict_returns_the_mean_alone():
    models = members(bp.mlp([4, 6, 3]))
    answer = bp.ensemble(models, spread=False)
    np.testing.assert_allclose(answer.predict(x=X), np.mean([m.predict(x=X) for m in models], axis=0), rtol=1e-14)
    assert isinstance(answer.graph.outputs["f"], bp.Softmax)
    assert "m1/f" not in answer.graph.boxes


def test_graphs_without_a_loss_and_with_several_outputs_are_averaged():
    x, W = bp.Input("x", (4,)), bp.Parameter("W", (4, 3))
    h = bp.tanh(x @ W)
    graph = bp.Graph(outputs={"f": bp.softmax(h), "h": h, "rate": bp.exp(h)})
    models = members(graph)
    answer = bp.ensemble(models).predict(x=X)
    assert list(answer) == ["f", "h", "rate", "spread", "spread_h", "spread_rate"]
    for name in ("f", "h", "rate"):
        each = [model.predict(x=X)[name] for model in models]
        np.testing.assert_allclose(answer[name], np.mean(each, axis=0), rtol=1e-14)


def test_boxes_of_ones_own_are_copied_with_their_settings():
    class Tilted(bp.Box):
        by: float = 1.0

        def fprop(self, a):
            return a + self.by

        def bprop(self, grad, value, a):
            return grad

    x, y = bp.Input("x", (4,)), bp.Input("y")
    graphs = [bp.Graph(loss=bp.squared_error(f, y), outputs={"f": f})
              for f in (Tilted(x, by=by) @ bp.Parameter("w", (4,)) for by in (0.0, 5.0))]  # fmt: skip
    models = [bp.Model(graph, graph.init(3)) for graph in graphs]
    f = bp.ensemble(models).predict(x=X)["f"]
    np.testing.assert_allclose(f, np.mean([model.predict(x=X) for model in models], axis=0), rtol=1e-13)


def test_the_pieces_are_the_graph_and_its_parameters():
    graph = bp.mlp([4, 6, 3])
    thetas = [graph.init(seed) for seed in range(2)]
    together, model = ensemble_params(thetas), bp.ensemble([bp.Model(graph, theta) for theta in thetas])
    assert together.keys() == model.params.keys() == ensemble_graph([graph, graph]).parameters.keys()
    np.testing.assert_array_equal(together["m2/W1"], thetas[1]["W1"])


def test_members_that_do_not_fit_together_are_refused():
    first = members(bp.mlp([4, 6, 3]), 1)
    for other, match in [
        (bp.mlp([5, 6, 3]), "inputs of member 2"),
        (bp.mlp([4, 6, 2]), "outputs of member 2"),
        (bp.mlp([4, 6, 3], loss="hinge"), "outputs of member 2"),
        (bp.mlp([4, 6, 3], task="regression"), "member 2"),
    ]:
        with pytest.raises(errors.GraphError, match=match):
            bp.ensemble([*first, *members(other, 1)])


def test_different_losses_of_the_same_outputs_are_refused():
    graphs = [bp.mlp([4, 6, 2], task="regression", loss=loss) for loss in ("squared_error", "absolute_error")]
    with pytest.raises(errors.GraphError, match="loss of member 2"):
        bp.ensemble([bp.Model(graph, graph.init(0)) for graph in graphs])


def test_a_loss_that_needs_more_than_the_outputs_is_refused():
    x, y = bp.Input("x", (4,)), bp.Input("y")
    h = bp.tanh(x @ bp.Parameter("w", (4,)))
    graph = bp.Graph(loss=bp.squared_error(h, y), outputs={"f": bp.square(h)})
    with pytest.raises(errors.GraphError, match="the loss depends on 'w'"):
        bp.ensemble(members(graph))


def test_models_whose_data_is_scaled_in_other_ways_are_refused():
    graph = bp.mlp([4, 6, 1], task="regression")
    notes = [{"scaling": {"y": {"mean": mean, "deviation": 1.0}}} for mean in (0.0, 9.0)]
    with pytest.raises(errors.SettingError, match="scaling"):
        bp.ensemble([bp.Model(graph, graph.init(0), notes=one) for one in notes])


def test_an_ensemble_of_ensembles_no_members_and_graphs_in_place_of_models_are_refused():
    graph = bp.mlp([4, 6, 3])
    both = bp.ensemble(members(graph))
    with pytest.raises(errors.GraphError, match="ensemble already"):
        bp.ensemble([both, both])
    for nothing in ([], [graph]):
        with pytest.raises(errors.SettingError, match="one model or more"):
            bp.ensemble(nothing)
    with pytest.raises(errors.GraphError, match="no outputs"):
        bp.ensemble([bp.Model(bp.Graph(loss=bp.square(bp.Input("x"))), {})])
    with pytest.raises(errors.GraphError, match="one graph or more"):
        ensemble_graph([])
