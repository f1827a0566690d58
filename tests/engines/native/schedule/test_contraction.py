"""Fused multiply-adds: chosen once for an array, so that it has the same bits wherever it is computed."""

import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bprop as bp
from bprop.engines.native.schedule.contraction import contracted

RNG = np.random.default_rng(3)
X, W, B = RNG.normal(size=(16, 6)), RNG.normal(size=6), RNG.normal(size=(16, 6))


def operations(step_of, function):
    """The operations of a step after contraction, by name."""
    trace = step_of(lambda xp, x, w, b: [None, None, function(xp, x, w, b)], [X, W, B], "float64")
    nodes, front = set(), [new for _, new in contracted(trace.updates)]
    while front:
        node = front.pop()
        if node not in nodes:
            nodes.add(node)
            front += node.args
    return sorted(node.op for node in nodes if node.op not in ("leaf", "constant", "broadcast"))


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda xp, x, w, b: x * w + b, ["fma"]),
        (lambda xp, x, w, b: b + x * w, ["fma"]),
        (lambda xp, x, w, b: x * w - b, ["fma_minus"]),
        (lambda xp, x, w, b: b - x * w, ["minus_fma"]),
        (lambda xp, x, w, b: x * w + b * b, ["fma", "mul"]),
        (lambda xp, x, w, b: (x * w + b) / (x * w), ["add", "div", "mul"]),  # the product is needed by itself too
        (lambda xp, x, w, b: x * w + x * w, ["add", "mul"]),
        (lambda xp, x, w, b: x + w * w, ["add", "mul"]),  # broadcast: it is computed once for all rows
        (lambda xp, x, w, b: xp.tanh(x * w) + b, ["add", "mul", "tanh"]),
    ],
)
def test_a_product_is_taken_in_by_the_one_sum_that_needs_it(step_of, function, expected):
    assert operations(step_of, function) == expected


def test_fused_operations_give_the_exact_result_rounded_once(steps):
    """(1 + e)(1 - e) - 1 = -e^2, which is 0 where the product is rounded first."""
    e = 2.0**-30
    a, b, one = np.full(5, 1 + e), np.full(5, 1 - e), np.ones(5)
    forms = [lambda a, b, one: a * b - one, lambda a, b, one: one - a * b, lambda a, b, one: a * b + (-one)]
    for form, sign in zip(forms, (-1, 1, -1), strict=True):
        ((_, _, found),) = steps(lambda xp, a, b, one, form=form: [None, None, form(a, b, one)], [a, b, one])
        np.testing.assert_array_equal(found, sign * e * e)


def test_no_instruction_leaves_llvm_a_choice(assembled):
    made = assembled(lambda xp, x, w, b: [None, None, xp.tanh(x * w + b) * x - w], [X, W, B])
    assert not re.search(r"\b(fast|contract|reassoc|nnan|afn|fmuladd)\b", str(made.module))


# --- a value is the same bits wherever a step needs it ---

SPREAD = {
    "sum of logs": lambda xp, o: xp.log(o * o + 0.5).sum(axis=1, keepdims=True),
    "mean": lambda xp, o: o.mean(axis=0),
    "tanh": lambda xp, o: xp.tanh(o),
}
SCORES = {
    "difference": lambda xp, o, x, w, b: o - w,
    "sum": lambda xp, o, x, w, b: o + b,
    "difference of products": lambda xp, o, x, w, b: o - b * x,
    "of a tanh": lambda xp, o, x, w, b: o - xp.tanh(x),
    "twice": lambda xp, o, x, w, b: (o - w) * b + x,
    "softplus": lambda xp, o, x, w, b: xp.logaddexp(o, 0.0 * o) - b,
    "of exponentials": lambda xp, o, x, w, b: xp.exp(o) * x + b,
}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("spread", SPREAD)
@pytest.mark.parametrize("scores", SCORES)
def test_the_largest_of_a_row_is_found_again(steps, vectors, scores, spread, dtype):
    """`a == max(a)` holds exactly once in each row, though a is computed here and there, and its parts too."""

    def function(xp, x, w, b, hits, other):
        o = x * w
        a = SCORES[scores](xp, o, x, w, b)
        largest = a == a.max(axis=1, keepdims=True)
        return [None, None, None, largest.sum(axis=1) * 1.0, SPREAD[spread](xp, o) + a]

    given_arrays = [X, W, B, np.zeros(16), np.zeros((16, 6))]
    ((_, _, _, hits, _),) = steps(function, given_arrays, dtype=dtype)
    np.testing.assert_array_equal(hits, 1.0)


LEAVES = st.integers(0, 2)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.tuples(st.sampled_from(["add", "sub", "mul", "tanh", "exp", "square"]), inner, inner),
    max_leaves=7,
)


def value_of(xp, tree, leaves):
    if isinstance(tree, int):
        return leaves[tree]
    name, first, second = tree
    a, b = value_of(xp, first, leaves), value_of(xp, second, leaves)
    binary = {"add": lambda: a + b, "sub": lambda: a - b, "mul": lambda: a * b}
    return binary[name]() if name in binary else {"tanh": xp.tanh, "exp": lambda v: xp.exp(xp.tanh(v)),
                                                  "square": lambda v: v * v}[name](a)  # fmt: skip


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TREES, TREES)
def test_two_computations_of_any_expression_agree_to_the_bit(steps, tree, beside):
    """Once for a maximum over the row, once for the comparison, in the company of another expression."""

    def function(xp, x, w, b, hits, other):
        a = value_of(xp, tree, [x, w + 0.0 * b, b])
        company = value_of(xp, beside, [x, w + 0.0 * b, a])
        reached = (a >= a.max(axis=1, keepdims=True)).sum(axis=1)
        return [None, None, None, (reached > 0) * 1.0, company]

    with np.errstate(all="ignore"):
        ((_, _, _, hits, _),) = steps(function, [X, W, B, np.zeros(16), np.zeros((16, 6))])
    np.testing.assert_array_equal(hits, 1.0)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    "box", [lambda a, y: bp.max(a, axis=1), bp.hinge, bp.cross_entropy], ids=["max", "hinge", "ce"]
)
def test_training_finds_the_largest_as_numpy_does(box, dtype):
    """The gradient of a maximum was lost where `a` was computed twice, with and without a fused multiply-add."""

    def trained(engine):
        x, w, y = bp.Input("x", (6,)), bp.Parameter("w", (6,)), bp.Input("y", (), dtype="int")
        o = x * w
        loss = box(o - bp.tanh(x), y) + bp.sum(bp.tanh(bp.log(bp.square(o) + 0.5)), axis=1) + 0.0 * y
        data = {"x": X, "y": np.arange(16) % 6}
        fit = bp.train(bp.Graph(loss=loss), data, params={"w": W}, rule=bp.SGD(1.0), batch_size=16, epochs=1,
                       dtype=dtype, engine=engine, progress=False, shuffle=False)  # fmt: skip
        return fit.params["w"], dict(fit.history[0].metrics)

    expected, metrics = trained("numpy")
    params, measured = trained("native")
    np.testing.assert_allclose(params, expected, rtol=0, atol=1e-12 if dtype == "float64" else 1e-5)
    assert measured == pytest.approx(metrics, abs=1e-7)


def test_a_trace_that_is_as_long_as_may_be_is_fused_too(step_of):
    """What is fused is counted in place of what was there before."""
    trace = step_of(lambda xp, a, b, c: [a * b + c, b * c - a, c - a * a], [X, X, B], "float64")
    trace.tape.most = len(trace.tape.known)
    assert [new.op for _, new in contracted(trace.updates)] == ["fma", "fma_minus", "minus_fma"]


# --- rectified values ---


def test_what_relu_compares_is_what_it_has_rectified(step_of):
    """a > 0 and max(a, 0) > 0 are true together: so a is needed for max(a, 0) alone, and is not kept."""

    def compared(function):
        trace = step_of(lambda xp, x, w, b: [None, None, function(xp, x)], [X, W, B], "float64")
        ((_, new),) = contracted(trace.updates)
        nodes, front = [], [new]
        while front:
            node = front.pop()
            nodes.append(node)
            front += node.args
        return {node.args[0].op for node in nodes if node.op == "gt"}

    assert compared(lambda xp, x: xp.maximum(x, 0) + 1.0 * (x > 0)) == {"max"}
    assert compared(lambda xp, x: 1.0 * (x > 0)) == {"leaf"}  # nothing is rectified here
    assert compared(lambda xp, x: xp.maximum(x, 1) + 1.0 * (x > 0)) == {"leaf"}
    assert compared(lambda xp, x: xp.maximum(x, 1) + 1.0 * (x > 1)) == {"leaf"}


def test_relu_and_its_slope_at_zeros_infinities_and_nan(same):
    x = np.array([[-0.0, 0.0, 5e-324, -5e-324, np.inf, -np.inf, 1.0, -1.0]])
    same(lambda xp, x, _, __: [None, xp.minimum(xp.maximum(x, 0), 9.0), 1.0 * (x > 0)], [x, x, x])
    nan = np.array([[np.nan, 1.0]])
    same(lambda xp, x, _: [None, xp.where(x > 0, 3.0, xp.where(xp.maximum(x, 0) < 1, 1.0, 2.0))], [nan, nan])
