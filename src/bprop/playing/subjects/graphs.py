"""A graph with data, and anything trained with data, as subjects."""

from __future__ import annotations

import os
from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np

from bprop.boxes import ClassLoss
from bprop.errors import BpropError
from bprop.graph import Graph
from bprop.playing.code.literals import quoted
from bprop.playing.refused import RefusedError
from bprop.playing.subjects.subject import MOST_ROWS, Code, Subject
from bprop.playing.subjects.written import data_code
from bprop.trained import as_model, as_pass

MADE_UP = 200
"""Rows that are made up for a model that comes without data."""


def of_graph(graph: Graph, data: Any, theta: Mapping[str, Any] | None = None, name: str = "graph") -> Subject:
    """The subject of a graph and its data, {input: array} or (X, y), as it is. Raises RefusedError, DataError, ..."""
    arrays = graph.read(graph.named(data))
    rows = need_rows(arrays)
    inputs, image = _inputs(graph)
    return Subject(
        name, "graph", task_of(graph), arrays, None, inputs, _outputs(graph), graph=graph,
        theta=None if theta is None else {n: np.asarray(theta[n]) for n in graph.parameters},
        classes=_classes(graph), image=image, batch_size=min(32, rows), code=data_code(arrays),
    )  # fmt: skip


def of_trained(
    trained: Any, data: Any = None, name: str = "model", path: str | None = None, *,
    arrays: Mapping[str, np.ndarray] | None = None,
) -> Subject:  # fmt: skip
    """The subject of anything trained (a fit, a model, an estimator) and rows with targets.

    Without rows, some are made up: inputs as they were in training, and the model's own predictions as targets.
    arrays : rows as the network takes them, {input: array}, in the place of `data`.
    """
    model = as_model(trained, "bp.play(model, data)")
    if model.graph.loss is None:
        raise RefusedError(f"{name}: its graph has no loss", "make it with Graph(loss=...)")
    note = ""
    if arrays is not None:
        rows: Mapping[str, np.ndarray] = model.graph.read(arrays)
    elif data is None:
        rows, note = made_up(model), "These rows are made up: inputs as in training, targets as the model predicts."
    else:
        rows = as_pass(trained, (data,), "bp.play(model, data)")[2]
    need_rows(rows)
    inputs, image = _inputs(model.graph)
    names = model.notes.get("classes")
    return Subject(
        name, "model", task_of(model.graph), rows, None, inputs, _outputs(model.graph), graph=model.graph,
        theta=dict(model.params), classes=tuple(map(str, names)) if names else _classes(model.graph), image=image,
        note=note, code=_code(rows, path, data),
    )  # fmt: skip


def need_rows(arrays: Mapping[str, np.ndarray]) -> int:
    """The number of rows. Raises RefusedError for more than a page shows."""
    rows = len(next(iter(arrays.values()))) if arrays else 0
    if not rows:
        raise RefusedError("there are no rows to play with")
    if rows > MOST_ROWS:
        raise RefusedError(f"there are {rows:,} rows; play takes at most {MOST_ROWS:,}", "take a part of the rows")
    return rows


def made_up(model: Any) -> dict[str, np.ndarray]:
    """Rows for a model: numbers with the mean and deviation of its training, and its predictions."""
    graph, rng = model.graph, np.random.default_rng(0)
    predictor = graph.predictor if graph.outputs else None
    arrays: dict[str, np.ndarray] = {}
    for name, box in graph.inputs.items():
        if predictor is not None and name not in predictor.inputs:
            continue
        known = model.trained_on.get(name, {})
        shape = (MADE_UP, *box.shape)
        if box.dtype == "float":
            arrays[name] = rng.normal(known.get("mean", 0.0), known.get("deviation", 1.0), shape)
        else:
            low, high, _ = graph.limits.get(name, (0, 1, ""))
            arrays[name] = rng.integers(int(low), int(min(high, 2**31)), shape, endpoint=True)
    return {**arrays, **_targets(graph, model, arrays)}


def _targets(graph: Graph, model: Any, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The other inputs, from the output of the model: classes of scores, 0 and 1 of probabilities, or the numbers."""
    left = [name for name in graph.inputs if name not in arrays]
    if not left:
        return {}
    outputs = graph.predict(model.params, arrays, dtype="float64")
    f = outputs if isinstance(outputs, np.ndarray) else outputs.get("f", next(iter(outputs.values())))
    targets = {}
    for name in left:
        box = graph.inputs[name]
        if box.dtype == "int" and f.ndim == len(box.shape) + 2:
            targets[name] = f.argmax(axis=-1)
        elif f.shape[1:] == box.shape:
            targets[name] = (f > 0.5).astype(np.int64) if box.dtype != "float" else f
        else:
            raise RefusedError(f"no rows can be made up for the input {name!r}", "name the data: MODEL DATA")
    try:
        return {name: graph.read({**arrays, **targets})[name] for name in left}
    except BpropError as error:
        raise RefusedError(f"no rows can be made up for this model: {error}", "name the data: MODEL DATA") from None


def task_of(graph: Graph) -> str:
    """The task of a graph, as its loss says; "" without a loss."""
    losses = list(graph.losses.values())
    if not losses:
        return "" if graph.loss is None else "regression"
    first = losses[0]
    if isinstance(first, ClassLoss) or (first.head is not None and first.head.labels):
        return "classification"
    binary = first.head is not None and first.head.output == "Sigmoid"
    several = len(first.children[1].dims) > 1 and first.children[1].dims[1:] != (1,)
    return ("multilabel" if several else "binary") if binary else "regression"


def _inputs(graph: Graph) -> tuple[int, tuple[int, int] | None]:
    """(numbers of x, the shape of an image)."""
    box = graph.inputs.get("x")
    if box is None or box.dtype != "float":
        return 0, None
    return (box.shape[0], None) if len(box.shape) == 1 else (int(np.prod(box.shape)), None)


def _outputs(graph: Graph) -> int:
    f = graph.outputs.get("f", next(iter(graph.outputs.values()), None))
    sizes = () if f is None else f.dims[1:] if f.dims[:1] == ("N",) else f.dims
    return 0 if f is None or not all(isinstance(size, int) for size in sizes) else prod(map(int, sizes))


def _classes(graph: Graph) -> tuple[str, ...] | None:
    for loss in graph.losses.values():
        if isinstance(loss, ClassLoss):
            return tuple(map(str, range(loss.classes)))
    return ("0", "1") if task_of(graph) in ("binary", "multilabel") else None


def _code(arrays: Mapping[str, np.ndarray], path: str | None, data: Any) -> Code:
    """The lines that make the data: from their files, where they have some."""
    if path is None or not isinstance(data, str | os.PathLike):
        return data_code(arrays)
    model = f"model = bp.load({quoted(path)})"
    return Code((model, f"data = model.read_batch({quoted(os.fspath(data))})", "held_out = None"))
