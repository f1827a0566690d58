"""Signs that a test is easier than rows of tomorrow: rows that repeat, and rows in the order of time."""

from __future__ import annotations

import numpy as np

from bprop.data import DataSet
from bprop.sources.columns import Date, Kind
from bprop.sources.frame import Frame
from bprop.sources.random_bits import GAMMA, mixed

ENOUGH = 20  # different dates from which on rows may be a time series
PART = 4096  # rows at a time
MOST = 50_000_000  # rows in files: 8 bytes of memory for each


def repeated_rows(train: DataSet, test: DataSet) -> int | None:
    """How many rows of `test` have the same inputs as a row of `train`, as the network sees them.

    Data sets in files are read a part at a time; with more than MOST rows they are not: None.
    """
    if len(train) + len(test) > MOST and not (train.in_memory and test.in_memory):
        return None
    tested, trained = (_hashes_of(rows) for rows in (test, train))
    return int(np.isin(tested, trained).sum())


def _hashes_of(rows: DataSet) -> np.ndarray:
    names = sorted(name for name in rows.arrays if name != "y")
    return np.concatenate([row_hashes([rows.arrays[name][cut] for name in names]) for cut in rows.cuts()])


def row_hashes(arrays: list[np.ndarray]) -> np.ndarray:
    """(N,) of uint64: equal for equal rows, and for others with a chance of 2^-64."""
    hashes = np.zeros(len(arrays[0]), np.uint64)
    for array in arrays:
        for start in range(0, len(array), PART):
            rows = array[start : start + PART]
            rows = rows.reshape(len(rows), -1)
            rows = rows + 0.0 if rows.dtype.kind == "f" else rows  # so that -0.0 is 0.0
            raw = np.ascontiguousarray(rows).view(np.uint8)
            words = np.zeros((len(rows), -(-raw.shape[1] // 8)), np.uint64)
            words.view(np.uint8)[:, : raw.shape[1]] = raw
            mine = hashes[start : start + PART]
            for column in np.ascontiguousarray(words.T):
                mine[:] = mixed((mine ^ column) + GAMMA)
    return hashes


def ordered_dates(rows: Frame, kinds: tuple[Kind, ...]) -> str | None:
    """The first column of dates by which rows are sorted, from old to new or from new to old; None if there is none."""
    for kind in kinds:
        if isinstance(kind, Date):
            days = rows.column(kind.name).dates_as(kind.form)[0]
            days = days[~np.isnat(days)].astype(np.int64)
            steps = np.diff(days)
            if np.count_nonzero(steps) >= ENOUGH - 1 and ((steps >= 0).all() or (steps <= 0).all()):
                return kind.name
    return None
