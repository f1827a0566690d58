"""A model: a graph with its theta. It predicts and evaluates with NumPy alone, and lives in one file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from bprop.box import Box
from bprop.data import DataSet
from bprop.engines.engine import Job
from bprop.engines.numpy import NumpyRun
from bprop.errors import BpropError, ModelFileError
from bprop.files import bprop_version, read_tensors, write_tensors
from bprop.graph import Graph, feed
from bprop.record import Record
from bprop.rules import SGD

FORMAT = 1
CHUNK = 8192  # rows predicted at a time, so that memory does not grow with the number of rows


class Model:
    """A graph and its parameters.

    graph : the Graph; params : {name: array}; history : one Record an epoch.
    notes : plain data (JSON) that travels with the model, such as the names of the classes.
    """

    def __init__(
        self,
        graph: Graph,
        params: Mapping[str, Any],
        history: Sequence[Record] = (),
        notes: Mapping[str, Any] | None = None,
    ):
        self.graph = graph
        self.params = feed.read_params(params, graph.parameters)
        self.history = list(history)
        self.notes = dict(notes or {})

    @property
    def dtype(self) -> np.dtype:
        """The precision of the parameters, in which the model computes."""
        return np.result_type(*(a.dtype for a in self.params.values())) if self.params else np.dtype(np.float64)

    def predict(self, data: Mapping[str, Any] | None = None, /, **inputs: Any) -> Any:
        """The outputs for new examples, `predict(x=X)`: an array where there is one output, else {name: array}.

        Raises UnknownNameError, ShapeError, DTypeError, DataError for inputs that do not fit.
        """
        given = {**(data or {}), **inputs}
        arrays = {name: np.asarray(array) for name, array in given.items()}
        by_rows = all(box.dims[:1] == ("N",) for box in self.graph.outputs.values())
        if not by_rows or max((len(a) for a in arrays.values() if a.ndim), default=0) <= CHUNK:
            return self._predict(arrays)
        arrays = self._read(arrays)
        rows = len(next(iter(arrays.values())))
        parts = [
            self._predict({name: array[start : start + CHUNK] for name, array in arrays.items()})
            for start in range(0, rows, CHUNK)
        ]
        if isinstance(parts[0], dict):
            return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        return np.concatenate(parts)

    def _predict(self, arrays: Mapping[str, np.ndarray]) -> Any:
        return self.graph.predict(self.params, arrays, dtype=self.dtype)

    def _read(self, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The inputs that the outputs need, checked as a whole, so that an error counts rows from the first one."""
        plan = self.graph.plan(self.graph.outputs.values(), training=False)
        return self.graph.read(
            {n: a for n, a in arrays.items() if n in plan.leaves or n not in self.graph.inputs}, plan
        )

    def evaluate(self, data: Mapping[str, Any] | None = None, /, *, weights: Any = None, **inputs: Any) -> dict:
        """{"loss": mean loss, metric: value} over examples with targets, `evaluate(x=X, y=Y)`."""
        arrays = self.graph.read({**(data or {}), **inputs})
        examples = DataSet(arrays, feed.read_weights(weights, feed.check_rows(arrays)))
        job = Job(self.graph, SGD(), examples, 1, self.dtype, 0)
        return NumpyRun(job, self.params).evaluate("data")

    def save(self, path: str | os.PathLike) -> None:
        """Write the model to one file, whole or not at all. See `bprop.load`."""
        write_model(path, self)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.graph!r}, {len(self.history)} epochs>"


def write_model(
    path: str | os.PathLike,
    model: Model,
    training: Mapping[str, Any] | None = None,
    arrays: Mapping[str, np.ndarray] | None = None,
) -> None:
    """A model file; `training` and `arrays` hold what a checkpoint needs beside the model."""
    meta = {
        "format": FORMAT,
        "bprop": bprop_version(),
        "graph": model.graph.describe(),
        "history": [record.to_dict() for record in model.history],
        "notes": model.notes,
        "training": training,
    }
    write_tensors(path, {**{f"params/{n}": a for n, a in model.params.items()}, **(arrays or {})}, meta)


def read_model(path: str | os.PathLike, boxes: Iterable[type[Box]] = ()) -> tuple[Model, dict, dict[str, np.ndarray]]:
    """(model, what a checkpoint holds beside it, its arrays): the way back of `write_model`."""
    arrays, meta = read_tensors(path)
    try:
        if meta["format"] > FORMAT:
            raise ModelFileError(f"format {meta['format']} is newer than this bprop reads ({FORMAT}): update bprop")
        graph = Graph.from_description(meta["graph"], boxes)
        params = {n.removeprefix("params/"): a for n, a in arrays.items() if n.startswith("params/")}
        history = [Record.from_dict(record) for record in meta["history"]]
        model = Model(graph, params, history, meta["notes"])
        return model, dict(meta.get("training") or {}), arrays
    except BpropError as error:
        raise ModelFileError(f"{path}: {error}") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelFileError(f"{path}: not a model file, or a damaged one ({error})") from error


def save(path: str | os.PathLike, model: Model) -> None:
    """Write a model (or a fit) to one file: weights as safetensors, the graph as JSON, no pickle.

    The file is written whole or not at all. Raises ModelFileError where it cannot be written.
    """
    if not isinstance(model, Model):
        raise ModelFileError(f"save(path, model) saves a fit or a model, not {type(model).__name__}")
    write_model(path, model)


def load(path: str | os.PathLike, boxes: Iterable[type[Box]] = ()) -> Model:
    """The model of a file. Nothing in the file is executed or imported.

    `boxes`: classes of your own that the graph uses, where they are not defined in this process already.
    Raises ModelFileError for a file that is missing, damaged, newer, or made of unknown boxes.
    """
    return read_model(path, boxes)[0]
