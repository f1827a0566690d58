"""Data made ready for `bprop train`: sets to train on, to watch and to test on."""

from __future__ import annotations

from dataclasses import dataclass

from bprop.cli.experiment import hold_out
from bprop.cli.opening import Coding, Rows, answer_of, coding_of, open_data
from bprop.data import DataSet
from bprop.sources.answers import example_weights


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


@dataclass(frozen=True)
class Prepared:
    """Data sets, how rows become arrays, and rows to train on (all, or a sample) of which scaling is learned.

    held : the rows of the set to test on, else to watch, as they were read; None where they are not kept.
    """

    encoding: Coding
    sample: Rows
    train: DataSet
    validation: DataSet | None
    test: DataSet | None
    held: Rows | None = None


def in_memory(given: Given) -> Prepared:
    """All of the data, read and parted."""
    table = open_data(given.source, given.target, given.labels)
    answer = answer_of(table, given.task)
    stratify = answer.classes is not None
    rest, tested = hold_out(table, given.test, given.seed, "--test", stratify)
    trained, watched = hold_out(rest, given.validation, given.seed + 1, "--validation", stratify)
    encoding = coding_of(trained, answer, given.kinds, given.weights)
    train = _set(trained, encoding, given.weights)
    test = None if tested is None else _set(tested, encoding, given.weights)
    validation = None if watched is None else _set(watched, encoding, given.weights)
    return Prepared(encoding, trained, train, validation, test, watched if tested is None else tested)


def _set(rows: Rows, encoding: Coding, weights: str | None) -> DataSet:
    numbers = getattr(rows, "numbers", None)  # so that an error names the rows of the file, not of this part of it
    return DataSet(encoding.arrays(rows), None if weights is None else example_weights(rows, weights), numbers)
