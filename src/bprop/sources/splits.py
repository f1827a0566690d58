"""How the rows of a table are divided: some to train on, some to validate on while training, some for the test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace

import numpy as np

from bprop.data import shuffled, split
from bprop.errors import SettingError
from bprop.sources.answer import Answer
from bprop.sources.columns import Ignored
from bprop.sources.frame import Frame
from bprop.sources.groups import group_codes, group_folds, held_groups
from bprop.sources.ordered import last, order_values, stretches

TRAIN, VALIDATION, TEST = 0, 1, 2
FOLDS = 9  # the stream of random numbers for folds


@dataclass(frozen=True)
class Parts:
    """Numbers of rows, in increasing order; None where no row is held out."""

    train: np.ndarray
    validation: np.ndarray | None
    test: np.ndarray | None

    @property
    def there(self) -> dict[str, np.ndarray]:
        """The parts that there are, by name."""
        return {one.name: part for one in fields(self) if (part := getattr(self, one.name)) is not None}

    @property
    def but_for_test(self) -> np.ndarray:
        """The rows that are not in the test."""
        return self.train if self.validation is None else np.sort(np.concatenate([self.train, self.validation]))

    def of_rows(self, count: int) -> np.ndarray:
        """(count,) of int8: TRAIN, VALIDATION or TEST for each row."""
        of = np.full(count, TRAIN, np.int8)
        for number, part in ((VALIDATION, self.validation), (TEST, self.test)):
            if part is not None:
                of[part] = number
        return of


@dataclass(frozen=True)
class Split:
    """Divides rows by shares, or by numbers of rows from 1 on. The validation's share is one of the rows that are left
    beside the test's.

    Rows are held out at random, each class alike; with `by`, in the order of a column: the last rows are the test,
    those before them the validation; with `group`, at random, but rows that have the same cell in this column are all
    in one part.

    kind : of the column `by`, as in --kind COLUMN=KIND, where it is not inferred.
    """

    test: float = 0.2
    validation: float = 0.1
    seed: int = 0
    by: str | None = None
    group: str | None = None
    kind: str | None = None

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise SettingError(f"--seed {self.seed}: give a whole number, 0 or more")
        if self.by is not None and self.group is not None:
            raise SettingError(f"--split-by {self.by} and --group {self.group}: rows are held out by one of them")

    @property
    def column(self) -> str | None:
        """The column by which rows are divided."""
        return self.by if self.group is None else self.group

    @property
    def option(self) -> str:
        """The option that names the column."""
        return "--split-by" if self.group is None else "--group"

    def with_kind(self, kinds: Mapping[str, str]) -> Split:
        """The same; the column `by` is read as the kind that it has in {column: kind}, if any."""
        kind = None if self.by is None else kinds.get(self.by)
        return replace(self, kind=None if kind == Ignored.kind else kind)

    def apart(self, kinds: Mapping[str, str], weights: str | None) -> tuple[str, ...]:
        """The columns that are no inputs: of example weights, and of groups where `kinds` does not name it."""
        grouped = () if self.group is None or self.group in kinds else (self.group,)
        return (*(() if weights is None else (weights,)), *grouped)

    def need_column(self, rows: Frame) -> None:
        """Raise an error if the rows cannot be divided by the column: it is none of theirs, or a target."""
        name = self.column
        if name is None:
            return
        if rows.block is not None:
            raise SettingError(f"{self.option} {name}: for tables with columns (.csv, .parquet, ...), not for arrays")
        rows.column(name)
        if name in rows.target:
            raise SettingError(f"{self.option} {name}: this is the target; rows are divided by another column")

    def keys(self, rows: Frame) -> np.ndarray | None:
        """(N,) the values of the column that gives the order, or the numbers of the rows' groups; None at random."""
        if self.by is not None:
            return order_values(rows, self.by, self.kind)
        return None if self.group is None else group_codes(rows, self.group)

    def parts(self, rows: Frame, labels: np.ndarray | None = None) -> Parts:
        """The parts of the rows. labels : (N,) the numbers of their classes, to hold out each class alike.

        Raises SettingError where a part cannot be made, DataError, naming the place, for a cell of the column that is
        missing or in no order.
        """
        self.need_column(rows)
        everything = np.arange(len(rows))
        keys = self.keys(rows)
        left = 2 if self.validation else 1
        rest, test = self._held(keys, everything, self.test, self.seed, "--test", labels, left)
        train, validation = self._held(keys, rest, self.validation, self.seed + 1, "--validation", labels)
        return Parts(train, validation, test)

    def folds(self, rows: Frame, among: np.ndarray, count: int, labels: np.ndarray | None = None) -> Iterator[Parts]:
        """`count` ways to test on some of the rows `among` and to train on others: at random, each class alike, or by
        groups, each row is tested once; in the order of a column, each fold trains on all rows before those of its
        test, and the first rows are never tested. Each fold validates on a share of the rows that it would train on.
        """
        self.need_column(rows)
        keys = self.keys(rows)
        for rest, test in self._folds(keys, among, count, labels):
            train, validation = self._held(keys, rest, self.validation, self.seed + 1, "--validation", labels)
            yield Parts(train, validation, test)

    def _held(
        self, keys: np.ndarray | None, among: np.ndarray, size: float, seed: int, option: str,
        labels: np.ndarray | None, left: int = 1,
    ) -> tuple[np.ndarray, np.ndarray | None]:  # fmt: skip
        share = part(len(among), size, option)
        if share == 0:
            return among, None
        mine = None if labels is None else labels[among]
        if keys is not None and self.by is not None:
            rest, held = last(keys[among], share, self.by)
        elif keys is not None and self.group is not None:
            _, codes = np.unique(keys[among], return_inverse=True)
            out = held_groups(codes, share, seed, mine, self.group, left)
            rest, held = np.nonzero(~out)[0], np.nonzero(out)[0]
        else:
            try:
                rest, held = split(len(among), share, seed, mine)
            except SettingError as error:
                raise SettingError(f"{error}; give more examples, or hold out none: {option} 0") from None
        return among[rest], among[held]

    def _folds(
        self, keys: np.ndarray | None, among: np.ndarray, count: int, labels: np.ndarray | None
    ) -> list[tuple[np.ndarray, np.ndarray]]:
        if not 2 <= count <= len(among):
            raise SettingError(f"--folds {count}: give a number from 2 to {len(among):,}, the rows that there are")
        mine = None if labels is None else labels[among]
        if keys is not None and self.by is not None:
            shares = [k / (count + 1) for k in range(1, count + 1)]
            blocks = [among[block] for block in stretches(keys[among], shares, self.by)]
            return [(np.sort(np.concatenate(blocks[:k])), blocks[k]) for k in range(1, count + 1)]
        if keys is not None and self.group is not None:
            _, codes = np.unique(keys[among], return_inverse=True)
            fold = group_folds(codes, count, self.seed, mine, self.group)
        else:
            fold = np.empty(len(among), np.int64)
            for number, members in enumerate(np.array_split(shuffled(len(among), self.seed, mine, FOLDS), count)):
                fold[members] = number
        return [(among[fold != k], among[fold == k]) for k in range(count)]


WHOLE = Split(0.0, 0.0)
"""All rows are trained on."""


def part(count: int, size: float, option: str) -> float:
    """A share in [0, 1), from a share or a number of examples. Raises SettingError."""
    share = size if 0 <= size < 1 else size / count
    if not 0 <= share < 1 or (size >= 1 and size != int(size)):
        raise SettingError(f"{option} {size:g}: give a share in [0, 1) or a whole number below {count}")
    return share


def class_numbers(rows: Frame, answer: Answer) -> np.ndarray | None:
    """(N,) the number of each row's class, by which parts are stratified; None where no classes are predicted."""
    if answer.classes is None:
        return None
    values, codes = rows.column(answer.columns[0]).distinct
    there, codes = np.unique(codes, return_inverse=True)
    return np.unique(values[there], return_inverse=True)[1][codes]
