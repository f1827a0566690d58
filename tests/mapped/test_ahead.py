"""The thread that reads ahead, and lets go of what is done with."""

import numpy as np
import pytest

from bprop.mapped.ahead import Ahead, Region
from bprop.mapped.order import Pages


class Noted:
    """A region that notes what is asked of it, instead of doing it."""

    def __init__(self):
        self.held, self.most, self.log = set(), 0, []

    def fetch(self, start, stop):
        self.held |= set(range(start, stop))
        self.most = max(self.most, len(self.held))
        self.log.append(("fetch", start, stop))

    def drop(self, start, stop):
        self.held -= set(range(start, stop))
        self.log.append(("drop", start, stop))


def follow(cut, step, shuffle=True):
    """An epoch in steps of so many rows: the region, and whether every row was there when it was visited."""
    noted, epoch = Noted(), cut.epoch(1, 2, shuffle)
    order, ahead = cut.epoch(1, 2, shuffle).order(), Ahead([noted], epoch)
    missed = 0
    for start in range(0, cut.rows, step):
        ahead.reach(start, start + step)
        ahead.thread.submit(int).result()  # all that was asked for before is done
        missed += len(set(order[start : start + step].tolist()) - noted.held)
    ahead.close()
    return noted, missed


@pytest.mark.parametrize("step", [1, 7, 60, 100])
@pytest.mark.parametrize("shuffle", [True, False])
def test_rows_are_there_before_they_are_visited_and_few_others(step, shuffle):
    cut = Pages(1003, 10, 6)
    noted, missed = follow(cut, step, shuffle)
    assert missed == 0
    assert noted.most <= 60 * (2 + -(-step // 60))
    assert not noted.held


def test_neighbouring_pages_are_asked_for_together():
    noted, _ = follow(Pages(100, 10, 5), 10, shuffle=False)
    assert [entry for entry in noted.log if entry[0] == "fetch"] == [("fetch", 0, 50), ("fetch", 50, 100)]


def test_nobody_is_read_ahead_of_without_rows_to_visit():
    noted = Noted()
    Ahead([noted], Pages(100, 10, 5).epoch(0, 0)).close()
    assert noted.log == [("drop", 0, 100)]


def test_a_region_that_is_let_go_of_still_holds_its_rows(tmp_path):
    import mmap

    array = np.arange(30_000, dtype=np.int32).reshape(10_000, 3)
    array.tofile(tmp_path / "rows")
    with open(tmp_path / "rows", "rb") as file:
        memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        region = Region(memory, 12)
        found = np.frombuffer(memory, np.int32).reshape(-1, 3)
        for start, stop in ((0, 10_000), (17, 4000), (9_999, 10_000), (5, 5)):
            region.fetch(start, stop)
            region.drop(start, stop)
            np.testing.assert_array_equal(found, array)
        del found
        memory.close()
