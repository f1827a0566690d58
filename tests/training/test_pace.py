"""How many steps are done between two looks at the clock."""

import pytest

from bprop.training import pace
from bprop.training.pace import Pace


@pytest.fixture
def clock(monkeypatch):
    """A clock that is set by hand."""
    now = [0.0]
    monkeypatch.setattr(pace, "perf_counter", lambda: now[0])
    return now


def stretch(paced, clock, seconds_a_step, remaining=10**9, extra=0.0):
    count = paced.next(remaining)
    clock[0] += count * seconds_a_step + extra
    taken = paced.done(count)
    assert taken == pytest.approx(count * seconds_a_step + extra)
    return count


def test_a_stretch_is_at_least_one_step_and_at_most_what_remains(clock):
    assert Pace(first=64).next(5) == 5
    assert Pace(first=64).next(1000) == 64
    assert Pace(first=0).next(5) == 1


def test_stretches_come_to_take_the_time_wanted(clock):
    paced = Pace(seconds=0.2)
    for _ in range(10):
        last = stretch(paced, clock, 1e-4)
    assert last == pytest.approx(2000, rel=0.01)


def test_slow_steps_come_one_by_one(clock):
    paced = Pace(seconds=0.2)
    for _ in range(3):
        last = stretch(paced, clock, 1.0)
    assert last == 1


def test_a_slow_first_stretch_may_have_been_compiling(clock):
    paced = Pace(seconds=0.2, first=64)
    stretch(paced, clock, 1e-4, extra=5.0)
    assert paced.next(10**9) == 64


def test_stretches_grow_by_bounds(clock):
    paced = Pace(seconds=0.2, first=64)
    stretch(paced, clock, 0.0)
    assert paced.next(10**9) == 8 * 64


# --- exact stretches ---


def test_a_stretch_is_as_long_as_the_time_wanted_at_the_speed_of_the_one_before(clock):
    paced = Pace(seconds=0.5, first=64)
    assert (Pace().seconds, Pace().count) == (0.2, 64)
    paced.next(100)
    clock[0] += 2.0**-2
    assert paced.done(64) == 2.0**-2
    assert paced.count == 128
    paced.next(100)
    clock[0] += 2.0
    paced.done(64)
    assert paced.count == 16
    paced.next(100)
    clock[0] += 2.0**-6
    paced.done(16)
    assert paced.count == 128  # and not 512: eight times as many at most


def test_a_first_stretch_that_took_exactly_the_time_wanted_is_not_believed(clock):
    paced = Pace(seconds=0.5, first=64)
    paced.next(100)
    clock[0] += 0.5
    paced.done(32)
    assert paced.count == 64
    paced.next(100)
    clock[0] += 0.5
    paced.done(32)
    assert paced.count == 32
