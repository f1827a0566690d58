import numpy as np

import bprop as bp
from bprop.graph.objective import (
    backpropagate,
    divisor_of,
    safe_total,
    seeds_of,
    weighted_mean,
    weighted_sum,
)
from bprop.graph.plan import Context


def test_weighted_mean_of_weights_that_are_all_zero_is_zero():
    losses = np.array([1.0, 2.0])
    assert weighted_mean(losses, np.zeros(2)) == 0
    assert weighted_mean(losses, np.array([1.0, 3.0])) == 1.75
    assert safe_total(np.zeros(3)) == 1 and safe_total(np.array([0.0, 0.25])) == 0.25


@np.errstate(invalid="ignore")
def test_the_mean_leaves_out_examples_of_weight_0():
    losses, weights = np.array([np.inf, 1.0, np.nan, 4.0]), np.array([0.0, 1.0, 0.0, 2.0])
    assert weighted_mean(losses, weights) == 3.0
    assert weighted_sum(losses, weights) == 9.0
    assert np.isnan(weighted_sum(losses, np.ones(4)))
    assert weighted_sum(losses[:2], np.ones(2)) == np.inf
    assert weighted_mean(losses, np.zeros(4)) == 0.0


def test_losses_are_divided_by_the_divisor_of_the_context_or_by_the_weights():
    context = Context.of(3, np.dtype("float64"), 0, np.array([1.0, 2.0, 0.0]))
    assert divisor_of(context) == 3
    assert divisor_of(context._replace(divisor=12.0)) == 12
    assert divisor_of(context._replace(weights=np.zeros(3))) == 1


def test_backpropagation_starts_with_a_share_for_every_example_and_one_for_the_penalty():
    x, w = bp.Input("x"), bp.Parameter("w", ())
    graph = bp.Graph(loss=x * w, penalty=5.0 * w)
    values = graph.fprop({"w": 2.0}, x=np.array([1.0, 2.0, 4.0]), weights=[1.0, 3.0, 0.0])
    slot = values.plan.leaves["w"]
    grads = backpropagate(graph, values.plan, values.state, values.context, [slot])
    assert grads[slot] == (1 * 1 + 3 * 2) / 4 + 5
    seeds = seeds_of(graph, values.plan, values.state, values.context)
    assert seeds[values.plan.slot_of[graph.loss]].tolist() == [0.25, 0.75, 0.0]
    assert seeds[values.plan.slot_of[graph.penalty]] == 1.0
