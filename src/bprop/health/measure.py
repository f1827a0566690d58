"""One look at a network: statistics of fprop, bprop and the update that the rule would make, box by box."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite, nan, sqrt
from typing import Any

import numpy as np

from bprop.box import Box
from bprop.draw.statistics import dead, saturated
from bprop.engines.program import Program
from bprop.graph.objective import divisor_of
from bprop.graph.passes import fprop
from bprop.graph.plan import Context, Plan, State
from bprop.leaves import Parameter
from bprop.rules import Rule

Health = dict[str, Any]
"""The result of `measure`, as plain data (JSON). None stands for a number that is missing or not finite."""
ROUNDING = 4
"""A deviation of at most so many units in the last place of the largest entry is rounding noise."""


def measure(
    program: Program, rule: Any, params: Mapping[str, np.ndarray], rule_state: Any, batch: Mapping[str, np.ndarray],
    context: Context, t: int,
) -> Health:  # fmt: skip
    """The health of theta on a batch.

    boxes : {name: statistics}, in the order of forward propagation. The gradients are those of the examples' own
        losses, dl_t/dbox (of the objective, for a box without batch axis).
        "value_mean", "value_std" : over the elements. "gradient_norm" : the root mean square over the examples of
        |dl_t/dbox|. "gradient_std" : over the elements. "saturated" : the share of values near a bound (Box.bounds).
        "dead" : the share of units that are 0 for all rows (Box.rectifies). The deviation of equal entries is 0.
    parameters : {name: {"norm", "gradient_norm", "update_ratio": |update of the rule| / |theta|}}. The ratio is None
        for biases (fewer than two axes), which begin at 0, and for optax.
    layers : the boxes with one value an example that have weights (a trainable parameter of at least two axes) as a
        child.
    first_not_finite : the first box whose value, or else whose gradient, holds NaN or infinity; None if there is none.
    """
    plan = program.training
    with np.errstate(all="ignore"):
        state = fprop(plan, {**params, **batch, **program.constants()}, context)
        grads, of_parameters = program.gradients(state, context)
        return {
            "boxes": _boxes(plan, state, grads, context),
            "parameters": _parameters(params, of_parameters, rule, rule_state, t),
            "layers": [node.name for node in plan.nodes if _is_layer(node.box)],
            "first_not_finite": _first_not_finite(plan, state, grads),
        }


def _is_layer(box: Box) -> bool:
    weights = (isinstance(c, Parameter) and c.trainable and len(c.dims) > 1 for c in box.children)
    return box.dims[:1] == ("N",) and any(weights)


def _boxes(plan: Plan, state: State, grads: list[Any], context: Context) -> dict[str, dict[str, float | None]]:
    total = float(divisor_of(context))  # undoes the mean: the gradients of the examples' own losses
    boxes = {}
    for node in plan.nodes:
        value, grad = np.asarray(state.values[node.slot]), grads[node.slot]
        if value.dtype.kind != "f" or not value.size:
            continue
        grad = None if grad is None else np.asarray(grad) * (total if node.box.dims[:1] == ("N",) else 1.0)
        boxes[node.name] = {
            "value_mean": number(value.mean()),
            "value_std": number(deviation(value)),
            "gradient_norm": None if grad is None else number(_norm(grad) / np.sqrt(_rows(node.box, grad))),
            "gradient_std": None if grad is None else number(deviation(grad)),
            "saturated": _saturated(node.box, value),
            "dead": _dead(node.box, value),
        }
    return boxes


def deviation(array: np.ndarray) -> float:
    """The standard deviation; 0 if the entries differ by rounding alone, as those of a constant do."""
    spread = float(array.std())
    return 0.0 if spread <= ROUNDING * np.finfo(array.dtype).eps * float(np.abs(array).max()) else spread


def _rows(box: Box, array: np.ndarray) -> int:
    return len(array) if box.dims[:1] == ("N",) else 1


def _saturated(box: Box, value: np.ndarray) -> float | None:
    share = saturated(box, value)
    return None if share is None else number(share)


def _dead(box: Box, value: np.ndarray) -> float | None:
    share = dead(box, value) if box.dims[:1] == ("N",) else None
    return None if share is None else number(share)


def _parameters(
    params: Mapping[str, np.ndarray], grads: Mapping[str, np.ndarray], rule: Any, rule_state: Any, t: int
) -> dict[str, dict[str, float | None]]:
    theta = {name: params[name] for name in grads}
    moved = rule.step(theta, grads, rule_state, t)[0] if isinstance(rule, Rule) else None  # of optax there is no state
    return {
        name: {
            "norm": number(_norm(array)),
            "gradient_norm": number(_norm(grads[name])),
            "update_ratio": None
            if moved is None or array.ndim < 2
            else _ratio(_norm(moved[name] - array), _norm(array)),
        }
        for name, array in theta.items()
    }


def _norm(array: np.ndarray) -> float:
    squares = float(np.vdot(array, array))
    if not 1e-20 < squares < 1e30:  # near the ends of float32's range: in float64, three times slower
        squares = float(np.square(array, dtype=np.promote_types(array.dtype, np.float64)).sum())
    return sqrt(squares) if squares >= 0 else nan


def _ratio(part: float, whole: float) -> float | None:
    return number(part / whole) if whole else None


def _first_not_finite(plan: Plan, state: State, grads: list[Any]) -> str | None:
    for arrays, order in ((state.values, plan.nodes), (grads, plan.nodes[::-1])):
        for node in order:
            array = arrays[node.slot]
            if array is not None and not np.isfinite(array).all():
                return node.name
    return None


def number(value: Any) -> float | None:
    """A number for JSON; None for NaN and infinity."""
    value = float(value)
    return value if isfinite(value) else None
