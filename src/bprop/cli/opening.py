"""Open data by name, and prepare its rows to become arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bprop.cli.remarks import print_remarks
from bprop.console import say
from bprop.errors import DataError, SettingError
from bprop.model import Model
from bprop.sources.answer import Answer
from bprop.sources.frame import Frame
from bprop.sources.labelled import labelled
from bprop.sources.opening import open_rows
from bprop.sources.preparation import Preparation
from bprop.sources.read_options import INFERRED, ReadOptions
from bprop.sources.remarks import BadCells, unknown_categories, unused_marks
from bprop.sources.side_by_side import other_scale, side_by_side, with_numbers
from bprop.sources.splits import WHOLE, Split
from bprop.sources.target_kinds import are_names
from bprop.sources.targets import find_targets
from bprop.visible import visible

MOST_FILES = 3  # whose remarks are printed


def tell(frame: Frame) -> Frame:
    """The frame; prints on standard error how its files were read, where that does not go without saying."""
    print_remarks(frame.remarks, MOST_FILES, "files are read in such ways")
    return frame


def open_data(
    source: str, target: str | None = None, labels: str | None = None, reading: ReadOptions = INFERRED,
    task: str | None = None, kinds: Mapping[str, str] | None = None,
) -> Frame:  # fmt: skip
    """The rows of `source` that have a target. task, kinds : as they are asked for."""
    frame = tell(open_rows(source, target, labels, reading))
    frame = frame if frame.block is not None else replace(frame, target=find_targets(frame, target))
    return labelled(frame, frame.target, False if are_names(frame.target, task, kinds or {}) else None)


def open_beside(rows: Frame, source: str, labels: str | None = None) -> Frame:
    """Further data of the same kind as `rows`, with the same targets: a file to watch, or to test on."""
    frame = tell(open_rows(source, rows.target[0], labels, rows.read.beside(rows.columns)))
    if rows.block is None and frame.block is not None:
        raise DataError(f"{source}: must be a table (.csv, .parquet, ...), as {rows.name} is")
    frame = frame if frame.block is not None else replace(frame, target=rows.target)
    return labelled(frame, frame.target)


def open_for(
    model: Model, source: str, labels: str | None = None, reading: ReadOptions = INFERRED, *, targets: bool = True
) -> tuple[Frame, Preparation]:  # fmt: skip
    """The rows of `source` for a saved model; if `targets` is True, those that have a target."""
    preparation = Preparation.from_notes(model.notes)
    target = preparation.target if targets and not preparation.is_table else None
    frame = with_numbers(open_rows(source, target, labels, preparation.reading(reading)), preparation)
    frame = tell(side_by_side(frame, preparation, targets))
    if frame.block is None:
        frame = replace(frame, target=preparation.answer.columns)
    frame = preparation.adapted(frame)
    if line := other_scale(model.trained_on, frame):
        say(visible(line), error=True)
    bad = BadCells().add(preparation.kinds, frame).lines
    print_remarks([*unused_marks(frame, reading.missing), *bad, *unknown_categories(preparation, frame)])
    answer = preparation.answer
    return (labelled(frame, answer.columns, answer.are_numbers) if targets else frame), preparation


def prepare(
    trained: Frame, answer: Answer, kinds: Sequence[str] = (), weights: str | None = None, split: Split = WHOLE
) -> Preparation:  # fmt: skip
    """Learn from the training rows how to encode rows as arrays."""
    wanted = kinds_of(kinds)
    return Preparation.fit(trained, answer, wanted, split.apart(wanted, weights))


def kinds_of(words: Sequence[str]) -> dict[str, str]:
    """{column: kind} of the words "column=kind"."""
    return dict(map(_kind, words))


def _kind(word: str) -> tuple[str, str]:
    name, equals, kind = word.rpartition("=")
    if not equals:
        raise SettingError(f"--kind {word}: write COLUMN=KIND, such as --kind zip=categorical")
    return name, kind
