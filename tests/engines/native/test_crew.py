"""How many threads a loop runs on: the count that has lately been quickest, tried again now and then."""

import pytest

from bprop.engines.native import crew
from bprop.engines.native.crew import Crew


@pytest.fixture
def clock(monkeypatch):
    """A clock that is turned by hand: clock[0]."""
    time = [0.0]
    monkeypatch.setattr(crew, "perf_counter", lambda: time[0])
    return time


def work(crew, clock, seconds, steps=10_000):
    """Do steps that take seconds[count] on `count` threads; the number of steps done on each."""
    done = dict.fromkeys(crew.counts, 0)
    for count, part in crew.parts(steps):
        assert part >= 1
        begun = clock[0]
        clock[0] += part * seconds[count]
        crew.timed(count, part, begun)
        done[count] += part
    assert sum(done.values()) == steps
    return done


@pytest.mark.parametrize(
    ("most", "counts"), [(1, [1]), (2, [1, 2]), (3, [1, 2, 3]), (5, [1, 2, 4, 5]), (8, [1, 2, 4, 8])]
)
def test_counts_double_up_to_the_most(most, counts):
    assert Crew(most).counts == counts


@pytest.mark.parametrize("best", [1, 2, 4])
def test_most_steps_are_done_on_the_quickest_count(clock, best):
    seconds = {count: 1e-4 * (1 if count == best else 3) for count in (1, 2, 4)}
    done = work(Crew(4), clock, seconds, 50_000)
    assert done[best] > 0.9 * 50_000
    assert all(done.values())  # every count is tried


def test_a_count_that_becomes_the_quickest_is_found(clock):
    mine = Crew(2)
    work(mine, clock, {1: 1e-4, 2: 3e-4}, 20_000)
    done = work(mine, clock, {1: 3e-4, 2: 1e-4}, 100_000)
    assert done[2] > 0.8 * 100_000


def test_one_slow_moment_does_not_change_the_crew(clock):
    mine = Crew(2)
    work(mine, clock, {1: 1.7e-4, 2: 1e-4}, 1000)
    begun = clock[0]
    clock[0] += 100 * 2.2e-4
    mine.timed(2, 100, begun)
    assert mine.next(100)[0] == 2


def test_two_bad_moments_at_the_beginning_are_soon_forgotten(clock):
    mine = Crew(2)
    work(mine, clock, {1: 1e-4, 2: 5e-4}, int((crew.SOON * 1.5) / 1e-4))
    done = work(mine, clock, {1: 1e-4, 2: 6e-5}, 10_000)
    assert done[2] > 0.6 * 10_000


def test_what_is_always_slow_is_hardly_ever_tried(clock):
    mine = Crew(2)
    work(mine, clock, {1: 1e-4, 2: 1e-2}, 100_000)
    done = work(mine, clock, {1: 1e-4, 2: 1e-2}, 100_000)
    assert done[2] < 30


def test_a_count_that_was_not_to_be_had_is_no_trouble(clock):
    mine = Crew(2)
    mine.trials = []
    clock[0] += 1.0
    mine.timed(1, 10, 0.0)
    assert mine.seconds[1] == 0.1


def test_slow_steps_are_tried_one_at_a_time(clock):
    parts = []
    mine = Crew(2)
    for count, part in mine.parts(6):
        parts.append(part)
        begun = clock[0]
        clock[0] += 2.0 * part
        mine.timed(count, part, begun)
    assert parts[1:] == [1] * (len(parts) - 1)


def test_one_thread_is_one_part():
    assert list(Crew(1).parts(1000)) == [(1, 1000)]


def test_no_steps_are_no_parts():
    assert list(Crew(2).parts(0)) == []
