"""Arrays that remember how they were computed: equal operations are one array, unequal ones never."""

import numpy as np
import pytest

pytest.importorskip("llvmlite")

from bprop.engines.native.run.evaluate import evaluate
from bprop.engines.trace.functions import new_tape
from bprop.engines.trace.tape import BOOL, INT, LONG, UINT, Traced
from bprop.errors import UnsupportedError

FLOAT = np.dtype("float32")


@pytest.fixture
def tape():
    return new_tape(FLOAT)


def test_only_what_is_equal_in_every_part_is_one_array(tape):
    a, b = tape.leaf("a", (3, 3), FLOAT), tape.leaf("b", (3, 3), FLOAT)
    make = lambda op="op", args=(a, b), attr=1, shape=(3, 3), dtype=FLOAT: tape.make(op, args, attr, shape, dtype)  # noqa: E731
    assert make() is make()
    others = [make(op="other"), make(args=(b, a)), make(args=(a,)), make(attr=2), make(shape=(9,)), make(dtype=INT)]
    assert len({make(), *others}) == 7
    assert len({array.number for array in [make(), *others]}) == 7


def test_constants_that_are_equal_as_numbers_are_not_one(tape):
    kinds = ("float32", "float64", "int32", "uint32", "bool")
    made = [tape.constant(0, np.dtype(kind)) for kind in kinds] + [tape.constant(-0.0, FLOAT)]
    assert len(set(made)) == len(made)
    assert tape.constant(0.1, FLOAT) is tape.constant(float(np.float32(0.1)), FLOAT)  # rounded as it is stored
    assert tape.constant(np.nan, FLOAT) is tape.constant(np.nan, FLOAT)


def test_arrays_know_their_shape(tape):
    a = tape.leaf("a", (3, 4), FLOAT)
    assert (a.ndim, a.size, len(a), a.T.shape, a.T.T is a) == (2, 12, 3, (4, 3), True)
    assert tape.leaf("number", (), FLOAT).size == 1
    assert repr(a.T) == "%1 = transpose(%0) (1, 0) (4, 3)"


@pytest.mark.parametrize(
    ("one", "two", "common"),
    [("float32", "float64", "float64"), ("float32", "int32", "float32"), ("bool", "float32", "float32"),
     ("bool", "int32", "int32"), ("uint32", "bool", "uint32"), ("uint32", "int32", "int64"),
     ("int32", "int64", "int64"), ("bool", "bool", "bool")],
)  # fmt: skip
def test_two_dtypes_have_a_common_one(tape, one, two, common):
    for a, b in ((one, two), (two, one)):
        assert tape.promote(np.dtype(a), np.dtype(b)) == common


def test_a_number_takes_on_the_dtype_of_what_it_meets(tape):
    a, i, p = tape.leaf("a", (), FLOAT), tape.leaf("i", (), INT), tape.leaf("p", (), BOOL)
    word = tape.leaf("u", (), UINT)
    dtypes = [(a + 1, FLOAT), (a + True, FLOAT), (a + np.float64(1), FLOAT), (i + 1, INT), (i + True, INT)]
    dtypes += [(i + 0.5, FLOAT), (p + 0.5, FLOAT), (p + 1, LONG), (p & True, BOOL), (word + 1, UINT), (1 + word, UINT)]
    for made, dtype in dtypes:
        assert made.dtype == dtype, made


def test_whole_numbers_of_64_bits_are_kept_as_the_tape_has_them(tape):
    a = tape.leaf("a", (2,), FLOAT)
    assert [a.astype(kind).dtype for kind in ("int32", "int64", "uint32", bool)] == [INT, LONG, UINT, BOOL]
    assert a.astype(FLOAT) is a
    cast = tape.constant(2.7, FLOAT).astype(int)
    assert (cast.op, cast.attr, cast.dtype) == ("constant", 2, LONG)
    assert new_tape(FLOAT, INT).constant(2.7, FLOAT).astype(int).dtype == INT


@pytest.mark.parametrize("kind", ["int8", "uint8", "int16", "uint16", "uint64"])
def test_whole_numbers_that_would_wrap_elsewhere_than_in_numpy_are_unsupported(tape, kind):
    with pytest.raises(UnsupportedError, match=f"kind {kind}"):
        tape.leaf("a", (2,), FLOAT).astype(kind)


def test_operators_know_their_sides():
    a, i = np.array([0.5, 2.0, 3.0]), np.array([1, 5, -6])
    row = np.array([[1.0], [4.0]])

    def compute(a, i, row):
        floats = [a - 2, 2 - a, a / 2, 2 / a, 2**a, a**2.5, np.float64(2) - a, np.float32(2) / a, a - row, -a, 1 + a]
        whole = [i - 2, 2 - i, i & 3, 3 & i, i | 8, 8 | i, i ^ 5, 5 ^ i, i << 2, i >> 1, ~i, abs(i)]
        return [*floats, *whole, a < 2, a > 2, a <= 2, a <= 2, a == 2, a != 2, 1 << abs(i), 99 >> abs(i)]

    for k, (found, wanted) in enumerate(zip(evaluate(compute, a, i, row), compute(a, i, row), strict=True)):
        np.testing.assert_allclose(found, wanted, rtol=1e-15, err_msg=str(k))


def test_methods_are_those_of_numpy():
    a = np.random.default_rng(0).normal(size=(4, 5))

    def compute(a):
        p = a > 0.5
        return [a.sum(), a.sum(axis=0, keepdims=True), a.mean(axis=1), a.max(axis=0), a.min(axis=1, keepdims=True),
                a.argmax(axis=-1), p.any(axis=1), p.all(axis=0), p.any(), a.reshape(2, 10), a.reshape((5, 4)),
                a.astype(bool), p.astype(np.float64), (9 * a).astype(np.int32), a @ a.T, a[1:, 2]]  # fmt: skip

    for found, wanted in zip(evaluate(compute, a), compute(a), strict=True):
        assert found.shape == wanted.shape
        np.testing.assert_allclose(found, wanted, rtol=1e-13)


def test_no_array_becomes_a_number_or_is_equal_by_accident(tape):
    a, b = tape.leaf("a", (1,), FLOAT), tape.leaf("b", (1,), FLOAT)
    assert isinstance(a == b, Traced)
    assert {a: 1}.get(b) is None
    for function in (bool, float, int, iter, np.asarray):
        with pytest.raises(UnsupportedError):
            function(a)
    assert tape.read(np.array(2.5)).attr == 2.5


def test_an_array_of_values_is_a_leaf_that_is_named_after_what_it_holds(tape):
    values = np.arange(3.0)
    leaf = tape.read(values)
    assert (leaf.op, leaf.shape, leaf.dtype) == ("leaf", (3,), FLOAT)
    assert tape.read(np.arange(3)) is not leaf is tape.read(values.copy())
    values[1] = 5.0  # what was taken is a copy
    assert tape.read(values) is not leaf
    assert next(iter(tape.arrays.values())).tolist() == [0, 1, 2]
    assert [tape.read(np.ones(2, k)).dtype for k in (bool, "uint8", "uint32")] == [BOOL, LONG, UINT]
    with pytest.raises(UnsupportedError, match="an array of <U1"):
        tape.read(np.array(["a"]))
