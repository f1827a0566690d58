"""From names of data to rows and their encoding: real tables, and arrays, images and built-in sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from bprop.errors import DataError, SettingError
from bprop.model import Model
from bprop.sources import Table, open_source
from bprop.sources.answers import Answer, find_targets
from bprop.sources.builtin import NAMES
from bprop.sources.encoding import Encoding
from bprop.sources.frame import Frame
from bprop.sources.preparation import KEY, Preparation, as_frame
from bprop.sources.tables import is_table, open_table

Rows = Table | Frame


class Coding(Protocol):
    """How rows become arrays and what is predicted: an Encoding for a Table, a Preparation for a Frame."""

    @property
    def source(self) -> str: ...
    @property
    def task(self) -> str: ...
    @property
    def classes(self) -> tuple[Any, ...] | None: ...
    @property
    def columns(self) -> tuple[str, ...]: ...
    @property
    def target(self) -> str: ...
    @property
    def outputs(self) -> int: ...

    def inputs(self, rows: Any, /) -> dict[str, np.ndarray]: ...
    def y(self, rows: Any, /) -> np.ndarray: ...
    def arrays(self, rows: Any, /) -> dict[str, np.ndarray]: ...
    def to_notes(self) -> dict[str, Any]: ...


def open_data(source: str, target: str | None = None, labels: str | None = None) -> Rows:
    """What `source` names, with its targets: a frame of a real table, or a table of numbers."""
    if source in NAMES or not is_table(source):
        return open_source(source, target=target, labels=labels)
    frame = open_table(source)
    return replace(frame, target=find_targets(frame, target))


def open_beside(rows: Rows, source: str, labels: str | None = None) -> Rows:
    """Further data of the same kind as `rows`, with the same targets: a file to watch, or to test on."""
    if isinstance(rows, Frame):
        if not is_table(source):
            raise DataError(f"{source}: is no table as {rows.name} is (.csv, .parquet, ...)")
        return replace(open_table(source), target=rows.target)
    return open_source(source, target=rows.target, labels=labels, expected=rows.columns)


def open_for(model: Model, source: str, labels: str | None = None, *, targets: bool = True) -> tuple[Rows, Coding]:
    """The rows of `source` for a saved model; targets are looked at only where they are wanted."""
    preparation = coding_of_model(model)
    if not isinstance(preparation, Preparation):
        target = preparation.target if targets else None
        return open_source(source, target=target, labels=labels, expected=preparation.columns), preparation
    if source in NAMES or not is_table(source):
        return as_frame(open_source(source, labels=labels), preparation), preparation
    return replace(open_table(source), target=preparation.answer.columns), preparation


def coding_of_model(model: Model) -> Encoding | Preparation:
    """How the rows that a saved model takes become arrays. Raises DataError where its notes do not say so."""
    return Preparation.from_notes(model.notes) if KEY in model.notes else Encoding.from_notes(model.notes)


def answer_of(rows: Rows, task: str | None) -> Answer | Encoding:
    """What is predicted, and as what: found in all rows, before they are split."""
    return Answer.of(rows, rows.target, task) if isinstance(rows, Frame) else Encoding.of(rows, task)


def coding_of(
    trained: Rows, answer: Answer | Encoding, kinds: Sequence[str] = (), weights: str | None = None
) -> Coding:
    """How rows become arrays, learned from the rows to train on."""
    given = kinds_of(kinds)
    if isinstance(answer, Answer) and isinstance(trained, Frame):
        apart = () if weights is None else (weights,)
        return Preparation.fit(trained, answer, given, apart)
    if given or weights is not None:
        raise SettingError("--kind and --weights are for tables with columns (.csv, .parquet, ...), not for arrays")
    if not isinstance(answer, Encoding):
        raise AssertionError("a table of numbers has an Encoding")
    return answer


def kinds_of(given: Sequence[str]) -> dict[str, str]:
    """{column: kind} of the words "column=kind"."""
    return dict(map(_kind, given))


def _kind(given: str) -> tuple[str, str]:
    name, equals, kind = given.rpartition("=")
    if not equals:
        raise SettingError(f"--kind {given}: say column=kind, such as --kind zip=categorical")
    return name, kind
