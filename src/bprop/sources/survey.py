"""The first pass over a table larger than memory: it draws a sample of the training rows and collects every class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from bprop.errors import DataError, SettingError
from bprop.sources.answer import Answer
from bprop.sources.chunks import Chunk, Chunks
from bprop.sources.frame import Frame, concatenated
from bprop.sources.labelled import no_targets, some_labelled
from bprop.sources.limits import MOST_CLASSES, need_few_classes
from bprop.sources.random_bits import GAMMA, mixed
from bprop.sources.splits import TEST, TRAIN, VALIDATION
from bprop.sources.tally import Tally
from bprop.sources.target_kinds import are_names

SAMPLE_CELLS = 2_000_000
SAMPLE_ROWS = (2_000, 250_000)  # at least and at most, whatever the number of columns
Tell = Callable[[str, int], None]


def draws(rows: np.ndarray, seed: int, stream: int) -> np.ndarray:
    """(N,) numbers in [0, 1), each a function of the seed, the stream and the number of a row alone."""
    start = np.random.SeedSequence([seed, stream, 5]).generate_state(1, np.uint64)[0]
    with np.errstate(over="ignore"):
        z = mixed(start + (rows.astype(np.uint64) + np.uint64(1)) * GAMMA)
    return (z >> np.uint64(11)).astype(np.float64) * 2.0**-53


class Dividing(Protocol):
    """Says for which part rows are."""

    @property
    def seed(self) -> int: ...

    def parts(self, rows: np.ndarray) -> np.ndarray:
        """(N,) TRAIN, VALIDATION or TEST for the rows of these numbers."""
        ...


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
    """A pass over all rows: a sample of the training rows, the targets, their tally, and the number of rows."""

    sample: Frame
    answer: Answer
    tally: Tally
    rows: int


def survey(
    chunks: Chunks, task: str | None, shares: Dividing, kinds: Mapping[str, str] | None = None,
    tell: Tell = lambda what, rows: None,
) -> Survey:  # fmt: skip
    """Read all rows once. The sample is uniform, and the same however the rows are cut into chunks."""
    sample, classes, rows, left_out = Sample(shares.seed), Classes(), 0, 0
    for chunk in chunks:
        numbers = False if are_names(chunk.target, task, kinds or {}) else None
        targets = some_labelled(chunk.frame(None, chunk.target), chunk.target, numbers)
        assert targets.numbers is not None
        there = targets.numbers - chunk.start
        trained = shares.parts(chunk.numbers[there]) == TRAIN
        sample.add(chunk, there[trained])
        classes.add(targets, trained)
        rows, left_out = rows + len(chunk), left_out + targets.left_out
        tell("read", rows)
    if left_out == rows:
        raise no_targets(chunks.source, chunk.target, rows)
    drawn = sample.finish(chunks)
    targets, counts = classes.different(drawn)
    answer = Answer.of(targets, drawn.target, task, kinds, counts)
    if answer.classes is not None:
        need_few_classes(drawn.label, drawn.target[0], len(classes.rows), MOST_CLASSES)
    return Survey(drawn, answer, classes.tally(answer, drawn, rows - left_out, left_out), rows)


class Sample:
    """The rows that drew the lowest numbers, in the order of the table."""

    seed: int
    edge: float
    most: int

    def __init__(self, seed: int):
        self.seed, self.edge, self.most = seed, 1.0, 0
        self.frames: list[Frame] = []
        self.held: int = 0  # rows of them

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
    """Counts the rows of every different target, and those to train on. It stops when there are too many for classes.

    rows, trained : {target: rows} as it stands in the table. frames : a row for each.
    """

    def __init__(self) -> None:
        self.rows: Counter[Any] = Counter()
        self.trained: Counter[Any] = Counter()
        self.frames: list[Frame] = []
        self.too_many: bool = False

    def add(self, targets: Frame, trained: np.ndarray) -> None:
        """Rows with a target. trained : (N,) where a row is for training."""
        if len(targets.target) != 1 or self.too_many or not len(targets):
            return
        column = targets.columns[targets.target[0]]
        present, first, codes = np.unique(column.distinct.codes, return_index=True, return_inverse=True)
        values = column.distinct.values[present].tolist()
        unseen = [code for code, value in enumerate(values) if value not in self.rows]
        if unseen:
            self.frames.append(targets.rows(first[unseen], settle=False))
            self.rows.update({values[code]: 0 for code in unseen})  # in the order of the frames
        for counter, some in ((self.rows, codes), (self.trained, codes[trained])):
            counter.update(dict(zip(values, np.bincount(some, minlength=len(values)).tolist(), strict=True)))
        self.too_many = len(self.rows) > MOST_CLASSES

    def different(self, sample: Frame) -> tuple[Frame, np.ndarray | None]:
        """A row for each different target, and how often it stands in the table. Those of the sample where there are
        several columns of targets, or too many different ones."""
        if self.too_many or not self.frames:
            return replace(sample, columns={name: sample.columns[name] for name in sample.target}), None
        return together(self.frames), np.array(list(self.rows.values()))

    def tally(self, answer: Answer, sample: Frame, rows: int, left_out: int) -> Tally:
        """The targets, counted; those of the sample where they are values."""
        if answer.classes is None:
            return Tally.of(answer, answer.y(sample), rows=rows, left_out=left_out)
        labels = answer.y(together(self.frames))
        return Tally.of_classes(
            answer, labels, np.array(list(self.rows.values())), np.array([self.trained[name] for name in self.rows]),
            left_out,
        )  # fmt: skip


def together(frames: list[Frame]) -> Frame:
    """Rows of one table, some after the others, with their numbers in it."""
    columns = {name: concatenated([frame.columns[name] for frame in frames]) for name in frames[0].columns}
    numbers = [frame.numbers for frame in frames if frame.numbers is not None]
    remarks = tuple(dict.fromkeys(sentence for frame in frames for sentence in frame.remarks))
    return replace(frames[0], columns=columns, numbers=np.concatenate(numbers), remarks=remarks)
