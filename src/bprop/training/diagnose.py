"""Where a value that is not finite came from: which box, at which step, for which rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bprop.engines.program import Program
from bprop.graph.graph import Graph
from bprop.graph.objective import backpropagate
from bprop.graph.passes import fprop
from bprop.graph.plan import Context, Plan, State
from bprop.graph.validation import cast
from bprop.structure.formula import formula

ADVICE = "try a smaller learning rate, clip_norm=1.0, or inputs of mean 0 and deviation 1"


@dataclass(frozen=True)
class Batch:
    """The batch of a step: arrays by input, the row numbers in the data set, the context of the pass."""

    arrays: Mapping[str, np.ndarray]
    rows: np.ndarray
    context: Context


def diagnose(graph: Graph, params: Mapping[str, np.ndarray], batch: Batch) -> str:
    """A sentence on the first value, or else the first gradient, of this step that is not finite."""
    dtype = batch.context.dtype
    program = Program(graph, dtype)
    plan = program.training
    arrays = {name: cast(array, graph.inputs[name], dtype) for name, array in batch.arrays.items()}
    with np.errstate(all="ignore"):
        state = fprop(plan, {**params, **arrays, **program.constants()}, batch.context)
        found = _first_value(plan, state, graph, batch.rows)
        if found is None:
            found = _first_gradient(plan, state, graph, batch)
    return found or "the update itself left the range of finite numbers"


def _first_value(plan: Plan, state: State, graph: Graph, rows: np.ndarray) -> str | None:
    for slot, name in enumerate(plan.names):
        value = np.asarray(state.values[slot])
        if value.dtype.kind == "f" and not np.isfinite(value).all():
            what = formula(graph.boxes[name], graph.names)
            return f"the box {name!r}, {what}, was the first to give {_kind(value)}{_rows(value, rows, graph, name)}"
    return None


def _first_gradient(plan: Plan, state: State, graph: Graph, batch: Batch) -> str | None:
    targets = [plan.leaves[name] for name in graph.trained]
    grads = backpropagate(graph, plan, state, batch.context, targets)
    senders = {child: node for node in plan.nodes for child in node.children}
    for slot in reversed(range(len(grads))):
        if grads[slot] is not None and not np.isfinite(grads[slot]).all():
            name, grad = plan.names[slot], np.asarray(grads[slot])
            by = f" (bprop of the box {senders[slot].name!r})" if slot in senders else ""
            return (
                f"the gradient for {name!r}{by} was the first to be {_kind(grad)}{_rows(grad, batch.rows, graph, name)}"
            )
    return None


def _kind(array: np.ndarray) -> str:
    return "NaN" if np.isnan(array).any() else "infinity"


def _rows(array: np.ndarray, rows: np.ndarray, graph: Graph, name: str) -> str:
    if graph.boxes[name].dims[:1] != ("N",):
        return ""
    bad = ~np.isfinite(array).reshape(len(array), -1).all(axis=1)
    return f" for row{'s' if bad.sum() > 1 else ''} {_some(rows[bad])} of the data, counted from 0"


def _some(numbers: Sequence[int] | np.ndarray, most: int = 5) -> str:
    shown = ", ".join(str(int(n)) for n in numbers[:most])
    return shown + (f" and {len(numbers) - most} more" if len(numbers) > most else "")
