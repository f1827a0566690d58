"""Boxes at extreme arguments: what each engine computes, what is exact (by mpmath), how many ulps lie between.

A case says of a box: `arguments` (an array a child); `formula`, the same in exact arithmetic: it takes arrays of
mpf for the float children, the others as they are, then `extras`; `each`, whether rows do not mix, so that rows
which a precision cannot hold are left out and the formula is asked for one row at a time; `grad`, what comes down,
repeated over the value; `along`, the axis along which errors count in ulps of the largest element (None: of each).
"""

from functools import cache
from types import SimpleNamespace

import mpmath
import numpy as np
import pytest

DIGITS = 1000  # decimal, so that a difference quotient with steps of 1e-100 keeps the smallest derivative
STEP = mpmath.mpf("1e-100")
DEFAULTS = {"hyper": {}, "extras": (), "each": True, "along": None, "grad": (3.0, -1.25, 0.875)}


@pytest.fixture
def errors_at_extremes():
    """errors_at_extremes(engine, dtype, case) -> (error of the value, largest error of a gradient), in ulps."""
    return errors_of


def errors_of(engine, dtype, case):
    found, expected = RUN[engine](case, dtype), exact(Key(case), dtype)
    assert [(a.dtype, a.shape) for a in found] == [(np.dtype(dtype), e.shape) for e in expected]
    each = [ulps(*pair, engine == "xla", setting(case, "along")) for pair in zip(found, expected, strict=True)]
    return each[0], max(each[1:], default=0.0)


def setting(case, name):
    return case.get(name, DEFAULTS[name])


def box_of(case):
    box = object.__new__(case["cls"])
    box.__dict__.update({**case["cls"].hyper_defaults, **setting(case, "hyper")})
    return box


def inputs(case, dtype):
    """(children, extras, what comes down) in this precision, without the rows that it cannot hold."""
    with np.errstate(over="ignore"):
        arrays = [cast(a, dtype) for a in case["arguments"]]
    extras = [cast(e, dtype) for e in setting(case, "extras")]
    if setting(case, "each"):
        held = [np.isfinite(a) & ((a != 0) | (np.asarray(given) == 0)) for a, given in zip(arrays, case["arguments"],
                strict=True)]  # fmt: skip
        rows = np.all([h.reshape(len(h), -1).all(axis=1) for h in held], axis=0)
        arrays, extras = [a[rows] for a in arrays], [e[rows] for e in extras]
    with np.errstate(all="ignore"):
        shape = np.shape(box_of(case).fprop(*arrays, *extras))
    return arrays, extras, np.resize(np.asarray(setting(case, "grad"), dtype), shape)


def cast(array, dtype):
    array = np.asarray(array)
    return array if array.dtype.kind == "i" else array.astype(dtype)


# --- the engines ---


def step(box, grad, arrays, extras):
    """[value, *gradients of the children that have one], as the box computes them."""
    value = box.fprop(*arrays, *extras)
    sent = box.bprop(grad, value, *arrays, *extras)
    return [value, *(part for part in (sent if isinstance(sent, tuple) else (sent,)) if part is not None)]


def on_numpy(case, dtype):
    arrays, extras, grad = inputs(case, dtype)
    with np.errstate(all="ignore"):
        return [np.asarray(a) for a in step(box_of(case), grad, arrays, extras)]


def on_native(case, dtype):
    pytest.importorskip("llvmlite")
    from bprop.engines.native.run.evaluate import evaluate

    arrays, extras, grad = inputs(case, dtype)
    count = len(arrays)
    return evaluate(lambda g, *a: step(box_of(case), g, a[:count], a[count:]), grad, *arrays, *extras, dtype=dtype)


def on_xla(case, dtype):
    jax = pytest.importorskip("jax")
    arrays, extras, grad = inputs(case, dtype)
    with jax.enable_x64(dtype == "float64"):
        return [np.asarray(a) for a in jax.jit(lambda *given: step(box_of(case), *given))(grad, arrays, extras)]


RUN = {"numpy": on_numpy, "native": on_native, "xla": on_xla}


# --- the exact result ---


class Key(SimpleNamespace):
    """A case as the key of a cache: cases are compared by identity."""

    def __init__(self, case):
        super().__init__(case=case)

    def __hash__(self):
        return id(self.case)

    def __eq__(self, other):
        return self.case is other.case


@cache
def exact(key, dtype):
    """[value, *gradients of the float children], as arrays of mpf."""
    case = key.case
    arrays, extras, grad = inputs(case, dtype)
    with mpmath.workdps(DIGITS):
        arrays, extras, grad = [wide(a) for a in arrays], [wide(a) for a in extras], wide(grad)
        if not setting(case, "each"):
            exactly = with_gradients(case["formula"], arrays, extras, grad)
            return [exactly[0], *(a * 0 for a in exactly[1:])] if case["cls"].stops_gradient else exactly
        rows = [
            with_gradients(case["formula"], [a[i : i + 1] for a in arrays], [e[i : i + 1] for e in extras],
                           grad[i : i + 1])
            for i in range(len(grad))
        ]  # fmt: skip
        return [np.concatenate(parts) for parts in zip(*rows, strict=True)]


def wide(array):
    """An array of floats as one of mpf, exactly; another as it is."""
    return np.vectorize(mpmath.mpf, otypes=[object])(array) if array.dtype.kind == "f" else array


def with_gradients(formula, arrays, extras, grad):
    """[the formula's value, the gradient of sum(value * grad) for each array of mpf]: by a difference quotient."""

    def objective(moved):
        return np.sum(formula(*moved, *extras) * grad)

    def slope(i, index):
        h = (abs(arrays[i][index]) or STEP**3) * STEP
        ends = []
        for sign in (1, -1):
            moved = arrays[i].copy()
            moved[index] += sign * h
            ends.append(objective([*arrays[:i], moved, *arrays[i + 1 :]]))
        return (ends[0] - ends[1]) / (2 * h)

    found = [np.asarray(formula(*arrays, *extras), object)]
    for i, array in enumerate(arrays):
        if array.dtype == object:
            slopes = np.empty(array.shape, object)
            for index in np.ndindex(array.shape):
                slopes[index] = slope(i, index)
            found.append(slopes)
    return found


# --- the judge ---


def ulps(found, expected, flushes, along):
    """The largest error of an array, in units of the last place.

    A result beyond the range must be infinite. Where the engine flushes numbers below the smallest normal one to 0,
    a result near it may be 0.
    """
    with mpmath.workdps(50):
        sizes = np.asarray(np.abs(expected))
        if along is not None:
            axis = along if sizes.ndim > 1 else None
            sizes = np.broadcast_to(sizes.max(axis=axis, keepdims=True), sizes.shape)
        errors = [error(*three, flushes) for three in zip(found.flat, expected.flat, sizes.flat, strict=True)]
    return max(errors, default=0.0)


def error(found, expected, size, flushes):
    info, found = np.finfo(found.dtype), float(found)
    if abs(expected) >= mpmath.mpf(float(info.max)) * (1 + mpmath.mpf(2) ** -(info.nmant + 2)):
        return 0.0 if found == float(mpmath.sign(expected)) * np.inf else np.inf
    if not np.isfinite(found):
        return np.inf
    if flushes and found == 0 and abs(expected) < 10 * float(info.tiny):
        return 0.0
    power = mpmath.floor(mpmath.log(size, 2)) if size else info.minexp
    return float(abs(found - expected) / mpmath.mpf(2) ** (max(power, info.minexp) - info.nmant))


# --- near home: every gradient against a difference quotient ---


@pytest.fixture
def differentiates():
    """differentiates(cls): the gradients of a box are those of finite differences of its value, on its examples."""
    return check_differences


def check_differences(cls, step=2.0**-16):
    for index, given in enumerate(cls.examples(np.random.default_rng(1))):
        hyper = given[-1] if isinstance(given[-1], dict) else {}
        arrays = [np.asarray(a) for a in (given[:-1] if hyper else given)]
        box, rng = object.__new__(cls), np.random.default_rng(2)
        box.__dict__.update({**cls.hyper_defaults, **hyper})
        made = {
            "noise": lambda box=box, rng=rng, arrays=arrays: box.noise(lambda s: rng.uniform(size=s), *arrays),
            "weights": lambda rng=rng, arrays=arrays: rng.uniform(0.5, 2.0, size=len(arrays[0])),
        }
        extras = [made[need]() for need in cls.needs]
        value = np.asarray(box.fprop(*arrays, *extras))
        grad = rng.normal(size=value.shape)
        sent = box.bprop(grad, value, *arrays, *extras)
        sent = sent if isinstance(sent, tuple) else (sent,)
        for i, array in enumerate(arrays):
            if array.dtype.kind != "f":
                continue
            for _ in range(3):
                along = rng.uniform(0.5, 1.5, array.shape) * rng.choice([-1.0, 1.0], array.shape)
                ends = [
                    (box.fprop(*arrays[:i], array + h * along, *arrays[i + 1 :], *extras) * grad).sum()
                    for h in (step, -step, 2 * step, -2 * step)
                ]
                slope = (8 * (ends[0] - ends[1]) - (ends[2] - ends[3])) / (12 * step)
                slope = 0.0 if cls.stops_gradient else slope  # its value counts as a constant
                size = np.abs(np.asarray(sent[i]) * along).sum() + 1e-3
                assert (sent[i] * along).sum() == pytest.approx(slope, abs=1e-7 * size), (cls.__name__, index, i)


class Operators:
    """Stands for the operators of ONNX: op.Softmax(a, axis=-1) is ("Softmax", a, {"axis": -1})."""

    def __init__(self, double=False):
        self.double = double

    def __getattr__(self, name):
        return lambda *children, **settings: (name, *children, settings)


@pytest.fixture
def op():
    """Operators of ONNX that are written down."""
    return Operators()


@pytest.fixture
def op_in_double():
    """The same for a network in float64."""
    return Operators(double=True)
