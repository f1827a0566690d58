"""The result of training: a model that also records how it was trained, and how training ended."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from bprop.data import DataSet
from bprop.model import Model


class Fit(Model):
    """The result of training: a model with `params`, `history` (one Record an epoch) and the way it ended.

    stopped : "epochs" (all done), "patience" (early stopping), "callback" (one returned True), "time" (a limit on
    it was over), "interrupted" (Ctrl-C),
    "diverged" (a loss was no longer finite; see NonFiniteError), "failed" (another error) or "running" (in a callback).
    params : with a validation set, those of `best_epoch`, also where all epochs were done or a callback stopped
    training; while it runs, after Ctrl-C, with keep_best=False and without a validation set, those of the last step.
    best_epoch : the best on the validation set, where it is looked for; kept_epoch : the same where `params` are
    those of that epoch, else None: then they are those after `updates` updates.
    failure : what went wrong, where stopped is "diverged" or "failed".
    engine : the engine that ran, "native", "xla" or "numpy"; engine_reason : why it was chosen, and what each faster
    engine declined, where the choice was left to bprop (engine="auto").
    settings : plain data, how it was trained, for people to read.
    members : the fits of the networks whose mean this is; empty for a single network. held : the validation rows of
    each of them.

    >>> x, y = bp.Input("x", (2,)), bp.Input("y", ())
    >>> f = x @ bp.Parameter("w", (2,))
    >>> graph = bp.Graph(loss=bp.squared_error(f, y), outputs={"f": f})
    >>> X = np.eye(2)
    >>> fit = bp.train(graph, {"x": X, "y": [1.0, 2.0]}, rule=bp.SGD(0.5), epochs=3, engine="numpy", progress=False)
    >>> fit.stopped, fit.updates, len(fit.history)
    ('epochs', 3, 3)
    >>> fit.predict(x=X).shape
    (2,)
    """

    stopped: str = "running"
    updates: int = 0
    engine: str = ""
    engine_reason: str = ""
    settings: Mapping[str, Any] = MappingProxyType({})
    members: Sequence[Fit] = ()
    held: Sequence[DataSet | None] = ()
    kinds: Any = None

    def report(self, path: str | os.PathLike[str], data: Any = None, **more: Any) -> None:
        """Write this training as one HTML page, with how the network does on `data`. See `bprop.report`."""
        from bprop.reporting import report  # reports are no part of training

        report(self, path, data, **more)

    def __getstate__(self) -> dict[str, Any]:
        """For pickle: without the validation rows, and without functions."""
        state = {name: value for name, value in super().__getstate__().items() if name != "held"}
        metrics = state.get("metrics") or {}
        return {**state, "metrics": {name: one for name, one in metrics.items() if isinstance(one, str)}}
