import numpy as np
import pytest

import bprop as bp
from bprop import noise
from bprop.graph.passes import fprop
from bprop.graph.plan import Context, getter

FLOAT = np.dtype("float64")


def test_bind_runs_with_another_hyper_parameter_and_leaves_the_plan_alone():
    x = bp.Input("x", (2,))
    graph = bp.Graph(outputs={"h": bp.leaky_relu(x, slope=0.5)})
    plan = graph.plan()
    context = graph.fprop({}, x=[[-2.0, 2.0]]).context
    bound = plan.bind({"h": {"slope": 0.25}})
    found = [
        fprop(p, {"x": np.array([[-2.0, 2.0]])}, context).values[p.slot_of[graph.outputs["h"]]] for p in (bound, plan)
    ]
    np.testing.assert_array_equal(found, [[[-0.5, 2]], [[-1, 2]]])


def test_ways_are_the_boxes_above_a_target():
    x, W = bp.Input("x", (2,)), bp.Parameter("W", (2,))
    h = bp.tanh(x)
    graph = bp.Graph(loss=bp.sum(h * W, axis=1))
    plan = graph.plan()
    ways = plan.ways([plan.slot_of[W]])
    assert [ways[plan.slot_of[box]] for box in (x, h, W, graph.loss)] == [False, False, True, True]


@pytest.mark.parametrize("slots", [(), (2,), (1, 1), (3, 0, 2)])
def test_a_getter_takes_the_values_of_its_slots_in_order(slots):
    assert [*getter(slots)("abcd")] == ["abcd"[slot] for slot in slots]


def test_a_context_holds_weights_and_the_key_of_its_update():
    weights, seed, t = np.array([1.0, 2.0]), np.array([7], np.uint32), np.array([3], np.uint32)
    context = Context.at(weights, seed, t, FLOAT, np.array(4.0))
    assert context.weights is weights
    assert (context.dtype, context.divisor) == (FLOAT, 4.0)
    for part, same in zip(context.key, noise.key_at(seed, t), strict=True):
        np.testing.assert_array_equal(part, same)
