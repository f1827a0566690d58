"""The settings of a training, checked, and the job that they make of a graph and its data."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bprop.batches import read_augment
from bprop.engines import NAMES, Engine, Job, choose
from bprop.engines.engine import LAST
from bprop.engines.precision import need_representable, precision_of
from bprop.errors import SettingError
from bprop.graph import Graph
from bprop.graph.representable import need_total
from bprop.graph.starting import first_theta
from bprop.graph.validation import check_values
from bprop.record import Record
from bprop.rules import SGD, Rule, as_rule
from bprop.structure.freezing import frozen
from bprop.training.examples import is_share, training_sets
from bprop.training.stopping import EarlyStopping

Callback = Callable[[Record, Any], Any]
"""Called with a record and the fit so far (None: see needs_fit in `bprop.train`)."""


@dataclass(frozen=True, eq=False)
class TrainSettings:
    """The keywords of `bprop.train`, which says what they mean. Those that need no data are checked here."""

    rule: Any = None
    batch_size: int | None = None
    epochs: int = 10
    seed: int = 0
    validation: Any = None
    params: Mapping[str, Any] | None = None
    weights: Any = None
    validation_weights: Any = None
    shuffle: bool = True
    patience: int | None = None
    monitor: str = "loss"
    dtype: Any = "float32"
    engine: str | Engine = "auto"
    callbacks: Any = ()
    checkpoint: str | os.PathLike | None = None
    every: str | None = None
    resume: str | os.PathLike | bool | None = None
    progress: bool | str = "auto"
    notes: Mapping[str, Any] | None = None
    health: bool | str = False
    keep_best: bool = False
    freeze: Any = ()
    augment: Any = None

    def __post_init__(self):
        self._set(
            rule=as_rule(SGD() if self.rule is None else self.rule),
            seed=whole("seed", self.seed, least=0),
            epochs=whole("epochs", self.epochs, most=LAST),
            batch_size=None if self.batch_size is None else whole("batch_size", self.batch_size),
            callbacks=read_callbacks(self.callbacks),
            notes=dict(self.notes or {}),
            augment=read_augment(self.augment),
        )
        if self.patience is not None and self.validation is None:
            raise SettingError("patience needs a validation set: give validation={...} or a share such as 0.1")
        if self.keep_best and self.validation is None:
            raise SettingError("keep_best needs a validation set: give validation={...} or a share such as 0.1")
        if self.validation_weights is not None and is_share(self.validation):
            raise SettingError("validation_weights need a validation set of their own: give validation={...}")
        if self.every is not None and self.checkpoint is None:
            raise SettingError(f"every={self.every!r} says how often to write checkpoints: say where, with checkpoint=")

    def _set(self, **values: Any) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def make_job(self, graph: Graph, data: Any) -> Job:
        """The job of training the graph on data, which is checked, scaled as the notes say, and split."""
        graph.need_loss()
        graph = frozen(graph, self.freeze)
        precision, narrow = precision_of(self.dtype)
        examples, held, batch_size = training_sets(self, graph, data, precision)
        job = Job(
            graph, self.rule, examples, batch_size, precision, self.seed, held, narrow, examples.mean_weight,
        )  # fmt: skip
        need_total(examples.whole.weights, precision, "weights")
        if held is not None:
            need_total(held.weights, precision, "validation_weights")
            job.together(held)
        return job

    def make_engine(self) -> Engine:
        """The engine, or the one that mixes precisions where that is asked for."""
        narrow = precision_of(self.dtype)[1]
        if narrow is None or not isinstance(self.engine, str) or self.engine not in NAMES:
            return choose(self.engine)
        if self.engine not in ("auto", "xla"):
            raise SettingError(
                f"engine {self.engine!r} does not compute in {narrow}: use engine='xla', or dtype='float32'"
            )
        return choose("xla")

    def first_theta(self, job: Job) -> dict[str, np.ndarray]:
        """Where to start, checked. The caller holds on to it no longer than the engine needs to take it over."""
        theta = first_theta(job.graph, self.params, job.seed)
        for name, array in theta.items():
            check_values(name, array, {}, "parameter")
        need_representable(job, theta)
        return theta

    def make_stopping(self) -> EarlyStopping | None:
        """The search for the best epoch, where it is asked for."""
        looks = self.patience is not None or self.keep_best
        return EarlyStopping(self.patience, self.monitor) if looks else None

    def describe(self, job: Job, engine: Engine) -> dict[str, Any]:
        """How a job is trained, for people to read."""
        facts = {
            "rule": repr(job.rule) if isinstance(job.rule, Rule) else type(job.rule).__name__,
            "batch_size": job.batch_size, "seed": job.seed, "dtype": job.precision, "examples": len(job.data),
            "validation_examples": None if job.validation is None else len(job.validation),
        }  # fmt: skip
        if self.patience is not None:
            facts |= {"patience": self.patience}
        if self.patience is not None or self.keep_best:
            facts |= {"monitor": self.monitor}
        if self.keep_best:
            facts |= {"keep_best": True}
        if self.augment is not None:
            facts |= {"augment": getattr(self.augment, "__qualname__", type(self.augment).__name__)}
        if job.graph.frozen:
            facts |= {"freeze": sorted(job.graph.frozen)}
        return facts | {"engine": engine.name, "epochs": self.epochs, "shuffle": self.shuffle}


def whole(name: str, value: Any, least: int = 1, most: float = float("inf")) -> int:
    """A setting that is a whole number. Raises SettingError."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not least <= value <= most:
        limit = "" if most == float("inf") else f" (and at most {most:,})"
        raise SettingError(f"{name} is a whole number, {least} or more{limit}, not {value!r}")
    return int(value)


def read_callbacks(callbacks: Any) -> list[Callback]:
    """One function or several as a list. Raises SettingError."""
    functions = [callbacks] if callable(callbacks) else list(callbacks)
    if not all(callable(function) for function in functions):
        raise SettingError("callbacks are functions, called as callback(record, fit)")
    return functions
