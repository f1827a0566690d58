"""The objective of a pass, (1 / sum_t w_t) sum_t w_t l_t + penalty, and where its backpropagation starts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from bprop.graph.passes import bprop
from bprop.graph.plan import Context, Plan
from bprop.namespace import Array, namespace
from bprop.structure.structure import Structure


def weighted_mean(losses: Array, weights: Array) -> Array:
    """sum_t w_t l_t / sum_t w_t over the examples of a batch; 0 where all weights are 0."""
    return weighted_sum(losses, weights) / safe_total(weights)


def weighted_sum(each: Array, weights: Array) -> Array:
    """sum_t w_t each_t over the examples with w_t > 0. One of weight 0 does not count, even if it is infinite."""
    xp = namespace(each, weights)
    if xp is np:
        total = (each * weights).sum()
        if total == total:  # it is no NaN, so no 0 * infinity is in the sum
            return total
    return xp.where(weights > 0, each * weights, 0).sum()


def safe_total(weights: Array) -> Array:
    """The sum of the weights, or 1 if that is 0."""
    total = weights.sum()
    return namespace(weights).where(total > 0, total, total + 1)


def divisor_of(context: Context) -> Array:
    """The divisor of a batch's weighted sum of losses: the context's, or the sum of the weights.

    In training on weighted examples, the context's is the number of rows times the mean weight of the whole set. So an
    example counts in proportion to its weight at every batch size, and (1 / sum w) sum_t w_t l_t is minimised.
    """
    return safe_total(context.weights) if context.divisor is None else context.divisor


def objective_of(structure: Structure, plan: Plan, state: Any, context: Context) -> Array:
    """The number whose gradients `backpropagate` gives: (1 / divisor) sum_t w_t l_t + penalty."""
    losses = state.values[plan.slot_of[structure.need_loss()]]
    mean = weighted_sum(losses, context.weights) / divisor_of(context)
    return mean if structure.penalty is None else mean + state.values[plan.slot_of[structure.penalty]]


def backpropagate(
    structure: Structure, plan: Plan, state: Any, context: Context, targets: Iterable[int]
) -> list[Array]:
    """The gradients of the objective by slot. They start as d objective / d l_t = w_t / divisor, and as 1 at Omega."""
    return bprop(plan, state, seeds_of(structure, plan, state, context), targets)


def seeds_of(structure: Structure, plan: Plan, state: Any, context: Context) -> dict[int, Array]:
    """The start of backpropagation: the gradients at the loss and at the penalty, by slot."""
    seeds = {plan.slot_of[structure.need_loss()]: context.weights / divisor_of(context)}
    if structure.penalty is not None:
        slot = plan.slot_of[structure.penalty]
        seeds[slot] = namespace(state.values[slot]).ones_like(state.values[slot])
    return seeds
