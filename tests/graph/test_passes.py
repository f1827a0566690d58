import numpy as np
import pytest

import bprop as bp
from bprop.graph.passes import refresh


class Spy(bp.Box):
    """The identity that counts how often it is propagated through, under its label."""

    label: str = ""
    seen = []

    def fprop(self, a):
        return a * 1.0

    def bprop(self, grad, value, a):
        Spy.seen.append(self.label)
        return grad


@pytest.fixture(autouse=True)
def forget():
    Spy.seen.clear()


def total(box):
    return bp.sum(box, axis=1)


def test_fprop_visits_every_box_once_and_bprop_only_those_on_the_way_to_a_parameter():
    x, W, V = bp.Input("x", (2,)), bp.Parameter("W", (2,)), bp.Parameter("V", (2,))
    on_data = Spy(x, label="data")  # below the parameter: no way from it to the data
    on_way = Spy(on_data * W, label="way")
    aside = Spy(on_way * V, label="aside")  # an output that the loss does not need
    graph = bp.Graph(loss=total(on_way), outputs={"aside": aside})
    values = graph.fprop({"W": np.ones(2), "V": np.ones(2)}, x=[[1.0, 2.0]])
    assert Spy.seen == []
    grads = graph.bprop(values)
    assert Spy.seen == ["way"]
    assert set(grads) >= {"W", "V", "multiply_1"}
    assert "x" not in grads and on_data not in grads and "aside" not in grads
    np.testing.assert_array_equal(grads["V"], [0, 0])


def test_a_requested_input_opens_the_way_to_it():
    x, W = bp.Input("x", (2,)), bp.Parameter("W", (2,))
    graph = bp.Graph(loss=total(Spy(x, label="data") * W))
    values = graph.fprop({"W": np.array([3.0, 5.0])}, x=[[1.0, 2.0]])
    grads = graph.bprop(values, inputs="x")
    assert Spy.seen == ["data"]
    np.testing.assert_array_equal(grads["x"], [[3, 5]])


def test_a_state_that_is_not_trained_opens_no_way():
    x, m = bp.Input("x", (2,)), bp.Parameter("m", (2,), trainable=False)
    W = bp.Parameter("W", (2,))
    graph = bp.Graph(loss=total(x * W + Spy(m, label="state")))
    graph.bprop(graph.fprop({"W": np.ones(2), "m": np.ones(2)}, x=[[1.0, 2.0]]))
    assert Spy.seen == []


def test_a_box_with_several_parents_is_visited_once_with_the_sum():
    x, W = bp.Input("x", (2,)), bp.Parameter("W", (2,))
    h = Spy(x * W, label="h")
    graph = bp.Graph(loss=total(2.0 * h + h * 3.0 + h))
    grads = graph.bprop(graph.fprop({"W": np.ones(2)}, x=[[1.0, 10.0]]))
    assert Spy.seen == ["h"]
    np.testing.assert_array_equal(grads[h], [[6, 6]])
    np.testing.assert_array_equal(grads[W], [6, 60])


def test_a_penalty_of_weight_zero_costs_no_backpropagation():
    x, W = bp.Input("x", (2,)), bp.Parameter("W", (2,))
    for weight, seen in ((0.0, []), (0.5, ["penalty"])):
        graph = bp.Graph(loss=total(x * W), penalty=weight * bp.l2(Spy(W, label="penalty")))
        grads = graph.bprop(graph.fprop({"W": np.ones(2)}, x=[[1.0, 2.0]]))
        assert Spy.seen == seen
        np.testing.assert_array_equal(grads["W"], [1 + 2 * weight, 2 + 2 * weight])


def test_refresh_computes_only_the_boxes_that_depend_on_the_change():
    x, W, V = bp.Input("x", (2,)), bp.Parameter("W", (2,)), bp.Parameter("V", (2,))
    left, right = x * W, x * V
    graph = bp.Graph(loss=total(left + right))
    values = graph.fprop({"W": np.ones(2), "V": np.ones(2)}, x=[[1.0, 2.0]])
    plan = values.plan
    slot = plan.slot_of[W]
    after = refresh(plan, values.state, {slot: np.array([10.0, 10.0])}, values.context)
    expected = graph.fprop({"W": np.full(2, 10.0), "V": np.ones(2)}, x=[[1.0, 2.0]])
    for name, box in graph.boxes.items():
        np.testing.assert_array_equal(after.values[plan.slot_of[box]], expected[name])
    assert after.values[plan.slot_of[right]] is values[right]
    np.testing.assert_array_equal(values[W], [1, 1])
