"""Forms of products: whatever is chosen, the strides say the right matrices, and vectors run along memory."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("llvmlite")

from bprop.engines.native.forms import BROADCAST, WORTH, form_of, operand, parts_of
from bprop.engines.native.functions import new_tape
from bprop.engines.native.memory import lay_out, memory

DTYPE = np.dtype("float64")
LANES = 8


def product(M, K, N, left, right):
    """A (M, K) times B (K, N), each the transpose of a leaf if so said."""
    tape = new_tape(DTYPE)
    a, b = tape.leaf("a", (K, M) if left else (M, K), DTYPE), tape.leaf("b", (N, K) if right else (K, N), DTYPE)
    return tape.functions.dot(a.T if left else a, b.T if right else b)


def values(array):
    """Numbers of an array of a trace."""
    if array.op == "transpose":
        return values(array.args[0]).T
    return np.random.default_rng(ord(array.attr[0])).normal(size=array.shape)


def seen(operand, shape):
    """The matrix that an operand's strides say, of its array as it lies in memory."""
    layout = lay_out(operand.base.shape, DTYPE, LANES)
    flat = memory(layout)
    layout.view(flat)[...] = values(operand.base)
    return np.lib.stride_tricks.as_strided(flat, shape, tuple(8 * s for s in operand.strides))


sizes = st.sampled_from([1, 2, 3, 7, 8, 9, 15, 16, 17, 40, 128])


@given(sizes, sizes, sizes, st.booleans(), st.booleans())
def test_the_operands_of_a_form_are_the_matrices_of_the_product(M, K, N, left, right):
    dot = product(M, K, N, left, right)
    form = form_of(dot, LANES)
    rows, inner, columns = form.sizes
    assert inner == K
    found = seen(form.A, (rows, inner)) @ seen(form.B, (inner, columns))
    wanted = values(dot.args[0]) @ values(dot.args[1])
    np.testing.assert_allclose(found.T if form.swapped else found, wanted, rtol=0, atol=1e-12)


@given(sizes, sizes, sizes, st.booleans(), st.booleans())
def test_vectors_of_a_broadcast_run_along_memory(M, K, N, left, right):
    dot = product(M, K, N, left, right)
    form = form_of(dot, LANES)
    if form.kind == BROADCAST:
        result = lay_out(dot.shape, DTYPE, LANES).strides
        assert form.B.strides[1] == 1
        assert result[0 if form.swapped else 1] == 1
    else:
        assert not form.swapped


def test_a_transpose_is_read_where_it_is_unless_it_is_copied():
    tape = new_tape(DTYPE)
    a = tape.leaf("a", (5, 9), DTYPE)
    turned, copied = operand(a.T, LANES), operand(a.T, LANES, copied=True)
    assert (turned.base, turned.strides) == (a, (1, 16))
    assert (copied.base, copied.strides) == (a.T, (8, 1))
    assert turned.turned == operand(a, LANES)


def test_what_is_to_be_stored_is_what_the_form_reads():
    dot = product(40, 3, 60, False, True)  # few terms: B is turned once
    assert [array.op for array in form_of(dot, LANES).operands] == ["leaf", "transpose"]
    dot = product(40, 300, 60, False, True)
    assert [array.op for array in form_of(dot, LANES).operands] == ["leaf", "leaf"]


@pytest.mark.parametrize(
    ("sizes", "turned", "expected"),
    [
        ((40, 30, 60), (False, False), (BROADCAST, False, "ab")),
        ((40, 30, 60), (True, False), (BROADCAST, False, "ab")),
        ((40, 30, 60), (False, True), ("inner", False, "ab")),
        ((40, 16, 60), (False, True), ("inner", False, "ab")),  # as many terms as two vectors hold
        ((40, 15, 60), (False, True), (BROADCAST, False, "at")),
        ((1, 15, 60), (False, True), ("inner", False, "ab")),
        ((40, 30, 1), (True, True), (BROADCAST, True, "ba")),
        ((40, 30, 1), (False, True), ("inner", False, "ab")),
        ((40, 30, 1), (False, False), ("inner", False, "ab")),
        ((1, 30, 1), (False, False), ("inner", False, "ab")),
    ],
)
def test_which_form_is_chosen(sizes, turned, expected):
    """Its kind, whether it is swapped, and what it reads: a leaf, or (t) a transpose that is put in memory."""
    form = form_of(product(*sizes, *turned), LANES)
    read = "".join("t" if base.op == "transpose" else base.attr[0] for base in form.operands)
    assert (form.kind, form.swapped, read) == expected
    assert form.sizes == (sizes[::-1] if form.swapped else sizes)


def test_parts_are_halved_until_eight_times_their_rows_are_no_more_than_the_terms():
    single = np.dtype("float32")
    for M, K, count in ((1, 64, 8), (1, 63, 4), (2, 64, 4), (1, 31, 2), (1, 15, 1), (8, 128, 2), (8, 127, 1)):
        tape, N = new_tape(single), WORTH // (4 * K) + 1
        assert parts_of(tape.leaf("a", (M, K), single), tape.leaf("b", (K, N), single)) == count, (M, K)
