"""The check of a graph, part by part: the function that is differenced, what is asked of the boxes, and what beside."""

import numpy as np
import pytest

import bprop as bp
from bprop.check import graphs
from bprop.check.difference import Coverage, Mismatch
from bprop.check.graphs import GraphCheck, _as_here, _targets, _withhold
from bprop.check.precision import best_precision
from bprop.check.report import Report, Row

A = np.random.default_rng(0).normal(size=(4, 3))
KINK, SMOOTH = Mismatch((0,), 1.0, 0.5, 0.25), Mismatch((1,), 1.0, 1.0, 0.0)


def graph_of(activation=bp.tanh, penalty=True):
    x, w = bp.Input("x", (3,)), bp.Parameter("w", (3,))
    return bp.Graph(loss=bp.sum(activation(x * w), axis=1), penalty=0.5 * bp.l2(w) if penalty else None)


def check_of(graph, weights=None, seed=0, **theta):
    precision = best_precision()
    plan = graph.plan([box for box in (graph.loss, graph.penalty) if box is not None], training=True)
    values = graph.fprop(theta or {"w": np.ones(3)}, {"x": A}, weights=weights, dtype=precision.dtype)
    return GraphCheck(graph, plan, values, Report("check", precision), np.random.default_rng(seed))


# --- the function ---


@pytest.mark.parametrize("weights", [None, [0.0, 1.0, 2.0, 1.0]])
def test_the_objective_changes_by_the_weighted_mean_of_the_losses_and_the_penalty(weights):
    check = check_of(graph_of(), weights)
    slot = check.plan.leaves["w"]
    change = check._change(check.state, slot)
    w = check.state.values[slot]
    assert change(w) == 0.0  # nothing is left over from values that do not change
    shares = np.full(4, 0.25) if weights is None else np.array(weights) / 4
    loss = (np.tanh(1.5 * A).sum(axis=1) - np.tanh(A).sum(axis=1)) @ shares
    assert float(change(1.5 * w)) == pytest.approx(loss + 0.5 * (1.5**2 - 1) * 3, rel=1e-12)


def test_without_a_penalty_there_is_the_loss_alone():
    check = check_of(graph_of(penalty=False))
    slot = check.plan.leaves["w"]
    moved = check._change(check.state, slot)(2 * check.state.values[slot])
    assert float(moved) == pytest.approx((np.tanh(2 * A) - np.tanh(A)).sum() / 4, rel=1e-12)


# --- what is checked ---


def targets(inputs=True, only=None):
    x, i, w = bp.Input("x", (3,)), bp.Input("i", (), dtype="int"), bp.Parameter("w", (3,))
    fixed, unused = bp.Parameter("fixed", (3,), trainable=False), bp.Parameter("unused", ())
    outputs = {"o": unused * x}
    graph = bp.Graph(loss=bp.sum(x * w * fixed, axis=1) + 0.0 * i, outputs=outputs)
    return list(_targets(graph, graph.plan([graph.loss], training=True), inputs, only))


def test_targets_are_trained_parameters_and_inputs_of_floats_on_the_way():
    assert targets() == ["w", "x"]
    assert targets(inputs=False) == ["w"]
    assert targets(only="x") == ["x"]
    assert targets(inputs=False, only="x") == ["x"]
    assert targets(only="fixed") == ["fixed"]
    assert targets(only="unused") == []
    with pytest.raises(bp.errors.UnknownNameError, match="cannot check 'z'; there is w, fixed, unused, x, i"):
        targets(only="z")


def test_all_elements_of_up_to_two_hundred_are_compared_by_default():
    x, w = bp.Input("x", (201,)), bp.Parameter("w", (200,))
    graph = bp.Graph(loss=bp.sum(x, axis=1) + bp.sum(bp.tanh(w), axis=0))
    report = bp.check_gradients(graph, {"w": np.ones(200)}, x=np.ones((1, 201)))
    counts = {row.name: (row.coverage.elements, row.coverage.projections) for row in report.rows}
    assert counts == {"w": (200, 0), "x": (0, 2)}


def test_the_seed_decides_the_noise_and_data_may_be_given_in_parts():
    x, y, w = bp.Input("x", (3,)), bp.Input("y"), bp.Parameter("w", (3,))
    graph = bp.Graph(loss=bp.sum(bp.dropout(x * w, 0.5), axis=1) * y)
    one, two, three = (
        bp.check_gradients(graph, {"w": np.ones(3)}, {"x": A}, y=np.ones(4), seed=seed) for seed in (1, 1, 2)
    )
    assert one.ok
    assert str(one) == str(two) != str(three)


def test_overflow_on_the_way_is_no_error():
    x, w = bp.Input("x", (3,)), bp.Parameter("w", (3,))
    report = bp.check_gradients(bp.Graph(loss=bp.sum(bp.exp(1e6 * x * w), axis=1)), {"w": np.ones(3)}, x=A)
    assert not report.ok


def test_an_engine_that_is_not_there_is_refused_before_the_work(monkeypatch):
    monkeypatch.setattr(GraphCheck, "promises", lambda *_: pytest.fail("worked"))
    graph = graph_of()
    with pytest.raises(bp.errors.UnknownNameError, match="no engine is called 'abacus'"):
        bp.check_gradients(graph, graph.init(0), x=A, engine="abacus")


# --- promises ---


class Spoilt(bp.Tanh):
    def bprop(self, grad, value, a):
        return np.clip(grad, -1e3, 1e3) * (1 - value * value)


class Impure(bp.Tanh):
    def bprop(self, grad, value, a):
        grad *= 1 - value * value
        return grad


@pytest.mark.parametrize(("activation", "pure", "said"), [(bp.tanh, True, 0), (Spoilt, True, 1), (Impure, False, 1)])
def test_broken_promises_are_told_and_only_impure_boxes_end_the_check(activation, pure, said):
    check = check_of(graph_of(activation))
    assert check.promises({"w": check.plan.leaves["w"]}) is pure
    assert len(check.report.failures) == said
    assert all(text.startswith("WRONG the box ") for text in check.report.failures)


def test_boxes_that_no_target_needs_are_not_looked_at():
    x, u, w = bp.Input("x", (3,)), bp.Parameter("u", (3,)), bp.Parameter("w", (3,))
    graph = bp.Graph(loss=bp.sum(Spoilt(x * u) + x * w, axis=1))
    theta = {"u": np.ones(3), "w": np.ones(3)}
    assert bp.check_gradients(graph, theta, x=A, only="w").ok
    assert not bp.check_gradients(graph, theta, x=A, only="u").ok


class WrongNumber(bp.Tanh):
    def bprop(self, grad, value, a):
        return grad, grad


def test_a_failure_is_told_once():
    check = check_of(graph_of(WrongNumber))
    slots = {"w": check.plan.leaves["w"]}
    check.promises(slots)
    (before,) = check.report.failures
    check.compare(slots, None)
    assert check.report.failures == [before]
    assert check.grads == []
    again = check_of(graph_of(WrongNumber))
    again.compare(slots, None)
    assert again.report.failures == [before]
    assert again.report.rows == []


def test_a_failure_that_the_boxes_tell_is_told_once(monkeypatch):
    check = check_of(graph_of())
    slots = {"w": check.plan.leaves["w"]}
    check.compare(slots, None)
    monkeypatch.setattr(graphs, "check_step", lambda *_: ([], ["oh"]))
    check._ask_the_boxes(check.report.rows, slots, None)
    assert check.report.failures == ["WRONG oh"]


# --- kinks ---


@pytest.mark.parametrize(
    ("kinks", "elements", "more"),
    [
        ([], 0, False),
        ([], 3, False),
        ([KINK], 3, True),
        ([SMOOTH], 3, False),
        ([SMOOTH], 1, True),
        ([SMOOTH, KINK], 9, True),
    ],
)
def test_kinks_that_are_all_there_is_or_hide_an_error_need_more(kinks, elements, more):
    assert GraphCheck._needs_more(Coverage((3,), elements=elements, kinks=kinks)) is more


def test_kinks_are_withheld_where_a_box_is_not_right():
    coverage = Coverage((3,), kinks=[KINK], unresolved=[SMOOTH])
    _withhold(coverage)
    assert coverage.kinks == []
    kept, each = coverage.unresolved
    assert kept is SMOOTH
    assert (each.index, each.analytic, each.note) == ((0,), 1.0, "at a kink, and a box on the way is not right")


def asked(monkeypatch, local, row, beside=None):
    """What becomes of a doubtful row of w, where the boxes say `local`, and beside the kinks `beside`."""
    check = check_of(graph_of(bp.relu))
    slots = {"w": check.plan.leaves["w"]}
    check.compare(slots, None)
    monkeypatch.setattr(graphs, "check_step", lambda step, *_: ([Row("a", local)], []))
    besides = []
    monkeypatch.setattr(
        check,
        "_beside",
        lambda names, *_: besides.append(names) or [Row(n, beside or Coverage((3,), elements=3)) for n in names],
    )
    check._ask_the_boxes([row], slots, None)
    return check.report.culprits, besides


def test_where_boxes_are_wrong_their_rows_are_culprits_and_kinks_are_no_success(monkeypatch):
    row = Row("w", Coverage((3,), elements=3, kinks=[KINK]))
    culprits, besides = asked(monkeypatch, Coverage((3,), mismatches=[KINK]), row)
    assert len(culprits) == 5  # a product, a relu and a sum; a norm and its share
    assert besides == []
    assert [each.note for each in row.coverage.unresolved] == ["at a kink, and a box on the way is not right"]


def test_where_boxes_have_no_kink_a_mismatch_stays_one(monkeypatch):
    row = Row("w", Coverage((3,), elements=3, mismatches=[KINK]))
    culprits, besides = asked(monkeypatch, Coverage((3,), elements=3), row)
    assert (culprits, besides) == ([], [])
    assert row.coverage.mismatches == [KINK]


def test_where_boxes_are_right_at_kinks_a_mismatch_is_a_kink_if_it_is_right_beside(monkeypatch):
    row = Row("w", Coverage((3,), elements=3, mismatches=[KINK]))
    culprits, besides = asked(monkeypatch, Coverage((3,), elements=3, kinks=[SMOOTH]), row)
    assert (culprits, besides) == ([], [["w"]])
    assert (row.coverage.kinks, row.coverage.mismatches) == ([KINK], [])


def test_what_is_wrong_beside_the_kinks_is_wrong(monkeypatch):
    row = Row("w", Coverage((3,), elements=3, mismatches=[KINK]))
    asked(monkeypatch, Coverage((3,), elements=3, kinks=[SMOOTH]), row, Coverage((3,), elements=3, mismatches=[SMOOTH]))
    assert [(each.index, each.note) for each in row.coverage.mismatches] == [((1,), "a little beside the kink")]


def test_kinks_that_hide_nothing_are_not_looked_at_beside(monkeypatch):
    row = Row("w", Coverage((3,), elements=3, kinks=[SMOOTH]))
    assert asked(monkeypatch, Coverage((3,), elements=3, kinks=[SMOOTH]), row) == ([], [[]])


def test_beside_kinks_all_targets_are_moved_a_little_either_way(monkeypatch):
    x, w = bp.Input("x", (50,)), bp.Parameter("w", (50,))
    graph = bp.Graph(loss=bp.sum(x * w, axis=1))
    plan = graph.plan([graph.loss], training=True)
    precision = best_precision()
    values = graph.fprop({"w": np.full(50, 2.0)}, {"x": np.full((9, 50), -3.0)}, dtype=precision.dtype)
    check = GraphCheck(graph, plan, values, Report("check", precision), np.random.default_rng(0))
    slots = {name: plan.leaves[name] for name in ("w", "x")}
    states = []
    monkeypatch.setattr(check, "_rows", lambda slots, state, grads, most: states.append((slots, state)) or "rows")
    assert check._beside(["w"], slots, 7) == "rows"
    ((asked_for, state),) = states
    assert asked_for == {"w": slots["w"]}
    for name, centre in (("w", 2.0), ("x", -3.0)):
        shares = (state.values[slots[name]] - centre) / abs(centre) / graphs.BESIDE
        assert (shares > 0).any()
        assert (shares < 0).any()
        assert 0.49 < np.abs(shares).min() < 0.6
        assert 1.4 < np.abs(shares).max() < 1.51
    assert check._beside([], slots, 7) == []
    assert len(states) == 1
    np.testing.assert_array_equal(check.leaves["w"], 2.0)


def test_outside_training_the_same_weights_are_handed_over():
    trial = type(
        "T", (), {"extras": ("weights",), "node": type("S", (), {"box": type("B", (), {"needs": ("weights",)})})}
    )
    extras = _as_here(trial)
    assert extras(type("B", (), {"needs": ("weights",)}), []) == ("weights",)
    assert extras(type("B", (), {"needs": ()}), []) == ()


def test_the_seed_is_0_unless_it_is_given():
    x, w = bp.Input("x", (3,)), bp.Parameter("w", (3,))
    graph = bp.Graph(loss=bp.sum(bp.dropout(x * w, 0.5), axis=1))
    one, two = (str(bp.check_gradients(graph, {"w": np.ones(3)}, x=A, **seed)) for seed in ({}, {"seed": 0}))
    assert one == two
