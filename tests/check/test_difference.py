"""Finite differences against analytic gradients of plain functions."""

import numpy as np
import pytest

from bprop.check import precision as precisions
from bprop.check.difference import Comparison, Coverage
from bprop.check.precision import best_precision, rounding_noise


def double(monkeypatch):
    """The precision of a machine whose longdouble is no wider than float64."""
    finfo = np.finfo
    monkeypatch.setattr(precisions.np, "finfo", lambda dtype: finfo(np.float64))
    found = best_precision()
    monkeypatch.undo()
    return found


@pytest.fixture(params=["best", "double"])
def precision(request, monkeypatch):
    return best_precision() if request.param == "best" else double(monkeypatch)


def compare(f, x, gradient, precision, elements=None, seed=0):
    x = np.asarray(x, precision.dtype)
    g = np.asarray(gradient, precision.dtype) * np.ones_like(x)
    noise = precision.epsilon * (1 + abs(float(f(x))))
    with np.errstate(all="ignore"):
        return Comparison(f, x, g, noise, precision).run(elements, np.random.default_rng(seed))


# --- precision ---


def test_longdouble_is_used_where_it_is_wider(monkeypatch):
    found = best_precision()
    wider = np.finfo(np.longdouble).eps < np.finfo(np.float64).eps
    assert found.dtype == (np.longdouble if wider else np.float64)
    assert str(found).startswith("longdouble" if wider else "float64")
    assert double(monkeypatch).dtype == np.float64
    assert str(double(monkeypatch)) == "float64 (rounding 2.2e-16)"


# --- elements ---


@pytest.mark.parametrize(
    ("f", "gradient", "x"),
    [
        (lambda x: (x**2).sum(), lambda x: 2 * x, [1.0, -2.0, 0.0]),
        (lambda x: np.exp(x).sum(), np.exp, [0.0, 5.0, -5.0]),
        (lambda x: np.sin(x).sum(), np.cos, [0.0, 1.5707963, 100.0]),
        (lambda x: (1e6 * x).sum(), lambda x: 1e6 + 0 * x, [1.0, 2.0]),
        (lambda x: 0 * x.sum(), lambda x: 0 * x, [1.0, 2.0]),
        (lambda x: np.log(x).sum(), lambda x: 1 / x, [0.1, 10.0]),
    ],
)
def test_a_right_gradient_is_right(precision, f, gradient, x):
    found = compare(f, x, gradient(np.asarray(x)).astype(float), precision)
    assert found.mismatches == found.kinks == []
    assert found.elements == len(x)


@pytest.mark.parametrize("factor", [-1.0, 1.0001, 0.0, 2.0])
def test_a_wrong_gradient_is_wrong_in_every_element(precision, factor):
    x = np.array([1.0, -2.0, 0.5])
    found = compare(lambda x: (x**2).sum(), x, factor * 2 * x, precision)
    assert [m.index for m in found.mismatches] == [(0,), (1,), (2,)]
    for mismatch in found.mismatches:
        assert mismatch.analytic == pytest.approx(factor * 2 * x[mismatch.index])
        assert mismatch.numeric == pytest.approx(2 * x[mismatch.index])


def test_one_wrong_element_is_named_by_its_index(precision):
    x = np.arange(1.0, 7.0).reshape(2, 3)
    gradient = 2 * x
    gradient[1, 0] *= 1.001
    (mismatch,) = compare(lambda x: (x**2).sum(), x, gradient, precision).mismatches
    assert mismatch.index == (1, 0)
    assert mismatch.error == pytest.approx(0.008 / 12, rel=1e-3)


def test_a_gradient_of_zeros_that_should_not_be_is_wrong(precision):
    found = compare(lambda x: (1e-3 * x).sum(), [1.0, 2.0], 0.0, precision)
    assert len(found.mismatches) == 2
    assert found.error == pytest.approx(1.0)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_gradient_that_is_not_finite_is_wrong_and_hides_no_other(precision, value):
    found = compare(lambda x: (x**2).sum(), [1.0, 2.0, 3.0], [2.0, value, -6.0], precision)
    assert [m.index for m in found.mismatches] == [(1,), (2,)]


# --- kinks ---


@pytest.mark.parametrize("gradient", [0.0, 1.0, -1.0])
def test_at_a_kink_any_of_its_slopes_is_a_kink_and_no_mistake(precision, gradient):
    found = compare(lambda x: np.abs(x).sum(), [0.0], gradient, precision)
    assert found.mismatches == []
    assert [kink.index for kink in found.kinks] == [(0,)]


def test_near_a_kink_smaller_steps_see_only_one_side(precision):
    for x in (1e-2, 1e-3, 3e-4, -1e-3):
        found = compare(lambda x: np.maximum(x, 0).sum(), [x, 1.0], [float(x > 0), 1.0], precision)
        assert found.mismatches == found.kinks == []


def test_near_a_kink_a_wrong_slope_is_wrong(precision):
    found = compare(lambda x: np.maximum(x, 0).sum(), [1e-2, 1.0], [0.0, 1.0], precision)
    assert [m.index for m in found.mismatches] == [(0,)]


def test_curvature_is_no_kink(precision):
    found = compare(lambda x: (50 * x**2).sum(), [0.0, 0.001], [1.0, 0.1], precision)
    assert [m.index for m in found.mismatches] == [(0,)]
    assert found.kinks == []


# --- projections ---


def large(size=100_000):
    x = np.random.default_rng(0).normal(size=size)
    return x, lambda x: (x**2).sum() / 2, x.copy()


def test_a_large_tensor_is_compared_along_random_projections(precision):
    x, f, gradient = large()
    found = compare(f, x, gradient, precision, elements=200)
    assert found.mismatches == []
    assert (found.projections, found.elements) == (2, 0)
    assert found.covered == "all 100000 in 2 random projections"


@pytest.mark.parametrize("index", [31_415])
@pytest.mark.parametrize("size", [2.0, 0.05])
def test_one_wrong_element_of_100_000_is_found_and_named(precision, index, size):
    x, f, gradient = large()
    gradient[index] += size
    found = compare(f, x, gradient, precision, elements=200)
    (mismatch,) = found.mismatches
    assert mismatch.index == (index,)
    assert mismatch.analytic - mismatch.numeric == pytest.approx(size, rel=1e-3)
    assert "random projection disagreed" in found.covered


def test_a_factor_is_caught_in_a_projection(precision):
    x, f, gradient = large(5000)
    assert compare(f, x, 1.0001 * gradient, precision, elements=200).mismatches


def test_all_elements_are_compared_on_request(precision):
    x, f, gradient = large(500)
    found = compare(f, x, gradient, precision, elements=None)
    assert (found.elements, found.projections, found.covered) == (500, 0, "all 500 elements")


def test_a_few_kinks_in_a_large_tensor_are_kinks(precision):
    x, _, _ = large(1000)
    x[[3, 500]] = 0.0
    x = np.where((np.abs(x) < 0.05) & (x != 0), 0.1, x)
    found = compare(lambda x: np.abs(x).sum(), x, np.sign(x) + (x == 0), precision, elements=200)
    assert found.mismatches == []
    assert sorted(kink.index for kink in found.kinks) == [(3,), (500,)]
    assert found.projections == 2


def test_where_kinks_are_everywhere_elements_are_sampled_and_the_report_says_so(precision):
    found = compare(lambda x: np.abs(x).sum(), np.zeros(1000), 1.0, precision, elements=200)
    assert found.mismatches == []
    assert "a sample" in found.covered
    assert found.elements >= 100


# --- coverage ---


@pytest.mark.parametrize(
    ("coverage", "said"),
    [
        (Coverage((), elements=1), "1 element"),
        (Coverage((2, 3), elements=6), "all 6 elements"),
        (Coverage((2, 3), elements=4), "4 elements"),
        (Coverage((10, 10), projections=2), "all 100 in 2 random projections"),
        (Coverage((10, 10), projections=1, elements=1), "all 100 in 1 random projections + 1 element"),
        (Coverage((10,), elements=3, note="a sample"), "3 elements (a sample)"),
    ],
)
def test_what_was_covered_in_words(coverage, said):
    assert coverage.covered == said


def test_rounding_noise_is_of_first_order():
    grads, values = [np.array([3.0, 0.0]), None, np.array(2.0)], [np.array([4.0, 9.0]), np.array([1e9]), np.array(2.5)]
    noise = rounding_noise(grads, values, 1e-10)
    assert noise == pytest.approx(4 * 1e-10 * np.hypot(3.0 * 4.0, 2.0 * 2.5))
    assert rounding_noise(grads, values, 1e-12) == pytest.approx(noise / 100)
