import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import broadcastable_shapes

from bprop.namespace import largest, namespace, scatter_add, swap_last, unbroadcast


def test_numpy_arrays_numbers_and_nothing_are_numpys():
    assert namespace(np.ones(3)) is np
    assert namespace(np.float32(1), 2.0, [1]) is np
    assert namespace() is np


def test_the_first_other_namespace_wins_over_numpy(jax):
    assert namespace(np.ones(3), jax.numpy.ones(3)) is jax.numpy
    assert namespace(jax.numpy.ones(3), np.ones(3)) is jax.numpy


def test_a_namespace_is_asked_of_the_array_itself():
    class Mine:
        def __array_namespace__(self):
            return pytest

    assert namespace(1.0, Mine(), np.ones(2)) is pytest


@given(
    shape=st.lists(st.integers(1, 3), max_size=3).map(tuple),
    data=st.data(),
)
def test_unbroadcast_is_the_transpose_of_broadcasting(shape, data):
    full = data.draw(broadcastable_shapes(shape, max_dims=4, max_side=3))
    full = np.broadcast_shapes(shape, full)
    rng = np.random.default_rng(0)
    a, grad = rng.normal(size=shape), rng.normal(size=full)
    sent = unbroadcast(grad, shape)
    assert sent.shape == shape
    np.testing.assert_allclose((np.broadcast_to(a, full) * grad).sum(), (a * sent).sum(), atol=1e-12)


def test_unbroadcast_gives_the_gradient_itself_where_nothing_was_broadcast():
    grad = np.ones((2, 3))
    assert unbroadcast(grad, (2, 3)) is grad


def test_swap_last_transposes_each_matrix(rng):
    a = rng.normal(size=(2, 3, 4))
    np.testing.assert_array_equal(swap_last(a)[1], a[1].T)


@pytest.mark.parametrize("shape", [(200, 5), (32, 32), (200, 33), (3, 5), (40, 3, 4), (50, 1)])
@pytest.mark.parametrize("dtype", ["float32", "float64", "longdouble"])
def test_largest_is_the_maximum_of_every_row(rng, shape, dtype):
    a = rng.normal(size=shape).astype(dtype)
    a.flat[7] = np.nan
    a.flat[2] = -np.inf
    before = a.copy()
    for array in (a, a[::-1], np.asfortranarray(a)):
        result = largest(array)
        assert result.dtype == dtype
        assert result.shape == (*shape[:-1], 1)
        np.testing.assert_array_equal(result, array.max(axis=-1, keepdims=True))
    np.testing.assert_array_equal(a, before)


def test_scatter_add_sums_the_elements_of_one_place():
    grad = np.array([[1.0, 2.0], [10.0, 20.0], [100.0, 200.0]])
    found = scatter_add(grad, np.array([2, 0, 2]), (4, 2))
    np.testing.assert_array_equal(found, [[10, 20], [0, 0], [101, 202], [0, 0]])
    assert scatter_add(grad.astype(np.float32), np.array([0, 1, 2]), (3, 2)).dtype == np.float32


@pytest.mark.parametrize(
    "index",
    [(..., 0), (1, slice(None)), (slice(None, None, -1), 2), (None, 1, ...), (0, 1), (slice(0, 2), slice(1, 3))],
)
def test_scatter_add_is_the_transpose_of_taking_a_part(index, monkeypatch):
    grad = np.arange(12.0).reshape(3, 4)[index]
    monkeypatch.setattr(np, "add", None)  # the slow way, which places that come twice need
    full = scatter_add(grad, index, (3, 4))
    np.testing.assert_array_equal(full[index], grad)
    assert full.sum() == grad.sum()


def test_scatter_add_takes_truth_values_as_a_choice_of_rows():
    keep = np.array([True, False, True])
    full = scatter_add(np.ones((2, 2)), (keep,), (3, 2))
    np.testing.assert_array_equal(full, [[1, 1], [0, 0], [1, 1]])
    np.testing.assert_array_equal(scatter_add(np.ones((1, 3)), (True,), (3,)), np.ones(3))


def test_scatter_add_is_the_same_on_jax(jax, rng):
    grad, rows = rng.normal(size=(5, 2)).astype(np.float32), np.array([2, 0, 2, 1, 2])
    found = scatter_add(jax.numpy.asarray(grad), rows, (4, 2))
    np.testing.assert_allclose(found, scatter_add(grad, rows, (4, 2)), rtol=1e-6)


@pytest.mark.parametrize("where", ["numpy", "jax"])
@pytest.mark.parametrize(
    ("sizes", "size", "step", "apart"), [((7,), (3,), (2,), (1,)), ((5, 6), (2, 3), (1, 2), (2, 1))]
)
def test_windows_and_their_fold_are_transposes_of_each_other(where, sizes, size, step, apart):
    from bprop.namespace import fold, windows

    rng = np.random.default_rng(0)
    a = rng.normal(size=(2, *sizes, 3))
    take = (lambda x: x) if where == "numpy" else pytest.importorskip("jax").numpy.asarray
    seen = np.asarray(windows(take(a.astype("float32")), size, step, apart))
    for place in np.ndindex(seen.shape):
        n, *rest, c = place
        at = [o * s + k * d for o, k, s, d in zip(rest[: len(size)], rest[len(size) :], step, apart, strict=True)]
        assert seen[place] == np.float32(a[(n, *at, c)])
    grad = rng.normal(size=seen.shape)
    folded = np.asarray(fold(take(grad.astype("float32")), sizes, step, apart))
    assert folded.shape == a.shape
    assert (seen * grad).sum() == pytest.approx((a * folded).sum(), rel=1e-4)
