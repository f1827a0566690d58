"""The answer of models of arrays in ONNX Runtime: labels, probabilities and values are those of the model."""

import numpy as np
import pytest

import bprop as bp

onnx = pytest.importorskip("onnx")
runtime = pytest.importorskip("onnxruntime")
pytestmark = pytest.mark.filterwarnings("ignore:Stochastic Optimizer")

RNG = np.random.default_rng(2)
X = RNG.normal(size=(60, 3)).astype(np.float32)
SHORT = {"max_iter": 30, "engine": "numpy", "random_state": 0, "learning_rate_init": 0.05}
Y = {
    "whole numbers": np.array([7, -3, 20])[np.arange(60) % 3],
    "text": np.array(["low", "mid", "high"])[(X[:, 0] * 2).clip(-1, 1).astype(int) + 1],
    "two texts": np.where(X[:, 0] > 0, "yes", "no"),
    "true and false": X[:, 1] > 0,
    "two numbers": np.where(X[:, 2] > 0, 1.0, -1.0),
}


def run(model, rows=X):
    """{output: values} of the exported model, in order."""
    session = runtime.InferenceSession(bp.to_onnx(model).SerializeToString())
    values = session.run(None, {one.name: rows for one in session.get_inputs()})
    return dict(zip([one.name for one in session.get_outputs()], values, strict=True))


@pytest.mark.parametrize("kind", Y)
def test_a_classifier_gives_its_labels_and_probabilities(kind):
    pytest.importorskip("sklearn")
    classifier = bp.MLPClassifier((6,), **SHORT).fit(X, Y[kind])
    answer = run(classifier)
    assert list(answer) == ["label", "probabilities"]
    assert answer["label"].shape == (60,) and len(set(answer["label"])) > 1
    assert answer["label"].tolist() == classifier.predict(X).tolist()
    assert answer["probabilities"].shape == (60, len(classifier.classes_))
    assert np.allclose(answer["probabilities"], classifier.predict_proba(X), atol=1e-5)


def test_several_labels_have_a_column_each():
    pytest.importorskip("sklearn")
    classifier = bp.MLPClassifier((6,), **SHORT).fit(X, (X > 0).astype(int))
    answer = run(classifier)
    assert list(answer) == ["label", "probabilities"]
    assert np.array_equal(answer["label"], classifier.predict(X)) and answer["label"].dtype == np.int64
    assert np.allclose(answer["probabilities"], classifier.predict_proba(X), atol=1e-5)


def test_several_targets_of_classes_have_outputs_each():
    pytest.importorskip("sklearn")
    y = np.stack([Y["whole numbers"], np.arange(60) % 2], axis=1)
    classifier = bp.MLPClassifier((6,), **SHORT).fit(X, y)
    answer = run(classifier)
    assert list(answer) == ["label_1", "probabilities_1", "label_2", "probabilities_2"]
    assert np.array_equal(np.stack([answer["label_1"], answer["label_2"]], axis=1), classifier.predict(X))
    assert np.allclose(answer["probabilities_2"], classifier.predict_proba(X)[1], atol=1e-5)


@pytest.mark.parametrize("columns", [1, 2])
def test_a_regressor_gives_the_values(columns):
    pytest.importorskip("sklearn")
    y = X[:, 0] * 3 if columns == 1 else X[:, :2] * 3
    regressor = bp.MLPRegressor(hidden_layer_sizes=(6,), **SHORT).fit(X, y)
    answer = run(regressor)
    assert list(answer) == ["variable"] and answer["variable"].shape == (60, columns)
    assert np.allclose(answer["variable"], regressor.predict(X).reshape(60, -1), atol=1e-5)


def test_a_graph_behind_an_estimator_gives_them_too():
    pytest.importorskip("sklearn")
    classifier = bp.GraphClassifier(bp.mlp([3, 4, 3]), **SHORT).fit(X, Y["text"])
    answer = run(classifier)
    assert list(answer) == ["label", "probabilities"]
    assert answer["label"].tolist() == classifier.predict(X).tolist()


def test_a_model_of_a_table_gives_values_in_their_units():
    pytest.importorskip("sklearn")
    frame = {"a": X[:, 0], "b": X[:, 1]}
    rows = np.stack([X[:, 0], X[:, 1]], axis=1)
    regressor = bp.TableRegressor((4,), **SHORT).fit(rows, 1e6 + 1e5 * X[:, 0])
    session = runtime.InferenceSession(bp.to_onnx(regressor).SerializeToString())
    inputs = {one.name: rows[:, k] for k, one in enumerate(session.get_inputs())}
    inputs = {one.name: inputs[one.name].astype(float if "double" in one.type else np.float32)
              for one in session.get_inputs()}  # fmt: skip
    (values,) = session.run(None, inputs)
    assert np.allclose(values, regressor.predict(rows), rtol=1e-4) and len(frame) == 2


def test_a_fit_keeps_its_outputs_and_has_the_label_beside():
    fit = bp.train(bp.mlp([3, 5, 3]), {"x": X, "y": np.arange(60) % 3}, epochs=1, engine="numpy", progress=False)
    answer = run(fit)
    assert list(answer) == ["f", "label", "probabilities"]
    f = fit.predict(x=X)
    assert np.allclose(answer["f"], f, atol=1e-6) and np.array_equal(answer["f"], answer["probabilities"])
    assert np.array_equal(answer["label"], f.argmax(axis=1))
    fit.notes["classes"] = ["a", "b", "c"]
    assert run(fit)["label"].tolist() == [["a", "b", "c"][k] for k in f.argmax(axis=1)]


def test_an_ensemble_has_its_spread_before_the_label():
    graph = bp.mlp([3, 4, 2])
    answer = run(bp.ensemble([bp.Model(graph, graph.init(seed, "float32")) for seed in (1, 2)]))
    assert list(answer) == ["f", "spread", "label", "probabilities"]


def test_names_that_the_graph_uses_are_left_to_it():
    x, kind = bp.Input("label", (3,)), bp.Input("kind", (), dtype="int")
    p = bp.softmax(bp.linear(x, bp.Parameter("W", (3, 2)), bp.Parameter("b", (2,))))
    graph = bp.Graph(loss=bp.nll(p, kind), outputs={"probabilities": p})
    model = bp.Model(graph, graph.init(0, "float32"))
    answer = run(model)
    assert list(answer) == ["probabilities", "label_"]
    assert np.array_equal(answer["label_"], model.predict(label=X).argmax(axis=1))


def test_scores_that_are_no_probabilities_have_a_label_alone():
    model = bp.Model(bp.mlp([3, 2], loss="hinge"), bp.mlp([3, 2], loss="hinge").init(0, "float32"))
    answer = run(model)
    assert list(answer) == ["f", "label"]
    assert np.array_equal(answer["label"], model.predict(x=X).argmax(axis=1))


def test_a_threshold_between_two_classes_decides_the_label():
    from bprop.sources.standard import standard_form

    graph = bp.mlp([3, 2])
    model = standard_form(bp.Model(graph, graph.init(0, "float32"), notes={"classes": ["no", "yes"]}))
    model.notes["decision"] = {"positive": 1, "threshold": 0.8}
    answer = run(model)
    assert list(answer) == ["f", "label", "probabilities"]
    assert answer["label"].tolist() == ["yes" if p >= 0.8 else "no" for p in answer["probabilities"][:, 1]]
    assert 0 < (answer["label"] == "yes").sum() < (answer["probabilities"][:, 1] > 0.5).sum()


def test_numbers_have_their_own_output_alone():
    graph = bp.mlp([3, 4, 1], task="regression")
    assert list(run(bp.Model(graph, graph.init(0, "float32")))) == ["f"]
