"""Columns whose value is in the names of folders: year=2024/month=05/part-0.parquet, as Hive and Spark write tables."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np

from bprop.remote.path import place_of
from bprop.sources.formats import Piece
from bprop.sources.frame import Frame
from bprop.sources.read_options import ReadOptions

_FOLDER = re.compile(r"([A-Za-z_][\w.-]*)=(.*)")
MISSING = "__HIVE_DEFAULT_PARTITION__"


def partitions_of(source: str, path: Path) -> dict[str, str | None]:
    """{column: value} that the folders between a source and one of its files say; None where the value is missing."""
    if path == place_of(source):
        return {}
    matches = (_FOLDER.fullmatch(part) for part in path.parts[:-1])
    return {match[1]: None if match[2] == MISSING else unquote(match[2]) for match in matches if match}


def with_partitions(frame: Frame, values: Mapping[str, str | None]) -> Frame:
    """A frame with these columns before the others. A column of the file stays."""
    more = {name: value for name, value in values.items() if name not in frame.columns}
    if not more:
        return frame
    cells = {name: np.full(len(frame), value, object) for name, value in more.items()}
    return replace(frame, columns={**cells, **frame.columns})


class Partitioned(Piece):
    """A piece of a file with such columns."""

    rows: Any
    values: dict[str, str | None]

    remarks: tuple[str, ...]
    read: ReadOptions | None
    delimiter: str

    def __init__(self, piece: Piece, values: Mapping[str, str | None]):
        self.rows, self.values = piece, {name: value for name, value in values.items() if name not in piece.names}
        self.remarks, self.read, self.delimiter = piece.remarks, piece.read, piece.delimiter

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def names(self) -> list[str]:
        return [*self.values, *self.rows.names]

    def columns(self, index: np.ndarray | None, names: Sequence[str]) -> dict[str, Any]:
        count = len(self) if index is None else len(index)
        here = {name: np.full(count, self.values[name], object) for name in names if name in self.values}
        return {**here, **self.rows.columns(index, [name for name in names if name not in here])}
