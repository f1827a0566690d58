"""Data made ready for `bprop train`: sets to train on, to watch and to test on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bprop.cli.experiment import hold_out
from bprop.cli.opening import Coding, Rows, answer_of, coding_of, open_data
from bprop.data import DataSet
from bprop.scaling import Units
from bprop.sources.answers import example_weights
from bprop.sources.scaling import need_digits, network_arrays, units_of, x_of


@dataclass(frozen=True)
class Given:
    """The options that say what the data is."""

    source: str
    target: str | None
    labels: str | None
    task: str | None
    kinds: tuple[str, ...]
    weights: str | None
    test: str
    validation: str
    seed: int
    scale: str = "auto"
    dtype: str = "float32"

    @property
    def precision(self) -> str:
        """In which examples are kept."""
        return "float64" if self.dtype in ("float64", "longdouble") else "float32"


@dataclass(frozen=True)
class Prepared:
    """Data sets, how rows become arrays, and rows to train on (all, or a sample) of which scaling is learned.

    units : how the data sets are scaled.
    held : the rows of the set to test on, else to watch, as they were read; None where they are not kept.
    """

    encoding: Coding
    units: Units
    sample: Rows
    train: DataSet
    validation: DataSet | None
    test: DataSet | None
    held: Rows | None = None

    @property
    def notes(self) -> dict[str, Any]:
        """What the model must remember."""
        return {**self.encoding.to_notes(), **self.units.to_notes()}


def in_memory(given: Given) -> Prepared:
    """All of the data, read and parted."""
    table = open_data(given.source, given.target, given.labels)
    answer = answer_of(table, given.task)
    stratify = answer.classes is not None
    rest, tested = hold_out(table, given.test, given.seed, "--test", stratify)
    trained, watched = hold_out(rest, given.validation, given.seed + 1, "--validation", stratify)
    encoding = coding_of(trained, answer, given.kinds, given.weights)
    units = units_of(x_of(trained, encoding), trained, encoding, given.scale)
    need_digits(trained, encoding, units, given.precision)

    def made(rows: Rows) -> DataSet:
        w = None if given.weights is None else example_weights(rows, given.weights)
        numbers = getattr(rows, "numbers", None)  # so that an error names the rows of the file, not of this part of it
        return DataSet(network_arrays(rows, encoding, units, given.precision), w, numbers)

    train = made(trained)
    test = None if tested is None else made(tested)
    validation = None if watched is None else made(watched)
    return Prepared(encoding, units, trained, train, validation, test, watched if tested is None else tested)
