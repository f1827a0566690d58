import numpy as np
import pytest

import bprop as bp
from bprop import boxes, errors
from bprop.structure.rewrite import rewritten


def classifier(stable=True):
    x, y = bp.Input("x", (3,)), bp.Input("y", (), "int")
    W = bp.Parameter("W", (3, 3))
    a = bp.matmul(x, W, name="a")
    f = bp.softmax(a, name="f")
    return bp.Graph(loss=bp.nll(f, y, name="l"), outputs={"f": f}, stable=stable)


def test_nll_of_softmax_becomes_cross_entropy_of_the_pre_activation():
    x, y = bp.Input("x", (3,)), bp.Input("y", (), "int")
    new = rewritten(bp.nll(bp.softmax(x), y, name="l"))
    assert type(new) is boxes.CrossEntropy
    assert new.children == (x, y) and new.name == "l"


def test_log_of_softmax_becomes_log_softmax():
    x = bp.Input("x", (3,))
    new = rewritten(bp.log(bp.softmax(x), name="g"))
    assert type(new) is boxes.LogSoftmax and new.children == (x,) and new.name == "g"


def test_nothing_else_is_rewritten():
    x, y = bp.Input("x", (3,)), bp.Input("y", (), "int")
    for box in (bp.softmax(x), bp.nll(x, y), bp.log(x), bp.cross_entropy(x, y), bp.nll(2.0 * bp.softmax(x), y)):
        assert rewritten(box) is None


def test_rewrites_are_listed_and_printed_and_can_be_turned_off():
    graph = classifier()
    assert graph.rewrites == {"l": "cross_entropy(a, y)"}
    assert "computed stably: l as cross_entropy(a, y)" in str(graph)
    plain = classifier(stable=False)
    assert plain.rewrites == {} and "stably" not in str(plain)


def test_the_rewritten_graph_computes_the_same_where_both_can(rng):
    X, Y, theta = rng.normal(size=(5, 3)), rng.integers(3, size=5), {"W": rng.normal(size=(3, 3))}
    stable, plain = classifier(), classifier(stable=False)
    one, two = stable.fprop(theta, x=X, y=Y), plain.fprop(theta, x=X, y=Y)
    for name in ("f", "l", "a"):
        np.testing.assert_allclose(one[name], two[name], rtol=1e-12)
    for name in ("W", "a"):
        np.testing.assert_allclose(stable.bprop(one)[name], plain.bprop(two)[name], rtol=1e-9, atol=1e-14)


def test_huge_pre_activations_keep_an_exact_loss_and_the_lectures_gradient():
    graph, X, Y = classifier(), np.eye(3), np.array([0, 1, 1])
    values = graph.fprop({"W": 1e4 * np.eye(3)}, x=X, y=Y)
    np.testing.assert_array_equal(values["l"], [0, 0, 1e4])
    np.testing.assert_array_equal(values["f"], np.eye(3))
    np.testing.assert_array_equal(graph.bprop(values)["a"], (np.eye(3) - np.eye(3)[Y]) / 3)


def test_without_the_rewrite_the_same_loss_is_infinite():
    graph = classifier(stable=False)
    with np.errstate(divide="ignore"):
        values = graph.fprop({"W": 1e4 * np.eye(3)}, x=np.eye(3), y=[0, 1, 1])
    assert values["l"][2] == np.inf


def test_the_gradient_of_a_merged_box_is_refused_rather_than_wrong(rng):
    X, Y, theta = rng.normal(size=(2, 3)), np.array([0, 2]), {"W": rng.normal(size=(3, 3))}
    graph = classifier()
    values = graph.fprop(theta, x=X, y=Y)
    with pytest.raises(errors.GraphError, match=r"'f' has no gradient here.*stable=False"):
        graph.bprop(values, inputs="f")
    assert "f" not in graph.bprop(values)
    plain = classifier(stable=False)
    values = plain.fprop(theta, x=X, y=Y)
    expected = -np.eye(3)[Y] / values["f"] / 2  # the lecture's -1(y=c) / f_y, in the mean over 2 examples
    np.testing.assert_allclose(plain.bprop(values)["f"], expected, rtol=1e-13)


def test_a_softmax_with_another_parent_still_sends_its_part(rng):
    x, y, W = bp.Input("x", (3,)), bp.Input("y", (), "int"), bp.Parameter("W", (3, 3))
    f = bp.softmax(x @ W)
    loss = bp.nll(f, y) + bp.sum(bp.square(f), axis=1)
    X, Y, theta = rng.normal(size=(4, 3)), rng.integers(3, size=4), {"W": rng.normal(size=(3, 3))}
    grads = []
    for stable in (True, False):
        graph = bp.Graph(loss=loss, stable=stable)
        grads.append(graph.bprop(graph.fprop(theta, x=X, y=Y))["W"])
    np.testing.assert_allclose(*grads, rtol=1e-10)


def test_outside_training_the_pair_is_stable_too():
    values = classifier().fprop({"W": 1e4 * np.eye(3)}, x=np.eye(3), y=[0, 1, 1], training=False)
    np.testing.assert_array_equal(values["l"], [0, 0, 1e4])


def test_a_class_with_a_formula_of_its_own_is_not_rewritten():
    class Doubled(bp.Nll):
        def fprop(self, f, y):
            return 2 * super().fprop(f, y)

        def bprop(self, grad, value, f, y):
            return 2 * super().bprop(grad, value, f, y)[0], None

    class Sharper(bp.Softmax):
        def fprop(self, a):
            return super().fprop(2 * a)

    class Renamed(bp.Nll):
        pass

    x, y = bp.Input("x", (3,)), bp.Input("y", (), "int")
    for box in (Doubled(bp.softmax(x), y), bp.nll(Sharper(x), y), bp.log(Sharper(x))):
        assert rewritten(box) is None
    assert type(rewritten(Renamed(bp.softmax(x), y))) is boxes.CrossEntropy
    X, Y = np.eye(3), np.array([0, 1, 1])
    loss, twice = (
        bp.Graph(loss=box).fprop({}, x=X, y=Y).loss for box in (bp.nll(bp.softmax(x), y), Doubled(bp.softmax(x), y))
    )
    np.testing.assert_allclose(twice, 2 * loss, rtol=1e-12)
