"""A step that is not finite: back to the last good one, and which box, at which step, for which rows it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bprop.engines.engine import Job, Run
from bprop.engines.program import Program
from bprop.graph.graph import Graph
from bprop.graph.passes import fprop
from bprop.graph.plan import Context, Plan, State
from bprop.structure.formula import formula
from bprop.training.epoch import BadStepError, Position

ADVICE = "try a smaller learning rate, clip_norm=1.0, or inputs of mean 0 and deviation 1"


@dataclass(frozen=True)
class Batch:
    """The batch of a step: arrays by input, the row numbers in the data set, the context of the pass."""

    arrays: Mapping[str, np.ndarray]
    rows: np.ndarray
    context: Context


def explain(run: Run, job: Job, at: Position, order: np.ndarray, bad: BadStepError) -> str:
    """Go back to the last step that was well, to which `run` and `at` are taken, and say what went wrong after it.

    order : in which order the epoch visits the examples.
    """
    data, size = job.data, job.batch_size
    good = _good_steps(run, at, bad)
    at.step, at.updates = at.step + good, at.updates + good
    rows = order[at.step * size : (at.step + 1) * size]
    arrays, context = job.batch(data, rows, at.updates)
    reason = diagnose(
        job.graph, run.params(), Batch(arrays, rows if data.numbers is None else data.numbers[rows], context)
    )
    where = f"epoch {at.epoch + 1}, step {at.step + 1} of {job.steps_per_epoch} (update {at.updates + 1:,})"
    return f"training diverged at {where}: {reason}; {ADVICE}"


def _good_steps(run: Run, at: Position, bad: BadStepError) -> int:
    """Redo the stretch up to the step to blame; how many steps of it are to be trusted.

    A step that starts from a theta that is not finite is not to blame: the update before it is.
    """
    run.state = bad.before
    before = run.state
    for good in (bad.step, bad.step - 1):
        run.state = before
        if good > 0:
            run.steps(at.step, good, at.updates)
        if all(np.isfinite(array).all() for array in run.params().values()):
            return good
    return 0


def diagnose(graph: Graph, params: Mapping[str, np.ndarray], batch: Batch) -> str:
    """A sentence on the first value, or else the first gradient, of this step that is not finite."""
    dtype = batch.context.dtype
    program = Program(graph, dtype)
    plan = program.training
    with np.errstate(all="ignore"):
        state = fprop(plan, {**params, **batch.arrays, **program.constants()}, batch.context)
        reason = _first_value(plan, state, graph, batch.rows)
        if reason is None:
            grads, _ = program.gradients(state, batch.context)
            reason = _first_gradient(plan, grads, graph, batch.rows)
    return reason or "the update itself left the range of finite numbers"


def _first_value(plan: Plan, state: State, graph: Graph, rows: np.ndarray) -> str | None:
    for slot, name in enumerate(plan.names):
        value = np.asarray(state.values[slot])
        if value.dtype.kind == "f" and not np.isfinite(value).all():
            what = formula(graph.boxes[name], graph.names)
            return f"the box {name!r}, {what}, was the first to give {_kind(value)}{_rows(value, rows, graph, name)}"
    return None


def _first_gradient(plan: Plan, grads: Sequence[np.ndarray | None], graph: Graph, rows: np.ndarray) -> str | None:
    senders = {child: node for node in plan.nodes for child in node.children}
    for slot in reversed(range(len(grads))):
        grad = None if grads[slot] is None else np.asarray(grads[slot])
        if grad is not None and not np.isfinite(grad).all():
            name = plan.names[slot]
            by = f" (bprop of the box {senders[slot].name!r})" if slot in senders else ""
            return f"the gradient for {name!r}{by} was the first to be {_kind(grad)}{_rows(grad, rows, graph, name)}"
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
