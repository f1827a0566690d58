"""Boxes in float64 and float32."""

import numpy as np
import pytest

import bprop as bp
from bprop.boxes import catalogue
from bprop.namespace import namespace

VALUES = np.random.default_rng(0).normal(size=(6, 4))
WIDE = np.finfo(np.longdouble).eps < np.finfo(np.float64).eps


def wrong_in(*dtypes, factor=1.1):
    class DTypeSquare(bp.Box):
        def fprop(self, a):
            return a * a

        def bprop(self, grad, value, a):
            return 2 * grad * a * (factor if a.dtype in dtypes else 1)

    return DTypeSquare


@pytest.mark.parametrize("factor", [1.1, 1.001, -1.0, 0.0])
def test_a_gradient_that_is_wrong_in_float32_alone_is_found(factor):
    report = bp.check_box(wrong_in("float32", factor=factor), [(VALUES,)])
    assert not report.ok
    assert "in float32 bprop gives" in str(report)


@pytest.mark.skipif(not WIDE, reason="float64 is the best precision here")
def test_a_gradient_that_is_right_in_longdouble_alone_is_found():
    report = bp.check_box(wrong_in("float64", "float32"), [(VALUES,)])
    assert not report.ok
    assert "in float64 bprop gives" in str(report)


def test_a_box_that_fails_in_float32_is_found():
    class DTypePicky(bp.Box):
        def fprop(self, a):
            return a * a

        def bprop(self, grad, value, a):
            if a.dtype == np.float32:
                raise TypeError("no float32")
            return 2 * grad * a

    assert "in float32 bprop failed: TypeError: no float32" in str(bp.check_box(DTypePicky, [(VALUES,)]))


@pytest.mark.parametrize("cls", catalogue(), ids=lambda cls: cls.__name__)
def test_no_box_of_ours_is_blamed_for_rounding(cls):
    for seed in range(1, 4):
        report = bp.check_box(cls, seed=seed)
        assert report.ok, str(report)


@pytest.mark.parametrize(
    ("fprop", "bprop", "values"),
    [
        (lambda a: namespace(a).tanh(a), lambda g, v, a: g * (1 - v * v), 8 * VALUES),
        (lambda a: (a + 1e6) - 1e6, lambda g, v, a: g, VALUES),
        (lambda a: namespace(a).exp(a), lambda g, v, a: g * v, 100 * VALUES),
        (lambda a: namespace(a).log(1 + a), lambda g, v, a: g / (1 + a), 1e-9 * np.abs(VALUES)),
        (lambda a: a * a, lambda g, v, a: 2 * g * np.sign(a) * np.sqrt(v), np.array([1.0, -1e20])),
        (lambda a: (a - 1) ** 8, lambda g, v, a: 8 * g * (a - 1) ** 7, 1 + 1e-3 * VALUES),
        (lambda a: namespace(a).tanh(a / 1e-40), lambda g, v, a: g * (1 - v * v) / 1e-40, 1e-40 * VALUES),
    ],
)
def test_rounding_and_overflow_in_float32_are_no_mistakes(fprop, bprop, values):
    class DTypeRight(bp.Box):
        def fprop(self, a):
            return fprop(a)

        def bprop(self, grad, value, a):
            return bprop(grad, value, a)

    report = bp.check_box(DTypeRight, [(values,)])
    assert report.ok, str(report)
