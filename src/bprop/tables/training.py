"""The training of a network on the data sets of a table, with the settings of the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from operator import index
from typing import Any

from bprop.data import DataSet
from bprop.errors import SettingError
from bprop.graph import Graph
from bprop.rules import rule_named
from bprop.tables.model import TableFit
from bprop.training import train


@dataclass(frozen=True)
class Settings:
    """How to train: settings of `bprop.train`, under its names; lr : the learning rate of a rule by name."""

    rule: Any
    lr: Any
    epochs: int
    batch_size: int | None
    patience: int | None
    seed: int
    dtype: str
    engine: Any
    more: Mapping[str, Any]

    def make_rule(self) -> Any:
        """The rule, which is named, or which the caller has made. Raises SettingError for a rate beside the latter."""
        if isinstance(self.rule, str):
            kind = rule_named(self.rule)
            return kind() if self.lr is None else kind(learning_rate=self.lr)
        if self.lr is not None:
            raise SettingError(f"lr={self.lr!r} is for a rule by name, such as rule='adam': {self.rule!r} has its own")
        return self.rule


def fit_table(
    graph: Graph, data: DataSet, validation: DataSet | None, notes: Mapping[str, Any], settings: Settings
) -> TableFit:  # fmt: skip
    """A graph that is trained on a table's rows."""
    fit = train(
        graph, data, validation=validation, notes=notes, rule=settings.make_rule(), epochs=settings.epochs,
        batch_size=settings.batch_size, patience=settings.patience, seed=settings.seed, dtype=settings.dtype,
        engine=settings.engine, **settings.more,
    )  # fmt: skip
    return TableFit.of(fit)


def layers(hidden: Any) -> tuple[int, ...]:
    """Units of the hidden layers: a number, or several. Raises SettingError."""
    try:
        sizes = (index(hidden),) if not hasattr(hidden, "__iter__") else tuple(map(index, hidden))
    except TypeError:
        sizes = (0,)
    if any(size < 1 for size in sizes):
        raise SettingError(f"hidden={hidden!r}: give whole numbers above 0, such as 500 or (200, 100)")
    return sizes


def words_of(class_weight: str | Mapping[Any, float] | None) -> tuple[str, ...]:
    """Weights of classes as the words of the command line: "balanced", or "CLASS=WEIGHT" for each class."""
    if class_weight is None or isinstance(class_weight, str):
        return () if class_weight is None else (class_weight,)
    return tuple(f"{name}={weight!r}" for name, weight in class_weight.items())
