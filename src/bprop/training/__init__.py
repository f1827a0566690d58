"""Training: `train(graph, data, ...)` gives a `Fit`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from bprop.data import DataSet, split
from bprop.engines import NAMES, Engine, Job, choose
from bprop.engines.engine import LAST
from bprop.engines.precision import need_representable
from bprop.errors import DataError, SettingError
from bprop.graph import Graph, validation
from bprop.graph.representable import need_total
from bprop.rules import SGD, as_rule
from bprop.scaling import Units, need_precision
from bprop.training.interrupt import Terminated
from bprop.training.stopping import EarlyStopping
from bprop.training.trainer import Callback, Fit, Trainer

__all__ = ["EarlyStopping", "Fit", "Terminated", "train"]


def train(
    graph: Graph,
    data: Mapping[str, Any] | DataSet,
    *,
    rule: Any = None,
    batch_size: int | None = None,
    epochs: int = 10,
    seed: int = 0,
    validation: Mapping[str, Any] | DataSet | float | None = None,
    params: Mapping[str, Any] | None = None,
    weights: Any = None,
    validation_weights: Any = None,
    shuffle: bool = True,
    patience: int | None = None,
    monitor: str = "loss",
    dtype: Any = "float32",
    engine: str | Engine = "auto",
    callbacks: Callback | Sequence[Callback] = (),
    checkpoint: str | os.PathLike | None = None,
    every: str | None = None,
    resume: str | os.PathLike | bool | None = None,
    progress: bool | str = "auto",
    notes: Mapping[str, Any] | None = None,
    health: bool | str = False,
) -> Fit:
    """Minimise (1 / sum_t w_t) sum_t w_t l(f(x_t; theta), y_t) + lambda Omega(theta) over theta.

    In each of `epochs` epochs every example is visited once, in batches; after each batch of b examples, theta is
    updated by the gradient of (1/b) sum_t (w_t / m) l_t + lambda Omega(theta), where m is the mean weight of the whole
    training set: an example counts in proportion to its weight at every batch size. (The estimators divide the weights
    of a batch by their own sum, as scikit-learn does.)

    Parameters
    ----------
    graph : the flow graph, with a loss.
    data : {input: array (N, ...)} for every input; or a set that is larger than memory, of bp.stream.
    rule : the update rule, such as bp.SGD(0.1) (default), bp.Adam(1e-3), or an optax transformation (XLA).
    batch_size : examples an update; 1 is the lecture's algorithm. Default 32, or N where that is less.
    seed : everything random follows from it: initialisation, order of the examples, dropout, held-out rows.
    validation : a set like `data`, or the share of `data` to hold out, in (0, 1).
    params : where to start; default graph.init(seed).
    weights : (N,) example weights, default 1.
    validation_weights : the same for a validation set of its own; a share of the data takes its weights along.
    shuffle : visit the examples in an order that is a function of (seed, epoch); False: as they stand.
    patience : stop when the validation set has not improved for so many epochs. The fit has the theta of the best
        epoch, also where the epochs or a callback end training before that; after Ctrl-C it has the last.
    monitor : what "improved" looks at: "loss" or a metric such as "accuracy".
    dtype : "float32" or "float64" (also "longdouble" on NumPy), or "bfloat16" (XLA): the products of layers in 16
        bits, theta and all else in float32. For devices that have the arithmetic; a processor is slower with it.
    engine : "native" (needs llvmlite), "xla" (needs JAX), "numpy", or "auto": the best of those installed that can
        do the job, in that order. Or an engine of your own (see `bprop.engines.Engine`).
    callbacks : each is called as callback(record, fit) after every epoch; returning True stops training. Where all have
        an attribute needs_fit = False, fit is None, which saves copying the parameters.
    checkpoint : where to write, while training, at the end and on Ctrl-C, what the run can be resumed from. A folder
        (with `every`, or where the name ends in "/") keeps the last 3 and best.bprop, the model of the epoch that did
        best on the validation set; a file is replaced each time. No other run may write there until this one ends.
    every : how often: "30s" (default), "10min", "5epochs" or "200steps".
    resume : such a folder or file: continue its run bit for bit. Other settings, data or rules are refused. On another
        engine, processor, number of cores or version it goes on, and says on standard error that the bits may differ
        (see docs/engines.md). True: that of `checkpoint`, where it holds one already; else the run begins.
    progress : True (a bar on a terminal, lines elsewhere), False, or "auto" (a bar on a terminal only).
    notes : plain data (JSON) that travels with the model and its checkpoints, such as the names of the classes. Where
        they hold "scaling" (see bprop.scaling), the arrays of `data` are scaled so before they are trained on.
    health : look at values, gradients and updates of a few rows after an epoch (`record.health`; `bp.advice` says what
        it means): True, after every epoch; "auto", more often at the beginning, at about a fiftieth of the time;
        False.

    Returns
    -------
    Fit : params, history, predict, save. On Ctrl-C, the fit so far.

    Raises
    ------
    UnknownNameError, ShapeError, DTypeError, DataError : for data that does not fit the graph.
    SettingError : for settings out of range.
    NonFiniteError : when a loss is no longer finite, naming the box, the step and the rows.
    ModelFileError : where another run writes to `checkpoint`, naming its process; where no checkpoint can be written,
        or the one to resume cannot be read. If only the last one cannot be written, `fit` of the error is the result.

    Whatever ends training, `fit` of the error is what was learned before.
    """
    graph.need_loss()
    precision, narrow = _precision(dtype)
    read = partial(_read, graph, Units.of(notes or {}), precision)
    examples = read(data, weights)
    seed = _whole("seed", seed, least=0)
    examples, held = _hold_out(read, examples, validation, validation_weights, seed)
    if patience is not None and held is None:
        raise SettingError("patience needs a validation set: give validation={...} or a share such as 0.1")
    job = Job(
        graph, as_rule(SGD() if rule is None else rule), examples, _batch_size(batch_size, len(examples)),
        precision, seed, held, narrow, examples.mean_weight,
    )  # fmt: skip
    for part, what in ((examples, "weights"), (held, "validation_weights")):
        if part is not None:
            need_total(part.weights, precision, what)
    if held is not None:
        job.together(held)
    return Trainer(
        job, choose(_able(engine, narrow)), _first_theta(job, params), epochs=_whole("epochs", epochs, most=LAST),
        shuffle=shuffle, stopping=None if patience is None else EarlyStopping(patience, monitor),
        callbacks=_callbacks(callbacks), checkpoint=checkpoint, every=every, resume=resume, progress=progress,
        notes=notes, health=health,
    ).run()  # fmt: skip


def _read(
    graph: Graph, units: Units, dtype: np.dtype, data: Mapping[str, Any] | DataSet, weights: Any,
    name: str = "weights",
) -> DataSet:  # fmt: skip
    """A set checked, and scaled as the notes say, if it is not a DataSet, which is made ready already."""
    examples = graph.read_set(data, weights, name)
    if not isinstance(data, DataSet) and units.scalings:
        examples = DataSet(units.scaled(examples.arrays, dtype), examples.weights)
    if examples.in_memory:
        for of, array in examples.arrays.items():
            if graph.inputs[of].dtype == "float":
                need_precision(of, array, dtype)
    return examples


def _first_theta(job: Job, params: Mapping[str, Any] | None) -> dict[str, np.ndarray]:
    """Where to start, checked. The caller holds on to it no longer than the engine needs to take it over."""
    graph = job.graph
    theta = validation.read_params(graph.init(job.seed) if params is None else params, graph.parameters)
    for name, array in theta.items():
        validation.check_values(name, array, {}, "parameter")
    need_representable(job, theta)
    return theta


def _whole(name: str, value: Any, least: int = 1, most: float = float("inf")) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not least <= value <= most:
        limit = "" if most == float("inf") else f" (and at most {most:,})"
        raise SettingError(f"{name} is a whole number, {least} or more{limit}, not {value!r}")
    return int(value)


def _callbacks(given: Any) -> list[Callback]:
    found = [given] if callable(given) else list(given)
    if not all(callable(callback) for callback in found):
        raise SettingError("callbacks are functions, called as callback(record, fit)")
    return found


def _batch_size(given: int | None, rows: int) -> int:
    if given is None:
        return min(32, rows)
    size = _whole("batch_size", given)
    if size > rows:
        raise SettingError(f"batch_size {size} is larger than the training set of {rows} examples")
    return size


def _precision(dtype: Any) -> tuple[np.dtype, str | None]:
    """(the dtype of theta, that of products where it is another): bfloat16, which NumPy does not know, is mixed."""
    if str(getattr(dtype, "__name__", dtype)) == "bfloat16":
        return np.dtype(np.float32), "bfloat16"
    try:
        found = np.dtype(dtype).newbyteorder("=")
    except (TypeError, ValueError, SyntaxError):  # of text that is odd in one way or another
        found = np.dtype(bool)
    if found.kind != "f" or found.itemsize < 4:
        raise SettingError(f"dtype must be float32, float64, longdouble or bfloat16, not {dtype!r}")
    return found, None


def _able(engine: str | Engine, narrow: str | None) -> str | Engine:
    """The engine, or the name of the one that mixes precisions where that is asked for."""
    if narrow is None or not isinstance(engine, str) or engine not in NAMES:
        return engine
    if engine not in ("auto", "xla"):
        raise SettingError(f"engine {engine!r} does not compute in {narrow}: use engine='xla', or dtype='float32'")
    return "xla"


def _hold_out(
    read: Callable[..., DataSet], examples: DataSet, validation: Any, weights: Any, seed: int
) -> tuple[DataSet, DataSet | None]:
    """(training set, validation set): the set given, a share held out at random, or none."""
    if weights is not None and not isinstance(validation, Mapping | DataSet):
        raise SettingError("validation_weights are of a validation set of its own: give validation={...}")
    if validation is None:
        return examples, None
    if isinstance(validation, Mapping | DataSet):
        return examples, read(validation, weights, "validation_weights")
    if not examples.in_memory:
        raise SettingError("a set larger than memory is parted when it is made: bp.stream(..., validation=0.1)")
    if isinstance(validation, bool) or not isinstance(validation, float | int):
        raise SettingError(f"validation is a set like the data, or a share in (0, 1), not {validation!r}")
    kept, held = (examples.rows(index) for index in split(len(examples), float(validation), seed))
    for part, what in ((kept, "training"), (held, "validation")):
        if part.weights is not None and not part.weights.any():
            raise DataError(f"all examples of the {what} set have weight 0")
    return kept, held
