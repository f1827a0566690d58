"""A model: a graph with its theta. NumPy alone is enough to predict and evaluate; it lives in one file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from bprop.batches import Opened, is_batches, kept, opened, predicted
from bprop.box import Box
from bprop.data import DataSet
from bprop.elsewhere import answering, missing
from bprop.elsewhere.networks import MODEL
from bprop.engines.engine import Job
from bprop.engines.numpy import NumpyRun
from bprop.errors import BpropError, CallError, DataError, ModelFileError, UnreadableError
from bprop.files import bprop_version, read_tensors, write_tensors
from bprop.graph import Graph, validation
from bprop.graph.ready import Ready
from bprop.graph.representable import need_total
from bprop.history import History
from bprop.measures.heads import Heads
from bprop.measures.own import Own
from bprop.measures.scored import scored
from bprop.measures.shown import Scores
from bprop.notes import moments_in
from bprop.portrait import portrait
from bprop.record import Record
from bprop.remote.path import address_of
from bprop.rules import SGD
from bprop.scaling import KEY, Units
from bprop.structure.size_guard import SizeLimit
from bprop.trained import as_model

FORMAT = 2
"""The format of a file whose notes describe the scaling of data. A file without scaling has the format 1."""
KEEP_BEST = ("epochs", "patience", "callback", "time")
"""The ends of training after which early stopping restores the parameters of the best epoch."""
ENDS = (*KEEP_BEST, "interrupted", "diverged", "failed")


class Model:
    """A graph and its parameters.

    graph : the Graph. params : {name: array}. history : a History, one Record an epoch; also columns: history["loss"].
    notes : plain data (JSON) that is saved with the model, such as the names of the classes. With "scaling" in the
        notes (see bprop.scaling), inputs and predictions are in the units of the table.
    metrics : those of one's own that `evaluate` and `scores` add; a file does not hold them.
    stopped, best_epoch, failure : how training ended, as in a Fit; stopped is "saved" if that is not known.
    trained_on : {input: {"mean", "deviation"}} of all its numbers in training; {} if that is not known. The command
        line warns where data is scaled otherwise.

    >>> graph = bp.mlp([3, 4, 2])
    >>> model = bp.Model(graph, graph.init(seed=0), notes={"classes": ["no", "yes"]})
    >>> model.predict(x=np.zeros((5, 3))).shape
    (5, 2)
    >>> sorted(model.evaluate(x=np.zeros((5, 3)), y=[0, 1, 0, 1, 1]))
    ['accuracy', 'loss']
    """

    metrics: Any = ()
    stopped: str = "saved"
    best_epoch: int | None = None
    failure: str | None = None
    trained_on: Mapping[str, Any] = MappingProxyType({})
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
        self.params: dict[str, np.ndarray] = validation.read_params(params, graph.parameters)
        self.history: History = History(history)
        self.notes: dict[str, Any] = dict(notes or {})

    @property
    def kept_epoch(self) -> int | None:
        """The best epoch, if early stopping has restored its parameters; else None."""
        return self.best_epoch if self.stopped in KEEP_BEST else None

    @property
    def dtype(self) -> np.dtype:
        """The precision of the parameters. The model computes in it."""
        return np.result_type(*{a.dtype for a in self.params.values()}) if self.params else np.dtype(np.float64)

    @property
    def units(self) -> Units:
        """The scaling of the model's data. Raises DataError if the notes are damaged."""
        noted = self.notes.get(KEY)
        if self._units is None or self._units[0] is not noted:
            self._units = noted, Units.of(self.notes)
        return self._units[1]

    def check_units(self) -> None:
        """Raise DataError if the scaling in the notes does not fit this graph."""
        inputs = {name: box.shape for name, box in self.graph.inputs.items()}
        outputs = {name: box.dims[1:] for name, box in self.graph.outputs.items()}
        self.units.need_fit({**inputs, **outputs})

    def predict(self, data: Any = None, /, **inputs: Any) -> Any:
        """The outputs for new examples: an array if the graph has one output, else {name: array}.

        `predict(x=X)`, or `predict(X)` where the outputs need one input, or a dict with an array for each. Batches of a
        DataLoader or a generator are predicted one after the other.

        The numbers of a DataSet are not scaled: they are the network's inputs. NumPy computes the outputs, and the
        native engine those of very many rows (docs/engines.md says when). The last bits may depend on the number of
        cores, as in all products of NumPy.

        Raises UnknownNameError, ShapeError, DTypeError, DataError for inputs that do not fit; a model of a table also
        for a prediction that is not finite.
        """
        predictor = self.graph.predictor
        if not inputs and is_batches(data):
            return predicted(self.predict, data, predictor.inputs)
        named = data.arrays if isinstance(data, DataSet) else self.graph.named(data, inputs, predicts=True)
        arrays = predictor.read(named)
        ready = self._ready
        if ready is None or not ready.holds(self.graph, self.params):
            self._ready = ready = Ready.of(self.graph, self.params, self.dtype)
        if KEY not in self.notes and "columns" not in self.notes:
            return predictor.outputs(ready.start, arrays)
        arrays = arrays if isinstance(data, DataSet) else self.units.scaled(arrays, self.dtype)
        with np.errstate(all="ignore"):  # `answers` refuses infinite values and NaN
            outputs = predictor.outputs(ready.start, arrays)
        return self.units.answers(outputs, predictor.names[0])

    @answering({}, "evaluate", places="the data is one argument, evaluate((X, y)), or keywords, x=X, y=Y")
    def evaluate(
        self, data: Any = None, /, *, weights: Any = None, metrics: Any = None, **inputs: Any
    ) -> dict[str, float]:  # fmt: skip
        """{"loss": mean loss, metric: value} over examples with targets: `evaluate(x=X, y=Y)` or `evaluate((X, y))`.

        metrics : more of them, as in `bprop.train`; default those that the fit was trained with.

        The numbers of a DataSet are not scaled: they are the network's inputs. If boxes mix rows, all examples are one
        batch, as for `graph.fprop(..., training=False)`.
        """
        job = Job(self.graph, SGD(), self.examples(data, weights, **inputs), 1, self.dtype, 0)
        values = self.units.measures(NumpyRun(job, self.params).evaluate("data"))
        metrics = self.metrics if metrics is None else metrics
        return {**values, **Own(self.graph, metrics, self.notes, values).measure(self.params, self.dtype, job.data)}

    def scores(
        self, data: Any = None, /, *, weights: Any = None, metrics: Any = None, bootstrap: int = 0, seed: int = 0,
        **inputs: Any,
    ) -> dict[str, Any]:  # fmt: skip
        """{measure: number} over examples with targets, as `bprop evaluate` prints them: what `evaluate` gives; of
        classes also "balanced_accuracy", "roc_auc", "average_precision", and of probabilities "log_loss" and
        "calibration_error"; of values "rmse", "mae" and "r2"; "examples", their number; "baseline", the scores of the
        best constant answer; "classes" and "confusion". Measures of several losses are called accuracy[nll_1], ...

        metrics : more of them, as for `evaluate`. bootstrap : resamples for "intervals", the 95% intervals of the
        measures, from `seed`. A measure is None where it is not defined.

        >>> graph = bp.mlp([2, 2])
        >>> model = bp.Model(graph, {"W1": 3 * np.eye(2), "b1": np.zeros(2)})
        >>> scores = model.scores(x=np.eye(2), y=[0, 1])
        >>> scores["examples"], scores["accuracy"], scores["roc_auc"]
        (2, 1.0, 1.0)
        """
        examples = self.examples(data, weights, **inputs)
        values = self.evaluate(examples, metrics=metrics)
        answers = Heads(self.graph, self.notes).answers(self.params, self.dtype, examples)
        each = np.ones(len(examples)) if examples.weights is None else np.asarray(examples.weights, np.float64)
        return Scores(scored(answers, each, values, bootstrap, seed))

    def examples(self, data: Any = None, weights: Any = None, **inputs: Any) -> DataSet:
        """Examples with targets, checked and scaled for the network. Raises the errors of `evaluate`."""
        rows = data if inputs else opened(self.graph, data, self.units, self.dtype)
        if isinstance(rows, Opened):
            if weights is not None:
                raise DataError("weights: give them with arrays by name, for batches bring none")
            rows = kept(rows.batches(), self.dtype)
        data = rows
        arrays = data if isinstance(data, DataSet) else self.graph.named(data, inputs)
        examples = self.graph.read_set(arrays, weights)
        validation.check_rows(examples.arrays)
        need_total(examples.weights, self.dtype)
        if KEY not in self.notes or isinstance(data, DataSet):
            return examples
        return DataSet(self.units.scaled(examples.arrays, self.dtype), examples.weights)

    def to_model(self) -> Model:
        """The model itself: estimators have this method too (see `bprop.trained`)."""
        return self

    def read_batch(self, data: Any, y: Any = None) -> dict[str, Any]:
        """Examples as the arrays of the network, checked and scaled: {input: array}, or (X, y) of two inputs."""
        return dict(self.examples(data if y is None else (data, y)).arrays)

    def with_network(self, graph: Graph, params: Mapping[str, Any], notes: Mapping[str, Any]) -> Model:
        """A model of another network, that takes and gives data as this one does."""
        model = Model(graph, params, notes=notes)
        model.trained_on = self.trained_on
        return model

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model to one file, whole or not at all. See `bprop.load`."""
        write_model(path, self)

    def plot(self, *, log: bool = False) -> Any:
        """A matplotlib Figure of the losses and metrics over the epochs, of training and validation.

        log : a logarithmic axis for the losses. Notebooks show the figure; `fit.plot().savefig("curves.pdf")` writes
        it. Raises MissingPackageError without matplotlib.
        """
        from bprop.draw.plot import plot

        return plot(self.history, log=log, best=getattr(self, "best_epoch", None))

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            raise missing(self, name, MODEL)

        def __call__(self, *_: Any, **__: Any) -> Any:
            """Say what computes, to those who would write fit(X)."""
            raise CallError("a model is not called as a function: fit.predict(X) computes its outputs")

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in vars(self).items() if key not in ("_ready", "_units")}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        """From pickle, also of an older version, where the history was a plain list."""
        self.__dict__.update(state)
        self.history = History(self.history)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.graph!r}, {len(self.history)} epochs>"

    def _repr_html_(self) -> str:
        return portrait(self)


def write_model(
    path: str | os.PathLike[str],
    model: Model,
    training: Mapping[str, Any] | None = None,
    arrays: Mapping[str, np.ndarray] | None = None,
) -> None:
    """Write a model file. `training` and `arrays` are the further contents of a checkpoint."""
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
    if model.trained_on:
        meta["trained_on"] = {name: dict(one) for name, one in model.trained_on.items()}
    write_tensors(path, {**{f"params/{n}": a for n, a in model.params.items()}, **(arrays or {})}, meta)


def read_model(
    path: str | os.PathLike[str], boxes: Iterable[type[Box]] = ()
) -> tuple[Model, dict[str, Any], dict[str, np.ndarray]]:
    """(model, `training`, arrays) of a file of `write_model`."""
    arrays, meta = read_tensors(path)
    path = address_of(path) or path
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
        if isinstance(trained_on := meta.get("trained_on"), Mapping):
            model.trained_on = {str(name): one for name, one in trained_on.items() if moments_in(one) is not None}
        return model, dict(meta.get("training") or {}), arrays
    except BpropError as error:
        raise ModelFileError(f"{path}: {error}") from error
    except MemoryError as error:
        raise UnreadableError(f"{path}: cannot be read: not enough memory") from error
    except Exception as error:  # a damaged file can raise anything
        raise ModelFileError(f"{path}: not a model file, or a damaged one ({type(error).__name__}: {error})") from error


def _recall(model: Model, ended: Mapping[str, Any]) -> None:
    """Copy how training ended from a file to the model. Values of another kind are left out."""
    stopped, best, failure = (ended.get(name) for name in ("stopped", "best_epoch", "failure"))
    if isinstance(stopped, str) and stopped in ENDS:
        model.stopped = stopped
        if isinstance(best, int) and not isinstance(best, bool) and 0 < best <= len(model.history):
            model.best_epoch = best
        model.failure = failure if isinstance(failure, str) else None


def save(path: str | os.PathLike[str], model: Any) -> None:
    """Write a model to one file: weights as safetensors, the graph as JSON, no pickle.

    model : a Model, a fit, or an estimator of bprop that is fitted. Of a Pipeline, its last step.

    The file is written whole or not at all. Raises ModelFileError if it cannot be written, or for a thing that is no
    model; the error says what to pass instead.

    >>> graph = bp.mlp([3, 2])
    >>> bp.save("net.bprop", bp.Model(graph, graph.init(seed=0)))
    >>> bp.load("net.bprop").predict(x=np.zeros((1, 3))).shape
    (1, 2)
    """
    if isinstance(model, str | os.PathLike) and not isinstance(path, str | os.PathLike):
        raise ModelFileError(f"save(path, model): the path comes first, bp.save({os.fspath(model)!r}, ...)")
    as_model(model, "save(path, model)", ModelFileError).save(path)


def load(path: str | os.PathLike[str], boxes: Iterable[type[Box]] = ()) -> Model:
    """The model in a file. Nothing in the file is executed or imported.

    boxes : classes of your own that the graph uses, if this process has not defined them yet.

    Raises ModelFileError for a file that is missing, damaged, newer than this bprop, or made of unknown boxes;
    UnreadableError for a file that may not be read, or that does not fit into memory.

    >>> graph = bp.mlp([3, 2])
    >>> bp.save("net.bprop", bp.Model(graph, graph.init(seed=0)))
    >>> model = bp.load("net.bprop")
    >>> {name: array.shape for name, array in model.params.items()}
    {'W1': (3, 2), 'b1': (2,)}
    """
    return read_model(path, boxes)[0]
