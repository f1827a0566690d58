"""The plans of a graph: in training, outside, and for some roots."""

import numpy as np
import pytest

import bprop as bp


def noisy():
    x = bp.Input("x", (3,))
    h = bp.dropout(x * bp.Parameter("w", (3,)), 0.5, name="h")
    return bp.Graph(loss=bp.sum(h, axis=1), outputs={"f": bp.tanh(x, name="f")})


def test_a_plan_is_for_training_by_default():
    graph = noisy()
    assert graph.plan() is graph.plan(training=True)
    assert graph.plan() is not graph.plan(training=False)
    assert [type(step.box).__name__ for step in graph.plan([graph.loss]).nodes] == ["Multiply", "Dropout", "Sum"]
    assert "Dropout" not in [type(step.box).__name__ for step in graph.plan([graph.loss], training=False).nodes]


def test_a_plan_is_made_once_for_the_same_roots():
    graph = noisy()
    assert graph.plan([graph.loss]) is graph.plan([graph.loss])
    assert graph.plan([graph.loss]) is not graph.plan([graph.outputs["f"]])
    assert set(graph.plan([graph.outputs["f"]]).leaves) == {"x"}


def test_a_pass_is_of_training_by_default():
    graph, x = noisy(), np.ones((50, 3))
    theta = {"w": np.ones(3)}
    assert set(np.unique(graph.fprop(theta, x=x)["h"])) == {0.0, 2.0}
    np.testing.assert_array_equal(graph.fprop(theta, x=x, training=False)["h"], x)
    one, two, other = (graph.fprop(theta, x=x, seed=seed)["h"] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)


def test_a_drawing_shows_the_pass_of_the_seed_and_without_a_batch_the_graph_alone():
    graph, theta, x = noisy(), {"w": np.ones(3)}, np.ones((50, 3))
    alone, one, again, other = graph.draw(), *(graph.draw(theta, x=x, seed=seed) for seed in (0, 0, 1))
    assert one.svg() == again.svg() == graph.draw(theta, x=x).svg()
    assert len({alone.svg(), one.svg(), other.svg()}) == 3


def test_outside_training_a_box_is_replaced_by_its_evaluation():
    x = bp.Input("x", (3,))
    gain, shift = bp.Parameter("gain", (3,), init=bp.init.ones), bp.Parameter("shift", (3,))
    mean, variance = (bp.Parameter(name, (3,), trainable=False) for name in ("mean", "variance"))
    h = bp.dropout(bp.batch_norm(bp.dropout(x, 0.5), gain, shift, mean, variance), 0.5)
    graph = bp.Graph(loss=bp.sum(h, axis=1))
    kinds = {t: [type(node.box).__name__ for node in graph.plan(training=t).nodes] for t in (True, False)}
    assert kinds == {True: ["Dropout", "BatchNorm", "Dropout", "Sum"], False: ["Normalise", "Sum"]}


def test_weights_that_a_pass_would_turn_into_0_are_refused():
    graph = bp.Graph(loss=bp.Input("x") * bp.Parameter("w", ()))
    with pytest.raises(bp.errors.DataError, match="weights: 1e-50 at row 1 becomes 0 in float32"):
        graph.fprop({"w": 1.0}, x=np.ones(2), weights=[1.0, 1e-50], dtype="float32")
