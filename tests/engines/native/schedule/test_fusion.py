"""Which arrays are stored, in which kernels, in which order: whatever is decided, steps give what NumPy gives."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bprop.namespace import scatter_add

N, M = 9, 5  # no whole vectors
INDEX = np.array([3, 0, 8, 3, 3, 7, 1, 0, 5])
SHAPES = [(N, N), (N, N), (N, M), (N,), (M,), (), ()]


def leaves():
    rng = np.random.default_rng(5)
    return [*(rng.normal(size=shape) for shape in SHAPES), INDEX]


# --- random programs ---

UNARY = {
    "tanh": lambda xp, a, _: xp.tanh(a),
    "twice": lambda xp, a, _: 0.5 * a + 0.1,
    "abs": lambda xp, a, _: xp.abs(a),
    "square": lambda xp, a, _: 0.3 * a * a,
    "T": lambda xp, a, _: xp.transpose(a),
    "reversed": lambda xp, a, _: a[::-1] if a.ndim else a,
    "shifted": lambda xp, a, _: xp.concatenate([a[2:], a[:2]]) if a.ndim else a,
    "mean": lambda xp, a, _: a.mean(axis=0) if a.ndim else a,
    "row_means": lambda xp, a, _: a.mean(axis=-1) if a.ndim else a,
    "all": lambda xp, a, _: a.mean(),
    "highest": lambda xp, a, _: a.max(axis=-1, keepdims=True) if a.ndim else a,
    "lowest": lambda xp, a, _: a.min(axis=0, keepdims=True) if a.ndim else a,
    "flat": lambda xp, a, _: a.reshape(-1),
    "other_shape": lambda xp, a, _: a.reshape(a.shape[::-1]),
    "taken": lambda xp, a, index: xp.take(a, index, axis=0) if a.ndim and a.shape[0] == N else a,
    "scattered": lambda xp, a, index: 0.3 * scatter_add(a, index, a.shape) if a.ndim and a.shape[0] == N else a,
    "put": lambda xp, a, _: scatter_add(a[1:], slice(None, -1), a.shape) if a.ndim and a.shape[0] > 1 else a,
}  # fmt: skip
BINARY = {
    "add": lambda xp, a, b: 0.5 * (a + b),
    "sub": lambda xp, a, b: 0.5 * (a - b),
    "mul": lambda xp, a, b: a * b,
    "max": lambda xp, a, b: xp.maximum(a, b),
    "where": lambda xp, a, b: xp.where(a > 0.1, b, 0.5 * a),
}


def together(a, b):
    """Whether two shapes broadcast, to no more than a matrix."""
    try:
        return len(np.broadcast_shapes(a, b)) <= 2
    except ValueError:
        return False


def program(choices, targets):
    """The program that a list of (name, number, number) says: each makes one more value; then what leaves become."""

    def step(xp, *leaves):
        *floats, index = leaves
        pool = list(floats)
        for name, i, j in choices:
            a, b = pool[i % len(pool)], pool[j % len(pool)]
            if name in UNARY:
                pool.append(UNARY[name](xp, a, index))
            elif name == "dot":
                if a.ndim == 2 and b.ndim and a.shape[1] == b.shape[0]:
                    pool.append((a @ b) / a.shape[1])
            elif together(a.shape, b.shape):
                pool.append(BINARY[name](xp, a, b))
        return [*(chosen(pool, leaf, t) for leaf, t in zip(floats, targets, strict=True)), None]

    return step


def chosen(pool, leaf, number):
    """The value that a leaf becomes: one of those of its shape, the last ones first."""
    fitting = [a for a in pool if a.shape == leaf.shape][::-1]
    return fitting[number % len(fitting)]


numbers = st.integers(0, 30)
choices = st.lists(
    st.tuples(st.sampled_from([*UNARY, *BINARY, "dot", "dot"]), numbers, numbers), min_size=4, max_size=24
)
targets = st.lists(st.integers(0, 4), min_size=len(SHAPES), max_size=len(SHAPES))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(choices, targets)
def test_any_program_gives_what_numpy_gives(same, choices, targets):
    same(program(choices, targets), leaves(), steps=3)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(choices, targets)
def test_any_program_gives_the_same_bits_on_any_number_of_threads(steps, monkeypatch, choices, targets):
    monkeypatch.setattr("bprop.engines.native.schedule.shares.SHARED_FROM", 1)  # kernels of any size are shared out
    alone, *others = steps(program(choices, targets), leaves(), steps=3, counts=(1, 2, 3, 5))
    for other in others:
        for one, two in zip(alone, other, strict=True):
            np.testing.assert_array_equal(two, one)


def test_any_program_runs_on_any_width_of_vectors(same, vectors):
    rng = np.random.default_rng(2)
    names = [*UNARY, *BINARY, "dot", "dot", "dot"]
    for _ in range(3):
        made = [(str(name), *rng.integers(0, 30, size=2)) for name in rng.choice(names, size=24)]
        same(program(made, rng.integers(0, 5, size=len(SHAPES))), leaves(), steps=2)


# --- updates that read each other's leaves ---


def square(count):
    return [np.random.default_rng(3 + i).normal(size=(N, N)) for i in range(count)]


ENTANGLED = {
    "trade": lambda xp, a, b, c: [b, a, None],
    "go_round": lambda xp, a, b, c: [b, c, a],
    "go_round_transposed": lambda xp, a, b, c: [b.T, c.T, a.T],
    "trade_and_use": lambda xp, a, b, c: [b + c, a, a * b],
    "old_and_new": lambda xp, a, b, c: [a + 0.1 * (a - b), a, None],
    "all_read_all": lambda xp, a, b, c: [a @ b / N, b.T @ c / N, c @ a.T / N],
    "own_transpose": lambda xp, a, b, c: [a + 0.5 * xp.tanh(a).T, None, None],
    "own_reversed": lambda xp, a, b, c: [0.5 * a - xp.tanh(a)[::-1], (0.5 * b)[:, ::-1] + b, None],
    "own_product": lambda xp, a, b, c: [a - 0.1 * (a @ a), b - 0.1 * (b.T @ b), c - 0.1 * (c @ c.T)],
    "own_mean": lambda xp, a, b, c: [a - a.mean(axis=0), b - b.mean(axis=1, keepdims=True), c - c.mean()],
    "own_row": lambda xp, a, b, c: [a - (0.5 * a)[2], b, None],
    "own_reshaped": lambda xp, a, b, c: [a + (2.0 * a).T.reshape(-1).reshape(N, N), None, None],
    "own_first_row": lambda xp, a, b, c: [a + a[:1], b - b[:, 3:4], c * c[0, 0]],
    "one_value_for_two": lambda xp, a, b, c: [xp.tanh(a @ b), xp.tanh(a @ b), c + xp.tanh(a @ b)],
    "a_number": lambda xp, a, b, c: [xp.zeros((N, N)) + 2.0, a, b],
    "product_turned": lambda xp, a, b, c: [xp.tanh(a @ b).T, xp.tanh(b @ c)[::-1], a + (a @ c).T],
    "product_used_twice": lambda xp, a, b, c: [a - (b @ c) * (b @ c), b + (b @ c).T, (b @ c).sum(axis=0) + c],
    "two_products": lambda xp, a, b, c: [a @ b + b @ c, (a @ b) * (a @ c), None],
    "product_within_larger": lambda xp, a, b, c: [a + (a[:1] @ b), b + (c @ a[:, :1]), None],
    "put": lambda xp, a, b, c: [scatter_add(a[2:] @ b, slice(0, -2), (N, N)), a, None],
}  # fmt: skip


def test_updates_in_place_are_not_seen_by_who_reads_the_old_value(same):
    """All these programs as one, side by side, with leaves of their own for each."""
    cases = list(ENTANGLED.values())

    def step(xp, *leaves):
        return [new for i, case in enumerate(cases) for new in case(xp, *leaves[3 * i : 3 * i + 3])]

    same(step, square(3 * len(cases)), steps=3)


@pytest.mark.parametrize("name", ["trade", "go_round_transposed", "own_transpose", "product_turned", "own_product"])
def test_each_alone_too(same, name):
    same(ENTANGLED[name], square(3), steps=3)


def test_numbers_that_read_each_other(same):
    same(lambda xp, a, b, c: [b + 1.0, a * b, a + b + c], [np.array(1.5), np.array(-0.5), np.array(0.25)], steps=4)


# --- what a schedule is for ---


def test_the_product_of_an_update_is_never_stored(assembled):
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=(20, 17)), rng.normal(size=(6, 20)), rng.normal(size=(6, 17))]
    made = assembled(lambda xp, W, h, g: [W - 0.1 * (h.T @ g + 0.01 * W), None, None], arrays)
    assert len(made.kernels) == 1
    assert set(made.layouts) == set(made.trace.state.values())


def test_a_bias_and_an_activation_are_part_of_the_products_kernel(assembled):
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=(20, 17)), rng.normal(size=(6, 20)), rng.normal(size=17), np.zeros((6, 17))]
    made = assembled(lambda xp, W, h, b, _: [None, None, None, xp.tanh(h @ W + b)], arrays)
    assert len(made.kernels) == 1


def test_what_is_costly_and_needed_twice_is_computed_once(assembled):
    made = assembled(lambda xp, a, b, c: [xp.exp(a) * b, (xp.exp(a) + c).T, xp.exp(a).sum(axis=0) + c], square(3))
    stored = [array for array in made.layouts if array.op == "exp"]
    assert len(stored) == 1


def test_a_long_chain_is_cut(same):
    def step(xp, a):
        for i in range(60):
            a = a + 0.001 * i * (a * a - a)
        return [a]

    same(step, [np.random.default_rng(0).uniform(0.1, 0.9, size=(N,))])


def test_a_transpose_that_one_product_copies_and_another_reads_in_place(same):
    """Few columns: h W^T is computed from a copy of W^T, and W^T M beside it from W itself."""
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=shape) for shape in ((6, 4), (6, 4), (20, 4), (20, 6), (4, 4))]

    def step(xp, W, M, h, r, p):
        Wt = W.T
        return [W - 0.1 * (M @ (Wt @ M)), M + 0.01 * W, None, h @ Wt, Wt @ M]

    same(step, arrays, steps=3)


def test_of_a_product_that_several_kernels_need_what_is_made_of_it_is_stored():
    """tanh(x W + b), which a maximum and its gradient read: the sum before is in memory nowhere."""
    from bprop.engines.native.schedule.fusion import Scheduler
    from bprop.engines.trace.functions import new_tape

    tape = new_tape(np.dtype("float64"))
    xp = tape.functions
    x, W, b = (tape.leaf(f"state {n}", s, tape.dtype) for n, s in (("x", (8, 4)), ("W", (4, 6)), ("b", (6,))))
    h = xp.tanh(x @ W + b)
    outputs = [h.max(axis=1), xp.where(h == h.max(axis=1, keepdims=True), h, 0.0).sum(axis=0)]
    updates = [(tape.leaf(f"state o{i}", o.shape, tape.dtype), o) for i, o in enumerate(outputs)]
    kernels = Scheduler(updates, 4).kernels()
    stored = [array.op for kernel in kernels for array, leaf in kernel.outputs if leaf is None]
    assert "tanh" in stored
    assert "dot" not in stored
