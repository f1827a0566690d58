"""The parts of the rows of a table larger than memory, where they follow from a column: it is read first, by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bprop.sources.answer import Answer
from bprop.sources.chunks import Chunks
from bprop.sources.division import described
from bprop.sources.frame import Frame
from bprop.sources.labelled import some_labelled
from bprop.sources.limits import need_room
from bprop.sources.splits import TRAIN, Split, class_numbers
from bprop.sources.survey import Tell, together

ROW = 200  # bytes for a row while its cell is read: as text, as a value, and its place in the order


@dataclass(frozen=True)
class Assigned:
    """The part of each row, which is kept in a byte. described : the fields of the table's `Division`."""

    of: np.ndarray
    seed: int
    described: dict[str, Any]

    def parts(self, rows: np.ndarray) -> np.ndarray:
        """(N,) TRAIN, VALIDATION or TEST for the rows of these numbers."""
        return self.of[rows]


def assigned(
    chunks: Chunks, split: Split, task: str | None, kinds: Mapping[str, str] | None = None,
    tell: Tell = lambda what, rows: None,
) -> Assigned:  # fmt: skip
    """Read the column by which rows are divided, and for groups the target, so that each class is held out alike.

    The parts are those of the same table in memory. Raises DataError, naming the place, for a cell that does not do.
    """
    rows, count = _columns(chunks, split, tell)
    labels = None if split.group is None else class_numbers(rows, Answer.of(rows, rows.target, task, kinds))
    parts = split.parts(rows, labels)
    assert rows.numbers is not None
    of = np.full(count, TRAIN, np.int8)
    of[rows.numbers] = parts.of_rows(len(rows))
    return Assigned(of, split.seed, described(split, rows, parts, labels))


def _columns(chunks: Chunks, split: Split, tell: Tell) -> tuple[Frame, int]:
    """(the column and the targets of the rows that have one, the number of all rows)."""
    frames, count = [], 0
    for chunk in chunks:
        if not frames:
            split.need_column(
                Frame(chunks.name, dict.fromkeys(chunk.names, np.empty(0)), chunks.place, None, chunk.target)
            )
        names = [str(split.column), *chunk.target]
        frames.append(some_labelled(chunk.frame(None, names), chunk.target))
        count += len(chunk)
        need_room(chunks.source, ROW * count * len(names), f"the column {split.column!r}")
        tell("read", count)
    return together(frames), count
