"""The loop of an epoch: how long a stretch is, what happens between two of them, where an interrupted one is left."""

from dataclasses import asdict

import numpy as np
import pytest

import bprop as bp
from bprop.data import DataSet
from bprop.engines import Job, choose
from bprop.training import epoch
from bprop.training.epoch import BadStepError, Between, Pace, Position, run_epoch, whole_turns


def test_a_run_begins_at_its_beginning_and_a_position_comes_back_from_plain_data():
    assert Position() == Position(0, 0, 0, 0.0, None)
    here = Position(3, 14, 159, 2.5, [[1.0, 2.0]])
    assert Position(**asdict(here)) == here


# --- how many steps are done between two looks at the clock ---


@pytest.fixture
def clock(monkeypatch):
    """A clock that is set by hand."""
    now = [0.0]
    monkeypatch.setattr(epoch, "perf_counter", lambda: now[0])
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


# --- whole turns ---


@pytest.mark.parametrize(
    ("settings", "count"),
    [
        ({"count": 10}, 10),
        ({"count": 10, "turn": 4}, 8),
        ({"count": 3, "turn": 4}, 4),
        ({"count": 3, "turn": 4, "left": 2}, 2),
        ({"count": 100, "turn": 8}, 100),  # the rest of the epoch
        ({"count": 200, "turn": 8}, 100),
        ({"count": 99, "turn": 8}, 96),
        ({"count": 10, "most": 6}, 6),
        ({"count": 10, "most": 6, "turn": 4}, 4),
        ({"count": 10, "most": 20}, 10),
        ({"count": 10, "most": 1, "turn": 8}, 8),
        ({"count": 200, "most": 96, "turn": 8}, 96),
    ],
)
def test_a_stretch_is_of_whole_turns_and_no_longer_than_may_be(settings, count):
    assert whole_turns(**({"turn": 1, "left": 100} | settings)) == count


# --- the loop ---

GRAPH = bp.Graph(loss=bp.square(bp.Input("x") * bp.Parameter("w", ())))


class Steps:
    """Stretches of so many steps."""

    def __init__(self, count):
        self.count = count

    def next(self, remaining):
        return min(self.count, remaining)

    def done(self, count):
        return 1.0


class Notes(Between):
    """Writes down what it is asked."""

    def __init__(self, stop_at=None, most=None):
        self.heard, self.stop_at, self.limit = [], stop_at, most

    def stop(self):
        return len([what for what, *_ in self.heard if what == "done"]) == self.stop_at

    def most(self, at):
        return self.limit

    def begin(self, at, count):
        self.heard.append(("begin", at.step, count))

    def done(self, at, stretch):
        self.heard.append(("done", at.step, at.updates))


def started(rows=9, bad_row=None, rate=0.01):
    """(a run, its job) of 5 steps an epoch on NumPy."""
    x = np.linspace(0.5, 1.0, rows)
    if bad_row is not None:
        x[bad_row] = 1e200
    job = Job(GRAPH, bp.SGD(rate), DataSet({"x": x}), 2, np.dtype("float64"), 0)
    return choose("numpy").start(job, {"w": np.array(1.0)}), job


def go(run, job, at, between, count=2):
    return run_epoch(run, job, at, np.arange(len(job.data)), Steps(count), between)


def test_an_epoch_is_done_in_stretches_and_the_position_moves_along():
    (run, job), at, notes = started(), Position(updates=100), Notes()
    assert go(run, job, at, notes)
    assert notes.heard == [
        ("begin", 0, 2), ("done", 2, 102), ("begin", 2, 2), ("done", 4, 104), ("begin", 4, 1), ("done", 5, 105),
    ]  # fmt: skip
    assert (at.epoch, at.step, at.updates, at.seconds) == (0, 5, 105, 3.0)
    assert at.running == [[9.0, pytest.approx(at.running[0][1])]]


@pytest.mark.parametrize("cut", [1, 2])
def test_an_epoch_that_was_left_goes_on_where_it_was_to_the_same_end(cut):
    (whole, job), there = started(), Position()
    assert go(whole, job, there, Between())
    (run, job), at = started(), Position()
    assert not go(run, job, at, Notes(stop_at=cut))
    assert at.step == 2 * cut
    assert go(run, job, at, Between(), count=5)
    assert (at.step, at.updates, at.running) == (5, 5, there.running)
    assert run.params() == whole.params()
    assert go(run, job, at, Notes(stop_at=0))  # nothing is left to do, so it is not asked


def test_no_stretch_is_longer_than_may_be():
    (run, job), notes = started(), Notes(most=1)
    assert go(run, job, Position(), notes, count=5)
    assert [count for what, _, count in notes.heard if what == "begin"] == [1] * 5


def test_seconds_of_compiling_are_none_of_the_epochs(monkeypatch):
    (run, job), at = started(), Position()
    monkeypatch.setattr(run, "compile_seconds", lambda: 0.75, raising=False)
    go(run, job, at, Between(), count=1)
    assert at.seconds == 5 * 0.25
    monkeypatch.setattr(run, "compile_seconds", lambda: 2.0, raising=False)
    go(run, job, at := Position(), Between())
    assert at.seconds == 0.0


def test_a_bad_step_ends_the_epoch_with_the_state_before_its_stretch():
    (run, job), at, notes = started(bad_row=7), Position(), Notes()
    with pytest.raises(BadStepError) as caught:
        go(run, job, at, notes)
    assert caught.value.step == 1  # the fourth step of the epoch, the second of its stretch
    assert (at.step, at.updates) == (2, 2)
    assert notes.heard[-1] == ("begin", 2, 2)
    run.state = caught.value.before
    (clean, job), until = started(), Position()
    go(clean, job, until, Notes(stop_at=1))
    assert run.params() == clean.params()


@pytest.mark.parametrize("undo", [True, False])
def test_an_interrupt_in_the_middle_of_a_stretch_undoes_it_where_that_is_wanted(undo):
    (run, job), at, between = started(), Position(), Notes()
    between.undo = undo
    steps = run.steps

    def interrupted(start, count, t):
        if start == 2:
            steps(start, 1, t)
            raise KeyboardInterrupt
        return steps(start, count, t)

    run.steps = interrupted
    with pytest.raises(KeyboardInterrupt):
        go(run, job, at, between)
    (clean, job), until = started(), Position()
    go(clean, job, until, Notes(stop_at=1))
    assert (at.step, at.updates, at.running) == (2, 2, until.running)
    assert (run.params() == clean.params()) == undo
