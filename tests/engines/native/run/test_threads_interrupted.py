"""Exceptions at every instant of a call by several threads: nobody hangs, nothing is half done, later bits the same."""

import os
import select
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import bprop as bp
from bprop.data import DataSet
from bprop.engines import Job, choose
from bprop.engines.native.emit import gate
from bprop.engines.native.run import helpers, loaded, native_run, threads

PATIENCE = 60  # seconds after which something hangs


def forks(test):
    """A test that forks. Python and JAX (where a test before imported it) warn of threads; the native engine copes."""
    for kind in (DeprecationWarning, RuntimeWarning):
        test = pytest.mark.filterwarnings(f"ignore:.*fork.*:{kind.__name__}")(test)
    return pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")(test)


def network():
    return bp.mlp([40, 33, 5], activation="tanh", l2=1e-3)


def rows(count=60):
    rng = np.random.default_rng(0)
    return {"x": rng.normal(size=(count, 40)), "y": rng.integers(5, size=count)}


def train(count=None, seed=0):
    """theta after two epochs on `count` threads."""
    job = Job(network(), bp.Adam(), DataSet(rows()), 8, np.dtype("float32"), seed)
    run = choose("native").start(job, job.graph.init(seed))
    if count is not None:
        run.step.tuner.counts, run.step.tuner.trials, run.step.tuner.seconds = [count], [], {count: 1e-4}
    for epoch in range(2):
        run.set_order(np.arange(60, dtype=np.int32)[:: 1 - 2 * epoch])
        stretch = run.steps(0, 8, 8 * epoch)
        assert stretch.bad_step is None
    return run.params()


def equal(one, two):
    for name, array in one.items():
        np.testing.assert_array_equal(two[name], array)


FILES = tuple(module.__file__ for module in (threads, helpers, gate, loaded, native_run))
"""Those that begin calls and wait for them."""


@pytest.fixture
def two(shared_out):
    """A run of six steps on two threads, in three calls of machine code, and theta after 0, 1, ... 6 of them."""
    job = Job(network(), bp.Adam(), DataSet(rows(48)), 8, np.dtype("float32"), 0)
    made = choose("native").start(job, job.graph.init(0))
    made.step.tuner.next = lambda steps: (2, min(steps, 2))
    made.set_order(np.arange(48, dtype=np.int32))
    theta, states = made.state, [bits(made)]
    theta = {name: array.copy() for name, array in theta.items()}
    for step in range(6):
        made.steps(step, 1, step)
        states.append(bits(made))
    return made, theta, states


def bits(made):
    return b"".join(array.tobytes() for array in made.params().values())


def whole(made, theta):
    """theta after the six steps."""
    made.state = theta
    made.steps(0, 6, 0)
    return bits(made)


def within(seconds, work):
    """Do it in a thread of its own, where it may hang."""
    errors = []

    def body():
        try:
            work()
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=body, daemon=True)
    thread.start()
    thread.join(seconds)
    assert not thread.is_alive(), "it hangs"
    if errors:
        raise errors[0]


def test_an_exception_at_any_instruction_leaves_whole_steps_and_nobody_waiting(two, instants):
    made, theta, states = two

    def interrupted(k):
        """Whether the exception came before all was done."""
        made.state = theta
        tracer = sys.gettrace()  # that of a tool that measures the tests
        sys.settrace(instants(k, FILES))
        try:
            made.steps(0, 6, 0)
        except instants.came:
            return True
        finally:
            sys.settrace(tracer)
        return False

    def every_instant():
        k = 1
        while interrupted(k):
            assert bits(made) in states, k
            if k % 5 == 0:  # the next interrupted call finds what the one before has left, or a whole one does
                assert whole(made, theta) == states[-1], k
            k += 1
        assert k > 500

    within(10 * PATIENCE, every_instant)
    assert whole(made, theta) == states[-1]
    assert not threads._latest.in_use


def test_a_gate_that_an_exception_keeps_from_being_shut_is_shut_by_who_waits(two, monkeypatch, instants):
    made, theta, states = two
    call = threads.Call.__call__

    def broken(*_):
        raise instants.came

    for method in ("__call__", "shut"):
        monkeypatch.setattr({"__call__": threads.Call, "shut": gate.Gate}[method], method, broken)

    def interrupted():
        with pytest.raises(instants.came):
            made.steps(0, 6, 0)

    def helped(self, i):  # helpers are well
        return broken() if i == 0 else call(self, i)

    monkeypatch.setattr(threads.Call, "__call__", helped)
    made.state = theta
    within(PATIENCE, interrupted)
    monkeypatch.undo()
    within(PATIENCE, lambda: [whole(made, theta) for _ in range(3)])
    assert whole(made, theta) == states[-1]
    deadline = time.monotonic() + PATIENCE
    while threads._latest.in_use:
        assert time.monotonic() < deadline
        time.sleep(0.001)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # a few end the helper
@pytest.mark.parametrize("start", range(1, 5))
def test_an_exception_in_a_helper_leaves_the_work_to_the_caller(two, start, instants):
    made, theta, states = two
    for k in range(start, 60, 16):
        threads._helpers.clear()
        tracer = threading.gettrace()  # that of a tool that measures the tests
        threading.settrace(instants(k, FILES))
        try:
            threads.helpers(1)
        finally:
            threading.settrace(tracer)
        within(PATIENCE, lambda: [whole(made, theta) for _ in range(2)])
        assert whole(made, theta) == states[-1]


def test_a_helper_that_has_died_is_replaced(two):
    made, theta, states = two
    dead = threading.Thread(target=lambda: None)
    dead.start()
    dead.join()
    helper = threads.helpers(1)[0]
    helper.thread = dead
    assert whole(made, theta) == states[-1]
    assert threads.helpers(1)[0] is not helper
    assert threads.helpers(1)[0].alive


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers here")
def test_a_handler_of_signals_may_train_itself(two):
    """It comes between two calls of the run that it interrupts, or in the middle of beginning one."""
    made, theta, states = two
    inner = []

    def handler(number, frame):
        inner.append(train(2))

    before = signal.signal(signal.SIGALRM, handler)
    expected = train(1)
    try:
        for delay in (0.0002, 0.0005, 0.001, 0.002):
            made.state = theta
            signal.setitimer(signal.ITIMER_REAL, delay)
            while not inner:
                assert whole(made, theta) == states[-1]
            equal(expected, inner.pop())
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@forks
@pytest.mark.parametrize("k", range(40, 640, 90))
def test_a_process_forked_while_a_call_is_begun_goes_on_alone(two, k, instants):
    """As a handler of signals may do. The child goes on where the parent was, without the parent's helpers."""
    made, theta, states = two
    mine, theirs = os.pipe()
    process = []

    class Forks(instants):
        def local(self, frame, event, argument):
            try:
                return super().local(frame, event, argument)
            except instants.came:
                process.append(os.fork())
                return None

    made.state = theta
    tracer = sys.gettrace()  # that of a tool that measures the tests
    sys.settrace(Forks(k, FILES))
    try:
        made.steps(0, 6, 0)
    finally:
        sys.settrace(tracer)
        if process == [0]:
            os.write(theirs, b"right" if bits(made) == states[-1] else b"wrong")
            os._exit(0)
    try:
        assert process
        assert bits(made) == states[-1]
        assert select.select([mine], [], [], PATIENCE)[0], "the child hangs"
        assert os.read(mine, 5) == b"right"
    finally:
        os.kill(process[0], signal.SIGKILL)
        os.waitpid(process[0], 0)
        os.close(mine)
        os.close(theirs)


SPINNING = """
import threading, numpy as np, bprop as bp
from bprop.engines.native.run import thread_tuner, threads
from bprop.engines.native.schedule import shares
shares.SHARED_FROM, threads.cores = 1, lambda: 2
thread_tuner.ThreadTuner.next = lambda self, steps: (self.counts[-1], min(steps, 3))
graph, rng, begun = bp.mlp([40, 33, 5]), np.random.default_rng(0), threading.Event()
data = {"x": rng.normal(size=(60, 40)), "y": rng.integers(5, size=60)}
def work():
    while True:
        bp.train(graph, data, engine="native", epochs=20, progress=False, callbacks=[lambda record, fit: begun.set()])
threading.Thread(target=work, daemon=True).start()
begun.wait()
print("ends")
"""


def test_a_process_that_ends_while_threads_train_ends():
    done = subprocess.run([sys.executable, "-c", SPINNING], capture_output=True, text=True, timeout=5 * PATIENCE)
    assert (done.returncode, done.stdout) == (0, "ends\n"), done.stderr
