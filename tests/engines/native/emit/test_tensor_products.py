"""Products of stacks of matrices and of windows equal NumPy's, in shapes with and without rests."""

import numpy as np
import pytest

from bprop.engines.native.emit.tensor_products import TensorProducts
from bprop.engines.native.run.evaluate import evaluate
from bprop.engines.native.schedule.tensordots import tensor_form
from bprop.engines.trace.functions import new_tape
from bprop.namespace import namespace, windows

pytest.importorskip("llvmlite")
EPS = {"float32": 2e-6, "float64": 1e-14}
STACKS = [
    ((2, 3, 4), (2, 4, 5)), ((7, 1, 20, 33), (3, 33, 17)), ((4, 9), (3, 9, 40)), ((5, 2, 9), (5, 9, 1)),
    ((6,), (3, 6, 2)), ((1, 3, 4), (1, 4, 16)), ((2, 2, 2, 2), (2, 2, 2, 2)), ((3, 1, 70), (3, 70, 100)),
]  # fmt: skip
PICTURES = [
    ((2, 9, 11, 1), (5, 5), 6, (1, 1)), ((3, 8, 8, 6), (5, 5), 16, (1, 1)), ((2, 6, 7, 3), (3, 2), 37, (2, 1)),
    ((1, 4, 4, 2), (4, 4), 1, (1, 1)), ((2, 30, 3, 9), (1, 3), 5, (1, 1)), ((4, 12, 2, 4), (11, 1), 3, (1, 1)),
]  # fmt: skip


def close(found, expected, dtype):
    size = np.abs(expected).max()
    np.testing.assert_allclose(found, expected, atol=EPS[dtype] * 30 * size)


@pytest.mark.parametrize("dtype", EPS)
@pytest.mark.parametrize(("a", "b"), STACKS)
def test_a_product_of_stacks_is_that_of_each_pair_of_matrices(a, b, dtype):
    rng = np.random.default_rng(0)
    A, B = rng.normal(size=a).astype(dtype), rng.normal(size=b).astype(dtype)
    swapped = np.swapaxes(B, -1, -2).copy()
    made = lambda A, B, C: [A @ B, np.float32(2) * (A @ namespace(C).swapaxes(C, -1, -2)) + 1]  # noqa: E731
    one, two = evaluate(made, A, B, swapped, dtype=dtype)
    expected = A.astype(float) @ B.astype(float)
    close(one, expected, dtype)
    close(two, 2 * expected + 1, dtype)


@pytest.mark.parametrize("dtype", EPS)
@pytest.mark.parametrize(("shape", "size", "maps", "step"), PICTURES)
def test_windows_times_a_kernel_with_what_is_made_of_it_on_the_way(shape, size, maps, step, dtype):
    rng = np.random.default_rng(0)
    x, W, b = (rng.normal(size=s).astype(dtype) for s in (shape, (*size, shape[-1], maps), (maps,)))

    def made(x, W, b):
        xp, seen = namespace(x), windows(x, size, step, (1, 1))
        h = xp.maximum(xp.tensordot(seen, W, axes=((3, 4, 5), (0, 1, 2))) + b, 0)
        return [h, xp.tensordot(seen, h, axes=((0, 1, 2), (0, 1, 2)))]

    for found, expected in zip(evaluate(made, x, W, b, dtype=dtype), made(*map(np.float64, (x, W, b))), strict=True):
        close(found, expected, dtype)


def test_a_product_of_whole_numbers_and_one_that_does_not_fit_are_refused():
    with pytest.raises(Exception, match="whole numbers"):
        evaluate(lambda a, b: [a @ b], np.ones((2, 3, 4), int), np.ones((2, 4, 5), int))
    with pytest.raises(ValueError, match="differ"):
        evaluate(lambda a, b: [a @ b], np.ones((2, 3, 4)), np.ones((2, 5, 6)))


def test_shares_cover_every_list_of_rows_once():
    tape = new_tape(np.dtype("float32"))
    xp = tape.functions
    x, g = (tape.leaf(f"state {n}", s, tape.dtype) for n, s in (("x", (8, 32, 32, 1)), ("g", (8, 28, 28, 6))))
    product = xp.tensordot(xp.windows(x, (5, 5), (1, 1), (1, 1)), g, axes=((0, 1, 2), (0, 1, 2)))
    form = tensor_form(product, 16)
    assert (form.loops, len(form.rows)) == ((), 2)  # an axis of one channel is none

    class Bare(TensorProducts):
        def __init__(self):
            self.form, self.points, self.height = form, 1, 13

    bare = Bare()
    pieces = bare.cut(25)
    bare.pieces = pieces
    assert [len(piece) for piece in pieces] == [13, 12]
    assert sorted(place for piece in pieces for place, _ in piece) == sorted(np.ndindex(5, 5))
    assert bare.units == 2


def test_what_is_made_of_a_product_leaves_zeros_between_its_rows(dirty_padding):
    a, b = np.ones((2, 3, 4)), np.ones((2, 4, 6))
    assert dirty_padding(lambda a, b: [namespace(a).exp(a @ b)], a, b) == []
