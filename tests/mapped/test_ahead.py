"""The thread that reads ahead, and lets go of what is done with."""

import mmap

import numpy as np
import pytest

from bprop.mapped.ahead import PIECE, Ahead, Region
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


@pytest.mark.skipif(not hasattr(mmap, "MADV_DONTNEED"), reason="this system takes no advice")
def test_advice_is_in_pieces_that_the_system_takes_whole():
    class Asked:
        def __init__(self):
            self.log = []

        def __len__(self):
            return 10 * 2**20

        def madvise(self, what, start, size):
            self.log.append((what, start, size))

    asked = Asked()
    region = Region(asked, 2**10)
    asked.log.clear()
    region.fetch(5, 5 + 1024)
    assert all(size <= PIECE + mmap.PAGESIZE for _, _, size in asked.log)
    covered = {page for _, start, size in asked.log for page in range(start, start + size, mmap.PAGESIZE)}
    assert covered >= set(range(5 * 2**10 // mmap.PAGESIZE * mmap.PAGESIZE, (5 + 1024) * 2**10, mmap.PAGESIZE))
    asked.log.clear()
    region.drop(0, 100)
    assert [what for what, _, _ in asked.log][-1] == mmap.MADV_DONTNEED
