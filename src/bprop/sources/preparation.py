"""From a frame to what a graph takes: the kinds of its columns and what is predicted, kept in a model's notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bprop.errors import DataError
from bprop.graph import Graph
from bprop.notes import TABLE as KEY
from bprop.sources import noted
from bprop.sources.answers import SEVERAL, Answer
from bprop.sources.frame import Frame
from bprop.sources.infer import fit_columns
from bprop.sources.kinds import Categorical, Ignored, Kind, from_notes
from bprop.sources.limits import some
from bprop.sources.table import Table

__all__ = ["KEY", "Preparation", "as_frame"]


@dataclass(frozen=True)
class Preparation:
    """What turns rows of a real table into arrays: learned from the training rows, kept in a saved model's notes."""

    source: str
    kinds: tuple[Kind, ...]
    answer: Answer

    @classmethod
    def fit(
        cls, frame: Frame, answer: Answer, given: Mapping[str, str] | None = None, apart: tuple[str, ...] = ()
    ) -> Preparation:
        """From the training rows.

        given : {column: kind}; the others are inferred. apart : columns that are neither inputs nor targets.
        """
        others = {*answer.columns, *apart}
        names = [name for name in frame.columns if name not in others]
        return cls(frame.name, fit_columns(names, frame, given or {}), answer)

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
    def used(self) -> tuple[Kind, ...]:
        """The columns that the network sees."""
        return tuple(kind for kind in self.kinds if not isinstance(kind, Ignored))

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(kind.name for kind in self.used)

    @property
    def ids(self) -> tuple[str, ...]:
        """The columns left out as ids: predictions carry them along."""
        return tuple(kind.name for kind in self.kinds if isinstance(kind, Ignored) and kind.why == "id")

    @property
    def embeddings(self) -> dict[str, tuple[int, int]]:
        """{column: (rows, width)} of the columns that are embedded."""
        return {k.name: (k.rows, k.width) for k in self.used if isinstance(k, Categorical) and k.width}

    @property
    def features(self) -> tuple[str, ...]:
        """(D,) the column of each feature of x."""
        return tuple(kind.name for kind in self.used for _ in kind.scaled)

    @property
    def scaled(self) -> np.ndarray:
        """(D,) of bool: which features of x are measures, to be scaled."""
        return np.array([one for kind in self.used for one in kind.scaled], dtype=bool)

    def inputs(self, frame: Frame) -> dict[str, np.ndarray]:
        """{"x": (N, D) numbers, "c_COLUMN": (N,) codes of each embedding}. DataError for columns that do not fit."""
        frame.need(self.columns)
        encoded = {kind.name: kind.encode(frame) for kind in self.used}
        codes = {f"c_{name}": encoded.pop(name) for name in self.embeddings}
        return {**({"x": np.concatenate(list(encoded.values()), axis=1)} if encoded else {}), **codes}

    def y(self, frame: Frame) -> np.ndarray:
        """The targets. Raises DataError where they are missing, or of a class that is not known."""
        missing = [name for name in self.answer.columns if name not in frame.columns]
        if missing:
            raise DataError(f"{frame.label}: there are no targets here ({', '.join(missing)}), and they are needed")
        return self.answer.y(frame)

    def arrays(self, frame: Frame) -> dict[str, np.ndarray]:
        """The inputs and "y"."""
        return {**self.inputs(frame), "y": self.y(frame)}

    def to_notes(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "source": self.source,
            "task": self.task,
            "columns": list(self.columns),
            "target": self.target,
            "classes": None if self.classes is None else list(self.classes),
            KEY: {
                "kinds": [kind.to_notes() for kind in self.kinds],
                "targets": list(self.answer.columns),
            },
        }

    @classmethod
    def from_notes(cls, notes: Mapping[str, Any]) -> Preparation:
        """From the notes of a model. Raises DataError, naming the entry, where they are damaged."""
        table = notes.get(KEY)
        if not isinstance(table, Mapping):
            raise noted.damaged(KEY, table, "what is known of columns")
        kinds = table.get("kinds")
        if not isinstance(kinds, list | tuple):
            raise noted.damaged("kinds", kinds, "a list of columns")
        found = cls(
            noted.text(notes, "source"), tuple(from_notes(kind) for kind in kinds),
            Answer(noted.texts(table, "targets"), *noted.answer(notes)),
        )  # fmt: skip
        noted.texts({"columns": [kind.name for kind in found.kinds]}, "columns")
        count = len(found.answer.columns)
        if not count or (count > 1 and found.task not in SEVERAL):
            raise noted.damaged("targets", found.answer.columns, f"what {found.task} predicts")
        return found

    def need_fit(self, graph: Graph) -> None:
        """Raise DataError where a graph does not take what rows are encoded as, or answers something else."""
        numbers = {"x": (len(self.scaled),)} if len(self.used) > len(self.embeddings) else {}
        noted.need_fit(graph, {**numbers, **{f"c_{name}": () for name in self.embeddings}}, self.outputs)


def as_frame(table: Table, preparation: Preparation) -> Frame:
    """Arrays or images as a frame, their columns being the model's, in order. DataError where they do not fit."""
    if table.x.shape[1] != len(preparation.columns):
        raise DataError(
            f"{table.name}: {table.x.shape[1]} input columns, but the model takes {len(preparation.columns)}: "
            f"{some(preparation.columns)}"
        )
    columns = {name: np.asarray(table.x[:, k]) for k, name in enumerate(preparation.columns)}
    if table.y is not None and len(preparation.answer.columns) == 1:
        columns[preparation.target] = table.y if table.y.dtype.kind in "fiu" else table.y.astype(str).astype(object)
    return Frame(table.name, columns, lambda row: f"{table.name}, row {row + 1}", target=preparation.answer.columns)
