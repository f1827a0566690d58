"""Data for `bprop train`: the training, validation and test sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bprop.cli.experiment import hold_out
from bprop.cli.opening import kinds_of, open_data, prepare
from bprop.data import DataSet
from bprop.scaling import Units
from bprop.sources.answer import Answer
from bprop.sources.frame import Frame
from bprop.sources.preparation import Preparation
from bprop.sources.read_options import INFERRED, ReadOptions
from bprop.sources.scaling import need_digits, network_arrays, units_of
from bprop.sources.tally import Tally
from bprop.sources.weights import class_weights, example_weights, weighted


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
    class_weight: tuple[str, ...] = ()

    @property
    def precision(self) -> str:
        """The precision in which examples are stored."""
        return "float64" if self.dtype in ("float64", "longdouble") else "float32"


@dataclass(frozen=True)
class Prepared:
    """Data sets, the encoding of rows, and the training rows (all, or a sample) from which scaling is learned.

    units : how the data sets are scaled.
    held : the rows of the test set, or else of the validation set, as read; None if they are not in memory.
    tally : the targets of the table, counted. of_class : (C,) the weights of classes, if any, which are in the weights
    of the sets to train and watch on. left_out : {file: rows without a target} of the sets that are files of their own.
    """

    preparation: Preparation
    units: Units
    sample: Frame
    train: DataSet
    validation: DataSet | None
    test: DataSet | None
    tally: Tally
    held: Frame | None = None
    of_class: np.ndarray | None = None
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def notes(self) -> dict[str, Any]:
        """The notes to save with the model."""
        return {**self.preparation.to_notes(), **self.units.to_notes()}


def in_memory(options: DataOptions) -> Prepared:
    """Read all of the data and split it."""
    kinds = kinds_of(options.kinds)
    rows = open_data(options.source, options.target, options.labels, options.reading, options.task, kinds)
    answer = Answer.of(rows, rows.target, options.task, kinds)
    stratify = answer.classes is not None
    rest, tested = hold_out(rows, options.test, options.seed, "--test", stratify)
    trained, watched = hold_out(rest, options.validation, options.seed + 1, "--validation", stratify)
    tally = _tally(answer, rows, trained)
    of_class = class_weights(options.class_weight, answer, tally.trained)
    preparation = prepare(trained, answer, options.kinds, options.weights).deciding(tally.trained)
    arrays = preparation.arrays(trained)
    units = units_of(arrays, preparation, options.scale)
    need_digits(trained.name, arrays, preparation, units, options.precision)

    def data_set(
        part: Frame | None, of_class: np.ndarray | None, encoded: dict[str, np.ndarray] | None = None
    ) -> DataSet | None:  # fmt: skip
        if part is None:
            return None
        part = preparation.adapted(part)
        w = None if options.weights is None else example_weights(part, options.weights)
        scaled = network_arrays(part, preparation, units, options.precision, encoded)
        w = weighted(w, of_class, scaled["y"])
        return DataSet(scaled, w, part.numbers)  # so that an error names the rows of the file, not of this part of it

    train = data_set(trained, of_class, arrays)
    assert train is not None
    held = watched if tested is None else tested
    held = None if held is None else preparation.adapted(held)
    return Prepared(
        preparation, units, trained, train, data_set(watched, of_class), data_set(tested, None), tally, held, of_class,
        _left_out(rows, watched=watched, tested=tested),
    )  # fmt: skip


def _tally(answer: Answer, rows: Frame, trained: Frame) -> Tally:
    """The targets of all rows, and of those to train on."""
    chosen = np.arange(len(rows))
    if trained.numbers is not None:
        chosen = trained.numbers if rows.numbers is None else np.searchsorted(rows.numbers, trained.numbers)
    return Tally.of(answer, answer.y(rows), chosen, left_out=rows.left_out)


def _left_out(rows: Frame, **parts: Frame | None) -> dict[str, int]:
    """{name of the data: rows of it without a target} of sets that are files of their own."""
    files = [part for part in parts.values() if part is not None and part.label != rows.label]
    return {part.label: part.left_out for part in files if part.left_out}
