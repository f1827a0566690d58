"""A program: equal kernels are one function, and threads meet only where one may still need what another has."""

import numpy as np
import pytest

pytest.importorskip("llvmlite")

from bprop.engines.native.emit.assemble import GATE, ORDER, RATES, ROWS, WEIGHTS, Assembler
from bprop.engines.native.emit.gate import ARRIVED, Gate
from bprop.engines.native.run.object_code import loaded, machine, machine_code
from bprop.engines.native.run.routines import ARGUMENTS
from bprop.engines.trace.functions import new_tape
from bprop.engines.trace.tracer import ROWS_OF_BATCH, Trace


def layers(xp, a, *weights):
    for W in weights:
        a = xp.tanh(a @ W)
    return [a, *(None for _ in weights)]


def test_kernels_that_do_the_same_are_one_function(assembled, same):
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=(9, 9)) for _ in range(6)]
    made = assembled(layers, arrays)
    assert len(made.kernels) == 5
    assert len({function.name for function, _ in made.functions.values()}) == 2
    same(layers, arrays, steps=2)


def test_kernels_that_differ_in_a_number_alone_are_two(same):
    ones = np.ones((3, 9))
    same(lambda xp, a, b, c, d: [a * 2.0, b * 3.0, xp.maximum(c, 0.5), xp.maximum(d, 1.5)], [ones] * 4)


def test_kernels_that_read_the_same_array_twice_are_not_those_that_read_two(same):
    rng = np.random.default_rng(0)

    def step(xp, a, b, c, d):
        return [None, None, xp.exp(a).sum(axis=0) + (a @ a), xp.exp(a).sum(axis=0) + (a @ b)]

    same(step, [rng.normal(size=(9, 9)) for _ in range(4)])


def test_a_leaf_read_through_two_views_in_one_kernel(same):
    rng = np.random.default_rng(0)
    step = lambda xp, a, b: [None, a.T + a[::-1] * a[0] - a.reshape(-1).reshape(9, 9)]  # noqa: E731
    same(step, [rng.normal(size=(9, 9)), np.zeros((9, 9))])


# --- the loop of steps ---


@pytest.fixture
def looped(monkeypatch):
    """looped(step, steps): (seen batches and weights, meetings) of steps on 10 rows of `ROWS`, 4 at a time.

    `step(xp, x, w, t)` gives what becomes of arrays of the shapes of x, w and a number, which begin as zeros.
    `clock` names the number: "t", or another that the program computes for a step.
    """
    monkeypatch.setattr("bprop.engines.native.schedule.shares.SHARED_FROM", 1)

    def run(step, steps, clock="t"):
        trace = Trace(new_tape(np.dtype("float64")))
        given = [trace.leaf(trace.batch, name, shape, trace.tape.dtype) for name, shape in (("x", (4, 9)), ("", (4,)))]
        given.append(trace.leaf(trace.clock, clock, (), np.dtype("int32")))
        kept = [trace.leaf(trace.state, str(i), leaf.shape, leaf.dtype) for i, leaf in enumerate(given)]
        trace.updates = [*zip(kept, step(trace.tape.functions, *given), strict=True)]
        data = {"x": np.dtype("float64")}
        made = Assembler(trace, 4, machine().lanes(trace.tape.dtype), data, np.dtype("float64"))
        arrays = {array: place.allocate() for array, place in made.layouts.items()}
        arrays |= {"data x": TABLE, WEIGHTS: np.arange(1.0, 13), ORDER: ORDERED, ROWS: np.array([10], np.int64)}
        arrays[GATE] = arrays[RATES] = Gate().words
        table = np.array([arrays[key].ctypes.data for key in made.table], np.int64)
        loaded(machine_code(made.assemble()[0]), "run", ARGUMENTS)(table.ctypes.data, 0, 1, 0, steps, 20)
        return [np.array(made.layouts[leaf].view(arrays[leaf])) for leaf in kept], int(arrays[GATE][ARRIVED])

    return run


TABLE = np.arange(12 * 9.0).reshape(12, 9)
ORDERED = np.array([5, 9, 3, 0, 8, 1, 2, 4, 7, 6, 11, 10], np.int32)  # the last two lie past the end of an order of 10


@pytest.mark.parametrize(("steps", "rows"), [(1, [5, 9, 3, 0]), (2, [8, 1, 2, 4]), (3, [7, 6, 7, 7])])
def test_a_step_sees_its_rows_and_past_the_end_its_first_one_with_weight_0(looped, steps, rows):
    (x, weights, t), _ = looped(lambda xp, x, w, t: [x + 0.0 * xp.exp(x * 0), w, t], steps)
    np.testing.assert_array_equal(x, TABLE[rows])
    inside = np.arange(4 * steps - 4, 4 * steps) < 10
    np.testing.assert_array_equal(weights, (np.array(rows) + 1) * inside)
    assert t == 20 + steps - 1


def test_threads_meet_once_the_batch_is_there_and_when_a_step_is_done(looped):
    """The batch is gathered by one thread while others may still read the last one."""
    _, meetings = looped(lambda xp, x, w, t: [2.0 * x, 2.0 * w, t + 1], 3)
    assert meetings == 3 * 2
    _, meetings = looped(lambda xp, x, w, t: [x.sum(axis=0) + x, 2.0 * w, t + 1], 3)
    assert meetings == 3 * 3


@pytest.mark.parametrize(("steps", "rows"), [(1, 4), (2, 4), (3, 2)])
def test_a_step_knows_how_many_rows_it_has(looped, steps, rows):
    """10 rows in batches of 4: the last one has 2."""
    (*_, count), _ = looped(lambda xp, x, w, count: [x, w, count], steps, clock=ROWS_OF_BATCH)
    assert count == rows
