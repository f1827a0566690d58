"""How many threads a loop runs on: the count that has lately been quickest, tried again now and then."""

import pytest

from bprop.engines.native.run import thread_tuner
from bprop.engines.native.run.thread_tuner import ThreadTuner


@pytest.fixture
def clock(monkeypatch):
    """A clock that is turned by hand: clock[0]."""
    time = [0.0]
    monkeypatch.setattr(thread_tuner, "perf_counter", lambda: time[0])
    return time


def work(tuner, clock, seconds, steps=10_000):
    """Do steps that take seconds[count] on `count` threads; the number of steps done on each."""
    done = dict.fromkeys(tuner.counts, 0)
    for count, part in tuner.parts(steps):
        assert part >= 1
        begun = clock[0]
        clock[0] += part * seconds[count]
        tuner.timed(count, part, begun)
        done[count] += part
    assert sum(done.values()) == steps
    return done


@pytest.mark.parametrize(
    ("most", "counts"), [(1, [1]), (2, [1, 2]), (3, [1, 2, 3]), (5, [1, 2, 4, 5]), (8, [1, 2, 4, 8])]
)
def test_counts_double_up_to_the_most(most, counts):
    assert ThreadTuner(most).counts == counts


@pytest.mark.parametrize("best", [1, 2, 4])
def test_most_steps_are_done_on_the_quickest_count(clock, best):
    seconds = {count: 1e-4 * (1 if count == best else 3) for count in (1, 2, 4)}
    done = work(ThreadTuner(4), clock, seconds, 50_000)
    assert done[best] > 0.9 * 50_000
    assert all(done.values())  # every count is tried


def test_a_count_that_becomes_the_quickest_is_found(clock):
    mine = ThreadTuner(2)
    work(mine, clock, {1: 1e-4, 2: 3e-4}, 20_000)
    done = work(mine, clock, {1: 3e-4, 2: 1e-4}, 100_000)
    assert done[2] > 0.8 * 100_000


def test_one_slow_moment_does_not_change_the_count(clock):
    mine = ThreadTuner(2)
    work(mine, clock, {1: 1.7e-4, 2: 1e-4}, 1000)
    begun = clock[0]
    clock[0] += 100 * 2.2e-4
    mine.timed(2, 100, begun)
    assert mine.next(100)[0] == 2


def test_two_bad_moments_at_the_beginning_are_soon_forgotten(clock):
    mine = ThreadTuner(2)
    work(mine, clock, {1: 1e-4, 2: 5e-4}, int((thread_tuner.RETRY_FIRST * 1.5) / 1e-4))
    done = work(mine, clock, {1: 1e-4, 2: 6e-5}, 10_000)
    assert done[2] > 0.6 * 10_000


def test_what_is_always_slow_is_hardly_ever_tried(clock):
    mine = ThreadTuner(2)
    work(mine, clock, {1: 1e-4, 2: 1e-2}, 100_000)
    done = work(mine, clock, {1: 1e-4, 2: 1e-2}, 100_000)
    assert done[2] < 30


def test_a_count_that_was_not_to_be_had_is_no_trouble(clock):
    mine = ThreadTuner(2)
    mine.trials = []
    clock[0] += 1.0
    mine.timed(1, 10, 0.0)
    assert mine.seconds[1] == 0.1


def test_slow_steps_are_tried_one_at_a_time(clock):
    parts = []
    mine = ThreadTuner(2)
    for count, part in mine.parts(6):
        parts.append(part)
        begun = clock[0]
        clock[0] += 2.0 * part
        mine.timed(count, part, begun)
    assert parts[1:] == [1] * (len(parts) - 1)


def test_one_thread_is_one_part():
    assert list(ThreadTuner(1).parts(1000)) == [(1, 1000)]


def test_no_steps_are_no_parts():
    assert list(ThreadTuner(2).parts(0)) == []


# --- when and how long counts are tried ---


def settled(seconds, **more):
    mine = ThreadTuner(max(seconds), seconds)
    assert mine.trials == []
    for name, value in more.items():
        setattr(mine, name, value)
    return mine


def test_a_new_tuner_tries_every_count_after_one_step_that_does_not_count():
    assert ThreadTuner(4).trials == ThreadTuner(4, {1: 1e-4, 2: 1e-4}).trials == [1, 1, 2, 4]
    assert ThreadTuner(4, {1: 1e-4, 2: 1e-4, 4: 1e-4}).trials == []


def test_a_trial_lasts_three_thousandths_of_a_second_by_the_best_that_is_known():
    mine = ThreadTuner(2)
    assert mine.next(1000) == (1, 1)  # nothing is known
    mine.seconds[2] = 1e-4
    assert mine.next(1000) == (1, 30)
    assert mine.next(20) == (1, 20)
    mine.seconds[1] = 1.0
    assert mine.next(1000) == (1, 30)
    mine.seconds[2] = 1.0
    assert mine.next(1000) == (1, 1)


def test_the_quickest_works_for_fifty_partial_sums_a_second_at_a_time():
    mine = settled({1: 2.0**-12, 2: 2.0**-10})
    assert mine.next(1000) == (1, 81)
    assert mine.next(50) == (1, 50)
    assert settled({1: 3.0, 2: 1.0}).next(1000) == (2, 1)


def test_counts_are_tried_again_after_some_work_and_less_and_less_often():
    mine = settled({1: 1e-4, 2: 1e-4}, worked=thread_tuner.RETRY_FIRST)
    mine.next(10)
    assert mine.trials == []  # not yet
    for again in (0.1, 0.2, 0.4, 0.4):
        mine.worked, mine.trials = mine.retry_after * 1.01, []
        mine.next(10)
        assert (mine.trials, mine.worked, mine.retry_after) == ([1, 2], 0.0, again)
    mine.worked = 9.0
    mine.next(10)
    assert mine.trials == [1, 2]  # trials are not begun while there are some


def test_what_is_slow_three_times_running_is_left_out_of_ever_more_trials():
    mine = settled({1: 1.0, 2: 1.51})
    tried = []
    for _ in range(200):
        mine.trials = []
        mine.begin_trials()
        assert mine.trials[0] == 1
        tried.append(2 in mine.trials)
    gaps, run = [], 0
    for was in tried:
        if was:
            gaps.append(run)
        run = 0 if was else run + 1
    assert gaps == [0, 0, 0, 1, 3, 7, 15, 31, 63, 63]


def test_what_is_not_slow_or_no_longer_is_tried_each_time():
    mine = settled({1: 1.0, 2: 1.5})
    for _ in range(9):
        mine.begin_trials()
    assert (mine.slow[2], mine.left_out[2]) == (0, 0)
    mine.seconds[2] = 2.0
    for _ in range(3):
        mine.begin_trials()
    assert (mine.slow[2], mine.left_out[2]) == (3, 1)
    mine.begin_trials()
    assert mine.left_out[2] == 0
    mine.seconds[2] = 1.0
    mine.begin_trials()
    assert (mine.slow[2], mine.left_out[2]) == (0, 0)


def test_a_time_is_taken_as_it_is_in_a_trial_and_else_averaged_with_the_one_before(clock):
    mine = settled({1: 1.0, 2: 1.0})
    mine.trials = [1, 2]
    clock[0] = 8.0
    mine.timed(1, 4, 2.0)
    assert (mine.seconds[1], mine.trials, mine.worked) == (1.5, [2], 6.0)
    mine.trials = []
    mine.timed(1, 4, 6.0)
    assert (mine.seconds[1], mine.worked) == (1.0, 8.0)
    mine.timed(3, 4, 6.0)
    assert mine.seconds[3] == 0.5
