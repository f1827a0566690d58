"""Data sets and the order of their examples."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bprop.errors import SettingError


class Reader:
    """Follows an epoch's progress so that a file-backed set can prefetch. Does nothing for sets in memory."""

    most: int | None = None
    """Rows that may be visited between two calls of `reach`; None: any number."""

    def reach(self, start: int, stop: int) -> None:
        """Positions start .. stop - 1 of the epoch's order are visited next; those before are done with."""

    def close(self) -> None:
        """The epoch has ended, or was interrupted."""


@dataclass(frozen=True)
class DataSet:
    """Arrays by input name, each (N, ...), and example weights (N,) or None for all 1.

    numbers : where this set is a part of another, the numbers of its rows there; else None.
    """

    arrays: Mapping[str, np.ndarray]
    weights: np.ndarray | None = None
    numbers: np.ndarray | None = None

    def __len__(self) -> int:
        return len(next(iter(self.arrays.values())))

    def rows(self, index: Any) -> "DataSet":
        """The examples at `index`, in that order."""
        weights = None if self.weights is None else self.weights[index]
        arrays = {name: array[index] for name, array in self.arrays.items()}
        return DataSet(arrays, weights, np.asarray(index) if self.numbers is None else self.numbers[index])

    @property
    def mean_weight(self) -> float | None:
        """(1 / N) sum_t w_t, in float64; None where all weigh 1. Infinite where float64 does not hold the sum."""
        with np.errstate(over="ignore"):
            return None if self.weights is None else float(self.weights.mean(dtype=np.float64))

    @property
    def in_memory(self) -> bool:
        """True if all rows are in memory. Then a copy of them may be made."""
        return True

    @property
    def arrangement(self) -> list[int] | None:
        """Numbers on which an epoch's order depends, beside seed, epoch and N; None: there are none."""
        return None

    @property
    def window(self) -> int | None:
        """The rows of `arrays`, where they are those that are visited next; None: they are all rows."""
        return None

    @property
    def whole(self) -> "DataSet":
        """The set that holds all rows: itself, or the one that a set with a window is fed from."""
        return self

    @property
    def checksum(self) -> str | None:
        """A checksum of all rows, where they lie in no arrays."""
        return None

    @property
    def changes(self) -> str | None:
        """In words, the function that changes each batch before an update; None where there is none."""
        return None

    @property
    def advice(self) -> str:
        """Advice for rows that are others than before; empty where there is none."""
        return ""

    def recast(self, arrays: Mapping[str, np.ndarray], weights: np.ndarray | None) -> "DataSet":
        """The same set with its arrays in other dtypes."""
        return DataSet(arrays, weights)

    def order(self, seed: int, epoch: int, shuffle: bool = True) -> np.ndarray:
        """The order (N,) in which epoch `epoch` visits the examples: a function of (seed, epoch)."""
        return batch_order(len(self), seed, epoch, shuffle)

    def reader(self, seed: int, epoch: int, shuffle: bool = True) -> Reader:
        """A reader that follows the visits in that order."""
        return Reader()

    def cuts(self) -> Iterator[slice]:
        """All rows in order, as slices. Each fits in memory; a set in memory is one slice."""
        yield slice(0, len(self))


def batch_order(count: int, seed: int, epoch: int, shuffle: bool = True) -> np.ndarray:
    """The order in which epoch `epoch` (0, 1, ...) visits `count` examples: a function of (seed, epoch) alone."""
    if not shuffle:
        return np.arange(count, dtype=np.int32)
    rng = np.random.default_rng(np.random.SeedSequence([seed, epoch, 1]))
    return rng.permutation(count).astype(np.int32)


def split(count: int, share: float, seed: int, labels: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Row numbers (kept, held out), `share` of them held out at random; with labels, of every class alike.

    Both are in increasing order and neither is empty. Raises SettingError where that is impossible.
    """
    held = round(count * share) if 0 < share < 1 else 0
    if not 0 < held < count:
        raise SettingError(f"cannot hold out a share {share} of {count} examples: both parts need at least one")
    order = shuffled(count, seed, labels)
    return np.sort(order[held:]), np.sort(order[:held])


def shuffled(count: int, seed: int, labels: np.ndarray | None = None, stream: int = 2) -> np.ndarray:
    """The numbers 0 .. count - 1 at random; with labels, any stretch of them holds about the same share of every class.

    stream : another one gives another order for the same seed.
    """
    rng = np.random.default_rng(np.random.SeedSequence([seed, stream]))
    order = rng.permutation(count)
    if labels is None:
        return order
    # examples of a class are spread evenly over [0, 1), so a cut holds the same share of every class
    place = np.empty(count)
    for label in np.unique(labels):
        members = order[labels[order] == label]
        place[members] = (np.arange(len(members)) + rng.random()) / len(members)
    return np.argsort(place, kind="stable")
