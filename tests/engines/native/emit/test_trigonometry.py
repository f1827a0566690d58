"""cos and sin of vectors against arbitrary precision: near and far from 0, near multiples of pi/2, and in kernels."""

import numpy as np
import pytest
from mpmath import mp

from bprop.engines.native.emit.trigonometry import DOUBLE, SINGLE
from bprop.engines.native.run.evaluate import evaluate

DTYPES = ["float32", "float64"]
SERIES = {"float32": SINGLE, "float64": DOUBLE}
NAMES = ["sin", "cos"]


@pytest.fixture(autouse=True)
def _precision():
    """Bits enough to reduce the largest of all numbers."""
    with mp.workprec(1300):
        yield


def both(x):
    """[sin(x), cos(x)] as compiled."""
    return evaluate(lambda a: [getattr(a.__array_namespace__(), name)(a) for name in NAMES], x, dtype=x.dtype)


def worst(x):
    """The largest errors of sin and cos, in units in the last place."""
    found = []
    for name, values in zip(NAMES, both(x), strict=True):
        exact = [getattr(mp, name)(mp.mpf(float(number))) for number in x]
        units = np.spacing(np.abs(np.array(exact, dtype=float).astype(x.dtype)))
        off = [abs(mp.mpf(float(a)) - b) / mp.mpf(float(u)) for a, b, u in zip(values, exact, units, strict=True)]
        found.append(float(max(off)))
    return found


@pytest.mark.parametrize("dtype", DTYPES)
def test_errors_are_below_one_unit_close_together_and_up_to_where_the_reduction_ends(dtype):
    end = SERIES[dtype].up_to
    rng = np.random.default_rng(0)
    ranges = [np.linspace(-3.2, 3.2, 1501), np.geomspace(1e-6, end, 1001), rng.uniform(-end, end, 1001)]
    assert max(max(worst(x.astype(dtype))) for x in ranges) <= 0.95


@pytest.mark.parametrize("dtype", DTYPES)
def test_errors_are_below_one_unit_beside_multiples_of_half_pi(dtype):
    """Nearly all of x cancels there: what is left has all its digits only if pi/2 is known to that many more."""
    most = SERIES[dtype].up_to / (np.pi / 2)
    rng = np.random.default_rng(1)
    k = np.unique(np.concatenate([np.arange(1, 200), (most ** rng.uniform(0, 1, 400)).astype(int), [int(most)]]))
    near = np.array([float(int(i) * mp.pi / 2) for i in k]).astype(dtype)
    beside = [near, np.nextafter(near, near.dtype.type(0)), np.nextafter(near, near.dtype.type(np.inf))]
    assert max(max(worst(x)) for x in beside) <= 0.51


@pytest.mark.parametrize("k", [669_355, 3_394_007, 17_554_259])
def test_doubles_closest_to_a_multiple_of_half_pi_keep_all_digits(k):
    x = np.array([float(k * mp.pi / 2)] * 9)
    assert max(worst(x)) <= 0.51


@pytest.mark.parametrize("dtype", DTYPES)
def test_errors_are_below_one_unit_where_quadrants_meet(dtype):
    """The whole number k is rounded there, so r may lie beyond pi/4."""
    most = SERIES[dtype].up_to / (np.pi / 2)
    k = (most ** np.random.default_rng(2).uniform(0, 1, 700)).astype(int)
    x = np.array([float((int(i) - 0.5) * mp.pi / 2) for i in k]).astype(dtype)
    assert max(max(worst(a)) for a in (x, np.nextafter(x, x.dtype.type(0)))) <= 0.95


@pytest.mark.parametrize("dtype", DTYPES)
def test_numbers_of_any_size_are_right_alone_and_beside_near_ones(dtype):
    """One lane that is far from 0 sends its whole vector to the C library."""
    info, end = np.finfo(dtype), np.dtype(dtype).type(SERIES[dtype].up_to)
    rng = np.random.default_rng(3)
    huge = 10.0 ** rng.uniform(np.log10(end), np.log10(info.max) - 1, 200)
    mixed = np.where(rng.random(800) < 0.05, rng.choice(huge, 800), rng.normal(scale=5, size=800))
    edge = np.array([end, -end, np.nextafter(end, end * 2), -np.nextafter(end, end * 2), info.max, -info.max])
    for x in (huge, -huge, mixed, edge):
        assert max(worst(np.asarray(x, dtype))) <= 1


@pytest.mark.parametrize("dtype", DTYPES)
def test_special_numbers(dtype):
    info = np.finfo(dtype)
    small = np.array([0.0, info.smallest_subnormal, info.tiny / 4, info.tiny, 1e-30], dtype)
    small = np.concatenate([small, -small])
    sin, cos = both(small)
    np.testing.assert_array_equal(sin, small)
    np.testing.assert_array_equal(np.signbit(sin), np.signbit(small))
    np.testing.assert_array_equal(cos, 1)
    for bad in (np.nan, np.inf, -np.inf):
        x = np.linspace(-3, 3, 40).astype(dtype)
        x[7] = bad
        for values, clean in zip(both(x), both(np.where(np.isfinite(x), x, 0).astype(dtype)), strict=True):
            assert np.isnan(values[7])
            np.testing.assert_allclose(np.delete(values, 7), np.delete(clean, 7), rtol=2 * info.eps)


@pytest.mark.parametrize("dtype", DTYPES)
def test_sin_is_odd_and_cos_is_even(dtype):
    x = np.random.default_rng(4).normal(scale=50, size=1000).astype(dtype)
    (sin, cos), (minus_sin, minus_cos) = both(x), both(-x)
    np.testing.assert_array_equal(minus_sin, -sin)
    np.testing.assert_array_equal(minus_cos, cos)


def test_every_width_of_vectors_is_right_near_and_far(vectors):
    x = np.concatenate([np.linspace(-30, 30, 203), [1e10, -3e200, 0.5]])
    for dtype in DTYPES:
        here = x if dtype == "float64" else x[np.abs(x) < 1e30].astype(np.float32)
        assert max(worst(here)) <= 1


def test_a_single_number_is_right():
    for number in (0.3, -2.5, 1e9, 1e300):
        assert max(worst(np.array([number]))) <= 1


@pytest.mark.parametrize("far", [1, 10**10])
def test_kernels_of_all_kinds_take_them(same, far):
    """A branch inside loops, sums, tiles of products and concatenations. Whole numbers make all products exact."""
    rng = np.random.default_rng(5)
    A, B, C, v = (rng.integers(-9, 9, size=shape) + 0.0 for shape in [(37, 21), (21, 19), (37, 19), (19,)])
    A[5, 3], A[36, 20], C[30, 18], v[18] = 3 * far, -7 * far, 5 * far, 2 * far

    def compute(xp, A, B, C, v):
        waves = xp.concatenate([xp.sin(A), xp.cos(A)], axis=1)
        return [
            A + xp.cos(A) * xp.sin(2.0 * A),
            xp.sin(B.T).T,
            xp.sin(A @ B + v) * xp.cos(C),
            xp.sin(waves).sum(axis=0)[:19] + xp.cos(C).max(axis=0) + xp.sin(v).sum(),
        ]

    same(compute, [A, B, C, v])


def test_sin_and_cos_of_one_vector_share_their_reduction(assembled):
    x = np.linspace(-3, 3, 64)
    made = assembled(lambda xp, a, b: [xp.sin(a) * xp.cos(a), xp.sin(b)], [x, x])
    text = str(made.module)
    assert text.count('call i1 @"llvm.vector.reduce.or') == 2, "one for a, one for b"


def test_the_library_is_called_from_one_function_of_the_module(assembled):
    x = np.linspace(-3, 3, 64)
    made = assembled(lambda xp, a, b: [xp.sin(a), xp.sin(b) * xp.sin(2.0 * b)], [x, x])
    functions = [part for part in str(made.module).split("\ndefine ")[1:] if 'call double @"llvm.sin.f64"' in part]
    assert len(functions) == 1
    assert functions[0].startswith("internal")
    assert functions[0].count('call double @"llvm.sin.f64"') == made.lanes
