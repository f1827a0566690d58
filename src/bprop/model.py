"""A model: a graph with its theta. It predicts and evaluates with NumPy alone, and lives in one file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from operator import is_
from typing import Any, NamedTuple

import numpy as np

from bprop.box import Box
from bprop.data import DataSet
from bprop.engines.engine import Job
from bprop.engines.numpy import NumpyRun
from bprop.errors import BpropError, ModelFileError, UnreadableError
from bprop.files import bprop_version, read_tensors, write_tensors
from bprop.graph import Graph, validation
from bprop.graph.prediction import Start
from bprop.graph.representable import need_total
from bprop.record import Record
from bprop.rules import SGD
from bprop.scaling import KEY, Units
from bprop.structure.size_guard import SizeLimit

FORMAT = 2
"""Of a file whose notes say how data is scaled; a file of a model without that is of format 1, as ever."""
KEEP_BEST = ("epochs", "patience", "callback")
"""Ways for training to end after which early stopping puts back the parameters of the best epoch."""
ENDS = (*KEEP_BEST, "interrupted", "diverged", "failed")


class Ready(NamedTuple):
    """Parameters made ready to predict with: checked, and in the precision of the pass.

    params : the very arrays with which `start` computes, so that what is written into them is followed; None
    where it has copies of them in another precision.
    """

    graph: Graph
    params: dict[str, np.ndarray] | None
    start: Start

    @classmethod
    def of(cls, graph: Graph, params: Mapping[str, Any], dtype: np.dtype) -> Ready:
        """Raises UnknownNameError, ShapeError, DTypeError for parameters that are not the graph's."""
        theta = validation.read_params(params, graph.parameters)
        kept = theta if all(array.dtype == dtype for array in theta.values()) else None
        return cls(graph, kept, graph.predictor.start(theta, dtype))

    def holds(self, graph: Graph, params: Mapping[str, Any]) -> bool:
        """Whether these are still the graph and the arrays that were made ready."""
        mine = self.params
        if mine is None or graph is not self.graph or len(params) != len(mine):
            return False
        return all(map(is_, map(params.get, mine), mine.values()))


class Model:
    """A graph and its parameters.

    graph : the Graph; params : {name: array}; history : one Record an epoch.
    notes : plain data (JSON) that travels with the model, such as the names of the classes. Where they hold "scaling"
        (see bprop.scaling), arrays are taken, and predictions given, in the units of the table.
    stopped, best_epoch, failure : how its training ended, as a Fit says it, where that is known ("saved": it is not).
    """

    stopped: str = "saved"
    best_epoch: int | None = None
    failure: str | None = None
    _ready: Ready | None = None
    _units: tuple[Any, Units] | None = None

    def __init__(
        self,
        graph: Graph,
        params: Mapping[str, Any],
        history: Sequence[Record] = (),
        notes: Mapping[str, Any] | None = None,
    ):
        self.graph = graph
        self.params = validation.read_params(params, graph.parameters)
        self.history = list(history)
        self.notes = dict(notes or {})

    @property
    def kept_epoch(self) -> int | None:
        """The epoch whose parameters these are, where early stopping has put back those of the best; else None."""
        return self.best_epoch if self.stopped in KEEP_BEST else None

    @property
    def dtype(self) -> np.dtype:
        """The precision of the parameters, in which the model computes."""
        return np.result_type(*{a.dtype for a in self.params.values()}) if self.params else np.dtype(np.float64)

    @property
    def units(self) -> Units:
        """How its data is scaled. Raises DataError where the notes are damaged."""
        noted = self.notes.get(KEY)
        if self._units is None or self._units[0] is not noted:
            self._units = noted, Units.of(self.notes)
        return self._units[1]

    def check_units(self) -> None:
        """Raise DataError where the notes do not say how the data of this graph is scaled, but something else."""
        inputs = {name: box.shape for name, box in self.graph.inputs.items()}
        outputs = {name: box.dims[1:] for name, box in self.graph.outputs.items()}
        self.units.need_fit({**inputs, **outputs})

    def predict(self, data: Mapping[str, Any] | DataSet | None = None, /, **inputs: Any) -> Any:
        """The outputs for new examples, `predict(x=X)`: an array where there is one output, else {name: array}.

        A DataSet holds the numbers that the network sees, scaled already. NumPy computes them: the last bits may depend
        on the number of cores, as those of its products do.

        Raises UnknownNameError, ShapeError, DTypeError, DataError for inputs that do not fit; of a model of a table
        also where a prediction is no finite number.
        """
        predictor = self.graph.predictor
        arrays = predictor.read(data.arrays if isinstance(data, DataSet) else {**(data or {}), **inputs})
        ready = self._ready
        if ready is None or not ready.holds(self.graph, self.params):
            self._ready = ready = Ready.of(self.graph, self.params, self.dtype)
        if KEY not in self.notes and "columns" not in self.notes:
            return predictor.outputs(ready.start, arrays)
        arrays = arrays if isinstance(data, DataSet) else self.units.scaled(arrays, self.dtype)
        with np.errstate(all="ignore"):  # what is not finite is refused
            found = predictor.outputs(ready.start, arrays)
        return self.units.answers(found, predictor.names[0])

    def evaluate(
        self, data: Mapping[str, Any] | DataSet | None = None, /, *, weights: Any = None, **inputs: Any
    ) -> dict:
        """{"loss": mean loss, metric: value} over examples with targets, `evaluate(x=X, y=Y)`.

        A DataSet holds the numbers that the network sees, scaled already. Where boxes mix rows, all examples are one
        batch, as for `graph.fprop(..., training=False)`.
        """
        job = Job(self.graph, SGD(), self.examples(data, weights, **inputs), 1, self.dtype, 0)
        return self.units.measures(NumpyRun(job, self.params).evaluate("data"))

    def examples(
        self, data: Mapping[str, Any] | DataSet | None = None, weights: Any = None, **inputs: Any
    ) -> DataSet:  # fmt: skip
        """Examples with targets, checked, as the network sees them. Raises what `evaluate` does."""
        given = data if isinstance(data, DataSet) else {**(data or {}), **inputs}
        found = self.graph.read_set(given, weights)
        validation.check_rows(found.arrays)
        need_total(found.weights, self.dtype)
        if KEY not in self.notes or isinstance(data, DataSet):
            return found
        return DataSet(self.units.scaled(found.arrays, self.dtype), found.weights)

    def save(self, path: str | os.PathLike) -> None:
        """Write the model to one file, whole or not at all. See `bprop.load`."""
        write_model(path, self)

    def plot(self, *, log: bool = False) -> Any:
        """A matplotlib Figure of loss and metrics over the epochs, training and validation. `log`: of the loss axis.

        Nothing is shown: `fit.plot().savefig("curves.pdf")`. Raises MissingPackageError without matplotlib.
        """
        from bprop.draw.plot import plot

        return plot(self.history, log=log, best=getattr(self, "best_epoch", None))

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in vars(self).items() if key not in ("_ready", "_units")}

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.graph!r}, {len(self.history)} epochs>"


def write_model(
    path: str | os.PathLike,
    model: Model,
    training: Mapping[str, Any] | None = None,
    arrays: Mapping[str, np.ndarray] | None = None,
) -> None:
    """A model file; `training` and `arrays` hold what a checkpoint needs beside the model."""
    model.check_units()
    meta = {
        "format": FORMAT if KEY in model.notes else 1,
        "bprop": bprop_version(),
        "graph": model.graph.describe(),
        "history": [record.to_dict() for record in model.history],
        "notes": model.notes,
        "ended": {"stopped": model.stopped, "best_epoch": model.best_epoch, "failure": model.failure},
        "training": training,
    }
    write_tensors(path, {**{f"params/{n}": a for n, a in model.params.items()}, **(arrays or {})}, meta)


def read_model(path: str | os.PathLike, boxes: Iterable[type[Box]] = ()) -> tuple[Model, dict, dict[str, np.ndarray]]:
    """(model, what a checkpoint holds beside it, its arrays): the way back of `write_model`."""
    arrays, meta = read_tensors(path)
    try:
        if not isinstance(meta["format"], int) or meta["format"] < 1:
            raise ModelFileError(f"there is no format {meta['format']!r}")
        if meta["format"] > FORMAT:
            raise ModelFileError(f"format {meta['format']} is newer than this bprop reads ({FORMAT}): update bprop")
        size_limit = SizeLimit(sum(array.size for array in arrays.values()))
        graph = Graph.from_description(meta["graph"], boxes, size_limit)
        params = {n.removeprefix("params/"): a for n, a in arrays.items() if n.startswith("params/")}
        history = [Record.from_dict(record) for record in meta["history"]]
        model = Model(graph, params, history, meta["notes"])
        model.check_units()
        ended = meta.get("ended")  # older files have none
        _recall(model, ended if isinstance(ended, Mapping) else {})
        return model, dict(meta.get("training") or {}), arrays
    except BpropError as error:
        raise ModelFileError(f"{path}: {error}") from error
    except MemoryError as error:
        raise UnreadableError(f"{path}: cannot be read: not enough memory") from error
    except Exception as error:  # whatever a file can say that we did not think of
        raise ModelFileError(f"{path}: not a model file, or a damaged one ({type(error).__name__}: {error})") from error


def _recall(model: Model, ended: Mapping[str, Any]) -> None:
    """Take over how training ended, from a file: what is not as it should be is not known."""
    stopped, best, failure = (ended.get(name) for name in ("stopped", "best_epoch", "failure"))
    if isinstance(stopped, str) and stopped in ENDS:
        model.stopped = stopped
        if isinstance(best, int) and not isinstance(best, bool) and 0 < best <= len(model.history):
            model.best_epoch = best
        model.failure = failure if isinstance(failure, str) else None


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
    Raises ModelFileError for a file that is missing, damaged, newer, or made of unknown boxes; an
    UnreadableError for one that is there, but may not be read, or for which there is no memory.
    """
    return read_model(path, boxes)[0]
