"""Arrays without values whose operations are boxes."""

import numpy as np
import pytest

from bprop.backward.symbols import decoded, encoded, new_tape, product_shape
from bprop.namespace import scatter_add


def array(tape, name, *shape):
    return tape.leaf(name, shape, np.dtype(float))


def test_operations_stay_whole():
    tape = new_tape()
    a, b = array(tape, "a", 2, 3, 4), array(tape, "b", 2, 4, 5)
    assert ((a @ b).op, (a @ b).shape) == ("matmul", (2, 3, 5))
    assert (a[:, 1].op, a[:, 1].shape, decoded(a[:, 1].attr)) == ("index", (2, 4), (slice(None), 1))
    assert a[...] is a and a[:, :] is a
    total = a.sum(axis=(0, -1), keepdims=True)
    assert (total.op, total.attr, total.shape) == ("reduce_add", ((0, 2), True), (1, 3, 1))
    low = a.min(axis=1)
    assert low.op == "neg" and low.args[0].op == "reduce_max"


def test_an_argument_that_was_broadcast_need_not_be():
    tape = new_tape()
    a, b = array(tape, "a", 3), array(tape, "b", 2, 3)
    wide = tape.functions.broadcast_to(a, (2, 3))
    assert (wide * b).args == (a, b) and (wide * wide).shape == (2, 3)


def test_adding_at_an_index_is_one_operation():
    tape = new_tape()
    a, numbers = array(tape, "a", 2), tape.leaf("n", (2,), np.dtype(np.int64))
    placed = scatter_add(a, (slice(None), 1), (2, 5))
    assert (placed.op, placed.shape, decoded(placed.attr)) == ("place", (2, 5), (slice(None), 1))
    added = scatter_add(a, numbers, (7,))
    assert (added.op, added.args, added.shape) == ("add_rows", (a, numbers), (7,))


def test_truth_values_are_not_compared_with_0():
    tape = new_tape()
    a = array(tape, "a", 3)
    assert ((a > 0) != 0) is (a > 0) and (a != 0).op == "ne"


def test_an_index_can_be_a_key():
    index = (slice(None, 3), None, Ellipsis, 2)
    assert decoded(encoded(index)) == index and hash(encoded(index))


def test_shapes_of_products():
    assert product_shape((3, 4), (4, 2)) == (3, 2) and product_shape((4,), (4,)) == ()
    assert product_shape((2, 1, 3, 4), (5, 4, 2)) == (2, 5, 3, 2) and product_shape((4,), (4, 2)) == (2,)
    assert product_shape((3, 4), (4,)) == (3,)
    with pytest.raises(ValueError, match="@"):
        product_shape((3, 4), (3, 4))
