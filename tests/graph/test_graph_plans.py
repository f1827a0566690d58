"""Which plan a graph gives for what is asked."""

import numpy as np

import bprop as bp


def noisy():
    x = bp.Input("x", (3,))
    h = bp.dropout(x * bp.Parameter("w", (3,)), 0.5, name="h")
    return bp.Graph(loss=bp.sum(h, axis=1), outputs={"f": bp.tanh(x, name="f")})


def test_a_plan_is_for_training_unless_it_is_said():
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


def test_a_pass_is_of_training_unless_it_is_said():
    graph, x = noisy(), np.ones((50, 3))
    theta = {"w": np.ones(3)}
    assert set(np.unique(graph.fprop(theta, x=x)["h"])) == {0.0, 2.0}
    np.testing.assert_array_equal(graph.fprop(theta, x=x, training=False)["h"], x)
    one, two, other = (graph.fprop(theta, x=x, seed=seed)["h"] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)
