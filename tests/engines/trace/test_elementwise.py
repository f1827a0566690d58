"""What elementwise functions become on the tape: which operations, and where there is nothing to do."""

import numpy as np
import pytest

from bprop.engines.native.run.evaluate import evaluate
from bprop.engines.trace.elementwise import is_filled
from bprop.engines.trace.tape import BOOL, INT, LONG, UINT
from bprop.errors import UnsupportedError

FLOAT = np.dtype("float64")


def test_powers_by_small_numbers_are_products_roots_and_quotients(tape, ops):
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


def test_nothing_is_done_for_nothing(tape, ops):
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


def test_functions_of_bits_and_of_truths_are_named_after_their_operations(tape):
    xp, i, b = tape.functions, tape.leaf("i", (2,), INT), tape.leaf("b", (2,), BOOL)
    for name, op in (
        ("bitwise_and", "and"), ("bitwise_or", "or"), ("bitwise_xor", "xor"), ("left_shift", "shl"),
        ("right_shift", "shr"), ("logical_and", "and"), ("logical_or", "or"),
    ):  # fmt: skip
        a = b if name.startswith("logical") else i
        made = getattr(xp, name)(a, a)
        assert (made.op, made.args, made.dtype) == (op, (a, a), a.dtype)
