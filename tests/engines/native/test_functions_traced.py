"""What a function of the namespace becomes on the tape: which operations, and where there is nothing to do."""

import numpy as np
import pytest

from bprop.engines.native.evaluate import evaluate
from bprop.engines.native.functions import _total, _whole, is_filled, new_tape
from bprop.engines.native.traced import BOOL, INT, LONG, UINT
from bprop.errors import UnsupportedError

FLOAT = np.dtype("float64")


@pytest.fixture
def tape():
    return new_tape(FLOAT)


def ops(array):
    """The operations from which an array is made, the last first."""
    found, front = [], [array]
    while front:
        node = front.pop(0)
        if node.op not in ("leaf", "constant"):
            found.append(node.op)
            front += node.args
    return found


def test_powers_by_small_numbers_are_products_roots_and_quotients(tape):
    a, i = tape.leaf("a", (3,), FLOAT), tape.leaf("i", (3,), LONG)
    expected = {
        0: ["broadcast"], 1: [], 2: ["mul"], 3: ["mul", "mul"], 4: ["mul", "mul", "mul"],
        0.5: ["sqrt"], -1: ["div"], 5: ["pow"], 1.5: ["pow"], -2: ["pow"],
    }  # fmt: skip
    for exponent, made in expected.items():
        assert ops(a**exponent) == made, exponent
    assert (i**2).dtype == LONG
    assert (i**2.0).dtype == FLOAT
    assert ops(i**0.5) == ["sqrt", "cast"]
    assert (i**5).dtype == FLOAT
    assert ops(a**a) == ["pow"]
    (found,) = evaluate(lambda a: [a**-1.0], np.array([4.0]))
    assert found == [0.25]


def test_nothing_is_done_for_nothing(tape):
    a, b = tape.leaf("a", (3, 4), FLOAT), tape.leaf("b", (3, 4), BOOL)
    xp = tape.functions
    one, row = xp.ones((3, 4)), xp.ones((4,))
    for same in (
        a * one,
        one * a,
        a * row,
        a / one,
        a / row,
        0.0 + a,
        a - 0.0,
        xp.broadcast_to(a, (3, 4)),
        xp.transpose(a, (0, 1)),
    ):
        assert same is a
    column = tape.leaf("c", (3, 1), FLOAT)
    assert ops(column * row) == ["mul", "broadcast"]
    assert ops(column / row) == ["div", "broadcast"]
    assert ops(0.0 - a) == ["sub"]
    assert ops(a * 0.0) == ["mul"]
    assert ops(b + b) == ["or"]
    assert ops(b * b) == ["and"]
    assert ops(a + a) == ["add"]
    assert ops(~b) == ["xor"]


def test_what_is_filled_is_known_through_views(tape):
    xp = tape.functions
    assert is_filled(xp.ones((2, 3)), 1)
    assert is_filled(xp.ones((6,)).reshape(2, 3), 1)
    assert not is_filled(xp.ones((2, 3)), 0)
    assert not is_filled(tape.leaf("a", (2,), FLOAT), 1)


def test_numbers_alone_are_computed_at_once(tape):
    xp, two, three = tape.functions, tape.constant(2.0, FLOAT), tape.constant(3.0, FLOAT)
    for made, value in (
        (two + three, 5.0),
        (two - three, -1.0),
        (two * three, 6.0),
        (xp.maximum(two, three), 3.0),
        (-two, -2.0),
    ):
        assert (made.op, made.attr, made.dtype) == ("constant", value, FLOAT)
    assert ((two < three).attr, (two < three).dtype) == (True, BOOL)
    assert xp.where(two > three, two, three).attr == 3.0
    assert (two / three).op == "div"


def test_views_of_views_are_one_view(tape):
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


def test_reductions_over_axes_of_1_are_views(tape):
    a = tape.leaf("a", (2, 1, 4), FLOAT)
    assert ops(a.sum(axis=1)) == ["reshape"]
    assert a.sum(axis=1, keepdims=True) is a
    assert ops(a.sum(axis=(0, 1))) == ["reduce_add"]
    assert ops(a.max(axis=0, keepdims=True)) == ["reshape", "reduce_max"]
    assert a.sum(axis=(0, -1)).shape == (1,)
    assert a.sum(axis=(0, -1), keepdims=True).shape == (1, 1, 1)
    assert a.sum().shape == ()


def test_sums_of_whole_numbers_are_long_and_means_are_of_doubles():
    single = new_tape(np.dtype("float32"))
    i = single.leaf("i", (3,), INT)
    assert i.sum().dtype == LONG
    assert single.functions.mean(i).dtype == np.float32
    assert ops(single.functions.mean(i)) == ["cast", "div", "reduce_add", "cast"]
    a = single.leaf("a", (3,), np.dtype("float32"))
    assert ops(single.functions.mean(a)) == ["div", "reduce_add"]


def test_whole_arrays_have_the_dtype_that_is_asked_for_or_that_of_the_tape(tape):
    xp = tape.functions
    a = tape.leaf("a", (2, 3), INT)
    assert (xp.zeros((2,)).dtype, xp.ones((2,)).dtype, xp.zeros((2,), np.int32).dtype) == (FLOAT, FLOAT, INT)
    assert (xp.ones((2,), bool).dtype, xp.full((2,), 3, np.int64).dtype) == (BOOL, LONG)
    assert (xp.zeros_like(a).dtype, xp.ones_like(a).dtype, xp.full_like(a, 2, FLOAT).dtype) == (INT, INT, FLOAT)
    assert [xp.arange(3, dtype=d).dtype for d in (np.int32, np.uint32, np.int64, np.float64)] == [
        INT,
        UINT,
        LONG,
        FLOAT,
    ]
    assert xp.arange(3).shape == (3,)
    assert [part.op for part in (xp.arange(3, dtype=np.uint32), xp.arange(3, dtype=np.float64))] == ["iota", "cast"]
    assert xp.asarray(2.7, np.int64).attr == 2
    assert xp.asarray(a) is a


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
    ):  # fmt: skip
        assert (leaf(*a) @ leaf(*b)).shape == shape
    with pytest.raises(UnsupportedError, match="two stacks of matrices"):
        leaf(2, 3) @ leaf(5, 3, 4)
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


def test_the_sum_of_exponentials_knows_infinities():
    a, b = np.array([0.0, np.inf, -np.inf, -np.inf, 3.0]), np.array([0.0, np.inf, -np.inf, 2.0, -np.inf])
    (found,) = evaluate(lambda a, b: [a.__array_namespace__().logaddexp(a, b)], a, b)
    np.testing.assert_allclose(found, np.logaddexp(a, b), rtol=1e-15)


def test_a_name_that_is_not_known_is_told(tape):
    with pytest.raises(UnsupportedError, match="the array function 'cumsum'"):
        tape.functions.cumsum(tape.leaf("a", (2,), FLOAT))
    with pytest.raises(UnsupportedError, match="take along another axis"):
        tape.functions.take(tape.leaf("a", (2, 2), FLOAT), tape.leaf("i", (1,), LONG), axis=1)
    with pytest.raises(ValueError, match=r"\(2,\) does not broadcast to \(1,\)"):
        tape.functions.broadcast_to(tape.leaf("a", (2,), FLOAT), (1,))
