"""How much of a kernel there is to share, and before which kernels threads must wait for each other."""

import numpy as np
import pytest

from bprop.engines.native.schedule.shares import WIDE, Barriers, by_columns, reduces_rows, reduction_units, units
from bprop.engines.trace.functions import new_tape


@pytest.mark.parametrize(
    ("shape", "columns", "count"),
    [((), False, 1), ((1, 1), False, 1), ((17,), True, 3), ((1, 16, 1), True, 2), ((5, 17), False, 5),
     ((5, 8 * WIDE), True, WIDE), ((5, 8 * WIDE - 7), True, WIDE), ((5, 8 * WIDE - 8), False, 5),
     ((1, 4, 3, 2), False, 4)],
)  # fmt: skip
def test_an_index_space_is_shared_out_by_rows_or_by_columns(shape, columns, count):
    assert by_columns(shape, 8) == columns
    assert units(shape, 8) == count


@pytest.mark.parametrize(
    ("shape", "axes", "along_lanes", "count"),
    [((6, 17), 1, True, 6), ((6, 17), 0, False, 3), ((6, 17), None, True, 1), ((4, 5, 1), 1, True, 4),
     ((4, 5, 1), 0, False, 1), ((2, 3, 9), (0, 2), True, 3), ((2, 3, 9), (0, 1), False, 2)],
)  # fmt: skip
def test_a_reduction_runs_along_the_lanes_or_beside_them(shape, axes, along_lanes, count):
    tape = new_tape(np.dtype("float64"))
    found = tape.leaf("a", shape, tape.dtype).sum(axis=axes)
    found = found.args[0] if found.op == "reshape" else found
    assert reduces_rows(found) == along_lanes
    assert reduction_units(found, 8) == count


# --- waiting for each other ---


def meetings(*kernels):
    """Before which of some kernels (reads, writes, how) threads meet."""
    met = []
    barriers = Barriers(lambda: met.append(len(done)))
    done = []
    for reads, writes, how in kernels:
        barriers.before(set(reads), set(writes), how)
        done.append(how)
    return met


def test_threads_meet_before_reading_what_another_wrote():
    assert meetings(("", "a", "shared"), ("a", "b", "shared")) == [1]
    assert meetings(("", "a", "alone"), ("a", "b", "shared")) == [1]
    assert meetings(("", "a", "shared"), ("a", "b", "alone")) == [1]


def test_threads_meet_before_writing_what_another_reads_or_wrote():
    assert meetings(("a", "b", "shared"), ("c", "a", "shared")) == [1]
    assert meetings(("a", "b", "alone"), ("c", "a", "shared")) == [1]
    assert meetings(("a", "b", "shared"), ("c", "a", "alone")) == [1]
    assert meetings(("", "a", "shared"), ("", "a", "shared")) == [1]
    assert meetings(("a", "b", "shared"), ("a", "c", "alone"), ("d", "a", "alone")) == [2]


def test_threads_do_not_meet_where_nothing_is_shared():
    assert meetings(("a", "b", "shared"), ("a", "c", "shared"), ("d", "e", "alone")) == []
    assert meetings(("", "a", "alone"), ("a", "b", "alone"), ("b", "a", "alone")) == []
    assert meetings(("", "a", "shared"), ("a", "b", "shared"), ("a", "c", "shared")) == [1]


def test_once_threads_have_met_nobody_reads_any_more_what_was_read_before():
    assert meetings(("a", "b", "shared"), ("b", "c", "shared"), ("d", "a", "shared")) == [1]
