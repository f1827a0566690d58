"""Elementwise functions over the whole range of both precisions, in units in the last place."""

import numpy as np
import pytest

from bprop.engines.native.run.evaluate import evaluate

DTYPES = ["float32", "float64"]
ONE = {
    "exp": np.exp, "expm1": np.expm1, "log": np.log, "log1p": np.log1p, "tanh": np.tanh, "sqrt": np.sqrt,
    "cos": np.cos, "sin": np.sin, "floor": np.floor, "abs": np.abs, "square": np.square, "negative": np.negative,
}  # fmt: skip
WITHIN = {"exp": 2, "expm1": 3, "log": 2, "log1p": 3, "tanh": 1.6, "cos": 1, "sin": 1}
"""Units in the last place that an error may come to; 0.5 (correct rounding) for the others."""


def whole_range(dtype):
    """Numbers of all magnitudes and signs: subnormal, special, powers of two and what is beside them, and random."""
    info = np.finfo(dtype)
    rng = np.random.default_rng(0)
    powers = np.ldexp(np.ones(1, dtype), np.arange(info.minexp - info.nmant, info.maxexp)).astype(dtype)
    near = [powers, np.nextafter(powers, dtype.type(0)), np.nextafter(powers, dtype.type(np.inf))]
    spread = [rng.normal(scale=s, size=997).astype(dtype) for s in (1e-3, 0.3, 3, 40, 300)]
    edges = np.array(
        [88.72283, 88.7229, 103.97, 104.1, 709.78, 709.79, 745.13, 745.2, 0.34657, 0.34658, 0.7071, 1.41421]
    )
    special = np.array([0.0, np.inf, info.smallest_subnormal, info.tiny, info.max, info.eps])
    positive = np.concatenate([*near, *map(np.abs, spread), edges.astype(dtype), special.astype(dtype)])
    return np.concatenate([positive, -positive, [np.nan]]).astype(dtype)


def units_off(found, exact, dtype):
    """How many units in the last place numbers are off; infinities and NaN must be the same."""
    with np.errstate(all="ignore"):
        rounded = exact.astype(dtype)
        unit = np.spacing(np.abs(np.where(np.isfinite(rounded), rounded, 1)))
        off = np.abs(np.where(np.isfinite(rounded), found.astype(exact.dtype) - exact, 0)) / unit.astype(exact.dtype)
    special = ~np.isfinite(rounded)
    # one unit beyond the largest number is infinity: either will do
    at_the_end = special & (np.abs(exact) <= np.finfo(dtype).max * (1 + 4 * np.finfo(dtype).eps)) & ~np.isnan(exact)
    agree = (found == rounded) | (np.isnan(found) & np.isnan(rounded)) | at_the_end
    return np.where(special & ~agree, np.inf, off)


def wider(dtype):
    """A precision in which NumPy's functions are exact to rounding in `dtype`."""
    if dtype == np.float32:
        return np.dtype(np.float64)
    if np.finfo(np.longdouble).nmant <= np.finfo(np.float64).nmant:
        pytest.skip("no precision wider than float64 here")
    return np.dtype(np.longdouble)


@pytest.mark.parametrize("dtype", DTYPES)
def test_functions_of_one_number_are_exact_to_a_few_units(dtype):
    dtype = np.dtype(dtype)
    x = whole_range(dtype)
    xp = lambda a: a.__array_namespace__()  # noqa: E731
    found = evaluate(lambda a: [getattr(xp(a), name)(a) for name in ONE], x, dtype=dtype)
    with np.errstate(all="ignore"):
        for (name, function), values in zip(ONE.items(), found, strict=True):
            off = units_off(values, function(x.astype(wider(dtype))), dtype)
            if name in ("sin", "cos"):
                off = off[np.abs(x) < 1e4]  # beyond, longdouble's own reduction is not exact
            worst = int(np.nanargmax(off))
            assert off.max() <= WITHIN.get(name, 0.5), f"{name}({x[worst]!r}) = {values[worst]!r}: {off[worst]} units"


DENSE = {"exp": 1, "log": 1, "tanh": 1.5, "log1p": 1.25, "expm1": 2}


@pytest.mark.parametrize("dtype", DTYPES)
def test_functions_are_as_exact_as_they_are_known_to_be_about_one(dtype):
    """So close together that a term of a series too few shows."""
    dtype = np.dtype(dtype)
    x = np.geomspace(0.3, 3.5, 50_000).astype(dtype)
    x = np.concatenate([x, -x[x < 0.95]])
    for name, units in DENSE.items():
        given = np.abs(x) if name == "log" else x
        given = given[given > -0.95] if name == "log1p" else given
        (found,) = evaluate(lambda a, name=name: [getattr(a.__array_namespace__(), name)(a)], given, dtype=dtype)
        exact = getattr(np, name)(given.astype(wider(dtype)))
        off = np.abs(found.astype(exact.dtype) - exact) / np.spacing(np.abs(exact.astype(dtype)))
        assert off.max() <= units, f"{name}({given[np.argmax(off)]!r}): {off.max()} units"


@pytest.mark.parametrize("dtype", DTYPES)
def test_functions_are_exact_at_the_ends_of_their_range(dtype):
    """A unit is the smallest of all numbers there: exp(-inf) must be 0 all the same."""
    far = np.array([-np.inf, -1e30, -1000.0, 0.0, 1000.0, np.inf])
    names = {
        "exp": [0, 0, 0, 1, np.inf, np.inf],
        "expm1": [-1, -1, -1, 0, np.inf, np.inf],
        "tanh": [-1, -1, -1, 0, 1, 1],
    }
    found = evaluate(lambda a: [getattr(a.__array_namespace__(), name)(a) for name in names], far, dtype=dtype)
    for values, wanted in zip(found, names.values(), strict=True):
        np.testing.assert_array_equal(values, wanted)
    one, *rest = evaluate(lambda a: [np_log(a), np_log(a - 1.0), np_log(a * np.inf)], np.ones(1), dtype=dtype)
    assert (one[0], rest[0][0], rest[1][0]) == (0, -np.inf, np.inf)


@pytest.mark.parametrize("dtype", DTYPES)
def test_functions_keep_the_sign_of_zero_and_infinity(dtype):
    x = np.array([0.0, -0.0, np.inf, -np.inf])
    found = evaluate(lambda a: [np_tanh(a), -a, a * 2.0, abs(a), a + a, a - 0.0], x, dtype=dtype)
    for values, expected in zip(found, [np.tanh(x), -x, x * 2.0, abs(x), x + x, x], strict=True):
        np.testing.assert_array_equal(values, expected)
        np.testing.assert_array_equal(np.signbit(values), np.signbit(expected))


def np_tanh(a):
    return a.__array_namespace__().tanh(a)


def np_log(a):
    return a.__array_namespace__().log(a)


PAIRS = {
    "add": np.add, "subtract": np.subtract, "multiply": np.multiply, "divide": np.divide, "maximum": np.maximum,
    "minimum": np.minimum, "power": np.power, "logaddexp": np.logaddexp,
}  # fmt: skip


@pytest.mark.parametrize("dtype", DTYPES)
def test_functions_of_two_numbers(dtype):
    dtype = np.dtype(dtype)
    info = np.finfo(dtype)
    some = np.array([0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 3.0, -2.5, 1e-3, 30.0, 80.0, -80.0, 1e30, -1e30, np.inf, -np.inf,
                     np.nan, info.tiny, info.smallest_subnormal, info.max])  # fmt: skip
    a, b = (part.ravel().astype(dtype) for part in np.meshgrid(some, some))
    compute = lambda a, b: [getattr(a.__array_namespace__(), name)(a, b) for name in PAIRS]  # noqa: E731
    found = evaluate(compute, a, b, dtype=dtype)
    with np.errstate(all="ignore"):
        for (name, function), values in zip(PAIRS.items(), found, strict=True):
            exact = function(a.astype(wider(dtype)), b.astype(wider(dtype)))
            if name == "logaddexp":  # where the sum is near 0, what counts is the error beside log 2
                np.testing.assert_allclose(values, exact.astype(dtype), rtol=4 * np.finfo(dtype).eps, atol=1e-6 if
                                           dtype == np.float32 else 1e-15)  # fmt: skip
                continue
            off = units_off(values, exact, dtype)
            worst = int(np.argmax(off))
            assert off.max() <= (1 if name == "power" else 0.5), (
                f"{name}({a[worst]!r}, {b[worst]!r}): {values[worst]!r}"
            )


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, 4, 5, -1, -2, 0.5, 1.5, np.float64(2.0), 2.0])
def test_powers_by_a_number(exponent):
    a = np.array([0.25, 1.0, 2.5, 7.0])
    (found,) = evaluate(lambda a: [a**exponent], a)
    np.testing.assert_allclose(found, a**exponent, rtol=1e-15)


def test_comparisons_know_nan():
    a = np.array([1.0, 2.0, np.nan, np.nan, np.inf, -0.0])
    b = np.array([2.0, 1.0, 1.0, np.nan, np.inf, 0.0])
    found = evaluate(lambda a, b: [a < b, a <= b, a > b, a >= b, a == b, a != b], a, b)
    for values, expected in zip(found, [a < b, a <= b, a > b, a >= b, a == b, a != b], strict=True):
        assert values.dtype == bool
        np.testing.assert_array_equal(values, expected)


def test_whole_numbers_and_truths():
    a, b = np.array([5, -7, 0, 2**20, 3]), np.array([3, 2, -1, 5, 3])
    p, q = a > 0, b > 2

    def compute(a, b, p, q):
        xp = a.__array_namespace__() if not isinstance(a, np.ndarray) else np
        return [a + b, a - b, a * 3, -a, a & b, a | b, a ^ b, a < b, xp.maximum(a, b), xp.minimum(a, b), ~p, p & q,
                p | q, p ^ q, xp.where(p, a, b), p * q, p + q, p * 2.5, p + 1, a / b, a * 0.5, p.sum(), p.mean(),
                a.max(), a.min(), p.any(), p.all(), xp.maximum(p, q), abs(b), a[1:4] + 1, xp.sign(b * 1.0)]  # fmt: skip

    for i, (values, expected) in enumerate(zip(evaluate(compute, a, b, p, q), compute(a, b, p, q), strict=True)):
        assert np.asarray(expected).dtype.kind == values.dtype.kind, i
        np.testing.assert_array_equal(values, expected, err_msg=str(i))


def test_unsigned_arithmetic_wraps_around():
    """What the noise of dropout is made of."""
    a = np.array([0, 1, 2**31, 2**32 - 1, 123456789], np.uint32)

    def compute(a):
        b = a * np.uint32(2654435761) + np.uint32(7)
        return [(b >> np.uint32(5)) ^ b, (b << np.uint32(9)) & a, b > a, (b >> np.uint32(8)) * 2.0**-24]

    shifted = lambda a: compute(a.astype(np.uint32))  # noqa: E731
    found = evaluate(shifted, a.view(np.int32))
    for values, expected in zip(found, compute(a), strict=True):
        np.testing.assert_array_equal(values, expected)


@pytest.mark.parametrize("dtype", DTYPES)
def test_sums_maxima_and_minima_of_any_length(dtype):
    """Lengths about whole vectors and the four sums side by side; NaN and infinities go through."""
    lengths = [1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 127, 128, 129, 500]
    rng = np.random.default_rng(0)
    arrays = [rng.integers(-99, 99, size=(3, n)).astype(dtype) for n in lengths]
    bad = np.ones(70)
    bad[66] = np.nan

    def compute(*arrays):
        *whole, spoilt = arrays
        found = [
            f for a in whole for f in (a.sum(), a.sum(axis=1), a.sum(axis=0), a.max(axis=1), a.min(), a.max(axis=0))
        ]
        return [*found, spoilt.sum(), spoilt.max(), spoilt.min()]

    found = evaluate(compute, *arrays, bad, dtype=dtype)
    for values, expected in zip(found, compute(*arrays, bad), strict=True):
        np.testing.assert_array_equal(values, expected)


def test_every_width_of_vectors_computes_the_same(vectors):
    x = np.concatenate([np.linspace(-30, 30, 203), [0.0, np.inf, -np.inf, np.nan]])
    compute = lambda a: [getattr(a.__array_namespace__(), name)(a) for name in ("exp", "tanh", "log1p", "expm1")]  # noqa: E731
    with np.errstate(all="ignore"):
        for values, f in zip(evaluate(compute, x), (np.exp, np.tanh, np.log1p, np.expm1), strict=True):
            np.testing.assert_allclose(values, f(x), rtol=1e-15)


@pytest.mark.parametrize("dtype", DTYPES)
def test_tanh_is_exact_to_one_and_a_half_units_also_near_zero(dtype):
    dtype = np.dtype(dtype)
    x = np.concatenate([np.geomspace(1e-6, 9, 100_000), np.linspace(0.29, 0.31, 20_000)]).astype(dtype)
    x = np.concatenate([x, -x])
    found = evaluate(lambda a: [a.__array_namespace__().tanh(a)], x, dtype=dtype)[0]
    exact = np.tanh(x.astype(wider(dtype)))
    assert (np.abs(found.astype(exact.dtype) - exact) / np.spacing(np.abs(exact.astype(dtype)))).max() <= 1.5
