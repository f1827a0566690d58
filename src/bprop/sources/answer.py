"""The targets: one column or several, predicted as classes or as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from bprop.errors import DataError, SettingError
from bprop.sources.classes import BOOLEAN, Recognised, folded, joined, plain
from bprop.sources.frame import Frame
from bprop.sources.guess import reasoned
from bprop.sources.limits import need_few_classes, some
from bprop.sources.no_classes import need_no_measures
from bprop.sources.target_kinds import wanted_of
from bprop.sources.targets import different, several, targets_of, texts_of
from bprop.sources.written import as_asked, written_in, written_so

ENOUGH, DIFFERENT = 20, 0.9  # of so many examples and more, a larger share of different targets makes no classes


@dataclass(frozen=True)
class Answer:
    """The columns to predict and their task.

    classes : the labels, label k being number k; None for numbers.
    written : how cells of text write the numbers of each column, "1.234,5"; "": as Python does. (): of all of them.
    join : how several spellings are one class ("nocase", "boolean"); "": they are not.
    reason : of the task, for people.
    """

    columns: tuple[str, ...]
    task: str
    classes: tuple[Any, ...] | None
    written: tuple[str, ...] = ()
    join: str = ""
    reason: str = field(default="", compare=False)

    @classmethod
    def of(
        cls, frame: Frame, columns: tuple[str, ...], task: str | None = None, kinds: Mapping[str, str] | None = None,
        counts: np.ndarray | None = None,
    ) -> Answer:  # fmt: skip
        """The answer for `task`, or for the task that the columns suggest. Raises SettingError if they do not fit.

        kinds : {column: kind}, of which those of the targets count. counts : (N,) how often each row stands in the
        table; default once.
        """
        frame.need_targets(columns)
        frame = as_asked(frame, columns, kinds or {})
        answer = cls._of(frame, columns, task, kinds or {}, counts)
        return replace(answer, written=written_in(frame, columns))

    @classmethod
    def _of(
        cls, frame: Frame, columns: tuple[str, ...], task: str | None, kinds: Mapping[str, str],
        counts: np.ndarray | None,
    ) -> Answer:  # fmt: skip
        wanted = wanted_of(columns, task, kinds, frame)
        counts = np.ones(len(frame), np.int64) if counts is None else counts
        if len(columns) == 1:
            return cls._of_one(frame, columns[0], wanted.task, wanted.join, wanted.reason, counts)
        return cls._of_several(frame, columns, wanted.task, wanted.reason)

    @classmethod
    def _of_several(cls, frame: Frame, columns: tuple[str, ...], task: str | None, reason: str) -> Answer:
        values = several(frame, columns)
        switches = bool(np.isin(values, (0, 1)).all())
        if task == "multilabel" and not switches:
            raise SettingError(
                f"multilabel needs targets of 0 and 1, or yes and no, in every one of {', '.join(columns)}"
            )
        why = "because every target is yes or no" if switches else "because not every target is yes or no"
        return cls(columns, task or ("multilabel" if switches else "regression"), None, reason=reason or why)

    @classmethod
    def _of_one(
        cls, frame: Frame, name: str, task: str | None, join: str, reason: str, counts: np.ndarray
    ) -> Answer:  # fmt: skip
        y = texts_of(frame, name) if join else targets_of(frame, name, task, counts)
        sure = task is not None
        if task is None:
            task, reason = reasoned(y, counts)
        if task == "classification":
            return cls((name,), task, _classes(frame, name, y, counts, sure, join), join=join, reason=reason)
        if y.dtype.kind not in "fiu":
            raise SettingError(
                f"{task} needs targets that are numbers; those of {frame.label} are text, such as {str(y[0])!r}"
            )
        return cls((name,), task, None, reason=reason)

    @property
    def are_numbers(self) -> bool:
        """Whether its cells are numbers, also those that are classes: other cells are bad ones."""
        return self.classes is None or not any(isinstance(name, str | bool) for name in self.classes)

    @property
    def outputs(self) -> int:
        """Outputs of the network."""
        return len(self.classes) if self.classes is not None else len(self.columns)

    def y(self, frame: Frame) -> np.ndarray:
        """Labels 0..C-1 or numbers (N,); for several columns (N, outputs).

        Raises DataError, naming the place, for a target that is missing, or of a class that is not known.
        """
        frame.need_targets(self.columns)
        frame = written_so(frame, self.columns, self.written, self.classes)
        if len(self.columns) == 1:
            y = texts_of(frame, self.columns[0]) if self.join else targets_of(frame, self.columns[0], self.task)
            return self._numbers(frame, y) if self.classes is None else self._labels(frame, y, self.classes)
        values = several(frame, self.columns)
        if self.task == "multilabel":
            if not np.isin(values, (0, 1)).all():
                raise DataError(
                    f"{frame.label}: the targets {', '.join(self.columns)} must all be 0 or 1 (or yes and no)"
                )
            return values.astype(np.int64)
        return values

    def _numbers(self, frame: Frame, y: np.ndarray) -> np.ndarray:
        if y.dtype.kind not in "fiu":
            raise DataError(f"{frame.label}: the targets are text, but the model predicts numbers")
        return y.astype(np.float64)

    def _labels(self, frame: Frame, y: np.ndarray, classes: tuple[Any, ...]) -> np.ndarray:
        values, codes = different(y, frame.column(self.columns[0]))
        labels = Recognised(classes, self.join).numbers(values.tolist())[codes]
        strange = np.nonzero(labels < 0)[0]
        if len(strange):
            row = int(strange[0])
            name = str(plain(y[row]))
            alike = next((one for one in map(str, classes) if folded(one).rstrip(".") == folded(name).rstrip(".")), "")
            others = f"; {len(strange):,} of {len(labels):,} rows have classes that it does not know"
            raise DataError(
                f"{frame.where(row)}, column {self.columns[0]!r}: the class {plain(y[row])} is not one of the model's "
                f"classes ({some(classes)}){others}"
                + f"; it may be meant for {alike!r}: spell it so in the file"
                * bool(alike)
            )
        return labels


def _classes(
    frame: Frame, name: str, y: np.ndarray, counts: np.ndarray, sure: bool, join: str
) -> tuple[Any, ...]:  # fmt: skip
    """The different targets, in order. Raises DataError if they are not classes.

    sure : the user or the source named the task; else it is a guess.
    """
    values, codes = different(y, frame.column(name))
    rows = np.bincount(codes, counts, len(values)).astype(np.int64)
    if join == BOOLEAN:
        _need_booleans(frame, name)
    classes = joined(values.tolist(), rows, join) if join else tuple(plain(value) for value in values)
    if len(classes) < 2:
        raise DataError(
            f"{frame.label}: all targets are {', '.join(map(repr, classes))}: give targets of two classes or more, or "
            "another --target"
        )
    if not sure and rows.sum() >= ENOUGH and len(classes) > DIFFERENT * rows.sum():
        raise DataError(
            f"{frame.label}, column {name!r}: {len(classes):,} of {rows.sum():,} targets differ, such as "
            f"{classes[0]!r}: hardly a class has two examples to learn from; give another --target, write numbers as "
            "plain numbers (1234.5), or keep each as a class with --task classification"
        )
    if not (sure or join):
        need_no_measures(f"{frame.label}, column {name!r}", classes, rows)
    need_few_classes(frame.label, name, len(classes))
    return classes


def _need_booleans(frame: Frame, name: str) -> None:
    """Raise DataError, naming the first place, where a target says neither yes nor no."""
    column = frame.column(name)
    bad = column.booleans[1]
    if bad.any():
        row = int(bad.argmax())
        raise DataError(
            f"{frame.where(row)}, column {name!r}: {str(column.cells[row])!r} says neither yes nor no, and "
            f"{int(bad.sum()):,} of {len(bad):,} rows have such targets; mend the file, or train with "
            f"--kind {name}=categorical"
        )
