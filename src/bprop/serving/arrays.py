"""A model for arrays by name: one that was made in Python, of several inputs or outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bprop.model import Model
from bprop.serving.answer import Answer, need_finite
from bprop.serving.asked import Options
from bprop.serving.documents import document
from bprop.serving.media import ARROW, CSV, JSON, Media
from bprop.serving.numbers import array_of, sorts_of
from bprop.serving.refused import BODY, RefusedError
from bprop.serving.rows import PATH, need_few_rows, need_small_stream
from bprop.sources.formats.arrow_stream import ArrowStream
from bprop.sources.formats.output import Output
from bprop.sources.limits import some


class Arrays:
    """Answers {input: array (N, ...)} with {output: array (N, ...)}: `model.predict(**inputs)`."""

    def __init__(self, net: Model):
        self.net = net
        self.shapes: dict[str, tuple[Any, ...]] = {n: box.shape for n, box in net.graph.predictor.inputs.items()}
        shown = ", ".join(f'"{name}": {_shown(shape)}' for name, shape in self.shapes.items())
        self.form: str = f"send all rows, {{INPUT: array}}, or objects, one a row, each {{{shown}}}"

    def answer(self, content: bytes, media: Media, options: Options, most: int, unpacked: int) -> Answer:
        """The outputs for the arrays in a body. Raises RefusedError, naming the input, and the errors of `predict`."""
        if options != Options(unknown=options.unknown):
            raise RefusedError(400, "this model takes arrays: it has no intervals, spread, threshold or ids to ask for")
        arrays = self._arrays(content, media, most, unpacked)
        rows = {name: len(array) for name, array in arrays.items()}
        if len({*rows.values()}) > 1:
            counts = ", ".join(f"{name} {count:,}" for name, count in rows.items())
            raise RefusedError(422, f"{BODY}: the inputs have different numbers of rows: {counts}; {self.form}")
        need_few_rows(max(rows.values()), most)
        with np.errstate(over="ignore", invalid="ignore"):  # `need_finite` says where
            outputs = self.net.predict(arrays)
        named = outputs if isinstance(outputs, dict) else {next(iter(self.net.graph.outputs)): outputs}
        digits = 9 if self.net.dtype == np.float32 else 17
        columns = [Output(name, np.asarray(array), digits) for name, array in named.items()]
        need_finite(columns)
        return Answer(columns)

    def _arrays(self, content: bytes, media: Media, most: int, unpacked: int) -> dict[str, np.ndarray]:
        if media.kind == CSV:
            raise RefusedError(415, f"this model takes arrays, which CSV does not hold: send {JSON} or {ARROW}")
        if media.kind == ARROW:
            need_small_stream(content, most, unpacked)
            frame = ArrowStream().polars(PATH, content)
            return self._made({name: frame[name].to_list() for name in frame.columns})
        sent = document(content)
        if isinstance(sent, dict):
            self._need_names(sent)
            return self._made(sent if self._are_columns(sent) else {name: [value] for name, value in sent.items()})
        if not isinstance(sent, list) or not sent:
            raise RefusedError(422, f"{BODY}: it has no rows: {self.form}")
        for number, row in enumerate(sent, 1):
            self._need_names(row, f", row {number}")
        return self._made({name: [row[name] for row in sent] for name in self.shapes})

    def _need_names(self, row: Any, where: str = "") -> None:
        if not isinstance(row, dict):
            raise RefusedError(422, f"{BODY}{where}: it is no object: {self.form}")
        if row.keys() != self.shapes.keys():
            odd = some(sorted(row.keys() ^ self.shapes.keys()))
            raise RefusedError(422, f"{BODY}{where}: missing or unknown inputs: {odd}; {self.form}")

    def _are_columns(self, sent: Mapping[str, Any]) -> bool:
        """Whether an object holds all rows of its inputs, rather than one row."""
        depths = {name: _depth(value) - len(self.shapes[name]) for name, value in sent.items()}
        return all(more > 0 for more in depths.values())

    def _made(self, columns: Mapping[str, Sequence[Any]]) -> dict[str, np.ndarray]:
        self._need_names(dict(columns))
        return {name: self._array(name, columns[name]) for name in self.shapes}

    def _array(self, name: str, rows: Sequence[Any]) -> np.ndarray:
        """An input as an array. Raises RefusedError, naming the first row that is not of its shape."""
        box, shape = self.net.graph.inputs[name], self.shapes[name]
        arrays: list[np.ndarray] = []
        for number, row in enumerate(rows, 1):
            array = array_of(row)
            if array is None and box.dtype != "float" and sorts_of(row) == {bool}:
                array = np.asarray(row)
            if array is None or not _fits(array.shape, shape):
                raise RefusedError(
                    422,
                    f"{BODY}, row {number}, input {name!r}: it must be {_shown(shape)}{_switches(row)}; {self.form}",
                )
            arrays.append(array)
        try:
            return np.array(arrays)
        except ValueError:
            raise RefusedError(422, f"{BODY}, input {name!r}: its rows have different shapes") from None


def _fits(shape: tuple[int, ...], wanted: tuple[Any, ...]) -> bool:
    return len(shape) == len(wanted) and all(
        a == b or not isinstance(b, int) for a, b in zip(shape, wanted, strict=True)
    )


def _switches(row: Any) -> str:
    """The advice for true and false."""
    return "; true and false are no numbers: send 1 or 0" if bool in sorts_of(row) else ""


def _depth(value: Any) -> int:
    """Lists in each other."""
    depth = 0
    while isinstance(value, list):
        value, depth = (value[0] if value else None), depth + 1
    return depth


def _shown(shape: tuple[Any, ...]) -> str:
    return f"numbers ({', '.join(map(str, shape))})" if shape else "a number"
