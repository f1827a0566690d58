import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.graph.plan import picker


class Spy(bp.Box):
    """The identity that counts how often it is propagated through, under its label."""

    label: str = ""
    seen = []

    def fprop(self, a):
        return a * 1.0

    def bprop(self, grad, value, a):
        Spy.seen.append(self.label)
        return grad


class Forgetful(bp.Box):
    """scale a with a scalar scale; bprop forgets something."""

    how: str

    def fprop(self, a, scale):
        return a * scale

    def bprop(self, grad, value, a, scale):
        return {"a child": (grad,), "a sum": (grad, grad * a), "nothing": (grad * scale, (grad * a).sum())}[self.how]


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


def test_a_bprop_with_too_few_gradients_or_a_wrong_shape_is_named():
    x, s = bp.Input("x", (2,)), bp.Parameter("s", ())
    for how, message in (
        ("a child", "1 gradients for 2 children"),
        ("a sum", r"\(1, 2\) for child 1.*\(\).*broadcast"),
    ):
        graph = bp.Graph(loss=total(Forgetful(x, s, how=how, name="scaled")))
        values = graph.fprop({"s": 2.0}, x=[[1.0, 2.0]])
        with pytest.raises(errors.ShapeError, match=rf"the box 'scaled' \(Forgetful\): bprop gave .*{message}"):
            graph.bprop(values)
    graph = bp.Graph(loss=total(Forgetful(x, s, how="nothing")))
    np.testing.assert_array_equal(graph.bprop(graph.fprop({"s": 2.0}, x=[[1.0, 2.0]]))["s"], 3)


def test_an_error_inside_a_box_says_which_box():
    class Fragile(bp.Box):
        def fprop(self, a):
            if a.max() > 1:
                raise RuntimeError("too large")
            return a

        def bprop(self, grad, value, a):
            raise RuntimeError("no way back")

    x, W = bp.Input("x", (2,)), bp.Parameter("W", (2,))
    graph = bp.Graph(loss=total(Fragile(x * W, name="fragile")))
    with pytest.raises(RuntimeError, match="too large") as caught:
        graph.fprop({"W": np.ones(2)}, x=[[1.0, 2.0]])
    assert caught.value.__notes__ == ["in fprop of the box 'fragile' (Fragile)"]
    values = graph.fprop({"W": np.ones(2)}, x=[[0.0, 0.5]])
    with pytest.raises(RuntimeError, match="no way back") as caught:
        graph.bprop(values)
    assert caught.value.__notes__ == ["in bprop of the box 'fragile' (Fragile)"]


def test_only_wanted_gradients_are_asked_of_a_box_that_takes_wanted():
    class Picky(bp.Box):
        asked = []

        def fprop(self, a, b):
            return a * b

        def bprop(self, grad, value, a, b, wanted):
            Picky.asked.append(wanted)
            return grad * b if wanted[0] else None, (grad * a).sum(axis=0) if wanted[1] else None

    x, W = bp.Input("x", (2,)), bp.Parameter("W", (2,))
    graph = bp.Graph(loss=total(Picky(x, W)))
    values = graph.fprop({"W": np.ones(2)}, x=[[1.0, 2.0]])
    graph.bprop(values)
    graph.bprop(values, "x")
    assert Picky.asked == [(False, True), (True, True)]


def test_a_whole_number_in_a_graph_does_not_change_the_precision():
    x, W = bp.Input("x", (2,)), bp.Parameter("W", (2,))
    graph = bp.Graph(loss=total(2 * (1 - x * W) / 3), penalty=2 * bp.l2(W))
    values = graph.fprop({"W": np.ones(2)}, x=[[1.0, 2.0]], dtype="float32")
    kinds = {name: values[name].dtype for name in graph.boxes if "constant" not in name}
    assert set(kinds.values()) == {np.dtype("float32")}
    assert values.objective.dtype == np.float32
    assert {g.dtype for g in graph.bprop(values).values()} == {np.dtype("float32")}


def test_bind_runs_with_another_hyper_parameter_and_leaves_the_plan_alone():
    x = bp.Input("x", (2,))
    graph = bp.Graph(outputs={"h": bp.leaky_relu(x, slope=0.5)})
    plan = graph.plan()
    context = graph.fprop({}, x=[[-2.0, 2.0]]).context
    bound = plan.bind({"h": {"slope": 0.25}})
    found = [
        p.fprop({"x": np.array([[-2.0, 2.0]])}, context).values[p.slot_of[graph.outputs["h"]]] for p in (bound, plan)
    ]
    np.testing.assert_array_equal(found, [[[-0.5, 2]], [[-1, 2]]])


def test_refresh_computes_again_what_depends_on_the_change_and_only_that():
    x, W, V = bp.Input("x", (2,)), bp.Parameter("W", (2,)), bp.Parameter("V", (2,))
    left, right = x * W, x * V
    graph = bp.Graph(loss=total(left + right))
    values = graph.fprop({"W": np.ones(2), "V": np.ones(2)}, x=[[1.0, 2.0]])
    plan = values.plan
    slot = plan.slot_of[W]
    after = plan.refresh(values.state, {slot: np.array([10.0, 10.0])}, values.context)
    expected = graph.fprop({"W": np.full(2, 10.0), "V": np.ones(2)}, x=[[1.0, 2.0]])
    for name, box in graph.boxes.items():
        np.testing.assert_array_equal(after.values[plan.slot_of[box]], expected[name])
    assert after.values[plan.slot_of[right]] is values[right]
    np.testing.assert_array_equal(values[W], [1, 1])


def test_ways_are_the_boxes_above_a_target():
    x, W = bp.Input("x", (2,)), bp.Parameter("W", (2,))
    h = bp.tanh(x)
    graph = bp.Graph(loss=total(h * W))
    plan = graph.plan()
    ways = plan.ways([plan.slot_of[W]])
    assert [ways[plan.slot_of[box]] for box in (x, h, W, graph.loss)] == [False, False, True, True]


@pytest.mark.parametrize("slots", [(), (2,), (1, 1), (3, 0, 2)])
def test_a_picker_takes_the_values_of_its_slots_in_order(slots):
    assert [*picker(slots)("abcd")] == ["abcd"[slot] for slot in slots]
