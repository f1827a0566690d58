"""Arrays that record: NumPy's functions and methods on them, and decisions by numbers, which have no formula."""

import numpy as np
import pytest

from bprop.formulas.names import Symbol
from bprop.formulas.term import UnwritableError, leaf
from bprop.formulas.writer import write

VALUE = np.array([[1.0, -2.0, 3.0]])


@pytest.fixture
def a():
    return leaf(VALUE, Symbol("a"))


@pytest.mark.parametrize(
    ("compute", "text"),
    [
        (np.tanh, "tanh(a)"),
        (lambda a: np.maximum(a, 0), "max(a, 0)"),
        (lambda a: np.where(a > 0, a, 0.1 * a), "(a if a > 0 else 0.1 * a)"),
        (lambda a: np.sum(np.square(a), axis=1), "sum_i a[i]^2"),
        (lambda a: a.mean(axis=-1), "mean_i a[i]"),
        (lambda a: np.clip(a, -1, 1), "min(max(a, -1), 1)"),
        (lambda a: np.abs(a).max(axis=1), "max_i abs(a[i])"),
        (lambda a: a[:, 1], "a[1]"),
        (lambda a: a[:, 1:], "a[1:]"),
        (lambda a: a.reshape(3), "a"),
        (lambda a: np.exp(a) / np.exp(a).sum(axis=1, keepdims=True), "exp(a[i]) / (sum_j exp(a[j]))"),
        (lambda a: (a > 0) & (a < 2), "1(a > 0 and a < 2)"),
        (lambda a: np.concatenate([a, a], axis=1), "[a, a]"),
        (lambda a: np.logaddexp(a, 0), "logaddexp(a, 0)"),
        (lambda a: 1 - np.sqrt(a * a + 1e-8), "1 - sqrt(a^2 + 1e-08)"),
    ],
)
def test_functions_of_numpy_leave_their_formula(a, compute, text):
    term = compute(a)
    assert write(term).piece.text == text
    np.testing.assert_array_equal(term.value, compute(VALUE))


@pytest.mark.parametrize(
    "compute",
    [
        lambda a: 1 if a.sum() > 0 else 0,
        lambda a: float(a[0, 0]),
        lambda a: np.asarray(a),
        lambda a: np.linalg.inv(a),
        lambda a: np.fft.fft(a),
        lambda a: a.sort(),
        lambda a: np.add.reduce(a),
        lambda a: np.sum(a, axis=1, where=True),
        lambda a: a.cumsum(axis=1),
    ],
)
def test_code_that_has_no_formula_is_refused(a, compute):
    with pytest.raises((UnwritableError, AttributeError)):
        compute(a)


def test_a_term_does_not_change(a):
    with pytest.raises(UnwritableError):
        a[0] = 1.0
