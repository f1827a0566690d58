"""Remarks on how the cells of a table were taken: guesses, suspicions, cells that do not fit."""

from __future__ import annotations

import shlex
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from bprop.sources.cells import marked_numbers
from bprop.sources.classes import folded
from bprop.sources.codes import begin_as_code
from bprop.sources.column import Column
from bprop.sources.columns import Categorical, Date, Duration, Kind, Numeric, Time
from bprop.sources.date_remarks import date_remarks
from bprop.sources.frame import Frame
from bprop.sources.looks import measures_in, shortened
from bprop.sources.number_format import PLAIN, NumberFormat, plain
from bprop.sources.number_inference import is_number
from bprop.sources.preparation import Preparation
from bprop.sources.totals import SUMS
from bprop.sources.unknown import unknown_cells
from bprop.sources.words import AMONG_MEASURES

SENTINELS = (
    -9, -99, -999, -9999, -99999, -999999, 99, 999, 9999, 99999, 999999, -7777, -8888, -1e20, 1e20, -1e30, 1e30,
)  # fmt: skip
"""Numbers by which programs say that a value is missing."""
ENOUGH = 3  # cells of them
APOSTROPHES = ("'", "’", "`")
MOST_SHOWN = 3  # categories that differ by case, in a line


def remarks(preparation: Preparation, frame: Frame) -> list[str]:
    """A sentence for each guess and each suspicion. frame : all rows that were read."""
    here = [kind for kind in preparation.kinds if kind.name in frame.columns]
    lines = [line for kind in here for line in _of_kind(kind, frame.column(kind.name))]
    of_dates = date_remarks(preparation, frame)
    return [*unused_marks(frame, frame.read.missing), *_targets(preparation, frame), *lines, *of_dates]


def _targets(preparation: Preparation, frame: Frame) -> Iterator[str]:
    answer = preparation.answer
    for name, written in zip(answer.columns, answer.written or [""] * len(answer.columns), strict=False):
        if written and name in frame.columns:
            yield f"column {name!r}: its numbers are written as {written}"
        if name in frame.columns and (written or answer.classes is None) and frame.column(name).is_text:
            yield from _doubt(name, frame.column(name), NumberFormat.spelled(written) if written else PLAIN)


def _of_kind(kind: Kind, column: Column) -> Iterator[str]:
    if column.is_text and isinstance(kind, Numeric):
        yield from _doubt(kind.name, column, kind.form)
    if isinstance(kind, Numeric):
        yield from _sentinels(kind, column)
    if isinstance(kind, Numeric | Date | Time | Duration):
        yield from _taken(kind, column)
    if isinstance(kind, Categorical) and column.is_text:
        yield from _marks(kind, column)
        yield from _sums(kind, column)
        yield from _cases(kind)
        if not kind.categories:
            yield f"column {kind.name!r}: no cell comes twice, so that nothing is learned of any: it is no help"
        yield from _numbers(kind, column)
        yield from _looks(kind)


def _doubt(name: str, column: Column, form: NumberFormat) -> Iterator[str]:
    spelling = column.settled.spelling
    if spelling.doubt and form == spelling.form:
        first, other = (form.number(spelling.doubt) for form in (spelling.form, spelling.other))
        yield (
            f"column {name!r}: {spelling.doubt} is taken for {first:g}, though nothing in the table says that it is no "
            f"{other:g}: write --kind {shlex.quote(f'{name}=numeric:{spelling.other}')} if it is"
        )


def _sentinels(kind: Numeric, column: Column) -> Iterator[str]:
    values = column.numbers_as(kind.form)[0]
    values = values[np.isfinite(values)]
    for mark in SENTINELS:
        count = int((values == mark).sum())
        others = values[values != mark]
        if count < ENOUGH or len(others) < ENOUGH:
            continue
        low, high = float(others.min()), float(others.max())
        if (mark < low and low - mark > high - low) or (mark > high and mark - high > high - low):
            yield (
                f"column {kind.name!r}: {count:,} cells are {mark:g}, far from the others ({low:g} to {high:g}): add "
                f"--missing {mark:g} if that stands for a missing value"
            )


def _taken(kind: Kind, column: Column) -> Iterator[str]:
    if not column.is_text or not (more := column.unmeasured & ~column.gone).any():
        return
    words = Counter(column.rows(np.nonzero(more)[0]).tolist()).most_common()
    shown = ", ".join(f"{count:,} cells {word!r}" for word, count in words[:MOST_SHOWN])
    yield f"column {kind.name!r}: {shown}{' ...' * (len(words) > MOST_SHOWN)} are taken for missing"


def _marks(kind: Categorical, column: Column) -> Iterator[str]:
    marks = sorted(AMONG_MEASURES.intersection(kind.categories))
    if marks:
        counts = column.counts
        yield (
            f"column {kind.name!r}: {counts[marks[0]]:,} cells are {marks[0]!r}, which is a category here: add "
            f"--missing '{marks[0]}' if it stands for a missing value"
        )


def _sums(kind: Categorical, column: Column) -> Iterator[str]:
    sums = [category for category in kind.categories if folded(category).rstrip(":") in SUMS]
    if sums and len(kind.categories) > 1:
        yield (
            f"column {kind.name!r}: {column.counts.get(sums[0], 0):,} cells are {sums[0]!r}: if these rows add up "
            "others, a row is learned from twice: leave them out"
        )


def _cases(kind: Categorical) -> Iterator[str]:
    alike = defaultdict(list)
    for category in kind.categories:
        alike[folded(category)].append(category)
    pairs = [" and ".join(map(repr, names)) for names in alike.values() if len(names) > 1]
    if pairs:
        more = f" and {len(pairs) - MOST_SHOWN:,} more" if len(pairs) > MOST_SHOWN else ""
        shown = ", ".join(pairs[:MOST_SHOWN])
        yield f"column {kind.name!r}: {shown}{more} differ by case or blanks only, and are different categories"


def _numbers(kind: Categorical, column: Column) -> Iterator[str]:
    counts = {cell: count for cell, count in column.counts.items() if cell is not None}
    if column.settled.codes:
        yield f"column {kind.name!r}: {column.settled.codes}, such as {next(iter(counts))}: categories, not numbers"
        return
    cells = sum(counts.values())
    marked = {cell for cell in counts if cell[:1] in APOSTROPHES and is_number(cell[1:])}
    rows = sum(counts[cell] for cell in marked)
    if len(marked) > 1 and 2 * rows > cells and not begin_as_code([cell[1:] for cell in marked]):
        yield (
            f"column {kind.name!r}: {rows:,} of {cells:,} cells are numbers behind an apostrophe, by which "
            f"spreadsheets mark text, such as {shortened(min(marked))!r}: they are taken for categories; take the "
            "apostrophes away to use them as numbers"
        )
        return
    numbers = set(filter(is_number, counts))
    rows = sum(counts[cell] for cell in numbers)
    if len(numbers) > 1 and 2 * rows > cells and column.numbers[1].any():
        examples = " and ".join(repr(shortened(c)) for c in sorted(numbers, key=lambda c: (-counts[c], c))[:2])
        yield (
            f"column {kind.name!r}: {rows:,} of {cells:,} cells look like numbers, such as {examples}, but no one "
            "format fits them: they are taken for categories; write all in one format and unit to use them as numbers"
        )


def _looks(kind: Categorical) -> Iterator[str]:
    """Of categories that are too many for a list of answers."""
    if kind.width and (what := measures_in(kind.categories)):
        yield (
            f"column {kind.name!r}: its {len(kind.categories):,} categories look like {what}, such as "
            f"{shortened(kind.categories[0])!r}, and are learned as names: numbers in columns of their own tell more"
        )


def unknown_categories(preparation: Preparation, frame: Frame, least: float = 0.0) -> list[str]:
    """A sentence for each column with categories that the model does not know, in more than a share `least` of rows."""
    lines = []
    for one in unknown_cells(preparation, frame):
        if one.count > least * one.rows:
            meant = one.meant
            like = f", where training had {shortened(meant)!r}" if meant else ""
            lines.append(
                f"column {one.kind.name!r}: {one.count:,} of {one.rows:,} cells are of no category "
                f"that the model knows, such as {shortened(one.cell)!r} ({one.where}){like}"
            )
    return lines


def unused_marks(frame: Frame, marks: Sequence[str]) -> list[str]:
    """A sentence for each mark of missing cells that no cell has."""
    if not marks:
        return []
    cells = {cell for column in frame.columns.values() if column.is_text for cell in column.distinct.values}
    arrays = [column.cells for column in frame.columns.values() if column.cells_kind in "fiu"]
    numbers = set(map(plain, cells - {None})) if marked_numbers(marks) else set()
    return [
        f"--missing {mark}: no cell of {frame.label} is {mark!r}"
        for mark in marks
        if mark not in cells and not _stands_in(plain(mark), numbers, arrays)
    ]


def _stands_in(number: float, numbers: set[float], arrays: Sequence[np.ndarray]) -> bool:
    """Whether a number is one of the cells of text, in any spelling, or of the cells that are numbers."""
    return bool(np.isfinite(number)) and (number in numbers or any((array == number).any() for array in arrays))


class BadCells:
    """Counts the cells that do not fit their columns, and are taken for missing."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.first: dict[str, tuple[str, str]] = {}

    def add(self, kinds: Sequence[Kind], frame: Frame) -> BadCells:
        """Count those of some rows, where they are not refused."""
        if frame.read.bad_cells != "missing":
            return self
        for kind in kinds:
            bad = kind.misfits(frame) if kind.name in frame.columns else np.zeros(0, bool)
            if bad.any():
                row = int(bad.argmax())
                self.counts[kind.name] += int(bad.sum())
                self.first.setdefault(kind.name, (str(frame.column(kind.name).cells[row]), frame.where(row)))
        return self

    @property
    def lines(self) -> list[str]:
        """A sentence for each column."""
        return [
            f"column {name!r}: {count:,} bad {'cells are' if count > 1 else 'cell is'} taken for missing; the first is "
            f"{shortened(self.first[name][0])!r} ({self.first[name][1]})"
            for name, count in self.counts.items()
        ]
