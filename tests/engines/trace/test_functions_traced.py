"""What a function of the namespace becomes on the tape: which operations, and where there is nothing to do."""

import numpy as np
import pytest

from bprop.engines.native.run.evaluate import evaluate
from bprop.engines.trace.functions import LARGE_WEIGHTS, MOST_PARTS, _total, _whole, new_tape, partial_sums
from bprop.engines.trace.tape import INT, LONG
from bprop.errors import UnsupportedError

FLOAT = np.dtype("float64")


def test_views_of_views_are_one_view(tape, ops):
    a = tape.leaf("a", (2, 3, 4), FLOAT)
    xp = tape.functions
    assert ops(a.reshape(6, 4).reshape(3, 8)) == ["reshape"]
    assert ops(xp.transpose(xp.transpose(a, (1, 2, 0)), (1, 0, 2))) == ["transpose"]
    assert xp.transpose(xp.transpose(a, (1, 2, 0)), (2, 0, 1)) is a
    assert xp.transpose(xp.transpose(a, (1, 2, 0)), (1, 0, 2)).attr == (2, 1, 0)
    assert ops(xp.full((2, 3), 5.0).reshape(6)) == ["broadcast"]
    assert xp.swapaxes(a, 0, -1).attr == (2, 1, 0)
    assert ops(a[:, 0:3]) == []
    assert ops(a[:, 1:3]) == ["slice"]
    assert ops(a[None]) == ["reshape"]


@pytest.mark.parametrize(
    ("shape", "size", "found"),
    [(6, 6, (6,)), (-1, 6, (6,)), ((2, -1), 6, (2, 3)), ((-1, 3), 6, (2, 3)), ((0, 5), 0, (0, 5)), ((), 1, ())],
)
def test_a_missing_size_is_worked_out(shape, size, found):
    assert _whole(shape, size) == found


def test_a_shape_of_another_size_is_refused():
    for shape, size in (((4,), 6), ((4, -1), 6), ((2, 4), 6)):
        with pytest.raises(ValueError, match=f"{size} elements in the shape"):
            _whole(shape, size)


def test_reductions_over_axes_of_1_are_views(tape, ops):
    a = tape.leaf("a", (2, 1, 4), FLOAT)
    assert ops(a.sum(axis=1)) == ["reshape"]
    assert a.sum(axis=1, keepdims=True) is a
    assert ops(a.sum(axis=(0, 1))) == ["reduce_add"]
    assert ops(a.max(axis=0, keepdims=True)) == ["reshape", "reduce_max"]
    assert a.sum(axis=(0, -1)).shape == (1,)
    assert a.sum(axis=(0, -1), keepdims=True).shape == (1, 1, 1)
    assert a.sum().shape == ()


def test_sums_of_whole_numbers_are_long_and_means_are_of_doubles(ops):
    single = new_tape(np.dtype("float32"))
    i = single.leaf("i", (3,), INT)
    assert i.sum().dtype == LONG
    assert single.functions.mean(i).dtype == np.float32
    assert ops(single.functions.mean(i)) == ["cast", "div", "reduce_add", "cast"]
    a = single.leaf("a", (3,), np.dtype("float32"))
    assert ops(single.functions.mean(a)) == ["div", "reduce_add"]


def test_a_total_is_added_two_by_two(tape):
    parts = [tape.leaf(str(i), (2,), FLOAT) for i in range(5)]
    total = _total(parts)
    assert [part.op for part in total.args] == ["add", "add"]
    assert total.args[0].args == (parts[0], parts[1])
    assert total.args[1].args[0] is parts[2]
    assert total.args[1].args[1].args == (parts[3], parts[4])
    assert _total(parts[:1]) is parts[0]


def test_products_of_vectors_matrices_and_stacks_have_numpys_shapes(tape):
    leaf = lambda *shape: tape.leaf(str(shape), shape, FLOAT)  # noqa: E731
    for a, b, shape in (
        ((3,), (3,), ()), ((2, 3), (3,), (2,)), ((3,), (3, 4), (4,)), ((2, 3), (3, 4), (2, 4)),
        ((5, 2, 3), (3, 4), (5, 2, 4)), ((5, 2, 3), (3,), (5, 2)), ((2, 5, 3, 4), (4, 6), (2, 5, 3, 6)),
        ((2, 3), (5, 3, 4), (5, 2, 4)), ((3,), (5, 3, 4), (5, 4)), ((2, 1, 2, 3), (5, 3, 4), (2, 5, 2, 4)),
    ):  # fmt: skip
        assert (leaf(*a) @ leaf(*b)).shape == shape
    with pytest.raises(ValueError, match="3 and 2 differ"):
        leaf(2, 3) @ leaf(5, 2, 4)
    with pytest.raises(ValueError, match="rows of 3 times columns of 4"):
        leaf(2, 3) @ leaf(4, 2)


def test_tensor_products_sum_over_the_axes_that_are_named():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 3, 4)), rng.normal(size=(4, 3, 5))
    cases = [((1,), (1,)), ((2,), (0,)), ((1, 2), (1, 0)), ((-1,), (0,)), ((-2, -1), (-2, 0))]

    def compute(a, b):
        xp = a.__array_namespace__() if hasattr(a, "tape") else np
        return [xp.tensordot(a, b, axes) for axes in cases]

    for found, wanted in zip(evaluate(compute, a, b), compute(a, b), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-13)


def test_one_element_of_each_row_is_taken_along_the_last_axis_alone(tape):
    a, i = tape.leaf("a", (3, 4), FLOAT), tape.leaf("i", (3, 1), LONG)
    xp = tape.functions
    assert xp.take_along_axis(a, i, axis=-1).shape == xp.take_along_axis(a, i, axis=1).shape == (3, 1)
    for index, axis in ((i, 0), (tape.leaf("j", (3, 2), LONG), -1)):
        with pytest.raises(UnsupportedError, match="take_along_axis of several elements"):
            xp.take_along_axis(a, index, axis)
    for axis in (None, 0):
        with pytest.raises(UnsupportedError, match="argmax along another axis"):
            xp.argmax(a, axis)
    assert xp.argmax(a, 1).shape == xp.argmax(a, -1).shape == (3,)


def test_pieces_are_cut_at_their_ends():
    a = np.arange(24.0).reshape(4, 6)

    def compute(a):
        xp = a.__array_namespace__() if hasattr(a, "tape") else np
        return [
            *xp.split(a, [1, 4], axis=1),
            *xp.split(a, [3]),
            *xp.split(a, [2], axis=-2),
            xp.concatenate([a, a + 1.0], axis=-1),
        ]

    for found, wanted in zip(evaluate(compute, a), compute(a), strict=True):
        np.testing.assert_array_equal(found, wanted)


def test_pieces_of_several_kinds_become_floats(tape):
    a, i = tape.leaf("a", (2, 3), FLOAT), tape.leaf("i", (2, 1), INT)
    made = tape.functions.concatenate([i, a], axis=1)
    assert (made.shape, made.dtype) == ((2, 4), FLOAT)
    assert made.attr == (((0, 1), (0, 1)), ((0, 1), (1, 1)))
    assert tape.functions.concatenate([a]).attr == (((0, 1), (0, 1)),)


def operands(M, K, N, dtype="float32"):
    tape = new_tape(np.dtype(dtype))
    return tape.leaf("a", (M, K), tape.dtype), tape.leaf("b", (K, N), tape.dtype)


def test_large_weights_and_few_rows_make_parts():
    assert partial_sums(*operands(1, 784, 500)) == partial_sums(*operands(10, 784, 500)) == MOST_PARTS
    assert partial_sums(*operands(32, 784, 500)) == 2
    assert partial_sums(*operands(128, 784, 500)) == 1
    a, b = operands(1, 128, LARGE_WEIGHTS // 512)
    assert partial_sums(a, b) == MOST_PARTS
    assert partial_sums(*operands(1, 128, LARGE_WEIGHTS // 512 - 1)) == 1
    assert partial_sums(*operands(1, LARGE_WEIGHTS, 1)) == 1
    assert partial_sums(a, b * 2.0) == 1  # not kept from step to step


def test_parts_are_halved_until_eight_times_their_rows_are_no_more_than_the_terms():
    single = np.dtype("float32")
    for M, K, count in ((1, 64, 8), (1, 63, 4), (2, 64, 4), (1, 31, 2), (1, 15, 1), (8, 128, 2), (8, 127, 1)):
        tape, N = new_tape(single), LARGE_WEIGHTS // (4 * K) + 1
        assert partial_sums(tape.leaf("a", (M, K), single), tape.leaf("b", (K, N), single)) == count, (M, K)


def test_a_product_in_parts_says_how_many_terms_a_part_has():
    """The last part may have fewer: 100 terms in 8 parts are 7 times 13, and 9."""
    a, b = operands(1, 100, LARGE_WEIGHTS // 400 + 1)
    made = a.tape.functions.dot(a, b)
    while made.op != "partial_dots":
        made = made.args[0]
    assert (made.attr, made.shape) == (13, (MOST_PARTS, 1, b.shape[1]))
