"""Forms of products: whatever is chosen, the strides say the right matrices, and vectors run along memory."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bprop.engines.native.schedule.buffers import Layout
from bprop.engines.native.schedule.forms import BROADCAST, PACKED, form_of, operand
from bprop.engines.trace.functions import new_tape

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
    layout = Layout.padded(operand.base.shape, DTYPE, LANES)
    flat = layout.allocate()
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
        result = Layout.padded(dot.shape, DTYPE, LANES).strides
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
    back, there = turned.transposed, operand(a, LANES)
    assert (back.base, back.strides) == (there.base, there.strides)  # `==` of an Operand asks two arrays from 3.13 on


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


@pytest.mark.parametrize("turned", [(False, False), (True, False), (False, True), (True, True)])
def test_large_products_are_packed_however_their_operands_lie(turned):
    def kind(*sizes):
        return form_of(product(*sizes, *turned), LANES).kind

    assert kind(512, 512, 512) == kind(128, 2048, 512) == kind(2048, 128, 512) == PACKED
    assert PACKED not in (kind(10, 4096, 4096), kind(4096, 16, 4096), kind(4096, 4096, 16))


def test_small_products_are_packed_only_where_vectors_would_run_along_k():
    def kind(*turned):
        return form_of(product(128, 256, 256, *turned), LANES).kind

    assert kind(False, True) == kind(True, True) == PACKED  # B lies along k, as in g W^T
    assert PACKED not in (kind(False, False), kind(True, False))
