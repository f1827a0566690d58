"""`train_many`: K networks of one architecture, each with its own seed, rule, rows or penalty."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bprop.console import say
from bprop.elsewhere import answering
from bprop.elsewhere.training import TRAINING
from bprop.graph import Graph
from bprop.record import Record
from bprop.training.fit import Fit
from bprop.training.interrupt import Terminated
from bprop.training.many.network import Networks
from bprop.training.many.plan import Plan, plan_of
from bprop.training.many.workers import train_all
from bprop.training.progress import progress_of
from bprop.training.settings import TrainSettings
from bprop.visible import visible

PLACES = "the data is one argument, bp.train_many(graph, (X, y)), and all else is a keyword"


@answering(TRAINING, "bp.train_many", more=lambda: TrainSettings.__dataclass_fields__, places=PLACES)
def train_many(
    graph: Graph | Sequence[Graph],
    data: Any,
    *,
    seeds: Sequence[int] | None = None,
    rules: Sequence[Any] | None = None,
    rows: Sequence[Any] | None = None,
    validation_rows: Sequence[Any] | None = None,
    callback: Callable[[int, Record], Any] | None = None,
    finished: Callable[[int, Fit], Any] | None = None,
    stop: Callable[[], Any] | None = None,
    workers: int | None = None,
    **settings: Any,
) -> list[Fit]:
    """K networks of one architecture, with the results of K calls of `bp.train`, in a shorter time.

    On XLA they are one compiled program with a leading axis of networks. On the native engine each runs on a core of
    its own, with the machine code of all. On NumPy they run one after the other. Nothing is compiled twice: seeds,
    learning rates, penalty weights, dropout rates and the number of rows are numbers that a program takes in.

    Parameters
    ----------
    graph : the graph of all, or K graphs of one structure, such as those of `bp.mlp(..., l2=0.01)` and
        `bp.mlp(..., l2=0.1)`.
    data : the examples, as for `bp.train`. They are checked and scaled once.
    seeds, rules : K seeds, K update rules; default `seed` and `rule` for all.
    rows : K arrays of row numbers (or of bool) of `data`: what each is trained on. A row may come several times, as in
        a bootstrap sample. Default: all rows.
    validation_rows : K arrays of rows of `data` that each is validated on. Or `validation` as for `bp.train`: one set
        for all, or a share that each holds out at random by its seed.
    callback : callback(k, record) after each epoch of network k = 0 .. K-1, in the thread that trains it, for one
        network at a time. True stops the network.
    finished : finished(k, fit) when network k is done.
    stop : asked again and again; True stops all networks, as Ctrl-C does: for a limit on the time.
    workers : threads at most, default a core each; 1 lets each network use all cores, one after the other.
    settings : those of `bp.train`, for all networks. checkpoint names a folder, with a file for each network, and
        resume is True or False.

    Returns
    -------
    list of Fit : one for each network, in order. One whose loss was no longer finite has stopped = "diverged", and the
        parameters before that. After Ctrl-C, and where `stop` says so, the fits so far, of "interrupted" networks;
        those that had not begun have no history.

    Raises
    ------
    SettingError : for lists of different lengths, and settings or rows out of range.
    UnknownNameError, ShapeError, DTypeError, DataError, ModelFileError : as `bp.train`. Another error of one network
        stops all.

    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(60, 2))
    >>> data, graph = {"x": X, "y": (X[:, 0] > X[:, 1]).astype(int)}, bp.mlp([2, 4, 2])
    >>> folds = [np.flatnonzero(np.arange(60) % 3 == k) for k in range(3)]
    >>> others = [np.flatnonzero(np.arange(60) % 3 != k) for k in range(3)]
    >>> fits = bp.train_many(graph, data, rows=others, validation_rows=folds, seeds=range(3), epochs=2, progress=False)
    >>> [len(fit.history) for fit in fits], bp.ensemble(fits).predict(x=X)["f"].shape
    ([2, 2, 2], (60, 2))
    """
    plan = plan_of(graph, data, seeds, rules, rows, validation_rows, workers, settings)
    crew = Networks(len(plan.jobs), stop, callback, finished)
    with crew.interrupt as interrupt:
        crew.shown = _progress(plan)
        try:
            fits = train_all(plan, crew)
        finally:
            crew.shown.close()
    if interrupt.signal is not None:
        done = sum(fit.stopped != "interrupted" for fit in fits)
        say(
            visible(f"bprop: interrupted; {done} of {len(fits)} networks are done, the fits so far are kept"),
            error=True,
        )
        if interrupt.signal != 2:  # SIGTERM asks the whole program to end
            raise Terminated(fits)
    return fits


def _progress(plan: Plan) -> Any:
    settings = plan.settings[0]
    total = settings.epochs * sum(job.steps_per_epoch for job in plan.jobs)
    return progress_of(settings.progress, settings.epochs, total, 0)
