"""Every box at extreme arguments, on every engine, in both precisions, beside its formula in exact arithmetic."""

import mpmath as mp
import numpy as np
import pytest

import bprop as bp
from bprop import boxes

# The errors allowed, in ulps: (of the value, of a gradient), and the same on XLA, whose exp is 4.8 ulps off and its
# expm1 5.7; it also flushes what is below the smallest normal number to 0.
EXACT, ROUNDED, FUNCTION = ((0, 0),) * 2, ((1.5, 2.5),) * 2, ((4, 8), (7, 14))
STEEP = ((500, 500),) * 2
"""Functions of a rounded exponent: its rounding alone is |exponent| / 2 ulps of the result."""

SPREAD = [s * a for a in (1e-300, 1e-30, 1e-9, 1e-3, 0.3, 1, 1.5, 5, 6, 9.5, 17.5, 20, 40, 50, 87, 88, 100, 110, 300,
                          740, 800, 1e7, 1e20, 1e30, 1e200, 1e300) for s in (-1, 1)] + [0]  # fmt: skip
SMOOTH = [a for a in SPREAD if a]
ANGLES = [a for a in SPREAD if abs(a) < 1e40]  # beyond, the step of the exact quotient spans many periods
POSITIVE = [1e-300, 1e-37, 1e-30, 1e-20, 1e-9, 0.1, 0.99, 1, 1.01, 3, 1e9, 1e30, 3e38, 1e200, 1e300]
PAIRS = [(1e30, 1e30), (1e30, -1e20), (-1e-30, 1e10), (1e-20, 1e-10), (3e38, 0.5), (7, -3), (-1e-30, 1e-30),
         (1e20, 3e18), (1e300, -1e5), (1e-300, 1e-5), (-3e38, 3e38), (5, 7)]  # fmt: skip
SCORES = [[20, 0, 1], [100, 0, -1], [0, 100, 0.5], [700, 0, 1], [-100, -100, -100], [1e30, 0, 1e10], [3e38, -3e38, 0],
          [0.1, 0.2, 0.3], [1, 1 + 1e-6, -50], [-1e300, 0, 1e300], [17, 0, 0], [0, 12, 12]]  # fmt: skip
LABELS, LEADERS = [0, 1, 2, 0, 1, 2, 0, 1, 1, 2, 0, 0], [0, 0, 1, 0, 1, 0, 0, 2, 1, 2, 0, 1]
SUMMANDS = [[1e30, 3, 1e20], [1e-30, 1e-30, 0], [-1e300, 0.1, 0.2], [1e38, 1e38, 1e38], [1e-35, -1e-36, 2e-36]]
LOGARITHMS = [[-20, -30, -1e-3], [-1e-10, -2e-10, -1e-20], [-1e30, -5, -2e30], [1000, 1000, 999], [-700, -800, -740],
              [1e300, 0, -1e300], [-3e38, 3e38, 3e38]]  # fmt: skip
HARD = [(a, y) for a in SPREAD[::3] for y in (0.0, 1.0)]
SOFT = [(a, y) for a in SPREAD[::5] for y in (1 - 1e-7, 1e-10, 0.25)]
MOVED = [[3e38, -1e-37, 0], [-0.1, 1e30, -3e38]]
SERIES = [[[1e30], [-3], [1e-30], [2e-30]], [[1e-35], [-1e-36], [3e38], [0.1]]]
SQUARES = [[[[1e30], [-3]], [[1e-30], [2e-30]], [[0.5], [-1e20]], [[7], [1e-9]]]]
FEATURES = [[1e18, -1e18, 3, 5e17], [1e-10, 2e-10, 0, 5e-10], [1e6, 1e6 + 1, 1e6 + 4, 1e6 - 2], [1e6, 1e6, 1e6, 1e6],
            [0.1, 0.2, 0.4, 0.5], [3e8, 1, 2, -5]]  # fmt: skip


def case(cls, formula, arguments, bounds, **more):
    return {"cls": cls, "formula": formula, "arguments": arguments, "bounds": bounds, **more}


def each(f):
    return np.vectorize(f, otypes=[object])


def one(cls, f, points, bounds, **hyper):
    """A box of one child that computes f element by element."""
    return case(cls, each(f), (points,), bounds, hyper=hyper)


def two(cls, f, pairs, bounds, **hyper):
    """A box of two children that computes f element by element."""
    return case(cls, each(f), tuple(zip(*pairs, strict=True)), bounds, hyper=hyper)


def sigmoid(a):
    return 1 / (1 + mp.exp(-a))


def gelu(a):
    return a * sigmoid(2 * mp.sqrt(2 / mp.pi) * (a + mp.mpf("0.044715") * a**3))


def softplus(a):
    return mp.log1p(mp.exp(a)) if a < 0 else a + mp.log1p(mp.exp(-a))


def binary_cross_entropy(a, y):
    return y * softplus(-a) + (1 - y) * softplus(a)


def huber(f, y):
    r = abs(f - y)
    return r * r / 2 if r <= 1 else r - mp.mpf(0.5)


LEVELS = (0.125, 0.5, 0.75)


def quantile(f, y):
    r = y[..., None] - f
    return sum(each(lambda one, tau=tau: max(tau * one, (tau - 1) * one))(r[:, k]) for k, tau in enumerate(LEVELS))


def log_softmax(a):
    shifted = a - a.max(axis=-1, keepdims=True)
    return shifted - each(mp.log)(each(mp.exp)(shifted).sum(axis=-1, keepdims=True))


def log_mean_exp(a):
    return each(mp.log)(each(mp.exp)(a).mean(axis=1))


def softmax(a):
    return each(mp.exp)(log_softmax(a))


def at(scores, y):
    return np.take_along_axis(scores, y[..., None], axis=-1)[..., 0]


def logsumexp(a):
    return each(mp.log)(each(mp.exp)(a).sum(axis=1))


def smoothed(a, y):
    t = np.where(
        np.arange(a.shape[1]) == y[:, None], mp.mpf(0.75) + mp.mpf(0.25) / a.shape[1], mp.mpf(0.25) / a.shape[1]
    )
    return -(t * log_softmax(a)).sum(axis=1)


def focal(a, y):
    nll = -at(log_softmax(a), y)
    return each(lambda one: mp.expm1(-one) ** 2 * one)(nll)


def ordinal(a, y):
    wrong = np.where(y[:, None] > np.arange(a.shape[1]), -a, a)
    return each(softplus)(wrong).sum(axis=1)


def bernoulli_nll(f, y):
    ones, zeros = (y * mp.log(f) if y else 0), ((1 - y) * mp.log1p(-f) if y != 1 else 0)
    return -ones - zeros


def multiclass_hinge(a, y):
    return np.maximum(1 + np.delete(a, int(y[0]), axis=1).max(axis=1) - at(a, y), 0)


def normalised(centred, variance):
    return centred / each(mp.sqrt)(variance + mp.mpf("1e-5"))


def layer_norm(a, gain, shift):
    c = a - a.mean(axis=-1, keepdims=True)
    return gain * normalised(c, (c * c).mean(axis=-1, keepdims=True)) + shift


def conv1d(x, W):
    return np.stack([np.tensordot(x[:, o : o + 2], W, axes=((1, 2), (0, 1))) for o in range(2)], axis=1)


def conv2d(x, W):
    rows = [
        [np.tensordot(x[:, o : o + 2, p : p + 1], W, axes=((1, 2, 3), (0, 1, 2))) for p in range(2)] for o in range(1)
    ]
    return np.stack([np.stack(row, axis=1) for row in rows], axis=1)


def pool1d(reduce):
    return lambda x: np.stack([reduce(x[:, o : o + 2], axis=1) for o in (0, 2)], axis=1)


def pool2d(reduce):
    return lambda x: np.stack([reduce(x[:, o : o + 2], axis=(1, 2)) for o in (0, 2)], axis=1)[:, :, None]


def rms_norm(a, gain):
    return gain * normalised(a, (a * a).mean(axis=-1, keepdims=True))


def batch_norm(a, gain, shift, mean, variance, weights):
    w = (weights / weights.sum())[:, None]
    c = a - (a * w).sum(axis=0)
    return gain * normalised(c, (c * c * w).sum(axis=0)) + shift


def normalise(a, gain, shift, mean, variance):
    return gain * normalised(a - mean, variance) + shift


def ones(count):
    return np.ones(count)


WHOLE = {"each": False}
CASES = {
    # activations
    "Sigmoid": one(bp.Sigmoid, sigmoid, [a for a in SPREAD if a <= 1], FUNCTION),
    "Tanh": one(bp.Tanh, mp.tanh, [a for a in SPREAD if abs(a) <= 1], FUNCTION),
    # the derivative is computed from h, as everywhere: its error is one of rounding h, in ulps of the derivative at 0;
    # an exponential instead would keep the tail, and makes a step of a small network up to a fifth longer
    "Sigmoid, saturated": {**one(bp.Sigmoid, sigmoid, SPREAD, FUNCTION), "along": 0},
    "Tanh, saturated": {**one(bp.Tanh, mp.tanh, SPREAD, FUNCTION), "along": 0},
    "Relu": one(bp.Relu, lambda a: max(a, 0), SMOOTH, EXACT),
    "LeakyRelu": one(bp.LeakyRelu, lambda a: a if a > 0 else a * mp.mpf("0.01"), SMOOTH, ROUNDED),
    "Elu": one(bp.Elu, lambda a: a if a > 0 else mp.mpf("1.7") * mp.expm1(a), SMOOTH, FUNCTION, alpha=1.7),
    "Gelu": one(bp.Gelu, gelu, SPREAD, STEEP),
    # where the sigmoid alone is below the smallest normal number, a times it has lost digits
    "Silu": one(bp.Silu, lambda a: a * sigmoid(a), [a for a in SPREAD if a not in (-88, -100, -740)],
                ((4, 15), (7, 20))),
    "Softplus": one(bp.Softplus, softplus, SPREAD, FUNCTION),
    # elementwise
    "Exp": one(bp.Exp, mp.exp, SPREAD, FUNCTION),
    "Log": one(bp.Log, mp.log, POSITIVE, FUNCTION),
    "Abs": one(bp.Abs, abs, SMOOTH, EXACT),
    "Square": one(bp.Square, lambda a: a * a, SPREAD, ROUNDED),
    "Sqrt": one(bp.Sqrt, mp.sqrt, POSITIVE, ROUNDED),
    "Sin": {**one(bp.Sin, mp.sin, ANGLES, FUNCTION), "along": 0},
    "Cos": {**one(bp.Cos, mp.cos, ANGLES, FUNCTION), "along": 0},
    "Maximum": two(bp.Maximum, max, PAIRS[1:], EXACT),
    "Minimum": two(bp.Minimum, min, PAIRS[1:], EXACT),
    "Where": case(bp.Where, lambda c, a, b: np.where(c, a, b), ([1, 0, 2], [3e38, -1e-37, 1e300], [-1e-30, 0.5, 1e200]),
                  EXACT),
    "Clip": one(bp.Clip, lambda a: min(max(a, -2), 60), SMOOTH, EXACT, low=-2.0, high=60.0),
    # arithmetic
    "Add": two(bp.Add, lambda a, b: a + b, PAIRS, ROUNDED),
    "Subtract": two(bp.Subtract, lambda a, b: a - b, PAIRS, ROUNDED),
    "Multiply": two(bp.Multiply, lambda a, b: a * b, PAIRS, ROUNDED),
    "Divide": two(bp.Divide, lambda a, b: a / b, PAIRS, ROUNDED),
    "Divide, large gradients": case(
        bp.Divide, lambda a, b: a / b, ([1e30, 1e-30], [1e10, 1e-10]), ROUNDED, grad=(1e20, 1e-20)),
    "Negative": one(bp.Negative, lambda a: -a, SPREAD, EXACT),
    "Power 3": one(bp.Power, lambda a: a**3, SPREAD, ROUNDED, exponent=3.0),
    "Power 1": one(bp.Power, lambda a: a, SPREAD, ROUNDED, exponent=1.0),
    "Power 0": one(bp.Power, lambda a: a**0, SPREAD, EXACT, exponent=0.0),
    "Power -1": one(bp.Power, lambda a: 1 / a, SMOOTH, ROUNDED, exponent=-1.0),
    "Power 0.5": one(bp.Power, mp.sqrt, POSITIVE, ROUNDED, exponent=0.5),
    "Power -1.5": one(bp.Power, lambda a: a ** mp.mpf(-1.5), POSITIVE, ROUNDED, exponent=-1.5),
    "MatMul": case(bp.MatMul, lambda a, b: a @ b, ([[1e20, 2], [1e-30, 3]], [[1e-10, 1e18], [1e-20, 0.1]]),
                   ROUNDED, **WHOLE, grad=(3.0,)),
    "Linear": case(bp.Linear, lambda h, W, b: h @ W + b, ([[1e20, 2], [1e-30, 3]], [[1e-10, 1e18], [1e-20, 0.1]],
                   [1e-10, 1e30]), ROUNDED, **WHOLE, grad=(3.0,)),
    "LinearTransposed": case(bp.LinearTransposed, lambda h, V, b: h @ V.T + b, ([[1e20, 2], [1e-30, 3]],
                             [[1e-10, 1e-20], [1e18, 0.1]], [1e-10, 1e30]), ROUNDED, **WHOLE, grad=(3.0,)),
    "LinearEach": case(bp.LinearEach, lambda h, A: (h[:, :, :, None] * A).sum(axis=2), ([[[1e20, 2]], [[1e-30, 3]]],
                       [[[1e-10, 1e18], [1e-20, 0.1]]]), ROUNDED, **WHOLE, grad=(3.0,)),
    "Waves": case(bp.Waves, lambda x, v, p: each(mp.cos)(x[:, :, None] * v + p), ([[0.0, 1e-20, 3.0]],
                  [[0.0], [1e10], [0.25]], [[0.5], [-1e-5], [-2.0]]), ROUNDED, **WHOLE),
    "EnsembleLinear": case(bp.EnsembleLinear, lambda h, W, r, s, b: ((h * r) @ W) * s + b, ([[[1e20, 2]], [[1e-30, 3]]],
                           [[1e-10, 1e18], [1e-20, 0.1]], [[1, -1], [0.5, 2]], [[1, 2], [-1, 0.25]],
                           [[1e-10, 1e30], [0, 1]]), FUNCTION, **WHOLE, grad=(3.0,)),
    "Conv1d": case(bp.Conv1d, conv1d, ([[[1e20], [2], [0.5]], [[1e-30], [3], [1e10]]], [[[1e-10]], [[0.5]]]), ROUNDED,
                   **WHOLE, grad=(3.0,)),
    "Conv2d": case(bp.Conv2d, conv2d, ([[[[1e20], [2]], [[0.5], [-7]]]], [[[[1e-10, 1e18]]], [[[0.5, 1]]]]), ROUNDED,
                   **WHOLE, grad=(3.0,)),
    **{f"{cls.__name__}": case(cls, pool(reduce), (picture,), bounds, hyper={"size": 2})
       for bounds, of_axes, reduce in ((EXACT, (bp.MaxPool1d, bp.MaxPool2d), np.max),
                                       (ROUNDED, (bp.MeanPool1d, bp.MeanPool2d), np.mean))
       for cls, pool, picture in zip(of_axes, (pool1d, pool2d), (SERIES, SQUARES), strict=True)},
    # reductions
    "Sum": case(bp.Sum, lambda a: a.sum(axis=1), (SUMMANDS,), ROUNDED, hyper={"axis": 1}),
    "Mean": case(bp.Mean, lambda a: a.mean(axis=1), (SUMMANDS,), ROUNDED, hyper={"axis": 1}),
    "Max": case(bp.Max, lambda a: a.max(axis=1), (SUMMANDS[:3],), EXACT, hyper={"axis": 1}),
    "LogMeanExp": case(bp.LogMeanExp, log_mean_exp, (LOGARITHMS,), ((4, 50), (7, 50)), hyper={"axis": 1}),
    "LogSumExp": case(bp.LogSumExp, logsumexp, (LOGARITHMS,), ((4, 50), (7, 50)), hyper={"axis": 1}),
    # probabilities and class losses: an error of half an ulp of a_c - max a is one of |a_c - max a| / 2 in exp of it
    "Softmax": case(bp.Softmax, softmax, (SCORES,), STEEP, grad=(3.0, 0.0, 0.0)),
    "Softmax, any gradient": case(bp.Softmax, softmax, (SCORES,), FUNCTION, along=-1),
    "LogSoftmax": case(bp.LogSoftmax, log_softmax, (SCORES,), ((4, 50), (7, 50)),
                       grad=(3.0, 0.0, 0.0)),
    "LogSoftmax, any gradient": case(bp.LogSoftmax, log_softmax, (SCORES,), FUNCTION, along=-1),
    "Nll": case(bp.Nll, lambda f, y: -each(mp.log)(at(f, y)),
                ([[1, 0], [1e-30, 1], [0.5, 0.5], [1e-37, 0], [1e-300, 1]], [0, 0, 1, 0, 0]), FUNCTION),
    "CrossEntropy": case(bp.CrossEntropy, lambda a, y: -at(log_softmax(a), y), (SCORES, LABELS),
                         ((4, 50), (7, 50))),
    "CrossEntropy, right": case(bp.CrossEntropy, lambda a, y: -at(log_softmax(a), y), (SCORES, LEADERS),
                                ((4, 50), (7, 50))),
    "LabelSmoothing": case(bp.LabelSmoothing, smoothed, (SCORES[:6], LABELS[:6]),
                           FUNCTION, along=-1, hyper={"smoothing": 0.25}),
    "Focal": case(bp.Focal, focal, (SCORES, LABELS), STEEP, hyper={"gamma": 2.0}),
    "Focal, right": case(bp.Focal, focal, (SCORES, LEADERS), STEEP, hyper={"gamma": 2.0}),
    "Ordinal": case(bp.Ordinal, ordinal, ([[a, -a] for a in SPREAD], np.resize([0, 1, 2], len(SPREAD))), FUNCTION),
    "BernoulliCrossEntropy": two(bp.BernoulliCrossEntropy, binary_cross_entropy, SOFT, ((4, 20), (7, 20))),
    "BernoulliNll": two(bp.BernoulliNll, bernoulli_nll, [(f, y) for f in (1e-300, 1e-37, 1e-9, 0.3, 0.5, 1 - 1e-7)
                        for y in (0.0, 1.0, 0.25)], FUNCTION),
    "BinaryCrossEntropy": two(bp.BinaryCrossEntropy, binary_cross_entropy, HARD, FUNCTION),
    "BinaryCrossEntropy, soft": two(bp.BinaryCrossEntropy, binary_cross_entropy, SOFT, ((4, 20), (7, 20))),
    "Hinge": two(bp.Hinge, lambda a, y: max(1 - a * y, 0), [(a, y) for a in SPREAD for y in (-1.0, 1.0) if abs(a) != 1],
                 ROUNDED),
    "MulticlassHinge": case(bp.MulticlassHinge, multiclass_hinge, ([[0, 1e30, 3], [1e9, 1e9, 5], [1e20, 3, 3.5],
                            [-1e-30, 1e-30, 7], [3e38, -3e38, 1], [1e8, 1e8 + 8, 2]], [0, 0, 1, 1, 1, 0]), ROUNDED),
    # losses of numbers
    "SquaredError": two(bp.SquaredError, lambda f, y: (f - y) ** 2, PAIRS, ROUNDED),
    "AbsoluteError": two(bp.AbsoluteError, lambda f, y: abs(f - y), PAIRS[1:], ROUNDED),
    "Huber": two(bp.Huber, huber, [*PAIRS, (0.5, 0.25), (1e-10, 0), (1e-25, 0)], ROUNDED),
    "Poisson": two(bp.Poisson, lambda a, y: mp.exp(a) - y * a, [(-800, 3), (-100, 0), (-1e30, 10), (80, 1e30), (5, 2),
                   (1e-30, 2), (-3e38, 0), (-1e38, 30), (0.5, 1e-9)], FUNCTION),
    "Quantile": case(bp.Quantile, quantile, ([[1e30, 3, -1e30], [0.5, 1e-30, 7], [-3e37, 3e37, 2], [1e9, 1, 1e-9]],
                     [2.0, 3.5, 1e37, -1e9]), ROUNDED, hyper={"levels": LEVELS}),
    # normalisation: errors in ulps of the largest of a row or feature
    "LayerNorm": case(bp.LayerNorm, layer_norm, (FEATURES, [1, 2, 0.5, 1], [0.5, -1, 2, 0]), ((4, 20), (7, 20)),
                      **WHOLE, along=-1),
    "RmsNorm": case(bp.RmsNorm, rms_norm, (FEATURES, [1, 2, 0.5, 1]), ((4, 20), (7, 20)), **WHOLE, along=-1),
    "BatchNorm": case(bp.BatchNorm, batch_norm, (np.transpose(FEATURES), [1, 2, 0.5, 1, 1, 1], [0.5, -1, 2, 0, 0, 0],
                      np.zeros(6), ones(6)), FUNCTION, **WHOLE, along=0, extras=([1.0, 0.25, 2, 1],)),
    "Normalise": case(bp.Normalise, normalise, (np.transpose([[1e18, -1e18, 3], [1e-10, 2e-10, 0], [1e30, 2e30, 0]]),
                      [1, 2, 0.5], [0.5, -1, 2], [0.0, 0, 1e29], [1e36, 1e-20, 1e38]), FUNCTION, **WHOLE, along=0),
    # regularisers
    "L1": case(bp.L1, lambda v, w: np.asarray(abs(v).sum() + abs(w).sum(), object), ([1e30, -3, 1e20], [1e-30]),
               ROUNDED, **WHOLE),
    "L2": case(bp.L2, lambda v, w: np.asarray((v * v).sum() + (w * w).sum(), object), ([1e15, -3, 1e18], [1e-30]),
               ROUNDED, **WHOLE),
    # what moves values, or keeps them or not
    "Reshape": case(bp.Reshape, lambda a: a.reshape(3, 2), (MOVED,), EXACT, **WHOLE, hyper={"shape": (3, -1)}),
    "Transpose": case(bp.Transpose, np.transpose, (MOVED,), EXACT, **WHOLE, hyper={"axes": (1, 0)}),
    "Stack": case(bp.Stack, lambda a, b: np.stack([a, b], axis=1), (MOVED, MOVED), EXACT),
    "Concat": case(bp.Concat, lambda a, b: np.concatenate([a, b], axis=1), (MOVED, MOVED), EXACT),
    "Slice": case(bp.Slice, lambda a: a[:, ::-2], (MOVED,), EXACT,
                  hyper={"index": (slice(None), slice(None, None, -2))}),
    "StopGradient": case(bp.StopGradient, lambda a: a, (MOVED,), EXACT, **WHOLE),
    "Take": case(bp.Take, lambda W, rows: W[rows], (MOVED, [1, 0, 1]), ROUNDED, **WHOLE),
    "Dropout": case(bp.Dropout, lambda a, noise: a * (noise >= 0.25) / mp.mpf(0.75), (SPREAD,), ROUNDED,
                    hyper={"rate": 0.25}, extras=(np.resize([0.1, 0.25, 0.5, 0.9], len(SPREAD)),)),
    "GaussianNoise": case(bp.GaussianNoise, lambda a, z: a + mp.mpf(0.25) * z, (SPREAD,), ROUNDED,
                          hyper={"scale": 0.25}, extras=(np.resize([0.5, -1.25, 4.0, 0.0], len(SPREAD)),)),
    "BatchWeight": case(bp.BatchWeight, lambda a, w: np.asarray(w.sum(), object), ([3e38, 1.0, -1e-37],), ROUNDED,
                        **WHOLE, extras=([1e30, 1e-30, 2.0],)),
}  # fmt: skip


@pytest.mark.parametrize("engine", ["numpy", "native", "xla"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", CASES)
def test_value_and_gradients_are_exact_to_a_few_ulps_at_extreme_arguments(name, dtype, engine, errors_at_extremes):
    value, gradient = errors_at_extremes(engine, dtype, CASES[name])
    most = CASES[name]["bounds"][engine == "xla"]
    assert value <= most[0]
    assert gradient <= most[1]


def test_every_box_is_judged_at_extreme_arguments():
    missing = [cls.__name__ for cls in boxes.catalogue() if cls not in {case["cls"] for case in CASES.values()}]
    assert not missing, f"CASES, above, has no line for {', '.join(missing)}: its formula in exact arithmetic"
    assert {case["cls"] for case in CASES.values()} <= set(boxes.catalogue())
