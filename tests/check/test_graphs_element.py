"""The check of one element of a graph's gradient, and what a check tells of errors."""

import numpy as np
import pytest

import bprop as bp
from bprop.check import graphs
from bprop.check.difference import Coverage, Mismatch
from bprop.check.graphs import GraphCheck
from bprop.check.precision import best_precision
from bprop.check.report import Report, Row
from bprop.check.slope import Verdict

A = np.random.default_rng(0).normal(size=(4, 3))
KINK, SMOOTH = Mismatch((0,), 1.0, 0.5, 0.25), Mismatch((1,), 1.0, 1.0, 0.0)


def graph_of(activation=bp.tanh):
    x, w = bp.Input("x", (3,)), bp.Parameter("w", (3,))
    return bp.Graph(loss=bp.sum(activation(x * w), axis=1))


def check_of(graph, **theta):
    precision = best_precision()
    plan = graph.plan([graph.loss], training=True)
    values = graph.fprop(theta or {"w": np.ones(3)}, {"x": A}, dtype=precision.dtype)
    return GraphCheck(graph, plan, values, Report("check", precision), np.random.default_rng(0))


def one_element(activation, w, index=(0,), grad=None):
    """The check of sum activation(x w) at w, and its verdict on an element of w."""
    check = check_of(graph_of(activation), w=np.array(w))
    comparison = check.comparison("w")
    if grad is not None:
        comparison.g[index] = grad
    return check, comparison, check.element(comparison, "w", index)


def test_a_comparison_of_a_leaf_has_its_value_and_its_gradient():
    check, comparison, verdict = one_element(bp.tanh, [1.0, 2.0, 3.0])
    w = np.array([1.0, 2.0, 3.0])
    expected = (A * (1 - np.tanh(A * w) ** 2)).mean(axis=0)
    np.testing.assert_array_equal(comparison.x, w)
    np.testing.assert_allclose(np.asarray(comparison.g, float), expected, rtol=1e-12)
    np.testing.assert_allclose(np.asarray(check.grads[check.plan.leaves["w"]], float), expected, rtol=1e-12)
    assert float(comparison.f(2 * w)) == pytest.approx((np.tanh(2 * A * w) - np.tanh(A * w)).sum() / 4, rel=1e-12)
    assert (verdict.kind, verdict.numeric) == ("right", pytest.approx(expected[0], rel=1e-9))


class Doubled(bp.Tanh):
    def bprop(self, grad, value, a):
        return 2 * grad * (1 - value * value)


def test_an_element_that_a_wrong_box_makes_wrong_is_wrong_with_the_right_slope():
    check, _, verdict = one_element(Doubled, [1.0, 2.0, 3.0], (1,))
    assert verdict.kind == "wrong"
    assert verdict.numeric == pytest.approx((A * (1 - np.tanh(A * [1, 2, 3]) ** 2)).mean(axis=0)[1], rel=1e-7)
    assert check.report.failures == []


def test_an_element_that_is_wrong_though_every_box_is_right_stays_wrong():
    _, _, verdict = one_element(bp.tanh, [1.0, 2.0, 3.0], grad=7.0)
    assert verdict.kind == "wrong"
    assert verdict.numeric == pytest.approx((A * (1 - np.tanh(A * [1, 2, 3]) ** 2)).mean(axis=0)[0], rel=1e-7)


def test_an_element_at_a_kink_of_a_right_box_is_at_a_kink():
    _, _, verdict = one_element(bp.abs, [0.0, 2.0, 3.0])
    size = np.abs(A).mean(axis=0)[0]
    assert verdict.kind == "kink"
    assert (verdict.left, verdict.right) == (pytest.approx(-size, rel=1e-4), pytest.approx(size, rel=1e-4))


class Leaning(bp.Abs):
    """|a| with the gradient of its right side, also where a is below 0."""

    def bprop(self, grad, value, a):
        return grad


def test_a_kink_does_not_excuse_a_box_that_is_wrong():
    _, _, verdict = one_element(Leaning, [0.0, 2.0, 3.0])
    assert verdict.kind == "not resolved"


@pytest.mark.parametrize(
    ("kind", "boxes", "beside", "expected"),
    [
        ("right", "asked for nothing", None, "right"),
        ("not resolved", "asked for nothing", None, "not resolved"),
        ("wrong", [("wrong", 0)], None, "wrong"),
        ("wrong", [("not resolved", 0)], None, "not resolved"),
        ("kink", [("wrong", 0)], None, "not resolved"),
        ("kink", [("ok", 0)], None, "kink"),
        ("wrong", [("ok", 0), ("ok", 0)], None, "wrong"),
        ("kink", [("ok", 0), ("ok", 1)], "right", "kink"),
        ("wrong", [("ok", 1)], "right", "kink"),
        ("wrong", [("ok", 1)], "kink", "kink"),
        ("wrong", [("ok", 1)], "wrong", "wrong"),
        ("kink", [("ok", 1)], "wrong", "wrong"),
        ("wrong", [("ok", 1)], "not resolved", "not resolved"),
    ],
)
def test_the_verdict_on_an_element_is_left_to_the_boxes_in_doubt(monkeypatch, kind, boxes, beside, expected):
    check = check_of(graph_of())
    slot = check.plan.leaves["w"]

    def row(what, kinks):
        bad = {"wrong": {"mismatches": [SMOOTH]}, "not resolved": {"unresolved": [SMOOTH]}, "ok": {}}[what]
        return Row("b", Coverage((3,), elements=3, kinks=[KINK] * kinks, **bad))

    def local(node):
        if boxes == "asked for nothing":
            pytest.fail("the boxes were asked")
        return [row(*one) for one in boxes] if node is check.plan.nodes[-1] else []

    def along(verdict):
        return type("C", (), {"along_element": lambda self, index: Verdict(verdict, float(index[0]))})()

    moved = []
    monkeypatch.setattr(check, "_local", local)
    monkeypatch.setattr(check, "_moved", lambda slots: moved.append(slots) or ("state", "grads"))
    monkeypatch.setattr(check, "_compared", lambda *all: moved.append(all) or along(beside))
    found = check.element(along(kind), "w", (2,))
    assert (found.kind, found.numeric) == (expected, 2.0)
    assert moved == ([] if beside is None else [{"w": slot}, (slot, "state", "grads")])


def test_the_rows_of_one_box_come_with_the_failures_that_it_has(monkeypatch):
    check = check_of(graph_of())
    calls = []
    monkeypatch.setattr(graphs, "check_step", lambda *all: calls.append(all) or (["rows"], ["one", "two"]))
    node = check.plan.nodes[0]
    check.grads = [None] * len(check.plan.boxes)
    assert check._local(node) == []
    check.grads[node.slot] = "grad"
    assert check._local(node) == ["rows"]
    assert calls == [(node, check.state, "grad", check.precision, 64, check.rng)]
    assert check.report.failures == ["WRONG one", "WRONG two"]


def test_an_error_while_backpropagating_is_told_once(monkeypatch):
    check = check_of(graph_of())

    def fails(*_):
        raise bp.errors.GraphError("no way back")

    monkeypatch.setattr(graphs, "backpropagate", fails)
    for _ in range(2):
        check.compare({"w": check.plan.leaves["w"]}, None)
    assert check.report.failures == ["WRONG no way back"]
    assert (check.report.rows, check.grads) == ([], [])


def test_what_a_check_cannot_do_is_refused_at_once():
    graph = graph_of()
    with pytest.raises(bp.errors.SettingError) as caught:
        bp.check_gradients(graph, graph.init(0), x=A, engine="numpy", training=False)
    assert str(caught.value) == "engine='numpy' checks the training program: it needs training=True"
    with pytest.raises(bp.errors.SettingError) as caught:
        bp.check_gradients(graph, x=A)
    assert str(caught.value) == "check_gradients(graph, theta, data) needs theta, such as graph.init(seed=0)"
