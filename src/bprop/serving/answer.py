"""Answers: columns of predictions, written in the format that a request accepts."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bprop.serving.media import ARROW, CSV
from bprop.serving.refused import BODY, RefusedError
from bprop.sources.formats.output import Output, as_csv, frame_of


@dataclass(frozen=True)
class Answer:
    """N predictions. columns : of cells, or of arrays (N, ...). remarks : sentences for people."""

    columns: Sequence[Output]
    remarks: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.columns[0].values)

    def written(self, kind: str, head: dict[str, Any]) -> bytes:
        """The content of the answer. head : what a document of JSON says beside the predictions."""
        if kind == CSV:
            return as_csv([part for column in self.columns for part in _flat(column)]).encode()
        if kind == ARROW:
            file = io.BytesIO()
            _frame(self.columns).write_ipc_stream(file)
            return file.getvalue()
        more = {"remarks": self.remarks} if self.remarks else {}
        start = json.dumps({**head, **more, "predictions": None}, ensure_ascii=False)
        return f"{start.removesuffix('null}')}{self._records()}}}".encode()

    def _records(self) -> str:
        """A list of objects, one a row."""
        if any(column.values.ndim > 1 for column in self.columns):
            names, cells = [one.name for one in self.columns], [one.values.tolist() for one in self.columns]
            return json.dumps([dict(zip(names, row, strict=True)) for row in zip(*cells, strict=True)])
        return frame_of(self.columns).write_json()


def need_finite(columns: Sequence[Output]) -> None:
    """Raise RefusedError (422), naming the first row, for predictions that are NaN or infinite: JSON has no such
    numbers, and rows that lead to them are far from those of training."""
    for column in columns:
        if column.values.dtype.kind != "f":
            continue
        finite = np.isfinite(column.values.reshape(len(column.values), -1)).all(1)
        if not finite.all():
            raise RefusedError(
                422, f"{BODY}, row {int(finite.argmin()) + 1}: {column.name} is too large for the network's numbers: "
                "correct this row, or leave it out",
            )  # fmt: skip


def _flat(column: Output) -> list[Output]:
    """A column for each number of an example: "f[0]", "f[1]", ... for those that are arrays."""
    values = column.values
    if values.ndim == 1:
        return [column]
    places = [",".join(map(str, place)) for place in np.ndindex(values.shape[1:])]
    flat = values.reshape(len(values), -1)
    return [Output(f"{column.name}[{place}]", flat[:, k], column.digits) for k, place in enumerate(places)]


def _frame(columns: Sequence[Output]) -> Any:
    import polars as pl

    if all(column.values.ndim == 1 for column in columns):
        return frame_of(columns)
    return pl.DataFrame([pl.Series(column.name, column.values) for column in columns])
