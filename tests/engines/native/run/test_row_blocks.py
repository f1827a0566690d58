"""Blocks of rows that threads take one after the other."""

import threading
import time

import numpy as np
import pytest

pytest.importorskip("llvmlite")

import bprop as bp
from bprop.engines.native.run import native_functions, row_blocks
from bprop.engines.native.run.row_blocks import rows_of_block, share_out


def test_a_block_has_about_the_same_work_whatever_the_network():
    assert [rows_of_block(weights) for weights in (0, 1, 9_000, 10_000, 40_000, 80_000, 10**9)] == [
        2048, 2048, 2048, 1024, 512, 512, 512
    ]  # fmt: skip
    for weights in (12_345, 19_000, 20_000, 33_333):
        assert row_blocks.WORK / 2 < rows_of_block(weights) * weights <= row_blocks.WORK


@pytest.mark.parametrize("count", [1, 2, 5])
def test_each_block_is_done_once(count):
    done, who, lock = [], set(), threading.Lock()

    def worker(starts):
        for start in starts:
            with lock:
                done.append(start)
                who.add(threading.current_thread().name)
            time.sleep(0.001)

    share_out(range(0, 300, 10), [worker] * count)
    assert sorted(done) == list(range(0, 300, 10))
    assert 1 <= len(who) <= count
    assert not any(thread.name == "bprop-rows" for thread in threading.enumerate())


def test_they_are_at_work_at_the_same_time_and_the_first_is_here():
    both, names = threading.Barrier(2, timeout=30), []

    def worker(starts):
        next(starts)
        both.wait()
        names.append(threading.current_thread())

    share_out([0, 1], [worker, worker])
    assert threading.current_thread() in names
    assert len(set(names)) == 2


@pytest.mark.parametrize("where", ["here", "there"])
def test_an_exception_ends_all_after_their_block_and_is_raised(where):
    here, done, begun = threading.current_thread(), [], threading.Event()

    def worker(starts):
        for start in starts:
            if (threading.current_thread() is here) == (where == "here"):
                begun.wait(30)
                raise KeyboardInterrupt(where)
            begun.set()
            done.append(start)
            time.sleep(0.05)

    with pytest.raises(KeyboardInterrupt, match=where):
        share_out(range(1000), [worker, worker])
    assert len(done) < 1000
    count = len(done)
    time.sleep(0.1)
    assert len(done) == count  # nobody is at work any longer


def test_where_no_thread_can_be_started_all_is_done_here(monkeypatch):
    def refused(thread):
        raise RuntimeError("can't start new thread")

    done = []
    monkeypatch.setattr(threading.Thread, "start", refused)
    share_out(range(7), [done.extend, done.extend])
    assert done == list(range(7))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("sizes", [[70, 130, 40, 10], [784, 500, 10]])
def test_the_bits_are_the_same_on_any_number_of_cores(monkeypatch, dtype, sizes):
    graph = bp.mlp(sizes, activation="tanh")
    theta = {name: array.astype(dtype) for name, array in graph.init(0).items()}
    X = np.random.default_rng(0).normal(size=(2200, sizes[0])).astype(dtype)
    monkeypatch.setattr("bprop.graph.prediction.COMPILED_FROM", 1)
    results, shared = [], []
    monkeypatch.setattr(native_functions, "share_out", lambda *args: shared.append(1) or share_out(*args))
    for cores in (1, 2, 3):
        monkeypatch.setattr(native_functions, "cores_here", lambda cores=cores: cores)
        results.append(graph.predict(theta, {"x": X}, dtype=dtype))
        assert graph.predictor.engine == "native"
    assert len(shared) == (1 if sizes[0] == 784 else 0)  # a block for each thread, or all threads in each block
    for other in results[1:]:
        np.testing.assert_array_equal(other, results[0])


def test_memory_of_a_call_that_failed_is_not_lent_again(monkeypatch):
    graph = bp.mlp([4, 5, 2])
    theta, X = graph.init(0), np.random.default_rng(0).normal(size=(64, 4))
    monkeypatch.setattr("bprop.graph.prediction.COMPILED_FROM", 1)
    monkeypatch.setattr(native_functions, "cores_here", lambda: 2)
    monkeypatch.setattr(native_functions, "rows_of_block", lambda weights: 8)
    expected = graph.predict(theta, {"x": X})
    see, calls = native_functions.Call.see, []

    def interrupted(call, arrays):
        calls.append(call)
        if len(calls) == 3:
            raise KeyboardInterrupt
        see(call, arrays)

    monkeypatch.setattr(native_functions.Call, "see", interrupted)
    with pytest.raises(KeyboardInterrupt):
        graph.predict(theta, {"x": X})
    broken = set(map(id, calls))
    calls[:] = [None] * 3
    np.testing.assert_array_equal(graph.predict(theta, {"x": X}), expected)
    assert not broken & set(map(id, calls[3:]))


def test_the_calls_of_several_threads_share_theta_and_nothing_else():
    graph = bp.mlp([4, 5, 2])
    of, theta = graph.functions("native", dtype="float64", check=False), graph.init(0)
    space = of.space_of(of.alone)
    calls = space.calls_at_once(theta, 8, 3)
    assert [id(call) for call in space.calls_at_once(theta, 8, 3)] == [id(call) for call in calls]
    loaded = [call.loaded for call in calls]
    names = {leaf: name for name, leaf in loaded[0].routine.trace.state.items()}
    for leaf in loaded[0].arrays:
        places = {one.arrays[leaf].ctypes.data for one in loaded}
        assert len(places) == (1 if names.get(leaf, "").startswith("p:") else 3), names.get(leaf)
