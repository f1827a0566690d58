"""Signs that a test is easier than rows of tomorrow."""

import numpy as np
import pytest

from bprop.data import DataSet
from bprop.sources import leaks
from bprop.sources.columns import Date, Numeric
from bprop.sources.frame import Frame
from bprop.sources.leaks import ordered_dates, repeated_rows, row_hashes


def repeated(train, test):
    return repeated_rows(DataSet(train), DataSet(test))


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8, np.int64])
@pytest.mark.parametrize("width", [1, 2, 3, 8, 13])
def test_rows_with_equal_inputs_are_counted(rng, dtype, width):
    train = rng.integers(0, 50, size=(5000, width)).astype(dtype)
    test = rng.integers(100, 150, size=(60, width)).astype(dtype)
    test[:7] = train[rng.integers(5000, size=7)]
    arrays = {"x": train, "y": np.zeros(5000)}, {"x": test, "y": np.ones(60)}
    assert repeated(*arrays) == 7


def test_all_inputs_must_be_equal_and_the_target_need_not():
    train = {"x": np.array([[1.0], [2.0]]), "c_town": np.array([5, 6]), "y": np.array([0, 0])}
    test = {"x": np.array([[1.0], [1.0], [-0.0]]), "c_town": np.array([5, 6, 5]), "y": np.array([1, 0, 0])}
    assert repeated(train, test) == 1
    assert repeated({**train, "x": np.array([[0.0], [9.0]])}, test) == 1  # 0 is -0


def test_rows_that_differ_have_other_hashes(rng):
    grid = np.stack(np.meshgrid(np.arange(60.0), np.arange(60.0), [0.0, 1.0]), axis=-1).reshape(-1, 3)
    assert len(set(row_hashes([grid]).tolist())) == len(grid)


@pytest.mark.parametrize(
    ("days", "ordered"),
    [
        (range(25), True),
        (range(25, 0, -1), True),
        ([k // 2 for k in range(60)], True),
        ([*range(24), 3], False),
        ([k // 20 for k in range(100)], False),  # five days: a few visits, no series
        (range(12), False),
    ],
)
def test_dates_in_order_are_seen(days, ordered):
    cells = np.array([str(np.datetime64("2024-01-01") + np.timedelta64(day, "D")) for day in days], object)
    rows = Frame("t", {"n": np.arange(len(cells)), "day": cells}, str)
    kinds = (Numeric("n", 0.0, False), Date.fit("day", rows))
    assert ordered_dates(rows, kinds) == ("day" if ordered else None)
    assert ordered_dates(rows, kinds[:1]) is None


def test_rows_in_files_are_read_a_part_at_a_time_up_to_a_number(rng, monkeypatch):
    class InFiles(DataSet):
        """A data set that is read in parts of 100 rows."""

        @property
        def in_memory(self):
            return False

        def cuts(self):
            yield from (slice(start, min(start + 100, len(self))) for start in range(0, len(self), 100))

    x = rng.normal(size=(450, 3))
    train, test = InFiles({"x": x, "y": np.zeros(450)}), InFiles({"x": x[::3], "y": np.ones(150)})
    assert repeated_rows(train, test) == 150
    monkeypatch.setattr(leaks, "MOST", 599)
    assert repeated_rows(train, test) is None
    assert repeated({"x": x, "y": np.zeros(450)}, {"x": x[:3], "y": np.ones(3)}) == 3  # rows in memory are there anyway
