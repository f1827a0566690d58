"""From rows to the arrays of a graph. The kinds of columns and the targets are kept in a model's notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bprop.errors import DataError, SettingError
from bprop.graph import Graph
from bprop.notes import TABLE as KEY
from bprop.sources import noted
from bprop.sources.answer import Answer
from bprop.sources.classes import JOINS
from bprop.sources.column import Column
from bprop.sources.columns import Ignored, Kind, Matrix, from_notes
from bprop.sources.columns.infer import fit_columns
from bprop.sources.decision import KEY as DECISION
from bprop.sources.decision import Decision
from bprop.sources.frame import Frame
from bprop.sources.limits import some
from bprop.sources.progress import each
from bprop.sources.read_options import INFERRED, ReadOptions
from bprop.sources.target_kinds import SEVERAL
from bprop.sources.written import written_of

__all__ = ["KEY", "Preparation", "is_noted"]

NOTED = {"source", "task", "columns", "target", "classes"}
BLOCK = "x"
TARGETS = "targets"
"""The entry of the notes with the names of several targets, of a model that was made in Python."""


@dataclass(frozen=True)
class Preparation:
    """Turns rows into arrays: learned from the training rows, kept in a saved model's notes.

    read : how later files are read, where it is not inferred. decision : between two classes; None: not noted.
    """

    source: str
    kinds: tuple[Kind, ...]
    answer: Answer
    read: ReadOptions = INFERRED
    decision: Decision | None = None

    @classmethod
    def fit(
        cls, frame: Frame, answer: Answer, kinds: Mapping[str, str] | None = None, apart: tuple[str, ...] = ()
    ) -> Preparation:
        """From the training rows.

        kinds : {column: kind}; the others are inferred, and those of the targets are the answer's. apart : columns that
        are neither inputs nor targets.
        """
        kinds = {name: kind for name, kind in (kinds or {}).items() if name not in answer.columns}
        if frame.block is not None:
            if kinds or apart:
                raise SettingError(
                    "--kind and --weights are for tables with columns (.csv, .parquet, ...), not for arrays"
                )
            return cls(frame.name, (Matrix.fit(BLOCK, frame),), answer)
        others = {*answer.columns, *apart}
        names = [name for name in frame.columns if name not in others]
        return cls(frame.name, fit_columns(names, frame, kinds), answer, frame.read)

    def deciding(self, trained: np.ndarray | None) -> Preparation:
        """The same, with a decision between two classes, which have so many rows (2,) to train on."""
        if self.classes is None or len(self.classes) != 2 or trained is None:
            return self
        return replace(self, decision=Decision.of(trained))

    def with_threshold(self, threshold: float, aim: str = "") -> Preparation:
        """The same, for a model of two classes, with another threshold between them. aim : as in a Decision."""
        return replace(self, decision=replace(self.decision or Decision(1), threshold=threshold, aim=aim))

    @property
    def task(self) -> str:
        return self.answer.task

    @property
    def classes(self) -> tuple[Any, ...] | None:
        return self.answer.classes

    @property
    def outputs(self) -> int:
        return self.answer.outputs

    @property
    def target(self) -> str:
        return ", ".join(self.answer.columns)

    @property
    def is_table(self) -> bool:
        """Whether it was learned from columns of their own, rather than from a block."""
        return not any(isinstance(kind, Matrix) for kind in self.kinds)

    @property
    def used(self) -> tuple[Kind, ...]:
        """The columns that the network sees."""
        return tuple(kind for kind in self.kinds if not isinstance(kind, Ignored))

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(name for kind in self.used for name in kind.columns)

    @property
    def ids(self) -> tuple[str, ...]:
        """The columns left out as ids: predictions carry them along."""
        return tuple(kind.name for kind in self.kinds if isinstance(kind, Ignored) and kind.why == "id")

    @property
    def embeddings(self) -> dict[str, tuple[int, int]]:
        """{column: (rows, width)} of the columns that are embedded."""
        return {kind.name: kind.embedding for kind in self.used if kind.embedding is not None}

    @property
    def features(self) -> tuple[str, ...]:
        """(D,) the column of each feature of x."""
        return tuple(name for kind in self.used for name in kind.features)

    @property
    def scaled(self) -> np.ndarray:
        """(D,) of bool: which features of x are measures, to be scaled."""
        return np.array([one for kind in self.used for one in kind.scaled], dtype=bool)

    def adapted(self, frame: Frame) -> Frame:
        """Arrays and images, renamed: their columns and their target get the model's names. For a model of a table,
        each number becomes a column. A table stays as it is, up to Unicode's forms of a name.

        Raises DataError where there are more or fewer numbers than this takes.
        """
        block = frame.block
        if block is None:
            return frame.named_as([*(kind.name for kind in self.kinds), *self.answer.columns])
        if len(block.names) != len(self.columns):
            which = f": {some(self.columns)}" if self.is_table else ""
            raise DataError(
                f"{frame.label}: {len(block.names)} input columns, but the model takes {len(self.columns)}{which}: its "
                f"rows are of shape ({len(frame)}, {len(block.names)}), and must be (N, {len(self.columns)}), in the "
                "order of training"
            )
        targets = {}
        if len(frame.target) == 1 == len(self.answer.columns) and frame.target[0] in frame.columns:
            targets = {self.target: frame.columns[frame.target[0]]}
        elif len(self.answer.columns) > 1:
            targets = {name: frame.columns[name] for name in self.answer.columns if name in frame.columns}
        if not self.is_table:
            named = Column(block.cells, self.columns)
            return replace(frame, columns={BLOCK: named, **targets}, target=self.answer.columns)
        columns = {name: block.cells[:, k] for k, name in enumerate(self.columns)}
        targets = {n: c.texts if c.cells.dtype.kind in "Ub" else c for n, c in targets.items()}
        return replace(frame, columns={**columns, **targets}, target=self.answer.columns)

    def inputs(self, frame: Frame) -> dict[str, np.ndarray]:
        """{"x": (N, D) numbers, "c_COLUMN": (N,) codes of each embedding}. DataError for columns that do not fit."""
        if self.is_table:
            frame.need(self.columns)
            for name in self.columns:
                frame.need_readable(name, "input")
        x, start, codes = np.empty((len(frame), len(self.scaled))), 0, {}
        for kind in each("encoding", frame.label, self.used):
            encoded = kind.encode(frame)
            if kind.embedding is not None:
                codes[f"c_{kind.name}"] = encoded
            elif encoded.shape[1] == x.shape[1]:
                x, start = encoded, x.shape[1]  # as it is, also bytes
            else:
                x[:, start : start + encoded.shape[1]] = encoded
                start += encoded.shape[1]
        return {**({"x": x} if start else {}), **codes}

    def y(self, frame: Frame) -> np.ndarray:
        """The targets. Raises DataError where they are missing, or of a class that is not known."""
        return self.answer.y(frame)

    def arrays(self, frame: Frame) -> dict[str, np.ndarray]:
        """The inputs and "y"."""
        return {**self.inputs(frame), "y": self.y(frame)}

    def to_notes(self) -> dict[str, Any]:
        """As plain data. For a block, "columns" holds all of it; a table has an entry of its own."""
        notes = {
            "source": self.source,
            "task": self.task,
            "columns": list(self.columns),
            "target": self.target,
            "classes": None if self.classes is None else list(self.classes),
        }
        if self.decision is not None:
            notes[DECISION] = self.decision.to_notes()
        if not self.is_table:
            return notes
        table = {"kinds": [kind.to_notes() for kind in self.kinds], "targets": list(self.answer.columns)}
        more = {"read": self.read.to_notes(), "join": self.answer.join, "written": list(self.answer.written)}
        return {**notes, KEY: {**table, **{name: value for name, value in more.items() if value}}}

    @classmethod
    def from_notes(cls, notes: Mapping[str, Any]) -> Preparation:
        """From the notes of a model, of a table or of a block. Raises DataError, naming the entry, where they are
        damaged, or do not describe data."""
        if KEY in notes:
            return cls._of_table(notes, notes[KEY])
        if not is_noted(notes):
            raise DataError("this model does not say how to read tables: it was not made by `bprop train`")
        columns = noted.texts(notes, TARGETS) if TARGETS in notes else (noted.text(notes, "target"),)
        answer = Answer(columns, *noted.answer(notes))
        block = Matrix(BLOCK, noted.texts(notes, "columns"))
        return cls(noted.text(notes, "source"), (block,), answer, decision=_decision(notes, answer))

    @classmethod
    def _of_table(cls, notes: Mapping[str, Any], table: Any) -> Preparation:
        if not isinstance(table, Mapping):
            raise noted.damaged(KEY, table, "a description of columns")
        kinds = table.get("kinds")
        if not isinstance(kinds, list | tuple):
            raise noted.damaged("kinds", kinds, "a list of columns")
        join = table.get("join", "")
        if join not in ("", *JOINS):
            raise noted.damaged("join", join, f"one of {', '.join(JOINS)}")
        answer = Answer(noted.texts(table, "targets"), *noted.answer(notes), written_of(table), join)
        read = cls(
            noted.text(notes, "source"), tuple(from_notes(kind) for kind in kinds), answer,
            ReadOptions.from_notes(table.get("read", {})), _decision(notes, answer),
        )  # fmt: skip
        noted.texts({"columns": [kind.name for kind in read.kinds]}, "columns")
        count = len(read.answer.columns)
        if not count or (count > 1 and read.task not in SEVERAL):
            raise noted.damaged("targets", read.answer.columns, f"targets of {read.task}")
        return read

    def reading(self, options: ReadOptions = INFERRED) -> ReadOptions:
        """How further files are read: as these options say, and else as the files of training."""
        names = [kind.name for kind in self.kinds]
        return options.over(self.read, names).beside((*names, *self.answer.columns) if self.is_table else ())

    def need_fit(self, graph: Graph) -> None:
        """Raise DataError if a graph does not take the encoded rows, or has other outputs than the targets."""
        numbers = {"x": (len(self.scaled),)} if len(self.used) > len(self.embeddings) else {}
        noted.need_fit(graph, {**numbers, **{f"c_{name}": () for name in self.embeddings}}, self.outputs)


def _decision(notes: Mapping[str, Any], answer: Answer) -> Decision | None:
    """The decision in the notes of a model; None where it has none, as models of before."""
    return Decision.from_notes(notes[DECISION], answer.classes) if DECISION in notes else None


def is_noted(notes: Mapping[str, Any]) -> bool:
    """Whether notes are those of a model that `bprop train` made."""
    return KEY in notes or notes.keys() >= NOTED
