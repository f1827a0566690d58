"""The part `line`: for one input, the output and each unit along it."""

from __future__ import annotations

from typing import Any

import numpy as np

from bprop.graph.passes import fprop
from bprop.graph.plan import Context
from bprop.graph.validation import cast
from bprop.playing.computed import Computed
from bprop.playing.parts.graph import units
from bprop.playing.plain import plain
from bprop.playing.work import State, Work

N = 161
MARGIN = 0.1


def line(state: State, computed: Computed) -> dict[str, Any] | None:
    """{"x": [low, high], "n", "of", "f": numbers, "units": {box: [numbers of each unit]}}, outside training.

    f is the output, or the probability of class 1. Of units, every fourth number is sent.
    """
    work = state.work
    graph, about = work.network.graph, work.subject
    if about.inputs != 1 or not graph.outputs or set(graph.predictor.inputs) != {"x"}:
        return None
    output = graph.outputs.get("f", next(iter(graph.outputs.values())))
    x = _points(work)
    shown = {layer["box"]: graph.boxes[layer["box"]] for layer in units(work.network) or ()}
    plan = graph.plan([output, *shown.values()], training=False)
    leaves = {"x": x[:, np.newaxis].astype(work.network.dtype), **work.theta}
    leaves |= {name: cast(box.value, box, work.network.dtype) for name, box in graph.constants.items()}
    with np.errstate(all="ignore"):
        values = fprop(plan, {name: leaves[name] for name in plan.leaves}, Context.of(N, work.network.dtype)).values
    f, *layers = (np.asarray(values[plan.slot_of[box]]).reshape(N, -1) for box in (output, *shown.values()))
    classes = about.answers == "classes"
    return {
        "x": [plain(x[0]), plain(x[-1])], "n": N, "of": "P(1)" if classes else "f",
        "f": plain(f[:, min(1, f.shape[1] - 1) if classes else 0]),
        "units": {name: plain(layer[::4].T) for name, layer in zip(shown, layers, strict=True)},
    }  # fmt: skip


def _points(work: Work) -> np.ndarray:
    """(N,) from the lowest to the highest input of the training set, and a little beyond."""
    x = work.subject.data["x"].astype(np.float64)
    margin = MARGIN * max(float(x.max() - x.min()), 1e-12)
    return np.linspace(x.min() - margin, x.max() + margin, N)
