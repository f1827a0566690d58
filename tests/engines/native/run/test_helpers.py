"""Threads that help: one call at a time, errors brought back, never on the core of the one that waits for them."""

import os
import threading
import time
import weakref

import pytest

from bprop.engines.native.run import helpers
from bprop.engines.native.run.helpers import Helper, elsewhere


def finish(helper):
    """Wait until all that was begun is done."""
    done = threading.Event()
    helper.begin(frozenset(), done.set)
    assert done.wait(60)


def test_calls_are_done_on_another_thread_one_after_the_other():
    done = []
    helper = Helper("test")
    for i in range(3):
        helper.begin(frozenset(), lambda *given: done.append((threading.current_thread().name, given)), i, 7)
    finish(helper)
    assert done == [("test", (i, 7)) for i in range(3)]


@pytest.mark.parametrize("error", [KeyError("lost"), SystemExit(1), KeyboardInterrupt()])
def test_what_a_call_raises_does_not_end_the_helper(error):
    def fail():
        raise error

    helper = Helper("test")
    helper.begin(frozenset(), fail)
    finish(helper)
    assert helper.alive


def test_nothing_of_a_call_is_held_until_the_next_one():
    class Large:
        pass

    helper, large = Helper("test"), Large()
    gone = weakref.ref(large)
    helper.begin(frozenset(), lambda held: None, large)
    del large
    deadline = time.monotonic() + 60
    while gone() is not None:
        assert time.monotonic() < deadline
        time.sleep(0.001)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no affinity here")
def test_it_works_on_the_cores_that_it_is_given():
    found = []
    helper = Helper("test")
    mine = os.sched_getaffinity(0)
    for core in sorted(mine)[:2]:
        helper.begin(frozenset({core}), lambda: found.append(os.sched_getaffinity(0)))
        finish(helper)
    assert found == [{core} for core in sorted(mine)[:2]]
    assert os.sched_getaffinity(0) == mine


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no affinity here")
def test_cores_that_are_not_there_change_nothing():
    helper = Helper("test")
    helper.begin(frozenset({10**6}), lambda: None)
    finish(helper)


def test_elsewhere_is_not_here(monkeypatch):
    found = elsewhere()
    if found:
        assert len(found) == len(os.sched_getaffinity(0)) - 1
    monkeypatch.setattr(helpers, "_core_asker", lambda: lambda: -1)
    assert not found or elsewhere() == os.sched_getaffinity(0)


def test_where_the_core_is_not_told_there_is_no_elsewhere(monkeypatch):
    helpers._core_asker.cache_clear()
    monkeypatch.setattr(helpers, "address_of", lambda name: None)
    try:
        assert elsewhere() == frozenset()
    finally:
        helpers._core_asker.cache_clear()


def test_llvm_is_asked_once_and_then_left_alone(monkeypatch):
    elsewhere()

    def fail(name):
        raise AssertionError("a process that is forked meanwhile would find LLVM's library locked")

    monkeypatch.setattr(helpers, "address_of", fail)
    elsewhere()


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no affinity here")
def test_a_time_limit_that_comes_while_a_helper_is_moved_is_passed_on(monkeypatch):
    def ends(*given):
        raise TimeoutError

    helper = Helper("test")
    monkeypatch.setattr(helpers.os, "sched_setaffinity", ends)
    with pytest.raises(TimeoutError):
        helper.begin(frozenset({0}), lambda: None)
    assert helper.cores == frozenset()
