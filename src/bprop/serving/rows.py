"""A model for rows: of a table, or of numbers side by side."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bprop.errors import BpropError
from bprop.model import Model
from bprop.serving.answer import Answer, need_finite
from bprop.serving.asked import Options
from bprop.serving.documents import columns_in, document
from bprop.serving.media import ARROW, CSV, Media
from bprop.serving.numbers import array_of
from bprop.serving.refused import BODY, RefusedError
from bprop.serving.strict import known_columns, need_known_categories
from bprop.sources.formats import Csv, Source
from bprop.sources.formats.arrays import frame_of_arrays, numbered
from bprop.sources.formats.arrow_stream import ArrowStream, size_of
from bprop.sources.formats.values import column_of_values
from bprop.sources.frame import Frame
from bprop.sources.preparation import BLOCK, Preparation
from bprop.sources.remarks import BadCells
from bprop.sources.side_by_side import side_by_side
from bprop.sources.standard import SOURCE
from bprop.tables.answers import answers
from bprop.tables.threshold import with_threshold

PATH = Path(BODY)


class Rows:
    """Answers rows as `bprop predict` does, to the bit: both read rows, encode them and compute in the same way.

    net : a model with the notes of a table (`bprop.tables.files.load_for_rows`).
    """

    def __init__(self, net: Model):
        self.net = net
        self.preparation = Preparation.from_notes(net.notes)

    def answer(self, content: bytes, media: Media, options: Options, most: int, unpacked: int) -> Answer:
        """The predictions of the rows in a body. most : rows of it; unpacked : bytes of it, where it is packed.

        Raises RefusedError and DataError, naming row and column.
        """
        frame = self._frame(content, media, most, unpacked)
        need_few_rows(len(frame), most)
        preparation = self.preparation
        if frame.block is None and preparation.source != SOURCE:
            frame = known_columns(frame.named_as(_names(preparation)), preparation, options)
        frame = side_by_side(frame, preparation, False)
        if frame.block is None:
            frame = replace(frame, target=preparation.answer.columns)
        frame = preparation.adapted(frame)
        unseen = need_known_categories(frame, preparation, options)
        deciding = with_threshold(self.net.graph, preparation, options.threshold)
        columns = answers(self.net, deciding, frame, options.id, options.interval, options.spread)
        need_finite(columns)
        return Answer(columns, (*frame.remarks, *BadCells().add(preparation.kinds, frame).lines, *unseen))

    def _frame(self, content: bytes, media: Media, most: int, unpacked: int) -> Frame:
        read = self.preparation.reading()
        if media.kind == CSV:
            options = replace(read, encoding=media.encoding) if media.encoding else read
            return Csv().read(Source(PATH, content, lambda: content, options=options))
        if media.kind == ARROW:
            need_small_stream(content, most, unpacked)
            return ArrowStream().read(Source(PATH, content, lambda: content, options=read))
        sent = document(content)
        if not self.preparation.is_table and (numbers := _side_by_side(sent)) is not None:
            return self._of_numbers(numbers)
        ignored = {kind.name for kind in self.preparation.kinds} - {kind.name for kind in self.preparation.used}
        columns = {name: column_of_values(cells) for name, cells in columns_in(sent, read.known, ignored).items()}
        return Source(PATH, content, lambda: content, options=read).frame(columns)

    def _of_numbers(self, rows: Sequence[Any]) -> Frame:
        """Rows of numbers in the order of the model's columns, in whatever shape they lie in each other."""
        width = len(self.preparation.columns)
        shaped = [_numbers(row, number, width) for number, row in enumerate(rows, 1)]
        if not shaped:
            raise RefusedError(422, f"{BODY}: it has no rows")
        return frame_of_arrays(BODY, np.stack(shaped), None, numbered(width), "y")


def _names(preparation: Preparation) -> list[str]:
    return [*(kind.name for kind in preparation.kinds), *preparation.answer.columns]


def _side_by_side(sent: Any) -> Sequence[Any] | None:
    """The rows of [[1, 2], ...] and of {"x": [[1, 2], ...]}; None for another document."""
    if isinstance(sent, dict) and sent.keys() == {BLOCK}:
        sent = sent[BLOCK]
    return sent if isinstance(sent, list) and sent and all(isinstance(row, list) for row in sent) else None


def _numbers(row: Any, number: int, width: int) -> np.ndarray:
    array = array_of(row)
    if array is None or array.size != width or not np.isfinite(array).all():
        raise RefusedError(422, f"{BODY}, row {number}: it must be a list of {width} finite numbers{_where(row)}")
    return array.reshape(-1)


def _where(row: Sequence[Any]) -> str:
    """The first of the numbers that is none."""
    for place, cell in enumerate(row, 1):
        if not isinstance(cell, list) and ((one := array_of(cell)) is None or not np.isfinite(one)):
            return f", and number {place} is {json.dumps(cell)[:40]}"
    return f", and has {len(row):,}"


def need_few_rows(rows: int, most: int) -> None:
    """Raise RefusedError (413) for more rows than the limit."""
    if rows > most:
        raise RefusedError(413, f"{BODY}: {rows:,} rows, and at most {most:,} are answered at once: send them in parts")


def need_small_stream(content: bytes, most: int, unpacked: int) -> None:
    """Raise RefusedError for a stream of more rows, or of more bytes when it is unpacked; 400 where it is damaged."""
    try:
        size = size_of(PATH, content)
    except BpropError as error:
        raise RefusedError(400, f"{error}: send all of it again") from None
    need_few_rows(size.rows, most)
    if size.unpacked > unpacked:
        raise RefusedError(413, f"{BODY}: unpacked, it has more than {unpacked:,} bytes: send fewer rows at once")
