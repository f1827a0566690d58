"""The first pass over a table larger than memory: it draws a sample of the training rows and collects every class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from bprop.errors import DataError, SettingError
from bprop.sources.answer import Answer
from bprop.sources.chunks import Chunk, Chunks
from bprop.sources.frame import Frame, concatenated
from bprop.sources.limits import MOST_CLASSES, need_few_classes

SAMPLE_CELLS = 2_000_000
SAMPLE_ROWS = (2_000, 250_000)  # at least and at most, whatever the number of columns
TRAIN, VALIDATION, TEST = 0, 1, 2
Tell = Callable[[str, int], None]


def draws(rows: np.ndarray, seed: int, stream: int) -> np.ndarray:
    """(N,) numbers in [0, 1), each a function of the seed, the stream and the number of a row alone.

    Source: Steele, Lea and Flood, Fast splittable pseudorandom number generators (2014), the mixing of SplitMix64.
    """
    start = np.random.SeedSequence([seed, stream, 5]).generate_state(1, np.uint64)[0]
    with np.errstate(over="ignore"):
        z = start + (rows.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((z ^ (z >> np.uint64(31))) >> np.uint64(11)).astype(np.float64) * 2.0**-53


@dataclass(frozen=True)
class Shares:
    """Divides rows into parts. Each row's part is drawn by itself, so a part has about its share of the rows."""

    validation: float
    test: float
    seed: int

    def __post_init__(self) -> None:
        for name in ("validation", "test"):
            if not 0 <= getattr(self, name) < 1:
                raise SettingError(f"{name} is a share in [0, 1), not {getattr(self, name):g}")

    def parts(self, rows: np.ndarray) -> np.ndarray:
        """(N,) TRAIN, VALIDATION or TEST for the rows of these numbers."""
        drawn = draws(rows, self.seed, 1)
        edge = self.test + (1 - self.test) * self.validation
        return np.where(drawn < self.test, TEST, np.where(drawn < edge, VALIDATION, TRAIN))


@dataclass(frozen=True)
class Survey:
    """A pass over all rows: a sample of the training rows, the targets, and the number of rows."""

    sample: Frame
    answer: Answer
    rows: int


def survey(chunks: Chunks, task: str | None, shares: Shares, tell: Tell = lambda what, rows: None) -> Survey:
    """Read all rows once. The sample is uniform, and the same however the rows are cut into chunks."""
    sample, classes, rows = Sample(shares.seed), Classes(), 0
    for chunk in chunks:
        keep = np.nonzero(shares.parts(chunk.numbers) == TRAIN)[0]
        sample.add(chunk, keep)
        classes.add(chunk)
        rows += len(chunk)
        tell("read", rows)
    drawn = sample.finish(chunks)
    answer = Answer.of(classes.with_sample(drawn), drawn.target, task)
    if answer.classes is not None:
        need_few_classes(drawn.label, drawn.target[0], len(classes.seen), MOST_CLASSES)
    return Survey(drawn, answer, rows)


class Sample:
    """The rows that drew the lowest numbers, in the order of the table."""

    def __init__(self, seed: int):
        self.seed, self.edge, self.most = seed, 1.0, 0
        self.frames: list[Frame] = []
        self.held = 0  # rows of them

    def add(self, chunk: Chunk, rows: np.ndarray) -> None:
        """Of a chunk, the rows that may be in the sample."""
        self.most = int(np.clip(SAMPLE_CELLS // len(chunk.names), *SAMPLE_ROWS))
        rows = rows[draws(chunk.numbers[rows], self.seed, 2) < self.edge]
        if len(rows):
            self.frames.append(chunk.frame(rows))
            self.held += len(rows)
        if self.held > 2 * self.most:
            self.frames = [self._lowest()]
            self.held = len(self.frames[0])

    def _lowest(self) -> Frame:
        whole = together(self.frames)
        assert whole.numbers is not None
        drawn = draws(whole.numbers, self.seed, 2)
        if len(drawn) > self.most:
            self.edge = float(np.partition(drawn, self.most)[self.most])
        return whole.rows(np.nonzero(drawn < self.edge)[0], settle=False)

    def finish(self, chunks: Chunks) -> Frame:
        if not self.frames:
            raise DataError(f"{chunks.source}: no row is left to train on: hold out a smaller share")
        return self._lowest()


class Classes:
    """Keeps a row for every different target. It stops when there are too many for classes."""

    def __init__(self) -> None:
        self.seen: set = set()
        self.frames: list[Frame] = []
        self.too_many = False

    def add(self, chunk: Chunk) -> None:
        if len(chunk.target) != 1 or self.too_many:
            return
        column = chunk.frame(None, chunk.target)
        values = column.columns[column.target[0]].cells
        first: dict = {}
        for row, value in enumerate(values.tolist()):
            if value not in self.seen and value == value:
                first.setdefault(value, row)
        self.seen.update(first)
        if first:
            self.frames.append(column.rows(np.array(list(first.values())), settle=False))
        self.too_many = len(self.seen) > MOST_CLASSES

    def with_sample(self, sample: Frame) -> Frame:
        """The targets of the sample, and of a row for each that is not in it."""
        targets = replace(sample, columns={name: sample.columns[name] for name in sample.target})
        if self.too_many or not self.frames:
            return targets
        known = set(sample.columns[sample.target[0]].tolist())
        more = together(self.frames)
        new = np.array([value not in known for value in more.columns[sample.target[0]].tolist()], bool)
        return together([targets, more.rows(np.nonzero(new)[0], settle=False)])


def together(frames: list[Frame]) -> Frame:
    """Rows of one table, some after the others, with their numbers in it."""
    columns = {name: concatenated([frame.columns[name] for frame in frames]) for name in frames[0].columns}
    numbers = [frame.numbers for frame in frames if frame.numbers is not None]
    remarks = tuple(dict.fromkeys(sentence for frame in frames for sentence in frame.remarks))
    return replace(frames[0], columns=columns, numbers=np.concatenate(numbers), remarks=remarks)
