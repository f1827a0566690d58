"""The settings of a training, checked, and the job that they make of a graph and its data."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bprop.batches import read_augment
from bprop.distributed.membership import Membership
from bprop.engines import NAMES, Engine, Job, choose
from bprop.engines.engine import LAST
from bprop.engines.precision import need_representable, precision_of
from bprop.errors import SettingError
from bprop.graph import Graph
from bprop.graph.representable import need_total
from bprop.graph.starting import first_theta
from bprop.graph.validation import check_values
from bprop.measures.own import read_metrics
from bprop.metrics import direction
from bprop.record import VALIDATION
from bprop.rules import SGD, Rule, as_rule
from bprop.structure.freezing import frozen
from bprop.training.examples import is_set, training_sets
from bprop.training.hooks import read_callbacks
from bprop.training.stopping import EarlyStopping


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
    sample_weight: Any = None
    class_weight: Any = None
    shuffle: bool = True
    patience: int | None = None
    monitor: str = "loss"
    dtype: Any = "float32"
    engine: str | Engine = "auto"
    callbacks: Any = ()
    checkpoint: str | os.PathLike[str] | None = None
    every: str | None = None
    resume: str | os.PathLike[str] | bool | None = None
    progress: bool | str = "auto"
    notes: Mapping[str, Any] | None = None
    health: bool | str = False
    keep_best: bool | None = None
    freeze: Any = ()
    metrics: Any = ()
    mode: str | None = None
    augment: Any = None
    distributed: bool | Membership = False

    def __post_init__(self) -> None:
        self._set(
            rule=as_rule(SGD() if self.rule is None else self.rule),
            seed=whole("seed", self.seed, least=0),
            epochs=whole("epochs", self.epochs, most=LAST),
            batch_size=None if self.batch_size is None else whole("batch_size", self.batch_size),
            callbacks=read_callbacks(self.callbacks),
            notes=dict(self.notes or {}),
            metrics=read_metrics(self.metrics),
            monitor=_monitor(self.monitor),
            augment=read_augment(self.augment),
        )
        if self.sample_weight is not None:
            if self.weights is not None:
                raise SettingError("sample_weight= and weights= are two names of the same: give one of them")
            self._set(weights=self.sample_weight, sample_weight=None)
        if self.patience is not None and self.validation is None:
            raise SettingError("patience needs a validation set: give validation={...} or a share such as 0.1")
        if self.keep_best and self.validation is None:
            raise SettingError("keep_best needs a validation set: give validation={...} or a share such as 0.1")
        if self.monitor != "loss" and self.validation is None:
            raise SettingError(f"monitor={self.monitor!r} needs a validation set: give validation={{...}} or a share")
        if self.mode not in (None, "min", "max"):
            raise SettingError(f"mode={self.mode!r}: 'max' if a larger value of the monitor is better, else 'min'")
        if self.validation_weights is not None and not is_set(self.validation):
            raise SettingError("validation_weights need a validation set of their own: give validation={...}")
        if self.every is not None and self.checkpoint is None:
            raise SettingError(f"every={self.every!r} says how often to write checkpoints: say where, with checkpoint=")

        if not isinstance(self.distributed, bool | Membership):
            raise SettingError(f"distributed is True or False, not {self.distributed!r}")

    def _set(self, **values: Any) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def make_job(self, graph: Graph, data: Any) -> Job:
        """The job of training the graph on data, which is checked, scaled as the notes say, and split."""
        if not isinstance(graph, Graph):
            raise SettingError(
                f"the first argument is the graph, such as bp.mlp([784, 100, 10]), not a {type(graph).__name__}: "
                "bp.train(graph, data)"
            )
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

    @property
    def keeps(self) -> bool:
        """Whether the fit has the parameters of the epoch that did best: where there is a validation set, unless the
        caller wants the last ones."""
        return self.validation is not None and self.keep_best is not False

    @property
    def looks(self) -> bool:
        """Whether epochs are compared on the validation set: where the best one is kept or waited for."""
        return self.keeps or self.patience is not None

    @property
    def wants_best(self) -> bool:
        """Whether the caller has asked for the best epoch, by name or by patience."""
        return bool(self.keep_best) or self.patience is not None

    def make_stopping(self) -> EarlyStopping | None:
        """The search for the best epoch, where one is kept or waited for."""
        if not self.looks:
            return None
        return EarlyStopping(self.patience, self.monitor, self._higher())

    def _higher(self) -> bool | None:
        """Whether a larger value of the monitor is better. Raises SettingError where nobody has decided."""
        metric = self.metrics.get(self.monitor, self.monitor)
        known = direction(metric) if isinstance(metric, str) else getattr(metric, "higher_is_better", None)
        if known is None and self.mode is None and not isinstance(metric, str):
            raise SettingError(
                f"is a larger {self.monitor!r} better? Say mode='max', or mode='min' if a smaller one is"
            )
        if self.mode is not None and known is not None and known != (self.mode == "max"):
            better = "larger" if known else "smaller"
            raise SettingError(f"mode={self.mode!r}: a {better} {self.monitor!r} is better; leave mode out")
        return known if self.mode is None else self.mode == "max"

    def describe(self, job: Job, engine: Engine) -> dict[str, Any]:
        """How a job is trained, for people to read."""
        facts = {
            "rule": repr(job.rule) if isinstance(job.rule, Rule) else type(job.rule).__name__,
            "batch_size": job.batch_size, "seed": job.seed, "dtype": job.precision, "examples": len(job.data),
            "validation_examples": None if job.validation is None else len(job.validation),
        }  # fmt: skip
        if self.class_weight is not None:
            facts |= {"class_weight": str(self.class_weight)}
        if self.patience is not None:
            facts |= {"patience": self.patience}
        if self.patience is not None or self.keeps:
            facts |= {"monitor": self.monitor}
        if self.keeps and self.patience is None:
            facts |= {"keep_best": True}
        if self.augment is not None:
            facts |= {"augment": getattr(self.augment, "__qualname__", type(self.augment).__name__)}
        if job.graph.frozen:
            facts |= {"freeze": sorted(job.graph.frozen)}
        return facts | {"engine": engine.name, "epochs": self.epochs, "shuffle": self.shuffle}


def _monitor(name: Any) -> str:
    """The measure to watch: of the validation set, also by its names in a history and in Keras."""
    if not isinstance(name, str):
        raise SettingError(f"monitor is the name of a measure, such as 'loss', not {name!r}")
    return name.removeprefix("val_").removeprefix(VALIDATION)


def whole(name: str, value: Any, least: int = 1, most: float = float("inf")) -> int:
    """A setting that is a whole number. Raises SettingError."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not least <= value <= most:
        limit = "" if most == float("inf") else f" (and at most {most:,})"
        raise SettingError(f"{name} is a whole number, {least} or more{limit}, not {value!r}")
    return int(value)
