"""Threads that help: one call at a time, errors brought back, never on the core of the one that waits for them."""

import os
import threading

import pytest

from bprop.engines.native import helpers
from bprop.engines.native.helpers import Helper, elsewhere


def test_a_call_is_done_on_another_thread_and_may_be_followed_by_the_next():
    done = []
    helper = Helper("test")
    for i in range(3):
        helper.begin(frozenset(), lambda *given: done.append((threading.current_thread().name, given)), i, 7)
        assert helper.wait() is None
    assert done == [("test", (i, 7)) for i in range(3)]


def test_what_a_call_raises_is_told_and_the_helper_goes_on():
    def fail():
        raise KeyError("lost")

    helper = Helper("test")
    helper.begin(frozenset(), fail)
    assert isinstance(helper.wait(), KeyError)
    helper.begin(frozenset(), lambda: None)
    assert helper.wait() is None


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no affinity here")
def test_it_works_on_the_cores_that_it_is_given():
    found = []
    helper = Helper("test")
    mine = os.sched_getaffinity(0)
    for core in sorted(mine)[:2]:
        helper.begin(frozenset({core}), lambda: found.append(os.sched_getaffinity(0)))
        assert helper.wait() is None
    assert found == [{core} for core in sorted(mine)[:2]]
    assert os.sched_getaffinity(0) == mine


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no affinity here")
def test_cores_that_are_not_there_change_nothing():
    helper = Helper("test")
    helper.begin(frozenset({10**6}), lambda: None)
    assert helper.wait() is None


def test_elsewhere_is_not_here(monkeypatch):
    found = elsewhere()
    if found:
        assert len(found) == len(os.sched_getaffinity(0)) - 1
    monkeypatch.setattr(helpers, "_core_asker", lambda: lambda: -1)
    assert not found or elsewhere() == os.sched_getaffinity(0)


def test_where_the_core_is_not_told_there_is_no_elsewhere(monkeypatch):
    helpers._core_asker.cache_clear()
    monkeypatch.setattr(helpers.binding, "address_of_symbol", lambda name: None)
    try:
        assert elsewhere() == frozenset()
    finally:
        helpers._core_asker.cache_clear()


def test_llvm_is_asked_once_and_then_left_alone(monkeypatch):
    elsewhere()

    def fail(name):
        raise AssertionError("a process that is forked meanwhile would find LLVM's library locked")

    monkeypatch.setattr(helpers.binding, "address_of_symbol", fail)
    elsewhere()
