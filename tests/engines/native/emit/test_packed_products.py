"""Large products through packed blocks: what NumPy gives in every layout, the same bits for all blocks and threads."""

import numpy as np
import pytest

from bprop.engines.native.run.evaluate import evaluate
from bprop.engines.native.schedule import blocks, forms
from bprop.engines.native.schedule.caches import Caches
from bprop.engines.native.schedule.tiles import packed_tile

SIZES = [(7, 9, 70), (50, 200, 131), (12, 64, 64)]
"""(M, K, N) with and without rests of tiles, vectors and blocks."""


@pytest.fixture
def packed(monkeypatch):
    """packed(first, second): products of any size are packed, on a machine with caches of so many bytes."""

    def on(first=2**10, second=2**14):
        for name in ("MANY_ROWS", "MANY_VECTORS", "MANY_STEPS", "MUCH_WORK"):
            monkeypatch.setattr(forms, name, 1)
        monkeypatch.setattr(blocks, "caches", lambda: Caches(first, second))

    return on


def all_layouts(A, B):
    """The product, from operands that lie as they are and turned, with an epilogue."""
    turned = np.ascontiguousarray(A.T), np.ascontiguousarray(B.T)
    return lambda a, b, aT, bT, c: [a @ b + c, aT.T @ b, a @ bT.T, aT.T @ bT.T], (A, B, *turned, B[0] * 0 + 0.5)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_blocks_add_up_to_the_product(packed, vectors, size, dtype):
    packed()
    M, K, N = size
    rng = np.random.default_rng(0)
    A, B = rng.normal(size=(M, K)), rng.normal(size=(K, N))
    function, arrays = all_layouts(A, B)
    eps = np.finfo(dtype).eps * 8 * K
    for found, more in zip(evaluate(function, *arrays, dtype=dtype), (0.5, 0, 0, 0), strict=True):
        np.testing.assert_allclose(found, A @ B + more, rtol=0, atol=eps)


def test_the_bits_depend_on_no_cache_no_block_and_no_layout(packed):
    rng = np.random.default_rng(1)
    function, arrays = all_layouts(rng.normal(size=(37, 700)), rng.normal(size=(700, 75)))
    found = []
    for first, second in ((2**10, 2**13), (2**12, 2**15), (2**16, 2**21)):
        packed(first, second)
        found.append(evaluate(function, *arrays, dtype="float32"))
    for results in found:
        for one, other in zip(results, found[0], strict=True):
            np.testing.assert_array_equal(one, other)
        np.testing.assert_array_equal(results[1], results[2])
        np.testing.assert_array_equal(results[1], results[3])


def step(xp, W, h, g, b, V, _):
    """A layer, an update and the gradient of a layer: each with what is made of it."""
    return [W - 0.1 * (h.T @ g + 0.01 * W), None, None, b - 0.1 * g.sum(axis=0), V, xp.tanh(h @ W + b) + (g @ W.T) @ W]


def test_threads_share_tiles_and_every_bit_is_the_same(packed, steps, same, monkeypatch):
    monkeypatch.setattr("bprop.engines.native.schedule.shares.SHARED_FROM", 1)
    packed()
    rng = np.random.default_rng(0)
    shapes = [(70, 45), (53, 70), (53, 45), (45,), (1,), (53, 45)]
    arrays = [0.1 * rng.normal(size=shape) for shape in shapes]
    same(step, arrays, steps=2)
    alone, *others = steps(step, arrays, steps=4, counts=(1, 2, 3, 5), dtype="float32")
    for other in others:
        for one, two in zip(alone, other, strict=True):
            np.testing.assert_array_equal(two, one)


def test_what_lies_beyond_the_columns_is_part_of_nothing(packed, same):
    """log(a W) is -inf in the padding, where a W is 0: packed with the columns, it would spoil the next product."""
    packed()
    rng = np.random.default_rng(0)
    arrays = [rng.uniform(1, 2, size=shape) for shape in ((9, 20), (20, 43), (26, 43))]
    same(lambda xp, a, W, b, _: [None, None, None, xp.log(a @ W) @ b.T], [*arrays, np.zeros((9, 26))])
    same(lambda xp, a, W, b, _: [None, None, None, b.T @ xp.log(b @ W.T)], [*arrays, np.zeros((43, 20))])


def test_products_of_examples_are_shared_by_rows_others_by_columns(assembled, packed, monkeypatch):
    packed()
    monkeypatch.setattr("bprop.engines.native.schedule.shares.SHARED_FROM", 1)

    def shares(M, K, N, update=False):
        arrays = [np.zeros((M, K)), np.zeros((K, N)), np.zeros((M, N))]
        function = lambda xp, a, b, c: [None, None, c + a @ b if update else xp.exp(a @ b)]  # noqa: E731
        made = assembled(function, arrays, dtype="float64")
        product = next(kernel for kernel in made.kernels if kernel.core is not None)
        height, _ = packed_tile(M, N, made.lanes * 8)
        return made.shares[product], -(-M // height)

    few, rows = shares(60, 20, 1200)
    assert few != rows
    for many, rows in (shares(300, 20, 1200), shares(200, 20, 1200, update=True)):
        assert many == rows


def test_only_large_products_have_room_to_be_packed(assembled, packed):
    arrays = [np.zeros((60, 50)), np.zeros((50, 70)), np.zeros((60, 70))]
    function = lambda xp, a, b, _: [None, None, a @ b]  # noqa: E731
    assert assembled(function, arrays).room is None
    packed()
    made = assembled(function, arrays)
    assert made.room is not None
    assert made.layouts[made.room].shape[0] == 8  # a row for each thread
