"""The part `training`: where training is, its curve, and the health of the boxes."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from bprop.draw.statistics import dead
from bprop.playing.computed import Computed
from bprop.playing.plain import plain
from bprop.playing.work import State
from bprop.rules import Rule


def learning(state: State, computed: Computed) -> dict[str, Any] | None:
    work = state.work
    if work.network.graph.loss is None:
        return None
    now = work.training
    steps = -(-work.subject.rows // now.batch_size)
    return {
        "running": state.running, "step": now.total, "epoch": now.epoch, "step_of_epoch": now.step,
        "steps_per_epoch": steps,
        "rule": rule(now.rule), "batch_size": now.batch_size, "shuffle": False, "curve": now.curve.plain(plain),
        "health": health(state, computed),
    }  # fmt: skip


def rule(of: Rule) -> dict[str, Any]:
    """{"name": "SGD", "rate": 0.1, setting: value}."""
    numbers = {
        one.name: getattr(of, one.name) for one in fields(of) if one.name not in ("rate_factors", "learning_rate")
    }
    return {"name": type(of).__name__, "rate": of.learning_rate, **numbers, "text": repr(of)}


def health(state: State, computed: Computed) -> list[dict[str, Any]]:
    """Root mean squares of values and gradients of the boxes over the batch, gradients of the examples' own losses."""
    work = state.work
    values, gradients = computed.values(work), computed.gradients(work)
    rows = len(values.context.weights)
    return [
        {
            "box": name,
            "value_rms": rms(values[name]),
            "gradient_rms": rms(gradients[name], rows) if name in gradients else None,
            "dead": _dead(box, values[name]),
        }
        for name, box in work.network.graph.boxes.items()
        if box.children and box.dims[:1] == ("N",) and len(box.dims) > 1 and box.spec.kind == "float" and name in values
    ]


def rms(array: Any, times: int = 1) -> Any:
    """The root mean square of so many times an array, as JSON."""
    with np.errstate(all="ignore"):
        return plain(np.sqrt(np.square(np.asarray(array) * times, dtype=np.float64).mean()))


def _dead(box: Any, value: Any) -> Any:
    share = dead(box, np.asarray(value))
    return None if share is None else plain(share)
