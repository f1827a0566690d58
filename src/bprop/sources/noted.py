"""Reads the notes of a saved model on its data, strictly: errors name the entry that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from bprop.ensembles import SPREAD, spread_name
from bprop.errors import DataError
from bprop.graph import Graph
from bprop.perceptron import QUANTILES

TASKS = ("classification", "regression", "counts", "multilabel")
MOST_LETTERS = 60  # of a value in an error


def damaged(entry: str, value: Any, wanted: str) -> DataError:
    """The error for an entry of the notes that is not what it should be."""
    shown = repr(value)
    shown = shown if len(shown) <= MOST_LETTERS else f"{shown[:MOST_LETTERS]}..."
    return DataError(
        f"the notes of this model do not describe its data: {entry!r} is {shown}, not {wanted}: the model is damaged, "
        "or was not made by `bprop train`"
    )


def text(notes: Mapping[str, Any], entry: str) -> str:
    """An entry that is one name."""
    if not isinstance(notes.get(entry), str):
        raise damaged(entry, notes.get(entry), "a name")
    return notes[entry]


def texts(notes: Mapping[str, Any], entry: str) -> tuple[str, ...]:
    """An entry that is a list of different names."""
    values = notes.get(entry)
    if (
        not isinstance(values, list | tuple)
        or not all(isinstance(value, str) for value in values)
        or len(set(values)) < len(values)
    ):
        raise damaged(entry, values, "a list of different names")
    return tuple(values)


def answer(notes: Mapping[str, Any]) -> tuple[str, tuple[Any, ...] | None]:
    """(task, classes): different names or numbers for classification, None else."""
    task, classes = notes.get("task"), notes.get("classes")
    if task not in TASKS:
        raise damaged("task", task, f"one of {', '.join(TASKS)}")
    if task != "classification":
        if classes is not None:
            raise damaged("classes", classes, f"none, for the task is {task}")
        return task, None
    if (
        not isinstance(classes, list | tuple)
        or not classes
        or not all(isinstance(value, str | int) or (isinstance(value, float) and isfinite(value)) for value in classes)
        or len(set(classes)) < len(classes)
    ):
        raise damaged("classes", classes, "a list of different names or numbers")
    return task, tuple(classes)


def need_fit(graph: Graph, inputs: Mapping[str, tuple[int, ...]], outputs: int) -> None:
    """Raise DataError where a graph does not take arrays of these shapes, or gives other numbers for an example."""
    others = {*graph.outputs} - {"f", SPREAD, QUANTILES, spread_name(QUANTILES)}
    if others or "f" not in graph.outputs:
        raise DataError(
            f"the graph of this model gives {', '.join(graph.outputs) or 'nothing'}, where a model of rows of a table "
            f"gives 'f' alone, or beside it {SPREAD!r} and {QUANTILES!r}"
        )
    taken = {name: box.shape for name, box in graph.predictor.inputs.items()}
    if taken != dict(inputs):
        raise DataError(
            f"the columns in this model's notes are encoded as {_shown(inputs)}, but its graph takes {_shown(taken)}: "
            "the model is damaged"
        )
    for name, box in graph.outputs.items():
        if name in ("f", SPREAD) and box.dims != ("N", outputs) and not (outputs == 1 and box.dims == ("N",)):
            raise DataError(
                f"this model's notes describe {outputs} outputs a row, but its output {name!r} gives "
                f"({', '.join(map(str, box.dims))}): the model is damaged"
            )


def _shown(shapes: Mapping[str, tuple[int, ...]]) -> str:
    return ", ".join(f"{name!r} {shape}" for name, shape in shapes.items()) or "nothing"
