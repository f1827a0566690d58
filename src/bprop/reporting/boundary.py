"""A map of the predictions of a network of two numbers, with examples on it."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import numpy as np

from bprop.measures.judge import Question
from bprop.measures.scores import predictions
from bprop.model import Model
from bprop.notes import columns, table, words
from bprop.reporting.plain import digits_for, numbers, shortened, spread

SIDE = 64  # cells of a side of the map
MARGIN = 0.05
MOST_EXAMPLES = 600
MOST_CLASSES = 12


def boundary_of(model: Model, question: Question, x: np.ndarray, y: np.ndarray) -> dict[str, Any] | None:
    """The map of a network whose only input is x (N, 2) of numbers, in the units of the table; None for another.

    {"names", "x": [low, high], "y": [low, high], "side", "classes", "cells": bytes in base64, row by row from the
    lowest, "low", "high", "points": [[x, y, target]]}. A cell of classes is 16 times the class, and how sure the
    network is of it, 0 to 15; a cell of numbers is 0 at `low` and 255 at `high`.
    """
    if not _is_plane(model, question):
        return None
    low, high = x.min(axis=0).astype(np.float64), x.max(axis=0).astype(np.float64)
    room = np.where(high > low, high - low, 1.0) * MARGIN
    low, high = low - room, high + room
    if not (np.isfinite(low).all() and np.isfinite(high).all()):
        return None
    across, up = (np.linspace(low[k], high[k], 2 * SIDE + 1)[1::2] for k in (0, 1))
    grid = np.stack([np.tile(across, SIDE), np.repeat(up, SIDE)], axis=1)
    f = _outputs(model, grid)
    if f is None:
        return None
    cells, least, most = _cells(question, f)
    some = spread(len(x), MOST_EXAMPLES)
    names = words(model.notes, "columns")
    points = zip(*(_apart(x[some, k]) for k in (0, 1)), strict=True)
    return {
        "names": [shortened(name, 40) for name in (names if len(names) == 2 else ("x[0]", "x[1]"))],
        "x": [float(low[0]), float(high[0])], "y": [float(low[1]), float(high[1])], "side": SIDE,
        "classes": None if question.classes is None else [shortened(name, 30) for name in question.classes],
        "cells": b64encode(cells.tobytes()).decode(), "low": float(least), "high": float(most),
        "points": [[*point, truth] for point, truth in zip(points, _apart(y.ravel()[some]), strict=True)],
    }  # fmt: skip


def _apart(values: np.ndarray) -> list[float | None]:
    return numbers(values, digits_for(values))


def _is_plane(model: Model, question: Question) -> bool:
    inputs = list(model.graph.predictor.inputs.values())
    if len(inputs) != 1 or tuple(inputs[0].shape) != (2,) or inputs[0].spec.kind != "float":
        return False
    if table(model.notes) is not None and any(one["kind"] != "numeric" for one in _used(model)):
        return False
    return len(question.columns) == 1 and (question.classes is None or len(question.classes) <= MOST_CLASSES)


def _used(model: Model) -> list[Any]:
    return [one for one in columns(model.notes) if one["kind"] != "ignored"]


def _outputs(model: Model, grid: np.ndarray) -> np.ndarray | None:
    """The output f for the points of a grid, in the units of the table; None where it is not finite."""
    name = next(iter(model.graph.predictor.inputs))
    arrays = model.units.scaled({name: grid}, model.dtype)
    predictor = model.graph.predictor
    with np.errstate(all="ignore"):
        outputs = predictor.outputs(predictor.start(dict(model.params), model.dtype), arrays)
    key = "f" if "f" in predictor.names else predictor.names[0]
    f = np.asarray(model.units.restored(key, np.asarray(outputs[key] if isinstance(outputs, dict) else outputs)))
    return f.reshape(len(grid), -1) if np.isfinite(f).all() else None


def _cells(question: Question, f: np.ndarray) -> tuple[np.ndarray, float, float]:
    """(the bytes of the cells, the least and the largest of numbers)."""
    if question.classes is None:
        least, most = float(f.min()), float(f.max())
        return np.round(255 * (f[:, 0] - least) / ((most - least) or 1.0)).astype(np.uint8), least, most
    if f.shape[1] == 1:
        f = np.concatenate([1 - f, f], axis=1)
    taken = predictions(f, question.decision)
    sure = np.clip(f[np.arange(len(f)), taken], 0, 1) if question.probabilities else np.ones(len(f))
    return (16 * taken + np.round(15 * sure)).astype(np.uint8), 0.0, 1.0
