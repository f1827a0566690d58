"""Training: `train(graph, data, ...)` gives a `Fit`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from bprop.console import say
from bprop.data import DataSet
from bprop.elsewhere import answering
from bprop.elsewhere.training import TRAINING
from bprop.engines import Engine
from bprop.graph import Graph
from bprop.training.distributed import distributed_trainer, leads
from bprop.training.fit import Fit
from bprop.training.hooks import Callback
from bprop.training.interrupt import Terminated
from bprop.training.remarks import remarks
from bprop.training.settings import TrainSettings
from bprop.training.stopping import EarlyStopping
from bprop.training.trainer import Trainer
from bprop.visible import visible

__all__ = ["Callback", "EarlyStopping", "Fit", "Terminated", "train", "train_as_set"]

PLACES = "the data is one argument, bp.train(graph, (X, y)), and settings are keywords, as epochs=10"


@answering(TRAINING, "bp.train", places=PLACES)
def train(
    graph: Graph,
    data: Any,
    *,
    rule: Any = None,
    batch_size: int | None = None,
    epochs: int = 10,
    seed: int = 0,
    validation: Any = None,
    params: Any = None,
    weights: Any = None,
    validation_weights: Any = None,
    sample_weight: Any = None,
    class_weight: str | Mapping[Any, float] | None = None,
    shuffle: bool = True,
    patience: int | None = None,
    monitor: str = "loss",
    dtype: Any = "float32",
    engine: str | Engine = "auto",
    callbacks: Any = (),
    checkpoint: str | os.PathLike[str] | None = None,
    every: str | None = None,
    resume: str | os.PathLike[str] | bool | None = None,
    progress: bool | str = "auto",
    notes: Mapping[str, Any] | None = None,
    health: bool | str = False,
    keep_best: bool | None = None,
    freeze: Any = (),
    metrics: Any = (),
    mode: str | None = None,
    augment: Any = None,
    distributed: bool = False,
) -> Fit:
    """Minimise (1 / sum_t w_t) sum_t w_t l(f(x_t; theta), y_t) + lambda Omega(theta) over theta.

    In each of `epochs` epochs every example is visited once, in batches; after each batch of b examples, theta is
    updated by the gradient of (1/b) sum_t (w_t / m) l_t + lambda Omega(theta), where m is the mean weight of the whole
    training set: an example counts in proportion to its weight at every batch size. (The estimators divide the weights
    of a batch by their own sum, as scikit-learn does.) The weight of an example is w_t = sample_weight_t times
    class_weight(y_t), each 1 by default.

    Parameters
    ----------
    graph : the flow graph, with a loss.
    data : {input: array (N, ...)} for every input; (X, y), for a graph with one input besides the target; a set that is
        larger than memory, of bp.stream; or rows from elsewhere: an iterable or generator of batches, a function that
        makes one for each epoch, a Dataset or DataLoader of PyTorch, a data set of Hugging Face, a table with an Arrow
        stream (see docs/batches.md).
    rule : the update rule, such as bp.SGD(0.1) (default), bp.Adam(1e-3), "adam" (with its default settings), or an
        optax transformation (XLA). Its learning rate is a number, one of bp.schedules, or a function of t.
    batch_size : examples an update; 1 is the lecture's algorithm. Default 32, or N where that is less.
    seed : everything random follows from it: initialisation, order of the examples, dropout, held-out rows.
    validation : a set like `data`, {input: array} or (X, y), or the share of `data` to hold out, in (0, 1). With one,
        the fit has the theta of the epoch that did best on it, the last with `record.best`; `fit.kept_epoch` is its
        number. If the loss on it has risen since, a line on standard error says so, unless progress is False.
    params : where to start; default graph.init(seed). A fit or model, or {name: array}. Parameters that are not there
        begin as graph.init(seed) says, and those that the graph does not have are left out; a line on standard error
        names both.
    weights, sample_weight : (N,) example weights, default 1; two names of the same.
    class_weight : weights of classes, {class: weight} (others 1), or "balanced": N / (C N_c) for a class that N_c of
        the N examples in `data` have. They multiply the example weights, of the validation set too.
    validation_weights : the same for a validation set of its own; a share of the data takes its weights along.
    shuffle : visit the examples in an order that is a function of (seed, epoch); False: as they stand.
    patience : stop when the validation set has not improved for so many epochs.
    freeze : names or patterns of parameters that stay bit for bit as they are, such as ["W1", "b*"]: no update, decay
        or running average moves them, and their gradients are not computed. The penalty still counts them.
    augment : a function of a batch {input: array} and a generator, `def augment(batch, rng)`, that returns the batch as
        the update is to see it. Its random numbers follow from (seed, epoch, batch); validation rows stay as they are.
    keep_best : False: the fit has the theta of the last epoch. Default: that of the best, where there is a validation
        set, also where patience or a callback ends training; after Ctrl-C it is the last one.
    monitor : what "improved" looks at, on the validation set: "loss", a metric such as "accuracy" or "f1", or one of
        `metrics`. mode : "max" or "min", whether a larger or a smaller value of a function of yours is better.
    metrics : more to record after each epoch, of the validation set and of the training set (if that is in memory): a
        name ("f1", "balanced_accuracy", "roc_auc", "r2", ...), a function of (outputs, targets) or of (outputs,
        targets, weights) that gives a number, several, or {name: function}. Outputs are as `predict` gives them.
    dtype : "float32" or "float64" (also "longdouble" on NumPy), or "bfloat16" (XLA): the products of layers in 16
        bits, theta and all else in float32. For devices that have the arithmetic; a processor is slower with it.
    engine : "native" (needs llvmlite), "xla" (needs JAX), "numpy", or "auto": the best of those installed that can
        do the job, in that order. Or an engine of your own (see `bprop.engines.Engine`).
    callbacks : one or several. A function is called as callback(record, fit), or callback(record), after every epoch;
        returning True stops training. An object may have methods `begin`, `step`, `epoch` and `end`: see `bp.Callback`.
    checkpoint : where to write the state that a run can be resumed from: while training, at the end and on Ctrl-C. A
        folder (with `every`, or where the name ends in "/") keeps the last 3 and best.bprop, the model of the epoch
        that did best on the validation set; a file is replaced each time. No other run may write there meanwhile.
    every : how often: "30s" (default), "10min", "5epochs" or "200steps".
    resume : such a folder or file: continue its run bit for bit. Other settings, data or rules are refused. On another
        engine, processor, number of cores or version it goes on, and says on standard error that the bits may differ
        (see docs/engines.md). True: that of `checkpoint`, where it holds one already; else the run begins.
    progress : True (a bar on a terminal, a card in a notebook, lines elsewhere), False, or "auto" (no lines elsewhere).
    notes : plain data (JSON) that travels with the model and its checkpoints, such as the names of the classes. Where
        they hold "scaling" (see bprop.scaling), the arrays of `data` are scaled so before they are trained on.
    distributed : True: train together with the other processes that run this program, on XLA, each on its rows of every
        batch, with the losses of one process to rounding; or on all devices of this process. Process 0 writes
        checkpoints, shows progress and calls callbacks. Who the others are follows from `bprop launch`, Slurm, Open
        MPI, or jax.distributed.initialize (see docs/scale.md).
    health : measure values, gradients and updates on a few rows after an epoch (`record.health`; `bp.advice` explains
        it): True, after every epoch; "auto", more often at the beginning, at about a fiftieth of the time;
        False.

    Returns
    -------
    Fit : params, history, predict, save. On Ctrl-C, the fit so far.

    Raises
    ------
    UnknownNameError, ShapeError, DTypeError, DataError : for data that does not fit the graph.
    SettingError : for settings out of range.
    LostProcessError : where one of the processes that train together has ended. All of them end.
    NonFiniteError : when a loss is no longer finite, naming the box, the step and the rows.
    ModelFileError : where another run writes to `checkpoint`, naming its process; where no checkpoint can be written,
        or the one to resume cannot be read. If only the last one cannot be written, `fit` of the error is the result.

    Whatever ends training, the error's `fit` holds the fit so far.

    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(200, 2))
    >>> data = {"x": X, "y": (X[:, 0] > X[:, 1]).astype(int)}
    >>> fit = bp.train(bp.mlp([2, 8, 2]), data, rule=bp.Adam(0.01), epochs=20, validation=0.2, progress=False)
    >>> fit.evaluate(data)["accuracy"] > 0.9
    True
    """
    settings = TrainSettings(
        rule=rule, batch_size=batch_size, epochs=epochs, seed=seed, validation=validation, params=params,
        weights=weights, validation_weights=validation_weights, shuffle=shuffle, patience=patience, monitor=monitor,
        dtype=dtype, engine=engine, callbacks=callbacks, checkpoint=checkpoint, every=every, resume=resume,
        progress=progress, notes=notes, health=health, keep_best=keep_best, freeze=freeze, augment=augment,
        sample_weight=sample_weight, class_weight=class_weight, metrics=metrics, mode=mode, distributed=distributed,
    )  # fmt: skip
    fit = train_as_set(graph, data, settings)
    if settings.progress is not False and leads(settings.distributed):
        for line in remarks(fit):
            say(f"bprop: {visible(line)}", error=True)
    return fit


def train_as_set(graph: Graph, data: Mapping[str, Any] | DataSet, settings: TrainSettings) -> Fit:
    """Train with settings that are checked. Remarks on the result are left to the caller."""
    job = settings.make_job(graph, data)
    if settings.distributed is not False:
        return distributed_trainer(job, settings.first_theta(job), settings).run()
    return Trainer(job, settings.make_engine(), settings.first_theta(job), settings).run()
