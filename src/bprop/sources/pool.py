"""The rows that are not in the test, of which each network of an ensemble watches some of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bprop.data import DataSet, shuffled
from bprop.memory import data_memory
from bprop.sources.frame import Frame
from bprop.sources.groups import group_folds
from bprop.sources.splits import Parts, Split

LAPS = 13  # the stream of random numbers for further rounds of validation rows


@dataclass(frozen=True)
class Pool:
    """Rows to train and to watch on. The first network watches the validation rows of the split.

    split : how they were divided. among : (M,) their numbers, in increasing order. watched : (V,) those of the
    validation. labels : (M,) the numbers of their classes; None: there are none. groups : (M,) those of their groups.
    """

    split: Split
    among: np.ndarray
    watched: np.ndarray
    labels: np.ndarray | None = None
    groups: np.ndarray | None = None

    @classmethod
    def of(cls, split: Split, rows: Frame, parts: Parts, labels: np.ndarray | None) -> Pool | None:
        """None where all networks watch the same rows: no rows, those of a file, or the last in the order of a column.

        labels : as for `split.parts`.
        """
        if parts.validation is None or split.by is not None:
            return None
        among = parts.but_for_test
        groups = None if split.group is None else split.keys(rows)
        return cls(
            split, among, parts.validation, None if labels is None else labels[among],
            None if groups is None else np.unique(groups[among], return_inverse=True)[1],
        )  # fmt: skip

    def validations(self, count: int) -> list[np.ndarray]:
        """For each of `count` networks, (V_k,) the places in `among` of the rows that it watches.

        They are different rows as long as there are enough; groups are kept whole.
        """
        first = np.searchsorted(self.among, self.watched)
        return [first, *(self._another(k, len(first)) for k in range(1, count))]

    def _another(self, k: int, size: int) -> np.ndarray:
        count = max(1, len(self.among) // size)
        if self.groups is not None:
            count = min(max(2, count), int(self.groups.max()) + 1)
            seed = _seed(self.split.seed, 1 + (k - 1) // count)
            fold = group_folds(self.groups, count, seed, self.labels, self.split.group or "")
            return np.nonzero(fold == (k - 1) % count)[0]
        lap, place = divmod(k, count)
        seed = self.split.seed + 1
        order = shuffled(len(self.among), seed if lap == 0 else _seed(seed, lap), self.labels)
        return np.sort(order[place * size : (place + 1) * size])

    def sets(self, train: DataSet, validation: DataSet, count: int) -> list[tuple[DataSet, DataSet]]:
        """[(rows to train on, rows to watch)] of `count` networks, of the sets of the split.

        All networks have the sets of the split where copies would take more memory than there is for data, and a
        network has them where all of its rows would weigh nothing.
        """
        size = sum(a.nbytes for part in (train, validation) for a in part.arrays.values())
        if count == 1 or not (train.in_memory and validation.in_memory) or (count + 1) * size > data_memory():
            return [(train, validation)] * count
        whole = self._together(train, validation)
        others = []
        for held in self.validations(count)[1:]:
            rest = np.ones(len(self.among), bool)
            rest[held] = False
            pair = whole.rows(np.nonzero(rest)[0]), whole.rows(held)
            weighty = all(part.weights is None or part.weights.any() for part in pair)
            others.append(pair if weighty else (train, validation))
        return [(train, validation), *others]

    def _together(self, train: DataSet, validation: DataSet) -> DataSet:
        """Both sets as one, in the order of `among`."""
        place = np.argsort(np.concatenate([np.setdiff1d(self.among, self.watched), self.watched]), kind="stable")
        arrays = {name: np.concatenate([a, validation.arrays[name]])[place] for name, a in train.arrays.items()}
        weights = numbers = None
        if train.weights is not None and validation.weights is not None:
            weights = np.concatenate([train.weights, validation.weights])[place]
        if train.numbers is not None and validation.numbers is not None:
            numbers = np.concatenate([train.numbers, validation.numbers])[place]
        return DataSet(arrays, weights, numbers)


def _seed(seed: int, k: int) -> int:
    return int(np.random.SeedSequence([seed, k, LAPS]).generate_state(1)[0])
