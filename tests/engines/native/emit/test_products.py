"""Products of matrices in all their forms and sizes equal NumPy's, and so does what is fused with them."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bprop.engines.native.emit import products
from bprop.engines.native.emit.assemble import Assembler
from bprop.engines.native.run.evaluate import evaluate
from bprop.engines.native.run.object_code import machine
from bprop.engines.native.schedule.forms import BROADCAST, INNER, form_of
from bprop.engines.trace.functions import new_tape
from bprop.errors import UnsupportedError

EPS = {"float32": 1e-5, "float64": 1e-13}
LAYOUTS = ("ab", "aTb", "abT", "aTbT")


def given_as(a, layout):
    """The arrays from which a product is made: an operand, or its transpose to be turned back."""
    left, right = layout.startswith("aT"), layout.endswith("bT")
    A, B = a
    return (A.T if left else A), (B.T if right else B), left, right


def multiply(shapes, dtype, made=lambda product: [product]):
    """Products of all shapes (M, K, N) in all four layouts, as one program, beside what NumPy gives."""
    rng = np.random.default_rng(0)
    arrays, turned, expected = [], [], []
    for M, K, N in shapes:
        for layout in LAYOUTS:
            A, B = rng.normal(size=(M, K)).astype(dtype), rng.normal(size=(K, N)).astype(dtype)
            a, b, left, right = given_as((A, B), layout)
            arrays += [np.ascontiguousarray(a), np.ascontiguousarray(b)]
            turned.append((left, right))
            expected += made(A.astype(np.float64) @ B.astype(np.float64))

    def compute(*given):
        found = []
        for i, (left, right) in enumerate(turned):
            a, b = given[2 * i], given[2 * i + 1]
            found += made((a.T if left else a) @ (b.T if right else b))
        return found

    which = np.repeat(shapes, len(expected) // len(shapes), axis=0)
    for found, wanted, shape in zip(evaluate(compute, *arrays, dtype=dtype), expected, which, strict=True):
        assert found.shape == wanted.shape
        scale = np.sqrt(shape[1]) * 4
        np.testing.assert_allclose(found, wanted, rtol=0, atol=EPS[dtype] * scale, err_msg=str(shape))


SMALL = [(1, 1, 1), (1, 7, 1), (1, 1, 7), (7, 1, 1), (1, 20, 33), (33, 20, 1), (5, 1, 40), (2, 3, 2), (17, 9, 16)]
"""A number, rows, columns, rows times columns, K = 1, whole vectors and not."""


@pytest.mark.parametrize("dtype", EPS)
def test_products_of_rows_columns_and_numbers(dtype, vectors):
    multiply(SMALL, dtype)


sizes = st.integers(1, 70)


@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(sizes, sizes, sizes), min_size=2, max_size=3), st.sampled_from(sorted(EPS)))
def test_products_of_any_sizes(shapes, dtype):
    multiply(shapes, dtype)


@pytest.mark.parametrize("dtype", EPS)
def test_large_products_go_through_the_cache_in_blocks(monkeypatch, dtype):
    """Blocks along k (M small, K long), along columns (M > K), and of inner products (K long in both)."""
    monkeypatch.setattr(products, "CACHE", 6 * 1024)
    monkeypatch.setattr(products, "LARGE", 1024)
    multiply([(3, 700, 40), (37, 300, 19), (90, 21, 75), (40, 1500, 3)], dtype)


@pytest.mark.parametrize("dtype", EPS)
def test_products_larger_than_the_caches(dtype):
    multiply([(40, 1100, 260)], dtype)


@pytest.mark.parametrize("dtype", EPS)
def test_what_is_made_of_a_product_is_made_of_every_element(dtype):
    def made(product):
        xp = np if isinstance(product, np.ndarray) else product.__array_namespace__()
        return [xp.tanh(0.1 * product) + 2.0]

    multiply([(13, 9, 21), (13, 9, 1)], dtype, made)


def epilogue(xp, W, h, g, b, s, _):
    """An update with weight decay, and a layer: fused with their products."""
    return [W - 0.1 * (h.T @ g + 0.01 * xp.sign(W)), None, None, b - 0.1 * g.sum(axis=0), s + 1.0, xp.tanh(h @ W + b)]


@pytest.mark.parametrize(("rows", "inputs", "outputs"), [(1, 33, 19), (6, 33, 19), (40, 19, 3), (2, 70, 1), (1, 1, 5)])
def test_a_layer_and_its_update(same, rows, inputs, outputs):
    rng = np.random.default_rng(0)
    shapes = [(inputs, outputs), (rows, inputs), (rows, outputs), (outputs,), (), (rows, outputs)]
    same(epilogue, [rng.normal(size=shape) for shape in shapes], steps=3)


def test_products_are_shared_out_among_threads_bit_for_bit(steps, monkeypatch):
    monkeypatch.setattr("bprop.engines.native.schedule.shares.SHARED_FROM", 1)
    rng = np.random.default_rng(0)
    shapes = [(70, 45), (33, 70), (33, 45), (45,), (), (33, 45)]
    arrays = [rng.normal(size=shape) for shape in shapes]
    alone, *others = steps(epilogue, arrays, steps=4, counts=(1, 2, 3, 5), dtype="float32")
    for other in others:
        for one, two in zip(alone, other, strict=True):
            np.testing.assert_array_equal(two, one)


def test_padding_of_a_product_is_never_part_of_a_sum(same):
    """log(a W) is -inf in the padding, where a W is 0: kept there, it would spoil the next product, log(a W) b^T."""
    rng = np.random.default_rng(0)
    arrays = [rng.uniform(1, 2, size=shape) for shape in ((5, 9), (9, 43), (6, 43))]
    same(lambda xp, a, W, b, _: [None, None, None, xp.log(a @ W) @ b.T], [*arrays, np.zeros((5, 6))])


def test_the_same_step_is_the_same_code_however_often_it_is_traced(step_of):
    """Several updates of one large product: what they fetch ahead must not be in an order that chance decides."""

    def step(xp, *arrays):
        *leaves, h, g = arrays
        return [*(leaf - (i + 1) * (h.T @ g) for i, leaf in enumerate(leaves)), None, None]

    arrays = [np.zeros((300, 260))] * 4 + [np.zeros((70, 300)), np.zeros((70, 260))]
    codes = {str(Assembler(step_of(step, arrays, "float64"), 1, 8, {}, None).assemble()[0]) for _ in range(6)}
    assert len(codes) == 1
    assert "llvm.prefetch" in codes.pop()


# --- forms ---


def form(a_shape, b_shape, left=False, right=False):
    tape = new_tape(np.dtype("float32"))
    a, b = (tape.leaf(n, s[::-1] if t else s, tape.dtype) for n, s, t in (("a", a_shape, left), ("b", b_shape, right)))
    dot = tape.functions.dot(a.T if left else a, b.T if right else b)
    return form_of(dot, machine().lanes(tape.dtype))


def test_the_form_follows_how_the_operands_lie():
    assert form((40, 50), (50, 60)).kind == BROADCAST
    assert form((40, 50), (50, 60), left=True).kind == BROADCAST
    assert form((40, 500), (500, 60), right=True).kind == INNER
    column = form((40, 500), (500, 1), left=True)
    assert (column.kind, column.swapped, column.sizes) == (BROADCAST, True, (1, 500, 40))
    assert form((40, 500), (500, 1)).kind == INNER
    few = form((40, 3), (3, 60), right=True)  # B turned once is cheaper than sums of 3 terms
    assert few.kind == BROADCAST
    assert few.B.base.op == "transpose"


def test_a_product_that_does_not_fit_is_refused():
    tape = new_tape(np.dtype("float32"))
    a, b = tape.leaf("a", (3, 4), tape.dtype), tape.leaf("b", (5, 6), tape.dtype)
    with pytest.raises(ValueError, match="rows of 4 times columns of 5"):
        a @ b


def test_products_of_whole_numbers_are_left_to_other_engines():
    with pytest.raises(UnsupportedError, match="whole numbers"):
        evaluate(lambda a, b: [a @ b], np.arange(6).reshape(2, 3), np.arange(12).reshape(3, 4))


def test_products_of_stacks_and_vectors():
    rng = np.random.default_rng(0)
    stack, matrix, row, column = (rng.normal(size=s) for s in ((2, 3, 4), (4, 5), (4,), (5,)))
    compute = lambda s, m, r, c: [s @ m, s @ r, r @ m, m @ c, r @ r, s[0] @ m @ c]  # noqa: E731
    for found, wanted in zip(
        evaluate(compute, stack, matrix, row, column), compute(stack, matrix, row, column), strict=True
    ):
        np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-13)
