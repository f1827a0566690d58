"""Data for `bprop train`: the training, validation and test sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from bprop.cli.experiment import hold_out
from bprop.cli.opening import open_data, prepare
from bprop.cli.remarks import print_remarks
from bprop.data import DataSet
from bprop.scaling import Units
from bprop.sources.answer import Answer, example_weights
from bprop.sources.frame import Frame
from bprop.sources.preparation import Preparation
from bprop.sources.read_options import INFERRED, ReadOptions
from bprop.sources.remarks import BadCells, remarks
from bprop.sources.scaling import need_digits, network_arrays, units_of


@dataclass(frozen=True)
class DataOptions:
    """The options that describe the data."""

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
    reading: ReadOptions = INFERRED

    @property
    def precision(self) -> str:
        """The precision in which examples are stored."""
        return "float64" if self.dtype in ("float64", "longdouble") else "float32"


@dataclass(frozen=True)
class Prepared:
    """Data sets, the encoding of rows, and the training rows (all, or a sample) from which scaling is learned.

    units : how the data sets are scaled.
    held : the rows of the test set, or else of the validation set, as read; None if they are not in memory.
    """

    preparation: Preparation
    units: Units
    sample: Frame
    train: DataSet
    validation: DataSet | None
    test: DataSet | None
    held: Frame | None = None

    @property
    def notes(self) -> dict[str, Any]:
        """The notes to save with the model."""
        return {**self.preparation.to_notes(), **self.units.to_notes()}


def in_memory(options: DataOptions) -> Prepared:
    """Read all of the data and split it."""
    rows = open_data(options.source, options.target, options.labels, options.reading)
    answer = Answer.of(rows, rows.target, options.task)
    stratify = answer.classes is not None
    rest, tested = hold_out(rows, options.test, options.seed, "--test", stratify)
    trained, watched = hold_out(rest, options.validation, options.seed + 1, "--validation", stratify)
    preparation = prepare(trained, answer, options.kinds, options.weights)
    print_remarks([*remarks(preparation, rows), *BadCells().add(preparation.kinds, rows).lines])
    arrays = preparation.arrays(trained)
    units = units_of(arrays, preparation, options.scale)
    need_digits(trained.name, arrays, preparation, units, options.precision)

    def data_set(part: Frame | None, encoded: dict[str, np.ndarray] | None = None) -> DataSet | None:
        if part is None:
            return None
        part = preparation.adapted(part)
        if part.source != rows.source:
            print_remarks(BadCells().add(preparation.kinds, part).lines)
        w = None if options.weights is None else example_weights(part, options.weights)
        scaled = network_arrays(part, preparation, units, options.precision, encoded)
        return DataSet(scaled, w, part.numbers)  # so that an error names the rows of the file, not of this part of it

    train = data_set(trained, arrays)
    assert train is not None
    held = watched if tested is None else tested
    held = None if held is None else preparation.adapted(held)
    return Prepared(preparation, units, trained, train, data_set(watched), data_set(tested), held)
