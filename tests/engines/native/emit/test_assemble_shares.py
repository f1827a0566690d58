"""Into how many shares kernels are cut for threads, on vectors of eight doubles."""

import numpy as np
import pytest

from bprop.engines.native.emit.assemble import Assembler
from bprop.engines.native.schedule import shares as sharing
from bprop.namespace import scatter_add


def shares(step_of, function, *shapes):
    """The shares of every kernel, in their order."""
    arrays = [np.zeros(shape) if shape != "rows" else np.zeros(9, int) for shape in shapes]
    made = Assembler(step_of(function, arrays, "float64"), 1, 8, {}, None)
    made.assemble()
    return [made.shares[kernel] for kernel in made.kernels]


SHARES = [
    ((30, 30, 30), 5, 5, 8),
    ((64, 64, 64), 11, 11, 11),
    ((20, 400, 130), 2, 2, 33),
    ((400, 20, 130), 6, 50, 80),
    ((200, 20, 260), 11, 25, 65),
    ((140, 20, 260), 11, 11, 65),
    ((138, 20, 260), 11, 11, 46),
    ((9, 60, 800), 15, 15, 100),
    ((27, 27, 27), 1, 1, 1),  # 19,683 products: not worth it
    ((28, 27, 27), 5, 5, 10),
    ((10, 300, 72), 5, 5, 18),
    ((200, 40, 4), 20, 20, 40),
    ((20, 40, 100), 5, 5, 25),
]


def stored(xp, a, b, c):
    return [None, None, (a @ b).max(axis=1)]


def updated(xp, a, b, c):
    return [None, None, c + a @ b]


def inner(xp, a, b, c):
    return [None, None, (a @ b.T).max(axis=1)]


@pytest.mark.parametrize(
    ("sizes", "of_stored", "of_updated", "of_inner"),
    SHARES,
    ids=str,
)
def test_a_product_is_shared_out_by_tiles(step_of, sizes, of_stored, of_updated, of_inner):
    """By columns of C where there are four tiles of them or more; an array of many rows that is kept, by rows."""
    M, K, N = sizes
    assert shares(step_of, stored, (M, K), (K, N), (M,))[0] == of_stored
    assert shares(step_of, updated, (M, K), (K, N), (M, N))[0] == of_updated
    assert shares(step_of, inner, (M, K), (N, K), (M,))[0] == of_inner


@pytest.mark.parametrize(
    ("shape", "count"),
    [
        ((100, 50), 100),
        ((64, 80), 64),
        ((63, 80), 10),  # few rows of ten vectors: by columns
        ((63, 79), 1),  # four operations for each of 4,977 numbers: not worth it
        ((8, 625), 79),
        ((8, 624), 1),
        ((5000,), 625),
        ((4999,), 1),
        ((1, 5000), 625),
        ((70, 9, 8), 70),
    ],
)
def test_a_loop_is_shared_out_where_it_is_worth_it(step_of, shape, count):
    assert sharing.SHARED_FROM == 20_000
    assert shares(step_of, lambda xp, a: [xp.tanh(a)], shape) == [count]


@pytest.mark.parametrize(
    ("shape", "rows", "columns"),
    [((200, 100), 200, 13), ((199, 100), 1, 1), ((20, 1000), 20, 125), ((100, 25, 8), 100, 25), ((100, 200), 100, 25)],
)
def test_a_reduction_is_shared_out_by_the_rows_of_its_result_or_their_vectors(step_of, shape, rows, columns):
    assert shares(step_of, lambda xp, a, b: [None, a.max(axis=-1)], shape, shape[:-1])[0] == rows
    assert shares(step_of, lambda xp, a, b: [None, a.max(axis=0)], shape, shape[1:])[0] == columns


def test_what_puts_parts_into_zeros_is_one_share(step_of):
    function = lambda xp, a, b: [None, scatter_add(a, slice(0, 90), (100, 90))]  # noqa: E731
    assert shares(step_of, function, (90, 90), (100, 90)) == [1, 100]


def test_a_product_in_partial_sums_is_shared_out_by_these(step_of):
    """Large weights and one row: eight sums, and the one that adds them up."""
    assert shares(step_of, lambda xp, W, x, y: [None, None, x @ W], (800, 100), (1, 800), (1, 100))[0] == 8
