"""Helpers that wait awake: they help who has them, go to sleep soon, and nobody waits for one that does not come."""

import ctypes
import multiprocessing
import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import bprop as bp

pytest.importorskip("llvmlite")

from bprop.engines.native.emit import perform
from bprop.engines.native.emit.team import AWAY, LOCK, POSTED, READY, state_word
from bprop.engines.native.run import pacer, team
from bprop.engines.native.run.team import TEAM

LONG = 60  # seconds after which something hangs
STEPS = 40


@pytest.fixture
def threads(shared_out, monkeypatch):
    """threads(n): the next steps want so many."""
    wanted = [1]

    def choose(self, words):
        self.threads, self.left = wanted[0], 1
        words[perform.THREADS] = wanted[0]

    monkeypatch.setattr(pacer.Pacer, "choose", choose)
    return lambda count: wanted.__setitem__(0, count)


def functions():
    return bp.mlp([40, 33, 5], activation="tanh", l2=1e-3).functions("native", bp.Adam(), in_place=True)


def batch():
    rng = np.random.default_rng(0)
    return {"x": rng.normal(size=(8, 40)), "y": rng.integers(5, size=8)}


def steps(of, count=STEPS, seed=0):
    """theta after some steps."""
    theta = of.graph.init(seed)
    state, part = of.init(theta), batch()
    for _ in range(count):
        theta, state, _ = of.step(theta, state, part)
    return b"".join(array.tobytes() for array in theta.values())


def helped(of):
    """The number of steps that helpers came to."""
    return int(of.stepping[-1].block.words[perform.HELPED])


def until_asleep():
    deadline = time.monotonic() + LONG
    while TEAM.awake:
        assert time.monotonic() < deadline
        time.sleep(0.0005)


@pytest.mark.parametrize("count", [2, 3])
def test_helpers_come_and_change_no_bit(threads, count):
    alone = steps(functions())
    threads(count)
    of = functions()
    deadline = time.monotonic() + LONG
    while True:  # on a machine with much to do they may be late now and then
        assert steps(of) == alone
        if helped(of):
            break
        assert time.monotonic() < deadline
    until_asleep()
    before = helped(of)
    while helped(of) == before:  # they are woken again
        assert steps(of) == alone
        assert time.monotonic() < deadline


def test_they_sleep_within_a_millisecond():
    assert team.PATIENCE < 1_000_000  # nanoseconds
    TEAM.wake(3)
    until_asleep()


@pytest.mark.parametrize(("word", "value"), [(LOCK, 1), (state_word(1), POSTED), (state_word(2), POSTED)])
def test_a_team_of_others_leaves_the_caller_to_work_alone(threads, word, value):
    """One that has them, or a helper who is on the way home."""
    alone = steps(functions())
    threads(2)
    until_asleep()
    TEAM.words[word] = value
    try:
        of = functions()
        assert steps(of) == alone
        assert not helped(of)
    finally:
        TEAM.words[word] = AWAY


def test_a_helper_that_is_called_and_does_not_come_is_not_waited_for(threads, monkeypatch):
    """Its core is taken away: it is awake, but does nothing."""
    alone = steps(functions())
    threads(2)
    until_asleep()
    monkeypatch.setattr(TEAM, "wake", lambda count: None)
    TEAM.words[state_word(1)] = READY
    try:
        of = functions()
        assert steps(of) == alone
        assert not helped(of)
        assert TEAM.words[state_word(1)] == POSTED
        assert TEAM.words[LOCK] == 0
        monkeypatch.undo()
        TEAM.helpers.clear()
        TEAM.wake_one(1)  # now it comes, finds the gate shut, and goes home
        until_asleep()
    finally:
        TEAM.words[state_word(1)] = AWAY


def test_where_no_thread_can_be_started_the_caller_works_alone(threads, monkeypatch):
    alone = steps(functions())
    threads(2)
    until_asleep()

    def full(name):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(TEAM, "helpers", [])
    monkeypatch.setattr(team, "Helper", full)
    assert steps(functions()) == alone


def test_a_helper_that_has_died_is_replaced(threads):
    threads(2)
    until_asleep()
    steps(functions())
    dead = threading.Thread(target=lambda: None)
    dead.start()
    dead.join()
    until_asleep()
    TEAM.helpers[0].thread = dead
    steps(functions())
    assert TEAM.helpers[0].alive


def test_several_functions_step_at_once_on_several_threads(threads):
    alone = {seed: steps(functions(), seed=seed) for seed in range(3)}
    threads(2)
    results = {}

    def work(seed):
        of = functions()
        results[seed] = {steps(of, seed=seed) for _ in range(5)}

    workers = [threading.Thread(target=work, args=(seed,), daemon=True) for seed in alone]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(LONG)
        assert not worker.is_alive()
    assert results == {seed: {bits} for seed, bits in alone.items()}


def test_helpers_are_moved_from_the_core_of_their_caller(monkeypatch):
    if not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) < 2:
        pytest.skip("one core, or no affinity here")
    one, two = sorted(os.sched_getaffinity(0))[:2]
    TEAM.wake(2)
    until_asleep()
    for mine, other in ((one, two), (two, one)):
        monkeypatch.setattr(team, "elsewhere", lambda other=other: frozenset({other}))
        TEAM.keep_apart()
        assert os.sched_getaffinity(TEAM.helpers[0].thread.native_id) == {other} != {mine}


def child(connection):
    connection.send((int(TEAM.words[state_word(3)]), steps(functions())))
    connection.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*")
def test_a_forked_process_has_helpers_of_its_own(threads):
    alone = steps(functions())
    threads(2)
    assert steps(functions()) == alone
    mine, theirs = multiprocessing.get_context("fork").Pipe()
    process = multiprocessing.get_context("fork").Process(target=child, args=(theirs,), daemon=True)
    TEAM.words[state_word(3)] = READY  # a helper is awake, in the memory that the child has too
    process.start()
    TEAM.words[state_word(3)] = AWAY
    theirs.close()
    try:
        assert mine.poll(LONG)
        assert mine.recv() == (AWAY, alone)
    finally:
        process.kill()
        process.join()
    assert steps(functions()) == alone


def test_the_caller_waits_until_its_helpers_have_left_the_code():
    """Code and arrays are the caller's, who may free them."""
    done = []

    def code(table, thread, count, first, steps, t):
        if thread:
            time.sleep(0.05)
        done.append((thread, count, first, steps, t))

    kind = ctypes.CFUNCTYPE(None, ctypes.c_void_p, *[ctypes.c_int64] * 5)
    function = kind(code)
    words = np.zeros(perform.WORDS, np.int64)
    words[[perform.THREADS, perform.TEAM, perform.TURNS, perform.T]] = 2, TEAM.address, 10**8, 7
    words[perform.CODE] = ctypes.cast(function, ctypes.c_void_p).value
    deadline = time.monotonic() + LONG
    while not words[perform.HELPED]:  # on a machine with much to do it may be late now and then
        done.clear()
        TEAM.wake(2)
        team.performing().perform(words.ctypes.data)
        assert time.monotonic() < deadline
    assert done == [(0, 2, 0, 1, 7), (1, 2, 0, 1, 7)]


ENDS = """
import threading, numpy as np, bprop as bp
from bprop.engines.native.run import threads, pacer
from bprop.engines.native.schedule import shares
shares.SHARED_FROM, threads.cores = 1, lambda: 2
def choose(self, words):
    self.threads, self.left, words[pacer.THREADS] = 2, 1, 2
pacer.Pacer.choose = choose
rng, begun = np.random.default_rng(0), threading.Event()
data = {"x": rng.normal(size=(60, 40)), "y": rng.integers(5, size=60)}
of = bp.mlp([40, 33, 5]).functions("native", in_place=True)
def work(forever):
    theta = of.graph.init(0)
    state = of.init(theta)
    while True:
        for _ in range(30):
            theta, state, _ = of.step(theta, state, data)
        begun.set()
        if not forever:
            return
if AT_WORK:
    threading.Thread(target=work, args=(True,), daemon=True).start()
    begun.wait()
else:
    work(False)
print("ends")
"""


@pytest.mark.parametrize("at_work", [False, True], ids=["helpers awake", "at work"])
def test_a_process_that_ends_ends(at_work):
    code = ENDS.replace("AT_WORK", str(at_work))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=5 * LONG)
    assert (done.returncode, done.stdout) == (0, "ends\n"), done.stderr
