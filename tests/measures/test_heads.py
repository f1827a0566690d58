"""The heads of a graph: what is judged of each loss."""

import numpy as np
import pytest

import bprop as bp
from bprop.data import DataSet
from bprop.measures.heads import Heads, Positive

rng = np.random.default_rng(0)
X = rng.normal(size=(9, 3))


def heads(graph, notes=None):
    return Heads(graph, notes or {}).heads


@pytest.mark.parametrize(
    ("settings", "task", "probabilities"),
    [
        ({}, "classification", True), ({"loss": "hinge"}, "classification", False),
        ({"task": "regression"}, "regression", False), ({"task": "multilabel"}, "multilabel", True),
    ],
)  # fmt: skip
def test_the_question_follows_from_the_loss_and_its_output(settings, task, probabilities):
    (head,) = heads(bp.mlp([3, 2], **settings))
    assert (head.question.task, head.question.probabilities, head.output) == (task, probabilities, "f")


def test_one_probability_of_two_classes_is_judged_as_two():
    x, y = bp.Input("x", (3,)), bp.Input("y", (), dtype="int")
    a = x @ bp.Parameter("w", (3,))
    graph = bp.Graph(loss=bp.binary_cross_entropy(a, y), outputs={"p": bp.sigmoid(a)})
    data = DataSet({"x": X, "y": rng.integers(2, size=9)})
    answers = Heads(graph, {}).answers(graph.init(0), np.dtype("float64"), data)
    (f, _), p = answers.pairs[0], bp.Model(graph, graph.init(0)).predict(x=X)
    np.testing.assert_allclose(f, np.stack([1 - p, p], axis=1))
    assert answers.heads[0].question.classes == [0, 1]


def test_answers_are_in_the_units_of_the_notes():
    graph = bp.mlp([3, 1], task="regression")
    notes = {"scaling": {"y": {"mean": 5.0, "deviation": 2.0}, "f": {"mean": 5.0, "deviation": 2.0}}}
    data = DataSet({"x": X, "y": np.zeros(9)})
    answers = Heads(graph, notes).answers(graph.init(0), np.dtype("float64"), data)
    f, y = answers.pairs[0]
    np.testing.assert_allclose(y, 5.0)
    np.testing.assert_allclose(f.ravel(), bp.Model(graph, graph.init(0), notes=notes).predict(data).ravel())
    np.testing.assert_allclose(np.ravel(answers.outputs), f.ravel())


def test_a_loss_whose_output_and_targets_differ_in_number_has_no_question():
    x, y = bp.Input("x", (3,)), bp.Input("y", (4,), dtype="int")
    f = bp.softmax(bp.reshape(x @ bp.Parameter("W", (3, 8)), (-1, 4, 2)))
    (head,) = heads(bp.Graph(loss=bp.nll(f, y), outputs={"f": f}))
    assert head.question is None


def test_the_positive_class_and_its_threshold_are_those_of_the_notes():
    graph = bp.mlp([3, 2])
    assert heads(graph, {"decision": {"positive": 0}})[0].question.decision == Positive(0)
    (head,) = heads(graph, {"decision": {"positive": 1, "threshold": 0.25}})
    assert head.question.decision.labels(np.array([[0.7, 0.3], [0.8, 0.2]])).tolist() == [1, 0]
    assert heads(graph, {"decision": "odd"})[0].question.decision is None


def test_classes_have_the_names_of_the_notes_if_they_are_as_many():
    assert heads(bp.mlp([3, 2]), {"classes": ["cat", "dog"]})[0].question.classes == ["cat", "dog"]
    assert heads(bp.mlp([3, 2]), {"classes": ["cat"]})[0].question.classes == [0, 1]
