"""Which kernels typical steps are cut into: their outputs, what each is made around, and their order."""

import numpy as np
import pytest

from bprop.engines.native.schedule.contraction import contracted
from bprop.engines.native.schedule.fusion import CHEAP, DEEP, Scheduler
from bprop.namespace import scatter_add

LANES = 8
LEAVES = "abcdefgh"


def kernels(step_of, function, *shapes):
    """Lines such as "b <- dot(c, d)": what a kernel writes, around what, and what it reads from memory."""
    arrays = [np.zeros(shape) if shape != "rows" else np.zeros(9, int) for shape in shapes]
    trace = step_of(function, arrays, "float64")
    found = Scheduler(contracted(trace.updates), LANES).kernels()
    names = dict(zip(trace.state.values(), LEAVES, strict=False))
    for kernel in found:
        for array, leaf in kernel.outputs:
            if leaf is None:
                count = sum(name.startswith(array.op) for name in names.values())
                names[array] = array.op + (str(count + 1) if count else "")
    lines = []
    for kernel in found:
        writes = ", ".join(names[array if leaf is None else leaf] for array, leaf in kernel.outputs)
        core = "loop" if kernel.core is None else kernel.core.op
        lines.append(f"{writes} <- {core}({', '.join(sorted(names[array] for array in kernel.reads))})")
    return lines


def chain(xp, value, count):
    """`count` operations on a value; the same ones are traced once."""
    for i in range(count):
        value = xp.maximum(value, i + 1.0)
    return value


def costing(count):
    """A value of `count` operations that two kernels need: a sum over rows, and one over columns."""

    def function(xp, a, b, c):
        value = chain(xp, a, count)
        return [None, value.max(axis=0), value.max(axis=1)]

    return function


STEPS = {
    "a layer and its update": (
        lambda xp, W, b, x, y: [
            W - 0.1 * (x.T @ (xp.tanh(x @ W + b) - y)),
            b - 0.1 * (xp.tanh(x @ W + b) - y).sum(axis=0),
            None,
            None,
        ],
        ((20, 16), (16,), (12, 20), (12, 16)),
    ),
    "two products of one kernel": (
        lambda xp, a, b, c, d: [a @ b + c @ d, None, None, None],
        ((16, 16), (16, 16), (16, 20), (20, 16)),
    ),
    "a product that is read twice": (
        lambda xp, a, b, c: [None, None, xp.exp(a @ b) - (a @ b).max(axis=1, keepdims=True)],
        ((12, 20), (20, 16), (12, 16)),
    ),
    "a product of few terms": (
        lambda xp, a, b, c: [None, None, c + a @ b.T],
        ((12, 5), (16, 5), (12, 16)),
    ),
    "updates that need the same": (
        lambda xp, a, b, c: [a - xp.exp(c), b + xp.exp(c), None],
        ((9, 8), (9, 8), (9, 8)),
    ),
    "updates of numbers": (
        lambda xp, a, b, c: [a + 1.0, b * 2.0, c + a * b],
        ((), (), ()),
    ),
    "leaves that trade places": (
        lambda xp, a, b: [b, a],
        ((9, 8), (9, 8)),
    ),
    "an update that reads itself elsewhere": (
        lambda xp, a: [a + 0.5 * a[::-1]],
        ((9, 8),),
    ),
    "a column that is spread over a matrix": (
        lambda xp, a, b: [a * xp.exp(b), None],
        ((9, 8), (9, 1)),
    ),
    "rows by number and their gradient": (
        lambda xp, a, b, rows: [a - scatter_add(xp.take(a, rows, axis=0) * b, rows, a.shape), None, None],
        ((7, 8), (9, 8), "rows"),
    ),
    "an old value that another update needs": (
        lambda xp, a, b: [a - 0.1 * b, b * 0.5 + a],
        ((9, 8), (9, 8)),
    ),
    "a mean in two directions": (
        lambda xp, a, b, c: [None, (a * a).sum(axis=0), (a * a).sum(axis=1)],
        ((9, 8), (8,), (9,)),
    ),
    "a piece put into zeros": (
        lambda xp, a, b: [a + scatter_add(xp.tanh(b), slice(0, 5), (9, 8)), None],
        ((9, 8), (5, 8)),
    ),
}

EXPECTED = {
    "a layer and its update": [
        "sub <- dot(a, b, c, d)",
        "a <- dot(a, c, sub)",  # the product of an update is never stored
        "reduce_add <- reduce_add(sub)",
        "b <- loop(b, reduce_add)",
    ],
    "two products of one kernel": ["dot <- dot(a, b)", "a <- dot(c, d, dot)"],
    "a product that is read twice": ["dot <- dot(a, b)", "reduce_max <- reduce_max(dot)", "c <- loop(dot, reduce_max)"],
    "a product of few terms": ["transpose <- loop(b)", "c <- dot(a, c, transpose)"],
    "updates that need the same": ["a, b <- loop(a, b, c)"],
    "updates of numbers": ["a, b, c <- loop(a, b, c)"],
    "leaves that trade places": ["copy <- loop(a)", "copy2 <- loop(b)", "b <- loop(copy)", "a <- loop(copy2)"],
    "an update that reads itself elsewhere": ["fma <- loop(a)", "a <- loop(fma)"],
    "a column that is spread over a matrix": ["exp <- loop(b)", "a <- loop(a, exp)"],
    "rows by number and their gradient": ["scatter <- scatter(a, b, c)", "a <- loop(a, scatter)"],
    "an old value that another update needs": [
        "minus_fma <- loop(a, b)",
        "fma <- loop(a, b)",
        "a <- loop(minus_fma)",
        "b <- loop(fma)",
    ],
    "a mean in two directions": [
        "reduce_add <- reduce_add(a)",
        "b <- loop(reduce_add)",
        "reduce_add2 <- reduce_add(a)",
        "c <- loop(reduce_add2)",
    ],
    "a piece put into zeros": ["place <- place(b)", "a <- loop(a, place)"],
}


@pytest.mark.parametrize("name", STEPS)
def test_a_step_is_cut_into_these_kernels(step_of, name):
    function, shapes = STEPS[name]
    assert kernels(step_of, function, *shapes) == EXPECTED[name]


def test_what_two_kernels_need_is_stored_from_a_cost_of_six_on(step_of):
    shapes = (9, 8), (8,), (9,)
    cheap = kernels(step_of, costing(CHEAP - 1), *shapes)
    assert [line for line in cheap if line.startswith("max")] == []
    stored = kernels(step_of, costing(CHEAP), *shapes)
    assert [line for line in stored if line.startswith("max")] == ["max <- loop(a)"]
    assert CHEAP == 6


@pytest.mark.parametrize(("count", "stored"), [(CHEAP - 1, ["max"]), (CHEAP, ["max", "max2"])])
def test_what_is_stored_costs_nothing_to_those_who_read_it(step_of, count, stored):
    """Two kernels need a value that is stored; two others one of `count` operations on it."""

    def function(xp, a, b, c, d, e):
        first = costing(CHEAP)(xp, a, b, c)
        second = chain(xp, chain(xp, a, CHEAP), count)
        return [*first, second.max(axis=0), second.max(axis=1)]

    lines = kernels(step_of, function, (9, 8), (8,), (9,), (8,), (9,))
    assert [line.partition(" <- ")[0] for line in lines if line.startswith("max")] == stored


def deep(count):
    """An update that is `count` operations deep."""

    def function(xp, a):
        return [chain(xp, a, count)]

    return function


def test_a_value_of_more_than_forty_operations_is_put_in_memory_on_the_way(step_of):
    assert kernels(step_of, deep(DEEP - 1), (9,)) == ["a <- loop(a)"]
    assert kernels(step_of, deep(DEEP + 5), (9,)) == ["max <- loop(a)", "a <- loop(max)"]
    many = kernels(step_of, deep(3 * DEEP + 5), (9,))
    assert len(many) == 4
    assert DEEP == 40


def test_whether_something_was_cut_is_told(step_of):
    scheduler = Scheduler(step_of(deep(DEEP + 5), [np.zeros(9)], "float64").updates, LANES)
    assert scheduler.store_deep() is True
    assert scheduler.store_deep() is False
