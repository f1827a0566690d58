"""The part `map`: for two inputs, the output and each unit over the plane."""

from __future__ import annotations

from typing import Any

import numpy as np

from bprop.box import Box
from bprop.graph.passes import fprop
from bprop.graph.plan import Context
from bprop.graph.validation import cast
from bprop.playing.computed import Computed
from bprop.playing.parts.graph import units
from bprop.playing.plain import levels, plain
from bprop.playing.work import State, Work

N = 40
MARGIN = 0.15


def plane(state: State, computed: Computed) -> dict[str, Any] | None:
    """The values of the output over the range of the data, and of every unit, as levels 0 .. 255."""
    work = state.work
    output = _output(work)
    if output is None:
        return None
    boxes = work.network.graph.boxes
    shown = {layer["box"]: boxes[layer["box"]] for layer in units(work.network) or ()}
    values = _values(work, [output, *shown.values()])
    x1, x2 = bounds(work)
    return {
        "x": plain(x1), "y": plain(x2), "n": N, **_pixels(work, values[output]),
        "units": {
            name: [_levels(column) for column in values[box].T] for name, box in shown.items() if box is not output
        },
    }  # fmt: skip


def _output(work: Work) -> Box | None:
    """The output of a network with two inputs x, and no others."""
    outputs, about = work.network.graph.outputs, work.subject
    if about.inputs != 2 or not outputs or set(work.network.graph.predictor.inputs) != {"x"}:
        return None
    return outputs.get("f", next(iter(outputs.values())))


def bounds(work: Work) -> tuple[np.ndarray, np.ndarray]:
    """The ranges of the two inputs, with a margin."""
    x = work.subject.data["x"].astype(np.float64)
    low, high = x.min(axis=0), x.max(axis=0)
    margin = MARGIN * np.maximum(high - low, 1e-12)
    return tuple(np.stack([low - margin, high + margin], axis=1))  # type: ignore[return-value]


def grid(work: Work) -> np.ndarray:
    """(N * N, 2) the points of the map, row by row from the top, where the second input is largest."""
    (left, right), (bottom, top) = bounds(work)
    x, y = np.meshgrid(np.linspace(left, right, N), np.linspace(top, bottom, N))
    return np.stack([x.ravel(), y.ravel()], axis=1)


def _values(work: Work, boxes: list[Box]) -> dict[Box, np.ndarray]:
    """The values of boxes over the map, outside training."""
    graph, dtype = work.network.graph, work.network.dtype
    plan = graph.plan(boxes, training=False)
    leaves = {"x": grid(work).astype(dtype), **work.theta}
    leaves |= {name: cast(box.value, box, dtype) for name, box in graph.constants.items()}
    with np.errstate(all="ignore"):
        state = fprop(plan, {name: leaves[name] for name in plan.leaves}, Context.of(N * N, dtype))
    return {box: np.asarray(state.values[plan.slot_of[box]]) for box in boxes}


def _pixels(work: Work, f: np.ndarray) -> dict[str, Any]:
    """{"of", "low", "high", "pixels"}, and "certainty" where there are more than two classes."""
    if work.subject.task == "classification" and f.ndim == 2 and f.shape[1] > 1:
        return _classes(work, f)
    column = f if f.ndim == 1 else f.reshape(len(f), -1)[:, 0]
    if work.subject.answers == "classes":
        return {"of": "P(1)", "low": 0.0, "high": 1.0, "pixels": levels(column, 0.0, 1.0)}
    y = work.subject.data.get("y")
    range_ = column if y is None or y.size != len(y) else y.astype(np.float64)
    low, high = (float(np.nan_to_num(one)) for one in (range_.min(), range_.max()))
    return {"of": "f", "low": low, "high": high, "pixels": levels(column, low, high)}


def _classes(work: Work, f: np.ndarray) -> dict[str, Any]:
    """The pixels of the scores of classes: of two, P(the second), or by how much its score is higher."""
    probable = bool((f >= 0).all() and np.allclose(f.sum(axis=1), 1.0, atol=1e-4))
    names = work.subject.classes or tuple(map(str, range(f.shape[1])))
    if f.shape[1] == 2 and probable:
        return {"of": f"P({names[1]})", "low": 0.0, "high": 1.0, "pixels": levels(f[:, 1], 0.0, 1.0)}
    if f.shape[1] == 2:
        ahead = f[:, 1] - f[:, 0]
        most = float(np.nan_to_num(np.abs(ahead).max())) or 1.0
        return {"of": f"{names[1]} ahead", "low": -most, "high": most, "pixels": levels(ahead, -most, most)}
    second, first = np.sort(f, axis=1)[:, -2:].T
    certain = first if probable else np.tanh(first - second)
    best = f.argmax(axis=1).astype(float)
    return {
        "of": "class", "low": 0.0, "high": 255.0, "pixels": levels(best, 0.0, 255.0),
        "certainty": levels(certain, 0.0, 1.0),
    }  # fmt: skip


def _levels(column: np.ndarray) -> dict[str, Any]:
    """A unit over the map: 0 is in the middle, so that the colours say the sign; its largest size is an end."""
    most = float(np.nan_to_num(np.abs(column).max())) or 1.0
    return {"low": -most, "high": most, "pixels": levels(column, -most, most)}
