"""The record of an epoch: losses, metrics, times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from bprop.errors import UnknownNameError
from bprop.names import known
from bprop.notebook import card
from bprop.notebook.records import records_html

VALIDATION = "validation_"
"""What stands before the names of the validation set's numbers."""


@dataclass(frozen=True)
class Record:
    """One epoch of training, whole or interrupted.

    epoch : its number, 1, 2, ...
    updates : the number of updates since the start of training.
    loss : the mean over the examples of the epoch, each computed just before the update that used it, in the loss's
        units (nats per example for likelihoods).
    penalty : lambda * Omega(theta) at the end of the epoch. A penalty that depends on the data (on activations) is the
        mean over the batches of the epoch, each computed just before its update.
    objective : loss + penalty.
    metrics : {name: value} over the same examples ("accuracy" as a share, "rmse" and "mae" in y's units); metrics of
        one's own (see `bprop.train`) with the parameters at the end of the epoch. Of several losses also each of them.
    validation : {"loss": ..., metric: ...} at the end of the epoch, or None without a validation set.
    learning_rate : the rate of the last update; None if the rule has no such number.
    seconds, examples_per_second : the time spent on updates, and the examples used in it per second.
    health : statistics of values, gradients and updates on a few rows at the end (see `bprop.health.measure`), or None.
    best : whether the epoch did better on the validation set than all before it. A fit has the parameters of the last
        record with best = True, where the best epoch is kept (see `bprop.train`). None where no epoch is looked for.

    `record.accuracy` reads from `metrics`, `record.validation_loss` from `validation`. `record["accuracy[nll_1]"]` does
    the same for names that are no Python words.

    >>> record = bp.Record(1, 10, loss=0.5, penalty=0.0, objective=0.5, metrics={"accuracy": 0.75})
    >>> record.accuracy, record["accuracy"]
    (0.75, 0.75)
    """

    epoch: int
    updates: int
    loss: float
    penalty: float
    objective: float
    metrics: Mapping[str, float] = field(default_factory=dict)
    validation: Mapping[str, float] | None = None
    learning_rate: float | None = None
    seconds: float = 0.0
    examples_per_second: float = 0.0
    health: Mapping[str, Any] | None = None
    best: bool | None = None

    @property
    def numbers(self) -> dict[str, Any]:
        """{column: value}: all numbers but the health; those of the validation set are validation_loss, ...

        A value is None where there is none, such as the learning rate of a rule without one.
        """
        measured = {"loss": self.loss, "penalty": self.penalty, "objective": self.objective, **self.metrics}
        held = {f"{VALIDATION}{name}": value for name, value in (self.validation or {}).items()}
        return {
            "epoch": self.epoch, "updates": self.updates, **measured, **held, "learning_rate": self.learning_rate,
            "seconds": self.seconds, "examples_per_second": self.examples_per_second, "best": self.best,
        }  # fmt: skip

    def __getitem__(self, column: str) -> Any:
        """The number of a column, as in `numbers`. Raises UnknownNameError."""
        numbers = self.numbers
        return numbers[column_of(column, numbers)]

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("__"):
            metrics = self.__dict__.get("metrics") or {}
            validation = self.__dict__.get("validation") or {}
            if name in metrics:
                return metrics[name]
            if name.startswith("validation_") and name[len("validation_") :] in validation:
                return validation[name[len("validation_") :]]
        raise AttributeError(f"a Record has no {name!r}; it has {', '.join(f.name for f in fields(Record))}")

    def to_dict(self) -> dict[str, Any]:
        """The record as plain data (JSON)."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Record:
        """The record of plain data. Keys of newer versions are ignored. Raises TypeError for values of another kind."""
        known = {f.name for f in fields(cls)}
        record = cls(**{key: value for key, value in data.items() if key in known})
        if not isinstance(record.metrics, Mapping) or not isinstance(record.validation, Mapping | None):
            raise TypeError("the metrics of a record are values by name")
        if record.validation is not None and "loss" not in record.validation:
            raise TypeError("the validation of a record has a loss")
        named = [value for group in (record.metrics, record.validation or {}) for value in group.values()]
        single = [record.loss, record.penalty, record.objective, record.seconds, record.examples_per_second]
        rate = [] if record.learning_rate is None else [record.learning_rate]
        if not all(map(_is_number, (*single, *named, *rate))):
            raise TypeError(f"a record is made of numbers, not {dict(data)!r:.200}")
        if not all(type(count) is int and 0 <= count < 2**63 for count in (record.epoch, record.updates)):
            raise TypeError(f"the epoch and the updates of a record are whole numbers, not {dict(data)!r:.200}")
        if not isinstance(record.best, bool | None):
            raise TypeError(f"whether an epoch is the best is true or false, not {record.best!r:.200}")
        if record.health is not None:
            check_health(record.health)
        return record

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def _repr_html_(self) -> str:
        return card(f"Record of epoch {self.epoch:,}", f"{self.updates:,} updates", records_html([self]))

    def __str__(self) -> str:
        shown = [f"epoch {self.epoch}", f"loss {self.loss:.4g}", *(f"{k} {v:.4g}" for k, v in self.metrics.items())]
        if self.penalty:
            shown.insert(2, f"penalty {self.penalty:.3g}")
        if self.validation is not None:
            best = " (best so far)" if self.best else ""
            shown.append("validation " + " ".join(f"{k} {v:.4g}" for k, v in self.validation.items()) + best)
        return "  ".join([*shown, f"{self.examples_per_second:,.0f} examples/s"])


def column_of(name: Any, columns: Iterable[str]) -> str:
    """The column called `name`; Keras's val_loss is called validation_loss here. Raises UnknownNameError."""
    names = list(columns)
    if name in names:
        return name
    longer = f"{VALIDATION}{name.removeprefix('val_')}" if isinstance(name, str) and name.startswith("val_") else None
    if longer in names:
        return longer
    raise UnknownNameError(f"a record has no {name!r}; it has {known(str(longer or name), names)}")


def check_health(health: Any) -> None:
    """Raise TypeError unless `health` has the form of `bprop.health.measure`: numbers or None, by box and parameter."""
    try:
        names = [health["first_not_finite"], *health["layers"]]
        tables = [health["boxes"], health["parameters"]]
        named = [(name, row) for table in tables for name, row in table.items()]
        numbers = [value for _, row in named for value in row.values()]
    except (KeyError, TypeError, AttributeError):
        names, named, numbers = [0], [], []
    if not all(isinstance(name, str | None) for name in (*names, *(name for name, _ in named))) or not all(
        value is None or _is_number(value) for value in numbers
    ):
        raise TypeError(f"the health of a record is numbers by box and by parameter, not {health!r:.200}")


def _is_number(value: Any) -> bool:
    """True for a float, and for a whole number in the range of floats."""
    return isinstance(value, float) or (isinstance(value, int) and abs(value) < 2**1023)
