"""Data for `bprop train`: the training, validation and test sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from bprop.cli.checks import check_kinds, check_part, check_seed, check_task
from bprop.cli.opening import kinds_of, open_beside, open_data, prepare
from bprop.cli.remarks import print_remarks
from bprop.data import DataSet
from bprop.scaling import Units
from bprop.sources.answer import Answer
from bprop.sources.division import Division
from bprop.sources.frame import Frame
from bprop.sources.pool import Pool
from bprop.sources.preparation import Preparation
from bprop.sources.read_options import INFERRED, ReadOptions
from bprop.sources.remarks import BadCells, remarks
from bprop.sources.scaling import need_digits, need_scaling, units_of
from bprop.sources.splits import Parts, Split, class_numbers
from bprop.sources.tally import Tally
from bprop.sources.weights import class_weights
from bprop.tables.parts import Origin, data_set, precision_of


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
    seed: int = 0
    scale: str = "auto"
    dtype: str = "float32"
    reading: ReadOptions = INFERRED
    split_by: str | None = None
    group: str | None = None
    class_weight: tuple[str, ...] = ()

    def division(self) -> tuple[Split, dict[str, str]]:
        """(how rows are divided, {"test" or "validation": its file} where it is one). Raises SettingError."""
        sizes = {"test": self.test, "validation": self.validation}
        shares = {name: share for name, size in sizes.items() if (share := share_of(size)) is not None}
        files = {name: size for name, size in sizes.items() if name not in shares}
        split = Split(shares.get("test", 0.0), shares.get("validation", 0.0), self.seed, self.split_by, self.group)
        return split.with_kind(kinds_of(self.kinds)), files

    def __post_init__(self) -> None:
        """Raise the errors of these options that can be known before the data is read."""
        check_seed(self.seed)
        check_task(self.task, self.target)
        need_scaling(self.scale)
        check_kinds(kinds_of(self.kinds))
        for option in ("test", "validation"):
            check_part(getattr(self, option), f"--{option}")

    @property
    def precision(self) -> str:
        """The precision in which examples are stored."""
        return precision_of(self.dtype)


@dataclass(frozen=True)
class Prepared:
    """Data sets, the encoding of rows, and the training rows (all, or a sample) from which scaling is learned.

    units : how the data sets are scaled.
    held : the rows of the test set, or else of the validation set, as read; None if they are not in memory.
    division : how the rows were divided. whole : all of them, as read, where they are kept for folds. pool : those of
    which several networks watch their own; None: they watch the same.
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
    division: Division | None = None
    whole: Whole | None = None
    pool: Pool | None = None

    @property
    def notes(self) -> dict[str, Any]:
        """The notes to save with the model."""
        division = {} if self.division is None else self.division.to_notes()
        return {**self.preparation.to_notes(), **self.units.to_notes(), **division}


def share_of(size: str) -> float | None:
    """A share or a number of rows; None if the word names a file."""
    try:
        return float(size)
    except ValueError:
        return None


@dataclass(frozen=True)
class Whole:
    """All rows of the data, as they were read.

    split : how they are divided. files : the rows of the parts that are files of their own: "validation", "test".
    """

    options: DataOptions
    rows: Frame
    answer: Answer
    split: Split
    files: dict[str, Frame]

    @classmethod
    def of(cls, options: DataOptions) -> Whole:
        """Read the data, and the files to validate or to test on."""
        split, files = options.division()
        kinds = kinds_of(options.kinds)
        rows = open_data(options.source, options.target, options.labels, options.reading, options.task, kinds)
        answer = Answer.of(rows, rows.target, options.task, kinds)
        return cls(options, rows, answer, split, {name: open_beside(rows, file) for name, file in files.items()})

    @property
    def labels(self) -> np.ndarray | None:
        """The numbers of the rows' classes, by which parts are stratified."""
        return class_numbers(self.rows, self.answer)

    def prepared(self, parts: Parts) -> Prepared:
        """The data sets of some parts. What there is to learn of the columns is learned from the rows to train on."""
        options = self.options
        frames = {**{name: self.rows.rows(part) for name, part in parts.there.items()}, **self.files}
        trained = frames["train"]
        tally = self._tally(parts.there["train"])
        of_class = class_weights(options.class_weight, self.answer, tally.trained)
        preparation = prepare(trained, self.answer, options.kinds, options.weights, self.split)
        preparation = preparation.deciding(tally.trained)
        self._remark(preparation)
        arrays = preparation.arrays(trained)
        units = units_of(arrays, preparation, options.scale)
        need_digits(trained.name, arrays, preparation, units, options.precision)
        sets = {}
        for name, frame in frames.items():
            frame = frames[name] = preparation.adapted(frame)
            sets[name] = data_set(
                frame, preparation, units, options.precision, options.weights, arrays if name == "train" else None,
                None if name == "test" else of_class,
            )  # fmt: skip
        held = frames.get("test", frames.get("validation"))
        return Prepared(
            preparation, units, trained, sets["train"], sets.get("validation"), sets.get("test"), tally, held, of_class,
            {part.label: part.left_out for part in self.files.values() if part.left_out},
            pool=Pool.of(self.split, self.rows, parts, self.labels),
        )  # fmt: skip

    def _remark(self, preparation: Preparation) -> None:
        """Print how the cells of the columns were taken."""
        print_remarks([*remarks(preparation, self.rows), *BadCells().add(preparation.kinds, self.rows).lines])
        for rows in self.files.values():
            print_remarks(BadCells().add(preparation.kinds, preparation.adapted(rows)).lines)

    def _tally(self, trained: np.ndarray) -> Tally:
        """The targets of all rows, and of those to train on."""
        return Tally.of(self.answer, self.answer.y(self.rows), trained, left_out=self.rows.left_out)

    def without_test_file(self) -> Whole:
        """The same, where a part of the rows is tested on in place of a file."""
        return replace(self, files={name: rows for name, rows in self.files.items() if name != "test"})

    def division(self, parts: Parts) -> Division:
        """How the rows were divided, to say and to note."""
        options = self.options
        _, named = options.division()
        files = {name: (file, self.files[name]) for name, file in named.items()}
        origin = Origin(options.source, options.reading, options.labels)
        return origin.division(self.split, self.rows, parts, self.labels, files)


def in_memory(options: DataOptions, folds: bool = False) -> Prepared:
    """Read all of the data and divide it. folds : keep all rows as they were read, for cross-validation."""
    whole = Whole.of(options)
    parts = whole.split.parts(whole.rows, whole.labels)
    return replace(whole.prepared(parts), division=whole.division(parts), whole=whole if folds else None)
