"""Checking the gradients of a whole graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from bprop.check.difference import Comparison
from bprop.check.precision import best_precision, rounding_noise
from bprop.check.local import check_step
from bprop.check.report import Report, Row
from bprop.errors import BpropError, UnknownNameError
from bprop.graph import Graph, Values
from bprop.graph.graph import backpropagate
from bprop.graph.values import weighted_mean


def check_gradients(
    graph: Graph,
    params: Mapping[str, Any],
    data: Mapping[str, Any] | None = None,
    /,
    *,
    training: bool = True,
    seed: int = 0,
    weights: Any = None,
    elements: int | None = 200,
    inputs: bool = True,
    only: str | None = None,
    **arrays: Any,
) -> Report:
    """Compare backpropagation with finite differences of the objective, (f(x + eps) - f(x - eps)) / (2 eps).

    Everything is computed in longdouble where that is wider than float64. Noise (dropout) is drawn once and
    held fixed. An element's error is judged relative to the largest magnitude in its tensor.

    Parameters
    ----------
    graph, params, data or arrays : as for `graph.fprop`. A few rows are enough, and longdouble is slow on many.
    training : False checks the graph as it predicts (no dropout, running averages).
    seed : of the noise and of the random projections.
    weights : (N,) example weights, default 1.
    elements : tensors of at most so many elements are compared element by element, larger ones along two
        random directions, and by halving down to an element where those disagree. None: every element.
    inputs : also check the gradients with respect to float inputs.
    only : check this parameter or input alone.

    Returns
    -------
    Report : `report.ok`; printing it gives a table, the wrong elements and the boxes that are to blame.
    """
    precision = best_precision()
    report = Report("gradient check", precision)
    rng = np.random.default_rng(seed)
    plan = graph.plan([box for box in (graph.need_loss(), graph.penalty) if box is not None], training=training)
    with np.errstate(all="ignore"):
        values = graph.fprop(
            params, {**(data or {}), **arrays}, training=training, seed=seed, weights=weights, dtype=precision.dtype
        )
        state, context = _lean(values, plan)
        targets = _targets(graph, plan, inputs, only)
        try:
            grads = backpropagate(graph, plan, state, context, targets.values())
        except BpropError as error:
            report.failures.append(f"WRONG {error}")
            return report
        noise = rounding_noise(grads, state.values, precision.epsilon)
        for name, slot in targets.items():
            grad = grads[slot] if grads[slot] is not None else np.zeros_like(state.values[slot])
            f = _objective(graph, plan, state, context, slot)
            comparison = Comparison(f, state.values[slot], grad, noise, precision)
            report.rows.append(Row(name, comparison.run(elements, rng)))
        if not report.ok:
            _find_culprits(plan, state, grads, report, rng)
    return report


def _lean(values: Values, plan: Any) -> tuple[Any, Any]:
    """The pass of the plan that training uses (without boxes that only outputs need), from the same leaves."""
    leaves = {name: values[name] for name in plan.leaves}
    return plan.fprop(leaves, values.context), values.context


def _objective(graph: Graph, plan: Any, state: Any, context: Any, slot: int) -> Callable:
    """The objective as a function of the value in one slot."""
    roots = [plan.slot_of[box] for box in (graph.loss, graph.penalty) if box is not None]

    def f(x: np.ndarray) -> Any:
        new = plan.refresh(state, {slot: x}, context).values
        return weighted_mean(new[roots[0]], context.weights) + sum(new[r] for r in roots[1:])

    return f


def _targets(graph: Graph, plan: Any, inputs: bool, only: str | None) -> dict[str, int]:
    """{name: slot} of what is to be checked."""
    names = [*graph.trainable, *(n for n, box in graph.inputs.items() if inputs and box.dtype == "float")]
    if only is not None:
        if only not in (*graph.parameters, *graph.inputs):
            raise UnknownNameError(f"cannot check {only!r}; there is {', '.join((*graph.parameters, *graph.inputs))}")
        names = [only]
    return {name: plan.leaves[name] for name in names if name in plan.leaves}


def _find_culprits(plan: Any, state: Any, grads: list, report: Report, rng: np.random.Generator) -> None:
    """Check every box on the way by itself, with the gradient it was given."""
    for step in plan.steps:
        if grads[step.slot] is not None:
            rows, failures = check_step(step, state, grads[step.slot], report.precision, 200, rng)
            report.culprits += [row for row in rows if not row.ok]
            report.failures += [f"WRONG {text}" for text in failures]
