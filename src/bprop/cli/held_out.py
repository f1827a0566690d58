"""The rows that `bprop train` held out for the test, again; and whether rows were trained on."""

from __future__ import annotations

from typing import Any

import numpy as np

from bprop.cli.opening import open_for
from bprop.errors import DataError, SettingError
from bprop.model import Model
from bprop.sources.assigned import assigned
from bprop.sources.checksums import checksum_of, rows_checksum
from bprop.sources.chunks import Chunks
from bprop.sources.division import KEY, Division
from bprop.sources.frame import Frame
from bprop.sources.labelled import some_labelled
from bprop.sources.opening import STANDARD_INPUT
from bprop.sources.preparation import Preparation
from bprop.sources.read_options import INFERRED, ReadOptions
from bprop.sources.splits import TEST, class_numbers
from bprop.sources.survey import Shares, together


def held_out(
    model: Model, source: str | None, labels: str | None = None, reading: ReadOptions = INFERRED
) -> tuple[Frame, Preparation]:  # fmt: skip
    """The rows of the test, as `bprop train` held them out, for a saved model.

    source : the data of the training, or the file of the test; default: as the notes of the model name it.

    Raises DataError where the data is no more what it was, or the model does not say how it was divided, SettingError
    where no row was held out.
    """
    division = Division.from_notes(model.notes)
    name, checksum = division.files.get("test", (division.source, division.checksum))
    if "test" not in division.counts:
        raise SettingError("--held-out: this model was trained without a test (--test 0): no row was held out for it")
    if source is None and name == STANDARD_INPUT:
        raise SettingError("--held-out: the data of the training was standard input: name the file that has it")
    source = name if source is None else source
    reading = division.read if reading == INFERRED else reading
    labels = division.labels if labels is None and "test" not in division.files else labels
    _need_same(source, _checksum(source), division, checksum)
    if "test" in division.files:
        return open_for(model, source, labels, reading)
    if division.streamed:
        return _streamed(model, source, division, reading)
    rows, preparation = open_for(model, source, labels, reading)
    _need_same(source, checksum_of(source, rows), division, checksum)  # standard input has one only now
    test = None
    if len(rows) == division.rows:
        test = division.split.parts(rows, class_numbers(rows, preparation.answer)).test
    if test is None:
        raise _other(source, f"it has {len(rows):,} rows, and had {division.rows:,}")
    part = rows.rows(test)
    assert part.numbers is not None
    _need_rows(source, part.numbers, division)
    return part, preparation


def seen(notes: dict[str, Any], source: str, rows: Frame) -> str | None:
    """A warning if rows were trained on: known by the checksum of their source, whatever it is called."""
    if KEY not in notes:
        return None
    division = Division.from_notes(notes)
    if division.checksum is None or checksum_of(source, rows) != division.checksum:
        return None
    count = division.counts["train"] + division.counts.get("validation", 0) * ("validation" not in division.files)
    way = "--held-out evaluates the test rows alone" if "test" in division.counts else "evaluate it on other rows"
    return (
        f"warning: {count:,} of these {division.rows:,} rows were used for training: on new rows, scores are worse; "
        f"{way}"
    )


def _streamed(model: Model, source: str, division: Division, reading: ReadOptions) -> tuple[Frame, Preparation]:
    """The test's rows of a table that is read piece by piece."""
    preparation = Preparation.from_notes(model.notes)
    split = division.split
    chunks = Chunks(source, ",".join(preparation.answer.columns), preparation.reading(reading))
    by_column = split.column is not None
    shares = (
        assigned(chunks, split, preparation.task) if by_column else Shares(split.validation, split.test, split.seed)
    )
    frames, numbers, answer = [], [], preparation.answer
    for chunk in chunks:
        mine = np.nonzero(shares.parts(chunk.numbers) == TEST)[0]
        if len(mine):
            frames.append(some_labelled(chunk.frame(mine), answer.columns, answer.are_numbers))
            numbers.append(chunk.numbers[mine])
    if not frames:
        raise _other(source, "none of its rows are in the test")
    _need_rows(source, np.concatenate(numbers), division)
    return together(frames), preparation


def _checksum(source: str) -> str | None:
    try:
        return checksum_of(source)
    except DataError as error:
        raise DataError(f"{error}; where it lies elsewhere: bprop evaluate MODEL FILE --held-out") from error


def _need_same(source: str, checksum: str | None, division: Division, noted: str | None) -> None:
    if checksum is not None and checksum != noted:
        what = "the file of the test" if "test" in division.files else "the data of the training"
        raise _other(source, f"its content is not that of {what}")


def _need_rows(source: str, numbers: np.ndarray, division: Division) -> None:
    if rows_checksum(numbers) != division.test_rows:
        raise _other(source, "other rows of it would be held out now, as by another version of bprop")


def _other(source: str, why: str) -> DataError:
    return DataError(
        f"{source}: {why}: the rows that were held out cannot be told; give the unchanged file (bprop evaluate MODEL "
        "FILE --held-out), or evaluate without --held-out on rows that the model has not seen"
    )
