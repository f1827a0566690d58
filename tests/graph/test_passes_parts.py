"""The passes, part by part: the context, the extras of boxes, and the sums on the way back."""

import numpy as np
import pytest

import bprop as bp
from bprop import noise
from bprop.graph import send
from bprop.graph.passes import bprop, fprop, refresh
from bprop.graph.plan import Context

DOUBLE = np.dtype("float64")


def test_a_single_pass_has_the_noise_of_the_first_update_and_weights_of_1():
    context = Context.of(3, np.dtype("float32"), seed=7)
    (seed,), (update,) = context.key
    assert (int(seed), int(update)) == (noise.key_of(7), 0)
    assert [part.dtype for part in context.key] == [np.uint32, np.uint32]
    assert (context.weights.tolist(), context.weights.dtype, context.dtype) == ([1, 1, 1], np.float32, np.float32)
    assert context.divisor is None
    weighted = Context.of(2, np.dtype("float32"), weights=np.array([0.5, 2.0]))
    assert (weighted.weights.tolist(), weighted.weights.dtype) == ([0.5, 2.0], np.float32)
    assert int(Context.of(1, DOUBLE).key[0][0]) == noise.key_of(0)


def test_the_context_of_an_update_has_its_noise_also_past_32_bits():
    seed = np.array([noise.key_of(3)], np.uint32)
    first = Context.at(np.ones(2), seed, np.array(0, np.int64), DOUBLE)
    assert first.key == Context.of(2, DOUBLE, seed=3).key
    assert (first.dtype, first.divisor) == (DOUBLE, None)
    later = Context.at(np.ones(2), seed, np.array(2**32 + 5, np.int64), DOUBLE, divisor=np.float64(4.0))
    assert later.key == noise.key_at(seed, np.array(2**32 + 5, np.int64))
    assert later.key[0] != seed
    assert later.divisor == 4.0


def sends(parts):
    class Sends(bp.Box):
        """a + b, which sends the gradients that the test chooses."""

        def fprop(self, a, b):
            return a + b

        def bprop(self, grad, value, a, b):
            return parts(grad)

    return Sends


def gradients(graph, *names):
    data = {name: np.ones((2, 3)) for name in graph.inputs}
    theta = {name: np.ones(3) for name in graph.parameters}
    return graph.bprop(graph.fprop(theta, data), inputs=[*names])


def test_a_child_keeps_the_gradients_of_others_if_a_box_sends_none():
    x, y = bp.Input("x", (3,)), bp.Input("y", (3,))
    one = sends(lambda g: (None, g))(x, y)
    for graph in (bp.Graph(loss=bp.sum(one + 2.0 * x, axis=1)), bp.Graph(loss=bp.sum(2.0 * x + one, axis=1))):
        found = gradients(graph, "x", "y")
        np.testing.assert_array_equal(found["x"], np.full((2, 3), 1.0))
        np.testing.assert_array_equal(found["y"], np.full((2, 3), 0.5))


def test_an_unwanted_gradient_is_dropped_even_if_it_is_sent():
    x, w = bp.Input("x", (3,)), bp.Parameter("w", (3,))
    graph = bp.Graph(loss=bp.sum(sends(lambda g: (g, g))(x, w * x), axis=1))
    plan = graph.plan([graph.loss], training=True)
    values = graph.fprop({"w": np.ones(3)}, x=np.ones((2, 3)))
    state, context = values.state, values.context
    grads = bprop(plan, state, {plan.slot_of[graph.loss]: context.weights}, [plan.leaves["w"]])
    assert grads[plan.leaves["x"]] is None
    np.testing.assert_array_equal(grads[plan.leaves["w"]], [2.0, 2.0, 2.0])


def test_two_seeds_of_one_box_are_added_up_and_those_off_the_way_left_out():
    x, w = bp.Input("x", (3,)), bp.Parameter("w", (3,))
    graph = bp.Graph(loss=bp.sum(x * w, axis=1))
    plan = graph.plan([graph.loss], training=True)
    state = graph.fprop({"w": np.ones(3)}, x=np.ones((2, 3))).state
    slot, product = plan.slot_of[graph.loss], plan.nodes[0].slot
    grads = bprop(plan, state, {slot: np.ones(2), product: np.full((2, 3), 10.0)}, [plan.leaves["w"]])
    np.testing.assert_array_equal(grads[plan.leaves["w"]], [22.0, 22.0, 22.0])
    grads = bprop(plan, state, {plan.leaves["x"]: np.ones((2, 3)), slot: np.ones(2)}, [plan.leaves["w"]])
    assert grads[plan.leaves["x"]] is None


@pytest.mark.parametrize(
    ("grad", "zero"),
    [(np.array(0.0), True), (np.array(1.0), False), (np.zeros(3), False), (np.zeros(1), False), (np.float64(0), True)],
)
def test_only_the_number_0_need_not_be_sent(grad, zero):
    assert bool(send.is_zero(grad)) is zero


def test_values_take_on_the_precision_of_the_pass_unless_they_are_whole():
    for value, dtype in ((np.ones(2), "float32"), (np.ones(2, int), "int64"), (np.ones(2, bool), "bool")):
        assert send.in_dtype(value, np.dtype("float32")).dtype == dtype
    same = np.ones(2, "float32")
    assert send.in_dtype(same, np.dtype("float32")) is same


def test_gradients_take_on_the_dtype_of_the_child():
    child = np.ones((2, 3), "float32")
    assert send._like(np.ones((2, 3)), child, 0).dtype == np.float32
    same = np.ones((2, 3), "float32")
    assert send._like(same, child, 0) is same
    assert send._like(None, child, 0) is None
    with pytest.raises(bp.errors.ShapeError, match=r"shape \(3,\) for child 4, whose value has shape \(2, 3\)"):
        send._like(np.ones(3), child, 4)


def test_ways_to_the_same_targets_are_computed_once():
    x, w, v = bp.Input("x", (3,)), bp.Parameter("w", (3,)), bp.Parameter("v", (3,))
    graph = bp.Graph(loss=bp.sum(x * w + x * v, axis=1))
    plan = graph.plan([graph.loss], training=True)
    slots = [plan.leaves["w"], plan.leaves["v"]]
    assert plan.ways(slots) is plan.ways(slots[::-1])
    assert plan.ways(slots[:1]) is not plan.ways(slots)


def test_every_pass_is_watched_by_box():
    x, w = bp.Input("x", (3,)), bp.Parameter("w", (3,))
    graph = bp.Graph(loss=bp.sum(bp.tanh(x * w), axis=1))
    plan, seen = graph.plan([graph.loss], training=True), []
    plan.watch = seen.append
    context = Context.of(2, DOUBLE)
    state = fprop(plan, {"x": np.ones((2, 3)), "w": np.ones(3)}, context)
    refresh(plan, state, {plan.leaves["w"]: np.zeros(3)}, context)
    assert [seen[i][graph.loss].tolist() for i in range(2)] == [[3 * np.tanh(1)] * 2, [0, 0]]
    assert set(seen[0]) >= {x, w, graph.loss}


def test_refreshing_leaves_the_old_values_and_the_new_extras_alone():
    x, w = bp.Input("x", (3,)), bp.Parameter("w", (3,))
    graph = bp.Graph(loss=bp.sum(bp.dropout(x * w, 0.5), axis=1))
    plan, context = graph.plan([graph.loss], training=True), Context.of(2, DOUBLE)
    state = fprop(plan, {"x": np.ones((2, 3)), "w": np.ones(3)}, context)
    before = [np.array(value) for value in state.values]
    again = refresh(plan, state, {plan.leaves["w"]: np.full(3, 2.0)}, context)
    for value, kept in zip(state.values, before, strict=True):
        np.testing.assert_array_equal(value, kept)
    assert again.extras.keys() == state.extras.keys()
    np.testing.assert_array_equal(again.values[plan.slot_of[graph.loss]], 2 * before[plan.slot_of[graph.loss]])
    changed = refresh(plan, state, {plan.slot_of[graph.loss]: np.array([7.0, 8.0])}, context)
    np.testing.assert_array_equal(changed.values[plan.slot_of[graph.loss]], [7.0, 8.0])


def test_noise_differs_by_box_and_follows_from_its_name():
    x = bp.Input("x", (50,))
    graph = bp.Graph(outputs={"a": bp.dropout(x, 0.5, name="one"), "b": bp.dropout(x, 0.5, name="two")})
    plan = graph.plan(graph.outputs.values(), training=True)
    state = fprop(plan, {"x": np.ones((4, 50))}, Context.of(4, DOUBLE, seed=3))
    one, two = (state.values[plan.slot_of[box]] for box in graph.outputs.values())
    assert (one != two).any()
    alone = bp.Graph(outputs={"b": bp.dropout(x, 0.5, name="two")})
    plan = alone.plan(alone.outputs.values(), training=True)
    again = fprop(plan, {"x": np.ones((4, 50))}, Context.of(4, DOUBLE, seed=3)).values[plan.slot_of[alone.outputs["b"]]]
    np.testing.assert_array_equal(again, two)


def test_a_note_says_in_which_box_an_error_arose():
    fails = []

    class Fails(bp.Box):
        def fprop(self, a):
            if fails == ["fprop"]:
                raise RuntimeError("oh")
            return a * 1.0

        def bprop(self, grad, value, a):
            raise RuntimeError("no")

    x = bp.Input("x", (3,))
    graph = bp.Graph(loss=bp.sum(Fails(x, name="it"), axis=1))
    values = graph.fprop({}, x=np.ones((2, 3)))
    with pytest.raises(RuntimeError, match="no") as caught:
        graph.bprop(values, inputs=["x"])
    assert caught.value.__notes__ == ["in bprop of the box 'it' (Fails)"]
    fails.append("fprop")
    with pytest.raises(RuntimeError, match="oh") as caught:
        graph.fprop({}, x=np.ones((2, 3)))
    assert caught.value.__notes__ == ["in fprop of the box 'it' (Fails)"]
