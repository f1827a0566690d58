"""The array namespace of traced arrays: what moves, picks and reduces values gives what NumPy's functions give."""

import numpy as np
import pytest

from bprop.engines.native.run.evaluate import evaluate
from bprop.engines.trace.functions import Functions, new_tape
from bprop.engines.trace.tape import BOOL, INT, LONG, UINT, Traced
from bprop.errors import UnsupportedError
from bprop.namespace import namespace, scatter_add

FLOAT = np.dtype("float64")


def same(compute, *arrays, dtype="float64"):
    """compute(xp, *arrays) -> arrays: the same values, shapes and kinds as NumPy's."""
    found = evaluate(lambda *given: compute(given[0].__array_namespace__(), *given), *arrays, dtype=dtype)
    expected = compute(np, *arrays)
    assert len(found) == len(expected) > 0
    for i, (one, two) in enumerate(zip(found, expected, strict=True)):
        two = np.asarray(two)
        assert (i, one.shape, one.dtype.kind) == (i, two.shape, two.dtype.kind)
        np.testing.assert_allclose(one, two, rtol=0, atol=1e-13 * max(1, np.abs(two).max()), err_msg=str(i))


def normal(*shape):
    return np.random.default_rng(len(shape)).normal(size=shape)


def test_shapes_are_changed_as_in_numpy():
    def compute(xp, a, v):
        return [
            a.reshape(-1),
            a.reshape(6, -1),
            a.reshape((4, 15)) * 2.0,
            xp.reshape(a, (5, 3, 4)),
            a.reshape(3, 2, 2, 5),
            xp.transpose(a),
            xp.transpose(a, (1, 0, 2)) + 1.0,
            xp.transpose(a, (0, -1, 1)).reshape(-1),
            a[0].T,
            xp.swapaxes(a, 0, -1),
            xp.broadcast_to(v, (2, 3, 5)) * 1.0,
            xp.broadcast_to(v[:, None], (5, 4)),
            xp.transpose(a.reshape(12, 5)).reshape(3, 20),
            a.reshape(2, 2, 3, 5).sum(axis=(1, 2)),
            v.reshape(1, 5, 1) + a[:1, :, :1].reshape(1, 1, -1),
        ]

    same(compute, normal(4, 3, 5), normal(5))


def test_pieces_are_cut_and_put_together_as_in_numpy():
    def compute(xp, a, v):
        first, second = xp.split(a, [1], axis=1)
        return [
            a[1],
            a[-1],
            a[1:3],
            a[::-1],
            a[:, 1],
            a[..., 2],
            a[:, ::2],
            a[:, None, 1:, ::-2],
            a[-3:-1, 0, 4],
            v[2],
            v[::-1],
            v[3:1:-1],
            xp.concatenate([a, a[:2]]),
            xp.concatenate([v, v[:1], 2.0 * v]),
            first,
            second,
            xp.concatenate([a[:, :1], xp.tanh(a)], axis=1),
            xp.concatenate([a, a[..., :3]], axis=-1)[1:, :, 3:7],
            a[2][1][3],
            a[1:][1:][0],
            xp.concatenate([v[:1], v])[1:],
            a[:, :, 1:2] + a[:, :1],
            a[a.shape[0] - 1],
        ]

    same(compute, normal(4, 3, 5), normal(5))


def test_rows_by_number_as_in_numpy():
    rows, many = np.array([3, 0, 3, 1]), np.array([[1, 1, 0], [2, 3, 3]])

    def compute(xp, a, v, rows, many):
        put = lambda grad, index, shape: scatter_add(grad, index, shape)  # noqa: E731
        return [
            xp.take(a, rows, axis=0),
            xp.take(a, many, axis=0),
            xp.take(v, many, axis=0),
            xp.take(xp.exp(v), rows, axis=0),
            put(xp.take(a, rows, axis=0), rows, a.shape),
            put(xp.take(a, many, axis=0) * 2.0, many, a.shape),
            put(xp.take(v, many, axis=0), many, v.shape),
            xp.take(a, rows - 4, axis=0),
            xp.take(a[:, :1], many, axis=0),
            put(a[1:, ::2], (slice(1, None), slice(None, None, 2)), (4, 5)),
            put(v, slice(None, None, -1), v.shape),
            xp.take_along_axis(a, rows[:, None], axis=-1),
            put(a[1], 2, (4, 5)),
            xp.take(a.T, rows, axis=0),
        ]

    same(compute, normal(4, 5), normal(4), rows, many)


def test_row_numbers_out_of_range_read_and_write_nothing_else():
    """NumPy raises; here the value is NaN, which training tells of, and no other memory is touched."""
    rows = np.array([4, -5, 2**31 - 1, -(2**31), 0, -1])
    for table in (normal(4, 5), normal(4)):
        taken, put = evaluate(
            lambda a, r: [namespace(a).take(a, r, axis=0), scatter_add(namespace(a).take(a, r, axis=0), r, a.shape)],
            table, rows,
        )  # fmt: skip
        assert np.isnan(taken[:4]).all()
        np.testing.assert_array_equal(taken[4:], table[[0, -1]])
        np.testing.assert_array_equal(put[3], table[3])
        np.testing.assert_array_equal(put[1:3], np.zeros_like(table[1:3]))


def test_reductions_as_in_numpy():
    def compute(xp, a, n):
        return [
            a.sum(),
            a.sum(axis=0),
            a.sum(axis=1),
            a.sum(axis=-1),
            a.sum(axis=(0, 1)),
            a.sum(axis=(0, 2)),
            a.sum(axis=(1, 2)),
            a.mean(),
            a.mean(axis=(0, -1), keepdims=True),
            a.max(axis=1, keepdims=True),
            a.min(axis=(0, 1)),
            a.max(),
            xp.sum(a, axis=-1, keepdims=True),
            xp.mean(a, axis=1),
            (a > 0).sum(axis=0),
            (a > 0).mean(),
            n.sum(axis=0),
            n.max(axis=1),
            n.min(),
            n.mean(),
            xp.argmax(a, axis=-1),
            n.argmax(axis=1),
            (a > 0).any(axis=0),
            (a > -1).all(axis=-1),
            a[:, :, :1].sum(axis=2),
            a[:1].max(axis=0),
            a.T.sum(axis=0),
            (a * a).sum(axis=(0, 1, 2)),
            a.reshape(-1)[3:4].sum(),
            a[:, ::-1].sum(axis=1),
            (a.sum(axis=2) + 1.0).max(axis=0),
        ]

    same(compute, normal(4, 3, 19), np.random.default_rng(0).integers(-9, 9, size=(6, 21)))


def test_whole_arrays_are_made_as_in_numpy():
    def compute(xp, a):
        return [
            xp.zeros((2, 3)),
            xp.ones(4),
            xp.full((2, 2), 3.5),
            xp.zeros_like(a),
            xp.ones_like(a),
            xp.full_like(a, 2.0),
            xp.arange(7, dtype=np.int32),
            xp.asarray(2.5) + a,
            xp.zeros((3,), dtype=np.int32),
            a * 0 + 1.0,
        ]

    same(compute, normal(3, 4))


def test_the_first_of_several_largest_is_found():
    a = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0], [-np.inf, -np.inf, -np.inf]])
    same(lambda xp, a: [xp.argmax(a, axis=-1)], a)


def test_dtypes_meet_as_in_numpy_with_floats_of_the_precision_at_hand():
    tape = new_tape(np.dtype("float32"))
    single, whole, truth, word = (tape.leaf(d.name, (3,), d) for d in (tape.dtype, INT, BOOL, UINT))
    assert (single * whole).dtype == (whole / whole).dtype == (truth * 0.5).dtype == np.float32
    assert ((whole + truth).dtype, (truth + 1).dtype) == (INT, LONG)
    assert (word * np.uint32(3)).dtype == UINT
    assert (single * np.float64(2)).dtype == (2.0 * single).dtype == (single + 1).dtype == np.float32
    assert single.sum().dtype == np.float32
    assert truth.sum().dtype == whole.sum().dtype == LONG


def test_the_same_operation_is_traced_once_and_nothing_is_done_for_nothing():
    tape = new_tape(FLOAT)
    a = tape.leaf("a", (3, 4), FLOAT)
    assert a + 1.0 is a + 1
    assert a * 2.0 is not a * 3.0
    assert all(
        same is a for same in (a + 0.0, a - 0, a * 1.0, a / 1, a**1, a.reshape(3, 4), a.T.T, a[:], a.astype(FLOAT))
    )
    assert a.sum(axis=0, keepdims=True).reshape(4) is a.sum(axis=0)
    assert (tape.constant(2.0, FLOAT) * tape.constant(3.0, FLOAT)).attr == 6.0


def test_zero_and_minus_zero_are_two_constants():
    one, two = evaluate(lambda a: [a * 0.0, a * -0.0], np.ones(3))
    assert not np.signbit(one).any()
    assert np.signbit(two).all()


WRONG = {
    "a reshape of other size": (lambda a: a.reshape(5), ValueError),
    "a product that does not fit": (lambda a: a @ a, ValueError),
    "an index too large": (lambda a: a[3], IndexError),
    "an index too small": (lambda a: a[:, -5], IndexError),
    "too many indices": (lambda a: a[0, 0, 0], IndexError),
    "shapes that do not meet": (lambda a: a + a.T, ValueError),
    "a broadcast to less": (lambda a: namespace(a).broadcast_to(a, (4,)), ValueError),
    "a mask": (lambda a: a[a > 0], UnsupportedError),
    "a list as an index": (lambda a: a[[0, 1]], UnsupportedError),
    "a truth as an index": (lambda a: a[True], UnsupportedError),
    "another axis of take": (lambda a: namespace(a).take(a, a.astype(np.int32), axis=1), UnsupportedError),
    "another axis of argmax": (lambda a: a.argmax(axis=0), UnsupportedError),
    "an array of text": (lambda a: a + np.array(["a", "b", "c", "d"]), UnsupportedError),
    "a branch": (lambda a: a if a.sum() > 0 else -a, UnsupportedError),
    "a number of it": (lambda a: float(a.sum()), UnsupportedError),
    "its rows": (lambda a: list(a), UnsupportedError),
    "a NumPy array of it": (np.asarray, UnsupportedError),
    "an unknown function": (lambda a: namespace(a).cumsum(a), UnsupportedError),
    "stacks that do not fit": (lambda a: a[None] @ a[None], ValueError),
    "stacks of whole numbers": (lambda a: (a > 0).astype(int)[None] @ (a.T > 0).astype(int)[None], UnsupportedError),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_done_is_refused_while_tracing(what):
    function, error = WRONG[what]
    with pytest.raises(error):
        function(new_tape(FLOAT).leaf("a", (3, 4), FLOAT))


def test_a_trace_has_an_end(monkeypatch):
    monkeypatch.setattr("bprop.engines.trace.tape.MOST_OPERATIONS", 50)
    a = new_tape(FLOAT).leaf("a", (3,), FLOAT)
    with pytest.raises(UnsupportedError, match="more than 50 array operations"):
        for i in range(100):
            a = a + i


def test_everything_that_is_public_gives_traced_arrays():
    """A function of the namespace that gave a NumPy array would compute once, while tracing, and never again."""
    tape = new_tape(FLOAT)
    a = tape.leaf("a", (3, 4), FLOAT)
    for name in (
        "abs",
        "exp",
        "expm1",
        "log",
        "log1p",
        "tanh",
        "sqrt",
        "floor",
        "cos",
        "sin",
        "square",
        "sign",
        "isfinite",
    ):
        assert isinstance(getattr(Functions(tape), name)(a), Traced), name


@pytest.mark.parametrize("dtype", ["float64", "int32"])
def test_functions_of_one_argument_as_in_numpy(dtype):
    def compute(xp, a):
        both = [xp.abs(a), xp.square(a), xp.sign(a), -a, xp.isfinite(a)]
        real = [xp.floor(a), xp.exp(a), xp.expm1(a), xp.cos(a), xp.sin(a), xp.tanh(a), xp.sqrt(xp.abs(a))]
        return both + (real if dtype == "float64" else [])

    same(compute, np.array([-2.5, -1, -0.5, -0.0, 0, 0.25, 0.5, 0.99, 1, 2, 7]).astype(dtype))


def test_arrays_of_values_in_the_midst_of_box_code_are_taken():
    table, rows = np.arange(12.0).reshape(4, 3), np.array([3, 0])
    same(lambda xp, a: [a + table, table - a, a * xp.asarray(table[0]), xp.where(a > table, a, table)],
         np.full((4, 3), 5.5))  # fmt: skip
    same(lambda xp, a: [xp.concatenate([a, table[:, :2]], axis=-1), table.T @ a], np.ones((4, 4)))
    same(lambda xp, a: [a @ table], np.ones((2, 4)))
    same(lambda xp, a: [xp.take(table, rows, axis=0) * a, a * np.array([True, False, True])], np.ones((2, 3)))


@pytest.mark.parametrize("place", [0, 7, 20])
def test_the_largest_is_found_wherever_it_is(place):
    a = np.arange(42.0).reshape(2, 21) % 5
    a[:, place] = 9.0
    same(lambda xp, a: [xp.argmax(a, axis=-1)], a)
