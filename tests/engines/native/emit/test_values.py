"""Arrays at points: views of views, what is remembered of one point and not of another, and numbers of every kind."""

import numpy as np
import pytest

pytest.importorskip("llvmlite")

from llvmlite import ir

from bprop.engines.native.emit.emitter import FLOATS, I64, POINTER, VOID, Emitter
from bprop.engines.native.emit.values import Memory, ValueEmitter
from bprop.engines.native.run.evaluate import evaluate
from bprop.engines.native.run.object_code import loaded, machine_code
from bprop.engines.native.run.routines import ARGUMENTS
from bprop.engines.native.schedule.buffers import Layout


def same(compute, *arrays):
    xp = lambda a: np if isinstance(a, np.ndarray) else a.__array_namespace__()  # noqa: E731
    found = evaluate(lambda *given: compute(xp(given[0]), *given), *arrays)
    for i, (one, two) in enumerate(zip(found, compute(np, *arrays), strict=True)):
        assert one.shape == np.shape(two), i
        np.testing.assert_allclose(one, two, rtol=0, atol=1e-14, err_msg=str(i))


# --- reshaping ---


def test_any_shape_becomes_any_other():
    rng = np.random.default_rng(0)
    orders = [(60, 1), (3, 20), (4, 15), (5, 12), (2, 30), (2, 2, 15), (3, 4, 5), (5, 1, 12), (6, 10), (1, 3, 2, 10)]

    def compute(xp, a):
        b = xp.transpose(a.reshape(4, 3, 5), (2, 0, 1))
        return [a.reshape(one).T.reshape(two) for one, two in zip(orders, orders[::-1], strict=True)] + [
            b.reshape(shape) for shape in orders
        ]

    same(compute, rng.normal(size=60))


def test_views_of_views_of_views():
    """Chains of random views: steps forward and back, turned, reshaped, picked by number and spread out."""
    rng = np.random.default_rng(0)
    rows = np.array([1, 0, 1])

    def change(xp, a, index, kind, number):
        if kind == 0 and a.ndim:
            return a[::-1] if number % 2 else a[..., ::-1]
        if kind == 1 and a.ndim:
            return a[..., number % 2 :: 2] if a.shape[-1] > 3 else a[number % a.shape[0]]
        if kind == 2:
            return a.reshape(-1) if a.ndim > 2 else a.reshape(*a.shape[::-1])
        if kind == 3 and a.size % 2 == 0:
            return a.reshape(2, -1)
        if kind == 4 and a.ndim and a.shape[0] > 1:
            return xp.take(a, index, axis=0)
        if kind == 5 and a.size < 30:
            return xp.broadcast_to(a, (3, *a.shape))
        return xp.transpose(a)

    chains = rng.integers(0, 97, size=(24, 6))

    def compute(xp, a, index):
        found = []
        for chain in chains:
            b = a
            for number in chain:
                b = change(xp, b, index, number % 7, int(number))
            found.append(b)
        return found

    same(compute, rng.normal(size=(4, 3, 6)), rows)


# --- what is remembered ---


def test_an_array_at_several_points_of_one_kernel():
    """In each output a is asked for at indices that differ in one thing alone: where they begin, their step, ..."""
    rows, others = np.array([3, 0, 3, 1, 7, 2, 2, 5, 6, 4]), np.array([1, 1, 0, 9, 2, 8, 3, 4, 5, 6])

    def compute(xp, a, v, rows, others):
        return [
            v[:5] + 2 * v[1:6],  # where
            v[:5] + 2 * v[:10:2] + 3 * v[0],  # the step, and none
            v[4::-1] + 2 * v[4:9] + 3 * v[4],  # back and forth
            a[0] + 2 * a[1],  # rows by a constant
            a[:9] + 2 * a[1:],  # rows of a loop
            a + 2 * a.T,  # axes
            a[:, ::-1] + 2 * a[::-1] + 4 * a,
            xp.take(v, rows) + 2 * xp.take(v, others),  # any number for each lane
            xp.take(a, rows, axis=0) + 2 * xp.take(a, others, axis=0),  # any number for each row
            xp.take(a, rows, axis=0)[:, ::-1] + 2 * xp.take(a, rows, axis=0),
            xp.take(a.T, rows, axis=0) + 2 * xp.take(a, rows, axis=0),
            a + v + 2 * v[:, None],  # arrays that differ
            a[1] + 2 * a.T[1],
        ]

    rng = np.random.default_rng(0)

    def numpys(xp, a, v, rows, others):
        if xp is np:
            take = lambda a, rows, axis=0: np.take(a, rows, axis=axis)  # noqa: E731
        else:
            take = lambda a, rows, axis=0: xp.take(a, rows, axis=axis)  # noqa: E731
        return compute(type("xp", (), {"take": staticmethod(take)}), a, v, rows, others)

    same(numpys, rng.normal(size=(10, 10)), rng.normal(size=10), rows, others)


def test_iotas_constants_and_what_is_computed_of_them():
    def compute(xp, a):
        i, j = xp.arange(9, dtype=np.int32), xp.arange(13, dtype=np.int32)
        return [i, i[::-1] + 0, i[:, None] * 13 + j, (i[:, None] == j) * 1.0, (i[:, None] * 13 + j).T, a[:, :9] + i,
                xp.take(i * 10, j - 13 + 4 * (j < 4)), (i * 2.5).reshape(3, 3)]  # fmt: skip

    same(compute, np.arange(3 * 13.0).reshape(3, 13))


def test_lanes_beyond_an_array_read_some_element_of_it():
    """The lanes past the end of a row, whose values are thrown away, must not read anybody else's memory."""
    flat = np.full(64, np.nan)
    flat[16:32] = np.arange(16.0)
    module = ir.Module("test")
    function = ir.Function(module, ir.FunctionType(VOID, [POINTER, *[I64] * 5]), "run")
    e = Emitter(module, ir.IRBuilder(function.append_basic_block("entry")), 8)
    layout = Layout.padded((8,), flat.dtype, 8)
    assert layout.length == 16
    offsets = ir.Constant(e.vector(I64), [-16, -1, 0, 7, 15, 16, 40, -8])
    memory = Memory(e.address(function.args[0], 16, FLOATS["float64"]), layout)
    e.store(ValueEmitter(e, {}).gather(memory, offsets, FLOATS["float64"]), function.args[0], 0)
    e.b.ret_void()
    loaded(machine_code(module), "run", ARGUMENTS)(flat.ctypes.data, 0, 0, 0, 0, 0)
    assert flat[:8].tolist() == [15, 15, 0, 7, 15, 15, 15, 15]


# --- kinds of numbers ---


def test_every_kind_of_number_becomes_every_other():
    a = np.array([0.0, -0.0, 0.6, -0.6, 2.5, -2.5, 1e6, -1e6, 7.0])
    i = np.array([0, 1, -1, 7, -(2**31), 2**31 - 1, 300, -300, 2])

    def compute(xp, a, i):
        p, single = i > 0, a.astype(np.float32)
        kinds = (np.float32, np.float64, np.int32, bool)
        return [x.astype(kind) for x in (a, i, p, single, i[3], a[4], p[1]) for kind in kinds]

    same(compute, a, i)


def test_words_are_not_signed():
    i = np.array([0, 1, -1, 7, -(2**31), 2**31 - 1, 300, -300, 2])

    def compute(i):
        xp, u = np if isinstance(i, np.ndarray) else i.__array_namespace__(), i.astype(np.uint32)
        seven = u * np.uint32(0) + np.uint32(7)
        found = [u, u > seven, xp.maximum(u, seven), xp.minimum(u, seven), u.max(), u.min(), u >> np.uint32(3)]
        two = u.reshape(3, 3)
        found += [two.max(axis=0), two.min(axis=1), u[:1].max()]
        return [f.astype(np.float64) for f in found] + [i >> 3, i.max(), i.min()]

    i = i.astype(np.int32)
    for k, (one, two) in enumerate(zip(evaluate(compute, i), compute(i), strict=True)):
        np.testing.assert_array_equal(one, two, err_msg=str(k))


@pytest.mark.parametrize("kind", [np.int32, np.int64])
def test_rows_are_taken_by_numbers_of_either_width_and_negative_ones_from_the_end(kind):
    a, rows = np.arange(24.0).reshape(6, 4), np.array([0, -1, 5, -6, 2])
    (taken,) = evaluate(lambda a, rows: [a.__array_namespace__().take(a, rows.astype(kind), axis=0)], a, rows)
    np.testing.assert_array_equal(taken, a[rows])
