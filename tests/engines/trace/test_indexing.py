"""Indices of traced arrays, and adding into zeros at an index, are NumPy's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("llvmlite")

from bprop.engines.native.run.evaluate import evaluate
from bprop.engines.trace.functions import new_tape
from bprop.engines.trace.indexing import basic_index
from bprop.errors import UnsupportedError

ends = st.none() | st.integers(-7, 7)
slices = st.builds(slice, ends, ends, st.sampled_from([None, 1, 2, 3, -1, -2]))
part = st.one_of(slices, st.integers(-5, 4), st.integers(-5, 4).map(np.int64), st.none(), st.just(...))
indices = st.lists(part, max_size=5).map(tuple)


def numpys(a, index):
    try:
        return a[index]
    except IndexError as error:
        return error


@given(st.lists(st.integers(1, 5), min_size=1, max_size=3).map(tuple), indices)
def test_any_basic_index_is_numpys(shape, index):
    a = np.arange(np.prod(shape)).reshape(shape)
    wanted = numpys(a, index)
    if isinstance(wanted, IndexError):
        with pytest.raises((IndexError, TypeError)):
            basic_index(index, shape)
        return
    axes, result = basic_index(index, shape)
    assert result == wanted.shape
    assert all(type(number) is int for axis in axes for number in axis)
    places = [[start + i * step for i in range(count)] for start, step, count in axes]
    np.testing.assert_array_equal(a[np.ix_(*places)].reshape(result), wanted)


@pytest.mark.parametrize("index", [[0, 1], np.array([0]), True, np.True_, (slice(None), [0])])
def test_arrays_are_no_basic_indices(index):
    with pytest.raises(UnsupportedError, match="take"):
        basic_index(index, (3, 4))


def test_elements_by_numbers_of_numpys_own():
    a = np.arange(12.0).reshape(3, 4)
    compute = lambda a: [a[np.int64(1)], a[np.int32(-1), np.uint8(2)], a[np.intp(0), ::-1]]  # noqa: E731
    for found, wanted in zip(evaluate(compute, a), compute(a), strict=True):
        np.testing.assert_array_equal(found, wanted)


INDICES = [2, -1, slice(1, 4), slice(None, None, 2), slice(None, None, -1), slice(9, None, -3), (slice(None), 3),
           (..., 1), (2, 3), (slice(4, 1, -2), slice(1, None, 4)), (None, 1), ..., (0, slice(None, 1))]  # fmt: skip


def test_what_flows_back_through_an_index_lands_where_it_came_from():
    """All of them at once, and beside them NumPy's own zeros[index] += grad."""
    rng = np.random.default_rng(0)
    shape = (6, 19)
    grads = [rng.normal(size=np.zeros(shape)[index].shape) for index in INDICES]

    def compute(*grads):
        return [g.__array_namespace__().zeros(shape).at[i].add(g) for g, i in zip(grads, INDICES, strict=True)]

    for found, index, grad in zip(evaluate(compute, *grads), INDICES, grads, strict=True):
        wanted = np.zeros(shape)
        wanted[index] += grad
        np.testing.assert_array_equal(found, wanted, err_msg=str(index))


def test_rows_that_come_more_than_once_are_summed():
    rng = np.random.default_rng(0)
    rows, many = np.array([3, 0, 3, 3, -1]), np.array([[1, 1], [0, 1]])
    wide, vector, stack = rng.normal(size=(5, 21)), rng.normal(size=5), rng.normal(size=(2, 2, 1))

    def compute(wide, vector, stack, rows, many):
        zeros = wide.__array_namespace__().zeros
        return [zeros((4, 21)).at[rows].add(wide), zeros(4).at[rows].add(vector), zeros((2, 1)).at[many].add(stack)]

    expected = [np.zeros((4, 21)), np.zeros(4), np.zeros((2, 1))]
    for wanted, index, grad in zip(expected, (rows, rows, many), (wide, vector, stack), strict=True):
        np.add.at(wanted, index, grad)
    for found, wanted in zip(evaluate(compute, wide, vector, stack, rows, many), expected, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-14)


def test_zeros_are_an_array_like_any_other():
    def compute(a):
        zeros = a.__array_namespace__().zeros((2, 3))
        return [zeros, zeros + a, zeros.at[0].add(a[0]) + zeros, (zeros * a).sum(), zeros[1]]

    a = np.arange(6.0).reshape(2, 3)
    wanted = [0 * a, a, a * [[1], [0]], 0.0, np.zeros(3)]
    for found, expected in zip(evaluate(compute, a), wanted, strict=True):
        np.testing.assert_array_equal(found, expected)
    xp = new_tape(np.dtype("float32")).functions
    zeros = xp.zeros((2, 3))
    assert zeros.at[0].add(xp.ones(3)) is not zeros.at[1].add(xp.ones(3))
