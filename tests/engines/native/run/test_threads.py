"""Several threads in one loop: the same bits, whatever their number; processes that fork, and loops side by side."""

import multiprocessing
import os
import threading
import time

import numpy as np
import pytest

import bprop as bp
from bprop.data import DataSet
from bprop.engines import Job, choose
from bprop.engines.native.run import threads

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


def test_the_number_of_threads_changes_no_bit(shared_out, monkeypatch):
    counted = []
    submit = threads.run_together
    monkeypatch.setattr(threads, "run_together", lambda f, n, *rest: counted.append(submit(f, n, *rest)) or counted[-1])
    alone = train(1)
    for count in (2, 3, 5):
        equal(alone, train(count))
    equal(alone, train())
    assert {1, 2, 3, 5} <= set(counted)


def test_several_python_threads_train_at_the_same_time(shared_out):
    alone = {seed: train(1, seed) for seed in range(3)}
    found = {}

    def work(seed):
        for _ in range(2):
            found[seed] = train(3, seed)

    workers = [threading.Thread(target=work, args=(seed,), daemon=True) for seed in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(PATIENCE)
        assert not worker.is_alive()
    for seed, theta in alone.items():
        equal(theta, found[seed])


def test_many_python_threads_want_the_same_program_at_once(shared_out):
    found = []
    workers = [threading.Thread(target=lambda: found.append(train(2)), daemon=True) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(PATIENCE)
    assert len(found) == 4
    for theta in found[1:]:
        equal(found[0], theta)


def child(connection, count):
    connection.send({name: array.tobytes() for name, array in train(count).items()})
    connection.close()


@forks
def test_a_forked_process_trains_too(shared_out):
    """The threads of the pool are not in the child: it makes its own, and the parent's go on."""
    expected = train(2)
    context = multiprocessing.get_context("fork")
    for count in (2, 3):
        mine, theirs = context.Pipe()
        process = context.Process(target=child, args=(theirs, count), daemon=True)
        process.start()
        theirs.close()
        try:
            assert mine.poll(PATIENCE)
            found = mine.recv()
        finally:
            process.kill()
            process.join()
        assert found == {name: array.tobytes() for name, array in expected.items()}
    equal(expected, train(2))


@forks
def test_a_process_forked_while_others_train_is_not_stuck(shared_out):
    stop = threading.Event()

    def work():
        while not stop.is_set():
            train(3)

    worker = threading.Thread(target=work, daemon=True)
    train(3)
    worker.start()
    context = multiprocessing.get_context("fork")
    try:
        for _ in range(2):
            mine, theirs = context.Pipe()
            process = context.Process(target=child, args=(theirs, 2), daemon=True)
            process.start()
            theirs.close()
            try:
                assert mine.poll(PATIENCE)
            finally:
                process.kill()
                process.join()
    finally:
        stop.set()
        worker.join(PATIENCE)


def table():
    """Addresses, of which the last is that of the gate of each call."""
    return np.zeros(3, np.int64)


def test_a_call_is_done_once_by_each_thread():
    done, lock = [], threading.Barrier(3)
    code = lambda at, *given: (done.append(given), lock.wait(PATIENCE))  # noqa: E731
    assert threads.run_together(code, table(), 3, 7, 8) == 3
    assert sorted(done) == [(0, 3, 7, 8), (1, 3, 7, 8), (2, 3, 7, 8)]


def test_who_comes_while_the_helpers_are_busy_works_alone():
    """Threads that spin for each other must never wait for a place in the pool."""
    inside, leave = threading.Event(), threading.Event()
    code = lambda at, i, n: (inside.set(), leave.wait(PATIENCE))  # noqa: E731
    first = threading.Thread(target=threads.run_together, args=(code, table(), 2))
    first.start()
    try:
        assert inside.wait(PATIENCE)
        while threads._latest is None or not threads._latest.in_use:
            time.sleep(0.001)
        done = []
        assert threads.run_together(lambda at, i, n: done.append((i, n)), table(), 4) == 1
        assert done == [(0, 1)]
    finally:
        leave.set()
        first.join(PATIENCE)


def test_where_no_thread_can_be_started_the_caller_works_alone(monkeypatch):
    def full(name):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threads, "_helpers", [])
    monkeypatch.setattr(threads, "Helper", full)
    done = []
    assert threads.run_together(lambda at, i, n: done.append((i, n)), table(), 2) == 1
    assert done == [(0, 1)]
