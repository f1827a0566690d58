"""A step whose kernels stand in a list computes the same bits as one that calls them one by one."""

import numpy as np
import pytest

import bprop as bp
from bprop.engines.native.emit import assemble
from bprop.engines.native.emit.listing import LENGTH, MEET, SHARES, WORDS, Listing
from bprop.engines.native.run import routines
from bprop.engines.native.schedule import forms, shares

LAYERS, ROWS = 6, 40


def deep(width):
    x, y = bp.Input("x", (width,)), bp.Input("y", (width,))
    h = x
    for k in range(LAYERS):
        W, b = bp.Parameter(f"W{k}", (width, width)), bp.Parameter(f"b{k}", (width,))
        h = bp.tanh(h @ W + b)
    return bp.Graph(loss=bp.sum(bp.square(h - y), axis=1), outputs={"f": h})


def trained(monkeypatch, graph, width, most, threads):
    """theta after some steps on so many threads, where more than `most` kernels stand in a list."""
    from bprop.data import DataSet
    from bprop.engines import Job, choose

    monkeypatch.setattr(assemble, "MANY", most)
    monkeypatch.setattr(routines, "_routines", type(routines._routines)())
    monkeypatch.setattr(routines, "default_folder", lambda: None)
    rng = np.random.default_rng(0)
    data = DataSet({name: rng.normal(size=(ROWS, width)) for name in "xy"})
    job = Job(graph, bp.Adam(0.01), data, batch_size=8, dtype=np.dtype("float32"), seed=0)
    run = choose("native").start(job, graph.init(0))
    tuner = run.step.tuner
    tuner.counts, tuner.trials, tuner.seconds = [threads], [], {threads: 1e-4}
    run.set_order(np.arange(ROWS, dtype=np.int32))
    stretch = run.steps(0, ROWS // 8, 0)
    return stretch.sums, run.params()


@pytest.mark.parametrize(("width", "threads"), [(5, 1), (70, 1), (70, 2)])
def test_a_list_of_kernels_computes_the_same_bits(monkeypatch, width, threads):
    pytest.importorskip("llvmlite")
    graph = deep(width)
    one = trained(monkeypatch, graph, width, 10**9, threads)
    listed = trained(monkeypatch, graph, width, 3, threads)
    assert listed[0] == one[0]
    assert all(np.array_equal(listed[1][name], array) for name, array in one[1].items())


@pytest.mark.parametrize("threads", [1, 2])
def test_a_list_knows_the_memory_in_which_each_thread_packs_large_products(monkeypatch, threads):
    for name in ("MANY_ROWS", "MANY_VECTORS", "MANY_STEPS", "MUCH_WORK"):
        monkeypatch.setattr(forms, name, 1)
    monkeypatch.setattr(shares, "SHARED_FROM", 1)
    test_a_list_of_kernels_computes_the_same_bits(monkeypatch, 70, threads)


def test_equal_kernels_are_one_case_of_the_list():
    class Function:
        args = (None,) * 4

    listing, first, second = Listing(), Function(), Function()
    for function, places, count, meet in (
        (first, [7, 9], 1, False),
        (second, [1, 2], 5, True),
        (first, [3, 4], 1, True),
    ):
        listing.add(function, places, count, meet)
    entries = np.reshape(listing.words, (3, WORDS + 2))
    assert entries[:, 0].tolist() == [0, 1, 0] and len(listing.functions) == 2
    assert entries[:, LENGTH].tolist() == [WORDS + 2] * 3
    assert entries[:, MEET].tolist() == [0, 1, 1] and entries[:, SHARES].tolist() == [1, 5, 1]
    assert entries[:, WORDS:].tolist() == [[7, 9], [1, 2], [3, 4]]
